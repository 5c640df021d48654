"""A few pages that exist in tests only: one of each kind of guard, one of each kind of error, and every component on one page."""

from pathlib import Path

from flask import Blueprint, Flask, abort, redirect
from jinja2 import ChoiceLoader, FileSystemLoader
from marshmallow import Schema, ValidationError, fields, validate, validates_schema
from sqlalchemy.exc import OperationalError

from referrals import clock, errors
from referrals.access import Role
from referrals.models import Referral
from referrals.stages import Verb
from webapp import forms, notices, transactions
from webapp.guards import for_referral, public, signed_in
from webapp.pages import page

blueprint = Blueprint("gallery", __name__, url_prefix="/gallery")
FILL_IN = {"required": "Fill this in."}


class GoalRow(Schema):
    domain = fields.String(required=True, error_messages=FILL_IN)
    target = fields.String(load_default=None)


class Child(Schema):
    name = fields.String(required=True, error_messages=FILL_IN)


class Everything(Schema):
    name = fields.String(required=True, error_messages=FILL_IN)
    seen = fields.String(required=True, error_messages=FILL_IN, validate=validate.Length(max=20_000, error="Too long."))
    since = fields.Date(load_default=None)
    protection = fields.String(required=True, error_messages={"required": "Choose one of the answers."})
    topics = fields.List(fields.String(validate=validate.OneOf(["attendance", "peers"])), load_default=list)
    unit = fields.String(load_default=None)
    agrees = fields.Boolean(load_default=False)
    child = fields.Nested(Child, load_default=None)
    goals = fields.List(fields.Nested(GoalRow), load_default=list)

    @validates_schema
    def _not_both(self, data, **_):
        if data.get("name") == data.get("seen"):
            raise ValidationError("The two say the same.")


@blueprint.get("/everything")
@public
def everything():
    return show(forms.shown({"since": "2026-03-04", "goals": [{"domain": "health"}]}))


@blueprint.post("/everything")
@public
def send_everything():
    form = forms.submitted()
    if form.load(Everything()) is None:
        return show(form, 422)
    notices.say_next("It was saved.")
    return redirect("/gallery/everything", 303)


@blueprint.get("/everything/wrong")
@public
def everything_wrong():
    form = forms.Form(forms.flatten({"seen": "Something"}))
    form.load(Everything())
    return show(form, 422)


def show(form, status=200):
    notices.say(notices.Notice("This is how it stands now.", "Sanna was first, at 14:32", "warning"))
    now = clock.now()
    entries = [
        {"at": now, "what": "Sent to assessment", "who": "Karin Almkvist", "note": "Two parts were asked for."},
        {"at": now, "what": "Concern received"},
    ]
    rows = [
        {"key": "Name", "value": "Mila Testsson", "url": "/gallery/everything", "what": "name"},
        {"key": "School year", "value": None},
    ]
    return page(
        "gallery.html",
        status,
        form=form,
        entries=entries,
        rows=rows,
        pages=lambda number: f"/gallery/everything?page={number}",
    )


@blueprint.get("/for-administrators")
@signed_in(Role.ADMINISTRATOR)
def for_administrators():
    return page("small.html", form=forms.shown(), title="Administration")


@blueprint.get("/referrals/<reference:number>/note")
@for_referral(Verb.ASSIGN_OWNER)
def note(referral: Referral):
    return page("small.html", form=forms.shown({"text": referral.child_group}), title=f"Note on {referral.number}")


@blueprint.post("/referrals/<reference:number>/note")
@for_referral(Verb.ASSIGN_OWNER)
def write_note(referral: Referral):
    form = forms.submitted()
    referral.child_group = form.value("text")
    transactions.session().flush()
    if error := ERRORS.get(form.value("text")):
        raise error
    return redirect(f"/gallery/referrals/{referral.number}/note", 303)


@blueprint.get("/referrals/<reference:number>")
@for_referral()
def look(referral: Referral):
    return page("small.html", form=forms.shown(), title=f"Referral {referral.number}")


@blueprint.post("/referrals/<reference:number>/elsewhere")
@for_referral(Verb.ASSIGN_OWNER)
def elsewhere(referral: Referral):
    raise errors.PartsMissing


@blueprint.get("/broken")
@public
def broken():
    raise ZeroDivisionError("Mila Testsson")


@blueprint.get("/busy")
@public
def busy():
    raise OperationalError("select", {}, Exception("locked"))


@blueprint.get("/error/<int:status>")
@public
def error(status: int):
    abort(status)


@blueprint.get("/unguarded")
def unguarded():
    return "nobody should read this"


@blueprint.get("/twice")
@public
@signed_in()
def twice():
    return "nobody should read this"


ERRORS = {
    "first": errors.AlreadyMoved("send_to_team", "Sanna Brolund", clock.machine_now()),
    "same author": errors.SameAuthor(),
    "busy": OperationalError("update", {}, Exception("locked")),
    "refused": errors.ReferralError("no"),
}


def add_to(app: Flask) -> None:
    """Give `app` these pages, and their templates beside this file."""
    app.jinja_loader = ChoiceLoader([app.jinja_loader, FileSystemLoader(Path(__file__).parent / "gallery")])
    app.register_blueprint(blueprint)
