"""The rule packs: what differs by country and date, read from one commented file for each."""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any, Final

from referrals import languages
from referrals.errors import SetupFileInvalid
from referrals.rules import absence_rules
from referrals.rules.appeals import Appeal
from referrals.vocabulary import Country, DeadlineSource, InformationCategory, Recipient, SchoolForm
from referrals.vocabulary.knowing import Capacity, Cell, Information

FOLDER = Path(__file__).parents[1] / "rulepacks"


class Counting(StrEnum):
    """How the days of a target are counted."""

    SCHOOL_DAYS = "school_days"
    #: calendar time; a day that falls on a closed one moves to the next open one
    CALENDAR_DAYS = "calendar_days"


#: where a file may say that a target comes from
_SOURCES = (DeadlineSource.LAW, DeadlineSource.AGREEMENT)


@dataclass(frozen=True)
class Target:
    """How many days something should take at most, and who says so: where nobody else does, the product."""

    days: int
    counting: Counting
    source: DeadlineSource = DeadlineSource.TARGET

    @classmethod
    def read(cls, written: dict[str, Any], *, unless_said: DeadlineSource = DeadlineSource.TARGET) -> "Target":
        """The target as a file writes it: `{school_days = 2}` or `{calendar_days = 21, source = "agreement"}`.

        `unless_said` is its source where it names none. Raises SetupFileInvalid.
        """
        counted = {name: value for name, value in written.items() if name != "source"}
        if len(counted) != 1 or not set(counted) <= set(Counting):
            raise SetupFileInvalid("a target is one number of school_days or of calendar_days")
        ((counting, days),) = counted.items()
        if not isinstance(days, int) or days < 0:
            raise SetupFileInvalid("a target is a whole number of days")
        if "source" in written and written["source"] not in _SOURCES:
            raise SetupFileInvalid("a target's source, where it is named, is law or agreement")
        return cls(days, Counting(counting), DeadlineSource(written.get("source", unless_said)))

    def written(self) -> dict[str, Any]:
        """The target as a file writes it; a source that goes without saying is left out."""
        said = {"source": self.source.value} if self.source in _SOURCES else {}
        return {self.counting.value: self.days, **said}


class AuthorityCounting(StrEnum):
    """How the days of an authority's own deadline are counted."""

    #: 0 means at once
    HOURS = "hours"
    CALENDAR_DAYS = "calendar_days"
    #: Monday to Friday, and Saturday where the municipality says so
    WEEKDAYS = "weekdays"


