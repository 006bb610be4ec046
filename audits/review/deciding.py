"""What one person says of one item or of many, kept within the transaction that is open."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Row, func, insert, literal, select, update

from audits.errors import ConflictError, UsageError
from audits.review.entries import Entry
from audits.review.reading import (
    decision_of,
    decision_query,
    find_queue,
    shown_of,
    shown_query,
)
from audits.review.records import Action, Decision, Reviewer, Shown, Status
from audits.review.schema import acts, decisions, items, store
from audits.review.selecting import is_among
from audits.review.standing import Said, person, standing, why_not_adjudicate

SHOWN_MOVED = 1_000
"""How many items a conflict brings along as they stand; it counts all of them."""


@dataclass(frozen=True)
class Ledger:
    """What the lock of a store tells: the last numbers given, and the time where the store is."""

    acts: int
    decisions: int
    at: str


def lock(connection: Connection) -> Ledger:
    """Wait until nobody else writes, so that numbers follow the order of confirmation."""
    row = connection.execute(
        select(store.c.acts, store.c.decisions).where(store.c.id == 1).with_for_update()
    ).one()
    now = datetime.now(UTC)
    if connection.dialect.name == "postgresql":  # one clock for a whole team
        now = connection.execute(select(func.clock_timestamp())).scalar_one().astimezone(UTC)
    return Ledger(row.acts, row.decisions, now.isoformat(timespec="milliseconds"))


def decide(
    connection: Connection,
    queue_id: str,
    seen: Mapping[str, int],
    entry: Entry,
    told: Callable[[float], None],
) -> tuple[Decision, ...]:
    """Keep what was said of every item of `seen`; see `Store.decide_many`."""
    ledger = lock(connection)
    queue = find_queue(connection, queue_id)
    made = _made_already(connection, queue, seen, entry)
    if made:
        return made
    stand = _as_they_stand(connection, queue, seen)
    told(0.2)
    _refuse_moved(connection, queue, seen, stand)
    statuses = _statuses(connection, queue, stand, entry)
    told(0.4)
    act = ledger.acts + 1
    _keep_act(connection, queue, act, entry, ledger.at)
    _move(connection, queue, act, stand, statuses)
    told(0.7)
    _keep_decisions(connection, queue.key, act, ledger.decisions)
    counted = {"acts": act, "decisions": ledger.decisions + len(seen)}
    connection.execute(update(store).where(store.c.id == 1).values(counted))
    kept = _of_act(connection, queue, act)
    told(0.9)
    return kept


def _made_already(
    connection: Connection, queue: Row[Any], seen: Mapping[str, int], entry: Entry
) -> tuple[Decision, ...]:
    """Return the decisions of a request that came through though its answer was lost."""
    row = connection.execute(select(acts).where(acts.c.request == entry.request)).first()
    if row is None:
        return ()
    kept = _of_act(connection, queue, row.number)
    who = (row.reviewer, row.identity, row.subject)
    before = (row.queue, row.action, row.reason, who, row.adjudicates, json.loads(row.edit))
    by = (entry.reviewer.name, entry.reviewer.identity, entry.reviewer.subject)
    same = before == (
        queue.key, entry.action.value, entry.reason, by, entry.adjudicates, dict(entry.edit),
    )  # fmt: skip
    if not same or {decision.item for decision in kept} != set(seen):
        raise UsageError(
            f"the request {entry.request!r} was made already, for something else. Use a new token "
            "for each decision."
        )
    return kept


def _of_act(connection: Connection, queue: Row[Any], act: int) -> tuple[Decision, ...]:
    query = decision_query().where(decisions.c.act == act).order_by(decisions.c.number)
    return tuple(decision_of(row, queue.id) for row in connection.execute(query))


def _as_they_stand(
    connection: Connection, queue: Row[Any], seen: Mapping[str, int]
) -> dict[str, Any]:
    query = select(items.c.id, items.c.place, items.c.version).where(
        items.c.queue == queue.key, is_among(connection.dialect, items.c.id, seen)
    )
    stand = {row.id: row for row in connection.execute(query)}
    for item in seen:
        if item not in stand:
            raise UsageError(f"queue {queue.id} has no item {item[:80]!r}. Open the queue again.")
    return stand


def _refuse_moved(
    connection: Connection,
    queue: Row[Any],
    seen: Mapping[str, int],
    stand: Mapping[str, Any],
) -> None:
    moved = [row.place for item, row in stand.items() if row.version != seen[item]]
    if moved:
        stands = tuple(shown(connection, queue, moved[:SHOWN_MOVED]))
        if len(seen) == 1 and stands[0].decisions:
            last = stands[0].decisions[-1]
            what = f"{last.reviewer} decided on this item in the meantime: {last.action.value}."
        else:
            what = f"{len(moved):,} of {len(seen):,} items have been decided in the meantime."
        raise ConflictError(what, stands)


def shown(connection: Connection, queue: Row[Any], places: Sequence[int]) -> Iterator[Shown]:
    """Return some items with all decisions on them, in the order of their ids."""
    dialect = connection.dialect
    said: dict[int, list[Decision]] = defaultdict(list)
    here = decisions.c.queue == queue.key, is_among(dialect, decisions.c.place, places)
    query = decision_query().where(*here).order_by(decisions.c.place, decisions.c.version)
    for row in connection.execute(query):
        said[row.place].append(decision_of(row, queue.id))
    query = shown_query().where(
        items.c.queue == queue.key, is_among(dialect, items.c.place, places)
    )
    for row in connection.execute(query.order_by(items.c.id)):
        yield shown_of(row, tuple(said[row.place]))


def _statuses(
    connection: Connection, queue: Row[Any], stand: Mapping[str, Any], entry: Entry
) -> dict[str, Status]:
    """Return what becomes of every item."""
    earlier = words(connection, queue.key, [row.place for row in stand.values() if row.version])
    who = person(entry.reviewer)
    word = Said(who, entry.action, entry.adjudicates, entry.edit)
    alone = standing([word])
    statuses = {}
    for item, row in stand.items():
        before = earlier.get(row.place, [])
        why = why_not_adjudicate(before, who) if entry.adjudicates else ""
        if why:
            raise UsageError(f"item {item} cannot be adjudicated: {why}. Nothing was kept.")
        statuses[item] = standing([*before, word]) if before else alone
    return statuses


def words(
    connection: Connection, queue: int, places: Sequence[int] | None = None
) -> dict[int, list[Said]]:
    """Return what was said of each item of a queue, oldest first, by the item's place."""
    query = select(decisions.c.place, decisions.c.act).where(decisions.c.queue == queue)
    if places is not None:
        query = query.where(is_among(connection.dialect, decisions.c.place, places))
    query = query.order_by(decisions.c.place, decisions.c.version)
    lines = connection.execute(query).all() if places is None or places else []
    named = {act for _, act in lines}
    once = select(acts).where(is_among(connection.dialect, acts.c.number, named))
    word = {row.number: _word(row) for row in connection.execute(once)} if named else {}
    said: dict[int, list[Said]] = defaultdict(list)
    for place, act in lines:
        said[place].append(word[act])
    return said


