"""The grown shape: PostgreSQL, several webs and several workers, each a process of its own; one that is cut off stops nobody.

Workers are on hosts of their own where the test may make network namespaces; else they share this machine. Each web has an address of its own.
"""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx
import pytest
from sqlalchemy import select

from referrals import db
from referrals.models import Account, Heartbeat, Step
from tests.flows.ground import Instance, PrefectServer, until
from tests.flows.hosts import Host, a_host
from tests.flows.watching import everything_is_there_once, failures, is_quiet, submit
from webapp.accounts.passwords import hash_password

PASSWORD = "correct horse battery"
HOSTS = ("127.0.0.2", "127.0.0.3")

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


def start_web(start: Start, host: str, port: int) -> "subprocess.Popen[bytes]":
    return start(
        f"web-{host}", "gunicorn", "webapp.application:make_application()", "--bind", f"{host}:{port}", "--worker-class",
        "webapp.web_worker.WebWorker", "--threads", "4", "--logger-class", "webapp.web_log.WebLog", "--no-control-socket",
        TRIVSEL_PORT=str(port),
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


@pytest.fixture
def hosts(prefect: PrefectServer, postgres_instance: Instance) -> Iterator[list[Host]]:
    """Two hosts for workers."""
    reached = {"database": postgres_instance.database, "api": postgres_instance.settings.prefect_api}
    with ExitStack() as stand:
        yield [stand.enter_context(a_host(number, **reached)) for number in range(2)]


@contextmanager
def cut_off_in_the_middle(instance: Instance, host: Host, worker: "subprocess.Popen[bytes]") -> Iterator[None]:
    """Cut a worker off while it holds a step."""
    mine = select(Step.id).where(
        Step.holder.startswith(f"{worker.pid}-"), Step.lease_until.is_not(None), Step.finished_at.is_(None)
    )
    for _ in range(200):
        host.cut_off(worker)
        time.sleep(0.05)  # what it had sent to the database has arrived
        with db.reading(instance.database) as session:
            if session.scalars(mine).first() is not None:
                break
        host.connect(worker)
        time.sleep(0.03)
    else:
        pytest.fail("it never held a step")
    yield
    host.connect(worker)


def test_of_several_workers_one_is_cut_off_with_a_step_and_the_others_carry_on(
    postgres_instance: Instance, hosts: list[Host], start: Start
) -> None:
    workers = [start(f"worker-{number}", "flows.worker", host=host) for number, host in enumerate(hosts)]
    until(lambda: len(holders(postgres_instance)) == 2, seconds=120)
    sent = [submit(postgres_instance) for _ in range(12)]
    with cut_off_in_the_middle(postgres_instance, hosts[0], workers[0]):
        until(lambda: is_quiet(postgres_instance), seconds=120)
        everything_is_there_once(postgres_instance, sent)
        with db.reading(postgres_instance.database) as session:
            assert max(session.scalars(select(Step.attempt))) > 1  # what it held was taken from it
    sent += [submit(postgres_instance) for _ in range(2)]
    until(lambda: is_quiet(postgres_instance), seconds=60)
    time.sleep(2)  # what the one that came back still had in hand has met its lost lease
    everything_is_there_once(postgres_instance, sent)
    assert failures(postgres_instance) == []
    assert [worker.poll() for worker in workers] == [None, None]


def test_several_webs_know_the_same_people_and_one_that_dies_takes_nobody_with_it(
    postgres_instance: Instance, start: Start
) -> None:
    with db.writing(postgres_instance.database) as session:
        karin = session.scalars(select(Account).where(Account.email.startswith("karin."))).one()
        karin.password_hash, email = hash_password(PASSWORD), karin.email
    with socket.socket() as free:
        free.bind((HOSTS[0], 0))
        port = free.getsockname()[1]
    webs = [start_web(start, host, port) for host in HOSTS]
    first, second = (f"http://{host}:{port}" for host in HOSTS)
    until(lambda: answers(first) and answers(second), seconds=60)
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
    os.killpg(webs[1].pid, signal.SIGKILL)
    webs[1].wait()
    assert not answers(second)
    assert httpx.get(f"{first}/home", headers=signed_in, trust_env=False).status_code == 200
