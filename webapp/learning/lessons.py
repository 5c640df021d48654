"""Lessons: written, checked by a second person, published and withdrawn; no text of theirs is kept before it was checked for identities."""

from collections.abc import Callable
from functools import partial
from typing import Any, Final

from flask import Response, abort, redirect, request, url_for
from flask.typing import ResponseReturnValue

from referrals import identity_check
from referrals.errors import NamesSomebody, NotAllowed
from referrals.learning import catalogue
from referrals.learning import lessons as rules
from referrals.learning.lessons import Shelf, Words
from referrals.models import Lesson
from referrals.people import practices
from referrals.vocabulary import LessonState, Practice
from schemas.fields import CHOOSE_ONE
from schemas.learning import LessonForm, LessonWordsForm, NewLessonForm, ReturnForm
from webapp import forms, nobody, notices, pages, people, transactions
from webapp.forums.team import TEAM_ROLES
from webapp.guards import for_row, signed_in
from webapp.language import gettext
from webapp.learning import blueprint, sources
from webapp.learning.catalogue import choices

for_lesson = partial(for_row, "lesson", Lesson, rules.may_read)

#: the texts of a lesson by what the form calls them
_TEXTS: Final = ("title", "tried", "outcome", "for_others")


@blueprint.get("/lessons/team")
@signed_in(*TEAM_ROLES)
def lessons() -> Response:
    """What somebody wrote, and what their teams tell others."""
    session, actor = transactions.session(), people.actor()
    known = rules.of_teams(session, actor)
    return pages.page(
        "learning/lessons.html",
        mine=[found for found in known if found.written_by_id == actor.account_id],
        others=[found for found in known if found.written_by_id != actor.account_id],
        may_write=practices.is_on(session, Practice.LEARNING),
    )


@blueprint.get("/lessons/new")
@signed_in(*TEAM_ROLES, keeps_forms=False)
def new_lesson() -> Response:
    """The form of a new lesson."""
    return _new_page(forms.shown({"learnt_from": request.args.get("learnt_from", "")}))


@blueprint.post("/lessons/new")
@signed_in(*TEAM_ROLES, keeps_forms=False)
def write_lesson() -> ResponseReturnValue:
    """Keep a lesson that names nobody, and give it to the team where that was asked."""
    session, actor, form = transactions.session(), people.actor(), forms.submitted()
    values = form.load(NewLessonForm())
    if values is None:
        return _new_page(form, 422)
    learnt = next(
        (one for one in rules.to_learn_from(session, actor) if sources.key(one) == values["learnt_from"]), None
    )
    if learnt is None:
        form.refuse("learnt_from", CHOOSE_ONE)
        return _new_page(form, 422)
    try:
        made = rules.write_lesson(session, learnt, by=actor, **_told(values))
    except NamesSomebody:
        return _new_page(form, 422, doubts=_mark(form))
    return _written(made)


@blueprint.get("/lessons/<uuid:lesson_id>")
@for_lesson()
def lesson(found: Lesson) -> Response:
    """One lesson: to be read, written, checked or withdrawn."""
    return _page(found)


@blueprint.post("/lessons/<uuid:lesson_id>")
@for_lesson()
def correct_lesson(found: Lesson) -> ResponseReturnValue:
    """Change a lesson, and give it to the team where that was asked."""
    form = forms.submitted()
    values = form.load(LessonForm())
    if values is None:
        return _again(found, is_theirs=found.written_by_id == people.actor().account_id, told=form)

    def decide() -> None:
        rules.correct_lesson(transactions.session(), found, by=people.actor(), **_told(values))

    return _checked(found, form, decide) or _written(found)


@blueprint.post("/lessons/<uuid:lesson_id>/discard")
@for_lesson()
def discard_lesson(found: Lesson) -> ResponseReturnValue:
    """Throw a lesson away."""
    rules.discard_lesson(transactions.session(), found, by=people.actor())
    notices.say_next(gettext("The lesson is gone. Nothing of it was kept."))
    return redirect(url_for(".lessons"), 303)


@blueprint.post("/lessons/<uuid:lesson_id>/check")
@for_lesson()
def check_lesson(found: Lesson) -> ResponseReturnValue:
    """Stand behind a lesson as the second person."""
    form = forms.submitted()
    values = form.load(LessonWordsForm())
    if values is None:
        return _again(found, is_theirs=rules.may_check(transactions.session(), found, people.actor()), told=form)

    def decide() -> None:
        words = Words(**{name: values[name] for name in _TEXTS})
        rules.check_lesson(transactions.session(), found, by=people.actor(), words=words, answered=values["answered"])

    if (refused := _checked(found, form, decide)) is not None:
        return refused
    notices.say_next(
        gettext("The lesson is in the catalogue. Thank you for reading it.")
        if found.state is LessonState.PUBLISHED
        else gettext("%(name)s sees what you changed, and publishes it or writes it anew.", name=found.written_by.name)
    )
    return _to(found)


