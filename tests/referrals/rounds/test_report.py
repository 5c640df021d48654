"""C34 to C38: the head teacher's words, the one report, who reads it, the evaluation and its response rate, term over term, and from question to result."""

import io
import re
from concurrent.futures import ThreadPoolExecutor, wait
from datetime import UTC, date, datetime, timedelta

import pytest
from page import ValidationProfile, validate_pdf_bytes
from pypdf import PdfReader
from sqlalchemy import inspect, select

from referrals import db, printing
from referrals.access import Actor, Role
from referrals.errors import NamesSomebody, NotAllowed, RoundRefused
from referrals.forums import seats
from referrals.models import Account, AuditEvent, RoleAssignment, RoundAnswer, RoundAnswered, RoundPaper
from referrals.rounds import consultants, enrolling, evaluating, papers, people, questions, report
from referrals.rounds.enrolling import Days
from referrals.rounds.questions import Words
from referrals.vocabulary import Helped, Profession, QualityTheme, RoundProblem
from tests import rounds, teams
from tests.factories import a_referral
from tests.people import NO_PASSWORD, settle

#: the morning after the last day with slots, and the last day on which the round is evaluated
AFTER = datetime(2026, 11, 14, 8, 0, tzinfo=UTC)
LAST = datetime(2026, 11, 27, 22, 59, tzinfo=UTC)
HEADINGS = {
    "sv": ("Rapport från konsultationsomgången", "Frågor per team, och hur arbetet går vidare", "Så arbetar vi vidare", "Utvärdering"),
    "da": ("Rapport fra konsultationsrunden", "Spørgsmål pr. team, og hvordan arbejdet går videre", "Sådan arbejder vi videre", "Evaluering"),
    "en": ("Report of the consultation round", "Questions by team, and how the work goes on", "How we go on", "Evaluation"),
}  # fmt: skip


def text_of(draft, language):
    paper = printing.print_pdf(printing.extract_html(draft.context, language=language, name=draft.template))
    judged = validate_pdf_bytes(paper, profile=ValidationProfile.PDF_UA_1)
    assert [fault.message for fault in judged.failures] == []
    return " ".join("\n".join(page.extract_text() for page in PdfReader(io.BytesIO(paper)).pages).split())


@pytest.fixture
def over(session, cast, enrolled, at):
    """A round whose slots are over: Linden brought a question and talked, Asken is enrolled and brought nothing."""
    slot = rounds.give_slot(session, cast, enrolled)
    rounds.ask(session, cast, enrolled)
    enrolling.enrol(session, enrolled.round, cast.other_school.forum, by=cast.outsider.actor())
    at(slot.ends_at)
    report.summarise(session, enrolled, by=cast.head_teacher.actor(), summary="Vi börjar varje lektion lika.")
    at(AFTER)
    return enrolled.round


@pytest.mark.parametrize("language", HEADINGS)
def test_the_report_lists_every_team_and_flags_the_empty_ones(session, cast, over, language):
    """The evidence of C34."""
    draft = report.report_to_issue(session, over, by=cast.manager.actor())
    text = text_of(draft, language)
    title, by_team, goes_on, evaluation = HEADINGS[language]
    assert text.index(title) < text.index(by_team) < text.index(goes_on)
    asken, linden = (text[text.index(f"HTL-team {name}") :] for name in ("Asken", "Linden"))
    empty = {"sv": ("Ingen fråga skickades in.", "Rektorn har inte skrivit något ännu."), "da": ("Der blev ikke sendt noget spørgsmål ind.", "Skolelederen har ikke skrevet noget endnu."), "en": ("No question was sent in.", "The head teacher has not written anything yet.")}  # fmt: skip
    assert all(words in asken[: asken.index("HTL-team Linden")] for words in empty[language])
    assert rounds.WORDS.question in linden
    assert "Vi börjar varje lektion lika." in linden
    assert linden.rindex(evaluation) > linden.index("Vi börjar")


