"""Board, list, search and live events, as a browser meets them."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from referrals import clock, config, db, history
from referrals.models import Concern, Referral
from referrals.stages import CLOSED, IN_CONSENT, IN_TRIAGE, PARTS_REQUESTED, PLAN_ACTIVE, SCHEDULED, State, Verb
from referrals.vocabulary import DeadlineSource, ProtectionAnswer
from tests.factories import a_meeting, a_member, a_part, a_referral
from tests.webapp.browsing import Browser
from tests.webapp.desk import cast_of
from webapp.casework import live
from webapp.web_worker import THREADS

SignIn = Callable[[str], Browser]
Put = Callable[..., str]


@pytest.fixture
def put(app: Flask, settings: config.Settings) -> Put:
    """Puts a number of referrals in a state into this application's database; the number of the last."""

    def put(
        state: State = IN_TRIAGE, *, times: int = 1, member: str | None = None, owner: str = "", **values: Any
    ) -> str:
        with db.writing(settings.database) as session:
            cast = cast_of(session)
            if owner:
                values["owner_id"] = getattr(cast, owner).id
            for _ in range(times):
                referral = a_referral(session, cast, state, **values)
            if member:
                a_member(session, referral, getattr(cast, member))
            return referral.number

    return put


def test_the_board_shows_each_referral_in_its_column_without_a_name(put: Put, signed_in: SignIn) -> None:
    number = put(PLAN_ACTIVE, owner="coordinator", target_on=date(2031, 3, 4))
    page = signed_in("karin").get("/board")
    (card,) = page.all("li", class_="board-card")
    said = {str(part.get("class")): page.text_of(part) for part in card}
    assert said == {
        "board-card__number": number, "board-card__topics": "Attendance, Friends and belonging", "board-card__tags": "In progress",
        "board-card__facts": "Target 4 Mar 2031 Age 0 days", "board-card__owner": "Karin Almkvist",
    }  # fmt: skip
    assert "Mila" not in page.response.text


@pytest.mark.parametrize("path", ["/board", "/referrals", "/home"])
def test_each_day_says_where_it_comes_from(put: Put, signed_in: SignIn, path: str) -> None:
    put(target_on=date(2031, 3, 4), target_source=DeadlineSource.AGREEMENT)
    put(target_on=date(2031, 3, 5))
    page = signed_in("karin").get(path)
    assert [page.text_of(one) for one in page.all("small", class_="day-source")] == ["By agreement with others"]


def test_a_line_of_the_list_says_as_much_as_a_card_and_where(put: Put, signed_in: SignIn) -> None:
    number = put(PLAN_ACTIVE, owner="coordinator", target_on=date(2031, 3, 4))
    page = signed_in("karin").get("/referrals")
    (line,) = page.all("tbody")[0].iter("tr")
    assert [page.text_of(cell) for cell in line] == [
        number, "Attendance, Friends and belonging", "Lindskolan", "ImplementationIn progress", "4 Mar 2031", "Came in today",
        "Karin Almkvist",
    ]  # fmt: skip


@pytest.mark.parametrize("path", ["/board", "/referrals", "/home", "/referrals/{number}"])
def test_the_day_of_the_meeting_stands_beside_the_target_and_does_not_take_its_place(
    put: Put, signed_in: SignIn, settings: config.Settings, path: str
) -> None:
    number = put(SCHEDULED, target_on=date(2020, 1, 2))
    with db.writing(settings.database) as session:
        referral = session.scalars(select(Referral)).one()
        starts_at = datetime(2031, 3, 4, 9, tzinfo=UTC)
        a_meeting(session, referral, called_by=cast_of(session).coordinator, starts_at=starts_at)
    page = signed_in("karin").get(path.format(number=number))
    assert "Team meeting on 4 Mar 2031" in page.text or "Team meeting4 Mar 2031" in page.text
    assert "2 Jan 2020" in page.text
    assert "Past its target" in page.text or "Late" in page.text


@pytest.mark.parametrize("path", ["/board", "/referrals"])
@pytest.mark.parametrize("asked", ["owner={owner}", "topic=attendance", "mine=yes", "late=yes"])
def test_what_the_address_asks_for_is_shown_and_nothing_else(
    put: Put, signed_in: SignIn, settings: config.Settings, path: str, asked: str
) -> None:
    wanted = put(owner="coordinator", topics=["attendance"], target_on=date(2020, 1, 2))
    other = put(owner="second_coordinator", topics=["peers"], target_on=date(2031, 3, 4))
    with db.reading(settings.database) as session:
        owner = cast_of(session).coordinator.id
    text = signed_in("karin").get(f"{path}?{asked.format(owner=owner)}").text
    assert (wanted in text, other in text) == (True, False)


