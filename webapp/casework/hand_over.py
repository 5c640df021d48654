"""Handing over to another team, of another unit or the same: offered and taken back on the referral's page, answered on the receiving team's own."""

import uuid
from collections.abc import Iterable
from datetime import date
from typing import Any, Final

from flask import Response, redirect, url_for
from flask.typing import ResponseReturnValue

from referrals import audiences
from referrals.access import View
from referrals.disclosure import hand_over as rules
from referrals.disclosure import handed_over, receivers, service_referral
from referrals.disclosure.pieces import Piece
from referrals.errors import (
    DutiesOpen,
    HandOverEnded,
    Incomplete,
    NoSuchReferral,
    NotAllowed,
    NotCovered,
    ProtectedByHand,
)
from referrals.languages import local_date
from referrals.models import HandOver, Referral, What
from referrals.reminders import by_hand, errands
from referrals.stages import Party, Verb
from referrals.statutory.waiting import has_open_duties
from referrals.vocabulary import HandOverState, InformationCategory, Profession, Recipient
from schemas.hand_over import NEEDS_RECEIVER, DeclineForm, OfferForm
from webapp import auditing, forms, notices, pages, people, transactions
from webapp.casework import blueprint, sharing, words
from webapp.casework.choices import names_of_kinds
from webapp.casework.frame import referral_page, seen, today
from webapp.casework.lines import Line
from webapp.casework.withholding import as_key, piece_name
from webapp.guards import for_referral, signed_in
from webapp.language import gettext, zone

#: what in a package is a day
_DAYS: Final = frozenset({"on", "accepted_on", "consented_on", "from_on", "to_on"})


@blueprint.get("/referrals/<reference:number>/hand-over", endpoint="hand_over")
@for_referral(View.GUARDIANS)
def hand_over(referral: Referral) -> Response:
    """What was offered to whom and what became of it, and the form for an offer."""
    somebody = people.account()
    unit = referral.unit
    usual = {"contact": ", ".join(part for part in (somebody.name if somebody else "", unit.name, unit.phone) if part)}
    return _page(referral, forms.shown(usual))


@blueprint.post("/referrals/<reference:number>/hand-over")
@for_referral(Verb.OFFER_HAND_OVER)
def offer_hand_over(referral: Referral) -> ResponseReturnValue:
    """Offer it to another unit's team, or another team of its own unit."""
    form = forms.submitted()
    given = form.load(OfferForm())
    if given is None:
        return _page(referral, form, 422)
    try:
        unit_id, forum_id = _to(referral, given.pop("to"))
        chosen = [as_key(value) for value in given["chosen"]]
        offer = rules.Offer(to_unit_id=unit_id, to_forum_id=forum_id, **given | {"chosen": chosen})
        rules.offer_hand_over(transactions.session(), referral, by=people.actor(), seen=seen(), offer=offer)
    except NotCovered:
        form.refuse(
            "chosen", gettext("The consent does not let all of this go there any more. Choose again from what is left.")
        )
        return _page(referral, form, 422)
    except Incomplete:  # the form asks for everything else
        form.refuse("to", NEEDS_RECEIVER)
        return _page(referral, form, 422)
    notices.say_next(gettext("It is offered. Until the other team has answered, the work goes on here."))
    return redirect(url_for("casework.hand_over", number=referral.number), 303)


@blueprint.post("/referrals/<reference:number>/hand-over/take-back")
@for_referral(Verb.TAKE_BACK_HAND_OVER)
def take_back_hand_over(referral: Referral) -> ResponseReturnValue:
    """Take the offer back that waits."""
    rules.take_back_hand_over(transactions.session(), referral, by=people.actor(), seen=seen())
    notices.say_next(gettext("The offer is taken back. Nothing has gone over."))
    return redirect(url_for("casework.hand_over", number=referral.number), 303)


@blueprint.get("/referrals/<reference:number>/handed-over", endpoint="handed_over")
@for_referral(View.HANDED_OVER)
def what_was_handed_over(referral: Referral) -> Response:
    """What this referral began with."""
    found = rules.received(transactions.session(), referral)
    if found is None:
        raise NoSuchReferral
    return referral_page("handed_over.html", referral, package=_shown(found.package or {}))


@blueprint.get("/hand-overs")
@signed_in(*rules.MAY_ANSWER)
def hand_overs() -> Response:
    """What waits for an answer of this person, and what they offered themselves."""
    session, actor = transactions.session(), people.actor()
    return pages.page(
        "casework/hand_overs.html",
        offered=rules.offered_to(session, actor),
        mine=[(one, _still_to_tell(one)) for one in rules.offered_by(session, actor)],
    )


@blueprint.get("/hand-overs/<uuid:hand_over_id>", endpoint="hand_over_offer")
@signed_in(*rules.MAY_ANSWER)
def offer(hand_over_id: uuid.UUID) -> Response:
    """Which child it is about, what is asked, and what kinds of information would come: not what they say."""
    found = _find(hand_over_id)
    auditing.note(
        What.OPENED_PAGE, chain=found.referral_id, party=Party.RECEIVER, subject="casework.hand_over_offer", object_id=found.id
    )  # fmt: skip
    return _offer_page(found, forms.shown())


@blueprint.post("/hand-overs/<uuid:hand_over_id>/accept")
@signed_in(*rules.MAY_ANSWER)
def accept_hand_over(hand_over_id: uuid.UUID) -> ResponseReturnValue:
    """Take it over."""
    found = _find(hand_over_id)
    try:
        taken = rules.accept_hand_over(transactions.session(), found, by=people.actor())
    except (NotCovered, DutiesOpen, ProtectedByHand):
        return _offer_page(found, forms.shown(), 409)
    notices.say_next(gettext("It is yours now. Inform the guardians, and ask them anew what may be shared."))
    return redirect(url_for("casework.referral", number=taken.number), 303)


