"""Educational-psychological assessments of Danish schools: asked for after talking with the family, and received."""

import uuid
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy.orm import Session

from referrals import documents
from referrals.access import Actor, View, may_view, parties_for
from referrals.documents import Paper
from referrals.errors import Incomplete, NotAllowed, WrongStage
from referrals.models import EducationalAssessment, EducationalDecision, EducationalTold, Referral
from referrals.papers import paper_sources
from referrals.reminders import waiting
from referrals.rules import rulebook
from referrals.stages import CLOSED, IN_TRIAGE, WITHDRAWN, State, Verb
from referrals.statutory import carrying_out, educational_assessment, educational_decision, links
from referrals.statutory.educational_assessment import Request, Result
from referrals.statutory.educational_decision import Decided
from referrals.statutory.links import Link
from referrals.statutory.support_programme import appeal_until
from referrals.vocabulary import (
    Country,
    DeadlineSource,
    DecidedBy,
    DocumentKind,
    EducationalNeed,
    EducationalOutcome,
    EducationalWish,
    SchoolForm,
)
from referrals.work.waiting_items import Waiting
from schemas.documents.writing import paper_html
from tests.factories import a_guardian, a_member, a_referral
from tests.people import Cast

pytestmark = pytest.mark.usefixtures("wednesday")

TODAY = date(2026, 9, 16)
REQUEST = Request(
    EducationalWish.FAMILY, TODAY, " Hun går i stå. ", " Lille gruppe. ", " Hun tegner. ", " Hun vil have ro. ", " Hvad hjælper? ", None,
)  # fmt: skip
RESULT = Result(
    TODAY, " Samtale og prøve. ", " Stærk mundtligt. ", " Læser langsomt. ", " Hun er flov. ", " Stort behov. ", " Fire timer. ",
    EducationalNeed.NEEDED,
)  # fmt: skip


def danish(session: Session, cast: Cast, state: State = IN_TRIAGE) -> Referral:
    return a_referral(session, cast, state, rulepack="dk-2026-07")


def ask(session: Session, referral: Referral, cast: Cast, **values: Any) -> EducationalAssessment:
    by = values.pop("by", cast.head_teacher.actor())
    request = replace(REQUEST, **{"carried_out_by": cast.special_educator.id} | values)
    return educational_assessment.ask_assessment(session, referral, by=by, seen=None, request=request)


def conclude(
    session: Session, asked: EducationalAssessment, by: Actor, result: Result = RESULT
) -> EducationalAssessment:
    return educational_assessment.conclude_assessment(
        session, asked.referral, by=by, seen=None, assessment_id=asked.id, result=result
    )


@pytest.mark.parametrize("state", [IN_TRIAGE, CLOSED])
def test_one_is_asked_for_at_a_time_and_each_step_is_a_paper(
    session: Session, cast: Cast, state: State, wednesday: time_machine.Traveller
) -> None:
    referral, head = danish(session, cast, state), cast.head_teacher.actor()
    asked = ask(session, referral, cast)
    version = referral.version
    assert ask(session, referral, cast, reasons="Noget andet.") is asked
    assert (asked.reasons, asked.question, referral.version) == ("Hun går i stå.", "Hvad hjælper?", version)
    wednesday.shift(timedelta(days=30))
    done = conclude(session, asked, head, replace(RESULT, received_on=TODAY + timedelta(days=29)))
    version = referral.version
    conclude(session, asked, head, replace(RESULT, need=EducationalNeed.NOT_NEEDED))
    assert (done.judgement, done.need, referral.version) == ("Stort behov.", EducationalNeed.NEEDED, version)
    assert referral.state == state
    again = ask(session, referral, cast, consulted_on=TODAY + timedelta(days=30))
    assert educational_assessment.assessments_of(session, referral) == [again, asked]
    session.expire_all()
    for row, kind, words in (
        (asked.begun, DocumentKind.EDUCATIONAL_REQUEST, "Hun vil have ro."),
        (asked.concluded, DocumentKind.EDUCATIONAL_ASSESSMENT, "Fire timer."),
    ):
        assert row is not None
        (paper,) = documents.papers_after(session, row)
        assert paper == Paper(kind, "file", "sv")
        assert words in paper_html(paper_sources.gather(session, referral, paper, after=row))


