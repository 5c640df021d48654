"""The programme of special support: written, decided or decided against, and told to each who may appeal, on one page."""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any

from flask import Response, redirect, url_for
from flask.typing import ResponseReturnValue

from referrals import here
from referrals.access import View, may_view, parties
from referrals.disclosure import coverage
from referrals.errors import Incomplete, NotDelegable
from referrals.models import Referral, SupportProgramme, SupportReview
from referrals.papers import readers
from referrals.stages import Party, Verb
from referrals.statutory import programme_reviews as reviews
from referrals.statutory import support_programme as rules
from referrals.vocabulary import N_, ProgrammeKind, SupportForm, SupportReviewKind, SupportReviewOutcome
from schemas.support_programme import MISSING, DecideForm, DecideNoneForm, ProgrammeForm, ToldForm
from webapp import forms, notices, people, transactions
from webapp.casework import blueprint, words
from webapp.casework.choices import choices
from webapp.casework.frame import referral_page, seen
from webapp.casework.moments import Moment
from webapp.guards import for_referral
from webapp.language import gettext

#: names of the forms of the page
WRITE, DECIDE, NONE, TOLD, REVIEW, END = "write", "decide", "none", "told", "review", "end"
PUPIL = "pupil"
HEAD_DECIDES = N_(
    "The head teacher decides this and nobody else: support in another group, alone, at a distance or with adjusted studies is not delegated."
)

#: what a decision is called
_NAMES = {
    ProgrammeKind.PROGRAMME: N_("Programme of special support"),
    ProgrammeKind.NONE: N_("No programme is drawn up"),
    ProgrammeKind.ENDED: ProgrammeKind.ENDED.label,
}


@dataclass(frozen=True)
class Told:
    """One who got a decision: when, and until when they may appeal."""

    who: str
    told_on: date
    appeal_until: date


@dataclass(frozen=True)
class Line:
    """One decision as the page shows it."""

    row: SupportProgramme
    is_programme: bool
    name: str
    decided: Moment
    ways: list[str]
    told: list[Told]
    #: who is still to be told, where it is the newest decision
    to_tell: list[str]
    #: and who of them gets no copy of it
    without_copy: list[str]
    #: whether nobody can say if the pupil may appeal, where it is the newest decision
    is_age_unknown: bool
    #: follow-ups and evaluations, the newest first
    reviews: list[SupportReview]


@blueprint.get("/referrals/<reference:number>/special-support/programme", endpoint="support_programme")
@for_referral(View.SPECIAL_SUPPORT)
def programme(referral: Referral) -> Response:
    """What was decided, what is being written, and where each is done."""
    return programme_page(referral)


@blueprint.post("/referrals/<reference:number>/special-support/programme")
@for_referral(Verb.WRITE_SUPPORT_PROGRAMME)
def write_programme(referral: Referral) -> ResponseReturnValue:
    """Keep what is written."""
    form = forms.submitted()
    given = form.load(ProgrammeForm())
    if given is None:
        return programme_page(referral, {WRITE: form})
    written = rules.Written(**given | {"forms": tuple(given["forms"])})
    rules.write_programme(transactions.session(), referral, by=people.actor(), seen=seen(), written=written)
    notices.say_next(gettext("The programme is kept as it is written. It holds once it is decided."))
    return _back(referral)


@blueprint.post("/referrals/<reference:number>/special-support/programme/decision")
@for_referral(Verb.DECIDE_SUPPORT_PROGRAMME)
def decide_programme(referral: Referral) -> ResponseReturnValue:
    """Decide the programme as it is written; what it lacks is named where it is written."""
    form, writing = forms.submitted(), _as_written(referral)
    given = form.load(DecideForm())
    if given is None:
        return programme_page(referral, {DECIDE: form})
    try:
        rules.decide_programme(transactions.session(), referral, by=people.actor(), seen=seen(), **given)
    except NotDelegable:
        writing.refuse("forms", HEAD_DECIDES)
        return programme_page(referral, {WRITE: writing})
    except Incomplete as refused:
        return _lacking(referral, writing, form, missing=refused.missing)
    notices.say_next(gettext("The programme is decided. Record below when each guardian and the pupil got it."))
    return _back(referral)


@blueprint.post("/referrals/<reference:number>/special-support/programme/none")
@for_referral(Verb.DECIDE_NO_SUPPORT_PROGRAMME)
def decide_no_programme(referral: Referral) -> ResponseReturnValue:
    """Decide that no programme is drawn up."""
    form = forms.submitted()
    given = form.load(DecideNoneForm())
    if given is None:
        return programme_page(referral, {NONE: form})
    try:
        rules.decide_none(
            transactions.session(), referral, by=people.actor(), seen=seen(), reasons=given["reasons"],
            delegation=given["none_delegation"],
        )  # fmt: skip
    except Incomplete:
        form.refuse("none_delegation", MISSING["delegation"])
        return programme_page(referral, {NONE: form})
    notices.say_next(gettext("It is decided that no programme is drawn up. Record below when each was told."))
    return _back(referral)


