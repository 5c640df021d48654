"""Requests to read the file: another person goes through every piece, and only then an extract leaves, with what was withheld and why."""

import io
import uuid
import zipfile
from datetime import UTC, datetime, time, timedelta

import pytest
import time_machine
from pypdf import PdfReader
from sqlalchemy import select
from sqlalchemy.orm import Session

from referrals import clock, documents, team_review
from referrals.access import Actor, Role
from referrals.documents import Paper
from referrals.errors import AlreadyDecided, ContentGone, Incomplete, NotAllowed, NotDue, SamePerson
from referrals.files import attachments
from referrals.files.quarantine import Cleared
from referrals.keeping import audit, contents, kept_outside, register
from referrals.meetings import interpreters
from referrals.models import (
    Account,
    AuditEvent,
    Concern,
    History,
    ReadingAnswer,
    ReadingRequest,
    Referral,
    RegisterEntry,
    RoleAssignment,
)
from referrals.papers import readers
from referrals.reading import reading_extract, reading_pieces, reading_requests
from referrals.reading.reading_requests import Answer, Asked
from referrals.reminders import errands
from referrals.reminders.words import GIVE_READING_ON
from referrals.rules import rulebook
from referrals.safeguarding import protection
from referrals.sealing import Sealed
from referrals.stages import TO_SCHEDULE, Party
from referrals.vocabulary import (
    AskedBy,
    AskedHow,
    ContentKind,
    Counterpart,
    Country,
    Direction,
    DocumentKind,
    FileKind,
    Registered,
    Standing,
)
from referrals.work import working_notes
from tests import straight_way
from tests.factories import a_guardian, a_member, a_referral, protected
from tests.people import Cast
from tests.referrals.safeguarding.test_protection import a_report

pytestmark = pytest.mark.usefixtures("wednesday")

GIVE = Answer(is_given=True)
WITHHOLD = Answer(is_given=False, ground="harm", reason="Barnet sade det i förtroende.")


def asked(cast: Cast, **values) -> Asked:
    today = clock.now().date()
    given = {
        "asked_by": AskedBy.CHILD,
        "asked_how": AskedHow.ORAL,
        "received_on": today,
        "reviewer_id": cast.head_teacher.id,
    }
    return Asked(**(given | values))


def record(session: Session, cast: Cast, referral: Referral, **values) -> ReadingRequest:
    by = values.pop("by", cast.coordinator)
    return reading_requests.record_request(session, referral, by=by.actor(), asked=asked(cast, **values))


def answer_all(session: Session, request: ReadingRequest, by, answer: Answer = GIVE, **others: Answer) -> None:
    keys = [piece.key for piece in reading_pieces.pieces_of(session, request.referral)]
    answers = {key: others.get(key.partition(":")[0], answer) for key in keys}
    reading_requests.answer_pieces(session, request, by=by.actor(), answers=answers)


def lines(session: Session) -> list[tuple[Direction, Counterpart]]:
    rows = select(RegisterEntry).where(RegisterEntry.kind == Registered.ACCESS_REQUEST).order_by(RegisterEntry.number)
    return [(row.direction, row.counterpart) for row in session.scalars(rows)]


# ------------------------------------------------------------------------------------------------------- recording
def test_a_request_is_recorded_with_its_day_its_reviewer_and_its_line_in_the_register(
    session: Session, cast: Cast
) -> None:
    referral = a_referral(session, cast)
    guardian = a_guardian(session, referral)
    request = record(
        session, cast, referral, asked_by=AskedBy.GUARDIAN, guardian_id=guardian.id, wish="Allt om läsningen"
    )
    assert (request.reviewer, request.recorded_by, request.guardian) == (cast.head_teacher, cast.coordinator, guardian)
    assert request.due_on == request.received_on + timedelta(days=30)
    assert request.wish == "Allt om läsningen"
    assert lines(session) == [(Direction.RECEIVED, Counterpart.GUARDIAN)]
    assert session.scalars(select(AuditEvent.by_id).where(AuditEvent.subject == "record_reading_request")).all() == [
        cast.coordinator.id
    ]
    assert reading_requests.requests_of(session, referral) == [request]
    assert reading_requests.to_review(session, cast.head_teacher.actor()) == [request]
    assert reading_requests.to_review(session, cast.coordinator.actor()) == []


def test_whoever_records_it_never_goes_through_it(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast)
    with pytest.raises(SamePerson):
        record(session, cast, referral, by=cast.head_teacher)
    assert reading_requests.reviewers(session, referral, by=cast.head_teacher.actor()) == []


