"""Sharing with other services: who may get what, choosing what goes, what went on which ground, and its review."""

import uuid
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import Response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from referrals.access import View
from referrals.disclosure import coverage, pieces, sharing
from referrals.disclosure.coverage import Cover
from referrals.disclosure.pieces import Piece
from referrals.errors import Incomplete, NoSuchReferral, NotAllowed, NotLookedAt
from referrals.models import (
    CONSENT,
    ActionPlan,
    AssessmentPart,
    Disclosure,
    Document,
    Goal,
    Guardian,
    PlannedAction,
    Referral,
)
from referrals.papers import readers
from referrals.plans import renderings
from referrals.rules import rulebook
from referrals.stages import Verb
from referrals.vocabulary import N_, DocumentKind, InformationCategory, PieceKind, Recipient, Review
from schemas.consent import ReviewForm, ShareForm, ToldForm
from webapp import forms, notices, people, previewing, transactions
from webapp.casework import blueprint, starters, words
from webapp.casework.choices import names_of_kinds
from webapp.casework.frame import referral_page, seen, today
from webapp.guards import for_referral
from webapp.language import gettext, language


@dataclass(frozen=True)
class Group:
    """Kinds of information for which the same holds."""

    is_covered: bool
    #: why not, in words; empty where it may go
    why_not: str
    #: whose answer stands in the way, where it is somebody's
    who: str
    until_on: date | None
    kinds: tuple[str, ...]
    is_everything: bool


@dataclass(frozen=True)
class RecipientLine:
    """What holds for one recipient."""

    recipient: Recipient
    name: str
    groups: tuple[Group, ...]
    #: whether guardians can allow anything to go there at all
    is_asked_about: bool
    #: names of the grounds on which something can go without consent
    grounds: tuple[str, ...]

    @property
    def is_open(self) -> bool:
        """Whether anything at all may go on consent."""
        return any(group.is_covered for group in self.groups)


@dataclass(frozen=True)
class SharedLine:
    """One disclosure as the list shows it."""

    row: Disclosure
    what: str
    recipient: str
    ground: str
    source: str
    #: the first day on which the consent it rests on no longer held
    ended_on: date | None


@blueprint.get("/referrals/<reference:number>/sharing", endpoint="sharing")
@for_referral(View.GUARDIANS)
def overview(referral: Referral) -> Response:
    """Who may get what until when, or why not; and everything that was shared."""
    session = transactions.session()
    return referral_page(
        "sharing.html",
        referral,
        recipients=recipient_lines(referral),
        shared=[_line(referral, one) for one in sharing.shared(session, referral)],
        may_share=words.may_do(Verb.SHARE_INFORMATION, referral),
    )


@blueprint.get("/referrals/<reference:number>/sharing/<string:recipient>")
@for_referral(Verb.SHARE_INFORMATION)
def share(referral: Referral, recipient: str) -> Response:
    """The form for sharing with one service, with what is locked shown locked."""
    usual = {"purpose": gettext("So that those who work with the child can help together."), "ground": CONSENT}
    return _share_page(referral, _recipient(referral, recipient), forms.shown(usual))


@blueprint.post("/referrals/<reference:number>/sharing/<string:recipient>")
@for_referral(Verb.SHARE_INFORMATION)
@previewing.offers(DocumentKind.PLAN_FOR_SERVICE)
def share_information(referral: Referral, recipient: str) -> ResponseReturnValue:
    """Record that something goes to a service, or look at the paper that would follow."""
    session, form, to = transactions.session(), forms.submitted(), _recipient(referral, recipient)
    given = form.load(ShareForm())
    if given is None:
        return _share_page(referral, to, form, status=422)
    wanted = set(given.pop("chosen"))
    made = renderings.offered(session, referral, to, ground=given["ground"], on=today())
    chosen = [piece for piece in (*made, *pieces.shareable(session, referral)) if piece.object_id in wanted]
    keys = {_reader_key(to, piece) for piece in chosen if piece.kind is PieceKind.RENDERING}
    if previewing.is_wanted() and request.form[previewing.PREVIEW] not in keys:
        form.refuse("chosen", N_("Tick this paper first, then look at it."))
        return _share_page(referral, to, form, status=422)
    try:
        sharing.share_information(
            session,
            referral,
            by=people.actor(),
            seen=seen(),
            chosen=chosen,
            sharing=sharing.Sharing(recipient=to, **given),
            is_only_look=previewing.is_wanted(),
        )
    except NotLookedAt:
        form.refuse("chosen", N_("Look at the paper first, with the button below: it says just what goes."))
        return _share_page(referral, to, form, status=422)
    notices.say_next(gettext("What was shared is recorded below, with its ground."))
    return redirect(url_for("casework.sharing", number=referral.number), 303)


