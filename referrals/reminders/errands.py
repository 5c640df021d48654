"""What waits for somebody beside the referrals' own list, and stands in the morning mail too: in words that tell nobody what it is about."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

from sqlalchemy.orm import Session

from referrals import languages
from referrals.access import Actor
from referrals.development import cases, targets
from referrals.disclosure import hand_over
from referrals.forums import consultations, upward
from referrals.guardians import guardian_page, telling
from referrals.languages import local_date
from referrals.learning import lessons
from referrals.meetings import interpreters, meeting_answers, own_calls
from referrals.meetings.meeting_answers import NotComing
from referrals.people import organisation
from referrals.reading import reading_requests
from referrals.reminders.words import BOOK_INTERPRETER, CANNOT_COME, GIVE_READING_ON, READING, SAY_WHETHER
from referrals.rounds import reminding, slots
from referrals.stages import Stage
from referrals.statutory import absence, absence_corrections, absence_keepers, degrading_notices
from referrals.vocabulary import N_, ConsultationState, DeadlineSource, LessonState, UpwardState

ANSWER_HAND_OVER: Final = N_("Answer whether you take it over")
SEND_QUESTIONS: Final = N_("Send in your learning questions")
READ_ANSWER: Final = N_("Read a guardian's answer to the invitation")
TELL_BY_HAND: Final = N_("Tell of a meeting whom no mail reaches, by telephone or letter")
READ_WORDS: Final = N_("Read what a guardian wrote")
CHECK_LESSON: Final = N_("Check a lesson for identities")
READ_CHECK: Final = N_("Read what the check of your lesson came to")
#: said on home with what it is about, which a mail may not have
TALK: Final = N_("Talk with a colleague who turned to you")
ADVISE: Final = N_("Advise a colleague")
READ_ADVICE: Final = N_("Read the team's advice")
ANSWER_UPWARD: Final = N_("Answer a team's question")
READ_UPWARD: Final = N_("Read the answer from above")
DEVELOP: Final[dict[Stage, str]] = {
    Stage.INTAKE: N_("Decide whether the work is taken up"),
    Stage.TRIAGE: N_("Decide whether the work is taken up"),
    Stage.ASSESSMENT: N_("Analyse the situation"),
    Stage.TEAM_REVIEW: N_("Decide what comes first"),
    Stage.ACTION_PLAN: N_("Plan what is done"),
    Stage.FOLLOW_UP: N_("Look back and follow up"),
    Stage.CLOSURE: N_("Close the work with its report"),
}
#: said on home with more words, which a mail may not have
_DECIDE_STEP: Final = N_("Decide about a step that is due at your school")
_TELL_OF_CORRECTION: Final = N_("Tell whoever got it that it was put right")


@dataclass(frozen=True, kw_only=True)
class Errand:
    """Something to be done: what it is known by, the task, by which day or since when, and the way to it."""

    label: str
    #: a text of the catalogues
    task: str
    way: str
    due_on: date | None = None
    #: where that day comes from
    source: DeadlineSource | None = None
    since: date | None = None
    #: whether it has been late for as long as it was meant to take
    is_stalled: bool = False
    #: the meeting it is about, and how many cannot come to it
    missed: tuple[date, int] | None = None
    #: the day of the meeting it is about
    meets_on: date | None = None


def to_read(session: Session, actor: Actor, *, until: date) -> list[Errand]:
    """The requests to read a file that `actor` goes through, whose month is the law's, up to the day `until`; and those that come back to them."""
    return [
        Errand(
            label=one.referral.number,
            task=READING,
            way=f"/reading-requests/{one.id}",
            due_on=one.due_on,
            source=DeadlineSource.LAW,
        )
        for one in reading_requests.to_review(session, actor)
        if one.due_on <= until
    ] + [
        Errand(
            label=one.referral.number,
            task=GIVE_READING_ON,
            way=f"/referrals/{one.referral.number}/reading-requests",
            due_on=one.due_on,
            source=DeadlineSource.LAW,
        )
        for one in reading_requests.come_back(session, actor)
    ]


def everything_for(session: Session, actor: Actor, *, today: date, until: date) -> list[Errand]:
    """The rest that waits for `actor`: what has a day up to `until`, and all that has none.

    Conflicts of interest and visits to look through have mails of their own. Protection reports are left out: that there is one
    is nobody's business who sees a mail.
    """
    zone = organisation.municipality(session).timezone
    return [
        *_of_referrals(session, actor, zone),
        *_of_rounds(session, actor, today=today, until=until),
        *_of_absence(session, actor, zone, today=today, until=until),
        *_of_teams(session, actor, zone),
        *_of_lessons(session, actor, zone),
        *_of_development(session, actor, zone, until=until),
    ]


def _of_referrals(session: Session, actor: Actor, zone: str) -> Iterator[Errand]:
    for offer in hand_over.offered_to(session, actor):
        since = local_date(offer.offered.at, zone=zone)
        yield Errand(label=offer.referral.number, task=ANSWER_HAND_OVER, way=f"/hand-overs/{offer.id}", since=since)
    for meets_on, numbers in own_calls.to_answer(session, actor, zone=zone).items():
        yield Errand(label=", ".join(numbers), task=SAY_WHETHER, way="/meetings", meets_on=meets_on)
    for found in meeting_answers.not_coming(session, actor):
        yield _missed(found, zone)
    for to_book in interpreters.to_book(session, actor):
        number, day = to_book.meeting.referral.number, local_date(to_book.meeting.starts_at, zone=zone)
        yield Errand(label=number, task=BOOK_INTERPRETER, way=f"/referrals/{number}/team-review", meets_on=day)
    for referral, told in telling.waiting_for(session, actor):
        since = local_date(min(one.decided.at for one in told), zone=zone)
        yield Errand(
            label=referral.number, task=TELL_BY_HAND, way=f"/referrals/{referral.number}/team-review", since=since
        )
    for unread in guardian_page.unread_for(session, actor):
        task, page = (READ_ANSWER, "team-review") if unread.is_answer else (READ_WORDS, "guardians")
        way, since = f"/referrals/{unread.referral.number}/{page}", local_date(unread.since, zone=zone)
        yield Errand(label=unread.referral.number, task=task, way=way, since=since)


