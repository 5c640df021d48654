"""Whole lives of referrals: anybody tries anything in any order, and what the table says stays true."""

import itertools
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import select
from sqlalchemy.orm import Session

from referrals import action_plan, assessment, clock, closure, consent, follow_up, intake, team_review, triage
from referrals.access import SYSTEM, Actor, parties, parties_for
from referrals.action_plan import ActionInput, GoalInput, PlanInput
from referrals.closure import ClosureInput, Ending, Outcome
from referrals.consent import ConsentGiven, GuardianDetails, Notice
from referrals.disclosure import pieces, sharing
from referrals.errors import AlreadyMoved, NotAllowed, ReferralError, WrongStage
from referrals.follow_up import ActionAnswer, FollowUpInput, GoalAnswer, GuardianAnswer
from referrals.guardians import guardian_access
from referrals.keeping import kept_outside
from referrals.meetings import conflict, conflict_settling
from referrals.models import (
    ActionPlan,
    AdditionKind,
    AssessmentPart,
    ConcernAddition,
    Disclosure,
    Guardian,
    History,
    Listed,
    PlannedAction,
    Step,
    TeamMeeting,
)
from referrals.people import leaving
from referrals.plans import measurements
from referrals.safeguarding import access_list, protected_identity
from referrals.stages import (
    CLOSED,
    CLOSURE_PROPOSED,
    FOLLOW_UP_DUE,
    IN_CONSENT,
    IN_TRIAGE,
    MEETING_HELD,
    MOVE_BY_VERB,
    OPEN,
    PARTS_RECEIVED,
    PARTS_REQUESTED,
    PLAN_ACTIVE,
    PLAN_DRAFT,
    PLAN_FOR_APPROVAL,
    PLAN_RETURNED,
    QUIET,
    RETURNED,
    SCHEDULED,
    STATES,
    SUBMITTED,
    TO_SCHEDULE,
    WITH_HEAD_TEACHER,
    WITHDRAWN,
    Party,
    State,
    Verb,
)
from referrals.statutory import links, tracks
from referrals.vocabulary import (
    ActionStatus,
    ClosureReason,
    ConsentAnswer,
    ConsentForm,
    Custody,
    DecidedBy,
    Domain,
    FollowUpDecision,
    GoalResult,
    Helped,
    InformationCategory,
    MeetingOutcome,
    NoticeMethod,
    PartStatus,
    PlanStatus,
    Recipient,
    Review,
    TriageEnding,
)
from tests.factories import a_referral
from tests.people import Cast

#: what is done to one paper, mail, file, piece or part, or decided beside it, whatever state the referral is in
ABOUT_ONE_ROW = {
    Verb.STOP_SENDING, Verb.TAKE_OUT_FILE, Verb.RECORD_DECISION_DONE,
    Verb.WITHHOLD_FROM_GUARDIAN, Verb.LIFT_WITHHOLDING, Verb.MARK_CONFIDED, Verb.RECORD_CHILDS_ANSWER,
    Verb.UNLINK_STATUTORY_DECISION, Verb.REMIND_COLLEAGUE,
    Verb.OFFER_HAND_OVER, Verb.TAKE_BACK_HAND_OVER, Verb.DECLINE_HAND_OVER, Verb.ACCEPT_HAND_OVER, Verb.RECEIVE_HAND_OVER,
    Verb.REFER_TO_SERVICE, Verb.RECORD_SERVICE_ANSWER, Verb.PUT_SERVICE_ANSWER_RIGHT, Verb.INVITE_FROM_OUTSIDE, Verb.ASK_UPWARD, Verb.RECEIVE_UPWARD_ANSWER,
    Verb.REPORT_SUPPORT_NEED, Verb.BEGIN_SUPPORT_INVESTIGATION, Verb.CONCLUDE_SUPPORT_INVESTIGATION,
    Verb.WRITE_SUPPORT_PROGRAMME, Verb.DECIDE_SUPPORT_PROGRAMME, Verb.DECIDE_NO_SUPPORT_PROGRAMME, Verb.RECORD_SUPPORT_TOLD,
    Verb.REVIEW_SUPPORT_PROGRAMME, Verb.END_SUPPORT_PROGRAMME,
    Verb.BEGIN_ABSENCE_INVESTIGATION, Verb.REPORT_ABSENCE, Verb.CONCLUDE_ABSENCE_INVESTIGATION,
    Verb.REPORT_DEGRADING_TREATMENT, Verb.RECEIVE_DEGRADING_REPORT, Verb.PASS_ON_DEGRADING_REPORT,
    Verb.BEGIN_DEGRADING_INVESTIGATION, Verb.CONCLUDE_DEGRADING_INVESTIGATION,
    Verb.GIVE_ON_SUPPORT_INVESTIGATION, Verb.GIVE_ON_ABSENCE_INVESTIGATION, Verb.GIVE_ON_DEGRADING_INVESTIGATION,
    Verb.ASK_EDUCATIONAL_ASSESSMENT, Verb.GIVE_ON_EDUCATIONAL_ASSESSMENT, Verb.CONCLUDE_EDUCATIONAL_ASSESSMENT,
    Verb.DECIDE_EDUCATIONAL_HELP, Verb.RECORD_EDUCATIONAL_TOLD,
}  # fmt: skip

