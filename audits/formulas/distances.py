"""Distances between two samples, as they are: no correction, no interval, no verdict.

Counts come with the level or point on the last axis; leading dimensions broadcast, so that many
groups cost one call. Plain distances are never 0 for samples of one population and larger where
rows are few; `audits.formulas.shifts` takes that part off.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import rel_entr

from audits.formulas.checks import Floats
from audits.formulas.nulls import checked_counts, checked_gaps


def total_variation(real: ArrayLike, synthetic: ArrayLike) -> Floats:
    r"""Share of rows that would have to change level to make the two samples alike.

    .. math:: T = \tfrac12 \sum_j |p_j - q_j|

    Parameters
    ----------
    real, synthetic : array_like of shape (..., n_levels)
        Rows per level of the joint domain.

    Returns
    -------
    array of float
        In [0, 1]; ``nan`` where a side has no rows.

    Raises
    ------
    ValueError
        If counts are negative or the last axes differ in length.

    References
    ----------
    .. [1] Levin, D. A., Peres, Y. and Wilmer, E. L. (2009). Markov Chains and Mixing Times.
       American Mathematical Society.

    Examples
    --------
    A quarter of the rows sits in the wrong level.

    >>> float(total_variation([2, 2], [1, 3]))
    0.25
    """
    p, q = shares_of(real, synthetic)
    found: Floats = np.abs(p - q).sum(-1) / 2
    return found


def jensen_shannon_divergence(real: ArrayLike, synthetic: ArrayLike, *, base: float) -> Floats:
    r"""Mean divergence of the two samples from their average (not its square root).

    .. math:: J = \tfrac12 \sum_j \Bigl(p_j \log\frac{p_j}{r_j} + q_j \log\frac{q_j}{r_j}\Bigr),
              \qquad r_j = \tfrac12 (p_j + q_j)

    Parameters
    ----------
    real, synthetic : array_like of shape (..., n_levels)
        Rows per level.
    base : float above 1
        Of the logarithm; 2 gives bits.

    Returns
    -------
    array of float
        From 0 to ``log 2`` in that base (1 bit); ``nan`` where a side has no rows.

    Raises
    ------
    ValueError
        If counts are negative, the last axes differ in length, or `base` is not above 1.

    References
    ----------
    .. [1] Lin, J. (1991). Divergence measures based on the Shannon entropy. IEEE Transactions on
       Information Theory, 37(1), 145-151.

    Examples
    --------
    Nothing in common is one bit.

    >>> float(jensen_shannon_divergence([5, 0], [0, 5], base=2))
    1.0
    """
    if not base > 1:
        raise ValueError(f"base must be above 1, got {base:g}")
    p, q = shares_of(real, synthetic)
    middle = (p + q) / 2
    nats = (rel_entr(p, middle) + rel_entr(q, middle)).sum(-1) / 2
    found: Floats = np.maximum(nats, 0) / np.log(base)
    return found


def jensen_shannon_distance(real: ArrayLike, synthetic: ArrayLike, *, base: float) -> Floats:
    """Square root of the Jensen-Shannon divergence, which is a metric.

    Parameters
    ----------
    real, synthetic : array_like of shape (..., n_levels)
        Rows per level.
    base : float above 1
        Of the logarithm.

    Returns
    -------
    array of float
        From 0 to 1 with base 2; ``nan`` where a side has no rows. The number that
        `scipy.spatial.distance.jensenshannon` gives.

    Raises
    ------
    ValueError
        As `jensen_shannon_divergence`.

    References
    ----------
    .. [1] Endres, D. M. and Schindelin, J. E. (2003). A new metric for probability distributions.
       IEEE Transactions on Information Theory, 49(7), 1858-1860.

    Examples
    --------
    >>> float(jensen_shannon_distance([5, 0], [0, 5], base=2))
    1.0
    """
    found: Floats = np.sqrt(jensen_shannon_divergence(real, synthetic, base=base))
    return found


def population_stability(real: ArrayLike, synthetic: ArrayLike) -> Floats:
    r"""Population stability index: the sum of both Kullback-Leibler divergences, in nats.

    .. math:: I = \sum_j (p_j - q_j)(\ln p_j - \ln q_j)

    Parameters
    ----------
    real, synthetic : array_like of shape (..., n_levels)
        Rows per level.

    Returns
    -------
    array of float
        At least 0; infinite where a level is empty on one side only (it is not filled in),
        ``nan`` where a side has no rows. Without drift it is about (levels - 1)(1/n + 1/m), so
        fixed limits such as .25 accuse small groups.

    Raises
    ------
    ValueError
        If counts are negative or the last axes differ in length.

    References
    ----------
    .. [1] Jeffreys, H. (1946). An invariant form for the prior probability in estimation problems.
       Proceedings of the Royal Society A, 186, 453-461.

    Examples
    --------
    >>> float(population_stability([3, 1], [1, 3]).round(6)), float(np.log(3).round(6))
    (1.098612, 1.098612)
    """
    p, q = shares_of(real, synthetic)
    found: Floats = (rel_entr(p, q) + rel_entr(q, p)).sum(-1)
    return found


def kolmogorov(real: ArrayLike, synthetic: ArrayLike) -> Floats:
    r"""Largest difference of the shares at or below a point (Kolmogorov-Smirnov statistic).

    .. math:: D = \max_l |F_R(l) - F_S(l)|

    Parameters
    ----------
    real, synthetic : array_like of shape (..., n_points)
        Rows at each point, points in increasing order.

    Returns
    -------
    array of float
        In [0, 1]; ``nan`` where a side has no rows.

    Raises
    ------
    ValueError
        If counts are negative or the last axes differ in length.

    References
    ----------
    .. [1] Smirnov, N. (1948). Table for estimating the goodness of fit of empirical distributions.
       Annals of Mathematical Statistics, 19(2), 279-281.

    Examples
    --------
    >>> float(kolmogorov([1, 1, 0], [0, 1, 1]))
    0.5
    """
    p, q = shares_of(real, synthetic)
    found: Floats = np.abs(np.cumsum(p - q, axis=-1)).max(-1)
    return found


def wasserstein(real: ArrayLike, synthetic: ArrayLike, points: ArrayLike) -> Floats:
    r"""Average distance rows would have to move to make the two samples alike.

    .. math:: W = \sum_l |F_R(l) - F_S(l)|\,(x_{l+1} - x_l)

    Parameters
    ----------
    real, synthetic : array_like of shape (..., n_points)
        Rows at each point.
    points : array_like of shape (n_points,) or (..., n_points)
        Values, in increasing order.

    Returns
    -------
    array of float
        In the unit of `points`, at least 0; ``nan`` where a side has no rows.

    Raises
    ------
    ValueError
        If counts are negative, shapes disagree, or points decrease.

    References
    ----------
    .. [1] Vallender, S. S. (1974). Calculation of the Wasserstein distance between probability
       distributions on the line. Theory of Probability and its Applications, 18(4), 784-786.

    Examples
    --------
    Half of the rows move by 3.

    >>> float(wasserstein([2, 0], [1, 1], points=[0, 3]))
    1.5
    """
    p, q = shares_of(real, synthetic)
    gaps = checked_gaps(points, p.shape[-1])
    found: Floats = (np.abs(np.cumsum(p - q, axis=-1)[..., :-1]) * gaps).sum(-1)
    return found


def shares_of(real: ArrayLike, synthetic: ArrayLike) -> tuple[Floats, Floats]:
    """Counts of both sides as shares; ``nan`` where a side has no rows.

    Raises
    ------
    ValueError
        If counts are negative or the last axes differ in length.

    Examples
    --------
    >>> shares_of([1, 3], [2, 2])
    (array([0.25, 0.75]), array([0.5, 0.5]))
    """
    x, y = checked_counts(real, synthetic)
    with np.errstate(invalid="ignore"):
        return x / x.sum(-1, keepdims=True), y / y.sum(-1, keepdims=True)
