"""The forms of a guardian's own page."""

from datetime import timedelta

import pytest
from marshmallow import ValidationError

from referrals import clock
from referrals.vocabulary import InformationCategory, Recipient
from schemas.guardian import OwnConsentForm

UNTIL = clock.now().date() + timedelta(days=30)
CONSENT = {"categories": ["schooling"], "recipients": ["leisure"], "until_on": UNTIL.isoformat()}


def test_own_consent_says_what_goes_to_whom_and_until_when() -> None:
    assert OwnConsentForm().load(CONSENT) == {
        "categories": [InformationCategory.SCHOOLING],
        "recipients": [Recipient.LEISURE],
        "until_on": UNTIL,
    }


@pytest.mark.parametrize("missing", ["categories", "recipients", "until_on"])
def test_own_consent_without_a_scope_is_refused(missing: str) -> None:
    with pytest.raises(ValidationError) as refused:
        OwnConsentForm().load({name: value for name, value in CONSENT.items() if name != missing})
    assert set(refused.value.messages_dict) == {missing}
