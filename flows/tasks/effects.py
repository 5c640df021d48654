"""What every task of ours has in common: a few quick retries where the outside world failed, and nothing kept at Prefect."""

from collections.abc import Callable
from typing import Final, ParamSpec, TypeVar

from prefect import Task, task
from prefect.cache_policies import NO_CACHE

from flows.failures import may_help

P = ParamSpec("P")
R = TypeVar("R")

#: seconds before the second and the third try; longer pauses are the step's own, so that no thread is kept waiting
QUICK_RETRIES: Final = [0.5, 2.0]


def effect(name: str) -> Callable[[Callable[P, R]], Task[P, R]]:
    """Make a task of a function that has an effect: it is tried again where that may help, and its result is not kept."""
    return task(
        name=name,
        retries=len(QUICK_RETRIES),
        retry_delay_seconds=QUICK_RETRIES,
        retry_condition_fn=may_help,
        persist_result=False,
        cache_policy=NO_CACHE,
    )