@pytest.mark.parametrize(
    ("change", "missing"),
    [
        ({"wish": None}, "wish"),
        ({"consulted_on": None}, "consulted_on"),
        ({"consulted_on": TODAY + timedelta(days=1)}, "consulted_on"),
        ({"reasons": " "}, "reasons"),
        ({"views": ""}, "views"),
        ({"agreed_on": TODAY - timedelta(days=1)}, "agreed_on"),
        ({"carried_out_by": uuid.UUID(int=1)}, "carried_out_by"),
    ],
)
def test_nothing_is_asked_for_before_pupil_and_parents_were_talked_with_or_half(
    session: Session, cast: Cast, change: dict[str, Any], missing: str
) -> None:
    referral = danish(session, cast)
    with pytest.raises(Incomplete) as refused:
        ask(session, referral, cast, **change)
    assert refused.value.missing == (missing,)
    assert educational_assessment.assessments_of(session, referral) == []


@pytest.mark.parametrize(
    ("change", "missing"),
    [
        ({"received_on": None}, "received_on"),
        ({"received_on": TODAY - timedelta(days=1)}, "received_on"),
        ({"received_on": TODAY + timedelta(days=1)}, "received_on"),
        ({"basis": " "}, "basis"),
        ({"proposals": ""}, "proposals"),
        ({"need": None}, "need"),
    ],
)
def test_no_assessment_comes_before_it_was_asked_for_or_half(
    session: Session, cast: Cast, change: dict[str, Any], missing: str
) -> None:
    asked = ask(session, danish(session, cast), cast)
    with pytest.raises(Incomplete) as refused:
        conclude(session, asked, cast.head_teacher.actor(), replace(RESULT, **change))
    assert refused.value.missing == (missing,)
    assert asked.concluded_id is None


def test_the_head_teacher_asks_and_who_is_named_sees_that_one_until_it_has_come(session: Session, cast: Cast) -> None:
    referral, kim = danish(session, cast), cast.counsellor
    a_member(session, referral, cast.teacher)
    guardian = Actor(guardian_of=referral.id, guardian_id=a_guardian(session, referral).id)
    for by in (cast.coordinator.actor(), cast.teacher.actor(), cast.outsider.actor(), guardian):
        with pytest.raises(NotAllowed):
            ask(session, referral, cast, by=by)
    asked = ask(session, referral, cast)
    for by in (cast.teacher.actor(), cast.outsider.actor(), cast.social_worker.actor(), guardian):
        assert not may_view(View.OWN_EDUCATIONAL_ASSESSMENT, by, referral.facts())
        with pytest.raises(NotAllowed):
            conclude(session, asked, by)
    named = cast.special_educator.actor()
    assert {view for view in View if may_view(view, named, referral.facts())} == {
        View.OWN_ACTION, View.CHILD, View.OWN_EDUCATIONAL_ASSESSMENT,
    }  # fmt: skip
    giving = {"by": cast.head_teacher.actor(), "seen": None, "investigation_id": asked.id, "carried_on_by": kim.id}
    assert carrying_out.give_on(session, referral, Verb.GIVE_ON_EDUCATIONAL_ASSESSMENT, **giving) is kim
    assert not any(may_view(view, named, referral.facts()) for view in View)
    assert {verb for verb in Verb if parties_for(verb, kim.actor(), referral.facts())} == {
        Verb.CONCLUDE_EDUCATIONAL_ASSESSMENT
    }
    assert educational_assessment.assessments_for(session, referral, kim.actor()) == [asked]
    with pytest.raises(NotAllowed):
        conclude(session, asked, named)
    with pytest.raises(NotAllowed):
        educational_assessment.conclude_assessment(
            session, danish(session, cast), by=cast.head_teacher.actor(), seen=None, assessment_id=asked.id,
            result=RESULT,
        )  # fmt: skip
    conclude(session, asked, kim.actor())
    assert educational_assessment.assessments_for(session, referral, kim.actor()) == []
    assert educational_assessment.assessments_for(session, referral, cast.coordinator.actor()) == [asked]


