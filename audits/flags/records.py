"""What is known of every row of one table, in order: which checks it breaks, how odd it is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from audits.data.coded import CellIndex
from audits.data.content import Hashes
from audits.data.row_order import Piece
from audits.data.rules_counted import Outcomes
from audits.data.rules_truth import BROKEN
from audits.flags.checks import Check, Found, apply
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


@dataclass(frozen=True)
class Judge:
    """Judges rows; made once from the real rows, whose contents it holds in order."""

    found: Found
    search: Search
    real: Hashes
    cells: CellIndex

    def cell_of(self, piece: Piece) -> NDArray[np.int64]:
        """Return the cell of each row."""
        return self.cells.of(list(piece.features.T), len(piece.codes)).astype(np.int64)

    def records(
        self,
        piece: Piece,
        *,
        fresh: bool = True,
        told: Callable[[float], None] = lambda _share: None,
    ) -> Records:
        """Judge some rows; real rows, which are not fresh, are each judged by all the others."""
        checks = self.found.fresh if fresh else self.found.left_out
        broken = apply(checks, piece.codes)
        near = self.search.of(piece.codes, among_base=not fresh, told=told)
        place = np.minimum(np.searchsorted(self.real, piece.contents), len(self.real) - 1)
        return Records(
            cell=self.cell_of(piece),
            outcomes=piece.outcomes,
            unseen=broken.unseen,
            forbidden=broken.forbidden,
            rule=broken.rule,
            range=self.found.outside(piece.codes, fresh=fresh),
            nearest=near.nearest,
            score=near.score,
            copy=self.real[place] == piece.contents,
            twice=_same_columns(checks, broken.forbidden, broken.rule),
        )


def _same_columns(
    checks: Sequence[Check], one: NDArray[np.int32], other: NDArray[np.int32]
) -> NDArray[np.bool_]:
    """Which rows break two checks that are about the same two columns."""
    columns = [check.place for check in checks]
    known = np.array([*columns, (-1, -1)])
    return np.asarray((one >= 0) & (other >= 0) & (known[one] == known[other]).all(axis=1))
