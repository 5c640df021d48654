"""The plan's pages: written in a meeting, sent when complete, approved by somebody else, and kept in every version."""

import uuid
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from referrals import db
from referrals.guardians import withholding
from referrals.models import Guardian, MeetingDecision, Referral, TeamMeeting
from referrals.plans import plan_versions
from referrals.rules import rulebook
from referrals.stages import PLAN_ACTIVE, PLAN_DRAFT, PLAN_FOR_APPROVAL, PLAN_RETURNED, TO_SCHEDULE
from referrals.vocabulary import ActionStatus, DecisionKind, PlanStatus
from tests.factories import a_guardian
from tests.webapp.desk import Desk, cast_of

pytestmark = pytest.mark.usefixtures("wednesday")


@pytest.fixture
def desk(app, settings):
    return Desk(settings)


def newest_plan(session, referral):
    plan = plan_versions.versions(session, referral)[0]
    goals = [(goal.text, [action.text for action in goal.actions]) for goal in plan.goals]
    return plan.version, plan.status, goals


def lines_of_goals(session, referral):
    return [goal.line for plan in plan_versions.versions(session, referral) for goal in plan.goals]


def state(_session, referral):
    return referral.state


def all_of_it(desk):
    """Two goals and four actions, as typed in a meeting."""
    karin = desk.account("karin")
    typed = {
        "background": "Mila kommer sent.", "child_voice": "Jag vill ha en lugn start.", "guardians_view": "Samma sak hemma.",
        "if_worse": "Ring samordnaren.", "valid_from": "2026-09-16", "valid_to": "2026-12-09", "lead_id": desk.account("kim"),
        "follow_up_on": "2026-10-28", "follow_up_by_id": karin, "evaluation_on": "2026-12-09", "evaluation_by_id": karin,
    }  # fmt: skip
    for goal in range(2):
        start = f"goals-{goal}-"
        typed |= {f"{start}{name}": f"Mål {goal} {name}" for name in ("text", "baseline", "target")}
        typed[f"{start}plain"] = "Du får en lugn start."
        typed |= {f"{start}domain": "safety", f"{start}categories": "attendance"}
        for action in range(2):
            inner = f"{start}actions-{action}-"
            typed |= {f"{inner}text": f"Insats {goal}.{action}", f"{inner}owner_id": desk.account("petra")}
    return typed


def test_the_author_is_told_before_approval_what_cannot_stand_on_the_childs_version(desk, signed_in):
    number = desk.lay(PLAN_DRAFT)
    karin = signed_in("karin")
    karin.get(f"/referrals/{number}/action-plan/edit")
    karin.submit(button=("_add", "goals"))
    karin.submit(button=("_add", "goals-0-actions"))
    karin.submit(button=("_add", "goals-1-actions"))
    typed = all_of_it(desk) | {"goals-1-plain": "Du kommer i tid 4 dagar.", "child_helpers": "Petra är med dig."}
    page = karin.submit(typed, button=("send", "yes"))
    assert "The child's version is not ready yet" in page.text
    assert "the child's version of the plan has no numbers" in page.text
    assert page.fields(page.form())["child_helpers"] == "Petra är med dig."
    page = karin.submit({"goals-1-plain": "Du kommer i tid."}, button=("send", "yes"))
    assert "The plan has gone for approval." in page.text


def test_a_plan_with_two_goals_and_four_actions_is_written_without_a_script(desk, signed_in):
    number = desk.lay(PLAN_DRAFT)
    karin = signed_in("karin")
    page = karin.get(f"/referrals/{number}/action-plan")
    assert "Write the plan" in page.text
    karin.get(f"/referrals/{number}/action-plan/edit")
    karin.submit({"background": "Mila kommer sent."}, button=("_add", "goals"))
    karin.submit(button=("_add", "goals-0-actions"))
    page = karin.submit({"goals-0-text": "Kvar"}, button=("_add", "goals-1-actions"))
    assert page.fields(page.form())["background"] == "Mila kommer sent."
    assert page.fields(page.form())["goals-0-text"] == "Kvar"
    page = karin.submit(all_of_it(desk), button=("send", "yes"))
    assert "The plan has gone for approval." in page.text
    goals = [(f"Mål {goal} text", [f"Insats {goal}.{action}" for action in range(2)]) for goal in range(2)]
    assert desk.read(number, newest_plan) == (1, PlanStatus.FOR_APPROVAL, goals)
    assert desk.read(number, state) == PLAN_FOR_APPROVAL


