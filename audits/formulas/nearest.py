"""Exact nearest rows among many mixed rows, most of which are never looked at.

Base rows are put in an order in which similar rows stand together, and cut into blocks. From the
values that a block holds follows how near any of its rows can be to a query; blocks that are too
far are passed over. What remains is compared in whole numbers (:mod:`audits.formulas.neighbours`),
so that ties are exact and nothing depends on blocks or threads.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from audits.formulas.nearest_blocks import Blocks, Columns, Whole, columns_of
from audits.formulas.neighbours import Distances, check_columns, merged_codes
from audits.formulas.profiles import Indices, checked_codes, distinct_rows

Floats = NDArray[np.float64]
_TOGETHER = 128  # queries that share the blocks they look at
_FIRST_ROWS = 1024  # base rows looked at first
_FURTHER_ROWS = 4096  # base rows looked at afterwards, at a time
_FAR = np.iinfo(np.int32).max


@dataclass(frozen=True, slots=True, eq=False)
class Neighbours:
    """The nearest base rows of query rows.

    Distinct rows (profiles) stand for all their copies. One entry says: each base row of profile
    ``base`` is nearest, with this ``share``, to each query row of profile ``query``.

    Attributes
    ----------
    query_profile, base_profile : numpy.ndarray of int, shapes (q,) and (n,)
        Profile of each query and of each base row; two numberings.
    least : numpy.ndarray of float32, shape (query profiles, k)
        Distances to the nearest, second nearest ... base row, ``inf`` where there are fewer rows.
        Rows tied, or equal, are each counted.
    query, base : numpy.ndarray of int, shape (entries,)
        Profiles that an entry joins, in order.
    share : numpy.ndarray of shape (entries,)
        1/t with t the base rows tied as nearest.
    """

    query_profile: Indices
    base_profile: Indices
    least: Distances
    query: Indices
    base: Indices
    share: Floats


class Found(NamedTuple):
    """Nearest distinct rows: k smallest distances of each query; pairs at the smallest, or at more.

    `apart` is how far the rows of each pair are from each other, in whole units.
    """

    least: Whole
    query: Indices
    base: Indices
    apart: Whole


def nearest(
    query_codes: ArrayLike,
    base_codes: ArrayLike,
    positions: Sequence[ArrayLike | None],
    *,
    k: int,
    threads: int = 1,
    progress: Callable[[float], None] = lambda _share: None,
) -> Neighbours:
    r"""Nearest base rows of every query row by the Gower distance, exactly.

    The distances are those of `gower_distances`. A block of base rows is passed over when the sum
    over the columns of the smallest difference that its values allow exceeds the k-th smallest
    distance found so far (branch and bound).

    Parameters
    ----------
    query_codes, base_codes : array_like of int, shapes (q, p) and (n, p)
        One code per row and column, from 0.
    positions : sequence of length p
        Per column the position of each code in [0, 1] (``nan``: missing), or None for a
        categorical column.
    k : int, at least 1
        How many smallest distances are kept.
    threads : int, at least 1
        Threads that search; never changes a result.
    progress : callable, optional
        Called with the share of the queries that are answered.

    Returns
    -------
    Neighbours
        Without base rows it has no entries and all distances are ``inf``.

    Raises
    ------
    ValueError
        If codes and positions do not match, or `k` or `threads` is below 1.

    References
    ----------
    Gower, J. C. (1971). A general coefficient of similarity and some of its properties.
    Biometrics, 27(4), 857-871.
    Fukunaga, K., & Narendra, P. M. (1975). A branch and bound algorithm for computing k-nearest
    neighbors. IEEE Transactions on Computers, C-24(7), 750-753.

    Examples
    --------
    A value half way between two people is as near to either:

    >>> found = nearest([[1]], [[0], [2]], [[0.0, 0.5, 1.0]], k=2)
    >>> found.least.tolist(), found.share.tolist()
    ([[0.5, 0.5]], [0.5, 0.5])
    """
    query, base, of_query, of_base = fitting(query_codes, base_codes, positions, k, threads)
    held = distinct_rows(of_base)
    asked = distinct_rows(_unseen_alike(of_query, of_base, positions))
    people = np.bincount(held.of_row, minlength=len(held.first))
    columns = columns_of(query[asked.first], base[held.first], positions)
    found = nearest_profiles(columns, people, k=k, threads=threads, progress=progress)
    tied = np.bincount(found.query, people[found.base], minlength=len(asked.first))
    least = columns.distances(found.least)
    least[found.least == _FAR] = np.inf
    return Neighbours(
        asked.of_row, held.of_row, least, found.query, found.base, 1 / tied[found.query]
    )


def fitting(
    query_codes: ArrayLike,
    base_codes: ArrayLike,
    positions: Sequence[ArrayLike | None],
    k: int,
    threads: int,
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Check what a search is given: queries and base rows; both with equal codes made the same.

    Raises
    ------
    ValueError
        If codes and positions do not match, or `k` or `threads` is below 1.
    """
    if k < 1 or threads < 1:
        raise ValueError(f"k and threads must be at least 1, got {k} and {threads}")
    query, base = checked_codes(query_codes), checked_codes(base_codes)
    check_columns(query, base, positions)
    merged = merged_codes(np.concatenate([query, base]), positions)
    return query, base, merged[: len(query)], merged[len(query) :]


