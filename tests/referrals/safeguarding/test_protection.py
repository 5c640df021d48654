"""Protection reports: who may know of one, what stays untouched, and what only the sender is reminded of."""

from collections.abc import Mapping
from datetime import date, time, timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from referrals.access import Actor
from referrals.errors import NoSuchReferral, NotAllowed, ReportIssued, SealBroken
from referrals.keeping import audit, audit_check
from referrals.models import Account, AuditEvent, History, ProtectionPaper, ProtectionReport, Referral, Step, What
from referrals.models.protection import GuardiansTold, ProtectionOutcome, ProtectionUrgency
from referrals.papers import readers
from referrals.people import founding
from referrals.rules import rulebook
from referrals.safeguarding import protection
from referrals.safeguarding.protection import Setting, ToRecord
from schemas import municipality
from tests.factories import a_member, a_referral
from tests.people import Cast
from tests.schemas.test_municipality import DEMONSTRATION

TODAY = date(2026, 9, 16)
DAY = timedelta(days=1)
SEEN = {"seen": "Hon hade tre blåmärken i rad."}


def name(cast: Cast, **named: list[Account]) -> None:
    """Let the municipality's setting name these people."""
    cast.municipality.protection = {
        capacity: [str(each.id) for each in accounts] for capacity, accounts in named.items()
    }


def a_report(session: Session, sender: Account, referral: Referral | None = None, **given: Any) -> ProtectionReport:
    report = protection.write_report(
        session, by=sender.actor(), written=SEEN | given, referral=referral, receiver_id=given.get("receiver_id")
    )
    protection.finish_report(session, report, by=sender.actor())
    return report


def since(session: Session, report: ProtectionReport, sender: Account, **recorded: Any) -> None:
    protection.record_since(session, report, by=sender.actor(), recorded=recorded)


def knowing(session: Session, cast: Cast, report: ProtectionReport) -> set[str]:
    """Who of the whole cast may know of the report, asked through every reading of the core at once."""
    found: set[str] = set()
    for account in session.scalars(select(Account)):
        actor = account.actor()
        listed = report in protection.known_to(session, actor)
        opened = protection.may_read(report, actor, setting=protection.Setting.read(session))
        assert listed == opened, account.name
        if report.referral is not None:
            assert (report in protection.beside(session, report.referral, actor=actor)) == listed, account.name
        if listed:
            found.add(account.name.split()[0])
    return found


def test_anybody_with_an_account_reports_in_their_own_name(session: Session, cast: Cast) -> None:
    for account in session.scalars(select(Account)).all():
        report = a_report(session, account)
        assert (report.sender_id, report.referral) == (account.id, None)
        assert knowing(session, cast, report) == {account.name.split()[0]}


def test_nobody_without_an_account_writes_here_or_finds_anything(session: Session, cast: Cast) -> None:
    with pytest.raises(NotAllowed):
        protection.write_report(session, by=Actor(), written=SEEN)
    report = a_report(session, cast.counsellor)
    assert protection.known_to(session, Actor()) == []
    assert protection.reminders(session, Actor(), today=TODAY + 9 * DAY) == []
    assert not protection.may_read(report, Actor(), setting=protection.Setting.read(session))


def test_nothing_but_what_was_seen_is_needed(session: Session, cast: Cast) -> None:
    report = a_report(session, cast.counsellor)
    assert report.content == SEEN
    assert report.issued_at is not None
    assert (report.given_at, report.opened_at) == (None, None)


def test_the_referral_does_not_change_in_any_way(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast)
    a_member(session, referral, cast.counsellor)
    session.flush()

    def shape() -> tuple[Any, ...]:
        session.refresh(referral)
        rows = [session.scalar(select(func.count()).select_from(table)) for table in (History, Step)]
        columns = {
            column.name: getattr(referral, column.key)
            for column in Referral.__table__.columns
            if column.name in vars(referral)
        }
        return columns, len(referral.memberships), *rows

    before = shape()
    report = a_report(session, cast.counsellor, referral)
    since(session, report, cast.counsellor, in_writing_on=TODAY, told=GuardiansTold.ALL, receipt_on=TODAY)
    assert report.referral is referral
    assert shape() == before


