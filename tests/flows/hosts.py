"""Hosts of their own for programs of a test, which can be cut off: network namespaces, or where none may be made, processes that are stopped.

Where this process may make namespaces, it must: nobody loses them in silence. `TRIVSEL_HOSTS=stopped` does without on such a machine,
`TRIVSEL_HOSTS=namespaces` asks for them on any. Which way was taken stands at the end of what the tests say.
"""

import ctypes
import os
import re
import shutil
import signal
import socket
import socketserver
import subprocess
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

from sqlalchemy.engine import make_url

Made = TypeVar("Made")

#: what `setns` calls a network namespace (CLONE_NEWNET in linux/sched.h); Python has names for both from 3.12 on
_NETWORK = 0x40000000
#: what a process must be allowed to do for them: the bits of CAP_NET_ADMIN and CAP_SYS_ADMIN (linux/capability.h)
_ADMIN = 1 << 12 | 1 << 21
#: both ends of a cable, at the switch and at the host; kept free for tests of networks
HERE, THERE = "198.18.0.1", "198.18.0.2"


class Way(StrEnum):
    """How a host is made."""

    NAMESPACES = "namespaces"
    STOPPED = "stopped"


def way() -> Way:
    """How hosts are made in this run: as `TRIVSEL_HOSTS` says, else as namespaces wherever this process may make them."""
    if told := os.environ.get("TRIVSEL_HOSTS"):
        return Way(told)
    may = re.search(r"^CapEff:\s*(\w+)$", Path("/proc/self/status").read_text(), re.MULTILINE)
    is_allowed = may is not None and int(may[1], 16) & _ADMIN == _ADMIN
    return Way.NAMESPACES if is_allowed and shutil.which("ip") else Way.STOPPED


@dataclass
class Host:
    """A place to run programs in. This one is the machine itself: a program that is stopped answers as little as one behind a cut cable."""

    #: what comes before the command, and what its environment says otherwise than here
    command: list[str] = field(default_factory=list)
    environment: dict[str, str] = field(default_factory=dict)

    @contextmanager
    def reached_at(self, address: str, port: int) -> Iterator[str]:
        """Let what a program of it offers at `port` be reached here at `address`; the address it offers it at."""
        yield address

    def cut_off(self, program: "subprocess.Popen[bytes]") -> None:
        """Let nothing of the program arrive anywhere, and nothing arrive at it, without anybody being told."""
        program.send_signal(signal.SIGSTOP)

    def connect(self, program: "subprocess.Popen[bytes]") -> None:
        """Let it be heard again."""
        program.send_signal(signal.SIGCONT)


@dataclass
class NamespaceHost(Host):
    """A network namespace with one cable to another, where what its programs need can be reached. They go on while the cable is out.

    Nothing of it is in the network of this machine, where browsers give up what they are loading whenever an address comes or goes.
    """

    switch: str = ""

    @contextmanager
    def reached_at(self, address: str, port: int) -> Iterator[str]:
        with _relay("", (address, port), lambda: _made_within(self.switch, lambda: _connect(THERE, port))):
            yield THERE

    def cut_off(self, program: "subprocess.Popen[bytes]") -> None:
        _ip("-n", self.switch, "link", "set", "eth0", "down")

    def connect(self, program: "subprocess.Popen[bytes]") -> None:
        _ip("-n", self.switch, "link", "set", "eth0", "up")


@contextmanager
def a_host(number: int, *, database: str, api: str) -> Iterator[Host]:
    """One host, from which our database and Prefect's server can be reached; both listen on this machine only."""
    name = f"trivsel-{os.getpid()}-{number}"
    switch = f"{name}-switch"
    if way() is Way.STOPPED:
        yield Host(environment={"TRIVSEL_PREFECT_API_URL": api, "PREFECT_API_URL": api})
        return
    with ExitStack() as ends:
        _ip("netns", "add", name)
        ends.callback(_ip, "netns", "delete", name)
        _ip("netns", "add", switch)
        ends.callback(_ip, "netns", "delete", switch)
        _ip("-n", switch, "link", "add", "eth0", "type", "veth", "peer", "name", "eth0", "netns", name)
        for namespace, address in ((switch, HERE), (name, THERE)):
            _ip("-n", namespace, "address", "add", f"{address}/30", "dev", "eth0")
            for device in ("lo", "eth0"):
                _ip("-n", namespace, "link", "set", device, "up")
        postgres, prefect = make_url(database), urlsplit(api)
        file = Path(str(postgres.query["host"])) / ".s.PGSQL.5432"
        port = ends.enter_context(_relay(switch, (HERE, 0), lambda: _connect_file(file)))
        moved = postgres.set(host=HERE, port=port).difference_update_query(["host"])
        port = ends.enter_context(
            _relay(switch, (HERE, 0), lambda: socket.create_connection((prefect.hostname, prefect.port)))
        )
        address = f"http://{HERE}:{port}{prefect.path}"
        environment = {
            "TRIVSEL_DATABASE_URL": moved.render_as_string(hide_password=False),
            "TRIVSEL_PREFECT_API_URL": address,
            "PREFECT_API_URL": address,
            "NO_PROXY": HERE,
            "no_proxy": HERE,
        }
        yield NamespaceHost(["ip", "netns", "exec", name], environment, switch)


def _ip(*arguments: str) -> None:
    done = subprocess.run(["ip", *arguments], check=False, timeout=30, capture_output=True, text=True)
    if done.returncode:
        what = f"ip {' '.join(arguments)}: {done.stderr.strip()}"
        raise OSError(
            f"{what}\nNo network namespace can be made, although this process may: TRIVSEL_HOSTS=stopped does without."
        )


def _connect_file(path: Path) -> socket.socket:
    connected = socket.socket(socket.AF_UNIX)
    connected.connect(str(path))
    return connected


def _connect(address: str, port: int) -> socket.socket:
    """A connection within a namespace, which leads no further from this machine than loopback does."""
    connected = socket.socket()
    if error := connected.connect_ex((address, port)):
        connected.close()
        raise OSError(error, os.strerror(error))
    return connected


def _made_within(namespace: str, make: Callable[[], Made]) -> Made:
    """What `make` makes while its thread stands in a network namespace: the sockets among it stay there."""

    def enter_and_make() -> Made:
        with Path("/run/netns", namespace).open() as entrance:
            if ctypes.CDLL(None, use_errno=True).setns(entrance.fileno(), _NETWORK):
                raise OSError(ctypes.get_errno(), "the network namespace cannot be entered")
        return make()

    with ThreadPoolExecutor(1) as one:
        return one.submit(enter_and_make).result()


@contextmanager
def _relay(namespace: str, place: tuple[str, int], reach: Callable[[], socket.socket]) -> Iterator[int]:
    """Pass on what comes to a place in a namespace, or without one on this machine, and what is answered; the port is yielded."""

    class Pass(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            with suppress(OSError), reach() as behind:
                back = threading.Thread(target=_pump, args=(behind, self.request), daemon=True)
                back.start()
                _pump(self.request, behind)
                back.join()

    def listen() -> socketserver.ThreadingTCPServer:
        return socketserver.ThreadingTCPServer(place, Pass)

    with _made_within(namespace, listen) if namespace else listen() as server:
        server.daemon_threads, server.block_on_close = True, False
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


def _pump(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError):
        while some := source.recv(65_536):
            sink.sendall(some)
    with suppress(OSError):
        sink.shutdown(socket.SHUT_WR)
