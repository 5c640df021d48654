"""The form of the initial assessment."""

from datetime import date, timedelta
from typing import Any

import pytest
from marshmallow import ValidationError

from referrals import clock
from referrals.vocabulary import TriageEnding
from schemas.triage import OwnerForm, TriageForm, TriageWay

LATER = (clock.now() + timedelta(days=28)).date()


@pytest.mark.parametrize("way", ["assessment", "team", "return", "other_track", "redirected"])
def test_a_way_and_its_reason_are_enough(way: str) -> None:
    loaded = TriageForm().load({"way": way, "reason": {way: "Därför.", "no_action": "En annan text."}})
    assert loaded == {"way": TriageWay(way), "reason": "Därför.", "revisit_on": None}


@pytest.mark.parametrize("way", ["own_unit", "no_action"])
def test_what_stays_where_it_arose_needs_a_day_to_look_again(way: str) -> None:
    given = {"way": way, "reason": {way: "Räcker."}}
    assert _refused(given) == {"revisit": {way: ["Give the day on which you look again."]}}
    loaded = TriageForm().load(given | {"revisit": {way: LATER.isoformat()}})
    assert loaded["revisit_on"] == LATER


def test_a_day_that_has_passed_is_no_day_to_look_again() -> None:
    yesterday = date.today() - timedelta(days=3)  # noqa: DTZ011 - far enough from midnight in any zone
    given = {"way": "no_action", "reason": {"no_action": "Bra."}, "revisit": {"no_action": yesterday.isoformat()}}
    assert _refused(given) == {"revisit": {"no_action": ["This day has passed. Choose today or a later day."]}}


def test_nothing_is_chosen_beforehand() -> None:
    assert _refused({}) == {"way": ["Choose how the concern goes on."]}
    assert _refused({"way": "away"}) == {"way": ["Choose one of the answers."]}


def test_the_reason_of_the_chosen_way_counts() -> None:
    assert _refused({"way": "team", "reason": {"assessment": "Fel ruta."}}) == {"reason": {"team": ["Write why."]}}
    assert _refused({"way": "return"}) == {"reason": {"return": ["Write what you ask the reporter for."]}}


def test_a_starter_that_nobody_finished_is_no_reason() -> None:
    given = {"way": "redirected", "reason": {"redirected": "Vi har bett om att vända sig till:"}}
    assert _refused(given) == {"reason": {"redirected": ["Finish the sentence."]}}


def test_every_way_a_concern_can_end_is_offered() -> None:
    assert {ending.value for ending in TriageEnding} <= {way.value for way in TriageWay}


def test_an_owner_is_chosen() -> None:
    with pytest.raises(ValidationError) as refused:
        OwnerForm().load({})
    assert refused.value.normalized_messages() == {"owner_id": ["Choose who takes over."]}


def _refused(given: dict[str, Any]) -> dict[str, Any]:
    with pytest.raises(ValidationError) as refused:
        TriageForm().load(given)
    return refused.value.normalized_messages()
