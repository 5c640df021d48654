"""The agenda of a team's date: what lines up, in which order and when, who may know which one it is, and what each lacks."""

import io
import re
import uuid
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pikepdf
import pytest
import time_machine
from pypdf import PdfReader
from sqlalchemy import select
from sqlalchemy.orm import Session

from referrals import team_review
from referrals.errors import AgendaRefused, NotAllowed
from referrals.forums import agenda, agenda_paper, dates, readiness, seats
from referrals.forums.dates import Series
from referrals.forums.readiness import Readiness
from referrals.meetings import conflict, meeting_answers
from referrals.models import Account, AgendaItem, AuditEvent, Referral, TeamDate, What
from referrals.stages import IN_TRIAGE, MEETING_HELD, PARTS_RECEIVED, PARTS_REQUESTED, TO_SCHEDULE
from referrals.vocabulary import AgendaAct, AgendaProblem, CalledReply, Profession
from tests.factories import a_guardian, a_member, a_part, a_referral, consented, protected
from tests.people import Cast

BEGINS = datetime(2026, 9, 22, 12, 30, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _today(wednesday: time_machine.Traveller) -> None:
    """It is Wednesday the 16th of September 2026."""


@pytest.fixture
def tuesday(session: Session, cast: Cast) -> TeamDate:
    """The team's next date: an hour and a half on Tuesday; two weeks later comes another."""
    series = Series(date(2026, 9, 22), date(2026, 10, 6), 2, time(14, 30), 90, "Rum 12")
    dates.plan(session, cast.forum, series, by=cast.coordinator.actor())
    return dates.coming(session, cast.forum)[0]


def put(session: Session, cast: Cast, on: TeamDate, referral: Referral, minutes: int = 30) -> AgendaItem:
    return agenda.put_on(session, on, referral.id, minutes=minutes, by=cast.coordinator.actor())


def lacks(session: Session, cast: Cast, on: TeamDate, at: int = 0) -> Readiness:
    return readiness.readiness(session, agenda.slots(session, on)[at], seats.seats_of(session, cast.forum))


def test_ready_referrals_line_up_first_and_none_twice(session: Session, cast: Cast, tuesday: TeamDate) -> None:
    by = cast.coordinator.actor()
    asked = a_referral(session, cast, PARTS_REQUESTED)
    came_in = a_referral(session, cast, PARTS_RECEIVED)
    ready = a_referral(session, cast, TO_SCHEDULE)
    for state in (IN_TRIAGE, MEETING_HELD):
        a_referral(session, cast, state)
    a_referral(session, cast, TO_SCHEDULE, unit_id=cast.other_school.id)
    a_referral(session, cast, TO_SCHEDULE, forum_id=cast.other_school.forum_id)
    a_referral(session, cast, TO_SCHEDULE, kept_outside_at=BEGINS)
    assert agenda.lined_up(session, tuesday, by=by) == [ready, came_in, asked]
    put(session, cast, tuesday, ready)
    later = dates.coming(session, cast.forum)[1]
    for on in (tuesday, later):
        assert agenda.lined_up(session, on, by=by) == [came_in, asked]
        with pytest.raises(AgendaRefused) as told:
            put(session, cast, on, ready)
        assert told.value.problem is AgendaProblem.NOT_LINED_UP


def test_one_clock_runs_through_the_agenda(session: Session, cast: Cast, tuesday: TeamDate) -> None:
    by = cast.coordinator.actor()
    first, second, third = (a_referral(session, cast, TO_SCHEDULE) for _ in range(3))
    items = [put(session, cast, tuesday, one) for one in (first, second, third)]

    def order() -> list[tuple[Referral, int]]:
        begins = [(slot.item.referral, slot.starts_at) for slot in agenda.slots(session, tuesday)]
        return [(referral, int((at - BEGINS).total_seconds()) // 60) for referral, at in begins]

    assert order() == [(first, 0), (second, 30), (third, 60)]
    agenda.arrange(session, items[2], AgendaAct.EARLIER, minutes=20, by=by)
    assert order() == [(first, 0), (third, 30), (second, 50)]
    agenda.arrange(session, items[0], AgendaAct.LATER, minutes=30, by=by)
    agenda.arrange(session, items[2], AgendaAct.EARLIER, minutes=20, by=by)
    agenda.arrange(session, items[1], AgendaAct.LATER, minutes=45, by=by)
    assert order() == [(third, 0), (first, 20), (second, 50)]
    kept = agenda.slot_of(session, second)
    assert kept is not None
    assert (kept.starts_at, kept.ends_at) == (BEGINS + timedelta(minutes=50), BEGINS + timedelta(minutes=95))
    agenda.arrange(session, items[0], AgendaAct.OFF, minutes=30, by=by)
    assert order() == [(third, 0), (second, 20)]
    assert agenda.slot_of(session, first) is None
    events = session.scalars(select(AuditEvent).where(AuditEvent.chain_id == first.id, AuditEvent.what == What.DID))
    assert [one.subject for one in events if one.subject != "submit_concern"] == [
        agenda.PUT_ON, agenda.ARRANGED, agenda.TAKEN_OFF,
    ]  # fmt: skip


def test_who_saw_the_agenda_before_a_colleague_changed_it_changes_nothing_back(
    session: Session, cast: Cast, tuesday: TeamDate
) -> None:
    by = cast.coordinator.actor()
    items = [put(session, cast, tuesday, a_referral(session, cast, TO_SCHEDULE)) for _ in range(2)]
    seen = agenda.as_it_stands(session, tuesday)
    agenda.arrange(session, items[0], AgendaAct.KEEP, minutes=30, by=by, seen=seen)
    for act, minutes in ((AgendaAct.KEEP, 45), (AgendaAct.LATER, 45)):
        agenda.arrange(session, items[0], act, minutes=minutes, by=by, seen=seen)
        for late in AgendaAct:
            with pytest.raises(AgendaRefused) as told:
                agenda.arrange(session, items[1], late, minutes=30, by=by, seen=seen)
            assert told.value.problem is AgendaProblem.REARRANGED
        seen = agenda.as_it_stands(session, tuesday)
    assert [(slot.item, slot.item.minutes) for slot in agenda.slots(session, tuesday)] == [
        (items[1], 30), (items[0], 45),
    ]  # fmt: skip


def test_a_date_that_is_taken_away_lets_its_referrals_line_up_again(
    session: Session, cast: Cast, tuesday: TeamDate
) -> None:
    by, later = cast.coordinator.actor(), dates.coming(session, cast.forum)[1]
    referral = a_referral(session, cast, TO_SCHEDULE)
    put(session, cast, tuesday, referral)
    dates.drop(session, cast.forum, tuesday.id, by=by)
    assert agenda.lined_up(session, later, by=by) == [referral]


def test_once_the_day_is_over_nothing_is_put_on_it_or_moved(
    session: Session, cast: Cast, tuesday: TeamDate, wednesday: time_machine.Traveller
) -> None:
    by = cast.coordinator.actor()
    referral, other = a_referral(session, cast, TO_SCHEDULE), a_referral(session, cast, TO_SCHEDULE)
    item = put(session, cast, tuesday, referral)
    wednesday.move_to(BEGINS + timedelta(hours=2))
    assert dates.coming(session, cast.forum) != dates.from_today(session, cast.forum)
    put(session, cast, tuesday, other)
    wednesday.move_to(BEGINS + timedelta(days=1))
    assert tuesday not in dates.from_today(session, cast.forum)
    again = agenda.lined_up(session, dates.coming(session, cast.forum)[0], by=by)
    assert {one.id for one in again} == {referral.id, other.id}
    for refused in (
        lambda: agenda.arrange(session, item, AgendaAct.OFF, minutes=30, by=by),
        lambda: put(session, cast, tuesday, a_referral(session, cast, TO_SCHEDULE)),
    ):
        with pytest.raises(AgendaRefused) as told:
            refused()
        assert told.value.problem is AgendaProblem.PASSED


def test_who_may_not_know_a_referral_arranges_none_and_learns_of_none(
    session: Session, cast: Cast, tuesday: TeamDate
) -> None:
    hidden = protected(session, a_referral(session, cast, TO_SCHEDULE), by=cast.coordinator)
    plain = a_referral(session, cast, TO_SCHEDULE)
    a_member(session, plain, cast.counsellor)
    items = [put(session, cast, tuesday, one) for one in (hidden, plain)]
    knows = {one.name: [agenda.may_see(each, one.actor()) for each in (hidden, plain)] for one in (
        cast.coordinator, cast.head_teacher, cast.counsellor, cast.teacher, cast.social_worker, cast.outsider
    )}  # fmt: skip
    assert knows == {
        "Karin Almkvist": [True, True], "Henrik Rosenby": [True, True], "Kim Solgren": [False, True],
        "Tove Askebrant": [False, False], "Noor Lindvall": [False, False], "Otto Utterman": [False, False],
    }  # fmt: skip
    for who in (cast.counsellor, cast.teacher, cast.outsider):
        assert not readiness.may_know(plain, who.actor())
        assert agenda.lined_up(session, tuesday, by=who.actor()) == []
        with pytest.raises(NotAllowed):
            agenda.find_item(session, tuesday, items[1].id, by=who.actor())
        with pytest.raises(NotAllowed):
            agenda.put_on(session, tuesday, plain.id, minutes=30, by=who.actor())
    by = cast.coordinator.actor()
    assert agenda.find_item(session, tuesday, items[0].id, by=by) is items[0]
    # the head teacher keeps the dates, reads what is missing, and calls nobody
    assert readiness.may_know(plain, cast.head_teacher.actor())
    with pytest.raises(NotAllowed):
        agenda.find_item(session, tuesday, items[1].id, by=cast.head_teacher.actor())
    for day, item_id in ((tuesday, uuid.uuid4()), (dates.coming(session, cast.forum)[1], items[1].id)):
        with pytest.raises(NotAllowed):
            agenda.find_item(session, day, item_id, by=cast.counsellor.actor())
        with pytest.raises(AgendaRefused) as gone:
            agenda.find_item(session, day, item_id, by=by)
        assert gone.value.problem is AgendaProblem.REARRANGED, "a colleague may have taken it off or moved it"
    with pytest.raises(NotAllowed):
        agenda.put_on(session, tuesday, plain.id, minutes=30, by=replace(by, account_id=None))


def test_before_the_date_it_is_known_what_each_referral_lacks(session: Session, cast: Cast, tuesday: TeamDate) -> None:
    by = cast.coordinator.actor()
    referral = a_referral(session, cast, PARTS_REQUESTED)
    put(session, cast, tuesday, referral)
    found = lacks(session, cast, tuesday)
    assert (found.missing, found.has_guardians, found.nobody_asked, found.called_for) == ((), False, True, None)
    guardian = a_guardian(session, referral)
    part = a_part(session, referral, cast.school_nurse, asked_by=cast.coordinator)
    session.flush()
    for who in (cast.head_teacher, cast.counsellor, cast.social_worker, cast.leisure_worker):
        seats.seat(session, cast.forum, who.id, by=by)
    conflict.shut_out(session, referral, [cast.counsellor])
    found = lacks(session, cast, tuesday)
    assert (found.to_inform, found.parts, found.nobody_asked) == ((guardian,), (part,), False)
    assert found.missing == (Profession.SCHOOL_COUNSELLOR,)
    assert (found.too_close, found.without_consent) == ((cast.counsellor,), (cast.social_worker,))
    assert not found.is_ready


def test_once_the_team_is_called_those_who_are_called_count(session: Session, cast: Cast, tuesday: TeamDate) -> None:
    by = cast.coordinator.actor()
    referral = a_referral(session, cast, TO_SCHEDULE)
    consented(session, referral, cast)
    put(session, cast, tuesday, referral)
    people = [cast.head_teacher, cast.counsellor]
    team_review.schedule_meeting(
        session,
        referral,
        by=by,
        seen=None,
        starts_at=BEGINS,
        minutes=30,
        place="Rum 12",
        called=[one.id for one in people],
    )
    assert lacks(session, cast, tuesday).is_ready
    kims = seats.seat(session, cast.forum, cast.counsellor.id, by=by)
    assert lacks(session, cast, tuesday).is_ready
    seats.be_away(session, kims, first_on=date(2026, 9, 22), last_on=date(2026, 9, 22), stand_in_id=None, by=by)
    assert lacks(session, cast, tuesday).missing == (Profession.SCHOOL_COUNSELLOR,)


def test_who_answers_that_they_cannot_come_is_missing_before_the_date(
    session: Session, cast: Cast, tuesday: TeamDate
) -> None:
    referral, by = a_referral(session, cast, TO_SCHEDULE), cast.coordinator.actor()
    consented(session, referral, cast)
    put(session, cast, tuesday, referral)
    people = [cast.head_teacher.id, cast.counsellor.id, cast.second_coordinator.id]
    team_review.schedule_meeting(
        session, referral, by=by, seen=None, starts_at=BEGINS, minutes=30, place="Rum 12", called=people
    )

    def answered(reply: CalledReply, who: Account = cast.counsellor) -> Readiness:
        meeting_answers.answer_call(session, referral, who.id, by=who.actor(), asked_about=BEGINS, reply=reply)
        return lacks(session, cast, tuesday)

    assert answered(CalledReply.COMES).is_ready
    cannot = answered(CalledReply.CANNOT)
    assert (cannot.cannot, cannot.ask_for_stand_in) == ((cast.counsellor,), ())
    assert cannot.missing == (Profession.SCHOOL_COUNSELLOR,)
    asks = answered(CalledReply.STAND_IN)
    assert (asks.cannot, asks.ask_for_stand_in) == ((), (cast.counsellor,))
    assert asks.missing == (Profession.SCHOOL_COUNSELLOR,)
    assert answered(CalledReply.COMES).is_ready
    other = answered(CalledReply.CANNOT, cast.second_coordinator)
    assert other.is_ready, "the team is complete without her"
    assert not answered(CalledReply.STAND_IN, cast.second_coordinator).is_ready


def test_no_answer_is_awaited_from_who_is_away_then_or_was_shut_out_since(
    session: Session, cast: Cast, tuesday: TeamDate
) -> None:
    by, referral = cast.coordinator.actor(), a_referral(session, cast, TO_SCHEDULE)
    a_guardian(session, referral, told_by=cast.coordinator)
    put(session, cast, tuesday, referral)
    people = [cast.coordinator.id, cast.counsellor.id, cast.head_teacher.id, cast.second_coordinator.id]
    team_review.schedule_meeting(
        session, referral, by=by, seen=None, starts_at=BEGINS, minutes=30, place="Rum 12", called=people
    )
    silent = {cast.counsellor, cast.head_teacher, cast.second_coordinator}
    assert {*lacks(session, cast, tuesday).not_answered} == silent
    chair = seats.seat(session, cast.forum, cast.counsellor.id, by=by)
    seats.be_away(session, chair, first_on=BEGINS.date(), last_on=BEGINS.date(), stand_in_id=None, by=by)
    conflict.shut_out(session, referral, [cast.second_coordinator])
    assert lacks(session, cast, tuesday).not_answered == (cast.head_teacher,)


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("sv", ["Dagordning, tisdag 22 september 2026", "Ett annat ärende", "Inget ämne"]),
        ("da", ["Dagsorden, tirsdag den 22. september 2026", "En anden sag", "Intet emne"]),
        ("en", ["Agenda, Tuesday 22 September 2026", "Another referral", "No topic"]),
    ],
)
def test_the_paper_holds_for_each_member_what_they_may_see_and_no_name(
    session: Session, cast: Cast, tuesday: TeamDate, language: str, words: list[str]
) -> None:
    by, kim = cast.coordinator.actor(), cast.counsellor.actor()
    known, plain, hidden = (a_referral(session, cast, TO_SCHEDULE, topics=[]) for _ in range(3))
    for referral in (known, plain, hidden):
        put(session, cast, tuesday, referral)
    protected(session, hidden, by=cast.coordinator)
    a_guardian(session, known, told_by=cast.coordinator)
    seats.seat(session, cast.forum, cast.counsellor.id, by=by)
    team_review.schedule_meeting(
        session, known, by=by, seen=None, starts_at=BEGINS, place="Rum 12", called=[cast.counsellor.id],
        agenda=["Vad som fungerar"], without=[Profession.HEAD_TEACHER],
    )  # fmt: skip
    read = {}
    for who in (cast.coordinator, cast.counsellor, cast.social_worker):
        printed = agenda_paper.paper(session, tuesday, by=who.actor(), language=language)
        pages = PdfReader(io.BytesIO(printed)).pages
        read[who] = " ".join(" ".join(page.extract_text() for page in pages).split())
        assert words[0] in read[who]
        assert "Mila" not in read[who]
        assert "Kim Solgren" in read[who]
    assert agenda_paper.named(session, tuesday, by=kim) == [known]
    assert [[one.number in read[who] for one in (known, plain, hidden)] for who in read] == [
        [True, True, True], [True, False, False], [False, False, False],
    ]  # fmt: skip
    assert [read[who].count(words[1]) for who in read] == [0, 2, 3]
    assert ["Vad som fungerar" in read[who] for who in read] == [True, True, False]
    called_for_an_hour = re.compile("14[:.]30– ?15[:.]30")
    assert [bool(called_for_an_hour.search(read[who])) for who in read] == [True, True, False]
    assert read[cast.coordinator].count(f"{words[2]} · Lindskolan") == 2
    assert read[cast.coordinator].count(words[2]) == 3


def test_a_date_without_an_agenda_has_a_paper_that_says_so(session: Session, cast: Cast, tuesday: TeamDate) -> None:
    printed = agenda_paper.paper(session, tuesday, by=cast.coordinator.actor(), language="en")
    with pikepdf.open(io.BytesIO(printed)) as pdf:
        assert "Nothing on the agenda yet" in PdfReader(io.BytesIO(printed)).pages[0].extract_text()
        assert pdf.open_metadata()["pdfuaid:part"] == "1"
        assert str(pdf.Root.Lang) == "en"
        assert str(pdf.docinfo.Title).startswith("Agenda, Tuesday 22 September 2026")
