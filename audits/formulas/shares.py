"""Intervals of shares; and, from one place, everything else that is said about shares.

Tests of shares live in `share_tests`, ratios of two shares in `ratios`, the rows a weighted share
rests on in `effective_rows`, sample sizes in `sample_sizes`.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.special import betaincinv, ndtri

from audits.formulas.checks import (
    FloatOrArray,
    Floats,
    checked_confidence,
    not_above,
    not_negative,
    plain,
)
from audits.formulas.effective_rows import (
    design_effect,
    kish,
    kish_effective,
    linearised_effective,
)
from audits.formulas.ratios import koopman, ratio_above_p, ratio_below_p
from audits.formulas.sample_sizes import chance_missed, people_for_half_width, people_to_see
from audits.formulas.share_tests import (
    binomial_two_sided_p,
    chance_of_empty,
    score_p,
    share_below_p,
    two_proportion_fisher_lost,
)

__all__ = [
    "binomial_two_sided_p",
    "chance_missed",
    "chance_of_empty",
    "clopper_pearson",
    "design_effect",
    "jeffreys",
    "kish",
    "kish_effective",
    "koopman",
    "linearised_effective",
    "people_for_half_width",
    "people_to_see",
    "ratio_above_p",
    "ratio_below_p",
    "rule_of_zero",
    "score_p",
    "share_below_p",
    "two_proportion_fisher_lost",
    "wilson",
]


def wilson(
    count: npt.ArrayLike, total: npt.ArrayLike, *, confidence: float
) -> tuple[FloatOrArray, FloatOrArray]:
    r"""Score interval of a share.

    All shares :math:`\pi` that a two-sided score test does not reject:

    .. math:: \frac{p + z^2/2n}{1 + z^2/n}
              \pm \frac{z}{1 + z^2/n} \sqrt{\frac{p(1-p)}{n} + \frac{z^2}{4n^2}}

    Parameters
    ----------
    count : array_like
        Rows in the group, between 0 and `total`. Need not be whole.
    total : array_like
        Rows altogether, or the effective number of rows :math:`n`. Need not be whole.
    confidence : float, between 0 and 1
        Share of such intervals that hold the true share.

    Returns
    -------
    low, high : float or ndarray
        Shares, between 0 and 1. `low` is 0 when `count` is 0, `high` is 1 when `count` is
        `total`. ``nan`` when `total` is 0.

    Raises
    ------
    ValueError
        If a number is negative, `count` exceeds `total`, or `confidence` is outside (0, 1).

    References
    ----------
    Wilson, E. B. (1927). Probable inference, the law of succession, and statistical inference.
    Journal of the American Statistical Association, 22(158), 209-212.

    Examples
    --------
    With nobody in the group, the upper limit is z² / (n + z²).

    >>> low, high = wilson(0, 30, confidence=0.95)
    >>> low, round(high, 4) == round(3.8415 / 33.8415, 4)
    (0.0, True)
    """
    x, n = _part_and_whole(count, total)
    z = ndtri((1 + checked_confidence(confidence)) / 2)

    with np.errstate(invalid="ignore", divide="ignore"):
        p = x / n
        shrink = 1 + z**2 / n
        centre = (p + z**2 / (2 * n)) / shrink
        half = z / shrink * np.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
    return _limits(x, n, centre - half, centre + half)


def clopper_pearson(
    count: npt.ArrayLike, total: npt.ArrayLike, *, confidence: float
) -> tuple[FloatOrArray, FloatOrArray]:
    r"""Exact interval of a share, never below its nominal level.

    Quantiles of beta distributions:
    :math:`\bigl(B_{\alpha/2}(x, n-x+1),\; B_{1-\alpha/2}(x+1, n-x)\bigr)`.

    Parameters
    ----------
    count, total : array_like
        Rows in the group and altogether, as in `wilson`.
    confidence : float, between 0 and 1
        At least this share of such intervals holds the true share.

    Returns
    -------
    low, high : float or ndarray
        Shares, between 0 and 1, with 0 and 1 at the ends. ``nan`` when `total` is 0.

    Raises
    ------
    ValueError
        As `wilson`.

    References
    ----------
    Clopper, C. J., Pearson, E. S. (1934). The use of confidence or fiducial limits illustrated
    in the case of the binomial. Biometrika, 26(4), 404-413.

    Examples
    --------
    One row, not in the group: the upper limit is all but half of 5 percent.

    >>> low, high = clopper_pearson(0, 1, confidence=0.95)
    >>> low, round(high, 6)
    (0.0, 0.975)
    """
    return _beta_limits(count, total, confidence, extra=(0.0, 1.0))


def jeffreys(
    count: npt.ArrayLike, total: npt.ArrayLike, *, confidence: float
) -> tuple[FloatOrArray, FloatOrArray]:
    r"""Interval of a share from Jeffreys' prior.

    Quantiles :math:`\alpha/2` and :math:`1-\alpha/2` of the beta distribution
    :math:`(x + 1/2,\; n - x + 1/2)`, with 0 and 1 as limits at the ends.

    Parameters
    ----------
    count, total : array_like
        Rows in the group and altogether, as in `wilson`.
    confidence : float, between 0 and 1
        Posterior probability of the interval.

    Returns
    -------
    low, high : float or ndarray
        Shares, between 0 and 1. ``nan`` when `total` is 0.

    Raises
    ------
    ValueError
        As `wilson`.

    References
    ----------
    Brown, L. D., Cai, T. T., DasGupta, A. (2001). Interval estimation for a binomial proportion.
    Statistical Science, 16(2), 101-133.

    Examples
    --------
    Half of the rows: the limits are as far from 0 as from 1.

    >>> low, high = jeffreys(5, 10, confidence=0.95)
    >>> round(low + high, 9)
    1.0
    """
    return _beta_limits(count, total, confidence, extra=(0.5, 0.5))


def rule_of_zero(total: npt.ArrayLike, *, confidence: float) -> FloatOrArray:
    r"""Upper bound of the share of a type that was never seen, :math:`1 - (1-c)^{1/n}`.

    A type with a larger share would have been seen with a probability above `confidence`.

    Parameters
    ----------
    total : array_like
        Rows looked at, :math:`n`.
    confidence : float, between 0 and 1
        The :math:`c` of the formula; one-sided.

    Returns
    -------
    float or ndarray
        Share, above 0 and below 1; close to 3/n at 95 percent. ``nan`` when `total` is 0.

    Raises
    ------
    ValueError
        If `total` is negative or `confidence` is outside (0, 1).

    References
    ----------
    Clopper, C. J., Pearson, E. S. (1934), with zero successes, one-sided.
    Hanley, J. A., Lippman-Hand, A. (1983). If nothing goes wrong, is everything all right?
    JAMA, 249(13), 1743-1745.

    Examples
    --------
    A type of half the people is missed by two of them once in four times.

    >>> rule_of_zero(2, confidence=0.75)
    0.5
    """
    n = not_negative("total", total)
    doubt = 1 - checked_confidence(confidence)
    with np.errstate(divide="ignore"):
        bound = -np.expm1(np.log(doubt) / n)
    return plain(np.where(n > 0, bound, np.nan))


def _part_and_whole(count: npt.ArrayLike, total: npt.ArrayLike) -> tuple[Floats, Floats]:
    whole, part = not_negative("total", total), not_negative("count", count)
    return not_above("count", part, limit_name="total", limit=whole), whole


def _beta_limits(
    count: npt.ArrayLike, total: npt.ArrayLike, confidence: float, extra: tuple[float, float]
) -> tuple[FloatOrArray, FloatOrArray]:
    x, n = _part_and_whole(count, total)
    tail = (1 - checked_confidence(confidence)) / 2
    less, more = extra
    with np.errstate(invalid="ignore"):
        low = betaincinv(x + less, n - x + more, tail)
        high = betaincinv(x + more, n - x + less, 1 - tail)
    return _limits(x, n, np.asarray(low, np.float64), np.asarray(high, np.float64))


def _limits(x: Floats, n: Floats, low: Floats, high: Floats) -> tuple[FloatOrArray, FloatOrArray]:
    """Exact 0 and 1 at the ends, where rounding would leave 1e-18; nan without rows."""
    low = np.where(x == 0, 0.0, np.clip(low, 0, 1))
    high = np.where(x == n, 1.0, np.clip(high, 0, 1))
    return plain(np.where(n > 0, low, np.nan)), plain(np.where(n > 0, high, np.nan))
