"""Rows of a store as records, and records as rows."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, Select, select

from audits.errors import UnknownNameError, UsageError
from audits.results import Group, group_name
from audits.review.entries import one_line, strict_json
from audits.review.records import (
    FINDING,
    RECORD,
    Action,
    Decision,
    Item,
    Queue,
    Shown,
    Signature,
    Status,
)
from audits.review.schema import acts, combos, decisions, details, items, queues, signatures

ID_LENGTH = 16


# -- queues ----------------------------------------------------------------------------------------


def queue_row(queue: Queue, key: int) -> dict[str, Any]:
    """Return a queue as its row."""
    one_line("id of the queue", queue.id)
    groups = [[list(group), count] for group, count in queue.groups.items()]
    return {
        "key": key,
        "id": queue.id,
        "name": queue.name,
        "audit": queue.audit,
        "data": queue.data,
        "data_name": queue.data_name,
        "rows": queue.rows,
        "sensitive_features": json.dumps(list(queue.sensitive_features)),
        "groups": json.dumps(groups),
        "made": queue.made,
        "settings": strict_json("the queue's settings", queue.settings),
        "reading": None
        if queue.reading is None
        else strict_json("how the queue's tables are read", queue.reading),
    }


def queue_of(row: Row[Any]) -> Queue:
    """Return a row as its queue."""
    return Queue(
        id=row.id,
        name=row.name,
        audit=row.audit,
        data=row.data,
        data_name=row.data_name,
        rows=row.rows,
        sensitive_features=tuple(json.loads(row.sensitive_features)),
        groups={_group(pairs): count for pairs, count in json.loads(row.groups)},
        made=row.made,
        settings=json.loads(row.settings),
        reading=None if row.reading is None else json.loads(row.reading),
    )


def find_queue(connection: Connection, queue_id: str) -> Row[Any]:
    """Return a queue's row; UnknownNameError where there is none."""
    row = connection.execute(select(queues).where(queues.c.id == queue_id)).first()
    if row is None:
        there = connection.execute(select(queues.c.id).order_by(queues.c.key.desc())).scalars()
        raise UnknownNameError("queue", queue_id, tuple(there))
    return row


def _group(pairs: Sequence[Sequence[str]]) -> Group:
    return tuple((feature, value) for feature, value in pairs)


# -- items -----------------------------------------------------------------------------------------


def combo_rows(
    queue: int, groups: Iterable[Group]
) -> tuple[dict[Group, int], list[Any], list[Any]]:
    """Number the groups in the order of their names; return numbers, rows, and rows of pairs."""
    ordered = sorted(set(groups), key=lambda group: (group_name(group), group))
    places = {group: place for place, group in enumerate(ordered)}
    rows = [
        {"queue": queue, "place": place, "pairs": json.dumps(group)}
        for group, place in places.items()
    ]
    parts = [
        {"queue": queue, "combo": place, "part": part, "feature": feature, "value": value}
        for group, place in places.items()
        for part, (feature, value) in enumerate(group)
    ]
    return places, rows, parts


def groups_of(connection: Connection, queue: int) -> dict[int, Group]:
    """Return the groups of a queue by their numbers."""
    query = select(combos.c.place, combos.c.pairs).where(combos.c.queue == queue)
    return {row.place: _group(json.loads(row.pairs)) for row in connection.execute(query)}


def item_row(item: Item, queue: int, place: int, combo: int) -> dict[str, Any]:
    """Return an item as its row of `items`; UsageError where it could not be found again."""
    if len(item.id) != ID_LENGTH or not set(item.id) <= set("0123456789abcdef"):
        raise UsageError(f"the item's id {item.id[:80]!r} is not made of 16 hexadecimal digits.")
    if item.kind not in (FINDING, RECORD):
        raise UsageError(f"item {item.id} is a {item.kind!r}; it is a finding or a record.")
    if not 0 <= item.severity < float("inf"):
        raise UsageError(f"the severity of item {item.id} is {item.severity}; it is 0 or more.")
    return {
        "queue": queue,
        "place": place,
        "id": item.id,
        "kind": item.kind,
        "rule": one_line(f"rule of item {item.id}", item.rule),
        "status": Status.UNREVIEWED.value,
        "version": 0,
        "changed": 0,
        "severity": float(item.severity),
        "combo": combo,
        "row": item.row or 0,
        "searched": item.reason.casefold(),
    }


def detail_row(item: Item, queue: int, place: int) -> dict[str, Any]:
    """Return what is shown of an item as its row of `details`."""
    detail = strict_json(f"the detail of item {item.id}", item.detail)
    return {"queue": queue, "place": place, "reason": item.reason, "detail": detail}


def shown_query() -> Select[Any]:
    """Return the query of items with all that `shown_of` needs."""
    return (
        select(items, combos.c.pairs, details.c.reason, details.c.detail)
        .join(combos, (combos.c.queue == items.c.queue) & (combos.c.place == items.c.combo))
        .join(details, (details.c.queue == items.c.queue) & (details.c.place == items.c.place))
    )


def shown_of(row: Row[Any], said: tuple[Decision, ...] = ()) -> Shown:
    """Return a row of `shown_query` as the item as it stands."""
    item = Item(
        id=row.id,
        kind=row.kind,
        rule=row.rule,
        reason=row.reason,
        severity=row.severity,
        group=_group(json.loads(row.pairs)),
        row=row.row or None,
        detail=json.loads(row.detail),
    )
    return Shown(item, Status(row.status), row.version, said)


# -- decisions -------------------------------------------------------------------------------------


def decision_query() -> Select[Any]:
    """Return the query of decisions with all that `decision_of` needs."""
    return (
        select(decisions.c.number, decisions.c.place, items.c.id.label("item"), acts)
        .join(acts, acts.c.number == decisions.c.act)
        .join(items, (items.c.queue == decisions.c.queue) & (items.c.place == decisions.c.place))
    )


def decision_of(row: Row[Any], queue_id: str) -> Decision:
    """Return a row of `decision_query` as its decision."""
    edit: Mapping[str, Any] = json.loads(row.edit)
    return Decision(
        number=row[0],
        queue=queue_id,
        item=row.item,
        action=Action(row.action),
        reason=row.reason,
        reviewer=row.reviewer,
        identity=row.identity,
        subject=row.subject,
        at=row.at,
        audit=row.audit,
        data=row.data,
        adjudicates=row.adjudicates,
        bulk=row.request if row.many else "",
        edit=edit,
    )


# -- signatures ------------------------------------------------------------------------------------


def signature_of(row: Row[Any], queue_id: str) -> Signature:
    """Return a row of `signatures` as its signature."""
    names = [column.name for column in signatures.columns if column.name != "request"]
    return Signature(**{name: getattr(row, name) for name in names} | {"queue": queue_id})