def test_a_report_is_kept_and_issued_anew_only_when_something_changed(session, cast, over):
    by = cast.manager.actor()
    draft = report.report_to_issue(session, over, by=by)
    report.keep_report(session, draft, b"%PDF one", by=by)
    assert report.report_to_issue(session, over, by=by) is None
    (asken,) = (one for one in over.enrolments if not one.questions)
    rounds.give_slot(session, cast, asken, date(2026, 11, 13))
    report.summarise(session, asken, by=_head_of(session, cast.other_school), summary="Vi prövar.")
    again = report.report_to_issue(session, over, by=by)
    assert (report.report(session, over).content, again.version) == (b"%PDF one", 2)
    for verb in (
        lambda: report.report_to_issue(session, over, by=cast.coordinator.actor()),
        lambda: report.keep_report(session, again, b"", by=cast.coordinator.actor()),
    ):
        with pytest.raises(NotAllowed):
            verb()


def test_what_the_report_does_not_say_makes_no_new_version(session, cast, over):
    by, team = cast.manager.actor(), cast.coordinator.actor()
    (asked,) = (each for one in over.enrolments for each in one.questions)
    questions.follow(session, asked, by=team, next_step="Vi delar rasten.")
    report.keep_report(session, report.report_to_issue(session, over, by=by), b"%PDF one", by=by)
    questions.follow(session, asked, by=team, next_step="Vi delar rasten.", outcome=Helped.YES, result="Lugnare.")
    assert report.report_to_issue(session, over, by=by) is None
    questions.follow(session, asked, by=team, next_step="Vi delar den i tre.", outcome=Helped.YES, result="Lugnare.")
    assert report.report_to_issue(session, over, by=by).version == 2


def test_two_who_issue_the_report_at_once_make_one_version(fresh_postgres, at):
    with db.writing(fresh_postgres) as session:
        cast = settle(session)
        found = rounds.lay_round(session, cast)
        rounds.enrol(session, cast, found)
        at(datetime(2026, 11, 12, 23, 0, tzinfo=UTC))
        draft = report.report_to_issue(session, found, by=cast.manager.actor())

    def press():
        with db.writing(fresh_postgres) as session:
            papers.keep(session, draft, b"%PDF two")

    with ThreadPoolExecutor() as pool:
        with db.writing(fresh_postgres) as session:
            papers.keep(session, draft, b"%PDF one")
            other = pool.submit(press)
            assert not wait([other], timeout=0.3).done
        other.result(timeout=30)
    with db.reading(fresh_postgres) as session:
        (kept,) = session.scalars(select(RoundPaper))
        assert (kept.version, kept.content) == (1, b"%PDF one")


def test_there_is_no_report_before_the_rounds_last_day(session, cast, enrolled, at):
    by = cast.manager.actor()
    at(datetime(2026, 11, 12, 22, 59, tzinfo=UTC))
    with pytest.raises(RoundRefused) as refused:
        report.report_to_issue(session, enrolled.round, by=by)
    assert refused.value.problem is RoundProblem.NOT_OVER
    at(datetime(2026, 11, 12, 23, 0, tzinfo=UTC))
    assert report.report_to_issue(session, enrolled.round, by=by)


def test_there_is_no_report_of_a_round_in_which_no_team_took_part(session, cast, opened, at):
    at(AFTER)
    with pytest.raises(RoundRefused) as refused:
        report.report_to_issue(session, opened, by=cast.manager.actor())
    assert refused.value.problem is RoundProblem.NO_TEAM


def test_a_head_teacher_says_how_a_team_beside_those_that_take_in_concerns_goes_on(session, cast, opened, at):
    beside, head = teams.a_team_beside(session, cast), _head_of(session, cast.other_school)
    enrolled = enrolling.enrol(session, opened, beside.forum, by=beside.coordinator.actor())
    slot = rounds.give_slot(session, cast, enrolled)
    rounds.enrol(session, cast, opened)
    at(slot.ends_at)
    assert not report.may_summarise(session, enrolled, beside.coordinator.actor())
    assert report.may_summarise(session, enrolled, cast.head_teacher.actor())
    assert people.may_read(session, enrolled, head)
    report.summarise(session, enrolled, by=head, summary="Vi delar våra vinster.")
    at(AFTER)
    said = report.report_to_issue(session, opened, by=cast.manager.actor()).context
    told = {team["name"]: (team["units"], team["summary"]) for team in said["teams"]}
    assert told[beside.forum.name] == (["Askskolan", "Lindskolan"], "Vi delar våra vinster.")
    assert report.may_read_report(session, opened, head)
    assert {head.account_id, cast.head_teacher.id} <= people.in_any(session, [beside.forum.id])
    assert head.account_id not in people.in_any(session, [cast.forum.id])
    assert not people.is_in_team(session, cast.forum, head)