def test_a_report_stands_beside_a_referral_only_where_its_sender_may_see_that(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast)
    assert a_report(session, cast.outsider, referral).referral is None
    assert a_report(session, cast.coordinator, referral).referral is referral


def test_a_member_of_social_services_is_not_thereby_a_receiver(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast)
    for account in (cast.social_worker, cast.counsellor, cast.special_educator, cast.school_nurse):
        a_member(session, referral, account)
    report = a_report(session, cast.counsellor, referral, receiver_id=cast.social_worker.id)
    since(session, report, cast.counsellor, in_writing_on=TODAY)
    assert report.receiver_id is None
    assert knowing(session, cast, report) == {"Kim"}


def test_the_chosen_receiver_reads_it_once_it_is_given(session: Session, cast: Cast) -> None:
    name(cast, receivers=[cast.social_worker, cast.school_nurse])
    report = a_report(session, cast.counsellor, receiver_id=cast.social_worker.id)
    assert knowing(session, cast, report) == {"Kim"}
    since(session, report, cast.counsellor, orally_on=TODAY, orally_time=time(10, 40))
    assert knowing(session, cast, report) == {"Kim", "Noor"}
    name(cast, receivers=[cast.school_nurse])
    assert knowing(session, cast, report) == {"Kim"}


def test_whom_the_setting_names_reads_every_report_once_given(session: Session, cast: Cast) -> None:
    name(cast, readers=[cast.administrator])
    report = a_report(session, cast.counsellor)
    assert knowing(session, cast, report) == {"Kim"}
    since(session, report, cast.counsellor, in_writing_on=TODAY)
    assert knowing(session, cast, report) == {"Kim", "Anton"}
    assert [each.name for each in protection.named(session, "readers")] == [cast.administrator.name]


@pytest.mark.parametrize("told", [None, GuardiansTold.SOME, GuardiansTold.NOBODY])
def test_it_stays_hidden_while_not_all_guardians_were_told(
    session: Session, cast: Cast, told: GuardiansTold | None
) -> None:
    referral = a_referral(session, cast)
    report = a_report(session, cast.coordinator, referral)
    since(session, report, cast.coordinator, in_writing_on=TODAY, told=told)
    assert knowing(session, cast, report) == {"Karin"}
    assert protection.open_to_guardians(session, referral) == []


def test_recording_that_all_were_told_opens_it_to_them_and_the_head_and_can_be_taken_back(
    session: Session, cast: Cast
) -> None:
    referral = a_referral(session, cast)
    a_member(session, referral, cast.counsellor)
    report = a_report(session, cast.counsellor, referral)
    since(session, report, cast.counsellor, told=GuardiansTold.ALL, told_on=TODAY)
    opened_at = report.opened_at
    assert knowing(session, cast, report) == {"Kim", "Henrik"}
    assert protection.open_to_guardians(session, referral) == [report]
    since(session, report, cast.counsellor, told_how="Vid ett möte")
    assert report.opened_at == opened_at
    since(session, report, cast.counsellor, told=GuardiansTold.SOME)
    assert knowing(session, cast, report) == {"Kim"}


def test_what_is_only_begun_is_opened_to_nobody(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast)
    written = SEEN | {"told": GuardiansTold.ALL}
    report = protection.write_report(session, by=cast.coordinator.actor(), written=written, referral=referral)
    assert knowing(session, cast, report) == {"Karin"}
    assert protection.open_to_guardians(session, referral) == []


def test_without_a_referral_it_is_opened_to_nobody(session: Session, cast: Cast) -> None:
    report = a_report(session, cast.counsellor, told=GuardiansTold.ALL)
    assert report.opened_at is not None
    assert knowing(session, cast, report) == {"Kim"}


