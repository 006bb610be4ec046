"""How many people stand behind rows, when only some of the people were searched."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


def sources_behind(shared: ArrayLike, kappa: ArrayLike) -> Floats:
    r"""Effective number of people behind synthetic rows, beyond those searched.

    Two synthetic rows meet in one ancestor either because they stem from one person, or because
    two people are neighbours; fresh people meet for the second reason alone. With :math:`v` the
    chance that two rows meet and :math:`\kappa v` that of fresh people,

    .. math:: v = \frac1k + \Bigl(1 - \frac1k\Bigr) \kappa v, \qquad
              k = \frac{1 - \kappa v}{v (1 - \kappa)}.

    Parameters
    ----------
    shared : array_like, in [0, 1]
        Chance that two synthetic rows share an ancestor among the people searched.
    kappa : array_like, above 0
        Spread over people relative to fresh people.

    Returns
    -------
    ndarray
        In people, at least 1; ``inf`` where kappa is at least 1 (as many as one likes); ``nan``
        where an argument is.

    References
    ----------
    Simpson, E. H. (1949). Measurement of diversity. Nature, 163, 688 (the chance that two meet).
    The extrapolation is this project's own.

    Examples
    --------
    Fresh people meet once in 100 pairs, the rows twice: as if copied from about 99 people.

    >>> round(float(sources_behind(0.02, 0.5)), 6)
    99.0
    >>> float(sources_behind(0.02, 1.1))
    inf
    """
    v, ratio = np.asarray(shared, dtype=float), np.asarray(kappa, dtype=float)
    with np.errstate(divide="ignore", invalid="ignore"):
        people = (1 - ratio * v) / (v * (1 - ratio))
    unknown = np.isnan(v) | np.isnan(ratio)
    return np.where(unknown, np.nan, np.where(ratio >= 1, np.inf, np.maximum(people, 1.0)))


def meeting_error(weights: ArrayLike, *, rows: float) -> float:
    r"""Relative standard error of the chance that two rows share an ancestor.

    .. math:: \frac{s^2}{v^2} = \frac{4}{m} \Bigl(\frac{\sum v_i^3}{v^2} - 1\Bigr)
              + \frac{2}{m (m-1) v}, \qquad v = \sum_i v_i^2

    Parameters
    ----------
    weights : array_like of shape (n,)
        Rows per ancestor.
    rows : float, above 1
        Rows the chance is estimated from.

    Returns
    -------
    float
        At least 0; ``nan`` without any weight or below two rows.

    References
    ----------
    Simpson, E. H. (1949). Measurement of diversity. Nature, 163, 688.

    Examples
    --------
    All rows on one person: the chance is 1, whatever the sample.

    >>> round(meeting_error([10], rows=1000), 3)
    0.001
    """
    c = np.asarray(weights, dtype=float)
    total = c.sum()
    if total == 0 or rows < 2:
        return float("nan")
    share = c / total
    meet = float((share**2).sum())
    uneven = max(0.0, float((share**3).sum()) / meet**2 - 1)
    return float(np.sqrt(4 / rows * uneven + 2 / (rows * (rows - 1) * meet)))
