"""Statutory tracks in the initial assessment: the head teacher's to decide, asked by a coordinator, and told on paper."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from referrals import clock, documents, notifications, triage
from referrals.errors import AlreadyMoved, Incomplete, NotAllowed, WrongStage
from referrals.models import Concern, History, Referral, StatutoryDecision
from referrals.papers import paper_sources
from referrals.stages import CLOSED, IN_CONSENT, IN_TRIAGE, SUBMITTED, WITH_HEAD_TEACHER, Party, State, Verb
from referrals.statutory import tracks
from referrals.vocabulary import ProtectionAnswer, SchoolForm
from referrals.work.worklist import waiting_for
from schemas.documents.writing import paper_html
from tests.factories import a_referral
from tests.people import Cast

pytestmark = pytest.mark.usefixtures("wednesday")

TODAY = date(2026, 9, 16)
CHOICE = tracks.StatutoryChoice(
    "special_support_investigation", "  Målen är i fara.  ", " Skolans diarium 2026-41 ", TODAY
)


def decide(session: Session, referral: Referral, cast: Cast, choice: tracks.StatutoryChoice = CHOICE) -> History:
    return tracks.decide_statutory_track(session, referral, by=cast.head_teacher.actor(), seen=None, choice=choice)


def ask(session: Session, referral: Referral, cast: Cast) -> History:
    return triage.ask_head_teacher(session, referral, by=cast.coordinator.actor(), seen=None, reason="Är det 3:7?")


@pytest.mark.parametrize("state", [SUBMITTED, IN_TRIAGE, WITH_HEAD_TEACHER])
def test_a_head_teacher_lets_a_concern_go_on_in_a_statutory_track(session: Session, cast: Cast, state: State) -> None:
    referral = a_referral(session, cast, state, revisit_on=TODAY)
    row = decide(session, referral, cast)
    assert (referral.state, referral.is_open, referral.revisit_on) == (CLOSED, False, None)
    assert (row.by_id, row.by_party, row.choice, row.reason) == (
        cast.head_teacher.id, Party.HEAD_TEACHER, "special_support_investigation", "Målen är i fara.",
    )  # fmt: skip
    kept = session.scalars(select(StatutoryDecision)).one()
    assert (kept.history, kept.kept_in, kept.decided_on) == (row, "Skolans diarium 2026-41", TODAY)


def test_nobody_but_a_head_teacher_of_the_unit_decides_it(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast)
    for somebody in (cast.coordinator, cast.outsider, cast.counsellor, cast.administrator):
        with pytest.raises(NotAllowed):
            tracks.decide_statutory_track(session, referral, by=somebody.actor(), seen=None, choice=CHOICE)
    assert referral.state == IN_TRIAGE


def test_a_statutory_track_needs_its_reason_and_where_the_decision_is_kept(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast)
    with pytest.raises(Incomplete) as refused:
        decide(session, referral, cast, tracks.StatutoryChoice("", " ", " ", None))
    assert refused.value.missing == ("track", "reason", "kept_in", "decided_on")


def test_a_preschool_does_not_know_the_schools_tracks(session: Session, cast: Cast) -> None:
    cast.school.school_form = SchoolForm.PRESCHOOL
    referral = a_referral(session, cast)
    for track in ("special_support_investigation", "support_programme", "absence_investigation"):
        with pytest.raises(Incomplete):
            decide(session, referral, cast, replace(CHOICE, track=track))
    decide(session, referral, cast, replace(CHOICE, track="preschool_support"))
    assert referral.state == CLOSED


ABSENCE = tracks.StatutoryChoice("absence_investigation", "Elva dagar borta.", "Skolans diarium", TODAY)


@pytest.mark.parametrize("told_on", [None, TODAY + timedelta(days=1)])
@pytest.mark.parametrize(
    ("pack", "track"), [("se-2026-07", "absence_investigation"), ("dk-2026-07", "unlawful_absence")]
)
def test_absence_is_not_decided_before_the_guardians_were_told(
    session: Session, cast: Cast, pack: str, track: str, told_on: date | None
) -> None:
    referral = a_referral(session, cast, rulepack=pack)
    referral.child_birth_date = None
    with pytest.raises(Incomplete) as refused:
        decide(session, referral, cast, replace(ABSENCE, track=track, guardians_told_on=told_on))
    assert (refused.value.missing, referral.state) == (("guardians_told_on",), IN_TRIAGE)
    decide(session, referral, cast, replace(ABSENCE, track=track, guardians_told_on=TODAY))
    assert session.scalars(select(StatutoryDecision.guardians_told_on)).all() == [TODAY]


@pytest.mark.parametrize(("born", "needs"), [(date(2008, 9, 16), False), (date(2008, 9, 17), True)])
def test_nobody_is_told_first_about_somebody_of_age(session: Session, cast: Cast, born: date, needs: bool) -> None:
    referral = a_referral(session, cast)
    referral.child_birth_date = born.isoformat()
    if needs:
        with pytest.raises(Incomplete):
            decide(session, referral, cast, ABSENCE)
        return
    decide(session, referral, cast, ABSENCE)
    assert session.scalars(select(StatutoryDecision.guardians_told_on)).all() == [None]


def test_without_the_day_of_the_decision_that_alone_is_asked_for_besides(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast)
    for told_on, missing in ((TODAY, ("decided_on",)), (None, ("decided_on", "guardians_told_on"))):
        with pytest.raises(Incomplete) as refused:
            decide(session, referral, cast, replace(ABSENCE, decided_on=None, guardians_told_on=told_on))
        assert refused.value.missing == missing


def test_other_tracks_keep_no_day_of_telling(session: Session, cast: Cast) -> None:
    decide(session, a_referral(session, cast), cast, replace(CHOICE, guardians_told_on=TODAY))
    assert session.scalars(select(StatutoryDecision.guardians_told_on)).all() == [None]


def test_both_papers_say_when_the_guardians_were_told(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast)
    row = decide(session, referral, cast, replace(ABSENCE, guardians_told_on=date(2026, 9, 14)))
    for paper in documents.papers_after(session, row):
        text = paper_html(paper_sources.gather(session, referral, paper, after=row))
        assert "Vårdnadshavarna fick veta först" in text
        assert "14 september 2026" in text


def test_deciding_twice_or_later_changes_nothing(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast)
    decide(session, referral, cast)
    before = referral.version
    for late in (referral, a_referral(session, cast, IN_CONSENT)):
        with pytest.raises(WrongStage):
            decide(session, late, cast)
    assert referral.version == before
    assert len(session.scalars(select(StatutoryDecision)).all()) == 1


def test_a_coordinator_passes_the_question_to_the_head_teacher(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast)
    row = ask(session, referral, cast)
    assert (referral.state, referral.owner_id, row.reason) == (WITH_HEAD_TEACHER, cast.coordinator.id, "Är det 3:7?")
    (line,) = waiting_for(session, cast.head_teacher.actor(), today=TODAY)
    assert (line.number, line.verb, line.party) == (referral.number, Verb.DECIDE_STATUTORY_TRACK, Party.HEAD_TEACHER)
    assert waiting_for(session, cast.coordinator.actor(), today=TODAY) == []
    mail = notifications.write(session, row)
    assert [(each.kind, each.address) for each in mail] == [("question_to_head_teacher", cast.head_teacher.email)]


def test_fear_of_harm_stands_first_with_the_head_teacher_too(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast, WITH_HEAD_TEACHER)
    session.scalars(select(Concern).where(Concern.referral_id == referral.id)).one().protection = ProtectionAnswer.YES
    session.flush()
    assert [line.is_urgent for line in waiting_for(session, cast.head_teacher.actor(), today=TODAY)] == [True]


def test_asking_needs_words_and_a_coordinator(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast)
    with pytest.raises(Incomplete):
        triage.ask_head_teacher(session, referral, by=cast.coordinator.actor(), seen=None, reason=" ")
    with pytest.raises(NotAllowed):
        triage.ask_head_teacher(session, referral, by=cast.head_teacher.actor(), seen=None, reason="Min?")
    ask(session, referral, cast)
    with pytest.raises(WrongStage):
        ask(session, referral, cast)


@pytest.mark.parametrize("who", [lambda cast: cast.head_teacher, lambda cast: cast.coordinator])
def test_the_question_goes_back_to_the_coordinator_with_a_reason(
    session: Session, cast: Cast, who: Callable[[Cast], object]
) -> None:
    referral = a_referral(session, cast)
    ask(session, referral, cast)
    by = who(cast).actor()
    with pytest.raises(Incomplete):
        triage.hand_back_to_coordinator(session, referral, by=by, seen=None, reason=" ")
    row = triage.hand_back_to_coordinator(session, referral, by=by, seen=referral.version, reason=" Teamets. ")
    assert (referral.state, row.reason, row.by_id) == (IN_TRIAGE, "Teamets.", by.account_id)
    with pytest.raises(WrongStage):
        triage.hand_back_to_coordinator(session, referral, by=by, seen=None, reason="Igen.")


def test_a_stranger_hands_nothing_back(session: Session, cast: Cast) -> None:
    with pytest.raises(NotAllowed):
        triage.hand_back_to_coordinator(
            session, a_referral(session, cast, WITH_HEAD_TEACHER), by=cast.outsider.actor(), seen=None, reason="Nej."
        )


def test_who_decides_while_the_question_goes_back_learns_who_was_first(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast)
    ask(session, referral, cast)
    seen = referral.version
    triage.hand_back_to_coordinator(session, referral, by=cast.coordinator.actor(), seen=seen, reason="Ångrade mig.")
    with pytest.raises(AlreadyMoved) as refused:
        tracks.decide_statutory_track(session, referral, by=cast.head_teacher.actor(), seen=seen, choice=CHOICE)
    assert refused.value.who == "Karin Almkvist"


def test_the_papers_name_the_track_its_source_and_where_the_decision_is(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast)
    row = decide(session, referral, cast)
    papers = documents.papers_after(session, row)
    assert [paper.kind for paper in papers] == ["referral", "closing"]
    for paper in papers:
        text = paper_html(paper_sources.gather(session, referral, paper, after=row))
        assert "Utredning av behov av särskilt stöd (Skollag 3:7)" in text
        assert "Skolans diarium 2026-41" in text
        assert "Målen är i fara." in text
        assert "special_support_investigation" not in text
        assert "fick veta först" not in text
    assert clock.now().date() == TODAY
