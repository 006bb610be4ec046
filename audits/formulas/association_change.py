"""How much stronger two columns are tied in one sample than in another."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtri

from audits.formulas.associations import cramers_v
from audits.formulas.checks import Floats, checked_confidence, not_negative


class Strength(NamedTuple):
    """A strength of association, or a difference of two, with its limits."""

    value: Floats
    low: Floats
    high: Floats


def cramers_v_interval(table: ArrayLike, *, confidence: float) -> Strength:
    r"""Cramer's V, corrected for chance, with an interval.

    The interval is that of :math:`\phi^2` before its root is taken, where the correction leaves it
    unbiased: its variance is that of the delta method plus :math:`2 (r-1)(c-1) / n^2`, what is left
    of it when the columns are independent and the delta method gives 0. Limits below 0 are 0.

    Parameters
    ----------
    table : array_like of shape (..., n_rows, n_columns)
        Rows per pair of levels; leading dimensions are tables.
    confidence : float, between 0 and 1
        Level of the interval.

    Returns
    -------
    Strength
        Between 0 and 1; ``nan`` where fewer than two levels of a column occur. In simulations over
        2 x 5 to 5 x 15 levels and 100 to 50,000 rows, 95 percent intervals held the true V in 94
        to 100 percent of samples; in as few as 81 percent where columns all but determine each
        other and there is about one row per cell.

    Raises
    ------
    ValueError
        If counts are negative, there are fewer than two axes, or `confidence` is outside (0, 1).

    References
    ----------
    .. [1] Bishop, Y. M. M., Fienberg, S. E., Holland, P. W. (1975). Discrete multivariate
       analysis. MIT Press, section 11.3 (the variance).
    .. [2] Bergsma, W. (2013). A bias-correction for Cramer's V and Tschuprow's T. Journal of the
       Korean Statistical Society, 42(3), 323-328.

    Examples
    --------
    >>> found = cramers_v_interval([[60, 40], [40, 60]], confidence=0.95)
    >>> [round(float(part), 2) for part in found]
    [0.19, 0.0, 0.3]
    """
    counts = not_negative("counts", table)
    value = cramers_v(counts, corrected=True)
    reach = float(ndtri((1 + checked_confidence(confidence)) / 2))
    phi2, error, span = _phi2(counts)
    with np.errstate(invalid="ignore"):
        low, high = (
            np.sqrt(np.clip((phi2 + side * reach * error) / span, 0, 1)) for side in (-1, 1)
        )
    unknown = np.isnan(value)
    return Strength(value, np.where(unknown, np.nan, low), np.where(unknown, np.nan, high))


def strength_difference(real: Strength, synthetic: Strength) -> Strength:
    r"""How much stronger the second of two independent estimates is, from their own limits.

    With values :math:`v` and limits :math:`l, u`, the lower limit is
    :math:`v_2 - v_1 - \sqrt{(v_2 - l_2)^2 + (u_1 - v_1)^2}`, the upper one likewise. It keeps what
    limits say that are not as far below as above, as near 0.

    Parameters
    ----------
    real, synthetic : Strength
        Estimates from two samples; what is taken off comes first.

    Returns
    -------
    Strength
        ``nan`` where either is.

    References
    ----------
    Zou, G. Y., Donner, A. (2008). Construction of confidence limits about effect measures: a
    general approach. Statistics in Medicine, 27(10), 1693-1702.

    Examples
    --------
    >>> found = strength_difference(Strength(0.2, 0.1, 0.3), Strength(0.5, 0.4, 0.6))
    >>> [round(float(part), 3) for part in found]
    [0.3, 0.159, 0.441]
    """
    value = np.asarray(synthetic.value) - real.value
    down = np.hypot(synthetic.value - np.asarray(synthetic.low), real.high - np.asarray(real.value))
    up = np.hypot(synthetic.high - np.asarray(synthetic.value), real.value - np.asarray(real.low))
    return Strength(value, np.asarray(value - down), np.asarray(value + up))


def _phi2(counts: Floats) -> tuple[Floats, Floats, Floats]:
    """Corrected phi squared, its standard error, and what it is at most."""
    with np.errstate(invalid="ignore", divide="ignore"):
        n = counts.sum((-2, -1))
        share = counts / n[..., np.newaxis, np.newaxis]
        row, column = share.sum(-1, keepdims=True), share.sum(-2, keepdims=True)
        there = row * column > 0
        product = np.where(there, row * column, 1.0)
        part = np.where(there, share**2 / product, 0.0)
        slope = 2 * share / product
        slope -= part.sum(-1, keepdims=True) / np.where(row > 0, row, 1.0)
        slope -= part.sum(-2, keepdims=True) / np.where(column > 0, column, 1.0)
        mean = (share * slope).sum((-2, -1))
        delta = np.maximum((share * slope**2).sum((-2, -1)) - mean**2, 0) / n
        r = (row > 0).sum((-2, -1)).astype(float)
        c = (column > 0).sum((-2, -1)).astype(float)
        free = (r - 1) * (c - 1)
        phi2 = part.sum((-2, -1)) - 1 - free / (n - 1)
        error = np.sqrt(delta + 2 * free / n**2)
        span = np.minimum(r - (r - 1) ** 2 / (n - 1), c - (c - 1) ** 2 / (n - 1)) - 1
    return phi2, error, np.where(span > 0, span, np.nan)
