"""How invitations and calls on paper stand once their meeting is moved, called off, or held without somebody."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy.orm import Session

from referrals import documents, team_review
from referrals.guardians import guardian_papers
from referrals.keeping import register
from referrals.models import Document, Guardian, Referral
from referrals.papers import calls, readers
from referrals.papers.calls import Ending
from referrals.stages import TO_SCHEDULE
from tests.factories import a_referral
from tests.people import Cast
from tests.referrals.test_queries import counted_queries

AT = datetime(2026, 10, 20, 12, 30, tzinfo=UTC)
LATER = datetime(2026, 11, 3, 13, 30, tzinfo=UTC)
HELD = timedelta(minutes=10)


@pytest.fixture(autouse=True)
def _today(wednesday: time_machine.Traveller) -> None:
    """It is Wednesday the 16th of September 2026."""


@pytest.fixture
def referral(session: Session, cast: Cast) -> Referral:
    return a_referral(session, cast, TO_SCHEDULE)


def schedule(
    session: Session, cast: Cast, referral: Referral, *guardians: Guardian, at: datetime = AT, **values: Any
) -> None:
    given = {"minutes": 45, "place": referral.forum.place, "called": [cast.counsellor.id], "agenda": ["Läget"]}
    team_review.schedule_meeting(
        session, referral, by=cast.coordinator.actor(), seen=None, starts_at=at, guardians=[one.id for one in guardians],
        without=list(team_review.Profession), **(given | values),
    )  # fmt: skip
    session.expire_all()


def issue(session: Session, referral: Referral) -> dict[str, Document]:
    """The papers that follow the newest decision, by whom they are for."""
    row = referral.history[-1]
    made = [documents.issue(session, row, paper, content=b"%PDF") for paper in documents.outstanding(session, row)]
    return {paper.recipient: paper for paper in made}


def call(session: Session, cast: Cast, referral: Referral, *guardians: Guardian, **values: Any) -> dict[str, Document]:
    schedule(session, cast, referral, *guardians, **values)
    return issue(session, referral)


def call_off(session: Session, cast: Cast, referral: Referral) -> None:
    team_review.call_off_meeting(session, referral, by=cast.coordinator.actor(), seen=None, reason="Sjukt.")
    session.expire_all()


def hows(session: Session, referral: Referral, *papers: Document) -> list[Ending | None]:
    ended = calls.ended(session, referral)
    return [ended[paper.id].how if paper.id in ended else None for paper in papers]


def test_a_moved_meeting_ends_each_invitation_for_its_own_reader(
    session: Session, cast: Cast, referral: Referral, maja: Guardian, omar: Guardian, wednesday: time_machine.Traveller
) -> None:
    of_maja, of_omar = (readers.guardian_key(one.id) for one in (maja, omar))
    first = call(session, cast, referral, maja, omar)
    wednesday.shift(HELD)
    assert calls.ended(session, referral) == {}
    assert documents.call_for(session, referral, cast.counsellor.id) is first[readers.PROFESSIONALS]
    schedule(session, cast, referral, maja, at=LATER)
    assert hows(session, referral, first[of_maja], first[of_omar]) == [Ending.MOVED, Ending.LEFT_OUT]
    assert documents.call_for(session, referral, cast.counsellor.id) is None, "it says a time that holds no more"
    second = issue(session, referral)
    old = [first[key] for key in (readers.PROFESSIONALS, of_maja, of_omar)]
    assert hows(session, referral, *old) == [Ending.REPLACED, Ending.REPLACED, Ending.LEFT_OUT]
    assert hows(session, referral, *second.values()) == [None, None]
    assert guardian_papers.papers_for(session, maja) == [first[of_maja]], "she has it, and it says that it is replaced"
    documents.stop(session, referral, second[of_maja], by=cast.coordinator.actor())
    assert hows(session, referral, first[of_maja]) == [Ending.MOVED]


def test_an_invitation_to_the_same_time_and_place_holds_where_the_newer_one_was_stopped(
    session: Session, cast: Cast, referral: Referral, maja: Guardian
) -> None:
    key = readers.guardian_key(maja.id)
    first = call(session, cast, referral, maja)[key]
    newer = call(session, cast, referral, maja, agenda=["Läget", "Frånvaron"])[key]
    assert hows(session, referral, first) == [Ending.REPLACED]
    documents.stop(session, referral, newer, by=cast.coordinator.actor())
    assert hows(session, referral, first) == [None]


def test_an_invitation_that_left_stays_one_that_went_where_the_next_call_said_the_same(
    session: Session, cast: Cast, referral: Referral, maja: Guardian, wednesday: time_machine.Traveller
) -> None:
    key = readers.guardian_key(maja.id)
    first = call(session, cast, referral, maja)
    wednesday.shift(timedelta(minutes=5))
    for newer in call(session, cast, referral, maja, agenda=["Läget", "Frånvaron"]).values():
        documents.stop(session, referral, newer, by=cast.coordinator.actor())
    wednesday.shift(HELD)
    assert guardian_papers.papers_for(session, maja) == [first[key]]
    call_off(session, cast, referral)
    assert calls.kept_back(session, referral) == set()
    assert guardian_papers.papers_for(session, maja) == [first[key]], "she has read it"


def test_an_invitation_that_left_before_the_paper_that_replaces_it_was_made_stays_one_that_went(
    session: Session, cast: Cast, referral: Referral, maja: Guardian, wednesday: time_machine.Traveller
) -> None:
    key = readers.guardian_key(maja.id)
    first = call(session, cast, referral, maja)[key]
    wednesday.shift(timedelta(minutes=5))
    schedule(session, cast, referral, maja, agenda=["Läget", "Frånvaron"])
    wednesday.shift(timedelta(minutes=6))
    assert guardian_papers.papers_for(session, maja) == [first]
    issue(session, referral)
    assert hows(session, referral, first) == [Ending.REPLACED]
    assert calls.kept_back(session, referral) == set()
    assert guardian_papers.papers_for(session, maja) == [first], "she has read it"


def test_an_invitation_kept_back_for_one_that_never_goes_either_is_not_taken_for_one_that_went(
    session: Session, cast: Cast, referral: Referral, maja: Guardian, wednesday: time_machine.Traveller
) -> None:
    first = call(session, cast, referral, maja)
    wednesday.shift(timedelta(minutes=5))
    second = call(session, cast, referral, maja, agenda=["Läget", "Frånvaron"])
    wednesday.shift(timedelta(minutes=7))
    of_first, of_second = ({paper.id for paper in made.values()} for made in (first, second))
    assert calls.kept_back(session, referral) == of_first
    schedule(session, cast, referral, maja, at=LATER)
    assert calls.kept_back(session, referral) == of_first | of_second
    assert guardian_papers.papers_for(session, maja) == []


def test_what_never_goes_out_takes_no_other_invitations_place(
    session: Session, cast: Cast, referral: Referral, maja: Guardian, wednesday: time_machine.Traveller
) -> None:
    key = readers.guardian_key(maja.id)
    first = call(session, cast, referral, maja)[key]
    wednesday.shift(HELD)
    moved = call(session, cast, referral, maja, at=LATER)
    assert hows(session, referral, first) == [Ending.REPLACED]
    wednesday.shift(timedelta(minutes=5))
    back = call(session, cast, referral, maja)[key]
    assert hows(session, referral, first) == [Ending.REPLACED]
    documents.stop(session, referral, back, by=cast.coordinator.actor())
    assert hows(session, referral, first, moved[key]) == [None, Ending.MOVED], "it says when the meeting is"
    assert calls.kept_back(session, referral) == {paper.id for paper in moved.values()}


def test_who_is_not_invited_any_more_does_not_read_that_the_meeting_was_called_off_later(
    session: Session, cast: Cast, referral: Referral, maja: Guardian, omar: Guardian, wednesday: time_machine.Traveller
) -> None:
    first = call(session, cast, referral, maja, omar)
    of_maja, of_omar = (first[readers.guardian_key(one.id)] for one in (maja, omar))
    wednesday.shift(HELD)
    schedule(session, cast, referral, maja)
    call_off(session, cast, referral)
    assert hows(session, referral, of_maja, of_omar) == [Ending.CALLED_OFF, Ending.LEFT_OUT]


def test_many_calls_are_looked_at_with_as_few_questions_as_one(
    session: Session, cast: Cast, referral: Referral, maja: Guardian
) -> None:
    def questions() -> int:
        session.expire_all()
        assert referral.forum.place  # what it is about is read already where it is looked at
        with counted_queries(session) as asked:
            calls.ended(session, referral)
        return len(asked)

    call(session, cast, referral, maja)
    call(session, cast, referral, maja, at=LATER)
    few = questions()
    for at in (AT, LATER, AT, LATER):
        call(session, cast, referral, maja, at=at)
    assert questions() == few


def test_an_invitation_that_had_not_left_when_the_meeting_was_called_off_never_goes_out(
    session: Session, cast: Cast, referral: Referral, maja: Guardian, wednesday: time_machine.Traveller
) -> None:
    left = call(session, cast, referral, maja)
    wednesday.shift(HELD)
    held = call(session, cast, referral, maja, at=LATER)
    wednesday.shift(timedelta(minutes=5))
    schedule(session, cast, referral, maja)
    row = referral.history[-1]
    call_off(session, cast, referral)
    late = [documents.issue(session, row, one, content=b"%PDF") for one in documents.outstanding(session, row)]
    wednesday.shift(timedelta(hours=1))
    kept_back = {paper.id for paper in (*held.values(), *late)}
    assert (calls.kept_back(session, referral), len(late)) == (kept_back, 2)
    assert set(hows(session, referral, *left.values(), *held.values(), *late)) == {Ending.CALLED_OFF}
    key = readers.guardian_key(maja.id)
    assert guardian_papers.papers_for(session, maja) == [left[key]]
    assert documents.call_for(session, referral, cast.counsellor.id) is None
    everything = [entry.object_id for entry in register.entries_beside(session, referral)]
    assert calls.kept_back_among(session, everything) == kept_back
    assert calls.kept_back_among(session, [one for one in everything if one not in kept_back]) == set()
    next_one = call(session, cast, referral, maja, at=LATER)
    wednesday.shift(HELD)
    assert hows(session, referral, left[key], next_one[key]) == [Ending.CALLED_OFF, None], "that is another meeting"
    assert guardian_papers.papers_for(session, maja) == [next_one[key], left[key]]
    assert documents.call_for(session, referral, cast.counsellor.id) is next_one[readers.PROFESSIONALS]
