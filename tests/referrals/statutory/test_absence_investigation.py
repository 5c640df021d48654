"""Investigations of absence and their report to the organiser: beside the referral, and moving nothing in it."""

import uuid
from dataclasses import replace
from datetime import date, timedelta

import pytest
import time_machine
from sqlalchemy.orm import Session

from referrals import documents
from referrals.access import Actor, View, may_view
from referrals.documents import Paper
from referrals.errors import AlreadyMoved, Incomplete, NotAllowed, WrongStage
from referrals.models import AbsenceInvestigation, Referral
from referrals.papers import paper_sources
from referrals.stages import CLOSED, IN_TRIAGE, PLAN_ACTIVE, WITHDRAWN, Verb
from referrals.statutory import absence_investigation
from referrals.statutory.absence_investigation import Beginning, Findings
from referrals.vocabulary import AbsenceKind, AbsencePattern, DocumentKind, SchoolForm, SupportToo
from schemas.documents.writing import paper_html
from tests.factories import a_guardian, a_member, a_referral
from tests.people import Cast

pytestmark = pytest.mark.usefixtures("wednesday")

#: the day on which `wednesday` stands still
TODAY = date(2026, 9, 16)
BEGINNING = Beginning(AbsencePattern.REPEATED, AbsenceKind.BOTH, " Nio dagar i september. ", None, TODAY)
FINDINGS = Findings(
    " Rasterna är otrygga. ",
    " Magen gör ont. ",
    " Mor följer gärna. ",
    " Mjukstart. ",
    " En vuxen möter. ",
    SupportToo.YES,
)


def begin(session: Session, referral: Referral, cast: Cast, **values: object) -> AbsenceInvestigation:
    by = values.pop("by", cast.head_teacher.actor())
    beginning = replace(BEGINNING, **{"carried_out_by": cast.special_educator.id} | values)  # type: ignore[arg-type]
    return absence_investigation.begin_investigation(session, referral, by=by, seen=None, beginning=beginning)  # type: ignore[arg-type]


def report(session: Session, begun: AbsenceInvestigation, by: Actor, **values: object) -> AbsenceInvestigation:
    given = {"reported_to": " Bildningsförvaltningen ", "reported_on": TODAY} | values
    return absence_investigation.report_absence(
        session, begun.referral, by=by, seen=None, investigation_id=begun.id, **given
    )  # type: ignore[arg-type]


def conclude(
    session: Session, begun: AbsenceInvestigation, by: Actor, findings: Findings = FINDINGS
) -> AbsenceInvestigation:
    return absence_investigation.conclude_investigation(
        session, begun.referral, by=by, seen=None, investigation_id=begun.id, findings=findings
    )


@pytest.mark.parametrize("state", [IN_TRIAGE, PLAN_ACTIVE, CLOSED])
def test_absence_is_investigated_reported_to_the_organiser_and_gets_its_result_beside_the_referral(
    session: Session, cast: Cast, state: object, wednesday: time_machine.Traveller
) -> None:
    referral = a_referral(session, cast, state)  # type: ignore[arg-type]
    begun = begin(session, referral, cast)
    assert (begun.known, begun.carried_out_by, begun.guardians_told_on) == (
        "Nio dagar i september.", cast.special_educator, TODAY,
    )  # fmt: skip
    assert absence_investigation.running_investigation(session, referral) is begun
    wednesday.shift(timedelta(days=1))
    reported = report(session, begun, cast.coordinator.actor(), reported_on=TODAY + timedelta(days=1))
    assert (reported.reported_to, reported.reported_on) == ("Bildningsförvaltningen", date(2026, 9, 17))
    assert reported.reported is not None
    assert reported.reported.by_id == cast.coordinator.id
    wednesday.shift(timedelta(days=9))
    done = conclude(session, begun, cast.head_teacher.actor())
    assert done.concluded is not None
    assert done.concluded.at - done.begun.at == timedelta(days=10)
    assert (done.causes, done.pupils_view, done.guardians_view, done.health_team_view, done.measures, done.support_too) == (
        "Rasterna är otrygga.", "Magen gör ont.", "Mor följer gärna.", "Mjukstart.", "En vuxen möter.", SupportToo.YES,
    )  # fmt: skip
    assert referral.state == state
    assert absence_investigation.running_investigation(session, referral) is None


