"""The municipality: set up from its file, changed by administrators, and nothing of it changed unnoticed."""

import uuid
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

import referrals
from referrals import clock, db
from referrals.access import Actor, Role
from referrals.errors import LastAdministrator, NotAllowed, SetupFileInvalid
from referrals.forums import seats
from referrals.models import Account, ClosedDay, Forum, Municipality, OrganisationChange, Unit
from referrals.people import founding, organisation
from referrals.stages import CLOSED
from referrals.vocabulary import Country, Profession, SchoolForm
from schemas import municipality
from tests.factories import a_referral
from tests.people import Cast
from tests.referrals.test_queries import counted_queries

DEMONSTRATION = Path(referrals.__file__).parent / "municipalities" / "se.toml"


@pytest.fixture
def written() -> dict[str, Any]:
    """What stands in the demonstration's file."""
    return municipality.read(DEMONSTRATION)


def set_up(session: Session, written: dict[str, Any]) -> tuple[int, int]:
    done = founding.set_up(session, written, password_hashes={"karin.almkvist@lindkoping.invalid": "hash"})
    return done.added, done.changed


def log(session: Session) -> list[tuple[str, str, str]]:
    return [(row.subject, row.before, row.after) for row in organisation.changes(session)]


def unit(session: Session, slug: str) -> Unit:
    return session.scalars(select(Unit).where(Unit.slug == slug)).one()


def account(session: Session, first_name: str) -> Account:
    return session.scalars(select(Account).where(Account.email.startswith(first_name))).one()


# ------------------------------------------------------------------------------------------------ set-up
def test_set_up_makes_the_municipality_with_its_units_teams_people_and_closed_days(session, written):
    assert set_up(session, written) == (34, 0)
    here = organisation.municipality(session)
    assert (here.name, here.country, here.rulepack_version) == ("Lindköping", Country.SE, "se-2026-07")
    assert here.phones == {"emergency": "112", "helpline": "116 111", "social_services": "0000-10 00 00"}
    assert here.targets == {"triage": {"school_days": 2}}
    school = unit(session, "lindskolan")
    assert (school.forum.slug, school.is_open, school.contact) == ("htl-linden", True, "HTL-samordnaren")
    assert school.forum.quorum == ["head_teacher", "school_counsellor", "special_educator"]
    karin = account(session, "karin")
    assert {(held.role, held.unit.slug) for held in karin.roles if held.unit} == {
        (Role.COORDINATOR, "lindskolan"),
        (Role.COORDINATOR, "lindens-forskola"),
    }
    assert (karin.password_hash, karin.language, karin.is_active) == ("hash", "sv", True)
    assert {held.account.name.split()[0] for held in seats.seats_of(session, school.forum)} == {
        "Karin", "Henrik", "Petra", "Kim", "Siv", "Noor",
    }  # fmt: skip
    assert log(session) == []


def test_who_gets_no_password_cannot_sign_in_yet(session, written):
    set_up(session, written)
    assert account(session, "henrik").password_hash == ""


def test_an_administrator_holds_the_role_for_no_unit_in_particular(session, written):
    set_up(session, written)
    assert [(held.role, held.unit_id) for held in account(session, "anton").roles] == [(Role.ADMINISTRATOR, None)]


def test_set_up_a_second_time_changes_nothing(session, written):
    set_up(session, written)
    assert set_up(session, municipality.read(DEMONSTRATION)) == (0, 0)
    assert log(session) == []


def test_set_up_twice_in_two_runs_changes_nothing_either(fresh_address, written):
    for expected in ((34, 0), (0, 0)):
        with db.writing(fresh_address) as session:
            assert set_up(session, written) == expected


def test_a_changed_file_changes_and_each_change_is_logged(session, written):
    set_up(session, written)
    written["municipality"]["name"] = "Nya Lindköping"
    written["units"][0] |= {"phone": "0000-99 99 99", "is_open": False}
    written["forums"][0] |= {"has_public_page": True}
    written["targets"] = {"plan": {"school_days": 7}}
    written["people"][0] |= {"profession": Profession.TEACHER, "language": "en"}
    assert set_up(session, written) == (0, 7)
    karin = account(session, "karin")
    assert set(log(session)) == {
        (f"municipality.name {organisation.municipality(session).id}", "Lindköping", "Nya Lindköping"),
        (f"municipality.targets.plan {organisation.municipality(session).id}", "", "school_days 7"),
        ("unit.phone lindskolan", "0000-12 34 56", "0000-99 99 99"),
        ("unit.is_open lindskolan", "True", "False"),
        ("forum.has_public_page htl-linden", "False", "True"),
        (f"account.profession {karin.id}", "coordinator", "teacher"),
        (f"account.language {karin.id}", "sv", "en"),
    }
    assert all(row.by_id is None for row in organisation.changes(session))


