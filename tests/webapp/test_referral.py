"""A referral's own page: what is next and who may, everything else, papers, what failed, and what has happened."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from referrals import clock, consent, db, triage
from referrals.config import Settings
from referrals.languages import format_date
from referrals.meetings import conflict
from referrals.models import AdditionKind, ConcernAddition, Document, History, Referral, Step
from referrals.rules import targets
from referrals.stages import (
    CLOSED,
    IN_CONSENT,
    IN_TRIAGE,
    MEETING_HELD,
    PARTS_REQUESTED,
    PLAN_ACTIVE,
    PLAN_FOR_APPROVAL,
    RETURNED,
    WITHDRAWN,
    State,
)
from referrals.vocabulary import ConsentAnswer, ConsentForm, DocumentKind
from tests.factories import a_guardian, a_part, a_referral, protected
from tests.webapp.browsing import Browser
from tests.webapp.desk import cast_of

SignIn = Callable[[str], Browser]
TODAY = clock.today("Europe/Stockholm")


@pytest.fixture
def lay(app, settings: Settings) -> Callable[..., str]:
    """Puts a referral into the database; `prepare(session, referral, cast)` adds what the test needs. Gives its number."""

    def make(state: State = IN_CONSENT, prepare: Callable[..., Any] = lambda *_: None, **values: Any) -> str:
        with db.writing(settings.database) as session:
            cast = cast_of(session)
            referral = a_referral(session, cast, state, **values)
            prepare(session, referral, cast)
            return referral.number

    return make


def kim_is_asked(session: Any, referral: Referral, cast: Any) -> None:
    a_part(session, referral, cast.counsellor, asked_by=cast.coordinator)


def test_the_header_says_how_it_stands(lay: Any, signed_in: SignIn) -> None:
    number = lay(target_on=TODAY - timedelta(days=1), opened_at=clock.now() - timedelta(days=8))
    page = signed_in("karin").get(f"/referrals/{number}")
    assert page.heading == number
    for words in (
        "Information and consent – Waiting",
        f"Target{format_date(TODAY - timedelta(days=1), 'en')}",
        "Past its target",
        "Mila Testsson",
        "Lindskolan",
        "8 days",
        "Nobody yet",
    ):
        assert words in page.text
    assert "deadline" not in page.text.lower()


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "Standard target, not law"),
        ("sv", "Standardmål, inte lag"),
        ("da", "Standardmål, ikke lov"),
    ],
)
def test_where_a_target_comes_from_stands_beside_its_day(
    lay: Any, signed_in: SignIn, language: str, words: str
) -> None:
    def reckon(session: Any, referral: Referral, cast: Any) -> None:
        targets.set_target(session, referral)

    number = lay(IN_TRIAGE, reckon)
    karin = signed_in("karin")
    karin.get(f"/referrals/{number}")
    karin.send({"language": language}, form=karin.page.all("form", action="/language")[0])
    page = karin.get(f"/referrals/{number}")
    said = [page.text_of(one) for one in page.all("small", class_="day-source")]
    assert said == [words, words], "in the header, and beside what comes next"


@pytest.mark.parametrize(("days", "is_soon"), [(0, True), (7, True), (8, False)])
def test_a_follow_up_at_most_a_week_away_is_called_soon(lay: Any, signed_in: SignIn, days: int, is_soon: bool) -> None:
    number = lay(PLAN_ACTIVE, target_on=TODAY + timedelta(days=days))
    karin = signed_in("karin")
    for address in (f"/referrals/{number}", "/board", "/referrals"):
        assert ("Follow-up soon" in karin.get(address).text) is is_soon


def test_a_referral_that_came_in_today_and_one_whose_target_is_not_set_yet_say_so(lay: Any, signed_in: SignIn) -> None:
    text = signed_in("karin").get(f"/referrals/{lay()}").text
    assert "(today)" in text
    assert "Being worked out" in text


@pytest.mark.parametrize(
    ("state", "who", "title", "reason"),
    [
        (IN_TRIAGE, "karin", "Decide how the concern goes on", None),
        (
            IN_TRIAGE,
            "henrik",
            "The coordinator decides how the concern goes on",
            "A coordinator of Lindskolan does this.",
        ),
        (RETURNED, "karin", "The reporter completes the concern", "The reporter has been asked"),
        (PLAN_ACTIVE, "karin", "The plan is carried out until the follow-up", "The follow-up opens by itself"),
        (PLAN_FOR_APPROVAL, "henrik", "Approve the plan", None),
        (MEETING_HELD, "henrik", "Approve the minutes", None),
        (PARTS_REQUESTED, "karin", "Ask colleagues for their part", None),
    ],
)
def test_one_thing_is_next_and_it_says_who_may(
    lay: Any, signed_in: SignIn, state: State, who: str, title: str, reason: str | None
) -> None:
    page = signed_in(who).get(f"/referrals/{lay(state, target_on=TODAY)}")
    (section,) = page.all("section", class_="primary-action")
    words = page.text_of(section)
    assert title in words
    assert (reason or title) in words
    assert ("ds-button" in [element.get("class") for element in section.iter()]) is (reason is None)


def test_the_coordinator_waits_for_the_colleagues_who_were_asked(lay: Any, signed_in: SignIn) -> None:
    number = lay(PARTS_REQUESTED, kim_is_asked)
    assert "It waits for the colleagues who have been asked." in signed_in("karin").get(f"/referrals/{number}").text
    mine = signed_in("kim").get(f"/referrals/{number}")
    assert "Write your part of the assessment" in mine.text


def test_a_colleague_sees_that_approval_is_not_theirs(lay: Any, signed_in: SignIn) -> None:
    text = signed_in("kim").get(f"/referrals/{lay(PLAN_FOR_APPROVAL, kim_is_asked)}").text
    assert "The plan is to be approved" in text
    assert "A head teacher or coordinator of Lindskolan does this." in text


@pytest.mark.parametrize("state", [WITHDRAWN, CLOSED])
def test_an_ended_referral_asks_for_nothing(lay: Any, signed_in: SignIn, state: State) -> None:
    assert "Nothing more has to be done here." in signed_in("karin").get(f"/referrals/{lay(state)}").text


def test_everything_else_stands_beside_it(lay: Any, signed_in: SignIn) -> None:
    text = signed_in("karin").get(f"/referrals/{lay(PLAN_ACTIVE)}").text
    for words in ("Record a guardian", "Follow up already now", "Propose closing", "Hand over to another owner"):
        assert words in text


def test_somebody_who_only_contributes_sees_neither_papers_nor_reasons_nor_additions(
    lay: Any, signed_in: SignIn, settings: Settings
) -> None:
    def prepare(session: Any, referral: Referral, cast: Any) -> None:
        kim_is_asked(session, referral, cast)
        by = cast.coordinator.actor()
        triage.send_to_assessment(session, referral, by=by, seen=None, reason="Ett känsligt skäl.")
        session.add(ConcernAddition(referral=referral, kind=AdditionKind.ADDITION, at=clock.now(), text="Ett tillägg."))

    number = lay(IN_TRIAGE, prepare)
    theirs, ours = (signed_in(who).get(f"/referrals/{number}") for who in ("kim", "karin"))
    for words in ("Ett känsligt skäl.", "Ett tillägg.", "Documents", "Hand over"):
        assert words in ours.text
        assert words not in theirs.text
    for page in (theirs, ours):
        assert "Decided: the team makes an assessment" in page.text
        assert "Kim Solgren" in page.text


def test_who_only_contributes_does_not_read_what_a_guardian_answered(lay: Any, signed_in: SignIn) -> None:
    def prepare(session: Any, referral: Referral, cast: Any) -> None:
        kim_is_asked(session, referral, cast)
        refused = consent.ConsentGiven(ConsentAnswer.REFUSED, ConsentForm.ORAL)
        guardian = a_guardian(session, referral)
        consent.record_consent(
            session, referral, by=cast.coordinator.actor(), seen=None, guardian=guardian, consent=refused
        )

    number = lay(IN_CONSENT, prepare)
    theirs, ours = (signed_in(who).get(f"/referrals/{number}").text for who in ("kim", "karin"))
    told = "A guardian's answer about consent was recorded"
    answer = f"{told}: {ConsentAnswer.REFUSED.label}"
    assert answer in ours
    assert told in theirs
    assert answer not in theirs


def test_a_protected_name_is_not_shown_to_who_only_contributes(lay: Any, signed_in: SignIn) -> None:
    def prepare(session: Any, referral: Referral, cast: Any) -> None:
        kim_is_asked(session, referral, cast)
        protected(session, referral, by=cast.coordinator, let_in=(cast.counsellor,))

    number = lay(PARTS_REQUESTED, prepare)
    assert "Mila" not in signed_in("kim").get(f"/referrals/{number}").response.text
    assert "Mila Testsson" in signed_in("karin").get(f"/referrals/{number}").text


def test_the_timeline_tells_what_was_chosen_by_whom_and_why(lay: Any, signed_in: SignIn) -> None:
    def prepare(session: Any, referral: Referral, cast: Any) -> None:
        ending = triage.Ending(triage.TriageEnding.NO_ACTION, "Redan löst.", TODAY)
        triage.end_at_triage(session, referral, by=cast.coordinator.actor(), seen=None, ending=ending)

    page = signed_in("henrik").get(f"/referrals/{lay(IN_TRIAGE, prepare)}")
    assert "Decided: it ends with the initial assessment: No action" in page.text
    assert "Karin Almkvist Redan löst." in page.text
    assert "The concern came in" in page.text
    assert "The reporter" in page.text


def test_a_coordinator_sees_who_is_kept_out_and_a_colleague_does_not(lay: Any, signed_in: SignIn) -> None:
    def prepare(session: Any, referral: Referral, cast: Any) -> None:
        kim_is_asked(session, referral, cast)
        conflict.keep_out(session, referral, [cast.head_teacher.profession])

    number = lay(PARTS_REQUESTED, prepare)
    text = signed_in("karin").get(f"/referrals/{number}").text
    assert "Kept out, being too close to it Henrik RosenbyHead teacher" in text
    text = signed_in("kim").get(f"/referrals/{number}").text
    assert "Kept out" not in text
    assert "Rosenby" not in text
    signed_in("henrik").get(f"/referrals/{number}", status=404)


def test_papers_are_listed_with_whom_they_are_for(lay: Any, signed_in: SignIn) -> None:
    def prepare(session: Any, referral: Referral, cast: Any) -> None:
        guardian = a_guardian(session, referral)
        row = session.scalars(select(History).where(History.referral_id == referral.id).order_by(History.id)).first()
        for version, recipient, stopped in ((1, "file", None), (2, f"guardian:{guardian.id}", clock.now())):
            session.add(
                Document(
                    referral=referral, kind=DocumentKind.INFORMATION_AND_CONSENT, version=version, recipient=recipient,
                    language="sv", history_id=row.id, issued_at=clock.now() + timedelta(minutes=version), checksum="0" * 64,
                    size=1, stopped_at=stopped,
                )
            )  # fmt: skip

    text = signed_in("karin").get(f"/referrals/{lay(IN_CONSENT, prepare)}").text
    assert "Information and consent, version 2 (PDF) For: Maja Testsson" in text
    assert "Stopped" in text
    assert "For: The file" in text


def test_work_that_failed_can_be_tried_again(lay: Any, signed_in: SignIn, settings: Settings) -> None:
    def prepare(session: Any, referral: Referral, cast: Any) -> None:
        step = session.scalars(select(Step).where(Step.referral_id == referral.id)).one()
        step.failed_at, step.failed_with = clock.machine_now(), "paper"

    number = lay(IN_CONSENT, prepare)
    browser = signed_in("karin")
    page = browser.get(f"/referrals/{number}")
    assert "A paper could not be made." in page.text
    browser.submit(form="retry-1")
    with db.reading(settings.database) as session:
        assert session.scalars(select(Step.failed_at)).one() is None


def test_a_referral_is_handed_over(lay: Any, signed_in: SignIn, settings: Settings) -> None:
    number = lay()
    browser = signed_in("karin")
    page = browser.get(f"/referrals/{number}")
    owner = next(o for o in page.form("owner-form").iter("option") if page.text_of(o) == "Sanna Brolund")
    page = browser.submit({"owner_id": owner.get("value", ""), "reason": "Semester."}, form="owner-form")
    assert "The referral has another owner." in page.text
    assert "OwnerSanna Brolund" in page.text
    assert "Semester." in page.text


def test_an_owner_must_be_chosen_from_the_list(lay: Any, signed_in: SignIn) -> None:
    number = lay()
    browser = signed_in("karin")
    browser.get(f"/referrals/{number}")
    assert browser.submit({"owner_id": ""}, form="owner-form", status=422).problems == ["Owner: Choose who takes over."]
    browser.get(f"/referrals/{number}")
    stranger = "00000000-0000-4000-8000-000000000000"
    assert browser.submit({"owner_id": stranger}, form="owner-form", status=422).problems == [
        "Owner: Choose who takes over."
    ]


def test_the_referrals_pages_are_links_once_they_are_reached(lay: Any, signed_in: SignIn) -> None:
    page = signed_in("karin").get(f"/referrals/{lay(IN_TRIAGE)}")
    (ways,) = page.all("nav", class_="referral-ways")
    assert page.text_of(ways) == "Overview Initial assessment"


@pytest.mark.parametrize("who", ["otto", "petra", "anton"])
def test_unknown_and_forbidden_give_the_same_answer(lay: Any, signed_in: SignIn, who: str) -> None:
    number = lay()
    browser = signed_in(who)
    forbidden = browser.get(f"/referrals/{number}", status=404).text
    assert browser.get("/referrals/HTL-0000-0000", status=404).text == forbidden
