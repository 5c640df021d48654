"""What guardians do not read: withheld by a reasoned decision, or said in confidence until the child was asked."""

import uuid
from datetime import timedelta

import pytest
from sqlalchemy import select

from referrals import action_plan, clock, documents, follow_up
from referrals.action_plan import GoalInput, PlanInput
from referrals.disclosure import pieces, sharing
from referrals.disclosure.sharing import Sharing
from referrals.documents import Paper
from referrals.errors import Incomplete, NotAllowed, NotCovered, WrongStage
from referrals.guardians import guardian_papers, guardian_sharing
from referrals.guardians import withholding as it
from referrals.models import Closure, GoalOutcome, History
from referrals.papers import paper_sources, readers
from referrals.plans import plan_versions
from referrals.rules import rulebook
from referrals.stages import PLAN_ACTIVE, PLAN_DRAFT, WITHDRAWN, Verb
from referrals.vocabulary import (
    ChildsAnswer,
    ClosureReason,
    DocumentKind,
    GoalResult,
    InformationCategory,
    PartStatus,
    PieceKind,
    PlanStatus,
    Recipient,
    WhyNot,
)
from schemas.documents.writing import paper_html
from tests.factories import a_consent, a_guardian, a_part, a_plan, a_referral
from tests.referrals.test_follow_up import all_said, with_plan

CHILD_SAID = "Jag vill ha en lugn start."
HARM = "harm_to_child"


@pytest.fixture
def referral(session, cast, wednesday):
    return a_referral(session, cast, PLAN_ACTIVE)


@pytest.fixture
def omar(session, cast, referral, maja):
    later = clock.now() + timedelta(seconds=1)
    return a_guardian(session, referral, told_by=cast.coordinator, name="Omar Testsson", recorded_at=later)


@pytest.fixture
def plan(session, cast, referral):
    return a_plan(session, referral, author=cast.coordinator, status=PlanStatus.ACTIVE, approved_at=clock.now())


@pytest.fixture
def voice(plan):
    """What the child says in the plan."""
    return plan.id, "child_voice"


@pytest.fixture
def withhold(session, cast, referral, maja):
    """Withholds something from Maja."""

    def decide(key, **values):
        told = {"by": cast.coordinator.actor(), "guardian": maja, "ground": HARM, "reason": "Barnet är rädd."} | values
        return it.withhold_from_guardian(session, referral, seen=None, key=key, **told)

    return decide


@pytest.fixture
def mark(session, cast, referral):
    def decide(key, by=None):
        return it.mark_confided(session, referral, by=(by or cast.coordinator).actor(), seen=None, key=key)

    return decide


@pytest.fixture
def ask(session, cast, referral):
    """Records what the child answered."""

    def decide(row, answer, reason="Barnet berättade varför.", by=None):
        it.record_childs_answer(
            session, referral, by=(by or cast.head_teacher).actor(), seen=None, row=row, answer=answer, reason=reason
        )

    return decide


def lift(session, referral, row, by, reason="Läget är ett annat."):
    it.lift_withholding(session, referral, by=by.actor(), seen=None, row=row, reason=reason)


def on_paper(session, referral, guardian):
    paper = Paper(DocumentKind.ACTION_PLAN, readers.guardian_key(guardian.id), "sv")
    return paper_html(paper_sources.gather(session, referral, paper, after=None))


def newest(session, referral):
    session.refresh(referral, ["history"])
    return referral.history[-1]


def test_what_is_withheld_from_one_guardian_stands_on_the_others_paper_only(
    session, cast, referral, maja, omar, voice, withhold
):
    row = withhold(voice)
    assert CHILD_SAID not in on_paper(session, referral, maja)
    assert CHILD_SAID in on_paper(session, referral, omar)
    lift(session, referral, row, cast.head_teacher)
    assert CHILD_SAID in on_paper(session, referral, maja)


def test_the_paper_looks_as_if_nothing_had_been_written_there(session, referral, maja, plan, voice, withhold):
    withhold(voice)
    without = on_paper(session, referral, maja)
    plan.child_voice = None
    session.flush()
    assert on_paper(session, referral, maja) == without


def test_the_decision_says_who_when_on_which_ground_and_why(session, cast, referral, maja, voice, withhold):
    row = withhold(voice)
    assert (row.by_id, row.at, row.ground, row.reason, row.guardian) == (
        cast.coordinator.id, clock.now(), HARM, "Barnet är rädd.", maja,
    )  # fmt: skip
    assert (newest(session, referral).verb, newest(session, referral).by_id) == (
        Verb.WITHHOLD_FROM_GUARDIAN,
        cast.coordinator.id,
    )
    assert list(it.decisions(session, referral)) == [row]


