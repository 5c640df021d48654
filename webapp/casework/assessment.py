"""The assessment's pages: who is asked for what, one's own part, and saying that the parts are enough."""

import itertools
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import Response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from referrals import assessment as rules
from referrals.access import View, may_view
from referrals.errors import Incomplete, LooksMedical, NotAllowed, PartsMissing
from referrals.files import attachment_reading, attachments
from referrals.files.quarantine import Cleared
from referrals.guardians import withholding
from referrals.models import AssessmentPart, Referral
from referrals.people import roster
from referrals.reading import part_openings
from referrals.reminders import by_hand
from referrals.rules import rulebook, targets
from referrals.stages import Stage, Verb
from referrals.vocabulary import N_, Arena, Compartment, Domain, InformationCategory, Level, PartStatus
from schemas.assessment import ConclusionForm, OpeningForm, PartForm, PartRequestForm, PointerForm
from schemas.fields import CHOOSE_ONE
from webapp import forms, kept, notices, people, transactions, uploads
from webapp.casework import blueprint, note_forms, wording, words
from webapp.casework.attachments import lines as file_lines
from webapp.casework.attachments import take_beside
from webapp.casework.choices import choices, previews
from webapp.casework.frame import referral_page, seen, today
from webapp.guards import for_referral
from webapp.language import gettext, language, ngettext

#: names of the two forms of the page
ASK, CONCLUDE = "ask", "conclude"
WHY_ENOUGH = N_("Say why the team can meet with the parts there are.")


@dataclass(frozen=True)
class Line:
    """One colleague in the list of those to ask."""

    #: the number of their line in the form
    row: int
    colleague: roster.Colleague
    #: their part that is still out; they are not asked again before it is in
    out: AssessmentPart | None
    compartment: Compartment


@blueprint.get("/referrals/<reference:number>/assessment")
@for_referral(View.OWN_PART)
def assessment(referral: Referral) -> Response:
    """Everything asked for, as far as this person may know it; for the coordinator also asking and concluding."""
    return _page(referral)


@blueprint.post("/referrals/<reference:number>/assessment/requests")
@for_referral(Verb.REQUEST_PARTS)
def request_parts(referral: Referral) -> ResponseReturnValue:
    """Ask the colleagues ticked for their part."""
    form = forms.submitted()
    wanted = form.load(PartRequestForm())
    if wanted is None:
        return _page(referral, ask=form)
    parts = rules.request_parts(transactions.session(), referral, by=people.actor(), seen=seen(), **wanted)
    notices.say_next(
        ngettext(
            "One colleague has been asked for a part.",
            "%(num)d colleagues have been asked for their parts.",
            len(parts),
        )
    )
    return redirect(url_for("casework.assessment", number=referral.number), 303)


@blueprint.post("/referrals/<reference:number>/assessment/conclusion")
@for_referral(Verb.CONCLUDE_ASSESSMENT)
def conclude_assessment(referral: Referral) -> ResponseReturnValue:
    """Say that the team has what it needs to meet."""
    form = forms.submitted()
    concluded = form.load(ConclusionForm())
    if concluded is None:
        return _page(referral, conclude=form)
    try:
        rules.conclude_assessment(transactions.session(), referral, by=people.actor(), seen=seen(), **concluded)
    except PartsMissing:
        form.refuse("reason", WHY_ENOUGH)
        return _page(referral, conclude=form)
    notices.say_next(gettext("The assessment is concluded. Call the team to its meeting next."))
    return redirect(url_for("casework.referral", number=referral.number), 303)


@blueprint.get("/referrals/<reference:number>/assessment/<uuid:part_id>")
@for_referral(View.OWN_PART)
def assessment_part(referral: Referral, part_id: uuid.UUID) -> Response:
    """One part: its writer writes or reads it, the coordinator reads what the wall lets through."""
    kept.show_saved()
    return _part_page(referral, rules.find_part(transactions.session(), referral, part_id))


