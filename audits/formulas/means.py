"""Means of a number that rows are counted by."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.special import stdtrit

from audits.formulas.checks import Floats, checked_confidence, not_negative


class Means(NamedTuple):
    """Rows, their mean, and its limits."""

    rows: Floats
    value: Floats
    low: Floats
    high: Floats


def means_of_counts(counts: npt.ArrayLike, positions: npt.ArrayLike, *, confidence: float) -> Means:
    r"""Mean of a number, from the rows that hold each value, with Student's t limits.

    .. math:: \bar x \pm t_{n-1} \sqrt{\frac{\sum_k c_k (x_k - \bar x)^2}{n (n - 1)}}

    Parameters
    ----------
    counts : array_like of shape (..., K)
        Rows that hold each value.
    positions : array_like of shape (K,)
        The values; rows whose value is ``nan`` are left out.
    confidence : float, between 0 and 1
        Level of the limits.

    Returns
    -------
    Means
        `value` is ``nan`` without rows, the limits with fewer than two.

    Raises
    ------
    ValueError
        If a count is negative or `confidence` is outside (0, 1).

    References
    ----------
    Student (1908). The probable error of a mean. Biometrika, 6(1), 1-25.

    Examples
    --------
    >>> found = means_of_counts([1, 2, 1], [0.0, 1.0, 2.0], confidence=0.95)
    >>> float(found.value), round(float(found.high), 3)
    (1.0, 2.299)
    """
    tail = (1 + checked_confidence(confidence)) / 2
    values = np.asarray(positions, dtype=np.float64)
    known = ~np.isnan(values)
    held, x = not_negative("counts", counts)[..., known], values[known]
    n = held.sum(axis=-1)
    centre = float(x.mean()) if x.size else 0.0  # squares of what is far from 0 would cancel
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = held @ (x - centre) / n
        spread = np.maximum(held @ (x - centre) ** 2 - n * mean**2, 0.0)
        error = np.sqrt(spread / (n * (n - 1)))
        reach = np.where(n >= 2, stdtrit(np.maximum(n - 1, 1), tail) * error, np.nan)
    value = np.asarray(mean + centre)
    return Means(np.asarray(n), value, np.asarray(value - reach), np.asarray(value + reach))


def means_of_sums(
    people: npt.ArrayLike,
    total: npt.ArrayLike,
    squares: npt.ArrayLike,
    *,
    confidence: float,
    centre: float = 0.0,
) -> Means:
    r"""Mean of a number from its sum and the sum of its squares, with Student's t limits.

    What `means_of_counts` is for few values, this is for numbers that are summed up over people.
    Of differences of two losses of the same people it is the paired difference of the means.

    Parameters
    ----------
    people : array_like
        Numbers summed up, :math:`n`.
    total, squares : array_like
        Sums of :math:`x - c` and of :math:`(x - c)^2`.
    confidence : float, between 0 and 1
        Level of the limits.
    centre : float
        The :math:`c`. Near the mean of all, sums of squares do not cancel.

    Returns
    -------
    Means
        `value` is ``nan`` of nobody, the limits of fewer than two.

    Raises
    ------
    ValueError
        If a number of people is negative or `confidence` is outside (0, 1).

    References
    ----------
    Student (1908). The probable error of a mean. Biometrika, 6(1), 1-25.

    Examples
    --------
    >>> found = means_of_sums(4, 4.0, 6.0, confidence=0.95)
    >>> float(found.value), round(float(found.high), 3)
    (1.0, 2.299)
    """
    tail = (1 + checked_confidence(confidence)) / 2
    n, first = not_negative("people", people), np.asarray(total, dtype=np.float64)
    second = not_negative("squares", squares)
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = first / n
        error = np.sqrt(np.maximum(second - n * mean**2, 0.0) / (n * (n - 1)))
        reach = np.where(n >= 2, stdtrit(np.maximum(n - 1, 1), tail) * error, np.nan)
    value = np.asarray(mean + centre)
    return Means(n, value, np.asarray(value - reach), np.asarray(value + reach))
