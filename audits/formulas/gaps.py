"""The widest gap between groups, beside the gap that groups with one common rate would show.

The largest of many estimates less the smallest is never zero, however equal the groups are: it
grows with the number of groups and with how few people each has. So no such gap means anything
without its null.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from audits.formulas.checks import Floats, not_above, whole

_TIE = 1e-12  # differences of equal shares may differ by rounding


class Gap(NamedTuple):
    """A gap, its mean and 95th percentile (of a ratio, 5th) under one rate, and its p value."""

    value: float
    expected: float
    high: float
    p: float


class Gaps(NamedTuple):
    """The widest gap as a difference, where 0 is equal, and as a ratio, where 1 is."""

    difference: Gap
    ratio: Gap


def widest_difference(rates: npt.ArrayLike) -> Floats:
    """Largest less smallest rate of any group; of several kinds of rate, the widest.

    Of selection rates it is the demographic parity difference, of true and false positive rates
    the equalized odds difference (worst case).

    Parameters
    ----------
    rates : array_like of shape (..., kinds, groups)
        ``nan`` for a group without that rate.

    Returns
    -------
    ndarray
        Between 0 and 1. ``nan`` where no kind has two groups.

    References
    ----------
    Hardt, M., Price, E., Srebro, N. (2016). Equality of opportunity in supervised learning.
    Advances in Neural Information Processing Systems, 29; as differences, Bird et al. (2020),
    Fairlearn: a toolkit for assessing and improving fairness in AI, MSR-TR-2020-32.

    Examples
    --------
    >>> float(widest_difference([[0.5, 0.75, 0.625], [0.25, 1.0, 0.5]]))
    0.75
    """
    low, high, compared = _ends(rates)
    gap = np.where(compared, high - low, -np.inf).max(axis=-1)
    return np.asarray(np.where(np.isfinite(gap), gap, np.nan))


def smallest_ratio(rates: npt.ArrayLike) -> Floats:
    """Smallest rate of any group over the largest; of several kinds of rate, the smallest.

    Of selection rates it is the demographic parity ratio, which the four-fifths rule holds
    against 0.8.

    Parameters
    ----------
    rates : array_like of shape (..., kinds, groups)
        ``nan`` for a group without that rate.

    Returns
    -------
    ndarray
        Between 0 and 1; 1 where all are 0, which is equal. ``nan`` where no kind has two groups.

    References
    ----------
    As `widest_difference`; Equal Employment Opportunity Commission (1978). Uniform guidelines on
    employee selection procedures. 29 CFR 1607.4 D.

    Examples
    --------
    >>> float(smallest_ratio([[0.5, 0.75, 0.625]])), float(smallest_ratio([[0.0, 0.0]]))
    (0.6666666666666666, 1.0)
    """
    low, high, compared = _ends(rates)
    with np.errstate(invalid="ignore", divide="ignore"):
        ratio = np.where(high > 0, low / high, 1.0)
    gap = np.where(compared, ratio, np.inf).min(axis=-1)
    return np.asarray(np.where(np.isfinite(gap), gap, np.nan))


def gaps_beside_null(
    hits: npt.ArrayLike, of: npt.ArrayLike, *, draws: int, rng: np.random.Generator
) -> Gaps:
    r"""Widest gap between groups, and what it would be if all groups had one rate.

    For each kind of rate, all groups get the pooled rate :math:`\pi = \sum_g x_g / \sum_g n_g`, and
    hits are drawn anew: binomial with :math:`n_g` and :math:`\pi`, B times. The p value is
    :math:`(1 + \#\{b: T_b \ge T\}) / (B + 1)`, of a ratio with :math:`\le`.

    Parameters
    ----------
    hits, of : array_like of shape (kinds, groups), or (groups,) of one kind
        Numerators and denominators; whole numbers. A group whose denominator is 0 is not compared.
        Groups must be different people.
    draws : int, at least 1
        Number of draws, B.
    rng : numpy.random.Generator
        Source of chance.

    Returns
    -------
    Gaps
        All ``nan`` where no kind has two groups with a denominator.

    Raises
    ------
    ValueError
        If a number is negative or broken, hits exceed their denominator, or `draws` is below 1.

    References
    ----------
    Davison, A. C., Hinkley, D. V. (1997). Bootstrap methods and their application, section 4.2.
    Cambridge University Press (Monte Carlo tests); on the bias of such gaps, Lum, K., Zhang, Y.,
    Bower, A. (2022). De-biasing "bias" measurement. ACM FAccT, 379-389.

    Examples
    --------
    Ten groups of 30 people, of whom 24 each are found: even equal groups would seem apart.

    >>> import numpy as np
    >>> found = gaps_beside_null([24] * 10, [30] * 10, draws=999, rng=np.random.default_rng(0))
    >>> found.difference.value, round(found.difference.expected, 1), found.difference.p
    (0.0, 0.2, 1.0)
    """
    if draws < 1:
        raise ValueError(f"draws must be at least 1, got {draws}")
    n = np.atleast_2d(whole("of", of)).astype(np.int64)
    x = np.atleast_2d(
        not_above("hits", whole("hits", hits), limit_name="of", limit=whole("of", of))
    )
    rates = _rates(x, n)
    totals = n.sum(axis=1, keepdims=True)
    pooled = x.sum(axis=1, keepdims=True) / np.maximum(totals, 1)
    drawn = _rates(rng.binomial(n, np.minimum(pooled, 1.0), size=(draws, *n.shape)), n)
    difference = _beside(widest_difference(rates), widest_difference(drawn), sign=1)
    ratio = _beside(smallest_ratio(rates), smallest_ratio(drawn), sign=-1)
    return Gaps(difference, ratio)


def spread_beyond_chance(hits: npt.ArrayLike, of: npt.ArrayLike) -> float:
    r"""Standard deviation of rates between groups, less what sampling alone adds.

    .. math:: \sqrt{\max\Bigl(0,\; \frac{1}{G-1} \sum_g (p_g - \bar p)^2
              - \frac{1}{G} \sum_g \frac{p_g (1 - p_g)}{n_g - 1}\Bigr)}

    The first part is the variance of estimates, which on average is that of the true rates plus
    that of sampling; the second part estimates the latter without bias.

    Parameters
    ----------
    hits, of : array_like of shape (groups,)
        Numerators and denominators; groups with fewer than two people are left out.

    Returns
    -------
    float
        At least 0; ``nan`` of fewer than two groups.

    Raises
    ------
    ValueError
        If a number is negative, or hits exceed their denominator.

    References
    ----------
    Lum, K., Zhang, Y., Bower, A. (2022). De-biasing "bias" measurement. ACM Conference on Fairness,
    Accountability, and Transparency, 379-389.

    Examples
    --------
    >>> spread_beyond_chance([24, 24, 24], [30, 30, 30])
    0.0
    >>> round(spread_beyond_chance([600, 800], [1000, 1000]), 3)
    0.141
    """
    n = np.asarray(whole("of", of))
    x = not_above("hits", whole("hits", hits), limit_name="of", limit=n)
    x, n = x[n >= 2], n[n >= 2]
    if n.size < 2:
        return float("nan")
    p = x / n
    left = p.var(ddof=1) - (p * (1 - p) / (n - 1)).mean()
    return float(np.sqrt(max(left, 0.0)))


def _rates(hits: npt.ArrayLike, of: npt.NDArray[np.int64]) -> Floats:
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.where(of > 0, np.asarray(hits) / of, np.nan))


def _ends(rates: npt.ArrayLike) -> tuple[Floats, Floats, npt.NDArray[np.bool_]]:
    """Smallest and largest rate of each kind, and whether at least two groups have it."""
    values = np.asarray(rates, dtype=np.float64)
    known = ~np.isnan(values)
    low = np.where(known, values, np.inf).min(axis=-1)
    high = np.where(known, values, -np.inf).max(axis=-1)
    return low, high, known.sum(axis=-1) >= 2


def _beside(value: Floats, drawn: Floats, *, sign: int) -> Gap:
    """A gap beside its draws; larger is wider where the sign is positive, smaller where not."""
    if np.isnan(value):
        return Gap(*(float("nan"),) * 4)
    as_wide = int((sign * drawn >= sign * float(value) - _TIE).sum())
    high = float(np.quantile(drawn, 0.95 if sign > 0 else 0.05))
    return Gap(float(value), float(drawn.mean()), high, (1 + as_wide) / (1 + drawn.size))
