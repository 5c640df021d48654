"""The shape of what is decided about a protected identity and about who may see the referral then."""

from schemas.fields import N_, FormSchema, IdField, LongText, ShortText, Tick

CHOOSE_WHOM = N_("Choose whose identity it is.")
_WHY = N_("Write why.")


class ProtectedIdentityForm(FormSchema):
    """Whose identity is protected, how strictly, and how one knows."""

    about = ShortText(needed=CHOOSE_WHOM)
    level = ShortText(needed=N_("Choose the level."))
    reason = LongText(needed=_WHY)


class LiftProtectionForm(FormSchema):
    """Whose identity is protected no more, and why."""

    about = ShortText(needed=CHOOSE_WHOM)
    reason = LongText(needed=_WHY)


class AddToListForm(FormSchema):
    """Who comes on the access list, and why they need to."""

    account_id = IdField(needed=N_("Choose who needs to see it."))
    why = LongText(needed=N_("Write why they need to see it."))


class KeepOutsideForm(FormSchema):
    """That everything is on paper before it is destroyed here."""

    is_on_paper = Tick()


class TakeOffListForm(FormSchema):
    """Why somebody leaves the access list."""

    reason = LongText(needed=_WHY)
