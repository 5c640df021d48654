"""The second factor of an account: a code that changes each half minute (TOTP), and recovery codes on paper."""

import hmac
import re
import uuid
from typing import Final

import pyotp
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from referrals import reference
from referrals.clock import machine_now
from referrals.errors import WrongFactor
from referrals.models import Account, RecoveryCode, SecondFactor
from referrals.people.organisation import note

#: recovery codes given at a time
RECOVERY_CODES: Final = 10
#: seconds a code lasts; the one before and the one after are taken too, for clocks that differ
_STEP: Final = 30


def of(session: Session, account: Account) -> SecondFactor | None:
    """The account's second factor, confirmed or not yet; None where it has none."""
    return session.scalars(select(SecondFactor).where(SecondFactor.account_id == account.id)).one_or_none()


def has(session: Session, account: Account) -> bool:
    """Whether a code is asked for when this account signs in with its password."""
    found = of(session, account)
    return found is not None and found.confirmed_at is not None


def begin(session: Session, account: Account) -> SecondFactor:
    """Make a new secret for the account's code app; it counts from `confirm` on. A confirmed one stays as it is."""
    found = of(session, account)
    if found is not None:
        if found.confirmed_at is not None:
            return found
        session.delete(found)
        session.flush()
    made = SecondFactor(account_id=account.id, made_at=machine_now(), secret=pyotp.random_base32())
    session.add(made)
    session.flush()
    return made


def address(factor: SecondFactor, account: Account, *, issuer: str) -> str:
    """What the QR code says: the secret with the name under which the code app files it."""
    return pyotp.TOTP(factor.secret or "").provisioning_uri(name=account.email, issuer_name=issuer)


def confirm(session: Session, account: Account, typed: str) -> list[str]:
    """Let the factor count from now on, with a code to prove that the app has it. Gives the recovery codes, this once.

    Raises WrongFactor.
    """
    factor = of(session, account)
    if factor is None or factor.confirmed_at is not None or not _is_code_of(session, factor, typed):
        raise WrongFactor
    factor.confirmed_at = machine_now()
    note(session, account, what="second_factor", after="on", by_id=account.id)
    return _give_codes(session, account)


def accept(session: Session, account: Account, typed: str) -> None:
    """Take the code of the moment or an unused recovery code, each once. Raises WrongFactor for anything else."""
    factor = of(session, account)
    if factor is None or factor.confirmed_at is None:
        raise WrongFactor
    if not (_is_code_of(session, factor, typed) or _is_recovery_code(session, account, typed)):
        raise WrongFactor


def renew_codes(session: Session, account: Account, typed: str) -> list[str]:
    """New recovery codes for a code of the moment; the old ones end. Raises WrongFactor."""
    accept(session, account, typed)
    note(session, account, what="recovery_codes", by_id=account.id)
    return _give_codes(session, account)


def codes_left(session: Session, account: Account) -> int:
    """How many recovery codes are still unused."""
    mine = RecoveryCode.account_id == account.id
    return session.scalars(
        select(func.count()).select_from(RecoveryCode).where(mine, RecoveryCode.used_at.is_(None))
    ).one()


def remove(session: Session, account: Account, *, by_id: uuid.UUID | None) -> None:
    """Take the second factor away, with its recovery codes. `by_id` is who did it, for the log."""
    session.execute(delete(RecoveryCode).where(RecoveryCode.account_id == account.id))
    gone = session.scalars(delete(SecondFactor).where(SecondFactor.account_id == account.id).returning(SecondFactor.id))
    if gone.all():
        note(session, account, what="second_factor", before="on", by_id=by_id)


def _is_code_of(session: Session, factor: SecondFactor, typed: str) -> bool:
    """Whether this is the code of the moment, and none that was taken before. Two at the same moment take turns."""
    code = re.sub(r"\s", "", typed)
    session.refresh(factor, with_for_update=True)
    machine = pyotp.TOTP(factor.secret or "")
    this = int(machine_now().timestamp()) // _STEP
    for step in (this - 1, this, this + 1):
        if step > factor.last_step and hmac.compare_digest(
            machine.at(step * _STEP), code.encode("ascii", "replace").decode()
        ):
            factor.last_step = step
            session.flush()
            return True
    return False


def _is_recovery_code(session: Session, account: Account, typed: str) -> bool:
    if not reference.is_code(typed):
        return False
    spent = (
        update(RecoveryCode)
        .where(RecoveryCode.code_index == _index(account, typed), RecoveryCode.used_at.is_(None))
        .values(used_at=machine_now())
        .returning(RecoveryCode.id)
    )
    return session.scalars(spent).one_or_none() is not None


def _give_codes(session: Session, account: Account) -> list[str]:
    session.execute(delete(RecoveryCode).where(RecoveryCode.account_id == account.id))
    codes = [reference.new_code() for _ in range(RECOVERY_CODES)]
    session.add_all(RecoveryCode(account_id=account.id, code_index=_index(account, code)) for code in codes)
    session.flush()
    return codes


def _index(account: Account, code: str) -> str:
    return reference.code_digest(f"recovery {account.id}", code)
