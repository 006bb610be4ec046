"""Where a store is: an SQLite file or a PostgreSQL database, and how connections to it are set."""

from __future__ import annotations

import os
import sqlite3
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import Connection, Engine, QueuePool, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from audits.errors import StoreError, UsageError

LOCK_SECONDS = 20
"""How long to wait for somebody else who writes, before saying that the store is locked."""

CONNECT_SECONDS = 10
"""How long to wait for a server that does not answer."""

CACHE_KIB = 65_536
"""Memory of a connection to SQLite, in KiB: the narrow table of a queue of 100,000 fits into it."""

READS, WRITES = "reads", "writes"
_PURPOSE = "audits_purpose"


@dataclass(frozen=True)
class Place:
    """A store's address. `name` is for people: it holds no user, no password, no option."""

    name: str
    url: URL = field(repr=False)
    secret: str | None = field(default=None, repr=False)
    file: Path | None = None


def place(url: str) -> Place:
    """Read a path or a URL; UsageError where it is neither. What is wrong is never repeated."""
    if "://" not in url:
        return _file(url)
    try:
        address = make_url(url)
    except (ArgumentError, ValueError):
        raise UsageError(
            "the store's URL does not parse. It looks like "
            "postgresql+psycopg://user@host:5432/database; marks in a password are written %40."
        ) from None
    kind = address.drivername.partition("+")[0]
    if kind == "sqlite":
        return _file(address.database or "")
    if kind in ("postgresql", "postgres"):
        return _server(address)
    raise UsageError(
        f"there is no store on {kind!r}. Name a file, or postgresql+psycopg://user@host/database."
    )


def _file(path: str) -> Place:
    if path in ("", ":memory:"):
        raise UsageError("a store needs a file: decisions in memory do not last.")
    if "\0" in path:
        raise UsageError("the store's path holds a NUL, which no file's name has.")
    file = Path(path).absolute()
    return Place(str(path), URL.create("sqlite", database=str(file)), file=file)


def _server(address: URL) -> Place:
    where = f"{address.host or 'this machine'}{f':{address.port}' if address.port else ''}"
    return Place(
        f"PostgreSQL database {address.database or address.username!r} at {where}",
        address.set(drivername="postgresql+psycopg"),
        str(address.password) if address.password else None,
    )


def engine(place: Place, *, read_only: bool) -> Engine:
    """Return the engine of a store; nothing is opened yet."""
    if place.file is not None:
        return _sqlite(place.name, place.file, read_only)
    return _postgresql(place, read_only)


def transaction(connection: Connection, purpose: str) -> Connection:
    """Return the connection set for reading one state of affairs, or for writing alone."""
    options: dict[str, Any] = {_PURPOSE: purpose}
    if connection.dialect.name == "postgresql":
        # A reader sees one moment; a writer, once it has the lock, sees what was confirmed before.
        options["isolation_level"] = "REPEATABLE READ" if purpose == READS else "READ COMMITTED"
        options["postgresql_readonly"] = purpose == READS
    return connection.execution_options(**options)


def prepare(engine: Engine) -> None:
    """Set what a new file remembers: readers and those who write do not wait for each other."""
    if engine.dialect.name == "sqlite":
        connection = engine.raw_connection()
        try:
            connection.cursor().execute("PRAGMA journal_mode = WAL")
        finally:
            connection.close()


# -- SQLite ----------------------------------------------------------------------------------------


def _sqlite(name: str, file: Path, read_only: bool) -> Engine:
    if read_only and not file.exists():
        raise StoreError(name, "there is no such file.", "Check the path.")

    def connect() -> sqlite3.Connection:
        return sqlite3.connect(
            _uri(file, read_only),
            uri=True,
            timeout=LOCK_SECONDS,
            isolation_level=None,  # transactions begin when we say so, see `_begin`
            check_same_thread=False,
        )

    made = create_engine("sqlite://", creator=connect, poolclass=QueuePool, hide_parameters=True)
    event.listen(made, "connect", _set_sqlite)
    event.listen(made, "begin", _begin)
    return made


def _uri(file: Path, read_only: bool) -> str:
    """Where nothing can be written beside the file, SQLite has to be told that nobody does."""
    path = f"file:{quote(str(file))}"
    open_folder = _may_write(file.parent)
    writable = open_folder and (not file.exists() or _may_write(file))
    if writable and not read_only:
        return path
    log = file.with_name(f"{file.name}-wal")
    alone = not open_folder and not (log.exists() and log.stat().st_size)
    return f"{path}?mode=ro&immutable=1" if alone else f"{path}?mode=ro"


def _may_write(path: Path) -> bool:
    return os.access(path, os.W_OK, effective_ids=os.access in os.supports_effective_ids)


def _set_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA synchronous = FULL")  # with WAL, only this outlasts a power cut
    connection.execute(f"PRAGMA cache_size = -{CACHE_KIB}")


def _begin(connection: Connection) -> None:
    purpose = connection.get_execution_options().get(_PURPOSE, WRITES)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if purpose == WRITES else "BEGIN")


# -- PostgreSQL ------------------------------------------------------------------------------------


def _postgresql(place: Place, read_only: bool) -> Engine:
    try:
        made = create_engine(
            place.url,
            pool_pre_ping=True,
            hide_parameters=True,
            connect_args={
                "connect_timeout": CONNECT_SECONDS,
                "application_name": "audits",
                # a line that died without a word is noticed within half a minute
                "keepalives_idle": 10,
                "keepalives_interval": 5,
                "keepalives_count": 3,
                "tcp_user_timeout": 30_000,
            },
        )
    except ModuleNotFoundError:
        raise StoreError(
            place.name,
            "PostgreSQL needs the driver psycopg, which is not installed.",
            'Install it: pip install "audits[postgresql]".',
        ) from None

    def set_up(connection: Any, _record: object) -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"SET lock_timeout = '{LOCK_SECONDS}s'")
            # a server may confirm before it has written; decisions are confirmed afterwards
            cursor.execute(
                "SELECT set_config('synchronous_commit', 'on', false) "
                "WHERE current_setting('synchronous_commit') = 'off'"
            )
            if read_only:
                cursor.execute("SET default_transaction_read_only = on")
        connection.commit()

    event.listen(made, "connect", set_up)
    return made