def _word(row: Any) -> Said:
    who = person(Reviewer(row.reviewer, row.identity, row.subject))
    return Said(who, Action(row.action), row.adjudicates, json.loads(row.edit))


def _keep_act(connection: Connection, queue: Row[Any], act: int, entry: Entry, at: str) -> None:
    connection.execute(
        insert(acts).values(
            number=act,
            queue=queue.key,
            request=entry.request,
            many=entry.many,
            action=entry.action.value,
            reason=entry.reason,
            edit=json.dumps(entry.edit),
            adjudicates=entry.adjudicates,
            reviewer=entry.reviewer.name,
            identity=entry.reviewer.identity,
            subject=entry.reviewer.subject,
            at=at,
            audit=queue.audit,
            data=queue.data,
        )
    )


def _move(
    connection: Connection,
    queue: Row[Any],
    act: int,
    stand: Mapping[str, Any],
    statuses: Mapping[str, Status],
) -> None:
    """Give items their new status, unless their version is no longer the one that was seen."""
    alike: dict[tuple[Status, int], list[int]] = defaultdict(list)
    for item, row in stand.items():
        alike[statuses[item], row.version].append(row.place)
    for (status, version), places in alike.items():
        moved = connection.execute(
            update(items)
            .where(
                items.c.queue == queue.key,
                items.c.version == version,
                is_among(connection.dialect, items.c.place, places),
            )
            .values(status=status.value, version=version + 1, changed=act)
        )
        if moved.rowcount != len(places):
            raise ConflictError("items have been decided in the meantime.")


def _keep_decisions(connection: Connection, queue: int, act: int, last: int) -> None:
    """Add one line for each item that `_move` moved, in the order of their places."""
    number = literal(last) + func.row_number().over(order_by=items.c.place)
    moved = select(number, literal(act), items.c.queue, items.c.place, items.c.version).where(
        items.c.queue == queue, items.c.changed == act
    )
    columns = ["number", "act", "queue", "place", "version"]
    connection.execute(insert(decisions).from_select(columns, moved))
