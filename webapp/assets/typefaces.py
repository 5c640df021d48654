"""Cuts the typefaces for page and paper out of the font packages: Inter and IBM Plex Sans Arabic, regular and bold."""

import importlib.util
import shutil
from dataclasses import dataclass
from pathlib import Path

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont
from fontTools.varLib import instancer

#: every Latin letter (Polish, Romani and Vietnamese names among them), accents, punctuation, arrows, tick boxes
LATIN = [
    (0x0020, 0x007E),
    (0x00A0, 0x024F),
    (0x02B0, 0x036F),
    (0x1E00, 0x1EFF),
    (0x2000, 0x206F),
    (0x2070, 0x209F),
    (0x20A0, 0x20CF),
    (0x2100, 0x214F),
    (0x2190, 0x21FF),
    (0x2212, 0x2265),
    (0x25A0, 0x25FF),
    (0x2600, 0x27BF),
]
CYRILLIC = [(0x0400, 0x04FF)]
#: letters of Arabic, Persian, Sorani Kurdish and Urdu with their printed forms
ARABIC = [(0x0600, 0x06FF), (0x0750, 0x077F), (0x200B, 0x200F), (0xFB50, 0xFDFF), (0xFE70, 0xFEFF)]
#: alef, bare and with what is written above or below it
ALEFS = [0x0622, 0x0623, 0x0625, 0x0627, 0x0671, 0x0672, 0x0673, 0x0675]
#: a sign that sits on another, as OpenType counts them
MARK = 3
#: the space, marks and digits they stand beside
BESIDE_ARABIC = [(0x0020, 0x002F), (0x0030, 0x0039), (0x00A0, 0x00A0)]
#: what shaping needs, and figures of one width for tables
FEATURES = [
    "calt",
    "case",
    "ccmp",
    "curs",
    "fina",
    "init",
    "isol",
    "kern",
    "liga",
    "locl",
    "mark",
    "medi",
    "mkmk",
    "rlig",
    "rtlm",
    "tnum",
]
WEIGHTS = {400: "Regular", 700: "Bold"}


@dataclass(frozen=True)
class Typeface:
    """One family: where it comes from, where its other axes stand, and which letters page and paper get."""

    package: str
    family: str
    slug: str
    fixed_axes: dict[str, float]  #: of a variable font; a package of static ones has a file per weight
    page_letters: list[tuple[int, int]]
    paper_letters: list[tuple[int, int]]
    #: a page fetches the file only when it shows one of these; empty: always
    fetched_for: list[tuple[int, int]]
    #: whether its signs for two letters at once are taken out
    writes_letters_apart: bool = False


TYPEFACES = [
    Typeface(
        package="fontpkg_inter",
        family="Inter",
        slug="inter",
        fixed_axes={"opsz": 14},
        page_letters=LATIN,
        paper_letters=LATIN + CYRILLIC,
        fetched_for=[],
    ),
    Typeface(
        # One sign per letter, so that what is read aloud or copied from a paper is what stands there (Noto shares signs).
        package="fontpkg_ibm_plex_sans_arabic",
        family="Trivsel Arabic",  # the licence keeps its makers' name for uncut files
        slug="trivsel-arabic",
        fixed_axes={},
        page_letters=BESIDE_ARABIC + ARABIC,
        paper_letters=BESIDE_ARABIC + ARABIC,
        fetched_for=ARABIC,
        writes_letters_apart=True,
    ),
]


