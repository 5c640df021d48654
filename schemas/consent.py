"""The shapes of what a coordinator records about guardians: who they are, what they were told, what they answered."""

from typing import Any

from marshmallow import ValidationError, validates_schema
from marshmallow.validate import OneOf

from referrals.languages import LANGUAGES, SPOKEN
from referrals.models import CONSENT
from referrals.vocabulary import (
    ConsentAnswer,
    ConsentForm,
    Custody,
    InformationCategory,
    NoticeMethod,
    Recipient,
    Review,
)
from schemas.fields import (
    CHOOSE_ONE,
    CHOOSE_SOME,
    GIVE_DATE,
    N_,
    DateField,
    EmailText,
    FormSchema,
    IdList,
    LongText,
    PersonName,
    PhoneText,
    ShortText,
    TermField,
    TermList,
    Tick,
)

#: the languages a guardian may read
_READ = (*LANGUAGES, *SPOKEN)


class GuardianForm(FormSchema):
    """Who a guardian is, and how they can be reached."""

    name = PersonName(needed=N_("Write the guardian's name."))
    custody = TermField(Custody, needed=N_("Choose which part they have in custody."))
    phone = PhoneText(load_default="")
    email = EmailText(load_default="")
    address = LongText(load_default="")
    language = ShortText(needed=N_("Choose a language."), validate=OneOf(_READ, error=CHOOSE_ONE))
    interpreter = ShortText(load_default="")
    may_contact = Tick()
    has_protected_identity = Tick()


class NoticeForm(FormSchema):
    """That a guardian was told, or why not."""

    method = TermField(NoticeMethod, needed=N_("Choose how they were told."))
    told_on = DateField(is_past=True, years_back=2)
    language = ShortText(load_default="", validate=OneOf(["", *_READ], error=CHOOSE_ONE))
    told_by = ShortText(load_default="")
    told_what = LongText(load_default="")
    why_not = LongText(load_default="")

    @validates_schema
    def _need_the_day_or_the_reason(self, data: dict[str, Any], **_options: Any) -> None:
        if data["method"] is NoticeMethod.NOT_TOLD:
            if not data["why_not"]:
                raise ValidationError(N_("Write why they have not been told."), "why_not")
        elif data["told_on"] is None:
            raise ValidationError(N_("Give the day on which they were told."), "told_on")


class AnswerForm(FormSchema):
    """What a guardian answered when asked for consent, and how far it reaches."""

    answer = TermField(ConsentAnswer, needed=N_("Choose what the answer was."))
    form = TermField(ConsentForm, needed=CHOOSE_ONE)
    categories = TermList(InformationCategory)
    recipients = TermList(Recipient)
    purpose = LongText(load_default="")
    from_on = DateField(years_back=2)
    until_on = DateField(years_back=2, years_ahead=5)

    @validates_schema
    def _need_a_scope_where_something_is_allowed(self, data: dict[str, Any], **_options: Any) -> None:
        if data["answer"] is ConsentAnswer.REFUSED:
            return
        needed = {
            "categories": CHOOSE_SOME,
            "recipients": CHOOSE_SOME,
            "purpose": N_("Write what the information is for."),
            "from_on": GIVE_DATE,
            "until_on": GIVE_DATE,
        }
        problems = {name: [sentence] for name, sentence in needed.items() if not data[name]}
        if not problems and data["until_on"] < data["from_on"]:
            problems["until_on"] = [N_("The last day cannot be before the first.")]
        if problems:
            raise ValidationError(problems)


class ShareForm(FormSchema):
    """What goes to a service, to whom there, what for, and on which ground."""

    chosen = IdList(needed=N_("Choose what is to be shared."))
    to_whom = ShortText(needed=N_("Write who gets it there, by name or function."))
    purpose = LongText(needed=N_("Write what the information is for."))
    ground = ShortText(needed=N_("Choose on which ground it is shared."))
    reason = LongText(load_default="")
    told_on = DateField(is_past=True, years_back=2)
    why_not_told = LongText(load_default="")

    @validates_schema
    def _need_more_without_consent(self, data: dict[str, Any], **_options: Any) -> None:
        if data["ground"] == CONSENT:
            return
        problems = {}
        if not data["reason"]:
            problems["reason"] = [N_("Write why it is shared without consent.")]
        if data["told_on"] is None and not data["why_not_told"]:
            problems["told_on"] = [N_("Give the day on which guardians were told, or write below why not yet.")]
        if problems:
            raise ValidationError(problems)


class ToldForm(FormSchema):
    """When guardians were told of what was shared."""

    told_on = DateField(needed=GIVE_DATE, is_past=True, years_back=2)


class ReviewForm(FormSchema):
    """What somebody decided who reviewed what was shared without consent, and why."""

    outcome = TermField(Review, needed=CHOOSE_ONE)
    reason = LongText(needed=N_("Write the reason for your decision."))


class ReasonForm(FormSchema):
    """A reason that may be given, such as why a consent was withdrawn."""

    reason = LongText(load_default="")
