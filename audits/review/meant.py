"""Which items a filter means, as they stand: packed, for there may be a hundred thousand."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, distinct, func, select

from audits.results import Group
from audits.review.reading import groups_of
from audits.review.records import RECORD, Status
from audits.review.schema import items

_BATCH = 10_000


@dataclass(frozen=True)
class Meant:
    """Items with their versions, for whoever decides on all of them at once.

    `statuses` counts them by what became of them so far, `rows` the rows of the synthetic table
    that they are about, per combination of all sensitive features; a row that several items are
    about counts once. Ids and versions are packed, twelve bytes for each item.
    """

    numbers: array[int]
    versions: array[int]
    statuses: Mapping[Status, int]
    rows: Mapping[Group, int]

    def __len__(self) -> int:
        return len(self.numbers)

    def seen(self) -> dict[str, int]:
        """Return the versions by id, as `Store.decide_many` takes them."""
        return {
            f"{number:016x}": version
            for number, version in zip(self.numbers, self.versions, strict=True)
        }


def find(line: Connection, queue: int, meant: ColumnElement[bool]) -> Meant:
    """Return what fulfils the conditions, within the transaction that is open."""
    numbers, versions = array("Q"), array("I")
    statuses: Counter[Status] = Counter()
    found = line.execute(select(items.c.id, items.c.version, items.c.status).where(meant))
    for part in found.partitions(_BATCH):
        numbers.extend(int(row.id, 16) for row in part)
        versions.extend(row.version for row in part)
        statuses.update(Status(row.status) for row in part)
    counted = select(items.c.combo, func.count(distinct(items.c.row))).where(
        meant, items.c.kind == RECORD, items.c.row > 0
    )
    named = groups_of(line, queue)
    rows = {named[combo]: count for combo, count in line.execute(counted.group_by(items.c.combo))}
    return Meant(numbers, versions, statuses, rows)
