"""Differences of two estimates, from the interval of each."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr, ndtri

from audits.formulas.checks import FloatOrArray, checked_confidence, plain
from audits.formulas.shares import wilson


class Difference(NamedTuple):
    """A difference and its interval."""

    value: FloatOrArray
    low: FloatOrArray
    high: FloatOrArray


def square_and_add(
    first: tuple[npt.ArrayLike, npt.ArrayLike, npt.ArrayLike],
    second: tuple[npt.ArrayLike, npt.ArrayLike, npt.ArrayLike],
    *,
    correlation: npt.ArrayLike = 0.0,
) -> Difference:
    r"""Interval of a difference, from the intervals of two estimates.

    With estimates :math:`a, b`, limits :math:`(l_a, u_a), (l_b, u_b)` of the same level, and their
    correlation :math:`r`, which is 0 where they are independent:

    .. math:: L = a - b - \sqrt{(a - l_a)^2 - 2 r (a - l_a)(u_b - b) + (u_b - b)^2}, \qquad
              U = a - b + \sqrt{(u_a - a)^2 - 2 r (u_a - a)(b - l_b) + (b - l_b)^2}

    Parameters
    ----------
    first, second : tuple of array_like
        Value, lower and upper limit of each.
    correlation : array_like, between -1 and 1
        Of the two estimates, as of two rates of the same people.

    Returns
    -------
    Difference
        ``nan`` where a value is.

    Raises
    ------
    ValueError
        If the shapes do not match.

    References
    ----------
    Zou, G. Y., Donner, A. (2008). Construction of confidence limits about effect measures: a
    general approach. Statistics in Medicine, 27(10), 1693-1702.

    Examples
    --------
    Errors of 3 and 4 add up to 5:

    >>> square_and_add((10.0, 7.0, 13.0), (8.0, 4.0, 12.0))
    Difference(value=2.0, low=-3.0, high=7.0)
    """
    a, a_low, a_high = (np.asarray(part, dtype=np.float64) for part in first)
    b, b_low, b_high = (np.asarray(part, dtype=np.float64) for part in second)
    r = np.asarray(correlation, dtype=np.float64)
    value = a - b
    low = value - _third_side(a - a_low, b_high - b, r)
    high = value + _third_side(a_high - a, b - b_low, r)
    return Difference(plain(value), plain(low), plain(high))


def _third_side(x: npt.ArrayLike, y: npt.ArrayLike, r: npt.ArrayLike) -> FloatOrArray:
    """Side of a triangle that lies opposite an angle of cosine r."""
    x, y, r = np.asarray(x), np.asarray(y), np.asarray(r)
    with np.errstate(invalid="ignore"):
        square = r * (x - y) ** 2 + (1 - r) * (x**2 + y**2)
    return np.where(r == 0, np.hypot(x, y), np.sqrt(np.maximum(square, 0.0)))


def share_difference(
    count: npt.ArrayLike,
    total: npt.ArrayLike,
    other_count: npt.ArrayLike,
    other_total: npt.ArrayLike,
    *,
    confidence: float,
) -> Difference:
    r"""Difference of two shares with Newcombe's hybrid score interval.

    Wilson's limits of each share, joined by `square_and_add`.

    Parameters
    ----------
    count, total : array_like
        Rows of a kind and altogether on one side.
    other_count, other_total : array_like
        The same on the other side, which is taken off.
    confidence : float, between 0 and 1
        Share of such intervals that hold the true difference.

    Returns
    -------
    Difference
        Between -1 and 1. ``nan`` where a side has no rows.

    Raises
    ------
    ValueError
        If a number is negative, a count exceeds its total, or `confidence` is outside (0, 1).

    References
    ----------
    Newcombe, R. G. (1998). Interval estimation for the difference between independent
    proportions: comparison of eleven methods. Statistics in Medicine, 17(8), 873-890 (method 10).

    Examples
    --------
    >>> [round(limit, 4) for limit in share_difference(56, 70, 48, 80, confidence=0.95)]
    [0.2, 0.0524, 0.3339]
    """
    shares = []
    for part, whole in ((count, total), (other_count, other_total)):
        low, high = wilson(part, whole, confidence=confidence)
        with np.errstate(invalid="ignore", divide="ignore"):
            value = np.asarray(part, dtype=np.float64) / np.asarray(whole, dtype=np.float64)
        shares.append((value, low, high))
    return square_and_add(shares[0], shares[1])


def no_difference_p(found: Difference, *, confidence: float) -> FloatOrArray:
    r"""Two-sided p value of "no difference", from a difference and its interval.

    The half of the interval that faces 0 tells the standard error that a difference would have if
    there were none: :math:`2 \Phi(-z |d| / h)`, with h its length. So the p value is below one less
    the level exactly when the interval leaves 0 out.

    Parameters
    ----------
    found : Difference
        A difference and its limits.
    confidence : float, between 0 and 1
        Level of the limits.

    Returns
    -------
    float or ndarray
        Between 0 and 1; 1 where there is no difference, ``nan`` where it, or its limit, is unknown.

    Raises
    ------
    ValueError
        If `confidence` is outside (0, 1).

    References
    ----------
    Altman, D. G., Bland, J. M. (2011). How to obtain the P value from a confidence interval. BMJ,
    343, d2304.

    Examples
    --------
    >>> round(no_difference_p(Difference(0.2, 0.0, 0.3), confidence=0.95), 3)
    0.05
    """
    z = ndtri((1 + checked_confidence(confidence)) / 2)
    value, low, high = (np.asarray(part, dtype=np.float64) for part in found)
    half = np.where(value > 0, value - low, high - value)
    with np.errstate(divide="ignore", invalid="ignore"):
        p = 2 * ndtr(-z * np.abs(value) / half)
    return plain(np.where(value == 0, np.where(np.isnan(half), np.nan, 1.0), p))
