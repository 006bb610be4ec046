r"""Distances between rows, and what the nearest neighbours say about two samples.

The distance of two rows is the mean over the columns (Gower 1971): 0 or 1 in a categorical
column, the difference of the positions in an ordered one. Sums are kept as whole numbers in units
of 2^-20 of a column's range, so that equal distances are exactly equal, whatever the order of the
columns; a position is off by at most half a unit.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from audits.formulas.profiles import checked_codes

Distances = NDArray[np.float32]

UNIT = 1 << 20
"""Whole numbers that make up the range of a column."""
_MOST_COLUMNS = (1 << 31) // UNIT - 1  # more could overflow the whole-number sums
_CELLS = 1 << 16  # of a block: small enough for the processor's second-level cache


class Prdc(NamedTuple):
    """Precision, recall, density and coverage of a synthetic sample."""

    precision: float
    recall: float
    density: float
    coverage: float


def gower_distances(
    query_codes: ArrayLike, base_codes: ArrayLike, positions: Sequence[ArrayLike | None]
) -> Distances:
    r"""Gower distance of every query row to every base row.

    .. math:: d(x, y) = \frac{1}{p} \sum_{j=1}^{p} \delta_j(x_j, y_j)

    with :math:`\delta_j` = 1 where the codes differ (categorical) or
    :math:`|F_j(x_j) - F_j(y_j)|` (ordered); a missing ordered value (position ``nan``) is at 0
    from another and at 1 from any value.

    Parameters
    ----------
    query_codes, base_codes : array_like of int, shapes (q, p) and (n, p)
        One code per row and column, from 0.
    positions : sequence of length p
        Per column the position of each code in [0, 1], or None for a categorical column.

    Returns
    -------
    numpy.ndarray of float32, shape (q, n)
        In [0, 1]. Equal sums give equal numbers: ties can be found with ``==``.

    Raises
    ------
    ValueError
        If the columns do not match, there are none or more than 2047, or a position is outside
        [0, 1].

    References
    ----------
    Gower, J. C. (1971). A general coefficient of similarity and some of its properties.
    Biometrics, 27(4), 857-871.

    Examples
    --------
    Same category, half the range apart:

    >>> gower_distances([[0, 0]], [[0, 1], [1, 1]], [None, [0.0, 0.5]])
    array([[0.25, 0.75]], dtype=float32)
    """
    query, base = checked_codes(query_codes), checked_codes(base_codes)
    distances = np.empty((len(query), len(base)), dtype=np.float32)
    for rows, block in gower_blocks(query, base, positions):
        distances[rows] = block
    return distances


def gower_blocks(
    query_codes: ArrayLike, base_codes: ArrayLike, positions: Sequence[ArrayLike | None]
) -> Iterator[tuple[slice, Distances]]:
    """Gower distances a few query rows at a time, for searches too large to keep.

    Parameters
    ----------
    query_codes, base_codes : array_like of int, shapes (q, p) and (n, p)
        One code per row and column, from 0.
    positions : sequence of length p
        Per column the position of each code in [0, 1], or None for a categorical column.

    Yields
    ------
    tuple of (slice, numpy.ndarray of float32)
        Which query rows, and their distances to every base row, as in `gower_distances`.

    Raises
    ------
    ValueError
        As `gower_distances`.

    References
    ----------
    Gower, J. C. (1971). A general coefficient of similarity and some of its properties.
    Biometrics, 27(4), 857-871.

    Examples
    --------
    >>> [(rows.stop, block.tolist()) for rows, block in gower_blocks([[0]], [[0], [1]], [None])]
    [(1, [[0.0, 1.0]])]
    """
    query, base = checked_codes(query_codes), checked_codes(base_codes)
    check_columns(query, base, positions)
    columns = len(positions)
    plain = [j for j, place in enumerate(positions) if place is None]
    categories = [_small(query[:, j], base[:, j]) for j in plain]
    ordered = [
        _ordered_column(place, query[:, j], base[:, j])
        for j, place in enumerate(positions)
        if place is not None
    ]
    rows_at_once = max(1, _CELLS // max(1, len(base)))
    for start in range(0, len(query), rows_at_once):
        rows = slice(start, min(start + rows_at_once, len(query)))
        sums = _ordered_sums(ordered, rows, len(base))
        _add_mismatches(sums, categories, rows)
        yield rows, np.divide(sums, np.float32(columns * UNIT), dtype=np.float32)


def merged_codes(codes: ArrayLike, positions: Sequence[ArrayLike | None]) -> NDArray[np.int64]:
    """Codes in which levels at the same place share one code, so that equal means distance 0.

    Parameters
    ----------
    codes : array_like of int, shape (n, p)
        One code per row and column, from 0.
    positions : sequence of length p
        Per column the position of each code in [0, 1], or None for a categorical column.

    Returns
    -------
    numpy.ndarray of shape (n, p)
        Two rows are equal exactly when `gower_distances` puts them at distance 0.

    Raises
    ------
    ValueError
        If the columns do not match or a position is outside [0, 1].

    References
    ----------
    None: a renaming.

    Examples
    --------
    >>> merged_codes([[0], [1], [2]], [[0.5, 0.5, 0.9]]).tolist()
    [[0], [0], [1]]
    """
    table = checked_codes(codes)
    merged = table.copy()
    for j, (column, place) in enumerate(zip(table.T, positions, strict=True)):
        if place is not None:
            merged[:, j] = np.unique(units(place), return_inverse=True)[1][column]
    return merged


def prdc(
    real_to_real: ArrayLike,
    synthetic_to_synthetic: ArrayLike,
    synthetic_to_real: ArrayLike,
    *,
    neighbours: int,
) -> Prdc:
    r"""Precision, recall, density and coverage from nearest neighbours.

    A row's ball reaches to its k-th nearest neighbour in its own sample, **border included**:
    with a strict border, tied data such as categories give 0 for identical samples. Density
    counts, for each synthetic row, the real balls it lies in, each divided by the number of real
    neighbours in the ball, which is k without ties:

    .. math:: D = \frac{1}{M} \sum_j \sum_i \frac{1[s_j \in B(r_i)]}{k_i}

    Parameters
    ----------
    real_to_real, synthetic_to_synthetic : array_like, shapes (N, N) and (M, M)
        Distances within each sample, with 0 on the diagonal.
    synthetic_to_real : array_like of shape (M, N)
        Distances from synthetic to real rows.
    neighbours : int, at least 1
        k, the neighbours that set the size of a ball.

    Returns
    -------
    Prdc
        `precision`: share of synthetic rows in some real ball; `recall`: share of real rows in
        some synthetic ball; `coverage`: share of real balls with a synthetic row, all in [0, 1];
        `density`: at least 0, 1 on average for samples of one population. All depend on the
        sizes: compare equal ones. ``nan`` when a sample has no more than k rows.

    Raises
    ------
    ValueError
        If `neighbours` is below 1 or the shapes do not match.

    References
    ----------
    Kynkäänniemi, T., et al. (2019). Improved precision and recall metric for assessing generative
    models. Advances in Neural Information Processing Systems, 32.
    Naeem, M. F., et al. (2020). Reliable fidelity and diversity metrics for generative models.
    International Conference on Machine Learning, 7176-7185.

    Examples
    --------
    Two samples of identical rows:

    >>> prdc([[0, 0], [0, 0]], [[0, 0], [0, 0]], [[0, 0], [0, 0]], neighbours=1)
    Prdc(precision=1.0, recall=1.0, density=2.0, coverage=1.0)
    """
    if neighbours < 1:
        raise ValueError(f"neighbours must be at least 1, got {neighbours}")
    real, synthetic = np.asarray(real_to_real), np.asarray(synthetic_to_synthetic)
    between = np.asarray(synthetic_to_real)
    if between.shape != (len(synthetic), len(real)):
        raise ValueError(
            f"distances must have shape ({len(synthetic)}, {len(real)}), got {between.shape}"
        )
    if min(len(real), len(synthetic)) <= neighbours:
        return Prdc(*[float("nan")] * 4)
    real_radius, synthetic_radius = _radius(real, neighbours), _radius(synthetic, neighbours)
    held = (real <= real_radius[:, np.newaxis]).sum(axis=1) - 1
    inside = between <= real_radius
    return Prdc(
        float(inside.any(axis=1).mean()),
        float((between <= synthetic_radius[:, np.newaxis]).any(axis=0).mean()),
        float((inside / held).sum(axis=1).mean()),
        float(inside.any(axis=0).mean()),
    )


def expected_coverage(real: int, synthetic: int, *, neighbours: int) -> float:
    r"""Coverage to be expected when real and synthetic rows come from one population.

    .. math:: E[C] = 1 - \prod_{i=1}^{k} \frac{N - i}{M + N - i}

    Parameters
    ----------
    real, synthetic : int, at least 1
        Rows of each sample, N and M.
    neighbours : int, from 1 to N - 1
        k, the neighbours that set the size of a ball.

    Returns
    -------
    float
        In (0, 1); near 1 when M is much larger than N, where coverage cannot tell anything.

    Raises
    ------
    ValueError
        If a number is out of range.

    References
    ----------
    Naeem, M. F., et al. (2020). Reliable fidelity and diversity metrics for generative models.
    International Conference on Machine Learning, 7176-7185.

    Examples
    --------
    The nearest of the other two rows is real or synthetic with equal chance:

    >>> expected_coverage(2, 1, neighbours=1)
    0.5
    """
    if synthetic < 1 or not 1 <= neighbours < real:
        raise ValueError(
            f"synthetic must be at least 1 and neighbours in 1 to {real - 1}, "
            f"got {synthetic} and {neighbours}"
        )
    place = np.arange(1, neighbours + 1)
    return float(1 - np.prod((real - place) / (synthetic + real - place)))


def _radius(distances: NDArray[np.generic], neighbours: int) -> NDArray[np.generic]:
    """Distance of each row to its k-th nearest other row (itself stands first)."""
    return np.partition(distances, neighbours, axis=1)[:, neighbours]


def _small(query: NDArray[np.int64], base: NDArray[np.int64]) -> tuple[NDArray[np.generic], ...]:
    """Codes in the smallest type that holds them, because it compares fastest."""
    kind = np.min_scalar_type(max(query.max(initial=0), base.max(initial=0)))
    return query.astype(kind)[:, np.newaxis], base.astype(kind)


def units(place: ArrayLike) -> NDArray[np.int32]:
    """Positions in whole units; missing at 2, so that cut at 1 it is far from any value.

    >>> units([0.5, np.nan]).tolist() == [UNIT // 2, 2 * UNIT]
    True
    """
    where = np.asarray(place, dtype=float)
    if ((where < 0) | (where > 1)).any():
        raise ValueError(f"positions must be in [0, 1], got {where.tolist()}")
    return np.asarray(np.rint(np.where(np.isnan(where), 2, where) * UNIT), dtype=np.int32)


def check_columns(
    query: NDArray[np.int64], base: NDArray[np.int64], positions: Sequence[ArrayLike | None]
) -> None:
    """Refuse tables whose columns do not match, and more columns than sums can hold.

    >>> check_columns(np.zeros((1, 1), np.int64), np.zeros((2, 1), np.int64), [None])
    """
    columns = len(positions)
    if not 1 <= columns <= _MOST_COLUMNS:
        raise ValueError(f"from 1 to {_MOST_COLUMNS} columns are possible, got {columns}")
    if query.shape[1] != columns or base.shape[1] != columns:
        raise ValueError(
            f"every table needs {columns} columns, got {query.shape[1]} and {base.shape[1]}"
        )


def _ordered_column(
    place: ArrayLike, query: NDArray[np.int64], base: NDArray[np.int64]
) -> tuple[NDArray[np.int32], NDArray[np.int32], bool]:
    """Units of the query and base rows, and whether any is missing."""
    whole = units(place)
    return whole[query][:, np.newaxis], whole[base], bool((whole > UNIT).any())


def _ordered_sums(
    ordered: list[tuple[NDArray[np.int32], NDArray[np.int32], bool]], rows: slice, width: int
) -> NDArray[np.int32]:
    """Summed distances of a block of rows in the ordered columns."""
    shape = (rows.stop - rows.start, width)
    sums, apart = np.zeros(shape, dtype=np.int32), np.empty(shape, dtype=np.int32)
    for query, base, has_missing in ordered:
        np.subtract(query[rows], base, out=apart)
        np.abs(apart, out=apart)
        if has_missing:
            np.minimum(apart, UNIT, out=apart)
        sums += apart
    return sums


def _add_mismatches(
    sums: NDArray[np.int32], categories: list[tuple[NDArray[np.generic], ...]], rows: slice
) -> None:
    """Add the differing categories of a block of rows to the sums."""
    differs = np.empty(sums.shape, dtype=bool)
    for start in range(0, len(categories), 255):  # what one byte can count
        differing = np.zeros(sums.shape, dtype=np.uint8)
        for query, base in categories[start : start + 255]:
            np.not_equal(query[rows], base, out=differs)
            differing += differs.view(np.uint8)
        sums += np.multiply(differing, UNIT, dtype=np.int32)
