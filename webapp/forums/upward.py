"""Questions that a team sends upward: asked, put on an agenda, answered and read; no text is kept before it was checked for identities."""

from datetime import date
from functools import partial
from typing import Any, Final

from flask import Response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from referrals import identity_check, reference
from referrals.access import Role, View, may_view, parties_for
from referrals.errors import NamesSomebody
from referrals.forums import dates
from referrals.forums import upward as rules
from referrals.languages import local_date, mid_sentence
from referrals.models import Forum, Referral, TeamDate, UpwardQuestion, What
from referrals.reminders import errands
from referrals.stages import Party, Verb
from referrals.vocabulary import N_, UpwardState
from schemas.fields import CHOOSE_ONE
from schemas.forums import CHOOSE_TEAM, AskUpwardForm, PlanQuestionForm, UpwardAnswerForm
from webapp import auditing, forms, nobody, notices, pages, people, transactions
from webapp.casework.lines import Line
from webapp.forums import blueprint
from webapp.forums.team import TEAM_ROLES, opens_teams
from webapp.guards import for_row, signed_in, turn_away
from webapp.language import gettext, short_date, time_of_day, zone

for_upward = partial(for_row, "upward", UpwardQuestion, rules.may_read)
#: the page of a new question, as the log of the referral it comes from has it
_PAGE: Final = "forums.new_upward_question"
#: what stands above a question that was written while its referral was closed or handed over
_OVER: Final = N_(
    "Nothing can be asked from this referral any more: it has moved on or was closed. Nothing was sent. Copy what you still need."
)
#: the management of the schools sits in teams above them
ABOVE_TOO: Final = (*TEAM_ROLES, Role.MANAGEMENT)


@blueprint.get("/questions")
@signed_in(*ABOVE_TOO)
def upward_questions() -> Response:
    """What somebody's teams asked upward, and what they were asked."""
    session, actor = transactions.session(), people.actor()
    known = rules.known_to(session, actor)
    return pages.page(
        "forums/upward_questions.html",
        ours=[found for found in known if rules.is_senders(found, actor)],
        asked=[found for found in known if not rules.is_senders(found, actor)],
        may_open_teams=opens_teams(),
        may_ask=bool(rules.teams_that_ask(session, actor)),
        sent_by=sent_by,
    )


@blueprint.get("/questions/new")
@signed_in(*TEAM_ROLES, keeps_forms=False)
def new_upward_question() -> Response:
    """The form of a new question, from a referral where one is named."""
    form = forms.shown()
    referral = _origin(request.args.get("number") or form.value("about"))
    if referral is not None and not rules.may_ask_about(referral, people.actor()):
        turn_away(referral.id, subject=Verb.ASK_UPWARD.value)
    return _new_page(form, referral)


@blueprint.post("/questions/new")
@signed_in(*TEAM_ROLES, keeps_forms=False)
def ask_upward() -> ResponseReturnValue:
    """Send a question that names nobody to a team above."""
    session, actor, form = transactions.session(), people.actor(), forms.submitted()
    referral = _origin(form.value("about"))
    if referral is not None and not rules.may_ask_about(referral, actor):
        form.refuse("", _OVER)
        return _new_page(form, referral, 409)
    values = form.load(AskUpwardForm())
    if values is None:
        return _new_page(form, referral, 422)
    forum = next((one for one in _senders(referral) if one.id == values["from_forum"]), None)
    above = next((one for one in _above(forum) if one.id == values["to_forum"]), None)
    if forum is None or above is None:
        form.refuse(*(("to_forum", CHOOSE_TEAM) if forum else ("from_forum", CHOOSE_ONE)))
        return _new_page(form, referral, 422)
    told = {name: values[name] for name in ("question", "names_team", "answered")}
    try:
        made = rules.ask(session, forum, above, by=actor, referral=referral, **told)
    except NamesSomebody:
        checker = rules.question_checker(session, forum, by=actor, names_team=told["names_team"], referral=referral)
        return _new_page(form, referral, 422, doubts=nobody.mark(form, checker, "question"))
    notices.say_next(
        gettext("%(team)s has your question. Its answer will stand here and on your start page.", team=above.name)
    )
    return _to(made)


@blueprint.get("/questions/<uuid:upward_id>")
@for_upward()
def upward_question(found: UpwardQuestion) -> Response:
    """One question and its answer, to be planned, answered, read or taken back."""
    may_answer = rules.may_answer(transactions.session(), found, people.actor())
    return _page(found, forms.shown() if may_answer else forms.Form())


@blueprint.post("/questions/<uuid:upward_id>/answer")
@for_upward()
def answer_upward_question(found: UpwardQuestion) -> ResponseReturnValue:
    """Give the team's answer."""
    session, actor, form = transactions.session(), people.actor(), forms.submitted()
    values = form.load(UpwardAnswerForm())
    if values is None:
        return _page(found, form, 422)
    try:
        rules.answer(session, found, by=actor, **values)
    except NamesSomebody:
        checker = identity_check.municipal_checker(session, by=actor)
        return _page(found, form, 422, doubts=nobody.mark(form, checker, "answer"))
    notices.say_next(gettext("The answer is given. Whoever asked reads it now."))
    return _to(found)