@pytest.mark.parametrize(
    ("form", "pack"), [(SchoolForm.PRESCHOOL, "dk-2026-07"), (SchoolForm.COMPULSORY, "se-2026-07")]
)
def test_it_is_there_in_danish_schools_alone(session: Session, cast: Cast, form: SchoolForm, pack: str) -> None:
    cast.school.school_form = form
    referral = a_referral(session, cast, rulepack=pack)
    assert not may_view(View.OWN_EDUCATIONAL_ASSESSMENT, cast.head_teacher.actor(), referral.facts())
    with pytest.raises(NotAllowed):
        ask(session, referral, cast)


def test_a_withdrawn_concern_gets_none_and_a_mere_pointer_stays_possible(session: Session, cast: Cast) -> None:
    with pytest.raises(WrongStage):
        ask(session, danish(session, cast, WITHDRAWN), cast)
    link = Link("educational_assessment", "PPR-systemet", TODAY, DecidedBy.COUNSELLING_SERVICE)
    referral = danish(session, cast)
    links.link_decision(session, referral, by=cast.head_teacher.actor(), seen=None, link=link)
    assert [one.track.key for one in links.links_of(session, referral)] == ["educational_assessment"]


@pytest.mark.parametrize("agreed_on", [None, TODAY + timedelta(days=40)])
def test_it_waits_for_who_carries_it_out_since_its_day_or_until_the_one_that_was_agreed(
    session: Session, cast: Cast, agreed_on: date | None
) -> None:
    asked = ask(session, danish(session, cast), cast, agreed_on=agreed_on)
    since = TODAY if agreed_on is None else None
    source = None if agreed_on is None else DeadlineSource.AGREEMENT
    for account, kind in (
        (cast.special_educator, Waiting.STATUTORY), (cast.head_teacher, Waiting.UNDER_WAY),
    ):  # fmt: skip
        (item,) = [
            one
            for one in waiting.everything_for(session, account.actor(), today=TODAY)
            if one.verb is Verb.CONCLUDE_EDUCATIONAL_ASSESSMENT
        ]
        assert (item.kind, item.due_on, item.waits_since, item.source) == (kind, agreed_on, since, source)
    conclude(session, asked, cast.special_educator.actor())
    assert waiting.everything_for(session, cast.special_educator.actor(), today=TODAY) == []


def decide(session: Session, asked: EducationalAssessment, by: Actor, **values: Any) -> EducationalDecision:
    decided = Decided(**{"outcome": EducationalOutcome.AT_SCHOOL, "reasons": " Hun læser langsomt. "} | values)
    return educational_decision.decide_help(
        session, asked.referral, by=by, seen=None, assessment_id=asked.id, decided=decided
    )


def tell(session: Session, asked: EducationalAssessment, by: Actor, **values: Any) -> EducationalTold:
    given = {"seen": None, "assessment_id": asked.id, "told_on": TODAY} | values
    return educational_decision.record_told(session, asked.referral, by=by, **given)


def to_do(session: Session, cast: Cast) -> list[Verb]:
    items = waiting.everything_for(session, cast.head_teacher.actor(), today=TODAY)
    return [one.verb for one in items if one.kind is Waiting.STATUTORY]


def test_nothing_is_decided_before_the_assessment_has_come_and_then_once(session: Session, cast: Cast) -> None:
    referral, head = danish(session, cast), cast.head_teacher.actor()
    asked = ask(session, referral, cast)
    with pytest.raises(Incomplete) as refused:
        decide(session, asked, head)
    assert refused.value.missing == ("assessed",)
    conclude(session, asked, head)
    assert to_do(session, cast) == [Verb.DECIDE_EDUCATIONAL_HELP]
    for change in ({"outcome": None}, {"reasons": " "}):
        with pytest.raises(Incomplete) as refused:
            decide(session, asked, head, **change)
        assert refused.value.missing == tuple(change)
    for nobody in (cast.coordinator, cast.special_educator):
        with pytest.raises(NotAllowed):
            decide(session, asked, nobody.actor())
    decision = decide(session, asked, head)
    version = referral.version
    assert decide(session, asked, head, outcome=EducationalOutcome.NONE) is decision
    assert (decision.outcome, decision.reasons) == (EducationalOutcome.AT_SCHOOL, "Hun læser langsomt.")
    assert referral.version == version
    with pytest.raises(NotAllowed):
        educational_decision.decide_help(
            session, danish(session, cast), by=head, seen=None, assessment_id=asked.id,
            decided=Decided(EducationalOutcome.NONE, "Det er nok."),
        )  # fmt: skip


