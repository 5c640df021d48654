"""The archive's copy of what is preserved: one file with every paper and text, what they are, and checksums to prove it by."""

import io
import json
import zipfile
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from referrals import audit, clock, contents, documents, organisation
from referrals.access import Actor
from referrals.errors import AlreadyDecided
from referrals.models import Disposal, Document, Referral, What
from referrals.vocabulary import ContentKind, DisposalState

#: every entry of the file carries this date, so that the same content gives the same bytes
_NO_DATE: Final = (1980, 1, 1, 0, 0, 0)


def copy_for_archive(session: Session, disposal: Disposal, *, by: Actor) -> bytes:
    """A ZIP with `metadata.json`, `content.json`, the papers and `checksums.sha256`. Raises AlreadyDecided unless it is to be delivered.

    It holds everything in clear: whoever takes it out answers for it until the archive has it. That it was taken out is logged.
    """
    if disposal.state is not DisposalState.TO_DELIVER:
        raise AlreadyDecided
    referral, kinds = disposal.referral, [ContentKind(kind) for kind in disposal.kinds]
    files = {
        "metadata.json": _as_json(_metadata(session, disposal)),
        "content.json": _as_json(contents.texts(session, referral, kinds)),
    }
    if ContentKind.PAPERS in kinds:
        files |= _papers(session, referral)
    sums = "".join(f"{contents.digest(content)}  {name}\n" for name, content in sorted(files.items()))
    files["checksums.sha256"] = sums.encode()
    disposal.exported_at = disposal.exported_at or clock.now()
    session.flush()
    audit.append(session, What.EXPORTED, by=by, chain=referral.id, subject="archive", object_id=disposal.id)
    return packed(files)


def _metadata(session: Session, disposal: Disposal) -> dict[str, Any]:
    referral, here = disposal.referral, organisation.municipality(session)
    return {
        "municipality": here.name,
        "unit": referral.unit.name,
        "reference": referral.number,
        "opened_at": referral.opened_at.isoformat(),
        "ended_at": referral.stage_since.isoformat(),
        "plan": disposal.rule,
        "kinds": disposal.kinds,
        "history": [
            {
                "number": row.number, "verb": row.verb, "choice": row.choice, "at": row.at.isoformat(), "stage": row.to_stage,
                "status": row.to_status, "by": row.by.name if row.by else row.by_party, "reason": row.reason,
            }
            for row in referral.history
        ],
    }  # fmt: skip


def _papers(session: Session, referral: Referral) -> dict[str, bytes]:
    rows = session.scalars(select(Document).where(Document.referral_id == referral.id).order_by(Document.issued_at))
    return {
        f"papers/{documents.file_name(session, paper)}": documents.read_content(paper)
        for paper in rows
        if paper.content is not None
    }


def _as_json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True, default=str).encode()


def packed(files: dict[str, bytes]) -> bytes:
    """A ZIP of `files`, the same bytes for the same content."""
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in sorted(files.items()):
            archive.writestr(zipfile.ZipInfo(name, _NO_DATE), content)
    return whole.getvalue()
