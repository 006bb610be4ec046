"""Every call by which the dashboard changes what is kept of a review, and what each asks first.

A page offers, this module refuses: the role, the size of what was written, how fast decisions come,
and whether the table is still the one that was looked at are asked here, at the call.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import limits
import on_disk
import roles
import stores
from audits.errors import UsageError
from audits.review.edits import check_edit
from audits.review.records import Action, Decision, Reviewer, Shown, Signature, Status
from roles import Person, Role
from sessions import Session


@dataclass(frozen=True)
class Said:
    """What somebody says of an item, or of many: what to do, why, and with which values."""

    action: Action
    reason: str
    edit: Mapping[str, Any] = field(default_factory=dict)
    adjudicates: bool = False


def decide(session: Session, queue_id: str, seen: Shown, said: Said, request: str) -> Decision:
    """Keep a decision about an item as it was seen.

    Raises
    ------
    UsageError
        If the role does not reach, something is missing or too long, or decisions come too fast.
    ConflictError
        If another has decided since.
    """
    reviewer = roles.needed(session, Role.REVIEWER)
    _written(said)
    _edited(seen, said)
    if said.adjudicates and not may_settle(roles.person(session), seen):
        raise UsageError(
            "only an owner, or somebody who has not decided on this item, may settle a dispute, "
            "and only while there is one. Nothing was changed."
        )
    not_too_fast(session)
    return stores.store(session).decide(
        queue_id, seen.item.id, said.action, reason=said.reason.strip(), reviewer=reviewer,
        seen=seen.version, edit=dict(said.edit) or None, adjudicates=said.adjudicates,
        request=request,
    )  # fmt: skip


def decide_many(
    session: Session,
    queue_id: str,
    seen: Mapping[str, int],
    said: Said,
    request: str,
    told: Callable[[float], None] = lambda _share: None,
) -> tuple[Decision, ...]:
    """Keep one decision about many items, all or none.

    Raises
    ------
    UsageError
        As `decide`; or if the table has changed on disk, or the decision is no keeping or removing.
    ConflictError
        If another has decided on one of them since.
    """
    reviewer = roles.needed(session, Role.REVIEWER)
    _written(said)
    if said.action is Action.EDIT or said.edit or said.adjudicates:
        raise UsageError("values are edited and disputes settled one by one. Nothing was changed.")
    if not seen:
        raise UsageError("no item fits the filter: there is nothing to decide.")
    on_disk.unchanged(session, stores.store(session).queue(queue_id))
    not_too_fast(session)
    return stores.store(session).decide_many(
        queue_id, seen, said.action, reason=said.reason.strip(), reviewer=reviewer,
        request=request, told=told,
    )  # fmt: skip


def sign(session: Session, queue_id: str, statement: str) -> Signature:
    """Sign a queue as it stands.

    Raises
    ------
    UsageError
        If the role does not reach, or the statement is empty or too long.
    ConflictError
        If another has decided meanwhile.
    """
    from audits.review import signing

    reviewer = roles.needed(session, Role.OWNER)
    _text(statement, "what is declared", "Say what was reviewed, and how.")
    not_too_fast(session)
    return signing.sign(stores.store(session), queue_id, reviewer, statement.strip())


def may_settle(who: Person, shown: Shown) -> bool:
    """Whether somebody may settle what others dispute.

    By log-in an owner may, and who has not decided on the item; a typed name proves no role, so
    that there it takes somebody else.
    """
    if not who.may_decide or who.reviewer is None or shown.status is not Status.DISPUTED:
        return False
    owner = who.role is Role.OWNER and who.reviewer.identity == "login"
    return owner or not any(_same(one, who.reviewer) for one in shown.decisions)


def _same(decision: Decision, reviewer: Reviewer) -> bool:
    if "login" in (decision.identity, reviewer.identity):
        return (decision.identity, decision.subject) == (reviewer.identity, reviewer.subject)
    return decision.reviewer == reviewer.name


# -- what is written -------------------------------------------------------------------------------


def _written(said: Said) -> None:
    _text(said.reason, "the reason", "Write why; it is kept with the decision.")


def _text(text: str, what: str, advice: str) -> None:
    if not text.strip():
        raise UsageError(f"{what} is missing. {advice}")
    if len(text) > limits.REASON_LETTERS:
        raise UsageError(
            f"{what} has {len(text):,} letters, and {limits.REASON_LETTERS:,} is the most. Shorten "
            "it."
        )


def _edited(seen: Shown, said: Said) -> None:
    """Refuse new values that are none, are too long, or are for columns that the row has not."""
    check_edit(seen.item, said.action, said.edit)
    for column, value in said.edit.items():
        if len(str(value)) > limits.EDIT_LETTERS:
            raise UsageError(
                f"the value for {column!r} has more than {limits.EDIT_LETTERS:,} letters. Shorten "
                "it."
            )


# -- how fast --------------------------------------------------------------------------------------

_LATELY: dict[str, deque[float]] = {}
_LOCK = threading.Lock()


def not_too_fast(session: Session) -> None:
    """Count a decision of the session, unless there were too many within a minute."""
    now = time.monotonic()
    with _LOCK:
        for token in [t for t, times in _LATELY.items() if now - times[-1] > 60]:
            del _LATELY[token]
        lately = _LATELY.setdefault(session.token, deque())
        while lately and now - lately[0] > 60:
            lately.popleft()
        if len(lately) >= limits.DECISIONS_A_MINUTE:
            wait = 60 - (now - lately[0])
            raise UsageError(
                f"{limits.DECISIONS_A_MINUTE} decisions were made within a minute, which is the "
                f"most. Wait {wait:.0f} s; what you wrote stays here. For many items there is one "
                "decision about all of them."
            )
        lately.append(now)
