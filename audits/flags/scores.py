"""How far rows are from the real rows, and what that is worth in calibrated p values."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from audits.data.groups import Groups
from audits.data.pair import Pair
from audits.data.tables import Codes
from audits.formulas.conformal import conformal_left_out_p, conformal_p
from audits.formulas.nearest import nearest
from audits.questions.places import places
from audits.results import group_name

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


class Pools:
    """By whom each row is calibrated: the smallest group it belongs to that has enough people.

    `of_cell` is the place of each cell's pool, the last that of rows in no cell. Without enough
    people in any group there is one pool, everyone.
    """

    def __init__(self, groups: Groups, cells: NDArray[np.int64], needed: int) -> None:
        count = groups.belongs.shape[1]
        rows = np.bincount(cells, minlength=count + 1)
        sizes = groups.total(rows[:count])
        large = [g for g in np.argsort(-sizes, kind="stable").tolist() if sizes[g] >= needed]
        self.names: list[str] = ["everyone"]
        self.of_cell = np.zeros(count + 1, dtype=np.int64)
        self.members = [np.ones(count + 1, dtype=bool)]
        belongs = groups.belongs
        for g in large:
            if groups.names[g] != ():
                mine = belongs.indices[belongs.indptr[g] : belongs.indptr[g + 1]].astype(np.int64)
                self._add(group_name(groups.names[g]), mine)
        for cell in np.flatnonzero(rows[:count] >= needed).tolist():
            if rows[cell] < rows[self.members[self.of_cell[cell]]].sum():
                self._add("its combination of all features", np.array([cell]))

    def _add(self, name: str, cells: NDArray[np.int64]) -> None:
        held = np.zeros(len(self.of_cell), dtype=bool)
        held[cells] = True
        self.of_cell[cells] = len(self.names)
        self.names.append(name)
        self.members.append(held)


class Calibration:
    """Scores of fresh real people, against which scores are held within pools."""

    def __init__(self, scores: Floats, cells: NDArray[np.int64], pools: Pools) -> None:
        self._known = ~np.isnan(scores)
        self._scores, self._cells, self._pools = scores[self._known], cells[self._known], pools

    def p(self, scores: Floats, cells: NDArray[np.int64]) -> Floats:
        """Return the p value of each row's score."""
        found, pool = np.full(len(scores), np.nan), self._pools.of_cell[cells]
        for place in np.unique(pool):
            mine = pool == place
            people = self._pools.members[place][self._cells]
            found[mine] = conformal_p(scores[mine], self._scores[people])
        return found

    def left_out_p(self) -> Floats:
        """Return the p value of each fresh person among the others."""
        p, pool = np.full(len(self._scores), np.nan), self._pools.of_cell[self._cells]
        for place in np.unique(pool):
            people = self._pools.members[place][self._cells]
            among = np.full(len(p), np.nan)
            among[people] = conformal_left_out_p(self._scores[people])
            p[pool == place] = among[pool == place]
        found = np.full(len(self._known), np.nan)
        found[self._known] = p
        return found
