"""The page of the programme of special support: written, decided or decided against, and told."""

import uuid

import pytest
from sqlalchemy import select

from referrals import db
from referrals.models import Guardian, Referral, SupportProgramme
from referrals.stages import PLAN_ACTIVE
from schemas.programme_reviews import UNMET
from schemas.support_programme import MISSING
from tests.factories import a_guardian
from tests.webapp.desk import Desk
from webapp.casework.support_programme import HEAD_DECIDES

pytestmark = pytest.mark.usefixtures("wednesday")

WRITTEN = {
    "needs": "Bråk och mätning.", "measures": "Undervisning av specialpedagog.", "forms": ["in_class"],
    "follow_up_on": "2026-11-02", "follow_up_by": "Petra Vidmark", "evaluation_on": "2026-12-14",
    "evaluation_by": "Henrik Rosenby", "participation": "Alla var med.",
}  # fmt: skip
FORM = "/special-support/programme"


@pytest.fixture
def number(app, settings):
    number = Desk(settings).lay(PLAN_ACTIVE)
    with db.writing(settings.database) as session:
        a_guardian(session, session.scalars(select(Referral).where(Referral.number == number)).one())
    return number


def test_what_is_written_is_kept_and_what_the_law_asks_for_is_named_before_it_is_decided(signed_in, number):
    henrik = signed_in("henrik")
    henrik.get(f"/referrals/{number}/special-support")
    page = henrik.get(f"/referrals/{number}{FORM}")
    assert "Nothing is decided" in page.text
    assert not page.all("form", id="decide-form")
    page = henrik.submit({"needs": "Bråk", "follow_up_on": "nonsense"}, form="write-form", status=422)
    assert len(page.problems) == 1
    henrik.submit({"needs": "Bråk", "follow_up_on": ""}, form="write-form")
    page = henrik.submit(form="decide-form", status=422)
    assert page.problems == [
        "How are the needs met? Write how the needs are met.",
        "In which ways is the support given? Choose in which ways the support is given.",
        "When are the measures followed up? Give the day on which the measures are followed up, today or later.",
        "Who is responsible for following up? Write who is responsible for following up.",
        "When are the measures evaluated? Give the day on which the measures are evaluated, no earlier than they are followed up.",
        "Who is responsible for the evaluation? Write who is responsible for the evaluation.",
        "How could the pupil and the guardians take part? Write how the pupil and the guardians could take part.",
    ]
    assert page.fields(page.form("write-form"))["needs"] == "Bråk"
    henrik.submit(WRITTEN, form="write-form")
    page = henrik.submit(form="decide-form")
    for words in (
        "The programme is decided.", "Decided on 16 September 2026 · Henrik Rosenby", "In the regular class",
        "2 November 2026, Petra Vidmark", "Alla var med.", "Nobody is recorded as told yet",
    ):  # fmt: skip
        assert words in page.text
    term = {"forms": ["distance"], "special_reasons": "Hon kan inte komma.", "distance_until": "2026-12-18"}
    henrik.submit(WRITTEN | term, form="write-form")
    page = henrik.submit(form="decide-form")
    for words in ("Teaching at a distance until 18 December 2026", "Hon kan inte komma."):
        assert words in page.text


