"""Interpreters for a meeting: which are needed, that one is booked for its time, and what stands on the papers."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from referrals import clock, documents, team_review
from referrals.access import Actor
from referrals.errors import Incomplete, KeptOutside, MeetingMoved, NotAllowed, WrongStage
from referrals.guardians import guardian_page
from referrals.meetings import interpreters
from referrals.models import AuditEvent
from referrals.papers import agenda_points, paper_sources
from referrals.stages import TO_SCHEDULE
from referrals.vocabulary import DocumentKind, InvitationReply
from schemas.documents.writing import paper_html
from tests.factories import a_guardian, a_referral


@pytest.fixture
def referral(session, cast, wednesday):
    return a_referral(session, cast, TO_SCHEDULE)


@pytest.fixture
def maja(session, cast, referral):
    return a_guardian(session, referral, told_by=cast.coordinator, interpreter="polska")


@pytest.fixture
def meeting(session, cast, referral, maja, omar):
    return call(session, cast, referral, maja, omar)


def call(session, cast, referral, *guardians, days=7, **values):
    return team_review.schedule_meeting(
        session, referral, by=cast.coordinator.actor(), seen=None, starts_at=clock.now() + timedelta(days=days), place="Rum 12",
        called=[cast.head_teacher.id, cast.counsellor.id], guardians=[one.id for one in guardians], on_closed_day=True, **values,
    )  # fmt: skip


def answer(session, meeting, guardian, reply=InvitationReply.COMES, interpreter=""):
    own = Actor(guardian_of=guardian.referral_id, guardian_id=guardian.id)
    guardian_page.answer_invitation(
        session, guardian, by=own, asked_about=meeting.starts_at, reply=reply, interpreter=interpreter
    )


def needed(session, meeting):
    found = sorted(interpreters.wanted(session, meeting), key=lambda one: one.language)
    return [(one.language, sorted(who.name for who in one.guardians), one.booked_with) for one in found]


def book(session, cast, meeting, language="polska", whom="Tolkförmedlingen", **values):
    given = {"by": cast.coordinator.actor(), "asked_about": meeting.starts_at} | values
    interpreters.book(session, meeting.referral, language=language, booked_with=whom, **given)


def waits(session, person):
    return [found.meeting for found in interpreters.to_book(session, person.actor())]


def test_what_guardians_ask_for_counts_beside_what_is_recorded_unless_they_do_not_come(
    session, cast, referral, maja, omar, meeting
):
    assert needed(session, meeting) == [("polska", [maja.name], None)]
    answer(session, meeting, omar, interpreter="arabiska")
    assert needed(session, meeting) == [("arabiska", [omar.name], None), ("polska", [maja.name], None)]
    answer(session, meeting, maja, interpreter="arabiska")
    assert needed(session, meeting) == [("arabiska", [maja.name, omar.name], None)]
    answer(session, meeting, omar, InvitationReply.ANOTHER_TIME)
    assert needed(session, meeting) == [("arabiska", [maja.name], None)]
    call(session, cast, referral, maja, omar, days=8)
    assert needed(session, meeting) == [("arabiska", [maja.name, omar.name], None)], "asked anew, and as they said"
    call(session, cast, referral, maja, days=8)
    assert needed(session, meeting) == [("arabiska", [maja.name], None)], "the other is not invited any more"


def test_an_interpreter_is_booked_by_whoever_calls_the_team_and_for_the_time_the_meeting_has(
    session, cast, referral, maja, omar, meeting
):
    since = clock.now()
    assert [(found.meeting, found.since) for found in interpreters.to_book(session, cast.coordinator.actor())] == [
        (meeting, since)
    ]
    assert waits(session, cast.head_teacher) == waits(session, cast.outsider) == []
    book(session, cast, meeting, whom=" Tolkförmedlingen ")
    assert needed(session, meeting) == [("polska", [maja.name], "Tolkförmedlingen")]
    assert waits(session, cast.coordinator) == []
    event = session.scalars(select(AuditEvent).order_by(AuditEvent.number.desc())).first()
    assert (event.by_id, event.subject, event.object_id) == (cast.coordinator.id, interpreters.BOOKED, meeting.id)
    stale = meeting.starts_at
    call(session, cast, referral, maja, omar, days=14)
    assert needed(session, meeting) == [("polska", [maja.name], None)]
    assert waits(session, cast.coordinator) == [meeting]
    with pytest.raises(MeetingMoved):
        book(session, cast, meeting, asked_about=stale)
    for wrong, values in (
        (NotAllowed, {"by": cast.head_teacher.actor()}),
        (MeetingMoved, {"language": "finska"}),
        (Incomplete, {"whom": " "}),
    ):
        with pytest.raises(wrong):
            book(session, cast, meeting, **values)
    referral.is_open = False
    session.flush()
    with pytest.raises(WrongStage):
        book(session, cast, meeting)


def test_a_language_is_the_same_however_it_is_written_and_what_was_noted_is_put_right(
    session, cast, maja, omar, meeting
):
    answer(session, meeting, omar, interpreter=" Polska")
    ((_language, names, _whom),) = needed(session, meeting)
    assert names == [maja.name, omar.name]
    book(session, cast, meeting, language="POLSKA")
    book(session, cast, meeting, whom="Språkservice")
    assert [one["with"] for one in meeting.interpreters] == ["Språkservice"]
    assert waits(session, cast.coordinator) == []
    book(session, cast, meeting, whom="")
    assert (meeting.interpreters, waits(session, cast.coordinator)) == ([], [meeting])


def test_nothing_is_noted_of_a_referral_that_is_kept_on_paper(session, cast, referral, meeting, monkeypatch):
    referral.kept_outside_at = clock.now()
    assert waits(session, cast.coordinator) == []
    with pytest.raises(NotAllowed):
        book(session, cast, meeting)
    monkeypatch.setattr(interpreters.meeting_answers, "may_note", lambda *_: True)
    with pytest.raises(KeptOutside):
        book(session, cast, meeting)


def test_a_paper_says_what_was_asked_and_booked_by_then(session, cast, referral, maja, omar, meeting, wednesday):
    def told():
        (paper, *_) = [
            one for one in documents.papers_after(session, referral.history[-1]) if one.kind is DocumentKind.INVITATION
        ]
        values = paper_sources.gather(session, referral, paper, after=referral.history[-1]).values
        return values["interpreters_asked"], values["interpreters_booked"]

    wednesday.shift(timedelta(minutes=1))
    answer(session, meeting, omar, interpreter="arabiska")
    book(session, cast, meeting)
    session.expire(referral, ["history"])
    assert told() == ({}, frozenset())
    wednesday.shift(timedelta(minutes=1))
    team_review.schedule_meeting(
        session, referral, by=cast.coordinator.actor(), seen=None, starts_at=meeting.starts_at, place="Rum 3",
        called=[cast.head_teacher.id, cast.counsellor.id], guardians=[maja.id, omar.id], on_closed_day=True,
    )  # fmt: skip
    session.expire(referral, ["history"])
    assert told() == ({omar.id: "arabiska"}, frozenset({"polska"}))


def test_an_invitation_comes_in_the_guardians_own_language_and_tells_of_the_interpreter(session, cast, referral):
    """C22: a guardian who reads Danish in a Swedish municipality, and speaks Polish at the meeting."""
    maja = a_guardian(session, referral, told_by=cast.coordinator, language="da", interpreter="polska")
    call(session, cast, referral, maja)
    row = referral.history[-1]
    papers = [one for one in documents.papers_after(session, row) if one.kind is DocumentKind.INVITATION]
    (theirs,) = [one for one in papers if one.recipient == f"guardian:{maja.id}"]
    page = paper_html(paper_sources.gather(session, referral, theirs, after=row))
    assert '<html lang="da"' in page
    assert "Der er brug for tolk: polska. Vi bestiller en." in page


@pytest.mark.parametrize(
    ("language", "first"), [("da", "Hvordan barnet har det nu"), ("en", "How the child is doing now")]
)
def test_a_usual_point_is_said_in_the_readers_language_and_what_somebody_wrote_stays(
    session, cast, referral, language, first
):
    maja = a_guardian(session, referral, told_by=cast.coordinator, language=language)
    usual = agenda_points.usual_points("sv")[0]
    call(session, cast, referral, maja, agenda=[usual, f"{usual} hemma"])
    row = referral.history[-1]
    (theirs,) = [one for one in documents.papers_after(session, row) if one.recipient == f"guardian:{maja.id}"]
    page = paper_html(paper_sources.gather(session, referral, theirs, after=row))
    assert f">{first}</li>" in page
    assert f">{usual} hemma</li>" in page


def test_a_usual_point_stays_where_a_catalogue_lacks_it():
    usual = agenda_points.usual_points("sv")[1]
    assert agenda_points.usual_point(usual, "en") == "What the child and the guardians say"
    assert (
        agenda_points.usual_point("What the child and the guardians say", "en")
        == "What the child and the guardians say"
    )
    assert agenda_points.usual_point(usual, "ar") == usual
