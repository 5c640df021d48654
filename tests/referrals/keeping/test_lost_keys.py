"""Papers and files that lie in data from before their keys were destroyed: they are gone, and say so."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from referrals import documents
from referrals.documents import Paper
from referrals.errors import ContentGone, NoSuchReferral
from referrals.files import attachments
from referrals.files.quarantine import Cleared
from referrals.keeping import content_keys
from referrals.models import History
from referrals.papers import readers
from referrals.stages import IN_TRIAGE, Party
from referrals.vocabulary import DocumentKind, FileKind
from tests.factories import a_referral
from tests.people import Cast


def test_a_paper_and_a_file_whose_keys_are_gone_are_gone(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast, IN_TRIAGE)
    row = session.scalars(select(History).where(History.referral_id == referral.id)).one()
    paper = documents.issue(session, row, Paper(DocumentKind.REFERRAL, readers.FILE, "sv"), content=b"%PDF-1.7")
    photo = Cleared(FileKind.JPEG, b"a photo", "bild.jpg")
    file = attachments.keep(session, referral, photo, by=cast.coordinator.actor(), party=Party.COORDINATOR)
    assert (documents.read_content(paper), attachments.open_content(session, file)) == (b"%PDF-1.7", b"a photo")
    content_keys.destroy_all(session, referral)
    with pytest.raises(ContentGone):
        documents.read_content(paper)
    with pytest.raises(NoSuchReferral):
        attachments.open_content(session, file)
