"""The PDF itself: what assistive technology, an archive and a reader of any language need to find in it."""

import io
import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pikepdf
import pytest
from page import ValidationProfile, validate_pdf_bytes
from pypdf import PdfReader

from referrals.papers import agenda_points
from referrals.plans.childs_plan import LONGEST_GOAL, LONGEST_TEXT, MOST_GOALS
from referrals.printing import document_html, print_pdf
from referrals.vocabulary import DocumentKind
from schemas.documents import document_context
from tests.documents.family_words import ARABIC_WORDS
from tests.documents.reading import LANGUAGES, page_of, paper_text, pdf_of
from tests.documents.sources import STRENGTHS_FIRST, Family, guardians_copy, rich_source

every_paper = pytest.mark.parametrize(
    ("kind", "language", "rich"),
    [(kind, language, rich) for kind in DocumentKind for language in LANGUAGES for rich in (True, False)],
    ids=str,
)

#: what the samples are called by: referrals, a protection report, an absence
NUMBERS = ("HTL-7K4M-2Q9X", "HTL-2222-3333", "P-7K4M-2Q9X-HT3W", "F-7K4M-2Q9X-HT3W")


def open_pdf(content: bytes) -> pikepdf.Pdf:
    return pikepdf.open(io.BytesIO(content))


def elements(pdf: pikepdf.Pdf) -> Iterator[tuple[str, Any, str]]:
    """Every element of the structure tree in reading order: its tag, itself, and the tag it stands in."""

    def walk(node: Any, parent: str) -> Iterator[tuple[str, Any, str]]:
        if isinstance(node, pikepdf.Array):
            for each in node:
                yield from walk(each, parent)
        elif isinstance(node, pikepdf.Dictionary) and "/S" in node:
            tag = str(node.S)
            yield tag, node, parent
            yield from walk(node.get("/K", pikepdf.Array()), tag)

    yield from walk(pdf.Root.StructTreeRoot.K, "")


@every_paper
def test_paper_is_built_to_pdf_ua(kind: DocumentKind, language: str, rich: bool) -> None:
    with open_pdf(pdf_of(kind, language, rich)) as pdf:
        assert str(pdf.Root.Lang) == language
        assert pdf.Root.MarkInfo.Marked is True or bool(pdf.Root.MarkInfo.Marked)
        assert bool(pdf.Root.ViewerPreferences.DisplayDocTitle)
        with pdf.open_metadata() as metadata:
            assert str(metadata["pdfuaid:part"]) == "1"
            assert metadata["dc:title"].endswith(NUMBERS)
        assert all(str(page.get("/Tabs", "/S")) == "/S" for page in pdf.pages)


@every_paper
def test_a_judge_from_outside_finds_nothing_against_pdf_ua(kind: DocumentKind, language: str, rich: bool) -> None:
    judged = validate_pdf_bytes(pdf_of(kind, language, rich), profile=ValidationProfile.PDF_UA_1)
    assert [fault.message for fault in judged.failures] == []
    assert judged.rules.passed > 100


@every_paper
def test_headings_never_skip_a_level(kind: DocumentKind, language: str, rich: bool) -> None:
    with open_pdf(pdf_of(kind, language, rich)) as pdf:
        levels = [int(tag[2:]) for tag, _, _ in elements(pdf) if tag in {"/H1", "/H2", "/H3", "/H4", "/H5", "/H6"}]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(below - above <= 1 for above, below in pairwise(levels))


@pytest.mark.parametrize("kind", STRENGTHS_FIRST)
def test_a_guardians_copy_is_read_out_from_the_strengths_on_and_is_as_well_built(kind: DocumentKind) -> None:
    content = print_pdf(document_html(kind, document_context(kind, guardians_copy(kind)), language="sv"))
    assert [fault.message for fault in validate_pdf_bytes(content, profile=ValidationProfile.PDF_UA_1).failures] == []
    with open_pdf(content) as pdf:
        levels = [int(tag[2:]) for tag, _, _ in elements(pdf) if tag in {"/H1", "/H2", "/H3"}]
    assert all(below - above <= 1 for above, below in pairwise(levels))
    of_file = paper_text(page_of(kind, "sv"))
    first_heading = of_file.partition("\n## ")[2].splitlines()[0]
    strengths = Family("sv").words["strengths"].partition(".")[0]
    read = " ".join(text_of(content).split())
    assert read.index(strengths) < read.index(first_heading)


@every_paper
def test_tables_have_header_cells_and_pictures_a_text(kind: DocumentKind, language: str, rich: bool) -> None:
    with open_pdf(pdf_of(kind, language, rich)) as pdf:
        for tag, node, parent in elements(pdf):
            if tag == "/Table":
                inside = {str(each.S) for each in descendants(node)}
                assert "/TH" in inside
            if tag == "/TD":
                assert len(node.A.get("/Headers", [])) > 0
            if tag == "/Figure":
                assert str(node.get("/Alt", ""))
            if tag in {"/TH", "/TD"}:
                assert parent == "/TR"


