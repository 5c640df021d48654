"""The closure's page: proposed, decided with nothing left running, taken back, and reopened."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from referrals import clock, closure, db, notes
from referrals.models import Referral, TeamMeeting
from referrals.plans import plan_versions
from referrals.stages import CLOSED, CLOSURE_PROPOSED, FOLLOW_UP_DUE, IN_TRIAGE, PLAN_ACTIVE, TO_SCHEDULE, WITHDRAWN
from referrals.vocabulary import ActionStatus, PlanStatus
from tests.factories import a_guardian
from tests.webapp.desk import Desk, cast_of

pytestmark = pytest.mark.usefixtures("wednesday")

ALL_DECIDED = {
    "outcomes-0-result": "reached", "outcomes-0-note": "Sedan november.", "endings-0-status": "handed_over",
    "endings-0-handed_to": "Vera Mentorsson, mentor", "reason": "goals_reached", "summary": "Mila är i skolan varje dag.",
}  # fmt: skip


@pytest.fixture
def desk(app, settings):
    return Desk(settings)


def state(_session, referral):
    return referral.state


def test_closing_is_proposed_with_a_reason(desk, signed_in):
    number = desk.lay(PLAN_ACTIVE, PlanStatus.ACTIVE)
    karin = signed_in("karin")
    karin.get(f"/referrals/{number}/closure")
    page = karin.submit(form="propose-form", status=422)
    assert any("Finish the sentence: so far it only begins." in problem for problem in page.problems)
    assert page.fields(page.form("propose-form"))["reason"] == "Nothing more is needed from the team, because:"
    page = karin.submit({"reason": ""}, form="propose-form", status=422)
    assert any("Write why the referral can be closed." in problem for problem in page.problems)
    page = karin.submit({"reason": "Målen är nådda."}, form="propose-form")
    assert "Målen är nådda." in page.text
    assert desk.read(number, state) == CLOSURE_PROPOSED


def test_a_referral_is_closed_and_what_came_of_it_stays(desk, signed_in):
    number = desk.lay(CLOSURE_PROPOSED, PlanStatus.ACTIVE)
    karin = signed_in("karin")
    page = karin.get(f"/referrals/{number}/closure")
    assert "One action is still running" in page.text
    assert "0000-12 34 56" in page.fields(page.form("close-form"))["if_needed_again"]
    assert page.fields(page.form("close-form"))["endings-0-reason"] == "It has not worked out so far, because: "
    page = karin.submit(ALL_DECIDED, form="close-form")
    assert "The referral is closed." in page.text
    assert "It has not worked out" not in page.text
    for words in ("Sedan november.", "Vera Mentorsson, mentor", "Mila är i skolan varje dag.", "0000-12 34 56"):
        assert words in page.text
    assert desk.read(number, state) == CLOSED
    statuses = desk.read(number, lambda session, referral: [
        action.status for action in plan_versions.actions_of(plan_versions.versions(session, referral)[0])
    ])  # fmt: skip
    assert statuses == [ActionStatus.HANDED_OVER]


def test_an_action_without_an_ending_stops_the_closing(desk, signed_in):
    number = desk.lay(CLOSURE_PROPOSED, PlanStatus.ACTIVE)
    karin = signed_in("karin")
    karin.get(f"/referrals/{number}/closure")
    nameless = ALL_DECIDED | {"endings-0-handed_to": ""}
    page = karin.submit(nameless, form="close-form", status=422)
    assert any("Write the name of the person who takes it over." in problem for problem in page.problems)
    page = karin.submit({"endings-0-status": "not_done"}, form="close-form", status=422)
    assert any("Write why" in problem for problem in page.problems)
    page = karin.submit({"endings-0-status": ""}, form="close-form", status=422)
    assert any("Choose how this action ends." in problem for problem in page.problems)
    assert page.fields(page.form("close-form"))["summary"] == "Mila är i skolan varje dag."
    page = karin.submit({"endings-0-status": "done", "endings-0-action_id": number}, form="close-form", status=422)
    assert desk.read(number, state) == CLOSURE_PROPOSED


def test_an_action_that_began_meanwhile_stops_the_closing(desk, signed_in):
    number = desk.lay(CLOSURE_PROPOSED, PlanStatus.ACTIVE)
    karin = signed_in("karin")
    karin.get(f"/referrals/{number}/closure")
    other = {"endings-0-action_id": str(desk.read(number, lambda _session, referral: referral.id))}
    page = karin.submit(ALL_DECIDED | other, form="close-form", status=409)
    assert "Actions are still running" in page.text


def test_a_goal_that_changed_meanwhile_is_said(desk, signed_in):
    number = desk.lay(CLOSURE_PROPOSED, PlanStatus.ACTIVE)
    karin = signed_in("karin")
    karin.get(f"/referrals/{number}/closure")
    other = {"outcomes-0-goal_id": str(desk.read(number, lambda _session, referral: referral.id))}
    page = karin.submit(ALL_DECIDED | other, form="close-form", status=422)
    assert any("The plan has changed" in problem for problem in page.problems)


def test_what_the_follow_up_found_for_a_goal_stands_in_the_form_already(desk, signed_in, settings):
    number = desk.lay(FOLLOW_UP_DUE, PlanStatus.ACTIVE)
    karin = signed_in("karin")
    karin.get(f"/referrals/{number}/follow-up")
    said = {
        "goals-0-result": "reached", "goals-0-note": "Sedan november.", "actions-0-times_done": "1", "actions-0-helped": "yes",
        "child_declined": "yes", "decision": "close", "reason-close": "Målet är nått.",
    }  # fmt: skip
    karin.submit(said)
    page = karin.get(f"/referrals/{number}/closure")
    fields = page.fields(page.form("close-form"))
    assert (fields["outcomes-0-result"], fields["outcomes-0-note"]) == ("reached", "Sedan november.")


def test_a_referral_without_a_plan_is_closed_in_three_answers(desk, signed_in):
    number = desk.lay(CLOSURE_PROPOSED)
    karin = signed_in("karin")
    page = karin.get(f"/referrals/{number}/closure")
    assert "No plan is in force." in page.text
    karin.submit({"reason": "moved", "summary": "Familjen har flyttat."}, form="close-form")
    assert desk.read(number, state) == CLOSED


def test_who_closes_hears_that_a_guardian_is_to_be_told_that_a_meeting_is_not_held(desk, signed_in, settings):
    number = desk.lay(CLOSURE_PROPOSED)
    with db.writing(settings.database) as session:
        referral, cast = session.scalars(select(Referral).where(Referral.number == number)).one(), cast_of(session)
        guardian = a_guardian(session, referral, told_by=cast.coordinator)
        session.add(TeamMeeting(
            referral=referral, number=1, starts_at=clock.now() + timedelta(days=7), minutes=45, place="Rum 12",
            called_by_id=cast.coordinator.id, called=[], guardians_invited=[str(guardian.id)],
        ))  # fmt: skip
    karin = signed_in("karin")
    karin.get(f"/referrals/{number}/closure")
    page = karin.submit({"reason": "moved", "summary": "Familjen har flyttat."}, form="close-form")
    assert "The meeting is called off. One guardian gets no mail: tell them yourself." in page.text


def test_the_work_goes_on_after_all(desk, signed_in):
    with_plan, without = desk.lay(CLOSURE_PROPOSED, PlanStatus.ACTIVE), desk.lay(CLOSURE_PROPOSED)
    karin = signed_in("karin")
    karin.get(f"/referrals/{with_plan}/closure")
    page = karin.submit({"why": "x" * 20_001}, form="resume-form", status=422)
    assert page.problems
    karin.send({"why": "Ett mål är kvar."}, form="resume-form")
    assert desk.read(with_plan, state) == PLAN_ACTIVE
    assert desk.read(with_plan, lambda _session, referral: referral.history[-1].reason) == "Ett mål är kvar."
    page = karin.get(f"/referrals/{without}/closure")
    assert page.fields(page.form("resume-form"))["why"] == "The work goes on, because: "
    page = karin.submit({"why": ""}, form="resume-form", status=422)
    assert any("Write why the work goes on." in problem for problem in page.problems)
    karin.send({"why": "Teamet ses igen."}, form="resume-form")
    assert desk.read(without, state) == TO_SCHEDULE


def test_a_closed_referral_is_reopened(desk, signed_in):
    number = desk.lay(CLOSED)
    karin = signed_in("karin")
    page = karin.get(f"/referrals/{number}/closure")
    assert "It ended with the initial assessment" in page.text
    assert "Reopen the referral" in page.text
    page = karin.get(f"/referrals/{number}/closure/reopen")
    assert page.fields(page.form())["reason"] == "Since the referral was closed, this has happened: "
    page = karin.submit({"reason": ""}, status=422)
    assert any("Write what is new." in problem for problem in page.problems)
    karin.send({"reason": "Frånvaron är tillbaka."})
    assert desk.read(number, state) == IN_TRIAGE
    page = karin.get(f"/referrals/{number}/closure/reopen")
    assert "The referral is not closed" in page.text
    desk.lay(IN_TRIAGE)
    for address in (f"/referrals/{number}", "/board", "/referrals"):
        page = karin.get(address)
        assert [page.text_of(tag) for tag in page.all("span", class_="ds-tag status")].count("Reopened") == 1


def test_others_read_and_decide_nothing(desk, signed_in):
    number = desk.lay(CLOSURE_PROPOSED, PlanStatus.ACTIVE)
    for who in ("henrik", "petra"):
        page = signed_in(who).get(f"/referrals/{number}/closure")
        assert "The coordinator decides about the closing." in page.text
    signed_in("otto").get(f"/referrals/{number}/closure", status=404)
    signed_in("henrik").get(f"/referrals/{number}/closure/reopen", status=404)


def test_an_open_referral_says_that_nothing_is_closed(desk, signed_in):
    number = desk.lay(PLAN_ACTIVE, PlanStatus.ACTIVE)
    assert "The referral is open" in signed_in("henrik").get(f"/referrals/{number}/closure").text
    withdrawn = desk.lay(WITHDRAWN)
    assert "The referral is open" not in signed_in("karin").get(f"/referrals/{withdrawn}/closure").text


def test_two_who_close_at_once_are_told_who_was_first(desk, signed_in):
    number = desk.lay(CLOSURE_PROPOSED, PlanStatus.ACTIVE)
    karin, sanna = signed_in("karin"), signed_in("sanna")
    for browser in (karin, sanna):
        browser.get(f"/referrals/{number}/closure")
    sanna.submit(ALL_DECIDED, form="close-form")
    long = "Mila är i skolan varje dag, och alla är glada."
    page = karin.submit(ALL_DECIDED | {"summary": long}, form="close-form", status=409)
    assert "Sanna Brolund was first" in page.text
    assert long in page.text
    assert desk.read(number, lambda session, referral: len(closure.closures(session, referral))) == 1


def test_a_closing_says_whom_its_notes_are_about(desk, signed_in):
    number = desk.lay(CLOSURE_PROPOSED, PlanStatus.ACTIVE)
    karin = signed_in("karin")
    page = karin.get(f"/referrals/{number}/closure")
    assert "What do these notes hold?" in page.text
    said = {"whole-categories": ["wellbeing"], "own-summary-about": "sibling", "outcomes-0-own-categories": ["family"]}
    karin.submit(ALL_DECIDED | said, form="close-form")
    held = desk.read(number, lambda session, referral: {
        note.name.partition("-")[0]: (note.about.value, sorted(note.categories))
        for note in notes.notes_of(closure.closures(session, referral)[0])
    })  # fmt: skip
    assert held == {
        "outcomes": ("child", ["family"]), "summary": ("sibling", ["wellbeing"]), "if_needed_again": ("child", ["wellbeing"]),
    }  # fmt: skip
