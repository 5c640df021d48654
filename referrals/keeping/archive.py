"""The archive's copy of what is preserved: one file with every paper and text, what they are, and checksums to prove it by."""

import io
import json
import zipfile
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from referrals import clock, documents
from referrals.access import Actor
from referrals.errors import AlreadyDecided
from referrals.files import attachments
from referrals.keeping import audit, contents, retention
from referrals.models import Attachment, AttachmentContent, Disposal, Document, Referral, What
from referrals.people import organisation
from referrals.vocabulary import ContentKind, DisposalState

#: every entry of the file carries this date, so that the same content gives the same bytes
_NO_DATE: Final = (1980, 1, 1, 0, 0, 0)


def copy_for_archive(session: Session, disposal: Disposal, *, by: Actor) -> bytes:
    """A ZIP with `metadata.json`, `content.json`, the papers, the files and `checksums.sha256`. Raises AlreadyDecided unless it is to be delivered.

    It holds everything in clear: whoever takes it out answers for it until the archive has it. That it was taken out is logged.
    """
    retention.hold_still(session, disposal)
    if disposal.state is not DisposalState.TO_DELIVER:
        raise AlreadyDecided
    referral, kinds = disposal.referral, [ContentKind(kind) for kind in disposal.kinds]
    papers = _papers(session, referral) if ContentKind.PAPERS in kinds else {}
    attached = _attached(session, referral) if ContentKind.FILES in kinds else {}
    said = {
        "papers": {name: _about_paper(paper) for name, paper in papers.items()},
        "files": {name: _about_file(file) for name, file in attached.items()},
    }
    files = {
        "metadata.json": as_json(_metadata(session, disposal) | said),
        "content.json": as_json(contents.texts(session, referral, kinds)),
    }
    files |= {name: documents.read_content(paper) for name, paper in papers.items()}
    files |= {name: attachments.open_content(session, file) for name, file in attached.items()}
    if disposal.exported_at is None or retention.has_outgrown(session, disposal):
        disposal.exported_at = clock.now()
    session.flush()
    audit.append(session, What.EXPORTED, by=by, chain=referral.id, subject="archive", object_id=disposal.id)
    return packed(with_checksums(files))


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


def _papers(session: Session, referral: Referral) -> dict[str, Document]:
    """Every paper that is there, by its place in the copy; two that would be called alike, such as the reporter's, are counted."""
    rows = (
        select(Document)
        .where(Document.referral_id == referral.id)
        .order_by(Document.issued_at, Document.recipient, Document.id)
    )
    found: dict[str, Document] = {}
    for paper in session.scalars(rows):
        if paper.content is not None:
            name = f"papers/{documents.file_name(session, paper)}"
            alike = sum(
                documents.file_name(session, one) == documents.file_name(session, paper) for one in found.values()
            )
            found[f"{name.removesuffix('.pdf')}-copy-{alike + 1}.pdf" if alike else name] = paper
    return found


def _attached(session: Session, referral: Referral) -> dict[str, Attachment]:
    rows = select(Attachment).join(AttachmentContent).where(Attachment.referral_id == referral.id)
    return {f"files/{file.paper_name}": file for file in session.scalars(rows.order_by(Attachment.number))}


def _about_paper(paper: Document) -> dict[str, Any]:
    return {
        "id": str(paper.id), "kind": paper.kind, "version": paper.version, "for": paper.recipient,
        "issued_at": paper.issued_at.isoformat(), "sha256": paper.checksum,
    }  # fmt: skip


def _about_file(file: Attachment) -> dict[str, Any]:
    return {
        "id": str(file.id), "beside": file.belongs_to, "kind": file.kind, "attached_at": file.attached_at.isoformat(),
        "sha256": file.checksum,
    }  # fmt: skip


def as_json(value: Any) -> bytes:
    """`value` as a file of the copy; what JSON does not know, such as an instant, as text."""
    return json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True, default=str).encode()


def with_checksums(files: dict[str, bytes]) -> dict[str, bytes]:
    """`files` and `checksums.sha256`, which proves each of them."""
    sums = "".join(f"{contents.digest(content)}  {name}\n" for name, content in sorted(files.items()))
    return files | {"checksums.sha256": sums.encode()}


def packed(files: dict[str, bytes]) -> bytes:
    """A ZIP of `files`, the same bytes for the same content."""
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in sorted(files.items()):
            archive.writestr(zipfile.ZipInfo(name, _NO_DATE), content)
    return whole.getvalue()
