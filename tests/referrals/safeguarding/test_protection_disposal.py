"""What becomes of protection reports: nothing without a rule, never by one person, in the night after, and with a receipt."""

import io
import json
import zipfile
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from referrals import clock
from referrals.errors import AlreadyDecided, NoSuchReferral, NotDue, OnHold, SamePerson
from referrals.keeping import contents, retention
from referrals.models import (
    Account,
    AuditEvent,
    ProtectionDisposal,
    ProtectionHold,
    ProtectionPaper,
    ProtectionReport,
    What,
)
from referrals.models.protection import GuardiansTold
from referrals.safeguarding import protection
from referrals.safeguarding import protection_disposal as rules
from referrals.vocabulary import DisposalState
from tests.factories import a_member, a_referral
from tests.referrals.safeguarding.test_protection import a_report, name, since

GIVEN_ON = date(2026, 9, 15)
YEARS = 5
#: the first day on which it may go
OVER = date(2031, 9, 15)
TOMORROW = OVER + timedelta(days=1)


@pytest.fixture
def report(session, cast, wednesday):
    """Kim's report, given long ago beside a referral; the municipality has a rule, and lets Petra read every report."""
    name(cast, readers=[cast.head_teacher])
    cast.municipality.retention = {"plan": "Plan 2026", "protection_report_years": YEARS, "kinds": {}}
    referral = a_referral(session, cast, owner=cast.coordinator)
    a_member(session, referral, cast.counsellor)
    found = a_report(session, cast.counsellor, referral)
    since(session, found, cast.counsellor, in_writing_on=GIVEN_ON.isoformat())
    protection.keep_paper(session, found, b"%PDF Kvastengren", language="sv")
    wednesday.shift(OVER - clock.now().date())
    return found


def approved(session, cast, report):
    """The report proposed by its sender and approved by whom the municipality names."""
    disposal = rules.propose_disposal(session, report, by=cast.counsellor.actor())
    rules.approve_disposal(session, report, by=cast.head_teacher.actor())
    return disposal


def test_it_goes_in_the_night_after_two_people_said_so_and_leaves_only_the_receipt(session, cast, report):
    report_id, checksum = report.id, session.scalars(select(ProtectionPaper.checksum)).one()
    disposal = approved(session, cast, report)
    assert rules.approved(session, today=OVER) == []
    assert rules.approved(session, today=TOMORROW) == [disposal]
    rules.carry_out(session, disposal)
    assert [session.scalars(select(table)).all() for table in (ProtectionReport, ProtectionPaper)] == [[], []]
    assert (disposal.state, disposal.receipt, disposal.wrapped_key) == (DisposalState.DONE, {"paper": checksum}, None)
    assert disposal.rule == {"plan": "Plan 2026", "years": YEARS}
    did = select(AuditEvent.subject).where(AuditEvent.chain_id == report_id).order_by(AuditEvent.number)
    assert session.scalars(did).all()[-3:] == ["propose_disposal", "approve_disposal", "carry_out_disposal"]
    rules.carry_out(session, disposal)
    assert len(session.scalars(did).all()) == 6


@pytest.mark.parametrize("plan", [{}, {"plan": "Plan 2026", "kinds": {}}])
def test_without_a_rule_it_stays_for_good(session, cast, report, plan):
    cast.municipality.retention = plan
    assert (rules.due_on(session, report), rules.is_due(session, report)) == (None, False)
    with pytest.raises(NotDue):
        rules.propose_disposal(session, report, by=cast.counsellor.actor())


@pytest.fixture
def begun(session, cast, report, wednesday):
    """Another report of Kim's, never given, whose two years are over; nobody was asked yet."""
    found = a_report(session, cast.counsellor, report.referral)
    cast.municipality.retention = cast.municipality.retention | {"protection_never_given_years": 2}
    wednesday.shift(timedelta(days=2 * 366))
    return found


def today():
    return clock.now().date()


