"""Collection: combinations of sensitive values, which of them are too rare, whom to recruit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import product

import numpy as np
from numpy.typing import NDArray

from audits.data.groups import position_in
from audits.data.pair import Pair
from audits.formulas.patterns import WILDCARD, maximal_uncovered, maximal_uncovered_levelwise
from audits.formulas.recruits import Recruits, greedy_recruits
from audits.questions.collection_rows import PlanTotalRow, RecruitRow
from audits.results import Group

_DENSE_CUBE = 5_000_000  # patterns of a table counted all at once
_CANDIDATES = 50_000  # combinations that may be recruited, weighed one by one
_LISTED = 2000  # lines of a plan that are kept

Codes = NDArray[np.int64]


@dataclass(frozen=True)
class Grid:
    """The sensitive features' values, and the real people of each combination.

    Values are those of the tables, then those that only the reference has. A code beyond a
    feature's last value means missing. `barred` are values nobody has, in the real table or in the
    reference.
    """

    columns: tuple[str, ...]
    labels: tuple[tuple[str, ...], ...]
    cells: Codes
    people: NDArray[np.int64]
    barred: tuple[frozenset[int], ...] = field(default=())

    @cached_property
    def _place(self) -> tuple[dict[str, int], ...]:
        return tuple({label: i for i, label in enumerate(labels)} for labels in self.labels)

    def pattern(self, group: Group) -> list[int]:
        """Return a group as one code per feature, -1 for any."""
        named = dict(group)
        return [
            place[named[column]] if column in named else WILDCARD
            for column, place in zip(self.columns, self._place, strict=True)
        ]

    def group(self, levels: Sequence[int]) -> Group:
        """Name the combination of some codes."""
        named = zip(self.columns, self.labels, levels, strict=True)
        return tuple(sorted((column, labels[code]) for column, labels, code in named if code >= 0))


def grid_of(pair: Pair) -> Grid:
    """Lay out the values of every sensitive feature, those only the reference has included."""
    real = pair.cell_rows[0]
    known = real > 0
    reference = pair.reference
    named = [part for group in (reference.shares if reference else ()) for part in group]
    labels, barred, cells = [], [], pair.cells[known].copy()
    for i, feature in enumerate(pair.features):
        own = feature.labels[1:]
        more = sorted({value for column, value in named if column == feature.column} - set(own))
        labels.append((*own, *more))
        cells[:, i] = np.where(cells[:, i] == 0, len(labels[i]), cells[:, i] - 1)
        there = set(np.unique(cells[:, i]).tolist())
        nobody = [
            code
            for code, label in enumerate(own)
            if code not in there
            and reference is not None
            and reference.share(((feature.column, label),)) == 0
        ]
        barred.append(frozenset(nobody))
    columns = tuple(feature.column for feature in pair.features)
    return Grid(columns, tuple(labels), cells, real[known], tuple(barred))


def too_rare(grid: Grid, *, people: int, depth: int) -> tuple[Codes, NDArray[np.int64]]:
    """Return the most general combinations that too few have, and how many each lacks."""
    sizes = [len(labels) + 1 for labels in grid.labels]
    excluded = {i: (size - 1, *sorted(grid.barred[i])) for i, size in enumerate(sizes)}
    if np.prod([float(size + 1) for size in sizes]) <= _DENSE_CUBE:
        table = np.zeros(sizes, dtype=np.int64)
        np.add.at(table, tuple(grid.cells.T), grid.people)
        found = maximal_uncovered(table, people, excluded=excluded)
    else:
        most = min(depth, len(sizes))
        found = maximal_uncovered_levelwise(
            grid.cells, grid.people, sizes, people, max_level=most, excluded=excluded
        )
    found = [pattern for pattern in found if pattern.fixed <= depth]
    patterns = np.array([pattern.levels for pattern in found], dtype=np.int64)
    lacking = np.array([people - int(pattern.count) for pattern in found], dtype=np.int64)
    return patterns.reshape(-1, len(sizes)), lacking


@dataclass(frozen=True)
class Recruiting:
    """A plan: whom to recruit, in order, so that nothing in `patterns` is short any more."""

    purpose: str
    missing: NDArray[np.int64]
    candidates: Codes
    people: NDArray[np.int64]
    found: tuple[Recruits, ...]

    @property
    def chosen(self) -> tuple[Codes, NDArray[np.int64]]:
        """Return the combinations chosen, and how many people of each."""
        places = [one.combination for one in self.found]
        return self.candidates[places], np.array([one.people for one in self.found], np.int64)

    def rows(self, grid: Grid) -> tuple[RecruitRow, ...]:
        """Return the lines of the plan, as many as are kept."""
        totals = np.cumsum(self.chosen[1]).tolist()
        return tuple(
            RecruitRow(
                grid.group(self.candidates[one.combination].tolist()),
                self.purpose,
                int(self.people[one.combination]),
                one.people,
                one.serves,
                total,
                one.left,
            )
            for one, total in zip(self.found[:_LISTED], totals, strict=False)
        )

    def total(self) -> PlanTotalRow:
        """Return what the plan comes to."""
        recruits = int(self.chosen[1].sum())
        short, listed = int((self.missing > 0).sum()), min(len(self.found), _LISTED)
        return PlanTotalRow((), self.purpose, short, int(self.missing.sum()), recruits, listed)


def recruiting(grid: Grid, patterns: Codes, missing: NDArray[np.int64], purpose: str) -> Recruiting:
    """Find whom to recruit; of combinations that help equally, one that many people have."""
    offered = _candidates(grid, patterns)
    place = position_in(offered, grid.cells)
    people = np.zeros(len(offered), dtype=np.int64)
    np.add.at(people, place[place >= 0], grid.people[place >= 0])
    found = greedy_recruits(patterns, missing, offered, preferred=people)
    return Recruiting(purpose, missing, offered, people, found)


def _candidates(grid: Grid, patterns: Codes) -> Codes:
    """Combinations that may be recruited: all; or, of many, all that tell patterns apart.

    Where these are too many as well: those people have, and each pattern filled up with the
    commonest values.
    """
    width = len(grid.columns)
    if not len(patterns):
        return np.zeros((0, width), dtype=np.int64)
    allowed = [
        [code for code in range(len(labels)) if code not in barred]
        for labels, barred in zip(grid.labels, grid.barred, strict=True)
    ]
    usual = [_commonest(grid, i, codes) for i, codes in enumerate(allowed)]
    named = [
        sorted({usual[i], *patterns[:, i][patterns[:, i] >= 0].tolist()}) for i in range(width)
    ]
    for levels in (allowed, named):
        if np.prod([float(len(codes)) for codes in levels]) <= _CANDIDATES:
            return np.array(list(product(*levels)), dtype=np.int64)
    whole = (grid.cells < [len(labels) for labels in grid.labels]).all(axis=1)
    there = grid.cells[whole][np.argsort(-grid.people[whole], kind="stable")[:_CANDIDATES]]
    filled = np.where(patterns == WILDCARD, np.array(usual), patterns)
    return np.unique(np.concatenate([there, filled]), axis=0)


def _commonest(grid: Grid, i: int, codes: Sequence[int]) -> int:
    counts = np.bincount(grid.cells[:, i], weights=grid.people, minlength=len(grid.labels[i]) + 1)
    return max(codes, key=lambda code: (counts[code], -code))
