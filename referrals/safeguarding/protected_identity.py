"""Protected identity, of the child or of a guardian: from that instant no name, no school, and a list of who may see it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from referrals import clock, history
from referrals.access import Actor
from referrals.disclosure import coverage
from referrals.errors import Incomplete, NotAllowed
from referrals.models import Document, Guardian, Mail, Referral
from referrals.rules import rulebook
from referrals.safeguarding import access_list
from referrals.sealing import key_ring
from referrals.stages import Verb

#: the purpose of the blind index by which the same child is found
CHILD_NAME: Final = "child name"
#: what a row of the history says of whom it was about; never which guardian
CHILD, GUARDIAN = "child", "guardian"


@dataclass(frozen=True)
class Mark:
    """How strictly an identity is protected, by the rule pack's word for it, and why."""

    level: str
    reason: str


def levels(referral: Referral, language: str) -> list[tuple[str, str]]:
    """The levels that the referral's rule pack knows, the lowest first, each with its name in `language`."""
    pack = rulebook.load(referral.rulepack)
    return [(level, pack.protection(level, language)) for level in pack.protected_identity]


def protect_identity(
    session: Session, referral: Referral, *, by: Actor, seen: int | None, mark: Mark, guardian: Guardian | None = None
) -> None:
    """Protect the child's identity, or a guardian's, or change the level. The same level again changes nothing.

    Raises Incomplete without a level of the rule pack or a reason, NotAllowed for a guardian of another referral.
    """
    history.guard(session, referral, Verb.PROTECT_IDENTITY, by=by, seen=seen)
    about = _about(referral, guardian, Verb.PROTECT_IDENTITY)
    known = rulebook.load(referral.rulepack).protected_identity
    missing = [
        name for name, there in (("level", mark.level in known), ("reason", bool(mark.reason.strip()))) if not there
    ]
    if missing:
        raise Incomplete(*missing)
    if about.protected_level == mark.level:
        return
    begin(session, referral, about, level=mark.level, by=by)
    choice = CHILD if guardian is None else GUARDIAN
    history.record(
        session, referral, Verb.PROTECT_IDENTITY, by=by, seen=seen, choice=choice, reason=mark.reason.strip()
    )


def lift_protection(
    session: Session, referral: Referral, *, by: Actor, seen: int | None, reason: str, guardian: Guardian | None = None
) -> None:
    """Say that the identity is protected no more. Nobody protected changes nothing. Raises Incomplete without a reason."""
    history.guard(session, referral, Verb.LIFT_PROTECTION, by=by, seen=seen)
    about = _about(referral, guardian, Verb.LIFT_PROTECTION)
    if about.protected_level is None:
        return
    if not reason.strip():
        raise Incomplete("reason")
    about.protected_level = None
    choice = CHILD if guardian is None else GUARDIAN
    history.record(session, referral, Verb.LIFT_PROTECTION, by=by, seen=seen, choice=choice, reason=reason.strip())
    if not _is_anybody_protected(session, referral):
        referral.protected_since = None
        set_index(referral)
        access_list.tear_up(session, referral)
        for paper in _papers(session, referral):
            paper.restricted_at = None
    session.flush()


def begin(session: Session, referral: Referral, about: Referral | Guardian, *, level: str, by: Actor | None) -> None:
    """What protecting does, without the row in the history: for a concern that comes in so, and a guardian recorded so."""
    about.protected_level = level
    referral.protected_since = referral.protected_since or clock.now()
    set_index(referral)
    session.flush()
    access_list.draw_up(session, referral, by=by)
    _restrict(session, referral, by)


def hide_names(attendance: Iterable[Mapping[str, str]] | None, guardians: Iterable[Guardian]) -> list[dict[str, Any]]:
    """Who was at a meeting, without the names of guardians who are protected by now."""
    hidden = {each.name for each in guardians if each.has_protected_identity}
    return [{**one, "name": None if one["name"] in hidden else one["name"]} for one in attendance or ()]


def unless_protected(written: str | None, guardians: Iterable[Guardian]) -> str | None:
    """A name as somebody has `written` it, unless it has the name of a guardian in it who is protected by now."""
    names = (each.name for each in guardians if each.has_protected_identity and each.name)
    is_hidden = any(name.casefold() in (written or "").casefold() for name in names)
    return None if is_hidden else written


def lowest_level(referral: Referral) -> str:
    """The level that counts where somebody says only that an identity is protected."""
    return rulebook.load(referral.rulepack).lowest_protection


def set_index(referral: Referral) -> None:
    """Let the same child be found by name; where somebody in the referral is protected, by no referral about the child."""
    index = index_of(referral.child_name) if referral.child_name else None
    is_protected = referral.protected_since is not None
    referral.child_name_index, referral.hidden_name_index = (None, index) if is_protected else (index, None)


def may_be_same_child(one: Referral, other: Referral) -> bool:
    """Whether two referrals about children of one name can be about one child: unless two birth dates say that they are not."""
    return not (one.child_birth_date and other.child_birth_date) or one.child_birth_date == other.child_birth_date


def index_of(name: str) -> str:
    """What a child of this name is found by; capitals and blanks make no difference."""
    return key_ring().blind_index(CHILD_NAME, name)


def _about(referral: Referral, guardian: Guardian | None, verb: Verb) -> Referral | Guardian:
    if guardian is not None and guardian.referral_id != referral.id:
        raise NotAllowed(verb)
    return referral if guardian is None else guardian


def _is_anybody_protected(session: Session, referral: Referral) -> bool:
    guardians = coverage.guardians_of(session, referral)
    return referral.has_protected_identity or any(each.has_protected_identity for each in guardians)


def _restrict(session: Session, referral: Referral, by: Actor | None) -> None:
    """Papers issued until now are for the list alone; copies and mail to others that have not left are stopped."""
    now, by_id = clock.now(), by.account_id if by else None
    for paper in _papers(session, referral):
        paper.restricted_at = paper.restricted_at or now
        if (until := paper.stoppable_until) is not None and now < until:
            paper.stopped_at, paper.stopped_by_id = now, by_id
    held = select(Mail).where(Mail.referral_id == referral.id, Mail.sent_at.is_(None), Mail.stopped_at.is_(None))
    for mail in session.scalars(held):
        if mail.account_id is not None and not access_list.is_on(referral, mail.account_id):
            mail.stopped_at, mail.stopped_by_id = now, by_id
    session.flush()


def _papers(session: Session, referral: Referral) -> list[Document]:
    return list(session.scalars(select(Document).where(Document.referral_id == referral.id)))