def test_each_is_told_on_a_day_and_it_is_said_until_when_they_may_appeal(signed_in, settings, number):
    henrik = signed_in("henrik")
    henrik.get(f"/referrals/{number}{FORM}")
    henrik.submit(WRITTEN, form="write-form")
    henrik.submit(form="decide-form")
    page = henrik.submit({"told_on": "2026-09-16"}, form="told-form", status=422)
    assert page.problems == ["Who got the decision? Choose who got the decision."]
    page = henrik.submit({"told_who": "pupil", "told_on": "2026-09-15"}, form="told-form", status=422)
    assert page.problems == [
        "On which day did they get it? Give the day on which they got the decision, from the day of the decision until today."
    ]
    henrik.submit({"told_who": "pupil", "told_on": "2026-09-16"}, form="told-form")
    with db.reading(settings.database) as session:
        guardian = session.scalars(select(Guardian.id)).one()
        programme = session.scalars(select(SupportProgramme.id)).one()
    page = henrik.submit({"told_who": str(guardian), "told_on": "2026-09-16"}, form="told-form")
    (told,) = page.all("ul", class_="shared")
    lines = [" ".join(line.itertext()) for line in told.iter("li")]
    assert sorted(" ".join(line.split()) for line in lines) == [
        f"{who} Got it on 16 September 2026. An appeal must come in by 7 October 2026. By law"
        for who in ("Maja Testsson", "The pupil")
    ]
    fields = page.fields(page.form("told-form"))
    for nobody in (str(uuid.uuid4()), "somebody"):
        typed = {
            "csrf_token": fields["csrf_token"],
            "seen": fields["seen"],
            "told_who": nobody,
            "told_on": "2026-09-16",
        }
        assert henrik.client.post(f"/referrals/{number}{FORM}/{programme}/told", data=typed).status_code == 404


@pytest.mark.parametrize(
    ("born", "said"),
    [
        ("2010-09-16", "Still to be told: Maja Testsson, the pupil."),
        (None, "No birth date is recorded, so it is not known"),
    ],
)
def test_the_pupil_is_among_those_to_be_told_or_it_is_said_that_nobody_knows(signed_in, settings, number, born, said):
    with db.writing(settings.database) as session:
        session.scalars(select(Referral).where(Referral.number == number)).one().child_birth_date = born
    henrik = signed_in("henrik")
    henrik.get(f"/referrals/{number}{FORM}")
    henrik.submit(WRITTEN, form="write-form")
    page = henrik.submit(form="decide-form")
    assert said in page.text
    assert ("No birth date is recorded" in page.text) == (born is None)


def test_whom_a_decision_is_still_to_be_told_stands_with_it_on_the_referral_and_on_the_start_page(
    signed_in, settings, number, wednesday
):
    henrik = signed_in("henrik")
    assert "The newest decision on special support" not in henrik.get(f"/referrals/{number}").text
    henrik.get(f"/referrals/{number}{FORM}")
    henrik.submit(WRITTEN, form="write-form")
    page = henrik.submit(form="decide-form")
    assert "Still to be told: Maja Testsson." in page.text
    assert "No copy is made for Maja Testsson: nobody had informed them" in page.text
    told = "The newest decision on special support: not everybody is recorded as told yet."
    assert told in henrik.get(f"/referrals/{number}").text
    task = "Tell guardians of a decision, and record on which day"
    (line,) = [one for one in henrik.get("/home").all("a", class_="waiting__verb") if one.text == task]
    assert line.get("href") == f"/referrals/{number}{FORM}"
    with db.reading(settings.database) as session:
        guardian = session.scalars(select(Guardian.id)).one()
    henrik.get(f"/referrals/{number}{FORM}")
    page = henrik.submit({"told_who": str(guardian), "told_on": "2026-09-16"}, form="told-form")
    assert "Still to be told" not in page.text
    until = "The newest decision on special support: An appeal can come in until 7 October 2026.By law"
    assert until in henrik.get(f"/referrals/{number}").text
    for path in ("/board", "/referrals"):
        assert "Can be appealed until 7 Oct 2026By law" in henrik.get(path).text
    assert "The newest decision" not in signed_in("tove").client.get(f"/referrals/{number}").text
    assert task not in henrik.get("/home").text
    wednesday.move_to("2026-10-05 09:00+02:00")
    henrik = signed_in("henrik")
    page = henrik.get("/home")
    assert "Watch for an appeal" in page.text
    wednesday.move_to("2026-10-08 09:00+02:00")
    henrik = signed_in("henrik")
    assert "Watch for an appeal" not in henrik.get("/home").text
    assert "An appeal can come in" not in henrik.get(f"/referrals/{number}").text


