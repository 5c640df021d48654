"""The pages on which something is shared with another service: what is open, what is locked, what went, and its review."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from referrals import clock, db, documents
from referrals.config import Settings
from referrals.disclosure import coverage, sharing
from referrals.documents import Paper
from referrals.models import AuditEvent, Consent, Disclosure, PlannedAction, Referral, What
from referrals.stages import PLAN_ACTIVE, PLAN_DRAFT, State
from referrals.vocabulary import Arena, DocumentKind, InformationCategory, PartStatus, PlanStatus
from tests.factories import a_consent, a_guardian, a_part, a_plan, a_referral
from tests.webapp.browsing import Browser
from tests.webapp.desk import cast_of
from webapp.casework.choices import names_of_kinds

pytestmark = pytest.mark.usefixtures("wednesday")

SignIn = Callable[[str], Browser]
WITHOUT = {
    "ground": "crime_prevention", "to_whom": "Närpolisen", "reason": "Hot mot flera elever.", "why_not_told": "Utredningen störs.",
}  # fmt: skip


@pytest.fixture
def lay(app, settings: Settings) -> Callable[..., str]:
    """A referral with two guardians, one part that is in and a plan; `yes` of them have said yes to social services."""

    def make(state: State = PLAN_ACTIVE, *, yes: int = 0, is_empty: bool = False) -> str:
        with db.writing(settings.database) as session:
            cast = cast_of(session)
            referral = a_referral(session, cast, state)
            later = clock.now() + timedelta(minutes=1)
            both = [
                a_guardian(session, referral),
                a_guardian(session, referral, name="Omar Testsson", recorded_at=later),
            ]
            for guardian in both[:yes]:
                a_consent(session, guardian, by=cast.coordinator)
            if not is_empty:
                a_part(
                    session, referral, cast.special_educator, asked_by=cast.coordinator, status=PartStatus.RECEIVED,
                    received_at=clock.now(), conclusion="Läser långsamt.",
                )  # fmt: skip
                a_plan(session, referral, author=cast.coordinator, status=PlanStatus.ACTIVE)
            return referral.number

    return make


@pytest.fixture
def read(settings: Settings) -> Callable[..., Any]:
    """What `look` says about the session and the referral."""

    def ask(number: str, look: Callable[[Any, Referral], Any]) -> Any:
        with db.reading(settings.database) as session:
            return look(session, session.scalars(select(Referral).where(Referral.number == number)).one())

    return ask


def chosen(browser: Browser, start: str) -> list[str]:
    """The values of the boxes whose words begin with `start`."""
    assert browser.page is not None
    labels = {label.get("for"): browser.page.text_of(label) for label in browser.page.all("label")}
    boxes = browser.page.all("input", type="checkbox", name="chosen")
    return [box.get("value") or "" for box in boxes if labels[box.get("id")].startswith(start)]


def path_of(read: Any, number: str) -> str:
    row_id = read(number, lambda session, referral: sharing.shared(session, referral)[0].row.id)
    return f"/referrals/{number}/shared/{row_id}"


def test_everybody_sees_what_is_open_until_when_and_what_is_locked_why(lay: Any, signed_in: SignIn) -> None:
    browser, number = signed_in("karin"), lay(yes=2)
    page = browser.get(f"/referrals/{number}/guardians")
    assert "May get until 16 October 2026 Schooling and learning, Attendance" in page.text
    assert "Locked: The consent does not reach this recipient (Maja Testsson) All kinds of information" in page.text
    page = browser.get(f"/referrals/{number}/sharing")
    assert page.text.count("Guardians are not asked about this one") == 1  # the police
    assert "The police Guardians are not asked about this one" in page.text
    assert "Share with Social services" in page.text
    assert "Share without consent: The police" in page.text
    assert "Nothing has been shared yet" in page.text


def test_what_goes_on_consent_stands_in_the_list_with_its_ground(lay: Any, signed_in: SignIn) -> None:
    browser, number = signed_in("karin"), lay(yes=2)
    browser.get(f"/referrals/{number}/sharing/social_services")
    page = browser.submit({"chosen": chosen(browser, "Part"), "to_whom": "Mottagningsgruppen"})
    assert page.path == f"/referrals/{number}/sharing"
    assert "Part: Special educator" in page.text
    assert "Social services, Mottagningsgruppen" in page.text
    assert "The guardians' consent" in page.text
    assert "To be reviewed" not in page.text
    assert (
        "Shared something with another service The guardians' consent"
        in browser.get(f"/referrals/{number}/access-log").text
    )


def test_an_attempt_that_consent_does_not_cover_is_refused_and_logged(lay: Any, read: Any, signed_in: SignIn) -> None:
    browser, number = signed_in("karin"), lay(yes=2)
    page = browser.get(f"/referrals/{number}/sharing/social_services")
    assert "Locked: The consent does not reach this kind of information." in page.text
    whole = chosen(browser, "The whole plan")
    page = browser.submit({"chosen": whole, "to_whom": "Mottagningsgruppen"}, status=409)
    assert "The consent does not cover this recipient" in page.text
    assert page.fields(page.form())["to_whom"] == "Mottagningsgruppen"
    refused = select(AuditEvent.ground, AuditEvent.subject).where(AuditEvent.what == What.REFUSED)
    assert read(number, lambda session, _: session.execute(refused).all()) == [("NotCovered", "share_information")]
    assert read(number, lambda session, _: session.scalars(select(Disclosure)).all()) == []


def test_the_plan_as_far_as_it_may_go_is_looked_at_first_and_becomes_a_paper(
    lay: Any, read: Any, signed_in: SignIn, settings: Settings
) -> None:
    def papers(session: Any, referral: Referral) -> list[Paper]:
        return documents.papers_after(session, referral.history[-1])

    browser, number = signed_in("karin"), lay(yes=2)
    path = f"/referrals/{number}/sharing/social_services"
    page = browser.get(path)
    assert "A paper of what consent reaches: Attendance" in page.text
    plan, key = chosen(browser, "The plan, as far as"), "service:social_services"
    page = browser.submit({"to_whom": "Mottagningen", "chosen": chosen(browser, "Part"), "_preview": key}, status=422)
    assert "Tick this paper first, then look at it." in page.text
    browser.get(path)
    page = browser.submit({"to_whom": "Mottagningen", "chosen": plan}, status=422)
    assert "Look at the paper first" in page.text
    assert page.fields(page.form())["to_whom"] == "Mottagningen"
    browser.get(path)
    response = browser.send({"to_whom": "Mottagningen", "chosen": plan, "_preview": key})
    assert response.data.startswith(b"%PDF")
    assert read(number, lambda session, _: session.scalars(select(Disclosure)).all()) == []
    looked = select(AuditEvent.subject).where(AuditEvent.what == What.PREVIEWED_PAPER)
    assert read(number, lambda session, _: session.scalars(looked).all()) == ["plan_for_service"]
    browser.get(path)
    page = browser.submit({"to_whom": "Mottagningen", "chosen": plan})
    assert "A version made for the recipient" in page.text
    assert read(number, papers) == [Paper(DocumentKind.PLAN_FOR_SERVICE, key, "en")]
    with db.writing(settings.database) as session:
        row = session.scalars(select(Referral)).one().history[-1]
        documents.issue(session, row, documents.papers_after(session, row)[0], content=b"%PDF")
    page = browser.get(f"/referrals/{number}/documents")
    assert "The plan for another service" in page.text
    assert "Social services" in page.text
    told = select(AuditEvent.subject, AuditEvent.ground).where(AuditEvent.what == What.DISCLOSED)
    assert read(number, lambda session, _: session.execute(told).all()) == [("rendering", "consent")]
    page = browser.get(f"/referrals/{number}/sharing/police")
    assert "Locked: consent reaches nothing of it." in page.text
    page = browser.submit(
        {**WITHOUT, "ground": "consent", "chosen": chosen(browser, "The plan, as far as")}, status=409
    )
    assert "The consent does not cover this recipient" in page.text


def test_guardians_let_a_receiving_school_have_the_plan_and_it_becomes_a_paper(
    lay: Any, read: Any, signed_in: SignIn, settings: Settings
) -> None:
    browser, number = signed_in("karin"), lay(yes=2)
    with db.writing(settings.database) as session:
        for consent in session.scalars(select(Consent)):
            consent.recipients = ["receiving_school"]
    page = browser.get(f"/referrals/{number}/sharing")
    assert "Share with The school or preschool the child moves to" in page.text
    assert "Share without consent: The school" not in page.text
    browser.get(f"/referrals/{number}/sharing/receiving_school")
    plan, key = chosen(browser, "The plan, as far as"), "service:receiving_school"
    response = browser.send({"to_whom": "Ekskolan", "chosen": plan, "_preview": key})
    assert response.data.startswith(b"%PDF")
    browser.get(f"/referrals/{number}/sharing/receiving_school")
    page = browser.submit({"to_whom": "Ekskolan", "chosen": plan})
    assert "The school or preschool the child moves to, Ekskolan" in page.text
    told = select(AuditEvent.subject, AuditEvent.ground).where(AuditEvent.what == What.DISCLOSED)
    assert read(number, lambda session, _: session.execute(told).all()) == [("rendering", "consent")]
    papers = read(number, lambda session, referral: documents.papers_after(session, referral.history[-1]))
    assert papers == [Paper(DocumentKind.PLAN_FOR_SERVICE, key, "en")]


def test_an_association_is_offered_its_own_part_alone(
    lay: Any, read: Any, signed_in: SignIn, settings: Settings
) -> None:
    browser, number = signed_in("karin"), lay(yes=2)
    with db.writing(settings.database) as session:
        action = session.scalars(select(PlannedAction)).one()
        action.owner_id, action.owner_name, action.arena = None, "Kim i klubben", Arena.LEISURE
        for consent in session.scalars(select(Consent)):
            consent.recipients = ["civil_society"]
    browser.get(f"/referrals/{number}/sharing/civil_society")
    assert len(chosen(browser, "Only their own part: Lugn start med mentor.")) == 1
    assert chosen(browser, "The plan, as far as") == []


def test_a_recipient_nobody_consented_to_is_offered_with_other_grounds_only(lay: Any, signed_in: SignIn) -> None:
    browser, number = signed_in("karin"), lay(yes=1)
    page = browser.get(f"/referrals/{number}/sharing/police")
    grounds = [box.get("value") for box in page.all("input", type="radio", name="ground")]
    assert grounds == ["crime_prevention", "necessary", "general_clause"]
    assert "Weigh: not if the reasons for secrecy are the stronger ones. (OSL 10:15 a)" in page.text


def test_what_went_without_consent_is_told_of_and_reviewed(lay: Any, read: Any, signed_in: SignIn) -> None:
    browser, number = signed_in("karin"), lay()
    browser.get(f"/referrals/{number}/sharing/police")
    page = browser.submit({**WITHOUT, "chosen": chosen(browser, "Goal 1")})
    assert "Preventing or detecting crime (OSL 10:15 a)" in page.text
    assert "To be reviewed" in page.text
    assert "Guardians not told yet" in page.text
    page = browser.get(path_of(read, number))
    assert "Hot mot flera elever." in page.text
    assert "Not yet: Utredningen störs." in page.text
    page = browser.submit({"told_on": "2026-09-17"}, form="told-form", status=422)
    assert "This day has not come yet" in page.text
    page = browser.submit({"told_on": ""}, form="told-form", status=422)
    page = browser.submit({"told_on": "2026-09-16"}, form="told-form")
    assert "It is recorded that guardians were told." in page.text
    assert not page.all("form", id="told-form")
    henrik = signed_in("henrik")
    log = henrik.get(f"/referrals/{number}/access-log").text
    assert "Shared something with another service Preventing or detecting crime (OSL 10:15 a)" in log
    henrik.get(path_of(read, number))
    page = henrik.submit({"outcome": "kept_out"}, form="review-form", status=422)
    assert "Finish the sentence: so far it only begins. We have looked at it again:" in page.text
    page = henrik.submit({"outcome": "kept_out", "reason": ""}, form="review-form", status=422)
    assert "Write the reason for your decision." in page.text
    page = henrik.submit({"outcome": "kept_out", "reason": "Utredningen pågår."}, form="review-form")
    assert "Utredningen pågår." in page.text
    assert "Kept from guardians' papers" in henrik.get(f"/referrals/{number}/sharing").text
    page = henrik.get(path_of(read, number))
    page = henrik.submit({"outcome": "cleared", "reason": "Faran är över."}, form="review-form")
    assert "It may stand in guardians' papers" in page.text
    assert "Kept from" not in henrik.get(f"/referrals/{number}/sharing").text


def test_what_is_missing_is_said_at_its_field(lay: Any, signed_in: SignIn) -> None:
    browser, number = signed_in("karin"), lay()
    browser.get(f"/referrals/{number}/sharing/police")
    page = browser.submit({"ground": "necessary"}, status=422)
    assert len(page.problems) == 2
    page = browser.submit({"ground": "necessary", "to_whom": "X", "chosen": chosen(browser, "Part")}, status=422)
    assert [problem.split(": ")[-1] for problem in page.problems] == [
        "Why must it go without consent? Write why it is shared without consent.",
        "On which day were guardians told? Give the day on which guardians were told, or write below why not yet.",
    ]


def test_what_was_shared_is_marked_when_the_consent_ends(
    lay: Any, read: Any, signed_in: SignIn, settings: Settings
) -> None:
    browser, number = signed_in("karin"), lay(yes=2)
    browser.get(f"/referrals/{number}/sharing/social_services")
    browser.submit({"chosen": chosen(browser, "Part"), "to_whom": "Mottagningsgruppen"})
    guardian_id = read(number, lambda session, referral: coverage.guardians_of(session, referral)[0].id)
    browser.get(f"/referrals/{number}/guardians/{guardian_id}/withdrawal")
    browser.submit({"reason": "Ångrar sig."})
    page = browser.get(f"/referrals/{number}/sharing")
    assert "The consent ended 16" in page.text
    assert "Locked: The consent was withdrawn (Maja Testsson) All kinds of information" in page.text
    assert "nothing new is" in browser.get(path_of(read, number)).text


def test_a_version_for_the_recipient_and_what_is_gone_are_called_by_their_kind(
    lay: Any, read: Any, signed_in: SignIn, settings: Settings
) -> None:
    browser, number = signed_in("karin"), lay(yes=2)
    browser.get(f"/referrals/{number}/sharing/social_services")
    browser.submit({"chosen": chosen(browser, "Part"), "to_whom": "Mottagningsgruppen"})
    with db.writing(settings.database) as session:
        session.scalars(select(Disclosure)).one().kind = "rendering"
    assert "A version made for the recipient" in browser.get(f"/referrals/{number}/sharing").text


def test_there_may_be_nothing_to_share_or_no_way_to_share_it(lay: Any, signed_in: SignIn) -> None:
    browser = signed_in("karin")
    page = browser.get(f"/referrals/{lay(PLAN_DRAFT, is_empty=True)}/sharing/social_services")
    assert "There is nothing to share yet" in page.text
    page = browser.get(f"/referrals/{lay()}/sharing/leisure")
    assert "Nothing can go to this recipient before the guardians have said yes." in page.text


def test_papers_of_the_file_are_called_by_their_names(lay: Any, signed_in: SignIn, settings: Settings) -> None:
    number = lay()
    with db.writing(settings.database) as session:
        referral = session.scalars(select(Referral).where(Referral.number == number)).one()
        paper = Paper(DocumentKind.ASSESSMENT, "file", "sv")
        documents.issue(session, referral.history[0], paper, content=b"%PDF-1.7")
    page = signed_in("karin").get(f"/referrals/{number}/sharing/social_services")
    assert "Paper: Assessment, version 1" in page.text


def test_a_head_teacher_reads_and_shares_nothing(lay: Any, signed_in: SignIn) -> None:
    number, browser = lay(yes=2), signed_in("henrik")
    assert "Share with" not in browser.get(f"/referrals/{number}/sharing").text
    browser.get(f"/referrals/{number}/sharing/social_services", status=404)


@pytest.mark.parametrize("who", ["otto", "kim", "anton"])
def test_nobody_else_sees_what_is_shared(lay: Any, signed_in: SignIn, who: str) -> None:
    signed_in(who).get(f"/referrals/{lay(yes=2)}/sharing", status=404)


def test_a_recipient_or_disclosure_that_is_none_is_not_found(lay: Any, read: Any, signed_in: SignIn) -> None:
    browser, number = signed_in("karin"), lay(yes=2)
    for nobody in ("own_staff", "health_visitor", "nonsense"):
        browser.get(f"/referrals/{number}/sharing/{nobody}", status=404)
    browser.get(f"/referrals/{number}/shared/00000000-0000-4000-8000-000000000001", status=404)


def test_that_something_holds_every_kind_of_information_is_said_in_a_few_words(app) -> None:
    kinds = list(InformationCategory)
    with app.test_request_context(headers={"Accept-Language": "en"}):
        assert names_of_kinds(kinds) == ["All kinds of information"]
        assert names_of_kinds(kinds[:2]) == ["Schooling and learning", "Attendance"]
