"""Reports of degrading treatment on their way from staff to organiser, and the investigations of them."""

import uuid
from dataclasses import replace
from datetime import date, timedelta

import pytest
import time_machine
from sqlalchemy.orm import Session

from referrals import documents, notifications
from referrals.access import Actor, View, may_view
from referrals.documents import Paper
from referrals.errors import Incomplete, NotAllowed, WrongStage
from referrals.models import DegradingReport, Referral
from referrals.papers import paper_sources
from referrals.stages import CLOSED, IN_TRIAGE, WITHDRAWN, Verb
from referrals.statutory import degrading_treatment
from referrals.statutory.degrading_treatment import Reported, Result
from referrals.vocabulary import DegradingKind, DegradingOutcome, DocumentKind, SchoolForm
from schemas.documents.writing import paper_html
from tests.factories import a_guardian, a_member, a_referral
from tests.people import Cast

pytestmark = pytest.mark.usefixtures("wednesday")

#: the day on which `wednesday` stands still
TODAY = date(2026, 9, 16)
REPORTED = Reported(DegradingKind.DEGRADING, " De kallar mig mullvad. ", " Varje rast. ", " Vi bytte plats. ")
RESULT = Result(" Tre elever bekräftar. ", " Hon vill ha lugn. ", " Rastvärd. ", DegradingOutcome.OCCURRED)


def report(session: Session, referral: Referral, by: Actor, said: Reported = REPORTED) -> DegradingReport:
    return degrading_treatment.report_treatment(session, referral, by=by, seen=referral.version, report=said)


def receive(session: Session, reported: DegradingReport, by: Actor) -> DegradingReport:
    return degrading_treatment.receive_report(session, reported.referral, by=by, seen=None, report_id=reported.id)


def pass_on(session: Session, reported: DegradingReport, by: Actor, **values: object) -> DegradingReport:
    given = {"passed_on_to": " Förvaltningen ", "passed_on_on": TODAY} | values
    return degrading_treatment.pass_on_report(
        session, reported.referral, by=by, seen=None, report_id=reported.id, **given
    )  # type: ignore[arg-type]


def begin(session: Session, reported: DegradingReport, by: Actor, who: uuid.UUID | None) -> DegradingReport:
    return degrading_treatment.begin_investigation(
        session, reported.referral, by=by, seen=None, report_id=reported.id, carried_out_by=who
    )


def conclude(session: Session, reported: DegradingReport, by: Actor, result: Result = RESULT) -> DegradingReport:
    return degrading_treatment.conclude_investigation(
        session, reported.referral, by=by, seen=None, report_id=reported.id, result=result
    )


@pytest.mark.parametrize("form", list(SchoolForm))
@pytest.mark.parametrize("state", [IN_TRIAGE, CLOSED])
def test_a_report_goes_from_staff_to_head_teacher_to_organiser_and_is_investigated_in_every_school_form(
    session: Session, cast: Cast, form: SchoolForm, state: object, wednesday: time_machine.Traveller
) -> None:
    cast.school.school_form = form
    referral, head = a_referral(session, cast, state), cast.head_teacher.actor()  # type: ignore[arg-type]
    a_member(session, referral, cast.teacher)
    reported = report(session, referral, cast.teacher.actor())
    assert (reported.happened, reported.circumstances, reported.done_at_once, reported.received_id) == (
        "De kallar mig mullvad.", "Varje rast.", "Vi bytte plats.", None,
    )  # fmt: skip
    wednesday.shift(timedelta(hours=3))
    receive(session, reported, head)
    wednesday.shift(timedelta(days=1))
    pass_on(session, reported, head, passed_on_on=TODAY + timedelta(days=1))
    wednesday.shift(timedelta(days=1))
    begin(session, reported, head, cast.counsellor.id)
    wednesday.shift(timedelta(days=6))
    done = conclude(session, reported, cast.coordinator.actor())
    steps = [done.history, done.received, done.passed_on, done.begun, done.concluded]
    assert [(row.by_id, row.at - reported.history.at) for row in steps if row] == [
        (cast.teacher.id, timedelta()), (cast.head_teacher.id, timedelta(hours=3)),
        (cast.head_teacher.id, timedelta(days=1, hours=3)), (cast.head_teacher.id, timedelta(days=2, hours=3)),
        (cast.coordinator.id, timedelta(days=8, hours=3)),
    ]  # fmt: skip
    assert (done.passed_on_to, done.passed_on_on, done.carried_out_by) == (
        "Förvaltningen", date(2026, 9, 17), cast.counsellor,
    )  # fmt: skip
    assert (done.findings, done.views, done.measures, done.outcome) == (
        "Tre elever bekräftar.", "Hon vill ha lugn.", "Rastvärd.", DegradingOutcome.OCCURRED,
    )  # fmt: skip
    assert referral.state == state


