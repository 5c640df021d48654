"""A concern is sent in once, comes back for completion, is added to and withdrawn; its reporter learns no more than they may."""

import dataclasses
from datetime import date

import pytest
from sqlalchemy import func, select

from referrals import clock, drafts, history, intake, reference, triage
from referrals.access import Actor
from referrals.errors import Incomplete, NotAllowed, WrongCode, WrongStage
from referrals.intake import ConcernInput
from referrals.meetings import conflict
from referrals.models import AdditionKind, Concern, ConcernAddition, History, Referral
from referrals.stages import CLOSED, IN_CONSENT, IN_TRIAGE, PLAN_ACTIVE, RETURNED, SUBMITTED, WITHDRAWN, Party, Verb
from referrals.vocabulary import (
    ConflictAnswer,
    GuardiansKnow,
    Profession,
    ProtectionAnswer,
    ReporterKind,
    ReportProgress,
    SchoolYear,
    Topic,
)
from tests.factories import a_referral

LEAST = ConcernInput(
    reporter_kind=ReporterKind.TEACHER,
    reporter_name="Lena Mentorsson",
    child_name="Mila Testsson",
    observations="Borta nio dagar i september.",
    protection=ProtectionAnswer.NO,
    guardians_know=GuardiansKnow.YES,
)


def send(session, cast, concern=LEAST, **values):
    begun = drafts.start_draft(session, language=values.pop("language", "sv"))
    return begun.draft, intake.submit_concern(
        session, begun.draft, unit=values.pop("unit", cast.school), concern=concern
    )


def the_reporter(referral):
    return Actor(reported=referral.id)


def test_a_concern_with_the_least_there_must_be_becomes_a_referral(session, cast, wednesday):
    _draft, referral = send(session, cast)
    assert referral.state == SUBMITTED
    assert referral.is_open
    assert reference.as_number(referral.number) == referral.number
    assert referral.rulepack == "se-2026-07"
    assert referral.language == "sv"
    assert referral.child_name == "Mila Testsson"
    row = session.scalars(select(Concern)).one()
    assert row.observations == "Borta nio dagar i september."
    assert row.conflict is ConflictAnswer.UNSURE
    assert row.strengths is None


def test_a_full_concern_keeps_everything(session, cast, wednesday):
    full = dataclasses.replace(
        LEAST, guardians_know=GuardiansKnow.NOT_YET, guardians_know_reason="Jag ringer i kväll.", conflict=ConflictAnswer.YES,
        conflict_functions=(Profession.HEAD_TEACHER,), conflict_text="Släkt", reporter_function="Mentor", reporter_phone="0000-11 11 11",
        reporter_email="lena@skolan.invalid", child_birth_date=date(2016, 3, 4), child_group="4B", school_year=SchoolYear.YEAR_4,
        topics=(Topic.ATTENDANCE, Topic.PEERS), observed_when="September", observed_where="Morgonsamlingen", duration="Sedan augusti",
        strengths="Tecknar", child_voice="Det är för stimmigt", guardians_view="De märker det hemma", tried="Egen plats",
        tried_result="Hjälpte en vecka", wished_help="En lugn start", urgency="Före höstlovet",
    )  # fmt: skip
    _draft, referral = send(session, cast, full, language="da")
    row = session.scalars(select(Concern)).one()
    for field in dataclasses.fields(full):
        holder = row if hasattr(row, field.name) else referral
        kept = getattr(holder, field.name)
        wanted = getattr(full, field.name)
        wanted = wanted.isoformat() if isinstance(wanted, date) else wanted
        assert kept == (list(wanted) if isinstance(wanted, tuple) else wanted), field.name
    assert row.language == "da"
    assert referral.language == "sv"


def test_an_answer_of_no_takes_back_who_was_ticked_before_it(session, cast, wednesday):
    answered = {"conflict_functions": (Profession.HEAD_TEACHER,), "conflict_text": "Släkt"}
    _draft, referral = send(session, cast, dataclasses.replace(LEAST, conflict=ConflictAnswer.NO, **answered))
    row = session.scalars(select(Concern)).one()
    assert (row.conflict, row.conflict_functions, row.conflict_text) == (ConflictAnswer.NO, [], None)
    assert conflict.kept_out(referral) == []
    _draft, referral = send(session, cast, dataclasses.replace(LEAST, conflict=ConflictAnswer.UNSURE, **answered))
    assert conflict.kept_out(referral) == [cast.head_teacher], "a doubt keeps them out"


