"""Where one instance lives: its folder, its addresses, and the environment its parts are started with."""

import http.client
import os
import socket
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import ValidationError

from referrals import config

#: folders below the data folder that must exist before anything is started
FOLDERS = ("logs", "tmp", "cache", "prefect")
#: which of its old rows Prefect removes by itself, and after how many seconds (30 days), where nobody says otherwise
PRUNING = {
    "PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED": "events,flow_runs",
    "PREFECT_SERVER_SERVICES_DB_VACUUM_RETENTION_PERIOD": "2592000",
}


class Refusal(Exception):
    """The instance cannot run; says why in words for the person who wanted to start it."""


@dataclass(frozen=True)
class Instance:
    """One data folder with its ports."""

    folder: Path
    host: str
    port: int
    prefect_port: int
    runs_prefect: bool
    prefect_api: str
    is_demo: bool
    environment: dict[str, str] = field(repr=False)
    #: the address people type, where a proxy stands before the web
    public_url: str = ""

    @property
    def reach(self) -> str:
        """The host under which this machine itself reaches the web."""
        return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.host)  # noqa: S104 - compared, not bound

    @property
    def url(self) -> str:
        """The address to open."""
        return f"http://{_bracketed(self.reach)}:{self.port}"

    @property
    def address(self) -> str:
        """Where people open it, which need not be where this machine reaches it."""
        return self.public_url or self.url

    @property
    def prefect_url(self) -> str:
        """The address of Prefect's pages."""
        return self.prefect_api.removesuffix("/api")

    @property
    def facts_file(self) -> Path:
        """A file with the addresses, there while the instance is ready."""
        return self.folder / "running.json"

    def make_folders(self) -> None:
        """Make the data folder and what must be in it. Raises `Refusal` when it may not be written."""
        try:
            for name in FOLDERS:
                (self.folder / name).mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise Refusal(f"The data folder {self.folder} cannot be written: {error.strerror}.") from error

    def refuse_ports_in_use(self) -> None:
        """Raise `Refusal` with one clear sentence when another program listens where we must."""
        wanted = [("TRIVSEL_PORT", self.host, self.port)]
        if self.runs_prefect:
            wanted.append(("TRIVSEL_PREFECT_PORT", "127.0.0.1", self.prefect_port))
        for name, host, port in wanted:
            try:
                _bind(host, port).close()
            except OSError as error:
                reason = (
                    "is in use" if error.strerror == "Address already in use" else f"cannot be used ({error.strerror})"
                )
                raise Refusal(
                    f"Port {port} on {host} {reason}: stop what uses it, or choose another, "
                    f"for example {name}={_free_after(port, host)} ./dev run."
                ) from error

    def answers(self, path: str) -> bool:
        """Whether the web says 200 to a question."""
        return self._ask(path)[0] == http.HTTPStatus.OK

    def readiness(self) -> str:
        """What the web itself says about its parts."""
        status, words = self._ask("/readyz")
        return f"the web says {status}: {words[:300]}" if status else "the web does not answer"

    def _ask(self, path: str) -> tuple[int, str]:
        connection = http.client.HTTPConnection(self.reach, self.port, timeout=5)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, answer.read().decode("utf-8", errors="replace").strip()
        except (OSError, http.client.HTTPException):
            return 0, ""
        finally:
            connection.close()


def from_settings() -> Instance:
    """The instance the environment describes (`TRIVSEL_*`). Raises `Refusal` for settings that make no sense."""
    try:
        settings = config.current()
    except ValidationError as error:
        raise Refusal(f"The settings make no sense: {faults(error)}") from error
    except OSError as error:
        raise Refusal(f"A secret file cannot be read: {error.filename}: {error.strerror}.") from error
    folder = settings.data.resolve()
    port = settings.port or _free_port()
    prefect_port = settings.prefect_port or _free_port()
    prefect_api = settings.prefect_api_url or f"http://127.0.0.1:{prefect_port}/api"
    here = Instance(
        folder=folder,
        host=settings.host,
        port=port,
        prefect_port=prefect_port,
        runs_prefect=not settings.prefect_api_url,
        prefect_api=prefect_api,
        is_demo=settings.is_demo,
        public_url=settings.public_url.rstrip("/"),
        environment=environment_of(folder, prefect_api=prefect_api)
        | {"TRIVSEL_PORT": str(port), "TRIVSEL_PREFECT_PORT": str(prefect_port)},
    )
    here.make_folders()
    return here


def faults(error: ValidationError) -> str:
    """What is wrong with the settings, each with its name; never a value, which may be a secret."""
    return "; ".join(
        f"{'.'.join(str(word) for word in fault['loc']) or 'settings'}: {fault['msg'].removeprefix('Value error, ')}"
        for fault in error.errors()
    )


def environment_of(folder: Path, *, prefect_api: str) -> dict[str, str]:
    """What the parts are told: where to write (only below `folder`), and that nothing is reported to anybody."""
    unproxied = [os.environ.get("NO_PROXY") or os.environ.get("no_proxy") or "", "127.0.0.1", "localhost"]
    no_proxy = ",".join(filter(None, unproxied))
    # Somebody's own Prefect profile lives in a home we do not use; other PREFECT_* settings (a database) are theirs to give.
    inherited = {name: value for name, value in os.environ.items() if name != "PREFECT_PROFILE"}
    return (
        PRUNING
        | inherited
        | {
            "TRIVSEL_DATA": str(folder),
            "XDG_CACHE_HOME": str(folder / "cache"),
            "TMPDIR": str(folder / "tmp"),
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONUNBUFFERED": "1",
            "NO_PROXY": no_proxy,
            "no_proxy": no_proxy,
            "DO_NOT_TRACK": "1",
            "PREFECT_HOME": str(folder / "prefect"),
            "PREFECT_API_URL": prefect_api,
            "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
            "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
            "PREFECT_SERVER_UI_STATIC_DIRECTORY": str(folder / "prefect" / "pages"),
            "PREFECT_SERVER_LOGGING_LEVEL": "WARNING",
            # A call that is answered 422 anyway, saved for each client.
            "PREFECT_CLIENT_CSRF_SUPPORT_ENABLED": "false",
            # A thread of the worker must not wait for a run of the future.
            "PREFECT_WORKER_PREFETCH_SECONDS": "0",
        }
    )


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _bind(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, port))
    except OSError:
        listening.close()
        raise
    return listening


def _free_after(port: int, host: str) -> int:
    """The next port nobody listens on, or 0 (which asks for any) when there is none nearby."""
    for other in range(port + 2, min(port + 100, 65536)):
        with suppress(OSError), _bind(host, other):
            return other
    return 0


def _free_port() -> int:
    """A port nobody listens on at the moment (port 0 in the settings asks for one)."""
    with _bind("127.0.0.1", 0) as listening:
        return int(listening.getsockname()[1])
