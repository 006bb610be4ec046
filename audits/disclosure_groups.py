"""Which groups must be hidden so that no small count can be computed from those that are shown.

The counts of all groups are sums over cells, one cell per combination of all sensitive features.
Somebody who wants a hidden count knows those sums, that nothing is negative, which groups are
empty, and that hidden groups are not. What he can infer is a linear programme. A group is safe
when two tables exist that agree with everything shown, one with at most one person in it, the
other with as many as the hiding itself admits. Groups that stand in the way are hidden, too.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, product
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from audits.errors import InputError
from audits.results import Audit, Group, Row

SIDES = ("real", "synthetic")
_MOST_CELLS = 6_000  # cells beyond which groups are hidden by a coarser rule
_MOST_GROUPS = 1_500
_TOLERANCE = 1e-6
_SHORTFALL = 1e6  # what it costs to leave a group unsafe: more than hiding all others
_UNLISTED = "\0not listed"

Counts = tuple[int, int]


@dataclass(frozen=True)
class Hidden:
    """What must not be shown: groups, crossings all of whose groups go, and joint gaps.

    `gaps` are sets of features for which the number of rows without a label is hidden.
    """

    groups: frozenset[Group]
    gaps: frozenset[tuple[str, ...]]
    coarse: bool = False


@dataclass(frozen=True)
class _Item:
    """A number somebody can read: of a group, or (`gap`) of rows without one of the labels."""

    group: Group
    gap: tuple[str, ...]
    counts: Counts
    cost: float


class _System:
    """Everything that is known of how many people are in which group."""

    def __init__(self, audit: Audit, counts: Mapping[Group, Counts], blank: frozenset[Group]):
        self.counts, self.features = dict(counts), audit.sensitive_features
        self.level = max((len(group) for group in counts), default=0)
        self.blank = {pair for group in blank for pair in group if len(group) == 1}
        self.labels = [self._labels(feature) for feature in self.features]

    def _labels(self, feature: str) -> list[str]:
        """Values of a feature that somebody has; one more where the counts do not add up."""
        own = {g[0][1]: n for g, n in self.counts.items() if len(g) == 1 and g[0][0] == feature}
        there = sorted(value for value, n in own.items() if any(n))
        whole = self.counts[()]
        listed = [sum(n[side] for n in own.values()) for side in range(2)]
        return there if listed == list(whole) else [*there, _UNLISTED]

    @property
    def cells(self) -> int:
        return int(np.prod([float(len(labels)) for labels in self.labels]))

    def items(self) -> list[_Item]:
        """Groups that somebody is in, and unions of rows without a label."""
        found = [
            _Item(group, (), n, self._cost(group, n)) for group, n in self.counts.items() if any(n)
        ]
        missing = {column for column, _ in self.blank}
        for size in range(2, self.level + 1):
            found += [
                _Item((), columns, (-1, -1), 0.01)
                for columns in combinations(sorted(self.features), size)
                if missing & set(columns)
            ]
        return found

    def _cost(self, group: Group, n: Counts) -> float:
        """What hiding costs: large groups, and groups of few features, say most."""
        lost = float((1 + sum(n)) ** 0.5 * 3 ** (self.level - len(group)))
        return lost / 10 if self.blank & set(group) else lost


def group_counts(audit: Audit) -> tuple[dict[Group, Counts], frozenset[Group]]:
    """Return rows per group, real and synthetic, from whichever answer counted them.

    The second part are groups of people without one of the labels.
    """
    counts: dict[Group, Counts] = {}
    blank = set()
    every = [row for answer in audit.answers.values() for row in answer.rows]
    for row in every:
        if (n := _sizes(row)) is not None:
            counts.setdefault(row.group, n)
            if getattr(row, "labelled", True) is False:
                blank.add(row.group)
    if counts and not any(map(any, counts.values())):  # predictions alone: the tested are all
        counts = {row.group: (of, of) for row in every if (of := int(getattr(row, "tested", 0)))}
    if counts and () not in counts:
        rows = {record.role: record.rows for record in audit.inputs}
        counts[()] = (rows.get("real", 0), rows.get("synthetic", 0))
    return counts, frozenset(blank)


def _sizes(row: Row) -> Counts | None:
    sizes = [getattr(row, side, None) for side in SIDES]
    whole = [size for size in sizes if isinstance(size, int)]
    return (whole[0], whole[1]) if len(whole) == 2 else None


def small(count: float, min_cell: int) -> bool:
    """Whether a count must not be shown.

    >>> small(0, 11), small(1, 11), small(10, 11), small(11, 11)
    (False, True, True, False)
    """
    return 0 < count < min_cell


def hidden_groups(
    audit: Audit, min_cell: int, *, lost: Iterable[tuple[Group, Counts]] = ()
) -> Hidden:
    """Return the groups that are too small, and those from which they could be computed.

    `lost` names further combinations of which it will be said that one table lacks them.

    Raises
    ------
    InputError
        If the tables are so small that their sizes alone give a group away.
    """
    counts, blank = group_counts(audit)
    if not counts:
        return Hidden(frozenset(), frozenset())
    return _hidden(audit, counts, blank, list(lost), min_cell)


def hidden_among(audit: Audit, counts: Mapping[Group, Counts], min_cell: int) -> frozenset[Group]:
    """Return which groups of a further table with the same features must be hidden; maybe all."""
    if not any(small(size, min_cell) for pair in counts.values() for size in pair):
        return frozenset()
    try:
        return _hidden(audit, counts, frozenset(), [], min_cell).groups
    except InputError:  # the sizes of the table alone would give groups away
        return frozenset(counts)


def _hidden(
    audit: Audit,
    counts: Mapping[Group, Counts],
    blank: frozenset[Group],
    lost: list[tuple[Group, Counts]],
    min_cell: int,
) -> Hidden:
    primary = {g for g, n in counts.items() if any(small(size, min_cell) for size in n)}
    if () in primary:
        raise _too_small(counts[()], min_cell)
    system = _System(audit, counts, blank)
    if system.cells > _MOST_CELLS or len(counts) > _MOST_GROUPS:
        return _coarse(system, primary, min_cell)
    tables = [_Table(system, side, lost) for side in range(2)]
    hidden = {i for i, item in enumerate(tables[0].items) if item.group in primary and not item.gap}
    hidden |= {i for i, item in enumerate(tables[0].items) if item.gap
               and small(tables[0].sizes[i], min_cell)}  # fmt: skip
    _complete(tables, hidden, min_cell)
    items = tables[0].items
    gone = frozenset(items[i].group for i in hidden if not items[i].gap)
    gaps = {items[i].gap for i in hidden if items[i].gap}
    gaps |= {(pair[0],) for pair in system.blank if (pair,) in gone}
    return Hidden(gone, frozenset(gaps))


def _too_small(n: Counts, min_cell: int) -> InputError:
    return InputError(
        f"an audit of {n[0]:,} real and {n[1]:,} synthetic rows cannot leave this machine with "
        f"counts below {min_cell} hidden: the sizes of the tables alone would give groups away. "
        "Choose a smaller --min-cell, or 0 to show every count."
    )


# -- what can be inferred --------------------------------------------------------------------------


class _Table:
    """One table's counts as sums over cells."""

    def __init__(self, system: _System, side: int, lost: Sequence[tuple[Group, Counts]]):
        self.items = system.items()
        codes = _all_codes([len(labels) for labels in system.labels])
        place = {feature: i for i, feature in enumerate(system.features)}
        code_of = [{label: k for k, label in enumerate(labels)} for labels in system.labels]

        def inside(group: Group) -> NDArray[np.bool_]:
            there = np.ones(len(codes), dtype=bool)
            for column, value in group:
                j = place[column]
                there &= codes[:, j] == code_of[j].get(value, -1)
            return there

        def without(columns: tuple[str, ...]) -> NDArray[np.bool_]:
            parts = [inside(((c, v),)) for c, v in sorted(system.blank) if c in columns]
            return np.asarray(np.logical_or.reduce(parts))

        rows = [without(item.gap) if item.gap else inside(item.group) for item in self.items]
        incidence = np.array(rows)
        possible = ~_impossible(system, codes)
        for item, row in zip(self.items, incidence, strict=True):
            if not item.gap and item.counts[side] == 0:
                possible &= ~row
        self.more = []
        for group, n in lost:
            if n[side] == 0:
                possible &= ~inside(group)
            else:
                self.more.append(inside(group))
        self.cells = sparse.csr_matrix(incidence[:, possible].astype(float))
        self.more = [row[possible] for row in self.more]
        self.sizes = np.array([float(item.counts[side]) for item in self.items])
        self._measure_gaps(system, side)

    def _measure_gaps(self, system: _System, side: int) -> None:
        """Rows without a label of some features: those without one, less those without both."""
        blank = dict(system.blank)
        for i, item in enumerate(self.items):
            if not item.gap:
                continue
            total, known = 0, [(c, blank[c]) for c in item.gap if c in blank]
            for size in range(1, len(known) + 1):
                for group in combinations(known, size):
                    total -= (-1) ** size * system.counts.get(group, (0, 0))[side]
            self.sizes[i] = float(total)

    def protects(
        self,
        hidden: set[int],
        wanted: set[int],
        limit: float,
        *,
        up: bool,
        move: bool = False,
        first: int | None = None,
    ) -> tuple[set[int], set[int]]:
        """Find a table that agrees with what is shown and has `wanted` groups beyond a limit.

        Returns which numbers shown had to `move`, if they may, and which groups stay short; the
        `first` of them only where it must.
        """
        from scipy.optimize import linprog

        there = np.flatnonzero(self.sizes > 0).tolist()
        shown = [i for i in there if i not in hidden]
        loose = [i for i in shown if move and (self.items[i].group or self.items[i].gap)]
        asked = sorted(wanted)
        cost = [self.items[i].cost for i in loose]
        falls = [_SHORTFALL if first in (None, i) else 1.0 for i in asked]
        upper, most = self._limits([i for i in there if i in hidden], asked, len(loose), limit, up)
        n, k = self.cells.shape[1], len(loose)
        found = linprog(  # cells, what is shown moved up and down, how far groups fall short
            np.concatenate([np.zeros(n), cost, cost, falls]),
            A_ub=upper,
            b_ub=most,
            A_eq=self._agreement(shown, loose, len(asked)),
            b_eq=self.sizes[shown],
            bounds=[
                *([(0, None)] * (n + k)),
                *((0, max(self.sizes[i] - 1, 0)) for i in loose),
                *([(0, None)] * len(asked)),
            ],
            method="highs",
        )
        if found.x is None:  # cannot be: the true table fits
            return set(loose), set(asked)
        moved = found.x[n : n + k] + found.x[n + k : n + 2 * k]
        left = found.x[n + 2 * k :]
        return (
            {i for i, by in zip(loose, moved, strict=True) if by > _TOLERANCE},
            {i for i, by in zip(asked, left, strict=True) if by > _TOLERANCE},
        )

    def _agreement(self, shown: list[int], loose: list[int], asked: int) -> Any:
        """Groups that are shown have as many people as is shown, unless they are moved."""
        column = {i: j for j, i in enumerate(loose)}
        moves = sparse.lil_matrix((len(shown), len(loose)))
        for r, i in enumerate(shown):
            if i in column:
                moves[r, column[i]] = 1.0
        nothing = sparse.csr_matrix((len(shown), asked))
        return sparse.hstack([self.cells[shown], -moves, moves, nothing], format="csr")

    def _limits(
        self, free: list[int], asked: list[int], loose: int, limit: float, up: bool
    ) -> tuple[Any, NDArray[np.float64]]:
        """Groups asked for are beyond the limit, or fall short of it; none hidden is empty."""
        s, sign = len(asked), -1.0 if up else 1.0
        short = sparse.hstack(
            [sign * self.cells[asked], sparse.csr_matrix((s, 2 * loose)), -sparse.identity(s)]
        )
        present = sparse.vstack(
            [-self.cells[free], *(-sparse.csr_matrix(row.astype(float)) for row in self.more)]
        )
        others = sparse.csr_matrix((present.shape[0], 2 * loose + s))
        both = sparse.vstack([short, sparse.hstack([present, others])], format="csr")
        return both, np.concatenate([np.full(s, sign * limit), np.full(present.shape[0], -1.0)])