def test_what_was_never_given_goes_a_month_after_its_sender_alone_was_asked(session, cast, report, begun, wednesday):
    kim, begun_id = cast.counsellor.actor(), begun.id
    assert (rules.about_to_go(session, kim), rules.never_given(session, today=today())) == ([], [])
    rules.ask_senders(session, today=today())
    ends = today() + rules.ASKED_BEFORE
    wednesday.shift(timedelta(days=1))
    rules.ask_senders(session, today=today())
    assert rules.about_to_go(session, kim) == [(begun, ends)]
    everybody = [one.actor() for one in session.scalars(select(Account)) if one is not cast.counsellor]
    assert [rules.about_to_go(session, one) for one in everybody] == [[]] * len(everybody)
    assert rules.never_given(session, today=ends - timedelta(days=1)) == []
    with pytest.raises(NotDue):
        rules.let_go(session, begun)
    wednesday.shift(rules.ASKED_BEFORE)
    assert rules.never_given(session, today=ends) == [begun]
    rules.let_go(session, begun)
    assert session.scalars(select(ProtectionReport)).all() == [report]
    [receipt] = rules.receipts(session, kim)
    assert (receipt.state, receipt.proposed_by, receipt.rule) == (
        DisposalState.DONE,
        None,
        {"plan": "Plan 2026", "years": 2},
    )
    assert [rules.receipts(session, one) for one in everybody] == [[]] * len(everybody)
    assert (
        session.scalars(select(AuditEvent.subject).where(AuditEvent.chain_id == begun_id)).all()[-1]
        == "carry_out_disposal"
    )


def test_its_sender_is_asked_in_the_month_before_and_no_earlier(session, cast, begun, wednesday):
    cast.municipality.retention = cast.municipality.retention | {"protection_never_given_years": 3}
    due = retention.years_after(begun.written_at.date(), 3)
    rules.ask_senders(session, today=due - rules.ASKED_BEFORE - timedelta(days=1))
    assert begun.asked_on is None
    rules.ask_senders(session, today=due - rules.ASKED_BEFORE)
    assert rules.about_to_go(session, cast.counsellor.actor()) == [(begun, due)]


def test_one_the_guardians_were_told_of_goes_as_one_that_was_given_counted_from_then(session, cast, report, wednesday):
    opened = a_report(session, cast.counsellor, report.referral)
    kim, petra = cast.counsellor.actor(), cast.head_teacher.actor()
    setting = protection.Setting.read(session)
    assert not protection.may_read(opened, petra, setting=setting)
    since(session, opened, cast.counsellor, told=GuardiansTold.ALL)
    told_on = today()
    assert protection.may_read(opened, petra, setting=setting)
    assert rules.due_on(session, opened) == retention.years_after(told_on, YEARS)
    wednesday.shift(timedelta(days=YEARS * 366))
    assert [what for one, what, _day in protection.reminders(session, kim, today=today()) if one is opened] == [
        protection.ToRecord.GIVE
    ]
    disposal = rules.propose_disposal(session, opened, by=kim)
    rules.approve_disposal(session, opened, by=petra)
    rules.carry_out(session, disposal)
    assert session.scalars(select(ProtectionReport)).all() == [report]


def test_one_that_was_never_finished_is_its_senders_alone_whoever_was_told(session, cast, report, begun):
    begun.issued_at = None
    since(session, begun, cast.counsellor, told=GuardiansTold.ALL)
    assert (begun.known_since, rules.due_on(session, begun)) == (None, None)
    assert not protection.may_read(begun, cast.head_teacher.actor(), setting=protection.Setting.read(session))
    rules.ask_senders(session, today=today())
    assert [one for one, _day in rules.about_to_go(session, cast.counsellor.actor())] == [begun]


