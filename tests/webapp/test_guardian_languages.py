"""A language that a municipality adds for guardians: from the template to a paper that reads from right to left."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po
from sqlalchemy.orm import Session

from referrals import languages, printing
from referrals.papers import readers
from referrals.papers.strengths import BEGINS_WITH_THEM
from referrals.printing import document_html, print_pdf
from referrals.rules import rulebook
from referrals.vocabulary import Country, DocumentKind
from schemas.documents import PaperRecipient, document_context
from tests.documents.sources import STRENGTHS_FIRST, guardians_copy, rich_source
from tests.people import Cast
from webapp import cli, guardian_languages

#: the child's sheet, and what another service or only the file gets, come in the municipality's own language
FOR_GUARDIANS = sorted(
    set(DocumentKind)
    - {
        DocumentKind.PROTECTION_REPORT, DocumentKind.CHILDS_PLAN, DocumentKind.PLAN_FOR_SERVICE, DocumentKind.SERVICE_REFERRAL, DocumentKind.SUPPORT_REPORT,
        DocumentKind.SUPPORT_INVESTIGATION, DocumentKind.ABSENCE_NOTICE, DocumentKind.ABSENCE_INVESTIGATION,
        DocumentKind.DEGRADING_REPORT, DocumentKind.DEGRADING_INVESTIGATION, DocumentKind.ABSENCE_REPORT,
        DocumentKind.EDUCATIONAL_REQUEST, DocumentKind.EDUCATIONAL_ASSESSMENT,
    }
)  # fmt: skip
AN_AFTERNOON = datetime(2026, 3, 4, 13, 5, tzinfo=UTC)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder for the added catalogues of this test, and nothing remembered from another one."""
    monkeypatch.setattr(languages, "guardian_catalogue_folder", lambda: tmp_path / "languages")
    monkeypatch.setattr(languages, "_loaded", {})
    printing._environment.cache_clear()
    yield tmp_path / "languages"
    printing._environment.cache_clear()


Said = Callable[..., tuple[int, str]]


@pytest.fixture
def says(capsys: pytest.CaptureFixture[str]) -> Said:
    """Type `trivsel languages …`, and begin anew, as the next start would."""

    def run(*words: str) -> tuple[int, str]:
        status = cli.main(["languages", *words])
        said = capsys.readouterr()
        languages._added.cache_clear()
        languages._loaded.clear()
        return status, (said.err or said.out).strip()

    return run


@pytest.fixture
def template(says: Said, tmp_path: Path) -> Path:
    """What a translator gets for Arabic."""
    path = tmp_path / "to-translate.po"
    assert says("template", "ar", str(path), "--from", "da")[0] == 0
    return path


@pytest.fixture
def arabic(template: Path) -> Path:
    """The template, each text filled in with an Arabic word before it."""
    return rewritten(template, lambda text: f"نص {text}")


def rewritten(path: Path, say: Callable[[str], str], *, only: str = "") -> Path:
    with path.open("rb") as source:
        catalog = read_po(source)
    for message in catalog:
        if not message.id or (only and message.id != only):
            continue
        plural = isinstance(message.id, tuple)
        message.string = (say(message.id[-1]),) * catalog.num_plurals if plural else say(message.id)
    return written(catalog, path)


def written(catalog: Catalog, path: Path) -> Path:
    with path.open("wb") as target:
        write_po(target, catalog)
    return path


def test_the_template_holds_each_text_with_the_words_we_have_beside_it(template: Path) -> None:
    text = template.read_text(encoding="utf-8")
    assert "#. da: Spørgsmål?" in text
    assert "#. da: Indsatsplan" in text  # a name from a rule pack
    assert "Language: ar" in text
    assert "nplurals=6" in text


def test_what_guardians_read_is_looked_for_where_it_stands() -> None:
    for pattern in guardian_languages.READ_BY_GUARDIANS:
        assert list(guardian_languages.ROOT.glob(pattern)), pattern
    said = {singular for _context, (singular, *_plural) in guardian_languages.texts()}
    assert {"You are invited to a meeting.", "Nobody was asked about this recipient"} <= said


def test_a_whole_catalogue_is_used_from_the_next_start(says: Said, arabic: Path, folder: Path) -> None:
    assert languages.known_language("ar") == "en"
    status, said = says("add", str(arabic))
    assert (status, (folder / "ar.po").is_file()) == (0, True)
    assert said.startswith("العربية (ar): whole.")
    assert languages.guardian_languages() == {"ar": "العربية"}
    assert languages.known_language("ar-SY") == "ar"
    assert languages.translations("ar").gettext("Questions?") == "نص Questions?"
    assert rulebook.newest(Country.SE).artefact("action_plan", "ar") == "نص Action plan"
    assert "ar  العربية: whole" in says("list")[1]


