"""Learning seminars: who plans one, what of the catalogue is on the agenda, and the agenda as a paper."""

import io
from dataclasses import replace
from datetime import UTC, datetime

import pikepdf
import pytest
from page import ValidationProfile, validate_pdf_bytes
from pypdf import PdfReader
from sqlalchemy import select
from sqlalchemy.orm import Session

from referrals import printing
from referrals.access import Actor
from referrals.errors import NamesSomebody, NotAllowed
from referrals.forums.consultations import ANSWERED
from referrals.learning import lessons, seminars
from referrals.models import AuditEvent, Referral, Seminar, SeminarLesson
from tests.documents.reading import SNAPSHOTS, compare, paper_text
from tests.lessons import WORDS, a_plan, plan, publish, send
from tests.people import Cast

LANGUAGES = ("sv", "da", "en")


def did(session: Session, found: Seminar) -> list[str | None]:
    events = select(AuditEvent).where(AuditEvent.chain_id == found.id).order_by(AuditEvent.number)
    return [event.subject for event in session.scalars(events)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_agenda_lists_lessons_with_no_case_number(session: Session, cast: Cast, language: str) -> None:
    """C04: the second half of its evidence."""
    first, second = publish(session, cast), publish(session, cast, replace(WORDS, title="Påklädning i hallen"))
    printed = seminars.agenda(session, plan(session, cast, [second, first]), language=language)
    text = " ".join("\n".join(page.extract_text() for page in PdfReader(io.BytesIO(printed)).pages).split())
    numbers = list(session.scalars(select(Referral.number)))
    assert len(numbers) == 2
    assert not [word for word in (*numbers, "Karin", "Sanna", "Linden") if word in text]
    said = ["Höstens seminarium", "Stadshuset, sal 3", "Vad prövar vi härnäst?", "Påklädning i hallen", WORDS.title]
    places = [text.index(word) for word in said]
    assert places == sorted(places)
    assert all(part in text for part in (WORDS.tried, WORDS.outcome, WORDS.for_others))
    with pikepdf.open(io.BytesIO(printed)) as pdf:
        assert str(pdf.Root.Lang) == language
    judged = validate_pdf_bytes(printed, profile=ValidationProfile.PDF_UA_1)
    assert [fault.message for fault in judged.failures] == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("is_rich", [True, False], ids=["rich", "sparse"])
def test_the_agenda_says_what_was_last_read_and_approved(
    session: Session, cast: Cast, language: str, is_rich: bool
) -> None:
    lesson = publish(session, cast)
    found = plan(session, cast, [lesson])
    found.starts_at = datetime(2026, 11, 4, 12, 30, tzinfo=UTC)
    if not is_rich:
        found.questions = None
        lessons.withdraw_lesson(session, lesson, by=cast.coordinator.actor())
    html = printing.extract_html(seminars.agenda_context(session, found), language=language, name="seminar")
    name = f"seminar.{language}.txt" if is_rich else f"seminar.{language}.sparse.txt"
    compare(SNAPSHOTS / name, paper_text(html))


def test_coordinators_head_teachers_and_the_management_plan_one_and_nobody_else(session: Session, cast: Cast) -> None:
    wanted = a_plan([publish(session, cast)])
    people = [name for name in Cast.__dataclass_fields__ if hasattr(getattr(cast, name), "email")]
    plans = {name for name in people if seminars.may_plan(getattr(cast, name).actor())}
    assert plans == {"coordinator", "second_coordinator", "head_teacher", "outsider", "manager"}
    for somebody in (cast.counsellor.actor(), cast.researcher.actor(), Actor()):
        with pytest.raises(NotAllowed):
            seminars.plan_seminar(session, by=somebody, plan=wanted)
    made = seminars.plan_seminar(session, by=cast.manager.actor(), plan=wanted)
    assert seminars.planned(session) == [made]
    assert seminars.may_read(session, made, cast.researcher.actor())
    assert not seminars.may_read(session, made, cast.volunteer.actor())


def test_whoever_planned_it_and_the_management_change_it_and_call_it_off(session: Session, cast: Cast) -> None:
    first, second = publish(session, cast), publish(session, cast)
    made = plan(session, cast, [first, second])
    for somebody in (cast.second_coordinator.actor(), cast.counsellor.actor(), Actor()):
        for change in (
            lambda by: seminars.change_seminar(session, made, by=by, plan=a_plan([first])),
            lambda by: seminars.call_off_seminar(session, made, by=by),
        ):
            with pytest.raises(NotAllowed):
                change(somebody)
    seminars.change_seminar(session, made, by=cast.manager.actor(), plan=a_plan([second, first], "En fråga?"))
    session.expire(made)
    assert (seminars.on_agenda(made), made.questions) == ([second, first], "En fråga?")
    assert did(session, made) == ["plan_seminar", "change_seminar"]
    seminars.call_off_seminar(session, made, by=cast.coordinator.actor())
    assert session.scalars(select(SeminarLesson)).all() == []


def test_only_what_stands_in_the_catalogue_is_on_the_agenda(session: Session, cast: Cast) -> None:
    published, unchecked = publish(session, cast), send(session, cast)
    made, by = plan(session, cast, [unchecked, published]), cast.coordinator.actor()
    assert seminars.on_agenda(made) == [published]
    lessons.withdraw_lesson(session, published, by=by)
    assert seminars.on_agenda(made) == []
    lessons.discard_lesson(session, published, by=by)
    session.expire(made)
    assert made.chosen == []


@pytest.mark.parametrize("field", ["name", "place", "questions"])
def test_its_name_place_and_questions_name_nobody(session: Session, cast: Cast, field: str) -> None:
    lesson, by = publish(session, cast), cast.coordinator.actor()
    with pytest.raises(NamesSomebody):
        seminars.plan_seminar(session, by=by, plan=replace(a_plan([lesson]), **{field: "Hur mår Olle i 4B?"}))
    assert session.scalars(select(Seminar)).all() == []
    made = seminars.plan_seminar(
        session, by=by, plan=replace(a_plan([lesson]), **{field: "En Rosa timme"}), answered=["rosa"]
    )
    with pytest.raises(NamesSomebody):
        seminars.change_seminar(session, made, by=by, plan=replace(a_plan([lesson]), **{field: "Hur mår Olle?"}))
    assert did(session, made) == ["plan_seminar", ANSWERED]