def test_where_the_sender_has_left_those_are_asked_whom_the_municipality_names(session, cast, report, begun, wednesday):
    petra, setting = cast.head_teacher.actor(), protection.Setting.read(session)
    rules.ask_senders(session, today=today())
    wednesday.shift(timedelta(days=20))
    cast.counsellor.is_active = False
    rules.ask_anew(session, cast.counsellor)
    assert begun.asked_on is None
    assert protection.may_read(begun, petra, setting=setting)
    assert not rules.may_decide(begun, petra, setting=setting)
    rules.ask_senders(session, today=today())
    ends = today() + rules.ASKED_BEFORE
    assert begun in protection.known_to(session, petra)
    for account in session.scalars(select(Account)).all():
        if account in (cast.head_teacher, cast.counsellor):
            assert rules.about_to_go(session, account.actor()) == [(begun, ends)]
        else:
            assert rules.about_to_go(session, account.actor()) == []
            assert not protection.may_read(begun, account.actor(), setting=setting)
            assert not rules.may_decide(begun, account.actor(), setting=setting)
    rules.place_hold(session, begun, by=petra, reason="Barnet kan behöva den.")
    wednesday.shift(rules.ASKED_BEFORE)
    assert rules.never_given(session, today=today()) == []
    rules.lift_hold(session, begun, by=petra)
    rules.let_go(session, begun)
    assert [one.number for one in rules.receipts(session, petra)] == [begun.number]
    assert rules.receipts(session, cast.coordinator.actor()) == []


def test_where_nobody_is_left_to_be_asked_it_stays(session, cast, report, begun, wednesday):
    cast.counsellor.is_active = False
    name(cast, readers=[])
    rules.ask_senders(session, today=today())
    assert begun.asked_on is None
    begun.asked_on = today() - rules.ASKED_BEFORE
    assert rules.never_given(session, today=today()) == []
    with pytest.raises(NotDue):
        rules.let_go(session, begun)


def test_what_is_given_or_told_of_or_held_meanwhile_does_not_go(session, cast, begun, wednesday):
    rules.ask_senders(session, today=today())
    wednesday.shift(rules.ASKED_BEFORE)
    assert rules.never_given(session, today=today()) == [begun]
    for recorded, undone in (
        ({"orally_on": GIVEN_ON}, {"orally_on": None}),
        ({"told": GuardiansTold.ALL}, {"told": GuardiansTold.NOBODY}),
    ):
        since(session, begun, cast.counsellor, **recorded)
        assert (rules.never_given(session, today=today()), rules.goes_on(session, begun)) == ([], None)
        with pytest.raises(NotDue):
            rules.let_go(session, begun)
        since(session, begun, cast.counsellor, **undone)
    retention.place_hold(session, begun.referral, by=cast.head_teacher.actor(), reason="Rätten har begärt allt.")
    assert rules.never_given(session, today=today()) == []
    with pytest.raises(NotDue):
        rules.let_go(session, begun)
    begun.asked_on = None
    rules.ask_senders(session, today=today())
    assert begun.asked_on is None


def test_without_a_rule_what_was_never_given_stays_with_its_sender(session, cast, report):
    begun = a_report(session, cast.counsellor)
    rules.ask_senders(session, today=date(2099, 1, 1))
    assert (rules.due_on(session, begun), begun.asked_on) == (None, None)
    assert not rules.may_decide(begun, cast.head_teacher.actor(), setting=protection.Setting.read(session))
    with pytest.raises(NoSuchReferral):
        rules.propose_disposal(session, begun, by=cast.counsellor.actor())


def test_it_stays_to_the_last_day(session, cast, report, wednesday):
    wednesday.shift(timedelta(days=-1))
    assert rules.due_on(session, report) == OVER
    assert rules.to_decide(session, [report], cast.counsellor.actor()) == {}
    with pytest.raises(NotDue):
        rules.propose_disposal(session, report, by=cast.counsellor.actor())


def test_whoever_proposes_does_not_approve(session, cast, report):
    rules.propose_disposal(session, report, by=cast.head_teacher.actor())
    with pytest.raises(SamePerson):
        rules.approve_disposal(session, report, by=cast.head_teacher.actor())


def test_its_sender_alone_approves_nothing(session, cast, report):
    rules.propose_disposal(session, report, by=cast.head_teacher.actor())
    for decide in (rules.approve_disposal, rules.decline_disposal, rules.lift_hold):
        with pytest.raises(NoSuchReferral):
            decide(session, report, by=cast.counsellor.actor())


