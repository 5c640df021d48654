"""The pieces that several papers share: people, guardians, goals, actions, and the rule that every key is always there."""

from typing import Any

from marshmallow import Schema, fields, post_dump

from referrals.vocabulary import Compartment


class PaperSchema(Schema):
    """A schema whose dump always has every key: what was not stated is None, [] or {}."""

    @post_dump
    def fill(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        """Give every key that the source left out a value a template can ask about."""
        for name, declared in self.fields.items():
            if data.get(name) is None:
                data[name] = _blank(declared)
        return data


def _blank(declared: fields.Field[Any]) -> Any:
    if isinstance(declared, fields.List) or (isinstance(declared, fields.Nested) and declared.many):
        return []
    if isinstance(declared, fields.Dict):
        return {}
    if isinstance(declared, fields.Nested) and not declared.metadata.get("optional"):
        return declared.schema.dump({})
    return None


class RecipientPart(PaperSchema):
    """Whom the paper is for."""

    capacity = fields.String()
    name = fields.String()
    reads = fields.String()


class ContactPart(PaperSchema):
    """Whom the reader can call."""

    name = fields.String()
    function = fields.String()
    phone = fields.String()
    email = fields.String()


class PersonPart(PaperSchema):
    """A member of staff by name and profession."""

    name = fields.String()
    function = fields.String(attribute="profession")


class ParticipantPart(PersonPart):
    """Somebody who takes part, and whether that needs the guardians' consent."""

    needs_consent = fields.Boolean()


class ReporterPart(PaperSchema):
    """Who sent in the concern. A guardian's copy leaves out how to reach them."""

    kind = fields.String(attribute="reporter_kind")
    name = fields.String(attribute="reporter_name")
    function = fields.String(attribute="reporter_function")
    phone = fields.String(attribute="reporter_phone")
    email = fields.String(attribute="reporter_email")


class AdditionPart(PaperSchema):
    """What the reporter wrote later."""

    kind = fields.String()
    at = fields.AwareDateTime()
    text = fields.String()


class TriagePart(PaperSchema):
    """How the initial assessment ended."""

    verb = fields.String()
    choice = fields.String()
    reason = fields.String()
    at = fields.AwareDateTime()
    by = fields.Nested(PersonPart)


class StatutoryPart(PaperSchema):
    """The statutory track in which a concern goes on, where the decision itself is kept, and when the guardians were told."""

    name = fields.String()
    source = fields.String()
    kept_in = fields.String()
    decided_on = fields.Date()
    guardians_told_on = fields.Date()


class NoticePart(PaperSchema):
    """That a guardian was told, or why not."""

    method = fields.String()
    told_on = fields.Date()
    told_what = fields.String()
    why_not = fields.String()


class ConsentPart(PaperSchema):
    """What a guardian answered last, and where that stands on the day of issue."""

    state = fields.String()
    answer = fields.String()
    form = fields.String()
    categories = fields.List(fields.String())
    recipients = fields.List(fields.String())
    purpose = fields.String()
    from_on = fields.Date()
    until_on = fields.Date()
    withdrawn_at = fields.AwareDateTime()


class GuardianPart(PaperSchema):
    """A guardian as a paper may show them: without the name where their identity is protected."""

    name = fields.Method("get_name")
    protected = fields.Boolean(attribute="row.has_protected_identity")
    custody = fields.String(attribute="row.custody")
    language = fields.String(attribute="row.language")
    interpreter = fields.String(attribute="row.interpreter")
    notice = fields.Nested(NoticePart)
    consent = fields.Nested(ConsentPart)

    def get_name(self, guardian: Any) -> str | None:
        """The name, unless it is protected."""
        name: str | None = guardian.row.name
        return None if guardian.row.has_protected_identity else name


class AssessmentPartPart(PaperSchema):
    """One person's part. Behind a wall of secrecy only its conclusion is printed."""

    name = fields.String(attribute="row.assessor.name")
    profession = fields.String(attribute="row.assessor.profession")
    is_walled = fields.Method("get_is_walled")
    levels = fields.List(fields.String(), attribute="row.levels")
    arenas = fields.List(fields.String(), attribute="row.arenas")
    due_on = fields.Date(attribute="row.due_on")
    received_at = fields.AwareDateTime()
    is_late = fields.Method("get_is_late")
    findings = fields.Dict(keys=fields.String(), values=fields.String(), attribute="row.findings")
    protective_factors = fields.String(attribute="row.protective_factors")
    risk_factors = fields.String(attribute="row.risk_factors")
    child_voice = fields.String(attribute="row.child_voice")
    conclusion = fields.String(attribute="row.conclusion")
    sources = fields.String(attribute="row.sources")

    def get_is_walled(self, part: Any) -> bool:
        """Whether it stands behind a wall: anything but pedagogical."""
        return bool(part.row.compartment != Compartment.PEDAGOGICAL)

    def get_is_late(self, part: Any) -> bool:
        """Whether it came in after its day."""
        return part.received_at is not None and part.received_at.date() > part.row.due_on

    @post_dump
    def keep_the_wall(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        """Take out of a walled part, and of one not handed in yet, everything that is not for this paper."""
        if data["is_walled"] or not data.get("received_at"):
            data.update(findings={}, protective_factors=None, risk_factors=None, child_voice=None, sources=None)
        if not data.get("received_at"):
            data.update(conclusion=None)
        return data


class AttendancePart(PaperSchema):
    """Somebody called to the meeting, and whether they were there."""

    name = fields.String()
    function = fields.String()
    attendance = fields.String()


class RatingPart(PaperSchema):
    """How the team sees one domain, from 1 to 5."""

    rating = fields.Integer()
    note = fields.String()


class RatingsPart(PaperSchema):
    """The three domains."""

    health = fields.Nested(RatingPart)
    safety = fields.Nested(RatingPart)
    learning = fields.Nested(RatingPart)


class ColoursPart(PaperSchema):
    """The three domains by colour, as the team agreed on them."""

    health = fields.String()
    safety = fields.String()
    learning = fields.String()


class DecisionPart(PaperSchema):
    """A decision of a meeting; `kind` is there where somebody outside the team has to act."""

    kind = fields.String(attribute="kind.value")
    text = fields.String()
    responsible = fields.String()
    due_on = fields.Date()


class ActionPart(PaperSchema):
    """One action: what, how, who, when, how often, and how it stands."""

    text = fields.String()
    how = fields.String()
    who = fields.Method("get_who")
    arena = fields.String()
    from_on = fields.Date()
    to_on = fields.Date()
    times_a_week = fields.Integer()
    status = fields.String()
    status_reason = fields.String()
    handed_to = fields.String()

    def get_who(self, action: Any) -> str | None:
        """Who does it: the name written for it, else the account that answers for it."""
        written: str | None = action.owner_name or getattr(action.owner, "name", None)
        return written


class GoalPart(PaperSchema):
    """One goal with its actions."""

    text = fields.String()
    plain = fields.String()
    domain = fields.String()
    level = fields.String()
    baseline = fields.String()
    target = fields.String()
    actions = fields.List(fields.Nested(ActionPart))


class PointPart(PaperSchema):
    """One week and its number; None where nobody gave one."""

    week_on = fields.Date()
    week = fields.Integer()
    value = fields.Float()


class SeriesPart(PaperSchema):
    """Numbers by week of one goal, or of days away where it is about none."""

    goal = fields.String(attribute="goal.text")
    counted = fields.String()
    points = fields.List(fields.Nested(PointPart))


class GoalResultPart(PaperSchema):
    """How one goal stands, at a follow-up or at the end."""

    text = fields.String(attribute="goal.text")
    baseline = fields.String(attribute="goal.baseline")
    target = fields.String(attribute="goal.target")
    result = fields.String()
    note = fields.String()


class ActionResultPart(PaperSchema):
    """Whether one action was done, and whether it helped."""

    text = fields.String(attribute="action.text")
    who = fields.Method("get_who")
    times_done = fields.Integer()
    times_planned = fields.Integer()
    helped = fields.String()
    loss_cause = fields.String()
    note = fields.String()

    def get_who(self, result: Any) -> str | None:
        """Who was to do it."""
        return ActionPart().get_who(result.action)


class OwnWordsPart(PaperSchema):
    """What a guardian wrote themselves on their own page."""

    name = fields.String()
    text = fields.String()


class StrengthsPart(PaperSchema):
    """The child's strengths as somebody wrote them, whose words these are, and of which day."""

    text = fields.String()
    at = fields.AwareDateTime()
    are_the_teams = fields.Boolean()


class GuardianViewPart(PaperSchema):
    """What a guardian said at a follow-up, or that they did not want to answer."""

    name = fields.String()
    protected = fields.Boolean()
    view = fields.String()
    declined = fields.Boolean()
