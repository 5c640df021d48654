"""The pages of the situation analysis and of what each level plans in development work."""

import io

import pytest
import sqlalchemy as sa
from pypdf import PdfReader

from referrals import db
from referrals.development import terms
from referrals.forums import seats
from referrals.models import DevelopmentAction, DevelopmentCase, DevelopmentResult
from referrals.patterns.school_terms import SchoolTerm
from referrals.stages import Stage
from referrals.vocabulary import DevelopmentPhase, GovernanceLevel, LevelledKind
from tests import development
from tests.webapp.desk import cast_of

COUNTS = {
    "evidence": "survey", "question": "Känner sig trygg", "groups-0-group": "Årskurs 4–6", "groups-0-holds": "24",
    "groups-0-asked": "40",
}  # fmt: skip
ACTION = {"level": "unit", "words": "Samma rutin", "responsible": "Rektor"}


@pytest.fixture
def address(settings, app):
    """Work about the cast's school, with an action of the administration's; the counsellor sits in its team."""
    with db.writing(settings.database) as session:
        cast = cast_of(session)
        seats.seat(session, cast.forum, cast.counsellor.id, by=cast.coordinator.actor())
        found = development.begin(session, cast)
        development.act(session, cast, found, GovernanceLevel.ADMINISTRATION)
        return f"/development/{found.id}"


@pytest.fixture
def karin(signed_in, address):
    """The browser of the coordinator."""
    return signed_in("karin")


def form_to(page, ending):
    return next(one for one in page.all("form") if (one.get("action") or "").endswith(ending))


def test_the_analysis_is_written_read_by_the_team_and_printed(karin, signed_in, address):
    """C12 as people do it."""
    kim = signed_in("kim")
    assert "Nothing is written yet." in kim.get(f"{address}/analysis").text
    page = karin.get(f"{address}/analysis")
    assert "Nothing has changed." in karin.submit({}).text
    page = karin.submit({"strengths": "Vuxna vill samma sak.", "goals": "Samma rutin\nLugna morgnar"})
    assert "The analysis has been saved." in page.text
    page = karin.submit({"causes": "Olle är orolig."}, form=page.form(), status=422)
    assert "“Olle” looks like a name." in " ".join(page.problems)
    page = karin.submit({"causes": "x" * 20_001}, form=page.form(), status=422)
    assert page.problems
    page = kim.get(f"{address}/analysis")
    assert "Vuxna vill samma sak." in page.text
    assert not page.all("textarea")
    paper = kim.client.get(f"{address}/situation-analysis")
    assert paper.headers["Content-Disposition"] == 'inline; filename="situation-analysis.pdf"'
    text = "\n".join(one.extract_text() for one in PdfReader(io.BytesIO(paper.data)).pages)
    assert "Lugna morgnar" in text
    assert signed_in("otto").client.get(f"{address}/situation-analysis").status_code == 404


def test_counts_by_group_are_shown_but_none_under_five_and_none_is_kept(karin, address, settings):
    page = karin.get(f"{address}/analysis")
    page = karin.submit(COUNTS, form=page.form("counts-form"), button=("_add", "groups"))
    page = karin.submit(
        {"groups-1-group": "Årskurs 7–9", "groups-1-holds": "28", "groups-1-asked": "31"},
        form=page.form("counts-form"),
        status=422,
    )
    assert "Where a child is in two groups" in " ".join(page.problems)
    page = karin.submit({"are_apart": "yes"}, form=page.form("counts-form"))
    assert "Those under five were not kept." in page.text
    cells = [page.text_of(one) for one in page.all("td")]
    assert cells == ["24", "40", "Not shown: fewer than five", "31"]
    with db.reading(settings.database) as session:
        (result,) = session.scalars(sa.select(DevelopmentResult))
        assert "28" not in repr(result.groups)
    page = karin.submit(form=form_to(page, "/drop"))
    assert "The counts have been taken away." in page.text


