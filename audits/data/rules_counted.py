"""How many rows hold and break each rule, per cell; and what becomes of each row, in order."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from audits.data.blocks import codes_in
from audits.data.coded import CellIndex
from audits.data.partitions import Held, Sums
from audits.data.rules_dependencies import Determined, PairsSeen
from audits.data.rules_meaning import Bound, BoundCondition, BoundDependency
from audits.data.rules_truth import BROKEN, HELD, NOT_CHECKED, Piece
from audits.data.tables import Coding, Counts, Engine

Outcomes = NDArray[np.uint8]


@dataclass(frozen=True)
class Checks:
    """Rules over columns; `settled` holds what most rows say, by the place of a dependency."""

    bound: tuple[Bound, ...]
    columns: tuple[str, ...]
    settled: Mapping[int, Determined]

    def outcomes(self, piece: Piece) -> Outcomes:
        """Return what becomes of some rows, (rows, rules): not checked, held or broken."""
        found = np.empty((piece.rows, len(self.bound)), dtype=np.uint8)
        for i, rule in enumerate(self.bound):
            if isinstance(rule, BoundDependency):
                found[:, i] = self.settled[i].outcomes(rule, piece)
            else:
                found[:, i] = _of_condition(rule, piece)
        return found


def _of_condition(rule: BoundCondition, piece: Piece) -> Outcomes:
    """A row is checked if the rule is surely for it, and what it says is known."""
    must = rule.must.of(piece)
    outcome = np.where(must > 0, HELD, np.where(must < 0, BROKEN, NOT_CHECKED))
    if rule.given is not None:
        outcome = np.where(rule.given.of(piece) > 0, outcome, NOT_CHECKED)
    return outcome.astype(np.uint8)


def learn(engine: Engine, bound: Sequence[Bound]) -> dict[int, Determined]:
    """Learn from a table what its dependencies say, by the place of each among the rules."""
    found = {i: rule for i, rule in enumerate(bound) if isinstance(rule, BoundDependency)}
    if not found:
        return {}
    columns = {name for rule in found.values() for name, _ in (*rule.by, rule.what)}
    markers = engine.markers

    def make() -> dict[str, Any]:
        return {str(i): PairsSeen() for i in found}

    def feed(tallies: Any, batch: Any, held: Mapping[str, Held]) -> None:
        piece = Piece(batch, held, markers)
        for i, rule in found.items():
            tallies[str(i)].add(rule, piece)

    tallies = engine.tally(sorted(columns), make, feed)
    return {i: tallies[str(i)].settled() for i in found}


def count(
    engine: Engine, checks: Checks, features: Sequence[Coding], cells: Counts
) -> tuple[Counts, Counts]:
    """Return the rows checked and the rows that break each rule, per cell: (rules, cells) each."""
    rules, sizes = len(checks.bound), [feature.size for feature in features]
    index, markers = CellIndex(cells, sizes), engine.markers
    width = (len(cells) + 1) * 3  # the last is for rows in no cell
    columns = sorted({*checks.columns, *(feature.column for feature in features)})

    def feed(tallies: Any, batch: Any, held: Mapping[str, Held]) -> None:
        codes = [codes_in(batch, held[f.column], f, markers)[0] for f in features]
        place = index.of(codes, batch.num_rows).astype(np.int64) * 3
        outcomes = checks.outcomes(Piece(batch, held, markers))
        for i in range(rules):
            found = np.bincount(place + outcomes[:, i], minlength=width)
            tallies["outcomes"].value[i * width : (i + 1) * width] += found

    make: Callable[[], dict[str, Any]] = _make_sums(rules * width)
    found = engine.tally(columns, make, feed)["outcomes"].value
    table = found.reshape(rules, len(cells) + 1, 3)[:, :-1]
    return table[:, :, HELD] + table[:, :, BROKEN], table[:, :, BROKEN].copy()


def _make_sums(size: int) -> Callable[[], dict[str, Any]]:
    return lambda: {"outcomes": Sums(size)}


def in_order(engine: Any, checks: Checks) -> Iterator[Outcomes]:
    """Yield what becomes of the rows of a table that DuckDB reads, a few at a time, in order."""
    for batch, held in engine.raw(checks.columns):
        yield checks.outcomes(Piece(batch, held, engine.markers))