@blueprint.get("/referrals/<reference:number>/shared/<uuid:disclosure_id>")
@for_referral(View.GUARDIANS)
def disclosure(referral: Referral, disclosure_id: uuid.UUID) -> Response:
    """One thing that was shared: to whom, why, on which ground, and what guardians know of it."""
    row = _disclosure(referral, disclosure_id)
    review = starters.shown("reason", starters.REVIEW_SHARING, name="review")
    return _disclosure_page(referral, row, told=forms.shown({"told_on": today()}, name="told"), review=review)


@blueprint.post("/referrals/<reference:number>/shared/<uuid:disclosure_id>/told")
@for_referral(Verb.TELL_GUARDIANS)
def tell_guardians(referral: Referral, disclosure_id: uuid.UUID) -> ResponseReturnValue:
    """Record when guardians were told of it."""
    row, form = _disclosure(referral, disclosure_id), forms.submitted()
    given = form.load(ToldForm())
    if given is None:
        return _disclosure_page(referral, row, told=form, review=forms.Form(), status=422)
    try:
        sharing.tell_guardians(
            transactions.session(), referral, by=people.actor(), seen=seen(), disclosure=row, told_on=given["told_on"]
        )
    except Incomplete:
        form.refuse("told_on", gettext("This day has not come yet. Choose today or an earlier day."))
        return _disclosure_page(referral, row, told=form, review=forms.Form(), status=422)
    notices.say_next(gettext("It is recorded that guardians were told."))
    return _to(referral, row)


@blueprint.post("/referrals/<reference:number>/shared/<uuid:disclosure_id>/review")
@for_referral(Verb.REVIEW_SHARING)
def review_sharing(referral: Referral, disclosure_id: uuid.UUID) -> ResponseReturnValue:
    """Decide whether it may stand in guardians' papers."""
    row, form = _disclosure(referral, disclosure_id), starters.submitted("reason", starters.REVIEW_SHARING)
    given = form.load(ReviewForm())
    if given is None:
        return _disclosure_page(referral, row, told=forms.Form(), review=form, status=422)
    sharing.review_sharing(transactions.session(), referral, by=people.actor(), seen=seen(), disclosure=row, **given)
    notices.say_next(gettext("The review is recorded."))
    return _to(referral, row)


def recipient_lines(referral: Referral) -> list[RecipientLine]:
    """Every recipient outside the own staff, with what may go until when, and what is locked why."""
    pack = rulebook.load(referral.rulepack)
    whole = coverage.table(transactions.session(), referral, recipients=pack.reachable, on=today())
    return [
        RecipientLine(
            recipient,
            gettext(recipient.label),
            tuple(_groups(list(kinds.items()))),
            recipient in pack.asked_about,
            tuple(ground.name_in(language()) for ground in sharing.grounds_for(referral, recipient)),
        )
        for recipient, kinds in whole.items()
    ]


def _groups(kinds: list[tuple[InformationCategory, Cover]]) -> list[Group]:
    """What may go first, then what is locked; kinds for which the same holds together."""
    found: dict[Cover, list[str]] = {}
    for kind, cover in sorted(kinds, key=lambda pair: not pair[1].is_covered):
        found.setdefault(cover, []).append(gettext(kind.label))
    return [
        Group(
            is_covered=cover.is_covered,
            why_not=gettext(cover.why_not.label) if cover.why_not else "",
            who=_called(cover.guardian) if cover.guardian else "",
            until_on=cover.until_on,
            kinds=tuple(names),
            is_everything=len(names) == len(kinds),
        )
        for cover, names in found.items()
    ]


def _called(guardian: Guardian) -> str:
    """A guardian's name, unless it is protected."""
    return (guardian.name if not guardian.has_protected_identity else None) or gettext("A guardian")


def _share_page(referral: Referral, to: Recipient, form: forms.Form, *, status: int = 200) -> Response:
    session = transactions.session()
    line = next(one for one in recipient_lines(referral) if one.recipient is to)
    grounds = [
        (ground.key, ground.name_in(language()), f"{ground.weigh_in(language())} ({ground.source})")
        for ground in sharing.grounds_for(referral, to)
    ]
    made = renderings.offered(session, referral, to, on=today())
    choices = [
        (piece.object_id, _name(piece.kind, piece.row), _standing(referral, piece, to))
        for piece in (*made, *pieces.shareable(session, referral))
    ]
    by_consent = [(CONSENT, gettext("The guardians' consent"), gettext("Only for what is not locked above."))]
    return referral_page(
        "share.html",
        referral,
        status=status,
        form=form,
        line=line,
        choices=choices,
        copies=[(_reader_key(to, piece), _name(piece.kind, piece.row)) for piece in made],
        grounds=[*(by_consent if line.is_open else ()), *grounds],
    )


