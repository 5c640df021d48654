"""The form of the weekly look at the access log: an answer to each visit."""

from marshmallow import fields

from referrals.vocabulary import VisitAnswer
from schemas.fields import N_, FormSchema, IdField, LongText, TermField

SAY_WHAT = N_("Write what you want to ask about.")


class VisitForm(FormSchema):
    """The answer to one visit; no answer yet where nothing is chosen."""

    visit_id = IdField(needed=SAY_WHAT)
    answer = TermField(VisitAnswer)
    note = LongText()


class LogSampleForm(FormSchema):
    """All visits of one sample."""

    visits = fields.List(fields.Nested(VisitForm), load_default=list)
