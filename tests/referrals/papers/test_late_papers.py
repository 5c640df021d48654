"""Papers that are made late: each says what was known when it was decided, not what happened since."""

from datetime import date, timedelta
from typing import Any

import time_machine
from sqlalchemy.orm import Session

from referrals import clock, documents, earlier, team_review, triage
from referrals.access import SYSTEM
from referrals.documents import Paper
from referrals.models import (
    Closure,
    ConcernAddition,
    Consent,
    FollowUp,
    Goal,
    GoalOutcome,
    Guardian,
    History,
    Membership,
    Referral,
    TeamMeeting,
)
from referrals.models.concern import AdditionKind
from referrals.papers import paper_sources, readers
from referrals.plans.plan_versions import plan_in_force, versions
from referrals.stages import Party, Verb
from referrals.vocabulary import (
    ClosureReason,
    Custody,
    DocumentKind,
    FollowUpDecision,
    GoalResult,
    MeetingOutcome,
    PlanStatus,
    Term,
)
from schemas.documents.writing import paper_html
from tests import straight_way
from tests.factories import a_guardian, a_part, a_plan
from tests.people import Cast

_LATER = "Långt senare"

#: every paper but those that are never one of a referral, and the one that follows only where the plan is shared
OF_A_REFERRAL = set(DocumentKind) - {
    DocumentKind.ABSENCE_WARNING,
    DocumentKind.ABSENCE_REPORT,
    DocumentKind.PROTECTION_REPORT,
    DocumentKind.PAGE_CODE,
    DocumentKind.PLAN_FOR_SERVICE,
    DocumentKind.HAND_OVER,
    DocumentKind.SERVICE_REFERRAL,
    DocumentKind.SUPPORT_REPORT,
    DocumentKind.SUPPORT_INVESTIGATION,
    DocumentKind.SUPPORT_PROGRAMME,
    DocumentKind.NO_SUPPORT_PROGRAMME,
    DocumentKind.SUPPORT_REVIEW,
    DocumentKind.SUPPORT_PROGRAMME_ENDED,
    DocumentKind.ABSENCE_NOTICE,
    DocumentKind.ABSENCE_INVESTIGATION,
    DocumentKind.DEGRADING_REPORT,
    DocumentKind.DEGRADING_INVESTIGATION,
    DocumentKind.EDUCATIONAL_REQUEST,
    DocumentKind.EDUCATIONAL_ASSESSMENT,
    DocumentKind.EDUCATIONAL_DECISION,
}


def _pages(session: Session, row: History) -> dict[Paper, str]:
    """What the papers that follow `row` say, if they are made now."""
    session.expire_all()
    return {
        paper: paper_html(paper_sources.gather(session, row.referral, paper, after=row))
        for paper in documents.papers_after(session, row)
    }


def _travel(session: Session, cast: Cast, clockwork: time_machine.Traveller) -> tuple[Referral, dict[int, Any]]:
    """A referral that went the straight way, and what its papers said, each made at once."""
    referral = straight_way.submit(session, cast.school)
    referral.owner_id = cast.coordinator.id
    in_time = {referral.version: _pages(session, referral.history[-1])}
    triage.open_triage(session, referral, by=SYSTEM)
    for decide in straight_way.DECISIONS:
        clockwork.shift(timedelta(hours=1))
        if decide.__name__ == "_conclude_assessment":
            part = a_part(session, referral, cast.counsellor, asked_by=cast.coordinator)
        decide(session, cast, referral)
        session.expire_all()
        in_time[referral.version] = _pages(session, referral.history[-1])
    clockwork.shift(timedelta(days=1))
    part.received_at, part.conclusion = clock.now(), _LATER
    return referral, in_time


