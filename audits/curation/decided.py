"""What people decided in a queue, as what becomes of each row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Protocol

from audits.curation.fates import Fate, Fates
from audits.errors import ConflictError, InputError, UsageError
from audits.estimates import many
from audits.questions.words import listed
from audits.review.records import (
    RECORD,
    Action,
    Decision,
    Item,
    Queue,
    Shown,
    Status,
)

_TRIES = 5
_OPEN = (Status.UNREVIEWED, Status.DISPUTED, Status.ESCALATED)
_ACTIONS = {Status.REMOVED: Action.REMOVE, Status.EDITED: Action.EDIT}
_DIGITS = 12  # of a digest that an error shows


class Reviews(Protocol):
    """What is asked of a store."""

    def queue(self, queue_id: str) -> Queue:
        """One queue."""

    def items(self, queue_id: str) -> Iterator[Shown]:
        """All items of a queue as they stand."""

    def decisions(self, queue_id: str) -> Iterator[Decision]:
        """All decisions of a queue, in order."""


def check_data(queue: Queue, name: str, sha256: str) -> None:
    """Refuse a file that is not the one that was reviewed.

    Raises
    ------
    InputError
        If its digest is another.
    """
    if queue.data != sha256:
        raise InputError(
            f"{name} is not the table that the queue {queue.id} is about: its SHA-256 begins with "
            f"{sha256[:_DIGITS]}, and that of {queue.data_name}, when the queue was opened, with "
            f"{queue.data[:_DIGITS]}. Give the file that was reviewed, or open a queue on this one."
        )


def decided(store: Reviews, queue: Queue, *, strict: bool) -> Fates:
    """Read what becomes of each row of a queue's table.

    A row with several items goes if any of them says so. Items that nobody decided, that are
    disputed or that were handed on leave their rows as they are.

    Raises
    ------
    UsageError
        If two edits of a row disagree; with `strict`, if any item is not settled.
    ConflictError
        If people keep deciding while the queue is read.
    """
    shown, decisions = _at_rest(store, queue.id)
    statuses = {status.value: 0 for status in Status}
    statuses |= Counter(one.status.value for one in shown)
    _check_settled(queue, statuses, strict=strict)
    last = _last(decisions)
    removed: dict[int, Fate] = {}
    edited: dict[int, Fate] = {}
    for one in shown:
        row = one.item.row
        if one.item.kind != RECORD or row is None or one.status not in _ACTIONS:
            continue
        fate = _fate(one.item, last[one.item.id, _ACTIONS[one.status]])
        found = removed if one.status is Status.REMOVED else edited
        found[row] = _joined(found[row], fate, row) if row in found else fate
    rules: dict[str, Counter[str]] = {}
    for one in shown:
        rules.setdefault(one.item.rule, Counter())[one.status.value] += 1
    places = {one.item.id: one.item for one in shown}
    return Fates(
        removed=removed,
        edited={row: fate for row, fate in edited.items() if row not in removed},
        statuses=statuses,
        rules={rule: dict(sorted(counts.items())) for rule, counts in sorted(rules.items())},
        decided_by={"queue": queue.id, "name": queue.name, "audit": queue.audit,
                    "decisions": decisions[-1].number if decisions else 0},
        decisions=[_plain(one, places) for one in decisions],
        notes=_notes(statuses, shown),
    )  # fmt: skip


def _at_rest(store: Reviews, queue_id: str) -> tuple[list[Shown], list[Decision]]:
    """Read items and decisions of one moment: again, if somebody decided in between."""
    for _ in range(_TRIES):
        decisions = list(store.decisions(queue_id))
        shown = list(store.items(queue_id))
        if sum(1 for _ in store.decisions(queue_id)) == len(decisions):
            return shown, decisions
    raise ConflictError("people are deciding in this queue right now.")


def _check_settled(queue: Queue, statuses: Mapping[str, int], *, strict: bool) -> None:
    still = [
        f"{statuses[status.value]} {status.value}" for status in _OPEN if statuses[status.value]
    ]
    if strict and still:
        raise UsageError(
            f"--strict: of the items of the queue {queue.id}, {listed(still)}. Decide on them, or "
            "leave --strict out: their rows are then kept."
        )


def _last(decisions: Iterable[Decision]) -> dict[tuple[str, Action], Decision]:
    """The last decision of each kind about each item: of a settled item, one that still counts."""
    return {(one.item, one.action): one for one in decisions}


def _fate(item: Item, decision: Decision) -> Fate:
    edit = decision.edit if decision.action is Action.EDIT else {}
    return Fate(item.rule, decision.reason, decision.reviewer, decision.at, dict(edit))


def _joined(one: Fate, other: Fate, row: int) -> Fate:
    for column, value in other.edit.items():
        if one.edit.get(column, value) != value:
            raise UsageError(
                f"row {row} has two edits of {column!r}: {one.edit[column]!r} and {value!r}. "
                "Decide again on one of its items."
            )
    first, second = sorted((one, other), key=lambda fate: (fate.at, fate.rule))
    return Fate(
        f"{first.rule}; {second.rule}",
        _both(first.reason, second.reason),
        _both(first.by, second.by),
        second.at,
        {**one.edit, **other.edit},
    )


def _both(first: str, second: str) -> str:
    return first if first == second else f"{first}; {second}"


def _plain(decision: Decision, places: Mapping[str, Item]) -> dict[str, Any]:
    """Write a decision in strict JSON types, with the row it is about."""
    item = places[decision.item]
    return {
        "number": decision.number,
        "item": decision.item,
        "row": item.row,
        "rule": item.rule,
        "action": decision.action.value,
        "reason": decision.reason,
        "reviewer": decision.reviewer,
        "identity": decision.identity,
        "subject": decision.subject,
        "at": decision.at,
        "adjudicates": decision.adjudicates,
        "bulk": decision.bulk,
        "edit": dict(decision.edit),
    }


def _notes(statuses: Mapping[str, int], shown: Iterable[Shown]) -> tuple[str, ...]:
    notes = []
    still = [f"{statuses[s.value]:,} {s.value}" for s in _OPEN if statuses[s.value]]
    if still:
        count = sum(statuses[s.value] for s in _OPEN)
        notes.append(f"{many(count, 'item')} not settled ({', '.join(still)}): kept as they are.")
    about = sum(one.item.kind != RECORD and one.status in _ACTIONS for one in shown)
    if about:
        notes.append(
            f"{many(about, 'decision')} to remove or edit a finding: no row goes by that, as only "
            "decisions about records move rows."
        )
    return tuple(notes)
