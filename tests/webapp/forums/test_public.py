"""A team's public page: professions for everybody, names only where the municipality shows them, and never who is away."""

import pytest
from sqlalchemy import select

from referrals import clock, db
from referrals.forums import seats
from referrals.models import Account, Forum
from referrals.vocabulary import TeamLevel
from tests.teams import a_team_beside
from tests.webapp.desk import cast_of

PAGE = "/u/lindskolan/team"


@pytest.fixture
def team(settings):
    """Changes the cast's team: `team(lambda session, cast: …)`."""

    def change(what):
        with db.writing(settings.database) as session:
            return what(session, cast_of(session))

    return change


def sit(session, cast, *people: Account):
    return [seats.seat(session, cast.forum, one.id, by=cast.coordinator.actor()) for one in people]


def those_there(page) -> list[str]:
    return [page.text_of(one) for one in page.all("ul", id="who")[0].iter("li")]


def test_professions_stand_there_and_names_only_where_the_team_shows_them(browser, signed_in, team):
    team(lambda session, cast: sit(session, cast, cast.counsellor, cast.school_nurse))
    page = browser.get(PAGE)
    assert page.heading == "HTL-team Linden"
    assert those_there(page) == ["Head teacher", "School counsellor", "School nurse"]
    assert "Solgren" not in page.text
    assert "HTL-samordnaren: 0000-12 34 56" in page.text
    with_names = signed_in("anton")
    with_names.get(f"/administration/forums/{team(lambda session, cast: cast.forum.id)}")
    with_names.submit({"shows_names": "yes"})
    assert those_there(browser.get(PAGE)) == [
        "Head teacher",
        "School counsellor: Kim Solgren",
        "School nurse: Siv Ekdahl",
    ]


def test_who_has_left_is_not_there_and_who_is_away_is_nobodys_business(browser, team):
    def leave(session, cast):
        cast.forum.shows_names = True
        counsellor, nurse = sit(session, cast, cast.counsellor, cast.school_nurse)
        nurse.account.is_active = False
        day = clock.now().date()
        seats.be_away(session, counsellor, first_on=day, last_on=day, stand_in_id=None, by=cast.coordinator.actor())

    team(leave)
    assert those_there(browser.get(PAGE)) == ["Head teacher", "School counsellor: Kim Solgren"]


def test_the_form_of_the_unit_leads_there_and_back_in_the_language_of_the_link(browser):
    start = browser.get("/u/lindskolan")
    assert any(one.get("href") == PAGE for one in start.all("a"))
    page = browser.get("/u/lindskolan/da/team")
    assert page.all("html")[0].get("lang") == "da"
    assert any(one.get("href") == "/u/lindskolan" for one in page.all("a"))
    assert browser.client.get("/u/nowhere/team").status_code == 404


def test_a_unit_without_number_or_form_says_whom_to_ask(browser, team):
    page = browser.get("/u/askskolan/team")
    assert "That is being settled." in page.text
    assert "Ask somebody you know at Askskolan" in page.text
    assert any("Tell of a concern" in page.text_of(one) for one in page.all("a"))

    def shut(session, cast):
        cast.other_school.is_open = False
        cast.other_school.contact = "Expeditionen"

    team(shut)
    page = browser.get("/u/askskolan/team")
    assert "Expeditionen. Ask somebody" in page.text
    assert not any("Tell of a concern" in page.text_of(one) for one in page.all("a"))


def test_what_the_team_may_decide_follows_its_level_and_the_municipalitys_own_words(browser, signed_in, team):
    assert "what the school or preschool does for the child" in browser.get(PAGE).text
    anton, forum_id = signed_in("anton"), team(lambda session, cast: cast.forum.id)
    anton.get(f"/administration/forums/{forum_id}")
    anton.submit({"level": "municipality", "mandate": "Teamet har tio timmar extra stöd i veckan."})
    for page in (browser.get(PAGE), signed_in("karin").get(f"/teams/{forum_id}")):
        assert "set the frame for the other teams" in page.text
        assert "Teamet har tio timmar extra stöd i veckan." in page.text


def test_members_of_the_team_find_what_families_read(signed_in, team):
    forum_id = team(lambda session, cast: cast.forum.id)
    page = signed_in("karin").get(f"/teams/{forum_id}")
    assert any(one.get("href") == PAGE for one in page.all("a"))


def test_what_its_own_list_lets_the_team_decide_stands_there_and_no_plan_where_it_makes_none(browser, signed_in, team):
    page = browser.get(PAGE)
    assert not page.all("ul", id="may-decide")
    assert "A plan says who does what" in page.text

    def decide(session, cast):
        cast.forum.outcomes = ["close", "more_assessment"]
        return cast.forum.id

    forum_id = team(decide)
    for page in (browser.get(PAGE), signed_in("karin").get(f"/teams/{forum_id}")):
        (may,) = page.all("ul", id="may-decide")
        assert [page.text_of(one) for one in may.iter("li")] == [
            "Ask those who know the child for more first",
            "Suggest that its work with the child ends",
        ]
        assert "what the school or preschool does for the child" not in page.text
    page = browser.get(PAGE)
    assert "A plan says who does what" not in page.text
    assert "The plan is followed up" not in page.text


