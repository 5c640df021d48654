"""The log of changes to the organisation, in words."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from flask import request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select

from referrals.access import Role
from referrals.models import Account, Forum, OrganisationChange, Unit
from referrals.people import organisation
from referrals.vocabulary import N_, MeetingOutcome, Profession, SchoolForm, TeamLevel
from webapp import transactions
from webapp.administration import blueprint
from webapp.guards import signed_in
from webapp.language import gettext
from webapp.pages import page

#: changes on one page
EACH = 50

_KINDS = {
    "unit": N_("Unit"),
    "forum": N_("Team"),
    "account": N_("Person"),
    "municipality": N_("Municipality"),
    "closed_day": N_("Closed days"),
    "team_date": N_("A team's date"),
    "team_seat": N_("A seat in a team"),
    "seat_absence": N_("Somebody away from a team"),
}
_FIELDS = {
    "added": N_("added"),
    "removed": N_("removed"),
    "moved": N_("moved"),
    "name": N_("name"),
    "language": N_("language"),
    "country": N_("country"),
    "timezone": N_("time zone"),
    "rulepack_version": N_("rule pack"),
    "phones": N_("telephone number"),
    "targets": N_("local target"),
    "protection": N_("protection reports"),
    "date": N_("date of the demonstration"),
    "school_form": N_("kind of unit"),
    "forum": N_("team"),
    "other_teams": N_("other teams"),
    "coordinates": N_("coordinates the team"),
    "stand_in_id": N_("who stands in as a rule"),
    "links_made": N_("links for calendar programs"),
    "is_link_closed": N_("own link for calendar programs closed"),
    "is_open": N_("public form open"),
    "takes_part": N_("takes part"),
    "contact": N_("whom to call"),
    "phone": N_("telephone number"),
    "area": N_("area"),
    "place": N_("where it meets"),
    "quorum": N_("who must be there"),
    "level": N_("for whom it meets"),
    "mandate": N_("what it may decide beside that"),
    "outcomes": N_("what its meetings may decide"),
    "shows_names": N_("names on the public page"),
    "has_public_page": N_("public page"),
    "rates_by_colour": N_("rates by colour"),
    "email": N_("e-mail address"),
    "profession": N_("profession"),
    "is_active": N_("can sign in"),
    "roles": N_("role"),
    "password": N_("new password"),
    "label": N_("name"),
}
_VALUES = {
    "True": N_("Yes"),
    "False": N_("No"),
    **{word.value: word.label for word in (*SchoolForm, *Profession, *TeamLevel, *MeetingOutcome)},
}


@dataclass(frozen=True)
class Line:
    """One change as the page shows it."""

    at: datetime
    who: str
    what: str
    before: str
    after: str


@blueprint.get("/changes")
@signed_in(Role.ADMINISTRATOR)
def changes() -> ResponseReturnValue:
    """Who changed what, newest first."""
    session = transactions.session()
    last = max(1, -(-session.scalars(select(func.count()).select_from(OrganisationChange)).one() // EACH))
    current = min(max(1, request.args.get("page", 1, type=int)), last)
    rows = organisation.changes(session, most=EACH, skip=(current - 1) * EACH)
    people = {account.id: account.name for account in session.scalars(select(Account))}
    names = {str(account_id): name for account_id, name in people.items()}
    names |= {unit.slug: unit.name for unit in session.scalars(select(Unit))}
    names |= {forum.slug: forum.name for forum in session.scalars(select(Forum))}
    lines = [
        Line(row.at, people[row.by_id] if row.by_id else gettext("At the command line"), *_words(row, names))
        for row in rows
    ]
    return page(
        "administration/changes.html",
        lines=lines,
        current=current,
        last=last,
        address=lambda number: url_for(".changes", page=number),
    )


def _words(row: OrganisationChange, names: Mapping[str, str]) -> tuple[str, str, str]:
    """What was changed, and from what to what: `unit.is_open lindskolan` becomes "Unit Lindskolan: public form open"."""
    path, _, called = row.subject.partition(" ")
    kind, field, *more = path.split(".")
    whose = f"{gettext(_KINDS.get(kind, kind))} {names.get(called, '')}".strip()
    what = " ".join([gettext(_FIELDS.get(field, field)), *more])
    return f"{whose}: {what}", _value(row.before, names), _value(row.after, names)


def _value(text: str, names: Mapping[str, str]) -> str:
    parts = text.split(", ")
    return ", ".join(gettext(_VALUES[part]) if part in _VALUES else names.get(part, part) for part in parts)
