"""What people signed, and whether it is still what the store holds.

What is signed is a text: the queue with the hashes of audit and data, its groups, its settings and
how its tables are read; every item that was in it; and every decision up to a number, in order. Its
SHA-256 stands in the signature, so that whoever has the store can make the text again and see
whether anything was changed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from audits.errors import UsageError
from audits.review.records import Decision, Queue, Reviewer, Signature, Status

if TYPE_CHECKING:
    from audits.review.store import Store

_FORMAT = "audits-signed/2"


@dataclass(frozen=True)
class Signed:
    """A signature, and what has become of what it stands under.

    Attributes
    ----------
    signature : Signature
        As it is kept.
    holds : bool
        Whether the store still gives the text that was signed.
    later : int
        Decisions that were confirmed afterwards, and that nobody signed with this signature.
    """

    signature: Signature
    holds: bool
    later: int


def sign(store: Store, queue_id: str, reviewer: Reviewer, statement: str) -> Signature:
    """Sign every decision of a queue as it stands; what is undecided is counted, and stays so.

    Parameters
    ----------
    store : Store
        Where the queue is.
    queue_id : str
        Which queue.
    reviewer : Reviewer
        Who signs.
    statement : str
        What they declare, in their own words.

    Returns
    -------
    Signature
        As it was kept.

    Raises
    ------
    UsageError
        If nothing is declared.
    ConflictError
        If somebody decided while the text was made; nothing is signed then.
    """
    if not statement.strip():
        raise UsageError("a signature needs a statement: say what you have reviewed, and how.")
    decisions = list(store.decisions(queue_id))
    counts = store.counts(queue_id)
    return store.sign(
        queue_id,
        reviewer,
        statement=statement,
        digest=_digest(store, queue_id, decisions),
        decisions=decisions[-1].number if decisions else 0,
        unreviewed=counts.get(Status.UNREVIEWED, 0),
    )


def signed(store: Store, queue_id: str) -> tuple[Signed, ...]:
    """Check every signature of a queue against what the store holds now, oldest first."""
    signatures = store.signatures(queue_id)
    if not signatures:
        return ()
    decisions = list(store.decisions(queue_id))
    found = []
    for signature in signatures:
        before = [one for one in decisions if one.number <= signature.decisions]
        holds = _digest(store, queue_id, before) == signature.digest
        found.append(Signed(signature, holds, len(decisions) - len(before)))
    return tuple(found)


def _digest(store: Store, queue_id: str, decisions: list[Decision]) -> str:
    digest = hashlib.sha256()
    items = (shown.item.id for shown in store.items(queue_id))
    for line in signed_lines(store.queue(queue_id), items, decisions):
        digest.update(line.encode())
    return digest.hexdigest()


def signed_lines(queue: Queue, items: Iterator[str], decisions: list[Decision]) -> Iterator[str]:
    """Yield the text that is signed, line by line: JSON, the same for the same content.

    Examples
    --------
    >>> queue = Queue("q", "n", "a" * 64, "d" * 64, "s.csv", 2, ("sex",), {}, "2026-01-01")
    >>> [line.strip()[:30] for line in signed_lines(queue, iter(["0f"]), [])]
    ['{"audit":"aaaaaaaaaaaaaaaaaaaa', '{"item":"0f"}']
    """
    head = {
        "format": _FORMAT, "queue": queue.id, "audit": queue.audit, "data": queue.data,
        "rows": queue.rows, "sensitive_features": list(queue.sensitive_features),
        "groups": [[list(group), rows] for group, rows in queue.groups.items()],
        "settings": dict(queue.settings), "reading": queue.reading,
    }  # fmt: skip
    yield _line(head)
    for item in items:
        yield _line({"item": item})
    for one in decisions:
        yield _line(
            {
                "number": one.number,
                "item": one.item,
                "action": one.action.value,
                "reason": one.reason,
                "reviewer": one.reviewer,
                "identity": one.identity,
                "subject": one.subject,
                "at": one.at,
                "adjudicates": one.adjudicates,
                "edit": dict(one.edit),
            }
        )


def _line(content: dict[str, Any]) -> str:
    return json.dumps(content, sort_keys=True, separators=(",", ":"), allow_nan=False) + "\n"
