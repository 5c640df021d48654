"""Development work: what a team, a school or an area works on over terms. No person has a field here but who keeps it, and nothing leads to a referral."""

import hashlib
import uuid
from datetime import date, datetime
from typing import Any, Final

from cryptography.fernet import Fernet
from sqlalchemy import ForeignKey, Index, LargeBinary, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from referrals.models.account import Account
from referrals.models.base import Base, Identified, by_value
from referrals.models.organisation import Unit
from referrals.models.own_key import OwnKey
from referrals.models.staged import Staged
from referrals.sealing import Sealed, seal_bytes, unseal_bytes
from referrals.stages import Stage, Status
from referrals.vocabulary import (
    DevelopmentAct,
    DevelopmentAudience,
    DevelopmentEvidence,
    DevelopmentKind,
    DevelopmentPaperKind,
    DevelopmentPhase,
    GovernanceLevel,
    LevelledKind,
)

#: the texts of its own: its beginning, the headings of the situation analysis, and those of the closing report
_TEXTS: Final = (
    "title", "background", "aim",
    "strengths", "difficulties", "childrens_views", "causes", "priorities", "goals", "following_up",
    "lessons_learnt", "good_examples", "reflections", "future_plans",
)  # fmt: skip


class DevelopmentCase(OwnKey, Staged, Base):
    """Work about a group, a school or an area. Its texts are sealed: what happens at one school can tell who it is about."""

    __tablename__ = "development_case"

    kind: Mapped[DevelopmentKind] = mapped_column(by_value(DevelopmentKind))
    #: words of the controlled list, one at least
    themes: Mapped[list[str]]
    opened_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"))
    opened_at: Mapped[datetime]
    closed_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("account.id"))
    closed_at: Mapped[datetime | None]

    title = Sealed[str]()
    #: what is seen today, and why it is taken up
    background = Sealed[str]()
    #: what it is to lead to
    aim = Sealed[str]()
    #: the headings of the situation analysis that it has for itself; those of which lines are points have one on each line
    strengths = Sealed[str]()
    difficulties = Sealed[str]()
    childrens_views = Sealed[str]()
    causes = Sealed[str]()
    priorities = Sealed[str]()
    goals = Sealed[str]()
    following_up = Sealed[str]()
    #: the four headings of the closing report
    lessons_learnt = Sealed[str]()
    good_examples = Sealed[str]()
    reflections = Sealed[str]()
    future_plans = Sealed[str]()

    opened_by: Mapped[Account] = relationship(foreign_keys=[opened_by_id])
    closed_by: Mapped[Account | None] = relationship(foreign_keys=[closed_by_id])
    units: Mapped[list[Unit]] = relationship(secondary="development_unit", order_by=Unit.name)
    terms: Mapped[list["DevelopmentTerm"]] = relationship(back_populates="case", cascade="all, delete-orphan")
    milestones: Mapped[list["DevelopmentMilestone"]] = relationship(
        back_populates="case", order_by="DevelopmentMilestone.due_on", cascade="all, delete-orphan"
    )
    leaders: Mapped[list["DevelopmentLeader"]] = relationship(back_populates="case", cascade="all, delete-orphan")
    every_result: Mapped[list["DevelopmentResult"]] = relationship(
        back_populates="case", order_by="DevelopmentResult.added_at", cascade="all, delete-orphan"
    )
    actions: Mapped[list["DevelopmentAction"]] = relationship(back_populates="case", cascade="all, delete-orphan")
    events: Mapped[list["DevelopmentEvent"]] = relationship(
        back_populates="case", order_by="DevelopmentEvent.number.desc()", cascade="all, delete-orphan"
    )

    @property
    def results(self) -> list["DevelopmentResult"]:
        """The counts that stand in it: those that were taken away are read by nobody."""
        return [one for one in self.every_result if one.dropped_at is None]

    @property
    def chain_id(self) -> uuid.UUID:
        """The chain of the audit log that is its own."""
        return self.id

    def as_it_stands(self) -> dict[str, Any]:
        """All that it says, as plain data: what its papers are made from."""
        return {
            **{name: getattr(self, name) for name in _TEXTS},
            "kind": self.kind.value, "units": [unit.name for unit in self.units], "themes": list(self.themes),
            "terms": [[one.term, one.phase.value] for one in self.terms],
            "milestones": [[one.due_on.isoformat(), one.words] for one in self.milestones],
            "results": [
                {"evidence": one.evidence.value, "question": one.question, "groups": one.groups or []}
                for one in self.results
            ],
            "actions": [
                {
                    "level": one.level.value, "kind": one.kind.value, "term": one.term, "words": one.words,
                    "responsible": one.responsible, "is_done": one.done_at is not None,
                }
                for one in sorted(self.actions, key=lambda one: one.id)
            ],
        }  # fmt: skip


class DevelopmentUnit(Base):
    """A school or preschool it is about: one, or in an area several."""

    __tablename__ = "development_unit"

    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("development_case.id"), primary_key=True)
    unit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("unit.id"), primary_key=True, index=True)


class DevelopmentTerm(Identified, Base):
    """What one term of it is for."""

    __tablename__ = "development_term"
    __table_args__ = (UniqueConstraint("case_id", "term"),)

    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("development_case.id"))
    #: as `SchoolTerm.code` writes it
    term: Mapped[str]
    phase: Mapped[DevelopmentPhase] = mapped_column(by_value(DevelopmentPhase))

    case: Mapped[DevelopmentCase] = relationship(back_populates="terms")


