"""What each stage of development work leaves: one paper of it for each audience, kept as it was issued, and the day the next is due by."""

import hashlib
import io
from dataclasses import replace
from datetime import UTC, date, datetime

import pikepdf
import pytest
from page import ValidationProfile, validate_pdf_bytes
from sqlalchemy import select
from sqlalchemy.orm import Session

from referrals import clock, printing, steps
from referrals.access import SYSTEM
from referrals.calendar import closed_days
from referrals.development import actions, analysis, cases, papers, stages, targets, terms
from referrals.development.analysis import Analysis
from referrals.development.cases import Words
from referrals.errors import NotAllowed
from referrals.models import ClosedDay, DevelopmentCase, DevelopmentEvent, DevelopmentPaper, Step, StepKind
from referrals.stages import Stage
from referrals.vocabulary import (
    DevelopmentAct,
    DevelopmentAudience,
    DevelopmentPaperKind,
    GovernanceLevel,
    LevelledKind,
)
from tests.development import SEEN, THEMES, act, begin, carry, close, count, leave_paper, mark
from tests.development import plan as lay_plan
from tests.documents.reading import LANGUAGES, SNAPSHOTS, compare, paper_text
from tests.people import Cast

HEADINGS = {
    "beginning": ["Detta ska arbetet handla om", "Nuläge", "Mål"],
    "decision": ["Beslut om att ta upp det", "Arbetet tas upp."],
    "priorities": ["Det som är viktigast", "Prioriterade frågor", "Hur tar vi emot på morgonen?"],
    "plan": ["Handlingsplan", "Insatser", "Uppföljning"],
    "follow_up": ["Uppföljning", SEEN],
}


def event_of(found: DevelopmentCase, what: DevelopmentAct) -> DevelopmentEvent:
    return next(one for one in found.events if one.act is what)


def test_each_stage_leaves_its_paper_and_where_actions_stand_in_it_the_management_has_its_own(
    session: Session, cast: Cast
) -> None:
    found = begin(session, cast)
    act(session, cast, found, GovernanceLevel.POLITICAL)
    carry(session, cast, found, Stage.CLOSURE)
    close(session, cast, found)
    left = {}
    for event in found.events:
        for draft in papers.outstanding(session, event):
            left.setdefault(draft.kind, {})[draft.audience] = papers.html_of(session, event, draft)
    assert set(left) == set(DevelopmentPaperKind)
    both = {kind for kind, drafts in left.items() if len(drafts) == len(DevelopmentAudience)}
    assert both == {DevelopmentPaperKind.ANALYSIS, DevelopmentPaperKind.PLAN, DevelopmentPaperKind.FOLLOW_UP}
    for kind, said in HEADINGS.items():
        text = " ".join(paper_text(left[kind][DevelopmentAudience.TEAMS]).split())
        assert [words for words in said if words not in text] == [], (kind, text)
        assert "Karin" not in text
    agreed = left[DevelopmentPaperKind.PLAN]
    words = act(session, cast, begin(session, cast), GovernanceLevel.POLITICAL).words or ""
    assert words not in agreed[DevelopmentAudience.TEAMS]
    assert words in agreed[DevelopmentAudience.MANAGEMENT]
    assert papers.outstanding(session, event_of(found, DevelopmentAct.OPEN_TRIAGE)) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_record_says_what_was_last_read_and_approved_and_is_built_to_pdf_ua(
    session: Session, cast: Cast, language: str
) -> None:
    found = begin(session, cast)
    lay_plan(session, cast, found)
    planned = [act(session, cast, found, level, kind) for level in GovernanceLevel for kind in LevelledKind]
    for done in (one for one in planned[:4] if one.kind is not LevelledKind.PRIORITY):
        actions.end_action(session, found, done.id, by=cast.manager.actor())
    carry(session, cast, found, Stage.CLOSURE)
    drafts = [(event, draft) for event in found.events for draft in papers.outstanding(session, event)]
    for event, draft in drafts:
        if draft.kind is not DevelopmentPaperKind.ANALYSIS:
            event.at = datetime(2026, 10, 12, 13, tzinfo=UTC)
            html = papers.html_of(session, event, replace(draft, language=language))
            audience = "" if draft.audience is DevelopmentAudience.TEAMS else ".management"
            compare(SNAPSHOTS / f"development_{draft.kind.value}.{language}{audience}.txt", paper_text(html))
            if draft.audience is DevelopmentAudience.MANAGEMENT:
                continue  # the same paper, with more lines in words
            printed = printing.print_pdf(html)
            with pikepdf.open(io.BytesIO(printed)) as pdf:
                assert str(pdf.Root.Lang) == language
            judged = validate_pdf_bytes(printed, profile=ValidationProfile.PDF_UA_1)
            assert [fault.message for fault in judged.failures] == []
    assert {draft.kind for _event, draft in drafts} == set(DevelopmentPaperKind) - {DevelopmentPaperKind.REPORT}