def test_only_those_who_answer_for_the_unit_record_and_review(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast)
    a_member(session, referral, cast.teacher)
    for by in (cast.teacher, cast.outsider, cast.administrator):
        with pytest.raises(NotAllowed):
            record(session, cast, referral, by=by)
    for reviewer in (cast.teacher, cast.outsider, cast.second_coordinator):
        with pytest.raises(NotAllowed):
            record(session, cast, referral, reviewer_id=reviewer.id)
    assert session.scalars(select(ReadingRequest)).all() == []


def test_what_is_missing_is_said_by_name(session: Session, cast: Cast) -> None:
    referral, other = a_referral(session, cast), a_referral(session, cast)
    strange = a_guardian(session, other)
    later = clock.now().date() + timedelta(days=2)
    for values, missing in (
        ({"asked_by": AskedBy.GUARDIAN}, "guardian_id"),
        ({"asked_by": AskedBy.GUARDIAN, "guardian_id": strange.id}, "guardian_id"),
        ({"asked_by": AskedBy.OTHER, "asker_name": " "}, "asker_name"),
        ({"received_on": later}, "received_on"),
    ):
        with pytest.raises(Incomplete) as refused:
            record(session, cast, referral, **values)
        assert refused.value.missing == (missing,)


def test_the_same_request_twice_is_one_and_others_are_their_own(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast)
    record(session, cast, referral)
    with pytest.raises(AlreadyDecided):
        record(session, cast, referral)
    first = record(session, cast, referral, asked_by=AskedBy.OTHER, asker_name="Ombudet Ombudsson")
    record(session, cast, referral, asked_by=AskedBy.OTHER, asker_name="Farfar Testsson")
    assert first.asker_name == "Ombudet Ombudsson"
    assert len(reading_requests.requests_of(session, referral)) == 3


# ---------------------------------------------------------------------------------------------------------- pieces
def test_every_kind_of_content_is_gone_through_and_working_notes_say_whose_they_are(
    session: Session, cast: Cast
) -> None:
    referral = straight_way.submit(session, cast.school)
    referral.owner = cast.coordinator
    a_member(session, referral, cast.teacher)
    working_notes.keep_note(session, referral, by=cast.teacher.actor(), text="Ring mormor.")
    for decide in straight_way.DECISIONS:
        decide(session, cast, referral)
    row = session.scalars(select(History).where(History.referral_id == referral.id).order_by(History.id)).first()
    documents.issue(session, row, Paper(DocumentKind.REFERRAL, readers.FILE, "sv"), content=b"%PDF Kvastengren")
    file = Cleared(FileKind.JPEG, b"a photo", "Schemat.jpg")
    attachments.keep(session, referral, file, by=Actor(reported=referral.id), party=Party.REPORTER)
    found = reading_pieces.pieces_of(session, referral)
    tables = {piece.key.partition(":")[0] for piece in found}
    assert {"referral", "concern", "guardian", "consent", "assessment_part", "team_meeting", "action_plan"} <= tables
    assert {"working_note", "history", "document", "attachment", "follow_up"} <= tables
    assert not {"mail", "reading_answer"} & tables
    (note,) = [piece for piece in found if piece.key.startswith("working_note")]
    assert (note.author, note.texts) == ("Tove Askebrant", ("Ring mormor.",))
    assert {piece.author for piece in found if piece.key.startswith("assessment_part")} != {None}
    assert len({piece.key for piece in found}) == len(found)


def test_every_sealed_table_of_a_referral_is_a_piece_or_named_as_none() -> None:
    read = {table for kind in reading_pieces.TEXT_KINDS for table in contents.TABLES[kind]}
    others = {table for kind in set(ContentKind) - set(reading_pieces.TEXT_KINDS) for table in contents.TABLES[kind]}
    assert others == {"document_content", "attachment", "attachment_content", "mail"}
    assert "working_note" in read
    assert "disclosure" in read
    assert isinstance(History.reason, Sealed)


def test_the_code_that_opens_the_reporters_page_is_in_no_piece(session: Session, cast: Cast) -> None:
    referral = straight_way.submit(session, cast.school)
    code = session.scalars(select(Concern)).one().return_code
    assert code
    said = [text for piece in reading_pieces.pieces_of(session, referral) for text in piece.texts]
    assert said
    assert code not in said


