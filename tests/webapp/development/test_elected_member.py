"""An elected member of the committee: the political part of development work, figures, and behind every other door nothing."""

import pytest
from sqlalchemy import select

from referrals import db
from referrals.models import Account, DevelopmentPaper, RoleAssignment
from referrals.vocabulary import GovernanceLevel
from tests import development
from tests.webapp.desk import EVERYBODYS, cast_of, pages_with_roles

THEIRS = {"development.cases", "patterns.patterns", "patterns.lead_times"}


@pytest.fixture
def works(app, settings):
    """Work about the cast's school, with an action of each level; its address."""
    with db.writing(settings.database) as session:
        cast = cast_of(session)
        found = development.begin(session, cast)
        development.leave_paper(session, found)
        development.plan(session, cast, found)
        for level in GovernanceLevel:
            development.act(session, cast, found, level)
        return f"/development/{found.id}"


def test_an_elected_member_plans_what_politics_does_and_sees_how_far_the_others_are(signed_in, works):
    elsa = signed_in("elsa")
    page = elsa.get("/development")
    assert "En lugn start" in page.text
    assert {link.get("href") for link in page.all("a")} & {works, f"{works}/actions"} == {f"{works}/actions"}
    assert "Now:" not in page.text
    tags = {name: signed_in(name).get("/development").all("span", class_="ds-tag status") for name in ("elsa", "karin")}
    assert (len(tags["elsa"]), len(tags["karin"])) == (0, 1)
    page = elsa.get(f"{works}/actions")
    assert ("Insats 1" in page.text, "Insats 2" in page.text, "Insats 3" in page.text) == (False, False, True)
    assert page.text.count("One action, 0 done.") == 3
    assert [one.get("value") for one in page.all("input") if one.get("name") == "level"] == ["political"]
    sent = {"words": "Nämnden avsätter medel", "responsible": "Nämndens ordförande", "term": "2026-autumn"}
    page = elsa.submit({**sent, "level": "unit"}, form=page.form(), status=422)
    assert page.problems
    page = elsa.submit({**sent, "level": "political"}, form=page.form())
    assert "The action is planned." in page.text
    assert "Nämnden avsätter medel" not in signed_in("karin").get(f"{works}/actions").text


def test_an_elected_member_finds_these_pages_and_no_other(app, settings, signed_in, works):
    client = signed_in("elsa").client
    assert pages_with_roles(app, client) == THEIRS | EVERYBODYS
    for gone in ("", "/analysis", "/situation-analysis", "/closing-report"):
        assert client.get(f"{works}{gone}").status_code == 404
    app.config["WTF_CSRF_ENABLED"] = False
    for shut in ("", "/stage", "/terms", "/closing", "/discard"):
        assert client.post(f"{works}{shut}", data={"act": "take_up"}).status_code == 404
    with db.reading(settings.database) as session:
        paper = f"{works}/papers/{session.scalars(select(DevelopmentPaper.id)).one()}"
    assert (client.get(paper).status_code, signed_in("margit").client.get(paper).status_code) == (404, 200)


def test_an_administrator_gives_the_role(app, settings, signed_in):
    with db.writing(settings.database) as session:
        rune = cast_of(session).researcher
        path = f"/administration/people/{rune.id}"
    anton = signed_in("anton")
    anton.get(path)
    anton.submit({"elected_member": "yes"})
    with db.reading(settings.database) as session:
        held = session.query(RoleAssignment).join(Account).filter(Account.email.startswith("rune.")).all()
        assert sorted(one.role for one in held) == ["elected_member", "researcher"]
    assert "Exports for research" in signed_in("rune").get("/patterns").text


def test_figures_lead_an_elected_member_to_nothing_that_is_shut(app, signed_in):
    elsa = signed_in("elsa")
    for path in ("/home", "/development", "/patterns", "/lead-times"):
        ways = {link.get("href") for link in elsa.get(path).all("a")}
        inside = {one.split("#")[0] for one in ways if one and one.startswith("/") and "sign-out" not in one}
        assert {one for one in inside if one and elsa.client.get(one).status_code == 404} == set(), path