def _standing(referral: Referral, piece: Piece, to: Recipient) -> str:
    """What a piece holds, and whether consent lets it go."""
    kinds = ", ".join(names_of_kinds([kind for kind in InformationCategory if kind in piece.categories]))
    if piece.kind is PieceKind.RENDERING:
        if piece.made_of:
            return gettext("A paper of what consent reaches: %(kinds)s", kinds=kinds)
        return gettext("Locked: consent reaches nothing of it.")
    cover = pieces.cover_of(transactions.session(), referral, piece, recipient=to, on=today())
    if cover.why_not is None:
        return gettext("Consent reaches it: %(kinds)s", kinds=kinds)
    return gettext("Locked: %(why)s. It holds: %(kinds)s", why=gettext(cover.why_not.label), kinds=kinds)


def _disclosure_page(
    referral: Referral, row: Disclosure, *, told: forms.Form, review: forms.Form, status: int = 200
) -> Response:
    session = transactions.session()
    shared = next(one for one in sharing.shared(session, referral) if one.row.id == row.id)
    return referral_page(
        "disclosure.html",
        referral,
        status=status,
        line=_line(referral, shared),
        form=told if told.problems else review,
        told_form=told,
        review_form=review,
        kinds=[gettext(kind.label) for kind in row.category_values],
        reviews=[(each.value, gettext(each.label)) for each in Review],
        may_tell=row.told_on is None and words.may_do(Verb.TELL_GUARDIANS, referral),
        may_review=not row.is_by_consent and words.may_do(Verb.REVIEW_SHARING, referral),
    )


def ground_name(referral: Referral, key: str) -> str:
    """What a ground for sharing is called, with where it stands: `key` is the rule pack's, or the word for consent."""
    ground = rulebook.load(referral.rulepack).grounds.get(key)
    return f"{ground.name_in(language())} ({ground.source})" if ground else gettext("The guardians' consent")


def _line(referral: Referral, shared: sharing.Shared) -> SharedLine:
    row = shared.row
    ground = rulebook.load(referral.rulepack).grounds.get(row.ground)
    return SharedLine(
        row=row,
        what=_name(row.kind, _object_of(row)),
        recipient=gettext(row.recipient.label),
        ground=ground.name_in(language()) if ground else gettext("The guardians' consent"),
        source=ground.source if ground else "",
        ended_on=shared.ended_on,
    )


_MODELS: dict[PieceKind, type[Any]] = {
    PieceKind.PART: AssessmentPart,
    PieceKind.GOAL: Goal,
    PieceKind.PLAN: ActionPlan,
    PieceKind.DOCUMENT: Document,
    PieceKind.RENDERING: PlannedAction,
}


def _object_of(row: Disclosure) -> Any:
    model = _MODELS.get(row.kind)
    return transactions.session().get(model, row.object_id) if model else None


def _name(kind: PieceKind, row: Any) -> str:
    """What a piece is called; by its kind alone where the row is gone or has no name of its own."""
    if isinstance(row, AssessmentPart):
        return gettext("Part: %(profession)s", profession=gettext(row.assessor.profession.label))
    if isinstance(row, Goal):
        return gettext("Goal %(number)s: %(text)s", number=row.position + 1, text=row.plain or row.text or "")
    if isinstance(row, ActionPlan):
        return gettext("The whole plan, version %(number)s", number=row.version)
    if isinstance(row, Document):
        return gettext("Paper: %(name)s, version %(number)s", name=gettext(row.kind.label), number=row.version)
    if isinstance(row, PlannedAction | Referral):
        return _name_of_rendering(row)
    return gettext(kind.label)


def _name_of_rendering(row: PlannedAction | Referral) -> str:
    if isinstance(row, PlannedAction):
        return gettext("Only their own part: %(action)s", action=row.text)
    return gettext("The plan, as far as it may go there")


def _reader_key(to: Recipient, piece: Piece) -> str:
    """Whose paper a rendering becomes, as a key of `readers.Reader`."""
    return readers.service_key(to, piece.object_id if isinstance(piece.row, PlannedAction) else None)


def _recipient(referral: Referral, value: str) -> Recipient:
    for recipient in rulebook.load(referral.rulepack).reachable:
        if recipient == value:
            return recipient
    raise NoSuchReferral


def _disclosure(referral: Referral, disclosure_id: uuid.UUID) -> Disclosure:
    try:
        return sharing.find(transactions.session(), referral, disclosure_id)
    except NotAllowed:
        raise NoSuchReferral from None


def _to(referral: Referral, row: Disclosure) -> ResponseReturnValue:
    return redirect(url_for("casework.disclosure", number=referral.number, disclosure_id=row.id), 303)