@every_paper
def test_each_cell_finds_the_cells_that_head_it(kind: DocumentKind, language: str, rich: bool) -> None:
    with open_pdf(pdf_of(kind, language, rich)) as pdf:
        names = pdf.Root.StructTreeRoot.get("/IDTree", pikepdf.Dictionary(Names=[])).Names
        heads = {str(names[place]): names[place + 1] for place in range(0, len(names), 2)}
        assert list(heads) == sorted(heads)
        for tag, node, _ in elements(pdf):
            if tag == "/TH":
                assert heads[str(node.ID)].objgen == node.objgen
                is_beside_others = "/TD" in {str(each.S) for each in node.P.K}
                assert str(node.A.Scope) == ("/Row" if is_beside_others else "/Column")
            if tag == "/TD":
                assert all(str(each) in heads for each in node.A.Headers)


def descendants(node: Any) -> Iterator[Any]:
    for child in node.get("/K", []):
        if isinstance(child, pikepdf.Dictionary) and "/S" in child:
            yield child
            yield from descendants(child)


@every_paper
def test_all_fonts_are_embedded_and_can_be_read_back(kind: DocumentKind, language: str, rich: bool) -> None:
    with open_pdf(pdf_of(kind, language, rich)) as pdf:
        fonts = [font for page in pdf.pages for font in page.Resources.get("/Font", {}).values()]
        assert fonts
        for font in fonts:
            assert "/ToUnicode" in font
            descriptor = font.DescendantFonts[0].FontDescriptor
            assert any(name in descriptor for name in ("/FontFile2", "/FontFile3"))
            assert "Inter" in str(descriptor.FontName) or "Trivsel" in str(descriptor.FontName)


#: what puts something on the page
PAINTING = {"Tj", "TJ", "'", '"', "f", "F", "f*", "S", "s", "B", "B*", "b", "b*", "Do", "sh", "EI"}


@every_paper
def test_everything_on_a_page_is_either_read_out_or_furniture(kind: DocumentKind, language: str, rich: bool) -> None:
    with open_pdf(pdf_of(kind, language, rich)) as pdf:
        read_out = {node.objgen for _, node, _ in elements(pdf)}
        nums = pdf.Root.StructTreeRoot.ParentTree.Nums
        owners = {int(nums[place]): nums[place + 1] for place in range(0, len(nums), 2)}
        for page in pdf.pages:
            marks: list[str] = []
            for operands, operator in pikepdf.parse_content_stream(page):
                if str(operator) in {"BMC", "BDC"}:
                    marks.append(str(operands[0]))
                    if str(operator) == "BDC" and "/MCID" in operands[1]:
                        assert owners[int(page.StructParents)][int(operands[1]["/MCID"])].objgen in read_out
                elif str(operator) == "EMC":
                    marks.pop()
                elif str(operator) in PAINTING:
                    assert marks, "something is painted that is neither tagged nor furniture"


def test_running_heads_are_furniture() -> None:
    with open_pdf(pdf_of(DocumentKind.ACTION_PLAN, "sv")) as pdf:
        assert not pdf.check_pdf_syntax()
        marks = [
            str(operands[0])
            for operands, operator in pikepdf.parse_content_stream(pdf.pages[1])
            if str(operator) in {"BMC", "BDC"}
        ]
    assert "/Artifact" in marks


def text_of(content: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)


def test_swedish_danish_and_polish_letters_come_out_right() -> None:
    assert "Åsa Söderfält" in text_of(pdf_of(DocumentKind.MINUTES, "sv"))
    assert "Maja Wiśniewska" in text_of(pdf_of(DocumentKind.MINUTES, "sv"))
    assert "Søren Kjærgård" in text_of(pdf_of(DocumentKind.MINUTES, "da"))


def test_arabic_words_are_set_in_their_own_script_and_read_as_they_were_written() -> None:
    content = pdf_of(DocumentKind.MINUTES, "sv")
    with open_pdf(content) as pdf:
        names = {str(font.BaseFont) for page in pdf.pages for font in page.Resources.get("/Font", {}).values()}
    assert any("Arabic" in name for name in names)
    read = text_of(content).split()
    assert [word for word in ARABIC_WORDS.split() if word.strip("،.") not in " ".join(read)] == []


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("ar", "ومتى نلتقي مرة أخرى في الأطفال"),
        ("fa", "هر کس چه می‌کند و کی دوباره"),
        ("ckb", "هەر یەکێک چی دەکات ڕۆژی ئێوە"),
        ("ur", "ٹھیک ڈاکٹر پڑھائی میں ہوں"),
        ("ps", "څه به کوي ښوونځی ډاکټر ږغ"),
    ],
)
def test_every_letter_of_a_language_written_in_arabic_script_can_be_read_from_the_paper(language, words) -> None:
    page = f"<html lang='{language}' dir='rtl'><title>{words}</title><body><h1>{words}</h1><p>{words}</p></body></html>"
    read = text_of(print_pdf(page)).replace("\N{ZERO WIDTH NON-JOINER}", "").split()
    assert [word for word in words.replace("\N{ZERO WIDTH NON-JOINER}", "").split() if read.count(word) != 2] == []


