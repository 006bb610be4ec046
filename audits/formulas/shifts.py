"""How far a group has drifted: estimate, interval and test for one column, many groups at once.

A plain distance between two samples is never 0, and the smaller the group the larger it is. Here
the part that chance explains is taken off, the interval starts at 0 unless chance is ruled out,
and the p value is never 0. Leading dimensions are groups (or groups by columns); the last axis is
the level or the point.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import gammaincinv, ndtr, ndtri

from audits.formulas.checks import Floats, Integers, checked_confidence
from audits.formulas.null_law import NullMoments, chi_shape, null_p
from audits.formulas.nulls import (
    checked_counts,
    checked_gaps,
    hypergeometric_deviation,
    total_variation_null,
    wasserstein_null,
)
from audits.formulas.relabelling import Relabelling


@dataclass(frozen=True)
class Shift:
    """Drift of one column in many groups; every field is an array of the groups' shape.

    Attributes
    ----------
    value : distance between the two samples as they are.
    adjusted : estimate of the distance between the populations, ``sqrt(max(0, T^2 - rms^2))``.
    cautious : the smaller estimate that the lower limit rests on, at most `adjusted`.
    low, high : limits of the interval; `low` is 0 unless chance is ruled out.
    p : chance of such a distance if the labels meant nothing, in (0, 1].
    null_mean, null_rms : mean and root mean square of the distance under relabelling.
    se : standard error.
    draws : relabellings behind `p`; 0 where it is a closed form.

    Undefined entries are ``nan`` in all fields, with 0 draws.
    """

    value: Floats
    adjusted: Floats
    cautious: Floats
    low: Floats
    high: Floats
    p: Floats
    null_mean: Floats
    null_rms: Floats
    se: Floats
    draws: Integers


def categorical_shift(
    real: ArrayLike,
    synthetic: ArrayLike,
    *,
    confidence: float,
    seeds: ArrayLike,
    closed_form_from: int,
    max_draws: int,
) -> Shift:
    r"""Share of rows that would have to change level, with interval and p value.

    With :math:`T` the total variation and :math:`q` its root mean square under relabelling,
    :math:`T_{adj} = \sqrt{\max(0, T^2 - q^2)}`. The lower limit is 0 if
    :math:`p > 1 - confidence`, else :math:`\max(0, T_c - z\,se)`, where :math:`T_c` is the
    smaller of :math:`T_{adj}` and of :math:`T` less the expected noise of levels with
    :math:`|d_j| < \sigma_j\sqrt{\ln K}`, for :math:`K` levels seen: where few of many levels
    changed, the noise of the others adds up and :math:`T_{adj}` alone is too large. The upper
    limit is the larger of :math:`T_{adj} + z\,se` and
    :math:`\sqrt{\max(0, Q - 2q^2)}`, with :math:`Q` the upper quantile of the squared distance
    of resampled data, which has mean :math:`T^2 + q^2`, variance :math:`4T^2 se^2 + 2q^4/v` and
    the skewness of a shifted gamma variable; nothing is resampled.

    Parameters
    ----------
    real, synthetic : array_like of shape (..., n_levels)
        Rows per level, whole numbers.
    confidence : float in (0, 1)
        Level of the interval; the lower limit needs ``p <= 1 - confidence``.
    seeds : array_like of int, of the groups' shape
        One random stream per group, so that groups do not affect each other.
    closed_form_from : int
        Rows on the smaller side from which the p value is a closed form; below it, labels are
        dealt out at random.
    max_draws : int, at least 1
        Most relabellings for one p value. Fewer are made where the p value is plainly large.

    Returns
    -------
    Shift
        In shares of rows, [0, 1]. ``nan`` where a side has no rows. Where all rows share one
        level, `high` is the largest share an unseen level may well have. With a single row on a
        side nothing is bounded: `low` is 0 and `high` 1.

    Raises
    ------
    ValueError
        If counts are negative, shapes disagree, or an option is out of range.

    References
    ----------
    .. [1] Besag, J. and Clifford, P. (1991). Sequential Monte Carlo p-values. Biometrika, 78(2),
       301-304.
    .. [2] Donoho, D. L. and Johnstone, I. M. (1994). Ideal spatial adaptation by wavelet
       shrinkage. Biometrika, 81(3), 425-455.

    Examples
    --------
    Half of the rows sit in the wrong one of two levels; with 1000 rows that is no accident.

    >>> options = {"confidence": 0.95, "closed_form_from": 200, "max_draws": 999}
    >>> shift = categorical_shift([1000, 0], [500, 500], seeds=1, **options)
    >>> float(shift.value), float(shift.low.round(2)), float(shift.high.round(2))
    (0.5, 0.47, 0.53)
    """
    x, y = np.broadcast_arrays(*checked_counts(real, synthetic))
    _check_options(confidence, closed_form_from, max_draws)
    p, q = _shares(x), _shares(y)
    n, m = x.sum(-1), y.sum(-1)
    value, moments = np.abs(p - q).sum(-1) / 2, total_variation_null(x, y)
    se = _projected_error(np.sign(p - q) / 2, p, q, (n, m))
    cautious = value - _noise_of_unchanged_levels(x, y)

    shift = _closed_form(value, cautious, moments, se, confidence)
    unseen = -np.expm1(np.log((1 - confidence) / 2) / np.maximum(np.minimum(n, m), 1))
    shift = replace(shift, high=np.where(moments.rms == 0, unseen, shift.high))
    relabelling = Relabelling(x, y, np.broadcast_to(0.5, x.shape), cumulative=False)
    options = (confidence, closed_form_from, max_draws)
    shift = _with_relabelling(shift, relabelling, seeds, options)
    return replace(shift, high=np.minimum(shift.high, 1))


def numeric_shift(
    real: ArrayLike,
    synthetic: ArrayLike,
    points: ArrayLike,
    scale: ArrayLike,
    *,
    confidence: float,
    seeds: ArrayLike,
    closed_form_from: int,
    max_draws: int,
) -> Shift:
    r"""Average distance rows would have to move, in standard deviations, with interval and p value.

    With :math:`W` the Wasserstein distance over the scale and :math:`q` its root mean square
    under relabelling, :math:`W_{adj} = \sqrt{\max(0, W^2 - q^2)}`; limits as in
    `categorical_shift`. The standard error is that of the difference of means of
    :math:`\phi(x) = \int^x \mathrm{sign}(F_S - F_R)`, the influence of one row.

    Parameters
    ----------
    real, synthetic : array_like of shape (..., n_points)
        Rows at each point, whole numbers.
    points : array_like of shape (n_points,) or (..., n_points)
        Values, in increasing order.
    scale : array_like of the groups' shape, or one number
        Standard deviation of the whole real column, in the unit of `points`.
    confidence, seeds, closed_form_from, max_draws
        As in `categorical_shift`.

    Returns
    -------
    Shift
        In standard deviations, at least 0. ``nan`` where a side has no rows, and where `scale` is
        0 or ``nan``: a constant column has no such unit. With a single row on a side, `low` is 0
        and `high` is infinite.

    Raises
    ------
    ValueError
        If counts are negative, points decrease, a scale is negative, shapes disagree, or an
        option is out of range.

    References
    ----------
    .. [1] del Barrio, E., Gine, E. and Matran, C. (1999). Central limit theorems for the
       Wasserstein distance between the empirical and the true distributions. Annals of
       Probability, 27(2), 1009-1071.
    .. [2] Besag, J. and Clifford, P. (1991). Sequential Monte Carlo p-values. Biometrika, 78(2),
       301-304.

    Examples
    --------
    All rows moved from 2 to 3, in a column whose standard deviation is 2.

    >>> options = {"confidence": 0.95, "closed_form_from": 200, "max_draws": 999}
    >>> shift = numeric_shift([500, 0], [0, 500], [2, 3], 2, seeds=1, **options)
    >>> float(shift.value), float(shift.low.round(2)), float(shift.high.round(2))
    (0.5, 0.48, 0.52)
    """
    x, y = np.broadcast_arrays(*checked_counts(real, synthetic))
    _check_options(confidence, closed_form_from, max_draws)
    gaps = checked_gaps(points, x.shape[-1]) / _positive(scale)[..., np.newaxis]
    gaps = np.concatenate([gaps, np.zeros((*gaps.shape[:-1], 1))], axis=-1)
    p, q = _shares(x), _shares(y)
    difference = np.cumsum(p - q, axis=-1)
    value = (np.abs(difference) * gaps).sum(-1)
    moments = wasserstein_null(x, y, points=points).times(1 / _positive(scale))
    influence = np.flip(np.cumsum(np.flip(np.sign(difference) * gaps, -1), axis=-1), -1)
    se = _projected_error(influence, p, q, (x.sum(-1), y.sum(-1)))

    shift = _closed_form(value, value, moments, se, confidence)
    relabelling = Relabelling(x, y, np.broadcast_to(gaps, x.shape), cumulative=True)
    return _with_relabelling(shift, relabelling, seeds, (confidence, closed_form_from, max_draws))


def exceeds_p(shift: Shift, limit: float, *, confidence: float) -> Floats:
    r"""One-sided p value of "the drift is at most the limit".

    :math:`1 - \Phi((T_c - limit)/se)` with the cautious estimate :math:`T_c`; 1 where drift of
    any size is in doubt, that is where ``shift.p > 1 - confidence``.

    Parameters
    ----------
    shift : Shift
        From `categorical_shift` or `numeric_shift`.
    limit : float, at least 0
        Drift that would still be tolerated, in the unit of the shift.
    confidence : float in (0, 1)
        Level of the test for any drift at all.

    Returns
    -------
    array of float
        In (0, 1]; ``nan`` where the shift is undefined.

    Raises
    ------
    ValueError
        If `limit` is negative or `confidence` is out of range.

    References
    ----------
    .. [1] Hodges, J. L. and Lehmann, E. L. (1954). Testing the approximate validity of
       statistical hypotheses. Journal of the Royal Statistical Society B, 16(2), 261-268.

    Examples
    --------
    >>> options = {"confidence": 0.95, "closed_form_from": 200, "max_draws": 999}
    >>> shift = categorical_shift([1000, 0], [500, 500], seeds=1, **options)
    >>> bool(exceeds_p(shift, 0.2, confidence=0.95) < 0.001)
    True
    >>> bool(exceeds_p(shift, 0.6, confidence=0.95) > 0.999)
    True
    """
    if not limit >= 0:
        raise ValueError(f"limit must be at least 0, got {limit:g}")
    checked_confidence(confidence)
    excess = shift.cautious - limit
    with np.errstate(invalid="ignore", divide="ignore"):
        tail = ndtr(-np.where(shift.se > 0, excess / shift.se, np.sign(excess) * np.inf))
    tail = np.where(excess == 0, 0.5, np.maximum(tail, np.finfo(float).tiny))
    found: Floats = np.where(shift.p > 1 - confidence, 1.0, tail)
    return np.where(np.isnan(shift.p), np.nan, found)


def _check_options(confidence: float, closed_form_from: int, max_draws: int) -> None:
    checked_confidence(confidence)
    if closed_form_from < 0:
        raise ValueError(f"closed_form_from must not be negative, got {closed_form_from}")
    if max_draws < 1:
        raise ValueError(f"max_draws must be at least 1, got {max_draws}")


def _positive(scale: ArrayLike) -> Floats:
    unit = np.asarray(scale, dtype=float)
    if (unit < 0).any():
        raise ValueError(f"scale must not be negative, got {unit.min():g}")
    return np.where(unit > 0, unit, np.nan)


def _shares(counts: Floats) -> Floats:
    with np.errstate(invalid="ignore"):
        shares: Floats = counts / counts.sum(-1, keepdims=True)
    return shares


def _projected_error(
    influence: Floats, p: Floats, q: Floats, rows: tuple[Floats, Floats]
) -> Floats:
    """Standard error of the difference of the mean influences of the two samples."""
    variance = np.zeros(rows[0].shape)
    for shares, count in zip((p, q), rows, strict=True):
        spread = (shares * influence**2).sum(-1) - (shares * influence).sum(-1) ** 2
        with np.errstate(invalid="ignore", divide="ignore"):
            variance = variance + np.maximum(spread, 0) / count
    return np.sqrt(variance)


def _noise_of_unchanged_levels(x: Floats, y: Floats) -> Floats:
    """Expected noise, half its absolute sum, of the levels whose difference chance explains."""
    n, m = x.sum(-1, keepdims=True), y.sum(-1, keepdims=True)
    pooled, N = x + y, n + m
    levels = np.maximum((pooled > 0).sum(-1, keepdims=True), 1)
    with np.errstate(invalid="ignore", divide="ignore"):
        per_row = 1 / n + 1 / m
        sigma2 = pooled / N * (1 - pooled / N) * per_row * N / np.maximum(N - 1, 1)
        small = (x / n - y / m) ** 2 < sigma2 * np.log(levels)
        noise = per_row * hypergeometric_deviation(pooled, n, N)
    found: Floats = np.where(small, noise, 0.0).sum(-1) / 2
    return found


def _closed_form(
    value: Floats, cautious: Floats, moments: NullMoments, se: Floats, confidence: float
) -> Shift:
    noise2 = moments.rms**2
    adjusted = np.sqrt(np.maximum(value**2 - noise2, 0))
    cautious = np.clip(cautious, 0, adjusted)
    # The delta method sees no error where all rows agree; what chance moves is a lower bound.
    se = np.maximum(se, np.sqrt(np.maximum(noise2 - moments.mean**2, 0)))
    p, z = null_p(value, moments), ndtri((1 + confidence) / 2)
    low = np.where(p > 1 - confidence, 0.0, np.maximum(cautious - z * se, 0))

    upper = _resampled_square(value, se, moments, (1 + confidence) / 2) - 2 * noise2
    upper = np.where(moments.rms == 0, 0.0, np.sqrt(np.maximum(upper, 0)))
    high = np.maximum(adjusted + z * se, upper)
    draws = np.zeros(value.shape, dtype=np.int64)
    return Shift(
        value, adjusted, cautious, low, high, p, moments.mean, moments.rms, se, draws
    )  # what is undefined is nan in `value` and `moments`, and so in all


def _resampled_square(
    value: Floats, se: Floats, moments: NullMoments, probability: float
) -> Floats:
    """Quantile of the squared distance of resampled data, by three moments (Pearson type III)."""
    noise2, freedom = moments.rms**2, chi_shape(moments.mean, moments.rms)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = value**2 + noise2
        moved = 4 * value**2 * se**2
        variance = moved + 2 * noise2**2 / freedom
        # Skewness is that of a gamma variable under no drift, three quarters of it far from there.
        skewness = (1 - moved / variance / 4) * 2 * np.sqrt(variance) / mean
        shape = 4 / np.maximum(skewness, 1e-4) ** 2
        quantile: Floats = mean + np.sqrt(variance / shape) * (
            gammaincinv(shape, probability) - shape
        )
    return quantile


def _with_relabelling(
    shift: Shift, relabelling: Relabelling, seeds: ArrayLike, options: tuple[float, int, int]
) -> Shift:
    """Replace closed-form p values of small groups by relabelled ones, and the limits they gate."""
    confidence, closed_form_from, max_draws = options
    few = (relabelling.smaller_side() < closed_form_from) & ~np.isnan(shift.value)
    dealt, draws = relabelling.p_values(few, seeds=seeds, max_draws=max_draws)
    p = np.where(few, dealt, shift.p)
    z = ndtri((1 + confidence) / 2)
    low = np.where(p > 1 - confidence, 0.0, np.maximum(shift.cautious - z * shift.se, 0))
    single = relabelling.smaller_side() < 2
    low = np.where(single, np.minimum(low, 0), low)
    high = np.where(single, shift.high + np.inf, shift.high)
    return replace(shift, p=p, draws=draws, low=low, high=high)
