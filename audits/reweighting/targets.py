"""Targets of weights: the tables of shares that a reference gives, checked against a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from audits.data.pair import Pair
from audits.data.reference import CROSS
from audits.errors import InputError, UsageError
from audits.questions.words import listed
from audits.results import Group, group_name

Shares: TypeAlias = dict[Group, float]
Tables: TypeAlias = dict[tuple[str, ...], Shares]

_ALIKE = 0.005  # shares of one population, given twice, may differ by their rounding


@dataclass(frozen=True)
class Target:
    """The shares of one column, or of several crossed.

    `codes` gives every cell of the table its place in `groups`. Rows of a missing value have one
    more place, at the end of `shares`, whose share is what they have already.
    """

    columns: tuple[str, ...]
    groups: tuple[Group, ...]
    shares: NDArray[np.float64]
    codes: NDArray[np.int64]

    @property
    def name(self) -> str:
        """The columns as the reference names them."""
        return CROSS.join(self.columns)


def targets_of(pair: Pair, use: str | None) -> list[Target]:
    """Choose the tables of shares to be met, and lay them over the cells.

    Raises
    ------
    UsageError
        If what is to be used is not given.
    InputError
        If tables contradict each other, or the table has values that the reference does not name.
    """
    columns = tuple(sorted(feature.column for feature in pair.features))
    tables = _usable(_tables(pair), columns, use)
    for one, other in combinations(sorted(tables), 2):
        _check_agreement(one, tables[one], other, tables[other])
    return [_target(pair, names, tables[names]) for names in _widest(tables)]


def _tables(pair: Pair) -> Tables:
    """Return the shares that the reference gives, by the columns they are of."""
    assert pair.reference is not None
    tables: Tables = {}
    for group, share in pair.reference.shares.items():
        tables.setdefault(tuple(column for column, _ in group), {})[group] = share
    return tables


def _usable(tables: Tables, columns: tuple[str, ...], use: str | None) -> Tables:
    if use is None:
        return tables
    if use == "margins":
        single: Tables = {names: shares for names, shares in tables.items() if len(names) == 1}
        if not single:
            raise UsageError("the reference gives no share of a single column. Use joint ones.")
        return single
    if columns in tables and len(columns) > 1:
        return {columns: tables[columns]}
    joint = [CROSS.join(names) for names in sorted(tables) if len(names) > 1]
    given = f"It gives {listed(joint)}: name these columns." if joint else "It gives no joint ones."
    raise UsageError(
        f"the reference gives no joint shares of {CROSS.join(columns)}. {given} Or use margins."
    )


def _widest(tables: Tables) -> list[tuple[str, ...]]:
    """Leave out tables that are sums of another: they are met with it, up to its rounding."""
    return [names for names in sorted(tables) if not any(set(names) < set(o) for o in tables)]


def _check_agreement(
    one: tuple[str, ...], shares: Shares, other: tuple[str, ...], others: Shares
) -> None:
    """Refuse two tables that say different things of the columns they share."""
    both = tuple(column for column in one if column in other)
    if not both:
        return
    here, there = _summed(shares, both), _summed(others, both)
    for group in sorted(set(here) | set(there)):
        said, contrary = here.get(group, 0.0), there.get(group, 0.0)
        if abs(said - contrary) > _ALIKE:
            raise InputError(
                f"the reference contradicts itself: by {CROSS.join(one)}, {group_name(group)} has "
                f"{said:.4g}, and by {CROSS.join(other)} it has {contrary:.4g}. Mend one of them, "
                "or use only the joint shares, or only the margins."
            )


def _summed(shares: Shares, columns: tuple[str, ...]) -> Shares:
    summed: Shares = {}
    for group, share in shares.items():
        part = tuple(pair for pair in group if pair[0] in columns)
        summed[part] = summed.get(part, 0.0) + share
    return summed


def _target(pair: Pair, columns: tuple[str, ...], shares: Shares) -> Target:
    groups = tuple(sorted(shares))
    place = {group: i for i, group in enumerate(groups)}
    which = [i for i, feature in enumerate(pair.features) if feature.column in columns]
    codes = np.empty(len(pair.cells), dtype=np.int64)
    unknown: dict[Group, int] = {}
    for cell, levels in enumerate(pair.cells):
        group = tuple(
            sorted((pair.features[i].column, pair.features[i].labels[levels[i]]) for i in which)
        )
        codes[cell] = place.get(group, len(groups))
        if group not in place and (levels[which] > 0).all():
            unknown[group] = unknown.get(group, 0) + int(pair.cell_rows[0][cell])
    if unknown:
        names = listed([f"{group_name(g)} ({rows:,} rows)" for g, rows in sorted(unknown.items())])
        raise InputError(
            f"the table has rows of {CROSS.join(columns)} that the reference does not name: "
            f"{names}. Give their shares, join them with others, or take them out."
        )
    wanted = np.array([shares[group] for group in groups])
    left = codes == len(groups)
    rows = pair.cell_rows[0]
    aside = float(rows[left].sum() / rows.sum())
    whole = np.append(wanted / wanted.sum() * (1 - aside), [aside] if aside else [])
    return Target(columns, groups, whole, codes)


def check_reachable(pair: Pair, targets: Sequence[Target]) -> None:
    """Refuse a share for a group that nobody in the table belongs to.

    Raises
    ------
    InputError
        If there is one: no weight makes something of nobody.
    """
    rows = pair.cell_rows[0].astype(np.float64)
    empty = []
    for target in targets:
        there = np.bincount(target.codes, weights=rows, minlength=len(target.shares))
        empty += [
            f"{group_name(group)} ({100 * target.shares[i]:.3g} %)"
            for i, group in enumerate(target.groups)
            if there[i] == 0 and target.shares[i] > 0
        ]
    if empty:
        raise InputError(
            f"no weight can make {listed(empty)} of nobody: the table has no row of "
            f"{'it' if len(empty) == 1 else 'them'}. Join the group with another in table and "
            "reference, or collect people of it (audits plan)."
        )
