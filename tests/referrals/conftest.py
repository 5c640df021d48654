"""Whom many tests of the core lay beside the `referral` of their own."""

import pytest
from sqlalchemy.orm import Session

from referrals.models import Guardian, Referral
from tests.factories import a_guardian
from tests.people import Cast


@pytest.fixture
def maja(session: Session, cast: Cast, referral: Referral) -> Guardian:
    """A guardian with custody who was told."""
    return a_guardian(session, referral, told_by=cast.coordinator)


@pytest.fixture
def omar(session: Session, cast: Cast, referral: Referral) -> Guardian:
    """Another guardian with custody who was told."""
    return a_guardian(session, referral, told_by=cast.coordinator, name="Omar Testsson")
