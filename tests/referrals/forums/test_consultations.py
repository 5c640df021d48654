"""Anonymous consultations: who asks, reads, advises and closes; what never gets in; and that nothing leads to a child."""

from functools import partial

import pytest
from sqlalchemy import inspect, select
from sqlalchemy.orm import Session

from referrals import here
from referrals.access import Actor, Role
from referrals.errors import AlreadyMoved, NamesSomebody, NoSuchReferral, NotAllowed
from referrals.forums import consultations, seats
from referrals.models import AuditEvent, Consultation, Referral, RoleAssignment
from referrals.people import organisation
from referrals.vocabulary import ConsultationState, TeamLevel
from tests.people import Cast
from tests.teams import a_team_beside

QUESTION = "En elev i årskurs 4 är borta på måndagar. Vad kan vi pröva?"
ADVICE = {"advice": "Möt eleven vid grinden.", "next_steps": "Fråga igen om tre veckor."}


@pytest.fixture
def asked(session: Session, cast: Cast) -> Consultation:
    """What the teacher asked; the counsellor, the social worker and a volunteer sit in the team."""
    for one in (cast.counsellor, cast.social_worker, cast.volunteer, cast.health_worker):
        seats.seat(session, cast.forum, one.id, by=cast.coordinator.actor())
    made = consultations.write_consultation(session, cast.school, by=cast.teacher.actor(), question=QUESTION)
    consultations.ask_team(session, made, by=cast.teacher.actor())
    return made


def did(session: Session, found: Consultation) -> list[str | None]:
    events = select(AuditEvent).where(AuditEvent.chain_id == found.id).order_by(AuditEvent.number)
    return [event.subject for event in session.scalars(events)]


def test_a_consultation_goes_from_draft_to_asked_to_advised_to_closed_and_the_log_knows(
    session: Session, cast: Cast
) -> None:
    by = cast.teacher.actor()
    made = consultations.write_consultation(session, cast.school, by=by, question="En elev är ledsen.")
    states = [made.state]
    consultations.correct_consultation(session, made, by=by, question=QUESTION)
    consultations.ask_team(session, made, by=by)
    states.append(made.state)
    consultations.advise(session, made, by=cast.coordinator.actor(), **ADVICE, advises_referral=True)
    states.append(made.state)
    consultations.close_consultation(session, made, by=by)
    consultations.close_consultation(session, made, by=by)
    assert [*states, made.state] == list(ConsultationState)
    session.expire(made)
    assert (made.question, made.advice, made.next_steps) == (QUESTION, *ADVICE.values())
    assert made.advises_referral
    assert did(session, made) == [
        "write_consultation", "correct_consultation", "ask_team", "advise", "close_consultation",
    ]  # fmt: skip


def test_there_is_no_place_for_a_child_and_nothing_leads_to_a_referral(session: Session, asked: Consultation) -> None:
    columns = inspect(Consultation).local_table.columns
    assert {column.name for column in columns} == {
        "id", "number", "unit_id", "beside_id", "asked_by_id", "written_at", "asked_at", "advised_at", "advised_by_id", "advises_referral",
        "closed_at", "wrapped_key", "question", "advice", "next_steps",
    }  # fmt: skip
    led_to = {key.column.table.name for column in columns for key in column.foreign_keys}
    assert led_to == {"unit", "forum", "account"}
    assert session.scalars(select(Referral)).all() == []


def test_its_words_are_sealed_for_its_own_place(session: Session, asked: Consultation) -> None:
    row = session.execute(
        select(Consultation.__table__.c.question).where(Consultation.__table__.c.id == asked.id)
    ).one()
    assert b"rskurs" not in row.question


@pytest.mark.parametrize(
    "text", ["Olle i 4B är borta.", "160112-0000 är borta.", "Eleven i klass 4 b.", "Fråga vidmark."]
)
def test_nothing_that_tells_who_it_is_gets_in_and_nothing_is_written(session: Session, cast: Cast, text: str) -> None:
    with pytest.raises(NamesSomebody):
        consultations.write_consultation(session, cast.school, by=cast.teacher.actor(), question=text)
    assert not session.new
    assert session.scalars(select(Consultation)).all() == []
    assert session.scalars(select(AuditEvent)).all() == []