def test_a_coordinator_decides_by_delegation_only_what_may_be_delegated(signed_in, number):
    karin = signed_in("karin")
    karin.get(f"/referrals/{number}{FORM}")
    karin.submit(WRITTEN | {"forms": ["other_group"], "special_reasons": "Skäl."}, form="write-form")
    page = karin.submit({"delegation": "Ordningen 4.2"}, form="decide-form", status=422)
    assert page.problems == ["In which ways is the support given? " + HEAD_DECIDES]
    karin.submit(WRITTEN, form="write-form")
    page = karin.submit({"delegation": "x" * 300}, form="decide-form", status=422)
    assert len(page.problems) == 1
    page = karin.submit({"delegation": ""}, form="decide-form", status=422)
    assert page.problems == ["Where is it written that you decide for the head teacher? " + MISSING["delegation"]]
    page = karin.submit({"delegation": "Ordningen 4.2"}, form="decide-form")
    assert "Delegated: Ordningen 4.2" in page.text


def test_that_there_is_none_is_decided_with_reasons(signed_in, number):
    karin = signed_in("karin")
    karin.get(f"/referrals/{number}{FORM}")
    page = karin.submit({"none_delegation": "Ordningen 4.2"}, form="none-form", status=422)
    assert page.problems == ["Why is no programme drawn up? Write why no programme is drawn up."]
    page = karin.submit({"reasons": "Det räcker.", "none_delegation": ""}, form="none-form", status=422)
    assert len(page.problems) == 1
    page = karin.submit({"none_delegation": "Ordningen 4.2"}, form="none-form")
    for words in ("No programme is drawn up", "Det räcker.", "It is decided that no programme is drawn up."):
        assert words in page.text
    henrik = signed_in("henrik")
    henrik.get(f"/referrals/{number}{FORM}")
    assert "It was decided that no programme" in henrik.get(f"/referrals/{number}").text


def test_who_only_contributes_has_no_such_page(signed_in, number):
    for who in ("tove", "otto"):
        assert signed_in(who).client.get(f"/referrals/{number}{FORM}").status_code == 404


def test_a_programme_is_followed_up_and_ended_on_its_page(signed_in, number, wednesday):
    henrik = signed_in("henrik")
    page = henrik.get(f"/referrals/{number}{FORM}")
    assert not page.all("form", id="review-form")
    henrik.submit(WRITTEN, form="write-form")
    page = henrik.submit(form="decide-form")
    assert "Next, as the programme itself says: followed up" in page.text
    page = henrik.submit({"end_reasons": "Det räcker."}, form="end-form", status=422)
    assert page.problems == ["Why does the programme end? " + UNMET["reviewed"]]
    page = henrik.submit({"end_reasons": ""}, form="end-form", status=422)
    assert page.problems == ["Why does the programme end? Write why the programme ends."]
    looked = {
        "review_kind": "evaluation", "held_on": "2026-09-16", "findings": "Tolv av fjorton.", "views": "Bra.", "outcome": "ends",
    }  # fmt: skip
    page = henrik.submit(looked | {"held_on": "2026-09-15"}, form="review-form", status=422)
    assert page.problems == ["On which day? " + UNMET["held_on"]]
    page = henrik.submit(looked | {"outcome": "goes_on"}, form="review-form", status=422)
    assert page.problems == ["What follows? " + UNMET["outcome"]]
    page = henrik.submit(looked | {"findings": ""}, form="review-form", status=422)
    assert len(page.problems) == 1
    page = henrik.submit(looked, form="review-form")
    for words in ("It is recorded, and made as a paper", "Tolv av fjorton.", "The measures were evaluated"):
        assert words in page.text
    assert "as the programme itself says" not in page.text
    page = henrik.submit({"end_reasons": "Det räcker."}, form="end-form")
    for words in ("It is decided that the programme ends.", "The programme of special support ends", "Det räcker."):
        assert words in page.text
    assert not page.all("form", id="end-form")
    page = henrik.submit({"told_who": "pupil", "told_on": "2026-09-16"}, form="told-form")
    assert "Got it on" in page.text
    karin = signed_in("karin")
    assert not karin.get(f"/referrals/{number}{FORM}").all("form", id="end-form")
