"""What waits beside the team's work: reports for the head teacher, investigations for whoever is named, until it is done."""

from datetime import date, timedelta

import pytest
import time_machine
from sqlalchemy.orm import Session

from referrals.models import Account, Referral
from referrals.reminders import waiting
from referrals.stages import CLOSED, IN_CONSENT, WITHDRAWN, Verb
from referrals.statutory import degrading_treatment, links, special_support
from referrals.statutory.links import Link
from referrals.vocabulary import DecidedBy, DegradingKind, SupportGround
from referrals.work.waiting_items import Waiting
from tests.factories import a_referral, protected
from tests.people import Cast
from tests.referrals.statutory.test_absence_investigation import report
from tests.referrals.statutory.test_carrying_out import RESULTS, begin, conclude

pytestmark = pytest.mark.usefixtures("wednesday")

TODAY = date(2026, 9, 16)
SUPPORT, ABSENCE, DEGRADING = RESULTS


def beside(session: Session, account: Account, today: date = TODAY) -> list[tuple[Verb, date | None, bool]]:
    items = waiting.everything_for(session, account.actor(), today=today)
    return [(item.verb, item.waits_since, item.is_all_they_see) for item in items if item.kind is Waiting.STATUTORY]


def report_both(session: Session, referral: Referral, cast: Cast) -> None:
    by = {"by": cast.coordinator.actor(), "seen": None}
    need = special_support.Reported(SupportGround.GOALS_AT_RISK, "Hon missar bråk.", "Kortare uppgifter.")
    special_support.report_need(session, referral, **by, report=need)
    treated = degrading_treatment.Reported(DegradingKind.DEGRADING, "De kallar mig mullvad.", "På rasten.")
    degrading_treatment.report_treatment(session, referral, **by, report=treated)


@pytest.mark.parametrize("state", [IN_CONSENT, CLOSED])
def test_a_report_waits_for_the_head_teacher_since_its_day_and_an_investigation_for_who_is_named(
    session: Session, cast: Cast, state: object, wednesday: time_machine.Traveller
) -> None:
    referral = a_referral(session, cast, state)  # type: ignore[arg-type]
    report_both(session, referral, cast)
    wednesday.shift(timedelta(days=2))
    later = TODAY + timedelta(days=2)
    assert beside(session, cast.head_teacher, later) == [
        (Verb.BEGIN_SUPPORT_INVESTIGATION, TODAY, False), (Verb.PASS_ON_DEGRADING_REPORT, TODAY, False),
    ]  # fmt: skip
    for nobody in (cast.coordinator, cast.teacher, cast.outsider, cast.administrator):
        assert beside(session, nobody, later) == []
    support = begin(session, referral, cast, SUPPORT, cast.special_educator.id)
    absence = begin(session, referral, cast, ABSENCE, cast.special_educator.id)
    (treated,) = degrading_treatment.reports_of(session, referral)
    step = {"by": cast.head_teacher.actor(), "seen": None, "report_id": treated.id}
    degrading_treatment.pass_on_report(session, referral, **step, passed_on_to="Förvaltningen", passed_on_on=later)
    assert {verb for verb, _since, _all in beside(session, cast.head_teacher, later)} == {
        Verb.REPORT_ABSENCE, Verb.BEGIN_DEGRADING_INVESTIGATION,
    }  # fmt: skip
    degrading_treatment.begin_investigation(session, referral, **step, carried_out_by=cast.head_teacher.id)
    report(session, absence, cast.head_teacher.actor(), reported_on=later)  # type: ignore[arg-type]
    assert beside(session, cast.head_teacher, later) == [(DEGRADING, later, False)]
    assert set(beside(session, cast.special_educator, later)) == {(SUPPORT, later, True), (ABSENCE, later, True)}
    for begun, by in ((support, cast.special_educator), (absence, cast.coordinator), (treated, cast.head_teacher)):
        conclude(session, begun, by.actor())
    assert beside(session, cast.special_educator, later) == beside(session, cast.head_teacher, later) == []


def test_what_a_pointer_says_is_decided_elsewhere_waits_no_more_and_waits_again_without_it(
    session: Session, cast: Cast
) -> None:
    referral, head = a_referral(session, cast), cast.head_teacher.actor()
    report_both(session, referral, cast)
    link = Link("special_support_investigation", "Skolans diarium", TODAY, DecidedBy.HEAD_TEACHER)
    pointer = links.link_decision(session, referral, by=head, seen=None, link=link)
    assert [verb for verb, _since, _all in beside(session, cast.head_teacher)] == [Verb.PASS_ON_DEGRADING_REPORT]
    links.unlink_decision(session, referral, by=head, seen=None, decision_id=pointer.id)
    assert len(beside(session, cast.head_teacher)) == 2


def test_nothing_waits_of_a_concern_taken_back_or_for_who_may_not_know_of_it(session: Session, cast: Cast) -> None:
    taken_back, hidden = a_referral(session, cast), a_referral(session, cast)
    for referral in (taken_back, hidden):
        begin(session, referral, cast, SUPPORT, cast.special_educator.id)
    taken_back.stage, taken_back.status = WITHDRAWN.stage, WITHDRAWN.status
    protected(session, hidden, by=cast.head_teacher)
    assert beside(session, cast.special_educator) == []
