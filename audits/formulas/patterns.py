"""Combinations of values that too few real people have: maximal uncovered patterns."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from audits.formulas.checks import Floats, not_negative
from audits.formulas.effective_rows import kish_effective

WILDCARD = -1

Levels: TypeAlias = tuple[int, ...]
Excluded: TypeAlias = Mapping[int, Collection[int]]


@dataclass(frozen=True, slots=True)
class UncoveredPattern:
    """A combination of levels, and the rows that match it.

    >>> UncoveredPattern(levels=(0, -1), count=12).fixed
    1
    """

    levels: Levels
    """One level index per attribute, or -1 (any level)."""
    count: float
    """Rows that match, as counted; not the effective number."""

    @property
    def fixed(self) -> int:
        """Number of attributes with a value."""
        return sum(level != WILDCARD for level in self.levels)


def cube(counts: npt.ArrayLike) -> npt.NDArray[Any]:
    """Rows of every pattern: the counts with one more slice per axis, its sum.

    The last slice of an axis is the wildcard, so a pattern with -1 for "any level" is an index.

    Parameters
    ----------
    counts : array_like of shape (c_1, ..., c_d)
        Rows per combination of levels, or any other sum over rows (of weights, of squares).

    Returns
    -------
    ndarray of shape (c_1 + 1, ..., c_d + 1)
        Rows per pattern.

    Raises
    ------
    ValueError
        If `counts` has no axis.

    References
    ----------
    Gray, J. et al. (1997). Data cube: a relational aggregation operator generalizing group-by,
    cross-tab, and sub-totals. Data Mining and Knowledge Discovery, 1, 29-53.

    Examples
    --------
    >>> table = cube([[1, 2], [3, 4]])
    >>> table[0, -1], table[-1, 1], table[-1, -1]
    (np.int64(3), np.int64(6), np.int64(10))
    """
    table = np.asarray(counts)
    if table.ndim == 0:
        raise ValueError("counts must have one axis per attribute, got a single number")
    for axis in range(table.ndim):
        table = np.concatenate([table, table.sum(axis=axis, keepdims=True)], axis=axis)
    return table


def maximal_uncovered(
    counts: npt.ArrayLike,
    threshold: float,
    *,
    effective: tuple[npt.ArrayLike, npt.ArrayLike] | None = None,
    excluded: Excluded | None = None,
) -> list[UncoveredPattern]:
    """Maximal uncovered patterns of a full table of counts.

    A pattern is uncovered when fewer than `threshold` rows match it, and maximal when each
    pattern with one value fewer is covered. All patterns are counted at once, in a cube of
    prod(c_i + 1) cells.

    Parameters
    ----------
    counts : array_like of shape (c_1, ..., c_d)
        Real rows per combination of levels, zeros included.
    threshold : float, above 0
        Rows a pattern needs.
    effective : tuple of two array_like, each in the shape of `counts`, optional
        Sum of the weights and sum of the squared weights per combination. A pattern is then
        held to the smaller of its rows and of its effective rows (Kish).
    excluded : mapping of axis to level indices, optional
        Levels that are counted but never reported as a value, such as "missing".

    Returns
    -------
    list of UncoveredPattern
        Patterns with fewer values first. Only the pattern of wildcards when there are fewer than
        `threshold` rows in all; empty when everything is covered.

    Raises
    ------
    ValueError
        If a count is negative or nan, `threshold` is not above 0, shapes differ, or an excluded
        level does not exist.

    Notes
    -----
    Effective rows can grow when a value is added, since a few heavy rows may be left out. The
    definition holds all the same; only direct parents are looked at.

    References
    ----------
    Asudeh, A., Jin, Z., Jagadish, H. V. (2019). Assessing and remedying coverage for a given
    dataset. IEEE International Conference on Data Engineering, 554-565.

    Examples
    --------
    Two women, both young; three men, one of them old. Nobody is an old woman:

    >>> maximal_uncovered([[2, 0], [2, 1]], 1)
    [UncoveredPattern(levels=(0, 1), count=0)]

    With a threshold of 2 the old are too few, and with them the old women:

    >>> maximal_uncovered([[2, 0], [2, 1]], 2)
    [UncoveredPattern(levels=(-1, 1), count=1)]
    """
    rows = _counted("counts", counts)
    limit = _limit(threshold)
    table = cube(rows)
    coverage = table if effective is None else _smaller(table, rows.shape, effective)

    covered = coverage >= limit
    maximal = ~covered
    for axis in range(rows.ndim):
        values, parents = np.moveaxis(maximal, axis, 0)[:-1], np.moveaxis(covered, axis, 0)[-1]
        values &= parents
        values[_excluded_levels(axis, rows.shape[axis], excluded)] = False

    found = np.argwhere(maximal)
    tallies = table[maximal].tolist()
    patterns = np.where(found == rows.shape, WILDCARD, found).tolist()
    return _sorted(map(UncoveredPattern, map(tuple, patterns), tallies))


def maximal_uncovered_levelwise(
    codes: npt.ArrayLike,
    counts: npt.ArrayLike,
    cardinalities: Sequence[int],
    threshold: float,
    *,
    max_level: int,
    excluded: Excluded | None = None,
) -> list[UncoveredPattern]:
    """Maximal uncovered patterns with few values, found from the top down.

    For tables whose cube would be too large. A pattern is counted only when all patterns with
    one value fewer are covered, so that nothing below an uncovered pattern is visited.

    Parameters
    ----------
    codes : array_like of int, shape (n_rows, d)
        Level index per row and attribute. Equal rows may be given once, with their count.
    counts : array_like of shape (n_rows,)
        How often each row of `codes` occurs.
    cardinalities : sequence of int, length d
        Number of levels per attribute, also of those that no row has.
    threshold : float, above 0
        Rows a pattern needs.
    max_level : int, between 1 and d
        Largest number of values in a pattern.
    excluded : mapping of axis to level indices, optional
        Levels that are counted but never reported as a value.

    Returns
    -------
    list of UncoveredPattern
        Those of `maximal_uncovered` with at most `max_level` values, in the same order.

    Raises
    ------
    ValueError
        As `maximal_uncovered`, or if a code is not below its cardinality, or `max_level` is
        outside its range.

    References
    ----------
    Asudeh, A., Jin, Z., Jagadish, H. V. (2019). Assessing and remedying coverage for a given
    dataset. IEEE International Conference on Data Engineering, 554-565. (Search from the top;
    here one set of attributes at a time.)

    Examples
    --------
    >>> maximal_uncovered_levelwise([[0, 0], [1, 0], [1, 1]], [2, 2, 1], [2, 2], 1, max_level=2)
    [UncoveredPattern(levels=(0, 1), count=0.0)]
    """
    rows, tallies = _coded(codes, counts, cardinalities)
    limit, width = _limit(threshold), len(cardinalities)
    if not 1 <= max_level <= width:
        raise ValueError(f"max_level must be between 1 and {width}, got {max_level}")
    if tallies.sum() < limit:
        return [UncoveredPattern((WILDCARD,) * width, float(tallies.sum()))]

    found: list[UncoveredPattern] = []
    covered: dict[Levels, set[Levels]] = {(): {()}}
    for level in range(1, max_level + 1):
        grown: dict[Levels, set[Levels]] = {}
        for axes in combinations(range(width), level):
            sizes = [cardinalities[axis] for axis in axes]
            candidates = list(_candidates(axes, sizes, covered, excluded=excluded))
            if not candidates:
                continue
            matching = _matching(rows[:, axes], tallies, candidates, sizes=sizes)
            for values, count in zip(candidates, matching, strict=True):
                if count >= limit:
                    grown.setdefault(axes, set()).add(values)
                else:
                    found.append(UncoveredPattern(_spread(axes, values, width), count))
        covered = grown
    return _sorted(found)


def _candidates(
    axes: Levels,
    sizes: Sequence[int],
    covered: Mapping[Levels, set[Levels]],
    *,
    excluded: Excluded | None,
) -> Iterator[Levels]:
    """Patterns on these axes all of whose parents are covered."""
    if len(axes) == 1:
        barred = set(_excluded_levels(axes[0], sizes[0], excluded))
        yield from ((value,) for value in range(sizes[0]) if value not in barred)
        return
    tails: dict[Levels, list[int]] = {}
    for values in sorted(covered.get(axes[1:], ())):
        tails.setdefault(values[:-1], []).append(values[-1])
    inner = range(1, len(axes) - 1)  # the parents without the first or last axis built the rest
    others = [(i, covered.get(axes[:i] + axes[i + 1 :], set())) for i in inner]
    for head in sorted(covered.get(axes[:-1], ())):
        for tail in tails.get(head[1:], ()):
            values = (*head, tail)
            if all(values[:i] + values[i + 1 :] in patterns for i, patterns in others):
                yield values


def _matching(
    rows: npt.NDArray[np.intp],
    tallies: Floats,
    candidates: list[Levels],
    *,
    sizes: Sequence[int],
) -> list[float]:
    keys = np.ravel_multi_index(tuple(rows.T), sizes)
    present, where = np.unique(keys, return_inverse=True)
    totals = np.append(np.bincount(where, weights=tallies, minlength=present.size), 0.0)
    wanted = np.ravel_multi_index(tuple(np.array(candidates).T), sizes)
    places = np.searchsorted(present, wanted)
    hit = np.append(present, -1)[places] == wanted
    return [float(total) for total in np.where(hit, totals[places], 0.0)]


def _spread(axes: Levels, values: Levels, width: int) -> Levels:
    levels = [WILDCARD] * width
    for axis, value in zip(axes, values, strict=True):
        levels[axis] = value
    return tuple(levels)


def _sorted(
    patterns: Iterator[UncoveredPattern] | list[UncoveredPattern],
) -> list[UncoveredPattern]:
    return sorted(patterns, key=lambda pattern: (pattern.fixed, pattern.levels))


def _counted(name: str, counts: npt.ArrayLike) -> npt.NDArray[Any]:
    array = np.asarray(counts)
    if not np.isfinite(not_negative(name, array)).all():
        raise ValueError(f"{name} must be finite, got nan or inf")
    return array


def _limit(threshold: float) -> float:
    if not threshold > 0:
        raise ValueError(f"threshold must be above 0, got {threshold:g}")
    return threshold * (1 - 1e-9)  # thirty equal weights sum to 30 only up to rounding


def _smaller(
    table: npt.NDArray[Any], shape: tuple[int, ...], sums: tuple[npt.ArrayLike, npt.ArrayLike]
) -> npt.NDArray[Any]:
    weights, squares = (_counted("effective", each) for each in sums)
    if weights.shape != shape or squares.shape != shape:
        raise ValueError(
            f"effective must have the shape of counts, {shape}, got {weights.shape} and"
            f" {squares.shape}"
        )
    rows = kish_effective(cube(weights), cube(squares))
    return np.asarray(np.minimum(table, np.where(np.isnan(rows), 0.0, rows)))


def _excluded_levels(axis: int, size: int, excluded: Excluded | None) -> list[int]:
    levels = sorted((excluded or {}).get(axis, ()))
    for level in levels:
        if not 0 <= level < size:
            raise ValueError(f"excluded level of axis {axis} must be below {size}, got {level}")
    return levels


def _coded(
    codes: npt.ArrayLike, counts: npt.ArrayLike, cardinalities: Sequence[int]
) -> tuple[npt.NDArray[np.intp], Floats]:
    rows = np.asarray(codes, dtype=np.intp).reshape(-1, len(cardinalities))
    tallies = _counted("counts", counts).astype(np.float64)
    if tallies.shape != (rows.shape[0],):
        raise ValueError(
            f"counts must have one number per row, got {tallies.shape} for {len(rows)}"
        )
    outside = (rows < 0) | (rows >= np.asarray(cardinalities, dtype=np.intp))
    if outside.any():
        raise ValueError(f"codes must be below their cardinality, got {rows[outside].flat[0]}")
    return rows, tallies
