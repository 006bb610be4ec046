"""Coded rows as a matrix of numbers that a model can learn from.

Every column is a look-up table from its codes to a few features, so that a table of any length
becomes a matrix by indexing alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from audits.data.tables import Codes, Coding

Matrix = NDArray[np.float32]
_LEVELS = 64  # levels of a column that are told apart; rarer ones count as one
_WIDTH = 1000  # features altogether: 200 MB of 50,000 rows


@dataclass(frozen=True)
class Design:
    """Look-up tables, (codes, features) each, of the columns at some places; names of features."""

    places: tuple[int, ...]
    tables: tuple[Matrix, ...]
    names: tuple[str, ...]

    def of(self, codes: Codes) -> Matrix:
        """Return features of coded rows: (rows, features)."""
        out = np.zeros((len(codes), len(self.names)), dtype=np.float32)
        at = 0
        for place, table in zip(self.places, self.tables, strict=True):
            width = table.shape[1]
            out[:, at : at + width] = table[codes[:, place]]
            at += width
        return out


def design_of(
    codings: Sequence[Coding], real: Codes, synthetic: Codes, leave_out: Sequence[str]
) -> Design:
    """Make features of every column but those left out, from the rows that models are trained on.

    Numbers and dates are standardised by the real rows, and a missing one is the mean, with a
    feature that says so. Of other columns every level is a feature, missing included; where there
    are many, the rarest of both tables are one.
    """
    places = tuple(j for j, coding in enumerate(codings) if coding.name not in leave_out)
    words = [j for j in places if not _of_numbers(codings[j])]
    most = max(3, min(_LEVELS, (_WIDTH - 2 * (len(places) - len(words))) // max(1, len(words))))
    tables, names = [], []
    for j in places:
        coding = codings[j]
        here, there = (
            np.bincount(side[:, j], minlength=coding.size).astype(float)
            for side in (real, synthetic)
        )
        table, labels = (
            _numbers(coding, here, there)
            if _of_numbers(coding)
            else _levels(coding, here + there, most)
        )
        tables.append(table)
        names += labels
    return Design(places, tuple(tables), tuple(names))


def _of_numbers(coding: Coding) -> bool:
    return coding.kind in ("numeric", "date")


def _numbers(
    coding: Coding, real: NDArray[np.float64], synthetic: NDArray[np.float64]
) -> tuple[Matrix, list[str]]:
    """One standardised feature, and one for missing where any is."""
    assert coding.positions is not None
    at = np.nan_to_num(coding.positions, nan=0.0)
    weight = real.copy()
    weight[0] = 0
    total = max(weight.sum(), 1.0)
    mean = float(weight @ at) / total
    spread = float(np.sqrt(weight @ (at - mean) ** 2 / total)) or 1.0
    value = (at - mean) / spread
    value[0] = 0.0
    if not real[0] and not synthetic[0]:
        return value[:, None].astype(np.float32), [coding.name]
    missing = np.arange(coding.size) == 0
    return np.column_stack([value, missing]).astype(np.float32), [
        coding.name,
        f"{coding.name} is missing",
    ]


def _levels(coding: Coding, rows: NDArray[np.float64], most: int) -> tuple[Matrix, list[str]]:
    """One feature per level that occurs; the rarest share the last where there are too many."""
    order = np.lexsort((np.arange(coding.size), -rows))
    kept = np.sort(order[: min(most - 1, int((rows > 0).sum()))])
    others = int((rows > 0).sum()) > len(kept)
    table = np.zeros((coding.size, len(kept) + others), dtype=np.float32)
    if others:
        table[:, -1] = 1
        table[kept, -1] = 0
    table[kept, np.arange(len(kept))] = 1
    names = [f"{coding.name}: {coding.labels[code]}" for code in kept]
    return table, names + ([f"{coding.name}: other"] if others else [])
