"""Who is told: for each kind of audience the people it means, for one history row. Accounts by their own address and language."""

import uuid
from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from referrals import clock, team_review
from referrals.access import Role, parties
from referrals.disclosure import coverage, hand_over
from referrals.meetings import conflict, own_calls
from referrals.models import (
    Account,
    AssessmentPart,
    Concern,
    Guardian,
    HandOver,
    History,
    Mail,
    MeetingDecision,
    PlannedAction,
    RoleAssignment,
    TeamSeat,
    UpwardOrigin,
    UpwardQuestion,
)
from referrals.papers import readers
from referrals.people import coordinating
from referrals.plans import plan_versions
from referrals.stages import WITH_HEAD_TEACHER, State, Verb
from referrals.vocabulary import MailKind, PartStatus

REPORTER: Final = readers.REPORTER


@dataclass(frozen=True)
class Addressee:
    """Somebody to write to: `account:` or `guardian:` and an id, or `reporter`; their address, and the language they read."""

    key: str
    address: str
    language: str
    account_id: uuid.UUID | None = None


def coordinators(session: Session, row: History) -> list[Addressee]:
    """The coordinators of the unit."""
    return _accounts(_with_role(session, row, Role.COORDINATOR))


def coordinators_if_open(session: Session, row: History) -> list[Addressee]:
    """The coordinators of the unit, unless the concern was withdrawn meanwhile."""
    return coordinators(session, row) if row.referral.is_open else []


def settlers_of_conflict(session: Session, row: History) -> list[Addressee]:
    """Who may settle the conflict of interest that holds everything else; nobody where none does."""
    return _accounts(conflict.deciders(session, row.referral)) if row.referral.held_since is not None else []


def administrators_if_nobody_settles(session: Session, row: History) -> list[Addressee]:
    """The administrators, where it is held and nobody is left who may settle it: they appoint somebody."""
    if row.referral.held_since is None or conflict.deciders(session, row.referral):
        return []
    holds = Account.roles.any(RoleAssignment.role == Role.ADMINISTRATOR)
    return _accounts(session.scalars(select(Account).where(holds, Account.is_active)))


def head_teachers(session: Session, row: History) -> list[Addressee]:
    """The head teachers of the unit."""
    return _accounts(_with_role(session, row, Role.HEAD_TEACHER))


def approvers(session: Session, row: History) -> list[Addressee]:
    """Who may approve: the unit's coordinators and head teachers."""
    return _accounts(_with_role(session, row, Role.COORDINATOR, Role.HEAD_TEACHER))


def reminded_of_minutes(session: Session, row: History) -> list[Addressee]:
    """Who may approve the minutes, where they are reminded of that."""
    return approvers(session, row) if row.choice == Verb.APPROVE_MINUTES else []


def reminded_of_plan(session: Session, row: History) -> list[Addressee]:
    """Who may approve the plan, where they are reminded of that."""
    return approvers(session, row) if row.choice == Verb.APPROVE_ACTION_PLAN else []


def reporter(session: Session, row: History) -> list[Addressee]:
    """Whoever sent the concern in, if they left an address."""
    concern = session.scalars(select(Concern).where(Concern.referral_id == row.referral_id)).first()
    if concern is None or not concern.reporter_email:
        return []
    return [Addressee(REPORTER, concern.reporter_email, concern.language)]


def assessors_just_asked(session: Session, row: History) -> list[Addressee]:
    """Who was asked for a part by this very decision."""
    parts = session.scalars(
        select(AssessmentPart).where(
            AssessmentPart.referral_id == row.referral_id,
            AssessmentPart.status == PartStatus.REQUESTED,
            AssessmentPart.asked_at <= row.at,
        )
    ).all()
    before = session.scalars(
        select(History.at).where(History.referral_id == row.referral_id, History.number == row.number - 1)
    ).first()
    return _by_ids(session, row, (part.assessor_id for part in parts if before is None or part.asked_at >= before))


def reminded_of_part(session: Session, row: History) -> list[Addressee]:
    """Who is reminded by `row` of a part; nobody once it is in, or where another reminder came after."""
    of_it = AssessmentPart.referral_id == row.referral_id, AssessmentPart.reminded_at == row.at
    is_out = AssessmentPart.status == PartStatus.REQUESTED
    return _by_ids(session, row, session.scalars(select(AssessmentPart.assessor_id).where(*of_it, is_out)))


def reminded_of_action(session: Session, row: History) -> list[Addressee]:
    """Who is reminded by `row` of an action; nobody once it is done, or where another reminder came after."""
    of_it = PlannedAction.referral_id == row.referral_id, PlannedAction.reminded_at == row.at
    runs = PlannedAction.status.in_(plan_versions.RUNNING)
    return _by_ids(session, row, session.scalars(select(PlannedAction.owner_id).where(*of_it, runs)))


