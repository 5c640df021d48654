"""What the forms of the team meeting take and give, and what they say when they cannot."""

import uuid
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from marshmallow import ValidationError

from referrals.vocabulary import Attendance, Domain, MeetingOutcome, Profession
from schemas import team_review
from schemas.team_review import MeetingForm, MinutesForm

KIM, MAJA = uuid.uuid4(), uuid.uuid4()
MET_ON = date(2026, 9, 15)


def a_call(**values: Any) -> dict[str, Any]:
    given = {"starts_on": "2026-10-07", "starts_time": "14:30", "place": "Rum 12", "called": [str(KIM)]}
    return given | {"guardians": [str(MAJA)], "agenda": "Läget\n\n - Nästa steg \n"} | values


def problems(schema: Any, data: dict[str, Any]) -> Any:
    with pytest.raises(ValidationError) as refused:
        schema.load(data)
    return refused.value.normalized_messages()


def test_day_and_time_are_meant_in_the_municipalitys_own_zone(wednesday: Any) -> None:
    loaded = MeetingForm(zone="Europe/Stockholm").load(a_call(without=["psychologist"]))
    assert loaded == {
        "starts_at": datetime(2026, 10, 7, 12, 30, tzinfo=UTC),
        "minutes": 60,
        "place": "Rum 12",
        "called": [KIM],
        "without": [Profession.PSYCHOLOGIST],
        "guardians": [MAJA],
        "agenda": ["Läget", "Nästa steg"],
        "reason": None,
        "on_closed_day": False,
    }


def test_a_meeting_without_points_has_an_empty_agenda(wednesday: Any) -> None:
    assert MeetingForm(zone="Europe/Copenhagen").load(a_call(agenda=None))["agenda"] == []


def test_a_meeting_says_what_it_lacks(wednesday: Any) -> None:
    assert problems(MeetingForm(zone="UTC"), {"minutes": "5"}) == {
        "starts_on": [team_review.GIVE_DAY],
        "starts_time": [team_review.GIVE_TIME],
        "minutes": [team_review.GIVE_LENGTH],
        "place": [team_review.GIVE_PLACE],
        "called": [team_review.CALL_SOMEBODY],
    }
    assert "year" in problems(MeetingForm(zone="UTC"), a_call(starts_on="2062-10-07"))["starts_on"][0]


def test_minutes_become_plain_values(wednesday: Any) -> None:
    loaded = MinutesForm(met_on=MET_ON).load(
        {
            "attendance": [{"name": "Kim Solgren", "attendance": "present"}],
            "strengths": "Ritar gärna.",
            "ratings": {"health": {"rating": "4", "note": "Sover bättre."}, "safety": {"note": "Oklart."}},
            "decisions": [{"text": "Lugn start", "responsible": "Kim Solgren", "due_on": "2026-10-12"}],
            "outcome": "plan",
        }
    )
    assert loaded["attendance"] == [{"name": "Kim Solgren", "function": "", "attendance": Attendance.PRESENT}]
    assert loaded["ratings"] == {
        Domain.HEALTH: {"rating": 4, "note": "Sover bättre."},
        Domain.SAFETY: {"rating": None, "note": "Oklart."},
    }
    decision = {"text": "Lugn start", "responsible": "Kim Solgren", "due_on": date(2026, 10, 12), "kind": None}
    assert loaded["decisions"] == [decision]
    assert (loaded["outcome"], loaded["dissent"], loaded["next_meeting_on"]) == (MeetingOutcome.PLAN, None, None)


def test_minutes_may_lack_everything_but_who_was_there(wednesday: Any) -> None:
    assert problems(MinutesForm(met_on=MET_ON), {}) == {"attendance": [team_review.SAY_WHO_WAS_THERE]}
    assert MinutesForm(met_on=MET_ON).load({"attendance": [{"name": "Kim", "attendance": "absent"}]})["ratings"] == {}


def test_each_row_says_what_it_lacks(wednesday: Any) -> None:
    refused = problems(
        MinutesForm(met_on=MET_ON),
        {"attendance": [{"function": "Kurator"}], "decisions": [{"text": "Lugn start"}, {"responsible": "Kim"}]},
    )
    assert refused["attendance"] == {
        0: {"name": [team_review.GIVE_NAME], "attendance": [team_review.SAY_HOW_THEY_TOOK_PART]}
    }
    assert refused["decisions"] == {
        0: {"responsible": [team_review.SAY_RESPONSIBLE], "due_on": [team_review.SAY_BY_WHEN]},
        1: {"text": [team_review.WRITE_DECISION], "due_on": [team_review.SAY_BY_WHEN]},
    }


def test_nothing_is_to_be_done_before_the_meeting_and_each_day_says_so_itself(wednesday: Any) -> None:
    there = [{"name": "Kim", "attendance": "present"}]
    days = [MET_ON, MET_ON - timedelta(days=1)]
    decisions = [{"text": "Lugn start", "responsible": "Kim", "due_on": day.isoformat()} for day in days]
    given = {"attendance": there, "decisions": decisions, "next_meeting_on": days[1].isoformat()}
    too_early = [team_review.BEFORE_MEETING]
    refused = problems(MinutesForm(met_on=MET_ON), given)
    assert refused == {"decisions": {1: {"due_on": too_early}}, "next_meeting_on": too_early}
    on_the_day = {"attendance": there, "decisions": decisions[:1], "next_meeting_on": MET_ON.isoformat()}
    assert MinutesForm(met_on=MET_ON).load(on_the_day)["next_meeting_on"] == MET_ON


def test_a_rating_lies_between_one_and_five(wednesday: Any) -> None:
    there = [{"name": "Kim", "attendance": "present"}]
    refused = problems(MinutesForm(met_on=MET_ON), {"attendance": there, "ratings": {"health": {"rating": "6"}}})
    assert "outside" in refused["ratings"]["health"]["rating"][0]