def test_counts_that_make_no_sense_are_said_at_their_field(karin, address):
    page = karin.get(f"{address}/analysis")
    page = karin.submit(COUNTS | {"groups-0-holds": "41"}, form=page.form("counts-form"), status=422)
    assert "It cannot hold for more than there are in the group." in " ".join(page.problems)
    page = karin.submit({"groups-0-holds": "20", "groups-0-group": "4B"}, form=page.form("counts-form"), status=422)
    assert "“4B” looks like a class." in " ".join(page.problems)
    page = karin.submit({"evidence": "", "question": ""}, form=page.form("counts-form"), status=422)
    assert len(page.problems) > 1
    empty = dict.fromkeys(("groups-0-group", "groups-0-holds", "groups-0-asked"), "")
    assert "Give at least one group." in " ".join(
        karin.submit(empty, form=page.form("counts-form"), status=422).problems
    )


@pytest.mark.parametrize(
    ("group", "said"),
    [
        ("4B", "Group 2, Which group? “4B” looks like a class."),
        ("Se HTL-7K4M-2Q9X", "Group 2, Which group? A text holds what looks like the number of a referral."),
    ],
)
def test_what_is_wrong_with_a_group_is_said_there_though_the_row_before_it_is_blank(karin, address, group, said):
    page = karin.get(f"{address}/analysis")
    page = karin.submit(COUNTS, form=page.form("counts-form"), button=("_add", "groups"))
    blank = dict.fromkeys(("groups-0-group", "groups-0-holds", "groups-0-asked"), "")
    second = {"groups-1-group": group, "groups-1-holds": "24", "groups-1-asked": "40"}
    page = karin.submit(blank | second, form=page.form("counts-form"), status=422)
    assert any(problem.startswith(said) for problem in page.problems), page.problems


def test_a_sum_beside_its_parts_and_a_second_count_of_the_same_are_refused_at_their_field(karin, address):
    page = karin.get(f"{address}/analysis")
    for _ in range(2):
        page = karin.submit(COUNTS, form=page.form("counts-form"), button=("_add", "groups"))
    more = {
        "groups-1-group": "Årskurs 7–9", "groups-1-holds": "28", "groups-1-asked": "31", "groups-2-group": "Alla",
        "groups-2-holds": "52", "groups-2-asked": "71", "are_apart": "yes",
    }  # fmt: skip
    page = karin.submit(more, form=page.form("counts-form"), status=422)
    assert any(one.startswith("Group 3, Which group? This is the sum") for one in page.problems), page.problems
    again = {"groups-2-group": "Årskurs 7–9"}
    page = karin.submit(again | {"groups-2-holds": "20"}, form=page.form("counts-form"), status=422)
    assert any(one.startswith("Group 3, Which group? This group stands here twice") for one in page.problems)
    page = karin.submit(
        dict.fromkeys(("groups-2-group", "groups-2-holds", "groups-2-asked"), ""), form=page.form("counts-form")
    )
    assert "Those under five were not kept." in page.text
    page = karin.submit(COUNTS, form=page.form("counts-form"), status=422)
    assert "This was counted already, in this work or in other work" in " ".join(page.problems)


def test_each_level_reads_its_own_actions_and_of_the_others_how_far_they_are(karin, signed_in, address):
    """C17 as people do it."""
    page = karin.get(f"{address}/actions")
    assert "One action, 0 done." in page.text
    assert "Insats 2" not in page.text
    term = next(one.get("value") for one in page.all("option") if one.get("value"))
    page = karin.submit(ACTION | {"term": term, "words": "Ring Olle"}, status=422)
    assert "“Olle” looks like a name." in " ".join(page.problems)
    assert karin.submit(ACTION | {"term": ""}, status=422).problems
    page = karin.submit(ACTION | {"term": term})
    assert "The action is planned." in page.text
    page = karin.submit(form=form_to(page, "/done"))
    assert "The action is done." in page.text
    kim = signed_in("kim").get(f"{address}/actions")
    assert "Samma rutin" in kim.text
    assert not kim.all("input", name="level")
    page = karin.submit(form=form_to(page, "/done"))
    assert "The action goes on." in page.text
    page = karin.submit(form=form_to(page, "/drop"))
    assert "The action is gone." in page.text
    assert "Insats 2" in signed_in("margit").get(f"{address}/actions").text


