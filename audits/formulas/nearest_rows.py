"""The nearest few base rows of every query row, each told by its number."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from audits.formulas.nearest import fitting, nearest_profiles
from audits.formulas.nearest_blocks import columns_of
from audits.formulas.neighbours import Distances
from audits.formulas.profiles import distinct_rows


class NearestRows(NamedTuple):
    """Numbers of base rows, nearest first, and how far they are."""

    rows: NDArray[np.int64]
    distances: Distances


def nearest_rows(
    query_codes: ArrayLike,
    base_codes: ArrayLike,
    positions: Sequence[ArrayLike | None],
    *,
    k: int,
    threads: int = 1,
) -> NearestRows:
    """Nearest different base rows of every query row by the Gower distance, exactly.

    Of equal base rows the first stands for all; of different rows that are as near, the first come
    first.

    Parameters
    ----------
    query_codes, base_codes : array_like of int, shapes (q, p) and (n, p)
        One code per row and column, from 0.
    positions : sequence of length p
        Per column the position of each code in [0, 1] (``nan``: missing), or None for a
        categorical column.
    k : int, at least 1
        How many rows are wanted.
    threads : int, at least 1
        Threads that search; never changes a result.

    Returns
    -------
    NearestRows
        Both of shape (q, k): places of base rows, -1 where there are no more; distances between 0
        and 1, ``inf`` there.

    Raises
    ------
    ValueError
        If codes and positions do not match, or `k` or `threads` is below 1.

    References
    ----------
    Gower, J. C. (1971). A general coefficient of similarity and some of its properties.
    Biometrics, 27(4), 857-871.

    Examples
    --------
    >>> found = nearest_rows([[1]], [[5], [2], [2], [1]], [[0, 0.2, 0.4, 0.6, 0.8, 1]], k=3)
    >>> found.rows.tolist()
    [[3, 1, 0]]
    """
    query, base, of_query, of_base = fitting(query_codes, base_codes, positions, k, threads)
    rows = np.full((len(query), k), -1, dtype=np.int64)
    distances = np.full((len(query), k), np.inf, dtype=np.float32)
    if not len(query) or not len(base):
        return NearestRows(rows, distances)
    asked, held = distinct_rows(of_query), distinct_rows(of_base)
    columns = columns_of(query[asked.first], base[held.first], positions)
    each = np.ones(len(held.first), dtype=np.int64)
    k = min(k, len(each))
    found = nearest_profiles(columns, each, k=k, reach=k, threads=threads)
    near = columns.distances(found.apart)
    order = np.lexsort((held.first[found.base], near, found.query))
    place = np.arange(len(order)) - np.searchsorted(found.query[order], found.query[order])
    kept = order[place < k]
    at = (found.query[kept], place[place < k])
    nearest = rows[: len(asked.first)].copy()
    apart = distances[: len(asked.first)].copy()
    nearest[at], apart[at] = held.first[found.base[kept]], near[kept]
    return NearestRows(nearest[asked.of_row], apart[asked.of_row])