def _unseen_alike(
    query: NDArray[np.int64], base: NDArray[np.int64], positions: Sequence[ArrayLike | None]
) -> NDArray[np.int64]:
    """Give categories that no base row holds one code: they are equally far from all.

    Without it, rows full of new categories would each be tied with every base row.
    """
    alike = query.copy()
    for j, place in enumerate(positions):
        if place is None:
            alike[~np.isin(query[:, j], base[:, j]), j] = base[:, j].max(initial=-1) + 1
    return alike


def nearest_profiles(
    columns: Columns,
    people: NDArray[np.int64],
    *,
    k: int,
    reach: int = 1,
    threads: int = 1,
    progress: Callable[[float], None] = lambda _share: None,
) -> Found:
    """Nearest distinct base rows of distinct queries: the search itself.

    Parameters
    ----------
    columns : Columns
        Queries and base rows, from `columns_of`.
    people : numpy.ndarray of int, shape (n,)
        Rows that each base row stands for.
    k : int, at least 1
        How many smallest distances are kept.
    reach : int, at most `k`
        Pairs are kept up to this smallest distance: 1 for the nearest alone.
    threads : int
        Threads that search.
    progress : callable
        Called with the share of the queries that are answered.

    Returns
    -------
    Found
        `least` in whole units, the largest 32-bit number where there are fewer than k rows; pairs
        at the smallest distance in order of query and base row.

    Raises
    ------
    ValueError
        Never by itself.

    References
    ----------
    Fukunaga, K., & Narendra, P. M. (1975), as `nearest`.

    Examples
    --------
    >>> import numpy as np
    >>> columns = columns_of(np.array([[0]]), np.array([[1], [0]]), [None])
    >>> nearest_profiles(columns, np.array([1, 1]), k=1).base.tolist()
    [1]
    """
    queries, rows = columns.sizes
    if not queries or not rows:
        nothing = np.zeros(0, dtype=np.intp)
        far = np.full((queries, k), _FAR, dtype=np.int32)
        return Found(far, nothing, nothing, np.zeros(0, dtype=np.int32))
    blocks = Blocks(columns)
    held = people[blocks.base_order]
    starts = range(0, queries, _TOGETHER)

    def search(start: int) -> Found:
        return _search(blocks, held, slice(start, min(start + _TOGETHER, queries)), k, reach)

    parts: list[Found] = []
    with ThreadPoolExecutor(threads) as pool:
        for part in pool.map(search, starts):
            parts.append(part)
            progress(len(parts) / len(starts))
    least = np.empty((queries, k), dtype=np.int32)
    least[blocks.query_order] = np.concatenate([part.least for part in parts])
    query = blocks.query_order[np.concatenate([part.query for part in parts])]
    base = blocks.base_order[np.concatenate([part.base for part in parts])]
    order = np.lexsort((base, query))
    apart = np.concatenate([part.apart for part in parts])
    return Found(least, query[order], base[order], apart[order])


