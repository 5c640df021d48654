"""What may go to whom: parts, goals and notes by what they hold and whom they are about, and papers by what they are made of."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from referrals import clock, documents
from referrals.disclosure import pieces, sharing
from referrals.disclosure.pieces import Piece
from referrals.disclosure.sharing import Sharing
from referrals.documents import Paper
from referrals.models import Document, Guardian, History, Referral
from referrals.papers import paper_sources
from referrals.papers.readers import FILE, guardian_key
from referrals.stages import PLAN_ACTIVE
from referrals.vocabulary import (
    About,
    DocumentKind,
    InformationCategory,
    PartStatus,
    PieceKind,
    PlanStatus,
    Recipient,
    Review,
    WhyNot,
)
from schemas.documents.writing import paper_html
from tests import straight_way
from tests.factories import a_consent, a_guardian, a_part, a_plan, a_referral
from tests.people import Cast

pytestmark = pytest.mark.usefixtures("wednesday")

TODAY = date(2026, 9, 16)
SOCIAL = Recipient.SOCIAL_SERVICES


@pytest.fixture
def family(session: Session, cast: Cast) -> tuple[Referral, Guardian, Guardian]:
    """A referral with a running plan and two guardians with custody, Maja and then Omar."""
    referral = a_referral(session, cast, PLAN_ACTIVE)
    later = clock.now() + timedelta(minutes=1)
    return (
        referral,
        a_guardian(session, referral, told_by=cast.coordinator),
        a_guardian(session, referral, name="Omar Testsson", recorded_at=later, told_by=cast.coordinator),
    )


def running_plan(session: Session, cast: Cast, referral: Referral, **goal: Any) -> Any:
    plan = a_plan(
        session, referral, author=cast.coordinator, status=PlanStatus.ACTIVE, approved_at=clock.now(),
        classification={"": {"categories": ["attendance"], "about": None, "guardian_id": None}},
    )  # fmt: skip
    for name, value in goal.items():
        setattr(plan.goals[0], name, value)
    session.flush()
    return plan


def a_received_part(session: Session, cast: Cast, referral: Referral, by: str, **values: Any) -> Any:
    told = {"status": PartStatus.RECEIVED, "received_at": clock.now(), "conclusion": "Läser långsamt."}
    return a_part(session, referral, getattr(cast, by), asked_by=cast.coordinator, **(told | values))


def names(found: list[Piece]) -> list[tuple[PieceKind, str]]:
    return [(piece.kind, piece.name) for piece in found]


def test_what_may_go_is_filtered_by_kind_and_by_whom_it_is_about(
    session: Session, cast: Cast, family: tuple[Referral, Guardian, Guardian]
) -> None:
    referral, maja, omar = family
    for guardian in (maja, omar):
        a_consent(session, guardian, by=cast.coordinator)
    a_received_part(session, cast, referral, "special_educator")
    a_received_part(session, cast, referral, "head_teacher", categories=["psychosocial"])
    a_received_part(session, cast, referral, "second_coordinator", about=About.SIBLING)
    a_part(session, referral, cast.counsellor, asked_by=cast.coordinator)
    running_plan(session, cast, referral)
    assert names(pieces.may_go(session, referral, SOCIAL, on=TODAY)) == [
        (PieceKind.PART, ""), (PieceKind.GOAL, ""),
        (PieceKind.NOTE, "background"), (PieceKind.NOTE, "child_voice"), (PieceKind.NOTE, "if_worse"),
    ]  # fmt: skip
    assert pieces.may_go(session, referral, Recipient.LEISURE, on=TODAY) == []
    assert len(pieces.may_go(session, referral, Recipient.OWN_STAFF, on=TODAY)) == 7


def test_what_is_about_a_guardian_goes_by_that_guardians_word_alone(
    session: Session, cast: Cast, family: tuple[Referral, Guardian, Guardian]
) -> None:
    referral, maja, omar = family
    a_consent(session, maja, by=cast.coordinator)
    for guardian, by in ((maja, "special_educator"), (omar, "counsellor")):
        a_received_part(session, cast, referral, by, about=About.GUARDIAN, about_guardian_id=guardian.id)
    (found,) = pieces.may_go(session, referral, SOCIAL, on=TODAY)
    assert found.guardian_id == maja.id


def test_notes_of_meetings_and_follow_ups_count_as_well(session: Session, cast: Cast) -> None:
    referral = straight_way.submit(session, cast.school)
    for decide in straight_way.DECISIONS:
        decide(session, cast, referral)
    found = {piece.name for piece in pieces.pieces_of(session, referral) if piece.kind is PieceKind.NOTE}
    assert {"situation", "learned"} <= found


def test_a_plan_or_a_paper_goes_only_where_all_that_it_is_made_of_may_go(
    session: Session, cast: Cast, family: tuple[Referral, Guardian, Guardian]
) -> None:
    referral, maja, omar = family
    for guardian in (maja, omar):
        a_consent(session, guardian, by=cast.coordinator)
    plan = running_plan(session, cast, referral)
    whole = next(one for one in pieces.shareable(session, referral) if one.kind is PieceKind.PLAN)
    assert whole.categories == {InformationCategory.ATTENDANCE}
    assert pieces.cover_of(session, referral, whole, recipient=SOCIAL, on=TODAY).is_covered
    plan.goals[0].categories = ["family"]
    whole = next(one for one in pieces.shareable(session, referral) if one.kind is PieceKind.PLAN)
    found = pieces.cover_of(session, referral, whole, recipient=SOCIAL, on=TODAY)
    assert (found.why_not, found.guardian) == (WhyNot.OTHER_KIND, maja)


def test_the_files_own_papers_can_be_shared_and_hold_what_they_are_made_of(session: Session, cast: Cast) -> None:
    referral = straight_way.submit(session, cast.school)
    for decide in straight_way.DECISIONS:
        decide(session, cast, referral)
    session.expire_all()
    for row in session.scalars(select(History).where(History.referral_id == referral.id)).all():
        for paper in documents.outstanding(session, row):
            documents.issue(session, row, paper, content=b"%PDF-1.7")
    found = {piece.row.kind: piece for piece in pieces.shareable(session, referral) if piece.kind is PieceKind.DOCUMENT}
    shareable = {DocumentKind.ASSESSMENT, DocumentKind.MINUTES, DocumentKind.ACTION_PLAN, DocumentKind.FOLLOW_UP}
    assert set(found) == shareable
    assert all(piece.row.recipient == FILE for piece in found.values())
    assert {one.kind for one in found[DocumentKind.ACTION_PLAN].made_of} == {PieceKind.GOAL, PieceKind.NOTE}
    assert {one.kind for one in found[DocumentKind.ASSESSMENT].made_of} == {PieceKind.PART}
    minutes = Document.kind == DocumentKind.MINUTES, Document.recipient == FILE
    stopped = session.scalars(select(Document).where(*minutes)).one()
    stopped.stopped_at = clock.now()
    assert DocumentKind.MINUTES not in {one.row.kind for one in pieces.shareable(session, referral) if one.made_of}


def test_a_paper_of_which_nobody_knows_the_rows_counts_as_holding_every_kind(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast, PLAN_ACTIVE)
    for kind in (DocumentKind.MINUTES, DocumentKind.ACTION_PLAN):
        documents.issue(session, referral.history[0], Paper(kind, FILE, "sv"), content=b"%PDF-1.7")
    found = pieces.shareable(session, referral)
    assert [piece.categories for piece in found] == [frozenset(InformationCategory)] * 2
    assert [piece.singles for piece in found] == [(piece,) for piece in found]


def test_a_guardians_copy_leaves_out_what_is_about_the_other_one_until_that_one_lifts_it(
    session: Session, cast: Cast, family: tuple[Referral, Guardian, Guardian]
) -> None:
    referral, maja, omar = family
    plan = running_plan(session, cast, referral, about=About.GUARDIAN, about_guardian_id=omar.id, categories=["family"])
    (key,) = withheld(session, referral, maja)
    assert key == (plan.goals[0].id, "")
    assert withheld(session, referral, omar) == frozenset()
    a_consent(session, omar, by=cast.coordinator, categories=["family"], recipients=["other_guardian"])
    assert withheld(session, referral, maja) == frozenset()


def test_what_is_about_a_guardian_nobody_named_is_kept_from_both(
    session: Session, cast: Cast, family: tuple[Referral, Guardian, Guardian]
) -> None:
    referral, maja, omar = family
    running_plan(session, cast, referral, about=About.GUARDIAN)
    assert withheld(session, referral, maja) == withheld(session, referral, omar) != frozenset()


def test_an_only_guardian_is_the_one_it_is_about(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast, PLAN_ACTIVE)
    maja = a_guardian(session, referral)
    running_plan(session, cast, referral, about=About.GUARDIAN)
    assert withheld(session, referral, maja) == frozenset()


def test_what_is_about_a_sibling_stands_in_no_guardians_copy(
    session: Session, cast: Cast, family: tuple[Referral, Guardian, Guardian]
) -> None:
    referral, maja, _omar = family
    running_plan(session, cast, referral, about=About.SIBLING)
    assert len(withheld(session, referral, maja)) == 1


def test_what_went_without_consent_stays_out_of_copies_and_hand_overs_until_it_is_cleared(
    session: Session, cast: Cast, family: tuple[Referral, Guardian, Guardian]
) -> None:
    referral, maja, omar = family
    for guardian in (maja, omar):
        a_consent(session, guardian, by=cast.coordinator)
    running_plan(session, cast, referral)
    goal = next(one for one in pieces.shareable(session, referral) if one.kind is PieceKind.GOAL)
    what = Sharing(
        recipient=Recipient.POLICE, to_whom="Närpolisen", purpose="Stoppa hot.", ground="crime_prevention",
        reason="Hot mot flera elever.", why_not_told="Utredningen störs.",
    )  # fmt: skip
    (row,) = sharing.share_information(
        session, referral, by=cast.coordinator.actor(), seen=None, chosen=[goal], sharing=what
    )
    assert withheld(session, referral, maja) == {goal.key}
    assert goal.key not in {piece.key for piece in pieces.may_go(session, referral, SOCIAL, on=TODAY)}
    sharing.review_sharing(
        session, referral, by=cast.head_teacher.actor(), seen=None, disclosure=row, outcome=Review.CLEARED, reason="Klart"
    )  # fmt: skip
    assert withheld(session, referral, maja) == frozenset()
    assert goal.key in {piece.key for piece in pieces.may_go(session, referral, SOCIAL, on=TODAY)}


def test_the_paper_itself_says_nothing_of_what_is_about_the_other_guardian(
    session: Session, cast: Cast, family: tuple[Referral, Guardian, Guardian]
) -> None:
    referral, maja, omar = family
    running_plan(
        session, cast, referral, about=About.GUARDIAN, about_guardian_id=omar.id, text="Omar får hjälp med skulderna."
    )
    row = referral.history[-1]

    def page(reader: str) -> str:
        paper = Paper(DocumentKind.ACTION_PLAN, reader, "sv")
        return paper_html(paper_sources.gather(session, referral, paper, after=row))

    assert "skulderna" in page(FILE)
    assert "skulderna" in page(guardian_key(omar.id))
    assert "skulderna" not in page(guardian_key(maja.id))


def withheld(session: Session, referral: Referral, guardian: Guardian) -> frozenset[pieces.Key]:
    return pieces.withheld_from(session, referral, guardian.id, on=TODAY)
