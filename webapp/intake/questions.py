"""The pages of questions: shown, saved while somebody types, and answered one by one."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from functools import wraps
from typing import Any, TypeVar, cast

from flask import Response, abort, g, make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from marshmallow import ValidationError
from marshmallow import fields as kinds
from sqlalchemy import select
from sqlalchemy.orm import Session

from referrals import drafts, intake, pace
from referrals.files import draft_files
from referrals.files.quarantine import Cleared
from referrals.models import Draft, Unit
from referrals.vocabulary import N_, ReporterKind, Topic
from schemas.intake import CAN_BE_UNKNOWN, PAGES, TAKE_FILES, Door, Page, fields_of, page_named
from webapp import forms, people, transactions, uploads
from webapp.accounts import paces
from webapp.guards import public
from webapp.intake import another, blueprint, browser, review
from webapp.language import gettext, language, time_of_day
from webapp.pages import page as template_page

View = TypeVar("View", bound=Callable[..., ResponseReturnValue])

#: the answer under which the questions of all pages are kept that nobody can answer yet
NOT_KNOWN = "not_known"
#: those among the staff who see a child elsewhere than at school, and have examples of their own
_HAVE_EXAMPLES = (ReporterKind.LEISURE, ReporterKind.HEALTH_CARE)
#: how often each page was sent, so that a save from while somebody typed cannot overtake it
TURNS = "turns"


@dataclass
class Writing:
    """The draft this browser writes, as its pages need it."""

    door: Door
    answers: dict[str, Any] = field(default_factory=dict)
    draft: Draft | None = None


def not_of_another(*, even_unmarked: bool = True) -> Callable[[View], View]:
    """Let nothing be done by a page that belongs to another draft than this browser's (`webapp/intake/another.py`)."""

    def refusing(view: View) -> View:
        @wraps(view)
        def answer(**arguments: str) -> ResponseReturnValue:
            if another.is_of_another(even_unmarked=even_unmarked):
                return _refused(arguments.get("name", ""))
            return view(**arguments)

        return cast("View", answer)

    return refusing


@blueprint.get("/concern/<string:name>")
@public
@not_of_another()
def show_page(name: str) -> ResponseReturnValue:
    """One page of questions, with what was answered before."""
    writing = current_writing()
    if writing is None:
        return lost()
    asked = _page_or_404(writing.door, name)
    form = forms.shown({key: writing.answers.get(key, "") for key in fields_of(asked)})
    return question_page(asked, writing, form=form)


@blueprint.get("/concern/paused")
@public
def paused() -> ResponseReturnValue:
    """The page with the code once more, in another language; the code comes from the page itself."""
    form = forms.shown()
    try:
        return _paused_page(form, date.fromisoformat(form.value("expires_on")))
    except ValueError:
        return lost()


@blueprint.post("/concern/<string:name>")
@uploads.takes_files
@public
@not_of_another()
def answer_page(name: str) -> ResponseReturnValue:
    """Keep what was answered, and go on when nothing is missing on this page."""
    form = forms.submitted()
    asked, writing, is_shown = _keep(form, name)
    if asked.name in TAKE_FILES:
        _keep_files(form, writing)
    if not is_shown:
        return lost()
    if uploads.stays_here() and not form.problems:
        return redirect(_address(asked, to=request.form.get("_to")) + "#f-files", 303)
    if "_later" in request.form and not form.problems:
        return pause(writing)
    loaded = form.load(asked.reader)
    if loaded is not None and "unit" in loaded and _open_unit(transactions.session(), loaded["unit"]) is None:
        form.refuse("unit", N_("Choose a school or unit from the list."))
    if form.problems:
        return question_page(asked, writing, form=form, status=422)
    if request.form.get("_to") == "check":
        return redirect(url_for(".check"), 303)
    return redirect(_address(page_after(writing.door, asked)), 303)


@blueprint.post("/concern/<string:name>/save")
@public
def save_page(name: str) -> ResponseReturnValue:
    """Keep what is being typed, and answer with the time."""
    if another.is_of_another():
        return another.refused_typing()
    _asked, writing, _is_shown = _keep(forms.submitted(), name, is_typing=True)
    if writing.draft is None:
        return "", 204
    return gettext("Saved %(time)s", time=time_of_day(writing.draft.saved_at))