class _Pool:
    """Pairs that may be among the nearest of some queries, and how near they must be for it."""

    def __init__(self, queries: int, people: NDArray[np.int64], k: int) -> None:
        self.limit = np.full(queries, _FAR, dtype=np.int32)
        self._people, self._k = people, k
        self.query = self.row = np.zeros(0, dtype=np.intp)
        self.apart = np.zeros(0, dtype=np.int32)

    def add(self, queries: Indices, rows: Indices, sums: Whole) -> None:
        """Take in the distances of some queries to some rows."""
        limit = self.limit[queries]
        if not len(self.apart) and sums.shape[1] > self._k:
            limit = _widened(np.partition(sums, self._k - 1, axis=1)[:, self._k - 1])
        at, to = np.divmod(np.flatnonzero(sums <= limit[:, np.newaxis]), sums.shape[1])
        if not len(at):
            return
        query = np.concatenate([self.query, queries[at]])
        row = np.concatenate([self.row, rows[to]])
        apart = np.concatenate([self.apart, sums[at, to]])
        order = np.lexsort((row, apart, query))
        self.query, self.row, self.apart = query[order], row[order], apart[order]
        self.limit = _widened(self.least(self._k)[:, -1])
        keep = self.apart <= self.limit[self.query]
        self.query, self.row, self.apart = self.query[keep], self.row[keep], self.apart[keep]

    def least(self, k: int) -> Whole:
        """The k smallest distances of every query, each row counted as the people it stands for."""
        found = np.full((len(self.limit), k), _FAR, dtype=np.int32)
        passed = np.cumsum(self._people[self.row])
        every = np.arange(len(found))
        before = np.append(0, passed)[np.searchsorted(self.query, every)]
        for nth in range(k):
            at = np.searchsorted(passed, before + nth, side="right")
            there = np.append(self.query, -1)[at] == every
            found[there, nth] = self.apart[at[there]]
        return found


def _widened(limit: Whole) -> Whole:
    """Limits that let in sums which are the same distance, of 24 bits."""
    return np.where(limit == _FAR, _FAR, limit + (limit >> 22) + 1)


def _search(blocks: Blocks, people: NDArray[np.int64], part: slice, k: int, reach: int) -> Found:
    """Search for some queries that stand together: the likeliest blocks first."""
    bounds = blocks.bounds(part)
    order = np.argsort(bounds.sum(axis=0, dtype=np.int64), kind="stable")
    pool = _Pool(len(bounds), people, k)
    queries = np.arange(len(bounds))
    at_once = max(1, _FIRST_ROWS // blocks.size)
    while len(order):
        now, order = order[:at_once], order[at_once:]
        rows = blocks.rows_of(now)
        pool.add(queries, rows, blocks.columns.sums(part.start + queries, rows))
        needed = bounds[:, order] <= blocks.coarse(pool.limit)[:, np.newaxis]
        order, needed = order[needed.any(axis=0)], needed[:, needed.any(axis=0)]
        at_once = max(1, _FURTHER_ROWS // blocks.size)
        queries = np.flatnonzero(needed[:, :at_once].any(axis=1))
    least, distances = pool.least(k), blocks.columns.distances
    near = distances(pool.apart) <= distances(least[pool.query, reach - 1])
    return Found(least, part.start + pool.query[near], pool.row[near], pool.apart[near])
