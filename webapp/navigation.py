"""The staff pages' main navigation: few places, the same on each page."""

from dataclasses import dataclass

from flask import current_app, request, url_for

from referrals.access import Role
from referrals.keeping.register import READERS
from referrals.learning import catalogue
from referrals.people import practices
from referrals.rules import rulebook
from referrals.statutory import absence_keepers
from referrals.vocabulary import N_, Country, Practice
from webapp import people, transactions
from webapp.language import language


@dataclass(frozen=True)
class Place:
    """One link of the navigation."""

    url: str
    label: str
    icon: str
    is_current: bool


#: endpoint, words, icon, and the roles it is for; for everybody where none is named
_PLACES: tuple[tuple[str, str, str, tuple[Role, ...]], ...] = (
    ("casework.home", N_("Home"), "home", ()),
    ("casework.board", N_("Board"), "columns", ()),
    ("casework.referral_list", N_("List"), "list", ()),
    ("forums.teams", N_("Teams"), "calendar", (Role.COORDINATOR, Role.HEAD_TEACHER, Role.ASSESSOR)),
    ("casework.register", N_("Register"), "clipboard", READERS),
    ("casework.absence", N_("Absence"), "calendar", (Role.HEAD_TEACHER,)),
    ("rounds.rounds", N_("Rounds"), "chat", (Role.MANAGEMENT, Role.CONSULTANT, Role.HEAD_TEACHER)),
    ("forums.upward_questions", N_("Questions"), "chat", (Role.MANAGEMENT,)),
    ("development.cases", N_("Development work"), "tasks", (Role.MANAGEMENT, Role.ELECTED_MEMBER, Role.HEAD_TEACHER)),
    ("learning.catalogue", N_("Good practice"), "search", (Role.MANAGEMENT, Role.RESEARCHER)),
    ("patterns.exports", N_("Research"), "download", (Role.RESEARCHER,)),
    ("patterns.patterns", N_("Patterns"), "table", (Role.MANAGEMENT, Role.ELECTED_MEMBER)),
    ("patterns.lead_times", N_("Lead times"), "clock", (Role.MANAGEMENT, Role.ELECTED_MEMBER)),
    ("administration.home", N_("Administration"), "cog", (Role.ADMINISTRATOR,)),
)


#: the places that are offered where the municipality does this, or there is something of it to read
_OF_PRACTICES: dict[str, Practice] = {
    "rounds.rounds": Practice.ROUNDS,
    "forums.upward_questions": Practice.UPWARD,
    "development.cases": Practice.DEVELOPMENT,
    "learning.catalogue": Practice.LEARNING,
    "patterns.exports": Practice.RESEARCH,
    "patterns.patterns": Practice.PATTERNS,
    "patterns.lead_times": Practice.PATTERNS,
}


#: more places than these do not stand in one row with the search on the screen of a desk: those of practices go into a menu of their own then
_MOST_IN_A_ROW = 5


@dataclass(frozen=True)
class Navigation:
    """The places of the row, and those of the menu at its end."""

    row: list[Place]
    menu: list[Place]


def main_navigation() -> Navigation:
    """The places this person can go to, in English words."""
    somebody = people.account()
    places = {
        endpoint: Place(url_for(endpoint), label, icon, request.endpoint == endpoint)
        for endpoint, label, icon, roles in _PLACES
        if somebody
        and has_page(endpoint)
        and (not roles or somebody.has_role(*roles))
        and _is_of_use(endpoint, somebody)
    }
    folded = set(_OF_PRACTICES) if len(places) > _MOST_IN_A_ROW else set()
    row, menu = ([one for key, one in places.items() if (key in folded) is is_folded] for is_folded in (False, True))
    return Navigation(row, menu) if len(menu) > 1 else Navigation(list(places.values()), [])


def _is_of_use(endpoint: str, somebody: people.SignedIn) -> bool:
    """Whether there is something behind it for this person: what the municipality does not do is offered nowhere."""
    if endpoint == "casework.absence":
        return any(absence_keepers.is_counted(_rules(), form) for form in somebody.leads)
    if endpoint == "development.cases" and not somebody.has_role(Role.ELECTED_MEMBER):
        return catalogue.may_read(somebody.actor) and shows(Practice.DEVELOPMENT)
    return endpoint not in _OF_PRACTICES or shows(_OF_PRACTICES[endpoint])


def protection_name() -> str:
    """What the country calls a protection report, in the page's language."""
    return _rules().artefact("protection_report", language())


def _rules() -> rulebook.RulePack:
    here = people.municipality()
    return rulebook.newest(Country(here.country if here else Country.SE))


def hold_rounds() -> bool:
    """Whether the municipality holds consultation rounds."""
    here = people.municipality()
    return here is not None and here.holds_rounds


def shows(practice: Practice) -> bool:
    """Whether pages lead to a practice: it is switched on, or there is something of it to read. Rounds that are off are shown to nobody."""
    here = people.municipality()
    if practice is Practice.ROUNDS:
        return hold_rounds()
    is_on = here is None or practice.value not in here.switched_off
    return is_on or practices.has_any(transactions.session(), practice)


def has_page(endpoint: str) -> bool:
    """Whether this installation has the page `endpoint`."""
    return endpoint in current_app.view_functions