@pytest.mark.parametrize(
    ("change", "missing"),
    [
        ({"pattern": None}, "pattern"),
        ({"absence": None}, "absence"),
        ({"known": "  "}, "known"),
        ({"guardians_told_on": None}, "guardians_told_on"),
        ({"guardians_told_on": TODAY + timedelta(days=1)}, "guardians_told_on"),
        ({"carried_out_by": None}, "carried_out_by"),
        ({"carried_out_by": uuid.uuid4()}, "carried_out_by"),
    ],
)
def test_a_beginning_lacks_nothing_and_guardians_are_told_first(
    session: Session, cast: Cast, change: dict[str, object], missing: str
) -> None:
    referral = a_referral(session, cast)
    with pytest.raises(Incomplete) as refused:
        begin(session, referral, cast, **change)
    assert refused.value.missing == (missing,)
    assert absence_investigation.investigations_of(session, referral) == []


def test_of_a_pupil_who_is_of_age_nobody_has_to_be_told(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast)
    referral.child_birth_date = "2008-09-16"
    assert begin(session, referral, cast, guardians_told_on=None).guardians_told_on is None


@pytest.mark.parametrize(
    ("change", "missing"),
    [
        ({"reported_to": " "}, "reported_to"),
        ({"reported_on": None}, "reported_on"),
        ({"reported_on": TODAY - timedelta(days=1)}, "reported_on"),
        ({"reported_on": TODAY + timedelta(days=1)}, "reported_on"),
    ],
)
def test_a_report_says_to_whom_and_on_a_day_that_can_be(
    session: Session, cast: Cast, change: dict[str, object], missing: str
) -> None:
    begun = begin(session, a_referral(session, cast), cast)
    with pytest.raises(Incomplete) as refused:
        report(session, begun, cast.head_teacher.actor(), **change)
    assert refused.value.missing == (missing,)
    assert begun.reported_id is None


@pytest.mark.parametrize(
    "missing", ["causes", "pupils_view", "guardians_view", "health_team_view", "measures", "support_too"]
)
def test_a_result_names_the_three_the_law_wants_heard_and_what_is_done(
    session: Session, cast: Cast, missing: str
) -> None:
    begun = begin(session, a_referral(session, cast), cast)
    nothing = None if missing == "support_too" else " "
    with pytest.raises(Incomplete) as refused:
        conclude(session, begun, cast.head_teacher.actor(), replace(FINDINGS, **{missing: nothing}))  # type: ignore[arg-type]
    assert refused.value.missing == (missing,)
    assert begun.concluded_id is None


def test_one_runs_at_a_time_and_nothing_is_done_twice(session: Session, cast: Cast) -> None:
    referral, head = a_referral(session, cast), cast.head_teacher.actor()
    begun = begin(session, referral, cast)
    report(session, begun, head)
    version = referral.version
    assert begin(session, referral, cast) is begun
    assert report(session, begun, head, reported_to="Någon annan").reported_to == "Bildningsförvaltningen"
    assert referral.version == version
    conclude(session, begun, head)
    version = referral.version
    conclude(session, begun, head, replace(FINDINGS, support_too=SupportToo.NO))
    assert (begun.support_too, referral.version) == (SupportToo.YES, version)
    again = begin(session, referral, cast)
    assert absence_investigation.investigations_of(session, referral) == [again, begun]


def test_only_the_head_teacher_begins_and_nobody_outside_coordination_reads_it(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast)
    for account in (cast.teacher, cast.counsellor, cast.social_worker):
        a_member(session, referral, account)
    begun = begin(session, referral, cast)
    guardian = Actor(guardian_of=referral.id, guardian_id=a_guardian(session, referral).id)
    others = (
        cast.teacher.actor(),
        cast.counsellor.actor(),
        cast.social_worker.actor(),
        cast.outsider.actor(),
        guardian,
    )
    for by in others:
        assert not may_view(View.ABSENCE_INVESTIGATION, by, referral.facts())
        for deed in (report, conclude):
            with pytest.raises(NotAllowed):
                deed(session, begun, by)
    for by in (cast.coordinator.actor(), *others):
        with pytest.raises(NotAllowed):
            begin(session, referral, cast, by=by)
    elsewhere = {"by": cast.head_teacher.actor(), "seen": None, "investigation_id": begun.id}
    with pytest.raises(NotAllowed):
        absence_investigation.report_absence(
            session, a_referral(session, cast), **elsewhere, reported_to="Förvaltningen", reported_on=TODAY
        )
    with pytest.raises(NotAllowed):
        absence_investigation.conclude_investigation(
            session, referral, **elsewhere | {"investigation_id": uuid.uuid4()}, findings=FINDINGS
        )