def test_sending_in_records_who_and_starts_the_workflow(session, cast, wednesday):
    _draft, referral = send(session, cast)
    row = session.scalars(select(History)).one()
    assert row.verb is Verb.SUBMIT_CONCERN
    assert row.by_party is Party.REPORTER
    assert row.by_id is None
    assert row.at == referral.opened_at


def test_sending_twice_makes_one_referral(session, cast, wednesday):
    draft, referral = send(session, cast)
    again = intake.submit_concern(session, draft, unit=cast.school, concern=LEAST)
    assert again is referral
    assert session.scalar(select(func.count()).select_from(Referral)) == 1
    assert session.scalar(select(func.count()).select_from(History)) == 1


def test_a_draft_that_was_sent_in_holds_nothing_of_what_was_written(session, cast, wednesday):
    draft, referral = send(session, cast)
    assert draft.answers is None
    assert draft.referral_id == referral.id
    assert intake.find_reported(session, referral.number, draft.code) is referral


def test_a_unit_that_takes_no_concerns_gets_none(session, cast, wednesday):
    cast.school.is_open = False
    with pytest.raises(Incomplete):
        send(session, cast)
    assert [unit.name for unit in intake.open_units(session)] == ["Askskolan"]


def test_the_reporter_comes_back_with_number_and_code_together_only(session, cast, wednesday):
    draft, referral = send(session, cast)
    other_draft, other = send(session, cast)
    assert intake.find_reported(session, referral.number.lower(), draft.code.lower()) is referral
    for number, code in [
        (referral.number, other_draft.code),
        (other.number, draft.code),
        ("HTL-2222-2222", draft.code),
        ("", ""),
    ]:
        with pytest.raises(WrongCode):
            intake.find_reported(session, number, code)


def test_the_return_code_does_not_open_the_draft_nor_the_other_way_round(session, cast, wednesday):
    begun = drafts.start_draft(session, language="sv")
    referral = intake.submit_concern(session, begun.draft, unit=cast.school, concern=LEAST)
    with pytest.raises(WrongCode):
        intake.find_reported(session, referral.number, begun.code)
    with pytest.raises(WrongCode):
        drafts.resume_draft(session, begun.draft.code)


@pytest.mark.parametrize(
    ("state", "known"),
    [
        (SUBMITTED, ReportProgress.RECEIVED), (RETURNED, ReportProgress.RECEIVED), (IN_TRIAGE, ReportProgress.RECEIVED),
        (IN_CONSENT, ReportProgress.IN_WORK), (PLAN_ACTIVE, ReportProgress.IN_WORK),
        (CLOSED, ReportProgress.FINISHED), (WITHDRAWN, ReportProgress.FINISHED),
    ],
)  # fmt: skip
def test_the_reporter_sees_received_in_work_or_finished_and_no_more(session, cast, state, known):
    assert intake.progress(a_referral(session, cast, state)) is known


def test_a_returned_concern_shows_its_question_and_is_submitted_again(session, cast, wednesday):
    _draft, referral = send(session, cast)
    assert intake.question_to_reporter(referral) is None
    history.record(
        session, referral, Verb.RETURN_CONCERN, by=cast.coordinator.actor(), to=RETURNED, reason="Vilka dagar var det?"
    )
    session.refresh(referral, ["history"])
    assert intake.question_to_reporter(referral) == "Vilka dagar var det?"
    row = intake.resubmit_concern(session, referral, by=the_reporter(referral), seen=None, text="Alla måndagar.")
    assert referral.state == SUBMITTED
    assert row.kind is AdditionKind.COMPLETION
    assert row.text == "Alla måndagar."
    assert intake.question_to_reporter(referral) is None
    with pytest.raises(WrongStage):
        intake.resubmit_concern(session, referral, by=the_reporter(referral), seen=None, text="Alla måndagar.")
    assert session.scalar(select(func.count()).select_from(ConcernAddition)) == 1


