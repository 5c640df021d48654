"""Papers: which follow which decision, issued once, kept sealed, stopped in time."""

import hashlib
from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select
from sqlalchemy.orm import Session

from referrals import clock, consent, documents, history, intake, triage
from referrals.access import SYSTEM, Actor
from referrals.documents import Paper
from referrals.errors import NoSuchReferral, NotAllowed, SealBroken, TooLateToStop
from referrals.models import Account, Concern, Document, Guardian, History, Referral, RegisterEntry
from referrals.papers import paper_sources, readers
from referrals.rules import rulebook
from referrals.stages import IN_CONSENT, IN_TRIAGE, MEETING_HELD, PLAN_DRAFT, SCHEDULED, Verb
from referrals.vocabulary import (
    ConsentAnswer,
    ConsentForm,
    Counterpart,
    Custody,
    DocumentKind,
    InformationCategory,
    NoticeMethod,
    TriageEnding,
)
from schemas.documents.writing import paper_html
from tests import straight_way
from tests.factories import a_guardian, a_member, a_plan, a_referral
from tests.people import Cast

#: the decision on the straight way that calls the team
SCHEDULE = next(one for one in straight_way.DECISIONS if one.__name__ == "_schedule_meeting")


@pytest.fixture(autouse=True)
def from_wednesday(wednesday: time_machine.Traveller) -> Iterator[time_machine.Traveller]:
    return wednesday


def issue_all(session: Session, referral: Referral) -> list[Document]:
    """Issue what follows the newest decision, each as what its page says."""
    row = newest(session, referral)
    issued = []
    for paper in documents.outstanding(session, row):
        html = paper_html(paper_sources.gather(session, referral, paper, after=row))
        issued.append(documents.issue(session, row, paper, content=html.encode()))
    return issued


def newest(session: Session, referral: Referral) -> History:
    rows = select(History).where(History.referral_id == referral.id).order_by(History.number.desc())
    return session.scalars(rows.limit(1)).one()


def called(session: Session, cast: Cast) -> Referral:
    """A referral whose team was called just now."""
    referral = straight_way.submit(session, cast.school)
    triage.open_triage(session, referral, by=SYSTEM)
    for decide in straight_way.DECISIONS[: straight_way.DECISIONS.index(SCHEDULE) + 1]:
        decide(session, cast, referral)
    session.expire_all()
    return referral


def told(papers: list[Document]) -> list[tuple[str, str, str, int]]:
    return [(paper.kind.value, paper.recipient.partition(":")[0], paper.language, paper.version) for paper in papers]


def test_the_straight_way_leaves_a_paper_at_every_stage(
    session: Session, cast: Cast, from_wednesday: time_machine.Traveller
) -> None:
    referral = straight_way.submit(session, cast.school, language="en")
    papers = told(issue_all(session, referral))
    triage.open_triage(session, referral, by=SYSTEM)
    for decide in straight_way.DECISIONS:
        from_wednesday.shift(timedelta(hours=1))
        decide(session, cast, referral)
        session.expire_all()
        papers += told(issue_all(session, referral))
    assert papers == [
        ("receipt", "reporter", "en", 1),
        ("referral", "file", "sv", 1),
        ("referral", "file", "sv", 2),
        ("information_and_consent", "guardian", "da", 1),
        ("information_and_consent", "guardian", "da", 2),
        ("assessment", "file", "sv", 1),
        ("invitation", "professional", "sv", 1),
        ("invitation", "guardian", "da", 1),
        ("minutes", "file", "sv", 1),
        ("minutes", "guardian", "da", 1),
        ("action_plan", "file", "sv", 1),
        ("action_plan", "guardian", "da", 1),
        ("childs_plan", "file", "sv", 1),
        ("follow_up", "file", "sv", 1),
        ("follow_up", "guardian", "da", 1),
        ("closing", "file", "sv", 1),
        ("closing", "guardian", "da", 1),
    ]
    assert len(documents.issued(session, referral)) == len(papers)


