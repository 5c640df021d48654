"""What follows a programme of special support: followed up and evaluated at its dates, and ended by the head teacher."""

import uuid
from dataclasses import replace
from datetime import date, timedelta

import pytest
import time_machine
from sqlalchemy import delete
from sqlalchemy.orm import Session

from referrals import calendar, documents, here
from referrals.errors import Incomplete, NotAllowed, WrongStage
from referrals.models import Listed, Referral, SupportProgramme, SupportReview
from referrals.papers import paper_sources
from referrals.reminders import waiting
from referrals.stages import CLOSED, IN_TRIAGE, WITHDRAWN, Verb
from referrals.statutory import programme_reviews, support_programme
from referrals.statutory import waiting as beside
from referrals.statutory.programme_reviews import Reviewed
from referrals.vocabulary import DeadlineSource, ProgrammeKind, SchoolForm, SupportReviewKind, SupportReviewOutcome
from schemas.documents.writing import paper_html
from tests.factories import a_guardian, a_member, a_referral, protected
from tests.people import Cast
from tests.referrals.statutory.test_support_programme import TODAY, WRITTEN, decide, write
from tests.referrals.test_queries import counted_queries

pytestmark = pytest.mark.usefixtures("wednesday")

FOLLOWED_UP = Reviewed(
    SupportReviewKind.FOLLOW_UP, TODAY, " Tolv av fjorton lektioner. ", " Hon vill fortsätta. ", SupportReviewOutcome.GOES_ON
)  # fmt: skip


def a_programme(session: Session, cast: Cast, state: object = IN_TRIAGE) -> tuple[Referral, SupportProgramme]:
    referral = a_referral(session, cast, state)  # type: ignore[arg-type]
    write(session, referral, cast.coordinator.actor())
    programme = decide(session, referral, cast.head_teacher.actor())
    told(session, cast, referral, programme)
    return referral, programme


def told(session: Session, cast: Cast, referral: Referral, programme: SupportProgramme) -> None:
    support_programme.record_told(
        session, referral, by=cast.head_teacher.actor(), seen=None, programme_id=programme.id, guardian_id=None,
        told_on=here.today(session),
    )  # fmt: skip


def review(session: Session, referral: Referral, by: object, reviewed: Reviewed = FOLLOWED_UP) -> SupportReview:
    return programme_reviews.record_review(session, referral, by=by, seen=None, reviewed=reviewed)  # type: ignore[arg-type]


def end(
    session: Session, referral: Referral, by: object, reasons: str = " Anpassningarna räcker. "
) -> SupportProgramme:
    return programme_reviews.end_programme(session, referral, by=by, seen=None, reasons=reasons)  # type: ignore[arg-type]


@pytest.mark.parametrize("state", [IN_TRIAGE, CLOSED])
def test_a_programme_is_followed_up_evaluated_and_ended_and_the_end_can_be_told_and_appealed(
    session: Session, cast: Cast, state: object, wednesday: time_machine.Traveller
) -> None:
    referral, programme = a_programme(session, cast, state)
    assert programme_reviews.next_review(session, programme) == (
        SupportReviewKind.FOLLOW_UP, TODAY + timedelta(weeks=6),
    )  # fmt: skip
    wednesday.shift(timedelta(weeks=6))
    followed = review(session, referral, cast.coordinator.actor())
    assert (followed.findings, followed.views, followed.programme, followed.held_on) == (
        "Tolv av fjorton lektioner.", "Hon vill fortsätta.", programme, TODAY,
    )  # fmt: skip
    assert programme_reviews.next_review(session, programme) == (
        SupportReviewKind.EVALUATION, TODAY + timedelta(weeks=12),
    )  # fmt: skip
    evaluation = replace(FOLLOWED_UP, kind=SupportReviewKind.EVALUATION, outcome=SupportReviewOutcome.ENDS)
    evaluated = review(session, referral, cast.head_teacher.actor(), evaluation)
    assert programme_reviews.next_review(session, programme) is None
    assert programme_reviews.reviews_of(session, programme) == [evaluated, followed]
    ended = end(session, referral, cast.head_teacher.actor())
    assert (ended.kind, ended.reasons) == (ProgrammeKind.ENDED, "Anpassningarna räcker.")
    assert programme_reviews.in_force(session, referral) is None
    told = support_programme.record_told(
        session, referral, by=cast.coordinator.actor(), seen=None, programme_id=ended.id, guardian_id=None,
        told_on=TODAY + timedelta(weeks=6),
    )  # fmt: skip
    assert told.programme is ended
    assert referral.state == state
    for deed in (review, end):
        with pytest.raises(NotAllowed):
            deed(session, referral, cast.head_teacher.actor())


