"""The referral, its append-only history, and the base of every row that belongs to one."""

import uuid
from contextlib import nullcontext
from datetime import date, datetime, timedelta
from typing import Any

from cryptography.fernet import MultiFernet
from sqlalchemy import ForeignKey, Index, LargeBinary, UniqueConstraint, event, text
from sqlalchemy.orm import InstanceState, Mapped, declared_attr, mapped_column, object_session, relationship

from referrals import clock
from referrals.access import Facts
from referrals.models.account import Account
from referrals.models.base import Base, Identified, by_value
from referrals.models.content_key import KIND_OF, ContentKey, fresh_keys
from referrals.models.organisation import Forum, Unit
from referrals.models.staged import Staged
from referrals.sealing import Sealed, new_data_key, open_data_key
from referrals.stages import PLAN_ACTIVE, Party, Stage, Status, Verb
from referrals.vocabulary import ContentKind, DeadlineSource, ListGround, SchoolYear, Standing

#: from this age on somebody decides for themself, and their guardians no more (Föräldrabalken 9:1; Værgemålsloven § 1)
OF_AGE = 18
#: how long before it a follow-up is called soon
SOON = timedelta(days=7)


class Referral(Identified, Staged, Base):
    """A concern about one child on its way through the team."""

    __tablename__ = "referral"
    __table_args__ = (
        Index("ix_referral_board", "unit_id", "is_open", "stage", "status", "target_on"),
        Index("ix_referral_owner", "owner_id", "is_open", "target_on"),
        Index("ix_referral_newest", "unit_id", "opened_at"),
        # holds all that decides who sees which ended referrals in which order, so that a page of them reads its own rows only
        Index(
            "ix_referral_listed",
            "unit_id",
            "is_open",
            "opened_at",
            "held_since",
            "protected_since",
            "handed_over_at",
            "forum_id",
            "id",
        ),
        Index("ix_referral_revisit", "unit_id", "revisit_on"),
        Index("ix_referral_team", "forum_id", "is_open", "stage"),
        Index(
            "ix_referral_held",
            "held_since",
            sqlite_where=text("held_since IS NOT NULL"),
            postgresql_where=text("held_since IS NOT NULL"),
        ),
    )

    #: short and speakable, such as HTL-7K4M-2Q9X; opens nothing by itself
    number: Mapped[str] = mapped_column(unique=True)
    unit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("unit.id"))
    #: the team that works on it: the one that takes in its unit's concerns, unless it was handed over to another of its teams
    forum_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("forum.id"), nullable=True)
    #: who keeps it moving
    owner_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("account.id"))
    #: where its target day came from when it was set
    target_source: Mapped[DeadlineSource | None] = mapped_column(by_value(DeadlineSource))
    #: a concern ended without action is looked at again on this day
    revisit_on: Mapped[date | None] = mapped_column(index=True)
    #: whether triage sent it past the assessment, straight to the team
    skips_assessment: Mapped[bool] = mapped_column(default=False)
    topics: Mapped[list[str]]
    school_year: Mapped[SchoolYear | None] = mapped_column(by_value(SchoolYear))
    #: the rule pack it began with, and keeps
    rulepack: Mapped[str]
    language: Mapped[str]
    opened_at: Mapped[datetime]
    #: keyed digests by which the same child is found without being readable
    child_name_index: Mapped[str | None] = mapped_column(index=True)
    #: the same where an identity is protected: it finds nothing, and hides what else is about the child
    hidden_name_index: Mapped[str | None] = mapped_column(index=True)
    #: its own key: for the record of its process, and for all that was sealed before each kind of content had one
    wrapped_key: Mapped[bytes] = mapped_column(LargeBinary)

    child_name = Sealed[str]()
    child_birth_date = Sealed[str]()
    child_group = Sealed[str]()
    #: the rule pack's word for how strictly the child's identity is protected; None where it is not
    protected_level: Mapped[str | None]
    #: since when somebody in it, the child or a guardian, has been protected; from then on only its own list may see it
    protected_since: Mapped[datetime | None]

    #: since when it waits, with everybody kept out, for a decision about a conflict of interest told in free words
    held_since: Mapped[datetime | None]
    #: when another unit's team took it over; from then on it is shut to everybody with an account
    handed_over_at: Mapped[datetime | None]
    #: when its content was destroyed here because it lies in the paper file; number, stage and dates are left
    kept_outside_at: Mapped[datetime | None]

    unit: Mapped[Unit] = relationship()
    forum: Mapped[Forum] = relationship()
    owner: Mapped[Account | None] = relationship()
    history: Mapped[list["History"]] = relationship(back_populates="referral", order_by="History.number")
    memberships: Mapped[list["Membership"]] = relationship(back_populates="referral", cascade="all, delete-orphan")
    access_list: Mapped[list["Listed"]] = relationship(back_populates="referral", cascade="all, delete-orphan")
    content_keys: Mapped[list[ContentKey]] = relationship(cascade="all, delete-orphan")

    def __init__(self, **values: Any) -> None:
        """Give a new referral its id and its own data keys first, so that values can be sealed for it."""
        self.id = values.pop("id", None) or uuid.uuid4()
        self.wrapped_key = new_data_key()
        self.content_keys = fresh_keys()
        super().__init__(**values)

    @property
    def beside(self) -> uuid.UUID | None:
        """The team that works on it, where that is not the one that takes in its unit's concerns."""
        return None if self.forum_id == self.unit.forum_id else self.forum_id

    @property
    def has_protected_identity(self) -> bool:
        """Whether the child's name and school may stand nowhere."""
        return self.protected_level is not None

    @property
    def of_age_on(self) -> date | None:
        """The day on which the child is eighteen; None where no birth date says so."""
        if self.child_birth_date is None:
            return None
        born = date.fromisoformat(self.child_birth_date)
        return (
            date(born.year + OF_AGE, 3, 1)
            if (born.month, born.day) == (2, 29)
            else born.replace(year=born.year + OF_AGE)
        )

    @property
    def is_of_age(self) -> bool:
        """Whether the child has turned eighteen, as far as is known. Days are counted in UTC, so in the first hours of that day not yet."""
        return self.of_age_on is not None and self.of_age_on <= clock.now().date()

    def is_follow_up_soon(self, today: date) -> bool:
        """Whether the plan runs and its follow-up is at most a week away."""
        return self.state == PLAN_ACTIVE and self.target_on is not None and today <= self.target_on <= today + SOON

    def facts(self) -> Facts:
        """What access needs to know, as `referrals/standing.py` reads it now."""
        from referrals.standing import facts_of  # it asks rows of tables that are made after this one

        return facts_of(self)

    def destroy_data_keys(self) -> None:
        """Let nothing that was sealed for this referral until now be read again, here or in any backup of the rows."""
        self.wrapped_key = new_data_key()
        for key in self.content_keys:
            key.wrapped_key = new_data_key()
        self.forget_data_keys()

    def data_key(self) -> MultiFernet:
        """What seals and opens who the child is."""
        return self.key_of(ContentKind.CHILD)

    def key_of(self, kind: ContentKind | None) -> MultiFernet:
        """What seals content of `kind`, or without one the record of the process. It opens, too, what the referral's own key sealed."""
        opened: dict[ContentKind | None, MultiFernet] = self.__dict__.setdefault("_opened_keys", {})
        if kind not in opened:
            own = open_data_key(self.wrapped_key)
            opened[kind] = MultiFernet([*map(open_data_key, self._wrapped_keys_of(kind)), own])
        return opened[kind]

    def _wrapped_keys_of(self, kind: ContentKind | None) -> list[bytes]:
        """The key of `kind`; none where the referral is from before there were any, or for the record of the process."""
        if kind is None:
            return []
        session = object_session(self)
        with session.no_autoflush if session else nullcontext():  # somebody may be in the middle of filling a row in
            return [key.wrapped_key for key in self.content_keys if key.kind is kind]

    def forget_data_keys(self) -> None:
        """Let go of the keys that were opened: what is read from now on is read with what the rows hold."""
        self.__dict__.pop("_opened_keys", None)

    def seal_place(self, name: str) -> str:
        """The identity that binds a sealed value to this row."""
        return f"{self.__tablename__}:{self.id}:{name}"


