"""A kind of content that went is not read again: not from the database that is left, and not from an older copy with today's keys."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import time_machine
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from referrals import db, documents, history
from referrals.access import Actor
from referrals.errors import ContentGone, NoSuchReferral
from referrals.files import attachments
from referrals.files.quarantine import Cleared
from referrals.keeping import content_keys, retention
from referrals.models import (
    Attachment,
    AuditEvent,
    Base,
    Concern,
    ContentKey,
    Disposal,
    Document,
    Guardian,
    History,
    LegalHold,
    Referral,
)
from referrals.models import referral as referral_model
from referrals.people import organisation
from referrals.stages import CLOSED, Party, Verb
from referrals.vocabulary import ContentKind, DocumentKind, Fate, FileKind
from tests.factories import a_guardian, a_referral
from tests.people import settle
from tests.referrals.operations.test_backup import Desk, stamp

#: sealed columns are no attributes
AS_IT_IS = {"synchronize_session": False}
#: what the plan lets go first
FIRST = (ContentKind.CONCERN, ContentKind.PAPERS, ContentKind.FILES)


@dataclass
class Kept:
    """An instance with one ended referral, of which `FIRST` is due, and the files of its copies."""

    desk: Desk
    coordinator: Actor
    head_teacher: Actor

    def dispose(self, fate: Fate = Fate.DISPOSE) -> None:
        """Let go what is due, as the night does after two people said so."""
        with db.writing(self.desk.address) as session:
            referral = session.scalars(select(Referral)).one()
            disposal = retention.propose_disposal(session, referral, by=self.coordinator, fate=fate)
            retention.approve_disposal(session, disposal, by=self.head_teacher)
            if fate is Fate.PRESERVE:
                disposal.archive_number = "RA 1"
            retention.carry_out(session, disposal)


@pytest.fixture
def kept(fresh_address: str, ring_file: Path, tmp_path: Path, wednesday: time_machine.Traveller) -> Kept:
    stamp(fresh_address)
    with db.writing(fresh_address) as session:
        cast = settle(session)
        rules = {kind.value: {"years": 0, "then": "dispose"} for kind in FIRST}
        cast.municipality.retention = {"plan": "Plan 2026", "kinds": rules}
        by = cast.coordinator.actor()
        _lay(session, a_referral(session, cast, CLOSED), by)
        head_teacher = cast.head_teacher.actor()
    return Kept(Desk(tmp_path / "desk", fresh_address), by, head_teacher)


@pytest.fixture
def empty(new_database: Callable[[], str]) -> str:
    address = new_database()
    Base.metadata.create_all(db.engine_for(address))
    stamp(address)
    return address


@pytest.fixture
def from_before() -> Iterator[pytest.MonkeyPatch]:
    """Referrals come as they did before each kind had a key, until the test undoes it."""
    with pytest.MonkeyPatch.context() as then:
        then.setattr(referral_model, "fresh_keys", list)
        yield then


def _lay(session: Session, referral: Referral, by: Actor) -> None:
    """A guardian, a paper, a file and a reason beside it."""
    a_guardian(session, referral)
    row = session.scalars(select(History).where(History.referral_id == referral.id)).one()
    documents.issue(session, row, documents.Paper(DocumentKind.CLOSING, "file", "sv"), content=b"%PDF-1.7 paper")
    photo = Cleared(FileKind.JPEG, b"a photo", "bild.jpg")
    attachments.keep(session, referral, photo, by=by, party=Party.COORDINATOR)
    retention.place_hold(session, referral, by=by, reason="Tvist i rätten.")
    retention.lift_hold(session, referral, by=by)


def read_of(address: str) -> dict[str, object]:
    """What can be read of the one referral in a database, whatever its rows look like."""
    with db.reading(address) as session:
        referral = session.scalars(select(Referral)).one()
        paper, file = session.scalars(select(Document)).one(), session.scalars(select(Attachment)).one()
        found: dict[str, object] = {
            "child": referral.child_name,
            "concern": session.scalars(select(Concern)).one().observations,
            "guardian": session.scalars(select(Guardian)).one().name,
            "reason": session.scalars(select(LegalHold)).one().reason,
            "file's name": file.sender_name,
        }
        for name, read in {
            "paper": lambda: documents.read_content(paper),
            "file": lambda: attachments.open_content(session, file),
        }.items():
            try:
                found[name] = read()
            except (ContentGone, NoSuchReferral):
                found[name] = None
    return found


WHOLE = {
    "child": "Mila Testsson",
    "concern": "Mila har varit borta nio dagar i september.",
    "guardian": "Maja Testsson",
    "reason": "Tvist i rätten.",
    "file's name": "bild.jpg",
    "paper": b"%PDF-1.7 paper",
    "file": b"a photo",
}
WITHOUT_FIRST = WHOLE | dict.fromkeys(("concern", "file's name", "paper", "file"))


def test_what_went_by_kind_is_not_read_from_an_older_copy_with_todays_keys_and_the_rest_is(
    kept: Kept, empty: str
) -> None:
    kept.desk.back_up(".old")
    assert read_of(kept.desk.address) == WHOLE
    kept.dispose()
    assert read_of(kept.desk.address) == WITHOUT_FIRST
    kept.desk.back_up(".new")
    back = kept.desk.restore(empty, data=".old", keys=".new")
    assert back.without_key == len(FIRST)
    assert read_of(empty) == WITHOUT_FIRST
    with db.writing(empty) as session:
        concern = session.scalars(select(Concern)).one()
        assert concern._observations is None  # not even as noise
        concern.observations = "Nytt."
    assert read_of(empty) == WITHOUT_FIRST | {"concern": "Nytt."}


def test_what_comes_after_a_disposal_is_kept_and_copied_as_before(kept: Kept, empty: str) -> None:
    kept.dispose()
    with db.writing(kept.desk.address) as session:
        session.scalars(select(Concern)).one().observations = "Nytt."
    kept.desk.back_up()
    kept.desk.restore(empty)
    assert read_of(empty) == WITHOUT_FIRST | {"concern": "Nytt."}


def test_what_is_written_in_the_moment_of_a_disposal_is_sealed_with_the_key_that_is_there_then(
    fresh_postgres: str,
) -> None:
    with db.writing(fresh_postgres) as session:
        cast = settle(session)
        a_referral(session, cast, CLOSED)
        by = cast.coordinator.actor()
    with Session(db.engine_for(fresh_postgres)) as writing, writing.begin():
        referral, concern = writing.scalars(select(Referral)).one(), writing.scalars(select(Concern)).one()
        assert concern.observations == WHOLE["concern"]
        with db.writing(fresh_postgres) as night:
            content_keys.destroy(night, night.scalars(select(Referral)).one(), [ContentKind.CONCERN])
        history.guard(writing, referral, Verb.TELL_GUARDIANS, by=by)
        concern.observations = "Nytt."
    with db.reading(fresh_postgres) as session:
        assert session.scalars(select(Concern)).one().observations == "Nytt."


def test_two_workers_in_the_same_night_take_out_once_and_the_second_finds_it_done(
    fresh_postgres: str, wednesday: time_machine.Traveller
) -> None:
    with db.writing(fresh_postgres) as session:
        cast = settle(session)
        a_referral(session, cast, CLOSED)
        rules = {kind.value: {"years": 0, "then": "dispose"} for kind in FIRST}
        cast.municipality.retention = {"plan": "Plan 2026", "kinds": rules}
        referral = session.scalars(select(Referral)).one()
        disposal = retention.propose_disposal(session, referral, by=cast.coordinator.actor(), fate=Fate.DISPOSE)
        retention.approve_disposal(session, disposal, by=cast.head_teacher.actor())
    with Session(db.engine_for(fresh_postgres)) as late, late.begin():
        its = late.scalars(select(Disposal)).one()
        with db.writing(fresh_postgres) as night:
            receipt = retention.carry_out(night, night.scalars(select(Disposal)).one()).receipt
        assert retention.carry_out(late, its).receipt == receipt
        carried_out = select(AuditEvent).where(AuditEvent.subject == "carry_out_disposal")
        assert len(late.scalars(carried_out).all()) == 1


def test_what_the_archive_has_keeps_its_keys(kept: Kept, empty: str) -> None:
    with db.writing(kept.desk.address) as session:
        referral = session.scalars(select(Referral)).one()
        plan = organisation.municipality(session)
        rules = {kind.value: {"years": 0, "then": "preserve"} for kind in FIRST}
        plan.retention = {"plan": "Plan 2026", "kinds": rules}
        before = {key.kind: key.wrapped_key for key in referral.content_keys}
    kept.dispose(Fate.PRESERVE)
    with db.reading(kept.desk.address) as session:
        referral = session.scalars(select(Referral)).one()
        assert {key.kind: key.wrapped_key for key in referral.content_keys} == before
        assert session.scalars(select(Concern)).one().observations is None


def test_a_referral_from_before_is_read_as_it_is_and_gets_its_keys_once_it_has_ended(
    from_before: pytest.MonkeyPatch, kept: Kept, empty: str
) -> None:
    address = kept.desk.address
    assert read_of(address) == WHOLE
    from_before.undo()
    with db.writing(address) as session:
        session.execute(update(Guardian).values({"phone": b"no token"}), execution_options=AS_IT_IS)
        session.execute(update(Referral).values(is_open=True))
        assert content_keys.without(session) == []
        session.execute(update(Referral).values(is_open=False))
        (found,) = content_keys.without(session)
        for _ in range(2):
            content_keys.give(session, session.get_one(Referral, found))
        assert content_keys.without(session) == []
        assert set(session.scalars(select(ContentKey.kind))) == set(ContentKind)
        assert session.scalars(select(Guardian)).one()._phone == b"no token"  # what nothing opens stays as it is
    assert read_of(address) == WHOLE
    kept.desk.back_up(".old")
    kept.dispose()
    kept.desk.back_up(".new")
    kept.desk.restore(empty, data=".old", keys=".new")
    assert read_of(empty) == WITHOUT_FIRST
