"""How far rows are from the real rows, and what that is worth in calibrated p values."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from audits.data.pair import Pair
from audits.data.tables import Codes
from audits.formulas.conformal import conformal_left_out_p, conformal_p, rows_to_flag
from audits.formulas.nearest import nearest
from audits.questions.places import places

Floats = NDArray[np.float64]
_REACH = 8  # decimals of a distance that count: beyond them, rounding would decide
_SEARCHED = 1 << 15  # rows whose nearest are sought at once


@dataclass(frozen=True)
class Near:
    """Per row the distance to the nearest real row, and the mean distance to several nearest."""

    nearest: Floats
    score: Floats


class Search:
    """Searches a fixed set of real rows."""

    def __init__(self, pair: Pair, base: Codes, threads: int) -> None:
        self._base, self._threads = base, threads
        self._k = pair.settings.outlier_neighbours
        self._positions = [places(pair, coding) for coding in pair.attributes]

    def of(
        self,
        codes: Codes,
        *,
        among_base: bool = False,
        told: Callable[[float], None] = lambda _share: None,
    ) -> Near:
        """Find how near rows are; those that are `among_base` do not count as their own neighbours.

        A row left out of so many is compared with one row fewer than a fresh one, and a fresh one
        could only come nearer to it: its distance is never too small, so the p values that rest on
        it are never too small either.
        """
        parts = []
        for start in range(0, len(codes), _SEARCHED):
            piece = codes[start : start + _SEARCHED]
            parts.append(self._near(piece, int(among_base)))
            told(min(1.0, (start + len(piece)) / len(codes)))
        every = [Near(np.zeros(0), np.zeros(0)), *parts]
        return Near(*(np.concatenate([getattr(p, n) for p in every]) for n in ("nearest", "score")))

    def _near(self, codes: Codes, own: int) -> Near:
        if len(self._base) <= own:
            nothing = np.full(len(codes), np.nan)
            return Near(nothing, nothing.copy())
        k = min(self._k, len(self._base) - own)
        found = nearest(codes, self._base, self._positions, k=k + own, threads=self._threads)
        least = found.least[found.query_profile][:, own:].astype(np.float64)
        return Near(least[:, 0], np.round(least.mean(axis=1), _REACH))


class Calibration:
    """Scores of fresh real people, within cells where there are enough and over everyone."""

    def __init__(
        self, scores: Floats, cells: NDArray[np.int64], count: int, *, alpha: float, within: int
    ) -> None:
        self.needed = rows_to_flag(alpha)
        known = ~np.isnan(scores)
        self._scores, self._cells = scores[known], cells[known]
        rows = np.bincount(self._cells, minlength=count + 1)[:count]
        self.within = np.append(rows >= max(within, self.needed), False)
        self.possible = len(self._scores) >= self.needed
        self._known = known

    def p(self, scores: Floats, cells: NDArray[np.int64]) -> Floats:
        """Return the p value of each row's score."""
        found = conformal_p(scores, self._scores)
        for cell in np.unique(cells[self.within[cells]]):
            mine = cells == cell
            found[mine] = conformal_p(scores[mine], self._scores[self._cells == cell])
        return found

    def left_out_p(self) -> Floats:
        """Return the p value of each fresh person among the others."""
        p = conformal_left_out_p(self._scores)
        for cell in np.unique(self._cells[self.within[self._cells]]):
            mine = self._cells == cell
            p[mine] = conformal_left_out_p(self._scores[mine])
        found = np.full(len(self._known), np.nan)
        found[self._known] = p
        return found
