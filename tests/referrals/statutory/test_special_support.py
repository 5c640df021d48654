"""Reports of special support and the investigations that answer them: beside the referral, and moving nothing in it."""

import uuid
from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy.orm import Session

from referrals import documents, notifications
from referrals.access import Actor, View, may_view
from referrals.documents import Paper
from referrals.errors import AlreadyMoved, Incomplete, NotAllowed, WrongStage
from referrals.models import Referral, SupportInvestigation, SupportReport
from referrals.papers import paper_sources
from referrals.stages import CLOSED, IN_TRIAGE, PLAN_ACTIVE, WITHDRAWN, Verb
from referrals.statutory import special_support
from referrals.statutory.special_support import Reported, Result
from referrals.vocabulary import DocumentKind, HealthTeamAsked, SchoolForm, SupportGround, SupportNeed
from schemas.documents.writing import paper_html
from tests.factories import a_guardian, a_member, a_referral
from tests.people import Cast

pytestmark = pytest.mark.usefixtures("wednesday")

REPORTED = Reported(SupportGround.GOALS_AT_RISK, " Hon missar bråk. ", " Kortare uppgifter, det räcker inte. ")
RESULT = Result(
    HealthTeamAsked.CONSULTED, "", " Hon förstår muntligt. ", " Hon vill ha lugn. ", " Hon behöver stöd i matematik. ",
    SupportNeed.NEEDED,
)  # fmt: skip


def report(session: Session, referral: Referral, by: Actor, said: Reported = REPORTED) -> SupportReport:
    return special_support.report_need(session, referral, by=by, seen=referral.version, report=said)


def begin(session: Session, referral: Referral, cast: Cast, **values: object) -> SupportInvestigation:
    given = {"by": cast.head_teacher.actor(), "seen": None, "carried_out_by": cast.special_educator.id} | values
    return special_support.begin_investigation(session, referral, **given)  # type: ignore[arg-type]


def conclude(
    session: Session, investigation: SupportInvestigation, by: Actor, result: Result = RESULT
) -> SupportInvestigation:
    return special_support.conclude_investigation(
        session, investigation.referral, by=by, seen=None, investigation_id=investigation.id, result=result
    )


@pytest.mark.parametrize("state", [IN_TRIAGE, PLAN_ACTIVE, CLOSED])
def test_a_report_is_answered_by_an_investigation_and_the_referral_stands_where_it_stood(
    session: Session, cast: Cast, state: object, wednesday: time_machine.Traveller
) -> None:
    referral = a_referral(session, cast, state)  # type: ignore[arg-type]
    a_member(session, referral, cast.teacher)
    reported = report(session, referral, cast.teacher.actor())
    assert (reported.observed, reported.tried) == ("Hon missar bråk.", "Kortare uppgifter, det räcker inte.")
    assert reported.investigation is None
    wednesday.shift(timedelta(days=2))
    begun = begin(session, referral, cast)
    assert (reported.investigation, begun.carried_out_by) == (begun, cast.special_educator)
    wednesday.shift(timedelta(days=9))
    done = conclude(session, begun, cast.coordinator.actor())
    assert (done.findings, done.views, done.judgement, done.why_not_asked) == (
        "Hon förstår muntligt.", "Hon vill ha lugn.", "Hon behöver stöd i matematik.", None,
    )  # fmt: skip
    assert done.concluded is not None
    assert (done.concluded.at - reported.history.at, done.concluded.at - done.begun.at) == (
        timedelta(days=11), timedelta(days=9),
    )  # fmt: skip
    assert referral.state == state
    assert special_support.running_investigation(session, referral) is None


@pytest.mark.parametrize(
    ("change", "missing"),
    [({"ground": None}, "ground"), ({"observed": "  "}, "observed"), ({"tried": ""}, "tried")],
)
def test_a_report_says_why_what_was_seen_and_what_was_tried(
    session: Session, cast: Cast, change: dict[str, str], missing: str
) -> None:
    referral = a_referral(session, cast)
    with pytest.raises(Incomplete) as refused:
        report(session, referral, cast.coordinator.actor(), replace(REPORTED, **change))  # type: ignore[arg-type]
    assert refused.value.missing == (missing,)
    assert special_support.reports_of(session, referral) == []


