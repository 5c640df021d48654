"""Searching for the referrals about a child."""

from schemas.fields import N_, FormSchema, ShortText


class ChildForm(FormSchema):
    """The child's whole name, as it stands in the concern."""

    child_name = ShortText(needed=N_("Write the child's whole name."))
