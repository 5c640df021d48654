"""Opening a part behind the wall: who may, on what, how long, and what it leaves behind."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from referrals import clock
from referrals.assessment import read_part
from referrals.errors import Incomplete, NotAllowed
from referrals.models import AssessmentPart, AuditEvent, PartOpening
from referrals.reading import part_openings
from referrals.stages import PARTS_RECEIVED
from referrals.vocabulary import Compartment, PartStatus
from tests.factories import a_part, a_referral, taken_up_again
from tests.people import Cast

INVESTIGATION = {"ground": "special_support_investigation", "purpose": "Underlag för beslutet."}


@pytest.fixture
def part(session: Session, cast: Cast) -> AssessmentPart:
    """The counsellor's part, handed in."""
    referral = a_referral(session, cast, PARTS_RECEIVED)
    return handed_in(session, a_part(session, referral, cast.counsellor, asked_by=cast.coordinator))


def handed_in(session: Session, part: AssessmentPart, wall: Compartment = Compartment.STUDENT_HEALTH) -> AssessmentPart:
    part.compartment, part.status, part.received_at = wall, PartStatus.RECEIVED, clock.now()
    part.conclusion, part.risk_factors = "Behöver lugn.", "Sover lite."
    session.flush()
    return part


def test_who_decides_opens_one_part_of_one_referral_and_its_writer_sees_it(
    session: Session, cast: Cast, part: AssessmentPart
) -> None:
    head = cast.head_teacher.actor()
    elsewhere = a_referral(session, cast, PARTS_RECEIVED)
    other = handed_in(session, a_part(session, elsewhere, cast.counsellor, asked_by=cast.coordinator))
    assert list(read_part(part, head).texts) == ["conclusion"]
    row = part_openings.open_part(session, part.referral, by=head, part=part, **INVESTIGATION)
    assert row is not None
    shown = read_part(part, head)
    assert (shown.texts["risk_factors"], shown.is_shortened) == ("Sover lite.", False)
    assert list(read_part(other, head).texts) == ["conclusion"]
    assert list(read_part(part, cast.coordinator.actor()).texts) == ["conclusion"]
    assert part_openings.openings_of(session, part, cast.counsellor.actor()) == [row]
    assert part_openings.openings_of(session, part, head) == [row]
    assert part_openings.openings_of(session, part, cast.coordinator.actor()) == []
    events = session.scalars(select(AuditEvent).where(AuditEvent.subject == part_openings.OPENED)).all()
    assert [(one.chain_id, one.by_id, one.object_id, one.ground) for one in events] == [
        (part.referral_id, cast.head_teacher.id, part.id, "special_support_investigation")
    ]


def test_opening_it_twice_changes_nothing(session: Session, cast: Cast, part: AssessmentPart) -> None:
    for _ in range(2):
        last = part_openings.open_part(session, part.referral, by=cast.head_teacher.actor(), part=part, **INVESTIGATION)
    assert last is None
    session.scalars(select(PartOpening)).one()


@pytest.mark.parametrize(
    ("given", "lacks"),
    [
        ({"ground": "curiosity"}, "ground"),
        ({"ground": "preschool_support"}, "ground"),
        ({"ground": "coordinated_plan"}, "ground"),
        ({"purpose": " "}, "purpose"),
    ],
)
def test_without_an_investigation_of_this_school_or_a_purpose_it_stays_closed(
    session: Session, cast: Cast, part: AssessmentPart, given: dict[str, str], lacks: str
) -> None:
    head = cast.head_teacher.actor()
    with pytest.raises(Incomplete, match=lacks):
        part_openings.open_part(session, part.referral, by=head, part=part, **INVESTIGATION | given)
    assert list(read_part(part, head).texts) == ["conclusion"]


@pytest.mark.parametrize("wall", [Compartment.MEDICAL, Compartment.SOCIAL_SERVICES])
def test_medical_and_social_services_own_never_open(
    session: Session, cast: Cast, part: AssessmentPart, wall: Compartment
) -> None:
    handed_in(session, part, wall)
    with pytest.raises(NotAllowed):
        part_openings.open_part(session, part.referral, by=cast.head_teacher.actor(), part=part, **INVESTIGATION)


def test_nobody_else_opens_it_and_none_of_another_referral(session: Session, cast: Cast, part: AssessmentPart) -> None:
    for person in (cast.coordinator, cast.special_educator, cast.administrator, cast.outsider, cast.counsellor):
        with pytest.raises(NotAllowed):
            part_openings.open_part(session, part.referral, by=person.actor(), part=part, **INVESTIGATION)
    elsewhere = a_referral(session, cast, PARTS_RECEIVED)
    with pytest.raises(NotAllowed):
        part_openings.open_part(session, elsewhere, by=cast.head_teacher.actor(), part=part, **INVESTIGATION)


def test_a_part_that_is_still_written_is_nobodys_to_open(session: Session, cast: Cast, part: AssessmentPart) -> None:
    part.status, part.received_at = PartStatus.REQUESTED, None
    with pytest.raises(NotAllowed):
        part_openings.open_part(session, part.referral, by=cast.head_teacher.actor(), part=part, **INVESTIGATION)


def test_the_wall_is_closed_again_when_the_referral_ends_or_the_role_does(
    session: Session, cast: Cast, part: AssessmentPart
) -> None:
    head, referral = cast.head_teacher.actor(), part.referral
    part_openings.open_part(session, referral, by=head, part=part, **INVESTIGATION)
    referral.is_open = False
    assert list(read_part(part, head).texts) == ["conclusion"]
    referral.is_open = True
    taken_up_again(session, referral, cast)
    assert list(read_part(part, head).texts) == ["conclusion"]
    assert part_openings.may_open(part, head)
    cast.head_teacher.roles.clear()
    assert read_part(part, cast.head_teacher.actor()).texts == {}
