"""The tables of a chain of generations: a table each, or one table with a column that tells them.

Whatever the tables are, they come out in order, as engines under the names of their generations.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

from audits.data import engines
from audits.data.duckdb_engine import DuckDBEngine
from audits.data.expressions import literal, quoted
from audits.data.names import clean_name
from audits.data.sources import Source, explained, open_source
from audits.data.tables import Engine
from audits.data.workspace import Workspace
from audits.errors import ColumnNotFoundError, InputError, UsageError

_MOST = 1000  # generations of one table; more are a slip


@dataclass(frozen=True)
class Opened:
    """The generations by what they are called, in order; `apart` is the number between two."""

    engines: dict[str, Engine]
    apart: float = 1.0


def role_of(number: int) -> str:
    """Name a generation by its place in the chain.

    >>> role_of(2)
    'generation 2'
    """
    return f"generation {number}"


@contextlib.contextmanager
def opened_chain(
    tables: Sequence[Any],
    work: Workspace,
    *,
    column: str | None = None,
    spark: Any = None,
    markers: frozenset[str] = frozenset(),
) -> Iterator[Opened]:
    """Open every generation, all of them on one engine.

    Parameters
    ----------
    tables : sequence
        One per generation, the real table first; or a single one, with `column`.
    work : Workspace
        Where the audit works.
    column : str, optional
        The column that names the generation of each row.
    spark : str or SparkSession, optional
        As in :func:`audits.data.engines.opened`.
    markers : frozenset of str
        Texts that mean "missing".

    Raises
    ------
    UsageError
        If there are fewer than two generations.
    InputError
        If a table cannot be read, or a row belongs to no generation.
    """
    if column is None:
        _check_several(len(tables))
        given = {role_of(t): table for t, table in enumerate(tables)}
        with engines.opened(given, work, spark=spark, markers=markers) as opened:
            yield Opened({f"{role} ({e.source.name})": e for role, e in opened.items()})
        return
    if len(tables) != 1:
        raise UsageError(
            f"a generation column is named, {column!r}, and {len(tables)} tables are given. Give "
            "the one table that has it, or drop the column."
        )
    if spark is not None or engines.is_spark(tables[0]):
        raise UsageError(
            "a table with a generation column is not split on Spark. Give a table per generation."
        )
    with contextlib.ExitStack() as stack:
        split: dict[str, Engine] = {}
        parts = _split(tables[0], clean_name(column), work)
        for t, (label, source) in enumerate(parts.items()):
            engine = DuckDBEngine(source, work, markers)
            stack.callback(engine.close)
            split[f"{role_of(t)} ({column} {label})"] = engine
        yield Opened(split, apart(list(parts)))


def _check_several(generations: int) -> None:
    if generations < 2:
        said = "no generation was" if generations == 0 else "only one generation was"
        raise UsageError(
            f"{said} given. Give at least two tables, the real one first, or one with a column "
            "that names the generation of each row."
        )


def _split(data: Any, column: str, work: Workspace) -> dict[str, Source]:
    """Make a table of the rows of every generation, by its name, without the column of names."""
    whole = open_source(data, "chain", work)
    relation = whole.relation
    if column not in relation.columns:
        raise ColumnNotFoundError(column, whole.title, relation.columns)
    label = f"CAST({quoted(column)} AS VARCHAR)"
    with explained(whole.title):
        counted = relation.aggregate(f"{label} AS label, count(*) AS rows", label).fetchall()
    rows: Mapping[str | None, int] = {
        None if said is None or not said.strip() else said: n for said, n in counted
    }
    if None in rows:
        raise InputError(
            f"{whole.title}: column {column!r} names no generation in {rows[None]:,} rows. Fill it "
            "in, or drop the rows."
        )
    if len(rows) > _MOST:
        raise InputError(
            f"{whole.title}: column {column!r} names {len(rows):,} generations. Name the column "
            "that tells generations apart."
        )
    _check_several(len(rows))
    others = ", ".join(quoted(name) for name in relation.columns if name != column)
    return {
        said: replace(
            whole,
            role=role_of(t),
            name=f"{whole.name}, {column} {said}",
            relation=relation.filter(f"{label} = {literal(said)}").project(others),
        )
        for t, said in enumerate(in_order([said for said in rows if said is not None]))
    }


def apart(labels: Sequence[str]) -> float:
    """How far generations lie apart by their names; 1 where these are not numbers evenly spaced.

    >>> apart(["0", "5", "10"]), apart(["0", "1", "5"]), apart(["first", "second"])
    (5.0, 1.0, 1.0)
    """
    try:
        numbers = [float(label) for label in labels]
    except ValueError:
        return 1.0
    steps = {round(later - earlier, 9) for earlier, later in pairwise(numbers)}
    return steps.pop() if len(steps) == 1 else 1.0


def in_order(labels: Sequence[str]) -> list[str]:
    """Sort the names of generations: numbers by size, also within a text.

    >>> in_order(["g10", "g9", "g1"]), in_order(["10", "2.5", "-1"])
    (['g1', 'g9', 'g10'], ['-1', '2.5', '10'])
    """
    with contextlib.suppress(ValueError):
        return sorted(labels, key=lambda label: (float(label), label))
    return sorted(
        labels,
        key=lambda label: (
            [(part.isdigit(), int(part) if part.isdigit() else 0, part) for part in _parts(label)],
            label,
        ),
    )


def _parts(label: str) -> list[str]:
    return re.findall(r"[0-9]+|[^0-9]+", label)
