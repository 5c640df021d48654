"""The sweep: what falls due with the calendar, done once however often it runs."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from flows import sweep
from flows.apart import Apart
from flows.sweep import sweep_database
from referrals import clock, db
from referrals.development import stages
from referrals.errors import OnHold, SealBroken
from referrals.meetings import conflict
from referrals.models import ContentKey, DevelopmentCase, Heartbeat, History, Referral
from referrals.models import referral as referral_model
from referrals.stages import CLOSED, IN_TRIAGE, PLAN_ACTIVE, Stage, Verb
from referrals.vocabulary import AfterFollowUp, ContentKind
from tests import development
from tests.factories import a_consent, a_guardian, a_referral
from tests.people import settle


def test_coordinators_are_reminded_once_of_a_consent_that_is_about_to_end(fresh_address: str) -> None:
    with db.writing(fresh_address) as session:
        cast = settle(session)
        ends = clock.now().date() + timedelta(days=14)
        guardian = a_guardian(session, a_referral(session, cast, PLAN_ACTIVE))
        a_consent(session, guardian, by=cast.coordinator, until_on=ends)
    for _ in range(2):
        sweep_database(fresh_address)
    with db.reading(fresh_address) as session:
        verbs = session.scalars(select(History.verb).order_by(History.number)).all()
    assert verbs == [Verb.SUBMIT_CONCERN, Verb.REMIND_OF_CONSENT]


def test_whoever_may_settle_a_conflict_of_interest_is_reminded_once_of_one_that_is_held_too_long(
    fresh_address: str,
) -> None:
    with db.writing(fresh_address) as session:
        referral = a_referral(session, settle(session), IN_TRIAGE)
        conflict.hold(session, referral)
        referral.held_since = clock.now() - timedelta(days=5)
    for _ in range(2):
        sweep_database(fresh_address)
    with db.reading(fresh_address) as session:
        verbs = session.scalars(select(History.verb).order_by(History.number)).all()
    assert verbs == [Verb.SUBMIT_CONCERN, Verb.REMIND_OF_CONFLICT]


def test_development_work_is_followed_up_once_as_a_term_ends(
    fresh_address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with db.writing(fresh_address) as session:
        cast = settle(session)
        running, drafted = development.begin(session, cast), development.begin(session, cast)
        development.carry(session, cast, drafted, Stage.ACTION_PLAN)
        development.carry(session, cast, running, Stage.FOLLOW_UP)
        by, outcome = cast.coordinator.actor(), AfterFollowUp.GO_ON
        stages.record_follow_up(session, running, by=by, seen_by_then=development.SEEN, outcome=outcome)
        running_id = running.id
    sweep_database(fresh_address)
    a_year_later = clock.now() + timedelta(days=366)
    monkeypatch.setattr(clock, "now", lambda: a_year_later)
    for _ in range(2):
        sweep_database(fresh_address)
    with db.reading(fresh_address) as session:
        due = session.scalars(select(DevelopmentCase).where(DevelopmentCase.stage == Stage.FOLLOW_UP)).all()
        assert [one.id for one in due] == [running_id]
        assert [one.by_id for one in due[0].events].count(None) == 3


def test_a_referral_that_ended_before_each_kind_of_content_had_a_key_gets_them(
    fresh_address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(referral_model, "fresh_keys", list)
    with db.writing(fresh_address) as session:
        a_referral(session, settle(session), CLOSED)
    monkeypatch.undo()
    for _ in range(2):
        sweep_database(fresh_address)
    with db.reading(fresh_address) as session:
        assert sorted(session.scalars(select(ContentKey.kind))) == sorted(ContentKind)
        assert session.scalars(select(Referral)).one().child_name == "Mila Testsson"


def test_a_row_and_a_duty_as_nobody_thought_of_them_stop_nothing_else_and_are_told(
    fresh_address: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with db.writing(fresh_address) as session:
        cast = settle(session)
        ends = clock.now().date() + timedelta(days=14)
        for _ in range(3):
            a_consent(
                session, a_guardian(session, a_referral(session, cast, PLAN_ACTIVE)), by=cast.coordinator, until_on=ends
            )
    really, strange = sweep.remind_of_consent, [KeyError("Zebulina"), SealBroken("Zebulina")]

    def remind(session: Session, referral: Referral, **named: object) -> History | None:
        if strange:
            raise strange.pop()
        return really(session, referral, **named)  # type: ignore[arg-type]

    def find(_session: Session, _today: date) -> Iterable[Referral]:
        raise AttributeError("Zebulina")

    with monkeypatch.context() as broken:
        broken.setattr(sweep, "remind_of_consent", remind)
        broken.setattr(sweep, "due_for_follow_up", find)
        assert not sweep_database(fresh_address)
    assert told(fresh_address) == ([Verb.REMIND_OF_CONSENT], [])
    lines = [record.getMessage() for record in caplog.records if record.levelname == "WARNING"]
    assert [line.rpartition(": ")[2].partition(" at ")[0] for line in lines] == [
        "AttributeError", "SealBroken", "KeyError", "3 left over",
    ]  # fmt: skip
    assert all(" at find:" in line or " at remind:" in line for line in lines[:3])
    assert "Zebulina" not in caplog.text
    assert sweep_database(fresh_address)
    verbs, swept = told(fresh_address)
    assert (verbs, len(swept)) == ([Verb.REMIND_OF_CONSENT] * 3, 1)


def test_what_was_refused_is_told_and_leaves_nothing_over_but_for_what_nobody_may_count(
    caplog: pytest.LogCaptureFixture,
) -> None:
    apart = Apart("sweep")
    with caplog.at_level("INFO", "trivsel.flows"):
        with apart.one("disposal 7"):
            raise OnHold("Zebulina")
        with apart.one("a disposal", tells_place=False):
            raise OnHold("Zebulina")
    (line,) = [record.getMessage() for record in caplog.records]
    assert line.startswith("sweep: disposal 7: OnHold at test_what_was_refused")
    assert apart.failed == 0


def told(address: str) -> tuple[list[Verb], list[datetime]]:
    """Of what the sweep has reminded, and when one left nothing over."""
    with db.reading(address) as session:
        verbs = session.scalars(select(History.verb).where(History.verb == Verb.REMIND_OF_CONSENT)).all()
        return list(verbs), list(session.scalars(select(Heartbeat.seen_at).where(Heartbeat.part == "sweep")))
