"""Rows in an order in which similar ones stand together, and how near a block of them can be."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from audits.formulas.neighbours import UNIT, Distances, units
from audits.formulas.profiles import Indices

Whole = NDArray[np.int32]
_ROWS = 64  # of a block; more where there would be too many blocks
_MOST_BLOCKS = 2048
_COARSE = 10  # bits that bounds leave out
_NARROW = (1 << 15) // (UNIT >> _COARSE) - 1  # columns whose bounds fit into 16 bits
_GROUPS = 256  # of a column's codes that bounds tell apart
_HALVINGS = 5  # of a column, that order rows
_KEY_BITS = 62
_ORDERED = 0.25  # what halving an ordered column gains; a category that differs gains 1


class Columns:
    """Queries and base rows, column by column: codes of categories, places of ordered columns.

    Attributes
    ----------
    plain : pair of arrays, shapes (categorical columns, q) and (categorical columns, n)
        Codes of queries and of base rows, in the smallest type that holds them.
    ordered : pair of arrays of int32, shapes (ordered columns, q) and (ordered columns, n)
        Places in whole units.
    """

    def __init__(
        self, plain: tuple[NDArray[Any], NDArray[Any]], ordered: tuple[Whole, Whole]
    ) -> None:
        self.plain, self.ordered = plain, ordered
        self.sizes = (plain[0].shape[1], plain[1].shape[1])
        self._gaps = np.max([side.max(axis=1, initial=0) for side in ordered], axis=0) > UNIT

    def in_order(self, query: Indices, base: Indices) -> Columns:
        """The same rows in other orders."""
        plain, ordered = self.plain, self.ordered
        return Columns(
            (plain[0][:, query], plain[1][:, base]), (ordered[0][:, query], ordered[1][:, base])
        )

    def distances(self, sums: Whole) -> Distances:
        """Summed differences as distances between 0 and 1."""
        columns = len(self.plain[0]) + len(self.ordered[0])
        return np.divide(sums, np.float32(columns * UNIT), dtype=np.float32)

    def sums(self, query: Indices, base: Indices) -> Whole:
        """Distances of some queries to some base rows, in whole units, summed over the columns."""
        found = np.zeros((len(query), len(base)), dtype=np.int32)
        apart = np.empty_like(found)
        for mine, theirs, gaps in zip(*self.ordered, self._gaps, strict=True):
            np.subtract(mine[query, np.newaxis], theirs[base], out=apart)
            np.abs(apart, out=apart)
            if gaps:
                np.minimum(apart, UNIT, out=apart)
            found += apart
        differs = np.empty(found.shape, dtype=bool)
        for start in range(0, len(self.plain[0]), 255):  # what one byte can count
            differing = np.zeros(found.shape, dtype=np.uint8)
            here = slice(start, start + 255)
            for mine, theirs in zip(self.plain[0][here], self.plain[1][here], strict=True):
                np.not_equal(mine[query, np.newaxis], theirs[base], out=differs)
                differing += differs.view(np.uint8)
            found += np.multiply(differing, UNIT, out=apart, dtype=np.int32)
        return found


def columns_of(
    query: NDArray[np.int64], base: NDArray[np.int64], positions: Sequence[ArrayLike | None]
) -> Columns:
    """Codes of queries and base rows, (rows, columns) each, as columns to compare.

    >>> columns_of(np.array([[0, 1]]), np.array([[0, 0]]), [None, [0.0, 0.5]]).sums(
    ...     np.array([0]), np.array([0])
    ... )
    array([[524288]], dtype=int32)
    """
    plain = [j for j, place in enumerate(positions) if place is None]
    kind = np.min_scalar_type(max(side[:, plain].max(initial=0) for side in (query, base)))
    codes, places = [], []
    for side in (query, base):
        codes.append(np.ascontiguousarray(side[:, plain].T.astype(kind)))
        rows = [units(p)[side[:, j]] for j, p in enumerate(positions) if p is not None]
        places.append(np.array(rows, dtype=np.int32).reshape(len(rows), len(side)))
    return Columns((codes[0], codes[1]), (places[0], places[1]))


class Blocks:
    """Base rows cut into blocks of similar ones, and queries put in the same order.

    Attributes
    ----------
    query_order, base_order : numpy.ndarray of int
        Row numbers as they were given, in the order in which they stand here.
    columns : Columns
        The rows in this order.
    size : int
        Base rows of a block; the last may have fewer.
    """

    def __init__(self, columns: Columns) -> None:
        queries, rows = columns.sizes
        key = _keys(columns)
        self.query_order = np.argsort(key[:queries], kind="stable")
        self.base_order = np.argsort(key[queries:], kind="stable")
        self.columns = columns.in_order(self.query_order, self.base_order)
        self.size = max(_ROWS, -(-rows // _MOST_BLOCKS))
        self._starts = np.arange(0, rows, self.size)
        self._kind: type[np.int16 | np.int32] = (
            np.int16 if len(self._each()) <= _NARROW else np.int32
        )
        self._tables = [self._table(*column) for column in self._each()]

    def _each(self) -> list[tuple[NDArray[Any], NDArray[Any], bool]]:
        """Every column: queries, base rows, and whether it is ordered."""
        found = [(a, b, False) for a, b in zip(*self.columns.plain, strict=True)]
        return found + [(a, b, True) for a, b in zip(*self.columns.ordered, strict=True)]

    def _table(
        self, query: NDArray[Any], base: NDArray[Any], ordered: bool
    ) -> tuple[NDArray[Any], NDArray[np.intp]]:
        """Bounds per group of codes and block, and the group of each query."""
        if not ordered:
            table = np.full((_GROUPS, len(self._starts)), UNIT >> _COARSE, dtype=self._kind)
            table[base.astype(np.intp) % _GROUPS, np.arange(len(base)) // self.size] = 0
            return table, query.astype(np.intp) % _GROUPS
        places = np.unique(query)
        groups = np.array_split(places, min(_GROUPS, max(1, len(places))))
        low, high = (np.array([group[end] for group in groups]) for end in (0, -1))
        least = np.minimum.reduceat(base, self._starts) - high[:, np.newaxis]
        most = low[:, np.newaxis] - np.maximum.reduceat(base, self._starts)
        gap = np.clip(np.maximum(least, most), 0, UNIT) >> _COARSE
        return gap.astype(self._kind), np.searchsorted(high, query)

    def bounds(self, part: slice) -> NDArray[Any]:
        """At least so far, in coarse units, is every row of a block: (queries, blocks)."""
        found = np.zeros((part.stop - part.start, len(self._starts)), dtype=self._kind)
        for table, group in self._tables:
            found += table[group[part]]
        return found

    def coarse(self, limit: Whole) -> NDArray[Any]:
        """Limits of distances in the units of `bounds`, not smaller than they are."""
        most = np.iinfo(self._kind).max
        return np.asarray(np.minimum(limit >> _COARSE, most), dtype=self._kind)

    def rows_of(self, blocks: Indices) -> Indices:
        """The base rows of some blocks."""
        rows = (self._starts[blocks][:, np.newaxis] + np.arange(self.size)).ravel()
        return rows[rows < len(self.base_order)]


def _keys(columns: Columns) -> NDArray[np.int64]:
    """Numbers by which to order queries and base rows, so that similar ones stand together.

    Every column is halved, and its halves again, by rank (places) or by frequency (categories);
    the halvings that part rows best give the highest bits.
    """
    bits: list[tuple[float, int, NDArray[np.bool_]]] = []
    for sides, gain in ((columns.plain, 1.0), (columns.ordered, _ORDERED)):
        for pooled in np.concatenate(sides, axis=1):
            rank = _ranks(pooled, by_frequency=gain == 1.0)
            for depth in range(_HALVINGS):
                bit = (rank * 2 ** (depth + 1)).astype(np.int64) % 2 == 1
                share = float(bit.mean())
                bits.append((gain * share * (1 - share) * 2.0**-depth, len(bits), bit))
    key = np.zeros(sum(columns.sizes), dtype=np.int64)
    for _, _, bit in sorted(bits, key=lambda one: (-one[0], one[1]))[:_KEY_BITS]:
        key = (key << 1) | bit
    return key


def _ranks(values: NDArray[Any], *, by_frequency: bool) -> NDArray[np.float64]:
    """Mid-ranks of rows between 0 and 1: by value, or most frequent value first."""
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    order = np.argsort(-counts, kind="stable") if by_frequency else np.arange(len(counts))
    rank = np.empty(len(counts))
    rank[order] = (np.cumsum(counts[order]) - counts[order] / 2) / len(values)
    return rank[place]