def test_withholding_twice_changes_nothing_and_after_lifting_it_is_a_new_decision(
    session, cast, referral, voice, withhold
):
    row, number = withhold(voice), newest(session, referral).number
    assert withhold(voice) is row
    lift(session, referral, row, cast.coordinator)
    assert (row.settled_by_id, row.settled_reason, newest(session, referral).verb) == (
        cast.coordinator.id, "Läget är ett annat.", Verb.LIFT_WITHHOLDING,
    )  # fmt: skip
    lift(session, referral, row, cast.coordinator)
    assert newest(session, referral).number == number + 1
    assert withhold(voice) is not row


@pytest.mark.parametrize(("values", "missing"), [({"ground": "a whim"}, "ground"), ({"reason": " "}, "reason")])
def test_withholding_needs_a_ground_of_the_rule_pack_and_a_reason(voice, withhold, values, missing):
    with pytest.raises(Incomplete) as refused:
        withhold(voice, **values)
    assert refused.value.args == Incomplete(missing).args


def test_lifting_needs_a_reason(session, cast, referral, voice, withhold):
    with pytest.raises(Incomplete):
        lift(session, referral, withhold(voice), cast.coordinator, reason="")


def test_only_coordinator_and_head_teacher_decide(session, cast, referral, voice, withhold, mark, ask):
    row, said = withhold(voice), mark(voice)
    for who in (cast.teacher, cast.counsellor):
        with pytest.raises(NotAllowed):
            withhold(voice, by=who.actor())
        with pytest.raises(NotAllowed):
            mark(voice, by=who)
        with pytest.raises(NotAllowed):
            lift(session, referral, row, who)
        with pytest.raises(NotAllowed):
            ask(said, ChildsAnswer.AGREES, by=who)


def test_nothing_of_another_referral_is_decided_here(session, cast, referral, maja, voice, withhold, mark, ask):
    other = a_referral(session, cast, PLAN_ACTIVE)
    stranger = a_guardian(session, other)
    row, said = withhold(voice), mark(voice)
    for refused in (
        lambda: withhold((uuid.uuid4(), "")),
        lambda: withhold(voice, guardian=stranger),
        lambda: it.find(session, other, row.id),
        lambda: it.find(session, referral, uuid.uuid4()),
        lambda: lift(session, other, row, cast.coordinator),
        lambda: lift(session, referral, said, cast.coordinator),
        lambda: ask(row, ChildsAnswer.AGREES),
    ):
        with pytest.raises(NotAllowed):
            refused()
    assert it.find(session, referral, row.id) is row


def test_nothing_is_decided_once_a_concern_was_taken_back(session, cast):
    ended = a_referral(session, cast, WITHDRAWN)
    with pytest.raises(WrongStage):
        it.mark_confided(session, ended, by=cast.coordinator.actor(), seen=None, key=(uuid.uuid4(), ""))


def test_the_writer_of_a_part_marks_it_and_no_other_piece(session, cast, referral, voice, mark):
    part, other = (
        a_part(
            session, referral, writer, asked_by=cast.coordinator, status=PartStatus.RECEIVED, received_at=clock.now()
        )
        for writer in (cast.counsellor, cast.special_educator)
    )
    for key in (voice, (other.id, "")):
        with pytest.raises(NotAllowed):
            mark(key, by=cast.counsellor)
    row = mark((part.id, ""), by=cast.counsellor)
    assert (row.by_id, row.is_in_force, it.is_confided(session, referral, (part.id, ""))) == (
        cast.counsellor.id, True, True,
    )  # fmt: skip


def test_guardians_consent_lets_nothing_go_that_the_child_said_in_confidence_until_the_child_agrees(
    session, cast, referral, maja, plan, voice, mark, ask
):
    a_consent(
        session, maja, by=cast.coordinator, recipients=[Recipient.SOCIAL_SERVICES], categories=[*InformationCategory]
    )
    whole = next(one for one in pieces.shareable(session, referral) if one.kind is PieceKind.PLAN)
    told = Sharing(recipient=Recipient.SOCIAL_SERVICES, to_whom="Mottagningen", purpose="Hjälpas åt.")

    def share():
        return sharing.share_information(
            session, referral, by=cast.coordinator.actor(), seen=None, chosen=[whole], sharing=told
        )

    row = mark(voice)
    cover = pieces.cover_of(session, referral, whole, recipient=Recipient.SOCIAL_SERVICES, on=clock.now().date())
    assert cover.why_not is WhyNot.CONFIDED
    with pytest.raises(NotCovered):
        share()
    ask(row, ChildsAnswer.AGREES, reason="")
    assert len(share()) == 1


