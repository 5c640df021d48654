"""Who plays in the demonstration: found on the sign-in page, which lists the cast with their roles and units."""

from dataclasses import dataclass

from referrals.languages import translations
from webapp.demo_window import Form, Stopped, Window


@dataclass
class Person:
    """Somebody of the cast, with their window once they have signed in."""

    name: str
    email: str
    password: str
    window: Window | None = None


@dataclass(frozen=True)
class Cast:
    """Who works for the unit the concern is about; `unit` is its value in the public form's list."""

    unit: str
    coordinator: Person
    head_teacher: Person
    administrator: Person
    assessors: list[Person]


def find_cast(window: Window) -> Cast:
    """The unit most of the cast works for, and who is what there. Raises Stopped where somebody is missing."""
    units = _units(window)
    page = window.open("/sign-in")
    gettext = translations(page.language).gettext
    cards = [form for form in page.forms if form.has("email", "password", "next") and form.value("email")]
    if not cards:
        raise Stopped("the sign-in page offers no cast: this is not a demonstration, or its people are not set up")
    slug, name = max(units, key=lambda unit: sum(unit[1] in card.text for card in cards))

    def everybody(line: str) -> list[Person]:
        found = [_person(card) for card in cards if line in {words.strip() for words in card.text.splitlines()}]
        if not found:
            raise Stopped(f"nobody of the cast is: {line}")
        return found

    return Cast(
        slug,
        coordinator=everybody(f"{gettext('Coordinator')}, {name}")[0],
        head_teacher=everybody(f"{gettext('Head teacher')}, {name}")[0],
        administrator=everybody(gettext("Administrator"))[0],
        assessors=everybody(f"{gettext('Assessor')}, {name}"),
    )


def _units(window: Window) -> list[tuple[str, str]]:
    """The units the public form is open for: value and name."""
    window.open("/")
    window.send(window.page.form("door"), {}, press=("door", "staff"))
    window.send(window.page.form("protection"), {"protection": "no"})
    lists = [one for one in window.page.form("unit").controls if one.name == "unit"]
    return [option for one in lists for option in one.options if option[0]]


def _person(card: Form) -> Person:
    name = next(line.strip() for line in card.text.splitlines() if line.strip())
    return Person(name, card.value("email"), card.value("password"))
