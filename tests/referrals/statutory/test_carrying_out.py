"""Whoever is named to carry out an investigation is let in to exactly that, from then until it has its result."""

import uuid
from datetime import date

import pytest
from sqlalchemy.orm import Session

from referrals import history, queries
from referrals.access import View, may_view, parties_for
from referrals.errors import Incomplete, NotAllowed
from referrals.models import AbsenceInvestigation, Account, DegradingReport, Referral, SupportInvestigation
from referrals.reminders import waiting
from referrals.stages import WITHDRAWN, Party, Verb
from referrals.statutory import absence_investigation, carrying_out, degrading_treatment, special_support
from referrals.vocabulary import (
    AbsenceKind,
    AbsencePattern,
    DegradingKind,
    DegradingOutcome,
    HealthTeamAsked,
    SupportGround,
    SupportNeed,
    SupportToo,
)
from tests.factories import a_member, a_referral, protected
from tests.people import Cast

pytestmark = pytest.mark.usefixtures("wednesday")

TODAY = date(2026, 9, 16)
Investigation = SupportInvestigation | AbsenceInvestigation | DegradingReport
RESULTS = {
    Verb.CONCLUDE_SUPPORT_INVESTIGATION: View.OWN_SUPPORT_REPORTS,
    Verb.CONCLUDE_ABSENCE_INVESTIGATION: View.OWN_ABSENCE_INVESTIGATION,
    Verb.CONCLUDE_DEGRADING_INVESTIGATION: View.OWN_DEGRADING_REPORTS,
}


def begin(session: Session, referral: Referral, cast: Cast, verb: Verb, who: uuid.UUID) -> Investigation:
    head = {"by": cast.head_teacher.actor(), "seen": None}
    if verb is Verb.CONCLUDE_SUPPORT_INVESTIGATION:
        return special_support.begin_investigation(session, referral, **head, carried_out_by=who)
    if verb is Verb.CONCLUDE_ABSENCE_INVESTIGATION:
        beginning = absence_investigation.Beginning(AbsencePattern.LONGER, AbsenceKind.VALID, "Tre veckor.", who, TODAY)
        return absence_investigation.begin_investigation(session, referral, **head, beginning=beginning)
    reported = degrading_treatment.Reported(DegradingKind.DEGRADING, "De kallar mig mullvad.", "På rasten.")
    report = degrading_treatment.report_treatment(session, referral, **head, report=reported)
    about = {**head, "report_id": report.id}
    degrading_treatment.pass_on_report(session, referral, **about, passed_on_to="Förvaltningen", passed_on_on=TODAY)
    return degrading_treatment.begin_investigation(session, referral, **about, carried_out_by=who)


def conclude(session: Session, begun: Investigation, by: object) -> Investigation:
    doing = {"by": by, "seen": None}
    if isinstance(begun, SupportInvestigation):
        result = special_support.Result(HealthTeamAsked.CONSULTED, "", "A.", "B.", "C.", SupportNeed.NEEDED)
        return special_support.conclude_investigation(
            session, begun.referral, **doing, investigation_id=begun.id, result=result
        )  # type: ignore[arg-type]
    if isinstance(begun, AbsenceInvestigation):
        findings = absence_investigation.Findings("A.", "B.", "C.", "D.", "E.", SupportToo.NO)
        return absence_investigation.conclude_investigation(
            session, begun.referral, **doing, investigation_id=begun.id, findings=findings
        )  # type: ignore[arg-type]
    told = degrading_treatment.Result("A.", "B.", "C.", DegradingOutcome.OCCURRED)
    return degrading_treatment.conclude_investigation(session, begun.referral, **doing, report_id=begun.id, result=told)  # type: ignore[arg-type]


