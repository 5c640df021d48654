"""The pages of the rating by colour: one's own, both, the team's in the minutes and on the screen, and what guardians chose."""

import pytest
from sqlalchemy import select

from referrals import db, team_review
from referrals.meetings import colour_rating
from referrals.models import Guardian, ReadingRequest
from referrals.stages import TO_SCHEDULE
from referrals.vocabulary import Colour, Domain
from tests.webapp.desk import cast_of
from tests.webapp.test_team_review import called, look
from tests.webapp.test_team_review import number as lay  # noqa: F401 - a fixture

RATED = {"health": "green", "safety": "yellow", "learning": "red"}
THERE = {f"attendance-{row}-attendance": "present" for row in range(5)}
LABELS = {"green": "Green: doing well", "yellow": "Yellow: needs attention", "red": "Red: needs support now"}


@pytest.fixture
def number(lay):  # noqa: F811
    """A referral whose team is called and rates by colour."""

    def prepare(session, referral, cast):
        cast.forum.rates_by_colour = True
        called(session, referral, cast)

    return lay(TO_SCHEDULE, prepare)


def page_of(number, more=""):
    return f"/referrals/{number}/team-review/colours{more}"


def rated_by_both(settings, number):
    def rate(session, referral):
        cast, meeting = cast_of(session), team_review.current_meeting(session, referral)
        for who, colour in ((cast.head_teacher, Colour.RED), (cast.counsellor, Colour.GREEN)):
            colour_rating.rate_alone(session, referral, meeting, by=who.actor(), colours={Domain.HEALTH: colour})

    look(settings, number, rate)


def test_a_rating_is_kept_and_seen_by_its_writer_alone_until_the_other_has_rated(signed_in, number):
    henrik, kim = signed_in("henrik"), signed_in("kim")
    page = henrik.get(f"/referrals/{number}/team-review")
    assert page_of(number) in [one.get("href") for one in page.all("a")]
    assert "0 people have rated. Their choices are shown once both have rated." in henrik.get(page_of(number)).text
    refused = henrik.submit({}, status=422)
    assert any("Choose a colour for at least one area." in problem for problem in refused.problems)
    page = henrik.submit(RATED)
    assert "Your rating is kept. Nobody sees it before the other has rated, too." in page.text
    assert [one.get("value") for one in page.all("input") if one.get("checked") is not None] == list(RATED.values())
    before = kim.get(page_of(number))
    assert "One person has rated." in before.text
    assert "As Henrik Rosenby sees it" not in before.text
    assert [one.get("value") for one in before.all("input") if one.get("checked") is not None] in ([], [""] * 3)
    page = kim.submit({"health": "red"})
    assert "Both have rated. The team can rate together now." in page.text
    assert "As Henrik Rosenby sees it" in page.text
    assert "As Kim Solgren sees it" in page.text
    for label in LABELS.values():
        assert label in page.text
    assert "Keep my rating" not in page.text


def test_the_team_rates_in_the_minutes_and_the_minutes_say_it_by_words(signed_in, number, settings):
    karin = signed_in("karin")
    address = f"/referrals/{number}/team-review/minutes"
    assert "by colour" not in karin.get(address).text
    rated_by_both(settings, number)
    page = karin.get(f"{address}?screen=open")
    assert "Health by colour" in page.text
    assert "Henrik Rosenby sees" not in page.text
    karin.get(address)
    page = karin.submit(THERE | {"colours-health": "yellow", "outcome": "plan"})
    assert "The minutes are saved." in page.text
    assert [one.get("value") for one in karin.get(address).all("input", name="colours-health") if one.get("checked") is not None] == ["yellow"]  # fmt: skip
    read = signed_in("henrik").get(f"/referrals/{number}/team-review/approval")
    assert "The team's rating by colour" in read.text
    assert LABELS["yellow"] in read.text
    assert "The team's rating by colour" in karin.get(page_of(number)).text


def test_the_team_does_not_rate_before_two_have(signed_in, number, settings):
    karin = signed_in("karin")
    rated_by_both(settings, number)
    karin.get(f"/referrals/{number}/team-review/minutes")

    def forget(session, referral):
        for one in team_review.current_meeting(session, referral).colour_ratings:
            session.delete(one)

    look(settings, number, forget)
    page = karin.submit(THERE | {"colours-health": "red"}, status=422)
    assert any("Two people rate by colour first" in problem for problem in page.problems)


def test_what_each_guardian_chose_is_written_down_by_the_coordinator(signed_in, number, settings):
    karin, kim = signed_in("karin"), signed_in("kim")
    assert not kim.get(page_of(number)).all("form", id="papers-form")
    ids = look(settings, number, lambda session, referral: [str(one.id) for one in session.query(Guardian)])
    page = karin.get(page_of(number))
    assert page.text.count("not asked") == 2
    karin.submit({}, form=page.all("form", id="papers-form")[0], status=422)
    for one, wanted in ((ids[0], "yes"), (ids[1], "yes")):
        page = karin.submit({"guardian": one, "is_wanted": wanted}, form=karin.get(page_of(number)).all("form", id="papers-form")[0])  # fmt: skip
    assert "What the guardian chose is kept." in page.text
    assert "What the team agreed on stands in minutes that are made from now on." in page.text
    page = karin.submit({"guardian": ids[0]}, form=page.all("form", id="papers-form")[0])
    assert "The colours stand on no paper" in page.text
    assert ": no, " in page.text
    form = page.all("form", id="papers-form")[0]
    karin.submit({"guardian": "6d3e4a52-0000-4000-8000-000000000000"}, form=form, status=404)


def test_whoever_goes_through_the_file_reads_the_colours_as_words(signed_in, number, settings):
    rated_by_both(settings, number)
    karin = signed_in("karin")
    karin.get(f"/referrals/{number}/reading-requests")
    reviewer = look(settings, number, lambda session, referral: str(cast_of(session).head_teacher.id))
    karin.submit({"asked_by": "child", "asked_how": "oral", "received_on": "2026-03-02", "reviewer_id": reviewer})
    request_id = look(settings, number, lambda session, referral: session.scalars(select(ReadingRequest.id)).one())
    page = signed_in("henrik").get(f"/reading-requests/{request_id}")
    assert "Health – Red: needs support now" in page.text
    assert "Health – Green: doing well" in page.text


def test_without_a_team_that_rates_by_colour_there_is_no_such_page(signed_in, lay, settings):  # noqa: F811
    plain = lay(TO_SCHEDULE, called)
    karin = signed_in("karin")
    karin.get(page_of(plain), status=404)
    assert page_of(plain) not in [one.get("href") for one in karin.get(f"/referrals/{plain}/team-review").all("a")]
    with db.writing(settings.database) as session:
        cast_of(session).forum.rates_by_colour = True
    signed_in("otto").get(page_of(plain), status=404)
    karin.get(page_of(lay(TO_SCHEDULE)), status=404)
