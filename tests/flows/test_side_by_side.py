"""Workers of two versions at one Prefect: runs that either of them made can be carried out by the other."""

import inspect

from flows.deployments import DEPLOYMENT, FLOWS, POOL
from referrals.models import StepKind


def test_runs_are_named_and_told_the_same_as_by_the_version_before() -> None:
    """Whoever changes this lets a worker of the version before fail at runs of this one, or the other way round: a new name goes beside it."""
    told = {flow.name: list(inspect.signature(flow.fn).parameters) for flow in FLOWS.values()}
    assert told == {name: ["step_id", "attempt"] for name in ("advance-referral", "advance-development", "send-mail")}
    assert (POOL, DEPLOYMENT, set(FLOWS)) == ("trivsel", "trivsel", set(StepKind))
