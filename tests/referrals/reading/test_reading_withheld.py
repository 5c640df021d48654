"""What was withheld from a guardian stays here too when that guardian asks to read the file."""

import io
import zipfile
from datetime import timedelta

import pytest
from pypdf import PdfReader
from sqlalchemy import select

from referrals import clock, closure, documents
from referrals.disclosure import pieces
from referrals.documents import Paper
from referrals.errors import Incomplete, WithheldFromAsker
from referrals.guardians import withholding
from referrals.models import Document, History, Withholding
from referrals.notes import notes_of
from referrals.papers import readers
from referrals.plans import plan_versions
from referrals.reading import reading_extract, reading_pieces, reading_requests, reading_withheld
from referrals.reading.reading_requests import Answer, Asked
from referrals.stages import Verb
from referrals.vocabulary import AskedBy, AskedHow, ChildsAnswer, DocumentKind, PieceKind
from tests import straight_way

pytestmark = pytest.mark.usefixtures("wednesday")

GIVE = Answer(is_given=True)
KEEP = Answer(is_given=False, ground="harm", reason="Det skadar barnet.")


@pytest.fixture
def referral(session, cast):
    """A referral that has gone all the way, so that everything there can be is there."""
    referral = straight_way.submit(session, cast.school)
    referral.owner = cast.coordinator
    for decide in straight_way.DECISIONS:
        decide(session, cast, referral)
    plan_versions.follow_ups(session, referral)[0].action_results[0].note = "Färre danser."
    closure.closures(session, referral)[0].outcomes[0].note = "Nådde nästan fram."
    session.flush()
    return referral


@pytest.fixture
def guardian(session, referral):
    return straight_way.the_guardian(session, referral)


@pytest.fixture
def request_by(session, cast, referral, guardian):
    """A request that is being gone through: this guardian's, unless somebody else's is asked for."""

    def ask(asked_by=AskedBy.GUARDIAN):
        is_theirs = asked_by is AskedBy.GUARDIAN
        asked = Asked(
            asked_by=asked_by, asked_how=AskedHow.ORAL, received_on=clock.now().date(), reviewer_id=cast.head_teacher.id,
            guardian_id=guardian.id if is_theirs else None,
        )  # fmt: skip
        return reading_requests.record_request(session, referral, by=cast.coordinator.actor(), asked=asked)

    return ask


@pytest.fixture
def mark(session, cast, referral):
    def confide(piece):
        return withholding.mark_confided(
            session, referral, by=cast.coordinator.actor(), seen=None, key=getattr(piece, "key", piece)
        )

    return confide


def words_of(piece):
    """What the piece says, word for word."""
    if piece.kind is PieceKind.GOAL:
        row = piece.row
        return [row.text, row.baseline, row.target, row.plain, *(action.text for action in row.actions)]
    if piece.kind is PieceKind.PART:
        return [piece.row.conclusion]
    return [note.text for note in notes_of(piece.row) if note.name == piece.name]


def issue(session, referral, verb, kind, recipient):
    rows = select(History).where(History.referral_id == referral.id, History.verb == verb)
    row = session.scalars(rows.order_by(History.number.desc())).first()
    return documents.issue(session, row, Paper(kind, recipient, "sv"), content=b"%PDF")


def test_no_text_that_holds_what_was_withheld_can_be_given(session, referral, mark, request_by):
    asked = request_by()
    there = pieces.known(session, referral)
    assert {piece.kind for piece in there} == {PieceKind.PART, PieceKind.GOAL, PieceKind.NOTE}
    for piece in there:
        row = mark(piece)
        kept = reading_withheld.not_to_give(session, asked)
        for words in words_of(piece):
            holding = {one.key for one in reading_pieces.pieces_of(session, referral) if words in one.texts}
            assert holding, words
            assert holding <= kept, words
        session.delete(row)
        session.flush()
    assert reading_withheld.not_to_give(session, asked) == frozenset()


