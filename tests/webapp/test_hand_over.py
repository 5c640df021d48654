"""The pages of a hand-over: offered with what consent reaches, answered by the other team, and shut to the one before."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from referrals import clock, db
from referrals.access import Role
from referrals.config import Settings
from referrals.disclosure import hand_over
from referrals.models import (
    AuditEvent,
    Consent,
    Guardian,
    HandOver,
    ReceivedHandOver,
    Referral,
    RoleAssignment,
    TeamMeeting,
    What,
)
from referrals.stages import PLAN_ACTIVE, Party
from referrals.statutory import special_support
from referrals.vocabulary import Compartment, HandOverState, PartStatus, PlanStatus, Recipient, SupportGround
from tests.factories import a_consent, a_guardian, a_meeting, a_part, a_plan, a_referral, protected
from tests.teams import a_team_beside
from tests.webapp.browsing import Browser
from tests.webapp.desk import cast_of

pytestmark = pytest.mark.usefixtures("wednesday")

SignIn = Callable[[str], Browser]
PURPOSE = "Fortsätt med en lugn start."


@pytest.fixture
def lay(app, settings: Settings) -> Callable[..., str]:
    """A referral with a plan and a walled part, whose guardian allows schooling and attendance; offered to Askskolan where asked."""

    def make(*, is_offered: bool = False, kinds: tuple[str, ...] = ("schooling", "attendance")) -> str:
        with db.writing(settings.database) as session:
            cast = cast_of(session)
            referral = a_referral(session, cast, PLAN_ACTIVE, owner_id=cast.coordinator.id)
            guardian = a_guardian(session, referral, told_by=cast.coordinator)
            if kinds:
                a_consent(
                    session, guardian, by=cast.coordinator, categories=list(kinds), recipients=["receiving_school"]
                )
            plan = a_plan(session, referral, author=cast.coordinator, status=PlanStatus.ACTIVE)
            plan.goals[0].actions[0].how = "Tio minuter med bild."
            a_part(
                session, referral, cast.counsellor, asked_by=cast.coordinator, status=PartStatus.RECEIVED,
                received_at=referral.opened_at, conclusion="Läser bättre i lugn.", compartment=Compartment.STUDENT_HEALTH,
            )  # fmt: skip
            if is_offered:
                chosen = [
                    piece.key
                    for piece in hand_over.handed_over.offerable(
                        session, referral, to=Recipient.RECEIVING_SCHOOL, on=referral.opened_at.date()
                    )
                ]
                offer = hand_over.Offer(
                    to_unit_id=cast.other_school.id, chosen=chosen, purpose=PURPOSE, contact="Karin Almkvist"
                )
                hand_over.offer_hand_over(session, referral, by=cast.coordinator.actor(), seen=None, offer=offer)
            return referral.number

    return make


@pytest.fixture
def read(settings: Settings) -> Callable[..., Any]:
    """What `look` says about the session."""

    def ask(look: Callable[[Any], Any]) -> Any:
        with db.reading(settings.database) as session:
            return look(session)

    return ask


def offer_path(read: Any) -> str:
    return f"/hand-overs/{read(lambda session: session.scalars(select(HandOver.id)).one())}"


def boxes(browser: Browser) -> list[str]:
    assert browser.page is not None
    return [box.get("value") or "" for box in browser.page.all("input", type="checkbox", name="chosen")]


def unit(read: Any, slug: str) -> str:
    return read(
        lambda session: str(cast_of(session).other_school.id if slug == "askskolan" else cast_of(session).school.id)
    )


# --------------------------------------------------------------------------------------------------------- the sender
def test_the_coordinator_offers_what_consent_reaches_and_nothing_else(lay: Any, read: Any, signed_in: SignIn) -> None:
    browser, number = signed_in("karin"), lay()
    assert "Hand over to another team" in browser.get(f"/referrals/{number}").text
    assert "Hand over to another team" in browser.get(f"/referrals/{number}/guardians").text
    page = browser.get(f"/referrals/{number}/hand-over")
    assert "May get until 16 October 2026 Schooling and learning, Attendance" in page.text
    assert "Goal 1: Du kommer till skolan varje dag." in page.text
    assert "Part: School counsellor" in page.text
    assert "From the plan: Mila kommer sent." not in page.text, "a note that may speak of everything"
    assert page.fields(page.form())["contact"] == "Karin Almkvist, Lindskolan, 0000-12 34 56"
    page = browser.submit({"to": unit(read, "askskolan"), "chosen": boxes(browser), "purpose": PURPOSE})
    assert "It is offered. Until the other team has answered, the work goes on here." in page.text
    assert "Offered to Askskolan Waits for an answer" in page.text
    assert "What goes along?" not in page.text
    assert "It was offered to another team" in browser.get(f"/referrals/{number}").text
    assert number in browser.get("/hand-overs").text
    assert "What other teams offer you" in browser.get("/teams").text
    assert "What other teams offer you" not in signed_in("kim").get("/teams").text
    page = browser.get(f"/referrals/{number}/hand-over")
    (button,) = [form for form in page.all("form") if form.get("action", "").endswith("/hand-over/reminder")]
    page = browser.submit(form=button)
    assert "The other team gets a mail that reminds of it." in page.text
    assert "Last reminded" in page.text
    page = browser.submit({}, form="take-back-form")
    assert "The offer is taken back. Nothing has gone over." in page.text
    assert "Earlier offers Askskolan" in page.text
    assert "What goes along?" in page.text


def test_what_an_offer_lacks_is_said_at_its_field_and_nothing_typed_is_lost(
    lay: Any, read: Any, signed_in: SignIn, settings: Settings
) -> None:
    browser, number = signed_in("karin"), lay()
    browser.get(f"/referrals/{number}/hand-over")
    page = browser.submit({"purpose": PURPOSE, "contact": ""}, status=422)
    for problem in ("Choose to whom.", "Choose what goes along.", "Write whom the receiving team can ask."):
        assert problem in page.text
    assert page.fields(page.form())["purpose"] == PURPOSE
    ticked = boxes(browser)
    with db.writing(settings.database) as session:
        session.scalars(select(Consent)).one().categories = ["schooling"]
    page = browser.submit(
        {"to": unit(read, "askskolan"), "chosen": ticked, "purpose": PURPOSE, "contact": "Karin"}, status=422
    )
    assert "Choose again from what is left" in page.text
    browser.get(f"/referrals/{number}/hand-over")
    page = browser.submit({"to": unit(read, "lindskolan"), "chosen": boxes(browser), "purpose": PURPOSE}, status=422)
    assert "Choose to whom." in page.text


def test_without_consent_or_anybody_to_take_it_over_there_is_no_form(
    lay: Any, signed_in: SignIn, settings: Settings
) -> None:
    browser, number = signed_in("karin"), lay(kinds=())
    assert (
        "Nothing can go along before the guardians have said yes" in browser.get(f"/referrals/{number}/hand-over").text
    )
    with db.writing(settings.database) as session:
        cast_of(session).outsider.is_active = False
    assert "There is no other team here" in browser.get(f"/referrals/{number}/hand-over").text
    with db.writing(settings.database) as session:
        protected(session, session.scalars(select(Referral)).one(), by=cast_of(session).coordinator)
    page = browser.get(f"/referrals/{number}/hand-over")
    assert "Hand it over from person to person, on paper." in page.text
    assert "Offer it" not in page.text
    assert "Offer it" not in signed_in("henrik").get(f"/referrals/{number}/hand-over").text


# ------------------------------------------------------------------------------------------------------- the receiver
def test_the_other_team_reads_what_is_asked_and_not_what_it_says_and_takes_it_over(
    lay: Any, read: Any, signed_in: SignIn
) -> None:
    number, otto = lay(is_offered=True), signed_in("otto")
    assert "Answer whether you take it over" in otto.get("/home").text
    assert f"{number} From Lindskolan" in otto.get("/hand-overs").text
    otto.get(f"/referrals/{number}", status=404)
    page = otto.get(offer_path(read))
    assert page.heading == "Take over from Lindskolan?"
    assert "Mila Testsson" in page.text
    assert PURPOSE in page.text
    assert "2 pieces: Schooling and learning, Attendance" in page.text
    assert "Mila är i skolan varje dag." not in page.text
    assert "Läser bättre i lugn." not in page.text
    page = otto.submit({}, form="accept-form")
    assert "It is yours now. Inform the guardians" in page.text
    assert "What the team before handed over" in page.text
    new = page.heading
    assert new != number
    page = otto.get(f"/referrals/{new}/handed-over")
    for words in (
        "From Lindskolan",
        PURPOSE,
        "Mila är i skolan varje dag.",
        "Tio minuter med bild.",
        "Läser bättre i lugn.",
        "School counsellor, 16 September 2026",
    ):
        assert words in page.text
    assert "Hur går läsningen?" not in page.text
    assert otto.get("/hand-overs").text.count("Nothing is offered to you now") == 1
    opened = select(AuditEvent.subject).where(
        AuditEvent.what == What.OPENED_PAGE, AuditEvent.by_party == Party.RECEIVER
    )
    assert read(lambda session: session.scalars(opened).all()) == ["casework.hand_over_offer"]
    triage = otto.get(f"/referrals/{new}/triage")
    assert PURPOSE in triage.text
    otto.get(f"/referrals/{new}/guardians")


def test_a_page_that_was_open_when_the_other_team_took_over_does_nothing_any_more(
    lay: Any, read: Any, signed_in: SignIn
) -> None:
    number, otto, karin, henrik = lay(is_offered=True), signed_in("otto"), signed_in("karin"), signed_in("henrik")
    stale = karin.get(f"/referrals/{number}/hand-over")
    otto.get(offer_path(read))
    otto.submit({}, form="accept-form")
    page = karin.submit({}, form="take-back-form", status=404)
    assert "There is nothing here for you to see" in page.text
    assert stale.form("take-back-form") is not None
    for browser in (karin, henrik):
        for page_of in (
            "",
            "/guardians",
            "/sharing",
            "/documents",
            "/access-log",
            "/action-plan",
            "/assessment",
            "/hand-over",
        ):
            browser.get(f"/referrals/{number}{page_of}", status=404)
        for address in ("/home", "/board", "/referrals?state=all", f"/search?reference={number}"):
            assert f'/referrals/{number}"' not in browser.client.get(address).text
    page = karin.get("/hand-overs")
    assert f"{number} To Askskolan" in page.text
    assert "Accepted" in page.text
    assert f"/referrals/{number}" not in karin.client.get("/hand-overs").text


def test_whoever_offered_it_reads_how_many_guardians_are_to_be_told_that_a_meeting_fell_away(
    lay: Any, read: Any, signed_in: SignIn, settings: Settings
) -> None:
    number, otto = lay(is_offered=True), signed_in("otto")
    with db.writing(settings.database) as session:
        referral = session.scalars(select(Referral).where(Referral.number == number)).one()
        guardian = session.scalars(select(Guardian).where(Guardian.referral_id == referral.id)).one()
        a_meeting(
            session, referral, called_by=cast_of(session).coordinator, starts_at=clock.now() + timedelta(days=3),
            guardians_invited=[str(guardian.id)],
        )  # fmt: skip
    said = "The meeting is called off. One guardian gets no mail: tell them yourself."
    assert said not in signed_in("karin").get("/hand-overs").text
    otto.get(offer_path(read))
    otto.submit({}, form="accept-form")
    assert said in signed_in("karin").get("/hand-overs").text
    with db.writing(settings.database) as session:
        guardian = session.scalars(select(Guardian).where(Guardian.referral.has(number=number))).one()
        guardian.email, guardian.may_contact = "maja@example.test", True
    assert said not in signed_in("karin").get("/hand-overs").text
    with db.writing(settings.database) as session:
        guardian = session.scalars(select(Guardian).where(Guardian.referral.has(number=number))).one()
        guardian.email = None
        session.scalars(select(TeamMeeting)).one().starts_at = clock.now()
    assert said not in signed_in("karin").get("/hand-overs").text


def test_the_other_team_declines_with_a_reason_that_the_sender_reads(lay: Any, read: Any, signed_in: SignIn) -> None:
    number, otto, karin = lay(is_offered=True), signed_in("otto"), signed_in("karin")
    otto.get(offer_path(read))
    page = otto.submit({"reason": ""}, status=422)
    assert "Write why, so that those who offered it can choose again." in page.text
    page = otto.submit({"reason": "Vi har ingen plats före jul."})
    assert "It is declined. Those who offered it read your reason and can choose again." in page.text
    page = karin.get(f"/referrals/{number}/hand-over")
    assert "Vi har ingen plats före jul." in page.text
    assert "Not taken over" in page.text
    assert "Offer it" in page.text
    page = otto.get(offer_path(read), status=409)
    assert "This offer no longer stands" in page.text


def test_a_consent_withdrawn_while_it_waits_stops_the_acceptance_and_both_sides_are_told(
    lay: Any, read: Any, signed_in: SignIn, settings: Settings
) -> None:
    number, otto, karin = lay(is_offered=True), signed_in("otto"), signed_in("karin")
    otto.get(offer_path(read))
    with db.writing(settings.database) as session:
        given = session.scalars(select(Consent)).one()
        given.withdrawn_at, given.withdrawn_by_id = given.at, given.by_id
    page = otto.submit({}, form="accept-form", status=409)
    assert "It cannot be accepted as it stands" in page.text
    for words in ("Schooling and learning", "Mila Testsson", PURPOSE, "Karin Almkvist"):
        assert words not in page.text
    page = otto.get(offer_path(read))
    assert number in page.text
    assert page.heading == "Take over from Lindskolan?"
    assert "Mila Testsson" not in page.text
    assert "Or decline" in page.text, "it can still be declined"
    assert read(lambda session: session.scalars(select(ReceivedHandOver)).all()) == []
    page = karin.get(f"/referrals/{number}/hand-over")
    assert "Take the offer back, and choose again from what is left." in page.text
    assert read(lambda session: session.scalars(select(HandOver.state)).one()) is HandOverState.OFFERED


def test_what_the_law_asks_first_is_said_to_those_who_offer_and_not_to_those_who_take_over(
    lay: Any, read: Any, signed_in: SignIn, settings: Settings
) -> None:
    number, otto, karin = lay(is_offered=True), signed_in("otto"), signed_in("karin")
    otto.get(offer_path(read))
    with db.writing(settings.database) as session:
        need = special_support.Reported(SupportGround.GOALS_AT_RISK, "Hon missar bråk.", "Kortare uppgifter.")
        by = cast_of(session).coordinator.actor()
        special_support.report_need(session, session.scalars(select(Referral)).one(), by=by, seen=None, report=need)
    page = otto.submit({}, form="accept-form", status=409)
    assert "It cannot be accepted yet" in page.text
    assert not page.all("form", id="accept-form")
    assert "investigation" not in page.text
    page = karin.get(f"/referrals/{number}/hand-over")
    for words in ("It cannot be handed over yet", "The other team can take over once it is done."):
        assert words in page.text
    page = karin.submit({}, form="take-back-form")
    assert "Let that be done first, and offer it then." in page.text
    assert f"/referrals/{number}/statutory" in [one.get("href") for one in page.all("a")]
    assert not page.all("form", id="main-form")


def test_who_coordinates_both_units_does_not_take_over_what_is_protected_meanwhile(
    lay: Any, read: Any, signed_in: SignIn, settings: Settings
) -> None:
    lay(is_offered=True)
    with db.writing(settings.database) as session:
        cast = cast_of(session)
        cast.coordinator.roles.append(RoleAssignment(role=Role.COORDINATOR, unit=cast.other_school))
    karin = signed_in("karin")
    assert karin.get(offer_path(read)).all("form", id="accept-form")
    with db.writing(settings.database) as session:
        protected(session, session.scalars(select(Referral)).one(), by=cast_of(session).coordinator)
    page = karin.submit({}, form="accept-form", status=409)
    assert "Hand it over from person to person, on paper." in page.text
    assert not page.all("form", id="accept-form")
    assert read(lambda session: session.scalars(select(ReceivedHandOver)).all()) == []


def test_an_offer_that_was_taken_back_says_so_and_others_find_nothing(
    lay: Any, read: Any, signed_in: SignIn, settings: Settings
) -> None:
    lay(is_offered=True)
    path = offer_path(read)
    for person in ("karin", "henrik"):
        signed_in(person).get(path, status=404)
    signed_in("kim").get("/hand-overs", status=404)
    with db.writing(settings.database) as session:
        referral = session.scalars(select(Referral)).one()
        hand_over.take_back_hand_over(session, referral, by=cast_of(session).coordinator.actor(), seen=None)
    page = signed_in("otto").get(path, status=409)
    assert "This offer no longer stands" in page.text


def test_a_referral_that_was_not_handed_over_has_no_such_page(lay: Any, signed_in: SignIn) -> None:
    signed_in("karin").get(f"/referrals/{lay()}/handed-over", status=404)


# ------------------------------------------------------------------------------------------ another team of the same school
def test_it_goes_to_another_team_of_the_same_school_and_the_team_before_opens_nothing_of_it(
    lay: Any, read: Any, signed_in: SignIn, settings: Settings
) -> None:
    number, karin = lay(), signed_in("karin")
    with db.writing(settings.database) as session:
        beside = a_team_beside(session, cast_of(session))
        beside.coordinator.language, team = "en", str(beside.forum.id)
    page = karin.get(f"/referrals/{number}/hand-over")
    assert "Lindskolan, Trivselsforum Söder" in page.text
    page = karin.submit({"to": team, "chosen": boxes(karin), "purpose": PURPOSE})
    assert "Offered to Lindskolan, Trivselsforum Söder Waits for an answer" in page.text
    karin.get(offer_path(read), status=404)
    bea = signed_in("bea")
    assert "Answer whether you take it over" in bea.get("/home").text
    bea.get(f"/referrals/{number}", status=404)
    assert bea.get(offer_path(read)).heading == "Take over from Lindskolan, HTL-team Linden?"
    new = bea.submit({}, form="accept-form").heading
    assert "Mila är i skolan varje dag." in bea.get(f"/referrals/{new}/handed-over").text
    assert new in bea.get("/board").text
    for closed in (number, new):
        karin.get(f"/referrals/{closed}", status=404)
