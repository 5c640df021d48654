"""Who may do and see what, by the table in `access_table.py` that a head teacher could read. Deny by default; by membership and compartment, never by rank."""

from collections.abc import Set as AbstractSet
from enum import IntEnum, StrEnum
from uuid import UUID

from referrals.access_table import CONTRIBUTES_AS, MATRIX, ROW_OF, SERVICE_OF
from referrals.actors import SYSTEM, WITHOUT_UNIT, Actor, Facts, Role
from referrals.stages import ABOUT_CONFLICT, BY_RECEIVER, MOVE_BY_VERB, Party, Verb
from referrals.vocabulary.consent import InformationCategory, Recipient
from referrals.vocabulary.knowing import Capacity, Cell, Information
from referrals.vocabulary.people import Profession

__all__ = [
    "CONTRIBUTES_AS", "LOOKS_FIRST", "MATRIX", "ROW_OF", "SERVICE_OF", "SYSTEM", "VIEWS", "WITHOUT_UNIT", "Actor", "Extent",
    "Facts", "Role", "View", "capacities", "extent", "is_administrator", "is_from_another_service", "may_know_of", "may_view",
    "outside_service", "parties", "parties_for",
]  # fmt: skip

_NEEDS_CONSENT = frozenset({Cell.BY_CONSENT, Cell.CONCLUSION_BY_CONSENT, Cell.PARTLY_BY_CONSENT})


class Extent(IntEnum):
    """How much of one kind of information somebody may see, from nothing to all of it."""

    NOTHING = 0
    #: what is theirs: their part, their action, what they sent in
    OWN = 1
    #: the conclusion, or the pointer
    CONCLUSION = 2
    #: the conclusion, and the whole of what they opened on a named ground
    ON_GROUND = 3
    PARTLY = 4
    WHOLE = 5


_EXTENT: dict[Cell, Extent] = {
    Cell.READ: Extent.WHOLE,
    Cell.WRITE: Extent.WHOLE,
    Cell.IF_ACTING: Extent.WHOLE,
    Cell.OWN: Extent.OWN,
    Cell.OWN_ACTION: Extent.OWN,
    Cell.IF_INVESTIGATING: Extent.OWN,
    Cell.CONCLUSION: Extent.CONCLUSION,
    Cell.CONCLUSION_OR_ON_GROUND: Extent.ON_GROUND,
    Cell.POINTER: Extent.CONCLUSION,
    Cell.PARTLY: Extent.PARTLY,
    Cell.BY_CONSENT: Extent.WHOLE,
    Cell.CONCLUSION_BY_CONSENT: Extent.CONCLUSION,
    Cell.PARTLY_BY_CONSENT: Extent.PARTLY,
}


class View(StrEnum):
    """What can be looked at."""

    #: that there is something of theirs in it, and no more: the door to an own action
    OWN_ACTION = "own_action"
    REFERRAL = "referral"
    CHILD = "child"
    CONCERN = "concern"
    GUARDIANS = "guardians"
    OWN_PART = "own_part"
    ALL_PARTS = "all_parts"
    #: opening a part wholly that lies behind the wall of student health
    BEHIND_WALL = "behind_wall"
    #: at least when and where, and how it ended
    MINUTES = "minutes"
    MINUTES_IN_FULL = "minutes_in_full"
    PLAN = "plan"
    #: all of the plan, how it went, and how it ended
    FOLLOW_UP = "follow_up"
    PLAN_WRITING = "plan_writing"
    DOCUMENTS = "documents"
    #: which statutory decisions lie beside it and where: never what they say
    STATUTORY_LINKS = "statutory_links"
    #: their own reports to the head teacher, where to write one, and the investigation they carry out
    OWN_SUPPORT_REPORTS = "own_support_reports"
    #: every report of special support, and what became of it
    SPECIAL_SUPPORT = "special_support"
    #: the investigation of absence they carry out
    OWN_ABSENCE_INVESTIGATION = "own_absence_investigation"
    #: every investigation of absence
    ABSENCE_INVESTIGATION = "absence_investigation"
    #: their own reports of degrading treatment, where to write one, and what they investigate
    OWN_DEGRADING_REPORTS = "own_degrading_reports"
    #: every such report, and what became of it
    DEGRADING_TREATMENT = "degrading_treatment"
    #: the educational-psychological assessment they carry out
    OWN_EDUCATIONAL_ASSESSMENT = "own_educational_assessment"
    #: every such assessment
    EDUCATIONAL_ASSESSMENT = "educational_assessment"
    #: what a referral began with that another unit's team handed over
    HANDED_OVER = "handed_over"
    HISTORY = "history"
    ACCESS_LOG = "access_log"
    OWN_LOG = "own_log"
    #: only once the sender recorded that all guardians were told; until then see `referrals/safeguarding/protection.py`
    PROTECTION = "protection"
    #: their own and nobody else's; see `referrals/work/working_notes.py`
    WORKING_NOTES = "working_notes"
    TECHNICAL_RUN = "technical_run"
    ORGANISATION = "organisation"


