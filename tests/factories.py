"""Builders of rows for tests: each gives something plausible, and takes what the test is about."""

import secrets
import uuid
from datetime import date, timedelta
from typing import Any

from sqlalchemy.orm import Session

from referrals import clock, closure, history, reference
from referrals.access import Actor
from referrals.models import (
    Account,
    ActionPlan,
    AssessmentPart,
    Concern,
    Consent,
    Goal,
    Guardian,
    InformationNotice,
    Membership,
    PlannedAction,
    Referral,
    TeamMeeting,
    Unit,
)
from referrals.safeguarding.access_list import add_to_list
from referrals.safeguarding.protected_identity import Mark, protect_identity
from referrals.stages import CLOSED, IN_TRIAGE, OPEN, State
from referrals.vocabulary import (
    About,
    ActionStatus,
    Arena,
    Compartment,
    ConflictAnswer,
    ConsentAnswer,
    ConsentForm,
    Custody,
    Domain,
    GuardiansKnow,
    InformationCategory,
    Level,
    NoticeMethod,
    PartStatus,
    PlanStatus,
    ProtectionAnswer,
    Recipient,
    ReporterKind,
    SchoolYear,
)
from tests.people import Cast


def a_referral(session: Session, cast: Cast, state: State = IN_TRIAGE, **values: Any) -> Referral:
    """A referral about Mila Testsson at the cast's school, standing in `state` with its concern."""
    identity = uuid.uuid4()
    referral = Referral(
        **{
            "id": identity, "forum_id": session.get_one(Unit, values.get("unit_id", cast.school.id)).forum_id, "number": values.get("number") or reference.new_number(session, cast.municipality.country), "unit_id": cast.school.id,
            "stage": state.stage, "status": state.status, "is_open": state in OPEN, "topics": ["attendance", "peers"],
            "school_year": SchoolYear.YEAR_4, "rulepack": "se-2026-07", "language": "sv", "opened_at": clock.now(),
            "stage_since": clock.now(), "child_name": "Mila Testsson", "child_group": "4B",
        }
        | values
    )  # fmt: skip
    history.begin(session, referral, by=Actor(reported=identity))
    session.add(
        Concern(
            referral=referral, reporter_kind=ReporterKind.TEACHER, language="sv", protection=ProtectionAnswer.NO,
            guardians_know=GuardiansKnow.YES, conflict=ConflictAnswer.NO, conflict_functions=[], return_code_index=secrets.token_hex(8),
            submitted_at=clock.now(), reporter_name="Lena Mentorsson", observations="Mila har varit borta nio dagar i september.",
        )
    )  # fmt: skip
    session.flush()
    return referral


def a_guardian(session: Session, referral: Referral, *, told_by: Account | None = None, **values: Any) -> Guardian:
    """A guardian with custody; informed at a meeting where `told_by` is given."""
    guardian = Guardian(
        referral=referral,
        **{
            "custody": Custody.JOINT,
            "language": "sv",
            "recorded_at": clock.now(),
            "name": "Maja Testsson",
            "phone": "0000-99 88 77",
        }
        | values,
    )
    session.add(guardian)
    if told_by is not None:
        told = {
            "method": NoticeMethod.MEETING,
            "told_on": clock.now().date(),
            "language": "sv",
            "at": clock.now(),
            "by_id": told_by.id,
        }
        session.add(InformationNotice(referral=referral, guardian=guardian, **told))
    session.flush()
    return guardian


def a_consent(session: Session, guardian: Guardian, *, by: Account, **values: Any) -> Consent:
    """A guardian's yes to social services knowing of schooling and attendance, for a month from today."""
    today = clock.now().date()
    row = Consent(
        referral=guardian.referral, guardian=guardian,
        **{
            "answer": ConsentAnswer.PARTIAL, "form": ConsentForm.ORAL, "categories": ["schooling", "attendance"],
            "recipients": ["social_services"], "from_on": today, "until_on": today + timedelta(days=30), "at": clock.now(),
            "by_id": by.id, "purpose": "Hjälpas åt.",
        }
        | values,
    )  # fmt: skip
    session.add(row)
    session.flush()
    session.refresh(guardian, ["consents"])
    return row


