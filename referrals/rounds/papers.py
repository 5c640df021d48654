"""The papers of a round: a team's agenda, issued by the clock the morning after its questions were due, and the report for the joint meeting.

Each is issued once and kept as bytes with its checksum. When what it was made from changes (a late question, another slot), a new
version is issued beside it.
"""

import hashlib
import json
import uuid
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from referrals import clock
from referrals.access import SYSTEM, Actor
from referrals.models import ConsultationRound, LearningQuestion, RoundEnrolment, RoundPaper, RoundSlot
from referrals.people import organisation
from referrals.rounds import enrolling, people, slots

#: the morning after the questions were due, by the municipality's clock
AGENDA_HOUR: Final = time(6)


@dataclass(frozen=True)
class Draft:
    """A paper that is to be issued: for whom, what it says as plain data, and a digest of that."""

    round_id: uuid.UUID
    enrolment_id: uuid.UUID | None
    version: int
    language: str
    issued_at: datetime
    context: dict[str, Any]
    made_from: str
    #: the name of its template
    template: str


def agenda_at(slot: RoundSlot, *, zone: str) -> datetime:
    """When the agenda of a slot is issued."""
    morning = slots.due_on(slot, zone=zone) + timedelta(days=1)
    return datetime.combine(morning, AGENDA_HOUR, ZoneInfo(zone))


def newest(session: Session, round_id: uuid.UUID, enrolment_id: uuid.UUID | None) -> RoundPaper | None:
    """The newest version of a team's agenda, or of the round's report; None before there is one."""
    rows = select(RoundPaper).where(RoundPaper.round_id == round_id, RoundPaper.enrolment_id == enrolment_id)
    return session.scalars(rows.order_by(RoundPaper.version.desc()).limit(1)).first()


def agendas_to_issue(session: Session) -> list[Draft]:
    """The agendas whose time has come, and that are not there or say something else by now."""
    if not people.are_held(session):
        return []
    now, here = clock.now(), organisation.municipality(session)
    coming = select(RoundSlot).where(RoundSlot.enrolment_id.is_not(None), RoundSlot.starts_at > now)
    drafts = [
        draft(
            session,
            slot.round_id,
            enrolment_id=slot.enrolment_id,
            said=_agenda(session, slot.enrolment, slot),
            template="round_agenda",
        )
        for slot in session.scalars(coming.order_by(RoundSlot.starts_at))
        if slot.enrolment is not None and now >= agenda_at(slot, zone=here.timezone)
    ]
    return [one for one in drafts if one is not None]


def keep(session: Session, draft: Draft, content: bytes, *, by: Actor = SYSTEM) -> None:
    """Keep a paper that was printed; where another worker was quicker, its paper stays."""
    # The report names no enrolment, so the database takes a second "version 1" of it: one press at a time.
    found = session.get_one(ConsultationRound, draft.round_id, with_for_update=True)
    there = newest(session, draft.round_id, draft.enrolment_id)
    if there is not None and there.version >= draft.version:
        return
    session.add(
        RoundPaper(
            round_id=draft.round_id, enrolment_id=draft.enrolment_id, version=draft.version, language=draft.language,
            issued_at=draft.issued_at, made_from=draft.made_from, content=content,
        )
    )  # fmt: skip
    session.flush()
    enrolling.log(session, found, f"issue_{draft.template}", by=by, object_id=draft.enrolment_id)


def draft(
    session: Session, round_id: uuid.UUID, *, enrolment_id: uuid.UUID | None, said: dict[str, Any], template: str
) -> Draft | None:
    """A paper that says `said`, as it would be issued now; None where the newest version says the same."""
    digest = hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()
    before = newest(session, round_id, enrolment_id)
    if before is not None and before.made_from == digest:
        return None
    here, version, now = organisation.municipality(session), before.version + 1 if before else 1, clock.now()
    frame = {
        "reference": said["round"], "version": version, "recipient": None, "issued_at": now.isoformat(), "zone": here.timezone,
    }  # fmt: skip
    return Draft(round_id, enrolment_id, version, here.language, now, said | frame, digest, template)


def earlier(session: Session, enrolment: RoundEnrolment) -> list[RoundEnrolment]:
    """The same team in earlier rounds, the newest of them first."""
    same = select(RoundEnrolment).where(RoundEnrolment.forum_id == enrolment.forum_id)
    rows = [one for one in session.scalars(same) if one.round.first_on < enrolment.round.first_on]
    return sorted(rows, key=lambda one: one.round.first_on, reverse=True)


def _agenda(session: Session, enrolment: RoundEnrolment, slot: RoundSlot) -> dict[str, Any]:
    return {
        "municipality": organisation.municipality(session).name, "unit": None, "forum": enrolment.forum.name, "round": enrolment.round.name,
        "starts_at": slot.starts_at.isoformat(), "minutes": slot.minutes, "place": slot.place,
        "questions": [said_of(one) for one in enrolment.questions if not one.is_late],
        "late": [said_of(one) for one in enrolment.questions if one.is_late],
        "earlier": [
            {"round": before.round.name, "questions": [said_of(one) for one in before.questions]}
            for before in earlier(session, enrolment)
        ],
    }  # fmt: skip


def said_of(one: LearningQuestion) -> dict[str, Any]:
    """A question as papers say it."""
    return {
        "theme": one.theme.value, "question": one.question, "background": one.background, "tried": one.tried,
        "help_wanted": one.help_wanted, "sent_at": one.sent_at.isoformat(), "next_step": one.next_step,
        "outcome": one.outcome.value if one.outcome else None, "result": one.result,
    }  # fmt: skip
