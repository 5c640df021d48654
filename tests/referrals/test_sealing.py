"""Personal data at rest: readable only with the keys, and only in the row it was written to."""

import stat
import uuid
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session, configure_mappers

from referrals import sealing
from referrals.errors import SealBroken
from referrals.models import (
    Attachment,
    Base,
    Concern,
    Document,
    DraftFile,
    ProtectionReport,
    Referral,
    WorkingNote,
)
from referrals.sealing import KeyRing, Sealed
from referrals.vocabulary import ContentKind
from tests.factories import a_referral
from tests.people import Cast


def test_what_was_typed_does_not_stand_in_the_database(session: Session, cast: Cast) -> None:
    a_referral(session, cast, child_name="Mila Testsson")
    stored = session.execute(text("SELECT child_name FROM referral")).scalar_one()
    assert b"Mila" not in bytes(stored)


def test_what_was_sealed_can_be_read_back(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast, child_name="Åse Ørsted-Łoś")
    session.flush()
    session.expire(referral)
    assert referral.child_name == "Åse Ørsted-Łoś"


def test_an_empty_value_stays_empty(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast, child_group=None)
    assert referral.child_group is None


def test_a_ciphertext_moved_to_another_column_is_refused(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast, child_name="Mila", child_group="4B")
    referral._child_name = referral._child_group
    with pytest.raises(SealBroken):
        _ = referral.child_name


def test_a_ciphertext_moved_to_another_referral_is_refused(session: Session, cast: Cast) -> None:
    one, other = a_referral(session, cast), a_referral(session, cast)
    one._child_name = other._child_name
    with pytest.raises(SealBroken):
        _ = one.child_name


def test_every_row_that_seals_binds_its_values_to_itself_and_to_their_column() -> None:
    configure_mappers()
    kinds = [mapper.class_ for mapper in Base.registry.mappers]
    seals = [kind for kind in kinds if any(isinstance(getattr(kind, name, None), Sealed) for name in dir(kind))]
    # The bytes of papers and files stand in rows of their own, and are bound to what they are the content of.
    assert len(seals) > 30
    for kind in [*seals, Document, ProtectionReport, DraftFile, Attachment]:
        row = kind.__mapper__.class_manager.new_instance()
        row.id = uuid.uuid4()
        assert row.seal_place("text") == f"{kind.__tablename__}:{row.id}:text"


def test_each_kind_of_content_of_a_referral_is_sealed_with_a_key_of_its_own(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast)
    concern = session.query(Concern).filter_by(referral_id=referral.id).one()
    place = concern.seal_place("observations")
    assert sealing.unseal(concern._observations, key=concern.data_key(), place=place) == concern.observations
    for key in (
        *(referral.key_of(kind) for kind in ContentKind if kind is not ContentKind.CONCERN),
        referral.key_of(None),
    ):
        with pytest.raises(SealBroken):
            sealing.unseal(concern._observations, key=key, place=place)


def test_a_row_in_the_middle_of_being_filled_in_is_not_written_for_the_sake_of_a_key(
    session: Session, cast: Cast
) -> None:
    referral = a_referral(session, cast)
    session.expire(referral)
    referral.forget_data_keys()
    note = WorkingNote(referral=referral, author_id=cast.coordinator.id)
    session.add(note)
    note.text = "Ring skolsköterskan."  # when it was written is still missing
    assert note in session.new
    session.expunge(note)


def test_the_descriptor_itself_can_be_looked_at() -> None:
    assert isinstance(Referral.child_name, sealing.Sealed)


def test_bytes_are_sealed_for_their_place(session: Session, cast: Cast) -> None:
    key = a_referral(session, cast).data_key()
    token = sealing.seal_bytes(b"%PDF-1.7", key=key, place="document:1")
    assert sealing.unseal_bytes(token, key=key, place="document:1") == b"%PDF-1.7"
    with pytest.raises(SealBroken):
        sealing.unseal_bytes(token, key=key, place="document:2")


def test_bytes_under_another_key_are_refused(session: Session, cast: Cast) -> None:
    one, other = a_referral(session, cast), a_referral(session, cast)
    token = sealing.seal_bytes(b"%PDF", key=one.data_key(), place="p")
    with pytest.raises(SealBroken):
        sealing.unseal_bytes(token, key=other.data_key(), place="p")


def test_a_data_key_of_another_ring_is_refused(
    session: Session, cast: Cast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    referral = a_referral(session, cast)
    monkeypatch.setattr(sealing, "_ring", KeyRing.read_or_make(tmp_path / "other.json"))
    with pytest.raises(SealBroken):
        sealing.open_data_key(referral.wrapped_key)


def test_without_a_key_ring_nothing_is_sealed_or_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealing, "_ring", None)
    with pytest.raises(SealBroken):
        sealing.new_data_key()


def test_the_key_file_is_readable_by_its_owner_only_and_made_once(tmp_path: Path) -> None:
    first = KeyRing.read_or_make(tmp_path / "sub" / "keys.json")
    again = KeyRing.read_or_make(tmp_path / "sub" / "keys.json")
    assert stat.S_IMODE((tmp_path / "sub" / "keys.json").stat().st_mode) == 0o600
    assert first == again


def test_the_same_name_is_found_however_it_is_written_and_only_for_its_purpose(tmp_path: Path) -> None:
    ring = KeyRing.read_or_make(tmp_path / "keys.json")
    assert ring.blind_index("child", "Mila  TESTSSON") == ring.blind_index("child", "mila testsson")
    assert ring.blind_index("child", "Mila") != ring.blind_index("code", "Mila")
