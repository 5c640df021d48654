"""The shapes of what is decided about what a guardian does not read."""

from referrals.vocabulary import ChildsAnswer
from schemas.fields import CHOOSE_ONE, N_, FormSchema, IdField, LongText, ShortText, TermField

_NEEDS_PIECE = N_("Choose what it is about.")
_NEEDS_REASON = N_("Write the reason for your decision.")


class WithholdForm(FormSchema):
    """What is withheld from which guardian, on which ground and why."""

    piece = ShortText(needed=_NEEDS_PIECE)
    guardian_id = IdField(needed=N_("Choose from whom."))
    ground = ShortText(needed=CHOOSE_ONE)
    reason = LongText(needed=_NEEDS_REASON)


class ConfidedForm(FormSchema):
    """What the child said in confidence."""

    piece = ShortText(needed=_NEEDS_PIECE)


class LiftForm(FormSchema):
    """Why a guardian may read it again."""

    reason = LongText(needed=_NEEDS_REASON)


class ChildsAnswerForm(FormSchema):
    """What the child answered, and what was decided; a reason where the child does not agree."""

    answer = TermField(ChildsAnswer, needed=N_("Choose what the child answered."))
    reason = LongText(load_default="")