def _head_of(session, unit):
    made = Account(
        email="hedda.rektor@trivsel.invalid", name="Hedda Askmark", profession=Profession.HEAD_TEACHER, language="sv",
        password_hash=NO_PASSWORD, roles=[RoleAssignment(role=Role.HEAD_TEACHER, unit=unit)],
    )  # fmt: skip
    session.add(made)
    session.flush()
    return made.actor()


def test_the_head_teacher_of_the_team_says_how_it_goes_on_once_its_slot_has_begun(session, cast, enrolled, at):
    by = cast.head_teacher.actor()
    slot = rounds.give_slot(session, cast, enrolled)
    with pytest.raises(NotAllowed):
        report.summarise(session, enrolled, by=by, summary="Vi prövar.")
    at(slot.starts_at)
    for somebody in (cast.coordinator, cast.manager, cast.outsider):
        with pytest.raises(NotAllowed):
            report.summarise(session, enrolled, by=somebody.actor(), summary="Vi prövar.")
    with pytest.raises(NamesSomebody):
        report.summarise(session, enrolled, by=by, summary="Vi prövar med Olle.")
    report.summarise(session, enrolled, by=by, summary="Vi prövar.")
    session.expire_all()
    assert (enrolled.summary, enrolled.summarised_at) == ("Vi prövar.", slot.starts_at)
    cast.municipality.holds_rounds = False
    session.flush()
    with pytest.raises(NotAllowed):
        report.summarise(session, enrolled, by=by, summary="Vi prövar.")


def test_the_report_is_read_by_the_management_and_who_keeps_a_team_in_it_and_holds_no_child(session, cast, over):
    """The evidence of C35."""
    people = [name for name in type(cast).__dataclass_fields__ if hasattr(getattr(cast, name), "email")]

    def read_it():
        return {name for name in people if report.may_read_report(session, over, getattr(cast, name).actor())}

    assert read_it() == {"manager", "coordinator", "second_coordinator", "head_teacher", "outsider"}
    consultant = rounds.invite(session, cast, over.slots[0])
    assert not report.may_read_report(session, over, consultant.account.actor())
    of_a_child = a_referral(session, cast, child_name="Mila Testsson")
    said = report.report_to_issue(session, over, by=cast.manager.actor()).context
    assert not re.search("child|guardian|referral", " ".join(said), re.IGNORECASE)
    assert "Mila" not in repr(said)
    assert of_a_child.number not in repr(said)
    cast.municipality.holds_rounds = False
    session.flush()
    assert read_it() == set()


def test_everybody_who_took_part_evaluates_once_and_the_response_rate_is_known(session, cast, over, at):
    """The evidence of C36."""
    seats.seat(session, cast.forum, cast.counsellor.id, by=cast.coordinator.actor())
    consultant = rounds.invite(session, cast, over.slots[0]).account
    asked = [cast.coordinator, cast.second_coordinator, cast.head_teacher, cast.counsellor, cast.outsider, consultant]
    assert evaluating.asked(session, over) == {account.id for account in asked}
    for account, rating in zip(asked[:4], (5, 4, 4, 2), strict=True):
        evaluating.answer(session, over, by=account.actor(), rating=rating)
    with pytest.raises(RoundRefused) as refused:
        evaluating.answer(session, over, by=cast.coordinator.actor(), rating=5)
    assert refused.value.problem is RoundProblem.ANSWERED
    with pytest.raises(NamesSomebody):
        evaluating.answer(session, over, by=consultant.actor(), rating=3, comment="Fråga Olle.")
    for somebody in (cast.manager.actor(), cast.teacher.actor(), Actor()):
        with pytest.raises(NotAllowed):
            evaluating.answer(session, over, by=somebody, rating=3)
    evening = LAST + timedelta(minutes=2)  # the time of answering is over
    at(evening)
    assert evaluating.results(session, over) == evaluating.Results(6, 4)  # too few to be shown
    at(LAST)
    evaluating.answer(session, over, by=consultant.actor(), rating=5, comment="Gott samtal.")
    assert evaluating.results(session, over) == evaluating.Results(6, 5)  # shown only when nobody answers any more
    at(evening)
    assert not evaluating.may_answer(session, over, cast.outsider.actor())
    assert evaluating.results(session, over) == evaluating.Results(6, 5, 4.0, ("Gott samtal.",))
    text = text_of(report.report_to_issue(session, over, by=cast.manager.actor()), "sv")
    assert "5 av 6 (83 %) har svarat" in text.replace("\u00a0", " ")
    assert "i genomsnitt 4" in text
    assert "Gott samtal." in text
    consultants.end(session, over.consultants[0], by=cast.manager.actor())
    assert evaluating.results(session, over).asked == 6  # who has answered counts on


