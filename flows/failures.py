"""What Prefect may know of a failure: one neutral word. It stores the texts of exceptions, and ours must not say more."""

import functools
import traceback
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

from jinja2 import TemplateError
from prefect import Task
from prefect.client.schemas.objects import State, TaskRun
from sqlalchemy.exc import SQLAlchemyError

from flows.opening import logger
from referrals import mailer
from referrals.errors import LeaseLost, ReferralError

P = ParamSpec("P")
R = TypeVar("R")


class StepFailed(Exception):
    """A step's work did not succeed. `word` says in what: paper, mail, address, database, refused, time.

    `again` says whether another try may help: true for the outside world, false for refusals and mistakes of ours.
    """

    def __init__(self, word: str, *, again: bool) -> None:
        super().__init__(word)
        self.word = word
        self.again = again


def neutral(word: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Let nothing out of a piece of work but StepFailed and LeaseLost; `word` says what the work is about."""

    def decorate(work: Callable[P, R]) -> Callable[P, R]:
        @functools.wraps(work)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
            try:
                return work(*args, **kwargs)
            except (LeaseLost, StepFailed):
                raise
            except Exception as error:  # noqa: BLE001 - whatever it is, its text must not reach Prefect
                failure = _in_one_word(error, word)
            # Raised here and not above: inside the clause the first exception would travel along as its context.
            raise failure

        return guarded

    return decorate


def may_help(_task: Task[Any, Any], _run: TaskRun, state: State[Any]) -> bool:
    """Whether Prefect should try a task again: only where the outside world failed."""
    return isinstance(state.data, StepFailed) and state.data.again


def place_of(error: BaseException) -> str:
    """Where in the code an exception was raised: all that may be told of it beside its class, since its text may say more."""
    place = traceback.extract_tb(error.__traceback__)[-1]
    return f"{place.name}:{place.lineno}"


def _in_one_word(error: Exception, word: str) -> StepFailed:
    logger().warning("%s failed: %s at %s", word, type(error).__name__, place_of(error))
    if isinstance(error, ReferralError):
        return StepFailed("refused", again=False)
    if isinstance(error, mailer.AddressRefused):
        return StepFailed("address", again=False)
    if isinstance(error, SQLAlchemyError):
        return StepFailed("database", again=True)
    # A missing template calls itself an OSError too, but no other attempt will find it.
    return StepFailed(word, again=isinstance(error, OSError) and not isinstance(error, TemplateError))
