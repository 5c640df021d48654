"""The shape of whom a running investigation is given to."""

from schemas.fields import N_, FormSchema, IdField


class GiveOnForm(FormSchema):
    """Who carries the investigation on."""

    carried_on_by = IdField(needed=N_("Choose who carries out the investigation."))
