"""The languages of guardians that a municipality adds without code: what is to be translated, the check of a catalogue, and its place."""

import argparse
import re
import shutil
import unicodedata
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_file
from babel.messages.pofile import PoFileError, read_po, write_po

from referrals import languages, printing
from referrals.errors import SetupFileInvalid
from referrals.rules import rulebook

ROOT = Path(__file__).parents[1]
#: what a guardian can come to read: every paper but those that go to an authority or another service, their own page, its refusals, and mail
READ_BY_GUARDIANS = (
    "templates/documents/**/*.html", "templates/layouts/document.html", "templates/layouts/base.html",
    "templates/layouts/public.html", "templates/components/*.html", "templates/pages/guardian/**/*.html",
    "templates/pages/errors/*.html", "webapp/guardian/*.py", "webapp/guardian_help.py", "webapp/error_answers.py", "schemas/guardian.py", "schemas/fields.py",
    "referrals/guardians/guardian*.py", "referrals/languages.py", "referrals/vocabulary/*.py",
    "templates/emails/meeting_invited/*.txt", "templates/emails/invitation_taken_back/*.txt", "templates/emails/*.txt", "templates/emails/layout.html",
)  # fmt: skip
_FOR_OTHERS = (
    "templates/documents/protection_report/", "templates/documents/plan_for_service/",
    "templates/documents/support_report/", "templates/documents/support_investigation/",
    "templates/documents/absence_notice/", "templates/documents/absence_investigation/",
    "templates/documents/degrading_report/", "templates/documents/degrading_investigation/",
    "templates/documents/educational_request/", "templates/documents/educational_assessment/",
    "referrals/vocabulary/shared_words.py",  # explained on pages for everybody, which come in the languages of the staff
)  # fmt: skip
_KEYWORDS = DEFAULT_KEYWORDS | {"N_": None}

#: what is put into a text when it is shown
_PUT_IN = re.compile(r"%\([a-z_]+\)[sd]|%%|\{[a-z_]*\}")

#: a text's context, "" for none, and its English words, singular first
Key = tuple[str, tuple[str, ...]]


def add_to(verbs: Any) -> None:
    """Add `languages template`, `languages add` and `languages list` to the command line's verbs."""
    ours = verbs.add_parser("languages", help="languages of guardians, beside those Trivsel brings along")
    steps = ours.add_subparsers(required=True, metavar="VERB")
    template = steps.add_parser("template", help="write the texts that guardians read, for a translator")
    template.add_argument("language", help="the language it is to become, such as ar")
    template.add_argument("file", type=Path, help="where to write the catalogue")
    template.add_argument("--from", dest="beside", choices=list(languages.LANGUAGES), default="sv",
                          help="the language shown beside each text (default: sv)")  # fmt: skip
    template.set_defaults(do=_write_template)
    add = steps.add_parser("add", help="check a translated catalogue and use it from the next start")
    add.add_argument("file", type=Path)
    add.set_defaults(do=_add)
    steps.add_parser("list", help="which languages there are, and what each still lacks").set_defaults(do=_list)


@cache
def texts() -> dict[Key, tuple[str, int]]:
    """Every text a guardian can come to read, and the file and line it was found in first."""
    found: dict[Key, tuple[str, int]] = {}
    for pattern in READ_BY_GUARDIANS:
        for path in sorted(ROOT.glob(pattern)):
            place = str(path.relative_to(ROOT))
            if not place.startswith(_FOR_OTHERS):
                for key, line in _texts_in(path):
                    found.setdefault(key, (place, line))
    for name in rulebook.words():
        found.setdefault(("", (name,)), ("referrals/rulepacks", 1))
    return found


def read(path: Path) -> Catalog:
    """The catalogue in a file that a translator wrote. Raises SetupFileInvalid in words for whoever adds it."""
    try:
        with path.open("rb") as source:
            catalog = read_po(source, abort_invalid=True)
    except (OSError, UnicodeError) as error:
        raise SetupFileInvalid(f"{path.name} cannot be read") from error
    except (PoFileError, ValueError) as error:
        raise SetupFileInvalid(f"{path.name} is no catalogue we can read: {error}") from error
    if catalog.locale is None or catalog.locale.territory or catalog.locale.script:
        raise SetupFileInvalid(f"{path.name} does not say its language: its head needs a line such as Language: ar")
    if str(catalog.locale) in languages.LANGUAGES:
        raise SetupFileInvalid(f"{catalog.locale.english_name} is a language that Trivsel brings along")
    return catalog


