"""What the public form asks: one form for each of its pages, and the whole as the core takes it."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Any, ClassVar

from marshmallow import ValidationError, validates_schema
from marshmallow import fields as kinds

from referrals.vocabulary import (
    ConflictAnswer,
    GuardiansKnow,
    Profession,
    ProtectionAnswer,
    ReporterKind,
    SchoolYear,
    Topic,
)
from schemas.fields import (
    N_,
    DateField,
    EmailText,
    FormSchema,
    LongText,
    PersonName,
    PhoneText,
    ShortText,
    TermField,
    TermList,
    Tick,
)


class Door(StrEnum):
    """By which door somebody comes in; only questions that fit are asked."""

    STAFF = "staff"
    GUARDIAN = "guardian"
    PUPIL = "pupil"


#: who reports where the door says it already
KIND_BY_DOOR = {Door.GUARDIAN: ReporterKind.GUARDIAN, Door.PUPIL: ReporterKind.PUPIL}
#: whom the door for those who work with children is for
STAFF_KINDS = (ReporterKind.TEACHER, ReporterKind.OTHER_STAFF, ReporterKind.LEISURE, ReporterKind.HEALTH_CARE)

#: questions that can be answered "don't know yet" by a tick
CAN_BE_UNKNOWN = (
    "child_group", "child_birth_date", "observed_when", "observed_where", "duration", "topics", "strengths", "child_voice", "guardians_view",
    "tried", "tried_result", "wished_help", "urgency",
)  # fmt: skip

_WHICH_UNIT = N_("Choose which school or unit it is about.")
_WHO_ARE_YOU = N_("Write your name, so that the team knows who is telling.")
_WHICH_CHILD = N_("Write the child's name.")
_WHAT_SEEN = N_("Write what you have seen or heard. A few lines are enough.")
_FEAR = N_("Answer whether you fear that the child is being harmed.")
_DO_GUARDIANS_KNOW = N_("Answer whether the guardians know.")
_WHY_NOT = N_("Write why they do not know. One line is enough.")


class _PageForm(FormSchema):
    """A page of the public form. What is ticked under `not_known` is answered by "don't know yet"."""

    not_known = kinds.List(ShortText(required=True), load_default=list)


class DangerForm(_PageForm):
    """Is the child in danger?"""

    protection = TermField(ProtectionAnswer, needed=_FEAR)


class PupilDangerForm(_PageForm):
    """Are you in danger?"""

    protection = TermField(ProtectionAnswer, needed=N_("Answer whether somebody hurts you."))


class StaffYouForm(_PageForm):
    """Who tells, for those who work with children."""

    unit = ShortText(needed=_WHICH_UNIT)
    reporter_kind = TermField(ReporterKind, needed=N_("Choose what you are in relation to the child."))
    reporter_name = PersonName(needed=_WHO_ARE_YOU)
    reporter_function = ShortText()
    reporter_phone = PhoneText()
    reporter_email = EmailText()

    @validates_schema(skip_on_field_errors=False)
    def _works_with_children(self, data: Mapping[str, Any], **_: Any) -> None:
        if data.get("reporter_kind", STAFF_KINDS[0]) not in STAFF_KINDS:
            raise ValidationError(N_("Choose what you are in relation to the child."), "reporter_kind")


def _need_a_name(data: Mapping[str, Any], needed: str) -> None:
    """A child with a protected identity need not be named here: the coordinator asks."""
    is_left_out = not data.get("child_name", needed)  # a name that is refused is not there at all
    if is_left_out and not data.get("has_protected_identity"):
        raise ValidationError(needed, "child_name")


class GuardianYouForm(_PageForm):
    """Who tells, for guardians."""

    unit = ShortText(needed=_WHICH_UNIT)
    reporter_name = PersonName(needed=_WHO_ARE_YOU)
    reporter_phone = PhoneText()
    reporter_email = EmailText()


class ChildForm(_PageForm):
    """Whom it is about."""

    has_protected_identity = Tick()
    child_name = PersonName()
    child_group = ShortText()
    school_year = TermField(SchoolYear)
    child_birth_date = DateField(is_past=True, years_back=25)

    @validates_schema(skip_on_field_errors=False)
    def _names_the_child(self, data: Mapping[str, Any], **_: Any) -> None:
        _need_a_name(data, _WHICH_CHILD)


class ObservationsForm(_PageForm):
    """What was seen."""

    observations = LongText(needed=_WHAT_SEEN)
    observed_when = ShortText()
    observed_where = ShortText()
    duration = ShortText()
    topics = TermList(Topic)


class _GuardiansKnowForm(_PageForm):
    """Whether guardians know, and why where they do not."""

    guardians_know = TermField(GuardiansKnow, needed=_DO_GUARDIANS_KNOW)
    guardians_know_reason = ShortText()
    #: whether it must be said why they do not know: who works with children gives a reason, a child need not
    needs_reason: ClassVar[bool] = True

    @validates_schema(skip_on_field_errors=False)
    def _says_why_not(self, data: Mapping[str, Any], **_: Any) -> None:
        if data.get("guardians_know") is GuardiansKnow.WROTE_IT:  # nobody is offered this answer
            raise ValidationError(_DO_GUARDIANS_KNOW, "guardians_know")
        is_unknown_to_them = data.get("guardians_know") in {GuardiansKnow.NOT_YET, GuardiansKnow.NOT_SUITABLE}
        if self.needs_reason and is_unknown_to_them and not data.get("guardians_know_reason"):
            raise ValidationError(_WHY_NOT, "guardians_know_reason")


class VoicesForm(_GuardiansKnowForm):
    """The child's words, the guardians' view and what works, for those who work with children."""

    child_voice = LongText()
    strengths = LongText()
    guardians_view = LongText()


class GuardianVoicesForm(_PageForm):
    """The child's words and what works, for guardians, who are not asked what guardians say."""

    child_voice = LongText()
    strengths = LongText()


