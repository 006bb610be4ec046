"""Collections of different size brought down to one size, many times, and what that estimates."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import stdtrit

from audits.estimates import Estimate

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def matched_sizes(counts: ArrayLike, *, most: int) -> Ints:
    """How many texts of each stratum to draw from every collection: half the smallest, at most.

    Half, because draws of a half without replacement spread as the whole sample does.

    Parameters
    ----------
    counts : (collections, strata) array_like of int
        Texts there are.
    most : int, at least 1
        Texts in all; strata are cut in proportion.

    Returns
    -------
    (strata,) ndarray of int
        Texts to draw.

    References
    ----------
    Shao, J., & Wu, C. F. J. (1989). A general theory for jackknife variance estimation. The Annals
    of Statistics, 17(3), 1176-1197.

    Examples
    --------
    >>> matched_sizes([[30], [3000]], most=50).tolist()
    [15]
    >>> matched_sizes([[200, 100], [400, 400]], most=60).tolist()
    [40, 20]
    """
    half: Ints = np.asarray(counts, dtype=np.int64).min(axis=0) // 2
    total = int(half.sum())
    if total <= most:
        return half
    return np.asarray(half * most // total, dtype=np.int64)


def drawn_rows(
    strata: ArrayLike, sizes: ArrayLike, *, draws: int, rng: np.random.Generator
) -> Ints:
    """Draw so many rows of every stratum, without replacement, again and again.

    Parameters
    ----------
    strata : (rows,) array_like of int
        Number of each row's stratum, from 0.
    sizes : (strata,) array_like of int
        Rows to draw of each.
    draws : int
        Times.
    rng : numpy.random.Generator
        Source of chance.

    Returns
    -------
    (draws, sum of sizes) ndarray of int
        Row numbers, ascending within a draw.

    Examples
    --------
    >>> drawn_rows([0, 0, 1], [2, 1], draws=1, rng=np.random.default_rng(0)).tolist()
    [[0, 1, 2]]
    """
    which = np.asarray(strata)
    found = []
    for stratum, size in enumerate(np.asarray(sizes).tolist()):
        inside = np.flatnonzero(which == stratum)
        order = np.argsort(rng.random((draws, len(inside))), axis=1)[:, :size]
        found.append(inside[order])
    return np.sort(np.concatenate(found, axis=1), axis=1).astype(np.int64)


def matched_estimate(
    values: ArrayLike, *, size: int, of: int, confidence: float
) -> tuple[Estimate, float]:
    r"""Estimate a quantity at a size, from draws of that size out of a larger sample.

    The spread of draws of k rows out of n, times :math:`\sqrt{k / (n - k)}`, is the error of the
    whole sample's value (delete-d jackknife); the error of the mean over draws is added to it.

    Parameters
    ----------
    values : (draws,) array_like
        The quantity in each draw.
    size, of : int
        Rows drawn, and rows there are.
    confidence : float in (0, 1)
        Level of the interval.

    Returns
    -------
    estimate : Estimate
        Mean over draws, with a t interval of n - 1 degrees of freedom.
    error : float
        Its standard error.

    References
    ----------
    Shao, J., & Wu, C. F. J. (1989). A general theory for jackknife variance estimation. The Annals
    of Statistics, 17(3), 1176-1197.

    Examples
    --------
    >>> estimate, error = matched_estimate([1.0, 3.0], size=5, of=10, confidence=0.95)
    >>> estimate.value, round(error, 3)
    (2.0, 1.732)
    """
    drawn = np.asarray(values, dtype=float)
    if drawn.size < 2 or np.isnan(drawn).any() or not 0 < size < of:
        return Estimate.unknown(), math.nan
    spread = float(drawn.std(ddof=1))
    error = spread * math.sqrt(size / (of - size) + 1 / drawn.size)
    wide = float(stdtrit(of - 1, (1 + confidence) / 2)) * error
    mean = float(drawn.mean())
    return Estimate(mean, mean - wide, mean + wide), error


def ratio_of_estimates(
    first: float,
    first_error: float,
    second: float,
    second_error: float,
    *,
    df: float,
    confidence: float,
) -> Estimate:
    r"""Ratio of two means above 0, with a t interval on its logarithm.

    .. math:: r = \ln(a / b), \quad s^2 = (s_a / a)^2 + (s_b / b)^2, \quad e^{r \pm t s}

    Parameters
    ----------
    first, first_error, second, second_error : float
        The means and their standard errors.
    df : float
        Degrees of freedom.
    confidence : float in (0, 1)
        Level of the interval.

    Returns
    -------
    Estimate
        Unknown where a mean is not above 0 or an error is unknown.

    References
    ----------
    The delta method on the logarithm; Student (1908). The probable error of a mean. Biometrika,
    6(1), 1-25.

    Examples
    --------
    >>> ratio_of_estimates(0.4, 0.0, 0.2, 0.0, df=29, confidence=0.95)
    Estimate(value=2.0, low=2.0, high=2.0)
    """
    if not (first > 0 and second > 0 and df > 0):
        return Estimate.unknown()
    error = math.hypot(first_error / first, second_error / second)
    if math.isnan(error):
        return Estimate.unknown()
    wide = float(stdtrit(df, (1 + confidence) / 2)) * error
    ratio = first / second
    return Estimate(ratio, ratio * math.exp(-wide), ratio * math.exp(wide))
