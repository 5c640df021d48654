"""What guardians do not read: withheld from one by a decision, or said by the child in confidence; decided and lifted here."""

import uuid
from dataclasses import dataclass
from typing import Any

from flask import Response, redirect, url_for
from flask.typing import ResponseReturnValue

from referrals.access import View, may_view
from referrals.disclosure import coverage, pieces
from referrals.disclosure.pieces import Key, Piece
from referrals.errors import Incomplete, NoSuchReferral, NotAllowed
from referrals.guardians import withholding
from referrals.models import AssessmentPart, FollowUp, Goal, Referral, TeamMeeting, Withholding
from referrals.notes import notes_of
from referrals.rules import rulebook
from referrals.stages import Verb
from referrals.vocabulary import ChildsAnswer
from schemas.withholding import ChildsAnswerForm, ConfidedForm, LiftForm, WithholdForm
from webapp import forms, notices, people, transactions
from webapp.casework import blueprint, starters, words
from webapp.casework.frame import referral_page, seen
from webapp.guards import for_referral
from webapp.language import gettext, language, short_date

#: signs of a note that name it in a list
_LONGEST = 80


@dataclass(frozen=True)
class Line:
    """One decision as the pages show it."""

    row: Withholding
    what: str
    #: from whom; empty where it is from every guardian
    guardian: str
    ground: str
    source: str


@blueprint.get("/referrals/<reference:number>/withholding", endpoint="withholding")
@for_referral(View.GUARDIANS)
def overview(referral: Referral) -> Response:
    """What guardians do not read now and did not before, and where more is decided."""
    return _overview(referral, forms.shown())


@blueprint.get("/referrals/<reference:number>/withholding/new")
@for_referral(Verb.WITHHOLD_FROM_GUARDIAN)
def withholding_new(referral: Referral) -> Response:
    """Where it is decided that one guardian does not read something."""
    return _new_page(referral, starters.shown("reason", starters.WITHHOLD))


@blueprint.post("/referrals/<reference:number>/withholding")
@for_referral(Verb.WITHHOLD_FROM_GUARDIAN)
def withhold(referral: Referral) -> ResponseReturnValue:
    """Withhold something from one guardian."""
    form = starters.submitted("reason", starters.WITHHOLD)
    given = form.load(WithholdForm())
    if given is None:
        return _new_page(referral, form, status=422)
    guardian = next(
        (one for one in coverage.guardians_of(transactions.session(), referral) if one.id == given["guardian_id"]), None
    )
    if guardian is None:
        raise NotAllowed(Verb.WITHHOLD_FROM_GUARDIAN)
    withholding.withhold_from_guardian(
        transactions.session(), referral, by=people.actor(), seen=seen(), key=as_key(given["piece"]), guardian=guardian,
        ground=given["ground"], reason=given["reason"],
    )  # fmt: skip
    notices.say_next(gettext("The decision is recorded. The guardian's page and papers leave it out from now on."))
    return redirect(url_for("casework.withholding", number=referral.number), 303)


@blueprint.post("/referrals/<reference:number>/withholding/confided")
@for_referral(Verb.MARK_CONFIDED)
def mark_confided(referral: Referral) -> ResponseReturnValue:
    """Mark what the child said in confidence. The writer of a part has a door of their own, and reads no list of what is withheld."""
    if not may_view(View.GUARDIANS, people.actor(), referral.facts()):
        raise NotAllowed(Verb.MARK_CONFIDED)
    form = forms.submitted()
    given = form.load(ConfidedForm())
    if given is None:
        return _overview(referral, form, status=422)
    withholding.mark_confided(
        transactions.session(), referral, by=people.actor(), seen=seen(), key=as_key(given["piece"])
    )
    notices.say_next(gettext("It is marked. No guardian reads it until somebody has asked the child."))
    return redirect(url_for("casework.withholding", number=referral.number), 303)


@blueprint.get("/referrals/<reference:number>/withholding/<uuid:withholding_id>")
@for_referral(View.GUARDIANS)
def withheld(referral: Referral, withholding_id: uuid.UUID) -> Response:
    """One decision, and where it is lifted or the child's answer recorded."""
    row = _row(referral, withholding_id)
    form = forms.shown() if row.is_confided else starters.shown("reason", starters.LIFT_WITHHOLDING)
    return _decision(referral, row, form)


@blueprint.post("/referrals/<reference:number>/withholding/<uuid:withholding_id>/lift")
@for_referral(Verb.LIFT_WITHHOLDING)
def lift_withholding(referral: Referral, withholding_id: uuid.UUID) -> ResponseReturnValue:
    """Let the guardian read it again."""
    row, form = _row(referral, withholding_id), starters.submitted("reason", starters.LIFT_WITHHOLDING)
    given = form.load(LiftForm())
    if given is None:
        return _decision(referral, row, form, status=422)
    withholding.lift_withholding(transactions.session(), referral, by=people.actor(), seen=seen(), row=row, **given)
    notices.say_next(gettext("The decision is lifted. The guardian may read it from now on."))
    return redirect(url_for("casework.withholding", number=referral.number), 303)


