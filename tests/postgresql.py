"""PostgreSQL as teams run it, started here on 127.0.0.1: a private server in a folder of its own.

    with postgresql.server() as running:
        store = Store(running.database())

Tests take the fixture `postgresql_url`, a fresh database on a server that the whole run shares.
"""

import itertools
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import pytest

HERE = "127.0.0.1"
USER, PASSWORD = "reviewer", "open-sesame"
SECONDS_TO_START = 60
SETTINGS = {
    "listen_addresses": HERE,
    "fsync": "off",  # a kill takes what programs hold, not what the system has been handed
    "max_connections": "50",
    "shared_buffers": "32MB",
}
# When the tests end, however they end, the pipe from them closes and the server goes with it.
GUARD = '"$@" & echo $!; cat >/dev/null; kill -9 $!'


def programs() -> Path:
    """The folder of initdb and postgres."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=_release)
    found += [Path(at) for at in [shutil.which("initdb")] if at]
    if not found:
        pytest.fail("PostgreSQL is missing: make postgresql, or apt-get install postgresql")
    return found[-1].resolve().parent


def _release(initdb: Path) -> float:
    return float(initdb.parts[-3])


@dataclass
class Server:
    """One server; `kill` and `start` again as often as wanted."""

    folder: Path
    port: int
    shared: str | None = None
    _guard: "subprocess.Popen[str] | None" = None
    _numbers: "itertools.count[int]" = field(default_factory=itertools.count)

    def url(self, database: str = "postgres", *, port: int | None = None) -> str:
        """The address of a database, with the password in it."""
        return f"postgresql+psycopg://{USER}:{PASSWORD}@{HERE}:{port or self.port}/{database}"

    def database(self) -> str:
        """The address of a new database, empty."""
        name = f"made_{next(self._numbers)}"
        self.run(f"CREATE DATABASE {name}")
        return self.url(name)

    def run(self, statement: str, database: str = "postgres") -> list[tuple[object, ...]]:
        """Run one statement of SQL as the owner of the server."""
        import psycopg

        address = self.url(database).replace("+psycopg", "")
        with psycopg.connect(address, autocommit=True, connect_timeout=5) as line:
            found = line.execute(statement)
            return found.fetchall() if found.description else []

    def start(self) -> None:
        """Start it, and wait until it answers."""
        import psycopg

        options = [word for name, value in SETTINGS.items() for word in ("-c", f"{name}={value}")]
        command = [
            str(programs() / "postgres"),
            "-D",
            str(self.folder / "data"),
            "-c",
            f"port={self.port}",
            "-c",
            f"unix_socket_directories={self.folder}",
            *options,
        ]
        with (self.folder / "log").open("a") as log:
            self._guard = subprocess.Popen(
                ["sh", "-c", GUARD, "sh", *_as_nobody_special(command)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                start_new_session=True,
            )
        until = time.monotonic() + SECONDS_TO_START
        while True:
            try:
                self.run("SELECT 1")
                return
            except psycopg.OperationalError:
                if time.monotonic() > until:
                    pytest.fail((self.folder / "log").read_text()[-2000:])
                time.sleep(0.05)

    def process(self) -> int:
        """The number of the process that all others of the server come from."""
        return int((self.folder / "data" / "postmaster.pid").read_text().splitlines()[0])

    def kill(self) -> None:
        """End it as a power cut would: no word to anybody, nothing written any more."""
        with suppress(psutil.NoSuchProcess, FileNotFoundError):
            head = psutil.Process(self.process())
            family = [head, *head.children(recursive=True)]
            for process in family:
                with suppress(psutil.NoSuchProcess):
                    process.send_signal(signal.SIGKILL)
            while any(_lives(process) for process in family):
                time.sleep(0.01)
        if self._guard is not None and self._guard.stdin and self._guard.stdout:
            self._guard.stdin.close()
            self._guard.wait()
            self._guard.stdout.close()
            self._guard = None


def _lives(process: psutil.Process) -> bool:
    """One that nobody asked after yet is dead all the same."""
    try:
        return bool(process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def _as_nobody_special(command: list[str]) -> list[str]:
    """PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return command
    return ["setpriv", f"--reuid={_account()}", "--clear-groups", f"--regid={_group()}", *command]


def _account() -> int:
    import pwd

    names = {entry.pw_name: entry.pw_uid for entry in pwd.getpwall()}
    return names.get("postgres", names["nobody"])


def _group() -> int:
    import pwd

    return pwd.getpwuid(_account()).pw_gid


def free_port() -> int:
    """A port that nobody listens on just now."""
    with socket.socket() as line:
        line.bind((HERE, 0))
        return int(line.getsockname()[1])


@contextmanager
def server() -> Iterator[Server]:
    """A new server with one account and its password; gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="audits-postgresql-"))
    made = Server(folder, free_port())
    try:
        folder.chmod(0o755)
        (folder / "password").write_text(PASSWORD)
        (folder / "password").chmod(0o644)
        if os.geteuid() == 0:
            os.chown(folder, _account(), _group())
        initdb = [
            str(programs() / "initdb"),
            "-D",
            str(folder / "data"),
            "-U",
            USER,
            "-A",
            "scram-sha-256",
            f"--pwfile={folder / 'password'}",
            "-E",
            "UTF8",
            "--locale=C.UTF-8",
            "--no-sync",
            "--no-instructions",
        ]
        subprocess.run(
            _as_nobody_special(initdb), check=True, stdout=subprocess.DEVNULL, cwd=folder
        )
        made.start()
        yield made
    finally:
        made.kill()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[Server]:
    """One server for the whole run."""
    with server() as running:
        yield running


@pytest.fixture
def postgresql_url(postgresql_server: Server) -> str:
    """A database that is empty when a test begins."""
    if postgresql_server.shared is None:
        postgresql_server.shared = postgresql_server.database()
    name = postgresql_server.shared.rpartition("/")[2]
    postgresql_server.run(
        f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"
    )
    postgresql_server.run("DROP SCHEMA public CASCADE", name)  # quicker than a new database
    postgresql_server.run("CREATE SCHEMA public", name)
    return postgresql_server.shared


if __name__ == "__main__":  # python tests/postgresql.py: a server to try things on, until Ctrl-C
    with server() as running:
        sys.stdout.write(f"{running.database()}\n")
        sys.stdout.flush()
        with suppress(KeyboardInterrupt):
            sys.stdin.read()
