"""The pages of exports for research: asked for, decided, and fetched until their end."""

import io
import zipfile
from datetime import timedelta

import pytest
from sqlalchemy import select

from referrals import clock, db
from referrals.models import AuditEvent, ResearchExport, What
from tests.referrals.patterns.lived import a_course, count_what_is_due
from tests.webapp.desk import cast_of

PURPOSE = "Hur lika stöd får barn i olika områden?"


@pytest.fixture
def lived(settings, wednesday):
    """Six concerns last spring."""
    with db.writing(settings.database) as session:
        cast = cast_of(session)
        for _ in range(6):
            a_course(session, cast, cast.school)
        count_what_is_due(session)


def typed(**values):
    ends_on = clock.now().date() + timedelta(days=30)
    return {
        "purpose": PURPOSE, "first": "2026-spring", "last": "2026-spring", "ends_on": ends_on.isoformat(),
    } | values  # fmt: skip


def ask(rune, *, status=200, **values):
    rune.get("/research/new")
    return rune.submit(typed(**values), status=status)


def fetched(settings):
    with db.reading(settings.database) as session:
        return session.scalars(select(AuditEvent.subject).where(AuditEvent.what == What.EXPORTED)).all()


def test_it_is_asked_for_approved_by_the_management_and_fetched_with_its_codebook(signed_in, settings, lived):
    rune, margit = signed_in("rune"), signed_in("margit")
    page = ask(rune)
    assert "You have asked for the export." in page.text
    assert "Waits for the management" in rune.get("/research").text
    refused = rune.get(f"{page.path}/export.zip")
    assert "The management has not approved this export yet." in refused.text
    assert fetched(settings) == []
    here = margit.get(page.path)
    assert PURPOSE in here.text
    assert "Exports for research" in margit.get("/patterns").text
    assert 'href="/research"' in rune.get("/home").response.text
    margit.get(page.path)
    assert "The export is approved." in margit.submit({}, form="approval").text
    assert "Fetch the export (ZIP)" in rune.get(page.path).text
    answer = rune.client.get(f"{page.path}/export.zip")
    assert answer.mimetype == "application/zip"
    assert "codebook.csv" in zipfile.ZipFile(io.BytesIO(answer.data)).namelist()
    assert fetched(settings) == ["fetch_export"]
    assert margit.client.get(f"{page.path}/export.zip").status_code == 404
    margit.get(page.path)
    assert "Nothing is given out." in margit.submit({}, form="refusal").text
    assert "did not approve" in rune.get(f"{page.path}/export.zip").text


def test_what_is_wrong_is_said_at_the_field_and_nothing_is_lost(signed_in, settings, lived):
    rune = signed_in("rune")
    for wrong, words in (
        ({"purpose": ""}, "Fill this in."),
        ({"first": "2026-autumn"}, "Choose terms that are counted"),
        ({"first": "soon"}, "Choose terms that are counted"),
        ({"purpose": "Karin Almkvist läser."}, "a name"),
    ):
        assert words in ask(rune, status=422, **wrong).text
    with db.reading(settings.database) as session:
        assert session.scalars(select(ResearchExport)).all() == []


def test_an_export_that_has_ended_is_decided_no_more(signed_in, settings, lived):
    page, margit = ask(signed_in("rune")), signed_in("margit")
    margit.get(page.path)
    with db.writing(settings.database) as session:
        found = session.scalars(select(ResearchExport)).one()
        found.ends_on -= timedelta(days=60)
        found.first_term = "of old"
    assert "This export has ended." in margit.submit({}, form="approval").text


def test_before_a_term_is_over_there_is_nothing_to_ask_for(signed_in, wednesday):
    assert "No term is counted yet" in signed_in("rune").get("/research/new").text
    assert "No export has been asked for" in signed_in("rune").get("/research").text


@pytest.mark.parametrize("person", ["karin", "henrik", "anton", "petra"])
def test_nobody_else_finds_them(signed_in, settings, lived, person):
    page = ask(signed_in("rune"))
    client = signed_in(person).client
    assert [client.get(path).status_code for path in ("/research", "/research/new", page.path)] == [404] * 3
