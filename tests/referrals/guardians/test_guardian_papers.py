"""What a guardian may open and decide themselves: their own papers, reports they were told of, their own consent."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from referrals import clock, consent, documents
from referrals.access import Actor
from referrals.documents import Paper
from referrals.errors import NoSuchReferral, NotAllowed
from referrals.files import attachments
from referrals.files.quarantine import Cleared
from referrals.guardians import guardian_access, guardian_page, guardian_papers
from referrals.models import Concern, History, ProtectionPaper, ProtectionReport
from referrals.papers import paper_sources, readers
from referrals.stages import PLAN_ACTIVE, Party, Verb
from referrals.vocabulary import (
    ConsentAnswer,
    ConsentForm,
    ConsentState,
    DocumentKind,
    FileKind,
    InformationCategory,
    PlanStatus,
    Recipient,
    ReporterKind,
)
from schemas.documents.writing import paper_html
from tests.factories import a_guardian, a_meeting, a_plan, a_referral

PLAN = DocumentKind.ACTION_PLAN


@pytest.fixture
def referral(session, cast, wednesday):
    return a_referral(session, cast, PLAN_ACTIVE)


@pytest.fixture
def issue(session, referral):
    """Issues the plan to a reader, by default long enough ago to have left."""

    def make(reader):
        row = session.scalars(select(History).where(History.referral_id == referral.id).order_by(History.id)).first()
        return documents.issue(session, row, Paper(PLAN, reader, "sv"), content=b"%PDF")

    return make


@pytest.fixture
def report(session, cast, referral):
    """A protection report that the guardians were told of, with its paper."""
    row = ProtectionReport(
        number="P-2222-2222-2222", sender_id=cast.counsellor.id, referral_id=referral.id, written_at=clock.now(),
        issued_at=clock.now(), opened_at=clock.now(),
    )  # fmt: skip
    session.add(row)
    session.flush()
    session.add(ProtectionPaper(report_id=row.id, language="sv", made_at=clock.now(), checksum="", size=0, sealed=b""))
    session.flush()
    session.refresh(row)
    return row


@pytest.fixture
def sent_file(session):
    """A file that came with the concern, which a guardian sent in."""

    def make(referral, **values):
        concern = session.scalars(select(Concern).where(Concern.referral_id == referral.id)).one()
        for name, value in ({"reporter_kind": ReporterKind.GUARDIAN} | values).items():
            setattr(concern, name, value)
        session.flush()
        file, sender = Cleared(FileKind.PDF, b"%PDF a letter", "brev.pdf"), Actor(reported=referral.id)
        return attachments.keep(session, referral, file, by=sender, party=Party.REPORTER)

    return make


def answer(session, guardian, *, by=None, reply=ConsentAnswer.PARTIAL):
    today = clock.now().date()
    given = consent.ConsentGiven(
        answer=reply, form=ConsentForm.DIGITAL, categories=[InformationCategory.SCHOOLING], recipients=[Recipient.LEISURE],
        purpose="Så att alla kan hjälpas åt", from_on=today, until_on=today + timedelta(days=90),
    )  # fmt: skip
    by = by or guardian_access.actor_for(guardian)
    return consent.record_consent(session, guardian.referral, by=by, seen=None, guardian=guardian, consent=given)


def test_a_guardian_opens_their_own_papers_and_no_others(session, maja, omar, issue, wednesday):
    own = issue(readers.guardian_key(maja.id))
    others = [issue(readers.guardian_key(omar.id)), issue(readers.FILE)]
    wednesday.shift(timedelta(hours=1))
    assert guardian_papers.papers_for(session, maja) == [own]
    assert guardian_papers.find_paper(session, maja, own.id) == own
    for other in others:
        with pytest.raises(NoSuchReferral):
            guardian_papers.find_paper(session, maja, other.id)


def test_a_paper_is_not_there_while_it_can_be_stopped_nor_once_it_was(session, maja, issue, wednesday):
    own = issue(readers.guardian_key(maja.id))
    assert guardian_papers.papers_for(session, maja) == []
    wednesday.shift(timedelta(hours=1))
    assert guardian_papers.papers_for(session, maja) == [own]
    own.stopped_at = clock.now()
    session.flush()
    assert guardian_papers.papers_for(session, maja) == []


def test_a_paper_that_is_made_late_is_not_there_before_it_could_be_stopped(session, maja, issue, wednesday):
    wednesday.shift(timedelta(days=1))
    own = issue(readers.guardian_key(maja.id))
    assert guardian_papers.papers_for(session, maja) == []
    wednesday.shift(timedelta(minutes=10))
    assert guardian_papers.papers_for(session, maja) == [own]


def test_a_restricted_paper_is_not_there(session, maja, issue, wednesday):
    own = issue(readers.guardian_key(maja.id))
    wednesday.shift(timedelta(hours=1))
    own.restricted_at = clock.now()
    session.flush()
    assert guardian_papers.papers_for(session, maja) == []


def test_a_paper_that_was_disposed_of_is_not_there(session, maja, issue, wednesday):
    own = issue(readers.guardian_key(maja.id))
    wednesday.shift(timedelta(hours=1))
    session.delete(own.content)
    session.flush()
    assert guardian_papers.papers_for(session, maja) == []


def test_a_protection_report_is_there_once_the_guardians_were_told(session, maja, report):
    assert guardian_papers.reports_for(session, maja) == [report]
    assert guardian_papers.find_report(session, maja, report.id) == report
    with pytest.raises(NoSuchReferral):
        guardian_papers.find_report(session, maja, maja.id)
    report.opened_at = None
    session.flush()
    with pytest.raises(NoSuchReferral):
        guardian_papers.find_report(session, maja, report.id)


def test_a_report_that_would_tell_where_the_other_guardian_lives_is_not_there(session, maja, omar, report):
    omar.protected_level = "sekretessmarkering"
    assert guardian_papers.reports_for(session, maja) == []
    assert guardian_papers.reports_for(session, omar) == [report]


def test_a_guardian_who_sent_the_concern_in_opens_the_files_they_sent(session, referral, maja, omar, sent_file):
    file = sent_file(referral, reporter_name=" maja  TESTSSON")
    assert guardian_papers.files_for(session, maja) == [file]
    assert guardian_papers.find_file(session, maja, file.id) == file
    assert guardian_papers.files_for(session, omar) == []
    for guardian, other in ((omar, file.id), (maja, maja.id)):
        with pytest.raises(NoSuchReferral):
            guardian_papers.find_file(session, guardian, other)
    file.taken_out_at = clock.now()
    assert guardian_papers.files_for(session, maja) == []


@pytest.mark.parametrize(
    ("kind", "name"),
    [(ReporterKind.TEACHER, "Maja Testsson"), (ReporterKind.GUARDIAN, None), (ReporterKind.GUARDIAN, "Bo")],
)
def test_files_that_nobody_knows_to_be_theirs_are_not_there(session, referral, maja, sent_file, kind, name):
    sent_file(referral, reporter_kind=kind, reporter_name=name)
    assert guardian_papers.files_for(session, maja) == []


def test_where_two_guardians_have_the_senders_name_neither_opens_the_files(session, cast, referral, maja, sent_file):
    sent_file(referral, reporter_name=maja.name)
    a_guardian(session, referral, told_by=cast.coordinator, name=maja.name)
    assert guardian_papers.files_for(session, maja) == []


def test_without_a_concern_there_are_no_files(session, referral, maja):
    for concern in session.scalars(select(Concern).where(Concern.referral_id == referral.id)):
        session.delete(concern)
    session.flush()
    assert guardian_papers.files_for(session, maja) == []


def test_a_guardian_gives_and_narrows_their_own_consent_and_history_says_so(session, referral, maja):
    row = answer(session, maja)
    assert (row.by, row.form, maja.consent_state(clock.now().date())) == (
        None,
        ConsentForm.DIGITAL,
        ConsentState.PARTIAL,
    )
    newest = referral_history(session, referral)
    assert (newest.verb, newest.by_party, newest.by) == (Verb.RECORD_CONSENT, Party.GUARDIAN, None)


def test_a_guardian_takes_their_own_consent_back(session, referral, maja):
    answer(session, maja)
    by = guardian_access.actor_for(maja)
    consent.withdraw_consent(session, referral, by=by, seen=None, guardian=maja)
    assert maja.consent_state(clock.now().date()) is ConsentState.WITHDRAWN
    assert referral_history(session, referral).by_party is Party.GUARDIAN


def test_no_guardian_answers_for_the_other(session, referral, maja, omar):
    other = guardian_access.actor_for(omar)
    with pytest.raises(NotAllowed):
        answer(session, maja, by=other)
    answer(session, maja)
    with pytest.raises(NotAllowed):
        consent.withdraw_consent(session, referral, by=other, seen=None, guardian=maja)


def test_nobody_else_records_an_answer_as_given_with_e_identification(session, cast, maja):
    with pytest.raises(NotAllowed):
        answer(session, maja, by=cast.coordinator.actor())


def test_a_guardian_does_nothing_else_to_the_referral(session, referral, maja):
    by = guardian_access.actor_for(maja)
    details = consent.GuardianDetails(name="X", custody=maja.custody, language="sv")
    with pytest.raises(NotAllowed):
        consent.record_guardian(session, referral, by=by, seen=None, details=details, guardian=maja)


def test_a_guardians_own_text_stands_on_their_own_plan_and_on_the_files_and_not_on_the_others(
    session, cast, referral, maja, omar
):
    a_plan(session, referral, author=cast.coordinator, status=PlanStatus.ACTIVE, guardians_view="Vi är med på det.")
    guardian_page.write_own_words(
        session, maja, by=guardian_access.actor_for(maja), text="Hon sover dåligt hos sin pappa."
    )

    def paper(reader):
        return paper_html(paper_sources.gather(session, referral, Paper(PLAN, reader, "sv"), after=None))

    for reader in (readers.FILE, readers.guardian_key(maja.id)):
        page = paper(reader)
        assert page.index("Hon sover dåligt") < page.index("Vi är med på det."), "it is printed first"
    assert "Hon sover dåligt" not in paper(readers.guardian_key(omar.id))


def test_parents_own_text_is_printed_first_in_the_minutes_then_the_child_and_then_the_team(
    session, cast, referral, maja
):
    """C27, within the headings of the minutes: what people say of themselves, before what others make of it."""
    said = ["Hon sover dåligt.", "Vi vill att ni ringer.", "Jag vill sitta vid fönstret.", "Det är oroligt på rasten."]
    guardian_page.write_own_words(session, maja, by=guardian_access.actor_for(maja), text=said[0])
    own, guardians, child, team = said
    a_meeting(
        session, referral, called_by=cast.coordinator, starts_at=clock.now(), held_at=clock.now(), situation=team,
        child_words=child, guardians_words=guardians, minutes_by_id=cast.coordinator.id, ratings={}, attendance=[],
    )  # fmt: skip
    for reader in (readers.FILE, readers.guardian_key(maja.id)):
        page = paper_html(
            paper_sources.gather(session, referral, Paper(DocumentKind.MINUTES, reader, "sv"), after=None)
        )
        places = [page.index(one) for one in (own, guardians, child, team)]
        assert places == sorted(places), reader


def test_a_late_paper_carries_the_text_as_it_was(session, cast, referral, maja, wednesday):
    a_plan(session, referral, author=cast.coordinator, status=PlanStatus.ACTIVE, approved_at=clock.now())
    row = referral_history(session, referral)
    wednesday.shift(timedelta(days=1))
    guardian_page.write_own_words(session, maja, by=guardian_access.actor_for(maja), text="Hon sover dåligt.")
    gathered = paper_sources.gather(session, referral, Paper(PLAN, readers.FILE, "sv"), after=row)
    assert "Hon sover dåligt." not in paper_html(gathered)


def referral_history(session, referral):
    rows = select(History).where(History.referral_id == referral.id)
    return session.scalars(rows.order_by(History.number.desc()).limit(1)).one()