def test_what_the_head_teacher_reports_has_reached_them_and_passing_on_is_a_receipt(
    session: Session, cast: Cast
) -> None:
    referral, head = a_referral(session, cast), cast.head_teacher.actor()
    own = report(session, referral, head, replace(REPORTED, done_at_once=" "))
    assert (own.received_id, own.done_at_once) == (own.history_id, None)
    version = referral.version
    assert receive(session, own, head) is own
    assert referral.version == version
    other = pass_on(session, report(session, referral, cast.coordinator.actor()), head)
    assert other.received_id == other.passed_on_id is not None
    assert degrading_treatment.reports_of(session, referral) == [other, own]


@pytest.mark.parametrize("missing", ["kind", "happened", "circumstances"])
def test_a_report_says_what_happened_when_and_where(session: Session, cast: Cast, missing: str) -> None:
    referral = a_referral(session, cast)
    nothing = None if missing == "kind" else " "
    with pytest.raises(Incomplete) as refused:
        report(session, referral, cast.coordinator.actor(), replace(REPORTED, **{missing: nothing}))  # type: ignore[arg-type]
    assert refused.value.missing == (missing,)
    assert degrading_treatment.reports_of(session, referral) == []


@pytest.mark.parametrize(
    ("change", "missing"),
    [
        ({"passed_on_to": " "}, "passed_on_to"),
        ({"passed_on_on": None}, "passed_on_on"),
        ({"passed_on_on": TODAY - timedelta(days=1)}, "passed_on_on"),
        ({"passed_on_on": TODAY + timedelta(days=1)}, "passed_on_on"),
    ],
)
def test_it_goes_on_to_somebody_on_a_day_that_can_be(
    session: Session, cast: Cast, change: dict[str, object], missing: str
) -> None:
    reported = report(session, a_referral(session, cast), cast.coordinator.actor())
    with pytest.raises(Incomplete) as refused:
        pass_on(session, reported, cast.head_teacher.actor(), **change)
    assert refused.value.missing == (missing,)
    assert reported.passed_on_id is None


@pytest.mark.parametrize("missing", ["findings", "views", "measures", "outcome"])
def test_a_result_lacks_nothing(session: Session, cast: Cast, missing: str) -> None:
    head = cast.head_teacher.actor()
    reported = begin(
        session, pass_on(session, report(session, a_referral(session, cast), head), head), head, cast.counsellor.id
    )
    nothing = None if missing == "outcome" else " "
    with pytest.raises(Incomplete) as refused:
        conclude(session, reported, head, replace(RESULT, **{missing: nothing}))  # type: ignore[arg-type]
    assert refused.value.missing == (missing,)


def test_no_step_is_taken_before_the_one_it_follows_and_none_twice(session: Session, cast: Cast) -> None:
    referral, head = a_referral(session, cast), cast.head_teacher.actor()
    reported = report(session, referral, cast.coordinator.actor())
    with pytest.raises(NotAllowed):
        begin(session, reported, head, cast.counsellor.id)
    pass_on(session, reported, head)
    with pytest.raises(NotAllowed):
        conclude(session, reported, head)
    for nobody in (None, uuid.uuid4(), cast.outsider.id, cast.social_worker.id):
        with pytest.raises(Incomplete):
            begin(session, reported, head, nobody)
    begin(session, reported, head, cast.counsellor.id)
    conclude(session, reported, head)
    version = referral.version
    assert pass_on(session, reported, head, passed_on_to="Någon annan").passed_on_to == "Förvaltningen"
    assert begin(session, reported, head, cast.teacher.id).carried_out_by_id == cast.counsellor.id
    assert conclude(session, reported, head, replace(RESULT, outcome=DegradingOutcome.NOT_SHOWN)).outcome == "occurred"
    assert referral.version == version