def faults(catalog: Catalog) -> list[str]:
    """What is wrong with a catalogue, a sentence for each text: what it lacks, what it would put in wrongly, and signs no paper has."""
    entries = {_key(message): message for message in catalog if message.id}
    wrong = []
    for key, place in texts().items():
        entry = entries.get(key)
        if entry is None or entry.fuzzy or not all(_words(entry.string)):
            wrong.append(f"not translated: {key[1][0]!r} ({place[0]})")
        elif list(entry.check(catalog)) or not _keeps_names(entry):
            wrong.append(f"other placeholders than: {key[1][0]!r}")
        elif strange := _not_printable(entry):
            wrong.append(f"papers have no letters for {strange!r} in: {key[1][0]!r}")
    return wrong


def _texts_in(path: Path) -> Iterator[tuple[Key, int]]:
    method = "python" if path.suffix == ".py" else "jinja2.ext:babel_extract"
    for line, message, _, context in extract_from_file(method, str(path), keywords=_KEYWORDS):
        if any(_words(message)):
            yield (context or "", _words(message)), line


def _key(message: Message) -> Key:
    return message.context or "", _words(message.id)


def _words(text: Any) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else tuple(text)


def _keeps_names(entry: Message) -> bool:
    """Whether each translation puts in what the English text does; a plural may leave out the number."""
    expected = Counter(_PUT_IN.findall(_words(entry.id)[-1]))
    given = [Counter(_PUT_IN.findall(text)) for text in _words(entry.string)]
    return given[-1] == expected and not any(each - expected for each in given)


def _not_printable(entry: Message) -> str:
    signs = set("".join(_words(entry.string)))
    return "".join(sorted(sign for sign in signs - printing.letters() if unicodedata.category(sign)[0] not in "CZ"))


def _write_template(given: argparse.Namespace) -> None:
    catalog = Catalog(locale=given.language, project="Trivsel", charset="utf-8")
    if catalog.locale is None:
        raise SetupFileInvalid(f"{given.language} is no language code we know, such as ar, so or pl")
    beside = languages.translations(given.beside)
    for (context, words), place in texts().items():
        known = beside.pgettext(context, words[0]) if context else beside.gettext(words[0])
        known = rulebook.words().get(words[0], {}).get(given.beside, known)
        catalog.add(words if len(words) > 1 else words[0], context=context or None, locations=[place],
                    auto_comments=[f"{given.beside}: {known}"])  # fmt: skip
    with given.file.open("wb") as target:
        write_po(target, catalog, width=0)
    print(f"{given.file}: {len(texts())} texts. When all are translated: trivsel languages add {given.file}")


def _add(given: argparse.Namespace) -> None:
    catalog = read(given.file)
    wrong = faults(catalog)
    if wrong:
        raise SetupFileInvalid("nothing was changed. " + _told(wrong))
    code = str(catalog.locale)
    folder = languages.guardian_catalogue_folder()
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(given.file, folder / f"{code}.po")
    print(f"{languages.language_name(code, code)} ({code}): whole. Guardians read it from the next start.")


def _list(_given: argparse.Namespace) -> None:
    for code, name in languages.LANGUAGES.items():
        print(f"{code}  {name}: comes with Trivsel")
    for path in sorted(languages.guardian_catalogue_folder().glob("*.po")):
        wrong = faults(read(path))
        print(f"{path.stem}  {languages.language_name(path.stem, path.stem)}: {_told(wrong) if wrong else 'whole'}")


def _told(wrong: list[str]) -> str:
    more = f"\n  and {len(wrong) - 20} more" if len(wrong) > 20 else ""
    return f"{len(wrong)} of {len(texts())} texts are not ready:\n  " + "\n  ".join(wrong[:20]) + more