def test_it_writes_dates_hours_and_shares_its_own_way(says: Said, arabic: Path) -> None:
    says("add", str(arabic))
    assert languages.format_date(date(2026, 3, 4), "ar") == "04\u200f/03\u200f/2026"
    assert languages.format_long_date(date(2026, 3, 4), "ar") == "4 مارس 2026"
    assert (
        languages.format_weekday_datetime(AN_AFTERNOON, "ar", zone="Europe/Stockholm") == "الأربعاء، 4 مارس 2026، 14:05"
    )
    assert languages.share(3, 4, "ar") == "نص 3 of 4 (75%)"


@pytest.mark.parametrize("kind", FOR_GUARDIANS)
def test_every_paper_for_guardians_reads_from_right_to_left(says: Said, arabic: Path, kind: DocumentKind) -> None:
    says("add", str(arabic))
    source = guardians_copy(kind, "sv") if kind in STRENGTHS_FIRST else rich_source(kind, "sv")
    html = document_html(kind.value, document_context(kind, source), language="ar")
    assert '<html lang="ar" dir="rtl">' in html
    assert ("نص The child's strengths, " in html) == (kind in BEGINS_WITH_THEM)
    assert "نص Reference number" in html
    assert print_pdf(html).startswith(b"%PDF")


@pytest.mark.parametrize(
    ("reads", "offered"), [("so", True), ("sv", False), (None, False)], ids=["without words", "in theirs", "unknown"]
)
def test_a_paper_in_another_language_than_theirs_offers_an_interpreter(reads: str | None, offered: bool) -> None:
    source = rich_source(DocumentKind.ACTION_PLAN, "sv", recipient=PaperRecipient(capacity="guardian", reads=reads))
    html = document_html("action_plan", document_context(DocumentKind.ACTION_PLAN, source), language="sv")
    assert ("Vi har ännu inte detta papper på somaliska. Säg till: en tolk läser det med dig" in html) is offered
    assert ('<strong lang="so" dir="ltr">Soomaali</strong>' in html) is offered


def test_a_language_in_letters_we_do_not_have_is_named_in_the_papers_own() -> None:
    source = rich_source(DocumentKind.ACTION_PLAN, "da", recipient=PaperRecipient(capacity="guardian", reads="ti"))
    html = document_html("action_plan", document_context(DocumentKind.ACTION_PLAN, source), language="da")
    assert ">tigrinya</strong> Vi har endnu ikke dette papir på tigrinya." in html


def test_an_unfinished_catalogue_changes_nothing_and_says_what_it_lacks(
    says: Said, template: Path, folder: Path
) -> None:
    status, said = says("add", str(template))
    assert status == 1
    everything = len(guardian_languages.texts())
    assert f"nothing was changed. {everything} of {everything} texts are not ready:" in said
    assert f"and {everything - 20} more" in said
    assert not folder.exists()


@pytest.mark.parametrize(
    ("text", "translation", "sentence"),
    [
        ("Issued %(date)s", "صدر", "other placeholders than: 'Issued %(date)s'"),
        ("{count} of {of}", "{count} من {all}", "other placeholders than: '{count} of {of}'"),
        ("{count} of {of}", "{count من {of}", "other placeholders than: '{count} of {of}'"),
        ("Questions?", "問い", "papers have no letters for 'い問' in: 'Questions?'"),
    ],
)
def test_a_text_that_would_go_wrong_is_refused(
    says: Said, arabic: Path, text: str, translation: str, sentence: str
) -> None:
    status, said = says("add", str(rewritten(arabic, lambda _: translation, only=text)))
    assert status == 1
    assert sentence in said
    assert "1 of " in said


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n', "does not say its language"),
        (b'msgid ""\nmsgstr "Language: sv\\n"\n', "Swedish is a language that Trivsel brings along"),
        (b'msgid ""\nmsgstr "Language: xx\\n"\n', "does not say its language"),
        (b"msgid broken", "is no catalogue we can read"),
        (b"\xff\xfe\x00msg", "cannot be read"),
        (None, "cannot be read"),
    ],
)
def test_a_file_that_is_no_catalogue_is_refused_in_a_sentence(
    says: Said, tmp_path: Path, content: bytes | None, sentence: str
) -> None:
    path = tmp_path / "strange.po"
    if content is not None:
        path.write_bytes(content)
    status, said = says("add", str(path))
    assert status == 1
    assert sentence in said


def test_a_template_is_for_a_language_there_is(says: Said, tmp_path: Path) -> None:
    status, said = says("template", "zz", str(tmp_path / "zz.po"))
    assert (status, "zz is no language code we know" in said) == (1, True)


def test_a_catalogue_that_an_upgrade_left_behind_is_named_with_what_it_lacks(
    says: Said, arabic: Path, folder: Path
) -> None:
    says("add", str(arabic))
    rewritten(folder / "ar.po", lambda _: "", only="Questions?")
    assert "ar  العربية: 1 of " in says("list")[1]


def test_guardians_papers_come_in_the_added_language_and_before_that_in_the_municipalitys(
    says: Said, arabic: Path, session: Session, cast: Cast
) -> None:
    assert readers.readable(session, "ar") == "sv"
    says("add", str(arabic))
    assert readers.readable(session, "ar") == "ar"
