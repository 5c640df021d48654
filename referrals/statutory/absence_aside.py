"""Stepping aside: a head teacher who is too close to a pupil leaves what is done about the absence to somebody else."""

from sqlalchemy.orm import Session

from referrals import clock
from referrals.access import Actor
from referrals.errors import Incomplete, NotAllowed
from referrals.keeping import audit
from referrals.models import AbsenceAside, AbsentPupil, What
from referrals.statutory.absence import read_anew
from referrals.statutory.absence_keepers import may_keep, others_who_could

#: how the log names it
_DEED = "step_aside_from_absence"


def step_aside(session: Session, pupil: AbsentPupil, *, by: Actor) -> None:
    """Let `by` see and do nothing about this pupil any more; who else leads the school goes on.

    Raises NotAllowed for whoever does not keep it, and Incomplete with "somebody_else" where nobody would be left to.
    """
    read_anew(session, pupil)
    if by.account_id is None or not may_keep(session, pupil, by):
        raise NotAllowed(_DEED)
    if not others_who_could(session, pupil, by):
        raise Incomplete("somebody_else")
    session.add(AbsenceAside(pupil=pupil, account_id=by.account_id, at=clock.now()))
    session.flush()
    audit.append(session, What.DID, by=by, chain=pupil.id, subject=_DEED)
