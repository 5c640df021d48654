"""The school year as a page and as a paper, for who works in the team, and the sentence where somebody would sit in two at once."""

import pytest

from referrals import db
from referrals.models import RoleAssignment
from tests.webapp.desk import cast_of

SERIES = {"first_on": "2026-09-22", "last_on": "2026-10-06", "every_weeks": "2", "starts_time": "14:30", "minutes": "90", "place": "Rum 12"}  # fmt: skip


@pytest.fixture
def karin(signed_in, wednesday):
    """The browser of a coordinator."""
    return signed_in("karin")


@pytest.fixture
def ids(settings):
    """The addresses of both teams, and Kim, who works for both."""
    with db.writing(settings.database) as session:
        cast = cast_of(session)
        cast.counsellor.roles.append(RoleAssignment(role=cast.counsellor.roles[0].role, unit=cast.other_school))
        return f"/teams/{cast.forum.id}", f"/teams/{cast.other_school.forum.id}", str(cast.counsellor.id)


def give_seat(browser, team, who):
    page = browser.get(team)
    return browser.submit({"account": who}, form=page.all("form", id="seat-form")[0])


def test_the_year_of_a_team_stands_month_by_month_and_leads_to_its_paper(karin, ids, signed_in):
    team, other, _kim = ids
    karin.get(team)
    page = karin.submit(SERIES)
    address = next(one.get("href") for one in page.all("a") if one.get("href", "").endswith("/year/2026"))
    page = karin.get(address)
    assert "The school year 2026–2027" in page.text
    assert [page.text_of(one) for one in page.all("time")] == ["Tue 22, 14:30–16:00", "Tue 6, 14:30–16:00"]
    assert len(page.all("h2")) == 12
    assert [one.get("href") for one in page.all("a", rel="next")] == [f"{team}/year/2027"]
    assert not karin.get(f"{team}/year/2027").all("time")
    paper = karin.client.get(f"{address}/year.pdf")
    assert paper.mimetype == "application/pdf"
    assert paper.headers["Content-Disposition"] == 'inline; filename="year.pdf"'
    for who in ("otto", "anton"):
        signed_in(who).get(address, status=404)
        assert signed_in(who).client.get(f"{address}/year.pdf").status_code == 404
    karin.get(f"{other}/year/2026", status=404)


def test_whoever_works_in_several_teams_has_one_year_for_all(karin, ids, signed_in):
    team, other, _kim = ids
    otto, kim = signed_in("otto"), signed_in("kim")
    for browser, address in ((karin, team), (otto, other)):
        browser.get(address)
        browser.submit(SERIES)
    assert "The school year of all your teams" not in karin.get("/teams").text
    page = kim.get("/teams")
    assert "/teams/year/2026" in [one.get("href") for one in page.all("a")]
    page = kim.get("/teams/year/2026")
    assert page.text.count("HTL-team Asken meets at the same time.") == 2
    assert kim.client.get("/teams/year/2026/year.pdf").mimetype == "application/pdf"
    assert "HTL-team Asken" not in karin.get("/teams/year/2026").text


@pytest.mark.parametrize("begins", ["1999", "2201", "99999999999"])
def test_there_is_no_calendar_for_years_nobody_plans(karin, ids, begins):
    team, *_rest = ids
    for address in (f"{team}/year/{begins}", f"{team}/year/{begins}/year.pdf", f"/teams/year/{begins}"):
        assert karin.client.get(address).status_code == 404
    assert karin.get("/teams/year/2000").all("a", rel="next")
    assert not karin.get("/teams/year/2000").all("a", rel="prev")
    assert not karin.get("/teams/year/2200").all("a", rel="next")


def test_dates_are_set_and_whoever_would_sit_in_two_teams_at_once_is_named(karin, ids, signed_in):
    team, other, kim = ids
    otto = signed_in("otto")
    give_seat(otto, other, kim)
    otto.get(other)
    otto.submit(SERIES)
    give_seat(karin, team, kim)
    karin.get(team)
    page = karin.submit(SERIES | {"last_on": "2026-10-20"})
    assert "3 dates have been added." in page.text
    when = "22 Sept 2026, 6 Oct 2026"
    assert f"Kim Solgren sits in HTL-team Asken too, which meets at the same time: {when}." in page.text
    assert page.text.count("Kim Solgren sits in HTL-team Asken too, which meets at the same time.") == 2


def test_a_seat_in_a_second_team_that_meets_at_once_is_given_and_said(karin, ids, signed_in):
    team, other, kim = ids
    otto = signed_in("otto")
    otto.get(other)
    otto.submit(SERIES | {"last_on": ""})
    karin.get(team)
    karin.submit(SERIES)
    assert "too, which" not in give_seat(karin, team, kim).text
    said = give_seat(otto, other, kim).text
    assert "Kim Solgren sits in the team from now on. Kim Solgren sits in HTL-team Linden too" in said
    assert "at the same time: 22 Sept 2026." in said
