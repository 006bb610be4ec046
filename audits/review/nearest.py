"""The nearest real records beside a record, as far as they may be shown (decision 0047).

All real records are generalised once, before any of them is shown: columns are gone through in
order, and a value is shown where at least `min_cell` people share it and all that was shown before.
The others are hidden together; where they are too few to hide among each other, the rarest value
that could be shown goes with them. So whatever is shown of a person is the same for `min_cell`
people at least, however many items show it.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from audits.data.coded import CellIndex
from audits.data.pair import Pair
from audits.data.row_order import Piece
from audits.data.tables import Codes, Coding
from audits.formulas.nearest_rows import nearest_rows
from audits.questions.places import places
from audits.review.bands import value_names

Whole = NDArray[np.int64]
_NUMBERS = ("numeric", "date")
_DIGITS = 4


def shown_values(group: Whole, values: Whole, min_cell: int) -> NDArray[np.bool_]:
    """Return which values of each row may be shown.

    Parameters
    ----------
    group : ndarray of shape (n,)
        The group of each row; who is in no group of `min_cell` rows shows nothing.
    values : ndarray of shape (n, p)
        The values, as whole numbers from 0.
    min_cell : int
        Rows that must be the same in everything shown; 1 and less hide nothing.

    Returns
    -------
    ndarray of bool, shape (n, p)
        Rows with the same group that show the same values, and hide the same, are `min_cell` at
        least.

    Examples
    --------
    The rare value hides together with the rarer of the two that are not:

    >>> shown_values(np.zeros(7, int), np.array([[0], [0], [0], [1], [1], [2], [0]]), 2)[:, 0]
    array([ True,  True,  True, False, False, False,  True])
    """
    if min_cell <= 1 or not len(group):
        return np.ones(values.shape, dtype=bool)
    shown = np.zeros(values.shape, dtype=bool)
    _, alike = np.unique(group, return_inverse=True)
    for j in range(values.shape[1]):
        part, of_part, counts = _parted(alike, values[:, j])
        open_ = ~_hidden(part, counts, min_cell)
        shown[:, j] = open_[of_part]
        named = np.where(open_, np.arange(len(part)), len(part) + part)
        _, alike = np.unique(named[of_part], return_inverse=True)
    return shown


def _parted(alike: Whole, values: Whole) -> tuple[Whole, Whole, Whole]:
    """Part what is alike by value: what each part was of, the part of each row, its rows."""
    key = alike * (int(values.max(initial=0)) + 1) + values
    _, first, of_part, counts = np.unique(
        key, return_index=True, return_inverse=True, return_counts=True
    )
    return alike[first], of_part, counts


def _hidden(part: Whole, counts: Whole, min_cell: int) -> NDArray[np.bool_]:
    """Which parts are too small, or needed for the small ones to hide among."""
    order = np.lexsort((counts, part))
    whole = part[order]
    passed = np.cumsum(counts[order]) - counts[order]
    starts = np.searchsorted(whole, whole)
    before = passed - passed[starts]
    hidden = np.zeros(len(part), dtype=bool)
    hidden[order] = (counts[order] < min_cell) | ((before > 0) & (before < min_cell))
    return hidden


class RealRecords:
    """Real records that can be shown beside others, made fit for it once."""

    def __init__(self, pair: Pair, base: Piece, threads: int) -> None:
        settings = pair.settings
        self._base, self._threads, self._k = base.codes, threads, settings.review_nearest
        self._codings = pair.attributes
        self._positions = [places(pair, coding) for coding in pair.attributes]
        self._exact = settings.review_min_cell <= 1
        self._recode = [None if self._exact else _recoding(pair, c) for c in pair.attributes]
        self._labels = [
            value_names(pair, c, r) for c, r in zip(self._codings, self._recode, strict=True)
        ]  # fmt: skip
        cells = CellIndex(pair.cells, [coding.size for coding in pair.features])
        group = cells.of(list(base.features.T), len(base.codes)).astype(np.int64)
        self._values = self._coarse(base.codes)
        self._shown = shown_values(group, self._values, settings.review_min_cell)

    def beside(self, codes: Codes) -> list[list[dict[str, Any]]]:
        """Return what is told of the nearest real records of each row, the nearest first.

        What is hidden is not there. How far a real record is, and whether what is hidden agrees, is
        told only where nothing is hidden of anybody.
        """
        if not self._k or not len(codes):
            return [[] for _ in codes]
        found = nearest_rows(codes, self._base, self._positions, k=self._k, threads=self._threads)
        mine = self._coarse(codes)
        return [
            [
                self._told(int(row), mine[i], float(far))
                for row, far in zip(found.rows[i], found.distances[i], strict=True)
                if row >= 0
            ]
            for i in range(len(codes))
        ]

    def _coarse(self, codes: Codes) -> Whole:
        columns = [
            codes[:, j].astype(np.int64) if recode is None else recode[codes[:, j]].astype(np.int64)
            for j, recode in enumerate(self._recode)
        ]
        return np.column_stack(columns) if columns else np.zeros((len(codes), 0), dtype=np.int64)

    def _told(self, row: int, mine: Whole, far: float) -> dict[str, Any]:
        shown, values = self._shown[row], self._values[row]
        told = {
            coding.name: self._labels[j][values[j]] if shown[j] else None
            for j, coding in enumerate(self._codings)
        }
        found: dict[str, Any] = {
            "values": told,
            "shown": int(shown.sum()),
            "hidden": int((~shown).sum()),
            "agrees": int((shown & (values == mine)).sum()),
            "differs": [self._codings[j].name for j in np.flatnonzero(shown & (values != mine))],
        }
        return {**found, "distance": round(far, _DIGITS)} if self._exact else found


def _recoding(pair: Pair, coding: Coding) -> NDArray[np.uint8] | None:
    return pair.recodings[coding.name] if coding.kind in _NUMBERS else None