def test_a_plan_that_was_only_being_written_stands_on_no_paper(session: Session, cast: Cast) -> None:
    referral = straight_way.submit(session, cast.school)
    triage.open_triage(session, referral, by=SYSTEM)
    *on_the_way, open_follow_up, record_follow_up, close = straight_way.DECISIONS
    for decide in on_the_way:
        decide(session, cast, referral)
    a_plan(session, referral, author=cast.coordinator, version=2, background="Ett utkast.")
    late = issue_all(session, referral)
    for decide in (open_follow_up, record_follow_up, close):
        decide(session, cast, referral)
    closing = issue_all(session, referral)
    assert {paper.kind for paper in late} == {DocumentKind.ACTION_PLAN, DocumentKind.CHILDS_PLAN}
    assert {paper.kind for paper in closing} == {DocumentKind.CLOSING}
    for paper in late + closing:
        text = documents.read_content(paper).decode()
        assert "Dansa pilbågsflöjt" in text or paper.kind is DocumentKind.CHILDS_PLAN
        assert "Lugn start med mentor" not in text


def test_a_concern_that_ends_at_triage_gets_its_closing_paper(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast)
    ending = triage.Ending(TriageEnding.OWN_UNIT, "Vi ordnar det i klassen.", clock.now().date() + timedelta(days=42))
    triage.end_at_triage(session, referral, by=cast.coordinator.actor(), seen=None, ending=ending)
    closing = issue_all(session, referral)[-1]
    text = documents.read_content(closing).decode()
    assert closing.kind is DocumentKind.CLOSING
    assert "Vi ordnar det i klassen." in text
    assert "own_unit" not in text


def test_an_ending_without_a_word_for_it_still_gets_its_paper(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast)
    history.record(session, referral, Verb.END_AT_TRIAGE, by=cast.coordinator.actor(), reason="Klart.")
    assert [paper.kind for paper in issue_all(session, referral)] == [DocumentKind.REFERRAL, DocumentKind.CLOSING]


def test_a_paper_is_issued_once_however_often_it_is_tried(session: Session, cast: Cast) -> None:
    referral = straight_way.submit(session, cast.school)
    row = newest(session, referral)
    receipt, _ = documents.papers_after(session, row)
    first = documents.issue(session, row, receipt, content=b"one")
    again = documents.issue(session, row, receipt, content=b"two")
    assert again is first
    assert documents.read_content(again) == b"one"
    assert [paper.kind for paper in documents.outstanding(session, row)] == [DocumentKind.REFERRAL]


def test_the_receipt_carries_the_return_code_which_is_then_forgotten(session: Session, cast: Cast) -> None:
    referral = straight_way.submit(session, cast.school)
    concern = session.scalars(select(Concern).where(Concern.referral_id == referral.id)).one()
    code = concern.return_code
    assert code
    assert documents.receipt_of(session, referral) is None
    issue_all(session, referral)
    receipt = documents.receipt_of(session, referral)
    assert receipt is not None
    assert code in documents.read_content(receipt).decode()
    assert concern.return_code is None
    assert intake.find_reported(session, referral.number, code) is referral


def test_each_of_those_called_reads_the_call_in_their_own_language(
    session: Session, cast: Cast, from_wednesday: time_machine.Traveller
) -> None:
    cast.special_educator.language = "da"
    referral = called(session, cast)
    in_house, in_danish, _invitation = issue_all(session, referral)
    assert [one.recipient for one in (in_house, in_danish)] == ["professional", "professional:da"]
    texts = [documents.read_content(one).decode() for one in (in_house, in_danish)]
    assert ["Indkaldelse" in one for one in texts] == [False, True]
    assert "Zebulina" not in texts[1]
    assert documents.file_name(session, in_danish).endswith("-invitation-1-da.pdf")
    entry = session.scalars(select(RegisterEntry).where(RegisterEntry.object_id == in_danish.id)).one()
    assert entry.counterpart is Counterpart.STAFF
    from_wednesday.shift(timedelta(minutes=11))
    read = [documents.call_for(session, referral, one.id) for one in (cast.coordinator, cast.special_educator)]
    assert read == [in_house, in_danish]
    cast.special_educator.language = "en"
    assert documents.call_for(session, referral, cast.special_educator.id) is in_house


def test_those_called_read_their_call_once_it_has_left_and_nobody_else_does(
    session: Session, cast: Cast, from_wednesday: time_machine.Traveller
) -> None:
    referral = called(session, cast)
    call, _invitation = issue_all(session, referral)

    def reads(*accounts: Account) -> list[bool]:
        return [documents.call_for(session, referral, account.id) is call for account in accounts]

    assert (call.recipient, "Zebulina" in documents.read_content(call).decode()) == ("professional", False)
    assert reads(cast.special_educator) == [False], "it can still be stopped"
    from_wednesday.shift(timedelta(minutes=11))
    assert reads(cast.coordinator, cast.special_educator) == [True, True]
    assert reads(cast.counsellor, cast.head_teacher, cast.outsider) == [False] * 3
    assert documents.call_for(session, referral, None) is None
    entry = session.scalars(select(RegisterEntry).where(RegisterEntry.object_id == call.id)).one()
    assert entry.counterpart is Counterpart.STAFF
    call.restricted_at = clock.now()
    assert reads(cast.special_educator) == [False]


