"""Two people on the same page of development work: what the later one typed is kept beside what stands now, and lost by nobody."""

import pytest
import sqlalchemy as sa

from referrals import clock, db
from referrals.models import Account, DevelopmentCase
from referrals.patterns.school_terms import SchoolTerm
from referrals.stages import Stage
from referrals.vocabulary import GovernanceLevel
from tests import development
from tests.webapp.desk import cast_of

LONG = "Vuxna möter varje barn vid dörren."
OTHER = "Vi har samma rutin i alla grupper."


@pytest.fixture
def address(settings, app):
    """Work about the cast's school with an action and counts."""
    with db.writing(settings.database) as session:
        cast = cast_of(session)
        found = development.begin(session, cast)
        development.carry(session, cast, found, Stage.ASSESSMENT)
        development.act(session, cast, found, GovernanceLevel.UNIT)
        development.count(session, cast, found)
        return f"/development/{found.id}"


@pytest.fixture
def both(signed_in, address):
    """The browsers of the coordinator and of the management."""
    return signed_in("karin"), signed_in("margit")


def form_to(page, ending):
    return next(one for one in page.all("form") if (one.get("action") or "").endswith(ending))


def stands(settings, name):
    with db.reading(settings.database) as session:
        return getattr(session.scalars(sa.select(DevelopmentCase)).one(), name)


@pytest.mark.parametrize(("path", "name"), [("/analysis", "causes"), ("/closing", "reflections")])
def test_the_later_text_is_kept_beside_the_earlier_one_and_sent_again_knowingly(both, address, settings, path, name):
    karin, margit = both
    for browser in both:
        browser.get(address + path)
    margit.submit({name: OTHER})
    page = karin.submit({name: LONG}, status=409)
    assert "Margit Ledvall was first" in page.text
    assert page.fields(page.form())[name] == LONG
    assert OTHER in page.text
    assert stands(settings, name) == OTHER
    karin.submit()
    assert stands(settings, name) == LONG


def test_what_stands_now_is_shown_before_a_mended_form_can_take_its_place(both, address, settings):
    karin, margit = both
    for browser in both:
        browser.get(f"{address}/analysis")
    margit.submit({"causes": OTHER})
    page = karin.submit({"causes": LONG, "goals": "x" * 20_001}, status=422)
    assert "Somebody has changed this since you opened the page." in page.text
    assert OTHER in page.text
    karin.submit({"goals": "Lugn"})
    assert stands(settings, "causes") == LONG


def test_closing_that_was_refused_is_nobodys_change(both, address, settings):
    karin, _margit = both
    karin.get(f"{address}/closing")
    page = karin.submit({"reflections": LONG}, button=("close", "yes"), status=422)
    assert "One of the four headings is empty." in " ".join(page.problems)
    assert "Somebody has changed this" not in page.text
    page = karin.submit({"reflections": "x" * 20_001}, status=422)
    assert "Somebody has changed this" not in page.text
    karin.submit({"reflections": LONG})
    assert stands(settings, "reflections") == LONG


def test_a_version_that_never_was_is_answered_as_a_change(both, address):
    karin, _margit = both
    karin.get(f"{address}/analysis")
    karin.submit({"causes": LONG, "seen": "7"}, status=409)


def test_what_is_about_it_its_terms_and_its_leaders_are_not_written_over_unseen(both, address):
    karin, margit = both
    now = SchoolTerm.of(clock.now().date())
    pages = [browser.get(address) for browser in both]
    margit.submit({"aim": OTHER}, form=pages[1].form("words-form"))
    page = karin.submit({"aim": LONG}, form=pages[0].form("words-form"), status=409)
    assert page.fields(page.form("words-form"))["aim"] == LONG
    assert OTHER in page.text
    stretch = {"first": now.code, "last": now.code}
    margit.submit(stretch | {"phase": "planning"}, form=pages[1].form("terms-form"))
    page = karin.submit(stretch | {"phase": "analysis"}, form=pages[0].form("terms-form"), status=409)
    assert page.fields(page.form("terms-form"))["phase"] == "analysis"
    choices = {page.text_of(one): one.get("value") for one in page.form("leader-form").iter("option")}
    margit.submit({"leader": choices["Lindskolan: Henrik Rosenby"]}, form=pages[1].form("leader-form"))
    page = karin.submit(
        {"leader": choices["Lindskolan: Karin Almkvist"]}, form=pages[0].form("leader-form"), status=409
    )
    assert "Henrik Rosenby since" in page.text


@pytest.mark.parametrize(
    ("path", "form", "typed"),
    [
        ("/closing", "main-form", {"reflections": LONG}),
        ("/analysis", "main-form", {"causes": LONG}),
        ("/analysis", "counts-form", {"question": LONG}),
        ("/actions", "main-form", {"words": LONG}),
        ("", "milestone-form", {"words": LONG}),
    ],
)
def test_what_was_typed_while_the_work_was_closed_is_there_to_be_copied(both, address, settings, path, form, typed):
    karin, margit = both
    page = karin.get(address + path)
    margit.get(f"{address}/closing")
    report = dict.fromkeys(("lessons_learnt", "good_examples", "reflections", "future_plans"), OTHER)
    margit.submit(report, button=("close", "yes"))
    page = karin.submit(typed, form=page.form(form), status=409)
    assert "This work is closed" in page.text
    assert LONG in [page.text_of(one) for one in page.all("blockquote")]
    assert stands(settings, "reflections") == OTHER


def test_what_a_colleague_took_away_is_said_to_be_gone_on_the_page_as_it_stands(both, address):
    for path, ending in (("/actions", "/drop"), ("/analysis", "/drop")):
        karin, margit = both
        pages = [browser.get(address + path) for browser in both]
        margit.submit(form=form_to(pages[1], ending))
        page = karin.submit(form=form_to(pages[0], ending), status=404)
        assert "It is no longer there" in page.text
        assert page.all("form", id="main-form")


def test_what_somebody_typed_who_may_no_longer_write_is_there_to_be_copied(both, address, settings):
    karin, _margit = both
    page = karin.get(f"{address}/closing")
    with db.writing(settings.database) as session:
        account = session.scalars(sa.select(Account).where(Account.email.startswith("karin."))).one()
        for role in [*account.roles]:
            session.delete(role)
    page = karin.submit({"reflections": LONG}, status=404)
    assert LONG in [page.text_of(one) for one in page.all("blockquote")]
