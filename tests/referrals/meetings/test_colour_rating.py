"""Rating by colour: two alone and unseen, then together; and on no paper that leaves unless every guardian who decides chose so."""

import io
import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from pypdf import PdfReader
from sqlalchemy.orm import Session

from referrals import clock, db, documents, printing, team_review
from referrals.access import SYSTEM
from referrals.disclosure import coverage
from referrals.errors import AlreadyDecided, Incomplete, KeptOutside, NotAllowed
from referrals.forums import agenda, agenda_paper
from referrals.keeping import contents
from referrals.meetings import colour_rating
from referrals.models import Account, ColourRating, History, Referral, TeamDate, TeamMeeting
from referrals.papers import paper_sources
from referrals.reading import reading_extract, reading_pieces, reading_requests
from referrals.stages import TO_SCHEDULE
from referrals.vocabulary import Colour, ContentKind, Custody, DocumentKind, Domain
from schemas.documents.writing import paper_html
from tests import straight_way
from tests.factories import a_guardian, a_referral
from tests.people import Cast, settle
from tests.referrals.reading.test_reading_requests import answer_all, record
from tests.referrals.test_team_review import a_ready_referral, call, hold

HEALTH_RED = {Domain.HEALTH: Colour.RED}
ALL = {Domain.HEALTH: Colour.GREEN, Domain.SAFETY: Colour.YELLOW, Domain.LEARNING: Colour.RED}
WORDS = (
    "Grönt",
    "Gult",
    "Rött",
    "skattning i färg",
    "Grønt",
    "Rødt",
    "vurdering i farver",
)  # the file in Swedish, the guardian in Danish


def in_a_week(session: Session, cast: Cast) -> TeamMeeting:
    """A meeting the team is called to, whichever day that is."""
    week = clock.now() + timedelta(days=7)
    return call(session, a_ready_referral(session, cast), cast, starts_at=week, on_closed_day=True)


@pytest.fixture
def meeting(session: Session, cast: Cast) -> TeamMeeting:
    """A meeting of a team that rates by colour, called."""
    cast.forum.rates_by_colour = True
    return in_a_week(session, cast)


def alone(session: Session, meeting: TeamMeeting, who: Account, colours: colour_rating.Colours = ALL) -> ColourRating:
    return colour_rating.rate_alone(session, meeting.referral, meeting, by=who.actor(), colours=colours)


def both(session: Session, meeting: TeamMeeting, cast: Cast) -> None:
    alone(session, meeting, cast.head_teacher)
    alone(session, meeting, cast.counsellor, HEALTH_RED)


def together(session: Session, meeting: TeamMeeting, who: Account) -> ColourRating:
    return colour_rating.rate_together(session, meeting.referral, meeting, by=who.actor(), colours=ALL)


def test_each_of_two_sees_only_their_own_until_both_have_rated(
    session: Session, cast: Cast, meeting: TeamMeeting
) -> None:
    alone(session, meeting, cast.head_teacher)
    for_kim = colour_rating.standing(meeting, by=cast.counsellor.actor())
    assert (for_kim.count, for_kim.own, for_kim.alone, for_kim.together) == (1, None, (), None)
    assert for_kim.can_rate_alone
    alone(session, meeting, cast.head_teacher, HEALTH_RED)
    for_henrik = colour_rating.standing(meeting, by=cast.head_teacher.actor())
    assert for_henrik.count == 1
    assert for_henrik.own is not None
    assert for_henrik.own.colours == {"health": "red"}
    alone(session, meeting, cast.counsellor)
    for who in (cast.counsellor, cast.head_teacher, cast.coordinator):
        seen = colour_rating.standing(meeting, by=who.actor())
        assert [one.by for one in seen.alone] == [cast.head_teacher, cast.counsellor]
        assert not seen.can_rate_alone


def test_once_both_have_rated_nobody_changes_what_they_saw_alone(
    session: Session, cast: Cast, meeting: TeamMeeting
) -> None:
    both(session, meeting, cast)
    with pytest.raises(AlreadyDecided):
        alone(session, meeting, cast.head_teacher, HEALTH_RED)


def test_only_who_is_called_rates_alone_and_only_in_a_team_that_rates_by_colour(
    session: Session, cast: Cast, meeting: TeamMeeting
) -> None:
    for who in (cast.second_coordinator, cast.outsider, cast.special_educator):
        with pytest.raises(NotAllowed):
            alone(session, meeting, who)
    with pytest.raises(NotAllowed):
        colour_rating.rate_alone(session, meeting.referral, meeting, by=SYSTEM, colours=ALL)
    cast.forum.rates_by_colour = False
    with pytest.raises(NotAllowed):
        alone(session, meeting, cast.counsellor)
    assert meeting.colour_ratings == []


