"""What a paper is made from: the rows of a referral, whom it is for, and what is not on any row."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from referrals import clock
from referrals.disclosure import coverage, handed_over
from referrals.languages import local_date, plain_name
from referrals.rules import rulebook
from referrals.safeguarding.protected_identity import hide_names
from referrals.stages import Verb
from referrals.vocabulary import Country, DeadlineSource, PlanStatus, Recipient


@dataclass(frozen=True, kw_only=True)
class PaperRecipient:
    """Whom a paper is for: `file`, `reporter`, `guardian`, `pupil`, `professional` or `service`, with the name where there is one."""

    capacity: str = "file"
    name: str | None = None
    #: a guardian's paper shows that guardian's own rows only, never what the other one answered
    guardian_id: UUID | None = None
    #: the language a guardian reads; where it is not the paper's own, the paper offers an interpreter
    reads: str | None = None


@dataclass(frozen=True, kw_only=True)
class Contact:
    """Whom the reader can call: a name or a function, and how to reach them."""

    name: str | None = None
    function: str | None = None
    phone: str | None = None
    email: str | None = None


@dataclass(frozen=True, kw_only=True)
class PaperSource:
    """Everything a paper may need, as rows or any objects with the same attributes. What is left out is shown as missing.

    Every kind needs `referral`, `municipality`, `issued_at` (an aware instant: of the history row that issued it; None in a
    preview) and `version`; beyond that
    receipt: concern, targets, target_sources, is_checked_first, return_code, return_address, attachments ·
    page_code: page_code, page_code_until, return_address · referral: concern, additions, attachments, triage, statutory ·
    information_and_consent: concern, guardians, participants · assessment: parts, analysis ·
    invitation: meeting, participants, guardians (those invited) · minutes: meeting, guardians · action_plan and childs_plan: plan, guardians ·
    plan_for_service: service, and plan or action · follow_up: follow_up, guardians · closing: closure, plan, statutory ·
    support_report, support_investigation, absence_notice, absence_investigation,
    degrading_report, degrading_investigation, educational_request and educational_assessment: support · support_programme, no_support_programme,
    support_programme_ended and educational_decision: support, appeal ·
    support_review: support ·
    hand_over and service_referral: hand_over ·
    absence_warning and absence_report: absence, and `referral` is the pupil ·
    protection_report: `referral` is the report itself, with what it says under `said`.
    """

    referral: Any
    municipality: Any
    issued_at: datetime | None
    version: int = 1
    recipient: PaperRecipient = field(default_factory=PaperRecipient)
    #: left out: the referral's owner, at the unit's number
    contact: Contact | None = None
    concern: Any = None
    additions: Sequence[Any] = ()
    #: files that came with the concern
    attachments: Sequence[Any] = ()
    #: the history row with which the initial assessment was decided
    triage: Any = None
    #: the statutory track in which it goes on, where the head teacher decided so
    statutory: Any = None
    #: what was decided beside the team's work: the report, the investigation or the programme
    support: Any = None
    #: what was handed over, or went to a service outside, as `referrals/disclosure/handed_over.py` put it together
    hand_over: Mapping[str, Any] | None = None
    #: the step about unlawful absence, with the rule it follows
    absence: Any = None
    #: how to appeal, by language
    appeal: Mapping[str, str] = field(default_factory=dict)
    guardians: Sequence[Any] = ()
    #: languages of interpreters that guardians asked for in their answers to an invitation, by their id
    interpreters_asked: Mapping[UUID, str] = field(default_factory=dict)
    #: languages in which an interpreter is noted as booked
    interpreters_booked: frozenset[str] = frozenset()
    #: what guardians have written in their own text, by their id
    own_words: Mapping[UUID, str] = field(default_factory=dict)
    #: what the team agreed on by colour; None unless the guardians chose that it may stand on papers
    colours: Mapping[str, str] | None = None
    #: accounts that take part or are called
    participants: Sequence[Any] = ()
    parts: Sequence[Any] = ()
    #: what the coordinator wrote when concluding the assessment
    analysis: str | None = None
    meeting: Any = None
    plan: Any = None
    #: the service outside that it is for, and the one action where it is about that only
    service: Any = None
    action: Any = None
    follow_up: Any = None
    #: numbers by week, of plan and follow-up
    series: Sequence[Any] = ()
    closure: Any = None
    #: what a guardian's letter begins with, as `referrals/papers/strengths.py` found it: `text`, `at`, and the `row` it stands in
    strengths: Any = None
    #: local target days by stage, such as {"triage": …, "assessment": …}
    targets: Mapping[str, date] = field(default_factory=dict)
    #: and where each of them comes from
    target_sources: Mapping[str, DeadlineSource] = field(default_factory=dict)
    #: whether somebody decides first who is too close to it
    is_checked_first: bool = False
    return_code: str | None = None
    return_address: str | None = None
    #: a code to a guardian's own page, and the last day it is good
    page_code: str | None = None
    page_code_until: date | None = None
    #: what this reader's copy leaves out: the id of a row, or of the row a note stands in and the note's name
    withheld: frozenset[tuple[UUID, str]] = frozenset()
    #: how long papers are kept, in the municipality's words; without them the paper refers to its plan in general
    retention: str | None = None

    @property
    def is_protected(self) -> bool:
        """Whether neither the child's name nor the school may be printed."""
        return bool(self.referral.has_protected_identity)

    @property
    def child(self) -> "PaperSource":
        """The child's own piece of the paper takes its values from here too."""
        return self

    @property
    def place(self) -> Any:
        """The unit, unless the school itself is the secret."""
        return None if self.is_protected else self.referral.unit

    @property
    def team(self) -> Any:
        """The team whose paper it is; it names the school as well."""
        return None if self.is_protected else self.referral.forum

    @property
    def contact_person(self) -> Contact:
        """Whom to call: the one given, else the referral's owner, else the unit's own contact."""
        if self.contact is not None:
            return self.contact
        # The number of a school tells which school it is: with a protected child, `place` is None.
        owner, phone = self.referral.owner, getattr(self.place, "phone", None)
        if owner is None:
            return Contact(function=getattr(self.place, "contact", None), phone=phone)
        return Contact(name=owner.name, function=owner.profession, phone=phone, email=owner.email)

    @property
    def shown_guardians(self) -> list["GuardianOnPaper"]:
        """The guardians this reader may see here: a guardian sees themselves."""
        mine = self.recipient.guardian_id
        return [self._on_paper(each) for each in self.guardians if mine is None or each.id == mine]

    @property
    def asked_about(self) -> tuple[Recipient, ...]:
        """About whom guardians are asked, as the forms of the web do, among all who decide: also on one guardian's own copy."""
        deciding = [each.custody for each in self.guardians if each.has_custody]
        return coverage.asked_about(rulebook.newest(Country(self.municipality.country)), deciding)

    @property
    def handed_over(self) -> Mapping[str, Any]:
        """What was handed over, as far as this reader's copy tells it."""
        is_guardian = self.recipient.guardian_id is not None
        return handed_over.for_reader(self.hand_over, self.withheld, is_guardian=is_guardian) if self.hand_over else {}

    @property
    def another_is_protected(self) -> bool:
        """Whether this is a guardian's own paper, and another guardian's identity is protected: what that one said is not on it."""
        mine = self.recipient.guardian_id
        return mine is not None and any(each.id != mine and each.has_protected_identity for each in self.guardians)

    @property
    def guardians_own_words(self) -> list[dict[str, Any]]:
        """What guardians wrote themselves; one guardian's paper carries that guardian's text only."""
        return [
            {"name": None if each.row.has_protected_identity else each.row.name, "text": self.own_words[each.row.id]}
            for each in self.shown_guardians
            if each.row.id in self.own_words
        ]

    @property
    def shown_strengths(self) -> Any:
        """What a guardian's own copy begins with; None where it is not theirs to read, and on every other copy."""
        found = self.strengths if self.recipient.guardian_id else None
        return None if found is None or self.is_withheld(found.row, "strengths") else found

    @property
    def parts_on_paper(self) -> list["PartOnPaper"]:
        """The parts of the assessment that this reader may know of, as they stood when the paper was issued."""
        return [PartOnPaper(each, self.issued_at) for each in self.shown(self.parts)]

    @property
    def plan_status(self) -> Any:
        """How the plan stands; on a paper that is issued, as it stood then: just approved, whatever became of it since."""
        return PlanStatus.ACTIVE if self.plan is not None and self.issued_at else getattr(self.plan, "status", None)

    @property
    def revisit_on(self) -> date | None:
        """The day on which a concern that ended with the initial assessment is looked at again."""
        ended = getattr(self.triage, "verb", None) == Verb.END_AT_TRIAGE
        return self.referral.revisit_on if ended else None

    @property
    def day(self) -> date | None:
        """The day of issue where the municipality is."""
        return local_date(self.issued_at, zone=self.municipality.timezone) if self.issued_at else None

    @property
    def invited_guardians(self) -> list["GuardianOnPaper"]:
        """The guardians who are asked to the meeting; all of them where the meeting does not say.

        One guardian's invitation does not tell when and where another one can be met whose identity is protected.
        """
        asked, mine = getattr(self.meeting, "guardians_invited", None), self.recipient.guardian_id
        return [
            self._on_paper(each)
            for each in self.guardians
            if (not asked or str(each.id) in asked)
            and (mine is None or each.id == mine or not each.has_protected_identity)
        ]

    def _on_paper(self, guardian: Any) -> "GuardianOnPaper":
        return GuardianOnPaper(guardian, self.day or clock.today(self.municipality.timezone), self.issued_at, self)

    @property
    def attendance_on_paper(self) -> list[dict[str, Any]]:
        """Who was at the meeting, by name unless it is a guardian whose identity is protected."""
        return hide_names(getattr(self.meeting, "attendance", None), self.guardians)

    @property
    def interpreters(self) -> list[str]:
        """The languages of the interpreters that the invited guardians need; on a guardian's own paper that of their own."""
        mine = self.recipient.guardian_id
        asked = [each.row for each in self.invited_guardians if mine is None or each.row.id == mine]
        needed = [self.interpreters_asked.get(guardian.id) or guardian.interpreter for guardian in asked]
        return sorted({plain_name(language): language for language in reversed(needed) if language}.values())

    @property
    def is_interpreter_booked(self) -> bool:
        """Whether one is booked for each of these languages."""
        return self.interpreters_booked.issuperset(map(plain_name, self.interpreters))

    @property
    def guardian_views(self) -> list[dict[str, Any]]:
        """What guardians said at the follow-up; a guardian's own paper carries their own words only."""
        mine = str(self.recipient.guardian_id) if self.recipient.guardian_id else None
        protected = {str(each.id) for each in self.guardians if each.has_protected_identity}
        said = getattr(self.follow_up, "guardian_views", None) or []
        return [
            {**view, "name": None, "protected": True}
            if view.get("guardian_id") in protected
            else {**view, "protected": False}
            for view in said
            if mine is None or view.get("guardian_id") == mine
        ]

    @property
    def running_actions(self) -> list[Any]:
        """All actions of the plan that this reader may know of, goal by goal."""
        return [action for goal in self.shown(getattr(self.plan, "goals", ())) for action in goal.actions]

    def shown(self, rows: Sequence[Any], of: str = "id") -> list[Any]:
        """Those of `rows` that this reader's copy does not leave out; `of` names what holds the id of the goal they belong to."""
        return [row for row in rows if (_goal_id(row, of), "") not in self.withheld]

    @property
    def shown_goals(self) -> list[Any]:
        """The goals of the plan."""
        return self.shown(getattr(self.plan, "goals", ()))

    @property
    def shown_goal_results(self) -> list[Any]:
        """How goals stand at the follow-up."""
        return self.shown(getattr(self.follow_up, "goal_results", ()), "goal_id")

    @property
    def shown_series(self) -> list[Any]:
        """Numbers by week: days away, and those of the goals this reader may know of."""
        return self.shown(self.series, "goal.id")

    @property
    def shown_action_results(self) -> list[Any]:
        """Whether actions were done and helped."""
        return self.shown(getattr(self.follow_up, "action_results", ()), "action.goal_id")

    @property
    def shown_outcomes(self) -> list[Any]:
        """How goals stand at the end."""
        return self.shown(getattr(self.closure, "outcomes", ()), "goal_id")

    def is_withheld(self, row: Any, note: str) -> bool:
        """Whether this reader's copy leaves this note of `row` out."""
        return row is not None and (getattr(row, "id", None), note) in self.withheld