def test_a_team_that_only_advises_promises_families_nothing_it_does_not_do(browser, team):
    def advise(session, cast):
        cast.school.is_open, cast.forum.level = False, TeamLevel.STAFF

    team(advise)
    page = browser.get(PAGE)
    assert "It takes up no single child: whoever you call below tells you who does." in page.text
    assert "Whom you can call" in page.text
    for heading in ("What happens", "What you decide as a guardian"):
        assert heading not in page.text


def test_a_team_beside_has_a_page_where_it_wants_one_and_the_units_page_leads_there(browser, signed_in, team):
    beside = team(lambda session, cast: a_team_beside(session, cast).forum.id)
    own = f"{PAGE}/trivsel"
    assert browser.client.get(own).status_code == 404
    assert not browser.get(PAGE).all("ul", id="other-teams")
    henrik = signed_in("henrik")
    henrik.get(f"/teams/{beside}/about")
    page = henrik.submit({"level": "child", "mandate": "Nytt"})
    assert "What is said of the team has been saved." in page.text
    assert "Families read it" not in page.text
    henrik.get(f"/teams/{beside}/about")
    page = henrik.submit({"has_public_page": "yes", "contact": "Tovholderen", "phone": "0000-77 66 55"})
    assert "Families read it on the team's public page." in page.text
    assert any(one.get("href") == own for one in page.all("a"))
    (line,) = browser.get(PAGE).all("ul", id="other-teams")[0].iter("a")
    page = browser.get(line.get("href"))
    assert (page.heading, line.get("href")) == ("Trivselsforum Söder", own)
    assert "can hand over to it, with what the guardians allow." in page.text
    assert "This team says yes or no." in page.text
    assert "Somebody tells of a concern" not in page.text
    assert "Tovholderen: 0000-77 66 55" in page.text
    assert "HTL-samordnaren" not in page.text
    assert "HTL-samordnaren: 0000-12 34 56" in browser.get(PAGE).text
    henrik.get(f"/teams/{beside}/about")
    henrik.submit({"phone": ""})
    (calls,) = browser.get(own).all("section", aria_labelledby="call-heading")
    for call in ("Tovholderen", "HTL-samordnaren: 0000-12 34 56"):
        assert call in page.text_of(calls), "who answers has no number: the school's stands there"
    assert not page.all("ul", id="other-teams")
    assert any(one.get("href") == PAGE for one in page.all("a"))
    assert browser.get("/u/lindskolan/sv/team/trivsel").all("html")[0].get("lang") == "sv"
    assert (
        not signed_in("karin")
        .get(f"/teams/{team(lambda _, cast: cast.forum.id)}/about")
        .all("input", name="has_public_page")
    )


def test_a_team_above_is_read_of_from_every_unit_and_takes_up_no_child(browser, team):
    def found(session, cast):
        session.add(
            Forum(slug="centralt", name="Centralt team", quorum=[], level=TeamLevel.MUNICIPALITY, has_public_page=True)
        )

    team(found)
    for unit, own, call in (
        ("lindskolan", "HTL-team Linden", "HTL-samordnaren: 0000-12 34 56"),
        ("askskolan", "HTL-team Asken", "Ask somebody you know at Askskolan"),
    ):
        page = browser.get(f"/u/{unit}/team/centralt")
        assert "it takes up no single child." in page.text
        assert "What you decide as a guardian" not in page.text
        assert "set the frame for the other teams" in page.text
        assert "also agree" not in page.text
        assert "Tell of a concern" not in page.text
        happens, calls = (page.all("section", aria_labelledby=f"{one}-heading")[0] for one in ("happens", "call"))
        assert "nobody names a child there." in page.text_of(happens)
        assert call in page.text_of(calls)
        ways = {link.get("href"): page.text_of(link) for link in calls.iter("a")}
        assert ways[f"/u/{unit}/team"] == own

    def give_a_number(session, _cast):
        session.scalars(select(Forum).where(Forum.slug == "centralt")).one().phone = "0000-44 33 22"

    team(give_a_number)
    (calls,) = browser.get(f"{PAGE}/centralt").all("section", aria_labelledby="call-heading")
    assert "Centralt team: 0000-44 33 22" in " ".join("".join(calls.itertext()).split())
    assert "HTL-team Linden" in "".join(calls.itertext())
    assert "0000-12 34 56" not in "".join(calls.itertext())
    assert browser.client.get(f"{PAGE}/nowhere").status_code == 404