def consented(session: Session, referral: Referral, cast: Cast, **values: Any) -> Consent:
    """A consent of the one guardian to everything, for everybody, for half a year."""
    guardian, today = a_guardian(session, referral, told_by=cast.coordinator), clock.now().date()
    given = Consent(
        referral=referral, guardian=guardian,
        **{
            "answer": ConsentAnswer.FULL, "form": ConsentForm.WRITTEN, "categories": [*InformationCategory],
            "recipients": [*Recipient], "from_on": today, "until_on": today + timedelta(days=180), "at": clock.now(),
            "by_id": cast.coordinator.id,
        } | values,
    )  # fmt: skip
    session.add(given)
    session.flush()
    session.refresh(guardian, ["consents"])
    return given


def a_member(session: Session, referral: Referral, account: Account) -> Account:
    """`account` as somebody who works on the referral."""
    session.add(Membership(referral=referral, account_id=account.id, since=clock.now()))
    session.flush()
    session.refresh(referral, ["memberships"])
    return account


def protected(session: Session, referral: Referral, *, by: Account, **values: Any) -> Referral:
    """`referral` with the child's identity protected, or that of `guardian`; those in `let_in` are on its list."""
    let_in: tuple[Account, ...] = values.pop("let_in", ())
    mark = Mark("sekretessmarkering", "Beslutet visades.")
    protect_identity(session, referral, by=by.actor(), seen=None, mark=mark, **values)
    session.refresh(referral)
    for account in let_in:
        add_to_list(session, referral, by=by.actor(), seen=None, account=account, reason="Behöver se det.")
    session.refresh(referral)
    return referral


def a_part(
    session: Session, referral: Referral, assessor: Account, *, asked_by: Account, **values: Any
) -> AssessmentPart:
    """An assessment part that is asked of `assessor` and still out."""
    part = AssessmentPart(
        referral=referral, assessor_id=assessor.id, asked_by_id=asked_by.id,
        **{
            "asked_at": clock.now(), "due_on": clock.now().date() + timedelta(days=14), "status": PartStatus.REQUESTED,
            "compartment": Compartment.PEDAGOGICAL, "domains": ["learning"], "levels": ["individual"], "arenas": ["school"],
            "categories": ["schooling"], "about": About.CHILD, "question": "Hur går läsningen?",
        }
        | values,
    )  # fmt: skip
    session.add(part)
    a_member(session, referral, assessor)
    return part


def a_meeting(session: Session, referral: Referral, *, called_by: Account, **values: Any) -> TeamMeeting:
    """A meeting the team is called to; with nobody called, and no guardian invited."""
    given = {"number": 1, "minutes": 60, "place": "Rum 12", "called": [], "guardians_invited": []}
    meeting = TeamMeeting(referral=referral, called_by_id=called_by.id, **(given | values))
    session.add(meeting)
    session.flush()
    return meeting


def a_plan(
    session: Session, referral: Referral, *, author: Account, status: PlanStatus = PlanStatus.DRAFT, **values: Any
) -> ActionPlan:
    """A complete plan with one goal and one action, five times a week."""
    start: date = clock.now().date()
    plan = ActionPlan(
        referral=referral,
        **{
            "version": 1, "status": status, "author_id": author.id, "written_at": clock.now(), "valid_from": start,
            "valid_to": start + timedelta(weeks=12), "lead_id": author.id, "follow_up_on": start + timedelta(weeks=6),
            "follow_up_by_id": author.id, "evaluation_on": start + timedelta(weeks=12), "evaluation_by_id": author.id,
            "background": "Mila kommer sent.", "child_voice": "Jag vill ha en lugn start.", "if_worse": "Ring samordnaren.",
        }
        | values,
    )  # fmt: skip
    goal = Goal(
        referral=referral, plan=plan, position=0, domain=Domain.SAFETY, level=Level.INDIVIDUAL, about=About.CHILD, categories=["attendance"],
        text="Mila är i skolan varje dag.", baseline="Borta nio dagar i september.", target="Borta högst en dag i månaden.",
        plain="Du kommer till skolan varje dag.",
    )  # fmt: skip
    action = PlannedAction(
        referral=referral, goal=goal, position=0, owner_id=author.id, arena=Arena.SCHOOL, from_on=start,
        to_on=start + timedelta(weeks=6), times_a_week=5, status=ActionStatus.PLANNED, text="Lugn start med mentor.",
    )  # fmt: skip
    session.add_all([plan, goal, action])
    session.flush()
    return plan


def taken_up_again(session: Session, referral: Referral, cast: Cast) -> None:
    """Let a referral have been closed and taken up again, and stand where it stood."""
    there = referral.stage, referral.status
    referral.stage, referral.status = CLOSED.stage, CLOSED.status
    closure.reopen_referral(session, referral, by=cast.coordinator.actor(), reason="Det börjar om.")
    referral.stage, referral.status = there