@blueprint.post("/questions/<uuid:upward_id>/date")
@for_upward()
def plan_upward_question(found: UpwardQuestion) -> ResponseReturnValue:
    """Put the question on a date of the team, or take it off."""
    form = forms.submitted()
    values = form.load(PlanQuestionForm())
    coming = {one.id for one in dates.coming(transactions.session(), found.to_forum)}
    if values is None or (values["date"] is not None and values["date"] not in coming):
        form.refuse("date", CHOOSE_ONE)
        return _page(found, form, 422)
    rules.plan(transactions.session(), found, values["date"], by=people.actor())
    notices.say_next(
        gettext("It is on the agenda.")
        if values["date"]
        else gettext("It is on no agenda. It still waits for an answer.")
    )
    return _to(found)


@blueprint.post("/questions/<uuid:upward_id>/closing")
@for_upward()
def close_upward_question(found: UpwardQuestion) -> ResponseReturnValue:
    """Note that the answer is read."""
    rules.close(transactions.session(), found, by=people.actor())
    notices.say_next(gettext("The answer is marked as read. It stays here."))
    return _to(found)


@blueprint.post("/questions/<uuid:upward_id>/taking-back")
@for_upward()
def take_back_upward_question(found: UpwardQuestion) -> ResponseReturnValue:
    """Take a question back that nobody has answered."""
    rules.take_back(transactions.session(), found, by=people.actor())
    notices.say_next(gettext("The question is taken back. Nothing of its words was kept."))
    return redirect(url_for(".upward_questions"), 303)


def sent_by(found: UpwardQuestion) -> str:
    """What this person may know of who asks: the level, and the team where it is theirs or says so."""
    knows = found.names_team or rules.is_senders(found, people.actor())
    return found.from_forum.name if knows else gettext("A team for: %(whom)s", whom=mid_sentence(gettext(found.from_forum.level.label)))  # fmt: skip


def lines(day: date) -> list[Line]:
    """A line of home for each question this person is to answer, or whose answer they have not marked as read."""
    return [
        Line(
            number=found.number,
            url=url_for("forums.upward_question", upward_id=found.id),
            verb=gettext(errands.ANSWER_UPWARD) if found.state is UpwardState.ASKED else gettext(errands.READ_UPWARD),
            about=(
                gettext("To %(team)s", team=found.to_forum.name),
                sent_by(found),
            ),
            waits_since=local_date(found.answered_at or found.asked_at, zone=zone()),
            today=day,
        )
        for found in rules.waiting_for(transactions.session(), people.actor())
    ]


# ------------------------------------------------------------------------------------------------------- inside
def _origin(number: str) -> Referral | None:
    """The referral a question comes from, for who may know of it; none where no number is given."""
    if not number:
        return None
    rows = select(Referral).where(Referral.number == reference.as_number(number))
    found = transactions.session().scalars(rows).one_or_none()
    if found is None or not may_view(View.REFERRAL, people.actor(), found.facts()):
        turn_away(found.id if found else None, subject=Verb.ASK_UPWARD.value)
    return found


def _senders(referral: Referral | None) -> list[Forum]:
    able = rules.teams_that_ask(transactions.session(), people.actor())
    return [one for one in able if referral is None or one.id == referral.forum_id]


def _above(forum: Forum | None) -> list[Forum]:
    return rules.teams_above(transactions.session(), forum) if forum else []


def _to(found: UpwardQuestion) -> Response:
    return redirect(url_for(".upward_question", upward_id=found.id), 303)  # type: ignore[return-value]


def _new_page(form: forms.Form, referral: Referral | None, status: int = 200, **values: Any) -> Response:
    if referral is not None:
        what = What.SENT_BACK if status >= 400 else What.OPENED_PAGE
        held = parties_for(Verb.ASK_UPWARD, people.actor(), referral.facts())
        party = min(held, key=list(Party).index, default=None)
        auditing.note(what, chain=referral.id, party=party, subject=_PAGE)
    senders = _senders(referral)
    above = {one.id: one for forum in senders for one in _above(forum)}
    for name, choices in (("from_forum", [*senders]), ("to_forum", [*above.values()])):
        if len(choices) == 1:
            form.typed.setdefault(name, str(choices[0].id))
    return pages.page(
        "forums/upward_new.html",
        status,
        form=form,
        about=referral,
        senders=[(one.id, one.name) for one in senders],
        above=[(one.id, f"{one.name} ({mid_sentence(gettext(one.level.label))})") for one in above.values()],
        levels=sorted({mid_sentence(gettext(one.level.label)) for one in senders}),
        **values,
    )


def _when(one: TeamDate) -> str:
    return f"{short_date(local_date(one.starts_at, zone=zone()))}, {time_of_day(one.starts_at)}"


def _page(found: UpwardQuestion, form: forms.Form, status: int = 200, **values: Any) -> Response:
    session, actor = transactions.session(), people.actor()
    may_plan = rules.may_plan(session, found, actor)
    if may_plan and found.date_id is not None:
        form.typed.setdefault("date", str(found.date_id))
    return pages.page(
        "forums/upward_question.html",
        status,
        form=form,
        found=found,
        sent_by=sent_by(found),
        is_ours=rules.is_senders(found, actor),
        origin=rules.origin(found, actor),
        may_answer=rules.may_answer(session, found, actor),
        coming=[(one.id, _when(one)) for one in dates.coming(session, found.to_forum)] if may_plan else [],
        may_plan=may_plan,
        **values,
    )
