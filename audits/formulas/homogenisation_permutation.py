"""Could a group look so much more alike by chance? Test by dealing the labels out again."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from audits.formulas.permutation import SequentialP, random_subsets, sequential_p
from audits.formulas.profiles import distinct_rows
from audits.formulas.variety import distance_sums

Floats = NDArray[np.float64]

_BATCH = 128
_FEW_LEVELS = 64  # up to here a table of level distances is quicker than sorting


def homogenisation_permutation_p(
    real_codes: ArrayLike,
    synthetic_codes: ArrayLike,
    positions: Sequence[ArrayLike | None],
    *,
    max_draws: int,
    exceedances: int,
    rng: np.random.Generator,
) -> SequentialP:
    r"""P value of "the synthetic rows are no more alike than the real ones", by relabelling.

    The statistic is the log ratio :math:`r = \ln(\Delta_S/\Delta_R)` of the joint mean
    dissimilarities; small is more alike. Labels are dealt out again over the pooled rows. A draw
    costs only the smaller sample: with the distance sums :math:`r_i` of the pooled rows, the
    larger sample's sum follows as :math:`T - 2 \sum_{i \in C} r_i + T_C`.

    Parameters
    ----------
    real_codes, synthetic_codes : array_like of int, shapes (n, p) and (m, p)
        One code per row and column, from 0. Thousands of synthetic rows add cost, not power:
        pass a random part of them.
    positions : sequence of length p
        Per column the position of each code in [0, 1] (``nan``: missing), or None for a
        categorical column.
    max_draws : int, at least 1
        Permutations after which to stop in any case.
    exceedances : int, at least 1
        Permuted ratios at or below the observed one after which to stop early.
    rng : numpy.random.Generator
        Source of chance. The order of the rows makes no difference.

    Returns
    -------
    SequentialP
        The p value in (0, 1] and the permutations used; ``nan`` with fewer than two rows in a
        sample or no difference between any two real rows.

    Raises
    ------
    ValueError
        If codes, positions or numbers of draws are out of range.

    References
    ----------
    Besag, J., & Clifford, P. (1991). Sequential Monte Carlo p-values. Biometrika, 78(2), 301-304.

    Examples
    --------
    Five real people all differ, five synthetic ones are all the same:

    >>> rng = np.random.default_rng(0)
    >>> test = homogenisation_permutation_p(
    ...     [[0], [1], [2], [3], [4]], [[0]] * 5, [None], max_draws=999, exceedances=20, rng=rng)
    >>> test.p_value < 0.05
    True
    """
    real, synthetic = np.atleast_2d(real_codes), np.atleast_2d(synthetic_codes)
    n, m = len(real), len(synthetic)
    if min(n, m) < 2:
        return SequentialP(float("nan"), 0)
    pooled = np.concatenate([real, synthetic])
    profile = distinct_rows(pooled)
    canonical = np.argsort(profile.of_row, kind="stable")
    columns = [
        _column(codes, None if place is None else np.asarray(place, dtype=float))
        for codes, place in zip(pooled.T, positions, strict=True)
    ]
    row_sums = sum((sums[codes] for codes, _, _, sums in columns), start=np.zeros(n + m))
    labelled = np.arange(n) if n <= m else np.arange(n, n + m)  # the smaller sample
    small = len(labelled)

    def log_ratios(chosen: NDArray[np.intp]) -> Floats:
        inside = sum((_sums_within(column, chosen) for column in columns), start=np.zeros(1))
        outside = row_sums.sum() - 2 * row_sums[chosen].sum(axis=1) + inside
        inside = inside / (small * (small - 1))
        large = n + m - small
        # Rounding must not leave a trace of variety where there is none.
        outside = np.where(outside > 1e-9 * row_sums.sum(), outside / (large * (large - 1)), 0)
        with np.errstate(divide="ignore", invalid="ignore"):
            ratio = np.log(outside / inside)
        return ratio if n <= m else -ratio

    def draw(count: int) -> Floats:
        return log_ratios(canonical[random_subsets(n + m, small, draws=count, rng=rng)])

    observed = float(log_ratios(labelled[np.newaxis])[0])
    if np.isposinf(observed):
        observed = float("nan")
    return sequential_p(
        draw, observed, max_draws=max_draws, exceedances=exceedances, batch=_BATCH, tolerance=1e-9
    )


_Column = tuple[NDArray[np.intp], Floats | None, Floats | None, Floats]


def _column(codes: NDArray[np.int64], place: Floats | None) -> _Column:
    """Codes of the levels that occur, their positions, their mutual distances, their sums."""
    present, codes = np.unique(codes, return_inverse=True)
    where = None if place is None else place[present]
    apart = None
    if len(present) <= _FEW_LEVELS:
        apart = distance_sums(np.eye(len(present)), where)
    return codes, where, apart, distance_sums(np.bincount(codes), where)


def _sums_within(column: _Column, chosen: NDArray[np.intp]) -> Floats:
    """Sum of the distances between all ordered pairs of the chosen rows, one per draw."""
    codes, where, apart, sums = column
    draws, size = chosen.shape
    held = codes[chosen]
    if where is None or apart is not None:
        levels = len(sums)
        cells = held + levels * np.arange(draws)[:, np.newaxis]
        counts = np.bincount(cells.ravel(), minlength=draws * levels).reshape(draws, levels)
        if apart is None:
            return np.asarray(size**2 - (counts**2).sum(axis=1), dtype=float)
        return np.asarray(((counts @ apart) * counts).sum(axis=1))
    values = np.sort(where[held], axis=1)  # nan comes last
    missing = np.isnan(values)
    unknown = missing.sum(axis=1)
    values[missing] = 0
    rank = 2 * np.arange(size) + 1
    known = size - unknown
    spread = 2 * (values @ rank - known * values.sum(axis=1))
    return np.asarray(spread + 2 * unknown * known)