@blueprint.post("/concern/delete")
@public
@not_of_another()
def delete_draft() -> ResponseReturnValue:
    """Delete what was written so far."""
    writing = current_writing()
    if writing is not None and writing.draft is not None and writing.draft.referral_id is None:
        drafts.discard_draft(transactions.session(), writing.draft)
    browser.forget_draft()
    return template_page("intake/deleted.html")


def current_writing(*, to_send: bool = False) -> Writing | None:
    """What this browser is writing; None without a draft, after a long pause, or once it was sent in."""
    token = browser.draft_token()
    draft = drafts.find_draft(transactions.session(), token, to_send=to_send) if token else None
    if draft is not None and draft.referral_id is None:
        return _writing(draft)
    # A form that could not be accepted is shown again even when its draft is out of reach: nothing typed is lost.
    if draft is None and g.get("shows_again") and request.form.get("_door") in set(Door):
        return Writing(Door(request.form["_door"]))
    return None


def lost() -> Response:
    """To where the code is given, or to the confirmation where the concern was sent in already."""
    token = browser.draft_token()
    draft = drafts.find_draft(transactions.session(), token) if token else None
    sent = draft is not None and draft.referral_id is not None
    return make_response(redirect(url_for(".sent" if sent else ".resume"), 303))


def question_page(asked: Page, writing: Writing, *, form: forms.Form, status: int = 200) -> Response:
    """The page with its questions."""
    session = transactions.session()
    pages = PAGES[writing.door]
    place = pages.index(asked)
    unit = _open_unit(session, str(writing.answers.get("unit", "")))
    return template_page(
        f"intake/{asked.name}.html",
        status,
        form=form,
        door=writing.door.value,
        teller=_teller(writing),
        draft=writing.draft,
        carries=another.carried(writing.draft),
        files=files_in(writing) if asked.name in TAKE_FILES else [],
        takes_files=asked.name in TAKE_FILES,
        turn=writing.answers.get(TURNS, {}).get(asked.name, 0),
        number=place + 1,
        of=len(pages),
        back=_address(pages[place - 1]) if place else _way_in(unit),
        to_check=request.values.get("_to", request.args.get("to", "")) == "check",
        units=[(open_unit.slug, open_unit.name) for open_unit in intake.open_units(session)]
        if "unit" in fields_of(asked)
        else [],
        to_come=intake.units_to_come(session) if "unit" in fields_of(asked) else [],
        unit=unit,
        functions=_functions(session, unit) if unit and "conflict" in fields_of(asked) else [],
        topics=[(topic.value, gettext(topic.label)) for topic in Topic],
    )


def _teller(writing: Writing) -> str:
    """Whose examples fit: the door, or which of those who work with children it is where that is answered."""
    kind = str(writing.answers.get("reporter_kind", ""))
    return kind if writing.door is Door.STAFF and kind in _HAVE_EXAMPLES else writing.door.value


def files_in(writing: Writing) -> list[uploads.FileLine]:
    """The files that wait in the draft, each under the name its sender gave it."""
    return uploads.lines(draft_files.files_of(transactions.session(), writing.draft)) if writing.draft else []


def page_after(door: Door, asked: Page) -> Page:
    """The page that follows."""
    pages = PAGES[door]
    return pages[pages.index(asked) + 1]


def first_unanswered(answers: dict[str, Any]) -> str:
    """The name of the first page on which something must still be answered; the last page when nothing must."""
    pages = PAGES[Door(answers.get("door", Door.STAFF))]
    for asked in pages:
        try:
            asked.reader.load({name: answer for name, answer in answers.items() if answer not in ("", [])})
        except ValidationError:
            return asked.name
    return pages[-1].name


def _writing(draft: Draft) -> Writing:
    answers = draft.answers or {}
    return Writing(Door(answers.get("door", Door.STAFF)), answers, draft)