@blueprint.post("/referrals/<reference:number>/withholding/<uuid:withholding_id>/answer")
@for_referral(Verb.RECORD_CHILDS_ANSWER)
def record_childs_answer(referral: Referral, withholding_id: uuid.UUID) -> ResponseReturnValue:
    """Record what the child answered."""
    row, form = _row(referral, withholding_id), forms.submitted()
    given = form.load(ChildsAnswerForm())
    if given is None:
        return _decision(referral, row, form, status=422)
    try:
        withholding.record_childs_answer(
            transactions.session(), referral, by=people.actor(), seen=seen(), row=row, **given
        )
    except Incomplete:
        form.refuse("reason", gettext("Write the reason for your decision."))
        return _decision(referral, row, form, status=422)
    notices.say_next(gettext("The child's answer is recorded."))
    return redirect(url_for("casework.withholding", number=referral.number), 303)


def _overview(referral: Referral, form: forms.Form, *, status: int = 200) -> Response:
    rows = withholding.decisions(transactions.session(), referral)
    confided = pieces.confided(transactions.session(), referral)
    choices = _choices(referral)
    return referral_page(
        "withholding.html",
        referral,
        status=status,
        form=form,
        standing=[_line(referral, row) for row in rows if row.is_in_force],
        ended=[_line(referral, row) for row in rows if not row.is_in_force],
        choices=choices,
        unmarked=[(value, name) for value, name in choices if as_key(value) not in confided],
        guardians=coverage.guardians_of(transactions.session(), referral),
        may_decide=words.may_do(Verb.WITHHOLD_FROM_GUARDIAN, referral),
    )


def _new_page(referral: Referral, form: forms.Form, *, status: int = 200) -> Response:
    return referral_page(
        "withholding_new.html",
        referral,
        status=status,
        form=form,
        choices=_choices(referral),
        guardians=[(one.id, one.name) for one in coverage.guardians_of(transactions.session(), referral)],
        grounds=[
            (ground.key, ground.name_in(language()), ground.source)
            for ground in rulebook.load(referral.rulepack).withholding_grounds.values()
        ],
    )


def _choices(referral: Referral) -> list[tuple[str, str]]:
    """What can be chosen, each once: a goal or note of the plan as its newest version in force has it."""
    named: dict[Key, Piece] = {}
    for piece in pieces.known(transactions.session(), referral):
        named.setdefault(piece.lasting, piece)
    return [(f"{piece.object_id}:{piece.name}", piece_name(piece)) for piece in named.values()]


def _decision(referral: Referral, row: Withholding, form: forms.Form, *, status: int = 200) -> Response:
    verb = Verb.RECORD_CHILDS_ANSWER if row.is_confided else Verb.LIFT_WITHHOLDING
    return referral_page(
        "withholding_decision.html",
        referral,
        status=status,
        form=form,
        line=_line(referral, row),
        answers=[(each.value, gettext(each.label)) for each in ChildsAnswer],
        may_settle=words.may_do(verb, referral) and (row.is_confided or row.is_in_force),
    )


def _line(referral: Referral, row: Withholding) -> Line:
    ground = rulebook.load(referral.rulepack).withholding_grounds.get(row.ground or "")
    try:
        piece = withholding.find_piece(transactions.session(), referral, (row.object_id, row.name))
    except NotAllowed:  # written anew since: the note is there no more
        piece = None
    return Line(
        row=row,
        what=piece_name(piece) if piece else gettext(row.kind.label),
        guardian=(row.guardian.name or "") if row.guardian else "",
        ground=ground.name_in(language()) if ground else "",
        source=ground.source if ground else "",
    )


def piece_name(piece: Piece) -> str:
    """What a piece is called: a part by its profession, a goal by its text, a note by where it stands and how it begins."""
    row: Any = piece.row
    if isinstance(row, AssessmentPart):
        return gettext("Part: %(profession)s", profession=gettext(row.assessor.profession.label))
    if isinstance(row, Goal):
        return gettext("Goal %(number)s: %(text)s", number=row.position + 1, text=row.plain or row.text or "")
    text = next(note.text for note in notes_of(row) if note.name == piece.name)
    text = text if len(text) <= _LONGEST else f"{text[:_LONGEST].rstrip()}…"
    if isinstance(row, TeamMeeting):
        return gettext("From the meeting: %(text)s", text=text)
    if isinstance(row, FollowUp):
        return gettext("From the follow-up of %(date)s: %(text)s", date=short_date(row.held_on), text=text)
    return gettext("From the plan: %(text)s", text=text)


def as_key(value: str) -> Key:
    """The piece that a form names. Raises NotAllowed for anything else."""
    identity, _, name = value.partition(":")
    try:
        return uuid.UUID(identity), name
    except ValueError:
        raise NotAllowed("no such piece") from None


def _row(referral: Referral, withholding_id: uuid.UUID) -> Withholding:
    try:
        return withholding.find(transactions.session(), referral, withholding_id)
    except NotAllowed:
        raise NoSuchReferral from None