def test_advice_and_next_steps_are_checked_too_and_what_is_a_word_only_can_be_said_so(
    session: Session, cast: Cast, asked: Consultation
) -> None:
    by = cast.counsellor.actor()
    for words in ({"advice": "Fråga Olle."}, {"next_steps": "Ring 160112-0000."}):
        with pytest.raises(NamesSomebody):
            consultations.advise(session, asked, by=by, **ADVICE | words)
    assert asked.state is ConsultationState.ASKED
    consultations.advise(session, asked, by=by, **ADVICE | {"advice": "Prova en Rosa timme."}, answered=["rosa"])
    assert did(session, asked)[-2:] == ["advise", consultations.ANSWERED]


def test_a_draft_is_its_writers_alone_and_goes_without_a_word_left(session: Session, cast: Cast) -> None:
    made = consultations.write_consultation(session, cast.school, by=cast.teacher.actor(), question=QUESTION)
    assert not consultations.may_read(session, made, cast.coordinator.actor())
    for verb in (consultations.ask_team, consultations.discard_consultation):
        with pytest.raises(NoSuchReferral):
            verb(session, made, by=cast.coordinator.actor())
    consultations.discard_consultation(session, made, by=cast.teacher.actor())
    assert session.scalars(select(Consultation)).all() == []


def test_what_was_asked_stays_as_it_was_asked(session: Session, cast: Cast, asked: Consultation) -> None:
    by = cast.teacher.actor()
    with pytest.raises(AlreadyMoved):
        consultations.correct_consultation(session, asked, by=by, question="Något annat.")
    with pytest.raises(AlreadyMoved):
        consultations.discard_consultation(session, asked, by=by)


def test_the_own_staff_of_a_unit_asks_there_and_nobody_else(session: Session, cast: Cast) -> None:
    units = {
        name: [unit.slug for unit in consultations.units_to_ask_in(session, getattr(cast, name).actor())]
        for name in (
            "teacher",
            "head_teacher",
            "school_nurse",
            "social_worker",
            "volunteer",
            "administrator",
            "manager",
        )
    }
    nowhere: list[str] = []
    assert units == {
        "teacher": ["lindskolan"], "head_teacher": ["lindskolan"], "school_nurse": ["lindskolan"], "social_worker": nowhere,
        "volunteer": nowhere, "administrator": nowhere, "manager": nowhere,
    }  # fmt: skip
    for somebody in (cast.social_worker.actor(), cast.outsider.actor(), cast.administrator.actor(), Actor()):
        with pytest.raises(NotAllowed):
            consultations.write_consultation(session, cast.school, by=somebody, question=QUESTION)


def test_whoever_asked_and_the_team_read_it_and_nobody_else(session: Session, cast: Cast, asked: Consultation) -> None:
    people = (name for name in Cast.__dataclass_fields__ if hasattr(getattr(cast, name), "email"))
    reads = {name for name in people if consultations.known_to(session, getattr(cast, name).actor())}
    # who sits there for health care or an association reads nothing, as for every text that names nobody
    assert reads == {"teacher", "coordinator", "second_coordinator", "counsellor", "social_worker"}
    assert not consultations.may_read(session, asked, Actor())
    assert consultations.known_to(session, Actor()) == []


def test_who_stands_in_reads_it_for_that_time_and_who_has_left_the_team_no_more(
    session: Session, cast: Cast, asked: Consultation
) -> None:
    seat = next(one for one in seats.seats_of(session, cast.forum) if one.account_id == cast.counsellor.id)
    today = here.today(session)
    cast.outsider.profession = cast.counsellor.profession
    session.flush()
    by = cast.coordinator.actor()
    seats.be_away(session, seat, first_on=today, last_on=today, stand_in_id=cast.outsider.id, by=by)
    session.expire(cast.outsider)
    assert consultations.known_to(session, cast.outsider.actor()) == [asked]
    cast.counsellor.roles.clear()
    session.flush()
    assert consultations.known_to(session, cast.counsellor.actor()) == []