def test_a_level_has_its_own_priorities_and_goals_beside_its_actions(app, karin, signed_in, address, settings):
    """C17 as people do it."""
    page = karin.get(f"{address}/actions")
    (chosen,) = [one.get("value") for one in page.all("input", name="kind") if one.get("checked") is not None]
    assert chosen == "action"
    term = next(one.get("value") for one in page.all("option") if one.get("value"))
    page = karin.submit(ACTION | {"term": term, "kind": "priority", "words": "Morgonen först"})
    assert "The priority has been saved." in page.text
    assert not [one for one in page.all("form") if (one.get("action") or "").endswith("/done")]
    page = karin.submit(ACTION | {"term": term, "kind": "goal", "words": "Alla är lugna när dagen börjar"})
    assert "The goal is set." in page.text
    assert [page.text_of(one) for one in page.all("h3")] == ["Priorities", "Goals"]
    page = karin.submit(form=form_to(page, "/done"))
    assert "The goal is reached." in page.text
    assert "One goal, 1 reached." in page.text
    elsa = signed_in("elsa").get(f"{address}/actions").text
    assert ("One priority." in elsa, "One goal, 1 reached." in elsa) == (True, True)
    assert ("Morgonen först" in elsa, "Alla är lugna" in elsa) == (False, False)
    page = karin.submit(form=form_to(karin.get(f"{address}/actions"), "/done"))
    assert "The goal is not reached after all." in page.text
    for said in ("The priority is gone.", "The goal is gone."):
        page = karin.submit(form=form_to(page, "/drop"))
        assert said in page.text
    page = karin.submit(ACTION | {"term": term, "kind": "milestone"}, status=422)
    assert page.problems
    with db.writing(settings.database) as session:
        found = session.scalars(sa.select(DevelopmentCase)).one()
        priority = development.act(session, cast_of(session), found, kind=LevelledKind.PRIORITY).id
    app.config["WTF_CSRF_ENABLED"] = False
    assert karin.client.post(f"{address}/actions/{priority}/done", data={}).status_code == 404
    # a page of the version before asks for no kind
    assert karin.client.post(f"{address}/actions", data=ACTION | {"term": term}).status_code == 303
    with db.reading(settings.database) as session:
        planned = session.scalars(sa.select(DevelopmentAction).where(DevelopmentAction.level == GovernanceLevel.UNIT))
        assert sorted(one.kind for one in planned) == [LevelledKind.ACTION, LevelledKind.PRIORITY]


def test_what_is_another_levels_is_answered_as_if_it_were_not_there(app, karin, signed_in, address, settings):
    with db.reading(settings.database) as session:
        action = session.scalars(sa.select(DevelopmentAction.id)).one()
    app.config["WTF_CSRF_ENABLED"] = False
    kim, own = signed_in("kim").client, karin.client
    for ending in ("done", "drop"):
        assert own.post(f"{address}/actions/{action}/{ending}", data={}).status_code == 404
    assert (
        own.post(f"{address}/actions", data=ACTION | {"level": "political", "term": "2026-autumn"}).status_code == 422
    )
    for path in ("/actions", "/analysis", "/results"):
        assert kim.post(f"{address}{path}", data={}).status_code == 404, path
    assert own.post(f"{address}/results/{address[-36:]}/drop", data={}).status_code == 404


def test_the_lead_is_handed_over_and_who_led_before_stays_in_sight(karin, signed_in, address):
    """C18 as people do it."""
    page = karin.get(address)
    assert "nobody yet" in page.text
    assert karin.submit({"leader": ""}, form=page.form("leader-form"), status=422).problems
    assert karin.submit({"leader": "x"}, form=page.form("leader-form"), status=422).problems
    choices = {page.text_of(one): one.get("value") for one in page.form("leader-form").iter("option")}
    page = karin.submit({"leader": choices["Lindskolan: Henrik Rosenby"]}, form=page.form("leader-form"))
    assert "Henrik Rosenby leads the work at Lindskolan." in page.text
    page = karin.submit({"leader": choices["Lindskolan: Kim Solgren"]}, form=page.form("leader-form"))
    assert "before: Henrik Rosenby" in page.text
    assert signed_in("kim").get(address).form("words-form") is not None


