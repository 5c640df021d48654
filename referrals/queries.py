"""Reads for board, list, counts and search: only what the reader may see, and never a sealed value."""

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, Text, and_, case, cast, false, func, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from referrals import reference
from referrals.access import Actor, Role, View, is_from_another_service, may_know_of, may_view
from referrals.models import Account, History, Membership, Referral, Step, Unit
from referrals.safeguarding import access_list, protected_identity
from referrals.stages import PLAN_ACTIVE, Stage, Status
from referrals.vocabulary import N_, DeadlineSource, Standing, Term, Topic


class Column(Term):
    """A column of the board: each stage, and a running plan as one of its own."""

    INTAKE = "intake", N_("Concern")
    TRIAGE = "triage", N_("Initial assessment")
    CONSENT = "consent", N_("Information and consent")
    ASSESSMENT = "assessment", N_("Assessment")
    TEAM_REVIEW = "team_review", N_("Team meeting")
    ACTION_PLAN = "action_plan", N_("Action plan")
    IMPLEMENTATION = "implementation", N_("Implementation")
    FOLLOW_UP = "follow_up", N_("Follow-up")
    CLOSURE = "closure", N_("Closure")


class Openness(Term):
    """Which referrals a list shows."""

    OPEN = "open", N_("Open referrals")
    ENDED = "ended", N_("Ended referrals")
    ALL = "all", N_("All referrals")


@dataclass(frozen=True)
class Filters:
    """What a board or list is narrowed to; the same for both, and kept in the address. `today` decides what is late."""

    today: date
    unit: str | None = None
    column: Column | None = None
    owner: uuid.UUID | None = None
    topic: Topic | None = None
    late: bool = False
    mine: bool = False
    openness: Openness = Openness.OPEN

    @property
    def are_set(self) -> bool:
        """Whether anything is narrowed at all."""
        return replace(self, today=date.min) != Filters(today=date.min)


@dataclass(frozen=True)
class BoardColumn:
    """One column: how many referrals stand there, and the most pressing of them."""

    column: Column
    count: int
    late: int
    cards: Sequence[Referral]


