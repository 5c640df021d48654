"""The life of one child's referral, from the concern to its closing: who decides what, and how long they take for it."""

from collections.abc import Generator
from datetime import datetime, timedelta
from typing import TypeAlias

from referrals import assessment, consent, drafts, intake, team_review, triage
from referrals.access import Actor
from referrals.disclosure import coverage
from referrals.models import AssessmentPart, Referral
from referrals.people import roster
from referrals.safeguarding import access_list
from referrals.vocabulary import (
    About,
    Arena,
    Attendance,
    ConflictAnswer,
    ConsentAnswer,
    ConsentForm,
    Custody,
    Domain,
    GuardiansKnow,
    InformationCategory,
    Level,
    MeetingOutcome,
    NoticeMethod,
    Profession,
    ProtectionAnswer,
    ReporterKind,
    SchoolYear,
    Topic,
    TriageEnding,
)
from webapp.demo_year import agendas
from webapp.demo_year.course import FEELING, Course
from webapp.demo_year.plans import carry_plan_out
from webapp.demo_year.playing import Life
from webapp.demo_year.stories import Child
from webapp.demo_year.world import World

#: minutes after which the team has decided
_LISTENED = 25
#: a stretch of a life; gives whether the referral ended in it
Chapter: TypeAlias = Generator[datetime, None, bool]


def live(world: World, child: Child) -> Life:
    """Everything that happens to `child`'s referral, each piece once its moment has come."""
    course = Course(world, child)
    yield course.later()
    course.referral = _submit(course)
    for chapter in (_triage, _consent, _assess, _meet):
        if (yield from chapter(course)):
            return
    yield from carry_plan_out(course)


def _submit(course: Course) -> Referral:
    child, theme, say, session = course.child, course.theme, course.say, course.session
    draft = drafts.start_draft(session, language=course.world.language, unit=course.unit).draft
    concern = intake.ConcernInput(
        reporter_kind=ReporterKind(child.kind), reporter_name=child.reporter, reporter_function=course.word(f"reporter_{child.kind}"),
        child_name="" if child.is_protected else child.name, child_group=child.group or None, school_year=SchoolYear(child.year),
        observations=say(child.seen), has_protected_identity=child.is_protected,
        protection=ProtectionAnswer.NO, guardians_know=GuardiansKnow.YES, conflict=ConflictAnswer.NO,
        topics=tuple(Topic(one) for one in theme.topics), observed_when=say(theme.when), observed_where=say(theme.where),
        duration=say(theme.duration), strengths=say(child.strengths), child_voice=say(child.voice), guardians_view=say(theme.home),
        tried=say(theme.tried), tried_result=say(theme.tried_result), wished_help=say(theme.wish),
    )  # fmt: skip
    return intake.submit_concern(session, draft, unit=course.unit, concern=concern)


def _triage(course: Course) -> Chapter:
    """The initial assessment."""
    session, referral, turn = course.session, course.referral, course.child.turn
    if turn == "withdrawn":
        yield course.later(1)
        reporter = Actor(reported=referral.id)
        intake.withdraw_concern(session, referral, by=reporter, seen=None, reason=course.word("withdrawn"))
        return True
    yield course.later(1, stage="triage")
    if turn.startswith("returned"):
        triage.return_concern(session, referral, by=course.by, seen=None, reason=course.word("returned"))
        yield course.later(2, stage="answer")
        reporter = Actor(reported=referral.id)
        intake.resubmit_concern(session, referral, by=reporter, seen=None, text=course.word("completed"))
        yield course.later(1)
    if turn == "asked_head":
        triage.ask_head_teacher(session, referral, by=course.by, seen=None, reason=course.word("asked_head"))
        yield course.later(2, stage="head")
        triage.hand_back_to_coordinator(session, referral, by=course.head, seen=None, reason=course.word("head_said"))
        yield course.later()
    if turn == "own_unit":
        revisit_on = course.world.after(course.day, 20)
        ending = triage.Ending(TriageEnding.OWN_UNIT, course.word("own_unit"), revisit_on)
        triage.end_at_triage(session, referral, by=course.by, seen=None, ending=ending)
        return True
    if turn == "passed_on":
        ending = triage.Ending(TriageEnding.REDIRECTED, course.word("passed_on"))
        triage.end_at_triage(session, referral, by=course.by, seen=None, ending=ending)
        return True
    triage.send_to_assessment(session, referral, by=course.by, seen=None, reason=course.say(course.theme.way))
    return False


