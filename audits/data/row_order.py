"""Rows in the order of their file: what a table has that DuckDB reads, and one on Spark has not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from audits.data.content import Hashes, mixed
from audits.data.duckdb_engine import DuckDBEngine
from audits.data.rules_counted import Checks, Outcomes, in_order
from audits.data.spool import pieces_of
from audits.data.tables import Codes, Engine


@dataclass(frozen=True)
class Piece:
    """Some rows in order, told of in several ways.

    Their codes, (rows, columns); the codes of the features that form groups; a hash of each row's
    content; what becomes of it under each rule.
    """

    codes: Codes
    features: Codes
    contents: Hashes
    outcomes: Outcomes

    def at(self, rows: NDArray[np.int64]) -> Piece:
        """Return some of the rows."""
        return Piece(*(part[rows] for part in self.parts))

    @property
    def parts(self) -> tuple[NDArray[Any], ...]:
        """Everything there is, in order of the fields."""
        return self.codes, self.features, self.contents, self.outcomes


def joined(pieces: Sequence[Piece]) -> Piece:
    """Put pieces, of which there is at least one, together."""
    return Piece(*(np.concatenate(part) for part in zip(*(p.parts for p in pieces), strict=True)))


def pieces(
    engine: Engine, names: Sequence[str], features: Sequence[str], checks: Checks | None
) -> Iterator[Piece]:
    """Yield all rows of a table that DuckDB reads, piece by piece, in order."""
    assert isinstance(engine, DuckDBEngine)
    contents, outcomes = engine._settled(), _outcomes(engine, checks)
    for number in pieces_of(engine.rows):
        held = engine._piece([*names, *features], number)
        hashes = contents.piece(number).copy()
        codes, own = (_beside(held, part, len(hashes)) for part in (names, features))
        yield Piece(codes, own, hashes, outcomes.take(len(hashes)))


def contents_of(engine: Engine) -> Hashes:
    """Return a hash of every row's content, in order."""
    assert isinstance(engine, DuckDBEngine)
    return np.concatenate(list(engine._settled().pieces()))


def values_at(engine: Engine, rows: NDArray[np.int64]) -> Iterator[dict[str, Any]]:
    """Yield some rows, given in ascending order, as they stand in their table: column and value."""
    assert isinstance(engine, DuckDBEngine)
    start = 0
    for batch in engine._batches("*"):
        here = rows[(rows >= start) & (rows < start + len(batch))] - start
        start += len(batch)
        if len(here):
            yield from batch.take(here).to_pylist()


def _beside(held: Mapping[str, NDArray[Any]], names: Sequence[str], rows: int) -> Codes:
    columns = [held[name].astype(np.uint16) for name in names]
    return np.column_stack(columns) if columns else np.zeros((rows, 0), np.uint16)


class _Outcomes:
    """Outcomes that come in batches of one size, handed over in pieces of another."""

    def __init__(self, batches: Iterator[Outcomes] | None) -> None:
        self._batches, self._held = batches, np.zeros((0, 0), dtype=np.uint8)

    def take(self, rows: int) -> Outcomes:
        """Return the next rows; nothing about each where there are no rules."""
        if self._batches is None:
            return np.zeros((rows, 0), dtype=np.uint8)
        while len(self._held) < rows:
            batch = next(self._batches)
            self._held = np.concatenate([self._held, batch]) if len(self._held) else batch
        taken, self._held = self._held[:rows], self._held[rows:]
        return taken


def _outcomes(engine: DuckDBEngine, checks: Checks | None) -> _Outcomes:
    return _Outcomes(None if checks is None else in_order(engine, checks))


def drawn(contents: Hashes, most: int, seed: int) -> NDArray[np.int64]:
    """Return up to so many rows, chosen by their content, the seed and nothing else.

    Copies of a row are told apart by a running number, so that the choice is the same whatever the
    order of the rows: which of equal rows stands for them makes no difference.
    """
    if len(contents) <= most:
        return np.arange(len(contents))
    order = np.argsort(contents, kind="stable")
    ordered = contents[order]
    first = np.append(True, ordered[1:] != ordered[:-1])
    starts = np.flatnonzero(first)
    running = np.arange(len(ordered)) - starts[np.cumsum(first) - 1]
    salt = mixed(np.array([seed], dtype=np.uint64))[0]
    keys = mixed(ordered ^ salt ^ mixed(running.astype(np.uint64)))
    return np.sort(order[np.argsort(keys, kind="stable")[:most]])
