"""C33: the agenda of a team with its questions, those that came late apart, and what came of earlier ones; reminders until one is in."""

import io
from datetime import UTC, date, datetime, time, timedelta

import pytest
from page import ValidationProfile, validate_pdf_bytes
from pypdf import PdfReader
from sqlalchemy import select

from flows import rounds as clockwork
from referrals import calendar, config, db, printing
from referrals.errors import NamesSomebody, NotAllowed
from referrals.models import Account, ClosedDay, RoundPaper
from referrals.people import organisation
from referrals.reminders import digest
from referrals.rounds import consultants, enrolling, papers, people, questions, reminding, slots
from referrals.rounds.enrolling import Days
from referrals.rounds.questions import Words
from referrals.vocabulary import Helped, Rhythm
from tests import rounds
from tests.people import settle

SPRING = Days(date(2026, 3, 20), date(2026, 4, 13), date(2026, 4, 17))
HEADINGS = {
    "sv": ("Dagordning för konsultationen", "Lärfrågor", "Bakgrund", "Vad vi prövat", "Vad vi vill ha hjälp att se", "Kom efter utsatt tid", "Tidigare frågor och vad som hände"),
    "da": ("Dagsorden for konsultationen", "Læringsspørgsmål", "Baggrund", "Hvad vi har afprøvet", "Hvad vi vil have hjælp til at se", "Kom efter fristen", "Tidligere spørgsmål, og hvad der skete"),
    "en": ("Agenda of the consultation", "Learning questions", "Background", "What we have tried", "What we want help to see", "Came after the time", "Earlier questions, and what came of them"),
}  # fmt: skip


def text_of(paper: bytes) -> str:
    return " ".join("\n".join(page.extract_text() for page in PdfReader(io.BytesIO(paper)).pages).split())


def printed(draft, language="sv"):
    return printing.print_pdf(printing.extract_html(draft.context, language=language, name=draft.template))


@pytest.fixture
def before(session, cast, at):
    """The spring's round of the same team, with a question, its next step and what came of it."""
    at(datetime(2026, 3, 2, 8, 0, tzinfo=UTC))
    found = rounds.lay_round(session, cast, "Vårens vecka", SPRING)
    enrolment = rounds.enrol(session, cast, found)
    slot = rounds.give_slot(session, cast, enrolment, date(2026, 4, 14))
    asked = rounds.ask(session, cast, enrolment, Words("Hur delar vi på rasterna?"))
    at(slot.ends_at)
    questions.follow(
        session, asked, by=cast.coordinator.actor(), next_step="Vi delar rasten i två.", outcome=Helped.PARTLY,
        result="Lugnare vid matsalen.",
    )  # fmt: skip
    at(rounds.MORNING)
    return enrolment


def test_the_agenda_is_issued_at_six_the_morning_after_and_lists_late_questions_separately(
    session, cast, before, enrolled, at
):
    """The evidence of C32 and C33: by the clock, and what the paper says."""
    rounds.give_slot(session, cast, enrolled)
    rounds.ask(session, cast, enrolled)
    six = datetime(2026, 11, 5, 5, 0, tzinfo=UTC)
    at(six - timedelta(minutes=30))
    rounds.ask(session, cast, enrolled, Words("En sen fråga om mentorstid?"))
    at(six - timedelta(seconds=1))
    assert papers.agendas_to_issue(session) == []
    at(six)
    (draft,) = papers.agendas_to_issue(session)
    for language, headings in HEADINGS.items():
        paper = printed(draft, language)
        text = text_of(paper)
        places = [text.index(words) for words in headings]
        assert places == sorted(places)
        late, earlier = places[-2:]
        assert places[1] < text.index(rounds.WORDS.question) < late < text.index("En sen fråga") < earlier
        assert text.index("Vårens vecka") > earlier
        assert all(words in text for words in ("Hur delar vi på rasterna?", "Vi delar rasten i två.", "Lugnare vid"))
        judged = validate_pdf_bytes(paper, profile=ValidationProfile.PDF_UA_1)
        assert [fault.message for fault in judged.failures] == []
    papers.keep(session, draft, b"%PDF the first")
    papers.keep(session, draft, b"%PDF of another worker")
    assert papers.agendas_to_issue(session) == []
    rounds.ask(session, cast, enrolled, Words("En till?"))
    (again,) = papers.agendas_to_issue(session)
    assert (again.version, len(again.context["late"])) == (2, 2)
    kept = papers.newest(session, enrolled.round_id, enrolled.id)
    assert (kept.version, kept.content) == (1, b"%PDF the first")
    assert b"the first" not in kept.sealed
    at(enrolled.slot.starts_at)
    assert papers.agendas_to_issue(session) == []
    at(six)
    cast.municipality.holds_rounds = False
    session.flush()
    assert papers.agendas_to_issue(session) == []