def test_an_interpreter_is_given_or_withheld_apart_from_the_minutes(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast, TO_SCHEDULE)
    guardian = a_guardian(session, referral, told_by=cast.coordinator, interpreter="somaliska")
    by, at = cast.coordinator.actor(), clock.now() + timedelta(days=7)
    meeting = team_review.schedule_meeting(
        session, referral, by=by, seen=None, starts_at=at, place="Rum 12", called=[cast.head_teacher.id, cast.counsellor.id],
        guardians=[guardian.id], on_closed_day=True,
    )  # fmt: skip
    interpreters.book(session, referral, by=by, asked_about=at, language="somaliska", booked_with="Tolkcentralen")
    found = [one for one in reading_pieces.pieces_of(session, referral) if one.row_id == meeting.id]
    assert [(one.key, one.texts) for one in found] == [
        (f"team_meeting:{meeting.id}", ("Rum 12",)),
        (f"team_meeting:{meeting.id}:interpreters", ("somaliska", "Tolkcentralen")),
    ]


def test_what_was_disposed_of_is_no_piece_any_more(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast)
    row = session.scalars(select(History).where(History.referral_id == referral.id)).one()
    documents.issue(session, row, Paper(DocumentKind.REFERRAL, readers.FILE, "sv"), content=b"%PDF Kvastengren")
    contents.take_out(session, referral, [ContentKind.CONCERN, ContentKind.PAPERS])
    tables = {piece.key.partition(":")[0] for piece in reading_pieces.pieces_of(session, referral)}
    assert tables == {"referral"}


def test_what_was_said_before_anybody_answers_for_it_has_no_author(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast)
    assert {piece.author for piece in reading_pieces.pieces_of(session, referral)} == {None}


# ---------------------------------------------------------------------------------------------------------- review
def test_nothing_leaves_before_every_piece_is_decided(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast)
    request = record(session, cast, referral)
    by = cast.head_teacher.actor()
    with pytest.raises(NotDue):
        reading_extract.extract(session, request, by=by)
    with pytest.raises(Incomplete):
        reading_requests.approve_extract(session, request, by=by)
    answer_all(session, request, cast.head_teacher)
    assert reading_requests.undecided(session, request) == []
    reading_requests.approve_extract(session, request, by=by)
    assert request.approved_at == clock.now()
    assert lines(session) == [(Direction.RECEIVED, Counterpart.CHILD), (Direction.ISSUED, Counterpart.CHILD)]
    for again in (
        lambda: reading_requests.approve_extract(session, request, by=by),
        lambda: answer_all(session, request, cast.head_teacher, WITHHOLD),
    ):
        with pytest.raises(AlreadyDecided):
            again()
    assert reading_requests.to_review(session, by) == []
    assert len(lines(session)) == 2


def test_what_is_written_meanwhile_has_to_be_gone_through_too(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast)
    request = record(session, cast, referral)
    answer_all(session, request, cast.head_teacher)
    working_notes.keep_note(session, referral, by=cast.coordinator.actor(), text="Något nytt.")
    assert [piece.texts for piece in reading_requests.undecided(session, request)] == [("Något nytt.",)]


def test_withholding_needs_a_ground_of_the_rule_pack_and_a_reason(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast)
    request = record(session, cast, referral)
    for answer in (
        Answer(is_given=False),
        Answer(is_given=False, ground="harm"),
        Answer(is_given=False, ground="because", reason="Nej."),
    ):
        with pytest.raises(Incomplete):
            answer_all(session, request, cast.head_teacher, answer)
    answer_all(session, request, cast.head_teacher, WITHHOLD)
    rows = session.scalars(select(ReadingAnswer)).all()
    assert {(row.is_given, row.ground, row.reason) for row in rows} == {(False, "harm", WITHHOLD.reason)}
    answer_all(session, request, cast.head_teacher)
    rows = session.scalars(select(ReadingAnswer)).all()
    assert {(row.is_given, row.ground, row.reason) for row in rows} == {(True, None, None)}
    with pytest.raises(NotAllowed):
        reading_requests.answer_pieces(
            session, request, by=cast.head_teacher.actor(), answers={f"concern:{uuid.uuid4()}": GIVE}
        )