def reminded_of_decision(session: Session, row: History) -> list[Addressee]:
    """Who is reminded by `row` of what a meeting decided; nobody once it is done, or where another reminder came after."""
    of_it = MeetingDecision.referral_id == row.referral_id, MeetingDecision.reminded_at == row.at
    is_open = MeetingDecision.done_id.is_(None)
    return _by_ids(session, row, session.scalars(select(MeetingDecision.responsible_id).where(*of_it, is_open)))


_REMINDED: Final = {
    MailKind.PART_REMINDED: reminded_of_part,
    MailKind.ACTION_REMINDED: reminded_of_action,
    MailKind.DECISION_REMINDED: reminded_of_decision,
}


def is_owed(session: Session, mail: Mail) -> bool:
    """Whether the reader of a mail that reminds of something of their own still owes it; True of other mail."""
    reminded = _REMINDED.get(mail.kind)
    return reminded is None or mail.recipient in {one.key for one in reminded(session, mail.history)}


def reminded_of_answer(session: Session, row: History) -> list[Addressee]:
    """The head teachers of the unit, where they are reminded of a question to them."""
    return head_teachers(session, row) if State(row.to_stage, row.to_status) == WITH_HEAD_TEACHER else []


def called_to_meeting(session: Session, row: History) -> list[Addressee]:
    """Who is called to the meeting that `row` called, also those who stand in in the team on that day only."""
    call = team_review.called_then(session, row.referral, after=row)
    ids, facts = {uuid.UUID(each) for each in (call.called if call else ())}, row.referral.facts()
    found = session.scalars(select(Account).where(Account.id.in_(ids)))
    return _accounts(one for one in found if call and own_calls.parties_then(one, facts, call.starts_at))


def called_before(session: Session, row: History) -> list[Addressee]:
    """Who was called to a meeting to come that `row` called off, or to which it no longer calls them.

    Only who still has something to do with the referral: the others are told by `called_before_and_gone`.
    """
    return _by_ids(session, row, _called_no_more(session, row))


def called_before_and_gone(session: Session, row: History) -> list[Addressee]:
    """The same who have nothing to do with the referral any more: the meeting stands in their calendar all the same.

    What they are told is only that they need not come, and of no referral.
    """
    ids = _called_no_more(session, row)
    there = {account.id for account in _who_has_to_do(session, row, ids)}
    return _accounts(session.scalars(select(Account).where(Account.id.in_(ids - there))))


def guardians_invited(session: Session, row: History) -> list[Addressee]:
    """The guardians invited to the meeting that `row` called, as far as mail may go to them."""
    call = team_review.called_then(session, row.referral, after=row)
    return _guardians(session, row, set(call.guardians_invited) if call else set())


def guardians_invited_before(session: Session, row: History) -> list[Addressee]:
    """The guardians who were invited to a meeting to come that `row` called off, or to which it no longer invites them."""
    return _guardians(session, row, _released(session, row, "guardians_invited"))


def guardians_to_tell(session: Session, row: History) -> list[Guardian]:
    """The same whom no mail may reach, as long as the meeting would still be to come: somebody tells them by hand."""
    call = team_review.ended_call(session, row)
    if call is None or call.starts_at <= clock.now():
        return []
    ids, known = _released(session, row, "guardians_invited"), coverage.guardians_of(session, row.referral)
    return [one for one in known if str(one.id) in ids and not one.can_be_mailed]


def plan_author(session: Session, row: History) -> list[Addressee]:
    """Who wrote the newest plan."""
    plan = plan_versions.newest_version(session, row.referral)
    return _by_ids(session, row, [plan.author_id] if plan else [])


def named_in_plan(session: Session, row: History) -> list[Addressee]:
    """The approved plan's author and lead, who follows it up, and everybody with an action in it."""
    plan = plan_versions.approved_until(session, row.referral, row.at)
    if plan is None:
        return []
    owners = session.scalars(
        select(PlannedAction.owner_id).where(PlannedAction.goal_id.in_([goal.id for goal in plan.goals]))
    )
    named = [plan.author_id, plan.lead_id, plan.follow_up_by_id, plan.evaluation_by_id, *owners]
    return _by_ids(session, row, named)


def who_follows_up(session: Session, row: History) -> list[Addressee]:
    """Who the plan says follows it up, and the referral's owner."""
    plan = plan_versions.approved_until(session, row.referral, row.at)
    return _by_ids(session, row, [plan.follow_up_by_id if plan else None, row.referral.owner_id])