def _all_codes(sizes: Sequence[int]) -> NDArray[np.int64]:
    return np.array(list(product(*(range(size) for size in sizes))), dtype=np.int64)


def _impossible(system: _System, codes: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Cells of crossings that are not listed although every crossing somebody is in would be."""
    gone = np.zeros(len(codes), dtype=bool)
    unlisted = [labels.index(_UNLISTED) if _UNLISTED in labels else -1 for labels in system.labels]
    for size in range(2, system.level + 1):
        for chosen in combinations(range(len(system.features)), size):
            listed = np.zeros([len(system.labels[j]) for j in chosen], dtype=bool)
            for place, j in enumerate(chosen):  # of people who are not listed nothing is known
                if unlisted[j] >= 0:
                    np.moveaxis(listed, place, 0)[unlisted[j]] = True
            names = {system.features[j]: j for j in chosen}
            for group, n in system.counts.items():
                if any(n) and {column for column, _ in group} == set(names):
                    at = {names[column]: value for column, value in group}
                    listed[tuple(system.labels[j].index(at[j]) for j in chosen)] = True
            gone |= ~listed[tuple(codes[:, j] for j in chosen)]
    return gone


def _complete(tables: Sequence[_Table], hidden: set[int], min_cell: int) -> None:
    """Hide further groups until every small one is safe, upwards and downwards, in both tables."""
    for table in tables:
        wanted = {i for i in hidden if small(table.sizes[i], min_cell)}
        for up in (True, False):
            _protect(table, hidden, set(wanted), min_cell, up=up)


def _protect(table: _Table, hidden: set[int], unsafe: set[int], min_cell: int, *, up: bool) -> None:
    """Prove as many as possible safe at once; hide others only for one that cannot be."""
    limit = float(min_cell - 1 if up else 1)
    while unsafe:
        first = min(unsafe, key=lambda i: (table.sizes[i], i))
        short = table.protects(hidden, unsafe, limit, up=up, first=first)[1]
        if first in short:
            moved, left = table.protects(hidden, {first}, limit, up=up, move=True)
            hidden |= moved
            if left and up:
                raise _too_small((int(table.sizes.max()),) * 2, min_cell)
            # downwards a group holds at least one person for each part of it that is not empty
        unsafe = short - {first}


# -- where there are too many groups for that ------------------------------------------------------


def _coarse(system: _System, primary: set[Group], min_cell: int) -> Hidden:
    """Hide every crossing, and in each feature enough values that no small one can be inferred.

    Any shares of several features go together in some table, so each feature can be looked at by
    itself as long as nothing is told about crossings.
    """
    hidden = {group for group in system.counts if len(group) > 1}
    for feature in system.features:
        own = {g: n for g, n in system.counts.items() if len(g) == 1 and g[0][0] == feature}
        gone = {group for group in own if group in primary}
        rest = sorted((g for g in own if g not in gone), key=lambda g: (sum(own[g]), g))
        while not _safe([own[group] for group in gone], min_cell):
            if not rest:
                raise _too_small(system.counts[()], min_cell)
            gone.add(rest.pop(0))
        hidden |= gone
    return Hidden(frozenset(hidden), frozenset(_gaps(system)), coarse=True)


def _gaps(system: _System) -> Iterable[tuple[str, ...]]:
    for size in range(1, system.level + 1):
        yield from combinations(sorted(system.features), size)


def _safe(hidden: Sequence[Counts], min_cell: int) -> bool:
    """Whether of counts with a known sum each small one can be anything that is hidden."""
    for side in range(2):
        there = [n[side] for n in hidden if n[side]]
        if not any(small(n, min_cell) for n in there):
            continue
        if len(there) < 2 or sum(there) - (len(there) - 1) < min_cell - 1:
            return False
    return True
