"""The administrators' first page: what there is to look after."""

from dataclasses import dataclass

from flask import url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select

from referrals import clock, steps
from referrals.access import Role
from referrals.models import Account, Forum, Unit
from referrals.papers import print_attempts
from referrals.people import organisation
from webapp import transactions
from webapp.administration import blueprint
from webapp.guards import signed_in
from webapp.language import gettext, long_date, ngettext
from webapp.pages import page


@dataclass(frozen=True)
class Room:
    """One of the administrators' pages, with how things stand there."""

    url: str
    icon: str
    label: str
    standing: str


@blueprint.get("")
@signed_in(Role.ADMINISTRATOR)
def home() -> ResponseReturnValue:
    """Everything an administrator looks after, each with how it stands."""
    settings = transactions.settings()
    technical = settings.prefect_api.removesuffix("/api")
    return page("administration/home.html", rooms=_rooms(is_demo=settings.is_demo), technical_url=technical)


def _rooms(*, is_demo: bool) -> list[Room]:
    session = transactions.session()
    here = organisation.municipality(session)
    units = session.scalars(select(func.count()).select_from(Unit)).one()
    open_units = session.scalars(select(func.count()).select_from(Unit).where(Unit.takes_concerns)).one()
    people = session.scalars(select(func.count()).select_from(Account).where(Account.is_active)).one()
    forums = session.scalars(select(func.count()).select_from(Forum)).one()
    rooms = [
        Room(
            url_for(".units"),
            "home",
            gettext("Units"),
            ngettext(
                "%(num)d unit, %(open)d with an open form",
                "%(num)d units, %(open)d with an open form",
                units,
                open=open_units,
            ),
        ),
        Room(url_for(".forums_list"), "people", gettext("Teams"), ngettext("%(num)d team", "%(num)d teams", forums)),
        Room(
            url_for(".people"),
            "person",
            gettext("People"),
            ngettext("%(num)d person can sign in", "%(num)d people can sign in", people),
        ),
        Room(url_for(".closed_days"), "calendar", gettext("Closed days"), gettext("Holidays and days without school")),
        Room(url_for(".targets"), "hourglass", gettext("Local targets"), gettext("How long each step may take")),
        Room(url_for(".municipality"), "phone", gettext("Municipality and telephone numbers"), here.name),
        Room(
            url_for(".practices"),
            "tasks",
            gettext("What the municipality does"),
            gettext("Which practices are switched on"),
        ),
    ]
    if is_demo:
        today = long_date(clock.today(here.timezone))
        rooms.append(Room(url_for(".date"), "clock", gettext("Date of the demonstration"), today))
    rooms.append(Room(url_for(".changes"), "list", gettext("Log of changes"), gettext("Who changed what, and when")))
    failed = len(steps.all_failed(session)) + print_attempts.count_given_up(session)
    standing = ngettext("%(num)d step needs a look", "%(num)d steps need a look", failed)
    rooms.append(Room(url_for(".automatic_work"), "hourglass", gettext("Automatic work"), standing))
    return rooms