def test_the_team_rates_once_two_have_and_again_until_the_minutes_are_approved(
    session: Session, cast: Cast, meeting: TeamMeeting
) -> None:
    alone(session, meeting, cast.head_teacher)
    with pytest.raises(Incomplete):
        together(session, meeting, cast.coordinator)
    alone(session, meeting, cast.counsellor, HEALTH_RED)
    with pytest.raises(NotAllowed):
        together(session, meeting, cast.counsellor)
    first = together(session, meeting, cast.coordinator)
    assert together(session, meeting, cast.second_coordinator) is first is meeting.rated_together
    assert first.by == cast.second_coordinator
    with pytest.raises(Incomplete):
        colour_rating.rate_together(session, meeting.referral, meeting, by=cast.coordinator.actor(), colours={})
    hold(session, meeting.referral, cast.coordinator)
    referral = meeting.referral
    team_review.approve_minutes(session, referral, by=cast.head_teacher.actor(), seen=referral.version)
    for refused in (
        lambda: together(session, meeting, cast.coordinator),
        lambda: alone(session, meeting, cast.counsellor),
    ):
        with pytest.raises(AlreadyDecided):
            refused()
    assert not colour_rating.standing(meeting, by=cast.counsellor.actor()).can_rate_alone


def test_nothing_is_written_about_a_referral_kept_outside(session: Session, cast: Cast, meeting: TeamMeeting) -> None:
    meeting.referral.kept_outside_at = clock.now()
    with pytest.raises(KeptOutside):
        alone(session, meeting, cast.counsellor)


def test_every_guardian_who_decides_has_to_choose_papers_and_the_newest_word_counts(
    session: Session, cast: Cast, meeting: TeamMeeting
) -> None:
    referral, by = meeting.referral, cast.coordinator.actor()
    (mother,) = coverage.guardians_of(session, referral)
    father = a_guardian(session, referral, told_by=cast.coordinator, name="Milan Testsson")
    other = a_guardian(session, referral, name="Morfar", custody=Custody.OTHER)
    assert not colour_rating.on_papers(session, referral)
    colour_rating.choose_for_papers(session, referral, mother, by=by, is_wanted=True)
    assert not colour_rating.on_papers(session, referral)
    colour_rating.choose_for_papers(session, referral, father, by=by, is_wanted=True)
    assert colour_rating.on_papers(session, referral)
    colour_rating.choose_for_papers(session, referral, father, by=by, is_wanted=False)
    assert not colour_rating.on_papers(session, referral)
    made = colour_rating.choices(session, referral)
    assert {key: one.is_wanted for key, one in made.items()} == {mother.id: True, father.id: False}
    assert {one.by_id for one in made.values()} == {cast.coordinator.id}
    for guardian, who in ((other, cast.coordinator), (mother, cast.head_teacher)):
        with pytest.raises(NotAllowed):
            colour_rating.choose_for_papers(session, referral, guardian, by=who.actor(), is_wanted=True)


@pytest.mark.parametrize("is_wanted", [None, False, True])
def test_on_its_whole_way_no_paper_tells_a_colour_unless_the_guardians_chose_so(
    session: Session, cast: Cast, is_wanted: bool | None
) -> None:
    cast.forum.rates_by_colour = True
    referral = straight_way.submit(session, cast.school)
    told: dict[DocumentKind, set[bool]] = {}
    for decide in straight_way.DECISIONS:
        decide(session, cast, referral)
        meeting = team_review.current_meeting(session, referral)
        if meeting and not meeting.approved_at and not meeting.colour_ratings:
            for who in (cast.coordinator, cast.special_educator):
                alone(session, meeting, who)
            together(session, meeting, cast.coordinator)
            guardian = straight_way.the_guardian(session, referral)
            if is_wanted is not None:
                by = cast.coordinator.actor()
                colour_rating.choose_for_papers(session, referral, guardian, by=by, is_wanted=is_wanted)
        row = referral.history[-1]
        for paper in documents.papers_after(session, row):
            words = paper_html(paper_sources.gather(session, referral, paper, after=row))
            told.setdefault(paper.kind, set()).add(any(word in words for word in WORDS))
        for paper in documents.papers_ahead(session, referral):
            words = paper_html(paper_sources.gather(session, referral, paper, after=None), preview=True)
            if paper.kind is not DocumentKind.MINUTES:
                assert not any(word in words for word in WORDS), paper.kind
    assert told.pop(DocumentKind.MINUTES) == {bool(is_wanted)}
    assert len(told) > 5
    assert set().union(*told.values()) == {False}