def test_what_the_child_said_in_confidence_waits_until_the_child_was_asked(
    session, cast, referral, maja, omar, voice, mark, ask
):
    row = mark(voice)
    assert mark(voice) is row
    assert newest(session, referral).verb == Verb.MARK_CONFIDED
    for guardian in (maja, omar):
        assert CHILD_SAID not in on_paper(session, referral, guardian)
    ask(row, ChildsAnswer.KEPT)
    assert CHILD_SAID not in on_paper(session, referral, maja)
    ask(row, ChildsAnswer.AGREES, reason="")
    assert (row.answer, row.settled_by_id, row.settled_reason) == (ChildsAnswer.AGREES, cast.head_teacher.id, None)
    number = newest(session, referral).number
    ask(row, ChildsAnswer.AGREES)
    assert (newest(session, referral).number, newest(session, referral).verb) == (number, Verb.RECORD_CHILDS_ANSWER)
    assert CHILD_SAID in on_paper(session, referral, maja)


@pytest.mark.parametrize("answer", [ChildsAnswer.KEPT, ChildsAnswer.TOLD_ANYWAY])
def test_where_the_child_does_not_agree_the_decision_needs_a_reason(voice, mark, ask, answer):
    row = mark(voice)
    with pytest.raises(Incomplete):
        ask(row, answer, reason="")
    ask(row, answer)
    assert row.is_in_force is (answer is ChildsAnswer.KEPT)


def test_what_was_said_in_confidence_stays_out_of_hand_overs(session, cast, referral, maja, plan, mark, ask):
    a_consent(session, maja, by=cast.coordinator, recipients=["social_services"])
    goal = (plan.goals[0].id, "")

    def goes():
        today = clock.now().date()
        return goal in {one.key for one in pieces.may_go(session, referral, Recipient.SOCIAL_SERVICES, on=today)}

    assert goes()
    row = mark(goal)
    assert not goes()
    ask(row, ChildsAnswer.AGREES)
    assert goes()


def test_a_paper_that_left_before_is_not_offered_again_while_it_holds_what_is_withheld(
    session, cast, referral, maja, omar, voice, withhold, wednesday
):
    row = session.scalars(select(History).where(History.referral_id == referral.id)).first()
    for guardian in (maja, omar):
        paper = Paper(DocumentKind.ACTION_PLAN, readers.guardian_key(guardian.id), "sv")
        documents.issue(session, row, paper, content=b"%PDF")
    wednesday.shift(timedelta(hours=1))
    assert len(guardian_papers.papers_for(session, maja)) == 1
    decision = withhold(voice)
    assert guardian_papers.papers_for(session, maja) == []
    assert len(guardian_papers.papers_for(session, omar)) == 1
    lift(session, referral, decision, cast.coordinator)
    assert len(guardian_papers.papers_for(session, maja)) == 1


def test_what_is_withheld_is_not_in_the_list_of_what_was_shared(session, cast, referral, maja, plan, withhold):
    from tests.referrals.guardians.test_guardian_sharing import BY_CONSENT, share

    a_consent(session, maja, by=cast.coordinator)
    share(session, referral, cast.coordinator, BY_CONSENT, pieces.PieceKind.GOAL)
    assert len(guardian_sharing.shared_for(session, maja)) == 1
    withhold((plan.goals[0].id, ""))
    assert guardian_sharing.shared_for(session, maja) == []


def test_a_paper_is_known_by_what_it_was_made_of(session, cast, referral, maja, plan, voice):
    row = session.scalars(select(History).where(History.referral_id == referral.id)).first()

    def made(kind):
        paper = Paper(kind, readers.guardian_key(maja.id), "sv")
        return pieces.made_into(session, documents.issue(session, row, paper, content=b"%PDF"))

    assert {voice, (plan.goals[0].id, "")} <= made(DocumentKind.ACTION_PLAN)
    for kind in (DocumentKind.CLOSING, DocumentKind.FOLLOW_UP, DocumentKind.MINUTES, DocumentKind.INVITATION):
        assert made(kind) == frozenset()


def test_a_follow_up_on_paper_is_known_by_its_goals_and_notes(session, cast, maja):
    held_in, plan = with_plan(session, cast)
    follow_up.record_follow_up(
        session, held_in, by=cast.coordinator.actor(), seen=None, follow_up=all_said(plan)
    )  # fmt: skip
    session.refresh(held_in, ["history"])
    paper = Paper(DocumentKind.FOLLOW_UP, readers.guardian_key(maja.id), "sv")
    found = pieces.made_into(session, documents.issue(session, held_in.history[-1], paper, content=b"%PDF"))
    assert (plan.goals[0].id, "") in found
    assert "child_view" in {name for _identity, name in found}