def build(target: Path) -> None:
    """Write `paper/*.ttf` (static, for PDF), `*.woff2` and `fonts.css` (for pages) and the licences into `target`.

    Static, because laying out a variable Inter costs a quarter of a second for each PDF.
    """
    fresh = target.with_name(target.name + ".new")
    shutil.rmtree(fresh, ignore_errors=True)
    (fresh / "paper").mkdir(parents=True)
    rules = []
    for face in TYPEFACES:
        package = _package_folder(face.package)
        shutil.copy(package / "LICENSE", fresh / f"{face.slug}-licence.txt")
        for weight in WEIGHTS:
            name = f"{face.slug}-{weight}"
            font = _static_instance(package, face, weight=weight)
            font.save(fresh / "paper" / f"{name}.ttf")
            _keep_letters(font, face.page_letters)
            font.flavor = "woff2"
            font.save(fresh / f"{name}.woff2")
            rules.append(_font_face(face, weight=weight, file_name=f"{name}.woff2"))
    (fresh / "fonts.css").write_text("\n".join(rules), encoding="utf-8")
    shutil.rmtree(target, ignore_errors=True)
    fresh.rename(target)


def _package_folder(package: str) -> Path:
    """The folder of an installed font package, found without running its code."""
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        raise SystemExit(f"The font package {package} is not installed: run ./dev setup.")
    return Path(spec.origin).parent


def _static_instance(package: Path, face: Typeface, *, weight: int) -> TTFont:
    upright = [path for path in sorted((package / "files").glob("*.ttf")) if "Italic" not in path.name]
    of_this_weight = [path for path in upright if path.stem.endswith(f"-{WEIGHTS[weight]}")]
    # The dates inside the file stay those of its makers: the same set-up gives the same bytes.
    font = TTFont((of_this_weight or upright)[0], recalcTimestamp=False)
    _keep_letters(font, face.paper_letters)
    if face.writes_letters_apart:
        _write_letters_apart(font)
    if "fvar" in font:
        font = instancer.instantiateVariableFont(font, face.fixed_axes | {"wght": weight}, inplace=True)
    style = WEIGHTS[weight]
    names = {1: face.family, 2: style, 4: f"{face.family} {style}", 6: f"{face.family.replace(' ', '')}-{style}"}
    for name_id in (16, 17, 21, 22, 25):
        font["name"].removeNames(nameID=name_id)
    for name_id, text in names.items():
        font["name"].setName(text, name_id, 3, 1, 0x409)
    font["OS/2"].usWeightClass = weight
    return font


def _write_letters_apart(font: TTFont) -> None:
    """Take away the signs for two letters at once, but for lam with alef, which nobody writes otherwise.

    Readers of PDF (poppler, PDFium and MuPDF alike) turn the two letters of such a sign around.
    """
    tables = [table for lookup in font["GSUB"].table.LookupList.Lookup for table in lookup.SubTable]
    drawn = {sign for sign in map(font.getBestCmap().get, ALEFS) if sign}
    drawn |= {table.mapping[sign] for table in tables for sign in drawn & set(getattr(table, "mapping", {}))}
    marks = {sign for sign, kind in font["GDEF"].table.GlyphClassDef.classDefs.items() if kind == MARK}
    for table in tables:
        for first, pairs in getattr(table, "ligatures", {}).items():
            table.ligatures[first] = [pair for pair in pairs if first in marks or pair.Component[-1] in drawn]


def _keep_letters(font: TTFont, letters: list[tuple[int, int]]) -> None:
    options = Options()
    options.layout_features = FEATURES
    options.name_IDs = ["*"]
    options.notdef_outline = True
    options.recalc_timestamp = False
    options.drop_tables += ["meta"]  # what languages the makers had in mind: no program here asks
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=[letter for first, last in letters for letter in range(first, last + 1)])
    subsetter.subset(font)


def _font_face(face: Typeface, *, weight: int, file_name: str) -> str:
    ranges = ", ".join(f"U+{first:04X}-{last:04X}" for first, last in face.fetched_for)
    range_line = f"  unicode-range: {ranges};\n" if ranges else ""
    return (
        "@font-face {\n"
        f'  font-family: "{face.family}";\n  font-style: normal;\n  font-weight: {weight};\n  font-display: swap;\n'
        f'{range_line}  src: url("{file_name}") format("woff2");\n}}\n'
    )
