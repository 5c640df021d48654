"""The head teacher's part of the initial assessment, on its page and on home."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from referrals import clock, db
from referrals.models import Referral, StatutoryDecision, Unit
from referrals.stages import CLOSED, IN_TRIAGE, WITH_HEAD_TEACHER
from referrals.vocabulary import SchoolForm
from schemas.triage import TELL_FIRST
from tests.webapp.browsing import Browser
from tests.webapp.desk import Desk

SignIn = Callable[[str], Browser]
TODAY = clock.today("Europe/Stockholm")


@pytest.fixture
def desk(app: Any, settings: Any) -> Desk:
    return Desk(settings)


def state_of(desk: Desk, number: str) -> Any:
    return desk.read(number, lambda _session, referral: referral.state)


def test_the_coordinator_asks_and_the_head_teacher_decides(desk: Desk, signed_in: SignIn) -> None:
    number = desk.lay(IN_TRIAGE)
    karin, henrik = signed_in("karin"), signed_in("henrik")
    page = karin.get(f"/referrals/{number}/triage")
    assert "Investigation of the need of special support" in page.text
    page = karin.submit({"way": "head_teacher", "reason-head_teacher": "Är det 3:7?"})
    assert state_of(desk, number) == WITH_HEAD_TEACHER
    assert f"{number} waits for the head teacher." in page.text
    assert "The head teacher of Lindskolan does this." in page.text
    page = karin.get(f"/referrals/{number}/triage")
    assert "It is the head teacher's to decide." in page.text
    assert not page.all("input", name="way")

    home = henrik.get("/home")
    assert "Decide about a statutory track" in home.text
    assert [link.get("href") for link in home.all("a", class_="waiting__verb")] == [f"/referrals/{number}/triage"]
    page = henrik.get(f"/referrals/{number}/triage")
    assert "Är det 3:7?" in page.text
    typed = {"track": "absence_investigation", "reason": "Elva dagar borta.", "kept_in": "Skolans diarium"}
    assert "For Investigation of absence: the guardians are told before it is decided." in page.text
    page = henrik.submit(typed, form="statutory-form", status=422)
    assert page.problems == [f"On which day were guardians told? {TELL_FIRST}"]
    assert state_of(desk, number) == WITH_HEAD_TEACHER
    page = henrik.submit({"guardians_told_on": TODAY.isoformat()}, form="statutory-form")
    assert state_of(desk, number) == CLOSED
    assert "Decided: it goes on in a statutory track: Investigation of absence" in page.text
    text = henrik.get(f"/referrals/{number}/triage").text
    for words in ("Skollag 7:19 a", "Skolans diarium", "Elva dagar borta.", "The guardians were told first, on"):
        assert words in text
    decided_on = desk.read(number, lambda session, _: session.scalars(select(StatutoryDecision.decided_on)).one())
    assert decided_on == TODAY


def test_who_only_contributes_does_not_learn_which_track(desk: Desk, signed_in: SignIn) -> None:
    number = desk.lay(IN_TRIAGE)
    henrik = signed_in("henrik")
    henrik.get(f"/referrals/{number}/triage")
    typed = {"track": "absence_investigation", "reason": "Borta.", "kept_in": "Diariet"}
    henrik.submit(typed | {"guardians_told_on": TODAY.isoformat()}, form="statutory-form")
    text = signed_in("petra").get(f"/referrals/{number}").text
    assert "Decided: it goes on in a statutory track" in text
    assert "absence" not in text


def test_what_is_missing_is_said_at_its_field_and_nothing_is_lost(desk: Desk, signed_in: SignIn) -> None:
    number = desk.lay(WITH_HEAD_TEACHER)
    henrik = signed_in("henrik")
    page = henrik.get(f"/referrals/{number}/triage")
    assert page.fields(page.form("statutory-form"))["reason"] == "It belongs in this track, because: "
    assert page.fields(page.form("back-form"))["back"] == "The coordinator can decide this, because: "
    for form in ("statutory-form", "back-form"):
        assert "Why: Finish the sentence: so far it only begins." in henrik.submit(form=form, status=422).problems
        henrik.get(f"/referrals/{number}/triage")
    page = henrik.submit({"reason": "Min egen text.", "decided_on": ""}, form="statutory-form", status=422)
    assert page.problems == [
        "In which statutory track does it go on? Choose one of the statutory tracks.",
        "Where is the decision kept? Say where the decision is kept, so that it is found again.",
        "Decided on: Give the day of the decision.",
    ]
    assert "Min egen text." in page.response.text
    typed = {"track": "preschool_support", "kept_in": "Diariet", "decided_on": TODAY.isoformat()}
    page = henrik.submit(typed, form="statutory-form", status=422)
    assert page.problems == ["In which statutory track does it go on? Choose one of the statutory tracks."]
    page = henrik.submit({"back": ""}, form="back-form", status=422)
    assert page.problems == ["Why: Write why."]
    assert state_of(desk, number) == WITH_HEAD_TEACHER


def test_the_head_teacher_lets_the_coordinator_decide_after_all(desk: Desk, signed_in: SignIn) -> None:
    number = desk.lay(WITH_HEAD_TEACHER)
    henrik = signed_in("henrik")
    henrik.get(f"/referrals/{number}/triage")
    henrik.submit({"back": "Det här är teamets."}, form="back-form")
    assert state_of(desk, number) == IN_TRIAGE
    page = signed_in("karin").get(f"/referrals/{number}/triage")
    assert "The question went back to the coordinator" in page.text
    assert "Det här är teamets." in page.text
    assert page.all("input", name="way")


def test_a_coordinator_takes_the_question_back(desk: Desk, signed_in: SignIn) -> None:
    number = desk.lay(WITH_HEAD_TEACHER)
    karin = signed_in("karin")
    assert "Take the question back from the head teacher" in karin.get(f"/referrals/{number}").text
    karin.get(f"/referrals/{number}/triage")
    karin.submit({"back": "Jag har frågat mer."}, form="back-form")
    assert state_of(desk, number) == IN_TRIAGE


def test_where_the_law_lays_nothing_on_the_head_nobody_is_asked(desk: Desk, settings: Any, signed_in: SignIn) -> None:
    number = desk.lay(IN_TRIAGE)
    with db.writing(settings.database) as session:
        session.scalars(select(Unit).where(Unit.slug == "lindskolan")).one().school_form = SchoolForm.PRESCHOOL
    page = signed_in("karin").get(f"/referrals/{number}/triage")
    assert "Special support in preschool" in page.text
    assert "Investigation of absence" not in page.text
    page = signed_in("henrik").get(f"/referrals/{number}/triage")
    assert page.all("input", name="decided_on")
    assert not page.all("input", name="guardians_told_on")


def test_a_danish_preschool_has_no_statutory_track_here(desk: Desk, settings: Any, signed_in: SignIn) -> None:
    number = desk.lay(IN_TRIAGE)
    with db.writing(settings.database) as session:
        session.scalars(select(Unit).where(Unit.slug == "lindskolan")).one().school_form = SchoolForm.PRESCHOOL
    follow_danish_rules(settings, number)
    ways = [
        field.get("value") for field in signed_in("karin").get(f"/referrals/{number}/triage").all("input", name="way")
    ]
    assert "head_teacher" not in ways
    assert "Decide about a statutory track" not in signed_in("henrik").get(f"/referrals/{number}").text


def follow_danish_rules(settings: Any, number: str) -> None:
    """Let the referral follow the Danish rule pack."""
    with db.writing(settings.database) as session:
        session.scalars(select(Referral).where(Referral.number == number)).one().rulepack = "dk-2026-07"


@pytest.mark.parametrize("who", ["karin", "otto", "kim", "anton"])
def test_nobody_else_decides_by_knocking_at_the_address(desk: Desk, signed_in: SignIn, who: str) -> None:
    number = desk.lay(WITH_HEAD_TEACHER)
    answer = signed_in(who).client.post(
        f"/referrals/{number}/triage/statutory-track", data={"track": "support_programme"}
    )
    assert answer.status_code in {400, 404}
    assert state_of(desk, number) == WITH_HEAD_TEACHER