#: for each view the row of the table, and how much of it there must be; what is not listed is shown to nobody
VIEWS: dict[View, tuple[Information, Extent]] = {
    View.OWN_ACTION:       (Information.EXISTENCE, Extent.OWN),
    View.REFERRAL:         (Information.EXISTENCE, Extent.PARTLY),
    View.CHILD:            (Information.CHILD, Extent.WHOLE),
    View.CONCERN:          (Information.CONCERN, Extent.WHOLE),
    View.GUARDIANS:        (Information.GUARDIANS, Extent.WHOLE),
    View.OWN_PART:         (Information.REQUESTS, Extent.OWN),
    View.ALL_PARTS:        (Information.REQUESTS, Extent.WHOLE),
    View.BEHIND_WALL:      (Information.STUDENT_HEALTH, Extent.ON_GROUND),
    View.MINUTES:          (Information.MINUTES, Extent.PARTLY),
    View.MINUTES_IN_FULL:  (Information.MINUTES, Extent.WHOLE),
    View.PLAN:             (Information.PLAN, Extent.PARTLY),
    View.FOLLOW_UP:        (Information.PLAN, Extent.WHOLE),
    View.PLAN_WRITING:     (Information.PLAN_WRITING, Extent.WHOLE),
    View.DOCUMENTS:        (Information.DOCUMENTS, Extent.WHOLE),
    View.STATUTORY_LINKS:  (Information.STATUTORY_LINKS, Extent.WHOLE),
    View.OWN_SUPPORT_REPORTS: (Information.SPECIAL_SUPPORT, Extent.OWN),
    View.SPECIAL_SUPPORT:  (Information.SPECIAL_SUPPORT, Extent.WHOLE),
    View.OWN_ABSENCE_INVESTIGATION: (Information.ABSENCE_INVESTIGATION, Extent.OWN),
    View.ABSENCE_INVESTIGATION:          (Information.ABSENCE_INVESTIGATION, Extent.WHOLE),
    View.OWN_DEGRADING_REPORTS: (Information.DEGRADING_TREATMENT, Extent.OWN),
    View.DEGRADING_TREATMENT: (Information.DEGRADING_TREATMENT, Extent.WHOLE),
    View.OWN_EDUCATIONAL_ASSESSMENT: (Information.EDUCATIONAL_ASSESSMENT, Extent.OWN),
    View.EDUCATIONAL_ASSESSMENT: (Information.EDUCATIONAL_ASSESSMENT, Extent.WHOLE),
    View.HANDED_OVER:      (Information.HANDED_OVER, Extent.WHOLE),
    View.HISTORY:          (Information.TIMELINE, Extent.WHOLE),
    View.ACCESS_LOG:       (Information.READ_LOG, Extent.WHOLE),
    View.OWN_LOG:          (Information.READ_LOG, Extent.OWN),
    View.PROTECTION:       (Information.PROTECTION, Extent.WHOLE),
    View.WORKING_NOTES:    (Information.WORKING_NOTES, Extent.OWN),
}  # fmt: skip

#: texts that may speak of anything: another service sees them only where consent names every kind of information
_OF_EVERY_KIND = frozenset({View.MINUTES_IN_FULL, View.FOLLOW_UP})