Deed = Callable[..., object]


class Life(RuleBasedStateMachine):
    """One referral, and everybody who may or may not do something to it."""

    session: Session
    cast: Cast
    #: every state some life came to
    reached: set[State]

    @initialize(steps=st.integers(0, 40), data=st.data())
    def begin(self, steps: int, data: st.DataObject) -> None:
        self.savepoint = self.session.begin_nested()
        self.referral = a_referral(self.session, self.cast, SUBMITTED)
        self.today = clock.now().date()
        self.done = 1
        if data.draw(st.integers(0, 5)) == 5:  # its reporter told of a conflict of interest in their own words
            conflict.hold(self.session, self.referral)
        for _ in range(steps):
            self.one_step_further(data)

    def teardown(self) -> None:
        if hasattr(self, "savepoint"):
            self.savepoint.rollback()
            self.session.expire_all()

    # ------------------------------------------------------------------------------------------------ who tries what
    def _people(self) -> dict[str, Actor]:
        cast, known = self.cast, _first(self, Guardian)
        coordinators = [cast.coordinator.actor(), cast.second_coordinator.actor()]
        if not parties(coordinators[0], self.referral.facts()):
            coordinators.reverse()  # she handed it over, and the other one keeps it moving
        return {
            "reporter": Actor(reported=self.referral.id),
            "guardian": Actor(guardian_id=known.id if known else None, guardian_of=self.referral.id),
            "coordinator": coordinators[0],
            "second coordinator": coordinators[1],
            "head teacher": cast.head_teacher.actor(),
            "special educator": cast.special_educator.actor(),
            "outsider": cast.outsider.actor(),
            "administrator": cast.administrator.actor(),
            "workflow": SYSTEM,
        }

    @rule(
        verb=st.sampled_from([verb for verb in Verb if verb not in {Verb.SUBMIT_CONCERN, *ABOUT_ONE_ROW}]),
        who=st.sampled_from(
            [
                "outsider",
                "administrator",
                "reporter",
                "guardian",
                "coordinator",
                "head teacher",
                "special educator",
                "workflow",
            ]
        ),
        stale=st.booleans(),
        data=st.data(),
    )
    def somebody_tries_anything(self, verb: Verb, who: str, stale: bool, data: st.DataObject) -> None:
        seen = self.referral.version - 1 if stale else self.referral.version
        self._try(verb, self._people()[who], seen=seen, data=data)

    @precondition(lambda self: self.referral.state in OPEN)
    @rule(data=st.data())
    def the_right_person_does_something_that_fits(self, data: st.DataObject) -> None:
        fitting = [
            move for move in MOVE_BY_VERB.values() if self.referral.state in move.frm and move.verb not in ABOUT_ONE_ROW
        ]
        move = data.draw(st.sampled_from(fitting))
        able = [actor for actor in self._people().values() if parties_for(move.verb, actor, self.referral.facts())]
        if able:
            self._try(move.verb, data.draw(st.sampled_from(able)), seen=self.referral.version, data=data)

    @rule(steps=st.integers(1, 6), data=st.data())
    def the_work_goes_on(self, steps: int, data: st.DataObject) -> None:
        for _ in range(steps):
            self.one_step_further(data)

    def one_step_further(self, data: st.DataObject) -> None:
        usual = USUALLY.get(self.referral.state, [[]]) if self.referral.held_since is None else [SETTLED_FIRST]
        for verb, who in data.draw(st.sampled_from(usual)):
            self._try(verb, self._people()[who], seen=self.referral.version, data=data)

    def _try(self, verb: Verb, by: Actor, *, seen: int, data: st.DataObject) -> None:
        before, version = self.referral.state, self.referral.version
        move = MOVE_BY_VERB[verb]
        is_allowed, is_stale = bool(parties_for(verb, by, self.referral.facts())), self._is_stale(seen)
        refused = self._attempt(lambda: DEEDS[verb](self, by, seen, data))
        if refused is not None:
            assert (self.referral.state, self.referral.version) == (before, version), "a refusal changes nothing"
            if not is_allowed:
                assert isinstance(refused, NotAllowed), "who has nothing to do with it learns nothing about it"
            elif is_stale:
                assert isinstance(refused, AlreadyMoved)
            elif before not in move.frm:
                assert isinstance(refused, WrongStage)
            return
        if self.referral.version == version:
            return  # the same thing twice: calm, and nothing recorded
        assert is_allowed
        assert not is_stale
        assert before in move.frm
        assert self.referral.state == before or self.referral.state in move.to
        self.done += self.referral.version - version
        self.reached.add(self.referral.state)

    def _is_stale(self, seen: int) -> bool:
        """Whether a person has done something since; what the workflow only carried on makes no page stale."""
        since = select(History.by_party).where(History.referral_id == self.referral.id, History.number > seen)
        return any(party is not Party.SYSTEM for party in self.session.scalars(since))

    def _attempt(self, deed: Callable[[], object]) -> ReferralError | None:
        attempt = self.session.begin_nested()
        try:
            deed()
            self.session.flush()
        except ReferralError as refused:
            attempt.rollback()
            self.session.expire_all()
            return refused
        attempt.commit()
        return None

    # ------------------------------------------------------------------------------------------------ what stays true
    @invariant()
    def history_tells_the_whole_life(self) -> None:
        if not hasattr(self, "referral"):
            return
        rows = self.session.scalars(
            select(History).where(History.referral_id == self.referral.id).order_by(History.number)
        ).all()
        assert [row.number for row in rows] == list(range(1, self.referral.version + 1))
        assert len(rows) == self.done
        newest = rows[-1]
        assert State(newest.to_stage, newest.to_status) == self.referral.state
        for earlier, later in itertools.pairwise(rows):
            assert (later.from_stage, later.from_status) == (earlier.to_stage, earlier.to_status)
        waiting = self.session.scalars(select(Step.history_id).where(Step.referral_id == self.referral.id)).all()
        assert set(waiting) == {row.id for row in rows if row.verb not in QUIET}

    @invariant()
    def a_protected_referral_is_never_without_somebody_who_decides_about_it(self) -> None:
        if hasattr(self, "referral"):
            cast, facts = self.cast, self.referral.facts()
            staff = (cast.coordinator, cast.second_coordinator, cast.head_teacher, cast.outsider)
            deciding = {Party.COORDINATOR, Party.HEAD_TEACHER}
            # while a conflict in free words holds it, nobody; `test_conflict_settling` says who then settles that
            assert any(parties(one.actor(), facts) & deciding for one in staff) != facts.is_held
            assert (facts.listed is None) == (self.referral.protected_level is None)

    @invariant()
    def an_ended_referral_is_not_open(self) -> None:
        if hasattr(self, "referral"):
            assert self.referral.is_open == (self.referral.state in OPEN)

    @invariant()
    def at_most_one_version_of_the_plan_runs(self) -> None:
        if hasattr(self, "referral"):
            active = select(ActionPlan).where(
                ActionPlan.referral_id == self.referral.id, ActionPlan.status == PlanStatus.ACTIVE
            )
            assert len(self.session.scalars(active).all()) <= 1

    @invariant()
    def nobody_is_called_to_a_meeting_about_a_referral_that_has_ended(self) -> None:
        if hasattr(self, "referral") and not self.referral.is_open:
            self.session.flush()
            called = select(TeamMeeting).where(
                TeamMeeting.referral_id == self.referral.id,
                TeamMeeting.held_at.is_(None), TeamMeeting.called_off_in.is_(None),
            )  # fmt: skip
            assert self.session.scalars(called).all() == []

    @invariant()
    def nothing_runs_in_a_closed_referral(self) -> None:
        if hasattr(self, "referral") and self.referral.state == CLOSED:
            running = select(PlannedAction).where(
                PlannedAction.referral_id == self.referral.id,
                PlannedAction.status.in_([ActionStatus.ONGOING, ActionStatus.HINDERED]),
            )
            assert self.session.scalars(running).all() == []