def test_who_contributes_reads_their_own_and_only_the_head_teacher_carries_it_on(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast)
    for account in (cast.teacher, cast.counsellor, cast.school_nurse, cast.social_worker):
        a_member(session, referral, account)
    own = report(session, referral, cast.teacher.actor())
    other = report(session, referral, cast.counsellor.actor())
    assert degrading_treatment.reports_for(session, referral, cast.teacher.actor()) == [own]
    assert degrading_treatment.reports_for(session, referral, cast.coordinator.actor()) == [other, own]
    guardian = Actor(guardian_of=referral.id, guardian_id=a_guardian(session, referral).id)
    for by in (cast.social_worker.actor(), cast.outsider.actor(), Actor(reported=referral.id), guardian):
        assert not may_view(View.OWN_DEGRADING_REPORTS, by, referral.facts())
        with pytest.raises(NotAllowed):
            report(session, referral, by)
    for by in (cast.coordinator.actor(), cast.teacher.actor()):
        for deed in (receive, pass_on):
            with pytest.raises(NotAllowed):
                deed(session, own, by)
        with pytest.raises(NotAllowed):
            begin(session, own, by, cast.counsellor.id)
    with pytest.raises(NotAllowed):
        conclude(session, own, cast.teacher.actor())
    head = {"by": cast.head_teacher.actor(), "seen": None}
    with pytest.raises(NotAllowed):
        degrading_treatment.receive_report(session, a_referral(session, cast), **head, report_id=own.id)
    with pytest.raises(NotAllowed):
        degrading_treatment.receive_report(session, referral, **head, report_id=uuid.uuid4())


def test_denmark_has_none_and_a_withdrawn_concern_gets_none(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast, rulepack="dk-2026-07")
    with pytest.raises(NotAllowed):
        report(session, referral, cast.head_teacher.actor())
    with pytest.raises(WrongStage):
        report(session, a_referral(session, cast, WITHDRAWN), cast.head_teacher.actor())


def test_the_report_is_a_paper_at_once_the_head_teacher_is_told_and_the_result_names_every_step(
    session: Session, cast: Cast, wednesday: time_machine.Traveller
) -> None:
    referral, head = a_referral(session, cast), cast.head_teacher.actor()
    reported = report(session, referral, cast.coordinator.actor())
    mail = notifications.write(session, reported.history)
    assert [(one.kind, one.address) for one in mail] == [("support_reported", cast.head_teacher.email)]
    wednesday.shift(timedelta(hours=1))
    later = report(session, referral, head, replace(REPORTED, happened="De gömmer hennes jacka."))
    wednesday.shift(timedelta(hours=1))
    for one in (reported, later):
        begin(session, pass_on(session, one, head), head, cast.counsellor.id)
    wednesday.shift(timedelta(hours=1))
    conclude(session, reported, head)
    session.expire_all()
    expected = (
        (reported.history, DocumentKind.DEGRADING_REPORT, ("De kallar mig mullvad.", "Vi bytte plats.")),
        (later.history, DocumentKind.DEGRADING_REPORT, ("De gömmer hennes jacka.",)),
        (reported.concluded, DocumentKind.DEGRADING_INVESTIGATION, ("De kallar mig mullvad.", "Rastvärd.", "Förvaltningen")),
    )  # fmt: skip
    for row, kind, words in expected:
        assert row is not None
        (paper,) = documents.papers_after(session, row)
        assert paper == Paper(kind, "file", "sv")
        text = paper_html(paper_sources.gather(session, referral, paper, after=row))
        for word in words:
            assert word in text
    assert [row.verb for row in referral.history[-2:]] == [
        Verb.BEGIN_DEGRADING_INVESTIGATION, Verb.CONCLUDE_DEGRADING_INVESTIGATION,
    ]  # fmt: skip