@pytest.mark.parametrize(
    ("change", "missing"),
    [
        ({"kind": None}, "kind"),
        ({"held_on": None}, "held_on"),
        ({"held_on": TODAY - timedelta(days=1)}, "held_on"),
        ({"held_on": TODAY + timedelta(days=1)}, "held_on"),
        ({"findings": " "}, "findings"),
        ({"views": ""}, "views"),
        ({"outcome": None}, "outcome"),
        ({"kind": SupportReviewKind.EVALUATION}, "outcome"),  # as it is, with no day left to look at it again
    ],
)
def test_a_review_lacks_nothing(session: Session, cast: Cast, change: dict[str, object], missing: str) -> None:
    referral, programme = a_programme(session, cast)
    with pytest.raises(Incomplete) as refused:
        review(session, referral, cast.coordinator.actor(), replace(FOLLOWED_UP, **change))  # type: ignore[arg-type]
    assert refused.value.missing == (missing,)
    assert programme_reviews.reviews_of(session, programme) == []


def test_only_the_head_teacher_ends_it_with_reasons_and_not_before_it_was_looked_at_again(
    session: Session, cast: Cast
) -> None:
    referral, programme = a_programme(session, cast)
    with pytest.raises(Incomplete) as refused:
        end(session, referral, cast.head_teacher.actor(), " ")
    assert refused.value.missing == ("reasons", "reviewed")
    review(session, referral, cast.coordinator.actor())
    a_member(session, referral, cast.teacher)
    for by in (cast.coordinator, cast.teacher, cast.outsider):
        with pytest.raises(NotAllowed):
            end(session, referral, by.actor())
    for by in (cast.teacher, cast.outsider):
        with pytest.raises(NotAllowed):
            review(session, referral, by.actor())
    assert programme_reviews.in_force(session, referral) is programme


def test_programmes_that_are_evaluated_ended_or_replaced_wait_for_nobody_and_are_not_gone_through(
    session: Session, cast: Cast
) -> None:
    head = cast.head_teacher.actor()
    evaluation = replace(FOLLOWED_UP, kind=SupportReviewKind.EVALUATION, outcome=SupportReviewOutcome.ENDS)

    def looked_at(number: int) -> tuple[int, list[object]]:
        for _ in range(number):
            evaluated, _programme = a_programme(session, cast)
            review(session, evaluated, head, evaluation)
            ended, _programme = a_programme(session, cast)
            review(session, ended, head)
            told(session, cast, ended, end(session, ended, head))
            replaced, _programme = a_programme(session, cast)
            told(
                session, cast, replaced,
                support_programme.decide_none(session, replaced, by=head, seen=None, reasons="Räcker."),
            )  # fmt: skip
        session.expire_all()
        with counted_queries(session) as asked:
            found = beside.waiting_for(session, head, today=TODAY + timedelta(weeks=12))
        return len(asked), [item.subject_id for item in found]

    hidden, _programme = a_programme(session, cast)
    protected(session, hidden, by=cast.coordinator)
    session.execute(delete(Listed).where(Listed.account_id == cast.head_teacher.id))
    taken_back, _programme = a_programme(session, cast)
    taken_back.stage, taken_back.status = WITHDRAWN.stage, WITHDRAWN.status
    _referral, later = a_programme(session, cast)
    later.follow_up_on = TODAY + timedelta(weeks=20)
    assert looked_at(1)[1] == []
    referral, holds = a_programme(session, cast)
    write(session, referral, cast.coordinator.actor())  # the next one is written, and nobody has decided it
    few = looked_at(0)
    assert few[1] == [holds.id]
    assert looked_at(3) == few


