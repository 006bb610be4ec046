"""Counts of parts of groups, such as rows that are copies: they add up over groups.

Somebody who knows them of everyone, and of all groups of a feature but one, knows them of that one.
So of each feature only so many groups are shown that what is left of everyone is no small count
either. Of crossings nothing is told: whatever is known of the single features fits many tables.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from audits.disclosure_groups import small
from audits.estimates import Estimate
from audits.results import Group, Row

HIDDEN = -1
"""Stands for a count that is hidden."""

_Parts = NDArray[np.int64]
_R = TypeVar("_R", bound=Row)


def _always(_row: Any) -> bool:
    return True


@dataclass(frozen=True)
class Parted:
    """Parts into which the members of a group fall, and what tells how many are in each.

    `counts` are their sizes; `fields` are taken out of a row, and sentences with any of the
    `marks` are not said, where the parts of a group may not be known. `complete` says whether all
    of a group were counted, and not a sample.
    """

    counts: Callable[[Any], tuple[int, ...]]
    fields: tuple[str, ...]
    marks: tuple[str, ...] = ()
    complete: Callable[[Any], bool] = _always


def part(share: float, of: int) -> tuple[int, int]:
    """Return how many of so many a share is, and how many are left; nothing where it is not known.

    >>> part(0.25, 12), part(float("nan"), 12)
    ((3, 9), (0, 0))
    """
    if math.isnan(share) or of <= 0:
        return (0, 0)
    count = round(share * of)
    return (count, of - count)


def clean_groups(
    parts: Mapping[Group, tuple[int, ...]],
    hidden: Iterable[Group],
    features: Sequence[str],
    min_cell: int,
    *,
    sampled: bool = False,
) -> frozenset[Group]:
    """Return the groups of which the parts can be shown without telling those of any other.

    Where those of everyone are `sampled`, they are taken to be known all the same: another feature
    may tell them.

    >>> sex = {"f": (30, 70), "m": (4, 96)}
    >>> parts = {(): (34, 166)} | {(("sex", v),): n for v, n in sex.items()}
    >>> clean_groups(parts, [], ["sex"], 11)
    frozenset({()})
    """
    sizes: dict[Group, _Parts] = {
        group: np.array(count, dtype=np.int64) for group, count in parts.items()
    }
    whole = sizes.get((), np.zeros(0, dtype=np.int64))
    shown: set[Group] = {()} if len(whole) and _clean(whole, min_cell) else set()
    gone = set(hidden)
    for feature in features:
        own: dict[Group, _Parts] = {
            g: n for g, n in sizes.items() if len(g) == 1 and g[0][0] == feature
        }
        named = [g for g, n in own.items() if g not in gone and _clean(n, min_cell)]
        total = np.sum([*own.values()], axis=0) if sampled and own else whole
        shown |= _that_leave_nothing_small(named, own, np.asarray(total), min_cell)
    crossed = [group for group in sizes if len(group) > 1 and group not in gone]
    shown |= {group for group in crossed if _follows(group, sizes, shown)}
    return frozenset(shown)


def _clean(counts: _Parts, min_cell: int) -> bool:
    return not any(small(count, min_cell) for count in counts.tolist())


def _that_leave_nothing_small(
    named: list[Group], own: Mapping[Group, _Parts], whole: _Parts, min_cell: int
) -> set[Group]:
    """Leave out groups, the smallest first, until what all others come to is not small."""
    while named and len(whole):
        rest = whole - np.sum([own[group] for group in named], axis=0)
        bad = (rest < 0) | ((rest > 0) & (rest < min_cell))
        if not bad.any():
            return set(named)
        helping = [group for group in named if own[group][bad].sum()] or named
        named.remove(min(helping, key=lambda group: (int(own[group][bad].sum()), group)))
    return set()


def _follows(group: Group, sizes: Mapping[Group, _Parts], shown: set[Group]) -> bool:
    """Whether all of a crossing are in parts that a group it is part of has alone."""
    within = [(), *((pair,) for pair in group)]
    empty = [sizes[one] == 0 for one in within if one in shown]
    own = sizes[group]
    return (
        bool(empty)
        and int((~np.logical_or.reduce(empty)).sum()) <= len(own) // 2
        and not (own[np.logical_or.reduce(empty)].any())
    )


def without(row: _R, fields: Iterable[str]) -> _R:
    """Return a row without some of its fields: unknown, or a count that is hidden."""
    kinds = {field.name: field.type for field in dataclasses.fields(row)}
    changed: dict[str, Any] = {}
    for name in fields:
        value = getattr(row, name)
        if isinstance(value, Estimate):
            changed[name] = Estimate.unknown()
        elif isinstance(value, tuple):
            changed[name] = ()
        elif "None" in str(kinds[name]):
            changed[name] = None
        elif isinstance(value, float):
            changed[name] = math.nan
        else:
            changed[name] = HIDDEN if isinstance(value, int) else ""
    return replace(row, **changed)