#: what somebody must be able to look at before they may decide about it; other verbs ask only for the capacity
LOOKS_FIRST: dict[Verb, View] = {
    Verb.SUBMIT_PART: View.OWN_PART,
    Verb.APPROVE_MINUTES: View.MINUTES_IN_FULL,
    Verb.DRAFT_ACTION_PLAN: View.PLAN_WRITING,
    Verb.SUBMIT_ACTION_PLAN: View.PLAN_WRITING,
    Verb.RECORD_ACTION_STATUS: View.OWN_ACTION,
    Verb.RECORD_DECISION_DONE: View.MINUTES_IN_FULL,
    Verb.RECORD_MEASUREMENT: View.FOLLOW_UP,
    Verb.LINK_STATUTORY_DECISION: View.STATUTORY_LINKS,
    Verb.UNLINK_STATUTORY_DECISION: View.STATUTORY_LINKS,
    Verb.REPORT_SUPPORT_NEED: View.OWN_SUPPORT_REPORTS,
    Verb.BEGIN_SUPPORT_INVESTIGATION: View.SPECIAL_SUPPORT,
    Verb.GIVE_ON_SUPPORT_INVESTIGATION: View.SPECIAL_SUPPORT,
    Verb.CONCLUDE_SUPPORT_INVESTIGATION: View.OWN_SUPPORT_REPORTS,
    Verb.WRITE_SUPPORT_PROGRAMME: View.SPECIAL_SUPPORT,
    Verb.DECIDE_SUPPORT_PROGRAMME: View.SPECIAL_SUPPORT,
    Verb.DECIDE_NO_SUPPORT_PROGRAMME: View.SPECIAL_SUPPORT,
    Verb.RECORD_SUPPORT_TOLD: View.SPECIAL_SUPPORT,
    Verb.REVIEW_SUPPORT_PROGRAMME: View.SPECIAL_SUPPORT,
    Verb.END_SUPPORT_PROGRAMME: View.SPECIAL_SUPPORT,
    Verb.BEGIN_ABSENCE_INVESTIGATION: View.ABSENCE_INVESTIGATION,
    Verb.GIVE_ON_ABSENCE_INVESTIGATION: View.ABSENCE_INVESTIGATION,
    Verb.REPORT_ABSENCE: View.ABSENCE_INVESTIGATION,
    Verb.CONCLUDE_ABSENCE_INVESTIGATION: View.OWN_ABSENCE_INVESTIGATION,
    Verb.REPORT_DEGRADING_TREATMENT: View.OWN_DEGRADING_REPORTS,
    Verb.RECEIVE_DEGRADING_REPORT: View.DEGRADING_TREATMENT,
    Verb.PASS_ON_DEGRADING_REPORT: View.DEGRADING_TREATMENT,
    Verb.BEGIN_DEGRADING_INVESTIGATION: View.DEGRADING_TREATMENT,
    Verb.GIVE_ON_DEGRADING_INVESTIGATION: View.DEGRADING_TREATMENT,
    Verb.CONCLUDE_DEGRADING_INVESTIGATION: View.OWN_DEGRADING_REPORTS,
    Verb.ASK_EDUCATIONAL_ASSESSMENT: View.EDUCATIONAL_ASSESSMENT,
    Verb.GIVE_ON_EDUCATIONAL_ASSESSMENT: View.EDUCATIONAL_ASSESSMENT,
    Verb.CONCLUDE_EDUCATIONAL_ASSESSMENT: View.OWN_EDUCATIONAL_ASSESSMENT,
    Verb.DECIDE_EDUCATIONAL_HELP: View.EDUCATIONAL_ASSESSMENT,
    Verb.RECORD_EDUCATIONAL_TOLD: View.EDUCATIONAL_ASSESSMENT,
}

#: that anything was done about these duties is as narrow as what was written: a report can be about a colleague
_TELLS_BY_ITSELF = frozenset(
    {
        Information.SPECIAL_SUPPORT, Information.ABSENCE_INVESTIGATION, Information.DEGRADING_TREATMENT,
        Information.EDUCATIONAL_ASSESSMENT,
    }
)  # fmt: skip