def test_a_first_round_without_questions_has_an_agenda_that_says_so(session, cast, enrolled, at):
    rounds.give_slot(session, cast, enrolled)
    at(datetime(2026, 11, 5, 5, 0, tzinfo=UTC))
    (draft,) = papers.agendas_to_issue(session)
    text = text_of(printed(draft, "en"))
    assert "No question came in time." in text
    assert "This is the team's first round." in text
    assert "Came after the time" not in text


def test_the_worker_issues_agendas_and_what_fails_is_tried_again(fresh_address, at, monkeypatch):
    with db.writing(fresh_address) as session:
        cast = settle(session)
        enrolment = rounds.enrol(session, cast, rounds.lay_round(session, cast))
        rounds.give_slot(session, cast, enrolment)
    at(datetime(2026, 11, 5, 5, 0, tzinfo=UTC))
    with monkeypatch.context() as patch:
        patch.setattr(printing, "print_pdf", lambda _html: (_ for _ in ()).throw(OSError))
        assert clockwork.issue_agendas(fresh_address) == 0
    assert [clockwork.issue_agendas(fresh_address) for _ in range(2)] == [1, 0]
    with db.reading(fresh_address) as session:
        (paper,) = session.scalars(select(RoundPaper))
        assert paper.content.startswith(b"%PDF")
    db.engine_for(fresh_address).dispose()


def test_reminders_go_fourteen_nine_and_seven_days_before_and_stop_when_a_question_is_in(session, cast, enrolled, at):
    """The evidence of C32: on these days to who keeps the team, by the one mail of the day, and to nobody afterwards."""
    rounds.give_slot(session, cast, enrolled)  # on Wednesday 11 November
    for account in session.scalars(select(Account)):
        account.reminders = Rhythm.DAILY
    coordinator = cast.coordinator.actor()
    days = [date(2026, 10, 20) + timedelta(days=number) for number in range(25)]
    told = [day for day in days if reminding.to_remind(session, coordinator, today=day, until=day)]
    assert told == [date(2026, 10, 28), date(2026, 11, 2), date(2026, 11, 4)]
    at(datetime(2026, 11, 2, 7, 0, tzinfo=UTC))
    letter = digest.write(session, cast.head_teacher.id)
    assert "Höstens vecka: Skicka in era lärfrågor (senast 2026-11-04; standardmål, inte lag)" in letter.body
    assert f"{config.current().base_url}/rounds/enrolments/{enrolled.id}" in letter.body
    assert digest.write(session, cast.counsellor.id) is None
    rounds.ask(session, cast, enrolled)
    assert digest.write(session, cast.head_teacher.id) is None
    assert reminding.without_question(session, coordinator) == []


def test_a_reminder_on_a_day_without_school_moves_to_the_school_day_before(session, cast, enrolled):
    slot = rounds.give_slot(session, cast, enrolled)
    session.add(ClosedDay(label="Lov", first_on=date(2026, 10, 26), last_on=date(2026, 10, 30)))
    session.flush()
    closed = calendar.closed_days(session)
    assert reminding.reminder_days(slot, zone="Europe/Stockholm", closed=closed)[0] == date(2026, 10, 23)


def test_a_weekly_mail_tells_of_the_reminders_of_its_week(session, cast, enrolled, at):
    rounds.give_slot(session, cast, enrolled)
    cast.coordinator.reminders = Rhythm.WEEKLY
    at(datetime(2026, 10, 26, 7, 0, tzinfo=UTC))  # the Monday before the first of them
    assert "Skicka in era lärfrågor" in digest.write(session, cast.coordinator.id).body
    cast.municipality.holds_rounds = False
    session.flush()
    assert digest.write(session, cast.coordinator.id) is None


