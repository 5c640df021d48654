"""The words all who meet around a child share, whatever their profession and whether the child is two or seventeen, in short sentences."""

from dataclasses import dataclass
from typing import Final

from referrals.vocabulary.assessment import Domain, Level
from referrals.vocabulary.terms import N_


@dataclass(frozen=True)
class Word:
    """One word, by its key in addresses, and what it means here."""

    key: str
    name: str
    meaning: str


@dataclass(frozen=True)
class Group:
    """Words that belong together."""

    key: str
    name: str
    words: tuple[Word, ...]


GROUPS: Final = (
    Group("areas", N_("Three areas of a child's life"), (
        Word("health", Domain.HEALTH.label, N_("How the child is in body and mind: sleep, food, movement, energy, joy. Not diagnoses, and nothing from medical records.")),
        Word("safety", Domain.SAFETY.label, N_("Whether the child feels safe and belongs: at home, with friends, with adults, on the way and online.")),
        Word("learning", Domain.LEARNING.label, N_("How the child plays, learns and develops: curiosity, language, attendance, what works and what gets in the way.")),
    )),
    Group("scale", N_("The scale from 1 to 5"), (
        Word("scale-1", "1", N_("Much to worry about. Something must change soon.")),
        Word("scale-2", "2", N_("More difficult than good. It does not get better by itself.")),
        Word("scale-3", "3", N_("Some things are good and some are difficult.")),
        Word("scale-4", "4", N_("Mostly good. Something small is worth keeping an eye on.")),
        Word("scale-5", "5", N_("All is well. Go on like this.")),
    )),
    Group("levels", N_("Where a change is made"), (
        Word("individual", Level.INDIVIDUAL.label, N_("With this child: what one adult says or does, an aid, a habit.")),
        Word("group", Level.GROUP.label, N_("In the group or class: how people are together, how the day and the room are arranged.")),
        Word("school", Level.SCHOOL.label, N_("For the whole preschool or school: routines, staffing, places, what everybody does alike.")),
    )),
    Group("work", N_("The work together"), (
        Word("concern", N_("Concern about a child"), N_("What makes somebody want to think together about a child. Nobody needs proof, and it is no report to the social services.")),
        Word("strengths", N_("Strengths"), N_("What works, what the child likes, and who helps. The team begins with them.")),
        Word("part", N_("Part"), N_("What one person writes about what they themselves see, so that the picture has several sides.")),
        Word("assessment", N_("The team's assessment"), N_("The parts put together. It is not the investigation the law speaks of.")),
        Word("plan", N_("Plan"), N_("What is to be different, who does what, and when it is looked at again.")),
        Word("goal", N_("Goal"), N_("What is to be different for the child. One can see or count whether it has come about.")),
        Word("action", N_("Action"), N_("What an adult does, so that the goal comes nearer. It has a person and days.")),
        Word("follow-up", N_("Follow-up"), N_("The day on which all look at what helped, and decide how it goes on.")),
    )),
    Group("agreed", N_("What is told and agreed"), (
        Word("information", N_("Information"), N_("Guardians are told what is written and by whom it is read. It needs no answer.")),
        Word("consent", N_("Consent"), N_("A guardian's yes to sharing something with another service: what, with whom, for what and until when. It can be taken back.")),
        Word("confidentiality", N_("Duty of confidentiality"), N_("What somebody got to know at work stays there. It may go on only with consent, or where the law says so.")),
        Word("report", N_("Report to the social services"), N_("What everybody who works with children must make when they have reason to believe that a child comes to harm. Nobody decides that for another, not the team either.")),
        Word("support-person", N_("Support person"), N_("Somebody a family brings to a meeting: a friend, a relative, somebody from an association.")),
    )),
)  # fmt: skip

_BY_KEY: Final = {group.key: group for group in GROUPS}


def groups(*keys: str) -> list[Group]:
    """The groups with these keys, in this order."""
    return [_BY_KEY[key] for key in keys]
