"""Whether the rows that a queue is about are still the rows on disk."""

from __future__ import annotations

from enum import Enum
from pathlib import Path

import streamlit as st

import draft
from audits.data.sources import files_of, sha256_of
from audits.errors import AuditError, UsageError
from audits.review.records import Queue
from sessions import Session


class Found(Enum):
    """What was found where the synthetic table should lie."""

    SAME = "same"
    CHANGED = "changed"
    ABSENT = "absent"


def table_of(session: Session, queue: Queue) -> str | None:
    """Return the path of the session's table that a queue is about, if it was loaded here.

    Of several of one name the one that still is what it was.
    """
    paths = [
        one["path"]
        for one in draft.read(session)["synthetic"]
        if one["label"] == queue.data_name or Path(one["path"]).name == queue.data_name
    ]
    same = (path for path in paths if digest(path) == queue.data)
    return next(same, paths[0] if paths else None)


def found(session: Session, queue: Queue) -> Found:
    """Compare the synthetic table of the session with the one that the queue was made of."""
    path = table_of(session, queue)
    if path is None:
        return Found.ABSENT
    return Found.SAME if digest(path) == queue.data else Found.CHANGED


def unchanged(session: Session, queue: Queue) -> None:
    """Refuse to go on where the table has changed since.

    Raises
    ------
    UsageError
        If it is here, and is not what it was.
    """
    if found(session, queue) is Found.CHANGED:
        raise UsageError(changed(queue))


def changed(queue: Queue) -> str:
    """Say that the table is another one, and what to do."""
    return (
        f"{queue.data_name} has changed on disk since this queue was opened: what is said of its "
        "rows may be about other rows now. Audit the table again and open a new queue; until then "
        "nothing is decided about many items at once, and nothing is curated."
    )


def digest(path: str) -> str:
    """Return a table's hash; read again only when its files say that they changed."""
    try:
        files = files_of(path)
        stamp = tuple((str(f), f.stat().st_size, f.stat().st_mtime_ns) for f in files)
        held: dict[str, tuple[object, str]] = st.session_state.setdefault("digests", {})
        if path not in held or held[path][0] != stamp:
            held[path] = (stamp, sha256_of(files))
    except (OSError, AuditError):  # it is gone: not what it was
        return ""
    return held[path][1]
