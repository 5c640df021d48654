"""The initial assessment's page: the concern, the decision, and the next concern after it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from referrals import clock, db, triage
from referrals.access import SYSTEM
from referrals.config import Settings
from referrals.models import AdditionKind, Concern, ConcernAddition, History, Referral
from referrals.stages import CLOSED, IN_CONSENT, IN_TRIAGE, PLAN_ACTIVE, RETURNED, SUBMITTED, State, Verb
from referrals.vocabulary import ConflictAnswer, GuardiansKnow, ProtectionAnswer, ReporterKind
from tests.factories import a_referral
from tests.webapp.browsing import Browser, Page
from tests.webapp.desk import cast_of

SignIn = Callable[[str], Browser]
Lay = Callable[..., str]
TODAY = clock.today("Europe/Stockholm")


@pytest.fixture
def lay(app, settings: Settings) -> Lay:
    """Puts a referral with its concern into the database and gives its number."""

    def make(state: State = IN_TRIAGE, concern: dict[str, Any] | None = None, **values: Any) -> str:
        with db.writing(settings.database) as session:
            referral = a_referral(session, cast_of(session), state, **values)
            row = session.scalars(select(Concern).where(Concern.referral_id == referral.id)).one()
            for name, value in (concern or {}).items():
                setattr(row, name, value)
            return referral.number

    return make


@pytest.fixture
def state_of(settings: Settings) -> Callable[[str], State]:
    def read(number: str) -> State:
        with db.reading(settings.database) as session:
            return session.scalars(select(Referral).where(Referral.number == number)).one().state

    return read


def newest(settings: Settings, number: str) -> tuple[Verb, str | None, str | None]:
    with db.reading(settings.database) as session:
        row = session.scalars(
            select(History).join(Referral, History.referral_id == Referral.id).where(Referral.number == number)
            .order_by(History.number.desc())
        ).first()  # fmt: skip
        return row.verb, row.choice, row.reason


def facts(page: Page) -> dict[str, str]:
    """What stands beside each short question about the concern."""
    rows = [row for row in page.all("div") if [child.tag for child in row] == ["dt", "dd"]]
    return {page.text_of(row[0]): page.text_of(row[1]) for row in rows}


def test_the_page_shows_the_concern_beside_the_decision(lay: Lay, signed_in: SignIn) -> None:
    told = {"child_voice": "Jag vill sova.", "reporter_function": "Mentor 4B", "tried": "Extra raster."}
    number = lay(concern=told, child_birth_date="2016-03-04")
    page = signed_in("karin").get(f"/referrals/{number}/triage")
    assert page.heading == "Initial assessment"
    for words in (
        "Mila har varit borta nio dagar",
        "Jag vill sova.",
        "Mentor 4B",
        "Extra raster.",
    ):
        assert words in page.text
    assert "Not known yet When · Where" in page.text
    shown = facts(page)
    assert (shown["Date of birth"], shown["School year"], shown["Class or group"]) == ("4 Mar 2016", "Year 4", "4B")
    assert [button for button in page.all("input", name="way") if button.get("checked") is not None] == []


def test_what_is_not_known_of_the_child_is_shown_as_missing(lay: Lay, signed_in: SignIn) -> None:
    number = lay(child_birth_date=None, child_group=None, school_year=None, topics=[])
    page = signed_in("karin").get(f"/referrals/{number}/triage")
    shown = facts(page)
    for question in ("Date of birth", "School year", "Class or group", "About"):
        assert shown[question] == "Not known yet"


@pytest.mark.parametrize(
    ("answer", "is_open"),
    [(ConflictAnswer.UNSURE, True), (ConflictAnswer.NO, False), (ConflictAnswer.YES, False)],
)
def test_whether_somebody_is_too_close_is_open_until_it_is_said(
    lay: Lay, signed_in: SignIn, answer: ConflictAnswer, is_open: bool
) -> None:
    page = signed_in("karin").get(f"/referrals/{lay(concern={'conflict': answer})}/triage")
    assert ("Too close to somebody in the team" in page.text) is is_open


def test_an_ordinary_decision_is_a_tick_and_a_press(
    lay: Lay, signed_in: SignIn, state_of: Any, settings: Settings
) -> None:
    number = lay()
    browser = signed_in("karin")
    browser.get(f"/referrals/{number}/triage")
    page = browser.submit({"way": "assessment"})
    assert state_of(number) == IN_CONSENT
    assert f"{number} goes on: inform the guardians next." in page.text
    assert page.path == f"/referrals/{number}"
    verb, _choice, reason = newest(settings, number)
    assert verb is Verb.SEND_TO_ASSESSMENT
    assert reason.startswith("We need a fuller picture")


def test_the_next_concern_opens_after_the_decision(lay: Lay, signed_in: SignIn) -> None:
    first, second = lay(target_on=TODAY), lay(target_on=TODAY + timedelta(days=1))
    browser = signed_in("karin")
    browser.get(f"/referrals/{first}/triage")
    page = browser.submit({"way": "team"}, button=("next", "yes"))
    assert page.path == f"/referrals/{second}/triage"
    assert f"{first} goes to the team" in page.text
    assert "Decide and take the next" not in page.text


@pytest.mark.parametrize(
    ("typed", "state", "choice"),
    [
        ({"way": "return", "reason-return": "Hur länge?"}, RETURNED, None),
        ({"way": "redirected", "reason-redirected": "Till Askskolan."}, CLOSED, "redirected"),
        ({"way": "other_track", "reason-other_track": "Till rektor."}, CLOSED, "other_track"),
        ({"way": "no_action", "reason-no_action": "Redan löst."}, CLOSED, "no_action"),
        ({"way": "own_unit", "reason-own_unit": "Mentorn hjälper."}, CLOSED, "own_unit"),
    ],
)
def test_every_other_way_keeps_its_reason(
    lay: Lay, signed_in: SignIn, state_of: Any, settings: Settings, typed, state, choice
) -> None:
    number = lay()
    browser = signed_in("karin")
    browser.get(f"/referrals/{number}/triage")
    browser.submit(typed)
    assert state_of(number) == state
    assert newest(settings, number)[1:] == (choice, typed[f"reason-{typed['way']}"])


def test_a_concern_ended_for_now_has_a_day_suggested(lay: Lay, signed_in: SignIn, settings: Settings) -> None:
    number = lay()
    browser = signed_in("karin")
    browser.get(f"/referrals/{number}/triage")
    browser.submit({"way": "no_action", "reason-no_action": "Redan löst."})
    with db.reading(settings.database) as session:
        revisit_on = session.scalars(select(Referral.revisit_on).where(Referral.number == number)).one()
    assert revisit_on > TODAY + timedelta(days=20)
    assert "Looked at again on" in browser.get(f"/referrals/{number}/triage").text


def test_what_is_missing_is_said_at_its_field_and_nothing_is_lost(lay: Lay, signed_in: SignIn, state_of: Any) -> None:
    number = lay()
    browser = signed_in("karin")
    browser.get(f"/referrals/{number}/triage")
    page = browser.submit({"reason-team": "Min egen text."}, status=422)
    assert page.problems == ["How does the concern go on? Choose how the concern goes on."]
    assert "Min egen text." in page.response.text
    page = browser.submit({"way": "team", "reason-team": ""}, status=422)
    assert page.problems == ["Why: Write why."]
    page = browser.submit({"way": "no_action", "reason-no_action": "x", "revisit-no_action": ""}, status=422)
    assert page.problems == ["Look again on: Give the day on which you look again."]
    page = browser.submit({"way": "own_unit", "reason-own_unit": "We agreed that:"}, status=422)
    assert page.problems == ["Why: Finish the sentence."]
    assert state_of(number) == IN_TRIAGE


def test_the_second_of_two_coordinators_sees_who_was_first_and_loses_nothing(
    lay: Lay, signed_in: SignIn, settings: Settings, state_of: Any
) -> None:
    number = lay()
    browser = signed_in("sanna")
    browser.get(f"/referrals/{number}/triage")
    with db.writing(settings.database) as session:
        referral = session.scalars(select(Referral).where(Referral.number == number)).one()
        karin = cast_of(session).coordinator.actor()
        triage.return_concern(session, referral, by=karin, seen=None, reason="Hur länge?")
    page = browser.submit({"way": "team", "reason-team": "Det här hade Sanna skrivit."}, status=409)
    assert "Karin Almkvist was first" in page.text
    assert "Det här hade Sanna skrivit." in page.text
    assert "We see no need for more than is done already" not in page.text  # a starter nobody typed
    assert state_of(number) == RETURNED


def test_who_was_overtaken_by_their_own_other_window_is_told_that_it_was_themselves(
    lay: Lay, signed_in: SignIn, settings: Settings, state_of: Any
) -> None:
    number = lay()
    browser = signed_in("karin")
    browser.get(f"/referrals/{number}/triage")
    with db.writing(settings.database) as session:
        referral = session.scalars(select(Referral).where(Referral.number == number)).one()
        triage.return_concern(
            session, referral, by=cast_of(session).coordinator.actor(), seen=None, reason="Hur länge?"
        )
    page = browser.submit({"way": "team", "reason-team": "Det här hade Karin skrivit."}, status=409)
    assert "You have done something here yourself meanwhile" in page.text
    assert "was first" not in page.text
    assert "Det här hade Karin skrivit." in page.text
    assert state_of(number) == RETURNED


def test_a_decision_made_while_the_workflow_carries_the_concern_to_triage_is_taken_at_once(
    lay: Lay, signed_in: SignIn, settings: Settings, state_of: Any
) -> None:
    number = lay(SUBMITTED)
    browser = signed_in("sanna")
    browser.get(f"/referrals/{number}/triage")
    with db.writing(settings.database) as session:
        triage.open_triage(session, session.scalars(select(Referral).where(Referral.number == number)).one(), by=SYSTEM)
    page = browser.submit({"way": "team", "reason-team": "Det räcker för ett möte."})
    assert "was first" not in page.text
    assert newest(settings, number) == (Verb.SEND_TO_TEAM, None, "Det räcker för ett möte.")
    assert state_of(number) == IN_CONSENT


@pytest.mark.parametrize("sent", ["", "yesterday", "-1", "9" * 20, "9" * 5000])
def test_a_form_without_the_version_seen_is_refused(lay: Lay, signed_in: SignIn, state_of: Any, sent: str) -> None:
    number = lay()
    browser = signed_in("karin")
    browser.get(f"/referrals/{number}/triage")
    browser.submit({"way": "team", "reason-team": "Det räcker för ett möte.", "seen": sent}, status=400)
    assert state_of(number) == IN_TRIAGE


def test_script_in_a_text_is_shown_as_text(lay: Lay, signed_in: SignIn) -> None:
    number = lay(concern={"observations": "<script>alert(1)</script>"})
    page = signed_in("karin").get(f"/referrals/{number}/triage")
    assert "<script>alert(1)</script>" in page.text
    assert "<script>alert" not in page.response.text


def test_fear_of_harm_says_what_to_do_first(lay: Lay, signed_in: SignIn) -> None:
    number = lay(concern={"protection": ProtectionAnswer.YES})
    page = signed_in("karin").get(f"/referrals/{number}/triage")
    for words in ("call 112 now", "0000-10 00 00", "protection report", "SoL (2025:400) 19:1"):
        assert words in page.text


def test_a_report_is_begun_from_the_fear_itself(lay: Lay, signed_in: SignIn) -> None:
    karin = signed_in("karin")
    karin.get(f"/referrals/{lay(concern={'protection': ProtectionAnswer.YES})}/triage")
    assert karin.submit(form="report-form").path.startswith("/protection")


@pytest.mark.parametrize("answer", [ProtectionAnswer.YES, ProtectionAnswer.UNSURE])
def test_a_pupils_fear_is_told_in_the_words_they_were_asked_in(
    lay: Lay, signed_in: SignIn, answer: ProtectionAnswer
) -> None:
    told = {"protection": answer, "reporter_kind": ReporterKind.PUPIL, "guardians_know": GuardiansKnow.NOT_SUITABLE}
    text = signed_in("karin").get(f"/referrals/{lay(concern=told)}/triage").text
    assert "an adult the pupil trusts talks with them today" in text
    assert "“I don't want them to know now”" in text
    for words in ("I fear that the child", "Ask the reporter", "not suitable to tell them"):
        assert words not in text


def test_doubt_about_harm_says_whom_to_ask(lay: Lay, signed_in: SignIn) -> None:
    number = lay(concern={"protection": ProtectionAnswer.UNSURE})
    text = signed_in("karin").get(f"/referrals/{number}/triage").text
    assert "Social services give advice" in text
    assert "0000-10 00 00" in text


def test_a_conflict_of_interest_names_the_functions(lay: Lay, signed_in: SignIn) -> None:
    conflict = {
        "conflict": ConflictAnswer.YES, "conflict_functions": ["school_nurse"], "conflict_text": "Hon är barnets faster.",
    }  # fmt: skip
    text = signed_in("karin").get(f"/referrals/{lay(concern=conflict)}/triage").text
    for words in ("Somebody is too close to the matter", "School nurse", "Hon är barnets faster."):
        assert words in text


def test_a_possible_duplicate_is_shown_to_the_coordinator(lay: Lay, signed_in: SignIn) -> None:
    number, other = lay(child_name_index="same"), lay(child_name_index="same")
    assert other in signed_in("karin").get(f"/referrals/{number}/triage").text


def test_a_protected_identity_is_said_before_anything_is_written(lay: Lay, signed_in: SignIn) -> None:
    number = lay(protected_level="sekretessmarkering")
    assert "The child's identity is protected" in signed_in("karin").get(f"/referrals/{number}/triage").text


def test_what_the_reporter_wrote_later_stands_under_the_concern(
    lay: Lay, signed_in: SignIn, settings: Settings
) -> None:
    number = lay()
    with db.writing(settings.database) as session:
        referral = session.scalars(select(Referral).where(Referral.number == number)).one()
        for kind, text in ((AdditionKind.COMPLETION, "Sedan augusti."), (AdditionKind.ADDITION, "I går var hon här.")):
            session.add(ConcernAddition(referral=referral, kind=kind, at=clock.now(), text=text))
    text = signed_in("karin").get(f"/referrals/{number}/triage").text
    assert "Completed by the reporter" in text
    assert "I går var hon här." in text


def test_a_head_teacher_reads_and_does_not_decide(lay: Lay, signed_in: SignIn) -> None:
    number = lay()
    browser = signed_in("henrik")
    page = browser.get(f"/referrals/{number}/triage")
    assert "A coordinator of Lindskolan decides." in page.text
    assert not page.all("input", name="way")
    assert browser.client.post(f"/referrals/{number}/triage", data={"way": "team"}).status_code in {400, 404}


def test_later_the_page_shows_what_was_decided(lay: Lay, signed_in: SignIn, settings: Settings) -> None:
    number = lay()
    browser = signed_in("karin")
    browser.get(f"/referrals/{number}/triage")
    browser.submit({"way": "team", "reason-team": "Det räcker."})
    page = browser.get(f"/referrals/{number}/triage")
    assert "Decided: straight to the team" in page.text
    assert "Det räcker." in page.text
    assert not page.all("input", name="way")


@pytest.mark.parametrize("who", ["otto", "kim", "anton"])
def test_who_has_nothing_to_do_with_it_gets_the_same_answer_as_for_nothing(
    lay: Lay, signed_in: SignIn, who: str
) -> None:
    number = lay(PLAN_ACTIVE)
    browser = signed_in(who)
    browser.get(f"/referrals/{number}/triage", status=404)
    browser.get("/referrals/HTL-0000-0000/triage", status=404)


def test_what_a_pupil_or_a_guardian_was_not_asked_is_not_missing(lay: Lay, signed_in: SignIn) -> None:
    nothing = dict.fromkeys(("child_voice", "guardians_view", "tried", "observed_when", "strengths"))
    missing = {
        kind: next(page.text_of(row) for row in page.all("p") if "strong" in page.text_of(row))
        for kind in (ReporterKind.TEACHER, ReporterKind.GUARDIAN, ReporterKind.PUPIL)
        for page in [signed_in("karin").get(f"/referrals/{lay(concern=nothing | {'reporter_kind': kind})}/triage")]
    }
    assert all(
        words in missing[ReporterKind.TEACHER] for words in ("When", "What the child says", "What the guardians say")
    )
    assert "What the guardians say" not in missing[ReporterKind.GUARDIAN]
    assert "What the child says" in missing[ReporterKind.GUARDIAN]
    for never_asked in ("When", "What the child says", "What the guardians say", "What has been tried"):
        assert never_asked not in missing[ReporterKind.PUPIL]


def test_that_the_reporter_cannot_be_reached_is_shown_as_missing(lay: Lay, signed_in: SignIn) -> None:
    unreachable = lay(concern={"reporter_phone": None, "reporter_email": None})
    karin = signed_in("karin")
    assert "No telephone number or e-mail address" in facts(karin.get(f"/referrals/{unreachable}/triage"))["Reporter"]
    reachable = lay(concern={"reporter_phone": "0000-11 22 33"})
    assert "No telephone" not in facts(karin.get(f"/referrals/{reachable}/triage"))["Reporter"]
