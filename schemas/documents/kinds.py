"""What each kind of paper says: one schema per kind, filled from a `PaperSource`."""

from datetime import timedelta
from typing import Any, Final

from marshmallow import fields, post_dump

from referrals.notes import CLOSING_TEXTS, FOLLOW_UP_TEXTS, MEETING_TEXTS, PLAN_TEXTS
from referrals.rules import rulebook
from referrals.safeguarding.protected_identity import unless_protected
from referrals.vocabulary import Country, InformationCategory
from schemas.documents.parts import (
    ActionPart,
    ActionResultPart,
    AdditionPart,
    AssessmentPartPart,
    AttendancePart,
    ColoursPart,
    ContactPart,
    DecisionPart,
    GoalPart,
    GoalResultPart,
    GuardianPart,
    GuardianViewPart,
    OwnWordsPart,
    PaperSchema,
    ParticipantPart,
    PersonPart,
    RatingsPart,
    RecipientPart,
    ReporterPart,
    SeriesPart,
    StatutoryPart,
    StrengthsPart,
    TriagePart,
)
from schemas.documents.source import PaperSource
from schemas.intake import asked_of

#: what a concern says where the form for its reporter asks it
_MAY_BE_UNASKED: Final = (
    "observed_when", "observed_where", "duration", "strengths", "child_voice", "guardians_view", "tried", "tried_result", "wished_help",
    "urgency",
)  # fmt: skip


