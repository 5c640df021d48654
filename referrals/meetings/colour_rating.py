"""The colour rating of a meeting: two people first, each for themselves and unseen by the other, then the team together.

It is there only for teams that use it, and on no paper unless every guardian who decides for the child chose that it may be.
"""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

from sqlalchemy import ColumnElement, select, true
from sqlalchemy.orm import Session

from referrals import clock
from referrals.access import Actor, View, may_view, parties_for
from referrals.disclosure import coverage
from referrals.errors import AlreadyDecided, Incomplete, KeptOutside, NotAllowed
from referrals.models import ColourChoice, ColourRating, Guardian, Referral, TeamMeeting
from referrals.stages import Verb
from referrals.vocabulary import Colour, Domain

#: how refusals call what was tried: none of these is a step of the referral's way
_ALONE, _TOGETHER, _CHOOSE = "rate_alone", "rate_together", "choose_colours_on_papers"
#: how many rate alone before the team does
FIRST: Final = 2

Colours: TypeAlias = Mapping[Domain, Colour]


@dataclass(frozen=True)
class Standing:
    """How far the rating of a meeting has come, as one of those who may read its minutes sees it."""

    #: whether they can still rate for themselves
    can_rate_alone: bool
    #: what they rated themselves
    own: ColourRating | None
    #: how many have rated alone
    count: int
    #: what those rated, once both have and nobody can be led by the other
    alone: tuple[ColourRating, ...]
    together: ColourRating | None


def standing(meeting: TeamMeeting, *, by: Actor) -> Standing:
    """How the rating of `meeting` stands for `by`."""
    alone = _alone(meeting)
    own = next((one for one in alone if one.by_id == by.account_id), None)
    is_shown = len(alone) == FIRST
    return Standing(
        can_rate_alone=meeting.approved_at is None and not is_shown and _is_called(meeting, by),
        own=own,
        count=len(alone),
        alone=tuple(alone) if is_shown else (),
        together=meeting.rated_together,
    )


def is_ready(meeting: TeamMeeting) -> bool:
    """Whether two have rated alone, and so the team can rate."""
    return meeting.referral.forum.rates_by_colour and len(_alone(meeting)) == FIRST


def rate_alone(
    session: Session, referral: Referral, meeting: TeamMeeting, *, by: Actor, colours: Colours
) -> ColourRating:
    """Keep what `by` sees, unseen by the other. It can be changed until the other has rated, too.

    Raises NotAllowed for anybody not called to the meeting, Incomplete without any colour, AlreadyDecided once two have rated
    or the minutes are approved, KeptOutside.
    """
    _require_use(referral, by, _ALONE)
    if not _is_called(meeting, by):
        raise NotAllowed(_ALONE)
    _hold_still(session, meeting)
    _require_open(meeting)
    alone = _alone(meeting)
    if len(alone) == FIRST:
        raise AlreadyDecided
    own = next((one for one in alone if one.by_id == by.account_id), None)
    return _keep(session, meeting, own, place=len(alone) + 1, by=by, colours=colours)


def rate_together(
    session: Session, referral: Referral, meeting: TeamMeeting, *, by: Actor, colours: Colours
) -> ColourRating:
    """Keep what the team agreed on, until the minutes are approved.

    Raises NotAllowed for anybody who may not write the minutes, Incomplete before two have rated or without any colour,
    AlreadyDecided, KeptOutside.
    """
    _require_use(referral, by, _TOGETHER)
    if not parties_for(Verb.RECORD_MEETING, by, referral.facts()):
        raise NotAllowed(_TOGETHER)
    _hold_still(session, meeting)
    _require_open(meeting)
    if not is_ready(meeting):
        raise Incomplete("colours")
    return _keep(session, meeting, meeting.rated_together, place=0, by=by, colours=colours)


def choose_for_papers(
    session: Session, referral: Referral, guardian: Guardian, *, by: Actor, is_wanted: bool
) -> ColourChoice:
    """Write down whether a guardian wants the team's colours on papers; the newest word counts. Raises NotAllowed, KeptOutside."""
    _require_use(referral, by, _CHOOSE)
    is_theirs = guardian in coverage.deciding_guardians(session, referral)
    if not is_theirs or not parties_for(Verb.RECORD_INFORMATION, by, referral.facts()):
        raise NotAllowed(_CHOOSE)
    made = ColourChoice(
        referral=referral, guardian_id=guardian.id, is_wanted=is_wanted, chosen_at=clock.now(), by_id=by.account_id
    )
    session.add(made)
    session.flush()
    return made


def choices(
    session: Session, referral: Referral, *, until: ColumnElement[bool] | None = None
) -> dict[uuid.UUID, ColourChoice]:
    """The newest choice of each guardian who made one, by their id; `until` leaves out what came later."""
    rows = select(ColourChoice).where(ColourChoice.referral_id == referral.id, true() if until is None else until)
    return {one.guardian_id: one for one in session.scalars(rows.order_by(ColourChoice.chosen_at))}


def on_papers(session: Session, referral: Referral, *, until: ColumnElement[bool] | None = None) -> bool:
    """Whether the team's colours may stand on papers: every guardian who decides chose so."""
    made, deciding = choices(session, referral, until=until), coverage.deciding_guardians(session, referral)
    wanted = [one.id in made and made[one.id].is_wanted for one in deciding]
    return bool(wanted) and all(wanted)


def _keep(
    session: Session, meeting: TeamMeeting, there: ColourRating | None, *, place: int, by: Actor, colours: Colours
) -> ColourRating:
    if not colours:
        raise Incomplete("colours")
    made = there or ColourRating(referral=meeting.referral, meeting=meeting, place=place)
    made.by_id, made.rated_at = by.account_id, clock.now()
    made.colours = {domain.value: colours[domain].value for domain in Domain if domain in colours}
    session.add(made)
    session.flush()
    return made


def _alone(meeting: TeamMeeting) -> list[ColourRating]:
    return sorted((one for one in meeting.colour_ratings if one.place), key=lambda one: one.place)


def _is_called(meeting: TeamMeeting, by: Actor) -> bool:
    return str(by.account_id) in meeting.called


def _require_use(referral: Referral, by: Actor, what: str) -> None:
    if not referral.forum.rates_by_colour or not may_view(View.MINUTES_IN_FULL, by, referral.facts()):
        raise NotAllowed(what)
    if referral.kept_outside_at is not None:
        raise KeptOutside


def _hold_still(session: Session, meeting: TeamMeeting) -> None:
    """Let nobody else rate until this transaction ends, and see what they rated: who rates in the same moment comes after."""
    session.refresh(meeting, with_for_update=True)


def _require_open(meeting: TeamMeeting) -> None:
    if meeting.approved_at is not None or not meeting.referral.is_open:
        raise AlreadyDecided