def test_an_action_is_taken_away_and_the_rest_moves_up(desk, signed_in):
    number = desk.lay(PLAN_DRAFT)
    karin = signed_in("karin")
    karin.get(f"/referrals/{number}/action-plan/edit")
    for _ in range(2):
        karin.submit(button=("_add", "goals-0-actions"))
    typed = {f"goals-0-actions-{place}-text": word for place, word in enumerate(("ett", "två", "tre"))}
    page = karin.submit(typed, button=("_remove", "goals-0-actions-1"))
    fields = page.fields(page.form())
    assert [fields[f"goals-0-actions-{place}-text"] for place in range(2)] == ["ett", "tre"]
    assert "goals-0-actions-2-text" not in fields


def test_what_is_saved_halfway_is_there_again(desk, signed_in):
    number = desk.lay(PLAN_DRAFT)
    karin = signed_in("karin")
    karin.get(f"/referrals/{number}/action-plan/edit")
    answer = karin.send({"goals-0-text": "I skolan varje dag"}, button=("save", "f-goals-0"))
    assert answer.headers["Location"].endswith("/action-plan/edit#f-goals-0")
    page = karin.get(f"/referrals/{number}/action-plan/edit")
    assert page.fields(page.form())["goals-0-text"] == "I skolan varje dag"
    assert "Saved" in page.text
    answer = karin.send(button=("save", "//elsewhere"))
    assert answer.headers["Location"].endswith("/action-plan/edit")


def test_what_is_missing_is_said_at_each_field_and_nothing_is_lost(desk, signed_in):
    number = desk.lay(PLAN_DRAFT)
    karin = signed_in("karin")
    karin.get(f"/referrals/{number}/action-plan/edit")
    typed = {"background": "Mila kommer sent.", "goals-0-actions-0-how": "Vid grinden"}
    page = karin.submit(typed, button=("send", "yes"))
    assert "before the plan can be approved" in page.text
    problems = " ".join(page.problems)
    for words in ("Write the goal.", "Write what is to be done.", "Choose who does it", "Write what the child says."):
        assert words in problems
    assert "Write why the plan is made." not in problems
    assert page.fields(page.form())["background"] == "Mila kommer sent."
    assert desk.read(number, state) == PLAN_DRAFT


def test_days_in_the_wrong_order_are_said_at_the_field(desk, signed_in):
    number = desk.lay(PLAN_DRAFT)
    karin = signed_in("karin")
    karin.get(f"/referrals/{number}/action-plan/edit")
    page = karin.submit({"valid_from": "2026-12-09", "valid_to": "2026-09-16"}, button=("save", "days"), status=422)
    assert any("The last day comes before the first" in problem for problem in page.problems)


def test_somebody_who_cannot_be_chosen_is_refused_at_the_field(desk, signed_in):
    number = desk.lay(PLAN_DRAFT)
    karin = signed_in("karin")
    karin.get(f"/referrals/{number}/action-plan/edit")
    page = karin.submit({"lead_id": desk.account("noor")}, button=("save", "days"), status=422)
    assert any("Choose somebody else" in problem for problem in page.problems)


def a_held_meeting(session, cast, referral, decided, **values):
    """A meeting that decided this, as minutes hold it."""
    meeting = TeamMeeting(
        referral=referral, number=1, starts_at=referral.opened_at, held_at=referral.opened_at, minutes=60, place="Rum 12",
        called_by_id=cast.coordinator.id, called=[], guardians_invited=[], situation="Nio dagar borta.",
        child_words="Lugn start.", guardians_words="Hon sover dåligt.", strengths="Tycker om djur.", **values,
    )  # fmt: skip
    meeting.decisions = [MeetingDecision(referral=referral, position=place, **one) for place, one in enumerate(decided)]
    session.add(meeting)
    session.flush()
    return meeting


