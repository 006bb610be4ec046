"""Whether two people who decide on the same things agree more often than chance would have it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtri

from audits.estimates import Estimate
from audits.formulas.checks import Floats, checked_confidence, whole
from audits.formulas.shares import wilson

_NO_ERROR = 1e-9  # rounding leaves less of a standard error that is 0


class Agreement(NamedTuple):
    """How often two people agree, of how many things, and what is left of it beyond chance."""

    items: int
    raw: Estimate
    kappa: Estimate


def cohen_kappa(table: ArrayLike, *, confidence: float) -> Agreement:
    r"""Agreement of two people, and Cohen's kappa with its large-sample interval.

    .. math:: \kappa = \frac{p_o - p_e}{1 - p_e}, \qquad
              p_o = \sum_i p_{ii}, \qquad p_e = \sum_i p_{i\cdot} \, p_{\cdot i}

    with the variance, for n things,

    .. math:: \frac{\sum_i p_{ii} \left(1 - (p_{i\cdot} + p_{\cdot i})(1 - \kappa)\right)^2
              + (1-\kappa)^2 \sum_{i \ne j} p_{ij} (p_{\cdot i} + p_{j\cdot})^2
              - \left(\kappa - p_e (1-\kappa)\right)^2}{n (1 - p_e)^2}

    It is 0, whatever n, where the two agree on everything or one of them only ever says the same:
    there the limits are those of Wilson's interval of :math:`p_o`, on the scale of kappa.

    Parameters
    ----------
    table : array_like of shape (categories, categories)
        Things that the first called by the row's name and the second by the column's; whole
        numbers.
    confidence : float, between 0 and 1
        Level of both intervals.

    Returns
    -------
    Agreement
        `raw` is a share with Wilson's interval, unknown of nothing. `kappa` is at most 1, and its
        interval is cut at -1 and 1; unknown of nothing, and where both use one and the same
        category throughout, so that nothing but agreement was possible.

    Raises
    ------
    ValueError
        If the table is not square, or has a negative or broken number.

    References
    ----------
    Cohen, J. (1960). A coefficient of agreement for nominal scales. Educational and Psychological
    Measurement, 20(1), 37-46.
    Fleiss, J. L., Cohen, J., & Everitt, B. S. (1969). Large sample standard errors of kappa and
    weighted kappa. Psychological Bulletin, 72(5), 323-327.

    Examples
    --------
    Twenty of fifty both keep, fifteen both remove (Cohen's layout): chance gives a half.

    >>> found = cohen_kappa([[20, 5], [10, 15]], confidence=0.95)
    >>> found.items, round(found.raw.value, 3), round(found.kappa.value, 3)
    (50, 0.7, 0.4)
    """
    level = checked_confidence(confidence)
    counts = whole("table", table)
    if counts.ndim != 2 or counts.shape[0] != counts.shape[1]:
        raise ValueError(f"table must be square, got shape {counts.shape}")
    n = float(counts.sum())
    if n == 0:
        return Agreement(0, Estimate.unknown(), Estimate.unknown())
    agreed = float(np.trace(counts))
    low, high = (float(limit) for limit in wilson(agreed, n, confidence=level))
    raw = Estimate(agreed / n, low, high)
    return Agreement(int(n), raw, _kappa(counts / n, n, raw, level))


def _kappa(shares: Floats, n: float, raw: Estimate, level: float) -> Estimate:
    rows, columns = shares.sum(axis=1), shares.sum(axis=0)
    chance = float(rows @ columns)
    if 1 - chance < 1e-12:
        return Estimate.unknown()
    kappa = (raw.value - chance) / (1 - chance)
    half = float(ndtri((1 + level) / 2)) * _error(shares, rows, columns, kappa, chance, n)
    if half < _NO_ERROR or raw.value == 1:
        low, high = ((limit - chance) / (1 - chance) for limit in (raw.low, raw.high))
        return Estimate(kappa, max(low, -1.0), min(high, 1.0))
    return Estimate(kappa, max(kappa - half, -1.0), min(kappa + half, 1.0))


def _error(
    shares: Floats, rows: Floats, columns: Floats, kappa: float, chance: float, n: float
) -> float:
    """Standard error of kappa (Fleiss, Cohen & Everitt 1969)."""
    same = np.diag(shares)
    agreeing = float((same * (1 - (rows + columns) * (1 - kappa)) ** 2).sum())
    apart = shares - np.diag(same)
    differing = float((apart * (columns[:, np.newaxis] + rows) ** 2).sum()) * (1 - kappa) ** 2
    variance = agreeing + differing - (kappa - chance * (1 - kappa)) ** 2
    return float(np.sqrt(max(variance, 0.0) / n)) / (1 - chance)