@pytest.fixture
def consultant(session, cast):
    """Somebody from outside, with no unit."""
    return rounds.a_consultant(session)


def test_a_consultant_reads_their_own_slots_and_the_same_teams_earlier_rounds_and_nothing_else_until_the_last_day(
    session, cast, consultant, before, enrolled, at
):
    slot = rounds.give_slot(session, cast, enrolled)
    by = cast.manager.actor()
    other = enrolling.enrol(session, enrolled.round, cast.other_school.forum, by=cast.outsider.actor())
    (elsewhere,) = slots.add(
        session, enrolled.round, slots.Series(date(2026, 11, 12), time(9), 60, 1, 0, "Rum 12"), by=by
    )
    slots.give(session, elsewhere, other.id, by=by)
    at(datetime(2026, 10, 6, 8, 0, tzinfo=UTC))
    later = rounds.enrol(session, cast, rounds.lay_round(session, cast, "Nästa vecka", Days(date(2026, 11, 1), date(2026, 11, 30), date(2026, 11, 30))))  # fmt: skip

    def reads():
        actor = consultant.actor()
        return [people.may_read(session, one, actor) for one in (enrolled, before, other, later)]

    nothing = [False] * 4
    assert reads() == nothing
    invited = consultants.invite(
        session, enrolled.round, consultant.id, by=by, last_on=date(2026, 11, 20), slot_ids=[slot.id]
    )
    assert reads() == [True, True, False, False]
    assert enrolling.known_to(session, consultant.actor()) == [enrolled.round]
    assert not questions.may_write(session, enrolled, consultant.actor())
    at(datetime(2026, 11, 20, 22, 59, tzinfo=UTC))
    assert reads() == [True, True, False, False]
    at(datetime(2026, 11, 20, 23, 0, tzinfo=UTC))  # the last day is over
    assert reads() == nothing
    at(rounds.MORNING)
    consultants.invite(
        session, enrolled.round, consultant.id, by=by, last_on=date(2026, 11, 20), slot_ids=[elsewhere.id]
    )
    assert reads() == [False, False, True, False]
    consultants.end(session, invited, by=by)
    assert reads() == nothing
    session.expire_all()
    assert elsewhere.consultant is None


def test_only_whom_an_administrator_made_a_consultant_is_invited_and_only_by_who_leads(
    session, cast, consultant, enrolled
):
    assert consultants.to_invite(session) == [consultant]
    on = {"last_on": date(2026, 11, 20), "slot_ids": []}
    for who, by in ((cast.counsellor, cast.manager), (consultant, cast.coordinator)):
        with pytest.raises(NotAllowed):
            consultants.invite(session, enrolled.round, who.id, by=by.actor(), **on)


def test_a_team_says_how_it_goes_on_once_its_slot_has_begun_and_names_nobody(session, cast, enrolled, at):
    slot = rounds.give_slot(session, cast, enrolled)
    asked, by = rounds.ask(session, cast, enrolled), cast.coordinator.actor()
    with pytest.raises(NotAllowed):
        questions.follow(session, asked, by=by, next_step="Vi prövar.")
    at(slot.starts_at)
    with pytest.raises(NotAllowed):
        questions.follow(session, asked, by=cast.manager.actor(), next_step="Vi prövar.")
    for words in ({"next_step": "Fråga Olle."}, {"next_step": "Vi prövar.", "result": "Olle är lugn."}):
        with pytest.raises(NamesSomebody):
            questions.follow(session, asked, by=by, **words)
    questions.follow(session, asked, by=by, next_step="Vi prövar.")
    assert (asked.agreed_at, asked.result_at) == (slot.starts_at, None)
    at(slot.ends_at)
    questions.follow(session, asked, by=by, next_step="Vi prövar.", outcome=Helped.YES, result="Det hjälpte.")
    assert (asked.agreed_at, asked.result_at) == (slot.starts_at, slot.ends_at)
    session.expire_all()
    assert (asked.next_step, asked.outcome, asked.result) == ("Vi prövar.", Helped.YES, "Det hjälpte.")
    assert organisation.municipality(session).holds_rounds