def _consent(course: Course) -> Chapter:
    """The guardians are told, and answer for half a school year or more."""
    session, referral, words = course.session, course.referral, course.word
    yield course.later(1)
    guardians = []
    for place, name in enumerate(course.child.guardians):
        details = consent.GuardianDetails(
            name=name, custody=Custody.JOINT if len(course.child.guardians) > 1 else Custody.SOLE,
            phone=f"0000-{course.world.choice.randint(10, 99)} {course.world.choice.randint(10, 99)} 00",
            language=(place and course.child.second_reads) or course.world.language,
        )  # fmt: skip
        guardians.append(consent.record_guardian(session, referral, by=course.by, seen=None, details=details))
        yield course.later()
        notice = consent.Notice(NoticeMethod.PHONE, told_on=course.day, told_what=words("told"))
        consent.record_information(session, referral, by=course.by, seen=None, guardian=guardians[-1], notice=notice)
        yield course.later()
    yield course.later(3, stage="consent")
    asked_about = coverage.asked_of(session, referral)
    for guardian in guardians:
        given = consent.ConsentGiven(
            ConsentAnswer.FULL, ConsentForm.WRITTEN, tuple(InformationCategory), asked_about, words("purpose"),
            course.day, course.day + timedelta(days=364),
        )  # fmt: skip
        consent.record_consent(session, referral, by=course.by, seen=None, guardian=guardian, consent=given)
        yield course.later()
    consent.conclude_consent(session, referral, by=course.by, seen=None)
    return False


def _assess(course: Course) -> Chapter:
    """Those who know the child say what they see, each in a part of their own."""
    session, referral, theme = course.session, course.referral, course.theme
    yield course.later(1)
    wanted = [(Profession.SPECIAL_EDUCATOR,), FEELING, *((Profession(one),) for one in theme.also)]
    asked = [course.world.somebody(course.unit, *professions) for professions in wanted]
    if course.child.is_protected:
        for one in asked:  # nobody is asked who may not know of it
            access_list.add_to_list(
                session, referral, by=course.by, seen=None, account=one, reason=course.word("on_list")
            )
    due_on = course.world.after(course.day, 10)
    assessment.request_parts(
        session, referral, by=course.by, seen=None, asked=[{"assessor_id": one.id, "due_on": due_on} for one in asked],
        domains=[Domain.LEARNING, Domain.SAFETY], levels=[Level.INDIVIDUAL, Level.GROUP], arenas=[Arena.SCHOOL, Arena.HOME],
        question=course.say(theme.question),
    )  # fmt: skip
    for place, part in enumerate(assessment.parts_of(session, referral)):
        yield course.later(3, stage="part" if place else "")
        _write_part(course, part)
    yield course.later(1, stage="together")
    assessment.conclude_assessment(session, referral, by=course.by, seen=None, reason=course.word("together"))
    return False


def _write_part(course: Course, part: AssessmentPart) -> None:
    theme, say, writer = course.theme, course.say, part.assessor
    said: assessment.PartText = {"conclusion": course.word("pointer")}
    if part.compartment not in assessment.POINTERS:
        is_feeling = writer.profession in FEELING
        domain = Domain.SAFETY if is_feeling else Domain.LEARNING
        said = {
            "findings": {domain: say(theme.feeling if is_feeling else theme.learning)},
            "protective_factors": say(theme.protective), "risk_factors": say(theme.risk), "child_voice": say(course.child.voice),
            "conclusion": say(theme.feeling_conclusion if is_feeling else theme.learning_conclusion),
            "sources": course.word("sources"), "about": About.CHILD,
        }  # fmt: skip
    assessment.submit_part(course.session, course.referral, by=writer.actor(), seen=None, part=part, **said)


def _meet(course: Course) -> Chapter:
    """The team is called, meets with the guardians, and the head teacher approves what was written."""
    session, referral, theme, say = course.session, course.referral, course.theme, course.say
    yield course.later(1, stage="meeting")
    quorum = {Profession(one) for one in course.unit.forum.quorum}
    asked = {part.assessor_id for part in assessment.parts_of(session, referral)}
    called = [
        one.account for one in roster.for_team(session, referral)
        if one.locked_by is None and (one.account.profession in quorum | {Profession.COORDINATOR} or one.account.id in asked)
    ]  # fmt: skip
    guardians = coverage.guardians_of(session, referral)
    starts_at = course.world.meeting(course.unit.forum, course.world.after(course.day, 4))
    team_review.schedule_meeting(
        session, referral, by=course.by, seen=None, starts_at=starts_at, minutes=agendas.MINUTES, place=course.unit.forum.place or course.unit.name,
        called=[one.id for one in called], guardians=[one.id for one in guardians], agenda=[say(theme.question)],
        without=list(Profession),
    )  # fmt: skip
    agendas.put_on(course, starts_at)
    yield course.on(starts_at + timedelta(minutes=_LISTENED))
    there = [(one.name, course.world.called(one.profession)) for one in called]
    there += [(one.name or "", course.word("guardian")) for one in guardians]
    team_review.record_meeting(
        session, referral, by=course.by, seen=None, outcome=MeetingOutcome.PLAN,
        attendance=[{"name": name, "function": what, "attendance": Attendance.PRESENT} for name, what in there],
        situation=say(theme.situation), strengths=say(course.child.strengths), child_words=say(course.child.voice),
        guardians_words=say(theme.home), questions=say(theme.open_questions),
        ratings={domain: {"rating": course.world.choice.randint(2, 4)} for domain in Domain},
        decisions=[{"text": say(theme.decision), "responsible": course.coordinator.name, "due_on": course.world.after(course.day, 8)}],
    )  # fmt: skip
    yield course.later(1, stage="minutes")
    team_review.approve_minutes(session, referral, by=course.head, seen=None)
    return False
