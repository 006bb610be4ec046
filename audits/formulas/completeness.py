"""How complete a sample is: types not yet seen, and people needed to see them.

The number of types lives in `richness`, and can also be had from here.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.special import gammaln, ndtri

from audits.estimates import Estimate
from audits.formulas.checks import (
    Floats,
    Integers,
    checked_confidence,
    not_negative,
    rows_per_type,
)
from audits.formulas.richness import ace, chao1, singletons_and_pairs

__all__ = [
    "ace",
    "chao1",
    "chao_jost_coverage",
    "coverage_at",
    "people_for_coverage",
    "people_to_reach_coverage",
    "singleton_retention",
    "unseen_mass",
]


def unseen_mass(counts: npt.ArrayLike, *, confidence: float) -> Estimate:
    r"""Share of the population that belongs to types not seen (Good and Turing).

    :math:`U = f_1/n`, with :math:`f_k` the number of types seen k times, and Esty's limits

    .. math:: U \pm \frac{z}{n} \sqrt{f_1 (1 - f_1/n) + 2 f_2}

    which cover the unseen mass of *this* sample, not the average over samples.

    Parameters
    ----------
    counts : array_like of int, shape (n_types,)
        Rows per type. Zeros are ignored.
    confidence : float, between 0 and 1
        Level of the interval.

    Returns
    -------
    Estimate
        Shares, between 0 and 1. Limits are nan without singletons (see
        `audits.formulas.shares.rule_of_zero`) and when all rows are singletons; everything is nan
        with fewer than two rows.

    Raises
    ------
    ValueError
        If a count is negative or broken, or `confidence` is outside (0, 1).

    References
    ----------
    Good, I. J. (1953). The population frequencies of species and the estimation of population
    parameters. Biometrika, 40(3/4), 237-264.
    Esty, W. W. (1983). A normal limit law for a nonparametric estimator of the coverage of a
    random sample. Annals of Statistics, 11(3), 905-912.

    Examples
    --------
    Two of ten people are the only ones of their type.

    >>> print(unseen_mass([8, 1, 1], confidence=0.95))
    0.20 (0.00 to 0.45)
    """
    rows = rows_per_type(counts)
    z = float(ndtri((1 + checked_confidence(confidence)) / 2))
    n, f1, f2 = singletons_and_pairs(rows)
    if n < 2:
        return Estimate.unknown()
    mass = f1 / n
    if f1 in {0, n}:
        return Estimate(mass, float("nan"), float("nan"))
    margin = z * np.sqrt(f1 * (1 - mass) + 2 * f2) / n
    return Estimate(mass, float(max(mass - margin, 0)), float(min(mass + margin, 1)))


def singleton_retention(counts: npt.ArrayLike) -> float:
    r"""One minus the mean population share of the types seen once: Chao and Jost's A.

    .. math:: A = \frac{(n-1) f_1}{(n-1) f_1 + 2 f_2}
              \quad\text{or}\quad \frac{(n-1)(f_1 - 1)}{(n-1)(f_1 - 1) + 2}
              \;\text{ when } f_2 = 0

    Parameters
    ----------
    counts : array_like of int, shape (n_types,)
        Rows per type. Zeros are ignored.

    Returns
    -------
    float
        Between 0 and 1. ``nan`` without singletons, when all rows are singletons, and with fewer
        than two rows.

    Raises
    ------
    ValueError
        If a count is negative or broken.

    References
    ----------
    Chao, A., Jost, L. (2012). Coverage-based rarefaction and extrapolation: standardizing samples
    by completeness rather than size. Ecology, 93(12), 2533-2547.

    Examples
    --------
    Five rows, two singletons and no pair: (4 × 1) / (4 × 1 + 2).

    >>> round(singleton_retention([3, 1, 1]), 4)
    0.6667
    """
    n, f1, f2 = singletons_and_pairs(rows_per_type(counts))
    if n < 2 or f1 in {0, n}:
        return float("nan")
    singles, twice = ((n - 1) * f1, 2 * f2) if f2 else ((n - 1) * (f1 - 1), 2)
    return singles / (singles + twice)


def chao_jost_coverage(counts: npt.ArrayLike) -> float:
    r"""Share of the population that belongs to types seen, :math:`1 - (f_1/n) A`.

    Parameters
    ----------
    counts : array_like of int, shape (n_types,)
        Rows per type. Zeros are ignored.

    Returns
    -------
    float
        Between 0 and 1; 1 without singletons. With one singleton and no pair it is 1 - 1/n, since
        the formula would call such a sample complete. ``nan`` when all rows are singletons, and
        with fewer than two rows.

    Raises
    ------
    ValueError
        If a count is negative or broken.

    References
    ----------
    Chao, A., Jost, L. (2012). Coverage-based rarefaction and extrapolation: standardizing samples
    by completeness rather than size. Ecology, 93(12), 2533-2547.

    Examples
    --------
    Five rows, two singletons: 1 - 2/5 × 2/3.

    >>> round(chao_jost_coverage([3, 1, 1]), 4)
    0.7333
    """
    rows = rows_per_type(counts)
    return coverage_at(rows, int(rows.sum()))


def coverage_at(counts: npt.ArrayLike, size: int) -> float:
    r"""Expected coverage of a sample of another size.

    Smaller: :math:`1 - \sum (x_i/n) \binom{n-x_i}{m} / \binom{n-1}{m}`. Larger, by
    :math:`m^* = m - n`: :math:`1 - (f_1/n) A^{m^*+1}`.

    Parameters
    ----------
    counts : array_like of int, shape (n_types,)
        Rows per type. Zeros are ignored.
    size : int, at least 1
        Rows :math:`m` of the other sample. Beyond twice the rows seen the result is a guess.

    Returns
    -------
    float
        Between 0 and 1, rising with `size`. Edge values as `chao_jost_coverage`, which is the
        coverage at the size seen; with one singleton and no pair nothing tells how fast coverage
        grows, and it stays 1 - 1/n.

    Raises
    ------
    ValueError
        If a count is negative or broken, or `size` is below 1 (of a sample with rows).

    References
    ----------
    Chao, A., Jost, L. (2012). Coverage-based rarefaction and extrapolation: standardizing samples
    by completeness rather than size. Ecology, 93(12), 2533-2547.

    Examples
    --------
    One row of two equal types covers about half.

    >>> round(coverage_at([500, 500], 1), 2)
    0.5
    """
    rows = rows_per_type(counts)
    n, f1, f2 = singletons_and_pairs(rows)
    if n < 2:
        return float("nan")
    if size < 1:
        raise ValueError(f"size must be at least 1, got {size}")
    if size < n:
        return _rarefied_coverage(rows, size)
    if f1 == 0:
        return 1.0
    if (f1, f2) == (1, 0):
        return 1 - 1 / n
    return float(1 - f1 / n * singleton_retention(rows) ** (size - n + 1))


def people_to_reach_coverage(counts: npt.ArrayLike, *, coverage: float) -> float:
    r"""Further people needed until the types seen make up a given share of the population.

    .. math:: m^* = \frac{\ln(n/f_1) + \ln(1 - C)}{\ln A} - 1

    Parameters
    ----------
    counts : array_like of int, shape (n_types,)
        Rows per type. Zeros are ignored.
    coverage : float, between 0 and 1
        Coverage to be reached, :math:`C`.

    Returns
    -------
    float
        People, not rounded; 0 when the coverage is already there. Above the number of rows seen
        the formula reaches too far: read it as "at least as many again". ``nan`` when it cannot
        be estimated: all rows are singletons, one singleton and no pair with a coverage below the
        one asked for, or fewer than two rows.

    Raises
    ------
    ValueError
        If a count is negative or broken, or `coverage` is outside (0, 1).

    References
    ----------
    Chao, A., Jost, L. (2012). Coverage-based rarefaction and extrapolation: standardizing samples
    by completeness rather than size. Ecology, 93(12), 2533-2547.

    Examples
    --------
    >>> people_to_reach_coverage([50, 50], coverage=0.95)
    0.0
    """
    n, f1, f2 = singletons_and_pairs(rows_per_type(counts))
    return float(people_for_coverage(n, f1, f2, coverage=coverage))


def people_for_coverage(
    rows: npt.ArrayLike, once: npt.ArrayLike, twice: npt.ArrayLike, *, coverage: float
) -> Floats:
    """Further people needed to reach a coverage, from tallies, of many samples at once.

    Parameters
    ----------
    rows, once, twice : array_like of int
        Rows of each sample, and its types seen once and twice; they broadcast.
    coverage : float, between 0 and 1
        As in `people_to_reach_coverage`.

    Returns
    -------
    array of float
        As `people_to_reach_coverage`.

    Raises
    ------
    ValueError
        If a number is negative, or `coverage` is outside (0, 1).

    References
    ----------
    Chao, A., Jost, L. (2012). Coverage-based rarefaction and extrapolation: standardizing samples
    by completeness rather than size. Ecology, 93(12), 2533-2547.

    Examples
    --------
    Thirty rows, nine types seen once and five seen twice.

    >>> people_for_coverage([30], [9], [5], coverage=0.95).round(1)
    array([46.7])
    """
    n, f1, f2 = (
        not_negative(name, given)
        for name, given in (("rows", rows), ("once", once), ("twice", twice))
    )
    if not 0 < coverage < 1:
        raise ValueError(f"coverage must be between 0 and 1, got {coverage:g}")
    singles = np.where(f2 > 0, (n - 1) * f1, (n - 1) * (f1 - 1))
    lone = (f1 == 1) & (f2 == 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        kept = singles / (singles + np.where(f2 > 0, 2 * f2, 2))
        now = np.where(f1 == 0, 1.0, 1 - f1 / n * np.where(lone, 1.0, kept))
        further = (np.log(n / f1) + np.log1p(-coverage)) / np.log(kept) - 1
    found = np.where(now >= coverage, 0.0, np.where(lone, np.nan, np.maximum(further, 0.0)))
    return np.asarray(np.where((n < 2) | (f1 == n), np.nan, found))


def _rarefied_coverage(rows: Integers, size: int) -> float:
    n = int(rows.sum())
    rest = rows[n - rows >= size]  # every other type is certain to be drawn
    log_missed = (
        gammaln(n - rest + 1) - gammaln(n - rest - size + 1) - gammaln(n) + gammaln(n - size)
    )
    return float(1 - (rest / n * np.exp(log_missed)).sum())
