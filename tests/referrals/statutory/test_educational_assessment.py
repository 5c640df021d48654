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
from referrals.models import EducationalAssessment, Referral
from referrals.papers import paper_sources
from referrals.reminders import waiting
from referrals.stages import CLOSED, IN_TRIAGE, WITHDRAWN, State, Verb
from referrals.statutory import carrying_out, educational_assessment, links
from referrals.statutory.educational_assessment import Request, Result
from referrals.statutory.links import Link
from referrals.vocabulary import (
    DeadlineSource,
    DecidedBy,
    DocumentKind,
    EducationalNeed,
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