def test_a_call_that_was_stopped_gives_no_earlier_one_in_its_place(
    session: Session, cast: Cast, from_wednesday: time_machine.Traveller
) -> None:
    referral = called(session, cast)
    assert documents.call_for(session, referral, cast.special_educator.id) is None
    issue_all(session, referral)
    from_wednesday.shift(timedelta(minutes=11))
    SCHEDULE(session, cast, referral)
    session.expire_all()
    moved, _invitation = issue_all(session, referral)
    documents.stop(session, referral, moved, by=cast.coordinator.actor())
    from_wednesday.shift(timedelta(minutes=11))
    assert documents.call_for(session, referral, cast.special_educator.id) is None


def test_a_paper_is_kept_sealed_and_checked_when_it_is_read(session: Session, cast: Cast) -> None:
    referral = straight_way.submit(session, cast.school)
    row = newest(session, referral)
    paper = Paper(DocumentKind.REFERRAL, readers.FILE, "sv")
    kept = documents.issue(session, row, paper, content=b"Zebulina")
    assert kept.checksum == hashlib.sha256(b"Zebulina").hexdigest()
    assert (kept.size, kept.issued_at) == (8, row.at)
    assert b"Zebulina" not in kept.content.sealed
    kept.checksum = hashlib.sha256(b"somebody else").hexdigest()
    with pytest.raises(SealBroken):
        documents.read_content(kept)


def test_a_copy_to_download_is_named_for_its_paper_and_for_nobody(
    session: Session, cast: Cast, from_wednesday: time_machine.Traveller
) -> None:
    referral = straight_way.submit(session, cast.school)
    row, keys = newest(session, referral), [readers.FILE]
    for _ in range(2):
        keys.append(readers.guardian_key(a_guardian(session, referral).id))
        from_wednesday.shift(timedelta(minutes=1))
    copies = [
        documents.issue(session, row, Paper(DocumentKind.CLOSING, key, "sv"), content=b"x") for key in reversed(keys)
    ]
    assert [documents.file_name(session, copy) for copy in copies] == [
        f"{referral.number}-closing-1-guardian-2.pdf",
        f"{referral.number}-closing-1-guardian-1.pdf",
        f"{referral.number}-closing-1.pdf",
    ]


def test_a_paper_is_found_on_its_own_referral_only(session: Session, cast: Cast) -> None:
    referral, other = straight_way.submit(session, cast.school), a_referral(session, cast)
    paper = issue_all(session, referral)[0]
    assert documents.find(session, referral, paper.id) is paper
    for wrong in (paper.id, other.id):
        with pytest.raises(NoSuchReferral):
            documents.find(session, other, wrong)


def test_a_paper_can_be_stopped_for_ten_minutes(
    session: Session, cast: Cast, from_wednesday: time_machine.Traveller
) -> None:
    referral = straight_way.submit(session, cast.school)
    receipt = documents.issue(
        session, newest(session, referral), Paper(DocumentKind.RECEIPT, readers.REPORTER, "sv"), content=b"x"
    )
    triage.open_triage(session, referral, by=SYSTEM)
    for stranger in (cast.outsider, a_member(session, referral, cast.counsellor)):
        with pytest.raises(NotAllowed):
            documents.stop(session, referral, receipt, by=stranger.actor())
    from_wednesday.shift(timedelta(minutes=9))
    documents.stop(session, referral, receipt, by=cast.coordinator.actor(), seen=referral.version)
    documents.stop(session, referral, receipt, by=cast.coordinator.actor())
    assert (receipt.stopped_by_id, newest(session, referral).verb) == (cast.coordinator.id, Verb.STOP_SENDING)
    assert [row.verb for row in referral.history].count(Verb.STOP_SENDING) == 1
    assert documents.receipt_of(session, referral) is None
    assert documents.read_content(receipt) == b"x"