@blueprint.post("/referrals/<reference:number>/assessment/<uuid:part_id>")
@uploads.takes_files
@for_referral(Verb.SUBMIT_PART)
@wording.offers_notes
def submit_part(referral: Referral, part_id: uuid.UUID) -> ResponseReturnValue:
    """Keep the part for later, or hand it in. Files that were chosen are kept first, each by itself."""
    form = forms.submitted()
    referral = _take_files(form, referral, part_id)
    session = transactions.session()
    part = rules.find_part(session, referral, part_id)
    is_draft = "_save" in request.form or uploads.stays_here()
    written = form.load(_schema_of(part, is_draft=is_draft))
    if written is None:
        return _part_page(referral, part, form)
    if is_draft:
        rules.save_part(session, referral, by=people.actor(), part=part, **written)
        if not uploads.stays_here():
            notices.say_next(gettext("Saved. Nobody else can read it until you hand it in."))
        return redirect(url_for("casework.assessment_part", number=referral.number, part_id=part.id), 303)
    # What others do meanwhile does not touch one's own part; that it is handed in only once, the part itself knows.
    try:
        rules.submit_part(
            session, referral, by=people.actor(), seen=None, part=part, ground=wording.named_ground(form), **written
        )
    except LooksMedical:
        (wording.stop if part.compartment is Compartment.MEDICAL else wording.warn)(form)
        return _part_page(referral, part, form)
    notices.say_next(gettext("Thank you. Your part is handed in."))
    return redirect(url_for("casework.assessment", number=referral.number), 303)


@blueprint.post("/referrals/<reference:number>/assessment/<uuid:part_id>/opening")
@for_referral(View.BEHIND_WALL)
def open_part(referral: Referral, part_id: uuid.UUID) -> ResponseReturnValue:
    """Open a part behind the wall, for an investigation that this person decides."""
    session, form = transactions.session(), forms.submitted()
    part = rules.find_part(session, referral, part_id)
    given = form.load(OpeningForm())
    if given is not None:
        try:
            part_openings.open_part(session, referral, by=people.actor(), part=part, **given)
        except Incomplete:
            form.refuse("ground", gettext(CHOOSE_ONE))
        else:
            notices.say_next(gettext("You read the whole part now. Its writer sees that, and it stands in the log."))
            return redirect(url_for("casework.assessment_part", number=referral.number, part_id=part.id), 303)
    return _part_page(referral, part, opening=form)


@blueprint.post("/referrals/<reference:number>/assessment/<uuid:part_id>/confided")
@for_referral(Verb.MARK_CONFIDED)
def mark_part_confided(referral: Referral, part_id: uuid.UUID) -> ResponseReturnValue:
    """Mark that the child said in confidence what stands in one's own part."""
    withholding.mark_confided(transactions.session(), referral, by=people.actor(), seen=None, key=(part_id, ""))
    notices.say_next(gettext("It is marked. No guardian reads it until somebody has asked the child."))
    return redirect(url_for("casework.assessment_part", number=referral.number, part_id=part_id), 303)


def _page(referral: Referral, *, ask: forms.Form | None = None, conclude: forms.Form | None = None) -> Response:
    session, actor = transactions.session(), people.actor()
    parts = rules.parts_of(session, referral)
    may_know_all = may_view(View.ALL_PARTS, actor, referral.facts())
    readable = [rules.read_part(part, actor) for part in parts]
    can_ask, can_remind = (words.may_do(verb, referral) for verb in (Verb.REQUEST_PARTS, Verb.REMIND_COLLEAGUE))
    refused = ask or conclude
    ask = ask or forms.shown(_usual_request() if can_ask else {}, name=ASK)
    return referral_page(
        "assessment.html",
        referral,
        status=422 if refused else 200,
        heading=words.stage_name(referral.rulepack, Stage.ASSESSMENT),
        form=refused or ask,
        ask=ask,
        conclude=conclude or forms.shown(name=CONCLUDE),
        parts=[one for one in readable if may_know_all or one.is_own(actor) or one.texts],
        own_id=actor.account_id,
        owed={part.id: by_hand.owed_part(session, part, by=actor) for part in parts} if can_remind else {},
        is_complete_view=may_know_all,
        still_out=sum(part.status is PartStatus.REQUESTED for part in parts),
        asked=len(parts),
        has_new_parts=rules.has_new_parts(session, referral),
        previews=previews(referral),
        can_ask=can_ask,
        can_conclude=words.may_do(Verb.CONCLUDE_ASSESSMENT, referral),
        lines=_lines(referral, ask, parts) if can_ask else [],
        default_day=_default_day(referral) if can_ask else None,
        domains=choices(Domain),
        levels=choices(Level),
        arenas=choices(Arena),
    )


