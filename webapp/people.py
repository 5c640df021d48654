"""Who is asking, and in which municipality: plain values that stay readable whatever becomes of the request's session."""

import uuid
from dataclasses import dataclass

from flask import g
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import joinedload
from sqlalchemy.orm.interfaces import ORMOption

from referrals.access import Actor, Role, is_administrator
from referrals.models.account import Account, RoleAssignment, WebSession
from referrals.models.organisation import Municipality
from referrals.vocabulary import Profession, SchoolForm
from webapp import transactions


@dataclass(frozen=True)
class SignedIn:
    """The account behind this request."""

    id: uuid.UUID
    session_id: uuid.UUID
    name: str
    email: str
    language: str
    profession: Profession
    actor: Actor
    #: role and the unit's name (None where the role holds for no unit in particular), for the account menu
    roles: tuple[tuple[Role, str | None], ...]
    #: of which kinds are the units this person is head teacher of
    leads: frozenset[SchoolForm]

    def has_role(self, *roles: Role) -> bool:
        """Whether this person holds one of `roles` in any unit, or coordinates a team by their seat."""
        return any(held in roles for held, _unit in self.actor.roles)

    @property
    def is_administrator(self) -> bool:
        """Whether this person may change the organisation."""
        return is_administrator(self.actor)


@dataclass(frozen=True)
class Here:
    """The one municipality of this instance."""

    name: str
    country: str
    language: str
    timezone: str
    phones: dict[str, str]
    holds_rounds: bool
    #: the other practices it does not do
    switched_off: tuple[str, ...]


def account() -> SignedIn | None:
    """Who is signed in, or None."""
    found: SignedIn | None = g.get("account")
    return found


def actor() -> Actor:
    """The one who acts in this request; for somebody without a sign-in an actor who may do nothing."""
    somebody = account()
    guardian: Actor = g.get("guardian_actor", Actor())
    return somebody.actor if somebody else guardian


def act_as(guardian: Actor) -> None:
    """Let the guardian whose page is open here be the one who acts, where nobody of the staff is signed in."""
    g.guardian_actor = guardian


def municipality() -> Here | None:
    """The municipality of this instance; None before set-up, or while the database cannot be asked."""
    if "municipality" not in g:
        g.municipality = _read_municipality()
    found: Here | None = g.municipality
    return found


def read_account(found: WebSession) -> SignedIn:
    """The plain values of the account behind a session row (loaded with `with_account`)."""
    row = found.account
    return SignedIn(
        id=row.id,
        session_id=found.id,
        name=row.name,
        email=row.email,
        language=row.language,
        profession=row.profession,
        actor=row.actor(),
        roles=tuple((held.role, held.unit.name if held.unit else None) for held in row.roles),
        leads=frozenset(held.unit.school_form for held in row.roles if held.unit and held.role is Role.HEAD_TEACHER),
    )


def with_account() -> tuple[ORMOption, ...]:
    """What to load together with a session row so that `read_account` asks the database nothing more, unless somebody stands in for another."""
    account = joinedload(WebSession.account)
    roles, standing_in = account.selectinload(Account.roles), account.selectinload(Account.standing_in)
    return (roles, roles.joinedload(RoleAssignment.unit), standing_in, account.selectinload(Account.seats_beside))


def _read_municipality() -> Here | None:
    try:
        with transactions.reading() as session:
            row = session.scalars(select(Municipality)).first()
            if row is None:
                return None
            return Here(
                row.name,
                row.country.value,
                row.language,
                row.timezone,
                dict(row.phones),
                holds_rounds=row.holds_rounds,
                switched_off=tuple(row.switched_off),
            )
    except SQLAlchemyError:
        return None  # an error page must come out also while the database does not answer
