"""What one column's value is, given others': learned from the rows of a table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from audits.data.coded import KeyTally
from audits.data.rules_meaning import BoundDependency
from audits.data.rules_truth import BROKEN, HELD, NOT_CHECKED, Hashes, Piece
from audits.data.tables import Counts

_PAIR = np.dtype([("by", np.uint64), ("what", np.uint64)])
_MIX = np.uint64(0x9E3779B97F4A7C15)  # odd: multiplying by it loses nothing


def keys_of(dependency: BoundDependency, piece: Piece) -> tuple[NDArray[Any], NDArray[np.bool_]]:
    """Return hashes of what determines and of what is determined, and where both are known."""
    by, known = np.zeros(piece.rows, dtype=np.uint64), np.ones(piece.rows, dtype=bool)
    for column, family in dependency.by:
        found, there = _hashes(piece, column, family)
        by = by * _MIX + found
        known &= there
    what, there = _hashes(piece, *dependency.what)
    keys = np.empty(piece.rows, dtype=_PAIR)
    keys["by"], keys["what"] = by, what
    return keys, known & there


def _hashes(piece: Piece, column: str, family: str) -> tuple[Hashes, NDArray[np.bool_]]:
    if family in ("number", "date"):
        numbers = piece.numbers(column, family) + 0.0  # minus nothing is nothing
        return np.asarray(pd.util.hash_array(numbers), dtype=np.uint64), ~np.isnan(numbers)
    texts = piece.texts(column)
    return texts.hashes(), texts.known()


class PairsSeen:
    """Rows per combination of what determines and what is determined; adds up."""

    def __init__(self) -> None:
        self._keys = KeyTally(1)

    def add(self, dependency: BoundDependency, piece: Piece) -> None:
        """Count some rows."""
        keys, known = keys_of(dependency, piece)
        found, counts = np.unique(keys[known].view("V16"), return_counts=True)
        self._keys.add(found, [counts])

    @property
    def state(self) -> tuple[NDArray[Any], Counts]:
        """What was counted, to be joined elsewhere."""
        keys, (counts,) = self._keys.result()
        return keys.astype("V16"), counts.astype(np.int64)

    def join(self, state: tuple[NDArray[Any], Counts]) -> None:
        """Add what was counted elsewhere."""
        self._keys.add(state[0], [state[1]])

    def settled(self) -> Determined:
        """Return what most rows say."""
        keys, counts = self.state
        pairs = keys.view(_PAIR)
        order = np.lexsort((pairs["what"], -counts, pairs["by"]))
        pairs, counts = pairs[order], counts[order]
        by, first, several = np.unique(pairs["by"], return_index=True, return_counts=True)
        rows = np.add.reduceat(counts, first) if len(first) else counts
        second = np.minimum(first + 1, len(counts) - 1)
        tied = (several > 1) & (counts[second] == counts[first])
        return Determined(by, pairs["what"][first], tied, rows)


@dataclass(frozen=True)
class Determined:
    """Per value that determines, in order: the value that most rows have, whether it is tied, rows.

    Where it is tied nobody knows which value is right, so all its rows break the rule.
    """

    by: Hashes
    what: Hashes
    tied: NDArray[np.bool_]
    rows: Counts

    def of_several(self) -> Determined:
        """Leave out what a single row says: that row has nothing to be checked by."""
        return self._where(self.rows > 1)

    def and_then(self, other: Determined) -> Determined:
        """Add what another table says of values that are new to this one."""
        new = other._where(~np.isin(other.by, self.by))
        joined = [
            np.concatenate([getattr(side, name) for side in (self, new)])
            for name in ("by", "what", "tied", "rows")
        ]
        order = np.argsort(joined[0])
        return Determined(*(part[order] for part in joined))

    def _where(self, kept: NDArray[np.bool_]) -> Determined:
        return Determined(self.by[kept], self.what[kept], self.tied[kept], self.rows[kept])

    def outcomes(self, dependency: BoundDependency, piece: Piece) -> NDArray[np.uint8]:
        """Say of some rows whether they hold the rule."""
        keys, known = keys_of(dependency, piece)
        outcome = np.full(piece.rows, NOT_CHECKED, dtype=np.uint8)
        if not len(self.by):
            return outcome
        place = np.minimum(np.searchsorted(self.by, keys["by"]), len(self.by) - 1)
        known &= self.by[place] == keys["by"]
        right = (self.what[place] == keys["what"]) & ~self.tied[place]
        outcome[known] = np.where(right, HELD, BROKEN)[known]
        return outcome
