"""What teams and the municipality do without any single child: dates, advice, questions upward, rounds, development, lessons."""

from collections.abc import Iterator
from datetime import date, time
from typing import Any, Final

from sqlalchemy import select

from referrals import printing
from referrals.access import Actor
from referrals.development import actions, analysis, cases, closing, counts, stages, terms
from referrals.forums import consultations, dates
from referrals.learning import lessons, seminars
from referrals.models import Account, Lesson, Referral, RoundEnrolment, TeamSeat
from referrals.patterns import kept
from referrals.patterns.school_terms import SchoolTerm
from referrals.people import organisation
from referrals.rounds import enrolling, evaluating, questions, report, slots
from referrals.vocabulary import (
    AgeGroup,
    DevelopmentEvidence,
    DevelopmentKind,
    DevelopmentPhase,
    GovernanceLevel,
    Helped,
    LessonTheme,
    LevelledKind,
    Profession,
    QualityTheme,
)
from webapp.demo_year import agendas, levels
from webapp.demo_year.absence import count_absence
from webapp.demo_year.course import CommonWork
from webapp.demo_year.playing import Life
from webapp.demo_year.world import AHEAD, World

_AFTERNOON, _MINUTES = time(13), 180
#: what the levels plan, by its name in the book; the very first is done in the end
_ON_LEVELS: Final = (
    ("actions", LevelledKind.ACTION),
    ("priorities", LevelledKind.PRIORITY),
    ("goals", LevelledKind.GOAL),
)


def work_together(world: World, longest: int) -> Iterator[Life]:
    """Every piece of common work, as lives of their own; `longest` is how many school days ago the year begins."""
    written = world.book.teams
    yield levels.settle_in(world, longest)
    yield _meet_all_year(world, longest)
    yield levels.meet_above(world, longest)
    yield from (_consult(world, row) for row in written["consultations"])
    yield from (levels.ask_upward(world, row) for row in written["questions"])
    yield from (_hold_round(world, row) for row in written["rounds"])
    yield from (_develop(world, row) for row in written["development"])
    yield from (_learn(world, row) for row in written["lessons"])
    yield _plan_seminar(world, written["seminar"])
    yield from (agendas.plan_ahead(world, slug) for slug in (written["unit"], written["other_unit"]))
    yield _count_terms(world, longest)
    if world.book.absence:
        yield count_absence(world)


def _meet_all_year(world: World, longest: int) -> Life:
    """Both teams set the dates of the year, and of the next term."""
    course = CommonWork(world, longest)
    yield course.later(0, hour=8)
    for unit in (course.unit, course.other):
        first_on = next(world.team_days(unit.forum, course.day))
        series = dates.Series(first_on, world.today() + AHEAD, 1, _AFTERNOON, _MINUTES, unit.forum.place or unit.name)
        by = world.somebody(unit, Profession.COORDINATOR).actor()
        dates.plan(world.session, unit.forum, series, by=by)


def _consult(world: World, row: dict[str, Any]) -> Life:
    """A colleague asks without saying whom it is about, and the team that advises staff answers."""
    course = CommonWork(world, row["ago"])
    session, asks = course.session, world.person(row["asked_by"]).actor()
    yield course.later(0)
    team = world.team(world.book.teams["advising"]["slug"])
    found = consultations.write_consultation(session, course.unit, by=asks, question=row["question"], team=team)
    yield course.later(1)
    consultations.ask_team(session, found, by=asks)
    if "advice" not in row:
        return
    yield course.later(3)
    advises = world.person(row["advised_by"]).actor()
    consultations.advise(session, found, by=advises, advice=row["advice"], next_steps=row["next_steps"])
    yield course.later(4)
    consultations.close_consultation(session, found, by=asks)


def _hold_round(world: World, row: dict[str, Any]) -> Life:
    """Teams enrol, bring a question and meet outside eyes; the head teacher sums up, and everybody says what it was worth."""
    course = CommonWork(world, row["ago"])
    session, lead = course.session, course.manager
    first_on = world.after(course.day, 15)
    days = enrolling.Days(world.after(course.day, 4), first_on, world.after(first_on, 3))
    yield course.later(0)
    organisation.change(session, organisation.municipality(session), by=course.administrator, holds_rounds=True)
    found = enrolling.open_round(session, by=lead, name=row["name"], days=days)
    enrolments = []
    for unit in (course.unit, course.other):
        yield course.later(1)
        by = world.somebody(unit, Profession.COORDINATOR).actor()
        enrolments.append((enrolling.enrol(session, found, unit.forum, by=by), by))
    yield course.later(1)
    series = slots.Series(first_on, time(9), minutes=60, count=len(enrolments), pause=15, place=row["place"])
    for slot, (enrolment, _by) in zip(slots.add(session, found, series, by=lead), enrolments, strict=True):
        slots.give(session, slot, enrolment.id, by=lead)
    for words, (enrolment, by) in zip(row["questions"], enrolments, strict=True):
        yield course.later(1)
        asked = questions.Words(words["question"], words["background"], words["tried"], words["help_wanted"])
        questions.send_in(session, enrolment, by=by, theme=QualityTheme(words["theme"]), words=asked)
    yield from _look_back(course, row, enrolments)


