"""The seats on a team's page: given, away with and without a stand-in, missing on a date, and taken away."""

import uuid

import pytest

from referrals import db
from referrals.forums import seats
from referrals.models import Account, RoleAssignment
from referrals.stages import TO_SCHEDULE
from referrals.vocabulary import Profession
from tests.factories import a_guardian, a_referral
from tests.people import NO_PASSWORD
from tests.teams import a_team_beside
from tests.webapp.desk import cast_of

DAYS = {"away_from": "2026-09-21", "away_until": "2026-09-25"}
DATE = {"first_on": "2026-09-22", "starts_time": "14:30", "minutes": "90", "place": "Rum 12"}


@pytest.fixture
def karin(signed_in, wednesday):
    """The browser of a coordinator."""
    return signed_in("karin")


@pytest.fixture
def ids(settings):
    """The ids of the team, of Kim, and of a colleague of hers elsewhere."""
    with db.writing(settings.database) as session:
        cast = cast_of(session)
        other = Account(
            email="ylva@trivsel.invalid", name="Ylva Strand", profession=cast.counsellor.profession, language="sv",
            password_hash=NO_PASSWORD, roles=[RoleAssignment(role=cast.counsellor.roles[0].role, unit=cast.other_school)],
        )  # fmt: skip
        session.add(other)
        session.flush()
        return f"/teams/{cast.forum.id}", str(cast.counsellor.id), str(other.id), str(cast.teacher.id)


def seat_form(page):
    return page.all("form", id="seat-form")[0]


def open_seat(karin, page):
    return karin.get(next(one.get("href") for one in page.all("a") if "/seats/" in one.get("href", "")))


def test_a_seat_is_given_once_and_a_stand_in_fills_it(karin, ids, signed_in):
    team, kim, other, _teacher = ids
    assert "Nobody sits in the team yet" in karin.get(team).text
    karin.submit(DATE)
    page = karin.submit({"account": kim}, form=seat_form(karin.get(team)))
    assert "Kim Solgren sits in the team from now on." in page.text
    assert "The team is not complete: nobody here is head teacher." in page.text
    assert "Not complete: head teacher is missing." in page.text
    again = karin.submit({"account": kim}, form=seat_form(page), status=422)
    assert any("sits in the team already" in problem for problem in again.problems)
    karin.submit({"account": "x"}, form=seat_form(again), status=422)
    open_seat(karin, karin.get(team))
    backwards = karin.submit(DAYS | {"away_until": "2026-09-20"}, status=422)
    assert any("The last day comes before the first." in problem for problem in backwards.problems)
    self_made = karin.submit(DAYS | {"stand_in": kim}, status=422)
    assert any("Nobody can stand in for themself" in problem for problem in self_made.problems)
    assert "Nobody stands in." in karin.submit(DAYS | {"stand_in": ""}).text
    overlapping = karin.submit(DAYS | {"stand_in": other}, status=422)
    assert any("Part of this time is there already" in problem for problem in overlapping.problems)
    assert "school counsellor" in karin.get(team).text.split("Not complete:")[1]
    back = next(one for one in open_seat(karin, karin.get(team)).all("form") if "/back/" in one.get("action"))
    assert "Whoever was to stand in gets no more" in karin.submit(form=back).text
    assert "Ylva Strand stands in until 25 Sept 2026." in karin.submit(DAYS | {"stand_in": other}).text
    page = signed_in("petra").get(team)
    assert "Ylva Strand stands in." in page.text
    assert not page.all("form", id="seat-form")
    drop = next(one for one in open_seat(karin, karin.get(team)).all("form") if one.get("action").endswith("/drop"))
    assert "Kim Solgren sits in the team no more." in karin.submit(form=drop).text
    stale = karin.submit(form=drop)
    assert "That seat is gone already: somebody took it away. Nothing else was changed." in stale.text
    assert "Nobody sits in the team yet" in stale.text


def _let_be(settings, account_id, profession):
    with db.writing(settings.database) as session:
        session.get_one(Account, uuid.UUID(account_id)).profession = profession


