"""Development work: the list of it, a new piece, and the page of one with its terms, its report and its history."""

from typing import Any, Final

from flask import Response, abort, redirect, request, url_for
from flask.typing import ResponseReturnValue

from referrals import here, steps
from referrals.calendar import closed_days
from referrals.development import actions, closing, leaders, papers, targets
from referrals.development import cases as rules
from referrals.development import terms as calendar
from referrals.development.cases import Words
from referrals.development.moves import acts_from
from referrals.errors import DevelopmentRefused, NamesSomebody
from referrals.models import Account, DevelopmentCase, Unit
from referrals.patterns.school_terms import SchoolTerm
from referrals.people import organisation
from referrals.rounds import people as rounds_people
from referrals.vocabulary import AfterFollowUp, DevelopmentAct, DevelopmentKind, DevelopmentPhase, LessonTheme
from schemas.development import CaseWordsForm, NewCaseForm
from schemas.fields import CHOOSE_SOME
from webapp import forms, notices, pages, people, transactions
from webapp.casework.words import stage_name, status_name
from webapp.development import blueprint
from webapp.development.doors import ALL_WHO_SEE, ROLES, for_case, refuse, to_case, version_seen
from webapp.forums.team import opens_teams
from webapp.guards import signed_in
from webapp.language import gettext
from webapp.learning import sources
from webapp.rounds.doors import term_name

#: the texts of the form that says what it is about
_TEXTS: Final = ("title", "background", "aim")
#: of its forms, those in which two people could write over each other
_SEEN: Final = (DevelopmentAct.CORRECT, DevelopmentAct.SET_TERMS, DevelopmentAct.HAND_OVER)
#: so many terms before and after the one it was begun in can be chosen
_TERMS_BEFORE: Final = 2


@blueprint.get("/development")
@signed_in(*ALL_WHO_SEE)
def cases() -> Response:
    """All development work this person reads, of one theme where the address names one."""
    session, actor = transactions.session(), people.actor()
    is_elected = rules.is_elected(actor)
    if not is_elected and not rounds_people.teams_of(session, actor) and not rounds_people.may_lead(actor):
        abort(404)
    asked = request.args.get("theme")
    theme = LessonTheme(asked) if asked in set(LessonTheme) else None
    today, closed = here.today(session), closed_days(session)
    return pages.page(
        "development/cases.html",
        form=forms.shown({"theme": theme}),
        theme=theme,
        themes=_themes(),
        lines=[
            (found, stage_said(found), calendar.phase_on(found, today), nearest, bool(nearest and calendar.is_late(nearest, today, closed)))
            for found in actions.known_to(session, actor, theme=theme)
            for nearest in [calendar.next_milestone(found)]
        ],
        read={found.id for found in rules.known_to(session, actor, theme=theme)},
        may_open=bool(rules.units_to_choose(session, actor)),
        has_team=opens_teams(),
    )  # fmt: skip


@blueprint.get("/development/new")
@signed_in(*ROLES, keeps_forms=False)
def new_case() -> Response:
    """The form of a new piece of work."""
    return _new_page(forms.shown())


@blueprint.post("/development/new")
@signed_in(*ROLES, keeps_forms=False)
def open_case() -> ResponseReturnValue:
    """Begin work that names nobody."""
    session, actor, form = transactions.session(), people.actor(), forms.submitted()
    values = form.load(NewCaseForm())
    if values is None:
        return _new_page(form, 422)
    if not set(values["unit_ids"]) <= {unit.id for unit in rules.units_to_choose(session, actor)}:
        form.refuse("unit_ids", CHOOSE_SOME)
        return _new_page(form, 422)
    try:
        made = rules.open_case(session, by=actor, kind=values["kind"], unit_ids=values["unit_ids"], **_told(values))
    except (NamesSomebody, DevelopmentRefused) as refused:
        return _new_page(form, 422, doubts=refuse(form, refused, *_TEXTS))
    notices.say_next(gettext("The work is begun. Say below what each term is for."))
    return to_case(made)


@blueprint.get("/development/<uuid:development_id>")
@for_case()
def case(found: DevelopmentCase) -> Response:
    """One piece of work."""
    return case_page(found)


@blueprint.post("/development/<uuid:development_id>")
@for_case()
def correct_case(found: DevelopmentCase) -> ResponseReturnValue:
    """Write anew what it is about."""
    form = forms.submitted()
    values = form.load(CaseWordsForm())
    if values is None:
        return again(found, DevelopmentAct.CORRECT, told=form)
    try:
        is_new = rules.correct_case(
            transactions.session(),
            found,
            by=people.actor(),
            seen=version_seen(found, DevelopmentAct.CORRECT),
            **_told(values),
        )
    except (NamesSomebody, DevelopmentRefused) as refused:
        return again(found, DevelopmentAct.CORRECT, told=form, doubts=refuse(form, refused, *_TEXTS))
    notices.say_next(gettext("It has been saved.") if is_new else gettext("Nothing has changed."))
    return to_case(found)