# ---------------------------------------------------------------------------------------------------- how each is tried


def _first(life: Life, model: type[Any], *conditions: Any) -> Any:
    return life.session.scalars(
        select(model).where(model.referral_id == life.referral.id, *conditions).limit(1)
    ).one_or_none()


def _guardian(life: Life) -> Guardian:
    return _first(life, Guardian) or Guardian(
        referral=life.referral, custody=Custody.SOLE, language="sv", recorded_at=clock.now()
    )


def _record_guardian(life: Life, by: Actor, seen: int, data: st.DataObject) -> object:
    details = GuardianDetails(
        name="Maja Testsson", custody=data.draw(st.sampled_from(Custody)), language="sv", phone="0000-11 22 33"
    )
    return consent.record_guardian(life.session, life.referral, by=by, seen=seen, details=details)


def _record_information(life: Life, by: Actor, seen: int, _data: st.DataObject) -> object:
    notice = Notice(method=NoticeMethod.PHONE, told_on=life.today, told_by="Karin", told_what="Att teamet tar upp oron")
    return consent.record_information(
        life.session, life.referral, by=by, seen=seen, guardian=_guardian(life), notice=notice
    )


def _record_consent(life: Life, by: Actor, seen: int, data: st.DataObject) -> object:
    given = ConsentGiven(
        answer=data.draw(st.sampled_from(ConsentAnswer)), form=ConsentForm.ORAL, categories=(InformationCategory.SCHOOLING,),
        recipients=(Recipient.SOCIAL_SERVICES,), purpose="Gemensam planering", from_on=life.today, until_on=life.today + timedelta(days=200),
    )  # fmt: skip
    return consent.record_consent(
        life.session, life.referral, by=by, seen=seen, guardian=_guardian(life), consent=given
    )


