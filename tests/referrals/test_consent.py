"""Guardians, what they were told, what they allow, and when the work may go on."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy.orm import Session

from referrals import clock, consent, notifications
from referrals.access import SYSTEM
from referrals.consent import ConsentGiven, GuardianDetails, Notice
from referrals.disclosure import coverage
from referrals.errors import (
    AlreadyMoved,
    AlreadyWithdrawn,
    Incomplete,
    NotAllowed,
    NotAskedAbout,
    NotInformed,
    WrongStage,
)
from referrals.guardians import guardian_access
from referrals.keeping import register
from referrals.models import Consent, Guardian, Referral
from referrals.stages import (
    CLOSED,
    IN_CONSENT,
    IN_TRIAGE,
    PARTS_RECEIVED,
    PARTS_REQUESTED,
    PLAN_ACTIVE,
    SUBMITTED,
    TO_SCHEDULE,
    Party,
    Verb,
)
from referrals.vocabulary import (
    ConsentAnswer,
    ConsentForm,
    ConsentState,
    Counterpart,
    Custody,
    Direction,
    InformationCategory,
    NoticeMethod,
    PartStatus,
    Recipient,
    Registered,
)
from tests.factories import a_consent, a_guardian, a_part, a_referral, consented
from tests.people import Cast

pytestmark = pytest.mark.usefixtures("wednesday")

TODAY = date(2026, 9, 16)
MAJA = GuardianDetails(
    " Maja Testsson ", Custody.JOINT, "sv", phone="0000-99 88 77", email="maja@trivsel.invalid", address="Gatan 1",
    interpreter=" arabiska ", may_contact=False, has_protected_identity=True,
)  # fmt: skip
TOLD = Notice(NoticeMethod.PHONE, TODAY, " Lena Mentorsson ", " Berättade om oron. ")
NOT_TOLD = Notice(NoticeMethod.NOT_TOLD, why_not="Går inte att nå: tre samtal, ett brev.")
ALLOWED = ConsentGiven(
    ConsentAnswer.PARTIAL, ConsentForm.WRITTEN, (InformationCategory.SCHOOLING,), (Recipient.LEISURE,), "Hjälpas åt.",
    TODAY, TODAY + timedelta(days=365),
)  # fmt: skip
REFUSED = ConsentGiven(ConsentAnswer.REFUSED, ConsentForm.ORAL, purpose=" Vill vänta. ")


def test_a_guardian_is_recorded_with_how_to_reach_them(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast, IN_CONSENT)
    guardian = _record(session, referral, cast, MAJA)
    assert (guardian.name, guardian.phone, guardian.email, guardian.address, guardian.interpreter) == (
        "Maja Testsson", "0000-99 88 77", "maja@trivsel.invalid", "Gatan 1", "arabiska",
    )  # fmt: skip
    assert (guardian.may_contact, guardian.has_protected_identity, guardian.recorded_at) == (False, True, clock.now())
    assert referral.history[-1].verb is Verb.RECORD_GUARDIAN
    assert referral.history[-1].by_id == cast.coordinator.id


def test_a_guardian_can_be_corrected(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast, IN_CONSENT)
    guardian = _record(session, referral, cast, MAJA)
    same = consent.record_guardian(
        session, referral, by=cast.coordinator.actor(), seen=None, guardian=guardian,
        details=GuardianDetails("Maja Nyman", Custody.SOLE, "da"),
    )  # fmt: skip
    assert same is guardian
    assert (guardian.name, guardian.custody, guardian.phone, guardian.may_contact) == (
        "Maja Nyman",
        Custody.SOLE,
        None,
        True,
    )
    assert len(coverage.guardians_of(session, referral)) == 1


def test_a_guardian_has_a_name(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast, IN_CONSENT)
    with pytest.raises(Incomplete) as refused:
        _record(session, referral, cast, GuardianDetails("  ", Custody.JOINT, "sv"))
    assert refused.value.missing == ("name",)
    assert coverage.guardians_of(session, referral) == []


def test_information_keeps_who_told_whom_when_and_how(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast, IN_CONSENT)
    guardian = a_guardian(session, referral)
    row = _inform(session, referral, cast, guardian, TOLD)
    assert (row.method, row.told_on, row.told_by, row.told_what, row.why_not, row.by_id, row.language) == (
        NoticeMethod.PHONE, TODAY, "Lena Mentorsson", "Berättade om oron.", None, cast.coordinator.id, "sv",
    )  # fmt: skip
    assert guardian.is_informed
    assert referral.history[-1].choice == NoticeMethod.PHONE


def test_why_a_guardian_was_not_told_is_recorded_too(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast, IN_CONSENT)
    guardian = a_guardian(session, referral)
    row = _inform(session, referral, cast, guardian, NOT_TOLD)
    assert (row.told_on, row.why_not) == (None, "Går inte att nå: tre samtal, ett brev.")
    assert guardian.is_informed


@pytest.mark.parametrize(
    ("notice", "missing"),
    [(Notice(NoticeMethod.LETTER), "told_on"), (Notice(NoticeMethod.NOT_TOLD, TODAY, why_not=" "), "why_not")],
)
def test_information_without_its_day_or_reason_is_refused(
    session: Session, cast: Cast, notice: Notice, missing: str
) -> None:
    referral = a_referral(session, cast, IN_CONSENT)
    guardian = a_guardian(session, referral)
    with pytest.raises(Incomplete) as refused:
        _inform(session, referral, cast, guardian, notice)
    assert refused.value.missing == (missing,)
    assert not guardian.is_informed


def test_consent_keeps_what_to_whom_for_what_and_how_long(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast, IN_CONSENT)
    guardian = a_guardian(session, referral)
    row = _answer(session, referral, cast, guardian, ALLOWED)
    assert (row.categories, row.recipients, row.purpose, row.from_on, row.until_on) == (
        ["schooling"], ["leisure"], "Hjälpas åt.", TODAY, TODAY + timedelta(days=365),
    )  # fmt: skip
    assert (guardian.consent_state(TODAY), referral.history[-1].choice) == (ConsentState.PARTIAL, ConsentAnswer.PARTIAL)


def test_only_everything_that_is_asked_about_is_a_full_answer(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast, IN_CONSENT)
    kinds, others = list(InformationCategory), [one for one in Recipient if one is not Recipient.OWN_STAFF]
    assert consent.answer_for(session, referral, categories=kinds, recipients=others) is ConsentAnswer.FULL
    assert consent.answer_for(session, referral, categories=kinds[1:], recipients=others) is ConsentAnswer.PARTIAL
    assert (
        consent.answer_for(session, referral, categories=kinds, recipients=[Recipient.SOCIAL_SERVICES])
        is ConsentAnswer.PARTIAL
    )
    services = [one for one in others if one is not Recipient.OTHER_GUARDIAN]
    assert consent.answer_for(session, referral, categories=kinds, recipients=services) is ConsentAnswer.PARTIAL
    a_guardian(session, referral, custody=Custody.SOLE)
    assert consent.answer_for(session, referral, categories=kinds, recipients=services) is ConsentAnswer.FULL, (
        "there is no other guardian"
    )


def test_who_has_custody_alone_says_nothing_of_another_guardian(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast, IN_CONSENT)
    alone = a_guardian(session, referral, custody=Custody.SOLE)
    beyond = replace(ALLOWED, recipients=(Recipient.LEISURE, Recipient.OTHER_GUARDIAN))
    with pytest.raises(NotAskedAbout):
        _answer(session, referral, cast, alone, beyond)
    alone.custody = Custody.JOINT
    assert _answer(session, referral, cast, alone, beyond).recipients == ["leisure", "other_guardian"]


def test_a_refusal_allows_nothing(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast, IN_CONSENT)
    guardian = a_guardian(session, referral)
    row = _answer(session, referral, cast, guardian, REFUSED)
    assert (row.categories, row.recipients, row.purpose, row.from_on, row.until_on) == (
        [],
        [],
        "Vill vänta.",
        TODAY,
        TODAY,
    )
    assert guardian.consent_state(TODAY) is ConsentState.REFUSED


def test_a_refusal_given_late_in_the_evening_counts_from_the_day_it_is_there(
    session: Session, cast: Cast, wednesday: time_machine.Traveller
) -> None:
    referral = a_referral(session, cast, IN_CONSENT)
    wednesday.shift(timedelta(hours=14, minutes=30))  # half past midnight in the municipality, still Wednesday in UTC
    refusal = consent.ConsentGiven(answer=ConsentAnswer.REFUSED, form=ConsentForm.ORAL)
    row = _answer(session, referral, cast, a_guardian(session, referral), refusal)
    assert row.from_on == TODAY + timedelta(days=1)


def test_consent_without_its_scope_names_all_that_is_missing(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast, IN_CONSENT)
    with pytest.raises(Incomplete) as refused:
        _answer(
            session, referral, cast, a_guardian(session, referral), ConsentGiven(ConsentAnswer.FULL, ConsentForm.ORAL)
        )
    assert refused.value.missing == ("categories", "recipients", "purpose", "from_on", "until_on")


def test_consent_does_not_end_before_it_begins(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast, IN_CONSENT)
    backwards = ConsentGiven(
        ConsentAnswer.FULL, ConsentForm.ORAL, (InformationCategory.FAMILY,), (Recipient.LEISURE,), "Hjälp.",
        TODAY, TODAY - timedelta(days=1),
    )  # fmt: skip
    with pytest.raises(Incomplete) as refused:
        _answer(session, referral, cast, a_guardian(session, referral), backwards)
    assert refused.value.missing == ("until_on",)


def test_a_consent_reaches_nobody_the_guardian_was_not_asked_about(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast, IN_CONSENT)
    guardian, before = a_guardian(session, referral), referral.version
    for beyond in (Recipient.POLICE, Recipient.OWN_STAFF):
        with pytest.raises(NotAskedAbout):
            _answer(session, referral, cast, guardian, replace(ALLOWED, recipients=(Recipient.LEISURE, beyond)))
    assert (guardian.consents, referral.version) == ([], before), "nothing was recorded"
    _answer(session, referral, cast, guardian, replace(REFUSED, recipients=(Recipient.POLICE,)))
    assert guardian.consents[-1].recipients == [], "a no allows nobody anything, whatever came with it"


def test_a_consent_from_before_that_reaches_further_is_read_narrowed_and_withdrawn(
    session: Session, cast: Cast, wednesday: time_machine.Traveller
) -> None:
    referral = a_referral(session, cast, PLAN_ACTIVE)
    older = consented(session, referral, cast, recipients=["leisure", "police"])
    assert older.recipients == ["leisure", "police"]
    wednesday.shift(timedelta(minutes=1))
    _answer(session, referral, cast, older.guardian, ALLOWED)
    assert older.guardian.consent_state(TODAY) is ConsentState.PARTIAL
    another = a_referral(session, cast, PLAN_ACTIVE)
    older = consented(session, another, cast, recipients=["police"])
    _withdraw(session, another, cast, older.guardian)
    assert older.guardian.consent_state(TODAY) is ConsentState.WITHDRAWN


def test_an_adult_without_custody_has_nothing_to_consent_to(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast, IN_CONSENT)
    with pytest.raises(NotAllowed):
        _answer(session, referral, cast, a_guardian(session, referral, custody=Custody.OTHER), ALLOWED)


def test_withdrawing_ends_a_consent_from_now_on_and_keeps_it_readable(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast, PLAN_ACTIVE)
    guardian = a_guardian(session, referral)
    given = _answer(session, referral, cast, guardian, ALLOWED)
    row = consent.withdraw_consent(
        session, referral, by=cast.coordinator.actor(), seen=referral.version, guardian=guardian, reason=" Ångrar sig. "
    )
    assert row is given
    assert (row.withdrawn_at, row.withdrawn_by_id, row.purpose) == (clock.now(), cast.coordinator.id, "Hjälpas åt.")
    assert (guardian.consent_state(TODAY), referral.history[-1].reason) == (ConsentState.WITHDRAWN, "Ångrar sig.")


def test_an_answer_that_came_as_a_document_has_a_line_in_the_register_and_one_that_was_said_has_none(
    session: Session, cast: Cast
) -> None:
    referral = a_referral(session, cast, IN_CONSENT)
    guardian = a_guardian(session, referral)
    themself = guardian_access.actor_for(guardian)
    on_paper = _answer(session, referral, cast, guardian, ALLOWED)
    _answer(session, referral, cast, guardian, REFUSED)
    digital = replace(ALLOWED, form=ConsentForm.DIGITAL)
    by_hand = consent.record_consent(session, referral, by=themself, seen=None, guardian=guardian, consent=digital)
    consent.withdraw_consent(session, referral, by=themself, seen=None, guardian=guardian)
    again = _answer(session, referral, cast, guardian, ALLOWED)
    _withdraw(session, referral, cast, guardian)  # told to the coordinator, who recorded it
    lines = register.entries_beside(session, referral)
    assert {(line.kind, line.counterpart, line.direction) for line in lines} == {
        (Registered.CONSENT_ANSWER, Counterpart.GUARDIAN, Direction.RECEIVED)
    }
    taken_back = next(row.id for row in referral.history if row.verb is Verb.WITHDRAW_CONSENT)
    assert [line.object_id for line in lines] == [on_paper.id, by_hand.id, taken_back, again.id]


def test_there_must_be_a_consent_to_withdraw(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast, IN_CONSENT)
    guardian = a_guardian(session, referral)
    with pytest.raises(AlreadyWithdrawn):
        _withdraw(session, referral, cast, guardian)
    _answer(session, referral, cast, guardian, REFUSED)
    with pytest.raises(AlreadyWithdrawn):
        _withdraw(session, referral, cast, guardian)


def test_withdrawing_twice_changes_nothing(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast, IN_CONSENT)
    guardian = a_guardian(session, referral)
    _answer(session, referral, cast, guardian, ALLOWED)
    _withdraw(session, referral, cast, guardian)
    before = referral.version
    with pytest.raises(AlreadyWithdrawn):
        _withdraw(session, referral, cast, guardian)
    assert referral.version == before


def test_a_guardian_of_another_child_is_not_touched(session: Session, cast: Cast) -> None:
    here, there = a_referral(session, cast, IN_CONSENT), a_referral(session, cast, IN_CONSENT)
    guardian = a_guardian(session, there)
    by = cast.coordinator.actor()
    with pytest.raises(NotAllowed):
        consent.record_guardian(session, here, by=by, seen=None, details=MAJA, guardian=guardian)
    with pytest.raises(NotAllowed):
        _inform(session, here, cast, guardian, TOLD)
    with pytest.raises(NotAllowed):
        _answer(session, here, cast, guardian, ALLOWED)
    with pytest.raises(NotAllowed):
        _withdraw(session, here, cast, guardian)
    assert guardian.name == "Maja Testsson"


def test_only_a_coordinator_of_the_unit_records_and_only_in_time(session: Session, cast: Cast) -> None:
    referral, early, ended = (a_referral(session, cast, state) for state in (IN_CONSENT, SUBMITTED, CLOSED))
    for person in (cast.outsider, cast.head_teacher, cast.counsellor):
        with pytest.raises(NotAllowed):
            consent.record_guardian(session, referral, by=person.actor(), seen=None, details=MAJA)
        with pytest.raises(NotAllowed):
            consent.conclude_consent(session, referral, by=person.actor(), seen=None)
    for wrong in (early, ended):
        with pytest.raises(WrongStage):
            _record(session, wrong, cast, MAJA)


def test_the_same_form_sent_twice_records_one_guardian(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast, IN_CONSENT)
    seen, by = referral.version, cast.coordinator.actor()
    consent.record_guardian(session, referral, by=by, seen=seen, details=MAJA)
    with pytest.raises(AlreadyMoved):
        consent.record_guardian(session, referral, by=by, seen=seen, details=MAJA)
    assert len(coverage.guardians_of(session, referral)) == 1


def test_the_work_waits_until_somebody_with_custody_is_known(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast, IN_CONSENT)
    with pytest.raises(NotInformed):
        _conclude(session, referral, cast)
    a_guardian(session, referral, told_by=cast.coordinator, custody=Custody.OTHER)
    with pytest.raises(NotInformed):
        _conclude(session, referral, cast)
    assert referral.state == IN_CONSENT


def test_the_work_waits_until_every_guardian_with_custody_is_told(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast, IN_CONSENT)
    a_guardian(session, referral, told_by=cast.coordinator)
    other = a_guardian(session, referral, name="Omar Testsson")
    with pytest.raises(NotInformed):
        _conclude(session, referral, cast)
    _inform(session, referral, cast, other, NOT_TOLD)
    row = consent.conclude_consent(session, referral, by=cast.coordinator.actor(), seen=None, reason=" Båda vet. ")
    assert (referral.state, row.reason) == (PARTS_REQUESTED, "Båda vet.")


def test_consent_need_not_be_given_for_the_work_to_go_on(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast, IN_CONSENT)
    _answer(session, referral, cast, a_guardian(session, referral, told_by=cast.coordinator), REFUSED)
    _conclude(session, referral, cast)
    assert referral.state == PARTS_REQUESTED


def test_straight_to_the_team_goes_past_the_assessment(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast, IN_CONSENT, skips_assessment=True)
    a_guardian(session, referral, told_by=cast.coordinator)
    _conclude(session, referral, cast)
    assert referral.state == TO_SCHEDULE


@pytest.mark.parametrize(
    ("statuses", "to"),
    [
        ((PartStatus.REQUESTED,), PARTS_REQUESTED),
        ((PartStatus.REQUESTED, PartStatus.RECEIVED), PARTS_REQUESTED),
        ((PartStatus.RECEIVED,), PARTS_RECEIVED),
    ],
)
def test_parts_asked_for_meanwhile_say_where_it_goes_on(session: Session, cast: Cast, statuses, to) -> None:
    referral = a_referral(session, cast, IN_CONSENT, skips_assessment=True)
    a_guardian(session, referral, told_by=cast.coordinator)
    for assessor, status in zip((cast.counsellor, cast.special_educator), statuses, strict=False):
        a_part(session, referral, assessor, asked_by=cast.coordinator, status=status)
    _conclude(session, referral, cast)
    assert referral.state == to


def test_parts_from_before_a_reopening_do_not_say_where_it_goes_on(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast, IN_CONSENT, skips_assessment=True)
    a_guardian(session, referral, told_by=cast.coordinator)
    earlier = referral.stage_since - timedelta(days=90)
    for assessor, status in ((cast.counsellor, PartStatus.REQUESTED), (cast.special_educator, PartStatus.RECEIVED)):
        a_part(session, referral, assessor, asked_by=cast.coordinator, status=status, asked_at=earlier)
    _conclude(session, referral, cast)
    assert referral.state == TO_SCHEDULE


def test_concluding_twice_changes_nothing(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast, IN_CONSENT)
    a_guardian(session, referral, told_by=cast.coordinator)
    _conclude(session, referral, cast)
    with pytest.raises(WrongStage):
        _conclude(session, referral, cast)


def test_guardians_come_in_the_order_in_which_they_were_recorded(session: Session, cast: Cast, wednesday) -> None:
    referral = a_referral(session, cast, IN_TRIAGE)
    first = _record(session, referral, cast, MAJA)
    wednesday.shift(timedelta(minutes=5))
    second = _record(session, referral, cast, GuardianDetails("Omar", Custody.JOINT, "sv"))
    assert coverage.guardians_of(session, referral) == [first, second]


def _record(session: Session, referral: Referral, cast: Cast, details: GuardianDetails) -> Guardian:
    return consent.record_guardian(session, referral, by=cast.coordinator.actor(), seen=None, details=details)


def _inform(session: Session, referral: Referral, cast: Cast, guardian: Guardian, notice: Notice):
    by = cast.coordinator.actor()
    return consent.record_information(session, referral, by=by, seen=None, guardian=guardian, notice=notice)


def _answer(session: Session, referral: Referral, cast: Cast, guardian: Guardian, given: ConsentGiven) -> Consent:
    by = cast.coordinator.actor()
    return consent.record_consent(session, referral, by=by, seen=None, guardian=guardian, consent=given)


def _withdraw(session: Session, referral: Referral, cast: Cast, guardian: Guardian) -> Consent:
    return consent.withdraw_consent(session, referral, by=cast.coordinator.actor(), seen=None, guardian=guardian)


def _conclude(session: Session, referral: Referral, cast: Cast) -> None:
    consent.conclude_consent(session, referral, by=cast.coordinator.actor(), seen=None)


def test_two_weeks_before_a_consent_ends_the_coordinators_are_reminded_once(
    session: Session, cast: Cast, wednesday: time_machine.Traveller
) -> None:
    referral = a_referral(session, cast, PLAN_ACTIVE)
    given = a_consent(session, a_guardian(session, referral), by=cast.coordinator)
    assert consent.due_for_reminder(session, given.until_on - timedelta(days=15)) == []
    assert consent.due_for_reminder(session, given.until_on - timedelta(days=14)) == [referral]
    assert consent.remind_of_consent(session, referral, by=SYSTEM) is None
    wednesday.shift(timedelta(days=16))
    row = consent.remind_of_consent(session, referral, by=SYSTEM)
    assert row is not None
    assert (row.verb, row.by_party, given.reminded_at) == (Verb.REMIND_OF_CONSENT, Party.SYSTEM, clock.now())
    written = notifications.write(session, row)
    assert {mail.address for mail in written} == {cast.coordinator.email, cast.second_coordinator.email}
    assert consent.remind_of_consent(session, referral, by=SYSTEM) is None
    assert consent.due_for_reminder(session, clock.now().date()) == []


def test_nobody_is_reminded_of_what_was_answered_anew_withdrawn_refused_or_closed(
    session: Session, cast: Cast, wednesday: time_machine.Traveller
) -> None:
    def a_short_one(referral: Referral, **values: Any) -> Consent:
        until = TODAY + timedelta(days=3)
        return a_consent(session, a_guardian(session, referral), by=cast.coordinator, until_on=until, **values)

    a_short_one(a_referral(session, cast, CLOSED))
    referral = a_referral(session, cast, PLAN_ACTIVE)
    a_short_one(referral, withdrawn_at=clock.now())
    a_short_one(referral, answer=ConsentAnswer.REFUSED)
    again = a_short_one(referral)
    assert consent.due_for_reminder(session, TODAY) == [referral]
    wednesday.shift(timedelta(hours=1))
    a_consent(session, again.guardian, by=cast.coordinator)
    assert consent.due_for_reminder(session, TODAY) == []


def test_only_the_workflow_reminds_and_only_in_an_open_referral(session: Session, cast: Cast) -> None:
    with pytest.raises(NotAllowed):
        consent.remind_of_consent(session, a_referral(session, cast, PLAN_ACTIVE), by=cast.coordinator.actor())
    with pytest.raises(WrongStage):
        consent.remind_of_consent(session, a_referral(session, cast, CLOSED), by=SYSTEM)


def test_a_notice_keeps_the_language_it_was_given_in(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast, IN_CONSENT)
    guardian = a_guardian(session, referral)
    for language, kept in (("", "sv"), ("en", "en")):
        told = Notice(NoticeMethod.PHONE, TODAY, language=language)
        row = consent.record_information(
            session, referral, by=cast.coordinator.actor(), seen=None, guardian=guardian, notice=told
        )
        assert row.language == kept