def test_after_ten_minutes_it_is_too_late_to_stop_a_paper(
    session: Session, cast: Cast, from_wednesday: time_machine.Traveller
) -> None:
    referral = straight_way.submit(session, cast.school)
    receipt, kept = issue_all(session, referral)
    with pytest.raises(TooLateToStop):
        documents.stop(session, referral, kept, by=cast.coordinator.actor())
    from_wednesday.shift(timedelta(minutes=10))
    with pytest.raises(TooLateToStop):
        documents.stop(session, referral, receipt, by=cast.coordinator.actor())


def test_a_paper_that_is_made_late_can_be_stopped_as_long_as_any_other(
    session: Session, cast: Cast, from_wednesday: time_machine.Traveller
) -> None:
    referral = straight_way.submit(session, cast.school)
    from_wednesday.shift(timedelta(hours=3))
    receipt, _kept = issue_all(session, referral)
    triage.open_triage(session, referral, by=SYSTEM)
    assert clock.now() - receipt.issued_at == timedelta(hours=3), "it bears the day of its decision"
    from_wednesday.shift(timedelta(minutes=9))
    documents.stop(session, referral, receipt, by=cast.coordinator.actor())
    assert receipt.stopped_at == clock.now()


def test_a_guardian_who_was_not_told_gets_no_paper(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast, IN_CONSENT)
    guardian = a_guardian(session, referral)
    why = consent.Notice(NoticeMethod.NOT_TOLD, why_not="Skydd.")
    consent.record_information(session, referral, by=cast.coordinator.actor(), seen=None, guardian=guardian, notice=why)
    row = newest(session, referral)
    assert [paper.recipient for paper in documents.papers_after(session, row)] == [readers.FILE]
    assert readers.guardians(session, row) == []


def a_yes(session: Session, cast: Cast, guardian: Guardian) -> None:
    today, asked_about = clock.now().date(), rulebook.load(guardian.referral.rulepack).asked_about
    given = consent.ConsentGiven(
        ConsentAnswer.FULL, ConsentForm.ORAL, tuple(InformationCategory), asked_about, "Hjälp", today, today
    )
    consent.record_consent(
        session, guardian.referral, by=cast.coordinator.actor(), seen=None, guardian=guardian, consent=given
    )


def test_the_guardian_who_takes_an_answer_back_gets_the_paper(
    session: Session, cast: Cast, from_wednesday: time_machine.Traveller
) -> None:
    referral = a_referral(session, cast, IN_CONSENT)
    one = a_guardian(session, referral, told_by=cast.coordinator, language="ar")
    other = a_guardian(session, referral, told_by=cast.coordinator)
    for guardian in (one, other):
        from_wednesday.shift(timedelta(minutes=1))
        a_yes(session, cast, guardian)
    assert [paper.recipient for paper in documents.papers_after(session, newest(session, referral))] == [
        readers.guardian_key(other.id)
    ]
    from_wednesday.shift(timedelta(minutes=1))
    session.expire_all()
    consent.withdraw_consent(session, referral, by=cast.coordinator.actor(), seen=None, guardian=one)
    row = newest(session, referral)
    assert documents.papers_after(session, row) == [
        # nobody here writes Arabic: the municipality's own language, and an interpreter
        Paper(DocumentKind.INFORMATION_AND_CONSENT, readers.guardian_key(one.id), "sv")
    ]
    one.may_contact = False
    assert [reader.key for reader in readers.guardian_answering(session, row)] == [readers.FILE]


def test_only_guardians_who_decide_and_may_be_contacted_get_the_plan(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast)
    decides = a_guardian(session, referral, told_by=cast.coordinator)
    a_guardian(session, referral, told_by=cast.coordinator, may_contact=False)
    a_guardian(session, referral, told_by=cast.coordinator, custody=Custody.OTHER)
    untold = a_guardian(session, referral)
    spared = a_guardian(session, referral, told_by=cast.coordinator)
    since = consent.Notice(NoticeMethod.NOT_TOLD, why_not="Skydd.")
    row = newest(session, referral)
    consent.record_information(session, referral, by=cast.coordinator.actor(), seen=None, guardian=spared, notice=since)
    session.expire_all()
    assert [reader.key for reader in readers.guardians(session, row)] == [readers.guardian_key(decides.id)]
    assert readers.without_copy(session, row, [decides, untold]) == [untold]
    assert readers.guardian_in(readers.guardian_key(decides.id)) == decides.id
    assert readers.guardian_in(readers.FILE) is None


