"""The follow-up's page: two questions about each action, the voices, and where the decision leads."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from referrals import clock, db, documents, follow_up
from referrals.access import SYSTEM
from referrals.disclosure import coverage
from referrals.models import Referral
from referrals.papers import paper_sources
from referrals.plans import plan_versions
from referrals.stages import CLOSURE_PROPOSED, FOLLOW_UP_DUE, PLAN_ACTIVE, PLAN_DRAFT, TO_SCHEDULE, Verb
from referrals.vocabulary import Arena, DocumentKind, InformationCategory, PlanStatus
from schemas.documents.writing import paper_html
from tests.factories import a_consent, a_guardian
from tests.webapp.desk import Desk, cast_of

pytestmark = pytest.mark.usefixtures("wednesday")

ALL_SAID = {
    "goals-0-result": "closer", "goals-0-note": "Borta två dagar.", "actions-0-times_done": "1", "actions-0-helped": "partly",
    "child_view": "Det är lugnare.", "guardians-0-view": "Hon sover bättre.", "learned": "Måndagar är svårast.",
    "decision": "continue", "reason-continue": "Det hjälper.",
}  # fmt: skip


@pytest.fixture
def desk(app, settings):
    return Desk(settings)


@pytest.fixture
def due(desk, settings):
    """A referral whose follow-up is due, with one guardian to ask."""
    number = desk.lay(FOLLOW_UP_DUE, PlanStatus.ACTIVE)
    with db.writing(settings.database) as session:
        a_guardian(session, session.scalars(select(Referral).where(Referral.number == number)).one())
    return number


def state(_session, referral):
    return referral.state


def why_decided(session, referral):
    return plan_versions.follow_ups(session, referral)[0].decision_reason


def newest(session, referral):
    row = plan_versions.follow_ups(session, referral)[0]
    (action,) = row.action_results
    return row.child_view, row.learned, action.times_done, action.times_planned


def test_a_follow_up_is_recorded_and_read_afterwards(desk, due, signed_in):
    karin = signed_in("karin")
    page = karin.get(f"/referrals/{due}/follow-up")
    assert "Planned so far: once." in page.text
    assert "Maja Testsson" in page.text
    page = karin.submit(ALL_SAID)
    assert "The plan goes on." in page.text
    assert desk.read(due, state) == PLAN_ACTIVE
    assert desk.read(due, newest) == ("Det är lugnare.", "Måndagar är svårast.", 1, 1)
    page = karin.get(f"/referrals/{due}/follow-up")
    for words in (
        "1 of 1 times (100%)",
        "Hon sover bättre.",
        "Måndagar är svårast.",
        "Borta två dagar.",
        "Det hjälper.",
    ):
        assert words in page.text
    assert "Maja Testsson" in page.text
    theirs = signed_in("petra").get(f"/referrals/{due}/follow-up").text
    assert "A guardianHon sover bättre." in theirs
    assert "Maja Testsson" not in theirs


@pytest.mark.parametrize(
    ("decision", "begins", "leads_to", "words"),
    [
        ("continue", "It helps, and there is more to reach:", PLAN_ACTIVE, "The plan goes on."),
        ("adjust", "This needs to change in the plan:", PLAN_DRAFT, "Now change what needs changing"),
        ("step_down", "The child manages with less help now,", PLAN_DRAFT, "Now make the new version lighter"),
        ("step_up", "What is done is not enough, because:", TO_SCHEDULE, "find a day for the team"),
        ("close", "The plan is not needed any more,", CLOSURE_PROPOSED, "Now decide about the closing"),
    ],
)
def test_the_decision_begins_its_reason_and_leads_to_its_page(desk, due, signed_in, decision, begins, leads_to, words):
    karin, reason = signed_in("karin"), f"reason-{decision}"
    page = karin.get(f"/referrals/{due}/follow-up")
    begun = page.fields(page.form())[reason]
    assert begun.startswith(begins)
    page = karin.submit(ALL_SAID | {"decision": decision, reason: begun}, status=422)
    assert page.all("a", href=f"#f-{reason}")
    assert any("Finish the sentence: so far it only begins." in problem for problem in page.problems)
    page = karin.submit({reason: f"{begun}vi har sett det."})
    assert desk.read(due, why_decided) == f"{begun}vi har sett det."
    assert words in page.text
    assert desk.read(due, state) == leads_to


def test_each_voice_may_keep_silent_but_is_asked(desk, due, signed_in):
    karin = signed_in("karin")
    karin.get(f"/referrals/{due}/follow-up")
    silent = ALL_SAID | {"child_view": "", "guardians-0-view": ""}
    page = karin.submit(silent, status=422)
    assert any("the child did not want to answer" in problem for problem in page.problems)
    assert any("Write what the guardian says" in problem for problem in page.problems)
    assert page.fields(page.form())["goals-0-note"] == "Borta två dagar."
    karin.submit({"child_declined": "yes", "guardians-0-declined": "yes"})
    assert "Did not want to answer" in karin.get(f"/referrals/{due}/follow-up").text


def test_times_lost_need_a_cause_at_the_field(desk, due, signed_in):
    karin = signed_in("karin")
    karin.get(f"/referrals/{due}/follow-up")
    page = karin.submit(ALL_SAID | {"actions-0-times_done": "0"}, status=422)
    assert any("fewer times than planned" in problem for problem in page.problems)
    page = karin.submit({"actions-0-loss_cause": "staff_absent"})
    assert desk.read(due, newest)[2:] == (0, 1)
    assert "Staff were absent" in karin.get(f"/referrals/{due}/follow-up").text


def test_a_day_that_has_not_come_or_has_passed_is_said_at_the_field(desk, due, signed_in):
    karin = signed_in("karin")
    karin.get(f"/referrals/{due}/follow-up")
    page = karin.submit(ALL_SAID | {"held_on": "2026-09-17", "next_follow_up_on": "2026-09-16"}, status=422)
    assert any("has not come yet" in problem for problem in page.problems)
    assert any("Choose a day after today." in problem for problem in page.problems)
    page = karin.submit(ALL_SAID | {"held_on": "yesterday"}, status=422)
    assert any("Write the date" in problem for problem in page.problems)


def test_what_cannot_have_been_is_said_at_the_field_and_nothing_is_lost(desk, due, signed_in):
    karin = signed_in("karin")
    karin.get(f"/referrals/{due}/follow-up")
    page = karin.submit(ALL_SAID | {"held_on": "2026-09-01", "actions-0-times_done": "7"}, status=422)
    assert any("before the plan began" in problem for problem in page.problems)
    page = karin.submit({"held_on": "2026-09-16"}, status=422)
    assert any("More often than was planned" in problem for problem in page.problems)
    assert page.fields(page.form())["goals-0-note"] == "Borta två dagar."
    assert "The plan goes on." in karin.submit({"actions-0-note": "Även på fritids."}).text
    assert desk.read(due, newest)[2:] == (7, 1)


def test_a_plan_that_changed_meanwhile_is_said_and_nothing_is_lost(desk, due, signed_in):
    karin = signed_in("karin")
    page = karin.get(f"/referrals/{due}/follow-up")
    stranger = str(desk.read(due, lambda _session, referral: referral.id))
    page = karin.submit(ALL_SAID | {"actions-0-action_id": stranger}, status=422)
    assert any("The plan has changed" in problem for problem in page.problems)
    assert page.fields(page.form())["child_view"] == "Det är lugnare."


def test_the_coordinator_follows_up_before_the_day(desk, signed_in):
    number = desk.lay(PLAN_ACTIVE, PlanStatus.ACTIVE)
    karin = signed_in("karin")
    assert "It opens by itself on that day." in karin.get(f"/referrals/{number}/follow-up").text
    page = karin.submit(form="open-form")
    assert page.all("form", id="main-form")
    assert desk.read(number, state) == FOLLOW_UP_DUE


def test_the_plans_page_opens_the_follow_up_too(desk, signed_in):
    number = desk.lay(PLAN_ACTIVE, PlanStatus.ACTIVE)
    karin = signed_in("karin")
    karin.get(f"/referrals/{number}/action-plan")
    karin.submit(form="open-form")
    assert "It is time for the follow-up." in karin.get(f"/referrals/{number}/action-plan").text


def test_who_opens_it_in_the_moment_in_which_its_day_came_finds_it_open(desk, settings, signed_in):
    number = desk.lay(PLAN_ACTIVE, PlanStatus.ACTIVE)
    karin = signed_in("karin")
    karin.get(f"/referrals/{number}/follow-up")
    with db.writing(settings.database) as session:
        referral = session.scalars(select(Referral).where(Referral.number == number)).one()
        follow_up.open_follow_up(session, referral, by=SYSTEM)
    page = karin.submit(form="open-form")
    assert "How many times was it done?" in page.text
    assert desk.read(number, state) == FOLLOW_UP_DUE


def test_others_read_that_the_coordinator_records_it(desk, due, signed_in):
    for who in ("henrik", "petra"):
        page = signed_in(who).get(f"/referrals/{due}/follow-up")
        assert "The coordinator records it." in page.text
        assert not page.all("form", id="main-form")
    signed_in("otto").get(f"/referrals/{due}/follow-up", status=404)


def test_before_the_plan_runs_there_is_nothing_to_follow_up(desk, signed_in):
    number = desk.lay(PLAN_DRAFT)
    assert "No follow-up yet" in signed_in("henrik").get(f"/referrals/{number}/follow-up").text
    with_plan = desk.lay(PLAN_DRAFT, PlanStatus.ACTIVE)
    page = signed_in("henrik").get(f"/referrals/{with_plan}/follow-up")
    assert "Next follow-up" in page.text


def test_a_second_press_does_not_record_it_twice(desk, due, signed_in):
    karin = signed_in("karin")
    karin.get(f"/referrals/{due}/follow-up")
    form = karin.page.form()
    karin.send(ALL_SAID, form=form)
    page = karin.submit(ALL_SAID, form=form, status=409)
    assert "You have done something here yourself meanwhile" in page.text
    assert "Borta två dagar." in page.text
    count = desk.read(due, lambda session, referral: len(plan_versions.follow_ups(session, referral)))
    assert count == 1
    assert clock.now().year == 2026


def _follow_up_on_paper(session, referral):
    row = next(row for row in referral.history if row.verb is Verb.RECORD_FOLLOW_UP)
    paper = next(one for one in documents.papers_after(session, row) if one.kind is DocumentKind.FOLLOW_UP)
    return paper_html(paper_sources.gather(session, referral, paper, after=row))


@pytest.mark.parametrize(
    ("is_withdrawn", "why"), [(False, "The consent has expired"), (True, "The consent was withdrawn")]
)
def test_a_consent_that_ended_stands_as_the_cause_with_its_day(desk, due, signed_in, settings, is_withdrawn, why):
    with db.writing(settings.database) as session:
        cast = cast_of(session)
        referral = session.scalars(select(Referral).where(Referral.number == due)).one()
        (action,) = plan_versions.actions_of(plan_versions.plan_in_force(session, referral))
        action.owner_id, action.from_on = cast.social_worker.id, clock.now().date() - timedelta(days=40)
        (guardian,) = coverage.guardians_of(session, referral)
        ended = clock.now().date() - timedelta(days=5)
        given = a_consent(session, guardian, by=cast.coordinator, from_on=ended - timedelta(days=30))
        if is_withdrawn:
            given.withdrawn_at, given.withdrawn_by_id = clock.now() - timedelta(days=4), cast.coordinator.id
        else:
            given.until_on = ended
    karin = signed_in("karin")
    page = karin.get(f"/referrals/{due}/follow-up")
    fields = page.fields(page.form())
    assert fields["actions-0-loss_cause"] == "no_consent"
    assert fields["actions-0-note"] == f"The consent ended on 12 September 2026: {why}."
    karin.submit(ALL_SAID)
    page = karin.get(f"/referrals/{due}/follow-up")
    assert "Consent was missing" in page.text
    assert f"The consent ended on 12 September 2026: {why}." in page.text
    paper = desk.read(due, _follow_up_on_paper)
    assert "Why fewer times: consent was missing" in paper
    assert f"The consent ended on 12 September 2026: {why}." in paper


def _take_up_a_new_version(settings, number):
    """The plan goes on as a new version that says the same, from the day on which the one before began."""
    with db.writing(settings.database) as session:
        referral = session.scalars(select(Referral).where(Referral.number == number)).one()
        before = plan_versions.plan_in_force(session, referral)
        after = plan_versions.copy_version(session, before, author_id=before.author_id, begins_on=before.valid_from)
        session.flush()
        before.status, after.status = PlanStatus.REPLACED, before.status
        for name in ("follow_up_on", "approved_at", "approved_by_id"):
            setattr(after, name, getattr(before, name))


@pytest.mark.parametrize("has_new_version", [False, True])
def test_what_was_shared_with_a_club_is_marked_when_a_guardian_withdraws_and_stands_as_what_was_lost(
    desk, due, signed_in, settings, wednesday, has_new_version
):
    with db.writing(settings.database) as session:
        cast = cast_of(session)
        referral = session.scalars(select(Referral).where(Referral.number == due)).one()
        (action,) = plan_versions.actions_of(plan_versions.plan_in_force(session, referral))
        action.owner_id, action.owner_name, action.arena = None, "Kim i klubben", Arena.LEISURE
        (guardian,) = coverage.guardians_of(session, referral)
        a_consent(session, guardian, by=cast.coordinator, recipients=["leisure"], categories=[*InformationCategory])
        guardian_id = guardian.id
    karin = signed_in("karin")
    page = karin.get(f"/referrals/{due}/sharing/leisure")
    (own,) = [box.get("value") for box in page.all("input", type="checkbox", name="chosen")][:1]
    first = {"to_whom": "Klubben", "chosen": [own], "_preview": f"service:leisure:{own}"}
    assert karin.send(first).data.startswith(b"%PDF")
    karin.get(f"/referrals/{due}/sharing/leisure")
    karin.submit({"to_whom": "Klubben", "chosen": [own]})
    if has_new_version:
        _take_up_a_new_version(settings, due)
    wednesday.shift(timedelta(days=1))
    karin = signed_in("karin")
    page = karin.get(f"/referrals/{due}/follow-up")
    assert page.fields(page.form())["actions-0-note"] == ""
    karin.get(f"/referrals/{due}/guardians/{guardian_id}/withdrawal")
    karin.submit({"reason": "Ångrar sig."})
    page = karin.get(f"/referrals/{due}/sharing")
    assert "Leisure, Klubben" in page.text
    assert "The consent ended 17 Sept 2026" in page.text
    page = karin.get(f"/referrals/{due}/follow-up")
    why = "The consent ended on 17 September 2026: The consent was withdrawn."
    fields = page.fields(page.form())
    assert (fields["actions-0-loss_cause"], fields["actions-0-note"]) == ("no_consent", why)
    karin.submit(ALL_SAID)
    assert why in karin.get(f"/referrals/{due}/follow-up").text
    assert why in desk.read(due, _follow_up_on_paper)
