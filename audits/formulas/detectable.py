"""Smallest differences that a group of a given size would show, and the size that shows one.

A test that finds nothing in a small group says little; these numbers say how little. They hold
for one test of one difference with the power and confidence asked for: two-sided, except for the
area under the curve, where only values above one half mean drift.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtri

from audits.formulas.checks import (
    Floats,
    checked_confidence,
    not_negative,
    share_between,
)


def detectable_mean_shift(
    real: ArrayLike, synthetic: ArrayLike, *, power: float, confidence: float
) -> Floats:
    r"""Smallest shift of a mean that would be noticed, in standard deviations.

    .. math:: (z_{1-\alpha/2} + z_{power}) \sqrt{1/n + 1/m}

    Parameters
    ----------
    real, synthetic : array_like
        Rows of the group on each side; they broadcast.
    power : float in (0, 1)
        Chance of noticing it.
    confidence : float in (0, 1)
        One minus the level of the test.

    Returns
    -------
    array of float
        In standard deviations, above 0; infinite where a side has no rows.

    Raises
    ------
    ValueError
        If rows are negative, or `power` or `confidence` is out of range.

    References
    ----------
    .. [1] Cohen, J. (1988). Statistical Power Analysis for the Behavioral Sciences. Erlbaum.

    Examples
    --------
    Thirty people show a shift of half a standard deviation.

    >>> float(detectable_mean_shift(30, 3000, power=0.8, confidence=0.95).round(2))
    0.51
    """
    z = _two_sided(power, confidence)
    found: Floats = z * np.sqrt(_per_row(real, synthetic, lost=0))
    return found


def detectable_share_shift(
    real: ArrayLike, synthetic: ArrayLike, *, power: float, confidence: float, share: ArrayLike
) -> Floats:
    r"""Smallest change of a share that would be noticed.

    .. math:: (z_{1-\alpha/2} + z_{power}) \sqrt{p(1-p)} \sqrt{1/n + 1/m}

    Parameters
    ----------
    real, synthetic, power, confidence
        As in `detectable_mean_shift`.
    share : array_like in [0, 1]
        Share of the level among real rows.

    Returns
    -------
    array of float
        As a difference of shares; a value above 1 means that no change would be noticed reliably.
        Infinite where a side has no rows, ``nan`` if the share is 0 or 1 there.

    Raises
    ------
    ValueError
        If an argument is out of range.

    References
    ----------
    .. [1] Cohen, J. (1988). Statistical Power Analysis for the Behavioral Sciences. Erlbaum.

    Examples
    --------
    >>> float(detectable_share_shift(30, 3000, power=0.8, confidence=0.95, share=0.5).round(2))
    0.26
    """
    p = share_between("share", share)
    with np.errstate(invalid="ignore"):
        found: Floats = np.sqrt(p * (1 - p)) * detectable_mean_shift(
            real, synthetic, power=power, confidence=confidence
        )
    return found


def detectable_auc(
    real: ArrayLike, synthetic: ArrayLike, *, power: float, confidence: float
) -> Floats:
    r"""Smallest area under the curve above one half that would be noticed, for a fixed score.

    .. math:: (z_{1-\alpha} + z_{power}) \sqrt{\frac{n + m + 1}{12\,n\,m}}

    One-sided. A score that is learned from the same rows varies more and needs more.

    Parameters
    ----------
    real, synthetic, power, confidence
        As in `detectable_mean_shift`.

    Returns
    -------
    array of float
        Area above .5; a value above .5 means that none would be noticed reliably. Infinite where
        a side has no rows.

    Raises
    ------
    ValueError
        If an argument is out of range.

    References
    ----------
    .. [1] Mann, H. B. and Whitney, D. R. (1947). On a test of whether one of two random variables
       is stochastically larger than the other. Annals of Mathematical Statistics, 18(1), 50-60.

    Examples
    --------
    >>> float(detectable_auc(30, 3000, power=0.8, confidence=0.95).round(2))
    0.13
    """
    n, m = not_negative("rows", real), not_negative("rows", synthetic)
    z = ndtri(checked_confidence(confidence)) + ndtri(_checked_power(power))
    with np.errstate(divide="ignore"):
        found: Floats = z * np.sqrt((n + m + 1) / (12 * n * m))
    return found


def detectable_log_sd(
    real: ArrayLike, synthetic: ArrayLike, *, power: float, confidence: float
) -> Floats:
    r"""Smallest log ratio of standard deviations that would be noticed, for normal values.

    .. math:: (z_{1-\alpha/2} + z_{power})
              \sqrt{\tfrac12\Bigl(\frac{1}{n-1} + \frac{1}{m-1}\Bigr)}

    Parameters
    ----------
    real, synthetic, power, confidence
        As in `detectable_mean_shift`.

    Returns
    -------
    array of float
        Natural logarithm of the ratio; infinite with fewer than two rows on a side.

    Raises
    ------
    ValueError
        If an argument is out of range.

    References
    ----------
    .. [1] Bartlett, M. S. and Kendall, D. G. (1946). The statistical analysis of variance-
       heterogeneity and the logarithmic transformation. Supplement to the Journal of the Royal
       Statistical Society, 8(1), 128-138.

    Examples
    --------
    >>> float(detectable_log_sd(30, 3000, power=0.8, confidence=0.95).round(2))
    0.37
    """
    z = _two_sided(power, confidence)
    found: Floats = z * np.sqrt(_per_row(real, synthetic, lost=1) / 2)
    return found


def people_to_detect(
    shift: ArrayLike, synthetic: ArrayLike, *, power: float, confidence: float
) -> Floats:
    r"""Real people a group needs for a shift of the mean to be noticed.

    The smallest whole :math:`n` with :math:`1/n + 1/m \le (shift / (z_{1-\alpha/2} +
    z_{power}))^2`. For a share, give the difference over :math:`\sqrt{p(1-p)}`.

    Parameters
    ----------
    shift : array_like, at least 0
        Shift to be noticed, in standard deviations.
    synthetic : array_like
        Synthetic rows of the group.
    power, confidence
        As in `detectable_mean_shift`.

    Returns
    -------
    array of float
        Whole numbers of at least 1; infinite where the synthetic rows are too few for any number.

    Raises
    ------
    ValueError
        If an argument is out of range.

    References
    ----------
    .. [1] Cohen, J. (1988). Statistical Power Analysis for the Behavioral Sciences. Erlbaum.

    Examples
    --------
    >>> float(people_to_detect(0.5, 3000, power=0.8, confidence=0.95))
    32.0
    """
    wanted, m = not_negative("shift", shift), not_negative("rows", synthetic)
    z = _two_sided(power, confidence)
    with np.errstate(divide="ignore"):
        left = (wanted / z) ** 2 - 1 / m
        people = np.where(left > 0, np.ceil(1 / np.maximum(left, 0) - 1e-9), np.inf)
    found: Floats = np.maximum(people, 1)
    return found


def _two_sided(power: float, confidence: float) -> float:
    return float(ndtri((1 + checked_confidence(confidence)) / 2) + ndtri(_checked_power(power)))


def _checked_power(power: float) -> float:
    if not 0 < power < 1:
        raise ValueError(f"power must be between 0 and 1, got {power:g}")
    return power


def _per_row(real: ArrayLike, synthetic: ArrayLike, *, lost: int) -> Floats:
    n, m = not_negative("rows", real) - lost, not_negative("rows", synthetic) - lost
    with np.errstate(divide="ignore"):
        found: Floats = 1 / np.maximum(n, 0) + 1 / np.maximum(m, 0)
    return found
