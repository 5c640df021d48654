"""The form of a protection report asks one thing and takes the rest as it comes."""

from datetime import date, time

import pytest
from marshmallow import ValidationError

from referrals.errors import SetupFileInvalid
from referrals.models.protection import GuardiansTold
from schemas import municipality
from schemas.protection import ProtectionReportForm, ProtectionSinceForm
from tests.schemas.test_municipality import DEMONSTRATION


def test_only_what_was_seen_or_heard_is_needed() -> None:
    loaded = ProtectionReportForm().load({"seen": "Blåmärken."})
    assert loaded["seen"] == "Blåmärken."
    assert {name: value for name, value in loaded.items() if value} == {"seen": "Blåmärken."}
    with pytest.raises(ValidationError) as refused:
        ProtectionReportForm().load({})
    assert list(refused.value.messages_dict) == ["seen"]


def test_a_telephone_number_is_taken_as_it_is_written() -> None:
    loaded = ProtectionReportForm().load(
        {"seen": "Blåmärken.", "sender_phone": "växeln", "sender_email": "via expeditionen"}
    )
    assert (loaded["sender_phone"], loaded["sender_email"]) == ("växeln", "via expeditionen")


def test_what_happened_since_may_be_recorded_in_any_order() -> None:
    assert set(ProtectionSinceForm().load({}).values()) == {None}
    loaded = ProtectionSinceForm().load({"orally_on": "2026-09-16", "orally_time": "10.40", "told": "all"})
    assert (loaded["orally_on"], loaded["orally_time"], loaded["told"]) == (
        date(2026, 9, 16),
        time(10, 40),
        GuardiansTold.ALL,
    )


def with_setting(tmp_path, written: str):
    path = tmp_path / "municipality.toml"
    path.write_text(DEMONSTRATION.read_text(encoding="utf-8") + "\n[protection]\n" + written, encoding="utf-8")
    return path


def test_the_municipality_names_people_by_their_address(tmp_path) -> None:
    written = municipality.read(with_setting(tmp_path, 'readers = ["Noor.Lindvall@Lindkoping.invalid"]'))
    assert written["protection"] == {
        "receivers": [],
        "readers": ["noor.lindvall@lindkoping.invalid"],
        "saturday_is_weekday": False,
    }


def test_a_named_person_who_does_not_work_here_is_pointed_at(tmp_path) -> None:
    with pytest.raises(SetupFileInvalid, match="there is no person nobody@trivsel.invalid"):
        municipality.read(with_setting(tmp_path, 'receivers = ["nobody@trivsel.invalid"]'))