def test_only_the_sender_changes_anything(session: Session, cast: Cast) -> None:
    name(cast, readers=[cast.head_teacher])
    report = a_report(session, cast.counsellor, orally_on=TODAY)
    other = cast.head_teacher.actor()
    for try_it in (
        lambda: protection.correct_report(session, report, by=other, written=SEEN),
        lambda: protection.finish_report(session, report, by=other),
        lambda: protection.record_since(session, report, by=other, recorded={}),
        lambda: protection.finish_report(session, report, by=Actor()),
    ):
        with pytest.raises(NoSuchReferral):
            try_it()


def test_its_words_stand_still_once_it_is_on_paper(session: Session, cast: Cast) -> None:
    sender = cast.counsellor.actor()
    report = protection.write_report(session, by=sender, written=SEEN)
    with pytest.raises(NoSuchReferral):
        protection.require_issued(report)
    protection.correct_report(session, report, by=sender, written={"seen": "Mer.", "urgency": ProtectionUrgency.ACUTE})
    assert report.content == {"seen": "Mer.", "urgency": "acute"}
    protection.finish_report(session, report, by=sender)
    issued_at = report.issued_at
    protection.finish_report(session, report, by=sender)
    protection.require_issued(report)
    assert report.issued_at == issued_at
    with pytest.raises(ReportIssued):
        protection.correct_report(session, report, by=sender, written=SEEN)


def test_the_paper_is_kept_sealed_and_made_once(session: Session, cast: Cast) -> None:
    report = a_report(session, cast.counsellor)
    assert protection.read_paper(session, report) is None
    paper = protection.keep_paper(session, report, b"%PDF-1.7 hemligt", language="sv")
    assert protection.keep_paper(session, report, b"%PDF-1.7 annat", language="sv") is paper
    assert b"hemligt" not in paper.sealed
    assert protection.read_paper(session, report) == b"%PDF-1.7 hemligt"
    assert session.scalars(select(ProtectionPaper)).one().size == 16
    paper.checksum = "0" * 64
    with pytest.raises(SealBroken):
        protection.read_paper(session, report)


def test_a_paper_says_what_was_recorded_before_it(session: Session, cast: Cast) -> None:
    report = a_report(session, cast.counsellor, child_name="Mila Testsson", orally_on=TODAY, orally_time=time(10, 40))
    on_paper = protection.paper_values(session, report)["referral"]
    assert (on_paper.child_name, on_paper.unit, on_paper.number) == ("Mila Testsson", None, report.number)
    assert (on_paper.said["orally_on"], on_paper.said["orally_time"]) == ("2026-09-16", "10:40")
    assert readers.house_language(session) == "sv"


def test_given_is_the_first_moment_it_reached_the_authority(session: Session, cast: Cast) -> None:
    report = a_report(session, cast.counsellor)
    since(session, report, cast.counsellor, in_writing_on=TODAY, in_writing_time=time(15, 5))
    assert report.given_at is not None
    assert report.given_at.isoformat() == "2026-09-16T15:05:00+02:00"
    since(session, report, cast.counsellor, orally_on=TODAY)
    assert report.given_at.isoformat() == "2026-09-16T00:00:00+02:00"


def test_only_the_sender_is_reminded_and_from_the_day_after(
    session: Session, cast: Cast, wednesday: time_machine.Traveller
) -> None:
    name(cast, readers=[cast.head_teacher], receivers=[cast.social_worker])
    sender = cast.counsellor
    begun = protection.write_report(session, by=sender.actor(), written=SEEN, receiver_id=cast.social_worker.id)

    def reminded(account: Account, day: date) -> list[ToRecord]:
        return [what for _report, what, _day in protection.reminders(session, account.actor(), today=day)]

    assert reminded(sender, TODAY) == []
    assert reminded(sender, TODAY + DAY) == [ToRecord.FINISH]
    protection.finish_report(session, begun, by=sender.actor())
    assert reminded(sender, TODAY + DAY) == [ToRecord.GIVE]
    since(session, begun, sender, orally_on=TODAY)
    assert reminded(sender, TODAY + DAY) == [ToRecord.GIVE]
    since(session, begun, sender, in_writing_on=TODAY)
    assert reminded(sender, TODAY + DAY) == [ToRecord.RECEIPT]
    others = [each for each in session.scalars(select(Account)) if each is not sender]
    assert [reminded(each, TODAY + 30 * DAY) for each in others] == [[]] * len(others)
    since(session, begun, sender, outcome=ProtectionOutcome.UNKNOWN)
    assert reminded(sender, TODAY + DAY) == []