def _missed(found: NotComing, zone: str) -> Errand:
    number, meets_on = found.meeting.referral.number, local_date(found.meeting.starts_at, zone=zone)
    missed = meets_on, len(found.cannot) + len(found.ask_for_stand_in)
    return Errand(label=number, task=CANNOT_COME, way=f"/referrals/{number}/team-review", missed=missed)


def _of_rounds(session: Session, actor: Actor, *, today: date, until: date) -> Iterator[Errand]:
    for team, day in reminding.to_remind(session, actor, today=today, until=until):
        way = f"/rounds/enrolments/{team.id}"
        yield Errand(label=team.round.name, task=SEND_QUESTIONS, way=way, due_on=day, source=slots.DUE_SOURCE)


def _of_absence(session: Session, actor: Actor, zone: str, *, today: date, until: date) -> Iterator[Errand]:
    steps = absence.waiting_for(session, actor)
    stalled = absence_keepers.stalled(session, steps, today=today)
    for step in steps:
        if step.due_on <= until:
            way = f"/absence/{step.pupil_id}/steps/{step.id}"
            yield Errand(
                label=step.pupil.number, task=_DECIDE_STEP, way=way, due_on=step.due_on, source=DeadlineSource.TARGET,
                is_stalled=step.id in stalled,
            )  # fmt: skip
    for step in absence_corrections.waiting_for(session, actor):
        way, since = f"/absence/{step.pupil_id}/steps/{step.id}", absence_corrections.put_right_at(step)
        yield Errand(
            label=step.pupil.number, task=_TELL_OF_CORRECTION, way=way, since=local_date(since, zone=zone)
        )  # fmt: skip


def _of_teams(session: Session, actor: Actor, zone: str) -> Iterator[Errand]:
    for asked in consultations.waiting_for(session, actor):
        task = ADVISE if asked.state is ConsultationState.ASKED else READ_ADVICE
        since = local_date(asked.advised_at or asked.asked_at or asked.written_at, zone=zone)
        yield Errand(label=asked.number, task=task, way=f"/consultations/{asked.id}", since=since)
    for notice in degrading_notices.waiting_for(session, actor):
        since = local_date(notice.given_at, zone=zone)
        yield Errand(label=notice.number, task=TALK, way="/consultations", since=since)
    for question in upward.waiting_for(session, actor):
        task = ANSWER_UPWARD if question.state is UpwardState.ASKED else READ_UPWARD
        since = local_date(question.answered_at or question.asked_at, zone=zone)
        yield Errand(label=question.number, task=task, way=f"/questions/{question.id}", since=since)


def _of_lessons(session: Session, actor: Actor, zone: str) -> Iterator[Errand]:
    for lesson in lessons.waiting_for(session, actor):
        task = CHECK_LESSON if lesson.state is LessonState.TO_CHECK else READ_CHECK
        since = local_date(lesson.sent_at or lesson.written_at, zone=zone)
        yield Errand(label=lesson.forum.name, task=task, way=f"/lessons/{lesson.id}", since=since)


def _of_development(session: Session, actor: Actor, zone: str, *, until: date) -> Iterator[Errand]:
    for found in cases.waiting_for(session, actor):
        since = local_date(found.stage_since, zone=zone)
        label, way = ", ".join(unit.name for unit in found.units), f"/development/{found.id}"
        if found.target_on is None or found.target_on <= until:
            task, source = DEVELOP[found.stage], targets.SOURCE
            yield Errand(label=label, task=task, way=way, due_on=found.target_on, source=source, since=since)


def said(errand: Errand, *, today: date, language: str) -> str:
    """A line of the mail in `language`: what it is known by, the task, and when; never who or what it is about."""
    translate = languages.translations(language).gettext
    return f"{errand.label}: {translate(errand.task)} ({_when(errand, today, language)})"


def source_said(source: DeadlineSource, language: str) -> str:
    """Where a day comes from, as words within a line."""
    words = languages.translations(language).gettext(source.label)
    return words[:1].lower() + words[1:]


def _when(errand: Errand, today: date, language: str) -> str:
    translate = languages.translations(language).gettext
    if errand.missed:
        meets_on, count = errand.missed
        values = {"count": count, "date": languages.format_date(meets_on, language)}
        return translate(N_("%(count)s of those called; team meeting on %(date)s")) % values
    if errand.meets_on:
        return translate(N_("Team meeting on %(date)s")) % {"date": languages.format_date(errand.meets_on, language)}
    if errand.due_on is None:
        return translate(N_("since %(date)s")) % {"date": languages.format_date(errand.since or today, language)}
    if errand.is_stalled:
        when = N_("late since %(date)s, and has taken twice as long as meant")
    else:
        when = N_("late since %(date)s") if errand.due_on < today else N_("by %(date)s")
    due = translate(when) % {"date": languages.format_date(errand.due_on, language)}
    if errand.source is None:
        return due
    return f"{due}; {source_said(errand.source, language)}"