@dataclass(frozen=True)
class Page:
    """One page of a list; `number` counts from 1."""

    rows: Sequence[Referral]
    total: int
    number: int
    size: int

    @property
    def pages(self) -> int:
        """How many pages there are, at least one."""
        return max(1, -(-self.total // self.size))


@dataclass(frozen=True)
class ProcessLine:
    """One referral by its number: where it stands, and since when."""

    number: str
    #: empty where the school can be the secret itself
    unit: str
    rulepack: str
    stage: Stage
    status: Status
    opened_at: datetime
    stage_since: datetime
    target_on: date | None
    target_source: DeadlineSource | None
    is_late: bool


def board(session: Session, actor: Actor, filters: Filters, *, most: int = 20) -> list[BoardColumn]:
    """Every column with its counts and at most `most` cards, the earliest target first. Ended referrals are not on it."""
    narrowed = _narrowed(session, actor, replace(filters, openness=Openness.OPEN))
    counts = _counts(session, narrowed, filters.today)
    columns = [filters.column] if filters.column else list(Column)
    return [
        BoardColumn(
            column,
            *counts.get(column, (0, 0)),
            cards=_rows(session, and_(narrowed, _stands_in(column)), most=most) if column in counts else (),
        )
        for column in columns
    ]


def listing(session: Session, actor: Actor, filters: Filters, *, number: int = 1, size: int = 50) -> Page:
    """Page `number` of the referrals `filters` leave, `size` a page; past the end it is the last page."""
    narrowed = _narrowed(session, actor, filters)
    total = session.scalar(select(func.count()).select_from(Referral).where(narrowed)) or 0
    empty = Page((), total, 1, size)
    wanted = min(max(1, number), empty.pages)
    newest_first = filters.openness is not Openness.OPEN
    rows = _rows(session, narrowed, most=size, after=(wanted - 1) * size, newest_first=newest_first)
    return Page(rows, total, wanted, size)


def process_lines(session: Session, actor: Actor, filters: Filters) -> Iterator[ProcessLine]:
    """Every referral `filters` leave, the newest first: how far it is and since when, and nothing of what it is about."""
    of_unit = case((Referral.protected_since.is_(None), Unit.name), else_="")
    query = (
        select(
            Referral.number, of_unit, Referral.rulepack, Referral.stage, Referral.status, Referral.opened_at,
            Referral.stage_since, Referral.target_on, Referral.target_source,
            and_(Referral.is_open, func.coalesce(Referral.target_on < filters.today, false())),
        )
        .join(Unit)
        .where(_narrowed(session, actor, filters))
        .order_by(Referral.opened_at.desc(), Referral.id)
    )  # fmt: skip
    for row in session.execute(query).yield_per(
        1000
    ):  # not read from a cursor of the database: that needs a transaction
        yield ProcessLine(*row)


def find(session: Session, actor: Actor, typed: str) -> Referral | None:
    """The referral with the reference number `typed`, however it was written; None if there is none this person may see."""
    return session.scalars(
        select(Referral).where(Referral.number == reference.as_number(typed), _visible(session, actor))
    ).one_or_none()


def find_by_child(session: Session, actor: Actor, name: str) -> list[Referral]:
    """The referrals about a child of this name whose child `actor` may know, the newest first; capitals and blanks make no difference.

    By the blind index, which nobody has in whose referral an identity is protected, or whose content is gone; nor is anything
    else found that can be about such a child.
    """
    index = protected_identity.index_of(name)
    hidden = session.scalars(select(Referral).where(Referral.hidden_name_index == index)).all()
    rows = (
        select(Referral)
        .where(Referral.child_name_index == index, _visible(session, actor))
        .options(joinedload(Referral.unit))
        .order_by(Referral.opened_at.desc(), Referral.id)
    )
    return [
        row
        for row in session.scalars(rows)
        if may_view(View.CHILD, actor, row.facts())
        and not any(protected_identity.may_be_same_child(row, other) for other in hidden)
    ]


def units_of(session: Session, actor: Actor) -> list[Unit]:
    """The units whose referrals `actor` may filter by, by name."""
    seen = select(Referral.unit_id).where(
        _visible(session, actor, but_own_units=True), Referral.protected_since.is_(None)
    )
    own = _own_units(actor) | {unit_id for _team, unit_id in actor.coordinates}
    return list(session.scalars(select(Unit).where(or_(Unit.id.in_(own), Unit.id.in_(seen))).order_by(Unit.name)))


def owners_of(session: Session, actor: Actor) -> list[Account]:
    """Whoever owns a referral that `actor` may see, by name."""
    owned = select(Referral.owner_id).where(_visible(session, actor), Referral.is_open)
    return list(session.scalars(select(Account).where(Account.id.in_(owned)).order_by(Account.name)))


def timeline(session: Session, referral: Referral, actor: Actor) -> list[History]:
    """What has happened to `referral`, the newest first, as far as `actor` may know of it."""
    facts = referral.facts()
    if not may_view(View.HISTORY, actor, facts):
        return []
    rows = select(History).where(History.referral_id == referral.id).options(selectinload(History.by))
    return [
        row
        for row in session.scalars(rows.order_by(History.number.desc()))
        if may_know_of(row.verb, actor, facts, done_by=row.by_id)
    ]


def change_mark(session: Session) -> str:
    """A word that differs once anything happened that a board or a referral's page shows. Tells nothing else."""
    newest: list[datetime | None] = [
        session.scalar(select(func.max(History.written_at))),
        session.scalar(select(func.max(Step.finished_at))),
        session.scalar(
            select(func.max(Step.failed_at)).where(Step.failed_at.is_not(None))
        ),  # few have, and are indexed
    ]
    return "/".join(f"{at:%Y%m%d%H%M%S.%f}" if at else "-" for at in newest)


def _own_units(actor: Actor, *roles: Role) -> set[Any]:
    wanted = roles or (Role.COORDINATOR, Role.HEAD_TEACHER)
    return {unit_id for role, unit_id in actor.roles if role in wanted and unit_id}


def _divided(session: Session, actor: Actor) -> dict[Any, Any]:
    """The units of which they coordinate the team that takes in concerns beside others, each with that team."""
    coordinated = _own_units(actor, Role.COORDINATOR) - _own_units(actor, Role.HEAD_TEACHER)
    if not coordinated:
        return {}
    several = select(Unit.id, Unit.forum_id).where(Unit.id.in_(coordinated), Unit.other_teams.any())
    return {row.id: row.forum_id for row in session.execute(several)}


def _visible(session: Session, actor: Actor, *, but_own_units: bool = False) -> ColumnElement[bool]:
    """Coordinators see their teams and head teachers their units; everybody else what they are asked to contribute to.

    Where that follows from more than the rows of who belongs to a referral (consent, for somebody from another service; a new
    owner, for somebody who left), `access` is asked about each: these are few.
    A condition about rows that this person has none of is left out: the database would try it on each referral.
    With `but_own_units` without what they see only because the unit is theirs.
    """
    if actor.account_id is None:
        return false()
    own, contributes = _own_units(actor), _held(actor, Standing.MEMBER)
    others = {
        unit_id for _role, unit_id in actor.roles if unit_id
    } - own  # in their own they see what they contribute to
    stands, divided = _standings(session, actor), _divided(session, actor)
    ways: list[ColumnElement[bool]] = []
    if (own or actor.coordinates) and not but_own_units:
        ways.append(_of_own_teams(session, actor, divided, has_left=Standing.RELEASED in stands))
    if is_from_another_service(actor):
        ways.append(Referral.id.in_(_seen_among(session, actor, contributes)))
    elif others or divided:
        ways.append(and_(Referral.unit_id.in_(others | set(divided)), Referral.id.in_(contributes)))
    if actor.teams_beside:
        there = Referral.forum_id.in_({team for team, _unit in actor.teams_beside})
        asked = contributes.join(Referral, Referral.id == Membership.referral_id).where(there)
        ways.append(Referral.id.in_(_seen_among(session, actor, asked)))
    if actor.stands_in_for or actor.stands_in_beside:
        ways.append(Referral.id.in_(_seen_among(session, actor, _as_stand_in(actor))))
    if (own or actor.coordinates) and Standing.STANDS_IN in stands:
        ways.append(Referral.id.in_(_held(actor, Standing.STANDS_IN)))
    let_in = access_list.is_open_to(actor)
    if Standing.SHUT_OUT in stands:
        let_in = and_(let_in, Referral.id.not_in(_held(actor, Standing.SHUT_OUT)))
    return and_(or_(false(), *ways), let_in)


def _of_own_teams(session: Session, actor: Actor, divided: dict[Any, Any], *, has_left: bool) -> ColumnElement[bool]:
    whole = _own_units(actor) - set(divided)  # all that runs there is theirs, whichever team works on it
    teams = {(forum_id, unit_id) for unit_id, forum_id in divided.items()} | actor.coordinates
    some = [and_(Referral.unit_id == unit_id, Referral.forum_id == forum_id) for forum_id, unit_id in sorted(teams)]
    own = or_(Referral.unit_id.in_(whole), *some)
    left = _held(actor, Standing.RELEASED)
    return (
        and_(own, or_(Referral.id.not_in(left), Referral.id.in_(_seen_among(session, actor, left))))
        if has_left
        else own
    )


def _held(actor: Actor, standing: Standing) -> Select[uuid.UUID]:
    return select(Membership.referral_id).where(
        Membership.account_id == actor.account_id, Membership.standing == standing
    )


def _as_stand_in(actor: Actor) -> Select[uuid.UUID]:
    """Where somebody contributes whose seat they take today, and what they were asked for meanwhile."""
    seats = {(member, unit) for member, _team, unit in actor.stands_in_beside} | actor.stands_in_for
    sits_as = {member for member, _unit in seats} | {actor.account_id}
    units = {unit for _member, unit in seats}
    return (
        select(Membership.referral_id)
        .join(Referral, Referral.id == Membership.referral_id)
        .where(Membership.account_id.in_(sits_as), Membership.standing == Standing.MEMBER, Referral.unit_id.in_(units))
    )


def _standings(session: Session, actor: Actor) -> set[Standing]:
    """How this person stands to any referral, apart from contributing to it."""
    rare = [standing for standing in Standing if standing is not Standing.MEMBER]
    found = select(Membership.standing).where(Membership.account_id == actor.account_id, Membership.standing.in_(rare))
    return set(session.scalars(found.distinct()))


def _seen_among(session: Session, actor: Actor, ids: Select[uuid.UUID]) -> list[uuid.UUID]:
    """Those of the referrals `ids` that `actor` may see, each asked by itself."""
    rows = session.scalars(select(Referral).where(Referral.id.in_(ids)).options(joinedload(Referral.unit)))
    return [row.id for row in rows if may_view(View.REFERRAL, actor, row.facts())]


def _narrowed(session: Session, actor: Actor, filters: Filters) -> ColumnElement[bool]:
    wanted: list[ColumnElement[bool]] = [_visible(session, actor)]
    if filters.openness is not Openness.ALL:
        wanted.append(Referral.is_open.is_(filters.openness is Openness.OPEN))
    if filters.unit:
        # A list narrowed to one school would say which school a protected child attends.
        here = Referral.unit_id.in_(select(Unit.id).where(Unit.slug == filters.unit))
        wanted.append(and_(here, Referral.protected_since.is_(None)))
    if filters.column:
        wanted.append(_stands_in(filters.column))
    if filters.owner:
        wanted.append(Referral.owner_id == filters.owner)
    if filters.topic:
        wanted.append(_speaks_of(filters.topic))
    if filters.late:
        wanted.append(and_(Referral.is_open, Referral.target_on < filters.today))
    if filters.mine:
        wanted.append(Referral.owner_id == actor.account_id)
    return and_(*wanted)


def _stands_in(column: Column) -> ColumnElement[bool]:
    running = and_(Referral.stage == PLAN_ACTIVE.stage, Referral.status == PLAN_ACTIVE.status)
    if column is Column.IMPLEMENTATION:
        return running
    stage = Referral.stage == Stage(column.value)
    return and_(stage, Referral.status != PLAN_ACTIVE.status) if column is Column.ACTION_PLAN else stage


def _speaks_of(topic: Topic) -> ColumnElement[bool]:
    # Topics are a short list of controlled words, kept as JSON; as text, each stands between quotation marks.
    return cast(Referral.topics, Text).contains(f'"{topic.value}"', autoescape=True)


def _counts(session: Session, narrowed: ColumnElement[bool], today: date) -> dict[Column, tuple[int, int]]:
    late = func.count().filter(Referral.target_on < today)
    query = select(Referral.stage, Referral.status, func.count(), late).where(narrowed)
    found: dict[Column, tuple[int, int]] = {}
    for stage, status, number, past in session.execute(query.group_by(Referral.stage, Referral.status)):
        running = (stage, status) == (PLAN_ACTIVE.stage, PLAN_ACTIVE.status)
        column = Column.IMPLEMENTATION if running else Column(stage.value)
        before = found.get(column, (0, 0))
        found[column] = (before[0] + number, before[1] + past)
    return found


def _rows(
    session: Session, condition: ColumnElement[bool], *, most: int, after: int = 0, newest_first: bool = False
) -> Sequence[Referral]:
    order: tuple[Any, ...] = (
        (Referral.opened_at.desc(), Referral.id)
        if newest_first
        else (Referral.target_on.is_(None), Referral.target_on, Referral.opened_at, Referral.id)
    )
    # First which rows, from an index where it has all that decides that, and then only these rows.
    wanted = select(Referral.id).where(condition).order_by(*order).offset(after).limit(most)
    query: Select[Referral] = select(Referral).options(joinedload(Referral.unit), joinedload(Referral.owner))
    return session.scalars(query.where(Referral.id.in_(wanted)).order_by(*order)).all()