@event.listens_for(Referral, "expire", raw=True)
@event.listens_for(Referral, "refresh", raw=True)
def _let_go_of_opened_keys(state: InstanceState[Referral], *how: Any) -> None:
    """Once the keys themselves are read anew, by name or with all else; what a move reads of itself says nothing of them."""
    names = how[-1]
    if names is None or not {"wrapped_key", "content_keys"}.isdisjoint(names):
        state.dict.pop("_opened_keys", None)  # nothing where the referral itself was let go of already


class OfReferral(Identified):
    """A row that belongs to one referral and seals with its keys. `referral` is given when the row is made."""

    __tablename__: str

    @declared_attr
    @classmethod
    def referral_id(cls) -> Mapped[uuid.UUID]:
        """The referral it belongs to."""
        return mapped_column(ForeignKey("referral.id"), index=True)

    @declared_attr
    @classmethod
    def referral(cls) -> Mapped[Referral]:
        """The referral it belongs to."""
        return relationship()

    def __init__(self, *, referral: Referral, **values: Any) -> None:
        """Tie the row to its referral first, so that values can be sealed for it."""
        self.id = values.pop("id", None) or uuid.uuid4()
        self.referral_id = referral.id
        self.referral = referral
        super().__init__(**values)

    def data_key(self) -> MultiFernet:
        """What seals and opens this row's values: its referral's key for the kind of content that its table holds."""
        return self.referral.key_of(KIND_OF.get(self.__tablename__))

    def seal_place(self, name: str) -> str:
        """The identity that binds a sealed value to this row."""
        return f"{self.__tablename__}:{self.id}:{name}"