@dataclass(frozen=True)
class AuthorityDeadline:
    """What the authority does with a protection report, and by when: its own deadline, never ours."""

    step: str
    amount: int
    counting: AuthorityCounting

    @classmethod
    def read(cls, step: str, written: dict[str, int]) -> "AuthorityDeadline":
        """The deadline as a file writes it: `{weekdays = 6}`."""
        ((counting, amount),) = written.items()
        return cls(step, amount, AuthorityCounting(counting))

    def due_on(self, given_on: date, *, is_saturday_counted: bool) -> date:
        """The last day of it for a report given on `given_on`. Public holidays are not known here and come on top."""
        if self.counting is AuthorityCounting.HOURS:
            return given_on + timedelta(days=-(-self.amount // 24))
        if self.counting is AuthorityCounting.CALENDAR_DAYS:
            return given_on + timedelta(days=self.amount)
        day, left = given_on, self.amount
        while left:
            day += timedelta(days=1)
            left -= day.weekday() < (6 if is_saturday_counted else 5)
        return day


#: what there is only where the law knows a track of that name and it is done here, not only pointed to
_OF_A_TRACK: Final = {
    Information.SPECIAL_SUPPORT: "special_support_investigation",
    Information.ABSENCE_INVESTIGATION: "absence_investigation",
    Information.DEGRADING_TREATMENT: "degrading_treatment",
    Information.EDUCATIONAL_ASSESSMENT: "educational_assessment",
}

Exceptions = Mapping[Information, Mapping[Capacity, Cell]]


@dataclass(frozen=True)
class Ground:
    """A rule by which information may go to another service although consent does not cover it."""

    key: str
    #: where the rule stands
    source: str
    #: its name, and what must be weighed before it is used, by language
    names: dict[str, str]
    weigh: dict[str, str]
    recipients: frozenset[Recipient]
    #: kinds of information whose secrecy it never lifts
    never: frozenset[InformationCategory]
    #: every professional's own duty, with pages of its own: nobody shares on it from the referral
    has_own_pages: bool

    @classmethod
    def read(cls, key: str, written: dict[str, Any]) -> "Ground":
        """The ground as a file writes it."""
        return cls(
            key,
            source=written["source"],
            names=written["name"],
            weigh=written["weigh"],
            recipients=frozenset(Recipient(each) for each in written["recipients"]),
            never=frozenset(InformationCategory(each) for each in written.get("never", ())),
            has_own_pages=written.get("own_pages", False),
        )

    def name_in(self, language: str) -> str:
        """What it is called in `language`."""
        return _said(self.names, language)

    def weigh_in(self, language: str) -> str:
        """What must be weighed, in `language`."""
        return _said(self.weigh, language)

    def reaches(self, recipient: Recipient, kinds: Iterable[InformationCategory]) -> bool:
        """Whether information of all these kinds may go to `recipient` on this ground."""
        return not self.has_own_pages and recipient in self.recipients and not self.never & set(kinds)


@dataclass(frozen=True)
class WithholdingGround:
    """A rule by which something can be withheld from a guardian."""

    key: str
    #: where it comes from
    source: str
    #: what it is called, by language
    names: dict[str, str]

    def name_in(self, language: str) -> str:
        """What it is called in `language`; in English where it has no name there."""
        return self.names.get(language) or self.names["en"]


@dataclass(frozen=True)
class StatutoryTrack:
    """A way on that the law lays upon the head teacher, by its own name; never one of the team's own stages."""

    key: str
    #: its name, by language
    names: dict[str, str]
    #: where the duty comes from
    source: str
    #: the kinds of unit whose head teacher has this duty
    school_forms: frozenset[SchoolForm]
    #: whether the guardians are told before it is decided: the opposite of a report that is hidden from them
    guardians_first: bool = False
    #: whether the head teacher decides it and may read for it what stands behind the wall of student health; no unless it is said
    opens_parts: bool = False
    #: whether it is reported, investigated and decided here too, and not only pointed to
    is_done_here: bool = False
    #: whether a concern can go on as this; what is not is only pointed to where it was made elsewhere
    is_way_on: bool = True

    @classmethod
    def read(cls, written: dict[str, Any]) -> "StatutoryTrack":
        """The track as a file writes it."""
        forms = frozenset(SchoolForm(form) for form in written["school_forms"])
        names = ("guardians_first", "opens_parts", "is_done_here", "is_way_on")
        marks = {name: written.get(name.removeprefix("is_"), name == "is_way_on") for name in names}
        return cls(written["key"], written["name"], written["source"], forms, **marks)

    def name(self, language: str) -> str:
        """What it is called in `language`."""
        return _said(self.names, language)


@dataclass(frozen=True)
class Reading:
    """What holds when somebody asks to read what is written about them."""

    answer_days: int
    #: the law that sets these days
    answer_source: str
    #: on which rules something can be withheld: by key the rule's place, and its name by language
    sources: dict[str, str]
    names: dict[str, dict[str, str]]
    #: how to appeal, by language
    appeal: dict[str, str]

    @classmethod
    def read(cls, written: dict[str, Any]) -> "Reading":
        """The rules as a file writes them."""
        grounds = written["grounds"]
        return cls(
            written["answer_days"],
            written["source"],
            sources={key: ground["source"] for key, ground in grounds.items()},
            names={key: ground["name"] for key, ground in grounds.items()},
            appeal=written["appeal"],
        )

    @property
    def grounds(self) -> tuple[str, ...]:
        """The keys of the grounds, in the order in which they are offered."""
        return tuple(self.sources)

    def ground(self, key: str, language: str) -> str:
        """What a ground is called in `language`, with its place in the law; English where it has no word."""
        return f"{self.names[key].get(language) or self.names[key]['en']} ({self.sources[key]})"

    def how_to_appeal(self, language: str) -> str:
        """How to appeal, in `language`; English where it has no words."""
        return self.appeal.get(language) or self.appeal["en"]


@dataclass(frozen=True)
class RulePack:
    """The rules of one country from one date on."""

    country: Country
    version: str
    #: name of each stage and artefact, by language
    artefacts: dict[str, dict[str, str]]
    #: what each stage must never be called, by language
    never: dict[str, dict[str, list[str]]]
    targets: dict[str, Target]
    #: what the authority does with a protection report, in its order
    authority: tuple[AuthorityDeadline, ...]
    #: telephone numbers that hold for the whole country: `emergency`, `helpline`
    phones: dict[str, str]
    #: where a rule comes from, such as `duty_to_report`, by key
    sources: dict[str, str]
    #: levels of protected identity that the country knows, the lowest first, each with its name by language
    protected_identity: dict[str, dict[str, str]]
    #: whom guardians are asked about, in the order of the forms
    recipients: tuple[Recipient, ...]
    #: by which rules something may go where consent does not reach, by key
    grounds: dict[str, Ground]
    #: by which rules something can be withheld from a guardian, by key
    withholding_grounds: dict[str, WithholdingGround]
    #: what a head teacher can decide that a concern goes on as, in the order in which it is offered
    statutory_tracks: tuple[StatutoryTrack, ...]
    #: what is due about unlawful absence, the least first; nothing where the law knows none
    absence: tuple[absence_rules.AbsenceRule, ...]
    #: what holds when somebody asks to read what is written about them
    reading: Reading
    #: how a decision about a programme of special support is appealed
    support_appeal: Appeal
    #: how many days a guardian's code is good that is handed over or posted
    guardian_code_days: int
    #: how a paper for the child speaks: `you` to the child, or `i` as the child
    childs_voice: str
    #: where who may know what differs from the table in `access_table.py`, by school form
    access: Mapping[SchoolForm, Exceptions]

    @property
    def name(self) -> str:
        """What a referral remembers of the pack it began with, such as `se-2026-07`."""
        return f"{self.country}-{self.version}"

    @property
    def asked_about(self) -> tuple[Recipient, ...]:
        """Those a guardian can allow something to: everybody the pack names but the own staff, who need no consent."""
        return tuple(recipient for recipient in self.recipients if recipient is not Recipient.OWN_STAFF)

    @property
    def reachable(self) -> tuple[Recipient, ...]:
        """Everybody outside the own staff to whom something can go, by consent or on another ground."""
        by_ground = {recipient for ground in self.grounds.values() for recipient in ground.recipients}
        by_consent = set(self.asked_about) - {Recipient.OTHER_GUARDIAN}
        return tuple(recipient for recipient in Recipient if recipient in by_consent | by_ground)

    def exceptions(self, school_form: SchoolForm) -> Exceptions:
        """Where who may know what in a unit of `school_form` differs from the table in `access_table.py`; there is nothing of a track that the law does not know there."""
        done_here = {track.key for track in self.tracks_for(school_form) if track.is_done_here}
        closed = {
            row: dict.fromkeys(Capacity, Cell.NOTHING) for row, key in _OF_A_TRACK.items() if key not in done_here
        }
        return {**self.access.get(school_form, {}), **closed}

    def artefact(self, key: str, language: str) -> str:
        """What the stage or artefact `key` is called in `language`, as a heading begins."""
        return _said(self.artefacts[key], language)

    @property
    def lowest_protection(self) -> str:
        """The level that counts where somebody knows only that an identity is protected."""
        return next(iter(self.protected_identity))

    def protection(self, level: str, language: str) -> str:
        """What a level of protected identity is called in `language`."""
        return _said(self.protected_identity[level], language)

    def tracks_for(self, school_form: SchoolForm) -> tuple[StatutoryTrack, ...]:
        """The statutory tracks that a unit of this kind knows."""
        return tuple(track for track in self.statutory_tracks if school_form in track.school_forms)

    def unknown_to(self, school_form: SchoolForm) -> tuple[StatutoryTrack, ...]:
        """What is done here in units of other kinds, and what the law does not know in a unit of this one."""
        known = {track.key for track in self.tracks_for(school_form)}
        return tuple(track for track in self.statutory_tracks if track.is_done_here and track.key not in known)

    def track(self, key: str, school_form: SchoolForm) -> StatutoryTrack:
        """The statutory track `key` as a unit of this kind knows it; as another kind does where the unit has changed since."""
        named = [track for track in self.statutory_tracks if track.key == key]
        return next((track for track in named if school_form in track.school_forms), named[0])


def words() -> dict[str, Mapping[str, str]]:
    """The names of all packs that a guardian can come to read, by the English one: for translators of further languages."""
    named = [
        *(names for pack in _packs() for names in (*pack.artefacts.values(), *pack.protected_identity.values())),
        *(ground.names for pack in _packs() for ground in pack.grounds.values()),
        *(track.names for pack in _packs() for track in pack.statutory_tracks),
    ]
    return {names["en"]: names for names in named}


def _said(names: Mapping[str, str], language: str) -> str:
    """The word for `language`; in a guardian language that of its catalogue; English where there is none."""
    in_english = names["en"]
    return names.get(language) or languages.translations(language).gettext(in_english)


@cache
def load(name: str) -> RulePack:
    """The rule pack `name`, such as `se-2026-07`. Raises SetupFileInvalid where there is none."""
    for pack in _packs():
        if pack.name == name:
            return pack
    raise SetupFileInvalid(f"there is no rule pack {name}")


def newest(country: Country) -> RulePack:
    """The newest rule pack of `country`."""
    return max((pack for pack in _packs() if pack.country is country), key=lambda pack: pack.version)


@cache
def _packs() -> tuple[RulePack, ...]:
    return tuple(_read(tomllib.loads(path.read_text(encoding="utf-8"))) for path in sorted(FOLDER.glob("*.toml")))


def _read(written: dict[str, Any]) -> RulePack:
    return RulePack(
        country=Country(written["country"]),
        version=written["version"],
        artefacts=written["artefacts"],
        never=written["never"],
        targets={key: Target.read(target) for key, target in written["targets"].items()},
        authority=tuple(AuthorityDeadline.read(step, deadline) for step, deadline in written["authority"].items()),
        phones=written["phones"],
        sources=written["sources"],
        protected_identity=written["protected_identity"],
        recipients=tuple(Recipient(each) for each in written["recipients"]),
        grounds={key: Ground.read(key, ground) for key, ground in written["grounds"].items()},
        withholding_grounds={
            key: WithholdingGround(key, ground["source"], ground["name"])
            for key, ground in written["withholding_grounds"].items()
        },
        statutory_tracks=tuple(StatutoryTrack.read(track) for track in written["statutory_tracks"]),
        absence=absence_rules.read(written.get("absence", {})),
        reading=Reading.read(written["reading"]),
        support_appeal=Appeal.read(written.get("support", {})),
        guardian_code_days=written["guardian_code_days"],
        childs_voice=written["childs_voice"],
        access={SchoolForm(form): _exceptions(rows) for form, rows in written.get("access", {}).items()},
    )


def _exceptions(rows: dict[str, dict[str, str]]) -> Exceptions:
    return {
        Information(name): {Capacity(who): Cell(allowed) for who, allowed in cells.items()}
        for name, cells in rows.items()
    }
