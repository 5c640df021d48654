"""How plain the papers are that guardians get (C27), measured by LIX: words a sentence, and how many words in a hundred are long."""

import re

import pytest

from referrals.vocabulary import DocumentKind
from tests.documents.reading import SNAPSHOTS
from tests.documents.sources import STRENGTHS_FIRST

#: C.-H. Björnsson, Läsbarhet (1968): below 30 is what children read, 30-40 stories, 40-50 newspapers, above 50 what authorities write
STORIES, NEWSPAPERS = 40, 50
#: what guardians get from the team
LETTERS = [
    DocumentKind.RECEIPT, DocumentKind.INFORMATION_AND_CONSENT, DocumentKind.INVITATION, DocumentKind.MINUTES,
    DocumentKind.ACTION_PLAN, DocumentKind.CHILDS_PLAN, DocumentKind.FOLLOW_UP, DocumentKind.CLOSING, DocumentKind.HAND_OVER,
    DocumentKind.SERVICE_REFERRAL, DocumentKind.PAGE_CODE,
]  # fmt: skip
#: and from the head teacher, with what the law wants said
DECISIONS = [
    DocumentKind.SUPPORT_PROGRAMME, DocumentKind.NO_SUPPORT_PROGRAMME, DocumentKind.SUPPORT_REVIEW,
    DocumentKind.SUPPORT_PROGRAMME_ENDED, DocumentKind.ABSENCE_WARNING, DocumentKind.EDUCATIONAL_DECISION,
]  # fmt: skip


def lix(text: str) -> float:
    """Of the sentences in `text`; lines that are none, such as headings, names and tables, do not count."""
    told = " ".join(line for line in text.splitlines() if len(line.split()) > 3 and re.search(r"[.!?]$", line.strip()))
    words = re.findall(r"[^\W\d_]+(?:-[^\W\d_]+)*", told)
    sentences = re.findall(r"[.!?:](?=\s|$)", told)
    return len(words) / len(sentences) + 100 * sum(len(word) > 6 for word in words) / len(words)


def test_what_authorities_write_measures_as_it_should() -> None:
    plain = "Ni kan säga nej. Då lämnas inget ut. Barnet får ändå hjälp här i skolan."
    official = "Vårdnadshavarnas samtyckesförklaring förutsätter dokumenterad informationsgivning rörande personuppgiftsbehandlingen."
    assert lix(plain) < 30
    assert lix(official) > 100


@pytest.mark.parametrize("language", ["sv", "da"])
@pytest.mark.parametrize("kind", [*LETTERS, *DECISIONS])
def test_a_letter_to_parents_reads_easily(kind: DocumentKind, language: str) -> None:
    copies = ("", ".guardian") if kind in STRENGTHS_FIRST else ("",)
    for copy in copies:
        paper = (SNAPSHOTS / f"{kind}.{language}{copy}.txt").read_text(encoding="utf-8")
        assert lix(paper) < (STORIES if kind in LETTERS else NEWSPAPERS)
