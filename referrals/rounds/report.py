"""What the head teacher of a team says after its slot, and the one report for the joint meeting: every team with its questions and how it goes on."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy.orm import Session

from referrals import clock, here, identity_check
from referrals.access import Actor, Role
from referrals.errors import NotAllowed, RoundRefused
from referrals.models import ConsultationRound, LearningQuestion, RoundEnrolment, RoundPaper
from referrals.patterns.school_terms import SchoolTerm
from referrals.people import organisation
from referrals.rounds import enrolling, evaluating, papers, people
from referrals.rounds.as_seen import require_as_seen
from referrals.rounds.papers import Draft
from referrals.vocabulary import Helped, QualityTheme, RoundProblem

#: the field of its form
SUMMARISED: Final = ("summary",)


@dataclass(frozen=True)
class Traced:
    """One question on its way: what it was about, what was agreed, and what came of it."""

    round: str
    term: SchoolTerm
    team: str
    theme: QualityTheme
    question: str
    next_step: str
    outcome: Helped | None
    result: str


def may_summarise(session: Session, enrolment: RoundEnrolment, actor: Actor) -> bool:
    """Whether they say for the joint meeting how the team goes on: the head teachers of its units, once its slot has begun."""
    slot = enrolment.slot
    heads = any(actor.holds(Role.HEAD_TEACHER, unit_id=unit.id) for unit in enrolment.forum.led_units)
    has_begun = slot is not None and slot.starts_at <= clock.now()
    return heads and has_begun and people.may_enrol(session, enrolment.forum, actor)


def summarise(
    session: Session,
    enrolment: RoundEnrolment,
    *,
    by: Actor,
    summary: str,
    answered: Collection[str] = (),
    seen: str | None = None,
) -> None:
    """Say how the team goes on; again changes it. Raises NotAllowed, NamesSomebody, and as `require_as_seen` does."""
    require_as_seen(session, enrolment, SUMMARISED, verb="summarise_round", seen=seen)
    if not people.are_held(session) or not may_summarise(session, enrolment, by):
        raise NotAllowed("summarise_round")
    identity_check.team_checker(session, enrolment.forum, by=by).require_nobody([summary], answered=answered)
    enrolment.summary, enrolment.summarised_at = summary, clock.now()
    session.flush()
    enrolling.log(session, enrolment.round, "summarise_round", by=by, object_id=enrolment.id)


def may_read_report(session: Session, found: ConsultationRound, actor: Actor) -> bool:
    """Whether they read the report: the management, and the coordinators and head teachers of the teams that take part."""
    if not people.are_held(session):
        return False
    keeps = {forum.id for forum in people.teams_of(session, actor) if people.may_enrol(session, forum, actor)}
    return people.may_lead(actor) or any(one.forum_id in keeps for one in found.enrolments)


def is_due(session: Session, found: ConsultationRound) -> bool:
    """Whether its report can be issued: on its last day and after, when no team can take words back any more."""
    return here.today(session) >= found.last_on


def report_to_issue(session: Session, found: ConsultationRound, *, by: Actor) -> Draft | None:
    """The report as it would be issued now; None where the newest one says the same.

    Raises NotAllowed, and RoundRefused before the round's last day and where no team took part.
    """
    people.require_lead(session, by)
    if not is_due(session, found):
        raise RoundRefused(RoundProblem.NOT_OVER)
    if not found.enrolments:
        raise RoundRefused(RoundProblem.NO_TEAM)
    return papers.draft(session, found.id, enrolment_id=None, said=_report(session, found), template="round_report")


def keep_report(session: Session, draft: Draft, content: bytes, *, by: Actor) -> None:
    """Keep the report that was printed. Raises NotAllowed."""
    people.require_lead(session, by)
    papers.keep(session, draft, content, by=by)


def report(session: Session, found: ConsultationRound) -> RoundPaper | None:
    """The newest report; None before there is one."""
    return papers.newest(session, found.id, None)


def _report(session: Session, found: ConsultationRound) -> dict[str, Any]:
    municipality, rate = organisation.municipality(session), evaluating.results(session, found)
    return {
        "municipality": municipality.name, "unit": None, "forum": None, "round": found.name,
        "first_on": found.first_on.isoformat(), "last_on": found.last_on.isoformat(),
        "teams": [
            {
                "name": one.forum.name, "units": sorted(unit.name for unit in one.forum.all_units),
                "questions": [_said_of(each) for each in one.questions], "summary": one.summary,
            }
            for one in sorted(found.enrolments, key=lambda one: one.forum.name)
        ],
        "asked": rate.asked, "answered": rate.answered, "mean": rate.mean, "comments": list(rate.comments),
    }  # fmt: skip


def _said_of(one: LearningQuestion) -> dict[str, Any]:
    """What the report says of a question, and no more: what it leaves out would make a new version that reads the same."""
    return {"theme": one.theme.value, "question": one.question, "next_step": one.next_step}


def traced(session: Session, *, by: Actor) -> list[Traced]:
    """Every question of every round with what came of it, the newest round first. Raises NotAllowed."""
    people.require_lead(session, by)
    return [
        Traced(
            found.name, enrolling.term_of(found), one.forum.name, each.theme, each.question or "", each.next_step or "",
            each.outcome, each.result or "",
        )
        for found in enrolling.known_to(session, by)
        for one in found.enrolments
        for each in one.questions
    ]  # fmt: skip