class _SealedPart(Identified, Base):
    """A row of development work whose words are sealed with the key of that work."""

    __abstract__ = True

    case: Mapped[DevelopmentCase]

    def __init__(self, *, case: DevelopmentCase, **values: Any) -> None:
        """Tie it to its work first, so that its words can be sealed."""
        self.id = uuid.uuid4()
        self.case = case
        super().__init__(**values)

    def data_key(self) -> Fernet:
        """What seals and opens its words: the key of its work."""
        return self.case.data_key()

    def seal_place(self, name: str) -> str:
        """The identity that binds a sealed value to this row."""
        return f"{self.__tablename__}:{self.id}:{name}"


class DevelopmentMilestone(_SealedPart):
    """What is to be there by a day."""

    __tablename__ = "development_milestone"

    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("development_case.id"), index=True)
    due_on: Mapped[date]
    reached_at: Mapped[datetime | None]

    words = Sealed[str]()

    case: Mapped[DevelopmentCase] = relationship(back_populates="milestones")


class DevelopmentResult(_SealedPart):
    """Counts by group that an analysis rests on. Of a group in which a count is under five none is kept."""

    __tablename__ = "development_result"

    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("development_case.id"), index=True)
    evidence: Mapped[DevelopmentEvidence] = mapped_column(by_value(DevelopmentEvidence))
    added_at: Mapped[datetime]
    #: when it was taken away; it stays, for whoever read it could subtract from it what is counted later
    dropped_at: Mapped[datetime | None]

    #: what was asked or tested, so that it holds or does not
    question = Sealed[str]()
    #: [{"group": its words, "holds": how many or None, "asked": of how many or None}]
    groups = Sealed[list[dict[str, Any]]]()

    case: Mapped[DevelopmentCase] = relationship(back_populates="every_result")


class DevelopmentAction(_SealedPart):
    """What a level of governance does, or puts first, or wants to reach: its `kind` says which."""

    __tablename__ = "development_action"

    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("development_case.id"), index=True)
    level: Mapped[GovernanceLevel] = mapped_column(by_value(GovernanceLevel))
    kind: Mapped[LevelledKind] = mapped_column(
        by_value(LevelledKind), default=LevelledKind.ACTION, server_default=LevelledKind.ACTION.value
    )
    #: for which term it is planned, as `SchoolTerm.code` writes it
    term: Mapped[str]
    #: since when an action is done or a goal reached; a priority never is
    done_at: Mapped[datetime | None]

    words = Sealed[str]()
    #: the function that answers for it
    responsible = Sealed[str]()

    case: Mapped[DevelopmentCase] = relationship(back_populates="actions")


class DevelopmentEvent(_SealedPart):
    """That something was done to it: its history, as `History` is a referral's."""

    __tablename__ = "development_event"
    __table_args__ = (
        Index(
            "ix_development_event_number",
            "case_id",
            "number",
            unique=True,
            sqlite_where=text("number > 0"),
            postgresql_where=text("number > 0"),
        ),
    )

    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("development_case.id"), index=True)
    #: 0 where a web of the time before it had stages wrote it beside this one
    number: Mapped[int]
    at: Mapped[datetime]
    #: None where the workflow did it
    by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("account.id"))
    act: Mapped[DevelopmentAct] = mapped_column(by_value(DevelopmentAct))
    #: from where to where; None in rows of the time before it had stages, and `from` in the first
    from_stage: Mapped[Stage | None] = mapped_column(by_value(Stage))
    from_status: Mapped[Status | None] = mapped_column(by_value(Status))
    to_stage: Mapped[Stage | None] = mapped_column(by_value(Stage))
    to_status: Mapped[Status | None] = mapped_column(by_value(Status))

    #: why it was decided so, or what was seen
    words = Sealed[str]()
    #: what the work said then, of `as_it_stands`, until the papers that follow are issued; None where none does
    stood = Sealed[dict[str, Any]]()

    case: Mapped[DevelopmentCase] = relationship(back_populates="events")
    by: Mapped[Account | None] = relationship()

    @property
    def is_move(self) -> bool:
        """Whether the stage or its status changed."""
        return (self.from_stage, self.from_status) != (self.to_stage, self.to_status)


class DevelopmentPaper(_SealedPart):
    """A paper that a stage left: issued once by the workflow, never made again, never changed."""

    __tablename__ = "development_paper"
    __table_args__ = (UniqueConstraint("event_id", "kind", "audience"),)

    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("development_case.id"), index=True)
    event_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("development_event.id"))
    kind: Mapped[DevelopmentPaperKind] = mapped_column(by_value(DevelopmentPaperKind))
    audience: Mapped[DevelopmentAudience] = mapped_column(by_value(DevelopmentAudience))
    language: Mapped[str]
    issued_at: Mapped[datetime]
    #: SHA-256 of the PDF, in hexadecimal
    checksum: Mapped[str]
    #: the bytes, loaded only where they are asked for
    sealed: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)

    case: Mapped[DevelopmentCase] = relationship()

    def __init__(self, *, case: DevelopmentCase, content: bytes, **values: Any) -> None:
        """Seal the bytes of a new paper with the key of its work."""
        super().__init__(case=case, **values)
        self.checksum = hashlib.sha256(content).hexdigest()
        self.sealed = seal_bytes(content, key=self.data_key(), place=self.seal_place("content"))

    def content(self) -> bytes:
        """The bytes as they were issued."""
        return unseal_bytes(self.sealed, key=self.data_key(), place=self.seal_place("content"))


class DevelopmentLeader(Identified, Base):
    """Who leads it at a unit as its process leader, or did."""

    __tablename__ = "development_leader"

    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("development_case.id"), index=True)
    unit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("unit.id"))
    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"))
    since_at: Mapped[datetime]
    #: when somebody else took it over
    until_at: Mapped[datetime | None]

    case: Mapped[DevelopmentCase] = relationship(back_populates="leaders")
    unit: Mapped[Unit] = relationship()
    account: Mapped[Account] = relationship()
