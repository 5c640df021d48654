"""What follows a programme of special support: it is followed up and evaluated at its dates, and ended by the head teacher."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from referrals import here, history
from referrals.access import Actor
from referrals.errors import Incomplete, NotAllowed
from referrals.languages import local_date
from referrals.models import History, Referral, SupportProgramme, SupportReview
from referrals.papers import readers
from referrals.stages import Verb
from referrals.statutory.support_programme import programmes_of
from referrals.vocabulary import ProgrammeKind, SupportReviewKind, SupportReviewOutcome

#: the programme's own days end with its evaluation: whatever goes on after it is decided with new ones (Skollag 3:9)
_NO_DAY_LEFT: Final = (SupportReviewKind.EVALUATION, SupportReviewOutcome.GOES_ON)


@dataclass(frozen=True)
class Reviewed:
    """What a follow-up or an evaluation found."""

    kind: SupportReviewKind | None
    held_on: date | None
    findings: str
    views: str
    outcome: SupportReviewOutcome | None


def record_review(
    session: Session, referral: Referral, *, by: Actor, seen: int | None, reviewed: Reviewed
) -> SupportReview:
    """Record that the programme in force was followed up or evaluated.

    Raises NotAllowed where none is in force, Incomplete for what is not stated, a day that is not one from the decision until
    today, or an evaluation after which it would go on as it is: no day on which somebody looks at it again would be left.
    """
    history.guard(session, referral, Verb.REVIEW_SUPPORT_PROGRAMME, by=by, seen=seen)
    programme = in_force(session, referral)
    if programme is None or programme.decided is None:
        raise NotAllowed(Verb.REVIEW_SUPPORT_PROGRAMME)
    decided_on = local_date(programme.decided.at, zone=here.time_zone(session))
    texts = {name: getattr(reviewed, name).strip() for name in ("findings", "views")}
    stated = {
        "kind": reviewed.kind,
        "held_on": reviewed.held_on is not None and decided_on <= reviewed.held_on <= here.today(session),
        **texts,
        "outcome": reviewed.outcome is not None and (reviewed.kind, reviewed.outcome) != _NO_DAY_LEFT,
    }
    if missing := [name for name, value in stated.items() if not value]:
        raise Incomplete(*missing)
    row = history.record(session, referral, Verb.REVIEW_SUPPORT_PROGRAMME, by=by, seen=seen)
    kept = SupportReview(
        referral=referral, programme_id=programme.id, history_id=row.id, kind=reviewed.kind, held_on=reviewed.held_on,
        outcome=reviewed.outcome,
    )  # fmt: skip
    kept.findings, kept.views = texts["findings"], texts["views"]
    session.add(kept)
    session.flush()
    return kept


def end_programme(
    session: Session, referral: Referral, *, by: Actor, seen: int | None, reasons: str
) -> SupportProgramme:
    """Decide, with reasons, that the programme in force ends: the head teacher's, once it was followed up or evaluated.

    Raises NotAllowed where none is in force, Incomplete without reasons, or before it was looked at again.
    """
    history.guard(session, referral, Verb.END_SUPPORT_PROGRAMME, by=by, seen=seen)
    programme = in_force(session, referral)
    if programme is None:
        raise NotAllowed(Verb.END_SUPPORT_PROGRAMME)
    stated = {"reasons": reasons.strip(), "reviewed": reviews_of(session, programme)}
    if missing := [name for name, value in stated.items() if not value]:
        raise Incomplete(*missing)
    row = history.record(session, referral, Verb.END_SUPPORT_PROGRAMME, by=by, seen=seen)
    ended = SupportProgramme(referral=referral, kind=ProgrammeKind.ENDED, begun_id=row.id, decided=row)
    ended.reasons = reasons.strip()
    ended.pupil_appeals = readers.speaks_for_themself(session, row)
    session.add(ended)
    session.flush()
    return ended


def in_force(session: Session, referral: Referral) -> SupportProgramme | None:
    """The programme that holds: the newest decision, where that is a programme."""
    newest = next((one for one in programmes_of(session, referral) if one.decided_id is not None), None)
    return newest if newest is not None and newest.kind is ProgrammeKind.PROGRAMME else None


def reviews_of(session: Session, programme: SupportProgramme) -> list[SupportReview]:
    """The follow-ups and evaluations of `programme`, the newest first."""
    rows = select(SupportReview).join(SupportReview.history).where(SupportReview.programme_id == programme.id)
    return list(session.scalars(rows.order_by(History.number.desc())))


def next_review(session: Session, programme: SupportProgramme) -> tuple[SupportReviewKind, date] | None:
    """What `programme` itself says comes next and when; None once it was evaluated."""
    done = {one.kind for one in reviews_of(session, programme)}
    if SupportReviewKind.EVALUATION in done:
        return None
    stated = {
        SupportReviewKind.FOLLOW_UP: programme.follow_up_on,
        SupportReviewKind.EVALUATION: programme.evaluation_on,
    }
    return next(((kind, on) for kind, on in stated.items() if on is not None and kind not in done), None)