def _request_parts(life: Life, by: Actor, seen: int, _data: st.DataObject) -> object:
    asked: list[assessment.Asked] = [
        {"assessor_id": life.cast.special_educator.id, "due_on": life.today + timedelta(days=14)}
    ]
    return assessment.request_parts(
        life.session,
        life.referral,
        by=by,
        seen=seen,
        asked=asked,
        domains=[Domain.LEARNING],
        question="Hur går läsningen?",
    )


def _submit_part(life: Life, by: Actor, seen: int, _data: st.DataObject) -> object:
    part = _first(life, AssessmentPart, AssessmentPart.status == PartStatus.REQUESTED) or AssessmentPart(
        referral=life.referral, assessor_id=by.account_id
    )
    return assessment.submit_part(
        life.session, life.referral, by=by, seen=seen, part=part,
        findings={Domain.LEARNING: "Läser flytande"}, conclusion="Läsningen är stark", child_voice="Jag läser på kvällen",
    )  # fmt: skip


def _schedule(life: Life, by: Actor, seen: int, _data: st.DataObject) -> object:
    called = [life.cast.head_teacher.id, life.cast.counsellor.id]
    starts_at = datetime.combine(life.today + timedelta(days=7), time(9), UTC)
    return team_review.schedule_meeting(
        life.session,
        life.referral,
        by=by,
        seen=seen,
        starts_at=starts_at,
        minutes=45,
        place="Rum 12",
        called=called,
        agenda=["Läget"],
    )


def _hold(life: Life, by: Actor, seen: int, data: st.DataObject) -> object:
    return team_review.record_meeting(
        life.session, life.referral, by=by, seen=seen,
        attendance=[{"name": "Henrik Rosenby", "function": "Rektor", "attendance": team_review.Attendance.PRESENT}],
        situation="Borta ofta", strengths="Läser mycket", child_words="Jag vill ha lugnt", guardians_words="Vi vill vara med",
        decisions=[{"text": "Skriva plan", "responsible": "Karin", "due_on": life.today}],
        outcome=data.draw(st.sampled_from(MeetingOutcome)),
    )  # fmt: skip


