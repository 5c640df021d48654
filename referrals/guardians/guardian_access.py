"""A guardian's way in to their own page: the code a coordinator gives them on paper, and the e-identification bound to it."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from sqlalchemy import Select, delete, select, update
from sqlalchemy.orm import Session

from referrals import clock, here, history, reference
from referrals.access import Actor
from referrals.errors import AssuranceTooLow, NotAllowed, NotKnownHere, WrongCode
from referrals.models import Guardian, GuardianCode, GuardianIdentity, GuardianSession, Referral
from referrals.people.municipal import Agreement
from referrals.rules import rulebook
from referrals.sealing import key_ring
from referrals.stages import Verb
from referrals.vocabulary import NoticeMethod

#: what a guardian's code is for; see `reference.code_digest`
PURPOSE: Final = "guardian code"


@dataclass(frozen=True)
class GivenCode:
    """A code while it is in clear, which is once."""

    code: str
    #: the last day on which it opens anything
    until_on: date


def may_have_page(guardian: Guardian) -> bool:
    """Whether this guardian may have a page: with custody, told of the referral, and to be contacted."""
    told = guardian.notice_until(None)
    is_told = told is not None and told.method is not NoticeMethod.NOT_TOLD
    return guardian.has_custody and guardian.may_contact and is_told


def actor_for(guardian: Guardian) -> Actor:
    """The guardian as the one who acts."""
    return Actor(guardian_id=guardian.id, guardian_of=guardian.referral_id)


def require_same(guardian: Guardian, by: Actor) -> None:
    """Raises NotAllowed unless `by` is this very guardian, who may have a page."""
    if by.guardian_id != guardian.id or by.guardian_of != guardian.referral_id or not may_have_page(guardian):
        raise NotAllowed("guardian")


# ------------------------------------------------------------------------------------------------------ codes
def give_code(session: Session, referral: Referral, *, by: Actor, seen: int | None, guardian: Guardian) -> GivenCode:
    """Make a code for `guardian`, to be handed over in person or by post. It is kept as a digest only.

    Whatever let somebody in before ends: an earlier code, open browsers, and an e-identification that was bound.
    Raises NotAllowed for a guardian of another referral, or one who may not have a page.
    """
    history.guard(session, referral, Verb.GIVE_PAGE_CODE, by=by, seen=seen)
    if guardian.referral_id != referral.id or not may_have_page(guardian) or by.account_id is None:
        raise NotAllowed(Verb.GIVE_PAGE_CODE)
    close_ways_in(session, guardian)
    code = reference.new_code()
    until_on = here.today(session) + timedelta(days=rulebook.load(referral.rulepack).guardian_code_days)
    session.add(
        GuardianCode(
            referral=referral,
            guardian_id=guardian.id,
            code_index=reference.code_digest(PURPOSE, code),
            made_at=clock.now(),
            made_by_id=by.account_id,
            until_on=until_on,
        )
    )
    history.record(session, referral, Verb.GIVE_PAGE_CODE, by=by, seen=seen)
    return GivenCode(code, until_on)


def close_ways_in(session: Session, guardian: Guardian) -> None:
    """End every code, open browser and bound e-identification of `guardian`."""
    waiting = (
        GuardianCode.guardian_id == guardian.id,
        GuardianCode.used_at.is_(None),
        GuardianCode.ended_at.is_(None),
    )
    session.execute(update(GuardianCode).where(*waiting).values(ended_at=clock.now()))
    session.execute(delete(GuardianSession).where(GuardianSession.guardian_id == guardian.id))
    session.execute(delete(GuardianIdentity).where(GuardianIdentity.guardian_id == guardian.id))


def waiting_code(session: Session, guardian: Guardian) -> GuardianCode | None:
    """The code that would let `guardian` in now, if there is one."""
    return session.scalars(_good_codes(session).where(GuardianCode.guardian_id == guardian.id)).one_or_none()


def letter_code(session: Session, guardian: Guardian, code: str) -> GivenCode:
    """`code` for the letter, if it is the one that would let `guardian` in now. Raises WrongCode."""
    waiting = waiting_code(session, guardian)
    if waiting is None or waiting.code_index != reference.code_digest(PURPOSE, code):
        raise WrongCode
    return GivenCode(code, waiting.until_on)


def use_code(session: Session, code: str) -> Guardian:
    """The guardian whom `code` lets in, once: it is spent with that. Raises WrongCode."""
    index = reference.code_digest(PURPOSE, code)
    found = session.scalars(_good_codes(session).where(GuardianCode.code_index == index)).one_or_none()
    if found is None or not may_have_page(found.guardian):
        raise WrongCode
    spend = update(GuardianCode).where(GuardianCode.id == found.id, GuardianCode.used_at.is_(None))
    spent = session.scalars(
        spend.values(used_at=clock.now()).returning(GuardianCode.id).execution_options(synchronize_session=False)
    )
    if spent.one_or_none() is None:
        raise WrongCode  # somebody was quicker by a moment
    return found.guardian


# ------------------------------------------------------------------------------------------------------ e-identification
def has_identity(session: Session, guardian: Guardian) -> bool:
    """Whether an e-identification is bound to this guardian."""
    mine = select(GuardianIdentity.id).where(GuardianIdentity.guardian_id == guardian.id)
    return session.scalars(mine).first() is not None


def bind(session: Session, guardian: Guardian, *, claims: Mapping[str, Any], agreement: Agreement) -> None:
    """Bind the person these claims (checked already) speak of to `guardian`, whose page a code has opened.

    The same person again changes nothing. Raises AssuranceTooLow; NotKnownHere where somebody else is bound already, or
    the same person to another guardian of this child.
    """
    index = _subject(claims, agreement)
    mine = session.scalars(select(GuardianIdentity).where(GuardianIdentity.guardian_id == guardian.id)).one_or_none()
    if mine is not None and mine.subject_index == index:
        return
    same_child = select(GuardianIdentity.id).where(
        GuardianIdentity.referral_id == guardian.referral_id, GuardianIdentity.subject_index == index
    )
    if mine is not None or session.scalars(same_child).first() is not None or not may_have_page(guardian):
        raise NotKnownHere
    session.add(
        GuardianIdentity(
            referral=guardian.referral, guardian_id=guardian.id, subject_index=index, linked_at=clock.machine_now()
        )
    )
    session.flush()


def admit(session: Session, claims: Mapping[str, Any], agreement: Agreement) -> list[Guardian]:
    """The guardians this person is, one for each child, the newest first. Raises AssuranceTooLow; NotKnownHere for none."""
    found = _bound(session, _subject(claims, agreement))
    if not found:
        raise NotKnownHere
    return found


def siblings(session: Session, guardian: Guardian) -> list[Guardian]:
    """The other guardians that the person bound to `guardian` is: of other children, never of the same."""
    mine = session.scalars(select(GuardianIdentity).where(GuardianIdentity.guardian_id == guardian.id)).one_or_none()
    return [one for one in _bound(session, mine.subject_index) if one.id != guardian.id] if mine else []


def find_sibling(session: Session, guardian: Guardian, wanted: uuid.UUID) -> Guardian:
    """One of the others that this person is. Raises NotKnownHere."""
    for one in siblings(session, guardian):
        if one.id == wanted:
            return one
    raise NotKnownHere


def _bound(session: Session, index: str) -> list[Guardian]:
    rows = (
        select(Guardian)
        .join(GuardianIdentity, GuardianIdentity.guardian_id == Guardian.id)
        .where(GuardianIdentity.subject_index == index)
        .order_by(Guardian.recorded_at.desc(), Guardian.id)
    )
    return [one for one in session.scalars(rows) if may_have_page(one)]


def _subject(claims: Mapping[str, Any], agreement: Agreement) -> str:
    """The keyed digest of the provider's name for the person. Never without an assurance that was agreed on."""
    if claims.get("acr") not in agreement.levels:
        raise AssuranceTooLow
    return key_ring().blind_index("guardian subject", f"{agreement.issuer} {str(claims['sub']).encode().hex()}")


def _good_codes(session: Session) -> Select[GuardianCode]:
    return select(GuardianCode).where(
        GuardianCode.used_at.is_(None), GuardianCode.ended_at.is_(None), GuardianCode.until_on >= here.today(session)
    )
