"""Each note knows what kinds of information it holds and whom it is about, so that consent can be asked for each by itself."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from referrals import action_plan, assessment, clock, closure, follow_up, team_review
from referrals.action_plan import GoalInput, PlanInput
from referrals.documents import Paper
from referrals.errors import NotAllowed
from referrals.follow_up import ActionAnswer, FollowUpInput, GoalAnswer, GuardianAnswer
from referrals.meetings.minutes import Attendee, Decision
from referrals.models import ActionPlan, FollowUp, Guardian, Referral, TeamMeeting
from referrals.notes import WHOLE, Classification, Note, Noted, classification_of, notes_of, usual_categories
from referrals.papers import paper_sources
from referrals.papers.readers import guardian_key
from referrals.plans import plan_versions
from referrals.stages import CLOSURE_PROPOSED, FOLLOW_UP_DUE, PARTS_REQUESTED, PLAN_DRAFT, SCHEDULED
from referrals.vocabulary import (
    About,
    ActionStatus,
    Attendance,
    ClosureReason,
    DocumentKind,
    Domain,
    FollowUpDecision,
    GoalResult,
    Helped,
    InformationCategory,
    LossCause,
    PartStatus,
    PlanStatus,
)
from schemas.documents.writing import paper_html
from tests.factories import a_guardian, a_part, a_plan, a_referral
from tests.people import Cast

pytestmark = pytest.mark.usefixtures("wednesday")

WELLBEING, FAMILY = InformationCategory.WELLBEING, InformationCategory.FAMILY
THERE = Attendee(name="Karin Almkvist", function="Samordnare", attendance=Attendance.PRESENT)
DECIDED = Decision(text="Lugn start", responsible="Kim Solgren", due_on=date(2026, 10, 12))


def hold(session: Session, cast: Cast, referral: Referral, **minutes: Any) -> TeamMeeting:
    meeting = TeamMeeting(
        referral=referral, number=1, starts_at=datetime(2026, 10, 7, 12, 30, tzinfo=UTC), minutes=60, place="Rum 12",
        called_by_id=cast.coordinator.id, called=[], guardians_invited=[],
    )  # fmt: skip
    session.add(meeting)
    session.flush()
    given = {"attendance": [THERE], **minutes}
    return team_review.record_meeting(session, referral, by=cast.coordinator.actor(), seen=None, **given)


def followed_up(session: Session, cast: Cast, referral: Referral, plan: ActionPlan, **values: Any) -> FollowUp:
    goal, action = plan.goals[0], plan_versions.actions_of(plan)[0]
    said: dict[str, Any] = {
        "held_on": clock.now().date(),
        "actions": [
            ActionAnswer(
                action_id=action.id, times_done=0, loss_cause=LossCause.OTHER, helped=Helped.NO, note="Aldrig."
            )
        ],
        "goals": [GoalAnswer(goal_id=goal.id, result=GoalResult.CLOSER, note="Bättre.")],
        "child_view": "Lugnare.",
        "decision": FollowUpDecision.CONTINUE,
        "reason": "Det hjälper.",
        "next_follow_up_on": clock.now().date() + timedelta(weeks=6),
    }
    return follow_up.record_follow_up(
        session, referral, by=cast.coordinator.actor(), follow_up=FollowUpInput(**said | values)
    )


def by_name(row: Noted) -> dict[str, Note]:
    return {note.name: note for note in notes_of(row)}


def test_what_is_said_for_the_whole_meeting_holds_for_each_note_but_those_that_say_otherwise(
    session: Session, cast: Cast
) -> None:
    referral = a_referral(session, cast, SCHEDULED)
    guardian = a_guardian(session, referral)
    meeting = hold(
        session, cast, referral, situation="Borta nio dagar.", guardians_words="”Vi är trötta.”", dissent="Pappan: nej.",
        ratings={Domain.HEALTH: {"note": "Sover dåligt."}, Domain.SAFETY: {"rating": 4}},
        decisions=[DECIDED, {**DECIDED, "own": Classification(about=About.SIBLING)}],
        whole=Classification(categories=(WELLBEING,)),
        own={"guardians_words": Classification(categories=(FAMILY,), about=About.GUARDIAN, guardian_id=guardian.id)},
    )  # fmt: skip
    session.expire_all()
    assert [(note.name, set(note.categories), note.about, note.guardian_id) for note in notes_of(meeting)] == [
        ("situation", {WELLBEING}, About.CHILD, None),
        ("guardians_words", {FAMILY}, About.GUARDIAN, guardian.id),
        ("ratings-health", {WELLBEING}, About.CHILD, None),
        ("decisions-0", {WELLBEING}, About.CHILD, None),
        ("decisions-1", {WELLBEING}, About.SIBLING, None),
        ("dissent", {WELLBEING}, About.CHILD, None),
    ]
    assert classification_of(meeting)[WHOLE] == Classification(categories=(WELLBEING,))


def test_a_note_nobody_classified_counts_as_holding_every_kind(session: Session, cast: Cast) -> None:
    meeting = hold(session, cast, a_referral(session, cast, SCHEDULED), situation="Borta nio dagar.")
    assert meeting.classification == {}
    assert notes_of(meeting) == [
        Note(name="situation", text="Borta nio dagar.", categories=frozenset(InformationCategory), about=About.CHILD, guardian_id=None)
    ]  # fmt: skip


def test_a_note_on_a_goal_or_an_action_is_taken_as_what_the_goal_holds(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast, FOLLOW_UP_DUE)
    guardian = a_guardian(session, referral)
    plan = a_plan(session, referral, author=cast.coordinator, status=PlanStatus.ACTIVE)
    goal, action = plan.goals[0], plan_versions.actions_of(plan)[0]
    goal.about, goal.about_guardian_id = About.GUARDIAN, guardian.id
    row = followed_up(
        session, cast, referral, plan, learned="Måndagar.", whole=Classification(categories=(WELLBEING,)),
        goals=[GoalAnswer(goal_id=goal.id, result=GoalResult.CLOSER, note="Bättre.", own=Classification(categories=(FAMILY,)))],
        guardians=[GuardianAnswer(guardian_id=guardian.id, view="Bra.", own=Classification(categories=(FAMILY,)))],
        own={"learned": Classification(about=About.SIBLING)},
    )  # fmt: skip
    attendance = {InformationCategory.ATTENDANCE}
    assert [(note.name, set(note.categories), note.about, note.guardian_id) for note in notes_of(row)] == [
        (f"goal_results-{goal.id}", {FAMILY}, About.GUARDIAN, guardian.id),
        (f"action_results-{action.id}", attendance, About.GUARDIAN, guardian.id),
        ("child_view", {WELLBEING}, About.CHILD, None),
        (f"guardian_views-{guardian.id}", {FAMILY}, About.CHILD, None),
        ("learned", {WELLBEING}, About.SIBLING, None),
        ("decision_reason", {WELLBEING}, About.CHILD, None),
    ]


def test_the_texts_of_a_plan_go_into_its_next_version_with_what_they_hold(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast, PLAN_DRAFT)
    guardian = a_guardian(session, referral)
    theirs = Classification(about=About.GUARDIAN, guardian_id=guardian.id)
    goal = GoalInput(text="Ett mål", about=About.GUARDIAN, about_guardian_id=guardian.id)
    plan = action_plan.draft_action_plan(
        session,
        referral,
        by=cast.coordinator.actor(),
        plan=PlanInput(
            background="Kommer sent.", guardians_view="Vi oroar oss.", goals=[goal],
            whole=Classification(categories=(WELLBEING,)), own={"guardians_view": theirs},
        ),
    )  # fmt: skip
    copy = plan_versions.copy_version(session, plan, author_id=cast.coordinator.id, begins_on=clock.now().date())
    session.flush()
    for version in (plan, copy):
        notes = by_name(version)
        assert list(notes) == ["background", "guardians_view"]
        assert notes["guardians_view"].guardian_id == guardian.id
        assert notes["guardians_view"].categories == {WELLBEING}
        assert version.goals[0].about_guardian_id == guardian.id


def test_a_part_says_which_guardian_it_is_about_until_its_writer_changes_that(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast, PARTS_REQUESTED)
    guardian = a_guardian(session, referral)
    part = a_part(session, referral, cast.special_educator, asked_by=cast.coordinator)

    def save(**text: Any) -> None:
        assessment.save_part(session, referral, by=cast.special_educator.actor(), part=part, **text)

    save(about=About.GUARDIAN, about_guardian_id=guardian.id)
    save(conclusion="Mer tid.")
    assert (part.about, part.about_guardian_id) == (About.GUARDIAN, guardian.id)
    save(about=About.SIBLING)
    assert (part.about, part.about_guardian_id) == (About.SIBLING, None)


def test_nothing_is_about_a_guardian_of_another_child(session: Session, cast: Cast) -> None:
    stranger = a_guardian(session, a_referral(session, cast))
    theirs = Classification(about=About.GUARDIAN, guardian_id=stranger.id)
    with pytest.raises(NotAllowed):
        hold(session, cast, a_referral(session, cast, SCHEDULED), whole=theirs)
    referral = a_referral(session, cast, PLAN_DRAFT)
    goal = GoalInput(text="Ett mål", about=About.GUARDIAN, about_guardian_id=stranger.id)
    for plan in (PlanInput(whole=theirs), PlanInput(goals=[goal])):
        with pytest.raises(NotAllowed):
            action_plan.draft_action_plan(session, referral, by=cast.coordinator.actor(), plan=plan)
    running = a_referral(session, cast, FOLLOW_UP_DUE)
    in_force = a_plan(session, running, author=cast.coordinator, status=PlanStatus.ACTIVE)
    with pytest.raises(NotAllowed):
        followed_up(session, cast, running, in_force, whole=theirs)
    part = a_part(session, a_referral(session, cast, PARTS_REQUESTED), cast.special_educator, asked_by=cast.coordinator)
    with pytest.raises(NotAllowed):
        assessment.save_part(
            session, part.referral, by=cast.special_educator.actor(), part=part, about=About.GUARDIAN, about_guardian_id=stranger.id
        )  # fmt: skip


def test_notes_usually_hold_what_the_parts_handed_in_and_the_goals_hold(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast, PLAN_DRAFT)
    assert usual_categories(session, referral) == ()
    a_part(session, referral, cast.counsellor, asked_by=cast.coordinator, categories=["family"])
    handed_in = {"status": PartStatus.RECEIVED, "categories": ["wellbeing", "schooling"]}
    a_part(session, referral, cast.special_educator, asked_by=cast.coordinator, **handed_in)
    assert usual_categories(session, referral) == (InformationCategory.SCHOOLING, WELLBEING)
    a_plan(session, referral, author=cast.coordinator)
    assert InformationCategory.ATTENDANCE in usual_categories(session, referral)


def test_a_closing_says_what_its_notes_hold_and_whom_they_are_about(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast, CLOSURE_PROPOSED)
    maja, omar = a_guardian(session, referral), a_guardian(session, referral)
    plan = a_plan(session, referral, author=cast.coordinator, status=PlanStatus.ACTIVE)
    goal, by = plan.goals[0], cast.coordinator.actor()
    decided = closure.ClosureInput(
        reason=ClosureReason.GOALS_REACHED, summary="Omar har fått hjälp.", if_needed_again="Ring Lindskolan.",
        outcomes=[closure.Outcome(goal_id=goal.id, result=GoalResult.REACHED, note="Omar följer med på morgonen.",
                                  own=Classification(about=About.GUARDIAN, guardian_id=omar.id))],
        endings=[closure.Ending(action_id=one.id, status=ActionStatus.DONE) for one in plan_versions.running_actions(plan)],
        whole=Classification(categories=(WELLBEING,)),
        own={"summary": Classification(categories=(FAMILY,), about=About.GUARDIAN, guardian_id=omar.id)},
    )  # fmt: skip
    strangers = a_guardian(session, a_referral(session, cast, CLOSURE_PROPOSED))
    theirs = Classification(about=About.GUARDIAN, guardian_id=strangers.id)
    with pytest.raises(NotAllowed):
        closure.close_referral(session, referral, by=by, closure=replace(decided, whole=theirs))
    row = closure.close_referral(session, referral, by=by, closure=decided)
    notes = by_name(row)
    assert list(notes) == [f"outcomes-{goal.id}", "summary", "if_needed_again"]
    assert notes[f"outcomes-{goal.id}"].categories == set(goal.category_values)
    assert notes["summary"].categories == {FAMILY}
    assert notes["if_needed_again"].categories == {WELLBEING}

    def page(guardian: Guardian) -> str:
        paper = Paper(DocumentKind.CLOSING, guardian_key(guardian.id), "sv")
        return paper_html(paper_sources.gather(session, referral, paper, after=referral.history[-1]))

    for about_omar in ("Omar har fått hjälp.", "Omar följer med på morgonen."):
        assert about_omar in page(omar)
        assert about_omar not in page(maja)
    assert "Ring Lindskolan." in page(maja)
