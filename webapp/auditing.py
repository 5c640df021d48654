"""What a request leaves in the audit log: in its own transaction where it writes, in one of its own where it only reads."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from flask import g, request

from referrals.keeping import audit
from referrals.models import GENERAL, What
from referrals.stages import Party
from referrals.vocabulary import DocumentKind
from webapp import people, transactions


class RowOfItsOwn(Protocol):
    """A row that belongs to no referral and says which chain of the audit log it has."""

    @property
    def chain_id(self) -> uuid.UUID:
        """The chain in which it stands what was done to it and who looked at it."""


@dataclass(frozen=True)
class Visit:
    """Somebody at the door of one referral, or of one protection report: known before anything is done, and good after the request's session is gone."""

    chain: uuid.UUID
    party: Party | None
    subject: str
    object_id: uuid.UUID | None

    def note(self, what: What, *, ground: str | None = None) -> None:
        """Leave an event about this visit; see `note`."""
        note(what, chain=self.chain, party=self.party, subject=self.subject, object_id=self.object_id, ground=ground)

    def note_sent_form(self) -> None:
        """Leave an event in the transaction that is about to be committed, where no verb has left one."""
        session = transactions.session()
        if not audit.has_left_event(session, self.chain):
            audit.append(
                session, What.SENT_FORM, by=people.actor(), chain=self.chain, party=self.party, subject=self.subject,
                object_id=self.object_id,
            )  # fmt: skip


def note(
    what: What,
    *,
    chain: uuid.UUID = GENERAL,
    party: Party | None = None,
    subject: str | None = None,
    object_id: uuid.UUID | None = None,
    ground: str | None = None,
) -> None:
    """Leave an event that stays whatever becomes of the request: at once where it reads, else when its own writing has ended.

    Raises what the database raises: a page that cannot be noted is not shown.
    """
    event = {"what": what, "chain": chain, "party": party, "subject": subject, "object_id": object_id, "ground": ground}
    if transactions.is_reading():
        _write([event])
    else:
        g.setdefault("audit_events", []).append(event)


def write_waiting() -> None:
    """Write what a writing request wanted noted. Its own transaction must have ended: a chain has one writer at a time."""
    waiting = g.pop("audit_events", [])
    if waiting:
        _write(waiting)


def page_name() -> str:
    """The name of the page being shown, also while it is the answer to a form sent elsewhere."""
    return str(g.get("page_endpoint") or request.endpoint)


def kind_of_paper(arguments: Mapping[str, Any]) -> str | None:
    """The kind of paper an address names, if it names one: nothing else that was typed into it is kept."""
    return next((value for value in arguments.values() if value in set(DocumentKind)), None)


def row_of(arguments: Mapping[str, Any]) -> uuid.UUID | None:
    """The part, paper, guardian or other row an address names by its id, if it names one."""
    return next((value for value in arguments.values() if isinstance(value, uuid.UUID)), None)


def _write(events: list[dict[str, Any]]) -> None:
    by = people.actor()
    with transactions.writing() as session:
        for event in events:
            audit.append(session, by=by, **event)
