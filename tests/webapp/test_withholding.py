"""The pages on which it is decided what a guardian does not read, and on which the child's answer is recorded."""

import pytest
from sqlalchemy import select

from referrals import clock, db
from referrals.models import FollowUp, TeamMeeting, Withholding
from referrals.stages import PLAN_ACTIVE
from referrals.vocabulary import ChildsAnswer, FollowUpDecision, PartStatus, PlanStatus
from tests.factories import a_guardian, a_part, a_plan, a_referral
from tests.webapp.desk import cast_of

pytestmark = pytest.mark.usefixtures("wednesday")


@pytest.fixture
def number(app, settings):
    """A referral with a guardian, a part that is in, a plan, a meeting and a follow-up in which something was said."""
    with db.writing(settings.database) as session:
        cast = cast_of(session)
        referral = a_referral(session, cast, PLAN_ACTIVE)
        a_guardian(session, referral, told_by=cast.coordinator)
        a_part(
            session, referral, cast.counsellor, asked_by=cast.coordinator, status=PartStatus.RECEIVED,
            received_at=clock.now(), conclusion="Sover dåligt.",
        )  # fmt: skip
        plan = a_plan(
            session, referral, author=cast.coordinator, status=PlanStatus.ACTIVE, approved_at=clock.now(),
            background="Mila kommer sent. " * 8,
        )  # fmt: skip
        now = clock.now()
        session.add(
            TeamMeeting(
                referral=referral, number=1, starts_at=now, minutes=60, called_by_id=cast.coordinator.id, called=[],
                guardians_invited=[], held_at=now, child_words="Jag är rädd hemma.",
            )
        )  # fmt: skip
        session.add(
            FollowUp(
                referral=referral, number=1, plan_id=plan.id, held_on=now.date(), recorded_at=now, by_id=cast.coordinator.id,
                child_view="Det är lugnare nu.", decision=FollowUpDecision.CONTINUE,
            )
        )  # fmt: skip
        return referral.number


@pytest.fixture
def row(settings):
    """The one decision there is."""

    def look():
        with db.reading(settings.database) as session:
            return session.scalars(select(Withholding)).one()

    return look


def choice(page, start):
    """The value of the answer whose words begin with `start`."""
    labels = {label.get("for"): page.text_of(label) for label in page.all("label")}
    boxes = page.all("input", type="radio", name="piece")
    return next(box.get("value") for box in boxes if labels[box.get("id")].startswith(start))


def test_everything_is_named_so_that_staff_know_it_again(signed_in, number):
    page = signed_in("karin").get(f"/referrals/{number}/withholding")
    assert "Nothing is left out" in page.text
    for name in (
        "Part: School counsellor", "Goal 1: Du kommer till skolan varje dag.", "From the meeting: Jag är rädd hemma.",
        "From the plan: Jag vill ha en lugn start.", "Det är lugnare nu.",
    ):  # fmt: skip
        assert name in page.text
    assert "Mila kommer sent. " * 8 not in page.text
    assert "What guardians do not read" in signed_in("karin").get(f"/referrals/{number}/guardians").text


def test_something_is_withheld_from_a_guardian_and_let_go_again(signed_in, number, row):
    browser = signed_in("karin")
    page = browser.get(f"/referrals/{number}/withholding/new")
    assert page.fields(page.form())["reason"] == "The guardian may not read it, because: "
    assert "Why? Finish the sentence: so far it only begins." in browser.submit(status=422).problems
    browser.submit({"reason": ""}, status=422)
    guardian = page.all("input", type="radio", name="guardian_id")[0].get("value")
    page = browser.submit(
        {
            "piece": choice(page, "From the meeting"),
            "guardian_id": guardian,
            "ground": "harm_to_child",
            "reason": "Rädd.",
        }
    )
    assert "Not for Maja Testsson" in page.text
    assert "OSL 12:3" in page.text
    page = browser.get(f"/referrals/{number}/withholding/{row().id}")
    assert "Rädd." in page.text
    assert page.fields(page.form())["reason"] == "The guardian may read it again, because: "
    assert any("Finish the sentence" in problem for problem in browser.submit(status=422).problems)
    browser.submit({"reason": ""}, status=422)
    page = browser.submit({"reason": "Läget är ett annat."})
    assert "The decision is lifted." in page.text
    assert "Left out no more" in page.text
    assert not browser.get(f"/referrals/{number}/withholding/{row().id}").all("form", id="main-form")


def test_what_the_child_confided_waits_for_the_childs_answer(signed_in, number, row):
    browser = signed_in("henrik")
    page = browser.get(f"/referrals/{number}/withholding")
    browser.submit({}, form="confided-form", status=422)
    page = browser.submit({"piece": choice(page, "From the plan: Jag vill")}, form="confided-form")
    assert "Ask the child" in page.text
    browser.get(f"/referrals/{number}/withholding/{row().id}")
    browser.submit({"answer": ""}, status=422)
    page = browser.submit({"answer": ChildsAnswer.KEPT}, status=422)
    assert "Write the reason for your decision." in page.text
    page = browser.submit({"answer": ChildsAnswer.KEPT, "reason": "Barnet är rädd."})
    assert "The child does not want it: guardians do not read it" in page.text
    browser.get(f"/referrals/{number}/withholding/{row().id}")
    page = browser.submit({"answer": ChildsAnswer.AGREES})
    assert "Left out no more" in page.text


def test_what_is_not_there_is_refused(signed_in, number, settings):
    browser = signed_in("karin")
    page = browser.get(f"/referrals/{number}/withholding/new")
    nobody = "00000000-0000-4000-8000-000000000000"
    given = {"piece": choice(page, "From the plan"), "ground": "harm_to_child", "reason": "Rädd."}
    form = page.form()
    browser.submit({**given, "guardian_id": nobody}, form=form, status=404)
    guardian = page.all("input", type="radio", name="guardian_id")[0].get("value")
    for piece in ("nothing", f"{nobody}:"):
        browser.submit({**given, "guardian_id": guardian, "piece": piece}, form=form, status=404)
    browser.get(f"/referrals/{number}/withholding/{nobody}", status=404)
    signed_in("kim").get(f"/referrals/{number}/withholding", status=404)


def test_a_note_that_was_written_anew_since_is_named_by_what_it_is(signed_in, number, row, settings):
    browser = signed_in("karin")
    page = browser.get(f"/referrals/{number}/withholding")
    browser.submit({"piece": choice(page, "From the meeting")}, form="confided-form")
    with db.writing(settings.database) as session:
        session.scalars(select(TeamMeeting)).one().child_words = None
    assert "A note" in browser.get(f"/referrals/{number}/withholding/{row().id}").text