def _write_plan(life: Life, by: Actor, seen: int, _data: st.DataObject) -> object:
    lead, end = life.cast.coordinator.id, life.today + timedelta(weeks=12)
    action = ActionInput(
        text="Lugn start", how="Med mentor", owner_id=lead, from_on=life.today, to_on=end, times_a_week=5
    )
    goal = GoalInput(
        domain=Domain.SAFETY, categories=["attendance"], text="I skolan varje dag", baseline="Nio dagar borta", target="Högst en dag",
        plain="Du kommer varje dag.", actions=[action],
    )  # fmt: skip
    plan = PlanInput(
        valid_from=life.today, valid_to=end, lead_id=lead, follow_up_on=life.today + timedelta(weeks=6), follow_up_by_id=lead,
        evaluation_on=end, evaluation_by_id=lead, background="Borta ofta", child_voice="Jag vill ha lugnt", guardians_view="Vi är med",
        if_worse="Ring Karin", goals=[goal],
    )  # fmt: skip
    return action_plan.draft_action_plan(life.session, life.referral, by=by, seen=seen, plan=plan)


def _action_status(life: Life, by: Actor, seen: int, data: st.DataObject) -> object:
    found = _first(life, PlannedAction)
    status = data.draw(st.sampled_from([ActionStatus.ONGOING, ActionStatus.DONE, ActionStatus.HINDERED]))
    action_id = found.id if found else life.referral.id
    return action_plan.record_action_status(
        life.session, life.referral, by=by, seen=seen, action_id=action_id, status=status, reason="Mentor sjuk"
    )


def _follow_up(life: Life, by: Actor, seen: int, data: st.DataObject) -> object:
    plan = _first(life, ActionPlan, ActionPlan.status == PlanStatus.ACTIVE)
    goals = plan.goals if plan else []
    planned = follow_up.times_planned(life.session, plan, life.today) if plan else {}
    told = FollowUpInput(
        held_on=life.today,
        actions=[
            ActionAnswer(action_id=action.id, times_done=planned.get(action.id, 0), helped=Helped.PARTLY)
            for goal in goals
            for action in goal.actions
        ],
        goals=[GoalAnswer(goal_id=goal.id, result=GoalResult.CLOSER) for goal in goals],
        child_declined=True,
        guardians=[
            GuardianAnswer(guardian_id=one.id, declined=True)
            for one in follow_up.guardians_to_ask(life.session, life.referral)
        ],
        learned="Lugn start hjälper",
        decision=data.draw(st.sampled_from(FollowUpDecision)),
        reason="Det går åt rätt håll",
        next_follow_up_on=life.today + timedelta(weeks=6),
    )
    return follow_up.record_follow_up(life.session, life.referral, by=by, seen=seen, follow_up=told)


def _close(life: Life, by: Actor, seen: int, _data: st.DataObject) -> object:
    plans = life.session.scalars(
        select(ActionPlan).where(ActionPlan.referral_id == life.referral.id).order_by(ActionPlan.version.desc())
    ).all()
    approved = [plan for plan in plans if plan.approved_at]
    goals = [goal for plan in approved[:1] for goal in plan.goals]
    running = [action for plan in plans for goal in plan.goals for action in goal.actions]
    told = ClosureInput(
        reason=ClosureReason.GOALS_REACHED, summary="Det går bra", if_needed_again="Ring Karin",
        outcomes=[Outcome(goal_id=goal.id, result=GoalResult.REACHED) for goal in goals],
        endings=[
            Ending(action_id=action.id, status=ActionStatus.DONE)
            for action in running
            if action.status in {ActionStatus.PLANNED, ActionStatus.ONGOING, ActionStatus.HINDERED}
            and action.goal.plan.status is PlanStatus.ACTIVE
        ],
    )  # fmt: skip
    return closure.close_referral(life.session, life.referral, by=by, seen=seen, closure=told)


def _share(life: Life, by: Actor, seen: int, _data: st.DataObject) -> object:
    what = sharing.Sharing(
        recipient=Recipient.POLICE, to_whom="Närpolisen", purpose="Stoppa hot", ground="crime_prevention", reason="Hot",
        told_on=life.today,
    )  # fmt: skip
    chosen = pieces.shareable(life.session, life.referral)[:1]
    return sharing.share_information(life.session, life.referral, by=by, seen=seen, chosen=chosen, sharing=what)


