"""The table of moves, read as a whole."""

from referrals.stages import (
    CLOSED,
    ENDED,
    MOVE_BY_VERB,
    MOVES,
    OPEN,
    STATES,
    SUBMITTED,
    WITHDRAWN,
    Party,
    State,
    Verb,
    verbs_from,
)


def test_every_verb_stands_in_the_table_once() -> None:
    assert sorted(move.verb for move in MOVES) == sorted(Verb)
    assert set(MOVE_BY_VERB) == set(Verb)


def test_every_state_can_be_reached_from_a_new_concern() -> None:
    reached: set[State] = {SUBMITTED}
    while True:
        further = {to for move in MOVES if move.frm & reached for to in move.to}
        if further <= reached:
            break
        reached |= further
    assert reached == STATES


def test_from_every_open_state_there_is_a_way_to_an_end() -> None:
    ends = set(ENDED)
    while True:
        before = {state for move in MOVES for state in move.frm if ends & set(move.to)}
        if before <= ends:
            break
        ends |= before
    assert ends >= OPEN


def test_no_state_is_open_and_ended_at_once() -> None:
    assert not OPEN & ENDED


def test_every_move_names_who_may_do_it() -> None:
    assert all(move.by for move in MOVES)


def test_the_workflow_alone_decides_nothing_about_a_child() -> None:
    by_workflow = {move.verb for move in MOVES if Party.SYSTEM in move.by}
    assert by_workflow == {
        Verb.OPEN_TRIAGE, Verb.OPEN_FOLLOW_UP, Verb.REMIND_OF_CONSENT, Verb.REMIND_OF_CONFLICT,
        Verb.RECEIVE_UPWARD_ANSWER,
    }  # fmt: skip


def test_of_a_withdrawn_concern_people_leave_sending_is_stopped_identities_protected_files_taken_out_answers_come_home_and_conflicts_settled() -> (
    None
):
    assert verbs_from(WITHDRAWN) == (
        Verb.RELEASE_MEMBER, Verb.STOP_SENDING, Verb.PROTECT_IDENTITY, Verb.LIFT_PROTECTION, Verb.ADD_TO_LIST, Verb.TAKE_OFF_LIST,
        Verb.RECEIVE_UPWARD_ANSWER, Verb.TAKE_OUT_FILE, Verb.KEEP_OUTSIDE,
        Verb.DECLARE_UNINVOLVED, Verb.STEP_ASIDE, Verb.SETTLE_CONFLICT, Verb.REMIND_OF_CONFLICT,
    )  # fmt: skip


def test_a_closed_referral_can_be_reopened() -> None:
    assert Verb.REOPEN_REFERRAL in verbs_from(CLOSED)