def test_what_is_not_taken_up_leaves_the_decision_with_its_reason(session: Session, cast: Cast) -> None:
    found = begin(session, cast)
    stages.end_at_triage(session, found, by=cast.manager.actor(), reason="Arbetet pågår redan.")
    (draft,) = papers.outstanding(session, found.events[0])
    text = paper_text(papers.html_of(session, found.events[0], draft))
    assert "Arbetet tas inte upp." in text
    assert "Arbetet pågår redan." in text


def test_a_late_paper_says_what_was_decided_and_nothing_that_came_later(session: Session, cast: Cast) -> None:
    found = begin(session, cast)
    lay_plan(session, cast, found)
    count(session, cast, found)
    mark(session, cast, found, date(2026, 11, 20))
    carry(session, cast, found, Stage.TEAM_REVIEW)
    carry(session, cast, found, Stage.ACTION_PLAN)
    action = act(session, cast, found)
    stages.agree_plan(session, found, by=cast.coordinator.actor())
    events = [event_of(found, one) for one in (DevelopmentAct.CONCLUDE_ANALYSIS, DevelopmentAct.AGREE_PLAN)]

    def said() -> list[str]:
        return [papers.html_of(session, one, draft) for one in events for draft in papers.outstanding(session, one)]

    before = said()
    by, later = cast.coordinator.actor(), "Det blev något annat."
    cases.correct_case(session, found, by=by, themes=THEMES[:1], words=Words(later, later, later))
    analysis.write_analysis(session, found, by=by, analysis=Analysis(*[later] * 7))
    terms.set_milestone(session, found, by=by, due_on=date(2027, 3, 1), words=later)
    actions.end_action(session, found, action.id, by=by)
    act(session, cast, found, GovernanceLevel.POLITICAL)
    analysis.drop_result(session, found, found.results[0].id, by=by)
    session.expire_all()
    assert len(before) == 4
    assert said() == before
    assert later not in "".join(before)
    for event in events:
        for draft in papers.outstanding(session, event):
            papers.issue(session, event, draft, content=b"%PDF-1.7 ")
        assert event.stood is None, "it stands in the papers"
    session.expire_all()
    assert event_of(found, DevelopmentAct.OPEN_TRIAGE).stood is None, "no paper follows"


def test_of_what_was_decided_under_a_version_before_a_paper_says_what_stands_now(session: Session, cast: Cast) -> None:
    found = begin(session, cast)
    found.events[0].stood = None
    session.flush()
    later = "Det blev något annat."
    cases.correct_case(session, found, by=cast.coordinator.actor(), themes=THEMES, words=Words(later, later, later))
    (draft,) = papers.outstanding(session, found.events[-1])
    assert later in papers.html_of(session, found.events[-1], draft)


def test_what_was_kept_before_levels_had_priorities_and_goals_are_actions(session: Session, cast: Cast) -> None:
    found = begin(session, cast)
    carry(session, cast, found, Stage.FOLLOW_UP)
    event = event_of(found, DevelopmentAct.AGREE_PLAN)
    drafts = papers.outstanding(session, event)
    now = [papers.html_of(session, event, draft) for draft in drafts]
    stood = event.stood or {}
    event.stood = {**stood, "actions": [{k: v for k, v in one.items() if k != "kind"} for one in stood["actions"]]}
    session.flush()
    assert [papers.html_of(session, event, draft) for draft in drafts] == now
    assert all("Insats 1" in html for html in now)


