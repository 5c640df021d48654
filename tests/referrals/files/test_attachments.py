"""Files beside a text: who may open them, how they are kept, and how they go again."""

import uuid
from datetime import timedelta

import pytest
from sqlalchemy import select, text

from referrals import assessment, clock, drafts, follow_up, intake
from referrals.access import Actor
from referrals.errors import (
    AlreadyMoved,
    FileRefused,
    Incomplete,
    NoSuchReferral,
    NotAllowed,
    OnHold,
    PointerOnly,
    SealBroken,
    WrongStage,
)
from referrals.files import attachment_reading, attachments, draft_files
from referrals.files.quarantine import Cleared
from referrals.intake import ConcernInput
from referrals.keeping import audit, register, retention
from referrals.models import Attachment, AttachmentContent, DraftFile, What
from referrals.people import membership
from referrals.stages import FOLLOW_UP_DUE, IN_TRIAGE, PARTS_REQUESTED, Party, Verb
from referrals.vocabulary import (
    AttachedTo,
    Compartment,
    Counterpart,
    Domain,
    FileKind,
    FileRefusal,
    GuardiansKnow,
    Profession,
    ProtectionAnswer,
    Registered,
    ReporterKind,
)
from tests.factories import a_member, a_part, a_referral
from tests.referrals.test_follow_up import all_said, with_plan

pytestmark = pytest.mark.usefixtures("wednesday")
PHOTO = Cleared(FileKind.JPEG, b"a photo of the timetable", "Milas schema.jpg")
PAPER = Cleared(FileKind.PDF, b"a paper", "brev hem.pdf")


def beside_concern(session, referral, file=PHOTO) -> Attachment:
    return attachments.keep(session, referral, file, by=Actor(reported=referral.id), party=Party.REPORTER)


def a_part_of(session, referral, account, cast, compartment=Compartment.PEDAGOGICAL):
    return a_part(session, referral, account, asked_by=cast.coordinator, compartment=compartment)


def hand_in(session, referral, account, part):
    assessment.submit_part(
        session, referral, by=account.actor(), seen=None, part=part, findings={Domain.LEARNING: "Läser bra."}, conclusion="Lugn plats.",
    )  # fmt: skip


def a_concern() -> ConcernInput:
    return ConcernInput(
        ReporterKind.TEACHER, "Lena Mentorsson", "Mila Testsson", "Borta.", ProtectionAnswer.NO, GuardiansKnow.YES
    )


def events(session, referral) -> list[tuple[What, str | None]]:
    return [(event.what, event.subject) for event in audit.events_about(session, referral.id, most=50)]


def why_refused(act) -> str:
    with pytest.raises(FileRefused) as refused:
        act()
    return refused.value.why


def entered(session, referral) -> list[tuple[uuid.UUID, Counterpart, object]]:
    """The files that have a line in the register, from whom, and in which capacity."""
    lines = register.entries_beside(session, referral)
    return [(one.object_id, one.counterpart, one.function) for one in lines if one.kind is Registered.ATTACHMENT]


def may_open(attachment, cast) -> set[str]:
    return {
        name
        for name in ("coordinator", "head_teacher", "special_educator", "counsellor", "administrator", "outsider")
        if attachment_reading.may_open(attachment, getattr(cast, name).actor())
    }


# ------------------------------------------------------------------------------------------------ in the draft


def test_files_wait_in_the_draft_and_come_along_when_it_is_sent_in(session, cast):
    draft = drafts.start_draft(session, language="sv").draft
    for file in (PHOTO, PAPER):
        draft_files.add_file(session, draft, file)
    assert [file.sender_name for file in draft_files.files_of(session, draft)] == ["Milas schema.jpg", "brev hem.pdf"]
    referral = intake.submit_concern(session, draft, unit=cast.school, concern=a_concern())
    found = attachments.beside_concern(session, referral)
    assert [(one.number, one.kind, one.sender_name, one.by_id) for one in found] == [
        (1, FileKind.JPEG, "Milas schema.jpg", None),
        (2, FileKind.PDF, "brev hem.pdf", None),
    ]
    assert attachments.open_content(session, found[0]) == PHOTO.content
    assert session.scalars(select(DraftFile)).all() == []
    assert events(session, referral).count((What.ATTACHED_FILE, AttachedTo.CONCERN)) == 2
    assert intake.submit_concern(session, draft, unit=cast.school, concern=a_concern()) is referral
    assert len(attachments.beside_concern(session, referral)) == 2
    teacher = (Counterpart.REPORTER, ReporterKind.TEACHER)
    assert entered(session, referral) == [(one.id, *teacher) for one in found]