def test_nobody_else_takes_part_not_even_who_may_read_it_once_the_guardians_were_told(session, cast, report):
    name(cast)
    since(
        session,
        report,
        cast.counsellor,
        in_writing_on=GIVEN_ON.isoformat(),
        told=GuardiansTold.ALL,
        told_on=GIVEN_ON.isoformat(),
    )
    assert protection.may_read(report, cast.head_teacher.actor(), setting=protection.Setting.read(session))
    for account in (cast.head_teacher, cast.coordinator, cast.administrator):
        with pytest.raises(NoSuchReferral):
            rules.propose_disposal(session, report, by=account.actor())
        with pytest.raises(NoSuchReferral):
            rules.place_hold(session, report, by=account.actor(), reason="Rätten har begärt den.")


def test_its_receiver_decides_too(session, cast, report):
    report.receiver_id = cast.social_worker.id
    name(cast, receivers=[cast.social_worker])
    rules.propose_disposal(session, report, by=cast.counsellor.actor())
    rules.approve_disposal(session, report, by=cast.social_worker.actor())
    assert rules.to_decide(session, [report], cast.social_worker.actor()) == {report.id: DisposalState.APPROVED}


def test_it_is_proposed_once_and_can_be_proposed_again_after_a_no(session, cast, report):
    rules.propose_disposal(session, report, by=cast.counsellor.actor())
    with pytest.raises(AlreadyDecided):
        rules.propose_disposal(session, report, by=cast.head_teacher.actor())
    rules.decline_disposal(session, report, by=cast.head_teacher.actor())
    assert rules.to_decide(session, [report], cast.counsellor.actor()) == {report.id: None}
    with pytest.raises(AlreadyDecided):
        rules.decline_disposal(session, report, by=cast.head_teacher.actor())
    with pytest.raises(AlreadyDecided):
        rules.approve_disposal(session, report, by=cast.head_teacher.actor())
    again = rules.propose_disposal(session, report, by=cast.counsellor.actor())
    states = {one.state for one in session.scalars(select(ProtectionDisposal))}
    assert (again.state, states) == (DisposalState.PROPOSED, {DisposalState.PROPOSED, DisposalState.DECLINED})


def test_what_is_approved_can_be_stopped_until_the_night(session, cast, report):
    disposal = approved(session, cast, report)
    rules.decline_disposal(session, report, by=cast.head_teacher.actor())
    assert rules.approved(session, today=TOMORROW) == []
    with pytest.raises(AlreadyDecided):
        rules.carry_out(session, disposal)


def test_a_hold_stops_everything_until_it_is_lifted(session, cast, report):
    disposal, who = approved(session, cast, report), cast.head_teacher.actor()
    rules.place_hold(session, report, by=who, reason=" Rätten har begärt den. ")
    rules.place_hold(session, report, by=who, reason="En gång till.")
    assert [hold.reason for hold in session.scalars(select(ProtectionHold))] == ["Rätten har begärt den."]
    assert rules.to_decide(session, [report], who) == {}
    with pytest.raises(OnHold):
        rules.carry_out(session, disposal)
    rules.lift_hold(session, report, by=who)
    rules.lift_hold(session, report, by=who)
    rules.carry_out(session, disposal)
    assert session.scalars(select(ProtectionHold)).all() == []


def test_a_hold_on_the_referral_beside_it_holds_it_too(session, cast, report):
    rules.propose_disposal(session, report, by=cast.counsellor.actor())
    registrar = cast.head_teacher.actor()
    retention.place_hold(session, report.referral, by=registrar, reason="Rätten har begärt allt.")
    with pytest.raises(OnHold):
        rules.approve_disposal(session, report, by=registrar)
    with pytest.raises(OnHold):
        rules.propose_disposal(session, report, by=cast.counsellor.actor())


def test_a_day_that_its_sender_put_right_after_the_approval_counts(session, cast, report):
    disposal = approved(session, cast, report)
    since(session, report, cast.counsellor, in_writing_on=(GIVEN_ON + timedelta(days=30)).isoformat())
    with pytest.raises(NotDue):
        rules.carry_out(session, disposal)


