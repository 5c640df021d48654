"""The secret link to a team's dates: made by its coordinators, read without a sign-in, and closed by the next one."""

import re
import uuid
from datetime import timedelta

import pytest
from icalendar import Calendar
from sqlalchemy import select

from referrals import clock, db
from referrals.access import Actor, Role
from referrals.errors import NotAllowed
from referrals.forums import subscription
from referrals.models import OrganisationChange, RoleAssignment, SeatAbsence, TeamDate, TeamSeat
from tests.webapp.desk import cast_of

DATE = {"first_on": "2026-09-22", "starts_time": "14:30", "minutes": "90", "place": "Rum 12"}


@pytest.fixture
def team(settings, app):
    """The address of the cast's team."""
    with db.reading(settings.database) as session:
        return f"/teams/{cast_of(session).forum.id}"


def link_form(page):
    return next(one for one in page.all("form") if one.get("action", "").endswith("/subscription"))


def link_on(page) -> str:
    return re.search(r"https?://[^/]+(/teams/\S+\.ics)", page.text)[1]


def test_a_link_shows_the_dates_to_programs_and_the_next_one_closes_it(browser, signed_in, team, wednesday, settings):
    karin = signed_in("karin")
    karin.get(team)
    karin.submit(DATE)
    assert "There is no link yet." in karin.page.text
    first = link_on(karin.submit(form=link_form(karin.page)))
    assert "The link is made." in karin.page.text
    assert "made before" not in karin.page.text, "there was none before"
    assert karin.page.all("details", id="subscription")[0].get("open") is not None
    answer = browser.client.get(first)
    (event,) = Calendar.from_ical(answer.data).walk("VEVENT")
    assert (answer.mimetype, event["summary"], event["location"]) == ("text/calendar", "HTL-team Linden", "Rum 12")
    assert {"ATTENDEE", "DESCRIPTION", "ORGANIZER"}.isdisjoint(event)
    assert link_on(signed_in("petra").get(team)) == first
    second = link_on(karin.submit(form=link_form(karin.get(team))))
    assert "One that was made before opens nothing any more." in karin.page.text
    assert browser.client.get(first).status_code == 404
    assert browser.client.get(second).status_code == 200
    with db.reading(settings.database) as session:
        changes = session.scalars(select(OrganisationChange).where(OrganisationChange.subject.contains("links_made")))
        assert {(row.before, row.after) for row in changes} == {("0", "1"), ("1", "2")}
        assert not any(second.split("/")[-1].removesuffix(".ics") in f"{row.before}{row.after}" for row in changes)


def test_without_a_link_there_is_nothing_and_only_coordinators_make_one(browser, signed_in, team):
    assert browser.client.get(f"{team}/subscription/{'0' * 64}.ics").status_code == 404
    assert browser.client.get("/teams/00000000-0000-4000-8000-000000000000/subscription/x.ics").status_code == 404
    petra = signed_in("petra")
    assert "Let a calendar program follow" not in petra.get(team).text
    token = re.search(r'csrf_token" value="([^"]+)"', petra.client.get("/account").text)[1]
    assert petra.client.post(f"{team}/subscription", data={"csrf_token": token}).status_code == 404


def test_ones_own_link_shows_all_teams_as_long_as_one_works_in_them(browser, signed_in, team, wednesday, settings):
    karin = signed_in("karin")
    karin.get(team)
    karin.submit(DATE)
    with db.writing(settings.database) as session:
        cast = cast_of(session)
        other = cast.other_school.forum
        at = clock.now() + timedelta(days=7)
        session.add(TeamDate(forum=other, starts_at=at, minutes=60, place="Askskolan"))
        cast.coordinator.roles.append(RoleAssignment(role=Role.COORDINATOR, unit=cast.other_school))
    page = karin.get("/teams")
    assert "There is no link yet." in page.text
    first = link_on(karin.submit(form=link_form(page)))
    read = browser.client.get(first)
    assert read.mimetype == "text/calendar"
    assert [str(one["location"]) for one in Calendar.from_ical(read.data).walk("VEVENT")] == ["Rum 12", "Askskolan"]
    own = link_on(karin.submit(form=link_form(karin.get("/teams"))))
    assert browser.client.get(first).status_code == 404
    with db.writing(settings.database) as session:
        cast = cast_of(session)
        roles = cast.coordinator.roles
        roles[:] = [one for one in roles if one.unit_id != cast.other_school.id]
    assert len(Calendar.from_ical(browser.client.get(own).data).walk("VEVENT")) == 1
    with db.writing(settings.database) as session:
        cast_of(session).coordinator.is_active = False
    assert browser.client.get(own).status_code == 404
    assert browser.client.get(f"/teams/subscription/{uuid.uuid4()}/x.ics").status_code == 404


def test_ones_own_link_shows_another_teams_dates_only_in_the_days_one_stands_in_and_closes(
    browser, signed_in, team, wednesday, settings
):
    with db.writing(settings.database) as session:
        cast = cast_of(session)
        other, now = cast.other_school.forum, clock.now()
        held = TeamSeat(forum=other, account=cast.outsider)
        held.absences.append(SeatAbsence(stand_in=cast.coordinator, begins_at=now, ends_at=now + timedelta(days=8)))
        session.add(held)
        for days in (7, 14):
            session.add(TeamDate(forum=other, starts_at=now + timedelta(days=days), minutes=60, place=f"Rum {days}"))
    karin = signed_in("karin")
    first = link_on(karin.submit(form=link_form(karin.get("/teams"))))
    assert [str(one["location"]) for one in Calendar.from_ical(browser.client.get(first).data).walk("VEVENT")] == [
        "Rum 7"
    ]
    assert "Close the link" in karin.get("/teams").text
    page = karin.submit(button=("act", "close"), form=link_form(karin.get("/teams")))
    assert "The link is closed: it opens nothing any more." in page.text
    assert "There is no link yet." in page.text
    assert browser.client.get(first).status_code == 404
    with db.writing(settings.database) as session:
        subscription.close_own_link(session, by=cast_of(session).coordinator.actor())  # again, which changes nothing
        changes = session.scalars(select(OrganisationChange).where(OrganisationChange.subject.contains("link_closed")))
        assert [(row.before, row.after) for row in changes] == [("False", "True")]
    assert "own link for calendar programs closed" in signed_in("anton").get("/administration/changes").text
    second = link_on(karin.submit(form=link_form(page)))
    with db.reading(settings.database) as session:
        changes = session.scalars(select(OrganisationChange).where(OrganisationChange.subject.contains("link_closed")))
        assert {(row.before, row.after) for row in changes} == {("False", "True"), ("True", "False")}
    assert second != first
    assert browser.client.get(first).status_code == 404
    assert browser.client.get(second).status_code == 200


def test_a_link_that_a_version_before_closed_during_the_upgrade_stays_closed(settings, app):
    with db.writing(settings.database) as session:
        account = cast_of(session).coordinator
        subscription.make_own_link(session, by=account.actor())
        first = subscription.secret_of(account)
        account.links_made = -account.links_made
        assert subscription.secret_of(account) is None
        subscription.close_own_link(session, by=account.actor())
        assert not account.is_link_closed, "it is closed already"
        subscription.make_own_link(session, by=account.actor())
        assert subscription.secret_of(account) not in {None, first}
        assert not subscription.opens(account, first)


def test_nobody_but_staff_has_a_link_of_their_own(settings, app):
    with db.writing(settings.database) as session, pytest.raises(NotAllowed):
        subscription.make_own_link(session, by=Actor())