@pytest.mark.parametrize("verb", RESULTS)
def test_who_is_named_sees_the_child_and_that_investigation_and_nothing_once_it_has_its_result(
    session: Session, cast: Cast, verb: Verb
) -> None:
    referral, petra = a_referral(session, cast), cast.special_educator.actor()
    assert {view for view in View if may_view(view, petra, referral.facts())} == set()
    begun = begin(session, referral, cast, verb, cast.special_educator.id)
    facts = referral.facts()
    assert {view for view in View if may_view(view, petra, facts)} == {View.OWN_ACTION, View.CHILD, RESULTS[verb]}
    assert {one for one in Verb if parties_for(one, petra, facts)} == {verb}
    assert {view for view in View if may_view(view, cast.counsellor.actor(), facts)} == set()
    done = conclude(session, begun, petra)
    assert done.concluded is not None
    assert (done.concluded.by_id, done.concluded.by_party) == (cast.special_educator.id, Party.INVESTIGATOR)
    assert {view for view in View if may_view(view, petra, referral.facts())} == set()
    with pytest.raises(NotAllowed):
        history.guard(session, referral, verb, by=petra, seen=None)


@pytest.mark.parametrize("verb", RESULTS)
def test_a_member_who_is_named_for_one_records_no_result_of_another(session: Session, cast: Cast, verb: Verb) -> None:
    referral = a_referral(session, cast)
    a_member(session, referral, cast.teacher)
    for each in RESULTS:
        begin(session, referral, cast, each, cast.teacher.id if each is verb else cast.special_educator.id)
    running: list[Investigation] = [
        *special_support.investigations_of(session, referral),
        *absence_investigation.investigations_of(session, referral),
        *degrading_treatment.reports_of(session, referral),
    ]
    others = [one for one in running if one.carried_out_by_id != cast.teacher.id]
    assert len(others) == 2
    for one in others:
        with pytest.raises(NotAllowed):
            conclude(session, one, cast.teacher.actor())
    for one in set(running) - set(others):
        conclude(session, one, cast.teacher.actor())


def test_who_investigates_reads_the_reports_that_it_answers_and_no_others(session: Session, cast: Cast) -> None:
    referral, petra = a_referral(session, cast), cast.special_educator.actor()
    said = {"by": cast.coordinator.actor(), "seen": None}
    reported = special_support.Reported(SupportGround.GOALS_AT_RISK, "Hon missar bråk.", "Kortare uppgifter.")
    earlier = special_support.report_need(session, referral, **said, report=reported)
    conclude(session, begin(session, referral, cast, Verb.CONCLUDE_SUPPORT_INVESTIGATION, cast.teacher.id), said["by"])
    answered = special_support.report_need(session, referral, **said, report=reported)
    begun = begin(session, referral, cast, Verb.CONCLUDE_SUPPORT_INVESTIGATION, cast.special_educator.id)
    assert special_support.reports_for(session, referral, petra) == [answered]
    assert special_support.investigations_for(session, referral, petra) == [begun]
    assert earlier in special_support.reports_for(session, referral, cast.head_teacher.actor())
    treated = degrading_treatment.Reported(DegradingKind.DEGRADING, "De kallar mig mullvad.", "På rasten.")
    degrading_treatment.report_treatment(session, referral, **said, report=treated)
    assert degrading_treatment.reports_for(session, referral, petra) == []
    theirs = begin(session, referral, cast, Verb.CONCLUDE_DEGRADING_INVESTIGATION, cast.special_educator.id)
    assert degrading_treatment.reports_for(session, referral, petra) == [theirs]
    begin(session, referral, cast, Verb.CONCLUDE_ABSENCE_INVESTIGATION, cast.teacher.id)
    assert absence_investigation.investigations_for(session, referral, petra) == []


def test_a_protected_identity_a_concern_taken_back_and_somebody_shut_out_stay_closed(
    session: Session, cast: Cast
) -> None:
    petra = cast.special_educator.actor()
    hidden = a_referral(session, cast)
    begin(session, hidden, cast, Verb.CONCLUDE_ABSENCE_INVESTIGATION, cast.special_educator.id)
    protected(session, hidden, by=cast.head_teacher)
    taken_back = a_referral(session, cast)
    begin(session, taken_back, cast, Verb.CONCLUDE_ABSENCE_INVESTIGATION, cast.special_educator.id)
    taken_back.stage, taken_back.status = WITHDRAWN.stage, WITHDRAWN.status
    for referral in (hidden, taken_back):
        assert {view for view in View if may_view(view, petra, referral.facts())} == set()