def test_a_report_whose_paper_was_never_made_goes_as_well(session, cast, report):
    session.delete(session.scalars(select(ProtectionPaper)).one())
    session.flush()
    disposal = approved(session, cast, report)
    rules.carry_out(session, disposal)
    assert disposal.receipt == {"paper": None}


def test_the_receipt_is_for_those_who_took_part_and_whom_the_municipality_names(session, cast, report):
    disposal = approved(session, cast, report)
    rules.carry_out(session, disposal)
    for account in (cast.counsellor, cast.head_teacher):
        assert rules.receipts(session, account.actor()) == [disposal]
    assert rules.receipts(session, cast.coordinator.actor()) == []
    name(cast, readers=[cast.coordinator])
    assert rules.receipts(session, cast.coordinator.actor()) == [disposal]


def test_what_is_preserved_is_handed_over_first_and_its_key_stays_with_the_receipt(session, cast, report):
    cast.municipality.retention = cast.municipality.retention | {"protection_report_then": "preserve"}
    kim, petra, report_id = cast.counsellor.actor(), cast.head_teacher.actor(), report.id
    disposal, key = approved(session, cast, report), report.wrapped_key
    assert (disposal.state, rules.approved(session, today=TOMORROW)) == (DisposalState.TO_DELIVER, [])
    with pytest.raises(AlreadyDecided):
        rules.carry_out(session, disposal)
    with pytest.raises(NotDue):
        rules.record_delivery(session, report, by=petra, archive_number="RA 7")
    with pytest.raises(NoSuchReferral):
        rules.copy_for_archive(session, report, by=kim)
    copy = zipfile.ZipFile(io.BytesIO(rules.copy_for_archive(session, report, by=petra)))
    paper = f"papers/{report.number}.pdf"
    assert set(copy.namelist()) == {"metadata.json", "content.json", paper, "checksums.sha256"}
    assert copy.read(paper) == b"%PDF Kvastengren"
    sums = dict(reversed(line.split("  ")) for line in copy.read("checksums.sha256").decode().splitlines())
    assert sums == {name: contents.digest(copy.read(name)) for name in copy.namelist() if name in sums}
    assert set(sums) == set(copy.namelist()) - {"checksums.sha256"}
    said = json.loads(copy.read("content.json"))
    assert said == {"content": report.content, "record": report.record}
    about = json.loads(copy.read("metadata.json"))
    assert (about["number"], about["plan"]["years"]) == (report.number, YEARS)
    with pytest.raises(NotDue):
        rules.record_delivery(session, report, by=petra, archive_number="  ")
    rules.record_delivery(session, report, by=petra, archive_number=" RA 7 ")
    with pytest.raises(AlreadyDecided):
        rules.copy_for_archive(session, report, by=petra)
    assert rules.approved(session, today=TOMORROW) == [disposal]
    rules.carry_out(session, disposal)
    assert session.scalars(select(ProtectionReport)).all() == []
    assert (disposal.archive_number, disposal.wrapped_key) == ("RA 7", key)
    events = select(AuditEvent.what).where(AuditEvent.chain_id == report_id)
    assert session.scalars(events).all().count(What.EXPORTED) == 1


def test_nothing_is_handed_over_while_a_hold_is_on_it(session, cast, report):
    cast.municipality.retention = cast.municipality.retention | {"protection_report_then": "preserve"}
    approved(session, cast, report)
    session.delete(session.scalars(select(ProtectionPaper)).one())
    session.flush()
    petra = cast.head_teacher.actor()
    rules.place_hold(session, report, by=petra, reason="Rätten har begärt den.")
    with pytest.raises(OnHold):
        rules.copy_for_archive(session, report, by=petra)
    rules.lift_hold(session, report, by=petra)
    copy = zipfile.ZipFile(io.BytesIO(rules.copy_for_archive(session, report, by=petra)))
    assert set(copy.namelist()) == {"metadata.json", "content.json", "checksums.sha256"}
