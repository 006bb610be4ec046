"""What a database says when it fails, said so that a person knows what to do."""

from __future__ import annotations

import sqlite3

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError

from audits.errors import StoreError
from audits.visible import visible

LOCKED = (
    "it is locked: another program has been writing to it for long.",
    "Wait until that has ended, or close it, and try again. Nothing was kept.",
)
READ_ONLY = (
    "it can only be read.",
    "Ask its owner for the right to write, or name another store. Nothing was kept.",
)
_SQLITE = {
    "SQLITE_BUSY": LOCKED,
    "SQLITE_LOCKED": LOCKED,
    "SQLITE_READONLY": READ_ONLY,
    "SQLITE_NOTADB": (
        "this file is no store of decisions, and no SQLite database at all.",
        "Name another file. Nothing was changed.",
    ),
    "SQLITE_CORRUPT": (
        "this store is damaged.",
        "Put back the last copy of the file; see sqlite.org/recovery.html. Nothing was kept.",
    ),
    "SQLITE_CANTOPEN": (
        "this file cannot be opened.",
        "Check that its folder is there, and that you may read and write both.",
    ),
    "SQLITE_FULL": (
        "no space is left.",
        "Make room, and try again. Nothing was kept.",
    ),
    "SQLITE_IOERR": (
        "the disk failed to read or write.",
        "Check the disk, and try again. Nothing was kept.",
    ),
}
_POSTGRESQL = {
    "25006": READ_ONLY,  # read_only_sql_transaction
    "42501": (
        "this account may not do that.",
        "Ask the owner of the database for the right to read and write its tables.",
    ),
    "53100": _SQLITE["SQLITE_FULL"],
    "55P03": LOCKED,  # lock_not_available
    "57014": LOCKED,  # query_canceled, by a time limit
}
AGAIN = ("40001", "40P01")
"""PostgreSQL gave way to another transaction: the same once more will do."""


def sqlstate(error: DBAPIError) -> str:
    """Return PostgreSQL's code of an error, or ""."""
    return str(getattr(error.orig, "sqlstate", None) or "")


def is_lost(error: DBAPIError) -> bool:
    """Say whether the line to the server dropped, or the server is not there just now."""
    if isinstance(error.orig, sqlite3.Error):
        return False
    if error.connection_invalidated or sqlstate(error)[:2] in ("08", "57"):
        return sqlstate(error) != "57014"
    return isinstance(error, OperationalError | InterfaceError) and not sqlstate(error)


def explained(error: DBAPIError, name: str, secret: str | None = None) -> StoreError:
    """Say what happened; `secret` never appears in it."""
    if isinstance(error.orig, sqlite3.Error):
        code = str(getattr(error.orig, "sqlite_errorname", ""))
        for kind, (reason, advice) in _SQLITE.items():
            if code.startswith(kind):
                return StoreError(name, reason, advice)
    elif sqlstate(error) in _POSTGRESQL:
        return StoreError(name, *_POSTGRESQL[sqlstate(error)])
    return StoreError(name, f"the database says: {said(error, secret)}.", "Nothing was kept.")


def unreachable(error: DBAPIError, name: str, secret: str | None) -> StoreError:
    """Say why nobody answers, or does not let us in."""
    return StoreError(
        name,
        f"no connection: {said(error, secret)}.",
        "Check the address, that the server runs, and the user, the password and the database "
        "that the URL names.",
    )


def lost(error: DBAPIError, name: str, secret: str | None, seconds: float) -> StoreError:
    """Say that it was tried again and again."""
    return StoreError(
        name,
        f"the connection was lost and did not come back within {seconds:g} s "
        f"({said(error, secret)}).",
        "Whether the last decision was kept is not known: look at the item again before deciding.",
    )


def said(error: DBAPIError, secret: str | None) -> str:
    """Return the first line of what the driver says."""
    lines = str(error.orig).strip().splitlines() or [type(error.orig).__name__]
    text = lines[0].strip().rstrip(".")
    return visible(text.replace(secret, "***") if secret else text)
