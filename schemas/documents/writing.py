"""One way from gathered rows to a page: for the workflow that issues papers and the web that shows previews."""

from referrals.papers.paper_sources import Gathered
from referrals.printing import document_html
from schemas.documents import PaperRecipient, PaperSource, document_context


def paper_html(gathered: Gathered, *, preview: bool = False) -> str:
    """The page as HTML, in its reader's language. A preview says so across every page."""
    recipient = PaperRecipient(
        capacity=gathered.capacity, name=gathered.name, guardian_id=gathered.guardian_id, reads=gathered.reads
    )
    source = PaperSource(**gathered.values, recipient=recipient)
    return document_html(
        gathered.kind, document_context(gathered.kind, source), language=gathered.language, preview=preview
    )
