"""`python -m flows.worker`: the one process of the workflow, with dispatcher, polling worker, sweep and a sign of life."""

import asyncio
import contextlib
import gc
import logging
import os
import secrets
import signal
import threading
import time
from typing import TYPE_CHECKING, Final

from flows.opening import logger, open_instance, prepare_environment
from referrals import config
from referrals.operations import logs

if TYPE_CHECKING:
    from flows.engine import Engine

#: seconds a worker that is told to end waits for the steps under way; what is left is taken over when its lease runs out
GRACE: Final = 5.0


def main() -> int:
    """Run until told to end by TERM or INT; the exit status."""
    logs.write_lines("worker")
    for noisy in ("httpx", "httpcore", "weasyprint", "fontTools"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    for handler in logging.getLogger().handlers:
        handler.addFilter(_is_news)
    settings = config.current()
    prepare_environment(settings)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: stop.set())
    open_instance()

    # Prefect reads its settings when it is imported, so this comes after they are there.
    from flows.engine import Engine

    gc.freeze()  # what was imported stays: looking through it again for rubbish would hold a paper up for a fifth of a second
    engine = Engine(settings, holder=f"{os.getpid()}-{secrets.token_hex(4)}")
    engine.start()
    try:
        _poll_until(stop, engine)
    finally:
        logger().info("worker: ending")
        engine.stop(GRACE)
    return 0


def _is_news(record: logging.LogRecord) -> bool:
    """Prefect warns at each start that our worker's type differs from the pool's, which is as it should be."""
    return not record.getMessage().startswith("Worker type mismatch!")


def _poll_until(stop: threading.Event, engine: "Engine") -> None:
    """Poll for runs nobody dispatched, until `stop`. Prefect may come and go meanwhile."""
    while not stop.is_set():
        if not engine.registered.wait(0.2):
            continue
        try:
            asyncio.run(_poll(stop, engine))
        except Exception as error:  # noqa: BLE001 - polling is the second way only; the dispatcher goes on
            logger().warning("worker: polling ended (%s); beginning again", type(error).__name__)
            stop.wait(2)


async def _poll(stop: threading.Event, engine: "Engine") -> None:
    worker = engine.polling_worker()
    polling = asyncio.create_task(worker.start(printer=lambda text: logger().info("%s", text)))
    began = time.monotonic()
    while not stop.is_set() and not polling.done():  # noqa: ASYNC110 - a signal handler sets it, outside any loop
        await asyncio.sleep(0.1)
    if polling.done():
        if time.monotonic() - began < 1:
            await asyncio.sleep(1)
        polling.result()
        return
    polling.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await polling


if __name__ == "__main__":
    status = main()
    logging.shutdown()
    # At once: a thread in the middle of a step cannot be ended any other way, Prefect's own threads would first wait for a
    # server that may be gone, and all of our own work stands in the database.
    os._exit(status)