class _ConflictForm(_PageForm):
    """Whether somebody in the forum stands too close."""

    conflict = TermField(ConflictAnswer)
    conflict_functions = TermList(Profession)
    conflict_text = ShortText()


class TriedForm(_ConflictForm):
    """What has been tried, and what is wished for."""

    tried = LongText()
    tried_result = LongText()
    wished_help = LongText()
    urgency = ShortText()


class PupilYouForm(_PageForm):
    """Who tells, for pupils, who write about themselves."""

    unit = ShortText(needed=N_("Choose which school you go to."))
    has_protected_identity = Tick()
    child_name = PersonName()
    child_group = ShortText()
    school_year = TermField(SchoolYear)
    reporter_phone = PhoneText()

    @validates_schema(skip_on_field_errors=False)
    def _names_oneself(self, data: Mapping[str, Any], **_: Any) -> None:
        _need_a_name(data, N_("Write your name."))


class PupilTellForm(_ConflictForm, _GuardiansKnowForm):
    """What it is about, for pupils."""

    observations = LongText(needed=N_("Write what it is about. A few lines are enough."))
    topics = TermList(Topic)
    strengths = LongText()
    wished_help = LongText()
    guardians_know = TermField(GuardiansKnow, needed=N_("Answer whether the adults at home know."))
    needs_reason = False


@dataclass(frozen=True)
class Page:
    """One page of the form: its word in the address, and what it asks."""

    name: str
    schema: type[FormSchema]

    @cached_property
    def reader(self) -> FormSchema:
        """What reads the page, made once for all requests: it keeps nothing of what it reads."""
        return self.schema()


_DANGER = Page("danger", DangerForm)
_CHECK = Page("check", FormSchema)