def _disclosure(life: Life) -> Disclosure:
    return _first(life, Disclosure) or Disclosure(referral=life.referral, ground="crime_prevention", told_on=None)


def _simple(verb: Deed, **values: Any) -> Callable[[Life, Actor, int, st.DataObject], object]:
    return lambda life, by, seen, _data: verb(life.session, life.referral, by=by, seen=seen, **values)


def _protect(life: Life, by: Actor, seen: int, data: st.DataObject) -> object:
    level = data.draw(st.sampled_from(["sekretessmarkering", "fingerade_personuppgifter"]))
    mark = protected_identity.Mark(level, "Vårdnadshavaren visade beslutet")
    return protected_identity.protect_identity(life.session, life.referral, by=by, seen=seen, mark=mark)


def _listed(life: Life) -> uuid.UUID:
    found = _first(life, Listed, Listed.account_id == life.cast.special_educator.id)
    return found.id if found else uuid.uuid4()


DEEDS: dict[Verb, Callable[[Life, Actor, int, st.DataObject], object]] = {
    Verb.RETURN_CONCERN: _simple(triage.return_concern, reason="Skriv när det hände"),
    Verb.RESUBMIT_CONCERN: _simple(intake.resubmit_concern, text="På tisdagar"),
    Verb.ADD_TO_CONCERN: _simple(intake.add_to_concern, text="En sak till"),
    Verb.READ_ADDITION: lambda life, by, seen, _data: intake.read_addition(
        life.session, life.referral, by=by, seen=seen,
        addition=_first(life, ConcernAddition, ConcernAddition.read_at.is_(None))
        or ConcernAddition(referral=life.referral, kind=AdditionKind.ADDITION, at=clock.now(), text="Inget"),
    ),
    Verb.WITHDRAW_CONCERN: _simple(intake.withdraw_concern),
    Verb.OPEN_TRIAGE: _simple(triage.open_triage),
    Verb.ASSIGN_OWNER: lambda life, by, seen, _data: triage.assign_owner(
        life.session, life.referral, by=by, seen=seen, owner=life.cast.second_coordinator, reason="Byte"
    ),
    Verb.RELEASE_MEMBER: lambda life, by, seen, _data: leaving.release_member(
        life.session, life.referral, by=by, seen=seen, reason="Slutar", account_id=life.cast.special_educator.id,
        successor_id=life.cast.counsellor.id,
    ),
    Verb.SEND_TO_ASSESSMENT: _simple(triage.send_to_assessment, reason="Vi behöver veta mer"),
    Verb.SEND_TO_TEAM: _simple(triage.send_to_team, reason="Vi vet nog"),
    Verb.END_AT_TRIAGE: lambda life, by, seen, data: triage.end_at_triage(
        life.session, life.referral, by=by, seen=seen,
        ending=triage.Ending(data.draw(st.sampled_from(TriageEnding)), "Skolan gör det själv", life.today + timedelta(days=28)),
    ),
    Verb.ASK_HEAD_TEACHER: _simple(triage.ask_head_teacher, reason="Är det här ditt?"),
    Verb.DECIDE_STATUTORY_TRACK: lambda life, by, seen, data: tracks.decide_statutory_track(
        life.session, life.referral, by=by, seen=seen,
        choice=tracks.StatutoryChoice(
            data.draw(st.sampled_from(tracks.statutory_tracks(life.referral))).key, "Skyldigheten är rektors", "Skolans diarium",
            life.today, life.today,
        ),
    ),
    Verb.LINK_STATUTORY_DECISION: lambda life, by, seen, data: links.link_decision(
        life.session, life.referral, by=by, seen=seen,
        link=links.Link(
            data.draw(st.sampled_from(tracks.statutory_tracks(life.referral))).key, "Skolans diarium", life.today,
            data.draw(st.sampled_from(DecidedBy)),
        ),
    ),
    Verb.HAND_BACK_TO_COORDINATOR: _simple(triage.hand_back_to_coordinator, reason="Nej, teamets"),
    Verb.RECORD_GUARDIAN: _record_guardian,
    Verb.RECORD_INFORMATION: _record_information,
    Verb.RECORD_CONSENT: _record_consent,
    Verb.WITHDRAW_CONSENT: lambda life, by, seen, _data: consent.withdraw_consent(
        life.session, life.referral, by=by, seen=seen, guardian=_guardian(life), reason="Ångrade sig"
    ),
    Verb.GIVE_PAGE_CODE: lambda life, by, seen, _data: guardian_access.give_code(
        life.session, life.referral, by=by, seen=seen, guardian=_guardian(life)
    ),
    Verb.REMIND_OF_CONSENT: _simple(consent.remind_of_consent),
    Verb.SHARE_INFORMATION: _share,
    Verb.TELL_GUARDIANS: lambda life, by, seen, _data: sharing.tell_guardians(
        life.session, life.referral, by=by, seen=seen, disclosure=_disclosure(life), told_on=life.today
    ),
    Verb.REVIEW_SHARING: lambda life, by, seen, data: sharing.review_sharing(
        life.session, life.referral, by=by, seen=seen, disclosure=_disclosure(life),
        outcome=data.draw(st.sampled_from(Review)), reason="Faran är över",
    ),
    Verb.CONCLUDE_CONSENT: _simple(consent.conclude_consent, reason="Klart"),
    Verb.REQUEST_PARTS: _request_parts,
    Verb.SUBMIT_PART: _submit_part,
    Verb.CONCLUDE_ASSESSMENT: _simple(assessment.conclude_assessment, reason="Vi vet nog"),
    Verb.SCHEDULE_MEETING: _schedule,
    Verb.CALL_OFF_MEETING: _simple(team_review.call_off_meeting, reason="Halva teamet är sjukt"),
    Verb.RECORD_MEETING: _hold,
    Verb.APPROVE_MINUTES: _simple(team_review.approve_minutes),
    Verb.DRAFT_ACTION_PLAN: _write_plan,
    Verb.SUBMIT_ACTION_PLAN: _simple(action_plan.submit_action_plan),
    Verb.RETURN_ACTION_PLAN: _simple(action_plan.return_action_plan, comments="Målet är för vagt"),
    Verb.APPROVE_ACTION_PLAN: _simple(action_plan.approve_action_plan),
    Verb.RECORD_ACTION_STATUS: _action_status,
    Verb.RECORD_MEASUREMENT: lambda life, by, seen, data: measurements.record_measurement(
        life.session, life.referral, by=by, seen=seen, measured=measurements.Measured(life.today, None, 0.0)
    ),
    Verb.OPEN_FOLLOW_UP: _simple(follow_up.open_follow_up),
    Verb.RECORD_FOLLOW_UP: _follow_up,
    Verb.PROPOSE_CLOSURE: _simple(closure.propose_closure, reason="Det går bra"),
    Verb.RESUME_WORK: _simple(closure.resume_work, reason="Inte än"),
    Verb.CLOSE_REFERRAL: _close,
    Verb.REOPEN_REFERRAL: _simple(closure.reopen_referral, reason="Borta igen"),
    Verb.PROTECT_IDENTITY: _protect,
    Verb.LIFT_PROTECTION: _simple(protected_identity.lift_protection, reason="Skatteverket har hävt den"),
    Verb.ADD_TO_LIST: lambda life, by, seen, _data: access_list.add_to_list(
        life.session, life.referral, by=by, seen=seen, account=life.cast.special_educator, reason="Ska skriva sin del"
    ),
    Verb.DECLARE_UNINVOLVED: _simple(conflict_settling.declare_uninvolved),
    Verb.STEP_ASIDE: _simple(conflict_settling.step_aside),
    Verb.SETTLE_CONFLICT: _simple(conflict_settling.settle_conflict, kept_out=(), reason="Ingen här menas"),
    Verb.REMIND_OF_CONFLICT: _simple(conflict_settling.remind_of_conflict),
    Verb.KEEP_OUTSIDE: _simple(kept_outside.keep_outside, is_on_paper=True),
    Verb.END_OUTSIDE: _simple(kept_outside.end_outside),
    Verb.TAKE_OFF_LIST: lambda life, by, seen, _data: access_list.take_off_list(
        life.session, life.referral, by=by, seen=seen, listed_id=_listed(life), reason="Klar med sin del"
    ),
}  # fmt: skip


