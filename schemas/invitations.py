"""The form with which somebody from outside is invited."""

from schemas.fields import CHOOSE_ONE, GIVE_DATE, DateField, FormSchema, IdField


class InvitationForm(FormSchema):
    """Who is invited, and until which day."""

    account_id = IdField(needed=CHOOSE_ONE)
    last_on = DateField(needed=GIVE_DATE, is_ahead=True, years_ahead=1)