def test_the_same_file_twice_is_one_and_one_that_was_taken_away_stays_gone(session, cast):
    draft = drafts.start_draft(session, language="sv").draft
    first = draft_files.add_file(session, draft, PHOTO)
    assert draft_files.add_file(session, draft, PHOTO) is first
    draft_files.add_file(session, draft, PAPER)
    draft_files.remove_file(session, draft, first.id)
    draft_files.remove_file(session, draft, first.id)
    assert [file.kind for file in draft_files.files_of(session, draft)] == [FileKind.PDF]


def test_a_draft_that_was_sent_in_takes_no_more(session, cast):
    draft = drafts.start_draft(session, language="sv").draft
    intake.submit_concern(session, draft, unit=cast.school, concern=a_concern())
    assert draft_files.add_file(session, draft, PHOTO) is None


@pytest.mark.parametrize("end", ["discarded", "expired"])
def test_files_go_with_their_draft(session, wednesday, end):
    draft = drafts.start_draft(session, language="sv").draft
    draft_files.add_file(session, draft, PHOTO)
    if end == "discarded":
        drafts.discard_draft(session, draft)
    else:
        drafts.expire_drafts(session, clock.now().date() + timedelta(days=15))
    assert session.execute(text("SELECT count(*) FROM draft_file")).scalar() == 0


def test_five_files_fit_and_no_more_than_twenty_megabytes(session):
    draft = drafts.start_draft(session, language="sv").draft
    for number in range(5):
        draft_files.add_file(session, draft, Cleared(FileKind.PDF, b"%d" % number))
    assert why_refused(lambda: draft_files.add_file(session, draft, PHOTO)) == FileRefusal.TOO_MANY
    assert why_refused(lambda: attachments.refuse_too_many([9_000_000, 9_000_000], 3_000_000)) == "too_much_together"


# ------------------------------------------------------------------------------------------------ at rest


@pytest.mark.parametrize("table", ["draft_file", "attachment"])
def test_neither_bytes_nor_what_the_sender_called_it_stand_in_clear(session, cast, table):
    draft = drafts.start_draft(session, language="sv").draft
    draft_files.add_file(session, draft, PHOTO)
    beside_concern(session, a_referral(session, cast))
    rows = session.execute(text(f"SELECT * FROM {table}")).all()
    rows += session.execute(text("SELECT * FROM attachment_content")).all()
    everything = b" ".join(
        bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode() for row in rows for value in row
    )
    assert rows
    assert b"schema" not in everything
    assert b"timetable" not in everything


def test_bytes_that_were_moved_to_another_file_are_not_given_out(session, cast):
    referral = a_referral(session, cast)
    one, other = beside_concern(session, referral), beside_concern(session, referral, PAPER)
    rows = {row.attachment_id: row for row in session.scalars(select(AttachmentContent))}
    rows[one.id].sealed, rows[other.id].sealed = rows[other.id].sealed, rows[one.id].sealed
    session.flush()
    with pytest.raises(SealBroken):
        attachments.open_content(session, one)


def test_a_file_whose_checksum_is_another_is_not_given_out(session, cast):
    one = beside_concern(session, a_referral(session, cast))
    one.checksum = "0" * 64
    with pytest.raises(SealBroken):
        attachments.open_content(session, one)


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("../../etc/passwd", "passwd"), ("C:\\Users\\lena\\Mila å ö.jpg", "Mila å ö.jpg"), ("bild\u202egpj.exe", "bildgpj.exe"), ("", None),
        (None, None), ("a\r\nSet-Cookie: x\x00.pdf", "aSet-Cookie: x.pdf"), ("صورة.png", "صورة.png"), ("x" * 300, "x" * 100), ("..", ".."),
    ],
)  # fmt: skip
def test_a_name_is_shown_without_the_way_to_it_and_without_signs_nobody_sees(sent, shown):
    assert attachments.shown_name(sent) == shown


def test_the_name_it_goes_out_under_says_nothing_about_anybody(session, cast):
    referral = a_referral(session, cast)
    names = [beside_concern(session, referral, file).paper_name for file in (PHOTO, PAPER, Cleared(FileKind.PNG, b"x"))]
    assert names == ["attachment-1.jpg", "attachment-2.pdf", "attachment-3.png"]


def test_what_is_kept_beside_one_text_has_the_same_limit(session, cast):
    referral = a_referral(session, cast)
    for number in range(attachments.MOST_FILES):
        beside_concern(session, referral, Cleared(FileKind.PDF, b"%d" % number))
    assert why_refused(lambda: beside_concern(session, referral, PHOTO)) == FileRefusal.TOO_MANY