def capacities(actor: Actor, facts: Facts) -> frozenset[Capacity]:
    """What `actor` is to the referral that `facts` describe; empty means: nothing to do with it."""
    if actor.account_id in facts.shut_out or not _is_on_list(actor, facts):
        return frozenset()
    if (facts.is_held or facts.is_handed_over) and actor.account_id is not None:
        return frozenset()
    found: set[Capacity] = set()
    if actor.reported == facts.referral_id:
        found.add(Capacity.REPORTER)
    if actor.guardian_of == facts.referral_id:
        found.add(Capacity.GUARDIAN)
    if _coordinates(actor, facts):
        found.add(Capacity.COORDINATOR)
    if actor.holds(Role.HEAD_TEACHER, unit_id=facts.unit_id):
        found.add(Capacity.HEAD_TEACHER)
    if (contributes := _contributes_as(actor, facts)) is not None:
        found.add(contributes)
    if _investigates(actor, facts, found):
        found.add(Capacity.INVESTIGATOR)
    return frozenset(found)


def _investigates(actor: Actor, facts: Facts, found: AbstractSet[Capacity]) -> bool:
    """Whether they carry out an investigation while they work for the unit; who reads all of them anyway is not asked."""
    if actor.account_id is None or not actor.works_for(facts.unit_id, beside=facts.beside):
        return False
    return not found & {Capacity.COORDINATOR, Capacity.HEAD_TEACHER} and bool(facts.investigates(actor.account_id))


def _is_on_list(actor: Actor, facts: Facts) -> bool:
    """Whether an account may pass where an identity is protected; the reporter and the workflow have none."""
    return facts.listed is None or actor.account_id is None or actor.account_id in facts.listed


def parties(actor: Actor, facts: Facts) -> frozenset[Party]:
    """In which capacities of the table of moves `actor` stands to the referral; empty means: nothing to do with it."""
    acts_as = {
        Capacity.REPORTER: Party.REPORTER,
        Capacity.COORDINATOR: Party.COORDINATOR,
        Capacity.HEAD_TEACHER: Party.HEAD_TEACHER,
        Capacity.GUARDIAN: Party.GUARDIAN,
        Capacity.INVESTIGATOR: Party.INVESTIGATOR,
    }
    found = {acts_as.get(capacity, Party.ASSESSOR) for capacity in capacities(actor, facts)}
    return frozenset(found | ({Party.SYSTEM} if actor.is_system else set()))


def parties_for(verb: Verb, actor: Actor, facts: Facts) -> frozenset[Party]:
    """In which capacities `actor` may do `verb` to the referral, wherever it stands; empty means: in none."""
    if verb in ABOUT_CONFLICT:
        return MOVE_BY_VERB[verb].by if _settles_conflict(actor, facts) else frozenset()
    if verb in BY_RECEIVER:
        return MOVE_BY_VERB[verb].by if _receives(actor, facts) else frozenset()
    if verb in LOOKS_FIRST and not actor.is_system and not may_view(LOOKS_FIRST[verb], actor, facts):
        return frozenset()
    return parties(actor, facts) & MOVE_BY_VERB[verb].by


def extent(
    information: Information, actor: Actor, facts: Facts, *, kinds: AbstractSet[InformationCategory] = frozenset()
) -> Extent:
    """How much of `information` `actor` may see. Another service sees the whole only where consent names all of `kinds`."""
    return max(
        (_in_capacity(capacity, information, actor, facts=facts, kinds=kinds) for capacity in capacities(actor, facts)),
        default=Extent.NOTHING,
    )


def may_view(view: View, actor: Actor, facts: Facts) -> bool:
    """Whether `actor` may look at `view` of this referral."""
    if view not in VIEWS:
        return False
    information, least = VIEWS[view]
    kinds = frozenset(InformationCategory) if view in _OF_EVERY_KIND else frozenset()
    return extent(information, actor, facts, kinds=kinds) >= least