def test_a_new_plan_begins_with_what_the_meeting_knows(desk, settings, signed_in):
    number = desk.lay(PLAN_DRAFT)
    with db.writing(settings.database) as session:
        cast = cast_of(session)
        referral = session.scalars(select(Referral).where(Referral.number == number)).one()
        decided = [
            {
                "text": "Mentor möter",
                "responsible": cast.special_educator.name,
                "responsible_id": cast.special_educator.id,
                "due_on": date(2026, 10, 1),
            },
            {"text": "Ansöka om hjälp hemma", "responsible": "Familjen", "kind": DecisionKind.SPECIALIST},
            {"text": "Ringa fritids", "responsible": "Petra", "due_on": date(2026, 9, 15)},
            {"text": "Boka rummet", "responsible": "Petra", "done": referral.history[0]},
        ]
        a_held_meeting(session, cast, referral, decided)
    karin = signed_in("karin")
    page = karin.get(f"/referrals/{number}/action-plan/edit")
    fields = page.fields(page.form())
    assert (fields["background"], fields["child_voice"], fields["guardians_view"]) == (
        "Nio dagar borta.", "Lugn start.", "Hon sover dåligt.",
    )  # fmt: skip
    assert (fields["valid_from"], fields["follow_up_on"], fields["evaluation_on"]) == (
        "2026-09-16", "2026-10-28", "2026-12-09",
    )  # fmt: skip
    assert fields["follow_up_by_id"] == desk.account("karin")
    assert "Mentor möter" in page.text
    actions = "goals-0-actions-"
    names = ("text", "owner_id", "owner_name", "to_on")
    begun = [[fields.get(f"{actions}{number}-{name}", "") for name in names] for number in range(3)]
    petra = desk.account("petra")
    assert begun == [["Mentor möter", petra, "", "2026-10-01"], ["Ringa fritids", "", "Petra", ""], [""] * 4]
    assert "What the team decided to do itself stands here as actions." in page.text
    emptied = {f"{actions}1-{name}": "" for name in names}
    page = karin.submit(
        {"goals-0-text": "Mila är i skolan", f"{actions}0-text": "Mentor möter vid grinden"} | emptied,
        button=("save", "why"),
    )
    assert desk.read(number, newest_plan) == (1, PlanStatus.DRAFT, [("Mila är i skolan", ["Mentor möter vid grinden"])])
    assert "What the team decided to do itself stands here" not in page.text


def test_what_somebody_does_not_read_in_the_minutes_is_not_carried_into_everybodys_plan(desk, settings, signed_in):
    number = desk.lay(PLAN_DRAFT)
    with db.writing(settings.database) as session:
        cast = cast_of(session)
        referral = session.scalars(select(Referral).where(Referral.number == number)).one()
        maja, paul = (a_guardian(session, referral, name=name) for name in ("Maja Testsson", "Paul Testsson"))
        said = ["Om Maja", "Hålls från Paul", "I förtroende", "Lugn start"]
        about_maja = {"categories": ["family"], "about": "guardian", "guardian_id": str(maja.id)}
        meeting = a_held_meeting(
            session, cast, referral, [{"text": text, "responsible": "Petra"} for text in said],
            classification={"decisions-0": about_maja, "situation": about_maja},
        )  # fmt: skip
        by = {"by": cast.coordinator.actor(), "seen": None}
        ground = next(iter(rulebook.load(referral.rulepack).withholding_grounds))
        withholding.withhold_from_guardian(
            session, referral, **by, key=(meeting.id, "decisions-1"), guardian=paul, ground=ground, reason="Kan skada."
        )
        for name in ("decisions-2", "child_words"):
            withholding.mark_confided(session, referral, **by, key=(meeting.id, name))
    karin = signed_in("karin")

    def begun():
        page = karin.get(f"/referrals/{number}/action-plan/edit")
        fields = page.fields(page.form())
        names = ("background", "child_voice", "guardians_view", *(f"goals-0-actions-{row}-text" for row in range(2)))
        return [fields.get(name, "") for name in names]

    assert begun() == ["", "", "Hon sover dåligt.", "Lugn start", ""]
    with db.writing(settings.database) as session:
        for one in session.scalars(select(Guardian)):
            one.protected_level = "secrecy_marking"
    assert begun() == ["", "", "", "Lugn start", ""]


