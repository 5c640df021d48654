"""The keys of the kinds of content: each goes with its kind, so that an older copy of the data does not bring it back.

A copy of the data holds no key; those of the keys live a month. What one key seals therefore goes from every copy at once, or not.
"""

import uuid
from collections.abc import Collection
from contextlib import suppress
from typing import Final

from cryptography.fernet import InvalidToken, MultiFernet
from sqlalchemy import LargeBinary, Table, select, update
from sqlalchemy.orm import Session

from referrals.keeping import contents
from referrals.models import Base, ContentKey, Referral, UpwardOrigin
from referrals.models.content_key import TABLES, fresh_keys
from referrals.sealing import new_data_key
from referrals.vocabulary import ContentKind

#: how many referrals from before one night gives their keys; they wait for years, and the night has other work
MOST: Final = 500


def destroy(session: Session, referral: Referral, kinds: Collection[ContentKind]) -> None:
    """Destroy the keys of `kinds`: what was sealed with them until now is noise, in this database and in every copy of it.

    A fresh one takes the place of each, for what may still come.
    """
    for key in referral.content_keys:
        if key.kind in kinds:
            key.wrapped_key = new_data_key()
    _forget(session, referral)


def destroy_all(session: Session, referral: Referral) -> None:
    """Destroy every key of the referral: whatever of it is left anywhere is noise from now on, and nothing more comes."""
    referral.wrapped_key = b""
    for key in referral.content_keys:
        key.wrapped_key = b""
    _forget(session, referral)


def read_anew(session: Session, referral: Referral) -> None:
    """Let go of the keys as they were read before: of a referral that has ended they may have been destroyed since, or given."""
    mine = select(ContentKey).where(ContentKey.referral_id == referral.id)
    session.scalars(mine.execution_options(populate_existing=True)).all()
    # at once: when they are asked for, somebody may be in the middle of filling a row in
    session.refresh(referral, ["wrapped_key", "content_keys"])


def replace_lost(session: Session) -> None:
    """Take out the kinds whose key is gone while their referral has its own, and give each a fresh key: something may still come.

    Older data with newer keys are such: a kind that went in between cannot be read there, nor anything be written of it. Of a
    referral whose own key is gone everything goes, the index of the child's name too, which is in clear.
    """
    lost = select(ContentKey).join(Referral, Referral.id == ContentKey.referral_id)
    lost = lost.where(ContentKey.wrapped_key == b"", Referral.wrapped_key != b"")
    for key in session.scalars(lost.order_by(ContentKey.id)).all():
        referral = session.get_one(Referral, key.referral_id)
        contents.take_out(session, referral, [key.kind])
        destroy(session, referral, [key.kind])
    leads_here = select(UpwardOrigin.id).where(UpwardOrigin.referral_id == Referral.id).exists()
    is_found = Referral.child_name_index.is_not(None) | Referral.hidden_name_index.is_not(None) | leads_here
    gone = select(Referral.id).where(Referral.wrapped_key == b"", is_found)
    for referral_id in session.scalars(gone.order_by(Referral.id)).all():
        contents.take_out(session, session.get_one(Referral, referral_id), ContentKind)


def without(session: Session) -> list[uuid.UUID]:
    """Ended referrals from before each kind had a key of its own, those that ended first before the others."""
    has_some = select(ContentKey.id).where(ContentKey.referral_id == Referral.id).exists()
    ended = select(Referral.id).where(Referral.is_open.is_(False), Referral.wrapped_key != b"", ~has_some)
    return list(session.scalars(ended.order_by(Referral.stage_since, Referral.id).limit(MOST)))


def give(session: Session, referral: Referral) -> None:
    """Give a referral from before a key for each kind, and seal with these what its own key sealed. Again changes nothing."""
    if referral.content_keys:
        return
    referral.content_keys = fresh_keys()
    _forget(session, referral)
    for kind, tables in TABLES.items():
        for name in tables:
            _seal_anew(session, Base.metadata.tables[name], referral, key=referral.key_of(kind))
    session.expire_all()


def _seal_anew(session: Session, table: Table, referral: Referral, *, key: MultiFernet) -> None:
    ciphertexts = [c for c in table.columns if isinstance(c.type, LargeBinary) and c.name != "wrapped_key"]
    for row_id in session.scalars(select(table.c.id).where(contents.rows_of(table, referral))).all():
        this = table.c.id == row_id
        row = session.execute(select(*ciphertexts).where(this).with_for_update()).one()  # papers and files one by one
        for column, token in zip(ciphertexts, row, strict=True):
            if token is not None:
                with suppress(InvalidToken):  # what nothing opens stays as it is
                    session.execute(update(table).where(this).values({column: key.rotate(token)}))


def _forget(session: Session, referral: Referral) -> None:
    referral.forget_data_keys()
    session.flush()
    session.expire_all()
