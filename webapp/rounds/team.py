"""A team in a round: its slot, and the learning questions it sends in. No text is kept before it was checked for identities."""

import uuid
from typing import Any

from flask import Response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from referrals import here, identity_check
from referrals.errors import NamesSomebody, NoSuchReferral, RoundRefused
from referrals.models import LearningQuestion, RoundEnrolment, What
from referrals.rounds import enrolling, papers, questions, report, slots
from referrals.rounds import people as rules
from referrals.rounds.as_seen import as_it_stands
from referrals.rounds.questions import Words
from referrals.vocabulary import Helped, QualityTheme
from schemas.rounds import FollowForm, LearningQuestionForm
from webapp import downloads, forms, kept, nobody, notices, pages, people, transactions
from webapp.language import gettext, zone
from webapp.learning import sources
from webapp.rounds import blueprint
from webapp.rounds.doors import for_enrolment, term_name

_TEXTS = ("question", "background", "tried", "help_wanted")
_FOLLOWING = ("next_step", "result")


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
    return to_team(found)


@blueprint.get("/rounds/enrolments/<uuid:enrolment_id>/questions/<uuid:question_id>")
@for_enrolment()
def question(found: RoundEnrolment, question_id: uuid.UUID) -> Response:
    """One question, to be written anew by its team before it is due."""
    asked, session, actor = _question(found, question_id), transactions.session(), people.actor()
    if not (questions.may_change(session, asked, actor) or questions.may_follow(session, asked, actor)):
        return _question_page(asked, forms.Form())
    as_it_is = {name: getattr(asked, name) or "" for name in ("theme", "outcome", *_TEXTS, *_FOLLOWING)}
    return _question_page(asked, forms.shown(as_it_is))


@blueprint.post("/rounds/enrolments/<uuid:enrolment_id>/questions/<uuid:question_id>")
@for_enrolment()
def correct_question(found: RoundEnrolment, question_id: uuid.UUID) -> ResponseReturnValue:
    """Write a question anew."""
    asked, form = _question(found, question_id), forms.submitted()
    values = form.load(LearningQuestionForm())
    if values is None:
        return _question_page(asked, form, 422)
    try:
        questions.correct(transactions.session(), asked, by=people.actor(), seen=request.form["seen"], **_told(values))
    except NamesSomebody:
        return _question_page(asked, form, 422, doubts=_mark(form, found))
    except RoundRefused as refused:
        form.refuse("", refused.problem.label)
        kept.show_texts()
        return _question_page(asked, form, 422)
    notices.say_next(gettext("The question has been saved."))
    return to_team(found)


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
    return to_team(found)


@blueprint.post("/rounds/enrolments/<uuid:enrolment_id>/questions/<uuid:question_id>/following")
@for_enrolment()
def follow_question(found: RoundEnrolment, question_id: uuid.UUID) -> ResponseReturnValue:
    """Say how the team goes on with a question, and what came of it."""
    asked, form = _question(found, question_id), forms.submitted()
    values = form.load(FollowForm())
    if values is None:
        return _question_page(asked, form, 422)
    try:
        questions.follow(transactions.session(), asked, by=people.actor(), seen=request.form["seen"], **values)
    except NamesSomebody:
        return _question_page(asked, form, 422, doubts=_mark(form, found, *_FOLLOWING))
    notices.say_next(gettext("It is kept. Your next agenda shows it."))
    return to_team(found)


@blueprint.get("/rounds/enrolments/<uuid:enrolment_id>/agenda")
@for_enrolment(leaves=What.OPENED_PAPER)
def agenda(found: RoundEnrolment) -> Response:
    """The newest agenda of the team in the round."""
    session = transactions.session()
    paper = papers.newest(session, found.round_id, found.id)
    # It says what came of earlier questions.
    if paper is None or not rules.reads_how_it_goes_on(session, found, people.actor()):
        raise NoSuchReferral
    return downloads.to_look_at(paper.content, name="agenda.pdf")


# ------------------------------------------------------------------------------------------------ for its neighbours
def to_team(found: RoundEnrolment) -> ResponseReturnValue:
    """On to the page of a team in a round."""
    return redirect(url_for("rounds.team", enrolment_id=found.id), 303)


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
        may_withdraw=may_enrol and enrolling.is_enrolling(found.round, here.today(session)),
        themes=_themes(),
        agenda=papers.newest(session, found.round_id, found.id),
        agenda_at=papers.agenda_at(found.slot, zone=zone()) if found.slot else None,
        followable={one.id for one in found.questions if questions.may_follow(session, one, actor)},
        earlier=[(one, term_name(enrolling.term_of(one.round))) for one in papers.earlier(session, found)],
        may_summarise=report.may_summarise(session, found, actor),
        reads_how_it_goes_on=rules.reads_how_it_goes_on(session, found, actor),
        sees_round=rules.may_see(session, found.round, actor),
        lesson_url=sources.address_to_write(found),
        **values,
    )


def _question_page(asked: LearningQuestion, form: forms.Form, status: int = 200, **values: Any) -> Response:
    session, actor = transactions.session(), people.actor()
    may_change = questions.may_change(session, asked, actor)
    return pages.page(
        "rounds/question.html",
        status,
        form=form,
        asked=asked,
        may_change=may_change,
        may_follow=questions.may_follow(session, asked, actor),
        reads_how_it_goes_on=rules.reads_how_it_goes_on(session, asked.enrolment, actor),
        seen=as_it_stands(asked, questions.WRITTEN if may_change else questions.FOLLOWED),
        outcomes=[(word.value, gettext(word.label)) for word in Helped],
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


def _mark(form: forms.Form, found: RoundEnrolment, *names: str) -> list[tuple[str, str]]:
    checker = identity_check.team_checker(transactions.session(), found.forum, by=people.actor())
    return nobody.mark(form, checker, *(names or _TEXTS))


def _question(found: RoundEnrolment, question_id: uuid.UUID) -> LearningQuestion:
    asked = next((one for one in found.questions if one.id == question_id), None)
    if asked is None:
        raise NoSuchReferral
    return asked