def test_what_guardians_choose_later_leaves_papers_made_before_as_they_were(session: Session, cast: Cast) -> None:
    cast.forum.rates_by_colour = True
    referral = in_a_week(session, cast).referral
    meeting = team_review.current_meeting(session, referral)
    assert meeting is not None
    both(session, meeting, cast)
    together(session, meeting, cast.coordinator)
    hold(session, referral, cast.coordinator)
    team_review.approve_minutes(session, referral, by=cast.head_teacher.actor(), seen=referral.version)
    row = referral.history[-1]
    (guardian,) = coverage.guardians_of(session, referral)
    made = colour_rating.choose_for_papers(session, referral, guardian, by=cast.coordinator.actor(), is_wanted=True)
    made.chosen_at = row.at + timedelta(seconds=1)
    session.flush()
    assert "Gult" not in minutes_after(session, referral, row)
    made.chosen_at = row.at - timedelta(seconds=1)
    session.flush()
    assert "Gult: behöver uppmärksamhet" in minutes_after(session, referral, row)


def test_agendas_say_nothing_of_colours(session: Session, cast: Cast, meeting: TeamMeeting) -> None:
    both(session, meeting, cast)
    together(session, meeting, cast.coordinator)
    date = TeamDate(forum=cast.forum, starts_at=clock.now() + timedelta(days=3), minutes=60, place="Rum 12")
    session.add(date)
    session.flush()
    referral = a_referral(session, cast, TO_SCHEDULE)
    agenda.put_on(session, date, referral.id, minutes=30, by=cast.coordinator.actor())
    printed = agenda_paper.paper(session, date, by=cast.coordinator.actor(), language="sv")
    text = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(printed)).pages)
    assert referral.number in text
    assert not any(word in text for word in WORDS)


def test_whoever_asks_to_read_the_file_gets_it_gone_through_and_it_goes_with_the_meetings(
    session: Session, cast: Cast, meeting: TeamMeeting
) -> None:
    alone(session, meeting, cast.counsellor, HEALTH_RED)
    found = [one for one in reading_pieces.pieces_of(session, meeting.referral) if one.key.startswith("colour_rating")]
    assert [(one.texts, one.colours, one.author) for one in found] == [
        ((), ((Domain.HEALTH, Colour.RED),), cast.counsellor.name)
    ]
    contents.take_out(session, meeting.referral, [ContentKind.MEETINGS])
    session.refresh(meeting)
    assert [one.colours for one in meeting.colour_ratings] == [None]


def test_whoever_asked_to_read_the_file_reads_areas_and_colours_as_words(
    session: Session, cast: Cast, meeting: TeamMeeting, monkeypatch: pytest.MonkeyPatch
) -> None:
    alone(session, meeting, cast.counsellor, HEALTH_RED)
    request = record(session, cast, meeting.referral)
    answer_all(session, request, cast.head_teacher)
    reading_requests.approve_extract(session, request, by=cast.head_teacher.actor())
    printed: list[str] = []
    monkeypatch.setattr(printing, "print_pdf", lambda html: printed.append(html) or b"")
    reading_extract.extract(session, request, by=cast.head_teacher.actor()).packed()
    assert "Hälsa – Rött: " in printed[0]
    assert "health" not in printed[0]


def test_two_who_rate_in_the_same_moment_are_the_first_and_the_second(fresh_postgres: str) -> None:
    """SQLite lets one writer in at a time anyway."""
    with db.writing(fresh_postgres) as session:
        cast = settle(session)
        cast.forum.rates_by_colour = True
        meeting_id = in_a_week(session, cast).id
        people = [cast.head_teacher.id, cast.counsellor.id]
    ready = threading.Barrier(len(people), timeout=20)

    def rate(account_id: uuid.UUID) -> None:
        with db.writing(fresh_postgres) as session:
            meeting = session.get_one(TeamMeeting, meeting_id)
            assert meeting.colour_ratings == []
            ready.wait()
            alone(session, meeting, session.get_one(Account, account_id))

    with ThreadPoolExecutor(len(people)) as pool:
        list(pool.map(rate, people))
    with db.reading(fresh_postgres) as session:
        rated = session.get_one(TeamMeeting, meeting_id).colour_ratings
        assert [one.place for one in rated] == [1, 2]
        assert {one.by_id for one in rated} == set(people)


def minutes_after(session: Session, referral: Referral, row: History) -> str:
    papers = [one for one in documents.papers_after(session, row) if one.kind is DocumentKind.MINUTES]
    return " ".join(paper_html(paper_sources.gather(session, referral, paper, after=row)) for paper in papers)
