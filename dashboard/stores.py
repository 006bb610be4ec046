"""Which store a session's decisions go to: the one named at the start, or a file of the workspace.

A store that was named is everyone's. Without one, a file in the workspace outlasts sessions; where
people log in, it lies in the session's own folder and ends with it, so that nobody sees through it
what another has uploaded.
"""

from __future__ import annotations

import os
import threading
from pathlib import Path

import limits
import logins
import sessions
from audits.launch import STORE
from audits.review.store import Store
from sessions import Session

_FILE = "review.sqlite"
_HELD: dict[str, Store] = {}
_LOCK = threading.Lock()


def place(session: Session) -> str:
    """Return where decisions are kept: a path or an address, which may hold a password."""
    if given := os.environ.get(STORE):
        return given
    folder = session.folder if logins.configured() else sessions.root()
    return str(folder / _FILE)


def shared() -> bool:
    """Whether a store was named, whose queues everyone here works on."""
    return bool(os.environ.get(STORE))


def passing(session: Session) -> bool:
    """Whether decisions go when the session does."""
    return not shared() and logins.configured() and Path(place(session)).parent == session.folder


def there(session: Session) -> bool:
    """Whether a store has been begun; looking makes none."""
    return shared() or Path(place(session)).exists()


def store(session: Session) -> Store:
    """Return the session's store; opened once for all sessions of this server.

    Raises
    ------
    StoreError
        If it cannot be opened.
    """
    url = place(session)
    with _LOCK:
        if url not in _HELD:
            while len(_HELD) >= limits.STORES_HELD:
                _HELD.pop(next(iter(_HELD))).close()
            _HELD[url] = Store(url)
        return _HELD[url]
