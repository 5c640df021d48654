"""The same step as Prefect does it by itself: `serve()` with its default polling, a process a run, a suspended run per human wait.

Run as programs of their own (`python -m tests.bench.stock serve`, `… drive FOLDER TIMES`), because Prefect reads its settings when imported.
"""

import json
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from prefect import flow, suspend_flow_run, task
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.objects import StateType
from prefect.exceptions import ObjectNotFound

from referrals import printing
from referrals.vocabulary import DocumentKind
from tests.bench.figures import Figure, Wanted, as_many_as, figure
from tests.bench.running import embedded, step_latencies
from tests.bench.waiting import settings_of, wait_for
from tests.journeys.instance import Instance

BEFORE, AFTER = "before.pdf", "after.pdf"
LONGEST = 120.0


@task(persist_result=True)
def paper(file: str) -> None:
    """One receipt, as ours prints it."""
    sample = printing.TEMPLATE_FOLDER / "documents" / DocumentKind.RECEIPT.value / "sample.json"
    content = json.loads(sample.read_text(encoding="utf-8"))
    pdf = printing.print_pdf(printing.document_html(DocumentKind.RECEIPT.value, content, language="sv"))
    beside = Path(file).with_suffix(".part")
    beside.write_bytes(pdf)
    beside.rename(file)


@flow(persist_result=True)
def with_a_person_in_between(folder: str) -> None:
    """A paper, a decision that is waited for, and the paper that follows it."""
    paper(f"{folder}/{BEFORE}")
    suspend_flow_run(timeout=3600)
    paper(f"{folder}/{AFTER}")


def measure() -> Iterator[Figure]:
    """Ours, then from the decision (the run is resumed) until the paper after it is there; at the same server, in one run."""
    with embedded() as (instance, address):
        ours = figure("step, before stock Prefect", "ms", step_latencies(instance.url, address, times=10)[0])
        yield ours
        stock = figure("the same with stock Prefect, one paper", "ms", _with_stock_prefect(instance))
        yield stock
        wanted = Wanted("median", 15, at_least=True)
        yield figure("ours is so many times faster", "times", [stock.median / ours.median], wanted=wanted)


def _with_stock_prefect(instance: Instance) -> list[float]:
    environment = settings_of(instance.process_of("worker"))
    del environment["PREFECT_WORKER_PREFETCH_SECONDS"]  # its default, as stock has it
    command, here = [sys.executable, "-m", "tests.bench.stock"], Path(__file__).parents[2]
    with tempfile.TemporaryDirectory(prefix="trivsel-stock-") as place:
        serving = subprocess.Popen(
            [*command, "serve"], cwd=here, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            said = subprocess.run(
                [*command, "drive", place, str(as_many_as(5, 3))],
                cwd=here, env=environment, check=True, stdout=subprocess.PIPE, text=True,
            ).stdout  # fmt: skip
        finally:
            serving.terminate()
            serving.wait(30)
    return [float(one) for one in json.loads(said.splitlines()[-1])]


def _drive(place: str, times: int) -> list[float]:
    client, taken = get_client(sync_client=True), []
    wait_for(lambda: _deployment(client) is not None, within=LONGEST)
    deployment = _deployment(client)
    assert deployment is not None
    for turn in range(times):
        folder = Path(place) / f"stock-{turn}"
        folder.mkdir()
        run = client.create_flow_run_from_deployment(deployment, parameters={"folder": str(folder)})
        wait_for(partial(_is_suspended, client, run.id), within=LONGEST)
        time.sleep(2)  # the process that printed the first paper ends: this is about the step alone
        began = time.monotonic()
        client.resume_flow_run(run.id)
        wait_for((folder / AFTER).exists, within=LONGEST)
        taken.append((time.monotonic() - began) * 1000)
    return taken


def _deployment(client: SyncPrefectClient) -> uuid.UUID | None:
    try:
        return client.read_deployment_by_name(f"{with_a_person_in_between.name}/bench").id
    except ObjectNotFound:
        return None


def _is_suspended(client: SyncPrefectClient, run_id: uuid.UUID) -> bool:
    state = client.read_flow_run(run_id).state
    return state is not None and state.type is StateType.PAUSED


if __name__ == "__main__":
    if sys.argv[1] == "serve":
        with_a_person_in_between.serve(name="bench")
    else:
        print(json.dumps(_drive(sys.argv[2], int(sys.argv[3]))))
