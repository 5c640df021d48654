"""A form whose texts look medical: the fields are marked, and its writer rewords, keeps the text as an own note, or names a ground."""

import functools
from collections.abc import Callable
from typing import Any

from flask import Response, after_this_request, request
from flask.typing import ResponseReturnValue

from referrals import wording as rules
from referrals.models import Referral
from referrals.vocabulary import N_, WordingGround
from referrals.work import working_notes
from webapp import forms, kept, notices, people, transactions
from webapp.guards import ViewFunction
from webapp.language import gettext

#: the field with the ground, and the button that moves what is marked to the writer's own notes
GROUND, TO_NOTES = "wording_ground", "_to_notes"

CHOOSE_WAY = N_("Reword what is marked above, keep it as an own note, or say why it belongs here.")


def named_ground(form: forms.Form) -> WordingGround | None:
    """The ground that was named for what looks medical; None where none of ours was."""
    value = form.value(GROUND)
    return WordingGround(value) if value in set(WordingGround) else None


def stop(form: forms.Form) -> None:
    """Mark the fields of a form in which nothing medical may stand, on no ground."""
    for name, value in [*form.typed.items(multi=True)]:
        if found := rules.look(value):
            said = gettext(
                "“%(words)s” looks like %(what)s. That stays in your own records: write here only that there is something to add and whom to ask.",
                words=found[0].words,
                what=gettext(found[0].looks.label),
            )
            form.refuse(name, said)


def warn(form: forms.Form) -> None:
    """Mark the fields in which something looks medical, and ask for one of the ways on."""
    for name, value in [*form.typed.items(multi=True)]:
        if found := rules.look(value):
            said = gettext(
                "“%(words)s” looks like %(what)s. Does it belong in a text that others read?",
                words=found[0].words,
                what=gettext(found[0].looks.label),
            )
            form.refuse(name, said)
    form.refuse(GROUND, CHOOSE_WAY)


def offers_notes(view: ViewFunction) -> Callable[..., ResponseReturnValue]:
    """Let the form that `view` takes move what is marked to its writer's own notes where they press for that."""

    @functools.wraps(view)
    def first(referral: Referral, **arguments: Any) -> ResponseReturnValue:
        moved = _move_to_notes(forms.submitted(), referral) if TO_NOTES in request.form else None
        return view(referral, **arguments) if moved is None else moved

    return first


def _move_to_notes(form: forms.Form, referral: Referral) -> Response | None:
    """The form again, without what was marked. That is kept at once, and so is the rest, whatever happens next."""
    actor, left = people.actor(), form.typed.copy()
    moved = [value for value in form.typed.values() if rules.look(value)]
    for name, value in form.typed.items():
        if rules.look(value):
            left[name] = ""
    referral_id = referral.id
    transactions.turn_back()
    with transactions.writing() as session:
        found = session.get_one(Referral, referral_id)
        for text in moved:
            working_notes.add_to_note(session, found, by=actor, text=text)
    words = gettext(
        "What was marked stands in your working notes now, and no longer here. Write the rest and send it again."
    )
    again = kept.page_again(notices.Notice(words, gettext("Moved to your notes"), "info"), 422, left)
    after_this_request(lambda response: _save(left, response))
    return again


def _save(left: forms.Typed, response: Response) -> Response:
    kept.save(left)
    return response
