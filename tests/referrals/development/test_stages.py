"""Development work goes through the stages of a referral by a table of its own: as it was seen, by who keeps it, and never unsaid."""

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from referrals import moving
from referrals.access import SYSTEM, Actor
from referrals.development import actions, cases, closing, stages, terms
from referrals.development.moves import (
    BACK,
    IN_ANALYSIS,
    MOVE_BY_ACT,
    MOVES,
    STATES,
    TO_PRIORITISE,
    WORKING,
    Mover,
    acts_from,
)
from referrals.errors import AlreadyMoved, DevelopmentClosed, DevelopmentRefused, NamesSomebody, NotAllowed, WrongStage
from referrals.models import DevelopmentCase
from referrals.stages import (
    CLOSED,
    CLOSURE_PROPOSED,
    FOLLOW_UP_DUE,
    IN_TRIAGE,
    PLAN_ACTIVE,
    PLAN_DRAFT,
    SUBMITTED,
    Stage,
)
from referrals.vocabulary import AfterFollowUp, DevelopmentAct, DevelopmentPhase, DevelopmentProblem, GovernanceLevel
from tests.development import AUTUMN, REPORT, SEEN, begin, carry
from tests.people import Cast


def test_the_table_names_every_act_once_and_leads_from_every_stage_to_the_end_without_consent() -> None:
    assert sorted(move.verb for move in MOVES) == sorted(DevelopmentAct)
    assert Stage.CONSENT not in {state.stage for state in STATES}
    assert {state.stage for state in STATES} == set(Stage) - {Stage.CONSENT}
    reached, ends = {SUBMITTED}, {CLOSED}
    for _ in STATES:
        reached |= {to for move in MOVES if move.frm & reached for to in move.to}
        ends |= {state for move in MOVES if ends & set(move.to) for state in move.frm}
    assert reached == set(STATES) == ends
    assert set(BACK) == MOVE_BY_ACT[DevelopmentAct.STEP_BACK].frm
    assert set(BACK.values()) == set(MOVE_BY_ACT[DevelopmentAct.STEP_BACK].to)
    assert [move.verb for move in MOVES if Mover.KEEPER not in move.by] == [DevelopmentAct.OPEN_TRIAGE]
    assert acts_from(CLOSED) == ()
    assert {move.verb for move in MOVES if Mover.ELECTED in move.by and move.to} == set()


def test_it_goes_stage_by_stage_and_its_history_says_from_where_to_where(session: Session, cast: Cast) -> None:
    found = begin(session, cast)
    assert (found.state, found.version, found.is_open) == (SUBMITTED, 1, True)
    carry(session, cast, found, Stage.CLOSURE)
    assert found.state == CLOSURE_PROPOSED
    moved = [(one.act, one.from_stage, one.to_stage, one.by_id) for one in reversed(found.events) if one.is_move]
    karin, act = cast.coordinator.id, DevelopmentAct
    assert moved == [
        (act.OPEN, None, Stage.INTAKE, karin),
        (act.OPEN_TRIAGE, Stage.INTAKE, Stage.TRIAGE, None),
        (act.TAKE_UP, Stage.TRIAGE, Stage.ASSESSMENT, karin),
        (act.CONCLUDE_ANALYSIS, Stage.ASSESSMENT, Stage.TEAM_REVIEW, karin),
        (act.DECIDE_PRIORITIES, Stage.TEAM_REVIEW, Stage.ACTION_PLAN, karin),
        (act.AGREE_PLAN, Stage.ACTION_PLAN, Stage.ACTION_PLAN, karin),
        (act.OPEN_FOLLOW_UP, Stage.ACTION_PLAN, Stage.FOLLOW_UP, None),
        (act.RECORD_FOLLOW_UP, Stage.FOLLOW_UP, Stage.CLOSURE, karin),
    ]
    assert found.events[0].words == SEEN
    assert [one.number for one in found.events] == list(range(found.version, 0, -1))
    closing.write_report(session, found, by=cast.coordinator.actor(), report=REPORT)
    closing.close_case(session, found, by=cast.coordinator.actor())
    assert (found.state, found.is_open, closing.has_report(found)) == (CLOSED, False, True)


def test_the_team_says_no_with_a_reason_and_nothing_changes_any_more(session: Session, cast: Cast) -> None:
    found, by = begin(session, cast), cast.head_teacher.actor()
    carry(session, cast, found, Stage.TRIAGE)
    for reason, problem in (
        ("  ", DevelopmentProblem.REASON_MISSING),
        ("Se HTL-7K4M-2Q9X.", DevelopmentProblem.REFERRAL_NUMBER),
    ):
        with pytest.raises(DevelopmentRefused) as refused:
            stages.end_at_triage(session, found, by=by, reason=reason)
        assert refused.value.problem is problem
    with pytest.raises(NamesSomebody):
        stages.end_at_triage(session, found, by=by, reason="Olle går redan hos teamet.")
    assert found.state == IN_TRIAGE
    stages.end_at_triage(session, found, by=by, reason="Arbetet pågår redan i kommunens program.")
    assert (found.state, found.is_open, found.closed_by) == (CLOSED, False, cast.head_teacher)
    assert found.events[0].words == "Arbetet pågår redan i kommunens program."
    assert not closing.has_report(found)
    with pytest.raises(DevelopmentClosed):
        stages.take_up(session, found, by=by)