def test_papers_made_of_it_stay_and_the_guardians_own_that_leave_it_out_go(
    session, referral, guardian, mark, request_by, wednesday
):
    plan = (Verb.APPROVE_ACTION_PLAN, DocumentKind.ACTION_PLAN)
    minutes = issue(session, referral, Verb.APPROVE_MINUTES, DocumentKind.MINUTES, readers.FILE)
    in_file = issue(session, referral, *plan, readers.FILE)
    before = issue(session, referral, *plan, readers.guardian_key(guardian.id))
    wednesday.shift(timedelta(minutes=1))
    mark(next(one for one in pieces.known(session, referral) if one.name == "child_voice"))
    wednesday.shift(timedelta(minutes=1))
    after = issue(session, referral, Verb.RECORD_FOLLOW_UP, DocumentKind.FOLLOW_UP, readers.guardian_key(guardian.id))
    kept = reading_withheld.not_to_give(session, request_by())
    assert {key for key in kept if key.startswith("document:")} == {f"document:{in_file.id}", f"document:{before.id}"}
    assert {minutes.id, after.id} <= set(session.scalars(select(Document.id)))


def test_why_it_is_withheld_stays_here_as_well(session, cast, referral, guardian, request_by):
    row = withholding.withhold_from_guardian(
        session, referral, by=cast.coordinator.actor(), seen=None, key=pieces.known(session, referral)[0].key,
        guardian=guardian, ground="harm_to_child", reason="Barnet är rädd för sin far.",
    )  # fmt: skip
    asked = request_by()
    assert f"withholding:{row.id}" in reading_withheld.not_to_give(session, asked)
    withholding.lift_withholding(
        session, referral, by=cast.coordinator.actor(), seen=None, row=row, reason="Läget är ett annat."
    )
    assert reading_withheld.not_to_give(session, asked) == frozenset()


def test_somebody_elses_request_is_for_the_reviewer_alone(session, referral, mark, request_by):
    mark(pieces.known(session, referral)[0])
    assert reading_withheld.not_to_give(session, request_by(AskedBy.CHILD)) == frozenset()


def test_giving_it_all_the_same_is_refused_and_withholding_it_is_not(session, cast, referral, mark, request_by):
    mark(pieces.known(session, referral)[0])
    asked, by = request_by(), cast.head_teacher.actor()
    kept = reading_withheld.not_to_give(session, asked)
    with pytest.raises(WithheldFromAsker) as refused:
        reading_requests.answer_pieces(session, asked, by=by, answers=dict.fromkeys(kept, GIVE))
    assert set(refused.value.pieces) == kept
    reading_requests.answer_pieces(session, asked, by=by, answers=dict.fromkeys(kept, KEEP))
    assert not kept & {one.key for one in reading_requests.undecided(session, asked)}


def test_what_is_withheld_after_it_was_given_does_not_leave(session, cast, referral, mark, request_by):
    asked, by = request_by(), cast.head_teacher.actor()
    piece = next(one for one in pieces.known(session, referral) if one.name == "child_voice")
    (said,) = words_of(piece)

    def answer(keys, answer):
        reading_requests.answer_pieces(session, asked, by=by, answers=dict.fromkeys(keys, answer))

    def extract():
        files = zipfile.ZipFile(io.BytesIO(reading_extract.extract(session, asked, by=by).packed()))
        pages = PdfReader(io.BytesIO(files.read("extract.pdf"))).pages
        return " ".join(page.extract_text() for page in pages)

    answer([one.key for one in reading_pieces.pieces_of(session, referral)], GIVE)
    row = mark(piece)
    left = {one.key for one in reading_requests.undecided(session, asked)}
    assert left == reading_withheld.not_to_give(session, asked) != frozenset()
    with pytest.raises(Incomplete):
        reading_requests.approve_extract(session, asked, by=by)
    withholding.record_childs_answer(session, referral, by=by, seen=None, row=row, answer=ChildsAnswer.AGREES)
    answer([one.key for one in reading_requests.undecided(session, asked)], GIVE)
    reading_requests.approve_extract(session, asked, by=by)
    assert said in extract()
    withholding.record_childs_answer(
        session, referral, by=by, seen=None, row=row, answer=ChildsAnswer.KEPT, reason="Barnet ångrade sig."
    )
    assert said not in extract()
    assert session.scalars(select(Withholding)).one().is_in_force