def test_only_its_reviewer_opens_it_and_only_while_they_may(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast)
    request = record(session, cast, referral)
    for somebody in (cast.coordinator, cast.teacher, cast.outsider, cast.administrator):
        with pytest.raises(NotAllowed):
            reading_requests.find(session, request.id, by=somebody.actor())
        with pytest.raises(NotAllowed):
            answer_all(session, request, somebody)
    with pytest.raises(NotAllowed):
        reading_requests.find(session, uuid.uuid4(), by=cast.head_teacher.actor())
    a_member(session, referral, cast.head_teacher)
    referral.memberships[0].standing = Standing.SHUT_OUT
    session.flush()
    with pytest.raises(NotAllowed):
        reading_requests.find(session, request.id, by=cast.head_teacher.actor())
    assert reading_requests.to_review(session, cast.head_teacher.actor()) == []


def test_what_was_asked_before_another_team_took_over_is_answered_handed_out_and_then_shut(
    session: Session, cast: Cast, wednesday: time_machine.Traveller
) -> None:
    referral, henrik = a_referral(session, cast), cast.head_teacher.actor()
    kept, answered = (
        record(session, cast, referral),
        record(session, cast, referral, asked_by=AskedBy.OTHER, asker_name="Nils"),
    )
    answer_all(session, answered, cast.head_teacher)
    reading_requests.approve_extract(session, answered, by=henrik)
    referral.handed_over_at = clock.now()
    session.flush()
    for somebody in (cast.coordinator, cast.head_teacher):
        assert not reading_requests.may_record(somebody.actor(), referral)
    with pytest.raises(NotAllowed):
        record(session, cast, referral)
    wednesday.shift(timedelta(days=29))
    assert reading_extract.extract(session, answered, by=henrik)
    wednesday.shift(timedelta(days=1))
    with pytest.raises(NotAllowed):
        reading_extract.extract(session, answered, by=henrik)
    assert reading_requests.to_review(session, henrik) == [kept]
    assert reading_requests.to_go_through(session, reading_requests.find(session, kept.id, by=henrik))


def test_what_was_asked_before_another_team_took_over_goes_on_with_somebody_else_once_its_reviewer_has_left(
    session: Session, cast: Cast
) -> None:
    referral, registrar = a_referral(session, cast), cast.counsellor
    for account in (registrar, cast.coordinator):
        account.roles.append(RoleAssignment(role=Role.REGISTRAR, unit=cast.school))
    session.flush()
    here = record(session, cast, a_referral(session, cast), received_on=clock.now().date() - timedelta(days=1))
    taken_over = record(session, cast, referral)
    referral.handed_over_at = clock.now()
    session.flush()

    def waits() -> list[list[ReadingRequest]]:
        people = cast.head_teacher, registrar, cast.coordinator, cast.outsider
        return [reading_requests.to_review(session, one.actor()) for one in people]

    assert waits() == [[here, taken_over], [], [], []]
    with pytest.raises(NotAllowed):
        reading_requests.find(session, taken_over.id, by=registrar.actor())
    cast.head_teacher.roles.clear()
    session.flush()
    assert waits() == [[], [taken_over], [], []], "never with who recorded it; the other is given on by hand"
    (errand,) = errands.to_read(session, registrar.actor(), until=taken_over.due_on)
    assert errand.way == f"/reading-requests/{taken_over.id}"
    answer_all(session, taken_over, registrar)
    assert taken_over.reviewer is registrar
    reading_requests.approve_extract(session, taken_over, by=registrar.actor())
    assert reading_extract.extract(session, taken_over, by=registrar.actor())
    assert waits() == [[], [], [], []]
    logged = select(AuditEvent.by_id).where(AuditEvent.subject == "give_on_reading_request")
    assert session.scalars(logged).all() == [registrar.id]


def test_whoever_let_the_extract_go_reads_the_file_no_further(session: Session, cast: Cast) -> None:
    request = record(session, cast, a_referral(session, cast))
    assert reading_requests.to_go_through(session, request)
    answer_all(session, request, cast.head_teacher)
    reading_requests.approve_extract(session, request, by=cast.head_teacher.actor())
    assert reading_requests.to_go_through(session, request) == []


def test_a_registrar_goes_through_it_but_not_where_an_identity_is_protected_without_them(
    session: Session, cast: Cast
) -> None:
    referral = a_referral(session, cast, owner_id=cast.coordinator.id)
    cast.outsider.roles.append(RoleAssignment(role=Role.REGISTRAR, unit=cast.school))
    session.flush()
    request = record(session, cast, referral, reviewer_id=cast.outsider.id)
    assert reading_requests.find(session, request.id, by=cast.outsider.actor()) is request
    protected(session, referral, by=cast.coordinator)
    with pytest.raises(NotAllowed):
        reading_requests.find(session, request.id, by=cast.outsider.actor())


