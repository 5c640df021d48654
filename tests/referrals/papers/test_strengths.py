"""What a guardian's letter begins with: strengths they may read anyway, whose words these are, and nothing else of what was written."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, TypeAlias

import pytest
import time_machine
from sqlalchemy import select
from sqlalchemy.orm import Session

from referrals import clock, documents
from referrals.documents import Paper
from referrals.guardians import guardian_papers, withholding
from referrals.languages import format_long_date, local_date
from referrals.models import Concern, Document, Guardian, History, Referral, TeamMeeting
from referrals.papers import paper_sources, readers, strengths
from referrals.stages import PLAN_ACTIVE, Party, Verb
from referrals.vocabulary import Custody, DocumentKind, GuardiansKnow, PlanStatus, ProtectionAnswer, ReporterKind
from schemas.documents.writing import paper_html
from tests.factories import a_guardian, a_meeting, a_plan, a_referral
from tests.people import Cast

REPORTED, FIRST, SECOND = "Hon läser mycket.", "Hon ritar gärna.", "Hon har fått en vän."
#: the sentence above it: the team's words, and those of the one who wrote to it
TEAM, REPORTER = "så som teamet skrev ner dem vid mötet den", "med ord från den som skrev till teamet den"

Meets: TypeAlias = Callable[..., TeamMeeting]


@pytest.fixture
def referral(session: Session, cast: Cast, wednesday: time_machine.Traveller) -> Referral:
    """A referral with a plan, and a concern in which a teacher wrote what the child does well."""
    made = a_referral(session, cast, PLAN_ACTIVE, owner_id=cast.coordinator.id)
    concern_of(session, made).strengths = REPORTED
    a_plan(session, made, author=cast.coordinator, status=PlanStatus.ACTIVE, approved_at=clock.now())
    return made


@pytest.fixture
def meets(session: Session, cast: Cast, referral: Referral, wednesday: time_machine.Traveller) -> Meets:
    """The team meets and its minutes are approved; a day later, those named have their copies."""

    def meet(number: int, text: str | None, *told: Guardian) -> TeamMeeting:
        at = {"starts_at": clock.now(), "held_at": clock.now(), "approved_at": clock.now()}
        said: dict[str, Any] = {
            "strengths": text,
            "ratings": {},
            "attendance": [],
            "minutes_by_id": cast.coordinator.id,
        }
        meeting = a_meeting(session, referral, called_by=cast.coordinator, number=number, **at, **said)
        row = a_row(session, referral, Verb.APPROVE_MINUTES)
        for guardian in told:
            issue(session, row, DocumentKind.MINUTES, guardian)
        wednesday.shift(timedelta(days=1))
        return meeting

    return meet


def concern_of(session: Session, referral: Referral) -> Concern:
    return session.scalars(select(Concern).where(Concern.referral_id == referral.id)).one()


def a_row(session: Session, referral: Referral, verb: Verb) -> History:
    referral.version += 1
    row = History(
        referral=referral, number=referral.version, verb=verb, from_stage=referral.stage, from_status=referral.status,
        to_stage=referral.stage, to_status=referral.status, at=clock.now(), written_at=clock.machine_now(),
        by_party=Party.COORDINATOR,
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row


def issue(session: Session, row: History, kind: DocumentKind, guardian: Guardian) -> Document:
    return documents.issue(session, row, Paper(kind, readers.guardian_key(guardian.id), "sv"), content=b"%PDF")


def letter(
    session: Session, referral: Referral, reader: Guardian | None, *, kind: DocumentKind = DocumentKind.ACTION_PLAN,
    after: History | None = None,
) -> str:  # fmt: skip
    key = readers.guardian_key(reader.id) if reader else readers.FILE
    return paper_html(paper_sources.gather(session, referral, Paper(kind, key, "sv"), after=after))


@pytest.mark.parametrize("kind", sorted(strengths.BEGINS_WITH_THEM))
def test_a_guardians_letter_begins_with_the_strengths_of_the_newest_minutes_they_got(
    session: Session, referral: Referral, maja: Guardian, meets: Meets, kind: DocumentKind
) -> None:
    meets(1, FIRST, maja)
    told = meets(2, SECOND, maja)
    meets(3, None, maja)
    day = format_long_date(local_date(told.starts_at, zone="Europe/Stockholm"), "sv")
    page = letter(session, referral, maja, kind=kind)
    assert page.index(f"{TEAM} {day}:") < page.index(SECOND) < page.index("<h2>")
    assert FIRST not in page
    assert REPORTED not in page
    assert SECOND not in letter(session, referral, None, kind=kind), "the file's copy stays as colleagues know it"


def test_a_guardian_without_the_minutes_reads_what_the_one_wrote_who_asked_the_team(
    session: Session, cast: Cast, referral: Referral, maja: Guardian, meets: Meets
) -> None:
    omar = a_guardian(session, referral, told_by=cast.coordinator, name="Omar Testsson")
    meets(1, FIRST, maja)
    page = letter(session, referral, omar)
    assert page.index(REPORTER) < page.index(REPORTED) < page.index("<h2>")
    assert FIRST not in page


def test_strengths_withheld_from_a_guardian_come_back_by_no_other_door(
    session: Session, cast: Cast, referral: Referral, maja: Guardian, meets: Meets, wednesday: time_machine.Traveller
) -> None:
    meets(1, FIRST, maja)
    kept = meets(2, SECOND, maja)
    plan = issue(session, a_row(session, referral, Verb.APPROVE_ACTION_PLAN), DocumentKind.ACTION_PLAN, maja)
    wednesday.shift(timedelta(hours=1))
    assert plan in guardian_papers.papers_for(session, maja)
    withholding.withhold_from_guardian(
        session, referral, by=cast.coordinator.actor(), seen=None, key=(kept.id, "strengths"), guardian=maja,
        ground="harm_to_child", reason="Barnet är rädd.",
    )  # fmt: skip
    page = letter(session, referral, maja)
    assert [words for words in (REPORTED, FIRST, SECOND, TEAM, REPORTER) if words in page] == []
    assert plan not in guardian_papers.papers_for(session, maja), "it begins with what they are not to read any more"


def test_what_stood_in_a_copy_that_was_stopped_or_restricted_does_not_come_by_another(
    session: Session, referral: Referral, maja: Guardian, meets: Meets
) -> None:
    for number, column in enumerate(("stopped_at", "restricted_at"), 1):
        meets(number, SECOND, maja)
        copies = select(Document).where(Document.kind == DocumentKind.MINUTES, Document.version == number)
        setattr(session.scalars(copies).one(), column, clock.now())
        session.flush()
        page = letter(session, referral, maja)
        assert SECOND not in page
        assert REPORTED in page


def test_minutes_that_can_still_be_stopped_are_not_spoken_of(
    session: Session, referral: Referral, maja: Guardian, meets: Meets, wednesday: time_machine.Traveller
) -> None:
    meets(1, SECOND, maja)
    wednesday.shift(timedelta(days=-1, minutes=5))
    page = letter(session, referral, maja)
    assert (REPORTED in page, SECOND in page) == (True, False)
    wednesday.shift(timedelta(minutes=5))
    assert SECOND in letter(session, referral, maja)


def test_a_late_letter_begins_with_what_was_written_then(
    session: Session, referral: Referral, maja: Guardian, meets: Meets, wednesday: time_machine.Traveller
) -> None:
    meets(1, FIRST, maja)
    then = a_row(session, referral, Verb.APPROVE_ACTION_PLAN)
    wednesday.shift(timedelta(days=1))
    meets(2, SECOND, maja)
    page = letter(session, referral, maja, after=then)
    assert (FIRST in page, SECOND in page) == (True, False)


@pytest.mark.parametrize(
    "change",
    [
        {"strengths": None},
        {"reporter_kind": ReporterKind.GUARDIAN},
        {"reporter_kind": ReporterKind.PUPIL},
        {"guardians_know": GuardiansKnow.NOT_SUITABLE},
        {"protection": ProtectionAnswer.YES},
    ],
    ids=str,
)
def test_a_letter_begins_at_once_where_the_concern_has_nothing_to_pass_on(
    session: Session, referral: Referral, maja: Guardian, change: dict[str, Any]
) -> None:
    assert REPORTED in letter(session, referral, maja)
    for name, value in change.items():
        setattr(concern_of(session, referral), name, value)
    session.flush()
    page = letter(session, referral, maja)
    assert REPORTED not in page
    assert REPORTER not in page


def test_nothing_of_a_concern_is_passed_on_where_somebodys_identity_is_protected_or_who_reads_does_not_decide(
    session: Session, cast: Cast, referral: Referral, maja: Guardian
) -> None:
    omar = a_guardian(session, referral, told_by=cast.coordinator, name="Omar Testsson", custody=Custody.OTHER)
    consent = DocumentKind.INFORMATION_AND_CONSENT
    assert REPORTED in letter(session, referral, maja, kind=consent)
    assert REPORTED not in letter(session, referral, omar, kind=consent)
    maja.protected_level = "sekretessmarkering"
    assert REPORTED in letter(session, referral, maja, kind=consent)
    omar.custody = Custody.JOINT
    assert REPORTED not in letter(session, referral, omar, kind=consent)
    maja.protected_level, referral.protected_level = None, "sekretessmarkering"
    assert REPORTED not in letter(session, referral, maja, kind=consent)


def test_a_referral_without_a_concern_has_none_to_begin_with(
    session: Session, referral: Referral, maja: Guardian
) -> None:
    session.delete(concern_of(session, referral))
    session.flush()
    assert strengths.last_written(session, referral, maja.id) is None


def test_a_paper_of_the_file_and_a_letter_that_does_not_begin_so_are_made_of_no_strengths(
    session: Session, referral: Referral, maja: Guardian, meets: Meets
) -> None:
    meeting = meets(1, FIRST, maja)
    row = a_row(session, referral, Verb.APPROVE_ACTION_PLAN)
    of_file = documents.issue(session, row, Paper(DocumentKind.ACTION_PLAN, readers.FILE, "sv"), content=b"%PDF")
    letters = [issue(session, row, kind, maja) for kind in (DocumentKind.ACTION_PLAN, DocumentKind.INVITATION)]
    told = [strengths.meetings_told_of(session, one) for one in (*letters, of_file)]
    assert told == [[meeting], [], []]