def test_what_is_late_is_said_in_words(put: Put, signed_in: SignIn) -> None:
    put(target_on=date(2020, 1, 2))
    page = signed_in("karin").get("/board")
    assert "1 past its target" in page.text
    assert "Past its target" in page.text


def test_fear_of_harm_is_marked_until_somebody_decides_for_those_who_may_read_the_concern(
    put: Put, signed_in: SignIn, settings: config.Settings
) -> None:
    numbers = [put(member="counsellor"), put(member="counsellor"), put(IN_CONSENT, member="counsellor")]
    answers = [ProtectionAnswer.YES, ProtectionAnswer.UNSURE, ProtectionAnswer.YES]
    with db.writing(settings.database) as session:
        for number, answer in zip(numbers, answers, strict=True):
            session.scalars(select(Concern).join(Referral).where(Referral.number == number)).one().protection = answer
    karin, kim = signed_in("karin"), signed_in("kim")
    for address in ("/board", "/referrals"):
        page = karin.get(address)
        assert all(number in page.text for number in numbers)
        assert page.text.count("Fear of harm") == 1
    seen_by_kim = kim.get("/board").text
    assert numbers[0] in seen_by_kim
    assert "Fear of harm" not in seen_by_kim


def test_parts_that_nobody_was_asked_for_are_not_called_requested(
    put: Put, signed_in: SignIn, settings: config.Settings
) -> None:
    number = put(PARTS_REQUESTED)
    karin = signed_in("karin")
    for address in ("/board", "/referrals", f"/referrals/{number}"):
        text = karin.get(address).text
        assert "Nobody has been asked yet" in text
        assert "Requested" not in text
    with db.writing(settings.database) as session:
        referral = session.scalars(select(Referral).where(Referral.number == number)).one()
        cast = cast_of(session)
        a_part(session, referral, cast.counsellor, asked_by=cast.coordinator)
    for address in ("/board", "/referrals", f"/referrals/{number}"):
        assert "Requested" in karin.get(address).text


def test_an_empty_board_says_so_kindly(app: Flask, signed_in: SignIn) -> None:
    assert "When a concern comes in, it shows up here." in signed_in("karin").get("/board").text


def test_filters_that_leave_nothing_can_be_cleared(put: Put, signed_in: SignIn) -> None:
    put()
    page = signed_in("karin").get("/board?stage=closure")
    assert "Nothing matches these filters" in page.text
    assert "Clear the filters" in page.text


def test_filters_stay_in_the_address_between_board_and_list(put: Put, signed_in: SignIn) -> None:
    wanted, other = put(IN_CONSENT), put(IN_TRIAGE)
    browser = signed_in("karin")
    page = browser.get("/board?stage=consent&unit=lindskolan")
    (link,) = [link for link in page.all("a") if link.get("class") == "views__link" and not link.get("aria-current")]
    listed = browser.get(str(link.get("href")))
    for shown in (page, listed):
        assert wanted in shown.text
        assert other not in shown.text


def test_filters_that_make_no_sense_are_left_aside(put: Put, signed_in: SignIn) -> None:
    number = put()
    page = signed_in("karin").get("/referrals?stage=nonsense&owner=nobody&topic=x&show=y&page=no&unit=")
    assert number in page.text


def test_a_long_list_has_pages(put: Put, signed_in: SignIn) -> None:
    put(times=51)
    page = signed_in("karin").get("/referrals?page=2")
    assert "51 referrals" in page.text
    assert len(page.all("tr")) == 2


def test_a_full_column_leads_to_the_list(put: Put, signed_in: SignIn) -> None:
    put(times=13)
    assert "All 13 in the list" in signed_in("karin").get("/board").text


def test_ended_referrals_are_in_the_list_when_asked_for(put: Put, signed_in: SignIn) -> None:
    number = put(CLOSED)
    browser = signed_in("karin")
    assert number not in browser.get("/referrals").text
    assert number in browser.get("/referrals?show=ended").text


def test_a_number_leads_straight_to_the_referral(put: Put, signed_in: SignIn) -> None:
    number = put()
    page = signed_in("karin").get(f"/search?reference={number.lower()}")
    assert page.path == f"/referrals/{number}"


def test_unknown_and_forbidden_numbers_give_the_same_answer(put: Put, signed_in: SignIn) -> None:
    number = put()
    browser = signed_in("otto")
    forbidden = browser.get(f"/search?reference={number}", status=404).text.replace(number, "X")
    unknown = browser.get("/search?reference=HTL-0000-0000", status=404).text.replace("HTL-0000-0000", "X")
    assert forbidden == unknown


