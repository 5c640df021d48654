"""A team in a round: its slot, and the learning questions it sends in. No text is kept before it was checked for identities."""

import uuid
from typing import Any

from flask import Response, redirect, url_for
from flask.typing import ResponseReturnValue

from referrals import identity_check, roster
from referrals.errors import NamesSomebody, NoSuchReferral, RoundRefused
from referrals.models import LearningQuestion, RoundEnrolment
from referrals.rounds import enrolling, questions, slots
from referrals.rounds import people as rules
from referrals.rounds.questions import Words
from referrals.vocabulary import QualityTheme
from schemas.rounds import LearningQuestionForm
from webapp import forms, nobody, notices, pages, people, transactions
from webapp.language import gettext, zone
from webapp.rounds import blueprint
from webapp.rounds.doors import for_enrolment, term_name

_TEXTS = ("question", "background", "tried", "help_wanted")


@blueprint.get("/rounds/enrolments/<uuid:enrolment_id>")
@for_enrolment()
def team(found: RoundEnrolment) -> Response:
    """What a team brings to the round."""
    return team_page(found, forms.shown())


@blueprint.post("/rounds/enrolments/<uuid:enrolment_id>/questions")
@for_enrolment()
def send_question(found: RoundEnrolment) -> ResponseReturnValue:
    """Send a learning question in."""
    session, form = transactions.session(), forms.submitted()
    values = form.load(LearningQuestionForm())
    if values is None:
        return team_page(found, form, 422)
    try:
        made = questions.send_in(session, found, by=people.actor(), **_told(values))
    except NamesSomebody:
        return team_page(found, form, 422, doubts=_mark(form, found))
    if made.is_late:
        notices.say_next(gettext("The question came after its time. It is marked as late, and taken all the same."))
    else:
        notices.say_next(gettext("The question is in."))
    return _to(found)


@blueprint.get("/rounds/enrolments/<uuid:enrolment_id>/questions/<uuid:question_id>")
@for_enrolment()
def question(found: RoundEnrolment, question_id: uuid.UUID) -> Response:
    """One question, to be written anew by its team before it is due."""
    asked = _question(found, question_id)
    return _question_page(asked, forms.shown({name: getattr(asked, name) or "" for name in ("theme", *_TEXTS)}))


@blueprint.post("/rounds/enrolments/<uuid:enrolment_id>/questions/<uuid:question_id>")
@for_enrolment()
def correct_question(found: RoundEnrolment, question_id: uuid.UUID) -> ResponseReturnValue:
    """Write a question anew."""
    asked, form = _question(found, question_id), forms.submitted()
    values = form.load(LearningQuestionForm())
    if values is None:
        return _question_page(asked, form, 422)
    try:
        questions.correct(transactions.session(), asked, by=people.actor(), **_told(values))
    except NamesSomebody:
        return _question_page(asked, form, 422, doubts=_mark(form, found))
    except RoundRefused as refused:
        form.refuse("", refused.problem.label)
        return _question_page(asked, form, 422)
    notices.say_next(gettext("The question has been saved."))
    return _to(found)


@blueprint.post("/rounds/enrolments/<uuid:enrolment_id>/questions/<uuid:question_id>/withdrawal")
@for_enrolment()
def take_question_back(found: RoundEnrolment, question_id: uuid.UUID) -> ResponseReturnValue:
    """Take a question back."""
    asked = _question(found, question_id)
    try:
        questions.take_back(transactions.session(), asked, by=people.actor())
    except RoundRefused as refused:
        form = forms.shown()
        form.refuse("", refused.problem.label)
        return _question_page(asked, form, 422)
    notices.say_next(gettext("The question is gone. Nothing of it was kept."))
    return _to(found)


# ------------------------------------------------------------------------------------------------------- inside
def team_page(found: RoundEnrolment, form: forms.Form, status: int = 200, **values: Any) -> Response:
    """The page of a team in a round."""
    session, actor = transactions.session(), people.actor()
    may_enrol = rules.may_enrol(session, found.forum, actor)
    return pages.page(
        "rounds/team.html",
        status,
        form=form,
        found=found,
        term=term_name(enrolling.term_of(found.round)),
        due_on=slots.due_on(found.slot, zone=zone()) if found.slot else None,
        may_write=questions.may_write(session, found, actor),
        changeable={one.id for one in found.questions if questions.may_change(session, one, actor)},
        may_withdraw=may_enrol and enrolling.is_enrolling(found.round, roster.today(session)),
        themes=_themes(),
        **values,
    )


def _question_page(asked: LearningQuestion, form: forms.Form, status: int = 200, **values: Any) -> Response:
    return pages.page(
        "rounds/question.html",
        status,
        form=form,
        asked=asked,
        may_change=questions.may_change(transactions.session(), asked, people.actor()),
        themes=_themes(),
        **values,
    )


def _themes() -> list[tuple[str, str]]:
    return [(theme.value, gettext(theme.label)) for theme in QualityTheme]


def _told(values: dict[str, Any]) -> dict[str, Any]:
    return {
        "theme": values["theme"],
        "words": Words(**{name: values[name] for name in _TEXTS}),
        "answered": values["answered"],
    }


def _mark(form: forms.Form, found: RoundEnrolment) -> list[tuple[str, str]]:
    checker = identity_check.team_checker(transactions.session(), found.forum, by=people.actor())
    return nobody.mark(form, checker, *_TEXTS)


def _question(found: RoundEnrolment, question_id: uuid.UUID) -> LearningQuestion:
    asked = next((one for one in found.questions if one.id == question_id), None)
    if asked is None:
        raise NoSuchReferral
    return asked


def _to(found: RoundEnrolment) -> ResponseReturnValue:
    return redirect(url_for(".team", enrolment_id=found.id), 303)