def _row(session: Session, referral: Referral, verb: Verb, choice: Term | None = None) -> History:
    """One more row of the history, whether or not the referral stands where it could be written."""
    referral.version += 1
    row = History(
        referral=referral, number=referral.version, verb=verb, from_stage=referral.stage, from_status=referral.status,
        to_stage=referral.stage, to_status=referral.status, at=clock.now(), written_at=clock.machine_now(),
        by_party=Party.COORDINATOR, choice=choice, reason=_LATER,
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row


def _go_on(session: Session, cast: Cast, referral: Referral, guardian: Guardian) -> History:
    """Let something happen to every kind of row; the history row that called another meeting."""
    now, by = clock.now(), cast.coordinator.id
    today: date = now.date()
    old = versions(session, referral)[0]
    guardian.consents[-1].withdrawn_at, old.status, referral.revisit_on = now, PlanStatus.REPLACED, today
    before = earlier.stands_for_guardian(guardian)
    guardian.name, guardian.interpreter, guardian.custody = _LATER, "pl", Custody.SOLE
    first = team_review.meetings_of(session, referral)[0]
    call = earlier.stands_for_call(first)
    first.place, first.agenda = _LATER, [_LATER]  # its day stays: who has met is not called to another day
    other = a_guardian(session, referral, told_by=cast.coordinator, name=_LATER)
    fresh = {"answer": "refused", "form": "oral", "categories": [], "recipients": [], "from_on": today}
    meeting = TeamMeeting(
        referral=referral, number=2, starts_at=now, minutes=30, place=_LATER, called_by_id=by, called=[str(by)],
        guardians_invited=[str(other.id)],
    )  # fmt: skip
    plan = a_plan(
        session, referral, author=cast.coordinator, version=2, approved_at=now, background=_LATER, child_helpers=_LATER
    )
    goal: Goal = plan.goals[0]
    session.add_all(
        [
            ConcernAddition(referral=referral, kind=AdditionKind.ADDITION, at=now, text=_LATER),
            Consent(referral=referral, guardian_id=other.id, until_on=today, at=now, by_id=by, **fresh),
            Membership(referral=referral, account_id=cast.second_coordinator.id, since=now),
            meeting,
            FollowUp(
                referral=referral, plan=plan, number=2, by_id=by, held_on=today, recorded_at=now, learned=_LATER,
                decision=FollowUpDecision.CLOSE,
            ),
            Closure(
                referral=referral, number=2, reason=ClosureReason.GOALS_REACHED, closed_at=now, by_id=by, summary=_LATER,
                outcomes=[GoalOutcome(referral=referral, goal=goal, result=GoalResult.REACHED)],
            ),
        ]
    )  # fmt: skip
    earlier.keep(session, before, guardian, replaced_by=_row(session, referral, Verb.RECORD_GUARDIAN))
    earlier.keep(session, call, first, replaced_by=_row(session, referral, Verb.SCHEDULE_MEETING))
    _row(session, referral, Verb.SEND_TO_TEAM)
    _row(session, referral, Verb.CONCLUDE_ASSESSMENT)
    called = _row(session, referral, Verb.SCHEDULE_MEETING)
    meeting.held_at, meeting.approved_at, meeting.outcome, meeting.situation = now, now, MeetingOutcome.CLOSE, _LATER
    _row(session, referral, Verb.CLOSE_REFERRAL)
    session.flush()
    return called


def test_a_late_paper_says_what_was_known_when_it_was_decided(
    session: Session, cast: Cast, wednesday: time_machine.Traveller
) -> None:
    referral, in_time = _travel(session, cast, wednesday)
    guardian = straight_way.the_guardian(session, referral)
    called = _go_on(session, cast, referral, guardian)
    late = {row.number: _pages(session, row) for row in referral.history if row.number in in_time}
    changed = [(paper.kind, paper.recipient) for number in in_time for paper in in_time[number] if late[number].get(paper) != in_time[number][paper]]  # fmt: skip
    assert changed == []
    assert {number: [*pages] for number, pages in late.items()} == {
        number: [*pages] for number, pages in in_time.items()
    }
    assert {paper.kind for pages in late.values() for paper in pages} == OF_A_REFERRAL

    for kind in OF_A_REFERRAL - {DocumentKind.RECEIPT}:
        now = paper_html(paper_sources.gather(session, referral, Paper(kind, readers.FILE, "sv"), after=None))
        assert _LATER in now, kind
    meeting = team_review.called_meeting(session, referral, after=called)
    assert meeting is not None
    assert meeting.number == 2
    assert plan_in_force(session, referral) is None
