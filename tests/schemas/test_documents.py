"""What a paper's source gives where rows are missing, hidden or more than one."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from uuid import uuid4

import pytest
import time_machine

from referrals.printing import document_html
from referrals.stages import Verb
from referrals.vocabulary import ConsentState, DocumentKind, PlanStatus
from schemas.documents import DOCUMENTS, Contact, PaperRecipient, document_context
from tests.documents.sources import FATHER_ID, ISSUED, MOTHER_ID, Family, rich_source, sparse_source


@pytest.mark.parametrize("kind", list(DocumentKind), ids=str)
def test_a_context_is_plain_and_always_has_the_same_keys(kind: DocumentKind) -> None:
    rich, sparse = document_context(kind, rich_source(kind)), document_context(kind.value, sparse_source())
    assert set(rich) == set(sparse)
    assert json.loads(json.dumps(rich)) == rich


def test_every_kind_has_a_schema_named_after_it() -> None:
    assert set(DOCUMENTS) == set(DocumentKind)
    for kind, schema in DOCUMENTS.items():
        assert schema.__name__ == kind.value.title().replace("_", "") + "Document"


def test_unknown_kind_is_refused() -> None:
    with pytest.raises(ValueError, match="summons"):
        document_context("summons", sparse_source())


def test_contact_is_the_owner_at_the_units_number() -> None:
    contact = document_context("receipt", rich_source(DocumentKind.RECEIPT))["contact"]
    assert contact == {
        "name": "Karin Almkvist",
        "function": "coordinator",
        "phone": "0000-12 34 56",
        "email": "coordinator@trivsel.invalid",
    }


def test_contact_is_the_units_own_while_nobody_owns_the_referral() -> None:
    source = rich_source(DocumentKind.RECEIPT)
    source.referral.owner = None
    contact = document_context("receipt", source)["contact"]
    assert contact == {"name": None, "function": "HTL-samordnaren", "phone": "0000-12 34 56", "email": None}


def test_a_contact_that_was_given_stands() -> None:
    contact = Contact(name="Sanna Brolund", phone="0000-11 11 11")
    source = rich_source(DocumentKind.RECEIPT, contact=contact)
    assert document_context("receipt", source)["contact"]["name"] == "Sanna Brolund"


def test_protected_child_has_no_school_in_the_context_at_all() -> None:
    source = rich_source(DocumentKind.REFERRAL)
    source.referral.protected_level = "sekretessmarkering"
    context = document_context("referral", source)
    assert context["unit"] is None
    assert context["forum"] is None
    assert context["contact"]["phone"] is None
    assert context["child"] == {"name": None, "protected": True, "birth_date": None, "school_year": None, "group": None}


def test_guardian_who_has_not_answered_stands_as_informed() -> None:
    guardians = document_context("information_and_consent", rich_source(DocumentKind.INFORMATION_AND_CONSENT))[
        "guardians"
    ]
    assert [each["consent"]["state"] for each in guardians] == [ConsentState.PARTIAL.value, ConsentState.INFORMED.value]
    assert guardians[1]["consent"]["categories"] == []


def test_guardian_who_was_not_told_yet_has_an_empty_notice() -> None:
    source = rich_source(DocumentKind.ACTION_PLAN)
    for guardian in source.guardians:
        guardian.notices.clear()
        guardian.consents.clear()
    first = document_context("action_plan", source)["guardians"][0]
    assert first["notice"] == {"method": None, "told_on": None, "told_what": None, "why_not": None}
    assert first["consent"]["state"] == ConsentState.NOT_ASKED.value


def test_only_guardians_who_are_asked_stand_on_the_invitation() -> None:
    source = rich_source(DocumentKind.INVITATION, recipient=PaperRecipient())
    source.meeting.guardians_invited = [str(MOTHER_ID)]
    context = document_context("invitation", source)
    assert [each["name"] for each in context["guardians"]] == ["Agnieszka Wiśniewska"]
    assert context["interpreters"] == ["pl"]


def test_an_invitation_does_not_lead_one_guardian_to_another_whose_identity_is_protected() -> None:
    seen_by = {}
    for reader in (None, FATHER_ID):
        recipient = PaperRecipient(guardian_id=reader)
        source = rich_source(DocumentKind.INVITATION, recipient=recipient)
        source.guardians[0].protected_level = "sekretessmarkering"
        seen_by[reader] = document_context("invitation", source)
    assert [len(context["guardians"]) for context in seen_by.values()] == [2, 1]
    assert [context["interpreters"] for context in seen_by.values()] == [["pl"], []]


def test_meeting_without_a_length_has_no_end() -> None:
    source = rich_source(DocumentKind.INVITATION)
    assert document_context("invitation", source)["ends_at"] == "2026-10-08T13:00:00+00:00"
    source.meeting.minutes = 0
    assert document_context("invitation", source)["ends_at"] is None


def test_part_that_is_still_out_says_nothing_yet() -> None:
    family = Family("sv")
    part = family.parts()[0]
    part.received_at = None
    context = document_context("assessment", rich_source(DocumentKind.ASSESSMENT, parts=[part]))
    assert context["parts"][0]["findings"] == {}
    assert context["parts"][0]["child_voice"] is None
    assert context["parts"][0]["is_late"] is False


def test_part_that_came_in_after_the_paper_is_still_out_on_it() -> None:
    part = Family("sv").parts()[0]
    part.received_at = ISSUED[DocumentKind.ASSESSMENT] + timedelta(days=1)
    shown = {
        at: document_context("assessment", rich_source(DocumentKind.ASSESSMENT, parts=[part], issued_at=at))["parts"][0]
        for at in (ISSUED[DocumentKind.ASSESSMENT], None)
    }
    assert [bool(one["received_at"] and one["findings"]) for one in shown.values()] == [False, True]


def test_day_of_looking_again_belongs_to_an_ending_with_the_initial_assessment() -> None:
    source = rich_source(DocumentKind.REFERRAL)
    source.referral.revisit_on = date(2026, 11, 2)
    assert document_context("referral", source)["revisit_on"] is None
    source.triage.verb = Verb.END_AT_TRIAGE
    assert document_context("referral", source)["revisit_on"] == "2026-11-02"


def test_an_issued_plan_is_the_one_that_was_approved_whatever_became_of_it_since() -> None:
    source = rich_source(DocumentKind.ACTION_PLAN)
    source.plan.status = PlanStatus.REPLACED
    preview = rich_source(DocumentKind.ACTION_PLAN, issued_at=None)
    preview.plan.status = PlanStatus.DRAFT
    assert [document_context("action_plan", one)["status"] for one in (source, preview)] == ["active", "draft"]


def test_late_part_is_marked() -> None:
    parts = document_context("assessment", rich_source(DocumentKind.ASSESSMENT))["parts"]
    assert [part["is_late"] for part in parts] == [False, True, False, False]


def test_action_is_done_by_the_name_written_or_by_the_account() -> None:
    goals = document_context("action_plan", rich_source(DocumentKind.ACTION_PLAN))["goals"]
    assert [action["who"] for goal in goals for action in goal["actions"]] == [
        "Petra Vidmark",
        "Åsa Söderfält",
        "Lena Björk",
        "Karin Almkvist",
    ]


def test_stranger_among_the_guardians_sees_none_of_them() -> None:
    stranger = PaperRecipient(capacity="guardian", guardian_id=uuid4())
    source = rich_source(DocumentKind.FOLLOW_UP, recipient=stranger)
    assert document_context("follow_up", source)["guardian_views"] == []


def test_preview_without_a_date_counts_consent_from_the_beginning() -> None:
    source = rich_source(DocumentKind.ACTION_PLAN, issued_at=None)
    assert document_context("action_plan", source)["guardians"][0]["consent"]["state"] == ConsentState.PARTIAL.value


@pytest.mark.parametrize(("hour", "state"), [(21, ConsentState.NOT_BEGUN), (22, ConsentState.PARTIAL)])
def test_a_previews_consent_begins_with_the_day_where_the_municipality_is(hour: int, state: ConsentState) -> None:
    source = rich_source(DocumentKind.ACTION_PLAN, issued_at=None)
    with time_machine.travel(datetime(2026, 9, 20, hour, 30, tzinfo=UTC), tick=False):
        assert document_context("action_plan", source)["guardians"][0]["consent"]["state"] == state.value


def test_any_object_with_the_same_attributes_will_do() -> None:
    closure = SimpleNamespace(reason="moved", summary="Flyttat.", outcomes=[], closed_at=None, by=None)
    context = document_context("closing", sparse_source(closure=closure))
    assert (context["reason"], context["summary"], context["closed_by"]) == (
        "moved",
        "Flyttat.",
        {"name": None, "function": None},
    )


def test_a_guardians_minutes_leave_out_the_numbers_and_what_is_not_for_them() -> None:
    source = rich_source(DocumentKind.MINUTES)
    whole, held = document_context("minutes", source), source.meeting
    assert any(rated["rating"] for rated in whole["ratings"].values())
    theirs = replace(source, recipient=PaperRecipient(capacity="guardian", guardian_id=uuid4()))
    copy = document_context("minutes", theirs)
    assert [rated["note"] for rated in copy["ratings"].values()] == [one["note"] for one in whole["ratings"].values()]
    assert not any(rated["rating"] for rated in copy["ratings"].values())
    assert copy["decisions"] == whole["decisions"]
    for place, decision in enumerate(held.decisions):
        decision.position = place
    left_out = {(held.id, "situation"), (held.id, "ratings-health"), (held.id, "decisions-0")}
    colours = {"health": "green", "safety": "yellow", "learning": None}
    less = document_context("minutes", replace(theirs, withheld=frozenset(left_out), colours=colours))
    assert less["colours"] == colours | {"health": None}
    assert copy["colours"] is None
    assert "of 5" not in document_html("minutes", less, language="en")
    assert (less["situation"], less["strengths"]) == (None, whole["strengths"])
    assert (less["ratings"]["health"], less["ratings"]["safety"]) == (None, copy["ratings"]["safety"])
    assert less["decisions"] == whole["decisions"][1:]


def test_what_a_protected_guardian_said_at_the_meeting_is_not_on_the_other_ones_minutes() -> None:
    mine, other = SimpleNamespace(id=uuid4(), name="Maja"), SimpleNamespace(id=uuid4(), name="Milan")
    for guardian in (mine, other):
        guardian.has_protected_identity = guardian is other
    source = replace(rich_source(DocumentKind.MINUTES), guardians=[mine, other])
    source.meeting.dissent = "Milan: jag vill inte."
    source.meeting.decisions[0].responsible = "milan, pappa"
    copies = [
        document_context("minutes", replace(source, recipient=recipient))
        for recipient in (
            PaperRecipient(),
            PaperRecipient(capacity="guardian", guardian_id=mine.id),
            PaperRecipient(capacity="guardian", guardian_id=other.id),
        )
    ]
    said = source.meeting.guardians_words
    assert [copy["guardians_words"] for copy in copies] == [said, None, said]
    assert [copy["dissent"] for copy in copies] == ["Milan: jag vill inte.", None, "Milan: jag vill inte."]
    assert {copy["decisions"][0]["responsible"] for copy in copies} == {None}
    assert {copy["decisions"][1]["responsible"] for copy in copies} == {source.meeting.decisions[1].responsible}
    paper = document_html("minutes", copies[1], language="en")
    assert "milan" not in paper.lower()
    assert "Nobody wished to have a different opinion" not in paper, "somebody did"


def test_a_copy_leaves_out_the_goals_and_notes_that_are_not_for_its_reader() -> None:
    whole = document_context("follow_up", rich_source(DocumentKind.FOLLOW_UP))
    source = rich_source(DocumentKind.FOLLOW_UP)
    held = source.follow_up
    first, *others = held.goal_results
    for row in held.goal_results:
        row.goal_id = row.goal.id
    for action in held.action_results:
        action.action_id, action.action.goal_id = action.action.id, action.action.goal.id
    kept = next(action for action in held.action_results if action.action.goal is others[0].goal)
    left_out = {
        (first.goal_id, ""), (held.id, f"goal_results-{others[0].goal_id}"), (held.id, f"action_results-{kept.action_id}"),
        (held.id, "learned"),
    }  # fmt: skip
    copy = document_context("follow_up", replace(source, withheld=frozenset(left_out)))
    assert [goal["text"] for goal in copy["goals"]] == [goal["text"] for goal in whole["goals"][1:]]
    assert copy["goals"][0]["note"] is None
    gone = sum(action.action.goal is first.goal for action in held.action_results)
    assert gone
    assert len(copy["actions"]) == len(whole["actions"]) - gone
    assert [action["note"] for action in copy["actions"] if action["text"] == kept.action.text] == [None]
    assert (copy["learned"], copy["child_view"]) == (None, whole["child_view"])


def test_a_copy_of_the_plan_and_of_the_closing_leave_the_same_out() -> None:
    source = rich_source(DocumentKind.ACTION_PLAN)
    left_out = frozenset({(source.plan.goals[0].id, ""), (source.plan.id, "background")})
    copy = document_context("action_plan", replace(source, withheld=left_out))
    assert len(copy["goals"]) == len(source.plan.goals) - 1
    assert (copy["background"], copy["if_worse"]) == (None, source.plan.if_worse)
    source = rich_source(DocumentKind.CLOSING)
    outcome = source.closure.outcomes[0]
    outcome.goal_id = outcome.goal.id
    copy = document_context("closing", replace(source, withheld=frozenset({(outcome.goal_id, "")})))
    assert len(copy["outcomes"]) == len(source.closure.outcomes) - 1
    assert len(copy["actions"]) == len(source.running_actions) - len(outcome.goal.actions)
