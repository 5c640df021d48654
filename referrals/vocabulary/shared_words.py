"""The words all who meet around a child share, whatever their profession and whether the child is two or seventeen, in short sentences."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from referrals.vocabulary.assessment import Domain, Level
from referrals.vocabulary.people import Profession, SchoolForm
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
        Word("plan", N_("Action plan"), N_("What is to be different, who does what, and when it is looked at again.")),
        Word("goal", N_("Goal"), N_("What is to be different for the child. One can see or count whether it has come about.")),
        Word("milestone", N_("Milestone"), N_("A step on the way to a goal, with a day. It shows in time whether one is on the right way.")),
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
    Group("people", N_("People around the child"), (
        Word("child", N_("Child and pupil"), N_("The person all of this is about, from preschool to the last school year. A child is asked, and answers in its own words.")),
        Word("guardian", N_("Guardian"), N_("Whoever decides for the child by law, mostly a parent. There can be two who do not live together: each is told and heard.")),
        Word("joint-custody", N_("Joint custody"), N_("Two guardians decide together. For some things, such as sharing with another service, both must say yes.")),
        Word("coordinator", N_("Coordinator"), N_("Holds the team's work together: takes up concerns, asks for parts, calls to meetings and knows what comes next. Ask here first.")),
        Word("head-teacher", N_("Head teacher"), N_("Leads the school and answers for what the law lays upon it. Some decisions nobody else may make.")),
        Word("preschool-head", N_("Preschool head"), N_("Leads a preschool, and answers for it as a head teacher does for a school.")),
        Word("organiser", N_("Organiser of the school"), N_("Who runs the school: the municipality, or the owner of an independent school. Some reports go there by law.")),
        Word("mentor", N_("Class teacher or mentor"), N_("The teacher who knows the child best in daily life and is in touch with the home.")),
        Word("well-being-contact", N_("Well-being contact"), N_("An adult the child has chosen to turn to. It can be anybody at school.")),
    )),
    Group("professions", N_("Those who help at school"), (
        Word("student-health", N_("Student health"), N_("Nurse, doctor, psychologist, counsellor and special educator, with one aim: that children are well and can learn.")),
        Word("school-nurse", N_("School nurse"), N_("Looks after health, growth, sight and hearing, and listens. What stands in medical records stays there.")),
        Word("school-doctor", N_("School doctor"), N_("A doctor the school can ask; the nurse arranges the visit.")),
        Word("school-counsellor", N_("School counsellor"), N_("Helps with friends, family and feelings, and knows what support there is outside school.")),
        Word("psychologist", N_("Educational psychologist"), N_("Understands how children think, learn and feel, advises staff, and examines a child only with the guardians' yes.")),
        Word("special-educator", N_("Special educator"), N_("Makes teaching and surroundings fit the child, together with the teachers.")),
        Word("speech-therapist", N_("Speech therapist"), N_("Helps with speaking, understanding, reading and writing.")),
        Word("interpreter", N_("Interpreter"), N_("Says everything that is said in the other language, adds nothing and tells nobody. It costs the family nothing.")),
    )),
    Group("around", N_("Others who help"), (
        Word("social-services", N_("Social services"), N_("The municipality's help for children and families at home. They can support, and protect a child in danger.")),
        Word("early-help", N_("Early help"), N_("Support from the social services that a family can have without an investigation, such as somebody to talk to.")),
        Word("child-psychiatry", N_("Child psychiatry"), N_("Health care for children and young people whose mental ill health needs more than school and primary care can give.")),
        Word("after-school", N_("After-school and youth club"), N_("Where children are before and after lessons. The adults there often see what works.")),
        Word("civil-society", N_("Civil society"), N_("Clubs, associations and congregations. They can give a child a place to belong; they learn only what the guardians allow.")),
    )),
    Group("way", N_("From wondering to hand-over"), (
        Word("wondering", N_("First wondering"), N_("Something makes one stop and think, and one asks child, guardians or a colleague. Often that is enough.")),
        Word("referral", N_("Referral"), N_("Everything the team does about one concern, from the day it comes in until it is closed. It has a number, and no name outside.")),
        Word("team", N_("The team"), N_("People of different professions who meet around children at one school or preschool: a student health team, a well-being team, or what it is called there.")),
        Word("well-being", N_("Well-being"), N_("That a child is well in body and mind, feels safe and learns. It is what the team works for.")),
        Word("case-meeting", N_("Meeting with the guardians"), N_("A meeting about one child at which guardians, and the child if it wants, sit at the table.")),
        Word("hand-over", N_("Handing over"), N_("Another school or team goes on with the work. Only what the guardians allow goes along.")),
        Word("evaluation", N_("Evaluation"), N_("Looking back together: what was the aim, what came of it, and what was learnt?")),
    )),
    Group("law", N_("Beside the team: what the law names"), (
        Word("duty-to-report", N_("Duty to report"), N_("Whoever works with children must themselves tell the social services, at once, when a child may come to harm. No consent is needed.")),
        Word("protection-assessment", N_("Protection assessment"), N_("The social services judge at once, at the latest within a day of a report, whether the child needs protection now. The team has no part in it.")),
        Word("preliminary-assessment", N_("Preliminary assessment by the authority"), N_("The social services decide whether a report leads to an investigation. It is not the team's initial assessment.")),
        Word("child-assessment", N_("Investigation by the social services"), N_("What the social services find out about a child's needs under their own law. The team reads nothing of it.")),
        Word("adaptations", N_("Extra adaptations"), N_("Small changes within ordinary teaching, such as clearer instructions or a quiet place. They need no formal decision.")),
        Word("special-support", N_("Special support or special education"), N_("Help that goes further than adaptations. The head teacher has the need investigated and decides; the team can suggest it.")),
        Word("support-investigation", N_("Investigation of special support"), N_("Why school is difficult for a pupil and what is needed, looked at from several sides. In Sweden it follows a report to the head teacher.")),
        Word("educational-investigation", N_("Educational investigation"), N_("What in teaching and surroundings helps or hinders a child's learning, written by those who are trained for it.")),
        Word("programme", N_("Programme of special support"), N_("The head teacher's decision on what support a pupil gets, how it is followed up, and who answers for it. It can be appealed.")),
        Word("absence", N_("Absence at school"), N_("Not being at school, valid or not. Often it is the first sign that something is difficult.")),
        Word("degrading-treatment", N_("Degrading treatment"), N_("Whatever violates a child's dignity, from children or adults: words, blows, being left out. Staff who learn of it must act.")),
        Word("individual-plan", N_("Coordinated individual plan"), N_("One plan made together by several services when each would otherwise have its own. It needs the family's yes.")),
        Word("decision", N_("Decision and appeal"), N_("What somebody with the right to it decides for or against a person. Whoever it concerns can have it tried by others; how and by when stands with it.")),
    )),
    Group("file", N_("What is written, and who may read it"), (
        Word("withdrawal", N_("Taking consent back"), N_("A yes ends when a guardian says so, without a reason. From then on nothing more is shared on it.")),
        Word("disclosure", N_("Disclosure"), N_("Something goes to somebody outside, on a ground one can name. It is written down what went, to whom and why.")),
        Word("harm-test", N_("Harm test"), N_("Before something secret is given out, one asks whether the child or the family would come to harm by it.")),
        Word("protected-identity", N_("Protected identity"), N_("Somebody in the family must not be found. Names and places are hidden, and only those named on a list open the referral.")),
        Word("identity-number", N_("Personal identity number"), N_("The number by which the authorities know a person. Write it only where it is asked for.")),
        Word("register", N_("Register"), N_("The list of what came in and went out. Part of it anybody may ask to see, so it says nothing about a person.")),
        Word("disposal", N_("Keeping and disposal"), N_("How long something is kept and when it goes. The municipality's plan says so, and nobody decides it alone.")),
        Word("access", N_("Right to read"), N_("Guardians, and older children themselves, may read what is written about the child. Where something is left out, that is a decision with a reason.")),
        Word("conflict", N_("Conflict of interest"), N_("Somebody is too close to the child or the family to judge freely, as a relative or a friend. They say so and step aside.")),
        Word("file", N_("Case and file"), N_("The case is the work; the file is all that is written in it: papers, files and notes that were decided on.")),
    )),
    Group("learning", N_("How the team learns"), (
        Word("situation-analysis", N_("Situation analysis"), N_("How things are now, before anybody says what should be done. Facts first, then what they may mean.")),
        Word("learning-question", N_("Learning question"), N_("What a team wants to understand better in its own work. It names no child.")),
        Word("learning-seminar", N_("Learning seminar"), N_("A day on which teams show each other what they tried and what they learnt.")),
        Word("quality-work", N_("Systematic quality work"), N_("Planning, doing, looking and changing, over and over, so that it becomes better for all children and not for one.")),
    )),
)  # fmt: skip

#: which word says what somebody of a profession does; the other professions have none that is shared
_OF_PROFESSIONS: Final = {
    Profession.HEAD_TEACHER: "head-teacher",
    Profession.COORDINATOR: "coordinator",
    Profession.TEACHER: "mentor",
    Profession.SPECIAL_EDUCATOR: "special-educator",
    Profession.SPEECH_THERAPIST: "speech-therapist",
    Profession.SCHOOL_COUNSELLOR: "school-counsellor",
    Profession.PSYCHOLOGIST: "psychologist",
    Profession.SCHOOL_NURSE: "school-nurse",
    Profession.SCHOOL_DOCTOR: "school-doctor",
    Profession.SOCIAL_SERVICES: "social-services",
    Profession.LEISURE_STAFF: "after-school",
    Profession.CIVIL_SOCIETY: "civil-society",
}
#: whoever leads a preschool has the same profession here, and a word of their own
_AT_PRESCHOOLS: Final = _OF_PROFESSIONS | {Profession.HEAD_TEACHER: "preschool-head"}

_BY_KEY: Final = {group.key: group for group in GROUPS}
_WORDS: Final = {word.key: word for group in GROUPS for word in group.words}


def groups(*keys: str) -> list[Group]:
    """The groups with these keys, in this order."""
    return [_BY_KEY[key] for key in keys]


def words(*keys: str) -> list[Word]:
    """The words with these keys, in this order."""
    return [_WORDS[key] for key in keys]


def of_professions(professions: Iterable[Profession], school_form: SchoolForm) -> list[str]:
    """The keys of the words that say what these professions do at a unit of this form, in this order."""
    keys = _AT_PRESCHOOLS if school_form is SchoolForm.PRESCHOOL else _OF_PROFESSIONS
    return [keys[one] for one in professions if one in keys]