def test_a_seat_counts_for_all_units_of_the_team(session: Session, cast: Cast, asked: Consultation) -> None:
    cast.other_school.forum = cast.forum
    cast.counsellor.roles[:] = [RoleAssignment(role=Role.ASSESSOR, unit=cast.other_school)]
    session.flush()
    assert consultations.known_to(session, cast.counsellor.actor()) == [asked]


def test_somebody_else_of_the_team_advises_once(session: Session, cast: Cast, asked: Consultation) -> None:
    seats.seat(session, cast.forum, cast.teacher.id, by=cast.coordinator.actor())
    for somebody in (cast.teacher, cast.head_teacher, cast.outsider, cast.volunteer):
        with pytest.raises(NotAllowed):
            consultations.advise(session, asked, by=somebody.actor(), **ADVICE)
    consultations.advise(session, asked, by=cast.counsellor.actor(), **ADVICE)
    with pytest.raises(AlreadyMoved) as refused:
        consultations.advise(session, asked, by=cast.coordinator.actor(), **ADVICE)
    assert refused.value.by_id == cast.counsellor.id
    with pytest.raises(NotAllowed):
        consultations.advise(session, asked, by=cast.outsider.actor(), **ADVICE)


def test_whoever_asked_or_a_coordinator_closes_it_once_there_is_advice(
    session: Session, cast: Cast, asked: Consultation
) -> None:
    with pytest.raises(NotAllowed):
        consultations.close_consultation(session, asked, by=cast.teacher.actor())
    consultations.advise(session, asked, by=cast.counsellor.actor(), **ADVICE)
    for somebody in (cast.counsellor.actor(), cast.outsider.actor(), Actor()):
        with pytest.raises(NotAllowed):
            consultations.close_consultation(session, asked, by=somebody)
    consultations.close_consultation(session, asked, by=cast.second_coordinator.actor())
    with pytest.raises(NotAllowed):
        consultations.close_consultation(session, asked, by=cast.outsider.actor())
    assert asked.state is ConsultationState.CLOSED


def test_it_waits_for_those_who_can_advise_and_then_for_whoever_asked(
    session: Session, cast: Cast, asked: Consultation
) -> None:
    def waits_for() -> set[str]:
        names = ("teacher", "coordinator", "counsellor", "head_teacher", "outsider")
        return {name for name in names if consultations.waiting_for(session, getattr(cast, name).actor())}

    assert waits_for() == {"coordinator", "counsellor"}
    consultations.advise(session, asked, by=cast.counsellor.actor(), **ADVICE)
    assert waits_for() == {"teacher"}
    consultations.close_consultation(session, asked, by=cast.teacher.actor())
    assert waits_for() == set()


# --------------------------------------------------------------------------------------------- a team that only advises
def test_an_advising_team_beside_a_schools_child_team_is_asked_and_advises_and_the_other_knows_nothing_of_it(
    session: Session, cast: Cast
) -> None:
    """C01: a team for the staff, beside the one that makes plans for children."""
    beside = a_team_beside(session, cast)
    organisation.change(session, beside.forum, by=cast.administrator.actor(), level=TeamLevel.STAFF)
    by = cast.teacher.actor()
    assert consultations.teams_to_ask(session, cast.school) == [cast.forum, beside.forum]
    made = consultations.write_consultation(session, cast.school, by=by, question=QUESTION, team=beside.forum)
    consultations.ask_team(session, made, by=by)
    people = {name: getattr(cast, name) for name in Cast.__dataclass_fields__ if hasattr(getattr(cast, name), "email")}
    people |= {"its coordinator": beside.coordinator, "its member": beside.member}
    reads = {name for name, account in people.items() if consultations.known_to(session, account.actor())}
    assert reads == {"teacher", "its coordinator", "its member"}
    assert consultations.waiting_for(session, cast.coordinator.actor()) == []
    consultations.advise(session, made, by=beside.member.actor(), **ADVICE)
    assert not consultations.may_close(made, cast.coordinator.actor())
    consultations.close_consultation(session, made, by=beside.coordinator.actor())