def test_every_page_carries_number_date_version_and_its_own_number() -> None:
    pages = PdfReader(io.BytesIO(pdf_of(DocumentKind.ACTION_PLAN, "sv"))).pages
    assert len(pages) > 1
    for number, page in enumerate(pages, 1):
        text = " ".join(page.extract_text().split())
        assert "HTL-7K4M-2Q9X · Utfärdad 14 oktober 2026 · Version 1" in text
        assert f"Sida {number} av {len(pages)}" in text


def test_preview_is_said_across_every_page_of_a_preview_only() -> None:
    preview = print_pdf(page_of(DocumentKind.ACTION_PLAN, "en", preview=True))
    assert all("PREVIEW" in page.extract_text() for page in PdfReader(io.BytesIO(preview)).pages)
    assert "PREVIEW" not in text_of(pdf_of(DocumentKind.ACTION_PLAN, "en"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_receipt_is_one_sheet(language: str) -> None:
    assert len(PdfReader(io.BytesIO(pdf_of(DocumentKind.RECEIPT, language))).pages) == 1


@pytest.mark.parametrize("language", ["sv", "da"])
def test_an_invitation_with_the_usual_points_and_eight_people_is_one_sheet(language: str) -> None:
    context = document_context("invitation", guardians_copy(DocumentKind.INVITATION, language))
    called = (context["participants"] * 2)[: 8 - len(context["guardians"])]
    context |= {"participants": called, "agenda": agenda_points.usual_points(language)}
    pdf = print_pdf(document_html("invitation", context, language=language))
    assert len(PdfReader(io.BytesIO(pdf)).pages) == 1


def test_what_is_signed_of_a_plan_does_not_stand_alone_on_its_last_page() -> None:
    context = document_context("action_plan", guardians_copy(DocumentKind.ACTION_PLAN))
    pages = PdfReader(io.BytesIO(print_pdf(document_html("action_plan", context, language="sv")))).pages
    texts = [page.extract_text() for page in pages]
    assert ["Om läget blir värre" in text for text in texts if "Underskrifter" in text] == [True]


def test_a_table_of_the_consent_paper_is_not_cut_over_two_pages() -> None:
    context = document_context("information_and_consent", guardians_copy(DocumentKind.INFORMATION_AND_CONSENT))
    context["guardians"][0]["notice"]["told_what"] = "Vi berättade.\n" * 6  # a page would end among those who take part
    pages = PdfReader(io.BytesIO(print_pdf(document_html("information_and_consent", context, language="sv")))).pages
    texts = [page.extract_text() for page in pages]
    whole = [all(words in text for words in ("Vilka deltar", "Karin Almkvist", "Bara med", "Rektor")) for text in texts]
    assert whole.count(True) == 1


@pytest.mark.parametrize(("actions", "is_whole"), [(5, True), (12, False)])
def test_a_short_table_of_a_plan_stays_whole_and_a_longer_one_is_cut_under_its_head_again(actions, is_whole) -> None:
    context = document_context("action_plan", guardians_copy(DocumentKind.ACTION_PLAN))
    goal = context["goals"][0]
    how = "En vuxen möter vid grinden, går med in och visar dagens schema med bilder innan klassen kommer."
    planned = [goal["actions"][0] | {"text": f"Insats {place:02}", "how": how} for place in range(actions)]
    context["goals"] = [goal | {"actions": planned}]
    pages = PdfReader(io.BytesIO(print_pdf(document_html("action_plan", context, language="sv")))).pages
    texts = [page.extract_text() for page in pages]
    with_rows = [text for text in texts if re.search(r"Insats \d\d", text)]
    assert (len(with_rows) == 1) is is_whole
    assert all("Vad och hur" in text for text in with_rows)
    assert [one for text in with_rows for one in re.findall(r"Insats \d\d", text)] == [one["text"] for one in planned]


@pytest.mark.parametrize("goals", [3, MOST_GOALS])
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_childs_version_is_one_sheet_with_as_much_on_it_as_may_stand_there(language: str, goals: int) -> None:
    words = "Vi övar TILLSAMMANS på planen och försöker mötas varje morgon vid grinden så att det känns lugnt. " * 2
    country = "da" if language == "da" else "sv"
    context = document_context("childs_plan", rich_source(DocumentKind.CHILDS_PLAN, country)) | {
        "goals": [{"text": words[:LONGEST_GOAL], "domain": "safety", "arenas": ["home", "school", "leisure"]}] * goals,
        "helpers": words[:LONGEST_TEXT],
        "next_time": words[:LONGEST_TEXT],
    }
    pdf = print_pdf(document_html("childs_plan", context, language=language, preview=True))
    assert len(PdfReader(io.BytesIO(pdf)).pages) == 1


def test_date_of_issue_is_the_only_date_in_the_file() -> None:
    with open_pdf(pdf_of(DocumentKind.MINUTES, "sv")) as pdf:
        assert str(pdf.docinfo.CreationDate).startswith("D:20261012130000")
        assert "/ModDate" not in pdf.docinfo
        assert len(pdf.trailer.ID) == 2
