"""Signing what was seen: not what others have decided since, and not twice by a double click."""

from __future__ import annotations

import threading
from dataclasses import dataclass

import deciding
import limits
import roles
import stores
from audits.errors import ConflictError
from audits.review.records import Signature, Status
from audits.review.store import Store
from roles import Role
from sessions import Session

_LOCK = threading.Lock()
_MADE: dict[str, Signature] = {}  # by request, for a click that comes twice


@dataclass(frozen=True)
class Standing:
    """How a queue stands: items per status, and the decision that came last.

    `last` is the item that was decided on last, and how many decisions it has by now: whatever is
    decided next changes one of them.
    """

    counts: tuple[tuple[Status, int], ...]
    last: tuple[str, int]

    def of(self, status: Status) -> int:
        """How many items have a status."""
        return dict(self.counts).get(status, 0)

    @property
    def items(self) -> int:
        """How many items there are."""
        return sum(count for _, count in self.counts)


def standing(store: Store, queue_id: str) -> Standing:
    """Return how a queue stands now, without reading all of it."""
    counts = store.counts(queue_id)
    page = store.page(queue_id, sort="changed", size=1)
    last = (page.items[0].item.id, page.items[0].version) if page.items else ("", 0)
    return Standing(tuple(sorted(counts.items())), last)


def sign(
    session: Session, queue_id: str, statement: str, seen: Standing, request: str
) -> Signature:
    """Sign a queue as it was shown; the same request again is the signature that it made.

    Raises
    ------
    UsageError
        If the role does not reach, or the statement is empty or too long.
    ConflictError
        If somebody has decided since the page was drawn.
    """
    roles.needed(session, Role.OWNER)
    with _LOCK:
        if request in _MADE:
            return _MADE[request]
        if standing(stores.store(session), queue_id) != seen:
            raise ConflictError("somebody has decided since this was shown.")
        made = deciding.sign(session, queue_id, statement)
        while len(_MADE) >= limits.REMEMBERED:
            _MADE.pop(next(iter(_MADE)))
        _MADE[request] = made
        return made
