"""The pages of development work: begun about nobody, planned term by term, closed with a report, and no child in it anywhere."""

import io
import logging
from datetime import timedelta

import pytest
import sqlalchemy as sa
from pypdf import PdfReader

from referrals import clock, db
from referrals.development import papers
from referrals.forums import seats
from referrals.models import DevelopmentCase, KeptForm
from referrals.patterns.school_terms import SchoolTerm
from referrals.stages import PLAN_ACTIVE
from tests import development
from tests.factories import a_referral
from tests.webapp.desk import cast_of, opened

NEW = "/development/new"
REPORT = {
    "lessons_learnt": "Samma rutin gav lugn.", "good_examples": "En vuxen vid dörren.",
    "reflections": "Det tog tid.", "future_plans": "Rutinen gås igenom varje höst.",
}  # fmt: skip


@pytest.fixture
def units(settings, app):
    """The ids of the cast's school and the other one, by name."""
    with db.reading(settings.database) as session:
        cast = cast_of(session)
        return {"here": str(cast.school.id), "there": str(cast.other_school.id)}


@pytest.fixture
def typed(units):
    """A whole form about the cast's school."""
    return {
        "kind": "school", "unit_ids": [units["here"]], "themes": ["organisation"], "title": "En lugn start",
        "background": "Morgnarna är oroliga.", "aim": "Alla barn vet vad som händer.",
    }  # fmt: skip


@pytest.fixture
def karin(signed_in, typed):
    """The browser of a coordinator, before the form of new work."""
    browser = signed_in("karin")
    browser.get(NEW)
    return browser


def rows(settings, model):
    with db.reading(settings.database) as session:
        return session.scalar(sa.select(sa.func.count()).select_from(model))


def begin(browser, typed):
    page = browser.submit(typed)
    assert "The work is begun." in page.text
    return page.path


def form_to(page, ending):
    return next(one for one in page.all("form") if (one.get("action") or "").endswith(ending))


def test_work_about_a_school_is_begun_planned_and_closed_with_its_report(karin, signed_in, typed):
    """C09, C16 and C20 as people do it."""
    address = begin(karin, typed)
    now = SchoolTerm.of(clock.now().date())
    page = karin.get(address)
    page = karin.submit({"first": now.code, "last": now.next.code, "phase": "analysis"}, form=page.form("terms-form"))
    assert "The terms have been saved." in page.text
    assert "Now: Situation analysis." in page.text
    page = karin.submit({"first": now.code, "last": now.code, "phase": "analysis"}, form=page.form("terms-form"))
    assert "Nothing has changed." in page.text
    day = clock.now().date() + timedelta(days=30)
    page = karin.submit({"words": "Rutinen prövas", "due_on": day.isoformat()}, form=page.form("milestone-form"))
    assert ": Rutinen prövas" in " ".join(page.text.split())
    assert ": Rutinen prövas" in " ".join(signed_in("margit").get("/development").text.split())
    page = karin.submit(form=form_to(page, "/reached"))
    assert "The milestone is reached." in page.text
    page = karin.submit(form=form_to(page, "/reached"))
    assert "The milestone is open again." in page.text
    page = karin.submit(form=form_to(page, "/drop"))
    assert "The milestone is gone." in page.text
    karin.submit(form=page.form("stage-form"), button=("act", "take_up"))
    karin.get(f"{address}/closing")
    page = karin.submit(REPORT | {"reflections": ""}, button=("close", "yes"), status=422)
    assert "One of the four headings is empty." in " ".join(page.problems)
    assert karin.submit(REPORT | {"reflections": "x" * 20_001}, status=422).problems
    page = karin.submit(REPORT | {"reflections": ""})
    assert "The report has been saved." in page.text
    assert karin.client.get(f"{address}/closing-report").status_code == 404
    karin.get(f"{address}/closing")
    page = karin.submit({})
    assert "Nothing has changed." in page.text
    karin.get(f"{address}/closing")
    page = karin.submit(REPORT, button=("close", "yes"))
    assert "The work is closed." in page.text
    assert "Closed by Karin Almkvist" in page.text
    assert not page.all("details", class_="extracts")
    paper = karin.client.get(f"{address}/closing-report")
    assert (paper.mimetype, paper.headers["Content-Disposition"]) == (
        "application/pdf",
        'inline; filename="closing-report.pdf"',
    )
    text = "\n".join(one.extract_text() for one in PdfReader(io.BytesIO(paper.data)).pages)
    assert all(words in text for words in REPORT.values())
    assert karin.client.get(f"{address}/closing").status_code == 404