class History(OfReferral, Base):
    """One thing that happened: never updated, never deleted. The source of every date and every statistic."""

    __tablename__ = "history"
    __table_args__ = (UniqueConstraint("referral_id", "number"), Index("ix_history_written_at", "written_at"))

    number: Mapped[int]
    verb: Mapped[Verb] = mapped_column(by_value(Verb))
    from_stage: Mapped[Stage | None] = mapped_column(by_value(Stage))
    from_status: Mapped[Status | None] = mapped_column(by_value(Status))
    to_stage: Mapped[Stage] = mapped_column(by_value(Stage))
    to_status: Mapped[Status] = mapped_column(by_value(Status))
    at: Mapped[datetime]
    #: the machine's own instant, whatever date a demonstration shows; by it a board knows that something changed
    written_at: Mapped[datetime]
    by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("account.id"))
    #: in which capacity; the reporter and the workflow have no account
    by_party: Mapped[Party] = mapped_column(by_value(Party))
    #: which of several ways was chosen, as a word of a controlled list, such as `no_action`
    choice: Mapped[str | None]

    reason = Sealed[str]()

    by: Mapped[Account | None] = relationship()
    referral: Mapped[Referral] = relationship(back_populates="history")

    @property
    def is_move(self) -> bool:
        """Whether the stage or its status changed."""
        return (self.from_stage, self.from_status) != (self.to_stage, self.to_status)


class Membership(OfReferral, Base):
    """How one account stands to one referral: it contributes and may therefore see it, stands in, or is kept out."""

    __tablename__ = "membership"
    __table_args__ = (
        UniqueConstraint("referral_id", "account_id"),
        Index("ix_membership_standing", "account_id", "standing", "referral_id"),
    )

    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"))
    standing: Mapped[Standing] = mapped_column(by_value(Standing), default=Standing.MEMBER)
    since: Mapped[datetime]

    referral: Mapped[Referral] = relationship(back_populates="memberships")
    account: Mapped[Account] = relationship()


class Listed(OfReferral, Base):
    """One person on the access list of a referral in which somebody's identity is protected."""

    __tablename__ = "access_list"
    __table_args__ = (UniqueConstraint("referral_id", "account_id"), Index("ix_access_list_account", "account_id"))

    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"))
    ground: Mapped[ListGround] = mapped_column(by_value(ListGround))
    since: Mapped[datetime]
    #: who put them on it; None where their task did
    by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("account.id"))

    reason = Sealed[str]()

    referral: Mapped[Referral] = relationship(back_populates="access_list")
    account: Mapped[Account] = relationship(foreign_keys=[account_id])
