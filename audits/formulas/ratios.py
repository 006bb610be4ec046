"""Ratios of two shares: their score interval, and score tests against a limit."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr, ndtri

from audits.formulas.checks import (
    FloatOrArray,
    Floats,
    checked_confidence,
    not_above,
    not_negative,
    plain,
)

# Limits are sought within exp(60) of the ratio: further than a count of 1e-12 rows can lead.
_REACH, _HALVINGS = 60.0, 50


def koopman(
    x1: npt.ArrayLike,
    n1: npt.ArrayLike,
    x2: npt.ArrayLike,
    n2: npt.ArrayLike,
    *,
    confidence: float,
) -> tuple[FloatOrArray, FloatOrArray]:
    r"""Score interval of the ratio of two shares, (x1/n1) / (x2/n2).

    All ratios :math:`\theta` with

    .. math:: U(\theta) = \frac{(x_1 - n_1 p_1)^2}{n_1 p_1 (1 - p_1)}
              + \frac{(x_2 - n_2 p_2)^2}{n_2 p_2 (1 - p_2)} \le \chi^2_{1}

    where :math:`p_1 = \theta p_2` and :math:`p_2` are the most likely shares with that ratio.
    The limits are found by bisection, for all groups at once.

    Parameters
    ----------
    x1, n1 : array_like
        Rows in the group and altogether, of the share above the line. Need not be whole.
    x2, n2 : array_like
        The same, of the share below the line.
    confidence : float, between 0 and 1
        Share of such intervals that hold the true ratio.

    Returns
    -------
    low, high : float or ndarray
        Ratios of at least 0. `low` is 0 when `x1` is 0; `high` is infinite when `x2` is 0.
        ``nan`` when both are 0, or when `n1` or `n2` is 0.

    Raises
    ------
    ValueError
        If a number is negative, a count exceeds its total, or `confidence` is outside (0, 1).

    References
    ----------
    Koopman, P. A. R. (1984). Confidence intervals for the ratio of two binomial proportions.
    Biometrics, 40(2), 513-517.

    Examples
    --------
    When the same share is seen twice, the limits are each other's inverse.

    >>> low, high = koopman(20, 100, 20, 100, confidence=0.95)
    >>> round(low * high, 9)
    1.0
    >>> koopman(0, 100, 0, 100, confidence=0.95)
    (nan, nan)
    """
    data = _checked(x1, n1, x2, n2)
    z = float(ndtri((1 + checked_confidence(confidence)) / 2))

    low = np.where(data[0] == 0, 0.0, np.exp(_log_ratio_at(z, data)))
    high = np.where(data[2] == 0, np.inf, np.exp(_log_ratio_at(-z, data)))
    unknown = _undefined(data)
    return plain(np.where(unknown, np.nan, low)), plain(np.where(unknown, np.nan, high))


def ratio_below_p(
    x1: npt.ArrayLike,
    n1: npt.ArrayLike,
    x2: npt.ArrayLike,
    n2: npt.ArrayLike,
    ratio: npt.ArrayLike,
) -> FloatOrArray:
    r"""One-sided p value for a ratio of two shares below a limit.

    The hypothesis is that (x1/n1) / (x2/n2) is at least `ratio`. The p value is
    :math:`\Phi(\pm\sqrt{U})`, with Koopman's :math:`U` at that ratio, negative when the ratio
    seen is smaller. So p < 0.025 exactly when the 95 percent interval lies below `ratio`.

    Parameters
    ----------
    x1, n1, x2, n2 : array_like
        Counts and totals, as in `koopman`.
    ratio : array_like
        The limit, above 0.

    Returns
    -------
    float or ndarray
        Between 0 and 1; 0.5 when the ratio seen is `ratio`. ``nan`` where `koopman` has nan.

    Raises
    ------
    ValueError
        As `koopman`, or if `ratio` is not a finite number above 0.

    References
    ----------
    Koopman, P. A. R. (1984). Confidence intervals for the ratio of two binomial proportions.
    Biometrics, 40(2), 513-517.

    Examples
    --------
    >>> ratio_below_p(10, 100, 20, 100, 0.5)
    0.5
    >>> ratio_below_p(10, 1000, 200, 1000, 0.8) < 0.001
    True
    """
    return _one_sided(_checked(x1, n1, x2, n2), ratio, sign=1)


def ratio_above_p(
    x1: npt.ArrayLike,
    n1: npt.ArrayLike,
    x2: npt.ArrayLike,
    n2: npt.ArrayLike,
    ratio: npt.ArrayLike,
) -> FloatOrArray:
    r"""One-sided p value for a ratio of two shares above a limit.

    The hypothesis is that (x1/n1) / (x2/n2) is at most `ratio`; the p value is 1 minus that of
    `ratio_below_p`, computed without the loss of digits.

    Parameters
    ----------
    x1, n1, x2, n2 : array_like
        Counts and totals, as in `koopman`.
    ratio : array_like
        The limit, above 0.

    Returns
    -------
    float or ndarray
        Between 0 and 1; 0.5 when the ratio seen is `ratio`. ``nan`` where `koopman` has nan.

    Raises
    ------
    ValueError
        As `koopman`, or if `ratio` is not a finite number above 0.

    References
    ----------
    Koopman, P. A. R. (1984). Confidence intervals for the ratio of two binomial proportions.
    Biometrics, 40(2), 513-517.

    Examples
    --------
    >>> ratio_above_p(20, 100, 10, 100, 2.0)
    0.5
    >>> ratio_above_p(200, 1000, 10, 1000, 1.25) < 0.001
    True
    """
    return _one_sided(_checked(x1, n1, x2, n2), ratio, sign=-1)


_Data = tuple[Floats, Floats, Floats, Floats]


def _checked(x1: npt.ArrayLike, n1: npt.ArrayLike, x2: npt.ArrayLike, n2: npt.ArrayLike) -> _Data:
    total1, total2 = not_negative("n1", n1), not_negative("n2", n2)
    part1 = not_above("x1", not_negative("x1", x1), limit_name="n1", limit=total1)
    part2 = not_above("x2", not_negative("x2", x2), limit_name="n2", limit=total2)
    first, second, third, fourth = np.broadcast_arrays(part1, total1, part2, total2)
    return first, second, third, fourth


def _undefined(data: _Data) -> npt.NDArray[np.bool_]:
    x1, n1, x2, n2 = data
    missing = np.isnan(x1 + n1 + x2 + n2)
    return np.asarray(missing | (n1 == 0) | (n2 == 0) | ((x1 == 0) & (x2 == 0)))


def _one_sided(data: _Data, ratio: npt.ArrayLike, *, sign: int) -> FloatOrArray:
    limit = np.asarray(ratio, dtype=np.float64)
    wrong = ~(np.isfinite(limit) & (limit > 0))
    if wrong.any():
        raise ValueError(f"ratio must be finite and above 0, got {limit[wrong].flat[0]:g}")
    with np.errstate(invalid="ignore", divide="ignore"):
        p = ndtr(sign * _signed_root(np.log(limit), data))
    return plain(np.where(_undefined(data), np.nan, p))


def _log_ratio_at(score: float, data: _Data) -> Floats:
    """Log ratio at which the signed root, which falls as the ratio rises, equals `score`."""
    x1, n1, x2, n2 = data
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        # An empty cell has no logarithm; half a row is near enough to start from.
        start = np.log(np.where(x1 > 0, x1, 0.5) / n1) - np.log(np.where(x2 > 0, x2, 0.5) / n2)
        low, high = start - _REACH, start + _REACH
        for _ in range(_HALVINGS):
            middle = (low + high) / 2
            too_low = _signed_root(middle, data) > score
            low, high = np.where(too_low, middle, low), np.where(too_low, high, middle)
    return np.asarray((low + high) / 2)


def _signed_root(log_ratio: Floats, data: _Data) -> Floats:
    """Root of U, positive when the ratio seen is above the ratio asked about.

    The most likely shares solve (x1 - n1 p1) / (1 - p1) + (x2 - n2 p2) / (1 - p2) = 0, so both
    terms of U share this factor. It is taken where 1 - p is larger, for the sake of digits.
    """
    x1, n1, x2, n2 = data
    ratio = np.exp(log_ratio)
    b = (n1 + x2) * ratio + x1 + n2
    root = np.sqrt(np.maximum(b * b - 4 * (n1 + n2) * ratio * (x1 + x2), 0))
    p2 = 2 * (x1 + x2) / (b + root)
    p1 = ratio * p2
    q1, q2 = np.maximum(1 - p1, 0), np.maximum(1 - p2, 0)
    factor = np.where(q1 > q2, (x1 - n1 * p1) / q1, (n2 * p2 - x2) / q2)
    signed = factor * np.sqrt(q1 / (n1 * p1) + q2 / (n2 * p2))
    return np.asarray(np.where(np.maximum(q1, q2) == 0, 0.0, signed))