def test_nothing_leads_from_an_answer_to_who_gave_it(session, cast, over):
    evaluating.answer(session, over, by=cast.coordinator.actor(), rating=5, comment="Bra.")
    columns = inspect(RoundAnswer).local_table.columns
    assert {column.name for column in columns} == {"id", "round_id", "rating", "wrapped_key", "comment"}
    given, done = session.scalars(select(RoundAnswer)).one(), session.scalars(select(RoundAnswered)).one()
    told = session.scalars(select(AuditEvent).where(AuditEvent.subject == "evaluate_round")).one()
    assert given.id not in (done.id, told.object_id)
    session.expire(given)
    assert given.comment == "Bra."


def test_a_round_is_evaluated_only_after_its_last_slot(session, cast, enrolled, at):
    at(datetime(2026, 11, 13, 12, 0, tzinfo=UTC))
    assert not evaluating.may_answer(session, enrolled.round, cast.coordinator.actor())
    at(AFTER)
    assert evaluating.may_answer(session, enrolled.round, cast.coordinator.actor())
    cast.municipality.holds_rounds = False
    session.flush()
    assert not evaluating.may_answer(session, enrolled.round, cast.coordinator.actor())


def test_the_third_round_shows_the_two_before_it(session, cast, at):
    """The evidence of C37."""
    made = []
    for number, name in enumerate(("Första", "Andra", "Tredje")):
        day = date(2026, 11, 9) + timedelta(weeks=20 * number)
        at(datetime(2026, 10, 5, 8, 0, tzinfo=UTC) + timedelta(weeks=20 * number))
        found = rounds.lay_round(session, cast, f"{name} veckan", Days(day - timedelta(days=20), day, day))
        made.append(rounds.enrol(session, cast, found))
    assert papers.earlier(session, made[2]) == [made[1], made[0]]
    assert [enrolling.term_of(one.round).code for one in made] == ["2026-autumn", "2027-spring", "2027-autumn"]


def test_from_question_to_theme_to_next_step_to_result(session, cast, enrolled, at):
    """The evidence of C38."""
    slot = rounds.give_slot(session, cast, enrolled)
    asked = rounds.ask(session, cast, enrolled)
    at(rounds.MORNING + timedelta(minutes=1))
    rounds.ask(session, cast, enrolled, Words("Vad mer?"))
    at(slot.ends_at)
    said = {"next_step": "Vi delar rasten.", "outcome": Helped.YES, "result": "Lugnare."}
    questions.follow(session, asked, by=cast.coordinator.actor(), **said)
    first, second = report.traced(session, by=cast.manager.actor())
    assert (first.round, first.team, first.theme, first.question) == (
        "Höstens vecka", "HTL-team Linden", QualityTheme.TEACHING, rounds.WORDS.question,
    )  # fmt: skip
    assert (first.next_step, first.outcome, first.result) == tuple(said.values())
    assert (second.next_step, second.outcome, second.result) == ("", None, "")
    with pytest.raises(NotAllowed):
        report.traced(session, by=cast.coordinator.actor())
