"""The log of a part: a line of JSON for each thing that happened, with reference numbers and words of ours, nothing anybody typed."""

import logging
import sys
from types import TracebackType
from typing import Final

import structlog
from structlog.typing import EventDict, WrappedLogger

#: what a line may hold beside its words; nothing else that is handed to a logger gets into one
FIELDS: Final = frozenset({"number", "step", "attempt", "route", "method", "status", "ms"})


def write_lines(part: str) -> None:
    """Let everything this process logs from now on, libraries' words too, be lines on its standard error, each naming `part`."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(lines(part))
    logging.basicConfig(level=logging.INFO, handlers=[handler])


def lines(part: str) -> logging.Formatter:
    """What makes a line of a record: `at`, `level`, `part`, `from`, `said` and those of `FIELDS` that are known.

    Of an exception its class and its place are told: its text may repeat what somebody typed.
    """

    def named(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
        return {"at": event.pop("at"), "level": event.pop("level"), "part": part, "from": event.pop("logger"), **event}

    before: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(allow=FIELDS),
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
        structlog.processors.EventRenamer("said"),
        _without_texts_of_exceptions,
    ]
    after: list[structlog.typing.Processor] = [
        structlog.stdlib.ProcessorFormatter.remove_processors_meta,
        named,
        structlog.processors.JSONRenderer(ensure_ascii=False),
    ]
    return structlog.stdlib.ProcessorFormatter(foreign_pre_chain=before, processors=after)


def place_in(traceback: TracebackType | None) -> str:
    """The module and line in which an exception began."""
    place = "unknown place"
    while traceback is not None:
        place = f"{traceback.tb_frame.f_globals.get('__name__', '?')}:{traceback.tb_lineno}"
        traceback = traceback.tb_next
    return place


def _without_texts_of_exceptions(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    event.pop("stack_info", None)
    if error := event.pop("exc_info", None):
        event["error"] = f"{error[0].__name__} at {place_in(error[2])}"
    return event