def test_what_the_team_decided_beyond_what_one_goal_holds_stands_at_the_next_one(desk, settings, signed_in):
    number = desk.lay(PLAN_DRAFT)
    with db.writing(settings.database) as session:
        referral = session.scalars(select(Referral).where(Referral.number == number)).one()
        decided = [{"text": f"Beslut {place}", "responsible": "Petra"} for place in range(11)]
        a_held_meeting(session, cast_of(session), referral, decided)
    page = signed_in("karin").get(f"/referrals/{number}/action-plan/edit")
    fields = page.fields(page.form())
    assert (fields["goals-0-actions-9-text"], fields["goals-1-actions-0-text"]) == ("Beslut 9", "Beslut 10")
    assert "the decision itself is still to be marked as done" in page.text


def test_two_people_writing_at_once_lose_nothing(desk, signed_in):
    number = desk.lay(PLAN_DRAFT)
    karin, sanna = signed_in("karin"), signed_in("sanna")
    for browser in (karin, sanna):
        browser.get(f"/referrals/{number}/action-plan/edit")
    sanna.submit({"background": "Sannas text."}, button=("save", "why"))
    page = karin.submit({"background": "Karins text."}, button=("save", "why"), status=409)
    assert "Sanna Brolund was first" in page.text
    assert page.fields(page.form())["background"] == "Karins text."
    assert "Sannas text." in page.text
    page = karin.submit(button=("save", "why"))
    assert page.fields(page.form())["background"] == "Karins text."


def test_text_that_looks_like_script_is_shown_as_text(desk, signed_in):
    number = desk.lay(PLAN_DRAFT)
    karin = signed_in("karin")
    karin.get(f"/referrals/{number}/action-plan/edit")
    karin.submit({"background": "<script>alert(1)</script>"}, button=("save", "why"))
    page = karin.get(f"/referrals/{number}/action-plan")
    assert "<script>alert(1)</script>" in page.text


def test_a_text_beyond_measure_is_refused_and_kept(desk, signed_in):
    number = desk.lay(PLAN_DRAFT)
    karin = signed_in("karin")
    karin.get(f"/referrals/{number}/action-plan/edit")
    page = karin.submit({"background": "x" * 100_000}, button=("save", "why"), status=422)
    assert len(page.fields(page.form())["background"]) == 100_000


def test_the_head_teacher_approves(desk, signed_in):
    number = desk.lay(PLAN_FOR_APPROVAL, PlanStatus.FOR_APPROVAL)
    henrik = signed_in("henrik")
    page = henrik.get(f"/referrals/{number}/action-plan")
    assert "Read and decide" in page.text
    henrik.get(f"/referrals/{number}/action-plan/approval")
    page = henrik.submit({"reason": "x" * 20_001}, form="approve-form", status=422)
    assert page.problems
    page = henrik.submit({"reason": "Målen är barnets egna."}, form="approve-form")
    assert "The plan is in force from now on." in page.text
    assert desk.read(number, state) == PLAN_ACTIVE
    assert "Målen är barnets egna." in henrik.get(f"/referrals/{number}").text
    page = henrik.get(f"/referrals/{number}/action-plan/approval")
    assert "No plan waits for approval" in page.text


def test_a_plan_says_who_leads_it_who_evaluates_it_when_and_how_often_something_is_done(desk, signed_in):
    evaluation = {"evaluation_on": date(2026, 12, 11), "evaluation_by_id": uuid.UUID(desk.account("sanna"))}
    number = desk.lay(PLAN_ACTIVE, PlanStatus.ACTIVE, lead_id=uuid.UUID(desk.account("kim")), **evaluation)
    page = signed_in("henrik").get(f"/referrals/{number}/action-plan")
    (facts,) = page.all("dl", class_="plan-facts")
    said = [page.text_of(fact) for fact in facts]
    assert said[1] == "Lead for the familyKim Solgren"
    assert said[3] == "Evaluation11 Dec 2026, Sanna BrolundSet in the referral"
    assert "5 times a week" in page.text


