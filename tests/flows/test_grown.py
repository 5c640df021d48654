"""The grown shape: several webs and several workers, each a process of its own, with our database and Prefect's on PostgreSQL; one
that is cut off stops nobody.

Workers are on hosts of their own where the test may make network namespaces, and where it may it must (`hosts.py`); else they share this
machine. Each web has an address of its own.
"""

import os
import re
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from itertools import count
from pathlib import Path
from threading import Event

import httpx
import pytest
from sqlalchemy import create_engine, select, text
from sqlalchemy.engine import make_url

from referrals import db
from referrals.models import Account, Heartbeat, Step
from tests.bench.concerns import send_at_last
from tests.flows.ground import PATIENCE, Instance, PrefectServer, until
from tests.flows.hosts import Host, a_host, way
from tests.flows.watching import all_are_in_triage_once, is_held, is_quiet, submit
from tests.postgres import a_database, crash_and_restart
from tests.programs import Program, worker
from tests.referrals.post_office import free_port
from webapp.accounts.passwords import hash_password
from webapp.demo_window import Stopped

PASSWORD = "correct horse battery"
#: what a worker says in the end of an attempt that is its own no longer, wherever it was with it
LOST = re.compile(r"was taken over|waits for its lease to run out|is somebody else's|could not be written|ended with")
#: where each web is reached from this machine
ADDRESSES = ("127.0.0.2", "127.0.0.3")

Start = Callable[..., "subprocess.Popen[bytes]"]