def _keep(form: forms.Form, name: str, *, is_typing: bool = False) -> tuple[Page, Writing, bool]:
    """Save what was typed on the page `name`, at once and for good, also when it cannot be accepted yet.

    The last value says whether this browser may go on to see the draft, or has paused for so long that the code is needed.
    """
    token = browser.draft_token(even_if_idle=True)
    with transactions.writing() as session:
        draft = drafts.find_draft(session, token) if token else None
        if draft is not None and draft.referral_id is not None:
            return _page_or_404(_writing(draft).door, name), Writing(_writing(draft).door), False
        is_new = draft is None
        if draft is None:
            door = request.form.get("_door", "")
            if door not in set(Door):
                abort(400)
            # Counted like the button of the start page, which is not the only way to a draft; none is begun without it.
            pace.take(session, paces.BEGINNINGS, paces.this_browser())
            pace.take(session, paces.ALL_BEGINNINGS, "")
            started = drafts.start_draft(session, language=language(), answers={"door": door}, writer=people.actor())
            browser.remember_draft(started, taken_over=request.form.get(another.MARK, ""))
            draft = started.draft
        writing = _writing(draft)
        asked = _page_or_404(writing.door, name)
        turns = dict(writing.answers.get(TURNS, {}))
        if is_typing and request.form.get("_turn", "") != str(turns.get(name, 0)):
            return asked, Writing(writing.door), False  # it was overtaken by the page's own submit, which knows better
        answers = _typed_answers(form, asked, writing.answers)
        if not is_typing:
            answers[TURNS] = {**turns, name: turns.get(name, 0) + 1}
        drafts.save_draft(
            session, draft, answers, language=language(), unit=_open_unit(session, str(answers.get("unit", "")))
        )
        writing = _writing(draft)
        session.expunge(draft)
    return asked, writing, is_new or browser.draft_token() is not None


def _refused(name: str) -> Response:
    """The page `name` of another draft, with what was typed on it in the words of the last page."""
    session, token = transactions.session(), browser.draft_token(even_if_idle=True)
    draft = drafts.find_draft(session, token) if token else None
    go_on = url_for(".show_page", name=first_unanswered((draft.answers if draft else None) or {}))
    door = request.form.get("_door", "")
    asked = page_named(Door(door), name) if door in set(Door) else None
    if asked is None:
        return another.refused([], go_on=go_on)
    found = review.sections(session, Door(door), _typed_answers(forms.submitted(), asked, {}))
    typed = [row for section in found if section.page == name for row in section.rows if row.words]
    return another.refused(typed, go_on=go_on)


def _keep_files(form: forms.Form, writing: Writing) -> None:
    """Keep the files that were chosen and take away the one that was pointed at, each at once and for good, as `_keep` does."""
    draft_id, gone = writing.draft.id if writing.draft else None, uploads.dropped()

    def count() -> None:
        paces.take(paces.FILES, paces.this_browser())
        paces.take(paces.ALL_FILES, "")

    def keep(file: Cleared) -> None:
        with transactions.writing() as session:
            if (draft := session.get(Draft, draft_id)) is not None:
                draft_files.add_file(session, draft, file)

    uploads.take(form, keep, before=count)
    if gone:
        with transactions.writing() as session:
            if (draft := session.get(Draft, draft_id)) is not None:
                draft_files.remove_file(session, draft, gone)


def _typed_answers(form: forms.Form, asked: Page, before: dict[str, Any]) -> dict[str, Any]:
    """What stands in the page's fields, as typed; nothing of other pages changes."""
    answers: dict[str, Any] = {}
    for name, kind in asked.reader.load_fields.items():
        answers[name] = form.values(name) if isinstance(kind, kinds.List) else form.value(name)
    elsewhere = [name for name in before.get(NOT_KNOWN, []) if name not in answers]
    here = [name for name in form.values(NOT_KNOWN) if name in answers and name in CAN_BE_UNKNOWN]
    return {**answers, NOT_KNOWN: [*elsewhere, *here]}


def pause(writing: Writing) -> Response:
    """Show the code once, in the page itself, since this browser forgets the draft."""
    browser.forget_draft()
    if writing.draft is None:
        return lost()
    kept = {"code": writing.draft.code, "expires_on": writing.draft.expires_on}
    return _paused_page(forms.Form(forms.flatten(kept)), writing.draft.expires_on)


def _paused_page(form: forms.Form, expires_on: date) -> Response:
    return template_page("intake/paused.html", form=form, expires_on=expires_on)


def _page_or_404(door: Door, name: str) -> Page:
    asked = page_named(door, name)
    if asked is None or name == "check":
        abort(404)
    return asked


def _way_in(unit: Unit | None) -> str:
    return url_for(".unit_start", slug=unit.slug) if unit else url_for(".start")


def _address(asked: Page, *, to: str | None = None) -> str:
    return url_for(".check") if asked.name == "check" else url_for(".show_page", name=asked.name, to=to)


def _functions(session: Session, unit: Unit) -> list[tuple[str, str]]:
    return [(function.value, gettext(function.label)) for function in intake.functions_of_forum(session, unit)]


def _open_unit(session: Session, slug: str) -> Unit | None:
    return session.scalars(select(Unit).where(Unit.slug == slug, Unit.takes_concerns)).one_or_none()