def test_an_empty_search_asks_for_the_number(app: Flask, signed_in: SignIn) -> None:
    assert "Write the number" in signed_in("karin").get("/search").text


@pytest.mark.parametrize("path", ["/board", "/referrals"])
@pytest.mark.parametrize("who", ["otto", "anton", "kim"])
def test_who_has_nothing_to_do_with_it_sees_no_trace(put: Put, signed_in: SignIn, who: str, path: str) -> None:
    number = put()
    assert number not in signed_in(who).get(path).response.text


def test_an_assessor_sees_what_they_are_asked_for(put: Put, signed_in: SignIn) -> None:
    number = put(member="special_educator")
    assert number in signed_in("petra").get("/board").text


def test_live_updates_can_be_paused(app: Flask, signed_in: SignIn) -> None:
    browser = signed_in("karin")
    assert "sse-connect" in browser.get("/board").response.text
    paused = browser.get("/board?live=no")
    assert "sse-connect" not in paused.response.text
    assert "Resume live updates" in paused.text


@pytest.fixture(autouse=True)
def every_place_is_free(monkeypatch: pytest.MonkeyPatch) -> None:
    """No stream of another test holds a place."""
    monkeypatch.setattr(live, "_places", live.Places())


def test_the_stream_says_changed_and_nothing_else(
    put: Put, signed_in: SignIn, settings: config.Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = put()
    monkeypatch.setattr(live, "LOOK_EVERY", 0.01)
    stream = signed_in("karin").client.get("/live")
    events = stream.response.__iter__()
    assert next(events) == b"retry: 3000\n\n"
    assert next(events) == b": \n\n"
    with db.writing(settings.database) as other:
        row = other.scalars(select(Referral).where(Referral.number == number)).one()
        history.record(other, row, Verb.ASSIGN_OWNER, by=cast_of(other).coordinator.actor())
    said = next(events)
    while said == b": \n\n":
        said = next(events)
    assert said == b"event: changed\ndata: changed\n\n"
    stream.close()


def test_a_stream_ends_by_itself(app: Flask, signed_in: SignIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "LONGEST", 0.0)
    assert signed_in("karin").client.get("/live").data == b"retry: 3000\n\n"


def test_when_all_places_are_taken_the_page_is_told_to_poll_and_who_closes_gives_the_place_back(
    app: Flask, signed_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "LONGEST", 0.0)
    browser = signed_in("karin")
    served = b"retry: 3000\n\n"
    first = browser.client.get("/live")
    assert browser.client.get("/live").data == b"event: full\ndata: full\n\n"
    first.close()
    with browser.client.get("/live") as third:
        assert third.data == served
    assert browser.client.get("/live").data == served


def test_a_server_with_a_single_thread_keeps_it_for_pages(signed_in: SignIn) -> None:
    answer = signed_in("karin").client.get("/live", environ_overrides={THREADS: 1})
    assert answer.data == b"event: full\ndata: full\n\n"


def test_a_board_that_is_told_so_hangs_up_and_asks_every_fifteen_seconds_by_itself(signed_in: SignIn) -> None:
    page = signed_in("karin").get("/board")
    (line,) = [one for one in page.all("div") if one.get("sse-connect")]
    (board,) = [one for one in page.all("div") if one.get("id") == "board"]
    assert (line.get("sse-connect"), line.get("sse-close")) == ("/live", "full")
    assert str(board.get("hx-trigger")).split(", ") == ["sse:changed", "every 15s"]


def test_age_counts_whole_days(put: Put, signed_in: SignIn) -> None:
    put(opened_at=clock.now() - timedelta(days=3))
    assert "Age 3 days" in signed_in("karin").get("/board").text


def test_a_board_whose_session_has_ended_leads_to_the_sign_in_as_a_whole(app):
    answer = app.test_client().get("/board?unit=lindskolan", headers={"HX-Request": "true"})
    assert (answer.status_code, answer.headers["HX-Redirect"]) == (200, "/sign-in?next=%2Fboard%3Funit%3Dlindskolan")
    assert answer.text == ""


def test_a_board_without_connection_says_so_where_its_time_stands(signed_in):
    page = signed_in("karin").get("/board")
    (said,) = page.all("p", id="board-as-of")
    (board,) = page.all("div", id="board")
    assert said.get("data-failed").startswith("No connection. This is how it stood at")
    assert board.get("data-says") == "#board-as-of"
