"""What an instance opens before it does anything, and what a start with real people refuses, each in a sentence."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from referrals import clock
from referrals.config import NOWHERE, Settings
from referrals.errors import StartRefused
from referrals.models import Account, Municipality
from referrals.sealing import KeyRing, use_key_ring


def open_keys_and_date(settings: Settings) -> KeyRing:
    """Open the key ring and the date of the instance. Raises StartRefused for a ring that production must not use.

    A demonstration makes its keys itself and goes by a date that can be moved; production does neither.
    """
    ring = KeyRing.read_or_make(settings.key_file) if settings.is_demo else _production_ring(settings)
    use_key_ring(ring)
    clock.use_shift_file(settings.shift_file if settings.is_demo else None)
    return ring


def refuse_demonstration(session: Session) -> None:
    """Raises StartRefused where the database belongs to a demonstration, or to nobody yet."""
    if session.scalars(select(Municipality.id).limit(1)).first() is None:
        raise StartRefused("No municipality is set up yet: write its file and read it in with `trivsel setup FILE`.")
    invented = select(Account.id).where(func.lower(Account.email).endswith(NOWHERE)).limit(1)
    if session.scalars(invented).first() is not None:
        raise StartRefused(
            f"This database has people of a demonstration in it (addresses at {NOWHERE}), whose password everybody knows. "
            "Production begins with a data folder and a database of its own."
        )


def _production_ring(settings: Settings) -> KeyRing:
    path = settings.key_file
    if not path.exists():
        raise StartRefused(
            f"There is no key ring at {path}: make one with `trivsel keys new {path}` and keep a copy apart."
        )
    if path.stat().st_mode & 0o077:
        raise StartRefused(f"Others on this machine can read the key ring {path}: `chmod 600 {path}` closes it.")
    ring = KeyRing.read(path)
    if not ring.is_for_production:
        raise StartRefused(f"The key ring {path} was made by a demonstration: make one with `trivsel keys new FILE`.")
    return ring