@pytest.mark.parametrize(
    ("form", "pack"),
    [
        (SchoolForm.PRESCHOOL, "se-2026-07"), (SchoolForm.UPPER_SECONDARY, "se-2026-07"),
        (SchoolForm.LEISURE, "se-2026-07"), (SchoolForm.COMPULSORY, "dk-2026-07"),
    ],
)  # fmt: skip
def test_where_school_is_not_compulsory_in_sweden_there_is_none(
    session: Session, cast: Cast, form: SchoolForm, pack: str
) -> None:
    cast.school.school_form = form
    referral = a_referral(session, cast, rulepack=pack)
    for by in (cast.coordinator, cast.head_teacher):
        assert not may_view(View.ABSENCE_INVESTIGATION, by.actor(), referral.facts())
    with pytest.raises(NotAllowed):
        begin(session, referral, cast)


def test_a_withdrawn_concern_gets_none_and_what_somebody_else_did_meanwhile_is_seen_first(
    session: Session, cast: Cast
) -> None:
    with pytest.raises(WrongStage):
        begin(session, a_referral(session, cast, WITHDRAWN), cast)
    referral = a_referral(session, cast)
    seen, beginning = referral.version, replace(BEGINNING, carried_out_by=cast.special_educator.id)
    conclude(session, begin(session, referral, cast), cast.head_teacher.actor())
    with pytest.raises(AlreadyMoved):
        absence_investigation.begin_investigation(
            session, referral, by=cast.head_teacher.actor(), seen=seen, beginning=beginning
        )
    assert len(absence_investigation.investigations_of(session, referral)) == 1


def test_the_report_to_the_organiser_is_a_paper_at_once_and_says_no_more_than_it_needs(
    session: Session, cast: Cast, wednesday: time_machine.Traveller
) -> None:
    referral, head = a_referral(session, cast), cast.head_teacher.actor()
    begun = begin(session, referral, cast)
    wednesday.shift(timedelta(hours=1))
    report(session, begun, head)
    assert begun.reported is not None
    assert documents.papers_after(session, begun.reported) == []
    wednesday.shift(timedelta(hours=1))
    conclude(session, begun, head)
    session.expire_all()
    says = {}
    for row, kind in (
        (begun.begun, DocumentKind.ABSENCE_NOTICE), (begun.concluded, DocumentKind.ABSENCE_INVESTIGATION),
    ):  # fmt: skip
        assert row is not None
        (paper,) = documents.papers_after(session, row)
        assert paper == Paper(kind, "file", "sv")
        says[kind] = paper_html(paper_sources.gather(session, referral, paper, after=row))
    assert "Mila Testsson" in says[DocumentKind.ABSENCE_NOTICE]
    assert "Nio dagar i september." not in says[DocumentKind.ABSENCE_NOTICE]
    for words in ("Nio dagar i september.", "Rasterna är otrygga.", "Bildningsförvaltningen", "16 september 2026"):
        assert words in says[DocumentKind.ABSENCE_INVESTIGATION]
    assert [row.verb for row in referral.history[-3:]] == [
        Verb.BEGIN_ABSENCE_INVESTIGATION, Verb.REPORT_ABSENCE, Verb.CONCLUDE_ABSENCE_INVESTIGATION,
    ]  # fmt: skip


def test_who_is_named_for_one_records_nothing_about_an_earlier_one(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast)
    earlier = conclude(
        session, begin(session, referral, cast, carried_out_by=cast.counsellor.id), cast.coordinator.actor()
    )
    begin(session, referral, cast)
    with pytest.raises(NotAllowed):
        conclude(session, earlier, cast.special_educator.actor(), replace(FINDINGS, support_too=SupportToo.NO))
    assert earlier.support_too is SupportToo.YES