def _look_back(course: CommonWork, row: dict[str, Any], enrolments: list[tuple[RoundEnrolment, Actor]]) -> Life:
    session, world, found = course.session, course.world, enrolments[0][0].round
    course.day = found.first_on
    yield course.later(0)
    report.summarise(session, enrolments[0][0], by=course.head, summary=row["summary"])
    for words, (enrolment, by) in zip(row["questions"], enrolments, strict=True):
        (question,) = enrolment.questions
        questions.follow(session, question, by=by, next_step=words["next_step"])
    course.day = found.last_on
    yield course.later(1)
    sitting = select(Account).join(TeamSeat, TeamSeat.account_id == Account.id)
    everybody = session.scalars(sitting.where(TeamSeat.forum_id == course.unit.forum_id).order_by(Account.name)).all()
    for place, one in enumerate(everybody):
        comment = row["comments"][place % len(row["comments"])]
        evaluating.answer(session, found, by=one.actor(), rating=world.choice.randint(3, 5), comment=comment)
    yield course.later(15)
    for words, (enrolment, by) in zip(row["questions"], enrolments, strict=True):
        (question,) = enrolment.questions
        questions.follow(
            session, question, by=by, next_step=words["next_step"], outcome=Helped.PARTLY, result=words["result"]
        )
    draft = report.report_to_issue(session, found, by=course.manager)
    assert draft is not None  # noqa: S101 - none was issued before
    html = printing.extract_html(draft.context, language=draft.language, name=draft.template)
    report.keep_report(session, draft, world.printer.print(html).result(), by=course.manager)


def _develop(world: World, row: dict[str, Any]) -> Life:
    """Work over several terms: what is so now, what is wanted, what is done on each level, and what was learnt."""
    course = CommonWork(world, row["ago"])
    session, kind = course.session, DevelopmentKind(row["kind"])
    by = course.manager if kind is DevelopmentKind.AREA else course.coordinator
    units = [course.unit, course.other] if kind is DevelopmentKind.AREA else [course.unit]
    yield course.later(0)
    words = cases.Words(row["title"], row["background"], row["aim"])
    found = cases.open_case(
        session, by=by, kind=kind, unit_ids=[one.id for one in units], themes=[LessonTheme(one) for one in row["themes"]], words=words
    )  # fmt: skip
    term = SchoolTerm.of(course.day)
    for phase, count in row["phases"]:
        for _ in range(count):
            terms.set_terms(session, found, by=by, first=term, last=term, phase=DevelopmentPhase(phase))
            term = term.next
    yield course.later(5)
    stages.take_up(session, found, by=by)
    said = analysis.Analysis(**row["analysis"])
    analysis.write_analysis(session, found, by=by, analysis=said)
    for one in row["results"]:
        groups = [counts.Counted(group, holds, asked) for group, holds, asked in one["groups"]]
        analysis.add_result(
            session, found, by=by, evidence=DevelopmentEvidence(one["evidence"]), question=one["question"], groups=groups,
            are_apart=True,
        )  # fmt: skip
    mark = terms.set_milestone(session, found, by=by, due_on=world.after(course.day, 40), words=row["milestone"])
    now = SchoolTerm.of(course.day)
    planned = [
        actions.plan_action(
            session, found, by=course.manager, level=GovernanceLevel(level), kind=of_kind, words=what, responsible=who,
            term=now,
        )
        for name, of_kind in _ON_LEVELS
        for level, what, who in row.get(name, [])
    ]  # fmt: skip
    yield course.later(8)
    stages.conclude_analysis(session, found, by=by)
    yield course.later(3)
    stages.decide_priorities(session, found, by=by)
    yield course.later(4)
    stages.agree_plan(session, found, by=by)
    yield course.later(23)
    terms.reach_milestone(session, found, mark.id, by=by)
    actions.end_action(session, found, planned[0].id, by=course.manager)
    if "report" in row:
        yield course.later(40)
        closing.write_report(session, found, by=by, report=closing.Report(**row["report"]))
        closing.close_case(session, found, by=by)


def _learn(world: World, row: dict[str, Any]) -> Life:
    """What a closed referral taught, without anybody in it; another of the team reads it before others do."""
    course = CommonWork(world, row["ago"])
    session = course.session
    yield course.later(0)
    learnt = next(one for one in lessons.to_learn_from(session, course.coordinator) if isinstance(one, Referral))
    words = lessons.Words(row["title"], row["tried"], row["outcome"], row["for_others"])
    shelf = lessons.Shelf(LessonTheme(row["theme"]), AgeGroup(row["ages"]))
    found = lessons.write_lesson(session, learnt, by=course.coordinator, shelf=shelf, words=words)
    lessons.send_lesson(session, found, by=course.coordinator)
    yield course.later(row["checked_after"])
    lessons.check_lesson(session, found, by=course.counsellor().actor(), words=words)


def _count_terms(world: World, longest: int) -> Life:
    """Count each term that was over within the year on its day, as the worker's sweep does: what is told of it stays like that."""
    course = CommonWork(world, longest)
    yield course.later(0, hour=7)
    term = SchoolTerm.of(course.day)
    while True:
        yield world.at(term.counted_on, 3)
        kept.keep(course.session, term)
        term = term.next


def _plan_seminar(world: World, row: dict[str, Any]) -> Life:
    """Teams learn from each other, on a day to come."""
    course = CommonWork(world, row["ago"])
    yield course.later(0)
    published = select(Lesson).where(Lesson.published_at.is_not(None)).order_by(Lesson.published_at)
    ids = [one.id for one in course.session.scalars(published)]
    day: date = world.after(world.today(), 12)
    plan = seminars.Plan(row["name"], world.at(day, 13, 30), row["place"], ids, row["questions"])
    seminars.plan_seminar(course.session, by=course.coordinator, plan=plan)