@blueprint.post("/hand-overs/<uuid:hand_over_id>/decline")
@signed_in(*rules.MAY_ANSWER)
def decline_hand_over(hand_over_id: uuid.UUID) -> ResponseReturnValue:
    """Say no, with a reason."""
    found, form = _find(hand_over_id), forms.submitted()
    given = form.load(DeclineForm())
    if given is None:
        return _offer_page(found, form, 422)
    rules.decline_hand_over(transactions.session(), found, by=people.actor(), reason=given["reason"])
    notices.say_next(gettext("It is declined. Those who offered it read your reason and can choose again."))
    return redirect(url_for("casework.hand_overs"), 303)


def lines(day: date) -> list[Line]:
    """A line of home for each offer that waits for this person."""
    return [
        Line(
            number=found.referral.number,
            url=url_for("casework.hand_over_offer", hand_over_id=found.id),
            verb=gettext(errands.ANSWER_HAND_OVER),
            about=(gettext("From %(unit)s", unit=found.from_name), found.to_name),
            waits_since=local_date(found.offered.at, zone=zone()),
            today=day,
        )
        for found in rules.offered_to(transactions.session(), people.actor())
    ]


# ------------------------------------------------------------------------------------------------------------- inside
def _find(hand_over_id: uuid.UUID) -> HandOver:
    try:
        return rules.find(transactions.session(), hand_over_id, by=people.actor())
    except NotAllowed:
        raise NoSuchReferral from None


def _to(referral: Referral, chosen: uuid.UUID) -> tuple[uuid.UUID, uuid.UUID | None]:
    """The unit and the team that were chosen by the id of either: a team of the same unit, or else a unit."""
    unit = referral.unit
    if chosen == unit.forum_id or chosen in {team.id for team in unit.other_teams}:
        return unit.id, None if chosen == unit.forum_id else chosen
    return chosen, None


def _still_to_tell(found: HandOver) -> str:
    """That the team's own meeting fell away with it, where guardians got no mail about that."""
    to_tell = audiences.guardians_to_tell(transactions.session(), found.answered) if found.answered else []
    return f"{gettext('The meeting is called off.')} {words.guardians_to_tell(len(to_tell))}" if to_tell else ""


def _page(referral: Referral, form: forms.Form, status: int = 200) -> Response:
    session = transactions.session()
    waiting = rules.waiting(session, referral)
    to = Recipient.RECEIVING_SCHOOL
    return referral_page(
        "hand_over.html",
        referral,
        status=status,
        form=form,
        waiting=waiting,
        has_lapsed=waiting is not None and rules.covered(session, waiting) is None,
        has_duties=has_open_duties(session, referral),
        asks_service=service_referral.are_running(session, referral),
        earlier=[one for one in rules.hand_overs_of(session, referral) if one.state is not HandOverState.OFFERED],
        line=next((one for one in sharing.recipient_lines(referral) if one.recipient is to), None),
        receivers=[
            *(
                (team.id, f"{referral.unit.name}, {team.name}")
                for team in receivers.teams_to_offer_to(session, referral)
            ),
            *((unit.id, unit.name) for unit in receivers.units_to_offer_to(session, referral)),
        ],
        choices=[
            (f"{piece.object_id}:{piece.name}", piece_name(piece), ", ".join(_kinds([piece])))
            for piece in handed_over.offerable(session, referral, to=Recipient.RECEIVING_SCHOOL, on=today())
        ],
        may_offer=words.may_do(Verb.OFFER_HAND_OVER, referral),
        may_take_back=words.may_do(Verb.TAKE_BACK_HAND_OVER, referral),
        owed=by_hand.owed_hand_over(session, referral) if words.may_do(Verb.REMIND_COLLEAGUE, referral) else None,
    )


def _offer_page(found: HandOver, form: forms.Form, status: int = 200) -> Response:
    if found.state is HandOverState.TAKEN_BACK:
        raise HandOverEnded
    session = transactions.session()
    asked = rules.asked_of(session, found)
    return pages.page(
        "casework/hand_over_offer.html",
        status,
        form=form,
        found=found,
        asked=asked,
        kinds=_kinds(asked.pieces if asked else ()),
        has_lapsed=asked is None,
        #: which duties they are is not the receiving team's to know
        is_held_up=rules.is_held_up(session, found.referral),
        is_protected=found.referral.protected_since is not None,
    )


def _shown(value: Any, name: str = "") -> Any:
    """A package as a page shows it: days as days, words of controlled lists in the page's language, findings in their order."""
    if isinstance(value, list):
        return [_shown(each) for each in value]
    if name in _DAYS and value:
        return date.fromisoformat(value)
    if not isinstance(value, dict):
        return value
    shown = {key: _shown(each, key) for key, each in value.items()}
    if "categories" in shown:
        shown["kinds"] = names_of_kinds([InformationCategory(kind) for kind in shown["categories"]])
    if "profession" in shown:
        shown["profession_label"] = gettext(Profession(shown["profession"]).label)
        shown["texts"] = [
            text for text in (*shown["findings"].values(), shown["protective_factors"], shown["conclusion"]) if text
        ]
    return shown


def _kinds(chosen: Iterable[Piece]) -> list[str]:
    return names_of_kinds(handed_over.kinds_of(chosen))