@blueprint.post("/lessons/<uuid:lesson_id>/return")
@for_lesson()
def return_lesson(found: Lesson) -> ResponseReturnValue:
    """Give a lesson back to its writer."""
    form = forms.submitted()
    values = form.load(ReturnForm())
    if values is None:
        return _again(found, is_theirs=rules.may_check(transactions.session(), found, people.actor()), returning=form)
    try:
        rules.return_lesson(transactions.session(), found, by=people.actor(), **values)
    except NamesSomebody:
        return _page(found, 422, returning=form, note_doubts=_mark(form, "note"))
    notices.say_next(gettext("%(name)s has it back, with what you wrote.", name=found.written_by.name))
    return redirect(url_for(".lessons"), 303)


@blueprint.post("/lessons/<uuid:lesson_id>/agreement")
@for_lesson()
def agree_lesson(found: Lesson) -> ResponseReturnValue:
    """Publish a lesson with what the second person changed."""
    rules.agree_lesson(transactions.session(), found, by=people.actor())
    notices.say_next(gettext("The lesson is in the catalogue."))
    return _to(found)


@blueprint.post("/lessons/<uuid:lesson_id>/withdrawal")
@for_lesson()
def withdraw_lesson(found: Lesson) -> ResponseReturnValue:
    """Take a lesson out of the catalogue."""
    session, actor = transactions.session(), people.actor()
    rules.withdraw_lesson(session, found, by=actor)
    notices.say_next(gettext("The lesson is out of the catalogue. Nobody finds it there any more."))
    return _to(found) if rules.may_read(session, found, actor) else redirect(url_for(".catalogue"), 303)


# ------------------------------------------------------------------------------------------------------- inside
def _written(found: Lesson) -> ResponseReturnValue:
    if "send" in request.form:
        rules.send_lesson(transactions.session(), found, by=people.actor())
    notices.say_next(
        {
            LessonState.DRAFT: gettext("It is kept as a draft. Only you can see it."),
            LessonState.TO_CHECK: gettext(
                "The team has it. Once a colleague has checked it, it stands in the catalogue."
            ),
        }.get(found.state, gettext("Nothing has changed."))
    )
    return _to(found)


def _to(found: Lesson) -> ResponseReturnValue:
    return redirect(url_for(".lesson", lesson_id=found.id), 303)


def _told(values: dict[str, Any]) -> dict[str, Any]:
    return {
        "shelf": Shelf(values["theme"], values["ages"]),
        "words": Words(**{name: values[name] for name in _TEXTS}),
        "answered": values["answered"],
    }


def _checked(found: Lesson, form: forms.Form, decide: Callable[[], None]) -> Response | None:
    """Do what was asked; the page again, with what was found marked, where a text tells who it is about."""
    try:
        decide()
    except NamesSomebody:
        return _page(found, 422, told=form, doubts=_mark(form))
    return None


def _mark(form: forms.Form, *names: str) -> list[tuple[str, str]]:
    checker = identity_check.municipal_checker(transactions.session(), by=people.actor())
    return nobody.mark(form, checker, *(names or _TEXTS))


def _again(found: Lesson, *, is_theirs: bool, **shown: forms.Form) -> Response:
    """The page with what must be mended, for those whose form it is. Raises NotAllowed."""
    if not is_theirs:
        raise NotAllowed("lesson")
    return _page(found, 422, **shown)


def _new_page(form: forms.Form, status: int = 200, **values: Any) -> Response:
    if not practices.is_on(transactions.session(), Practice.LEARNING):
        abort(404)
    learnt = rules.to_learn_from(transactions.session(), people.actor())
    choose_from = [(sources.key(one), sources.name(one)) for one in learnt]
    return pages.page("learning/new.html", status, form=form, sources=choose_from, **choices(), **values)


def _page(found: Lesson, status: int = 200, **values: Any) -> Response:
    session, actor = transactions.session(), people.actor()
    is_mine = found.written_by_id == actor.account_id
    as_it_is = {name: getattr(found, name) for name in _TEXTS} | {"theme": found.theme, "ages": found.ages}
    may_check = rules.may_check(session, found, actor)
    told = forms.shown(as_it_is) if is_mine or may_check else forms.Form()
    every = {"told": told, "returning": forms.Form()} | values
    sent = next((form for form in (every["told"], every["returning"]) if form.problems), forms.Form())
    return pages.page(
        "learning/lesson.html",
        status,
        form=sent,
        found=found,
        is_mine=is_mine,
        is_near=is_mine or rules.is_in_team(session, found, actor),
        may_check=may_check,
        may_withdraw=rules.may_withdraw(session, found, actor),
        before=rules.changed_in_check(found) if is_mine else {},
        reads_catalogue=catalogue.may_read(actor),
        **choices(),
        **every,
    )
