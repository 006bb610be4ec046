"""Queues, signatures and audits put into a store, within the transaction that is open."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection, Row, func, insert, select, text

from audits.errors import ConflictError, UnknownNameError, UsageError
from audits.review.deciding import lock
from audits.review.entries import checked_digest, checked_reviewer, one_line, sentence
from audits.review.reading import (
    combo_rows,
    decision_of,
    decision_query,
    detail_row,
    find_queue,
    item_row,
    queue_of,
    queue_row,
    signature_of,
)
from audits.review.records import Item, KeptAudit, Queue, Reviewer, Signature
from audits.review.schema import (
    audits,
    briefs,
    combos,
    decisions,
    details,
    items,
    pairs,
    queues,
    signatures,
)

_LATER_SHOWN = 1_000  # decisions that a refused signature brings along


def add_queue(connection: Connection, queue: Queue, held: Sequence[Item]) -> Queue:
    """See `Store.add_queue`."""
    lock(connection)
    there = connection.execute(select(queues).where(queues.c.id == queue.id)).first()
    if there is not None:
        return queue_of(there)
    _refuse_twice(held)
    key = _after(connection, queues.c.key)
    connection.execute(insert(queues), queue_row(queue, key))
    places, combo, parts = combo_rows(key, (item.group for item in held))
    narrow = [item_row(item, key, at, places[item.group]) for at, item in enumerate(held)]
    wide = [detail_row(item, key, at) for at, item in enumerate(held)]
    for table, rows in ((combos, combo), (pairs, parts), (items, narrow), (details, wide)):
        if rows:
            connection.execute(insert(table), rows)
    if held and connection.dialect.name == "postgresql":
        # it would plan for empty tables until its own housekeeping comes round
        connection.execute(text("ANALYZE review_items, review_details, review_decisions"))
    return queue


def _refuse_twice(held: Sequence[Item]) -> None:
    ids = set()
    for item in held:
        if item.id in ids:
            raise UsageError(f"two items have the id {item.id}. Each has its own.")
        ids.add(item.id)


def _after(connection: Connection, column: Any, *where: Any) -> int:
    last = connection.execute(select(func.max(column)).where(*where)).scalar()
    return (last or 0) + 1


# -- signatures ------------------------------------------------------------------------------------


def signature_row(
    reviewer: Reviewer, statement: str, digest: str, last: int, unreviewed: int
) -> dict[str, Any]:
    """Return what is signed, checked; its request makes sure that it is kept once."""
    who = checked_reviewer(reviewer)
    return {
        "request": uuid4().hex,
        "reviewer": who.name,
        "identity": who.identity,
        "subject": who.subject,
        "statement": sentence("statement", statement),
        "digest": checked_digest(digest),
        "decisions": last,
        "unreviewed": unreviewed,
    }


def sign(connection: Connection, queue_id: str, asked: Mapping[str, Any]) -> Signature:
    """See `Store.sign`."""
    ledger = lock(connection)
    queue = find_queue(connection, queue_id)
    made = select(signatures).where(signatures.c.request == asked["request"])
    if connection.execute(made).first() is None:
        _refuse_later(connection, queue, asked["decisions"])
        number = _after(connection, signatures.c.number)
        row = {**asked, "number": number, "queue": queue.key, "at": ledger.at}
        connection.execute(insert(signatures), row)
    return signature_of(connection.execute(made).one(), queue_id)


def _refuse_later(connection: Connection, queue: Row[Any], last: int) -> None:
    there = select(func.max(decisions.c.number)).where(decisions.c.queue == queue.key)
    found = connection.execute(there).scalar() or 0
    if found < last:
        raise UsageError(
            f"the last decision of queue {queue.id} is number {found}; decision {last} is none "
            "of it. Open the queue again."
        )
    if found > last:
        newer = decisions.c.queue == queue.key, decisions.c.number > last
        query = decision_query().where(*newer).order_by(decisions.c.number).limit(_LATER_SHOWN)
        later = [decision_of(row, queue.id) for row in connection.execute(query)]
        raise ConflictError(
            f"{later[-1].reviewer} decided after what is to be signed had been made.", later
        )


def signatures_of(connection: Connection, queue_id: str) -> tuple[Signature, ...]:
    """See `Store.signatures`."""
    queue = find_queue(connection, queue_id)
    query = select(signatures).where(signatures.c.queue == queue.key)
    rows = connection.execute(query.order_by(signatures.c.number))
    return tuple(signature_of(row, queue_id) for row in rows)


# -- history ---------------------------------------------------------------------------------------


def audit_row(series: str, document: str, label: str, made: str) -> dict[str, Any]:
    """Return an audit of a series, checked."""
    written = document.encode("utf-8", "backslashreplace")
    return {
        "series": one_line("name of the series", series, "A series is found by its name."),
        "digest": hashlib.sha256(written).hexdigest(),
        "label": one_line("label", label) if label.strip() else "",
        "made": made,
        "document": document,
    }


def keep_audit(
    connection: Connection, asked: Mapping[str, Any], parts: Mapping[str, str]
) -> KeptAudit:
    """See `Store.keep_audit`."""
    lock(connection)
    series = audits.c.series == asked["series"]
    same = select(audits).where(series, audits.c.digest == asked["digest"])
    if connection.execute(same).first() is None:
        number = _after(connection, audits.c.number, series)
        connection.execute(insert(audits), {**asked, "number": number})
        about = {"series": asked["series"], "number": number}
        told = [{**about, "part": part, "text": text} for part, text in parts.items()]
        if told:
            connection.execute(insert(briefs), told)
    return KeptAudit(**connection.execute(same).one()._mapping)


def history(connection: Connection, name: str, documents: bool) -> tuple[KeptAudit, ...]:
    """See `Store.history`."""
    columns = [column for column in audits.columns if documents or column.name != "document"]
    query = select(*columns).where(audits.c.series == name).order_by(audits.c.number)
    return tuple(KeptAudit(**row._mapping) for row in connection.execute(query))


def parts_of(connection: Connection, name: str, part: str) -> Mapping[int, str]:
    """See `Store.briefs`."""
    query = select(briefs.c.number, briefs.c.text)
    query = query.where(briefs.c.series == name, briefs.c.part == part)
    return {row.number: row.text for row in connection.execute(query)}


def series(connection: Connection, holding: str | None) -> tuple[str, ...]:
    """See `Store.series`."""
    query = select(audits.c.series).distinct().order_by(audits.c.series)
    if holding is not None:
        query = query.where(audits.c.digest.startswith(holding, autoescape=True))
    return tuple(connection.execute(query).scalars())


def audit(connection: Connection, name: str, number: int) -> KeptAudit:
    """See `Store.audit`."""
    there = select(audits).where(audits.c.series == name)
    row = connection.execute(there.where(audits.c.number == number)).first()
    if row is None:
        known = [f"{name} {kept.number}" for kept in history(connection, name, False)]
        raise UnknownNameError("audit", f"{name} {number}", known)
    return KeptAudit(**row._mapping)