def may_know_of(verb: Verb, actor: Actor, facts: Facts, *, done_by: UUID | None) -> bool:
    """Whether `actor` may learn that the account `done_by` did `verb`, where the history is theirs to read."""
    information = VIEWS[LOOKS_FIRST[verb]][0] if verb in LOOKS_FIRST else None
    if information not in _TELLS_BY_ITSELF or (done_by is not None and done_by == actor.account_id):
        return True
    return extent(information, actor, facts) is Extent.WHOLE


def outside_service(profession: Profession | None) -> Recipient:
    """To which service consent must reach before somebody invited from outside knows of an action of theirs."""
    return (
        SERVICE_OF.get(CONTRIBUTES_AS[profession], Recipient.CIVIL_SOCIETY)
        if profession in CONTRIBUTES_AS
        else Recipient.CIVIL_SOCIETY
    )


def is_from_another_service(actor: Actor) -> bool:
    """Whether `actor` works for another service than the school: then consent decides, referral by referral."""
    return actor.profession is not None and CONTRIBUTES_AS.get(actor.profession) in SERVICE_OF


def is_administrator(actor: Actor) -> bool:
    """Whether `actor` may change the organisation and see technical runs; says nothing about case content."""
    return any(role is Role.ADMINISTRATOR for role, _unit in actor.roles)


def _settles_conflict(actor: Actor, facts: Facts) -> bool:
    return facts.is_held and actor.account_id is not None and facts.settles_conflict(actor.account_id)


def _receives(actor: Actor, facts: Facts) -> bool:
    """Whether it is offered to a team for which `actor` answers, and nothing keeps them out of it."""
    if facts.is_held or actor.account_id in facts.shut_out or not _is_on_list(actor, facts):
        return False
    offered_to = facts.offered_to()
    return offered_to is not None and actor.answers_for(offered_to[0], beside=offered_to[1])


def _coordinates(actor: Actor, facts: Facts) -> bool:
    if actor.account_id in facts.stand_ins:
        return any(role in (Role.COORDINATOR, Role.HEAD_TEACHER) for role, _unit in actor.roles)
    if not actor.is_coordinator(facts.unit_id, beside=facts.beside):
        return False
    return actor.account_id not in facts.released or not facts.has_owner()


def _contributes_as(actor: Actor, facts: Facts) -> Capacity | None:
    """In which capacity a member contributes, while they work for the unit and, from another service, consent reaches it.

    Who stands in for a member contributes as that member does, in the team's units and for that time: they have the same
    profession. What is the member's own (a part, an action, notes) stays the member's.
    """
    if not actor.sits_as(facts.unit_id, beside=facts.beside) & facts.members:
        return None
    if facts.referral_id in actor.invited_to:
        return Capacity.CIVIL_SOCIETY if facts.reach(outside_service(actor.profession)) else None
    if not actor.works_for(facts.unit_id, beside=facts.beside):
        return None
    capacity = CONTRIBUTES_AS.get(actor.profession) if actor.profession else None
    service = SERVICE_OF.get(capacity) if capacity else None
    if service in facts.own_services:
        return Capacity.TEACHER
    return capacity if service is None or facts.reach(service) else None


def _in_capacity(
    capacity: Capacity,
    information: Information,
    actor: Actor,
    *,
    facts: Facts,
    kinds: AbstractSet[InformationCategory],
) -> Extent:
    cell = facts.exceptions.get(information, {}).get(capacity) or MATRIX[information].get(capacity, Cell.NOTHING)
    amount = _EXTENT.get(cell, Extent.NOTHING)
    if cell is Cell.IF_ACTING:  # who stands in for somebody reads on as that person would
        return (
            amount if any(map(facts.is_acting, actor.sits_as(facts.unit_id, beside=facts.beside))) else Extent.NOTHING
        )
    if cell is Cell.IF_INVESTIGATING:
        named_for = facts.investigates(actor.account_id) if actor.account_id is not None else ()
        return amount if information in named_for else Extent.NOTHING
    if cell is Cell.OWN_ACTION:
        return amount if actor.account_id is not None and facts.owns_action(actor.account_id) else Extent.NOTHING
    if cell in _NEEDS_CONSENT and not kinds <= facts.reach(SERVICE_OF[capacity]):
        return Extent.NOTHING
    return amount