def test_each_guardian_is_told_and_may_complain_for_four_weeks_from_that_day(session: Session, cast: Cast) -> None:
    referral, head = danish(session, cast), cast.head_teacher.actor()
    first, second = (a_guardian(session, referral, name=name) for name in ("Maja Testsson", "Omar Testsson"))
    asked = conclude(session, ask(session, referral, cast), head)
    with pytest.raises(NotAllowed):
        tell(session, asked, head, guardian_id=first.id)
    decision = decide(session, asked, head)
    assert {paper.kind for paper in documents.papers_after(session, decision.history)} == {
        DocumentKind.EDUCATIONAL_DECISION
    }
    assert to_do(session, cast) == [Verb.RECORD_EDUCATIONAL_TOLD]
    for day in (None, TODAY - timedelta(days=1), TODAY + timedelta(days=1)):
        with pytest.raises(Incomplete) as refused:
            tell(session, asked, head, guardian_id=first.id, told_on=day)
        assert refused.value.missing == ("told_on",)
    for somebody in (None, uuid.uuid4()):
        with pytest.raises(NotAllowed):
            tell(session, asked, head, guardian_id=somebody)
    told = tell(session, asked, cast.coordinator.actor(), guardian_id=first.id)
    assert appeal_until(referral, told.told_on) == date(2026, 10, 14)
    assert educational_decision.not_told(session, decision) == [second]
    assert to_do(session, cast) == [Verb.RECORD_EDUCATIONAL_TOLD]
    assert tell(session, asked, head, guardian_id=first.id) is told
    tell(session, asked, head, guardian_id=second.id)
    assert to_do(session, cast) == []
    for today, shown in ((date(2026, 10, 6), []), (date(2026, 10, 7), [date(2026, 10, 14)]), (date(2026, 10, 15), [])):
        items = waiting.everything_for(session, cast.head_teacher.actor(), today=today)
        assert [one.due_on for one in items if one.kind is Waiting.APPEAL] == shown
        assert all(one.source is DeadlineSource.LAW for one in items if one.kind is Waiting.APPEAL)


def test_that_the_municipality_decides_is_told_and_nothing_to_complain_about_yet(session: Session, cast: Cast) -> None:
    referral, head = danish(session, cast), cast.head_teacher.actor()
    guardian, asked = a_guardian(session, referral), conclude(session, ask(session, referral, cast), head)
    decision = decide(session, asked, head, outcome=EducationalOutcome.ELSEWHERE)
    assert to_do(session, cast) == [Verb.RECORD_EDUCATIONAL_TOLD]
    tell(session, asked, head, guardian_id=guardian.id)
    items = waiting.everything_for(session, head, today=date(2026, 10, 7))
    assert [one for one in items if one.kind is Waiting.APPEAL] == []
    (paper, *_others) = documents.papers_after(session, decision.history)
    said = paper_html(paper_sources.gather(session, referral, paper, after=decision.history))
    assert ("När kommunen har beslutat" in said, "Hur man överklagar" in said) == (True, False)


def test_a_time_to_complain_ends_on_no_danish_holiday() -> None:
    appeal = rulebook.newest(Country.DK).support_appeal
    ends = {appeal.last_day(date(2026, *told)) for told in ((11, 26), (12, 3), (4, 27))}
    assert ends == {date(2026, 12, 28), date(2027, 1, 4), date(2026, 5, 26)}


def test_of_a_pupil_who_came_of_age_no_guardian_is_left_to_tell(session: Session, cast: Cast) -> None:
    referral, head = danish(session, cast), cast.head_teacher.actor()
    first, second = (a_guardian(session, referral, name=name) for name in ("Maja Testsson", "Omar Testsson"))
    asked = conclude(session, ask(session, referral, cast), head)
    decision = decide(session, asked, head)
    tell(session, asked, head, guardian_id=first.id)
    assert educational_decision.not_told(session, decision) == [second]
    referral.child_birth_date = (TODAY - timedelta(days=19 * 366)).isoformat()
    session.flush()
    assert educational_decision.not_told(session, decision) == []
    assert to_do(session, cast) == []
