r"""What a distance looks like when nothing has drifted.

Two samples of one population always differ a little. How much is decided by the pooled counts: if
the labels "real" and "synthetic" are dealt out again at random, the real count of a level is
hypergeometric. Its mean absolute deviation has an exact closed form, so the mean of total
variation and of the Wasserstein distance under relabelling is exact. The second moment needs the
correlation of two absolute deviations, which is known for normal pairs and adjusted here for skew.

`audits.formulas.null_law` turns the moments into p values and quantiles. With two levels the
distance is a single absolute deviation, and both moments are exact.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import gammaln

from audits.formulas.checks import Floats
from audits.formulas.null_law import NullMoments, chi_shape

# Correlation of |x| and |y| for a normal pair with correlation r: sum of weight * r^(2 power),
# a minimax fit (error below .001, exact at 0 and 1). Powers separate into products, which turns
# sums over all pairs of levels into plain or running sums.
_POWERS_AND_WEIGHTS = ((1, 0.87738), (2, 0.08384), (6, 0.03878))
# E[|z| z] for a variable with skewness 1, from the first term of its Edgeworth expansion.
_SKEW = float(np.sqrt(2 / np.pi) / 3)


def hypergeometric_deviation(marked: ArrayLike, drawn: ArrayLike, total: ArrayLike) -> Floats:
    r"""Mean absolute deviation of the number of marked rows among rows drawn without replacement.

    With :math:`c` of :math:`N` rows marked, :math:`n` drawn and :math:`k = \lfloor nc/N \rfloor`,

    .. math:: E|X - nc/N| = 2\,\frac{(c-k)(n-k)}{N}\,P(X = k),

    which follows by telescoping :math:`(nc/N - x)P(x) = h(x+1) - h(x)` with
    :math:`h(x) = x(N-c-n+x)P(x)/N`.

    Parameters
    ----------
    marked, drawn, total : array_like of whole numbers
        Marked rows, rows drawn and all rows; they broadcast. ``0 <= marked, drawn <= total``.

    Returns
    -------
    array of float
        In rows, at least 0. 0 when the outcome is certain, ``nan`` when `total` is 0.

    References
    ----------
    .. [1] Diaconis, P. and Zabell, S. (1991). Closed form summation for classical distributions:
       variations on a theme of de Moivre. Statistical Science, 6(3), 284-302.

    Examples
    --------
    One draw from two rows, one of them marked: 0 or 1 marked, always one half from the mean.

    >>> float(hypergeometric_deviation(1, 1, 2).round(12))
    0.5
    """
    c, n, N = (np.asarray(part, dtype=float) for part in (marked, drawn, total))
    with np.errstate(invalid="ignore", divide="ignore"):
        k = np.floor(n * c / N)
    per_table = gammaln(n + 1) + gammaln(N - n + 1) - gammaln(N + 1)
    log_chance = gammaln(c + 1) - gammaln(k + 1) - gammaln(c - k + 1) + per_table
    rest = N - c - n + k
    log_chance += gammaln(N - c + 1) - gammaln(n - k + 1) - gammaln(rest + 1)
    with np.errstate(invalid="ignore", divide="ignore"):
        found: Floats = 2 * (c - k) * (n - k) / N * np.exp(log_chance)
    return found


def total_variation_null(real: ArrayLike, synthetic: ArrayLike) -> NullMoments:
    r"""Mean and root mean square of total variation when labels are dealt out at random.

    With :math:`d_j` the difference of the two shares of level :math:`j`,

    .. math:: E[T] = \tfrac12 \sum_j E|d_j|, \qquad
       E[T^2] = \tfrac14\Bigl[\sum_j E d_j^2 + \sum_{j \ne k} E|d_j||d_k|\Bigr].

    The mean is exact. The mean square is exact for two levels and otherwise uses the correlation
    of absolute values of normal pairs, with a term for skewness.

    Parameters
    ----------
    real, synthetic : array_like of shape (..., n_levels)
        Rows per level, whole numbers; leading dimensions broadcast.

    Returns
    -------
    NullMoments
        Arrays of shape (...), in [0, 1]; ``nan`` where a side has no rows.

    Raises
    ------
    ValueError
        If a count is negative or not finite, or the last axes differ in length.

    References
    ----------
    .. [1] Diaconis, P. and Zabell, S. (1991). Closed form summation for classical distributions:
       variations on a theme of de Moivre. Statistical Science, 6(3), 284-302.

    Examples
    --------
    One row each, of different levels: relabelling leaves the distance at 1.

    >>> moments = total_variation_null([1, 0], [0, 1])
    >>> float(moments.mean.round(12)), float(moments.rms.round(12))
    (1.0, 1.0)
    """
    x, y = checked_counts(real, synthetic)
    deviation = _deviations(x + y, x.sum(-1, keepdims=True), y.sum(-1, keepdims=True))
    odds = deviation.odds

    crossed = -_all_pairs(deviation.skewed, np.sqrt(odds))
    for power, weight in _POWERS_AND_WEIGHTS:
        crossed += weight * _all_pairs(deviation.spread, odds**power)
    mean = deviation.mean.sum(-1) / 2
    variance = (deviation.spread**2 + deviation.skewed**2).sum(-1) + crossed
    rms = np.sqrt(mean**2 + np.maximum(variance, 0) / 4)
    return NullMoments(mean, rms, rms / np.sqrt(np.maximum(chi_shape(mean, rms), 1)))


def wasserstein_null(real: ArrayLike, synthetic: ArrayLike, *, points: ArrayLike) -> NullMoments:
    r"""Mean and root mean square of the Wasserstein distance when labels are dealt out at random.

    The distance is the sum over gaps between points of gap times :math:`|d_l|`, where
    :math:`d_l` is the difference of the two shares at or below point :math:`l`. Each
    :math:`d_l` is hypergeometric in the cumulative pooled count; for :math:`l \le k` their
    correlation is :math:`\sqrt{F_l(1-F_k)/(F_k(1-F_l))}`, a quotient of odds.

    Parameters
    ----------
    real, synthetic : array_like of shape (..., n_points)
        Rows at each point, whole numbers; leading dimensions broadcast.
    points : array_like of shape (n_points,) or (..., n_points)
        Values, in increasing order.

    Returns
    -------
    NullMoments
        Arrays of shape (...), in the unit of `points`; ``nan`` where a side has no rows. The mean
        is exact, the mean square is exact for two points.

    Raises
    ------
    ValueError
        If a count is negative or not finite, shapes disagree, or points decrease.

    References
    ----------
    .. [1] Diaconis, P. and Zabell, S. (1991). Closed form summation for classical distributions:
       variations on a theme of de Moivre. Statistical Science, 6(3), 284-302.
    .. [2] del Barrio, E., Gine, E. and Matran, C. (1999). Central limit theorems for the
       Wasserstein distance between the empirical and the true distributions. Annals of
       Probability, 27(2), 1009-1071.

    Examples
    --------
    One row each, three units apart: relabelling leaves the distance at 3.

    >>> moments = wasserstein_null([1, 0], [0, 1], points=[2, 5])
    >>> float(moments.mean.round(12)), float(moments.rms.round(12))
    (3.0, 3.0)
    """
    x, y = checked_counts(real, synthetic)
    gaps = checked_gaps(points, x.shape[-1])
    below = np.cumsum(x + y, axis=-1)[..., :-1]
    deviation = _deviations(below, x.sum(-1, keepdims=True), y.sum(-1, keepdims=True))
    odds = np.where(deviation.odds > 0, deviation.odds, 1.0)  # certain points have no weight
    spread, skewed = gaps * deviation.spread, gaps * deviation.skewed

    crossed = _ordered_pairs(skewed, np.sqrt(odds))
    for power, weight in _POWERS_AND_WEIGHTS:
        crossed += weight * _ordered_pairs(spread, odds**power)
    mean = (gaps * deviation.mean).sum(-1)
    variance = (spread**2 + skewed**2).sum(-1) + crossed
    rms = np.sqrt(mean**2 + np.maximum(variance, 0))
    # All correlations are positive, so the widest direction is the plain sum: a shift of the mean.
    widest = np.minimum(_error_of_means(x, y, np.asarray(points, dtype=float)), rms)
    return NullMoments(mean, rms, widest)


def checked_counts(real: ArrayLike, synthetic: ArrayLike) -> tuple[Floats, Floats]:
    """Counts as floating point arrays, after a look at their shape and sign.

    Raises
    ------
    ValueError
        If a count is negative or not finite, or the last axes differ in length.

    Examples
    --------
    >>> checked_counts([1, 2], [3, 4])
    (array([1., 2.]), array([3., 4.]))
    """
    x, y = np.asarray(real, dtype=float), np.asarray(synthetic, dtype=float)
    if x.ndim == 0 or y.ndim == 0 or x.shape[-1] != y.shape[-1] or x.shape[-1] == 0:
        raise ValueError(f"counts need one last axis of levels, got shapes {x.shape} and {y.shape}")
    for counts in (x, y):
        if counts.size and not (counts.min() >= 0 and np.isfinite(counts.max())):
            raise ValueError(f"counts must be finite and not negative, got {counts.min():g}")
    return x, y


def checked_gaps(points: ArrayLike, length: int) -> Floats:
    """Distances between neighbouring points.

    Raises
    ------
    ValueError
        If there are not `length` points, or they decrease or are not finite.

    Examples
    --------
    >>> checked_gaps([1, 2, 5], 3)
    array([1., 3.])
    """
    places = np.asarray(points, dtype=float)
    if places.ndim == 0 or places.shape[-1] != length:
        raise ValueError(f"there must be {length} points, got shape {places.shape}")
    gaps = np.diff(places, axis=-1)
    if not (np.isfinite(places).all() and (gaps >= 0).all()):
        raise ValueError(f"points must be finite and increase, got {places.ravel()[:8]}")
    return gaps


@dataclass(frozen=True)
class _Deviations:
    """Absolute differences of shares: mean, skewed and remaining part of their spread, odds."""

    mean: Floats
    spread: Floats
    skewed: Floats
    odds: Floats


def _deviations(pooled: Floats, n: Floats, m: Floats) -> _Deviations:
    N, few, many = n + m, np.minimum(n, m), np.maximum(n, m)
    with np.errstate(invalid="ignore", divide="ignore"):
        per_row = np.where(few > 0, 1 / n + 1 / m, np.nan)
        deviation = hypergeometric_deviation(pooled, few, N)  # of the rows in the smaller side
        share = pooled / N
        variance = few * many / np.maximum(N - 1, 1) * share * (1 - share)
        skewness = (1 - 2 * share) * (many - few) / (np.sqrt(variance) * np.maximum(N - 2, 1))
        along = _SKEW * skewness * np.sqrt(variance)
        # Exact where fewer than one row is expected in the level, or outside of it.
        inside, outside = few * share, few * (1 - share)
        along = np.where(inside < 1, (variance - inside * deviation) / np.sqrt(variance), along)
        along = np.where(outside < 1, (outside * deviation - variance) / np.sqrt(variance), along)
        odds = share / (1 - share)
    certain = (pooled == 0) | (pooled == N)
    remaining = np.maximum(variance - deviation**2, 0)
    along = np.clip(np.where(certain, 0, along), -np.sqrt(remaining), np.sqrt(remaining))
    spread = np.sqrt(np.maximum(remaining - along**2, 0))
    odds = np.where(certain, 0, odds)
    return _Deviations(per_row * deviation, per_row * spread, per_row * along, odds)


def _error_of_means(x: Floats, y: Floats, places: Floats) -> Floats:
    """Standard deviation, under relabelling, of the difference of the two means."""
    n, m, pooled = x.sum(-1), y.sum(-1), x + y
    with np.errstate(invalid="ignore", divide="ignore"):
        share = pooled / (n + m)[..., np.newaxis]
        centre = (share * places).sum(-1, keepdims=True)
        per_row = (1 / n + 1 / m) * (n + m) / np.maximum(n + m - 1, 1)
        error: Floats = np.sqrt(per_row * (share * (places - centre) ** 2).sum(-1))
    return error


def _all_pairs(size: Floats, odds: Floats) -> Floats:
    """Sum of size * size * odds * odds over pairs of different levels, for signed correlations."""
    product = size * odds
    # Only one level can have odds above 1; taken apart, it cannot drown the others in rounding.
    largest = np.abs(product).argmax(-1)[..., np.newaxis]
    first = np.take_along_axis(product, largest, axis=-1)[..., 0]
    np.put_along_axis(product, largest, 0.0, axis=-1)
    rest = product.sum(-1)
    total: Floats = 2 * first * rest + rest**2 - (product**2).sum(-1)
    return total


def _ordered_pairs(size: Floats, odds: Floats) -> Floats:
    """Sum of size * size * lower odds / higher odds over pairs of different points."""
    running = np.cumsum(size * odds, axis=-1)
    total: Floats = 2 * ((size / odds * running).sum(-1) - (size**2).sum(-1))
    return total