def test_the_grounds_are_called_as_the_country_calls_them():
    for pack, source in (("se-2026-07", "OSL 12:3"), ("dk-2026-07", "Forvaltningsloven § 15 b")):
        ground = rulebook.load(pack).withholding_grounds[HARM]
        assert ground.source == source
        assert ground.name_in("fi") == ground.name_in("en") != ground.name_in("sv")


def test_it_stays_withheld_when_the_plan_is_written_on(session, cast, referral, maja, plan, voice, withhold):
    withhold(voice)
    withhold((plan.goals[0].id, ""))
    copy = plan_versions.copy_version(session, plan, author_id=cast.coordinator.id, begins_on=clock.now().date())
    session.flush()
    kept = pieces.not_theirs(session, referral, maja.id, on=clock.now().date())
    assert {(copy.id, "child_voice"), (copy.goals[0].id, ""), voice, (plan.goals[0].id, "")} <= kept
    named = {one.lasting for one in pieces.known(session, referral)}
    assert len(named) < len(pieces.known(session, referral))


def test_a_goal_that_is_saved_again_is_still_the_one_it_was(session, cast, maja):
    writing = a_referral(session, cast, PLAN_DRAFT)
    of_nobody = uuid.uuid4()
    by = cast.coordinator.actor()
    first = action_plan.draft_action_plan(
        session, writing, by=by, plan=PlanInput(goals=[GoalInput(text="Sover lugnt", begun_as=of_nobody)])
    )
    was = first.goals[0].line
    assert was != of_nobody
    again = action_plan.draft_action_plan(
        session,
        writing,
        by=by,
        plan=PlanInput(goals=[GoalInput(text="Ny"), GoalInput(text="Sover gott", begun_as=was)]),
    )
    assert again.goals[1].id != was
    assert [goal.line == was for goal in again.goals] == [False, True]


def test_a_paper_from_while_the_child_agreed_goes_when_the_child_changes_their_mind(
    session, referral, maja, voice, mark, ask, wednesday
):
    row = mark(voice)
    issued = session.scalars(select(History).where(History.referral_id == referral.id)).first()

    def paper(kind):
        documents.issue(session, issued, Paper(kind, readers.guardian_key(maja.id), "sv"), content=b"%PDF")

    wednesday.shift(timedelta(minutes=1))
    paper(DocumentKind.INVITATION)
    ask(row, ChildsAnswer.AGREES)
    paper(DocumentKind.ACTION_PLAN)
    wednesday.shift(timedelta(hours=1))
    assert len(guardian_papers.papers_for(session, maja)) == 2
    ask(row, ChildsAnswer.KEPT)
    assert [one.kind for one in guardian_papers.papers_for(session, maja)] == [DocumentKind.INVITATION]
    assert row.holds_since == clock.now()


def test_a_closing_on_paper_is_known_by_its_goals_and_notes(session, cast, maja, plan, referral):
    closed = Closure(
        referral=referral, number=1, closed_at=clock.now(), by_id=cast.coordinator.id, reason=ClosureReason.GOALS_REACHED,
        summary="Det gick bra.", outcomes=[GoalOutcome(referral=referral, goal=plan.goals[0], result=GoalResult.REACHED)],
    )  # fmt: skip
    session.add(closed)
    session.flush()
    row = session.scalars(select(History).where(History.referral_id == referral.id)).first()
    row.at = clock.now()
    paper = Paper(DocumentKind.CLOSING, readers.guardian_key(maja.id), "sv")
    made = pieces.made_into(session, documents.issue(session, row, paper, content=b"%PDF"))
    assert made == {(plan.goals[0].id, ""), (closed.id, "summary")}


def test_the_sheet_that_a_child_carries_home_leaves_out_what_somebody_at_home_is_not_to_read(
    session, referral, maja, plan, withhold, mark
):
    plan.goals[0].plain = "Du har en vuxen att gå till."
    goal = (plan.goals[0].id, "")

    def sheet():
        paper = Paper(DocumentKind.CHILDS_PLAN, readers.FILE, "sv")
        return paper_html(paper_sources.gather(session, referral, paper, after=None))

    assert plan.goals[0].plain in sheet()
    withhold(goal)
    assert plan.goals[0].plain not in sheet()
    row = session.scalars(select(History).where(History.referral_id == referral.id)).first()
    issued = documents.issue(session, row, Paper(DocumentKind.CHILDS_PLAN, readers.FILE, "sv"), content=b"%PDF")
    assert pieces.made_into(session, issued) == {goal}