def test_what_a_later_file_adds_is_logged_too(session, written):
    set_up(session, written)
    written["units"].append(
        {"slug": "fritids", "name": "Fritids", "school_form": SchoolForm.LEISURE, "forum": "htl-linden"}
    )
    written["people"][0]["roles"].append({"role": Role.HEAD_TEACHER, "units": ["fritids"]})
    written["people"][0]["roles"].append({"role": Role.ADMINISTRATOR, "units": []})
    written["closed_days"].append({"first_on": date(2026, 11, 2), "last_on": date(2026, 11, 2), "label": "Studiedag"})
    with counted_queries(session) as asked:
        assert set_up(session, written) == (2, 2)
    first = next(said for said in asked if said.startswith(("SELECT referral.id \nFROM", "SELECT audit_head")))
    assert "FROM referral" in first, "what runs is held before anything is logged"
    karin, day = (
        account(session, "karin"),
        session.scalars(select(ClosedDay).where(ClosedDay.label == "Studiedag")).one(),
    )
    assert set(log(session)) == {
        ("unit.added fritids", "", "Fritids"),
        (f"closed_day.added {day.id}", "", "Studiedag 2026-11-02 2026-11-02"),
        (f"account.roles {karin.id}", "", "head_teacher fritids"),
        (f"account.roles {karin.id}", "", "administrator"),
    }


def test_a_seat_a_later_file_gives_is_added_once_and_logged_and_none_is_taken_away(session, written):
    set_up(session, written)
    tove = next(row for row in written["people"] if row["name"].startswith("Tove"))
    tove["seats"] = ["htl-linden"]
    written["people"][0]["seats"] = []
    assert set_up(session, written) == (1, 0)
    assert set_up(session, written) == (0, 0)
    held = seats.seats_of(session, unit(session, "lindskolan").forum)
    assert {"Karin", "Tove"} < {one.account.name.split()[0] for one in held}
    subject, before, after = log(session)[0]
    assert subject.startswith("team_seat.added ")
    assert (before, after) == ("", f"htl-linden, {account(session, 'tove').id}")


def test_a_later_file_lets_a_unit_have_another_team_beside_its_first_and_says_who_coordinates_it(session, written):
    set_up(session, written)
    school = next(row for row in written["units"] if row["slug"] == "lindskolan")
    school["other_forums"] = ["htl-asken"]
    tove = next(row for row in written["people"] if row["name"].startswith("Tove"))
    tove["seats"], tove["coordinates"] = ["htl-asken"], ["htl-asken"]
    assert set_up(session, written) == (1, 1)
    assert set_up(session, written) == (0, 0)
    school["other_forums"] = []
    assert set_up(session, written) == (0, 0)
    found = unit(session, "lindskolan")
    beside = found.other_teams[0]
    assert (found.forum.slug, beside.slug) == ("htl-linden", "htl-asken")
    assert account(session, "tove").actor().coordinates == {(beside.id, found.id)}
    a_referral(
        session, SimpleNamespace(municipality=organisation.municipality(session), school=found), forum_id=beside.id
    )
    school["forum"] = "htl-asken"
    with pytest.raises(SetupFileInvalid, match="lindskolan: the forum htl-asken works for it beside another"):
        set_up(session, written)


def test_set_up_takes_nothing_away(session, written):
    set_up(session, written)
    administrator = account(session, "anton").actor()
    school = unit(session, "lindskolan")
    organisation.change(session, school, by=administrator, is_open=False)
    here = organisation.municipality(session)
    organisation.change(session, here, by=administrator, phones=here.phones | {"helpline": "116 000"})
    organisation.change(session, here, by=administrator, targets=here.targets | {"minutes": {"school_days": 1}})
    organisation.change(session, account(session, "kim"), by=administrator, language="en", is_active=False)
    for part in ("units", "closed_days"):
        del written[part][-1:]
    del written["people"][6:]
    written["people"][0]["roles"][0]["units"] = ["lindskolan"]
    assert set_up(session, written) == (0, 0)
    assert not school.is_open
    assert here.phones["helpline"] == "116 000"
    assert here.targets == {"triage": {"school_days": 2}, "minutes": {"school_days": 1}}
    assert (account(session, "kim").language, account(session, "kim").is_active) == ("en", False)
    assert (len(session.scalars(select(Unit)).all()), len(session.scalars(select(Account)).all())) == (3, 16)


