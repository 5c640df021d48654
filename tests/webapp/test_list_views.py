"""What people do with the list: keep a view of it, and take it out as a file that says nothing of what it is about."""

import csv
import io
import zipfile
from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy import select

from referrals import clock, config, db
from referrals.models import GENERAL, AuditEvent, Unit, What
from referrals.stages import IN_CONSENT
from referrals.vocabulary import DeadlineSource
from referrals.work import saved_views
from tests.factories import a_referral, protected
from tests.webapp.browsing import Browser
from tests.webapp.desk import cast_of

SignIn = Callable[[str], Browser]


@pytest.fixture
def two(settings: config.Settings) -> tuple[str, str]:
    """A referral that is late, and one whose child's identity is protected: their numbers."""
    with db.writing(settings.database) as session:
        cast = cast_of(session)
        late = a_referral(session, cast, target_on=date(2020, 1, 2), target_source=DeadlineSource.LOCAL)
        hidden = protected(session, a_referral(session, cast, IN_CONSENT), by=cast.coordinator)
        return late.number, hidden.number


def test_filters_are_kept_as_a_view_named_by_what_it_shows_and_removed_again(signed_in: SignIn, two: object) -> None:
    karin = signed_in("karin")
    karin.get("/referrals?late=yes&stage=intake&topic=attendance&unit=lindskolan&show=all")
    page = karin.submit({}, form="view-form")
    (link,) = page.all("a", class_="view-links__link")
    assert (
        page.text_of(link) == "Only past their target · Concern to the team · Lindskolan · Attendance · All referrals"
    )
    assert link.get("aria-current") == "page"
    (link,) = karin.get("/referrals").all("a", class_="view-links__link")
    assert link.get("aria-current") is None
    assert karin.get(str(link.get("href"))).text.count(two[0]) == 0  # type: ignore[index]
    page = karin.submit({}, form="view-form")
    assert page.all("a", class_="view-links__link") == []
    assert signed_in("otto").get("/referrals").all("a", class_="view-links__link") == []


def test_a_view_of_the_board_leads_back_to_the_board(signed_in: SignIn, settings: config.Settings) -> None:
    with db.reading(settings.database) as session:
        owner = cast_of(session).coordinator.id
    karin = signed_in("karin")
    karin.get(f"/board?mine=yes&owner={owner}")
    page = karin.submit({}, form="view-form")
    assert page.heading == "Board"
    (link,) = page.all("a", class_="view-links__link")
    assert str(link.get("href")).startswith("/board?")
    assert page.text_of(link) == "Only mine · Another owner"


def test_one_too_many_is_said_and_nothing_is_lost(signed_in: SignIn, settings: config.Settings) -> None:
    with db.writing(settings.database) as session:
        karin = cast_of(session).coordinator.actor()
        for number in range(saved_views.MOST):
            saved_views.keep(session, karin, {"unit": f"skola-{number}"})
    browser = signed_in("karin")
    browser.get("/referrals?late=yes")
    page = browser.submit({}, form="view-form")
    assert "You keep 12 views already." in page.text
    assert len(page.all("a", class_="view-links__link")) == saved_views.MOST


def test_a_view_of_nothing_is_none(signed_in: SignIn) -> None:
    browser = signed_in("karin")
    browser.get("/referrals?late=yes")
    page = browser.submit({"late": "perhaps"}, form="view-form")
    assert page.all("a", class_="view-links__link") == []


def test_the_list_as_text_says_where_each_stands_and_nothing_of_what_it_is_about(
    signed_in: SignIn, settings: config.Settings, two: tuple[str, str]
) -> None:
    late, hidden = two
    answer = signed_in("karin").client.get("/referrals.csv")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="referrals.csv"'
    assert "no-store" in answer.headers["Cache-Control"]
    text = answer.data.decode("utf-8-sig")
    rows = {row[0]: row[1:] for row in csv.reader(io.StringIO(text), delimiter=";")}
    today = clock.today("Europe/Stockholm").isoformat()
    assert rows == {
        "Number": [
            "Unit",
            "Stage",
            "Status",
            "Came in",
            "In this stage since",
            "Target",
            "Where the day comes from",
            "Past its target",
        ],
        late: [
            "Lindskolan",
            "Initial assessment",
            "Waiting",
            today,
            today,
            "2020-01-02",
            "The municipality's own target",
            "Yes",
        ],
        hidden: ["", "Information and consent", "Waiting", today, today, "", "", "No"],
    }
    assert "Mila" not in text
    with db.reading(settings.database) as session:
        events = session.scalars(select(AuditEvent).where(AuditEvent.chain_id == GENERAL)).all()
        assert [event.subject for event in events if event.what is What.EXPORTED] == ["casework.referral_list"]


def test_the_list_as_a_workbook_has_the_same_lines_and_no_formula(
    signed_in: SignIn, settings: config.Settings, two: tuple[str, str]
) -> None:
    with db.writing(settings.database) as session:
        session.scalars(select(Unit).where(Unit.slug == "lindskolan")).one().name = "=1+1"
    answer = signed_in("karin").client.get("/referrals.xlsx?late=yes")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="referrals.xlsx"'
    with zipfile.ZipFile(io.BytesIO(answer.data)) as book:
        sheet, words = (book.read(f"xl/{part}.xml").decode() for part in ("worksheets/sheet1", "sharedStrings"))
    assert two[0] in words
    assert two[1] not in words
    assert ">=1+1<" in words
    assert "<f>" not in sheet
    with db.reading(settings.database) as session:
        assert session.scalars(select(AuditEvent).where(AuditEvent.what == What.EXPORTED)).one().chain_id == GENERAL


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_somebody_of_another_school_takes_out_none_of_it(signed_in: SignIn, two: tuple[str, str], kind: str) -> None:
    answer = signed_in("otto").client.get(f"/referrals.{kind}")
    assert answer.status_code == 200
    if kind == "csv":
        assert answer.data.decode("utf-8-sig").count("\r\n") == 1
    else:
        with zipfile.ZipFile(io.BytesIO(answer.data)) as book:
            assert two[0] not in book.read("xl/sharedStrings.xml").decode()
