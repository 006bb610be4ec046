"""Nearest real rows of synthetic rows, found once for a whole table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from audits.formulas.nearest import nearest_profiles
from audits.formulas.nearest_blocks import columns_of
from audits.formulas.neighbours import Distances, gower_blocks, merged_codes
from audits.formulas.profiles import Indices, distinct_rows

Floats = NDArray[np.float64]
_SEARCHED_FROM = 4_000_000  # pairs of rows from which looking at all of them takes longer


@dataclass(frozen=True, slots=True, eq=False)
class Attribution:
    """Which real rows are nearest to which synthetic rows.

    Distinct rows (profiles) stand for all their copies. One entry says: each real row of profile
    ``base`` has this ``share`` in each synthetic row of profile ``query``.

    Attributes
    ----------
    query_profile, base_profile : numpy.ndarray of int, shapes (q,) and (n,)
        Profile of each synthetic and of each real row.
    query, base : numpy.ndarray of int, shape (entries,)
        Profiles that an entry joins.
    share : numpy.ndarray of shape (entries,)
        1/t with t the real rows tied as nearest.
    distance : numpy.ndarray of shape (entries,)
        How far apart they are.
    """

    query_profile: Indices
    base_profile: Indices
    query: Indices
    base: Indices
    share: Floats
    distance: Floats


def nearest_rows(
    query_codes: ArrayLike, base_codes: ArrayLike, positions: Sequence[ArrayLike | None]
) -> Attribution:
    r"""Nearest real rows of every synthetic row, ties shared.

    Exact, and sparing: distinct rows are compared once, and a synthetic row that equals a real
    one is not compared at all.

    Parameters
    ----------
    query_codes, base_codes : array_like of int, shapes (q, p) and (n, p)
        Synthetic and real rows, one code per column, from 0.
    positions : sequence of length p
        Per column the position of each code in [0, 1] (``nan``: missing), or None for a
        categorical column.

    Returns
    -------
    Attribution
        From which the ancestors of any group follow (`group_ancestors`). Without real rows it
        has no entries.

    Raises
    ------
    ValueError
        If codes and positions do not match.

    References
    ----------
    Gower, J. C. (1971). A general coefficient of similarity and some of its properties.
    Biometrics, 27(4), 857-871.

    Examples
    --------
    A value half way between two people is shared:

    >>> nearest_rows([[1]], [[0], [2]], [[0.0, 0.5, 1.0]]).share
    array([0.5, 0.5])
    """
    query, base = np.asarray(query_codes), np.asarray(base_codes)
    pooled = np.concatenate([query, base])
    found = distinct_rows(merged_codes(pooled, positions))
    of_query, of_base = np.split(found.of_row, [len(query)])
    people = np.bincount(of_base, minlength=len(found.first))
    asking = np.bincount(of_query, minlength=len(found.first)) > 0
    same = np.flatnonzero(asking & (people > 0))
    entries: list[tuple[NDArray[Any], ...]] = [(same, same, 1 / people[same], np.zeros(len(same)))]
    to_search, to_find = np.flatnonzero(asking & (people == 0)), np.flatnonzero(people)
    if len(to_search) and len(to_find):
        sides = (pooled[found.first[to_search]], pooled[found.first[to_find]])
        for at, to, least in _nearest(*sides, positions):
            tied = np.bincount(at, people[to_find[to]])
            entries.append((to_search[at], to_find[to], 1 / tied[at], least))
    return Attribution(
        of_query, of_base, *(np.concatenate(part) for part in zip(*entries, strict=True))
    )


def _nearest(
    query: NDArray[np.int64], base: NDArray[np.int64], positions: Sequence[ArrayLike | None]
) -> Iterator[tuple[Indices, Indices, Distances]]:
    """Pairs of distinct rows at the smallest distance, in order, and that distance."""
    if len(query) * len(base) < _SEARCHED_FROM:
        for rows, apart in gower_blocks(query, base, positions):
            least = apart.min(axis=1)
            at, to = np.nonzero(apart == least[:, np.newaxis])
            yield rows.start + at, to, least[at]
        return
    columns = columns_of(query, base, positions)
    found = nearest_profiles(columns, np.ones(len(base), dtype=np.int64), k=1)
    yield found.query, found.base, columns.distances(found.least[found.query, 0])
