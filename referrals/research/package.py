"""What an export gives out: the rows under pseudonyms, the codebook, and what the three domains are called elsewhere, as tables in a ZIP."""

import csv
import hashlib
import hmac
import io
import zipfile
from collections.abc import Iterable, Sequence
from typing import Final

from sqlalchemy.orm import Session

from referrals.models import ResearchExport
from referrals.patterns import elsewhere
from referrals.patterns.school_terms import SchoolTerm
from referrals.research import drawn
from referrals.vocabulary import AgeBand, ClosureReason, Domain, Topic

_YES_NO: Final = "yes | no"
#: each column, what it says, and what may stand in it. English, as the columns are: it is read by programs and by researchers
CODEBOOK: Final[tuple[tuple[str, str, str], ...]] = (
    (
        "pseudonym",
        "One concern. Made for this export alone: in another one the same concern has another",
        "16 characters",
    ),
    ("term", "Term in which the concern came in", "YYYY-spring | YYYY-autumn"),
    ("area", "Area of the municipality in which the school or preschool lies", "the municipality's own names"),
    ("age_band", "About how old the child was, by school year", " | ".join(band.value for band in AgeBand)),
    *((f"topic_{one.value}", f"Whether the concern was about this: {one.label}", _YES_NO) for one in Topic),
    ("taken_up", "Whether the first decision was to take it up", _YES_NO),
    ("answered_within_days", "Days from the concern to the first decision", "0-7 | 8-21 | 22-"),
    *(
        (f"domain_{one.value}", f"Whether a plan in force worked on this domain: {one.label}", _YES_NO)
        for one in Domain
    ),
    ("closed_because", "Why it was closed, the last time", " | ".join(reason.value for reason in ClosureReason)),
    ("child_answered", "Whether the child said how it is, at any follow-up", _YES_NO),
    ("guardian_answered", "Whether a guardian said how it is, at any follow-up", _YES_NO),
    ("helped", "Whether any action helped, or did in part, by what was said at follow-ups", _YES_NO),
)
_NOTE: Final = (
    "An empty cell: nothing of it yet, or left out so that fewer than five cannot be told from others. "
    "Of each term at least five concerns are in no row: children with a protected identity, concerns held for a conflict of interest, "
    "and others by chance. Of each area at least five concerns are in no row or told without the area, and of each value in an area at "
    "least five who have it are in no row or told without it, by chance. So the rows come to less than the figures that the municipality "
    "publishes, and what lies between them tells of nobody. All this was drawn once: every export of a term gives the same rows. "
    "A term of which fewer than five concerns are left has no rows. The order of the rows means nothing."
)


def pack(session: Session, found: ResearchExport) -> bytes:
    """The ZIP of an export that may be given out."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as together:
        together.writestr("rows.csv", _table([name for name, _says, _holds in CODEBOOK], _rows(session, found)))
        together.writestr("codebook.csv", _table(("column", "what it says", "values"), [*CODEBOOK, ("", _NOTE, "")]))
        names = ((one.domain.value, one.shanarri, one.bbic, one.topi) for one in elsewhere.MAPPING)
        together.writestr("domains.csv", _table(("domain", "SHANARRI", "BBIC", "TOPI"), names))
        together.writestr("about.csv", _table(("what", "as it was decided"), _about(found)))
    return written.getvalue()


def _rows(session: Session, found: ResearchExport) -> list[list[str]]:
    """All rows, ordered by their pseudonyms: any other order would tell something."""
    term, last = SchoolTerm.read(found.first_term), SchoolTerm.read(found.last_term)
    written = []
    while term and last and term <= last:
        for number, row in enumerate(drawn.of_term(session, term)):
            told = {"pseudonym": _pseudonym(found, f"{term.code} {number}"), "term": term.code, "area": row.area}
            told |= {"age_band": row.age} | row.values
            written.append([told[name] for name, _says, _holds in CODEBOOK])
        term = term.next
    return sorted(written)


def _pseudonym(found: ResearchExport, which: str) -> str:
    """Of this export alone, and of nothing that leads to a concern."""
    key = bytes.fromhex(found.pseudonym_key or "")
    return hmac.digest(key, which.encode(), hashlib.sha256).hex()[:16]


def _about(found: ResearchExport) -> list[tuple[str, str]]:
    return [
        ("purpose", found.purpose or ""),
        ("approved by", found.decided_by.name if found.decided_by else ""),
        ("to be used until", found.ends_on.isoformat()),
        ("terms", f"{found.first_term} to {found.last_term}"),
    ]


def _table(headings: Sequence[str], lines: Iterable[Sequence[str]]) -> str:
    """A table as programs read it, in which no cell is taken for a formula."""
    written = io.StringIO()
    table = csv.writer(written)
    table.writerow(headings)
    table.writerows([f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t") else cell for cell in line] for line in lines)
    return written.getvalue()