def _goal_id(row: Any, of: str) -> Any:
    for name in of.split("."):
        row = getattr(row, name, None)
    return row


@dataclass(frozen=True)
class GuardianOnPaper:
    """A guardian with what they were told last and what they answered last, as of the instant of issue."""

    row: Any
    #: on which its reader asks where consent stands
    day: date
    #: a paper that is late says what was known at this instant; None for a preview, which says what is known now
    at: datetime | None
    paper: PaperSource

    @property
    def notice(self) -> Any:
        """The newest notice, if any."""
        return self.row.notice_until(self.at)

    @property
    def consent(self) -> dict[str, Any]:
        """The newest answer and where consent stands."""
        newest = self.row.answer_until(self.at)
        names = ("answer", "form", "categories", "recipients", "purpose", "from_on", "until_on")
        withdrawn_at = newest.withdrawn_until(self.at) if newest else None
        state = self.row.consent_state(self.day, at=self.at, asked=self.paper.asked_about)
        return {"state": state, "withdrawn_at": withdrawn_at, **{name: getattr(newest, name, None) for name in names}}


@dataclass(frozen=True)
class PartOnPaper:
    """One part of the assessment as it stood at the instant of issue, or now for a preview."""

    row: Any
    at: datetime | None

    @property
    def received_at(self) -> datetime | None:
        """When it came in; None while it was still out."""
        came: datetime | None = self.row.received_at
        return None if came is not None and self.at is not None and came > self.at else came
