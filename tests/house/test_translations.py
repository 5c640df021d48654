"""Every word a person reads is there in Swedish and in Danish, finished, and with the same placeholders."""

import re
from collections import Counter
from functools import cache
from pathlib import Path

import pytest
from babel.messages.catalog import Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_file
from babel.messages.pofile import read_po

from referrals.languages import CATALOGUE_FOLDER, LANGUAGES, SOURCE_LANGUAGE, catalogue_files

ROOT = Path(__file__).parents[2]
KEYWORDS = DEFAULT_KEYWORDS | {"N_": None}
PLACEHOLDER = re.compile(r"%\([a-z_]+\)[sd]|%%|\{[a-z_]*\}")
TRANSLATED = [language for language in LANGUAGES if language != SOURCE_LANGUAGE]

#: which catalogue answers for the words of which files; the first that fits counts, so the order matters
RESPONSIBLE = {
    "documents": ("templates/documents/**/*", "templates/layouts/document*"),
    "emails": ("templates/emails/**/*",),
    "intake": (
        "templates/pages/intake*/**/*",
        "templates/layouts/public*",
        "webapp/intake/**/*",
        "schemas/intake.py",
        "schemas/intake/**/*",
    ),
    "accounts": ("templates/pages/accounts*/**/*", "webapp/accounts/**/*", "schemas/accounts.py"),
    "casework": ("templates/**/*", "webapp/**/*"),
    "core": ("referrals/**/*", "schemas/**/*", "flows/**/*"),
}

#: a text's context ("" for none) and its English words, singular first
Key = tuple[str, tuple[str, ...]]


def words(message: str | tuple[str, ...] | list[str]) -> tuple[str, ...]:
    return (message,) if isinstance(message, str) else tuple(message)


@cache
def files_of(catalogue: str) -> list[Path]:
    """The files a catalogue answers for and no catalogue before it."""
    taken: set[Path] = set()
    for name, patterns in RESPONSIBLE.items():
        found = {path for pattern in patterns for path in ROOT.glob(pattern) if path.suffix in {".html", ".txt", ".py"}}
        if name == catalogue:
            return sorted(found - taken)
        taken |= found
    raise AssertionError(f"no catalogue {catalogue}")


@cache
def texts_of(catalogue: str) -> dict[Key, str]:
    """Every text in the files of a catalogue, and the place it was found first."""
    found: dict[Key, str] = {}
    for path in files_of(catalogue):
        method = "python" if path.suffix == ".py" else "jinja2.ext:babel_extract"
        for line, message, _, context in extract_from_file(method, str(path), keywords=KEYWORDS):
            if any(words(message)):
                found.setdefault((context or "", words(message)), f"{path.relative_to(ROOT)}:{line}")
    return found


@cache
def entries(path: Path) -> dict[Key, Message]:
    with path.open("rb") as source:
        return {(each.context or "", words(each.id)): each for each in read_po(source) if each.id}


def is_finished(entry: Message | None) -> bool:
    return entry is not None and not entry.fuzzy and all(words(entry.string)) and bool(entry.string)


@pytest.mark.parametrize("language", TRANSLATED)
@pytest.mark.parametrize("catalogue", list(RESPONSIBLE))
def test_every_text_is_translated(catalogue: str, language: str) -> None:
    known = {key for path in catalogue_files(language) for key, entry in entries(path).items() if is_finished(entry)}
    missing = [f"{place}: {key[1][0]!r}" for key, place in texts_of(catalogue).items() if key not in known]
    assert not missing, f"{language}/{catalogue}.po lacks:\n" + "\n".join(missing)


@pytest.mark.parametrize("language", TRANSLATED)
def test_translations_are_certain_and_keep_their_placeholders(language: str) -> None:
    wrong = []
    for path in catalogue_files(language):
        for (_, source), entry in entries(path).items():
            expected = Counter(PLACEHOLDER.findall(source[-1]))
            given = [Counter(PLACEHOLDER.findall(text)) for text in words(entry.string)]
            if not is_finished(entry) or given[-1] != expected or any(each - expected for each in given):
                wrong.append(f"{path.parent.name}/{path.name}: {source[0]!r}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("language", TRANSLATED)
def test_one_text_says_the_same_in_every_catalogue(language: str) -> None:
    said: dict[Key, dict[tuple[str, ...], str]] = {}
    for path in catalogue_files(language):
        for key, entry in entries(path).items():
            said.setdefault(key, {}).setdefault(words(entry.string), path.name)
    differing = [f"{key[1][0]!r}: {ways}" for key, ways in said.items() if len(ways) > 1]
    assert not differing, "which one people read would depend on the order of files:\n" + "\n".join(differing)


def test_swedish_and_danish_have_the_same_catalogues() -> None:
    names = {language: {path.name for path in catalogue_files(language)} for language in TRANSLATED}
    assert len(set(map(frozenset, names.values()))) == 1
    assert {path.name for path in CATALOGUE_FOLDER.iterdir() if path.is_dir()} == set(TRANSLATED)
