"""Texts about nobody: what the check for identities found in a form, marked at its fields for the eyes of its writer only."""

from referrals import identity_check
from referrals.identity_check import Checker, Found
from referrals.vocabulary import Trace
from webapp.forms import Form
from webapp.language import gettext

#: of what was found in one field so much is said at once
_SAID_AT_ONCE = 5


def mark(form: Form, checker: Checker, *names: str) -> list[tuple[str, str]]:
    """Mark the fields that tell who it is about; what of it their writer can say is a word only, each once."""
    doubts: dict[str, str] = {}
    for name in names:
        found = checker.look(form.value(name))
        doubts |= {one.key: gettext("“%(words)s”", words=one.words) for one in found if one.trace.can_be_answered}
        left = {one.key: one for one in identity_check.unanswered(found, form.values("answered"))}
        for one in [*left.values()][:_SAID_AT_ONCE]:
            form.refuse(name, _said(one))
    return [*doubts.items()]


def _said(one: Found) -> str:
    looks = gettext("“%(words)s” looks like %(what)s.", words=one.words, what=gettext(one.trace.label))
    if one.trace is Trace.IDENTITY_NUMBER:
        return f"{looks} {gettext('No such number can stand here. A telephone number can look like one: leave it out too.')}"
    if one.trace is Trace.REFERENCE_NUMBER:
        return f"{looks} {gettext('Whoever may open that referral reads there who it is about: leave it out.')}"
    return f"{looks} {gettext('Write it without, or say below that it is only a word.')}"