class ChildPart(PaperSchema):
    """The child as a paper may show them: nothing that tells who it is where their identity is protected."""

    name = fields.String(attribute="referral.child_name")
    protected = fields.Boolean(attribute="is_protected")

    @post_dump
    def hide(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        """Take out whatever tells who a protected child is."""
        return dict.fromkeys(data) | {"protected": True} if data["protected"] else data


class ChildInFull(ChildPart):
    """The child with age and group, for the concern itself."""

    birth_date = fields.String(attribute="referral.child_birth_date")
    school_year = fields.String(attribute="referral.school_year")
    group = fields.String(attribute="referral.child_group")


class Frame(PaperSchema):
    """What stands on every paper: letter head, reference number, date, version, and whom it is for."""

    country = fields.String(attribute="municipality.country")
    zone = fields.String(attribute="municipality.timezone")
    municipality = fields.String(attribute="municipality.name")
    unit = fields.String(attribute="place.name")
    forum = fields.String(attribute="team.name")
    reference = fields.String(attribute="referral.number")
    version = fields.Integer()
    issued_at = fields.AwareDateTime()
    recipient = fields.Nested(RecipientPart)
    child = fields.Nested(ChildPart)
    contact = fields.Nested(ContactPart, attribute="contact_person")


class Letter(Frame):
    """A paper of which each guardian gets a copy of their own, which begins with what the child does well."""

    #: None on the file's copy, and where nobody wrote any that this guardian may read
    strengths_first = fields.Nested(StrengthsPart, attribute="shown_strengths", metadata={"optional": True})


class ReceiptDocument(Frame):
    """D1: what the reporter takes home."""

    received_at = fields.AwareDateTime(attribute="concern.submitted_at")
    reporter_kind = fields.String(attribute="concern.reporter_kind")
    #: whether the reporter told why guardians should not be told of it yet
    is_wary = fields.Boolean(attribute="concern.is_wary")
    triage_due_on = fields.Date(attribute="targets.triage")
    parts_due_on = fields.Date(attribute="targets.assessment")
    #: where these days come from, by the values of DeadlineSource
    triage_source = fields.String(attribute="target_sources.triage")
    parts_source = fields.String(attribute="target_sources.assessment")
    emergency_phone = fields.String(attribute="municipality.phones.emergency")
    social_services_phone = fields.String(attribute="municipality.phones.social_services")
    helpline_phone = fields.String(attribute="municipality.phones.helpline")
    #: how many files came in with the concern
    files = fields.Function(lambda source: len(source.attachments))
    #: whether somebody looks first at who is too close to it
    is_checked_first = fields.Boolean()
    return_code = fields.String()
    return_address = fields.String()

    class Meta:
        """A receipt travels with the reporter: the child is not named on it."""

        exclude = ("child",)


class PageCodeDocument(Frame):
    """The letter with a code to a guardian's own page. It is handed over or posted, printed at once and kept nowhere."""

    page_code = fields.String()
    page_code_until = fields.Date()
    return_address = fields.String()

    class Meta:
        """A letter lies about: the child is not named on it, nor whose referral it is."""

        exclude = ("child",)


class ReferralDocument(Frame):
    """D2: the concern as it was sent in, what was added, and how the initial assessment ended."""

    child = fields.Nested(ChildInFull)
    submitted_at = fields.AwareDateTime(attribute="concern.submitted_at")
    reporter = fields.Nested(ReporterPart, attribute="concern")
    topics = fields.List(fields.String(), attribute="referral.topics")
    observations = fields.String(attribute="concern.observations")
    observed_when = fields.String(attribute="concern.observed_when")
    observed_where = fields.String(attribute="concern.observed_where")
    duration = fields.String(attribute="concern.duration")
    strengths = fields.String(attribute="concern.strengths")
    child_voice = fields.String(attribute="concern.child_voice")
    guardians_view = fields.String(attribute="concern.guardians_view")
    guardians_know = fields.String(attribute="concern.guardians_know")
    guardians_know_reason = fields.String(attribute="concern.guardians_know_reason")
    tried = fields.String(attribute="concern.tried")
    tried_result = fields.String(attribute="concern.tried_result")
    wished_help = fields.String(attribute="concern.wished_help")
    urgency = fields.String(attribute="concern.urgency")
    #: by the names they are downloaded under, which say nothing about anybody
    files = fields.Function(lambda source: [one.paper_name for one in source.attachments])
    #: what the form asks of nobody of the reporter's kind
    not_asked = fields.Method("get_not_asked")
    protection = fields.String(attribute="concern.protection")
    conflict = fields.String(attribute="concern.conflict")
    conflict_functions = fields.List(fields.String(), attribute="concern.conflict_functions")
    conflict_text = fields.String(attribute="concern.conflict_text")
    additions = fields.List(fields.Nested(AdditionPart))
    triage = fields.Nested(TriagePart, metadata={"optional": True})
    statutory = fields.Nested(StatutoryPart, metadata={"optional": True})
    revisit_on = fields.Date()

    def get_not_asked(self, source: PaperSource) -> list[str]:
        """Of what a concern can say, what its reporter was never asked: that is not missing."""
        if source.concern is None:
            return []
        return [name for name in _MAY_BE_UNASKED if name not in asked_of(source.concern.reporter_kind)]

    @post_dump
    def spare_guardians(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        """A guardian's copy tells neither how to reach the reporter nor what was answered about protection."""
        data["shows_protection"] = data["recipient"]["capacity"] != "guardian"
        if not data["shows_protection"]:
            data["reporter"].update(phone=None, email=None)
            data["protection"] = None
        return data


class InformationAndConsentDocument(Letter):
    """D3: what guardians were told, and what they said yes or no to."""

    topics = fields.List(fields.String(), attribute="referral.topics")
    participants = fields.List(fields.Nested(ParticipantPart))
    guardians = fields.List(fields.Nested(GuardianPart), attribute="shown_guardians")
    information_categories = fields.Function(lambda _: [category.value for category in InformationCategory])
    information_recipients = fields.Function(lambda source: [recipient.value for recipient in source.asked_about])


class AssessmentDocument(Frame):
    """D4: what those who know the child have seen."""

    parts = fields.List(fields.Nested(AssessmentPartPart), attribute="parts_on_paper")
    analysis = fields.String()


class InvitationDocument(Frame):
    """D5: the invitation to a meeting, or the call to it for professionals, which says only what all who are called may know."""

    starts_at = fields.AwareDateTime(attribute="meeting.starts_at")
    ends_at = fields.Method("get_ends_at")
    place = fields.Method("get_place")
    agenda = fields.List(fields.String(), attribute="meeting.agenda")
    participants = fields.List(fields.Nested(PersonPart))
    guardians = fields.List(fields.Nested(GuardianPart), attribute="invited_guardians")
    interpreters = fields.List(fields.String())
    #: how many guardians are invited, for a call that names none
    guardians_asked = fields.Function(lambda source: len(source.invited_guardians))
    needs_interpreter = fields.Function(lambda source: bool(source.interpreters))
    #: whether one is noted as booked for each of these languages
    is_interpreter_booked = fields.Boolean()
    #: where the rules about secrecy stand
    secrecy = fields.Function(lambda source: rulebook.newest(Country(source.municipality.country)).sources["secrecy"])

    def get_ends_at(self, source: PaperSource) -> str | None:
        """When it is planned to end, in ISO form."""
        if not getattr(source.meeting, "starts_at", None) or not source.meeting.minutes:
            return None
        ends: str = (source.meeting.starts_at + timedelta(minutes=source.meeting.minutes)).isoformat()
        return ends

    def get_place(self, source: PaperSource) -> str | None:
        """Where it is held."""
        place: str | None = getattr(source.meeting, "place", None)
        return place or None

    @post_dump
    def name_nobody_in_a_call(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        """A call is one paper for several services: it names neither the child nor the guardians, nor their languages."""
        if data["recipient"]["capacity"] == "professional":
            data["child"]["name"], data["guardians"], data["interpreters"] = None, [], []
        return data


class MinutesDocument(Frame):
    """D6: who was there, what was said, what was decided."""

    starts_at = fields.AwareDateTime(attribute="meeting.starts_at")
    attendance = fields.List(fields.Nested(AttendancePart), attribute="attendance_on_paper")
    situation = fields.String(attribute="meeting.situation")
    strengths = fields.String(attribute="meeting.strengths")
    child_words = fields.String(attribute="meeting.child_words")
    own_words = fields.List(fields.Nested(OwnWordsPart), attribute="guardians_own_words")
    guardians_words = fields.String(attribute="meeting.guardians_words")
    questions = fields.String(attribute="meeting.questions")
    ratings = fields.Nested(RatingsPart, attribute="meeting.ratings")
    #: None unless the guardians chose that the colours stand on papers
    colours = fields.Nested(ColoursPart, metadata={"optional": True})
    outcome = fields.String(attribute="meeting.outcome")
    decisions = fields.List(fields.Nested(DecisionPart), attribute="meeting.decisions")
    dissent = fields.String(attribute="meeting.dissent")
    next_meeting_on = fields.Date(attribute="meeting.next_meeting_on")
    minutes_by = fields.String(attribute="meeting.minutes_by.name")
    approved_at = fields.AwareDateTime(attribute="meeting.approved_at")
    approved_by = fields.String(attribute="meeting.approved_by.name")

    @post_dump(pass_original=True)
    def withhold(self, data: dict[str, Any], source: PaperSource, **_: Any) -> dict[str, Any]:
        """Take out the notes that are not for this reader, and from a guardian's copy the numbers: they stay in the house."""
        held = source.meeting
        for domain, rated in data["ratings"].items():
            if source.is_withheld(held, f"ratings-{domain}"):
                data["ratings"][domain] = None
                data["colours"] = {**data["colours"], domain: None} if data["colours"] else data["colours"]
            elif rated and source.recipient.guardian_id:
                rated["rating"] = None
        rows = getattr(held, "decisions", None) or ()
        data["decisions"] = [
            said | {"responsible": unless_protected(said["responsible"], source.guardians)}
            for row, said in zip(rows, data["decisions"], strict=True)
            if not source.is_withheld(held, f"decisions-{row.position}")
        ]
        left_out = {name for name in MEETING_TEXTS if source.is_withheld(held, name)}
        # Both say who said it, in that one's own words.
        told_by_name = {"guardians_words", "dissent"} if source.another_is_protected else set()
        return data | dict.fromkeys(left_out | told_by_name)


class ActionPlanDocument(Letter):
    """D7: goals, and who does what until when."""

    plan_version = fields.Integer(attribute="plan.version")
    status = fields.String(attribute="plan_status")
    valid_from = fields.Date(attribute="plan.valid_from")
    valid_to = fields.Date(attribute="plan.valid_to")
    background = fields.String(attribute="plan.background")
    child_voice = fields.String(attribute="plan.child_voice")
    own_words = fields.List(fields.Nested(OwnWordsPart), attribute="guardians_own_words")
    guardians_view = fields.String(attribute="plan.guardians_view")
    goals = fields.List(fields.Nested(GoalPart), attribute="shown_goals")
    series = fields.List(fields.Nested(SeriesPart), attribute="shown_series")
    lead = fields.Nested(PersonPart, attribute="plan.lead")
    guardians = fields.List(fields.Nested(GuardianPart), attribute="shown_guardians")
    follow_up_on = fields.Date(attribute="plan.follow_up_on")
    follow_up_by = fields.Nested(PersonPart, attribute="plan.follow_up_by")
    evaluation_on = fields.Date(attribute="plan.evaluation_on")
    evaluation_by = fields.Nested(PersonPart, attribute="plan.evaluation_by")
    if_worse = fields.String(attribute="plan.if_worse")
    approved_at = fields.AwareDateTime(attribute="plan.approved_at")
    approved_by = fields.Nested(PersonPart, attribute="plan.approved_by")

    @post_dump(pass_original=True)
    def withhold(self, data: dict[str, Any], source: PaperSource, **_: Any) -> dict[str, Any]:
        """Take out the notes that are not for this reader."""
        return data | {name: None for name in PLAN_TEXTS if source.is_withheld(source.plan, name)}


class FollowUpDocument(Letter):
    """D8: was it done, did it help, and what now."""

    held_on = fields.Date(attribute="follow_up.held_on")
    plan_version = fields.Integer(attribute="follow_up.plan.version")
    goals = fields.List(fields.Nested(GoalResultPart), attribute="shown_goal_results")
    series = fields.List(fields.Nested(SeriesPart), attribute="shown_series")
    actions = fields.List(fields.Nested(ActionResultPart), attribute="shown_action_results")
    child_view = fields.String(attribute="follow_up.child_view")
    child_declined = fields.Boolean(attribute="follow_up.child_declined")
    guardian_views = fields.List(fields.Nested(GuardianViewPart))
    learned = fields.String(attribute="follow_up.learned")
    decision = fields.String(attribute="follow_up.decision")
    decision_reason = fields.String(attribute="follow_up.decision_reason")
    next_follow_up_on = fields.Date(attribute="follow_up.next_follow_up_on")
    recorded_by = fields.String(attribute="follow_up.by.name")

    @post_dump(pass_original=True)
    def withhold(self, data: dict[str, Any], source: PaperSource, **_: Any) -> dict[str, Any]:
        """Take out the notes that are not for this reader."""
        held = source.follow_up
        for row, said in zip(source.shown_goal_results, data["goals"], strict=True):
            if source.is_withheld(held, f"goal_results-{row.goal_id}"):
                said["note"] = None
        for row, said in zip(source.shown_action_results, data["actions"], strict=True):
            if source.is_withheld(held, f"action_results-{row.action_id}"):
                said["note"] = None
        return data | {name: None for name in FOLLOW_UP_TEXTS if source.is_withheld(held, name)}


class ClosingDocument(Letter):
    """D13: what came of it, and how to come back."""

    outcomes = fields.List(fields.Nested(GoalResultPart), attribute="shown_outcomes")
    actions = fields.List(fields.Nested(ActionPart), attribute="running_actions")
    reason = fields.String(attribute="closure.reason")
    summary = fields.String(attribute="closure.summary")
    if_needed_again = fields.String(attribute="closure.if_needed_again")
    closed_at = fields.AwareDateTime(attribute="closure.closed_at")
    closed_by = fields.Nested(PersonPart, attribute="closure.by")
    statutory = fields.Nested(StatutoryPart, metadata={"optional": True})
    retention = fields.String()

    @post_dump(pass_original=True)
    def withhold(self, data: dict[str, Any], source: PaperSource, **_: Any) -> dict[str, Any]:
        """Take out the notes that are not for this reader."""
        for row, said in zip(source.shown_outcomes, data["outcomes"], strict=True):
            if source.is_withheld(source.closure, f"outcomes-{row.goal_id}"):
                said["note"] = None
        return data | {name: None for name in CLOSING_TEXTS if source.is_withheld(source.closure, name)}