@pytest.mark.parametrize(
    ("words", "told", "said"),
    [
        ("Vi ser att Xenofonia är ensam.", "Xenofonia", "“Xenofonia” looks like a name."),
        ("Det är oroligt i 4B.", "i 4B", "“4B” looks like a class."),
        ("Eleven 20160231-0000 är ledsen.", "20160231", "“20160231-0000” looks like an identity number."),
        ("Se HTL-7K4M-2Q9X.", "7K4M", "A text holds what looks like the number of a referral."),
    ],
)
def test_a_child_put_into_a_school_case_is_refused_with_a_sentence_and_nothing_is_stored(
    karin, typed, settings, caplog, words, told, said
):
    with caplog.at_level(logging.DEBUG):
        page = karin.submit(typed | {"background": words}, status=422)
    assert said in " ".join(page.problems)
    assert page.fields(page.form())["background"] == words
    assert told not in opened(settings)
    assert told not in caplog.text
    assert (rows(settings, DevelopmentCase), rows(settings, KeptForm)) == (0, 0)


def test_from_its_pages_no_childs_referral_can_be_found(karin, signed_in, typed, settings):
    with db.writing(settings.database) as session:
        cast = cast_of(session)
        referral = a_referral(session, cast, PLAN_ACTIVE, owner_id=cast.coordinator.id)
        number, child = referral.number, referral.child_name
    address = begin(karin, typed)
    assert number in karin.get("/referrals?state=all").text  # she has it open elsewhere
    for path in (address, "/development", NEW, f"{address}/closing", f"{address}/analysis", f"{address}/actions"):
        page = karin.get(path)
        assert number not in page.text
        assert child not in page.text
        main = page.all("main")[0]
        assert not [one.get("href") for one in main.iter("a") if "/referrals" in (one.get("href") or "")]
    printed = PdfReader(io.BytesIO(karin.client.get(f"{address}/situation-analysis").data))
    said = ["\n".join(one.extract_text() for one in printed.pages)]
    with db.reading(settings.database) as session:
        (event,) = session.scalars(sa.select(DevelopmentCase)).one().events
        said += [papers.html_of(session, event, draft) for draft in papers.outstanding(session, event)]
    assert len(said) > 1
    assert all(typed["title"] in one and number not in one and child not in one for one in said)


def test_an_area_takes_several_units_and_only_ones_own(signed_in, karin, typed, units):
    page = karin.submit(typed | {"unit_ids": [units["there"]]}, status=422)
    assert page.problems == ["Which school or preschool? Choose at least one."]
    page = karin.submit(typed | {"kind": "area"}, status=422)
    assert "An area is at least two schools or preschools." in " ".join(page.problems)
    assert karin.submit({"title": ""}, status=422).problems
    margit = signed_in("margit")
    margit.get(NEW)
    page = margit.submit(typed | {"kind": "group", "unit_ids": [*units.values()]}, status=422)
    assert "Choose one." in " ".join(page.problems)
    page = margit.submit(typed | {"kind": "area", "unit_ids": [*units.values()]})
    assert "Askskolan, Lindskolan" in page.text
    assert signed_in("otto").get(page.path).heading == typed["title"]


def test_the_list_is_narrowed_by_theme(karin, signed_in, typed):
    """C19: the board filters on it."""
    assert "No development work yet" in karin.get("/development").text
    karin.get(NEW)
    begin(karin, typed)
    for query, is_found in (("", True), ("?theme=organisation", True), ("?theme=home", False), ("?theme=x", True)):
        page = karin.get(f"/development{query}")
        assert (typed["title"] in page.text) == is_found, query
    assert "No development work has this theme" in karin.get("/development?theme=home").text