@pytest.fixture
def start(postgres_instance: Instance, tmp_path: Path) -> Iterator[Start]:
    """Starts a program of this instance; all of them are ended afterwards."""
    with ExitStack() as running:

        def begin(name: str, *command: str, host: Host | None = None, **more: str) -> "subprocess.Popen[bytes]":
            host = host or Host()
            log = running.enter_context((tmp_path / f"{name}.log").open("wb"))
            program = subprocess.Popen(
                [*host.command, sys.executable, "-m", *command],
                env=os.environ | postgres_instance.environment | host.environment | more,
                stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip
            running.callback(end, program)
            return program

        yield begin


def end(program: "subprocess.Popen[bytes]") -> None:
    if program.poll() is None:
        program.send_signal(signal.SIGCONT)
        program.terminate()
        try:
            program.wait(20)
        except subprocess.TimeoutExpired:
            program.kill()
            program.wait()


def start_web(start: Start, name: str, host: Host, listens: str, port: int) -> "subprocess.Popen[bytes]":
    return start(
        name, "gunicorn", "webapp.application:make_application()", "--bind", f"{listens}:{port}", "--worker-class",
        "webapp.web_worker.WebWorker", "--threads", "4", "--logger-class", "webapp.web_log.WebLog", "--no-control-socket",
        host=host, TRIVSEL_PORT=str(port),
    )  # fmt: skip


def answers(address: str) -> bool:
    try:
        return httpx.get(f"{address}/healthz", trust_env=False).is_success
    except httpx.HTTPError:
        return False


def holders(instance: Instance) -> set[str]:
    """The workers that have shown that they live."""
    with db.reading(instance.database) as session:
        return {
            one.removeprefix("worker-")
            for one in session.scalars(select(Heartbeat.holder).where(Heartbeat.part == "worker"))
        }


@pytest.fixture(scope="module")
def its_database(postgres_server: str) -> Iterator[str]:
    """A database that Prefect's server fills."""
    with a_database(postgres_server, f"prefect_{uuid.uuid4().hex}") as address:
        yield address


@pytest.fixture(scope="module")
def grown(its_database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrefectServer]:
    """A Prefect server of this file's own, on PostgreSQL."""
    home = tmp_path_factory.mktemp("prefect")
    server = PrefectServer(home, free_port())
    spoken = make_url(its_database).set(drivername="postgresql+asyncpg").render_as_string(hide_password=False)
    server.start(PREFECT_HOME=str(home), PREFECT_API_DATABASE_CONNECTION_URL=spoken)
    yield server
    server.stop()


@pytest.fixture
def new_host(
    grown: PrefectServer, postgres_instance: Instance, record_property: Callable[[str, object], None]
) -> Iterator[Callable[[], Host]]:
    """Makes a host for a program; how that was done stands in the report."""
    record_property("hosts", str(way()))
    reached, numbers = {"database": postgres_instance.database, "api": grown.api}, count()
    with ExitStack() as stand:
        yield lambda: stand.enter_context(a_host(next(numbers), **reached))


@pytest.fixture
def webs(new_host: Callable[[], Host], start: Start) -> "Iterator[dict[str, subprocess.Popen[bytes]]]":
    """Two webs, each on a host of its own: the address of each, and its process."""
    port, webs = free_port(), {}
    with ExitStack() as reached:
        for address in ADDRESSES:
            host = new_host()
            listens = reached.enter_context(host.reached_at(address, port))
            webs[f"http://{address}:{port}"] = start_web(start, f"web-{address}", host, listens, port)
        until(lambda: all(map(answers, webs)))
        yield webs


@contextmanager
def cut_off_in_the_middle(
    instance: Instance, host: Host, worker: "subprocess.Popen[bytes]", sent: list[str]
) -> Iterator[None]:
    """Cut a worker off while it holds a step. Where the other one was quicker with all that was `sent`, more is sent."""
    mine = select(Step.id).where(
        Step.holder.startswith(f"{worker.pid}-"), Step.lease_until.is_not(None), Step.finished_at.is_(None)
    )

    def holds_one() -> bool:
        if is_quiet(instance):
            sent.append(str(submit(instance)))
        host.cut_off(worker)
        time.sleep(0.05)  # what it had sent to the database has arrived
        with db.reading(instance.database) as session:
            if session.scalars(mine).first() is not None:
                return True
        host.connect(worker)
        time.sleep(0.03)
        return False

    until(holds_one)
    yield
    host.connect(worker)


def test_of_several_workers_one_is_cut_off_with_a_step_while_people_send_concerns_and_the_others_carry_on(
    postgres_instance: Instance,
    its_database: str,
    new_host: Callable[[], Host],
    webs: "dict[str, subprocess.Popen[bytes]]",
    start: Start,
    tmp_path: Path,
) -> None:
    hosts = [new_host() for _ in range(2)]
    workers = [start(f"worker-{number}", "flows.worker", host=host) for number, host in enumerate(hosts)]
    until(lambda: len(holders(postgres_instance)) == 2)
    sent = [str(submit(postgres_instance)) for _ in range(8)]
    log = tmp_path / "worker-0.log"
    with cut_off_in_the_middle(postgres_instance, hosts[0], workers[0], sent):
        said = log.stat().st_size
        sent += [send_at_last(address) for address in webs for _ in range(2)]
        until(lambda: is_quiet(postgres_instance))
        all_are_in_triage_once(postgres_instance, len(sent))
        with db.reading(postgres_instance.database) as session:
            assert max(session.scalars(select(Step.attempt))) > 1  # what it held was taken from it
    sent += [send_at_last(address) for address in webs]
    until(lambda: is_quiet(postgres_instance))
    until(lambda: LOST.search(log.read_bytes()[said:].decode()))
    all_are_in_triage_once(postgres_instance, len(sent))
    assert [one.poll() for one in (*workers, *webs.values())] == [None] * 4
    assert "COMPLETED" in ends_of_runs(its_database)  # it was Prefect on PostgreSQL that they asked


def ends_of_runs(database: str) -> set[str]:
    engine = create_engine(database)
    with engine.connect() as connection:
        ends = {row.state_type for row in connection.execute(text("SELECT DISTINCT state_type FROM flow_run"))}
    engine.dispose()
    return ends


def test_postgresql_that_dies_with_both_databases_while_people_send_concerns_costs_time_and_nothing_else(
    postgres_instance: Instance, grown: PrefectServer, webs: "dict[str, subprocess.Popen[bytes]]", start: Start
) -> None:
    met, numbers, has_died = list[Stopped](), list[str](), Event()

    def go_on_sending(address: str) -> None:
        numbers.append(send_at_last(address, met))
        while not has_died.is_set():
            numbers.append(send_at_last(address, met))

    before = [submit(postgres_instance) for _ in range(6)]
    at_work = start("worker", "flows.worker", TRIVSEL_PREFECT_API_URL=grown.api, PREFECT_API_URL=grown.api)
    # However long it takes to come up, people do not send more than the form takes in.
    until(lambda: is_held(postgres_instance))
    with ThreadPoolExecutor(len(webs)) as people:
        try:
            sending = [people.submit(go_on_sending, address) for address in webs]
            until(lambda: len(numbers) >= 2 and is_held(postgres_instance))
            crash_and_restart(postgres_instance.database)
        finally:
            has_died.set()
        for one in sending:
            one.result(PATIENCE)
    until(lambda: is_quiet(postgres_instance))
    assert met  # people were there when it died
    assert len(set(numbers)) == len(numbers)
    all_are_in_triage_once(postgres_instance, len(before) + len(numbers))
    assert [one.poll() for one in (at_work, grown.process, *webs.values())] == [None] * 4  # nobody was started again


#: a worker on a machine whose clock is wrong
AN_HOUR_AHEAD = """
import sys
from datetime import UTC, datetime, timedelta
import time_machine
time_machine.travel(datetime.now(UTC) + timedelta(hours=1)).start()
from flows import worker
sys.exit(worker.main())
"""


def test_workers_whose_clocks_are_an_hour_apart_take_from_each_other_and_do_everything_once(
    postgres_instance: Instance, grown: PrefectServer
) -> None:
    environment = postgres_instance.environment | {"TRIVSEL_PREFECT_API_URL": grown.api, "PREFECT_API_URL": grown.api}
    ahead = Program([sys.executable, "-c", AN_HOUR_AHEAD], environment=environment, is_up=lambda: True)
    workers = [worker(environment=environment), ahead]
    try:
        for one in workers:
            one.start()
        until(lambda: len(holders(postgres_instance)) == 2)
        sent = [submit(postgres_instance) for _ in range(12)]
        until(lambda: is_quiet(postgres_instance))
    finally:
        for one in workers:
            if one.process is not None:
                one.kill()
    with db.reading(postgres_instance.database) as session:
        assert max(session.scalars(select(Step.attempt))) > 1, "no worker took a step from the other"
    all_are_in_triage_once(postgres_instance, len(sent))


def test_several_webs_know_the_same_people_and_one_that_dies_takes_nobody_with_it(
    postgres_instance: Instance, webs: "dict[str, subprocess.Popen[bytes]]"
) -> None:
    with db.writing(postgres_instance.database) as session:
        karin = session.scalars(select(Account).where(Account.email.startswith("karin."))).one()
        karin.password_hash, email = hash_password(PASSWORD), karin.email
    first, second = webs
    page = httpx.get(f"{first}/sign-in", trust_env=False)
    token = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
    assert token is not None
    typed = {"csrf_token": token[1], "email": email, "password": PASSWORD}
    cookie = {"Cookie": page.headers["Set-Cookie"].partition(";")[0]}
    answer = httpx.post(f"{second}/sign-in", data=typed, headers=cookie, trust_env=False)
    assert answer.status_code == 303, answer.text
    signed_in = {"Cookie": "; ".join(one.partition(";")[0] for one in answer.headers.get_list("Set-Cookie"))}
    for address in (first, second):
        assert httpx.get(f"{address}/home", headers=signed_in, trust_env=False).status_code == 200
    os.killpg(webs[second].pid, signal.SIGKILL)
    webs[second].wait()
    assert not answers(second)
    assert httpx.get(f"{first}/home", headers=signed_in, trust_env=False).status_code == 200
