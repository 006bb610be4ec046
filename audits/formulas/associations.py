"""Strength of association of two columns, and the test of one table against another."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from audits.formulas.checks import Floats, not_negative


class ChiSquare(NamedTuple):
    """Statistic of independence, its p value and degrees of freedom."""

    statistic: float
    p_value: float
    degrees_of_freedom: int


def chi_square_two_sample(
    real: ArrayLike, synthetic: ArrayLike, *, likelihood_ratio: bool
) -> ChiSquare:
    """Test that two samples have the same shares, both taken as samples.

    Pearson's statistic or the likelihood ratio G of the table of two rows, without continuity
    correction. Treating the real shares as known instead would reject small real groups almost
    always.

    Parameters
    ----------
    real, synthetic : array_like of shape (n_levels,)
        Rows per level. Levels that nobody has are left out.
    likelihood_ratio : bool
        Whether to use G in place of Pearson's statistic.

    Returns
    -------
    ChiSquare
        ``nan`` when a side has no rows or fewer than two levels occur. The p value is
        asymptotic: unreliable where expected counts fall below about 5.

    Raises
    ------
    ValueError
        If counts are negative or lengths differ.

    References
    ----------
    .. [1] Pearson, K. (1911). On the probability that two independent distributions of frequency
       are really samples from the same population. Biometrika, 8(1/2), 250-254.

    Examples
    --------
    >>> chi_square_two_sample([10, 10], [10, 10], likelihood_ratio=False)
    ChiSquare(statistic=0.0, p_value=1.0, degrees_of_freedom=1)
    """
    from scipy.stats import chi2_contingency

    x, y = not_negative("counts", real), not_negative("counts", synthetic)
    if x.ndim != 1 or x.shape != y.shape:
        raise ValueError(f"counts must be of one length, got shapes {x.shape} and {y.shape}")
    table = np.stack([x, y])[:, (x + y) > 0]
    if table.shape[1] < 2 or (table.sum(1) == 0).any():
        return ChiSquare(float("nan"), float("nan"), 0)
    found = chi2_contingency(
        table, correction=False, lambda_="log-likelihood" if likelihood_ratio else None
    )
    return ChiSquare(float(found.statistic), float(found.pvalue), int(found.dof))


def cramers_v(table: ArrayLike, *, corrected: bool) -> Floats:
    r"""Strength of association of two categorical columns (Cramer's V).

    .. math:: V = \sqrt{\frac{\phi^2}{\min(r, c) - 1}}, \qquad \phi^2 = \chi^2 / n

    With `corrected`, :math:`\phi^2` less :math:`(r-1)(c-1)/(n-1)`, at least 0, and
    :math:`r - (r-1)^2/(n-1)`, :math:`c - (c-1)^2/(n-1)` for the numbers of rows and columns,
    which takes off what chance adds in small tables. Only levels that occur count.

    Parameters
    ----------
    table : array_like of shape (..., n_rows, n_columns)
        Rows per pair of levels; leading dimensions are tables.
    corrected : bool
        Whether to correct for chance. For a matrix of associations, yes.

    Returns
    -------
    array of float
        In [0, 1]; ``nan`` where fewer than two levels of a column occur. Not comparable between
        a real-by-synthetic table of one size and one of another.

    Raises
    ------
    ValueError
        If counts are negative or there are fewer than two axes.

    References
    ----------
    .. [1] Cramer, H. (1946). Mathematical Methods of Statistics. Princeton University Press.
    .. [2] Bergsma, W. (2013). A bias-correction for Cramer's V and Tschuprow's T. Journal of the
       Korean Statistical Society, 42(3), 323-328.

    Examples
    --------
    >>> float(cramers_v([[5, 0], [0, 5]], corrected=False))
    1.0
    """
    counts = not_negative("counts", table)
    if counts.ndim < 2:
        raise ValueError(f"table needs two axes, got shape {counts.shape}")
    n = counts.sum((-2, -1))
    row, column = counts.sum(-1, keepdims=True), counts.sum(-2, keepdims=True)
    r, c = (row > 0).sum((-2, -1)).astype(float), (column > 0).sum((-2, -1)).astype(float)
    with np.errstate(invalid="ignore", divide="ignore"):
        cells = np.where(row * column > 0, counts**2 / (row * column), 0.0)
        phi2 = np.maximum(cells.sum((-2, -1)) - 1, 0)
        if corrected:
            phi2 = np.maximum(phi2 - (r - 1) * (c - 1) / (n - 1), 0)
            r, c = r - (r - 1) ** 2 / (n - 1), c - (c - 1) ** 2 / (n - 1)
        span = np.minimum(r, c) - 1
        found: Floats = np.where(span > 0, np.sqrt(np.minimum(phi2 / span, 1)), np.nan)
    return found


def correlation_ratio(counts: ArrayLike, *, points: ArrayLike) -> Floats:
    r"""Share of the spread of a numeric column that a categorical one explains, as a root.

    .. math:: \eta = \sqrt{\frac{\sum_g n_g (\bar x_g - \bar x)^2}
              {\sum_g \sum_i (x_{gi} - \bar x)^2}}

    Parameters
    ----------
    counts : array_like of shape (..., n_levels, n_points)
        Rows per level of the categorical column and point of the numeric one.
    points : array_like of shape (n_points,)
        Values.

    Returns
    -------
    array of float
        In [0, 1]; ``nan`` where the numeric column is constant or there are no rows.

    Raises
    ------
    ValueError
        If counts are negative or the points do not fit.

    References
    ----------
    .. [1] Fisher, R. A. (1925). Statistical Methods for Research Workers. Oliver and Boyd.

    Examples
    --------
    The level decides the value altogether.

    >>> float(correlation_ratio([[3, 0], [0, 2]], points=[10, 20]))
    1.0
    """
    rows, places = not_negative("counts", counts), np.asarray(points, dtype=float)
    if rows.ndim < 2 or places.shape != rows.shape[-1:]:
        raise ValueError(f"points must fit the counts, got {places.shape} and {rows.shape}")
    n, per_level, per_point = rows.sum((-2, -1)), rows.sum(-1), rows.sum(-2)
    with np.errstate(invalid="ignore", divide="ignore"):
        centred = places - ((per_point * places).sum(-1) / n)[..., np.newaxis]
        total = (per_point * centred**2).sum(-1)
        sums = (rows * centred[..., np.newaxis, :]).sum(-1)
        between = np.where(per_level > 0, sums**2 / per_level, 0.0).sum(-1)
        return np.where(total > 0, np.sqrt(np.clip(between / total, 0, 1)), np.nan)


def spearman(table: ArrayLike) -> Floats:
    r"""Rank correlation of two ordered columns, from their cross table.

    The Pearson correlation of mid-ranks, so that ties are treated as SciPy treats them.

    Parameters
    ----------
    table : array_like of shape (..., n_rows, n_columns)
        Rows per pair of points, both in increasing order.

    Returns
    -------
    array of float
        In [-1, 1]; ``nan`` where a column is constant or there are no rows.

    Raises
    ------
    ValueError
        If counts are negative or there are fewer than two axes.

    References
    ----------
    .. [1] Spearman, C. (1904). The proof and measurement of association between two things.
       American Journal of Psychology, 15(1), 72-101.

    Examples
    --------
    >>> float(spearman([[0, 4], [4, 0]]))
    -1.0
    """
    counts = not_negative("counts", table)
    if counts.ndim < 2:
        raise ValueError(f"table needs two axes, got shape {counts.shape}")
    n = counts.sum((-2, -1))[..., np.newaxis]
    row, column = counts.sum(-1), counts.sum(-2)
    a = np.cumsum(row, axis=-1) - row / 2 - n / 2  # mid-ranks, centred
    b = np.cumsum(column, axis=-1) - column / 2 - n / 2
    covariance = (counts * a[..., :, np.newaxis] * b[..., np.newaxis, :]).sum((-2, -1))
    scale2 = (row * a**2).sum(-1) * (column * b**2).sum(-1)
    with np.errstate(invalid="ignore", divide="ignore"):
        ratio = np.clip(covariance / np.sqrt(scale2), -1, 1)
    found: Floats = np.where(scale2 > 0, ratio, np.nan)
    return found