GIVE_ON = dict(
    zip(
        RESULTS,
        (
            Verb.GIVE_ON_SUPPORT_INVESTIGATION,
            Verb.GIVE_ON_ABSENCE_INVESTIGATION,
            Verb.GIVE_ON_DEGRADING_INVESTIGATION,
        ),
        strict=True,
    )
)


def to_record(session: Session, account: Account) -> list[Verb]:
    """The results that the morning mail and the start page ask of `account`."""
    return [one.verb for one in waiting.everything_for(session, account.actor(), today=TODAY)]


@pytest.mark.parametrize("verb", RESULTS)
def test_given_to_somebody_else_the_earlier_ones_access_ends_theirs_begins_and_the_history_names_both(
    session: Session, cast: Cast, verb: Verb
) -> None:
    referral, petra, kim = a_referral(session, cast), cast.special_educator, cast.counsellor
    begun = begin(session, referral, cast, verb, petra.id)
    petra.is_active = False
    giving = {"by": cast.head_teacher.actor(), "seen": None, "investigation_id": begun.id, "carried_on_by": kim.id}
    for _again in range(2):
        assert carrying_out.give_on(session, referral, GIVE_ON[verb], **giving) is kim
    row, *earlier = queries.timeline(session, referral, cast.head_teacher.actor())
    assert (row.verb, row.by_id, row.reason) == (GIVE_ON[verb], cast.head_teacher.id, f"{petra.name} → {kim.name}")
    assert GIVE_ON[verb] not in {one.verb for one in earlier}
    petra.is_active = True
    assert {view for view in View if may_view(view, petra.actor(), referral.facts())} == set()
    assert {one for one in Verb if parties_for(one, kim.actor(), referral.facts())} == {verb}
    assert (to_record(session, petra), to_record(session, kim)) == ([], [verb])
    with pytest.raises(NotAllowed):
        conclude(session, begun, petra.actor())
    assert conclude(session, begun, kim.actor()).concluded_id is not None
    with pytest.raises(NotAllowed):
        carrying_out.give_on(session, referral, GIVE_ON[verb], **giving | {"carried_on_by": petra.id})


@pytest.mark.parametrize("verb", RESULTS)
def test_it_is_given_on_by_the_head_teacher_within_the_school_and_of_this_referral_only(
    session: Session, cast: Cast, verb: Verb
) -> None:
    referral, petra = a_referral(session, cast), cast.special_educator
    begun = begin(session, referral, cast, verb, petra.id)
    giving = {"by": cast.head_teacher.actor(), "seen": None, "investigation_id": begun.id, "carried_on_by": petra.id}
    for nobody in (None, uuid.uuid4(), cast.outsider.id):
        with pytest.raises(Incomplete) as refused:
            carrying_out.give_on(session, referral, GIVE_ON[verb], **giving | {"carried_on_by": nobody})
        assert refused.value.missing == ("carried_on_by",)
    for other in ({"by": cast.coordinator.actor()}, {"by": petra.actor()}, {"investigation_id": uuid.uuid4()}):
        with pytest.raises(NotAllowed):
            carrying_out.give_on(session, referral, GIVE_ON[verb], **giving | other)
    with pytest.raises(NotAllowed):
        carrying_out.give_on(session, a_referral(session, cast), GIVE_ON[verb], **giving)
    assert begun.carried_out_by is petra


def test_what_nobody_investigates_yet_is_given_to_nobody(session: Session, cast: Cast) -> None:
    referral, head = a_referral(session, cast), {"by": cast.head_teacher.actor(), "seen": None}
    reported = degrading_treatment.Reported(DegradingKind.DEGRADING, "De kallar mig mullvad.", "På rasten.")
    report = degrading_treatment.report_treatment(session, referral, **head, report=reported)
    giving = {**head, "investigation_id": report.id, "carried_on_by": cast.counsellor.id}
    with pytest.raises(NotAllowed):
        carrying_out.give_on(session, referral, Verb.GIVE_ON_DEGRADING_INVESTIGATION, **giving)
    assert report.carried_out_by_id is None