def test_a_return_without_a_row_in_its_history_has_no_question(session, cast):
    assert intake.question_to_reporter(a_referral(session, cast, RETURNED)) is None


def test_an_answer_to_a_question_is_not_empty(session, cast):
    referral = a_referral(session, cast, RETURNED)
    with pytest.raises(Incomplete):
        intake.resubmit_concern(session, referral, by=the_reporter(referral), seen=None, text="  ")


def test_the_reporter_adds_to_a_concern_and_it_stays_where_it_is(session, cast, wednesday):
    referral = a_referral(session, cast, PLAN_ACTIVE)
    row = intake.add_to_concern(
        session, referral, by=the_reporter(referral), seen=referral.version, text="Nu går det bättre."
    )
    assert referral.state == PLAN_ACTIVE
    assert row.kind is AdditionKind.ADDITION
    newest = session.scalars(select(History).order_by(History.number.desc())).first()
    assert newest.verb is Verb.ADD_TO_CONCERN


def test_the_same_addition_sent_twice_is_kept_once(session, cast, wednesday):
    referral = a_referral(session, cast, PLAN_ACTIVE)
    first = intake.add_to_concern(session, referral, by=the_reporter(referral), seen=None, text="Nu går det bättre.")
    assert (
        intake.add_to_concern(session, referral, by=the_reporter(referral), seen=None, text="Nu går det bättre.")
        is first
    )
    assert (
        intake.add_to_concern(session, referral, by=the_reporter(referral), seen=None, text="Och i dag med.")
        is not first
    )


def test_the_reporter_withdraws_before_the_team_has_begun(session, cast, wednesday):
    referral = a_referral(session, cast, IN_TRIAGE)
    row = intake.withdraw_concern(
        session, referral, by=the_reporter(referral), seen=referral.version, reason="Det löste sig."
    )
    assert referral.state == WITHDRAWN
    assert not referral.is_open
    assert row.reason == "Det löste sig."
    with pytest.raises(WrongStage):
        intake.withdraw_concern(session, referral, by=the_reporter(referral), seen=None)


def test_it_is_too_late_to_withdraw_once_the_team_works_on_it(session, cast):
    referral = a_referral(session, cast, IN_CONSENT)
    with pytest.raises(WrongStage):
        intake.withdraw_concern(session, referral, by=the_reporter(referral), seen=None)


@pytest.mark.parametrize("verb", [intake.resubmit_concern, intake.add_to_concern, intake.withdraw_concern])
def test_nobody_else_acts_as_the_reporter(session, cast, verb):
    referral = a_referral(session, cast, RETURNED)
    words = {} if verb is intake.withdraw_concern else {"text": "x"}
    for somebody in (cast.coordinator.actor(), Actor(), the_reporter(a_referral(session, cast))):
        with pytest.raises(NotAllowed):
            verb(session, referral, by=somebody, seen=None, **words)


def test_a_second_concern_about_the_same_child_is_a_possible_duplicate(session, cast, wednesday):
    _draft, first = send(session, cast)
    _draft, second = send(session, cast, dataclasses.replace(LEAST, child_name=" mila  TESTSSON"))
    send(session, cast, dataclasses.replace(LEAST, child_name="Malte Testsson"))
    assert intake.possible_duplicates(session, second, by=cast.coordinator.actor()) == [first]
    assert intake.possible_duplicates(session, first, by=cast.coordinator.actor()) == [second]


def test_children_with_different_birth_dates_are_two(session, cast, wednesday):
    _draft, first = send(session, cast, dataclasses.replace(LEAST, child_birth_date=date(2016, 3, 4)))
    wednesday.shift(60)
    _draft, second = send(session, cast, dataclasses.replace(LEAST, child_birth_date=date(2017, 3, 4)))
    _draft, third = send(session, cast)
    assert intake.possible_duplicates(session, second, by=cast.coordinator.actor()) == [third]
    assert intake.possible_duplicates(session, third, by=cast.coordinator.actor()) == [first, second]