def test_it_is_written_anew_or_thrown_away(karin, typed, settings):
    address = begin(karin, typed)
    page = karin.get(address)
    assert "Nothing has changed." in karin.submit(form=page.form("words-form")).text
    page = karin.submit({"title": ""}, form=page.form("words-form"), status=422)
    page = karin.submit({"title": "Ring Olle"}, form=page.form("words-form"), status=422)
    assert "“Olle” looks like a name." in " ".join(page.problems)
    page = karin.submit({"title": "En lugn dag"}, form=page.form("words-form"))
    assert "It has been saved." in page.text
    assert page.heading == "En lugn dag"
    page = karin.submit(form=form_to(page, "/discard"))
    assert "It is gone." in page.text
    assert rows(settings, DevelopmentCase) == 0


def test_six_terms_stand_below_each_other_on_one_page(karin, typed):
    """C16: several years on one page."""
    address, terms = begin(karin, typed), [SchoolTerm.of(clock.now().date())]
    while len(terms) < 6:
        terms.append(terms[-1].next)
    page = karin.get(address)
    for first, last, phase in ((0, 1, "analysis"), (2, 4, "carrying_out"), (5, 5, "follow_up")):
        said = {"first": terms[first].code, "last": terms[last].code, "phase": phase}
        page = karin.submit(said, form=page.form("terms-form"))
    (listed,) = [one for one in page.all("section") if one.get("aria-labelledby") == "terms-heading"]
    assert [page.text_of(one) for one in listed.iter("h3")] == [
        f"{'Autumn' if one.is_autumn else 'Spring'} term {one.year}" for one in terms
    ]
    phases = [page.text_of(one.find("div/p")).split(" This term")[0] for one in listed.iter("li")]
    assert phases == ["Situation analysis"] * 2 + ["Carrying out"] * 3 + ["Follow-up"]


def test_terms_and_milestones_that_make_no_sense_are_said_at_their_field(karin, typed):
    address, now = begin(karin, typed), SchoolTerm.of(clock.now().date())
    page = karin.get(address)
    page = karin.submit({"first": "x", "last": now.code}, form=page.form("terms-form"), status=422)
    assert page.problems == ["First term: Choose one of the answers."]
    page = karin.submit({"first": now.code, "last": now.code, "phase": ""}, form=page.form("terms-form"), status=422)
    assert page.problems == ["Phase: Choose one of the answers."]
    both = {"first": now.next.code, "last": now.code, "phase": "planning"}
    page = karin.submit(both, form=page.form("terms-form"), status=422)
    assert "The last term comes before the first." in " ".join(page.problems)
    page = karin.submit({"last": now.next.code}, form=page.form("terms-form"))
    page = karin.submit(both | {"last": now.next.code}, form=page.form("terms-form"), button=("take_out", "yes"))
    assert "No term has a phase yet" in page.text
    page = karin.submit({"words": ""}, form=page.form("milestone-form"), status=422)
    day = clock.now().date().isoformat()
    page = karin.submit({"words": "Ring Olle", "due_on": day}, form=page.form("milestone-form"), status=422)
    assert "“Olle” looks like a name." in " ".join(page.problems)


def test_who_is_not_in_its_teams_finds_nothing_and_who_only_reads_changes_nothing(
    app, karin, signed_in, typed, settings
):
    address = begin(karin, typed)
    with db.writing(settings.database) as session:
        cast = cast_of(session)
        seats.seat(session, cast.forum, cast.counsellor.id, by=cast.coordinator.actor())
        laid = development.mark(session, cast, session.scalars(sa.select(DevelopmentCase)).one(), clock.now().date())
        milestone = laid.id
    for name in ("otto", "leo", "anton", "rune"):
        assert signed_in(name).client.get(address).status_code == 404, name
    for name in ("leo", "anton", "rune"):
        assert signed_in(name).client.get("/development").status_code == 404, name
    kim = signed_in("kim")
    assert "Development work" in kim.get("/teams").text
    page = kim.get(address)
    assert typed["background"] in page.text
    assert not page.all("details", class_="extracts")
    assert kim.client.get(NEW).status_code == 404
    app.config["WTF_CSRF_ENABLED"] = False
    for path in (
        "",
        "/terms",
        "/milestones",
        f"/milestones/{milestone}/reached",
        f"/milestones/{milestone}/drop",
        "/closing",
        "/discard",
    ):
        assert kim.client.post(f"{address}{path}", data={}).status_code == 404, path
    assert karin.client.post(f"{address}/milestones/{address[-36:]}/drop", data={}).status_code == 404