_TELL = [(Verb.RECORD_GUARDIAN, "coordinator"), (Verb.RECORD_INFORMATION, "coordinator")]
_PLAN = [(Verb.DRAFT_ACTION_PLAN, "coordinator"), (Verb.SUBMIT_ACTION_PLAN, "coordinator")]

#: what usually happens before anything else where a conflict of interest told in free words holds it
SETTLED_FIRST = [(Verb.DECLARE_UNINVOLVED, "coordinator"), (Verb.SETTLE_CONFLICT, "coordinator")]
#: what usually happens next, one way or another
USUALLY: dict[State, list[list[tuple[Verb, str]]]] = {
    SUBMITTED: [[(Verb.OPEN_TRIAGE, "workflow")], [(Verb.RETURN_CONCERN, "coordinator")]],
    RETURNED: [[(Verb.RESUBMIT_CONCERN, "reporter")]],
    IN_TRIAGE: [
        [(Verb.SEND_TO_ASSESSMENT, "coordinator")],
        [(Verb.SEND_TO_TEAM, "coordinator")],
        [(Verb.ASK_HEAD_TEACHER, "coordinator")],
    ],
    WITH_HEAD_TEACHER: [[(Verb.HAND_BACK_TO_COORDINATOR, "head teacher")]],
    IN_CONSENT: [[*_TELL, (Verb.CONCLUDE_CONSENT, "coordinator")], [(Verb.REQUEST_PARTS, "coordinator")]],
    PARTS_REQUESTED: [
        [(Verb.REQUEST_PARTS, "coordinator"), (Verb.SUBMIT_PART, "special educator")],
        [(Verb.SUBMIT_PART, "special educator")],
    ],
    PARTS_RECEIVED: [[(Verb.CONCLUDE_ASSESSMENT, "coordinator")]],
    TO_SCHEDULE: [[*_TELL, (Verb.SCHEDULE_MEETING, "coordinator")]],
    SCHEDULED: [
        [(Verb.RECORD_MEETING, "coordinator")],
        [(Verb.RECORD_MEETING, "coordinator")],
        [(Verb.CALL_OFF_MEETING, "coordinator")],
    ],
    MEETING_HELD: [[(Verb.APPROVE_MINUTES, "head teacher")]],
    PLAN_DRAFT: [_PLAN],
    PLAN_RETURNED: [_PLAN],
    PLAN_FOR_APPROVAL: [[(Verb.APPROVE_ACTION_PLAN, "head teacher")], [(Verb.RETURN_ACTION_PLAN, "head teacher")]],
    PLAN_ACTIVE: [[(Verb.OPEN_FOLLOW_UP, "workflow")], [(Verb.RECORD_ACTION_STATUS, "coordinator")]],
    FOLLOW_UP_DUE: [[(Verb.RECORD_FOLLOW_UP, "coordinator")]],
    CLOSURE_PROPOSED: [[(Verb.CLOSE_REFERRAL, "coordinator")], [(Verb.RESUME_WORK, "coordinator")]],
    CLOSED: [[(Verb.REOPEN_REFERRAL, "coordinator")]],
}


def test_whatever_anybody_tries_the_table_of_moves_holds(session: Session, cast: Cast, wednesday: object) -> None:
    class ThisLife(Life):
        pass

    ThisLife.session, ThisLife.cast, ThisLife.reached = session, cast, {SUBMITTED}
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        ThisLife,
        settings=settings(
            max_examples=20,
            stateful_step_count=60,
            deadline=None,
            derandomize=True,  # the same lives on every machine; raise max_examples to look for new ones
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
        ),
    )
    missed = STATES - ThisLife.reached
    assert len(missed) <= 1, f"these lives go the ways the table leads, but never come to {missed}"


@pytest.mark.parametrize("end", [WITHDRAWN, CLOSED])
def test_nobody_takes_an_ended_referral_further_but_by_reopening_it(session: Session, cast: Cast, end: State) -> None:
    referral = a_referral(session, cast, end)
    further = {move.verb for move in MOVE_BY_VERB.values() if referral.state in move.frm and move.to}
    assert further == ({Verb.REOPEN_REFERRAL} if end == CLOSED else set())
    assert MOVE_BY_VERB[Verb.REOPEN_REFERRAL].to == (IN_TRIAGE,)