def test_where_no_programme_holds_there_is_nothing_to_look_at_or_to_end(session: Session, cast: Cast) -> None:
    referral, head = a_referral(session, cast), cast.head_teacher.actor()
    write(session, referral, head)
    for deed in (review, end):
        with pytest.raises(NotAllowed):
            deed(session, referral, head)
    decide(session, referral, head)
    support_programme.decide_none(session, referral, by=head, seen=None, reasons="Räcker.")
    assert programme_reviews.in_force(session, referral) is None
    with pytest.raises(WrongStage):
        review(session, a_referral(session, cast, WITHDRAWN), head)
    cast.school.school_form = SchoolForm.PRESCHOOL
    with pytest.raises(NotAllowed):
        review(session, a_referral(session, cast), head)


def test_a_week_before_its_day_a_programme_stands_on_the_head_teachers_start_page_until_it_was_looked_at(
    session: Session, cast: Cast, wednesday: time_machine.Traveller
) -> None:
    referral, _programme = a_programme(session, cast, CLOSED)

    def lines(day: date) -> list[tuple[uuid.UUID, date | None]]:
        items = waiting.everything_for(session, cast.head_teacher.actor(), today=day)
        found = [item for item in items if item.verb is Verb.REVIEW_SUPPORT_PROGRAMME]
        assert {item.source for item in found} <= {DeadlineSource.SET}
        return [(item.subject_id, item.due_on) for item in found]

    assert WRITTEN.follow_up_on is not None
    assert lines(WRITTEN.follow_up_on - timedelta(days=8)) == []
    changed = replace(WRITTEN, needs="Mätning.")
    write(session, referral, cast.coordinator.actor(), changed)
    newest = decide(session, referral, cast.head_teacher.actor())
    assert lines(WRITTEN.follow_up_on - timedelta(days=7)) == [(newest.id, WRITTEN.follow_up_on)]
    after = calendar.add_school_days(WRITTEN.follow_up_on, calendar.MOST_OVERDUE, closed=calendar.closed_days(session))
    for day, is_stalled in ((WRITTEN.follow_up_on, False), (after - timedelta(days=1), False), (after, True)):
        items = waiting.everything_for(session, cast.head_teacher.actor(), today=day)
        reviews = [one.is_stalled for one in items if one.verb is Verb.REVIEW_SUPPORT_PROGRAMME]
        assert reviews == [is_stalled], day
    wednesday.shift(timedelta(weeks=6))
    review(session, referral, cast.coordinator.actor())
    assert lines(WRITTEN.follow_up_on) == []
    assert lines(TODAY + timedelta(weeks=13)) == [(newest.id, WRITTEN.evaluation_on)]


def test_each_review_and_the_end_are_papers_for_the_file_and_the_guardians(
    session: Session, cast: Cast, wednesday: time_machine.Traveller
) -> None:
    referral, _programme = a_programme(session, cast)
    guardian = a_guardian(session, referral, told_by=cast.coordinator)
    followed = review(session, referral, cast.coordinator.actor())
    wednesday.shift(timedelta(hours=1))
    ended = end(session, referral, cast.head_teacher.actor())
    session.expire_all()
    for row, kind, words in (
        (followed.history, "support_review", ("Tolv av fjorton lektioner.", "Programmet fortsätter som det är")),
        (ended.decided, "support_programme_ended", ("Anpassningarna räcker.", "Skolväsendets överklagandenämnd")),
    ):
        assert row is not None
        papers = documents.papers_after(session, row)
        assert [(paper.kind, paper.recipient) for paper in papers] == [
            (kind, "file"), (kind, f"guardian:{guardian.id}"),
        ]  # fmt: skip
        for paper in papers:
            text = paper_html(paper_sources.gather(session, referral, paper, after=row))
            for said in words:
                assert said in text