def test_a_referral_holds_only_so_many(session, cast, monkeypatch):
    monkeypatch.setattr(attachments, "MOST_IN_REFERRAL", 1)
    referral = a_referral(session, cast)
    beside_concern(session, referral)
    assert why_refused(lambda: beside_concern(session, referral, PAPER)) == FileRefusal.FULL
    assert len({beside_concern(session, referral).id for _ in range(2)}) == 1


# ------------------------------------------------------------------------------------------------ who may open it


def test_what_came_with_the_concern_is_for_those_who_read_the_concern(session, cast):
    referral = a_referral(session, cast)
    one = beside_concern(session, referral)
    a_member(session, referral, cast.special_educator)
    assert may_open(one, cast) == {"coordinator", "head_teacher"}
    assert attachment_reading.of_concern(session, referral, cast.special_educator.actor()) == []
    found = attachment_reading.read_content(session, referral, one.id, reader=cast.coordinator.actor())
    assert found == (one, PHOTO.content)
    with pytest.raises(NotAllowed):
        attachment_reading.read_content(session, referral, one.id, reader=cast.special_educator.actor())


def test_a_file_of_another_referral_is_not_found(session, cast):
    one = beside_concern(session, a_referral(session, cast))
    with pytest.raises(NoSuchReferral):
        attachments.find(session, a_referral(session, cast), one.id)


@pytest.mark.parametrize(
    ("compartment", "readers"),
    [
        (Compartment.PEDAGOGICAL, {"coordinator", "head_teacher", "special_educator", "counsellor"}),
        (Compartment.STUDENT_HEALTH, {"special_educator"}),
    ],
)
def test_what_hangs_on_a_part_is_for_those_who_read_all_of_it(session, cast, compartment, readers):
    referral = a_referral(session, cast, PARTS_REQUESTED)
    part = a_part_of(session, referral, cast.special_educator, cast, compartment)
    a_part_of(session, referral, cast.counsellor, cast)
    by = cast.special_educator.actor()
    one = assessment.attach_file(session, referral, by=by, part=part, file=PHOTO)
    assert may_open(one, cast) == {"special_educator"}, "while it is written nobody else reads it"
    hand_in(session, referral, cast.special_educator, part)
    assert may_open(one, cast) == readers
    assert attachment_reading.of_part(session, part, by) == [one]


@pytest.mark.parametrize("compartment", [Compartment.MEDICAL, Compartment.SOCIAL_SERVICES])
def test_a_pointer_takes_no_file(session, cast, compartment):
    referral = a_referral(session, cast, PARTS_REQUESTED)
    part = a_part_of(session, referral, cast.school_nurse, cast, compartment)
    with pytest.raises(PointerOnly):
        assessment.attach_file(session, referral, by=cast.school_nurse.actor(), part=part, file=PHOTO)


def test_only_the_writer_attaches_to_a_part_and_only_until_it_is_handed_in(session, cast):
    referral = a_referral(session, cast, PARTS_REQUESTED)
    part = a_part_of(session, referral, cast.special_educator, cast)
    by, version = cast.special_educator.actor(), referral.version
    with pytest.raises(NotAllowed):
        assessment.attach_file(session, referral, by=cast.coordinator.actor(), part=part, file=PHOTO)
    one = assessment.attach_file(session, referral, by=by, part=part, file=PHOTO)
    two = assessment.attach_file(session, referral, by=by, part=part, file=PAPER)
    for _ in range(2):
        assessment.remove_file(session, referral, by=by, part=part, file_id=one.id)
    assert attachments.beside_part(session, part) == [two]
    assert events(session, referral).count((What.REMOVED_FILE, AttachedTo.PART)) == 1
    assert referral.version == version, "like saving, it leaves no row in the history"
    assert entered(session, referral) == [], "it has not come in before the part it hangs on"
    hand_in(session, referral, cast.special_educator, part)
    assert entered(session, referral) == [(two.id, Counterpart.STAFF, Profession.SPECIAL_EDUCATOR)]
    for act in (
        lambda: assessment.attach_file(session, referral, by=by, part=part, file=PHOTO),
        lambda: assessment.remove_file(session, referral, by=by, part=part, file_id=two.id),
    ):
        with pytest.raises(AlreadyMoved):
            act()


def test_what_hangs_on_a_follow_up_waits_for_it_and_is_for_those_who_read_it(session, cast):
    referral, plan = with_plan(session, cast)
    membership.admit(session, referral, cast.special_educator)
    by = cast.coordinator.actor()
    gone = follow_up.attach_file(session, referral, by=by, file=PAPER)
    one = follow_up.attach_file(session, referral, by=by, file=PHOTO)
    for _ in range(2):
        follow_up.remove_file(session, referral, by=by, file_id=gone.id)
    assert may_open(one, cast) == {"coordinator"}
    row = follow_up.record_follow_up(session, referral, by=by, follow_up=all_said(plan))
    assert entered(session, referral) == [(one.id, Counterpart.STAFF, by.profession)]
    assert attachments.beside_follow_up(session, referral, None) == []
    assert attachment_reading.of_follow_up(session, referral, row, reader=cast.special_educator.actor()) == [one]
    assert may_open(one, cast) == {"coordinator", "head_teacher", "special_educator"}