def test_another_country_is_refused_and_nothing_is_touched(session, written):
    set_up(session, written)
    danish = municipality.read(DEMONSTRATION.with_name("dk.toml"))
    with pytest.raises(
        SetupFileInvalid, match="already holds Lindköping; another country needs a data folder of its own"
    ):
        set_up(session, danish)
    assert organisation.municipality(session).name == "Lindköping"


def test_without_set_up_there_is_no_municipality(session):
    with pytest.raises(SetupFileInvalid, match="no municipality is set up yet"):
        organisation.municipality(session)


# ------------------------------------------------------------------------------------------------ changes
def test_a_change_is_made_and_logged_with_who_and_when(session, cast: Cast):
    before = clock.now()
    by = cast.administrator.actor()
    assert (
        organisation.change(session, cast.school, by=by, name="Nya Lindskolan", school_form=SchoolForm.PRESCHOOL) == 2
    )
    assert cast.school.name == "Nya Lindskolan"
    rows = organisation.changes(session)
    assert {(row.subject, row.before, row.after) for row in rows} == {
        ("unit.name lindskolan", "Lindskolan", "Nya Lindskolan"),
        ("unit.school_form lindskolan", "compulsory", "preschool"),
    }
    assert {row.by_id for row in rows} == {cast.administrator.id}
    assert all(before <= row.at <= clock.now() for row in rows)


def test_lists_and_other_rows_are_logged_in_words(session, cast: Cast):
    by = cast.administrator.actor()
    organisation.change(session, cast.forum, by=by, quorum=["head_teacher", "psychologist"])
    its, old = a_referral(session, cast), a_referral(session, cast, CLOSED)
    elsewhere = a_referral(session, cast, unit_id=cast.other_school.id)
    organisation.change(session, cast.school, by=by, forum=cast.other_school.forum)
    assert {one.forum.slug for one in (its, old, elsewhere)} == {"asken"}
    here = cast.municipality
    organisation.change(session, here, by=by, phones={"emergency": "112", "social_services": "0000-20 00 00"})
    assert set(log(session)) == {
        ("forum.quorum linden", "head_teacher, school_counsellor", "head_teacher, psychologist"),
        ("unit.forum lindskolan", "linden", "asken"),
        (f"municipality.phones.helpline {here.id}", "116 111", ""),
        (f"municipality.phones.social_services {here.id}", "0000-10 00 00", "0000-20 00 00"),
    }


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Björkens förskola", "bjorkens-forskola"),
        ("Fjordskolen, Ærø", "fjordskolen-aero"),
        ("Lindskolan", "lindskolan-2"),
        ("مدرسة", "unit"),
    ],
)
def test_a_name_becomes_a_short_name_for_addresses_that_nobody_else_has(session, cast: Cast, name, slug):
    assert organisation.free_slug(session, Unit, name) == slug


def test_the_same_value_again_is_no_change(session, cast: Cast):
    assert organisation.change(session, cast.school, by=cast.administrator.actor(), name="Lindskolan") == 0
    assert log(session) == []


def test_the_newest_changes_come_first_and_page_by_page(session, cast: Cast):
    by = cast.administrator.actor()
    for number in range(5):
        organisation.change(session, cast.school, by=by, phone=f"0000-{number}")
    assert [row.after for row in organisation.changes(session, most=2)] == ["0000-4", "0000-3"]
    assert [row.after for row in organisation.changes(session, most=2, skip=2)] == ["0000-2", "0000-1"]


def test_a_new_row_is_taken_in_and_logged(session, cast: Cast):
    new = Forum(slug="ny", name="HTL-team Ny", quorum=[])
    organisation.add(session, new, by=cast.administrator.actor())
    assert session.get(Forum, new.id) is new
    assert log(session) == [("forum.added ny", "", "HTL-team Ny")]


