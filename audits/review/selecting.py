"""Which items are meant, and in which order, as SQL with bound values."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Dialect,
    Select,
    Text,
    and_,
    any_,
    func,
    literal,
    select,
)

from audits.errors import UnknownNameError
from audits.review.entries import reviewer_name
from audits.review.records import Wanted
from audits.review.schema import acts, combos, decisions, items, pairs, written

SORTS = ("severity", "row", "rule", "group", "changed")
_ID = re.compile(r"[0-9a-f]{16}")


def conditions(dialect: Dialect, queue: int, wanted: Wanted) -> ColumnElement[bool]:
    """Return what an item of this queue has to fulfil."""
    asked: list[ColumnElement[bool]] = [items.c.queue == queue]
    for column, value in (
        (items.c.kind, wanted.kind),
        (items.c.rule, wanted.rule),
        (items.c.status, wanted.status),
    ):
        if value is not None:
            asked.append(column == str(value))
    if wanted.severity_from is not None:
        asked.append(items.c.severity >= wanted.severity_from)
    if wanted.group:
        asked.append(items.c.combo.in_(_combos(queue, wanted)))
    if wanted.text:
        sought = written(wanted.text.casefold())
        place = func.strpos if dialect.name == "postgresql" else func.instr
        asked.append(place(items.c.searched, sought) > 0)
    if wanted.not_by is not None:
        asked.append(items.c.place.not_in(_decided_by(queue, wanted.not_by)))
    if wanted.ids is not None:
        known = [item for item in wanted.ids if _ID.fullmatch(item)]
        asked.append(is_among(dialect, items.c.id, known))
    return and_(*asked)


def is_among(
    dialect: Dialect, column: ColumnElement[Any], values: Iterable[str | int]
) -> ColumnElement[bool]:
    """Ask for any number of values as one bound value, where databases limit how many."""
    listed = list(values)
    kind = BigInteger if listed and isinstance(listed[0], int) else Text
    if dialect.name == "postgresql":
        from sqlalchemy.dialects.postgresql import ARRAY

        return column == any_(literal(listed, ARRAY(kind)))
    given = func.json_each(literal(json.dumps(listed), Text)).table_valued("value")
    return column.in_(select(given.c.value))


def order(sort: str) -> tuple[ColumnElement[Any], ...]:
    """Return the order of a page: the worst, the first row or the latest first, ties by id.

    Findings, which are of no row, come before all rows.
    """
    if sort not in SORTS:
        raise UnknownNameError("sort", sort, SORTS)
    first: dict[str, tuple[ColumnElement[Any], ...]] = {
        "severity": (items.c.severity.desc(),),
        "row": (items.c.row,),
        "rule": (items.c.rule,),
        "group": (items.c.combo,),  # they are numbered in the order of their names
        "changed": (items.c.changed.desc(),),
    }
    return (*first[sort], items.c.id)


def _combos(queue: int, wanted: Wanted) -> Select[tuple[int]]:
    """Return the groups that hold every pair wanted."""
    holding = select(combos.c.place).where(combos.c.queue == queue)
    for feature, value in wanted.group:
        having = select(pairs.c.combo).where(
            pairs.c.queue == queue, pairs.c.feature == feature, pairs.c.value == value
        )
        holding = holding.where(combos.c.place.in_(having))
    return holding


def _decided_by(queue: int, name: str) -> Select[tuple[int]]:
    return (
        select(decisions.c.place)
        .join(acts, acts.c.number == decisions.c.act)
        .where(acts.c.queue == queue, acts.c.reviewer == reviewer_name(name))
    )