def test_only_who_records_a_follow_up_attaches_to_it_and_only_when_it_is_due(session, cast):
    referral = a_referral(session, cast, FOLLOW_UP_DUE)
    with pytest.raises(NotAllowed):
        follow_up.attach_file(session, referral, by=cast.head_teacher.actor(), file=PHOTO)
    with pytest.raises(NotAllowed):
        follow_up.remove_file(session, referral, by=cast.head_teacher.actor(), file_id=referral.id)
    with pytest.raises(WrongStage):
        follow_up.attach_file(session, a_referral(session, cast, IN_TRIAGE), by=cast.coordinator.actor(), file=PHOTO)


# ------------------------------------------------------------------------------------------------ taking out


def test_a_file_that_should_not_have_come_in_is_destroyed_and_who_did_it_and_why_stays(session, cast):
    referral = a_referral(session, cast)
    one, by = beside_concern(session, referral), cast.coordinator.actor()
    for _ in range(2):
        attachment_reading.take_out(session, referral, by=by, seen=None, attachment=one, reason=" En journal. ")
    assert (one.taken_out_by_id, one.taken_out_reason, one.sender_name) == (cast.coordinator.id, "En journal.", None)
    assert session.scalars(select(AttachmentContent)).all() == []
    with pytest.raises(NoSuchReferral):
        attachments.open_content(session, one)
    assert [row.verb for row in referral.history].count(Verb.TAKE_OUT_FILE) == 1
    assert referral.history[-1].reason is None, "why is for those who could open it"
    again = beside_concern(session, referral)
    assert again.number == 2, "the place of a file that went is free for another one"


def test_a_hold_keeps_a_file_too(session, cast):
    referral = a_referral(session, cast)
    one, by = beside_concern(session, referral), cast.coordinator.actor()
    retention.place_hold(session, referral, by=by, reason="Rätten har begärt handlingarna.")
    with pytest.raises(OnHold):
        attachment_reading.take_out(session, referral, by=by, seen=None, attachment=one, reason="En journal.")
    assert attachments.open_content(session, one) == PHOTO.content


def test_who_may_only_read_does_not_take_out_and_nobody_does_without_a_reason(session, cast):
    referral = a_referral(session, cast)
    one = beside_concern(session, referral)
    a_member(session, referral, cast.special_educator)
    for somebody in (cast.head_teacher, cast.special_educator, cast.outsider):
        assert not attachment_reading.may_take_out(one, somebody.actor())
        with pytest.raises(NotAllowed):
            attachment_reading.take_out(session, referral, by=somebody.actor(), seen=None, attachment=one, reason="x")
    with pytest.raises(Incomplete):
        attachment_reading.take_out(
            session, referral, by=cast.coordinator.actor(), seen=None, attachment=one, reason=" "
        )
    with pytest.raises(NotAllowed):
        attachment_reading.take_out(
            session, a_referral(session, cast), by=cast.coordinator.actor(), seen=None, attachment=one, reason="x"
        )


def test_whoever_wrote_a_part_takes_its_files_out_also_behind_the_wall(session, cast):
    referral = a_referral(session, cast, PARTS_REQUESTED)
    part = a_part_of(session, referral, cast.counsellor, cast, Compartment.STUDENT_HEALTH)
    by = cast.counsellor.actor()
    one = assessment.attach_file(session, referral, by=by, part=part, file=PHOTO)
    with pytest.raises(NotAllowed):
        attachment_reading.take_out(session, referral, by=by, seen=None, attachment=one, reason="before it was sent")
    hand_in(session, referral, cast.counsellor, part)
    assert not attachment_reading.may_take_out(one, cast.coordinator.actor())
    attachment_reading.take_out(session, referral, by=by, seen=None, attachment=one, reason="Fel barn.")
    assert one.taken_out_reason == "Fel barn."


def test_the_coordinator_takes_out_what_hangs_on_a_follow_up(session, cast):
    referral, plan = with_plan(session, cast)
    by = cast.coordinator.actor()
    one = follow_up.attach_file(session, referral, by=by, file=PHOTO)
    assert not attachment_reading.may_take_out(one, by)
    follow_up.record_follow_up(session, referral, by=by, follow_up=all_said(plan))
    assert attachment_reading.may_take_out(one, by)