def _part_page(
    referral: Referral, part: AssessmentPart, form: forms.Form | None = None, *, opening: forms.Form | None = None
) -> Response:
    actor = people.actor()
    readable = rules.read_part(part, actor)
    is_own, may_know_all = readable.is_own(actor), may_view(View.ALL_PARTS, actor, referral.facts())
    if not is_own and not may_know_all and not readable.texts:
        raise NotAllowed("somebody else's part")
    can_write = is_own and part.status is PartStatus.REQUESTED and words.may_do(Verb.SUBMIT_PART, referral)
    status = 422 if form or opening else 200
    if form is None:
        form = opening or (forms.shown(_written(part, readable)) if can_write else forms.Form())
    return referral_page(
        "assessment_part.html",
        referral,
        status=status,
        heading=gettext("Your part") if is_own else gettext("Part by %(name)s", name=part.assessor.name),
        form=form,
        part=part,
        readable=readable,
        taken=uploads.lines(attachments.beside_part(transactions.session(), part)) if can_write else [],
        files=[] if can_write else file_lines(attachment_reading.of_part(transactions.session(), part, actor)),
        is_own=is_own,
        may_know_request=is_own or may_know_all,
        can_write=can_write,
        is_pointer=part.compartment in rules.POINTERS,
        is_walled=part.compartment is Compartment.STUDENT_HEALTH,
        domains=part.domain_values,
        other_domains=[domain for domain in Domain if domain not in part.domain_values],
        categories=choices(InformationCategory),
        persons=note_forms.persons(referral) if can_write else [],
        can_confide=is_own and part.status is PartStatus.RECEIVED and words.may_do(Verb.MARK_CONFIDED, referral),
        is_confided=is_own and withholding.is_confided(transactions.session(), referral, (part.id, "")),
        **_opening(referral, part),
    )


def _opening(referral: Referral, part: AssessmentPart) -> dict[str, Any]:
    """Who opened it, as far as this reader may know that, and on which grounds they could themselves."""
    session, actor, pack = transactions.session(), people.actor(), rulebook.load(referral.rulepack)
    rows = part_openings.openings_of(session, part, actor)
    names = {row.id: pack.track(row.ground, referral.unit.school_form).name(language()) for row in rows}
    can_open = part_openings.may_open(part, actor)
    grounds = part_openings.grounds(referral) if can_open else ()
    return {
        "openings": [(row, names[row.id]) for row in rows],
        "grounds": [(track.key, track.name(language()), track.source) for track in grounds],
    }


def _take_files(form: forms.Form, referral: Referral, part_id: uuid.UUID) -> Referral:
    by = people.actor()

    def keep(session: Session, found: Referral, file: Cleared) -> None:
        rules.attach_file(session, found, by=by, part=rules.find_part(session, found, part_id), file=file)

    def remove(session: Session, found: Referral, file_id: uuid.UUID) -> None:
        rules.remove_file(session, found, by=by, part=rules.find_part(session, found, part_id), file_id=file_id)

    return take_beside(form, referral, keep=keep, remove=remove)


def _written(part: AssessmentPart, readable: rules.ReadablePart) -> dict[str, Any]:
    """What the writer has so far, as the form shows it."""
    about = note_forms.whom(part.about, part.about_guardian_id)
    return {
        **readable.texts,
        "findings": dict(readable.findings),
        "categories": part.categories,
        "about": about,
        "is_confided": part.is_confided,
    }


def _schema_of(part: AssessmentPart, *, is_draft: bool) -> PartForm | PointerForm:
    kind = PointerForm if part.compartment in rules.POINTERS else PartForm
    return kind(partial=is_draft)


def _usual_request() -> dict[str, Any]:
    """What the parts speak of until the coordinator says otherwise."""
    return {"domains": list(Domain), "levels": [Level.INDIVIDUAL], "arenas": [Arena.SCHOOL]}


def _default_day(referral: Referral) -> date:
    return targets.default_day(transactions.session(), referral.rulepack, "assessment", since=today())


def _lines(referral: Referral, form: forms.Form, parts: Sequence[AssessmentPart]) -> list[Line]:
    """Everybody who could be asked, each with the number their line had in the form where it was sent before."""
    out = {part.assessor_id: part for part in parts if part.status is PartStatus.REQUESTED}
    sent = {form.value(f"asked-{row}-assessor_id"): row for row in form.rows("asked", 0)}
    unused = itertools.count(len(sent))
    lines = []
    for colleague in roster.for_team(transactions.session(), referral):
        account = colleague.account
        row = sent[str(account.id)] if str(account.id) in sent else next(unused)
        compartment = rules.COMPARTMENTS.get(account.profession, Compartment.PEDAGOGICAL)
        lines.append(Line(row, colleague, out.get(account.id), compartment))
    return lines