@blueprint.post("/referrals/<reference:number>/special-support/programme/<uuid:programme_id>/told")
@for_referral(Verb.RECORD_SUPPORT_TOLD)
def record_told(referral: Referral, programme_id: uuid.UUID) -> ResponseReturnValue:
    """Record on which day somebody got the decision."""
    form = forms.submitted()
    given = form.load(ToldForm())
    if given is None:
        return programme_page(referral, {TOLD: form})
    try:
        rules.record_told(
            transactions.session(), referral, by=people.actor(), seen=seen(), programme_id=programme_id,
            guardian_id=_guardian(given["told_who"]), told_on=given["told_on"],
        )  # fmt: skip
    except Incomplete:
        form.refuse("told_on", MISSING["told_on"])
        return programme_page(referral, {TOLD: form})
    notices.say_next(gettext("The day is recorded. The time for an appeal counts from it."))
    return _back(referral)


def _lacking(referral: Referral, writing: forms.Form, deciding: forms.Form, *, missing: Iterable[str]) -> Response:
    """The page with what the programme lacks at its field, and what the decision itself lacks at its own."""
    refused = {}
    for name in missing:
        where, form = (DECIDE, deciding) if name == "delegation" else (WRITE, writing)
        form.refuse(name, MISSING[name])
        refused[where] = form
    return programme_page(referral, refused)


def _guardian(who: str) -> uuid.UUID | None:
    if who == PUPIL:
        return None
    try:
        return uuid.UUID(who)
    except ValueError:
        return uuid.UUID(int=0)  # nobody, which the core refuses


def _back(referral: Referral) -> ResponseReturnValue:
    return redirect(url_for("casework.support_programme", number=referral.number), 303)


def _as_written(referral: Referral) -> forms.Form:
    return forms.shown(_values(rules.draft_of(transactions.session(), referral)), name=WRITE)


def _values(draft: SupportProgramme | None) -> dict[str, Any]:
    names: Iterable[str] = ProgrammeForm().fields
    return {name: getattr(draft, name) for name in names} if draft else {}


def programme_page(referral: Referral, refused: Mapping[str, forms.Form] = MappingProxyType({})) -> Response:
    """The page, with what was refused at its fields."""
    session = transactions.session()
    draft, holds = rules.draft_of(session, referral), reviews.in_force(session, referral)
    decided = [one for one in rules.programmes_of(session, referral) if one.decided_id is not None]
    shown = {name: refused.get(name) or forms.shown(name=name) for name in (DECIDE, NONE, TOLD, REVIEW, END)}
    shown[WRITE] = refused.get(WRITE) or _as_written(referral)
    return referral_page(
        "support_programme.html",
        referral,
        status=422 if refused else 200,
        form=next(iter(refused.values()), None) or shown[WRITE],
        shown=shown,
        draft=draft,
        lines=[_line(referral, one, is_newest=one is decided[0]) for one in decided],
        newest=decided[0] if decided else None,
        recipients=[
            (PUPIL, gettext("The pupil")),
            *((one.id, one.name) for one in coverage.guardians_of(session, referral)),
        ],
        is_head=Party.HEAD_TEACHER in parties(people.actor(), referral.facts()),
        holds=holds,
        coming=reviews.next_review(session, holds) if holds else None,
        may_end=words.may_do(Verb.END_SUPPORT_PROGRAMME, referral),
        review_kinds=choices(SupportReviewKind),
        review_outcomes=choices(SupportReviewOutcome),
        may_write=words.may_do(Verb.WRITE_SUPPORT_PROGRAMME, referral),
        ways=choices(SupportForm),
    )


@dataclass(frozen=True)
class Telling:
    """What the referral's own page says of the newest decision: whether somebody is still to be told, and the next last day."""

    is_to_tell: bool
    appeal_until: date | None


def telling_of(referral: Referral) -> Telling | None:
    """What is left to do and to wait for; None where nothing is, and for those who do not see special support."""
    if referral.kept_outside_at is not None or not may_view(View.SPECIAL_SUPPORT, people.actor(), referral.facts()):
        return None
    session = transactions.session()
    newest = next((one for one in rules.programmes_of(session, referral) if one.decided_id is not None), None)
    if newest is None:
        return None
    is_to_tell = not newest.told or bool(rules.not_told(session, newest)) or rules.is_pupil_to_tell(newest)
    found = Telling(is_to_tell, rules.next_last_day(newest, on=here.today(session)))
    return found if found.is_to_tell or found.appeal_until else None


def _line(referral: Referral, row: SupportProgramme, *, is_newest: bool) -> Line:
    assert row.decided is not None  # noqa: S101 - only decided ones are lines
    session = transactions.session()
    not_told = rules.not_told(session, row) if is_newest else []
    pupil = [gettext("the pupil")] if is_newest and rules.is_pupil_to_tell(row) else []
    return Line(
        row,
        row.kind is ProgrammeKind.PROGRAMME,
        gettext(_NAMES[row.kind]),
        Moment.of(row.decided),
        [gettext(way.label) for way in SupportForm if way in row.kinds],
        [
            Told(
                (one.guardian.name or "") if one.guardian else gettext("The pupil"), one.told_on,
                rules.appeal_until(referral, one.told_on),
            )
            for one in sorted(row.told, key=lambda one: one.told_on)
        ],
        [*(one.name or "" for one in not_told), *pupil],
        [one.name or "" for one in readers.without_copy(session, row.decided, not_told)],
        is_newest and row.pupil_appeals is None and referral.child_birth_date is None,
        reviews.reviews_of(session, row),
    )  # fmt: skip
