"""Slices: all sets of people alike in a few columns, found and counted; those that say nothing new.

A pattern holds one code of each of some columns; its people are the rows that have them all. The
search goes depth first over patterns that enough people have, and counts all longer ones of a
pattern in one product of matrices. Everything counted is a whole number, so that sums are exact in
whatever order they are taken.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from audits.formulas.checks import Integers

Flags = npt.NDArray[np.bool_]
_BLOCK = 1 << 13  # rows multiplied at once: what is worked on stays in the cache
_EXACT = {np.float32: 1 << 24, np.float64: 1 << 53}  # whole numbers below are exact


class Found(NamedTuple):
    """Patterns, short ones first: (patterns, depth) columns and codes, -1 beyond their length.

    `support` counts the people of each, `sums` adds up their values: (patterns, values).
    """

    column: Integers
    code: Integers
    support: Integers
    sums: Integers

    def __len__(self) -> int:
        """Return how many patterns there are."""
        return len(self.support)

    def people(self, codes: npt.ArrayLike, at: int) -> Flags:
        """Return which rows have a pattern."""
        rows = np.asarray(codes)
        has = np.ones(len(rows), dtype=bool)
        for column, code in zip(self.column[at], self.code[at], strict=True):
            if column >= 0:
                has &= rows[:, column] == code
        return has


def least_support(rows: int, share: float, fewest: int = 30) -> int:
    """People a slice must have: a share of all, and never fewer than some.

    Parameters
    ----------
    rows : int
        People altogether.
    share : float
        Least share of them.
    fewest : int
        Least number, whatever the share: below, rates say little.

    Returns
    -------
    int

    References
    ----------
    Pastor, E., de Alfaro, L., Baralis, E. (2021). Looking for trouble: analyzing classifier
    behavior via pattern divergence. SIGMOD '21, 1400-1412 (the support of a pattern).

    Examples
    --------
    >>> least_support(6172, 0.1), least_support(1000, 0.01)
    (618, 30)
    """
    least = math.ceil(rows * share - 1e-9)
    return max(least, fewest, 1)


def possible_patterns(levels: Sequence[int], depth: int) -> int:
    r"""Patterns that columns could form, if all combinations occurred.

    The sum, over sets of at most `depth` columns, of the product of their levels.

    Parameters
    ----------
    levels : sequence of int
        Codes that occur in each column.
    depth : int
        The most columns of a pattern.

    Returns
    -------
    int

    References
    ----------
    Elementary symmetric polynomials; by their recursion over columns.

    Examples
    --------
    Two columns of two and three levels: five values and six pairs.

    >>> possible_patterns([2, 3], 1), possible_patterns([2, 3], 2)
    (5, 11)
    """
    of_length = [1] + [0] * depth
    for size in levels:
        for length in range(depth, 0, -1):
            of_length[length] += of_length[length - 1] * size
    return sum(of_length[1:])


def find(codes: npt.ArrayLike, values: npt.ArrayLike, *, least: int, depth: int) -> Found:
    """All patterns of at most `depth` columns that at least `least` rows have.

    Parameters
    ----------
    codes : array_like of int, shape (rows, columns)
        Codes, at least 0; every code is a value like any other, missing too.
    values : array_like of int, shape (rows, values)
        What is summed up over the rows of each pattern; 0 and 1 count people.
    least : int, at least 1
        The fewest rows of a pattern.
    depth : int, at least 1
        The most columns of a pattern.

    Returns
    -------
    Found
        By length, then columns, then codes; the same for rows in any order.

    Raises
    ------
    ValueError
        If `least` or `depth` is below 1, a code is negative, the numbers of rows differ, or sums
        could grow beyond what is exact.

    References
    ----------
    Pastor, E., de Alfaro, L., Baralis, E. (2021). Looking for trouble: analyzing classifier
    behavior via pattern divergence. SIGMOD '21, 1400-1412 (frequent patterns, with outcomes
    counted as they are found). Agrawal, R., Srikant, R. (1994). Fast algorithms for mining
    association rules. VLDB '94, 487-499 (what is too rare cannot grow frequent by a condition).

    Examples
    --------
    >>> found = find([[0, 1], [0, 1], [1, 1]], [[1], [0], [1]], least=2, depth=2)
    >>> found.column.tolist(), found.code.tolist()
    ([[0, -1], [1, -1], [0, 1]], [[0, -1], [1, -1], [0, 1]])
    >>> found.support.tolist(), found.sums.ravel().tolist()
    ([2, 3, 2], [1, 2, 1])
    """
    rows, of = np.asarray(codes), np.asarray(values)
    if least < 1 or depth < 1:
        raise ValueError(f"least and depth must be at least 1, got {least} and {depth}")
    if rows.ndim != 2 or of.ndim != 2 or len(rows) != len(of):
        raise ValueError(f"codes and values must have the same rows, got {rows.shape}, {of.shape}")
    if rows.size and rows.min() < 0:
        raise ValueError(f"codes must not be negative, got {rows.min()}")
    items = _Items.of(rows, of, least)
    everyone, all_items = np.arange(len(rows)), np.arange(len(items.column))
    return _in_order(list(_longer(items, (), everyone, all_items, depth)), items, depth)


def redundant(found: Found, divergence: npt.ArrayLike, *, near: float) -> Flags:
    r"""Patterns that diverge like a shorter one: a condition of theirs adds next to nothing.

    With :math:`\Delta(I)` the divergence of a pattern (0 of none), I is redundant if it has a
    condition a with :math:`|\Delta(I) - \Delta(I \setminus a)| \le` `near`.

    Parameters
    ----------
    found : Found
        All frequent patterns: with a pattern, its shorter ones, as of `find`.
    divergence : array_like, shape (patterns,)
        Of each; ``nan`` is unknown, and neither redundant nor a reason for it.
    near : float, at least 0
        How near is nearly the same.

    Returns
    -------
    array of bool, shape (patterns,)

    Raises
    ------
    ValueError
        If there are too many values for patterns of this length to be told apart by a number.

    References
    ----------
    Pastor, E., de Alfaro, L., Baralis, E. (2021). Looking for trouble: analyzing classifier
    behavior via pattern divergence. SIGMOD '21, 1400-1412 (redundancy pruning).

    Examples
    --------
    >>> found = find([[0, 1], [0, 1], [1, 1]], [[1], [0], [1]], least=2, depth=2)
    >>> redundant(found, [0.3, 0.0, 0.3], near=0.05).tolist()
    [False, True, True]
    """
    delta = np.asarray(divergence, dtype=np.float64)
    item, length = _numbered(found), (found.column >= 0).sum(axis=1)
    width, base = found.column.shape[1], int(item.max(initial=0)) + 2
    if base**width >= 1 << 63:
        raise ValueError(f"{base - 1} values in patterns of {width} are too many to tell apart")
    places = np.array([base**place for place in range(width)][::-1], dtype=np.int64)
    keys = (item + 1) @ places  # 0 stands for "no condition", always in the last places
    order = np.argsort(keys)
    with np.errstate(invalid="ignore"):
        drop = (length == 1) & (np.abs(delta) <= near)
        for place in range(width):
            long = np.flatnonzero((length > 1) & (length > place))
            fewer = np.delete(item[long] + 1, place, axis=1)
            at = order[np.searchsorted(keys[order], fewer @ places[:-1])]
            drop[long] |= np.abs(delta[long] - delta[at]) <= near
    return np.asarray(drop)


def _numbered(found: Found) -> Integers:
    """Return pairs of column and code as one number from 0, -1 for none."""
    pairs = np.stack([found.column.ravel(), found.code.ravel()])
    has = pairs[0] >= 0
    item = np.full(has.shape, -1, dtype=np.int64)
    item[has] = np.unique(pairs[:, has], axis=1, return_inverse=True)[1].ravel()
    return item.reshape(found.column.shape)


# -- the search ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Items:
    """Frequent codes of all columns: which rows have each (rows, items); what is summed up."""

    has: npt.NDArray[np.uint8]
    column: Integers
    code: Integers
    values: npt.NDArray[Any]
    least: int

    @classmethod
    def of(cls, rows: npt.NDArray[Any], values: npt.NDArray[Any], least: int) -> _Items:
        """Prepare a search."""
        pairs = [
            (place, one)
            for place in range(rows.shape[1])
            for one in np.flatnonzero(np.bincount(rows[:, place]) >= least)
        ]
        has = np.empty((len(rows), len(pairs)), dtype=np.uint8)
        for at, (place, one) in enumerate(pairs):
            has[:, at] = rows[:, place] == one
        column, code = np.array(pairs, dtype=np.int64).reshape(-1, 2).T
        largest = len(rows) * max(1, int(np.abs(values).max(initial=0)))
        exact = next((kind for kind, most in _EXACT.items() if largest < most), None)
        if exact is None or (values != np.rint(values)).any():
            raise ValueError("values must be whole numbers whose sums stay below 2^53")
        return cls(has, column, code, values.astype(exact), least)

    def blocks(
        self, rows: Integers, among: Integers
    ) -> Iterator[tuple[npt.NDArray[Any], npt.NDArray[Any]]]:
        """Which of some rows have which of some items, and the values of these rows, in parts."""
        for start in range(0, len(rows), _BLOCK):
            part = rows[start : start + _BLOCK]
            has = self.has.take(part, axis=0).take(among, axis=1)
            yield has.astype(self.values.dtype), self.values.take(part, axis=0)


class _Part(NamedTuple):
    """Patterns of one length: (patterns, length) items, their people, the sums of their values."""

    items: Integers
    support: Integers
    sums: Integers


def _longer(
    items: _Items, prefix: tuple[int, ...], rows: Integers, among: Integers, left: int
) -> Iterator[_Part]:
    """Patterns that begin with some items, which these rows have, and go on with at most `left`."""
    if not among.size or left < 1:
        return
    support, sums = _single(items, rows, among)
    often = support >= items.least
    among = among[often]
    yield _Part(_after(prefix, among[:, np.newaxis]), support[often], sums[often])
    if left == 2:
        yield _in_pairs(items, prefix, rows, among)
    elif left > 2:
        for one in among:
            further = among[items.column[among] > items.column[one]]
            held = rows[items.has[rows, one] > 0]
            yield from _longer(items, (*prefix, int(one)), held, further, left - 1)


def _single(items: _Items, rows: Integers, among: Integers) -> tuple[Integers, Integers]:
    """People and sums of single items, of some rows."""
    support = np.zeros(len(among), dtype=np.int64)
    sums = np.zeros((len(among), items.values.shape[1]), dtype=np.int64)
    for has, values in items.blocks(rows, among):
        support += has.sum(axis=0).astype(np.int64)
        sums += (has.T @ values).astype(np.int64)
    return support, sums


def _in_pairs(items: _Items, prefix: tuple[int, ...], rows: Integers, among: Integers) -> _Part:
    """Pairs of items that enough of some rows have; all are counted in one product."""
    size, width = len(among), items.values.shape[1]
    support = np.zeros((size, size), dtype=np.int64)
    sums = np.zeros((width, size, size), dtype=np.int64)
    for has, values in items.blocks(rows, among):
        support += (has.T @ has).astype(np.int64)
        for at in range(width):
            held = np.flatnonzero(values[:, at])  # of flags, all products together are one
            if held.size:
                some = has[held]
                sums[at] += (some.T @ (some * values[held, at, np.newaxis])).astype(np.int64)
    column = items.column[among]
    first, second = np.nonzero((support >= items.least) & (column[:, np.newaxis] < column))
    pairs = np.column_stack([among[first], among[second]])
    return _Part(_after(prefix, pairs), support[first, second], sums[:, first, second].T)


def _after(prefix: tuple[int, ...], ends: Integers) -> Integers:
    """Put the same items before every row of others."""
    begin = np.broadcast_to(np.array(prefix, dtype=np.int64), (len(ends), len(prefix)))
    return np.hstack([begin, ends])


def _in_order(found: list[_Part], items: _Items, depth: int) -> Found:
    """Join patterns of all lengths, in an order of their own."""
    width = items.values.shape[1]
    padded = [np.zeros((0, depth), dtype=np.int64)] + [
        np.pad(part.items, ((0, 0), (0, depth - part.items.shape[1])), constant_values=-1)
        for part in found
    ]
    item = np.concatenate(padded)
    support = np.concatenate([np.zeros(0, np.int64), *(part.support for part in found)])
    sums = np.concatenate([np.zeros((0, width), np.int64), *(part.sums for part in found)])
    order = np.lexsort((*item.T[::-1], (item >= 0).sum(axis=1)))
    item = item[order]
    column, code = (
        np.append(of, -1)[item]  # -1, the last, stands for none
        for of in (items.column, items.code)
    )
    return Found(column, code, support[order], sums[order])