def test_a_paper_is_issued_once_sealed_and_read_by_whom_it_is_for(session: Session, cast: Cast) -> None:
    found = begin(session, cast)
    carry(session, cast, found, Stage.ASSESSMENT)
    carry(session, cast, found, Stage.TEAM_REVIEW)
    paper = leave_paper(session, found)
    assert papers.outstanding(session, found.events[0]) == []
    papers.issue(session, found.events[0], papers.Draft(paper.kind, paper.audience, "sv"), content=b"another")
    rows = session.scalars(select(DevelopmentPaper)).all()
    assert len(rows) == 2
    assert paper.content() == b"%PDF-1.7 "
    assert paper.checksum == hashlib.sha256(b"%PDF-1.7 ").hexdigest()
    assert b"PDF" not in paper.sealed
    for who, audience in ((cast.counsellor, DevelopmentAudience.TEAMS), (cast.manager, DevelopmentAudience.MANAGEMENT)):
        assert [one.audience for one in papers.issued(session, found, by=who.actor())] == [audience]


def test_each_stage_has_a_day_that_no_holiday_makes_late(
    session: Session, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = datetime(2026, 12, 18, 10, tzinfo=clock.now().tzinfo)
    monkeypatch.setattr(clock, "now", lambda: at)
    session.add(ClosedDay(first_on=date(2026, 12, 21), last_on=date(2027, 1, 8), label="Lov"))
    found = begin(session, cast)
    due = {}
    for stage in (Stage.TRIAGE, Stage.ASSESSMENT, Stage.FOLLOW_UP, Stage.CLOSURE):
        carry(session, cast, found, stage)
        targets.set_target(session, found)
        due[stage] = found.target_on
    assert due == {
        Stage.TRIAGE: date(2027, 1, 29), Stage.ASSESSMENT: date(2027, 7, 30), Stage.FOLLOW_UP: date(2027, 1, 29),
        Stage.CLOSURE: date(2027, 2, 19),
    }  # fmt: skip
    closed = closed_days(session)
    assert not targets.is_late(found, date(2027, 2, 19), closed=closed)
    assert not targets.is_late(found, date(2027, 2, 21), closed=closed)  # a Sunday
    assert targets.is_late(found, date(2027, 2, 22), closed=closed)
    close(session, cast, found)
    targets.set_target(session, found)
    assert found.target_on is None
    assert not targets.is_late(found, date(2027, 2, 22), closed=closed)


def test_what_was_to_be_done_by_the_end_of_term_is_not_late_all_summer(session: Session, cast: Cast) -> None:
    found = begin(session, cast)
    session.add(ClosedDay(first_on=date(2027, 6, 12), last_on=date(2027, 8, 15), label="Sommarlov"))
    found.target_on = date(2027, 6, 11)
    closed = closed_days(session)
    assert [targets.is_late(found, day, closed=closed) for day in (date(2027, 6, 12), date(2027, 8, 15))] == [False] * 2
    assert targets.is_late(found, date(2027, 8, 16), closed=closed)


def test_each_move_leaves_one_step_done_in_turn_and_given_up_in_sight_of_administrators(
    session: Session, cast: Cast
) -> None:
    found = begin(session, cast)
    carry(session, cast, found, Stage.TRIAGE)
    first, second = session.scalars(
        select(Step).where(Step.development_id == found.id).order_by(Step.created_at, Step.id)
    ).all()
    if first.event.number > second.event.number:
        first, second = second, first
    assert steps.waiting(session, limit=5) == [first.id]
    claim = steps.claim(session, first.id, holder="one")
    assert claim is not None
    assert claim.kind is StepKind.ADVANCE_DEVELOPMENT
    assert steps.claim(session, second.id, holder="two") is None
    steps.finish(session, first.id, attempt=1)
    following = steps.take_next(session, first, holder="one")
    assert following is not None
    assert following.step_id == second.id
    assert steps.fail(session, second.id, attempt=1, word="paper", again=False)
    assert steps.failed_of_work(session, found) == [second] == steps.all_failed(session)
    session.expire_all()
    for somebody in (cast.coordinator.actor(), cast.manager.actor(), SYSTEM):
        with pytest.raises(NotAllowed):
            steps.retry(session, second, by=somebody)
    steps.retry(session, second, by=cast.administrator.actor())
    assert steps.failed_of_work(session, found) == []
    assert steps.waiting(session, limit=5) == [second.id]


def test_what_is_thrown_away_leaves_neither_step_nor_paper(session: Session, cast: Cast) -> None:
    found = begin(session, cast)
    leave_paper(session, found)
    cases.discard_case(session, found, by=cast.coordinator.actor())
    assert session.scalars(select(Step)).all() == []
    assert session.scalars(select(DevelopmentPaper)).all() == []