#: the pages behind each door, in their order
PAGES: dict[Door, tuple[Page, ...]] = {
    Door.STAFF: (
        _DANGER, Page("you", StaffYouForm), Page("child", ChildForm), Page("observations", ObservationsForm), Page("voices", VoicesForm),
        Page("tried", TriedForm), _CHECK,
    ),
    Door.GUARDIAN: (
        _DANGER, Page("you", GuardianYouForm), Page("child", ChildForm), Page("observations", ObservationsForm),
        Page("voices", GuardianVoicesForm), Page("tried", TriedForm), _CHECK,
    ),
    Door.PUPIL: (Page("danger", PupilDangerForm), Page("you", PupilYouForm), Page("tell", PupilTellForm), _CHECK),
}  # fmt: skip


#: the pages on which what was seen is told: files that show it can be chosen there
TAKE_FILES = frozenset({"observations", "tell"})


def page_named(door: Door, name: str) -> Page | None:
    """The page `name` behind `door`; None where that door has no such page."""
    return next((page for page in PAGES[door] if page.name == name), None)


def fields_of(page: Page) -> tuple[str, ...]:
    """The names of what a page asks, in its order."""
    return tuple(page.reader.load_fields)


def asked_of(kind: ReporterKind) -> frozenset[str]:
    """The names of everything a reporter of this kind was asked: what they were not asked is not missing."""
    door = next((door for door, its_kind in KIND_BY_DOOR.items() if its_kind is kind), Door.STAFF)
    return frozenset(name for page in PAGES[door] for name in fields_of(page))


def load_concern(door: Door, answers: Mapping[str, Any]) -> dict[str, Any]:
    """All answers, page by page, as `submit_concern` takes them, with the unit's slug under `unit`.

    Raises ValidationError with a sentence for each field that must be mended.
    """
    loaded: dict[str, Any] = {}
    wrong: dict[str, Any] = {}
    for page in PAGES[door]:
        # Blank answers count as not there, as they do when a single page is sent.
        given = {name: answer for name, answer in answers.items() if answer not in ("", [])}
        try:
            loaded |= page.reader.load(given)
        except ValidationError as refused:
            wrong.update(refused.messages_dict)
    is_reachable = loaded.get("reporter_phone") or loaded.get("reporter_email") or door is Door.PUPIL
    if loaded.get("has_protected_identity") and not loaded.get("child_name") and not is_reachable:
        wrong["reporter_phone"] = [N_("Write a number or an e-mail address, so that the coordinator can contact you.")]
    if wrong:
        raise ValidationError(wrong)
    loaded["child_name"] = loaded.get("child_name") or ""
    loaded.pop("not_known", None)
    if door in KIND_BY_DOOR:
        loaded["reporter_kind"] = KIND_BY_DOOR[door]
    if door is Door.PUPIL:
        loaded["reporter_name"] = loaded["child_name"]
    if door is Door.GUARDIAN:
        loaded["guardians_know"] = GuardiansKnow.WROTE_IT
    return {name: tuple(value) if isinstance(value, list) else value for name, value in loaded.items()}


class CodeForm(FormSchema):
    """The code that takes a draft up again."""

    code = ShortText(needed=N_("Write the code you were shown."))


class ReturnForm(FormSchema):
    """How a reporter comes back."""

    number = ShortText(needed=N_("Write the reference number."))
    code = ShortText(needed=N_("Write the return code."))


class AdditionForm(FormSchema):
    """What a reporter writes later."""

    text = LongText(needed=N_("Write what you want to add."))


class CompletionForm(FormSchema):
    """The answer to a question about the concern."""

    text = LongText(needed=N_("Write your answer."))


class WithdrawalForm(FormSchema):
    """Taking a concern back."""

    reason = ShortText()
    is_sure = Tick()

    @validates_schema
    def _is_meant(self, data: Mapping[str, Any], **_: Any) -> None:
        if not data.get("is_sure"):
            raise ValidationError(N_("Tick that you want to take the concern back."), "is_sure")