def test_a_plan_is_returned_with_comments_which_its_writer_reads(desk, signed_in):
    number = desk.lay(PLAN_FOR_APPROVAL, PlanStatus.FOR_APPROVAL)
    henrik = signed_in("henrik")
    henrik.get(f"/referrals/{number}/action-plan/approval")
    page = henrik.submit(status=422)
    assert any("Finish the sentence: so far it only begins." in problem for problem in page.problems)
    page = henrik.submit({"comments": ""}, status=422)
    assert page.problems
    henrik.submit({"comments": "Vem möter på måndagar?"})
    assert desk.read(number, state) == PLAN_RETURNED
    karin = signed_in("karin")
    assert "Vem möter på måndagar?" in karin.get(f"/referrals/{number}/action-plan").text
    assert "Vem möter på måndagar?" in karin.get(f"/referrals/{number}/action-plan/edit").text


def test_who_decides_on_a_plan_second_reads_that_and_can_copy_what_they_typed(desk, signed_in):
    address = f"/referrals/{desk.lay(PLAN_FOR_APPROVAL, PlanStatus.FOR_APPROVAL)}/action-plan/approval"
    henrik, sanna = signed_in("henrik"), signed_in("sanna")
    henrik.get(address)
    page = sanna.get(address)
    henrik.submit(form="approve-form")
    for form, typed in (("approve-form", {"reason": "bra"}), ("main-form", {"comments": "Vem möter dem?"})):
        again = sanna.submit(typed, form=page.form(form), status=409)
        assert "Henrik Rosenby was first" in again.text
        assert "What you sent has changed nothing. What you typed stands last on this page" in again.text
        assert [again.text_of(one) for one in again.all("blockquote", class_="kept-text")] == [*typed.values()]
        assert "kept below" not in again.text
    again = sanna.submit(form=page.form("approve-form"), status=409)
    assert "What you sent has changed nothing." in again.text
    assert "What you typed" not in again.text


def test_the_writer_is_told_that_somebody_else_approves(desk, signed_in):
    number = desk.lay(PLAN_FOR_APPROVAL, PlanStatus.FOR_APPROVAL)
    karin = signed_in("karin")
    page = karin.get(f"/referrals/{number}/action-plan/approval")
    assert "Somebody else approves this one" in page.text
    assert not page.all("form", id="approve-form")
    page = karin.submit(button=("_form", "approve"), status=409)
    assert "Somebody else must approve this" in page.text


def test_a_plan_is_locked_while_it_waits_for_approval(desk, signed_in):
    number = desk.lay(PLAN_FOR_APPROVAL, PlanStatus.FOR_APPROVAL)
    page = signed_in("karin").get(f"/referrals/{number}/action-plan/edit")
    assert "The plan cannot be written on now" in page.text
    assert not page.all("form", id="main-form")


def test_before_the_team_has_met_it_says_when_the_plan_is_written(desk, signed_in):
    number = desk.lay(TO_SCHEDULE)
    page = signed_in("karin").get(f"/referrals/{number}/action-plan/edit")
    assert "It is written when the team has met" in page.text
    assert "The plan cannot be written on now" not in page.text
    assert "The plan as it stands" not in page.text


def test_each_version_stays_readable(desk, settings, signed_in):
    number = desk.lay(PLAN_DRAFT, PlanStatus.ACTIVE)
    karin = signed_in("karin")
    page = karin.get(f"/referrals/{number}/action-plan/edit")
    assert "This begins as a copy of version 1" in page.text
    assert page.fields(page.form())["goals-0-text"] == "Mila är i skolan varje dag."
    assert page.fields(page.form())["follow_up_on"] == ""
    karin.submit({"background": "Nu går det bättre."}, button=("save", "why"))
    assert desk.read(number, newest_plan)[0] == 2
    assert len(set(desk.read(number, lines_of_goals))) == 1
    page = karin.get(f"/referrals/{number}/action-plan/versions/1")
    assert "Mila kommer sent." in page.text
    assert "Nu går det bättre." in karin.get(f"/referrals/{number}/action-plan/versions/2").text
    assert "All versions" in karin.get(f"/referrals/{number}/action-plan").text
    karin.get(f"/referrals/{number}/action-plan/versions/3", status=404)


def test_a_replaced_version_says_so(desk, signed_in):
    number = desk.lay(PLAN_DRAFT, PlanStatus.REPLACED)
    page = signed_in("karin").get(f"/referrals/{number}/action-plan/versions/1")
    assert "A later version has replaced this one" in page.text


def action_of(session, referral):
    return plan_versions.actions_of(plan_versions.versions(session, referral)[0])[0]