def test_another_school_and_a_finished_referral_are_no_duplicates(session, cast, wednesday):
    send(session, cast, unit=cast.other_school)
    _draft, finished = send(session, cast)
    intake.withdraw_concern(session, finished, by=the_reporter(finished), seen=None)
    _draft, referral = send(session, cast)
    assert intake.possible_duplicates(session, referral, by=cast.coordinator.actor()) == []


def test_a_child_with_protected_identity_is_not_looked_for(session, cast, wednesday):
    send(session, cast)
    _draft, referral = send(session, cast, dataclasses.replace(LEAST, has_protected_identity=True))
    assert referral.child_name_index is None
    assert intake.possible_duplicates(session, referral, by=cast.coordinator.actor()) == []


def test_the_functions_of_the_forum_are_those_who_work_for_the_school(session, cast):
    functions = intake.functions_of_forum(session, cast.school)
    assert Profession.HEAD_TEACHER in functions
    assert Profession.SOCIAL_SERVICES in functions
    assert Profession.ADMINISTRATOR not in functions
    assert intake.functions_of_forum(session, cast.other_school) == [Profession.COORDINATOR]
    left = intake.functions_of_forum(session, cast.school, without=[cast.head_teacher, cast.coordinator])
    assert Profession.HEAD_TEACHER not in left
    assert Profession.COORDINATOR in left, "the other coordinator has that function too"


def added(session, cast, state=PLAN_ACTIVE, **values):
    """A referral to which its reporter has added something, and the addition."""
    referral = a_referral(session, cast, state, **values)
    by = Actor(reported=referral.id)
    return referral, intake.add_to_concern(session, referral, by=by, seen=None, text="I går var hon här.")


def test_a_coordinator_reads_an_addition_and_who_and_when_is_kept(session, cast, wednesday):
    referral, addition = added(session, cast)
    intake.read_addition(session, referral, by=cast.coordinator.actor(), addition=addition)
    assert (addition.read_by, addition.read_at) == (cast.coordinator, clock.now())
    assert (referral.state, referral.history[-1].verb) == (PLAN_ACTIVE, Verb.READ_ADDITION)


def test_reading_an_addition_twice_changes_nothing(session, cast, wednesday):
    referral, addition = added(session, cast)
    for reader in (cast.coordinator, cast.second_coordinator):
        intake.read_addition(session, referral, by=reader.actor(), addition=addition)
        version = referral.version
    assert (referral.version, addition.read_by) == (version, cast.coordinator)
    assert [row.verb for row in referral.history].count(Verb.READ_ADDITION) == 1


def test_an_addition_is_read_also_after_its_referral_was_closed(session, cast, wednesday):
    referral, addition = added(session, cast)
    referral.stage, referral.status, referral.is_open = CLOSED.stage, CLOSED.status, False
    session.flush()
    assert intake.read_addition(session, referral, by=cast.coordinator.actor(), addition=addition).read_at


def test_nobody_else_reads_an_addition_away(session, cast, wednesday):
    referral, addition = added(session, cast)
    other, _ = added(session, cast)
    for somebody in (cast.head_teacher, cast.outsider, cast.counsellor):
        with pytest.raises(NotAllowed):
            intake.read_addition(session, referral, by=somebody.actor(), addition=addition)
    with pytest.raises(NotAllowed):
        intake.read_addition(session, other, by=cast.coordinator.actor(), addition=addition)
    referral.stage, referral.status, referral.is_open = WITHDRAWN.stage, WITHDRAWN.status, False
    session.flush()
    with pytest.raises(WrongStage):
        intake.read_addition(session, referral, by=cast.coordinator.actor(), addition=addition)
    assert addition.read_at is None


def test_who_decides_beside_an_addition_has_read_it(session, cast, wednesday):
    referral, addition = added(session, cast, IN_TRIAGE)
    triage.send_to_team(session, referral, by=cast.coordinator.actor(), seen=None, reason="Det räcker.")
    assert addition.read_by_id == cast.coordinator.id
