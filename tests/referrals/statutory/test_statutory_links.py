"""Pointers to statutory decisions beside a referral: recorded, taken away, and nothing of either side opened to the other."""

import uuid
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy.orm import Session

from referrals import history
from referrals.access import Actor, View, may_view
from referrals.errors import AlreadyMoved, Incomplete, NotAllowed, WrongStage
from referrals.models import Referral, StatutoryDecision
from referrals.stages import CLOSED, IN_TRIAGE, PLAN_ACTIVE, WITHDRAWN, Verb
from referrals.statutory import links, tracks
from referrals.statutory.links import Link
from referrals.vocabulary import DecidedBy, SchoolForm
from tests.factories import a_guardian, a_member, a_referral
from tests.people import Cast

pytestmark = pytest.mark.usefixtures("wednesday")

TODAY = date(2026, 9, 16)
LINK = Link("support_programme", " Skolans diarium 2026-41 ", date(2026, 9, 10), DecidedBy.HEAD_TEACHER)


def record(session: Session, referral: Referral, by: Actor, link: Link = LINK) -> StatutoryDecision:
    return links.link_decision(session, referral, by=by, seen=referral.version, link=link)


@pytest.mark.parametrize("state", [IN_TRIAGE, PLAN_ACTIVE, CLOSED])
def test_a_decision_made_elsewhere_is_pointed_to_and_moves_nothing(session: Session, cast: Cast, state: object) -> None:
    referral = a_referral(session, cast, state)  # type: ignore[arg-type]
    pointer = record(session, referral, cast.coordinator.actor())
    (line,) = links.links_of(session, referral)
    assert (line.row, line.track.key, line.track.source) == (pointer, "support_programme", "Skollag 3:9")
    assert (pointer.kept_in, pointer.decided_on, line.office) == (
        "Skolans diarium 2026-41", date(2026, 9, 10), DecidedBy.HEAD_TEACHER,
    )  # fmt: skip
    assert referral.state == state
    assert pointer.history.choice == "support_programme"
    assert pointer.history.reason is None


@pytest.mark.parametrize(
    ("change", "missing"),
    [
        ({"track": "educational_assessment"}, "track"),
        ({"track": ""}, "track"),
        ({"kept_in": "  "}, "kept_in"),
        ({"decided_on": None}, "decided_on"),
        ({"decided_on": date(2026, 9, 17)}, "decided_on"),
        ({"decided_by": None}, "decided_by"),
    ],
)
def test_what_is_missing_is_named_and_nothing_is_kept(
    session: Session, cast: Cast, change: dict[str, object], missing: str
) -> None:
    referral = a_referral(session, cast)
    with pytest.raises(Incomplete) as refused:
        record(session, referral, cast.head_teacher.actor(), replace(LINK, **change))  # type: ignore[arg-type]
    assert refused.value.missing == (missing,)
    assert links.links_of(session, referral) == []
    record(session, referral, cast.head_teacher.actor(), replace(LINK, decided_on=TODAY))


@pytest.mark.parametrize(
    ("key", "source", "name"),
    [
        ("special_support_report", "Skollag 3:7", "Anmälan om behov av särskilt stöd"),
        ("no_support_programme", "Skollag 3:9", "Beslut att åtgärdsprogram inte ska utarbetas"),
    ],
)
def test_the_report_and_the_decision_against_a_programme_are_pointed_to_and_no_concern_goes_on_as_either(
    session: Session, cast: Cast, key: str, source: str, name: str
) -> None:
    referral = a_referral(session, cast)
    record(session, referral, cast.coordinator.actor(), replace(LINK, track=key))
    (line,) = links.links_of(session, referral)
    assert (line.track.key, line.track.source, line.track.name("sv")) == (key, source, name)
    choice = tracks.StatutoryChoice(key, "Målen är i fara.", "Diariet", TODAY)
    with pytest.raises(Incomplete) as refused:
        tracks.decide_statutory_track(session, referral, by=cast.head_teacher.actor(), seen=None, choice=choice)
    assert refused.value.missing == ("track",)


