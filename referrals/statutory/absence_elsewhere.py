"""A warning or report about absence that was sent from another system: where it is kept and since when, with no paper of ours."""

from datetime import date
from typing import Final

from sqlalchemy.orm import Session

from referrals import here
from referrals.access import Actor
from referrals.errors import Incomplete, NotAllowed
from referrals.keeping import audit
from referrals.models import AbsenceStep, What
from referrals.statutory import absence
from referrals.statutory.absence_keepers import may_keep

#: how the log names that a pointer was taken away again
_AWAY: Final = "unpoint"


def point(session: Session, step: AbsenceStep, *, by: Actor, seen: str, kept_in: str, decided_on: date | None) -> None:
    """Record where what was sent is kept. It counts as sent from here: growing days make nothing due anew.

    Raises NotAllowed, AlreadyMoved, and Incomplete for what is missing, a day that has not come, with "before_quarter" for one on
    which nothing could be due yet, or with "overtaken" or "changed" as in `absence.send`.
    """
    absence.require_open(session, step, by=by, verb=f"point_{step.kind.value}")
    stated = {
        "kept_in": kept_in.strip(),
        "decided_on": decided_on is not None and decided_on <= here.today(session),
        "before_quarter": decided_on is None or step.quarter_on <= decided_on,
        "overtaken": seen == absence.sum_read(step),
        "changed": absence.newest(step.pupil, step.quarter_on) == step.days,
    }
    if missing := [name for name, value in stated.items() if not value]:
        raise Incomplete(*missing)
    step.said = {"kept_in": kept_in.strip(), "decided_on": str(decided_on)}
    absence.decide(session, step, by=by, deed="point", is_sent=True)


def take_away(session: Session, step: AbsenceStep, *, by: Actor) -> None:
    """Take a pointer away that was wrong: what is due waits again. Again changes nothing. Raises NotAllowed for what was decided here."""
    absence.read_anew(session, step.pupil)
    if not may_keep(session, step.pupil, by) or (step.decided_at is not None and not step.is_elsewhere):
        raise NotAllowed(f"{_AWAY}_{step.kind.value}")
    if step.decided_at is None:
        return
    step.said = step.is_sent = step.decided_at = step.decided_by_id = None
    session.flush()
    session.refresh(step, ["decided_by"])
    audit.append(session, What.DID, by=by, chain=step.pupil_id, subject=f"{_AWAY}_{step.kind.value}")