@blueprint.post("/development/<uuid:development_id>/discard")
@for_case()
def discard_case(found: DevelopmentCase) -> ResponseReturnValue:
    """Throw away what was begun by mistake."""
    rules.discard_case(transactions.session(), found, by=people.actor())
    notices.say_next(gettext("It is gone. Nothing of what was written was kept."))
    return redirect(url_for(".cases"), 303)


# ------------------------------------------------------------------------------------------------ for its neighbours
def again(found: DevelopmentCase, act: DevelopmentAct, **shown: Any) -> Response:
    """The page with what must be mended, for those whose form it is. Raises NotAllowed, DevelopmentClosed."""
    rules.refuse_others(transactions.session(), found, act, by=people.actor())
    return case_page(found, 422, **shown)


def case_page(found: DevelopmentCase, status: int = 200, **values: Any) -> Response:
    """The page of one piece of work."""
    session, actor = transactions.session(), people.actor()
    today = here.today(session)
    may_keep = rules.may_keep(session, found, actor)
    every = (_forms(found) if may_keep else {}) | values
    sent = next((one for one in every.values() if isinstance(one, forms.Form) and one.problems), forms.Form())
    return pages.page(
        "development/case.html",
        status,
        form=sent,
        found=found,
        state=rules.state_of(found, today),
        phase=calendar.phase_on(found, today),
        stretches=[(one, term_name(one.term)) for one in calendar.stretches(found, today)],
        nearest=calendar.next_milestone(found),
        late={one.id for one in calendar.late_ones(session, found)},
        report=closing.report_of(found),
        has_report=closing.has_report(found),
        leads=leaders.leads(found),
        lesson_url=sources.address_to_write(found),
        could_lead=[(key, f"{unit.name}: {account.name}") for key, (unit, account) in leaders_to_choose(found).items()]
        if may_keep
        else [],
        may_keep=may_keep,
        seen={act.value: rules.times(found, act) for act in _SEEN},
        may_discard=rules.may_discard(session, found, actor),
        all_themes=_themes(),
        theme_words=[gettext(LessonTheme(one).label) for one in found.themes],
        phases=[(one.value, gettext(one.label)) for one in DevelopmentPhase],
        terms=terms_to_choose(found),
        standing=stage_said(found),
        papers=papers.issued(session, found, by=actor),
        given_up=steps.failed_of_work(session, found),
        is_late=targets.is_late(found, today, closed=closed_days(session)),
        acts=acts_from(found.state) if may_keep else (),
        outcomes=[(one.value, gettext(one.label)) for one in AfterFollowUp],
        history=[
            {
                "at": one.at,
                "what": gettext(one.act.label),
                "who": one.by.name if one.by else "Trivsel",
                "note": one.words,
            }
            for one in found.events
        ],
        **every,
    )


def stage_said(found: DevelopmentCase) -> str:
    """Where it stands, in the words of a referral's stages."""
    rulepack = organisation.municipality(transactions.session()).rulepack_version
    return f"{stage_name(rulepack, found.stage, found.status)} – {status_name(found.status)}"


def leaders_to_choose(found: DevelopmentCase) -> dict[str, tuple[Unit, Account]]:
    """Who could lead the work at which of its units, by what the form calls both."""
    session = transactions.session()
    return {
        f"{unit.slug}/{account.id}": (unit, account)
        for unit in found.units
        for account in leaders.could_lead(session, unit)
    }


def terms_to_choose(found: DevelopmentCase) -> list[tuple[str, str]]:
    """The terms somebody can choose from, around those it was begun in and lasts for."""
    begun = SchoolTerm.of(found.opened_at.date())
    one = SchoolTerm(begun.year - _TERMS_BEFORE // 2, begun.is_autumn)
    chosen = []
    for _ in range(_TERMS_BEFORE + calendar.MOST_TERMS):
        chosen.append((one.code, term_name(one)))
        one = one.next
    return chosen


# ------------------------------------------------------------------------------------------------------- inside
def _forms(found: DevelopmentCase) -> dict[str, forms.Form]:
    """The forms of whoever keeps it: nobody else's page has a place for what was typed."""
    as_it_is = {name: getattr(found, name) for name in _TEXTS} | {"themes": found.themes}
    return {
        "told": forms.shown(as_it_is),
        "setting": forms.shown(name="terms"),
        "marking": forms.shown(name="milestone"),
        "leading": forms.shown(name="leader"),
        "moving": forms.shown(name="stage"),
    }


def _new_page(form: forms.Form, status: int = 200, *, doubts: list[tuple[str, str]] | None = None) -> Response:
    units = rules.units_to_choose(transactions.session(), people.actor())
    if not units:
        abort(404)
    return pages.page(
        "development/new.html",
        status,
        form=form,
        kinds=[(one.value, gettext(one.label)) for one in DevelopmentKind],
        units=[(str(unit.id), unit.name) for unit in units],
        themes=_themes(),
        doubts=doubts,
    )


def _themes() -> list[tuple[str, str]]:
    return [(one.value, gettext(one.label)) for one in LessonTheme]


def _told(values: dict[str, Any]) -> dict[str, Any]:
    return {
        "themes": values["themes"],
        "words": Words(**{name: values[name] for name in _TEXTS}),
        "answered": values["answered"],
    }