def test_what_an_advising_team_is_asked_and_says_is_checked_against_its_own_people_too(
    session: Session, cast: Cast
) -> None:
    beside, by = a_team_beside(session, cast), cast.teacher.actor()
    asks = partial(consultations.write_consultation, session, cast.school, by=by)
    hers = "Fråga ulvgren"  # she works at the other school only, and is in no list of names
    asks(question=hers)
    with pytest.raises(NamesSomebody):
        asks(question=hers, team=beside.forum)
    made = asks(question=QUESTION, team=beside.forum)
    with pytest.raises(NamesSomebody):
        consultations.correct_consultation(session, made, by=by, question=hers)
    consultations.correct_consultation(session, made, by=by, question=hers, team=cast.forum)
    consultations.correct_consultation(session, made, by=by, question=QUESTION, team=beside.forum)
    consultations.ask_team(session, made, by=by)
    with pytest.raises(NamesSomebody):
        consultations.advise(session, made, by=beside.coordinator.actor(), **(ADVICE | {"advice": hers}))


def test_who_stands_in_there_advises_and_when_it_works_for_the_unit_no_more_its_first_team_does(
    session: Session, cast: Cast
) -> None:
    beside, by = a_team_beside(session, cast), cast.teacher.actor()
    made = consultations.write_consultation(session, cast.school, by=by, question=QUESTION, team=beside.forum)
    consultations.ask_team(session, made, by=by)
    seat = next(one for one in seats.seats_of(session, beside.forum) if one.account_id == beside.coordinator.id)
    today = here.today(session)
    stand_in = cast.special_educator
    seats.be_away(session, seat, first_on=today, last_on=today, stand_in_id=stand_in.id, by=beside.coordinator.actor())
    session.expire_all()
    assert (
        consultations.known_to(session, stand_in.actor())
        == [made]
        == consultations.waiting_for(session, stand_in.actor())
    )
    organisation.change(session, cast.school, by=cast.administrator.actor(), other_teams=[])
    session.expire_all()
    assert made.team is cast.forum
    assert consultations.may_advise(session, made, cast.coordinator.actor())
    assert not consultations.may_advise(session, made, beside.member.actor())


def test_a_team_that_does_not_work_for_the_unit_is_not_asked(session: Session, cast: Cast) -> None:
    with pytest.raises(NotAllowed):
        consultations.write_consultation(
            session, cast.school, by=cast.teacher.actor(), question=QUESTION, team=cast.other_school.forum
        )


def test_a_team_in_which_nobody_sits_is_asked_nothing(session: Session, cast: Cast) -> None:
    beside, by = a_team_beside(session, cast), cast.teacher.actor()
    made = consultations.write_consultation(session, cast.school, by=by, question=QUESTION)
    consultations.correct_consultation(session, made, by=by, question=QUESTION, team=beside.forum)
    assert made.team is beside.forum
    beside.coordinator.is_active = False
    beside.member.roles.clear()
    session.flush()
    assert consultations.teams_to_ask(session, cast.school) == [cast.forum]
    with pytest.raises(NotAllowed):
        consultations.write_consultation(session, cast.school, by=by, question=QUESTION, team=beside.forum)
    with pytest.raises(NotAllowed):
        consultations.correct_consultation(session, made, by=by, question=QUESTION, team=beside.forum)
    with pytest.raises(NotAllowed):
        consultations.ask_team(session, made, by=by)
    consultations.correct_consultation(session, made, by=by, question=QUESTION, team=cast.forum)
    consultations.ask_team(session, made, by=by)
    assert (made.team, made.state) == (cast.forum, ConsultationState.ASKED)