def test_closed_days_are_taken_away_again(session, cast: Cast):
    days = ClosedDay(first_on=date(2026, 10, 26), last_on=date(2026, 10, 30), label="Höstlov")
    organisation.add(session, days, by=cast.administrator.actor())
    organisation.remove_closed_days(session, days, by=cast.administrator.actor())
    assert session.scalars(select(ClosedDay)).all() == []
    assert log(session)[0] == (f"closed_day.removed {days.id}", "Höstlov 2026-10-26 2026-10-30", "")


def test_somebody_holds_exactly_the_roles_they_are_given(session, cast: Cast):
    kim, by = cast.counsellor, cast.administrator.actor()
    wanted = {(Role.HEAD_TEACHER, cast.school.id), (Role.ADMINISTRATOR, None)}
    assert organisation.give_roles(session, kim, wanted, by=by) == 3
    session.expire_all()
    assert {(held.role, held.unit_id) for held in kim.roles} == wanted
    assert set(log(session)) == {
        (f"account.roles {kim.id}", "assessor lindskolan", ""),
        (f"account.roles {kim.id}", "", "head_teacher lindskolan"),
        (f"account.roles {kim.id}", "", "administrator"),
    }
    assert organisation.give_roles(session, kim, wanted, by=by) == 0


def test_somebody_must_be_left_who_may_administer(session, cast: Cast):
    anton = cast.administrator
    with pytest.raises(LastAdministrator):
        organisation.give_roles(session, anton, {(Role.ASSESSOR, cast.school.id)}, by=anton.actor())


def test_the_last_administrator_cannot_be_switched_off(session, cast: Cast):
    with pytest.raises(LastAdministrator):
        organisation.change(session, cast.administrator, by=cast.administrator.actor(), is_active=False)


def test_a_new_password_is_logged_but_never_what_it_is(session, cast: Cast):
    organisation.give_password(session, cast.counsellor, "another hash", by=cast.administrator.actor())
    assert cast.counsellor.password_hash == "another hash"
    assert log(session) == [(f"account.password {cast.counsellor.id}", "", "")]
    organisation.give_password(session, cast.counsellor, "a third hash", by=None)
    assert organisation.changes(session)[0].by_id is None or organisation.changes(session)[1].by_id is None


@pytest.fixture
def shift(tmp_path: Path) -> Iterator[Path]:
    clock.use_shift_file(tmp_path / "shift")
    yield tmp_path / "shift"
    clock.use_shift_file(None)


def test_the_date_is_moved_for_everybody_and_logged(session, cast: Cast, shift: Path):
    today = clock.today(cast.municipality.timezone)
    organisation.move_date(session, clock.now() + timedelta(days=42), by=cast.administrator.actor())
    assert clock.today(cast.municipality.timezone) == today + timedelta(days=42)
    assert log(session) == [(f"municipality.date {cast.municipality.id}", str(today), str(today + timedelta(days=42)))]


def test_where_no_date_can_be_set_nothing_is_logged(session, cast: Cast):
    clock.use_shift_file(None)
    with pytest.raises(RuntimeError):
        organisation.move_date(session, clock.now(), by=cast.administrator.actor())
    assert log(session) == []


def test_nobody_but_an_administrator_changes_the_organisation(session, cast: Cast):
    days = ClosedDay(first_on=date(2026, 10, 26), last_on=date(2026, 10, 30), label="Höstlov")
    for by in (cast.coordinator.actor(), cast.head_teacher.actor(), Actor(), Actor(account_id=uuid.uuid4())):
        for attempt in (
            lambda by=by: organisation.change(session, cast.school, by=by, name="Mein"),
            lambda by=by: organisation.add(session, days, by=by),
            lambda by=by: organisation.remove_closed_days(session, days, by=by),
            lambda by=by: organisation.give_roles(session, cast.coordinator, {(Role.ADMINISTRATOR, None)}, by=by),
            lambda by=by: organisation.give_password(session, cast.coordinator, "hash", by=by),
            lambda by=by: organisation.move_date(session, clock.now(), by=by),
        ):
            with pytest.raises(NotAllowed):
                attempt()
    assert cast.school.name == "Lindskolan"
    assert session.scalars(select(OrganisationChange)).all() == []
    assert session.scalars(select(Municipality)).one() is cast.municipality
