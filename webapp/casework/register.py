"""The register: what came in and went out, line by line, for those who answer for a unit and for the registrar."""

from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

from flask import Response, request, url_for

from referrals.keeping import register as lines
from referrals.models import RegisterEntry, What
from referrals.papers import calls
from referrals.reading import reading_requests
from referrals.rules import rulebook
from referrals.vocabulary import N_, Counterpart, Country, Direction, Profession, Registered, ReporterKind, Term
from webapp import auditing, forms, pages, people, transactions
from webapp.casework import blueprint, extracts
from webapp.casework.choices import choices
from webapp.guards import signed_in
from webapp.language import gettext
from webapp.navigation import protection_name

_Word = TypeVar("_Word", bound=Term)
#: the columns of page and extract
HEADINGS = (
    N_("Register number"), N_("Date"), N_("Received or issued"), N_("From or to"), N_("Subject"), N_("Referral"),
    N_("Unit"), N_("Secrecy"),
)  # fmt: skip


@dataclass(frozen=True)
class Line:
    """One entry as page and extract show it."""

    label: str
    dated_on: date
    direction: str
    who: str
    subject: str
    number: str
    unit: str
    secrecy: str
    is_struck: bool
    is_stopped: bool


@dataclass(frozen=True)
class Choices:
    """The form of the filters: what can be chosen, and what is."""

    form: forms.Form
    units: list[tuple[str, str]]
    years: list[tuple[str, str]]
    directions: list[tuple[str, str]]
    kinds: list[tuple[str, str]]


@blueprint.get("/register")
@signed_in(*lines.READERS)
def register() -> Response:
    """One page of the register under the filters in the address."""
    session, actor, wanted = transactions.session(), people.actor(), _from_address()
    asked = request.args.get("page", default=1, type=int)
    found = lines.listing(session, actor, wanted, number=min(asked, 1_000_000))
    address = _in_address(wanted)
    return pages.page(
        "casework/register.html",
        headings=HEADINGS,
        lines=_lines(found.rows),
        found=found,
        filters=_choices(wanted),
        are_set=wanted.are_set,
        may_review=any(role in reading_requests.MAY_REVIEW for role, _unit in actor.roles),
        to_review=len(reading_requests.to_review(session, actor)),
        extract_url=url_for("casework.register_extract", **address),
        page_url=lambda number: url_for("casework.register", **address, page=number),
    )


@blueprint.get("/register.csv")
@signed_in(*lines.READERS)
def register_extract() -> Response:
    """The same lines as a file for a spreadsheet; taking it out stands in the audit log."""
    auditing.note(What.EXPORTED, subject="casework.register")
    everything = lines.everything(transactions.session(), people.actor(), _from_address())
    found = [_line(entry, is_stopped=False) for entry in everything]  # no column says that
    rows = (
        (line.label, line.dated_on, line.direction, line.who, line.subject, line.number, line.unit, line.secrecy)
        for line in found
    )
    return extracts.as_text("register", [gettext(heading) for heading in HEADINGS], rows)


def _lines(entries: Any) -> list[Line]:
    session = transactions.session()
    papers = [entry.object_id for entry in entries if entry.kind is Registered.PAPER]
    stopped = lines.stopped_among(session, entries) | calls.kept_back_among(session, papers)
    return [_line(entry, is_stopped=entry.object_id in stopped) for entry in entries]


def _line(entry: RegisterEntry, *, is_stopped: bool) -> Line:
    if entry.struck_at is not None:
        return Line(
            entry.label, entry.dated_on, "", "", gettext("Struck"), "", "", "", is_struck=True, is_stopped=False
        )
    is_protection = entry.kind is Registered.PROTECTION_REPORT
    return Line(
        label=entry.label,
        dated_on=entry.dated_on,
        direction=gettext(entry.direction.label),
        who=who(entry),
        subject=protection_name() if is_protection else gettext(entry.subject),
        number=entry.referral.number if entry.referral else "",
        unit=lines.shown_unit(entry),
        secrecy=_secrecy(entry),
        is_struck=False,
        is_stopped=is_stopped,
    )


def who(entry: RegisterEntry) -> str:
    """From or to whom, by capacity and function."""
    function = entry.function or ""
    kinds: tuple[type[Term], ...] = (
        (ReporterKind,) if entry.counterpart is Counterpart.REPORTER else (Profession, ReporterKind)
    )
    words = next((gettext(kind(function).label) for kind in kinds if function in set(kind)), "")
    capacity = gettext(entry.counterpart.label)
    return f"{capacity}: {words}" if words else capacity


def _secrecy(entry: RegisterEntry) -> str:
    here = people.municipality()
    pack = entry.referral.rulepack if entry.referral else None
    rules = rulebook.load(pack) if pack else rulebook.newest(Country(here.country if here else Country.SE))
    return gettext("Secret: %(source)s", source=rules.sources[entry.secrecy])


def _from_address() -> lines.Wanted:
    """The filters this page's address names; what makes no sense is left aside."""
    asked = request.args
    return lines.Wanted(
        unit=asked.get("unit") or None,
        direction=_word(Direction, asked.get("direction")),
        kind=_word(Registered, asked.get("kind")),
        year=asked.get("year", type=lambda sent: date.fromisoformat(f"{sent}-01-01").year),
    )


def _in_address(wanted: lines.Wanted) -> dict[str, Any]:
    parts = {"unit": wanted.unit, "direction": wanted.direction, "kind": wanted.kind, "year": wanted.year}
    return {name: str(value) for name, value in parts.items() if value}


def _choices(wanted: lines.Wanted) -> Choices:
    session, actor = transactions.session(), people.actor()
    return Choices(
        form=forms.Form(forms.flatten(_in_address(wanted))),
        units=[(unit.slug, unit.name) for unit in lines.units_of(session, actor)],
        years=[(str(year), str(year)) for year in lines.years(session)],
        directions=choices(Direction),
        kinds=choices(kind for kind in Registered if kind is not Registered.PROTECTION_REPORT),
    )


def _word(words: type[_Word], asked: str | None) -> _Word | None:
    return words(asked) if asked in set(words) else None