def test_days_in_the_wrong_order_in_a_draft_from_before_are_not_said_to_be_missing(desk, settings, signed_in):
    days = {"valid_from": date(2026, 12, 9), "valid_to": date(2026, 9, 16)}
    number = desk.lay(PLAN_DRAFT, PlanStatus.DRAFT, guardians_view="Samma sak hemma.", **days)
    with db.writing(settings.database) as session:
        action = action_of(session, session.scalars(select(Referral).where(Referral.number == number)).one())
        action.to_on = action.from_on - timedelta(days=1)
    page = signed_in("karin").get(f"/referrals/{number}/action-plan/edit?missing=1")
    assert ["The last day comes before the first. Check both." in problem for problem in page.problems] == [True, True]


def test_the_owner_of_an_action_says_how_it_stands(desk, settings, signed_in):
    number = desk.lay(PLAN_ACTIVE, PlanStatus.ACTIVE)
    action_id = desk.read(number, lambda session, referral: action_of(session, referral).id)
    karin = signed_in("karin")
    page = karin.get(f"/referrals/{number}/action-plan")
    assert "Say how it stands" in page.text
    page = karin.get(f"/referrals/{number}/action-plan/actions/{action_id}")
    assert page.fields(page.form())["reason"] == "It has not worked out so far, because: "
    karin.submit({"status": "ongoing"})
    assert desk.read(number, lambda session, referral: action_of(session, referral).status_reason) is None
    karin.get(f"/referrals/{number}/action-plan/actions/{action_id}")
    page = karin.submit({"status": "hindered"}, status=422)
    assert any("Write why" in problem for problem in page.problems)
    page = karin.submit({"status": "hindered", "reason": "Petra är sjuk."})
    assert "Petra är sjuk." in page.text
    assert desk.read(number, lambda session, referral: action_of(session, referral).status) is ActionStatus.HINDERED


def test_a_member_reads_an_action_that_is_not_theirs(desk, signed_in):
    number = desk.lay(PLAN_ACTIVE, PlanStatus.ACTIVE)
    action_id = desk.read(number, lambda session, referral: action_of(session, referral).id)
    petra = signed_in("petra")
    assert "Say how it stands" not in petra.get(f"/referrals/{number}/action-plan").text
    page = petra.get(f"/referrals/{number}/action-plan/actions/{action_id}")
    assert "says how it stands while the plan is in force" in page.text
    petra.get(f"/referrals/{number}/action-plan/actions/{uuid.uuid4()}", status=404)


def test_an_action_is_found_only_under_its_own_referral(desk, signed_in):
    number, other = desk.lay(PLAN_ACTIVE, PlanStatus.ACTIVE), desk.lay(PLAN_ACTIVE, PlanStatus.ACTIVE)
    action_id = desk.read(number, lambda session, referral: action_of(session, referral).id)
    signed_in("karin").get(f"/referrals/{other}/action-plan/actions/{action_id}", status=404)


@pytest.mark.parametrize("path", ["", "/edit", "/approval", "/versions/1"])
def test_who_has_nothing_to_do_with_it_finds_nothing(desk, signed_in, path):
    number = desk.lay(PLAN_DRAFT, PlanStatus.DRAFT)
    signed_in("otto").get(f"/referrals/{number}/action-plan{path}", status=404)
    signed_in("anton").get(f"/referrals/{number}/action-plan{path}", status=404)


def test_without_a_plan_the_page_says_when_there_will_be_one(desk, signed_in):
    number = desk.lay(PLAN_DRAFT)
    page = signed_in("henrik").get(f"/referrals/{number}/action-plan")
    assert "There is no plan yet" in page.text


def test_what_was_typed_is_kept_when_the_plan_went_off_meanwhile(desk, signed_in):
    number = desk.lay(PLAN_DRAFT, PlanStatus.DRAFT, guardians_view="Samma sak hemma.")
    karin, sanna = signed_in("karin"), signed_in("sanna")
    for browser in (karin, sanna):
        browser.get(f"/referrals/{number}/action-plan/edit")
    sanna.submit(button=("send", "yes"))
    page = karin.submit({"background": "Karins långa text om Mila."}, button=("save", "why"), status=409)
    assert "The plan cannot be written on now" in page.text
    assert "Karins långa text om Mila." in page.text