@pytest.mark.parametrize(
    ("change", "missing"),
    [
        ({"health_team": None}, "health_team"),
        ({"health_team": HealthTeamAsked.UNNECESSARY, "why_not_asked": " "}, "why_not_asked"),
        ({"findings": " "}, "findings"),
        ({"views": ""}, "views"),
        ({"judgement": ""}, "judgement"),
        ({"need": None}, "need"),
    ],
)
def test_a_result_lacks_nothing(session: Session, cast: Cast, change: dict[str, object], missing: str) -> None:
    begun = begin(session, a_referral(session, cast), cast)
    with pytest.raises(Incomplete) as refused:
        conclude(session, begun, cast.head_teacher.actor(), replace(RESULT, **change))  # type: ignore[arg-type]
    assert refused.value.missing == (missing,)
    assert begun.concluded_id is None


def test_why_the_student_health_team_was_not_asked_is_kept(session: Session, cast: Cast) -> None:
    begun = begin(session, a_referral(session, cast), cast)
    result = replace(RESULT, health_team=HealthTeamAsked.UNNECESSARY, why_not_asked=" Den utredde själv. ")
    assert conclude(session, begun, cast.head_teacher.actor(), result).why_not_asked == "Den utredde själv."


def test_one_investigation_runs_at_a_time_and_answers_every_report(session: Session, cast: Cast) -> None:
    referral, coordinator = a_referral(session, cast), cast.coordinator.actor()
    first, second = (report(session, referral, coordinator) for _ in range(2))
    begun = begin(session, referral, cast)
    version = referral.version
    assert begin(session, referral, cast) is begun
    assert referral.version == version
    third = report(session, referral, coordinator)
    assert {one.investigation for one in (first, second, third)} == {begun}
    conclude(session, begun, coordinator)
    version = referral.version
    conclude(session, begun, coordinator, replace(RESULT, need=SupportNeed.NOT_NEEDED))
    assert (begun.need, referral.version) == (SupportNeed.NEEDED, version)
    fourth = report(session, referral, coordinator)
    assert fourth.investigation is None
    again = begin(session, referral, cast)
    assert fourth.investigation is again
    assert special_support.investigations_of(session, referral) == [again, begun]
    assert special_support.reports_of(session, referral) == [fourth, third, second, first]


def test_only_the_head_teacher_begins_and_only_the_schools_own_carry_out(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast)
    for by in (cast.coordinator, cast.outsider, cast.administrator):
        with pytest.raises(NotAllowed):
            begin(session, referral, cast, by=by.actor())
    for nobody in (None, uuid.uuid4(), cast.outsider.id, cast.social_worker.id):
        with pytest.raises(Incomplete):
            begin(session, referral, cast, carried_out_by=nobody)
    assert special_support.investigations_of(session, referral) == []


def test_who_contributes_reports_and_reads_their_own_and_nobody_outside_the_school_any(
    session: Session, cast: Cast
) -> None:
    referral = a_referral(session, cast)
    for account in (cast.teacher, cast.counsellor, cast.school_nurse, cast.social_worker):
        a_member(session, referral, account)
    own = report(session, referral, cast.teacher.actor())
    other = report(session, referral, cast.counsellor.actor())
    assert special_support.reports_for(session, referral, cast.teacher.actor()) == [own]
    assert special_support.reports_for(session, referral, cast.coordinator.actor()) == [other, own]
    assert not may_view(View.SPECIAL_SUPPORT, cast.teacher.actor(), referral.facts())
    guardian = Actor(guardian_of=referral.id, guardian_id=a_guardian(session, referral).id)
    others = (cast.social_worker.actor(), cast.outsider.actor(), Actor(reported=referral.id), guardian)
    for by in others:
        assert not may_view(View.OWN_SUPPORT_REPORTS, by, referral.facts())
        with pytest.raises(NotAllowed):
            report(session, referral, by)
    begun = begin(session, referral, cast)
    with pytest.raises(NotAllowed):
        conclude(session, begun, cast.teacher.actor())
    with pytest.raises(NotAllowed):
        special_support.conclude_investigation(
            session, a_referral(session, cast), by=cast.head_teacher.actor(), seen=None, investigation_id=begun.id,
            result=RESULT,
        )  # fmt: skip
    with pytest.raises(NotAllowed):
        special_support.conclude_investigation(
            session, referral, by=cast.head_teacher.actor(), seen=None, investigation_id=uuid.uuid4(), result=RESULT
        )