def test_the_paper_about_consent_asks_only_about_those_whom_consent_reaches(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast, IN_CONSENT)
    paper = Paper(DocumentKind.INFORMATION_AND_CONSENT, readers.FILE, "sv")
    before = paper_sources.gather(session, referral, paper, after=None)
    shown = {each.name: each.needs_consent for each in before.values["participants"]}
    assert cast.special_educator.name in shown
    assert (
        cast.social_worker.name not in shown
    )  # nobody has turned to other services yet: they are asked about by service
    assert set(shown.values()) == {False}
    html = paper_html(before)
    assert "Socialtjänsten" in html
    assert "Skolans egen personal" not in html
    a_member(session, referral, cast.special_educator)
    a_member(session, referral, cast.social_worker)
    after = paper_sources.gather(session, referral, paper, after=None)
    shown = {each.name: each.needs_consent for each in after.values["participants"]}
    assert shown == {cast.special_educator.name: False, cast.social_worker.name: True}
    assert "Bara med samtycke" in paper_html(after)


def test_a_protected_name_is_not_put_on_the_envelope(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast)
    guardian = a_guardian(session, referral, protected_level="sekretessmarkering")
    paper = Paper(DocumentKind.ACTION_PLAN, readers.guardian_key(guardian.id), "sv")
    gathered = paper_sources.gather(session, referral, paper, after=None)
    assert (gathered.capacity, gathered.name, gathered.guardian_id) == ("guardian", None, guardian.id)
    assert gathered.values["issued_at"] is None


#: never a paper of a referral
APART = {
    DocumentKind.PROTECTION_REPORT, DocumentKind.PAGE_CODE, DocumentKind.ABSENCE_WARNING, DocumentKind.ABSENCE_REPORT,
}  # fmt: skip


@pytest.mark.parametrize("kind", sorted(set(DocumentKind) - APART))
def test_every_kind_can_be_printed_with_nothing_written_yet(session: Session, cast: Cast, kind: DocumentKind) -> None:
    referral = a_referral(session, cast)
    for concern in session.scalars(select(Concern)):
        session.delete(concern)
    session.flush()
    gathered = paper_sources.gather(session, referral, Paper(kind, readers.FILE, "sv"), after=None)
    assert referral.number in paper_html(gathered, preview=True)


def test_readers_are_found_where_little_is_recorded(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast)
    row = newest(session, referral)
    assert readers.guardians_invited(session, row) == []
    assert readers.guardian_told(session, row) == [readers.Reader(readers.FILE, "sv")]
    assert readers.guardian_answering(session, row) == [readers.Reader(readers.FILE, "sv")]


def test_a_preview_is_offered_for_what_is_written_before_it_is_issued(session: Session, cast: Cast) -> None:
    def ahead(state: object) -> list[DocumentKind]:
        return [paper.kind for paper in documents.papers_ahead(session, a_referral(session, cast, state))]  # type: ignore[arg-type]

    assert DocumentKind.ACTION_PLAN in ahead(PLAN_DRAFT)
    assert DocumentKind.MINUTES in ahead(MEETING_HELD)
    assert DocumentKind.MINUTES not in ahead(SCHEDULED)
    assert DocumentKind.REFERRAL in ahead(IN_TRIAGE)


def test_each_guardians_own_copy_can_be_looked_at_before_it_leaves(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast, PLAN_DRAFT)
    told = a_guardian(session, referral, told_by=cast.coordinator, language="da")
    a_guardian(session, referral, told_by=cast.coordinator, may_contact=False)
    untold = a_guardian(session, referral)
    ahead = [paper for paper in documents.papers_ahead(session, referral) if paper.recipient != readers.FILE]
    assert [paper for paper in ahead if paper.kind is DocumentKind.ACTION_PLAN] == [
        Paper(DocumentKind.ACTION_PLAN, readers.guardian_key(told.id), "da")
    ]
    consents = {paper.recipient for paper in ahead if paper.kind is DocumentKind.INFORMATION_AND_CONSENT}
    assert consents == {readers.guardian_key(each.id) for each in (told, untold)}
    assert len(ahead) == 3, "no other paper goes to a guardian as well"


def test_nothing_can_be_stopped_by_somebody_without_a_part_in_it(session: Session, cast: Cast) -> None:
    referral = straight_way.submit(session, cast.school)
    receipt = issue_all(session, referral)[0]
    with pytest.raises(NotAllowed):
        documents.stop(session, referral, receipt, by=Actor())
    with pytest.raises(NotAllowed):
        documents.stop(session, referral, receipt, by=cast.administrator.actor())