def who_may_take_over(session: Session, row: History) -> list[Addressee]:
    """Who may answer for the unit that it is offered to; nobody where the offer waits no more."""
    found = hand_over.waiting(session, row.referral)
    if found is None:
        return []
    holds = Account.roles.any(
        (RoleAssignment.unit_id == found.to_unit_id) & RoleAssignment.role.in_(hand_over.MAY_ANSWER)
    )
    sits = Account.seats_beside.any(TeamSeat.forum_id == found.to_forum_id)
    accounts = session.scalars(select(Account).where(holds | sits, Account.is_active))
    return _accounts(account for account in accounts if hand_over.may_answer(found, account.actor()))


def reminded_of_hand_over(session: Session, row: History) -> list[Addressee]:
    """Who may answer for the unit that it is offered to, where `row` reminds of that."""
    return who_may_take_over(session, row) if row.choice == Verb.ACCEPT_HAND_OVER else []


def who_offered_it(session: Session, row: History) -> list[Addressee]:
    """Who offered the hand-over that is answered here, as long as they may still know of it."""
    found = session.scalars(select(HandOver).where(HandOver.answered_id == row.id)).one_or_none()
    account = session.get(Account, found.offered.by_id) if found else None
    if account is None or found not in hand_over.offered_by(session, account.actor()):
        return []
    return _accounts([account])


def who_asked_upward(session: Session, row: History) -> list[Addressee]:
    """Who sent the question upward whose answer came home by `row`; the coordinators where they have nothing to do with it any more."""
    asked = select(UpwardQuestion.asked_by_id).join(UpwardOrigin).where(UpwardOrigin.referral_id == row.referral_id)
    answered = session.scalars(asked.where(UpwardQuestion.answered_at == row.at))
    return _by_ids(session, row, answered) or coordinators(session, row)


def members_and_reporter(session: Session, row: History) -> list[Addressee]:
    """Everybody who worked on it, and whoever sent it in. Who was invited from outside and had no action knows of nothing."""
    facts = row.referral.facts()
    worked = [
        account
        for account in _who_has_to_do(session, row, facts.members)
        if row.referral_id not in account.actor().invited_to or facts.is_acting(account.id)
    ]
    return [*_accounts(worked), *reporter(session, row)]


def _with_role(session: Session, row: History, *roles: Role) -> Iterable[Account]:
    facts = row.referral.facts()
    at_unit = (RoleAssignment.unit_id == row.referral.unit_id) & RoleAssignment.role.in_(
        set(roles) - {Role.COORDINATOR}
    )
    holds = Account.roles.any(at_unit)
    if Role.COORDINATOR in roles:
        holds |= coordinating.coordinate(row.referral)
    stands_in = Account.id.in_(facts.stand_ins if Role.COORDINATOR in roles else ())
    found = session.scalars(select(Account).where(holds | stands_in, Account.is_active))
    return [account for account in found if parties(account.actor(), facts)]


def _by_ids(session: Session, row: History, ids: Iterable[uuid.UUID | None]) -> list[Addressee]:
    return _accounts(_who_has_to_do(session, row, {each for each in ids if each is not None}))


def _who_has_to_do(session: Session, row: History, ids: AbstractSet[uuid.UUID]) -> list[Account]:
    """Those of `ids` who still have something to do with the referral: nobody else is to learn that it goes on."""
    found, facts = session.scalars(select(Account).where(Account.id.in_(ids))), row.referral.facts()
    return [account for account in found if parties(account.actor(), facts)]


def _called_no_more(session: Session, row: History) -> set[uuid.UUID]:
    return {uuid.UUID(each) for each in _released(session, row, "called")}


def _released(session: Session, row: History, whom: str) -> set[str]:
    """Ids of those `whom` a call names, `called` or `guardians_invited`, who were expected at a meeting to come until `row`."""
    call = team_review.ended_call(session, row)
    if call is None or call.starts_at <= row.at:
        return set()
    now = team_review.called_then(session, row.referral, after=row) if row.verb is Verb.SCHEDULE_MEETING else None
    return set(getattr(call, whom)) - set(getattr(now, whom) if now else ())


def _guardians(session: Session, row: History, ids: AbstractSet[str]) -> list[Addressee]:
    """Guardians in the order in which they were recorded, each in a language that we have."""
    return [
        Addressee(readers.guardian_key(one.id), one.email or "", readers.readable(session, one.language))
        for one in coverage.guardians_of(session, row.referral)
        if str(one.id) in ids and one.can_be_mailed
    ]


def addressee(account: Account) -> Addressee:
    """Somebody with an account, by their own address and in their own language."""
    return Addressee(f"account:{account.id}", account.email, account.language, account.id)


def _accounts(found: Iterable[Account]) -> list[Addressee]:
    """Each account once, in an order that is the same each time."""
    each_once = {account.id: account for account in found if account.is_active}
    return [addressee(account) for account in sorted(each_once.values(), key=lambda account: account.email)]