def test_each_stage_is_left_only_with_what_it_is_for(session: Session, cast: Cast) -> None:
    found, by = begin(session, cast), cast.coordinator.actor()
    closing.write_report(session, found, by=by, report=REPORT)
    with pytest.raises(WrongStage):
        closing.close_case(session, found, by=by)
    stages.take_up(session, found, by=by)
    with pytest.raises(DevelopmentRefused, match="analysis_missing"):
        stages.conclude_analysis(session, found, by=by)
    carry(session, cast, found, Stage.TEAM_REVIEW)
    found.goals = None
    session.flush()
    with pytest.raises(DevelopmentRefused, match="priorities_missing"):
        stages.decide_priorities(session, found, by=by)
    found.goals = "Samma rutin"
    session.flush()
    carry(session, cast, found, Stage.ACTION_PLAN)
    with pytest.raises(DevelopmentRefused, match="plan_missing"):
        stages.agree_plan(session, found, by=by)
    with pytest.raises(WrongStage):
        stages.record_follow_up(session, found, by=by, seen_by_then=SEEN, outcome=AfterFollowUp.GO_ON)
    carry(session, cast, found, Stage.FOLLOW_UP)
    with pytest.raises(DevelopmentRefused, match="reason_missing"):
        stages.record_follow_up(session, found, by=by, seen_by_then=" ", outcome=AfterFollowUp.GO_ON)
    stages.record_follow_up(session, found, by=by, seen_by_then=SEEN, outcome=AfterFollowUp.CHANGE_PLAN)
    assert found.state == PLAN_DRAFT


def test_it_can_be_taken_back_one_stage_at_a_time(session: Session, cast: Cast) -> None:
    found, by = begin(session, cast), cast.coordinator.actor()
    carry(session, cast, found, Stage.CLOSURE)
    passed = []
    while found.state in BACK:
        stages.step_back(session, found, by=by)
        passed.append(found.state)
    assert passed == [PLAN_ACTIVE, PLAN_DRAFT, TO_PRIORITISE, IN_ANALYSIS]
    with pytest.raises(WrongStage):
        stages.step_back(session, found, by=by)
    assert set(passed) < set(WORKING)


def test_an_elected_member_plans_in_every_stage_what_politics_does_and_moves_it_from_none(
    session: Session, cast: Cast
) -> None:
    found, elsa = begin(session, cast), cast.elected.actor()
    for stage in (
        Stage.INTAKE,
        Stage.TRIAGE,
        Stage.ASSESSMENT,
        Stage.TEAM_REVIEW,
        Stage.ACTION_PLAN,
        Stage.FOLLOW_UP,
        Stage.CLOSURE,
    ):
        carry(session, cast, found, stage)
        stood = found.state
        actions.plan_action(
            session,
            found,
            by=elsa,
            level=GovernanceLevel.POLITICAL,
            words="Nämnden avsätter medel",
            responsible="Nämnden",
            term=AUTUMN,
        )
        for move in MOVES:
            if move.to:
                with pytest.raises(NotAllowed):
                    cases.require_keeper(session, found, move.verb, by=elsa)
        assert found.state == stood
        assert found not in cases.waiting_for(session, elsa)


def test_only_who_keeps_it_moves_it_and_the_workflow_only_what_is_its_own(session: Session, cast: Cast) -> None:
    found = begin(session, cast)
    nobody = (cast.counsellor, cast.outsider, cast.administrator, cast.elected)
    for somebody in (*(one.actor() for one in nobody), Actor(), SYSTEM):
        with pytest.raises(NotAllowed):
            stages.take_up(session, found, by=somebody)
    for keeper in (cast.coordinator.actor(), cast.head_teacher.actor(), cast.manager.actor()):
        stages.take_up(session, found, by=keeper)
        found.stage, found.status = SUBMITTED.stage, SUBMITTED.status
        session.flush()
    assert found.version == 4


def test_who_was_first_is_said_and_neither_the_workflow_nor_writing_elsewhere_is_in_the_way(
    session: Session, cast: Cast
) -> None:
    found, by = begin(session, cast), cast.coordinator.actor()
    seen = found.version
    stages.open_triage(session, found)
    terms.set_terms(session, found, by=cast.manager.actor(), first=AUTUMN, last=AUTUMN, phase=DevelopmentPhase.ANALYSIS)
    stages.take_up(session, found, by=cast.manager.actor(), seen=seen)
    with pytest.raises(AlreadyMoved) as refused:
        stages.end_at_triage(session, found, by=by, reason="Nej.", seen=seen)
    assert (refused.value.verb, refused.value.who) == ("take_up", cast.manager.name)
    with pytest.raises(AlreadyMoved):
        stages.step_back(session, found, by=by, seen=found.version + 1)  # there never was such a version
    assert found.state == IN_ANALYSIS


def test_of_two_in_the_very_same_moment_the_second_changes_nothing(
    session: Session, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    found, by = begin(session, cast), cast.coordinator.actor()
    real = moving.require_to

    def somebody_is_quicker(*args: object) -> None:
        session.execute(
            update(DevelopmentCase)
            .where(DevelopmentCase.id == found.id)
            .values(version=7)
            .execution_options(synchronize_session=False)
        )
        real(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(moving, "require_to", somebody_is_quicker)
    with pytest.raises(AlreadyMoved):
        stages.take_up(session, found, by=by)
    assert (found.state, len(found.events)) == (SUBMITTED, 1)


def test_a_running_plan_can_be_followed_up_earlier(session: Session, cast: Cast) -> None:
    found, by = begin(session, cast), cast.coordinator.actor()
    carry(session, cast, found, Stage.ACTION_PLAN)
    carry(session, cast, found, Stage.FOLLOW_UP)
    stages.record_follow_up(session, found, by=by, seen_by_then=SEEN, outcome=AfterFollowUp.GO_ON)
    assert found.state == PLAN_ACTIVE
    stages.open_follow_up(session, found, by=by)
    assert found.state == FOLLOW_UP_DUE
