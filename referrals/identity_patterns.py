"""How identity numbers, birth dates and classes are written in texts, and a text as it is read for them: with plain letters and figures."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

_DASH = "-\u2010-\u2015\u2212"
#: between the parts of a date, and before the last four
_GAP = rf"\s?[{_DASH}./]?\s?"
_LAST_GAP = rf"\s{{0,3}}[{_DASH}+./]?\s{{0,3}}"
_MONTH = r"(?:0[1-9]|1[0-2])"
#: both countries have numbers in which 60 is added to the day
_DAY = r"(?:0[1-9]|[12]\d|3[01]|6[1-9]|[78]\d|9[01])"
_YEAR = r"(?:(?:18|19|20)\d\d|\d\d)"
#: four digits that begin no other date, or the letters that stand in a number given for a time
_DIGITS = rf"\d{{2}}\s?\d{{2}}(?!\d|\s?[{_DASH}./]\s?{_MONTH}\s?[{_DASH}./]\s?\d\d)"
_LAST = rf"(?:{_LAST_GAP}{_DIGITS}|[{_DASH}+]?(?=[^\W_]{{4}}\b)\d?[A-Z]{{1,3}}\d{{1,3}})"
_DATE = rf"(?:{_YEAR}{_GAP}{_MONTH}{_GAP}{_DAY}|{_DAY}{_GAP}{_MONTH}{_GAP}{_YEAR})"
#: a day of birth is written with single figures too: "3/12 2015"
_LOOSE_DATE = rf"(?:\d{{1,2}}{_GAP}\d{{1,2}}{_GAP}{_YEAR}|{_YEAR}{_GAP}\d{{1,2}}{_GAP}\d{{1,2}})"
#: what says that a day is somebody's birth, or a number somebody's own
_OF_BIRTH = r"(?i:född(?:es|a|elsedatum)?|födelsedag|født|fødselsda(?:g|to)|born|personn(?:umme)?r|cpr)\W{0,3}(?:(?:den|d|on)\b\W{0,2})?"
#: six figures in one, which no other day is written as; then a comma can stand before the last four
_SHORT_DATE = rf"(?:\d\d{_MONTH}{_DAY}|{_DAY}{_MONTH}\d\d)"
#: whatever the check digit says: one wrong digit still tells who it is
NUMBER: Final = re.compile(rf"(?<!\d)(?:{_DATE}{_LAST}|{_SHORT_DATE}[,;:]\s{{0,3}}{_DIGITS})")
#: a whole birth date, where it says that it is one
BIRTH_DATE: Final = re.compile(rf"\b{_OF_BIRTH}{_LOOSE_DATE}(?!\d)")
#: what stands before § is a law
_BEFORE, _AFTER = r"(?<![\w.,:/-])", r"(?![\w)]|\s?§)"
#: what a time is counted in
_UNIT = r"(?:skole?)?(?:veck|dag|dygn|tim|min|mån|uge|døgn|år|gång|gang|lektion|termin)"
#: between two numbers it is "to", where no word follows that says what else there are so many of: "i 3 a 4 veckor", and not
#: "i 4 a 25 elever"
_SMALL_A = rf"a(?!\s+(?:(?:\d+|två|tre|fyra|fem|to|fire)\b(?!\s+(?!{_UNIT})\w)|max\s+\d|hand\b))"
#: before a number it is "the": "den første d. 4. maj"
_SMALL_D = r"d(?!\.\s?\d)"
CLASS: Final = re.compile(
    # "klass 7 c", "åk. 4 b", "klasse 3.a", "årskurs 7-b"; "i" and "å" are words
    r"\b(?i:klass(?:en|e)?|åk|årskurs|årgang|class|year|grade)\.?\s*\d{1,2}\s?[.:-]?\s?[A-HJ-Za-hj-z]\b"
    # "kl 7 b"; what goes on with a point is a time: "kl. 7 f.m."
    r"|\b(?i:kl)\.?\s+\d{1,2}\s?[.:-]?\s?[A-Ha-h]\b(?!\.\w)"
    # "4B", "4b", "7K", "3.a", "1.x"; what a date, a time or a number of ours has on both sides is none
    rf"|{_BEFORE}(?:10|\d)(?:\.?[A-Ha-h]|[A-Z]|\.[X-Zx-z]){_AFTER}"
    # "7-B", "7:b"; "1:a" and "3:e" are first and third
    rf"|{_BEFORE}(?:10|\d)(?:[-:][A-HX-Z]|[-:][b-df-h]){_AFTER}"
    # "(4b)"; with the closing bracket alone it is a part of a list
    r"|(?<=[(\[])(?:10|\d)[.:-]?\s?[A-Za-h](?=[)\]])"
    # "4 B", "3. A"; a small letter alone is more often a word, but for "i 4. b"; "i 3 a 4 veckor" is from three to four, "i 7 f.m." and
    # "i 2 h" are times
    rf"|{_BEFORE}(?:10|\d)\.?\s[A-HX-Z](?![\w-])"
    rf"|(?<=\b[Ii]\s)(?:10|\d)\.?\s(?:{_SMALL_A}|{_SMALL_D}|[bce-g])(?![\w)-]|\s?§|\.\s?(?:[^\W\d_]\.|[Kk]r\b))"
    # "sjuan b", "syvende a"
    rf"|\b(?i:ettan|tvåan|trean|fyran|femman|sexan|sjuan|åttan|nian)\s(?:{_SMALL_A}|{_SMALL_D}|[bce-h])\b"
    rf"|\b(?i:første|anden|tredje|fjerde|femte|sjette|syvende|ottende|niende|tiende)\s(?:{_SMALL_A}|{_SMALL_D}|[bce-h])\b"
    # a class of an upper secondary school: "NA21B", "TE22", "NA1b", "Na21b"
    r"|\b[A-ZÅÄÖ]{2}\d{2}[A-Fa-f]?\b|\b[A-ZÅÄÖ][A-Za-zåäö]\d{1,2}[A-Fa-f]\b"
)
#: letters of other alphabets that look like one of ours
_LOOKS_LIKE: Final = str.maketrans(
    "АВЕЅІЈКМНОРСТУХаеѕіјорсухΑΒΕΖΗΙΚΜΝΟΡΤΥΧο", "ABESIJKMHOPCTYXaesijopcyxABEZHIKMNOPTYXo"
)
#: letters that are no letter with an accent
_WITHOUT_STROKE: Final = str.maketrans("øØðłŁ", "oOdlL") | {ord("æ"): "ae", ord("Æ"): "Ae"}


@dataclass(frozen=True)
class Plain:
    """A text as it is read for what tells who it is about: nothing in it that is not seen, and each sign the plainest that looks like it."""

    text: str = field(repr=False)
    #: where each sign of `text` begins in what was written, and where that ends
    places: tuple[int, ...]

    @classmethod
    def of(cls, written: str) -> "Plain":
        """`written` without signs that nobody sees, with accents joined to their letters."""
        signs: list[str] = []
        places: list[int] = []
        for place, sign in enumerate(written):
            kind = unicodedata.category(sign)
            if kind == "Cf":
                continue
            if kind == "Mn" and signs:
                joined = unicodedata.normalize("NFC", signs[-1] + sign)
                signs[-1] = joined if len(joined) == 1 else signs[-1]
                continue
            signs.append(str(int(sign)) if sign.isdecimal() else sign.translate(_LOOKS_LIKE))
            places.append(place)
        return cls("".join(signs), (*places, len(written)))

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Where in what was written stands what begins and ends here in `text`."""
        return self.places[start], self.places[end]


def spans(text: str, *patterns: re.Pattern[str]) -> Iterator[tuple[int, int]]:
    """Where in `text` the patterns stand, each after the one before."""
    return (hit.span() for pattern in patterns for hit in pattern.finditer(text))


def without_accents(word: str) -> str:
    """`word` as it is typed where nobody has its letters: "André" as "Andre", "Søren" as "Soren"."""
    apart = unicodedata.normalize("NFD", word.translate(_WITHOUT_STROKE))
    return "".join(sign for sign in apart if unicodedata.category(sign) != "Mn")
