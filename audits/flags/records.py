"""What is known of every row of one table, in order: which checks it breaks, how odd it is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from audits.data.coded import CellIndex
from audits.data.content import Hashes
from audits.data.pair import Pair
from audits.data.row_order import Piece
from audits.data.rules_counted import Outcomes
from audits.data.rules_truth import BROKEN
from audits.data.tables import Codes
from audits.flags.checks import Check, apply
from audits.flags.scores import Floats, Search

KINDS = ("given", "forbidden", "rule", "range", "outlier")
"""The kinds of rule that a row may break."""


@dataclass(frozen=True)
class Records:
    """Rows of one table in order; a place in a list of checks, or -1 where none is broken.

    `range` is the attribute out of the real range. `copy` says whether a real row is the same,
    `twice` whether the rule broken is about the same two columns as the forbidden pair.
    """

    cell: NDArray[np.int64]
    outcomes: Outcomes
    unseen: NDArray[np.int32]
    forbidden: NDArray[np.int32]
    rule: NDArray[np.int32]
    range: NDArray[np.int32]
    nearest: Floats
    score: Floats
    copy: NDArray[np.bool_]
    twice: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.cell)

    def broken(self, kind: str) -> NDArray[np.bool_]:
        """Which rows break a rule of some kind; outliers are told by their p values."""
        if kind == "given":
            return np.asarray((self.outcomes == BROKEN).any(axis=1))
        return np.asarray(getattr(self, kind) >= 0)


def joined(parts: Sequence[Records]) -> Records:
    """Put pieces together."""
    names = [field.name for field in fields(Records)]
    return Records(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))


class Ranges:
    """Least and greatest code of the real rows, of every ordered column."""

    def __init__(self, pair: Pair) -> None:
        self.columns = [
            j for j, coding in enumerate(pair.attributes) if coding.kind in ("numeric", "date")
        ]
        self.counts = {j: np.zeros(pair.attributes[j].size, np.int64) for j in self.columns}

    def add(self, codes: Codes) -> None:
        """Count some real rows."""
        for j, counts in self.counts.items():
            np.add(counts, np.bincount(codes[:, j], minlength=len(counts)), out=counts)

    def ends(self, column: int) -> tuple[int, int]:
        """Return the least and the greatest code that a real row has."""
        held = np.flatnonzero(self.counts[column][1:]) + 1
        return (int(held[0]), int(held[-1])) if len(held) else (1, 0)

    def outside(self, codes: Codes, spare: int) -> NDArray[np.int32]:
        """Return the first column in which each row is out of range; -1 where it is in none.

        With `spare` 1 the rows are real ones, each judged by the range of the others.
        """
        found = np.full(len(codes), -1, dtype=np.int32)
        for j in reversed(self.columns):
            low, high = self.ends(j)
            known = codes[:, j]
            if spare:
                alone = [end for end in (low, high) if high and self.counts[j][end] == spare]
                out = np.isin(known, alone)
            else:
                out = (known > 0) & ((known < low) | (known > high))
            found[out] = j
        return found


@dataclass(frozen=True)
class Judge:
    """Judges rows; made once from the real rows, whose contents it holds in order."""

    ranges: Ranges
    search: Search
    real: Hashes
    cells: CellIndex

    def records(
        self,
        piece: Piece,
        checks: Sequence[Check],
        *,
        spare: int = 0,
        told: Callable[[float], None] = lambda _share: None,
    ) -> Records:
        """Judge some rows; with `spare` 1 they are real ones, each judged by all the others."""
        broken = apply(checks, piece.codes)
        near = self.search.of(piece.codes, among_base=bool(spare), told=told)
        place = np.minimum(np.searchsorted(self.real, piece.contents), len(self.real) - 1)
        return Records(
            cell=self.cells.of(list(piece.features.T), len(piece.codes)).astype(np.int64),
            outcomes=piece.outcomes,
            unseen=broken.unseen,
            forbidden=broken.forbidden,
            rule=broken.rule,
            range=self.ranges.outside(piece.codes, spare),
            nearest=near.nearest,
            score=near.score,
            copy=self.real[place] == piece.contents,
            twice=_same_columns(checks, broken.forbidden, broken.rule),
        )


def _same_columns(
    checks: Sequence[Check], one: NDArray[np.int32], other: NDArray[np.int32]
) -> NDArray[np.bool_]:
    """Which rows break two checks that are about the same two columns."""
    columns = [sorted((check.first.column, check.second.column)) for check in checks]
    known = np.array([*columns, (-1, -1)])
    return np.asarray((one >= 0) & (other >= 0) & (known[one] == known[other]).all(axis=1))
