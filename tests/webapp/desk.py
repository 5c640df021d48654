"""What tests of the casework pages lay ready in the database, and what they find there afterwards."""

from sqlalchemy import inspect, select

from referrals import db, sealing
from referrals.models import Account, Base, Municipality, Referral, Unit
from referrals.sealing import WRAPPED, Sealed
from tests.factories import a_member, a_plan, a_referral
from tests.people import Cast

#: pages of the staff that whoever signs in has, which hold nothing of anybody else's
EVERYBODYS = {
    "casework.home", "casework.board", "casework.referral_list", "casework.referral_list_as_workbook", "casework.referral_list_as_text",
    "casework.search", "casework.live", "casework.meetings", "casework.new_protection_report", "casework.protection_reports",
}  # fmt: skip
#: where the pages are that somebody has by a role
_BY_ROLE = {"casework", "forums", "rounds", "development", "learning", "patterns", "administration"}


def pages_with_roles(app, client):
    """The pages that open for whoever is signed in there and lead to nothing in particular, of those that somebody has by a role."""
    rules = [one for one in app.url_map.iter_rules() if "GET" in one.methods and not one.arguments]
    theirs = [one for one in rules if one.endpoint.split(".")[0] in _BY_ROLE]
    return {one.endpoint for one in theirs if client.get(one.rule).status_code == 200}


def opened(settings):
    """All that the database keeps, and whatever of it is sealed opened, as one text: a word that is kept anywhere stands in it."""
    with db.reading(settings.database) as session:
        every = [one for mapper in Base.registry.mappers for one in session.scalars(select(mapper.class_))]
        return "\n".join(repr(value) for one in every for value in _values(one))


def _values(row):
    """What stands in the columns of a row, in clear."""
    for column in inspect(type(row)).columns:
        value = getattr(row, inspect(type(row)).get_property_by_column(column).key)
        yield sealing.key_ring().wrapper.decrypt(value).decode() if value and column.info.get(WRAPPED) else value
    sealed = {name for kind in type(row).__mro__ for name, one in vars(kind).items() if isinstance(one, Sealed)}
    yield from (getattr(row, name) for name in sorted(sealed))


class Desk:
    """One instance's database, seen from a test."""

    def __init__(self, settings):
        self.url = settings.database

    def lay(self, state, plan=None, **values):
        """A referral in `state`, with a plan in the status `plan`, and its number."""
        with db.writing(self.url) as session:
            cast = cast_of(session)
            referral = a_referral(session, cast, state, owner_id=cast.coordinator.id)
            if plan:
                a_plan(session, referral, author=cast.coordinator, status=plan, **values)
            a_member(session, referral, cast.special_educator)
            return referral.number

    def read(self, number, look):
        """What `look` says about the referral as it stands now."""
        with db.reading(self.url) as session:
            return look(session, session.scalars(select(Referral).where(Referral.number == number)).one())

    def account(self, first):
        with db.reading(self.url) as session:
            return str(session.scalars(select(Account.id).where(Account.email.startswith(f"{first}."))).one())


def cast_of(session):
    people = {account.email.split(".")[0]: account for account in session.scalars(select(Account))}
    schools = {unit.slug: unit for unit in session.scalars(select(Unit))}
    return Cast(
        session.scalars(select(Municipality)).one(), schools["lindskolan"].forum, schools["lindskolan"],
        schools["askskolan"], people["karin"], people["sanna"], people["henrik"], people["petra"], people["kim"], people["siv"],
        people["noor"], people["anton"], people["otto"], people["tove"], people["hilma"], people["leo"], people["vidar"],
        people["margit"], people["rune"], people["elsa"],
    )  # fmt: skip