def test_a_preschool_knows_no_programme(session: Session, cast: Cast) -> None:
    cast.school.school_form = SchoolForm.PRESCHOOL
    with pytest.raises(Incomplete):
        record(session, a_referral(session, cast), cast.head_teacher.actor())


def test_only_who_answers_for_the_referral_sees_or_records_it(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast)
    for account in (cast.teacher, cast.counsellor, cast.school_nurse, cast.social_worker):
        a_member(session, referral, account)
    guardian = Actor(guardian_of=referral.id, guardian_id=a_guardian(session, referral).id)
    knowing = [cast.coordinator, cast.head_teacher]
    others = [
        *(one.actor() for one in (cast.teacher, cast.counsellor, cast.school_nurse, cast.social_worker)),
        cast.outsider.actor(), cast.administrator.actor(), Actor(reported=referral.id), guardian,
    ]  # fmt: skip
    for by in others:
        assert not may_view(View.STATUTORY_LINKS, by, referral.facts())
        with pytest.raises(NotAllowed):
            record(session, referral, by)
    for account in knowing:
        assert may_view(View.STATUTORY_LINKS, account.actor(), referral.facts())


def test_a_withdrawn_concern_gets_no_pointer(session: Session, cast: Cast) -> None:
    with pytest.raises(WrongStage):
        record(session, a_referral(session, cast, WITHDRAWN), cast.coordinator.actor())


def test_sent_twice_it_is_there_once(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast)
    seen = referral.version
    record(session, referral, cast.coordinator.actor())
    with pytest.raises(AlreadyMoved):
        links.link_decision(session, referral, by=cast.coordinator.actor(), seen=seen, link=LINK)
    assert len(links.links_of(session, referral)) == 1


def test_a_wrong_pointer_is_taken_away_and_the_history_keeps_that_it_was_there(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast)
    pointer = record(session, referral, cast.coordinator.actor())
    take = {"by": cast.head_teacher.actor(), "seen": None, "decision_id": pointer.id}
    links.unlink_decision(session, referral, **take)  # type: ignore[arg-type]
    version = referral.version
    links.unlink_decision(session, referral, **take)  # type: ignore[arg-type]
    assert (links.links_of(session, referral), referral.version) == ([], version)
    session.expire(referral, ["history"])
    assert [row.verb for row in referral.history[-2:]] == [
        Verb.LINK_STATUTORY_DECISION,
        Verb.UNLINK_STATUTORY_DECISION,
    ]
    with pytest.raises(NotAllowed):
        links.unlink_decision(
            session, a_referral(session, cast), by=cast.coordinator.actor(), seen=None, decision_id=pointer.id
        )
    with pytest.raises(NotAllowed):
        links.unlink_decision(session, referral, by=cast.coordinator.actor(), seen=None, decision_id=uuid.uuid4())


def test_the_track_a_concern_went_on_in_stands_in_the_list_and_stays_there(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast)
    choice = tracks.StatutoryChoice("special_support_investigation", "Målen är i fara.", "Diariet", TODAY)
    tracks.decide_statutory_track(session, referral, by=cast.head_teacher.actor(), seen=None, choice=choice)
    (line,) = links.links_of(session, referral)
    assert (line.track.key, line.office, line.can_be_taken_away) == (
        choice.track, DecidedBy.HEAD_TEACHER, False,
    )  # fmt: skip
    with pytest.raises(NotAllowed):
        links.unlink_decision(session, referral, by=cast.head_teacher.actor(), seen=None, decision_id=line.row.id)
    record(session, referral, cast.coordinator.actor())
    assert [each.can_be_taken_away for each in links.links_of(session, referral)] == [False, True]
    assert history.guard(session, referral, Verb.LINK_STATUTORY_DECISION, by=cast.coordinator.actor())
