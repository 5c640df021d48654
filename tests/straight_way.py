"""The straight way of one referral through all its decisions, made with the core's own verbs and with words that must not leak."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from referrals import (
    action_plan,
    assessment,
    clock,
    closure,
    consent,
    drafts,
    follow_up,
    here,
    intake,
    team_review,
    triage,
)
from referrals.disclosure import coverage
from referrals.models import Guardian, Referral, Unit
from referrals.plans import plan_versions
from referrals.vocabulary import (
    ActionStatus,
    Attendance,
    ClosureReason,
    ConflictAnswer,
    ConsentAnswer,
    ConsentForm,
    Custody,
    Domain,
    FollowUpDecision,
    GoalResult,
    GuardiansKnow,
    Helped,
    InformationCategory,
    LossCause,
    MeetingOutcome,
    NoticeMethod,
    Profession,
    ProtectionAnswer,
    ReporterKind,
    SchoolYear,
    Topic,
)
from tests.people import Cast

#: everything personal that is typed on the way; each word occurs nowhere else
TYPED = (
    "Zebulina", "Kvastengren", "5B-Lejonet", "skrattmåsar", "Ottoline", "Bläckfiskson", "hummerteine", "kajutgatan",
    "Vattenmelonsson", "törnrosdalen", "0000-55443322", "tulpanlök", "ottoline@bläckfisk.invalid", "reporter@kvast.invalid",
    "gurkmejsvals", "pilbågsflöjt", "rabarbermarsch",
)  # fmt: skip


def submit(
    session: Session,
    unit: Unit,
    *,
    language: str = "sv",
    email: str | None = "reporter@kvast.invalid",
    child: str = "Zebulina Kvastengren",
) -> Referral:
    """A teacher sends in a concern about Zebulina."""
    draft = drafts.start_draft(session, language=language, unit=unit).draft
    concern = intake.ConcernInput(
        reporter_kind=ReporterKind.TEACHER, reporter_name="Ottoline Bläckfiskson", reporter_email=email,
        reporter_phone="0000-55443322", child_name=child, child_group="5B-Lejonet", school_year=SchoolYear.YEAR_5,
        observations="Hon sitter ensam vid skrattmåsar.", strengths="Hon kan gurkmejsvals.", protection=ProtectionAnswer.NO,
        guardians_know=GuardiansKnow.YES, conflict=ConflictAnswer.NO, topics=(Topic.PEERS,), child_voice="Jag vill dansa pilbågsflöjt.",
    )  # fmt: skip
    return intake.submit_concern(session, draft, unit=unit, concern=concern)


Decision = Callable[[Session, Cast, Referral], Any]


def _send_to_assessment(session: Session, cast: Cast, referral: Referral) -> None:
    triage.send_to_assessment(session, referral, by=cast.coordinator.actor(), seen=None, reason="Först tulpanlök.")


def _record_guardian(session: Session, cast: Cast, referral: Referral) -> None:
    details = consent.GuardianDetails(
        name="Viola Vattenmelonsson", custody=Custody.SOLE, language="da", email="ottoline@bläckfisk.invalid",
        phone="0000-55443322", address="kajutgatan 3, törnrosdalen",
    )  # fmt: skip
    consent.record_guardian(session, referral, by=cast.coordinator.actor(), seen=None, details=details)


def _record_information(session: Session, cast: Cast, referral: Referral) -> None:
    notice = consent.Notice(NoticeMethod.MEETING, told_on=here.today(session), told_what="Om hummerteine.")
    guardian = the_guardian(session, referral)
    consent.record_information(
        session, referral, by=cast.coordinator.actor(), seen=None, guardian=guardian, notice=notice
    )


def _record_consent(session: Session, cast: Cast, referral: Referral) -> None:
    today, asked_about = here.today(session), coverage.asked_of(session, referral)
    given = consent.ConsentGiven(
        ConsentAnswer.FULL, ConsentForm.WRITTEN, tuple(InformationCategory), asked_about, "Hjälp med rabarbermarsch", today,
        today + timedelta(days=180),
    )  # fmt: skip
    guardian = the_guardian(session, referral)
    consent.record_consent(session, referral, by=cast.coordinator.actor(), seen=None, guardian=guardian, consent=given)


def _conclude_consent(session: Session, cast: Cast, referral: Referral) -> None:
    consent.conclude_consent(session, referral, by=cast.coordinator.actor(), seen=None)


def _request_parts(session: Session, cast: Cast, referral: Referral) -> None:
    assessment.request_parts(
        session, referral, by=cast.coordinator.actor(), seen=None, domains=[Domain.LEARNING], question="Hur går skrattmåsar?",
        asked=[{"assessor_id": cast.special_educator.id, "due_on": here.today(session) + timedelta(days=14)}],
    )  # fmt: skip


def _submit_part(session: Session, cast: Cast, referral: Referral) -> None:
    (part,) = assessment.parts_of(session, referral)
    assessment.submit_part(
        session, referral, by=cast.special_educator.actor(), seen=None, part=part, findings={Domain.LEARNING: "Läser gurkmejsvals."},
        conclusion="Behöver hummerteine.",
    )  # fmt: skip


def _conclude_assessment(session: Session, cast: Cast, referral: Referral) -> None:
    assessment.conclude_assessment(
        session, referral, by=cast.coordinator.actor(), seen=None, reason="Tillsammans: tulpanlök."
    )


def _schedule_meeting(session: Session, cast: Cast, referral: Referral) -> None:
    team_review.schedule_meeting(
        session, referral, by=cast.coordinator.actor(), seen=None, starts_at=clock.now() + timedelta(days=7), place="Rum 12",
        called=[cast.coordinator.id, cast.special_educator.id], guardians=[the_guardian(session, referral).id],
        agenda=["Om skrattmåsar"], without=list(Profession), on_closed_day=True,
    )  # fmt: skip


def _record_meeting(session: Session, cast: Cast, referral: Referral) -> None:
    team_review.record_meeting(
        session, referral, by=cast.coordinator.actor(), seen=None, situation="Zebulina trivs med tulpanlök.", outcome=MeetingOutcome.PLAN,
        attendance=[{"name": "Viola Vattenmelonsson", "function": "vårdnadshavare", "attendance": Attendance.PRESENT}],
        decisions=[{"text": "Vi provar rabarbermarsch.", "responsible": "Ottoline", "due_on": here.today(session)}],
    )  # fmt: skip


def _approve_minutes(session: Session, cast: Cast, referral: Referral) -> None:
    team_review.approve_minutes(session, referral, by=cast.head_teacher.actor(), seen=None)


def _draft_plan(session: Session, cast: Cast, referral: Referral) -> None:
    today, author = here.today(session), cast.coordinator
    action = action_plan.ActionInput(
        text="Dansa pilbågsflöjt",
        owner_id=cast.special_educator.id,
        from_on=today,
        to_on=today + timedelta(days=42),
        times_a_week=2,
    )
    goal = action_plan.GoalInput(
        domain=Domain.SAFETY, text="Fler gurkmejsvals", baseline="Inga", target="Två i veckan", plain="Du dansar.",
        categories=("schooling",), actions=(action,),
    )  # fmt: skip
    plan = action_plan.PlanInput(
        valid_from=today, valid_to=today + timedelta(days=84), lead_id=author.id, follow_up_on=today + timedelta(days=42),
        follow_up_by_id=author.id, evaluation_on=today + timedelta(days=84), evaluation_by_id=author.id,
        background="Zebulina vid skrattmåsar.", child_voice="Jag vill dansa.", guardians_view="Viola gillar hummerteine.", if_worse="Ring törnrosdalen.", goals=(goal,),
    )  # fmt: skip
    action_plan.draft_action_plan(session, referral, by=author.actor(), plan=plan)


def _submit_plan(session: Session, cast: Cast, referral: Referral) -> None:
    action_plan.submit_action_plan(session, referral, by=cast.coordinator.actor())


def _return_plan(session: Session, cast: Cast, referral: Referral) -> None:
    action_plan.return_action_plan(
        session, referral, by=cast.head_teacher.actor(), comments="Skriv mer om hummerteine."
    )


def _approve_plan(session: Session, cast: Cast, referral: Referral) -> None:
    action_plan.approve_action_plan(session, referral, by=cast.head_teacher.actor())


def _open_follow_up(session: Session, cast: Cast, referral: Referral) -> None:
    follow_up.open_follow_up(session, referral, by=cast.coordinator.actor())


def _record_follow_up(session: Session, cast: Cast, referral: Referral) -> None:
    plan = plan_versions.plan_in_force(session, referral)
    assert plan is not None
    said = follow_up.FollowUpInput(
        held_on=here.today(session),
        actions=[
            follow_up.ActionAnswer(action_id=action.id, times_done=0, helped=Helped.PARTLY, loss_cause=LossCause.OTHER)
            for action in plan_versions.actions_of(plan)
        ],
        goals=[follow_up.GoalAnswer(goal_id=goal.id, result=GoalResult.CLOSER, note="Mer tulpanlök") for goal in plan.goals],
        guardians=[follow_up.GuardianAnswer(guardian_id=the_guardian(session, referral).id, view="Bra med skrattmåsar.")],
        child_view="Pilbågsflöjt är kul.", learned="Mindre hummerteine.", decision=FollowUpDecision.CLOSE, reason="Rabarbermarsch räcker.",
    )  # fmt: skip
    follow_up.record_follow_up(session, referral, by=cast.coordinator.actor(), follow_up=said)


def _close(session: Session, cast: Cast, referral: Referral) -> None:
    plan = plan_versions.plan_in_force(session, referral)
    assert plan is not None
    decided = closure.ClosureInput(
        reason=ClosureReason.GOALS_REACHED, summary="Zebulina dansar gurkmejsvals.", if_needed_again="Ring kajutgatan.",
        outcomes=[closure.Outcome(goal_id=goal.id, result=GoalResult.REACHED) for goal in plan.goals],
        endings=[closure.Ending(action_id=action.id, status=ActionStatus.DONE) for action in plan_versions.running_actions(plan)],
    )  # fmt: skip
    closure.close_referral(session, referral, by=cast.coordinator.actor(), closure=decided)


#: every decision after the concern has come to triage, in order
DECISIONS: tuple[Decision, ...] = (
    _send_to_assessment, _record_guardian, _record_information, _record_consent, _conclude_consent, _request_parts, _submit_part,
    _conclude_assessment, _schedule_meeting, _record_meeting, _approve_minutes, _draft_plan, _submit_plan, _return_plan, _draft_plan,
    _submit_plan, _approve_plan, _open_follow_up, _record_follow_up, _close,
)  # fmt: skip


def the_guardian(session: Session, referral: Referral) -> Guardian:
    """The one guardian of this way."""
    return session.scalars(select(Guardian).where(Guardian.referral_id == referral.id)).one()
