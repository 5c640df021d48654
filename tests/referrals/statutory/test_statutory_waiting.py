"""What waits beside the team's work: reports for the head teacher, investigations for whoever is named, until it is done."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
import time_machine
from sqlalchemy.orm import Session

from referrals import clock
from referrals.models import Account, Membership, Referral
from referrals.reminders import digest, waiting
from referrals.stages import CLOSED, IN_CONSENT, WITHDRAWN, Verb
from referrals.statutory import degrading_treatment, links, special_support
from referrals.statutory import waiting as statutory_waiting
from referrals.statutory.links import Link
from referrals.vocabulary import DecidedBy, DegradingKind, Standing, SupportGround
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


@pytest.mark.parametrize(("days_before", "waits"), [(1, True), (0, False)])
def test_a_report_waits_whatever_was_decided_elsewhere_before_its_day(
    session: Session, cast: Cast, days_before: int, waits: bool
) -> None:
    referral, head = a_referral(session, cast), cast.head_teacher.actor()
    for track in ("special_support_investigation", "degrading_treatment"):
        link = Link(track, "Skolans diarium", TODAY - timedelta(days=days_before), DecidedBy.HEAD_TEACHER)
        links.link_decision(session, referral, by=head, seen=None, link=link)
    report_both(session, referral, cast)
    (treated,) = degrading_treatment.reports_of(session, referral)
    passed_on = {"report_id": treated.id, "passed_on_to": "Förvaltningen", "passed_on_on": TODAY}
    degrading_treatment.pass_on_report(session, referral, by=head, seen=None, **passed_on)  # type: ignore[arg-type]
    begin_both = {Verb.BEGIN_SUPPORT_INVESTIGATION, Verb.BEGIN_DEGRADING_INVESTIGATION}
    assert {verb for verb, _since, _all in beside(session, cast.head_teacher)} == (begin_both if waits else set())


def test_an_absence_that_is_investigated_elsewhere_since_it_was_begun_here_waits_for_no_report(
    session: Session, cast: Cast
) -> None:
    referral, head = a_referral(session, cast), cast.head_teacher.actor()
    link = Link("absence_investigation", "Skolans diarium", TODAY, DecidedBy.HEAD_TEACHER)
    links.link_decision(session, referral, by=head, seen=None, link=link)
    begun = begin(session, referral, cast, ABSENCE, cast.special_educator.id)
    session.flush()
    earlier = replace(link, decided_on=TODAY - timedelta(days=1))
    for _again in range(2):
        assert [verb for verb, _since, _all in beside(session, cast.head_teacher)] == [Verb.REPORT_ABSENCE]
        assert statutory_waiting.has_open_duties(session, referral)
        links.link_decision(session, referral, by=head, seen=None, link=earlier)
    later = links.link_decision(session, referral, by=head, seen=None, link=link)
    assert beside(session, cast.head_teacher) == []
    links.unlink_decision(session, referral, by=head, seen=None, decision_id=later.id)
    assert [verb for verb, _since, _all in beside(session, cast.head_teacher)] == [Verb.REPORT_ABSENCE]
    while_it_ran = links.link_decision(session, referral, by=head, seen=None, link=link)
    conclude(session, begun, cast.special_educator.actor())
    assert beside(session, cast.head_teacher) == []
    links.unlink_decision(session, referral, by=head, seen=None, decision_id=while_it_ran.id)
    links.link_decision(session, referral, by=head, seen=None, link=link)
    assert [verb for verb, _since, _all in beside(session, cast.head_teacher)] == [Verb.REPORT_ABSENCE], (
        "what came after its end is about another one"
    )


def test_nothing_waits_of_a_concern_taken_back_or_for_who_may_not_know_of_it(session: Session, cast: Cast) -> None:
    taken_back, hidden = a_referral(session, cast), a_referral(session, cast)
    for referral in (taken_back, hidden):
        begin(session, referral, cast, SUPPORT, cast.special_educator.id)
    taken_back.stage, taken_back.status = WITHDRAWN.stage, WITHDRAWN.status
    protected(session, hidden, by=cast.head_teacher)
    assert beside(session, cast.special_educator) == []


def under_way(session: Session, account: Account) -> list[tuple[Waiting, Verb, str, date | None]]:
    items = waiting.everything_for(session, account.actor(), today=TODAY)
    return [(one.kind, one.verb, one.carried_out_by, one.waits_since) for one in items if one.carried_out_by]


@pytest.mark.parametrize("verb", RESULTS)
def test_a_running_investigation_stands_on_the_head_teachers_list_with_who_carries_it_out(
    session: Session, cast: Cast, verb: Verb
) -> None:
    begun = begin(session, a_referral(session, cast), cast, verb, cast.special_educator.id)
    assert under_way(session, cast.head_teacher) == [(Waiting.UNDER_WAY, verb, cast.special_educator.name, TODAY)]
    for nobody in (cast.coordinator, cast.special_educator, cast.teacher, cast.outsider, cast.administrator):
        assert under_way(session, nobody) == []
    (item,) = [
        one for one in waiting.everything_for(session, cast.head_teacher.actor(), today=TODAY) if one.carried_out_by
    ]
    assert item.is_others
    letter = digest.write(session, cast.head_teacher.id)
    assert letter is None or "utredning" not in letter.body, "it asks nothing of them"
    conclude(session, begun, cast.special_educator.actor())
    assert under_way(session, cast.head_teacher) == []


def test_when_whoever_carries_it_out_has_left_that_stands_there_and_in_the_mail_at_once(
    session: Session, cast: Cast
) -> None:
    referral = a_referral(session, cast)
    begin(session, referral, cast, ABSENCE, cast.special_educator.id)
    begin(session, referral, cast, SUPPORT, cast.teacher.id)
    cast.special_educator.is_active = False
    for held in list(cast.teacher.roles):
        session.delete(held)
    session.flush()
    session.refresh(cast.teacher)
    left = [(kind, who) for kind, _verb, who, _since in under_way(session, cast.head_teacher)]
    assert set(left) == {(Waiting.LEFT_INVESTIGATION, one.name) for one in (cast.special_educator, cast.teacher)}
    letter = digest.write(session, cast.head_teacher.id)
    assert letter is not None
    line = f"{referral.number}: Se till en utredning: den som genomför den arbetar inte längre här"
    assert letter.body.count(line) == 2
    assert cast.special_educator.name not in letter.body


def test_a_head_teacher_who_may_not_know_of_it_reads_of_no_investigation(session: Session, cast: Cast) -> None:
    hidden = a_referral(session, cast)
    begin(session, hidden, cast, SUPPORT, cast.special_educator.id)
    kept_out = {"account_id": cast.head_teacher.id, "standing": Standing.SHUT_OUT, "since": clock.now()}
    session.add(Membership(referral=hidden, **kept_out))
    session.flush()
    session.refresh(hidden)
    taken_back = a_referral(session, cast)
    begin(session, taken_back, cast, SUPPORT, cast.special_educator.id)
    taken_back.stage, taken_back.status = WITHDRAWN.stage, WITHDRAWN.status
    assert under_way(session, cast.head_teacher) == []
