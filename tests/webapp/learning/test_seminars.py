"""The pages of learning seminars: planned with lessons of the catalogue, printed, changed and called off."""

import io

import pytest
import sqlalchemy as sa
from pypdf import PdfReader

from referrals import clock, db
from referrals.models import Seminar
from tests import lessons
from tests.webapp.desk import cast_of


@pytest.fixture
def lesson_id(settings, app):
    """A lesson in the catalogue."""
    with db.writing(settings.database) as session:
        return str(lessons.publish(session, cast_of(session)).id)


@pytest.fixture
def typed(lesson_id):
    """A whole form."""
    day = clock.now().date() + lessons.timedelta(days=30)
    return {
        "name": "Höstens seminarium", "day": day.isoformat(), "starts_time": "13:30", "place": "Stadshuset, sal 3",
        "lesson_ids": [lesson_id], "questions": "Vad prövar vi härnäst?",
    }  # fmt: skip


@pytest.fixture
def planned(signed_in, typed):
    """The coordinator's browser on the page of a seminar just planned."""
    karin = signed_in("karin")
    karin.get("/seminars/new")
    page = karin.submit(typed)
    assert "The seminar is planned." in page.text
    return karin, page


def test_a_seminar_is_planned_and_its_agenda_printed_by_all_who_read_lessons(planned, signed_in):
    _karin, page = planned
    assert "13:30" in page.text
    rune = signed_in("rune")
    assert "Höstens seminarium" in rune.get("/seminars").text
    assert "Plan a seminar" not in rune.get("/seminars").text
    assert not rune.get(page.path).all("details", class_="extracts")
    paper = rune.client.get(f"{page.path}/agenda")
    assert (paper.mimetype, paper.headers["Content-Disposition"]) == (
        "application/pdf",
        'inline; filename="agenda.pdf"',
    )
    text = "\n".join(one.extract_text() for one in PdfReader(io.BytesIO(paper.data)).pages)
    assert lessons.WORDS.title in text
    for name in ("leo", "anton"):
        assert signed_in(name).client.get(page.path).status_code == 404
        assert signed_in(name).client.get("/seminars").status_code == 404


def test_it_is_changed_with_what_it_says_and_called_off(planned):
    karin, page = planned
    page = karin.submit({"place": ""}, form=page.form("main-form"), status=422)
    assert page.problems
    page = karin.submit({"place": "Biblioteket", "questions": "Hur mår Olle?"}, form=page.form("main-form"), status=422)
    assert "“Olle” looks like a name." in " ".join(page.problems)
    page = karin.submit({"questions": ""}, form=page.form("main-form"))
    assert "The seminar has been changed." in page.text
    assert "13:30 · Biblioteket" in page.text
    assert "Vad prövar vi härnäst?" not in page.text
    off = next(one for one in page.all("form") if one.get("action", "").endswith("/calling-off"))
    page = karin.submit(form=off)
    assert "The seminar is called off." in page.text
    assert "No seminar is planned" in page.text


def test_a_seminar_without_lessons_or_with_a_name_is_sent_back(signed_in, typed):
    karin = signed_in("karin")
    karin.get("/seminars/new")
    assert karin.submit(typed | {"lesson_ids": []}, status=422).problems == [
        "Lessons to talk about: Choose at least one."
    ]
    page = karin.submit(typed | {"name": "Om Olle"}, status=422)
    assert "“Olle” looks like a name." in " ".join(page.problems)
    assert page.fields(page.form())["questions"] == typed["questions"]


def test_nobody_changes_what_another_planned(app, planned, signed_in, typed):
    _karin, page = planned
    app.config["WTF_CSRF_ENABLED"] = False
    for name in ("sanna", "kim", "rune"):
        client = signed_in(name).client
        assert client.post(page.path, data=typed).status_code == 404
        assert client.post(f"{page.path}/calling-off").status_code == 404
    assert signed_in("kim").client.get("/seminars/new").status_code == 404


def test_without_lessons_there_is_nothing_to_plan_and_who_reads_none_plans_none(signed_in, settings, app):
    assert "No lesson yet" in signed_in("karin").get("/seminars/new").text
    with db.writing(settings.database) as session:
        cast_of(session).coordinator.profession = cast_of(session).volunteer.profession
    assert signed_in("karin").client.get("/seminars/new").status_code == 404
    assert signed_in("karin").client.post("/seminars/new", data={}).status_code in (400, 404)


def test_who_came_is_counted_by_school_and_the_missing_ones_are_listed(planned, signed_in, settings):
    """C21 as people do it."""
    karin, page = planned
    address = page.path
    assert "Say how many came from each" not in page.text
    with db.writing(settings.database) as session:
        found = session.scalars(sa.select(Seminar)).one()
        found.starts_at = clock.now() - lessons.timedelta(hours=1)
    page = karin.get(address)
    page = karin.submit({"came-1-count": "x"}, form=page.form("attendance-form"), status=422)
    assert page.problems
    page = karin.submit({"came-1-count": "4"}, form=page.form("attendance-form"))
    assert "The numbers have been saved." in page.text
    assert "Lindskolan: 4" in page.text
    assert "Not represented: Askskolan" in " ".join(page.text.split())
    page = karin.submit(form=page.form("attendance-form"))
    assert "Nothing has changed." in page.text
    page = karin.submit({"came-0-count": "1"}, form=page.form("attendance-form"))
    assert "Every school and preschool was represented." in page.text
    kim = signed_in("kim")
    page = kim.get(address)
    assert "Lindskolan: 4" in page.text
    assert "Say how many came from each" not in page.text


def test_nobody_else_counts_who_came(app, planned, signed_in):
    _karin, page = planned
    app.config["WTF_CSRF_ENABLED"] = False
    assert signed_in("kim").client.post(f"{page.path}/attendance", data={}).status_code == 404