def test_where_the_referral_lies_on_paper_nothing_is_asked_or_read_here(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast, owner_id=cast.coordinator.id)
    request = record(session, cast, referral)
    referral.kept_outside_at = clock.now()
    assert not reading_requests.may_record(cast.coordinator.actor(), referral)
    with pytest.raises(ContentGone):
        reading_requests.find(session, request.id, by=cast.head_teacher.actor())
    assert kept_outside.STAYS.isdisjoint({ReadingRequest, ReadingAnswer})


# ------------------------------------------------------------------------------------------------------- coming back
def come_back(session: Session, *people: Account) -> list[list[ReadingRequest]]:
    return [reading_requests.come_back(session, one.actor()) for one in people]


def test_a_request_whose_day_has_passed_comes_back_to_who_recorded_it(
    session: Session, cast: Cast, wednesday: time_machine.Traveller
) -> None:
    request = record(session, cast, a_referral(session, cast))
    record(session, cast, a_referral(session, cast), received_on=clock.now().date() + timedelta(days=-1))
    there = cast.coordinator, cast.second_coordinator, cast.head_teacher, cast.teacher, cast.outsider
    assert come_back(session, *there) == [[], [], [], [], []]
    wednesday.shift(timedelta(days=30))
    (earlier,) = come_back(session, cast.coordinator)[0]
    assert (earlier.due_on, earlier.reviewer) == (clock.now().date() - timedelta(days=1), cast.head_teacher)
    wednesday.shift(timedelta(days=1))
    assert come_back(session, *there) == [[earlier, request], [], [], [], []]
    until = clock.now().date()
    tasks = [(one.task, one.due_on) for one in errands.to_read(session, cast.coordinator.actor(), until=until)]
    assert tasks == [(GIVE_READING_ON, earlier.due_on), (GIVE_READING_ON, request.due_on)]
    for one in (earlier, request):
        answer_all(session, one, cast.head_teacher)
        reading_requests.approve_extract(session, one, by=cast.head_teacher.actor())
    assert come_back(session, cast.coordinator) == [[]]


def test_a_request_that_is_twice_overdue_comes_to_the_head_teacher_too(
    session: Session, cast: Cast, wednesday: time_machine.Traveller
) -> None:
    cast.counsellor.roles.append(RoleAssignment(role=Role.REGISTRAR, unit=cast.school))
    session.flush()
    request = record(session, cast, a_referral(session, cast), reviewer_id=cast.counsellor.id)
    wednesday.move_to(datetime.combine(request.due_on, time(12), UTC))
    wednesday.shift(timedelta(days=13))
    there = cast.coordinator, cast.head_teacher, cast.counsellor
    assert come_back(session, *there) == [[request], [], []]
    wednesday.shift(timedelta(days=1))
    assert come_back(session, *there) == [[request], [request], []], "ten school days"


def test_a_request_whose_reviewer_has_left_comes_back_at_once_and_to_all_who_record_where_nobody_else_sees_to_it(
    session: Session, cast: Cast
) -> None:
    request = record(session, cast, a_referral(session, cast), received_on=clock.now().date() - timedelta(days=1))
    hidden = record(session, cast, a_referral(session, cast))
    protected(session, hidden.referral, by=cast.coordinator)
    access_list = {one.account_id: one for one in hidden.referral.access_list}
    session.delete(access_list[cast.head_teacher.id])
    session.flush()
    session.refresh(hidden.referral)
    assert come_back(session, cast.coordinator, cast.second_coordinator) == [[hidden], []]
    cast.head_teacher.is_active = False
    assert come_back(session, cast.coordinator, cast.second_coordinator) == [[request, hidden], []]
    cast.coordinator.is_active = False
    assert come_back(session, cast.second_coordinator, cast.outsider) == [[request, hidden], []]


