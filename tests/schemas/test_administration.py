"""The administrators' forms: what they need, and what they say when it is not there."""

import uuid
from zoneinfo import available_timezones

import pytest
from marshmallow import ValidationError

from referrals.rules.rulebook import Counting
from referrals.vocabulary import DeadlineSource, Profession, SchoolForm, TeamLevel
from schemas import administration

UNIT = str(uuid.uuid4())
SOMEBODY = {
    "name": "Tove Tovholt",
    "email": "tove@trivsel.invalid",
    "profession": "coordinator",
    "language": "da",
    "is_active": "yes",
    "coordinator": [UNIT],
}


def problems(schema, typed):
    with pytest.raises(ValidationError) as refused:
        schema.load(typed)
    return refused.value.messages


def test_a_unit_needs_a_name_a_kind_and_a_team():
    assert set(problems(administration.UnitForm(), {})) == {"name", "school_form", "forum"}
    loaded = administration.UnitForm().load({"name": "Fritids", "school_form": "leisure", "forum": UNIT})
    assert loaded["school_form"] is SchoolForm.LEISURE
    assert (loaded["contact"], loaded["phone"], loaded["is_open"]) == ("", "", False)


def test_a_team_needs_only_a_name():
    assert problems(administration.ForumForm(), {"level": "staff"}) == {"name": ["Fill this in."]}
    assert problems(administration.ForumForm(), {"name": "HTL"}) == {"level": ["Choose one of the answers."]}
    assert administration.ForumForm().load({"name": "HTL", "level": "area", "quorum": ["psychologist"]}) == {
        "name": "HTL",
        "level": TeamLevel.AREA,
        "outcomes": [],
        "mandate": "",
        "place": "",
        "quorum": [Profession.PSYCHOLOGIST],
        "shows_names": False,
        "rates_by_colour": False,
    }


def test_a_person_needs_at_least_one_role():
    without = {key: value for key, value in SOMEBODY.items() if key != "coordinator"}
    assert problems(administration.PersonForm(), without) == {"coordinator": ["Give at least one role."]}
    assert set(problems(administration.PersonForm(), {})) == {"name", "email", "profession", "language", "coordinator"}
    assert administration.PersonForm().load({**without, "administrator": "yes"})["administrator"]
    assert administration.PersonForm().load(SOMEBODY)["coordinator"] == [uuid.UUID(UNIT)]


def test_a_person_reads_one_of_our_languages():
    assert problems(administration.PersonForm(), {**SOMEBODY, "language": "xx"}) == {
        "language": ["Choose one of the answers."]
    }


def test_closed_days_end_after_they_begin():
    days = {"label": "Lov", "first_on": "2026-10-26", "last_on": "2026-10-25"}
    assert problems(administration.ClosedDaysForm(), days) == {"last_on": ["The last day comes before the first."]}
    assert administration.ClosedDaysForm().load({**days, "last_on": "2026-10-26"})["label"] == "Lov"


def test_a_municipality_has_a_name_a_language_and_three_numbers():
    missing = problems(administration.MunicipalityForm(), {})
    assert set(missing) == {"name", "language", "emergency", "social_services", "helpline"}


def test_a_municipality_has_a_nordic_time_zone_or_the_one_it_came_with():
    typed = {
        "name": "Lindköping",
        "language": "sv",
        "emergency": "112",
        "social_services": "112",
        "helpline": "116 111",
    }
    form = administration.municipality_form("Europe/Vilnius")
    assert set(problems(form, {})) == {"name", "language", "timezone", "emergency", "social_services", "helpline"}
    for zone in ("Europe/Vilnius", "Atlantic/Faroe"):
        assert form.load({**typed, "timezone": zone})["timezone"] == zone
    refused = {"timezone": ["Choose one of the answers."]}
    assert problems(form, {**typed, "timezone": "Asia/Tokyo"}) == refused
    assert problems(administration.municipality_form("Europe/Oslo"), {**typed, "timezone": "Europe/Vilnius"}) == refused


def test_every_time_zone_to_choose_from_is_one():
    assert set(administration.zones("Europe/Stockholm")) == set(administration.NORDIC_ZONES) <= available_timezones()


def test_targets_have_a_part_for_each_key_of_the_rule_pack():
    form = administration.targets_form(["triage", "plan"])
    typed = {
        "triage": {"days": "3", "counting": "school_days", "source": "agreement"},
        "plan": {"counting": "calendar_days"},
    }
    assert form.load(typed) == {
        "triage": {"days": 3, "counting": Counting.SCHOOL_DAYS, "source": DeadlineSource.AGREEMENT},
        "plan": {"days": None, "counting": Counting.CALENDAR_DAYS, "source": DeadlineSource.LOCAL},
    }
    assert set(problems(form, {"triage": {"days": "-1", "counting": "weeks"}})) == {"triage", "plan"}
    own_law = {**typed, "triage": {"counting": "school_days", "source": "law"}}
    assert set(problems(form, own_law)["triage"]) == {"source"}


def test_the_date_moves_to_a_day_or_by_some_days():
    assert problems(administration.DateForm(), {}) == {"day": ["Give a date."]}
    assert administration.DateForm().load({"days": "7"}) == {"day": None, "days": 7}
    assert "days" in problems(administration.DateForm(), {"days": "0"})
