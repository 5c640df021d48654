"""`/metrics`: for whoever holds the token, and of nobody."""

import uuid
from datetime import timedelta

import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import select

from referrals import db
from referrals.clock import machine_now
from referrals.models import ClockPaper, Heartbeat, PrintAttempt, Referral, Step
from tests import straight_way
from tests.people import settle
from webapp import create_app

TOKEN = {"Authorization": "Bearer a-token-of-the-watchers"}


@pytest.fixture
def watched(settings):
    """The browser of a watcher, where one is wanted."""
    app = create_app(settings.model_copy(update={"metrics_token": "a-token-of-the-watchers"}))
    return app.test_client()


@pytest.mark.parametrize("shown", [{}, {"Authorization": "Bearer "}, {"Authorization": "Bearer another"}, TOKEN])
def test_without_a_token_in_the_settings_there_is_no_such_page(app, shown):
    assert app.test_client().get("/metrics", headers=shown).status_code == 404


@pytest.mark.parametrize(
    "shown", [{}, {"Authorization": "Bearer another"}, {"Authorization": "Basic a-token-of-the-watchers"}]
)
def test_without_the_right_token_there_is_none_either(watched, shown):
    assert watched.get("/metrics", headers=shown).status_code == 404


def test_a_watcher_reads_the_figures_and_nothing_of_anybody(watched, settings):
    with db.writing(settings.database) as session:
        cast = settle(session)
        referral = straight_way.submit(session, cast.school)
        session.flush()
        session.scalars(select(Step)).one().created_at = machine_now() - timedelta(minutes=2)
        for part in ("worker", "sweep"):
            session.add(Heartbeat(part=part, holder=uuid.uuid4().hex, seen_at=machine_now()))
        number = session.get_one(Referral, referral.id).number
        lost = session.scalars(select(Step).where(Step.referral_id == straight_way.submit(session, cast.school).id))
        lost.one().failed_at = machine_now()
        hours_ago = machine_now() - timedelta(hours=2)
        session.add(PrintAttempt(paper=ClockPaper.ROUND_AGENDA, key="x", tries=3, tried_at=hours_ago))
    answer = watched.get("/metrics", headers=TOKEN)
    assert answer.content_type.startswith("text/plain; version=0.0.4")
    families = {family.name: family.samples for family in text_string_to_metric_families(answer.text)}

    def of_referrals(name: str) -> float:
        (value,) = [one.value for one in families[name] if one.labels["kind"] == "advance_referral"]
        return value

    assert (of_referrals("trivsel_steps_waiting"), of_referrals("trivsel_steps_given_up")) == (1, 1)
    assert 120 <= of_referrals("trivsel_steps_oldest_seconds") < 300
    assert of_referrals("trivsel_steps_finished_lately") == 0
    assert {sample.labels["quantile"] for sample in families["trivsel_step_seconds"]} == {"0.5", "0.95", "1"}
    assert {
        "trivsel_documents",
        "trivsel_mail",
        "trivsel_worker_silent_seconds",
        "trivsel_sweep_silent_seconds",
    } <= set(families)
    assert families["trivsel_papers_given_up"][0].value == 1
    assert families["trivsel_disk_free_bytes"][0].value > 0
    assert not any(typed in answer.text for typed in (*straight_way.TYPED, number))
    assert "protection" not in answer.text


def test_before_the_first_worker_and_the_first_sweep_their_figures_are_missing(watched):
    assert "silent_seconds" not in watched.get("/metrics", headers=TOKEN).text