def test_it_is_given_to_another_who_may_and_goes_on_with_what_was_decided(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast)
    request = record(session, cast, referral)
    answer_all(session, request, cast.head_teacher)
    registrar = cast.counsellor
    registrar.roles.append(RoleAssignment(role=Role.REGISTRAR, unit=cast.school))
    session.flush()

    def give(to: Account, *, by: Account = cast.coordinator, of: Referral = referral) -> ReadingRequest:
        return reading_requests.give_on(session, of, by=by.actor(), request_id=request.id, reviewer_id=to.id)

    for values in ({"by": cast.teacher}, {"by": cast.outsider}, {"by": registrar}, {"of": a_referral(session, cast)}):
        with pytest.raises(NotAllowed):
            give(registrar, **values)
    for nobody in (cast.head_teacher, cast.coordinator, cast.teacher):
        with pytest.raises(NotAllowed):
            give(nobody)
    assert give(registrar).reviewer is registrar
    assert audit.events_about(session, referral.id, most=1)[0].subject == "give_on_reading_request"
    with pytest.raises(NotAllowed):
        reading_requests.find(session, request.id, by=cast.head_teacher.actor())
    assert reading_requests.undecided(session, request) == []
    assert reading_requests.others(session, request, by=cast.coordinator.actor()) == [cast.head_teacher]
    reading_requests.approve_extract(session, request, by=registrar.actor())
    assert reading_requests.others(session, request, by=cast.coordinator.actor()) == []


# --------------------------------------------------------------------------------------------------------- extract
def test_the_extract_holds_what_is_given_and_says_of_the_rest_why_not_and_how_to_appeal(
    session: Session, cast: Cast
) -> None:
    referral = a_referral(session, cast)
    row = session.scalars(select(History).where(History.referral_id == referral.id)).one()
    documents.issue(session, row, Paper(DocumentKind.REFERRAL, readers.FILE, "sv"), content=b"%PDF Kvastengren")
    attachments.keep(
        session,
        referral,
        Cleared(FileKind.JPEG, b"a photo", "S.jpg"),
        by=Actor(reported=referral.id),
        party=Party.REPORTER,
    )
    working_notes.keep_note(session, referral, by=cast.coordinator.actor(), text="En hemlig tanke.")
    report = a_report(session, cast.coordinator, referral, seen="Blåmärken av en skärphake.")
    protection.keep_paper(session, report, b"%PDF skarphake", language="sv")
    request = record(session, cast, referral)
    answer_all(session, request, cast.head_teacher, GIVE, working_note=WITHHOLD)
    reading_requests.approve_extract(session, request, by=cast.head_teacher.actor())
    archive = zipfile.ZipFile(
        io.BytesIO(reading_extract.extract(session, request, by=cast.head_teacher.actor()).packed())
    )
    assert sorted(archive.namelist()) == ["attachment-1.jpg", "extract.pdf", "paper-1.pdf"]
    assert archive.read("paper-1.pdf") == b"%PDF Kvastengren"
    assert archive.read("attachment-1.jpg") == b"a photo"
    told = " ".join(
        " ".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(archive.read("extract.pdf"))).pages
    )
    assert "Mila har varit borta nio dagar i september." in told
    said = [text for piece in reading_pieces.pieces_of(session, referral) for text in piece.texts]
    for word in (report.number, "skärphake", "skarphake"):
        assert word not in f"{told} {said} {archive.namelist()} {archive.read('paper-1.pdf')}"
    assert "En hemlig tanke" not in told
    assert "Barnet sade det i förtroende." in told
    assert "OSL 23:1, 23:2" in told
    assert "överklaga" in told
    with pytest.raises(NotAllowed):
        reading_extract.extract(session, request, by=cast.coordinator.actor())
    assert audit.events_about(session, referral.id, most=1)[0].subject == "extract"
    assert register.entry_of(session, request.extract_id) is not None


def test_an_extract_without_anything_says_so(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast)
    request = record(session, cast, referral)
    answer_all(session, request, cast.head_teacher, WITHHOLD)
    reading_requests.approve_extract(session, request, by=cast.head_teacher.actor())
    archive = zipfile.ZipFile(
        io.BytesIO(reading_extract.extract(session, request, by=cast.head_teacher.actor()).packed())
    )
    assert archive.namelist() == ["extract.pdf"]
    assert "Inget lämnas ut." in PdfReader(io.BytesIO(archive.read("extract.pdf"))).pages[0].extract_text()


@pytest.mark.parametrize("country", Country)
def test_each_country_says_on_what_grounds_and_how_to_appeal_in_every_language(country: Country) -> None:
    reading = rulebook.newest(country).reading
    assert reading.answer_days == 30
    for language in ("sv", "da", "en"):
        assert len(reading.how_to_appeal(language)) > 100
        assert all(reading.ground(key, language).endswith(")") for key in reading.grounds)
    assert reading.how_to_appeal("fi") == reading.how_to_appeal("en")
    assert reading.ground("harm", "fi") == reading.ground("harm", "en")