def test_the_authoritys_deadlines_are_the_rule_packs(session: Session, cast: Cast) -> None:
    report = a_report(session, cast.counsellor)
    assert [each.due_on for each in protection.authority_steps(session, report)] == [None, None]
    since(session, report, cast.counsellor, in_writing_on=TODAY)
    steps = protection.authority_steps(session, report)
    assert [(each.deadline.step, each.due_on) for each in steps] == [
        ("protection_assessment", TODAY),
        ("preliminary_assessment", TODAY + 14 * DAY),
    ]


@pytest.mark.parametrize(("is_saturday_counted", "last"), [(False, date(2026, 9, 24)), (True, date(2026, 9, 23))])
def test_danish_weekdays_count_saturday_only_where_the_setting_says_so(is_saturday_counted: bool, last: date) -> None:
    assessment, confirmation = rulebook.load("dk-2026-07").authority
    assert assessment.due_on(TODAY, is_saturday_counted=is_saturday_counted) == TODAY + DAY
    assert confirmation.due_on(TODAY, is_saturday_counted=is_saturday_counted) == last


def test_a_municipality_that_says_nothing_names_nobody(session: Session, cast: Cast) -> None:
    session.refresh(cast.municipality)
    assert Setting.read(session) == Setting(frozenset(), frozenset(), is_saturday_counted=False)


def test_an_account_that_left_is_not_offered_as_receiver(session: Session, cast: Cast) -> None:
    name(cast, receivers=[cast.social_worker])
    assert protection.named(session, "receivers") == [cast.social_worker]
    cast.social_worker.is_active = False
    assert protection.named(session, "receivers") == []


def test_what_is_written_is_sealed(session: Session, cast: Cast) -> None:
    report = a_report(session, cast.counsellor, child_name="Mila Testsson")
    values: Mapping[str, Any] = session.execute(
        select(ProtectionReport.__table__).where(ProtectionReport.__table__.c.id == report.id)
    ).mappings().one()  # fmt: skip
    assert b"Mila" not in values["content"]


def test_the_municipalitys_file_names_accounts_and_changes_nothing_the_second_time(session: Session) -> None:
    written = municipality.read(DEMONSTRATION)
    email = written["people"][0]["email"]
    named = {"receivers": [], "readers": [email], "saturday_is_weekday": True}
    founding.set_up(session, written | {"protection": named}, password_hashes={})
    account = session.scalars(select(Account).where(Account.email == email)).one()
    assert Setting.read(session) == Setting(frozenset(), frozenset({account.id}), is_saturday_counted=True)
    again = founding.set_up(session, written | {"protection": named}, password_hashes={})
    assert again == founding.SetUp(0, 0)
    assert founding.set_up(session, written, password_hashes={}).changed == 0
    assert Setting.read(session).readers == {account.id}


def test_each_report_has_a_log_of_its_own_and_no_other_log_speaks_of_it(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast)
    report = protection.write_report(session, by=cast.coordinator.actor(), written=SEEN, referral=referral)
    protection.correct_report(session, report, by=cast.coordinator.actor(), written=SEEN, referral=referral)
    protection.finish_report(session, report, by=cast.coordinator.actor())
    protection.finish_report(session, report, by=cast.coordinator.actor())
    since(session, report, cast.coordinator, told="later")
    own = audit.events_about(session, report.id, most=9)
    did = ["record_since", "finish_report", "correct_report", "write_report"]
    assert [(event.what, event.subject, event.by_id) for event in own] == [
        (What.DID, verb, cast.coordinator.id) for verb in did
    ]
    others = session.scalars(select(AuditEvent).where(AuditEvent.chain_id != report.id)).all()
    assert report.id not in {event.object_id for event in others}
    assert {event.subject for event in others} & set(did) == set()
    assert audit_check.verify(session).is_sound