def test_who_stands_in_as_a_rule_stands_in_the_form_and_can_be_changed(karin, ids, signed_in, settings):
    team, kim, other, teacher = ids
    karin.get(team)
    karin.submit({"account": kim}, form=seat_form(karin.page))
    page = open_seat(karin, karin.get(team))
    at = page.path
    wrong = karin.submit({"always": teacher}, form=page.form("rule-form"), status=422)
    assert any("same profession" in problem for problem in wrong.problems)
    karin.submit({"always": "x"}, form=wrong.form("rule-form"), status=422)
    page = karin.submit({"always": other}, form=karin.get(at).form("rule-form"))
    assert "Ylva Strand stands in whenever Kim Solgren is away" in page.text
    assert page.fields(page.form())["stand_in"] == other
    assert "Whenever away, Ylva Strand stands in." in signed_in("petra").get(team).text
    _let_be(settings, other, Profession.PSYCHOLOGIST)
    assert "Whenever away" not in karin.get(team).text, "of another profession by now"
    _let_be(settings, other, Profession.SCHOOL_COUNSELLOR)
    karin.get(at)
    assert "Nobody stands in." in karin.submit(DAYS | {"stand_in": ""}).text
    page = karin.submit({"always": ""}, form=karin.get(at).form("rule-form"))
    assert "Nobody stands in as a rule." in page.text
    assert page.fields(page.form())["stand_in"] == ""


def test_where_nobody_has_the_same_profession_it_says_so_and_a_time_away_is_noted_all_the_same(karin, ids, settings):
    team, kim, other, _teacher = ids
    _let_be(settings, other, Profession.PSYCHOLOGIST)
    karin.get(team)
    karin.submit({"account": kim}, form=seat_form(karin.page))
    page = open_seat(karin, karin.get(team))
    assert "Nobody can stand in: only somebody of the same profession may" in page.text
    assert not page.all("select")
    assert not page.all("form", id="rule-form")
    assert "Nobody stands in." in karin.submit(DAYS).text


@pytest.mark.parametrize("has_date", [False, True])
def test_the_call_begins_with_who_sits_in_the_team(karin, ids, settings, has_date):
    team, kim, _other, teacher = ids
    karin.get(team)
    if has_date:
        karin.submit(DATE)
    karin.submit({"account": teacher}, form=seat_form(karin.get(team)))
    with db.writing(settings.database) as session:
        cast = cast_of(session)
        referral = a_referral(session, cast, TO_SCHEDULE)
        a_guardian(session, referral, told_by=cast.coordinator)
        number = referral.number
    page = karin.get(f"/referrals/{number}/team-review")
    ticked = [one.get("value") for one in page.all("input", name="called") if one.get("checked") is not None]
    assert teacher in ticked
    assert kim not in ticked


def test_a_head_teacher_names_who_coordinates_a_team_beside_the_first(signed_in, settings, wednesday):
    with db.writing(settings.database) as session:
        beside = a_team_beside(session, cast_of(session))
        beside.coordinator.language = "en"
        team = f"/teams/{beside.forum.id}"
        seat = next(one.id for one in seats.seats_of(session, beside.forum) if one.account is beside.coordinator)
    signed_in("karin").get(team, status=404)
    bea = signed_in("bea")
    page = bea.get(team)
    assert "Concerns from Lindskolan come in to HTL-team Linden." in page.text
    assert "coordinates the team" in page.text
    assert not bea.get(f"{team}/seats/{seat}").all("form", id="coordinates-form")
    assert bea.get("/board")
    henrik = signed_in("henrik")
    form = henrik.get(f"{team}/seats/{seat}").all("form", id="coordinates-form")[0]
    page = henrik.submit({"coordinates": ""}, form=form)
    assert "Bea Hagsten does not coordinate the team." in page.text
    assert "coordinates the team" not in signed_in("bea").get(team).text
    form = page.all("form", id="coordinates-form")[0]
    assert "Bea Hagsten coordinates the team from now on." in henrik.submit({"coordinates": "yes"}, form=form).text