@pytest.mark.parametrize(
    ("form", "pack"),
    [
        (SchoolForm.PRESCHOOL, "se-2026-07"), (SchoolForm.LEISURE, "se-2026-07"), (SchoolForm.COMPULSORY, "dk-2026-07"),
    ],
)  # fmt: skip
def test_where_the_law_knows_none_there_is_none(session: Session, cast: Cast, form: SchoolForm, pack: str) -> None:
    cast.school.school_form = form
    referral = a_referral(session, cast, rulepack=pack)
    for by in (cast.coordinator, cast.head_teacher):
        assert not may_view(View.OWN_SUPPORT_REPORTS, by.actor(), referral.facts())
        with pytest.raises(NotAllowed):
            report(session, referral, by.actor())
    with pytest.raises(NotAllowed):
        begin(session, referral, cast)


def test_a_withdrawn_concern_gets_no_report_and_one_sent_twice_is_there_once(session: Session, cast: Cast) -> None:
    with pytest.raises(WrongStage):
        report(session, a_referral(session, cast, WITHDRAWN), cast.coordinator.actor())
    referral = a_referral(session, cast)
    seen = referral.version
    report(session, referral, cast.coordinator.actor())
    with pytest.raises(AlreadyMoved):
        special_support.report_need(session, referral, by=cast.coordinator.actor(), seen=seen, report=REPORTED)
    assert len(special_support.reports_of(session, referral)) == 1


def test_each_report_and_each_result_is_a_paper_of_its_own_and_the_head_teacher_is_told_of_reports(
    session: Session, cast: Cast, wednesday: time_machine.Traveller
) -> None:
    referral = a_referral(session, cast)
    first = report(session, referral, cast.coordinator.actor())
    wednesday.shift(timedelta(hours=1))
    second = report(session, referral, cast.coordinator.actor(), replace(REPORTED, observed="Hon läser inte."))
    mail = notifications.write(session, second.history)
    assert [(one.kind, one.address) for one in mail] == [("support_reported", cast.head_teacher.email)]
    begun = begin(session, referral, cast)
    assert documents.papers_after(session, begun.begun) == []
    wednesday.shift(timedelta(hours=1))
    conclude(session, begun, cast.head_teacher.actor())
    session.expire_all()
    expected = {
        first.history: (DocumentKind.SUPPORT_REPORT, "Hon missar bråk."),
        second.history: (DocumentKind.SUPPORT_REPORT, "Hon läser inte."),
        begun.concluded: (DocumentKind.SUPPORT_INVESTIGATION, "Hon behöver stöd i matematik."),
    }
    for row, (kind, words) in expected.items():
        assert row is not None
        (paper,) = documents.papers_after(session, row)
        assert paper == Paper(kind, "file", "sv")
        text = paper_html(paper_sources.gather(session, referral, paper, after=row))
        assert words in text
        assert "Mila Testsson" in text
    assert [row.verb for row in referral.history[-4:]] == [
        Verb.REPORT_SUPPORT_NEED, Verb.REPORT_SUPPORT_NEED, Verb.BEGIN_SUPPORT_INVESTIGATION,
        Verb.CONCLUDE_SUPPORT_INVESTIGATION,
    ]  # fmt: skip