def test_a_lesson_is_learnt_from_a_phase_that_is_over_and_from_what_is_closed(karin, signed_in, address, settings):
    assert "What can others learn from it?" not in karin.get(address).text
    with db.writing(settings.database) as session:
        cast, term = cast_of(session), SchoolTerm(2025, is_autumn=True)
        found, phase = session.scalars(sa.select(DevelopmentCase)).one(), DevelopmentPhase.ANALYSIS
        terms.set_terms(session, found, by=cast.manager.actor(), first=term, last=term, phase=phase)
        development.carry(session, cast, found, Stage.ASSESSMENT)
    (link,) = [one.get("href") for one in karin.get(address).all("a") if "/lessons/new" in (one.get("href") or "")]
    assert f"{development.WORDS.title}, after the phase “Situation analysis”" in karin.get(link).text
    with db.writing(settings.database) as session:
        cast = cast_of(session)
        development.close(session, cast, session.scalars(sa.select(DevelopmentCase)).one())
    page = karin.get(address)
    link = next(one.get("href") for one in page.all("a") if (one.get("href") or "").startswith("/lessons/new"))
    assert address[-36:] in link
    karin.get(link)
    said = dict.fromkeys(("tried", "outcome", "for_others"), "Samma rutin gav lugn.")
    page = karin.submit(said | {"title": "Lugna morgnar", "theme": "organisation", "ages": "6-18"})
    assert "From development work" in page.text
    assert address[-36:] not in page.text
    # the management reads the work and is in no team: it tells nothing of it
    assert "What can others learn from it?" not in signed_in("margit").get(address).text


def move(browser, page, act, said="", status=200):
    return browser.submit(
        {"said": said} if said else {}, form=page.form("stage-form"), button=("act", act), status=status
    )


def test_it_goes_through_the_stages_by_its_page_and_the_list_says_where_it_stands(karin, signed_in, address, settings):
    """C09 as people do it."""
    page = karin.get(address)
    assert "Decide whether the work is taken up" in page.text
    assert "Decide whether the work is taken up" in karin.get("/home").text
    karin.get(address)
    assert move(karin, page, "end_at_triage", status=422).problems
    page = move(karin, karin.get(address), "take_up")
    assert "Write its situation analysis." in page.text
    page = move(karin, page, "conclude_analysis", status=422)
    assert "both what is difficult and why" in " ".join(page.problems)
    with db.writing(settings.database) as session:
        found = session.scalars(sa.select(DevelopmentCase)).one()
        development.carry(session, cast_of(session), found, Stage.FOLLOW_UP)
    for browser in (karin, signed_in("margit"), signed_in("kim")):
        assert "Follow-up – Due" in browser.get("/development").text
    assert not signed_in("kim").get(address).all("form", id="stage-form")
    page = karin.get(address)
    assert karin.submit(
        {"said": "Lugnare."}, form=page.form("stage-form"), button=("act", "record_follow_up"), status=422
    ).problems
    said = {"said": "Olle är lugnare.", "outcome": "close"}
    page = karin.submit(said, form=page.form("stage-form"), button=("act", "record_follow_up"), status=422)
    assert "“Olle” looks like a name." in " ".join(page.problems)
    page = karin.submit(
        said | {"said": "Lugnare morgnar."}, form=page.form("stage-form"), button=("act", "record_follow_up")
    )
    assert "The follow-up has been saved." in page.text
    assert "Lugnare morgnar." in page.text
    page = move(karin, page, "step_back")
    assert "Carry out the plan" in page.text
    assert move(karin, page, "write_analysis", status=422).problems


def test_what_is_not_taken_up_says_why_and_has_no_report(karin, address):
    page = karin.get(address)
    late = karin.get(address)
    page = move(karin, page, "end_at_triage", "Arbetet pågår redan.")
    assert "The work is not taken up." in page.text
    assert "Arbetet pågår redan." in page.text
    assert karin.client.get(f"{address}/closing-report").status_code == 404
    assert "This work is closed" in move(karin, late, "take_up", status=409).text
