"""Where queues, decisions, signatures and the history of audits last: SQLite or PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from types import TracebackType
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection, func, select

from audits.errors import UsageError
from audits.review import deciding, keeping, reading, selecting
from audits.review.entries import Entry, checked
from audits.review.meant import Meant, find
from audits.review.records import (
    Action,
    Decision,
    Item,
    KeptAudit,
    Page,
    Queue,
    Reviewer,
    Shown,
    Signature,
    Status,
    Wanted,
)
from audits.review.schema import decisions, items, queues
from audits.review.selecting import SORTS
from audits.review.standing import standing
from audits.review.transactions import Transactions

__all__ = ["MOST_AT_ONCE", "SORTS", "Store"]

MOST_AT_ONCE = 1_000
"""The most items on one page, and the piece in which long answers are read."""

_ALL = Wanted()
_NOTHING: Mapping[str, str] = {}


class Store:
    """One store. Every call is one transaction: whole or not at all, retried when the line drops.

    `url` is a path of an SQLite file, or an SQLAlchemy URL (`sqlite:///…`,
    `postgresql+psycopg://…`). Opening makes or migrates the schema.

    May be used by several threads. Raises StoreError where the store cannot be opened, read or
    written; no message holds a password.
    """

    def __init__(self, url: str, *, read_only: bool = False) -> None:
        self._transactions = Transactions(url, read_only=read_only)

    def __repr__(self) -> str:
        return f"Store({self.name!r})"

    @property
    def name(self) -> str:
        """Where the store is, for people: without user, password and options."""
        return self._transactions.place.name

    def __enter__(self) -> Store:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of every connection."""
        self._transactions.close()

    # -- queues ----------------------------------------------------------------------------------

    def add_queue(self, queue: Queue, items: Iterable[Item]) -> Queue:
        """Keep a queue with its items; one that is there already (same id) is left as it is."""
        held = list(items)
        return self._transactions.write(lambda line: keeping.add_queue(line, queue, held))

    def queues(self) -> tuple[Queue, ...]:
        """Newest first."""
        query = select(queues).order_by(queues.c.key.desc())
        return self._transactions.read(
            lambda line: tuple(reading.queue_of(row) for row in line.execute(query))
        )

    def queue(self, queue_id: str) -> Queue:
        """UnknownNameError where there is none."""
        return self._transactions.read(
            lambda line: reading.queue_of(reading.find_queue(line, queue_id))
        )

    def counts(self, queue_id: str) -> Mapping[Status, int]:
        """Items per status; every status is there."""

        def work(line: Connection) -> Mapping[Status, int]:
            found = self._counted(line, queue_id, items.c.status)
            return {status: found.get(status.value, 0) for status in Status}

        return self._transactions.read(work)

    def rules(self, queue_id: str) -> Mapping[str, int]:
        """Items per rule, for whoever filters."""
        return self._transactions.read(
            lambda line: self._counted(line, queue_id, items.c.rule),
        )

    def meant(self, queue_id: str, wanted: Wanted = _ALL) -> Meant:
        """All items of a filter with their versions, packed, as they stand at one moment."""

        def work(line: Connection) -> Meant:
            queue = reading.find_queue(line, queue_id)
            return find(line, queue.key, selecting.conditions(line.dialect, queue.key, wanted))

        return self._transactions.read(work)

    def page(
        self,
        queue_id: str,
        wanted: Wanted = _ALL,
        *,
        sort: str = "severity",
        start: int = 0,
        size: int = 50,
    ) -> Page:
        """Items without their decisions, in order (ties by id)."""
        if not 1 <= size <= MOST_AT_ONCE or start < 0:
            raise UsageError(
                f"a page of {size} items from {start} on makes no sense. It has 1 to "
                f"{MOST_AT_ONCE:,} items, and begins at 0 or later."
            )
        order = selecting.order(sort)

        def work(line: Connection) -> Page:
            queue = reading.find_queue(line, queue_id)
            meant = selecting.conditions(line.dialect, queue.key, wanted)
            total = line.execute(select(func.count()).select_from(items).where(meant)).scalar_one()
            query = select(items.c.place).where(meant).order_by(*order)
            places = list(line.execute(query.offset(start).limit(size)).scalars())
            found = {
                row.place: reading.shown_of(row)
                for row in line.execute(
                    reading.shown_query().where(
                        items.c.queue == queue.key, items.c.place.in_(places)
                    )
                )
            }
            return Page(tuple(found[place] for place in places), total)

        return self._transactions.read(work)

    def item(self, queue_id: str, item_id: str) -> Shown:
        """One item with all its decisions, oldest first."""

        def work(line: Connection) -> Shown:
            queue = reading.find_queue(line, queue_id)
            place = line.execute(
                select(items.c.place).where(items.c.queue == queue.key, items.c.id == item_id)
            ).scalar()
            if place is None:
                raise UsageError(
                    f"queue {queue_id} has no item {item_id[:80]!r}. Open the queue again."
                )
            return next(deciding.shown(line, queue, [place]))

        return self._transactions.read(work)

    def items(self, queue_id: str, wanted: Wanted = _ALL) -> Iterator[Shown]:
        """All of them, in the order of their ids, without decisions; read in pieces."""
        last = ""
        while True:
            piece = self._transactions.read(partial(self._piece, queue_id, wanted, last))
            yield from piece
            if len(piece) < MOST_AT_ONCE:
                return
            last = piece[-1].item.id

    # -- decisions -------------------------------------------------------------------------------

    def decide(  # noqa: PLR0913, one word for each part of a decision
        self,
        queue_id: str,
        item_id: str,
        action: Action,
        *,
        reason: str,
        reviewer: Reviewer,
        seen: int,
        edit: Mapping[str, Any] | None = None,
        adjudicates: bool = False,
        request: str | None = None,
    ) -> Decision:
        """Keep what somebody says of one item.

        `seen` is the version the reviewer looked at: if another has decided since, ConflictError
        (its `.moved` holds the item as it stands). `request` is a token of the caller (uuid4 hex by
        default): the same request again returns the decision made, never a second one.
        """
        entry = checked(
            Entry(action, reason, reviewer, request or uuid4().hex, adjudicates, False, edit or {})
        )
        (decision,) = self._decide(queue_id, {item_id: seen}, entry)
        return decision

    def decide_many(
        self,
        queue_id: str,
        seen: Mapping[str, int],
        action: Action,
        *,
        reason: str,
        reviewer: Reviewer,
        adjudicates: bool = False,
        request: str | None = None,
        told: Callable[[float], None] = lambda _share: None,
    ) -> tuple[Decision, ...]:
        """All or none: `seen` maps item ids to versions. ConflictError names those that moved."""
        if not seen:
            raise UsageError("no item was chosen. Choose one at least.")
        entry = checked(Entry(action, reason, reviewer, request or uuid4().hex, adjudicates, True))
        kept = self._decide(queue_id, seen, entry, told)
        told(1.0)
        return kept

    def decisions(self, queue_id: str) -> Iterator[Decision]:
        """In the order in which they were confirmed."""
        last = 0
        while True:
            piece = self._transactions.read(partial(self._later, queue_id, last))
            yield from piece
            if len(piece) < MOST_AT_ONCE:
                return
            last = piece[-1].number

    def amiss(self, queue_id: str) -> tuple[str, ...]:
        """Ids of items whose status or version is not what the decisions on them give.

        There are none, unless somebody changed the database by other means.
        """

        def work(line: Connection) -> tuple[str, ...]:
            queue = reading.find_queue(line, queue_id)
            said = deciding.words(line, queue.key)
            query = select(items.c.id, items.c.place, items.c.status, items.c.version)
            return tuple(
                row.id
                for row in line.execute(
                    query.where(items.c.queue == queue.key).order_by(items.c.id)
                )
                if (standing(said.get(row.place, ())), len(said.get(row.place, ())))
                != (row.status, row.version)
            )

        return self._transactions.read(work)

    # -- signatures ------------------------------------------------------------------------------

    def sign(
        self,
        queue_id: str,
        reviewer: Reviewer,
        *,
        statement: str,
        digest: str,
        decisions: int,
        unreviewed: int,
    ) -> Signature:
        """ConflictError if there are decisions after number `decisions`."""
        asked = keeping.signature_row(reviewer, statement, digest, decisions, unreviewed)
        return self._transactions.write(lambda line: keeping.sign(line, queue_id, asked))

    def signatures(self, queue_id: str) -> tuple[Signature, ...]:
        """Oldest first."""
        return self._transactions.read(lambda line: keeping.signatures_of(line, queue_id))

    # -- history ---------------------------------------------------------------------------------

    def keep_audit(
        self, series: str, document: str, *, label: str, made: str,
        brief: Mapping[str, str] = _NOTHING,
    ) -> KeptAudit:  # fmt: skip
        """An audit's JSON text; the same text in the same series is kept once.

        `brief` holds what is followed of it, in named parts (see `audits.reports.brief_json`).
        """
        asked = keeping.audit_row(series, document, label, made)
        return self._transactions.write(lambda line: keeping.keep_audit(line, asked, brief))

    def history(self, series: str, *, documents: bool = False) -> tuple[KeptAudit, ...]:
        """Oldest first; without their documents unless asked."""
        return self._transactions.read(lambda line: keeping.history(line, series, documents))

    def briefs(self, series: str, part: str) -> Mapping[int, str]:
        """One part of the briefs of a series, by the numbers of those audits that have it."""
        return self._transactions.read(lambda line: keeping.parts_of(line, series, part))

    def series(self, holding: str | None = None) -> tuple[str, ...]:
        """The names of all series, in order; or of those with an audit whose SHA-256 begins so."""
        return self._transactions.read(lambda line: keeping.series(line, holding))

    def audit(self, series: str, number: int) -> KeptAudit:
        """One audit with its document; UnknownNameError where there is none."""
        return self._transactions.read(lambda line: keeping.audit(line, series, number))

    # -- within ----------------------------------------------------------------------------------

    def _decide(
        self,
        queue_id: str,
        seen: Mapping[str, int],
        entry: Entry,
        told: Callable[[float], None] = lambda _share: None,
    ) -> tuple[Decision, ...]:
        return self._transactions.write(
            lambda line: deciding.decide(line, queue_id, seen, entry, told)
        )

    @staticmethod
    def _counted(line: Connection, queue_id: str, column: Any) -> dict[str, int]:
        queue = reading.find_queue(line, queue_id)
        query = select(column, func.count()).where(items.c.queue == queue.key)
        return {row[0]: row[1] for row in line.execute(query.group_by(column).order_by(column))}

    @staticmethod
    def _piece(queue_id: str, wanted: Wanted, last: str, line: Connection) -> list[Shown]:
        queue = reading.find_queue(line, queue_id)
        meant = selecting.conditions(line.dialect, queue.key, wanted)
        query = reading.shown_query().where(meant, items.c.id > last).order_by(items.c.id)
        return [reading.shown_of(row) for row in line.execute(query.limit(MOST_AT_ONCE))]

    @staticmethod
    def _later(queue_id: str, last: int, line: Connection) -> list[Decision]:
        queue = reading.find_queue(line, queue_id)
        later = decisions.c.queue == queue.key, decisions.c.number > last
        query = reading.decision_query().where(*later).order_by(decisions.c.number)
        rows = line.execute(query.limit(MOST_AT_ONCE))
        return [reading.decision_of(row, queue_id) for row in rows]
