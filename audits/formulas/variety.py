r"""How different the members of a group are from each other (Rao's quadratic entropy).

Everything here is a function of the counts of the levels of one attribute, so a thousand groups
cost one call. An attribute is *categorical* (``positions=None``: two members differ by 0 or 1) or
*ordered*: ``positions`` places each level in [0, 1] and two members differ by the distance between
their positions. ``nan`` marks the level "missing": at distance 0 from itself, 1 from any value.

The joint variety over several attributes is the plain mean of theirs, because the distance of two
rows is the mean of their distances in each attribute (Gower 1971).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


def distance_sums(counts: ArrayLike, positions: ArrayLike | None = None) -> Floats:
    r"""Sum of the distances from each level to all members of the group.

    .. math:: T_k = \sum_l c_l \, d_{kl}

    Parameters
    ----------
    counts : array_like of shape (..., K)
        Members at each level, or their weights; not negative.
    positions : array_like of shape (K,), optional
        Place of each level in [0, 1], ``nan`` for missing; None for a categorical attribute.

    Returns
    -------
    numpy.ndarray of shape (..., K)
        Each between 0 and the size of the group. Found by cumulative sums, never level by level.

    Raises
    ------
    ValueError
        If a count is negative or not finite, or `positions` does not fit.

    References
    ----------
    Gower, J. C. (1971). A general coefficient of similarity and some of its properties.
    Biometrics, 27(4), 857-871.

    Examples
    --------
    >>> distance_sums([2, 1, 1])
    array([2., 3., 3.])
    >>> distance_sums([2, 1, 1], positions=[0, 0.5, 1])
    array([1.5, 1.5, 2.5])
    """
    members = _checked_counts(counts)
    total = members.sum(axis=-1, keepdims=True)
    if positions is None:
        return np.asarray(total - members)
    place = _checked_positions(positions, levels=members.shape[-1])
    order = np.argsort(place, kind="stable")  # nan comes last
    values, unknown = np.split(order, [np.count_nonzero(~np.isnan(place))])
    at, where = members[..., values], place[values]
    missing = members[..., unknown].sum(axis=-1, keepdims=True)
    present = at.sum(axis=-1, keepdims=True)
    moment = at * where
    whole = moment.sum(axis=-1, keepdims=True)
    spread = where * (2 * at.cumsum(axis=-1) - present) + whole - 2 * moment.cumsum(axis=-1)
    sums = np.empty_like(members)
    sums[..., values] = np.maximum(spread, 0) + missing
    sums[..., unknown] = present
    return sums


def level_distances(counts: ArrayLike, positions: ArrayLike | None = None) -> Floats:
    r"""Mean distance of a member at each level to the other members of the group.

    .. math:: h_k = \frac{1}{n-1} \sum_l c_l \, d_{kl}

    Parameters
    ----------
    counts : array_like of shape (..., K)
        Members at each level.
    positions : array_like of shape (K,), optional
        Place of each level in [0, 1], ``nan`` for missing; None for a categorical attribute.

    Returns
    -------
    numpy.ndarray of shape (..., K)
        In [0, 1]; ``nan`` at a level nobody holds and in groups of fewer than two.

    Raises
    ------
    ValueError
        If a count is negative or not finite, or `positions` does not fit.

    References
    ----------
    Rao, C. R. (1982). Diversity and dissimilarity coefficients: a unified approach. Theoretical
    Population Biology, 21(1), 24-43.

    Examples
    --------
    Two alike and one apart: each of the two is alike one and unlike one.

    >>> level_distances([2, 1, 0])
    array([0.5, 1. , nan])
    """
    members = _checked_counts(counts)
    others = members.sum(axis=-1, keepdims=True) - 1
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = distance_sums(members, positions) / others
    return np.where((members > 0) & (others > 0), mean, np.nan)


def mean_dissimilarity(counts: ArrayLike, positions: ArrayLike | None = None) -> Floats:
    r"""Mean distance between two different members of a group.

    .. math:: \Delta = \frac{1}{n(n-1)} \sum_{i \ne j} d(x_i, x_j)

    A U-statistic: unbiased for the population at every n, so groups of different sizes compare.

    Parameters
    ----------
    counts : array_like of shape (..., K)
        Members at each level.
    positions : array_like of shape (K,), optional
        Place of each level in [0, 1], ``nan`` for missing; None for a categorical attribute.

    Returns
    -------
    numpy.ndarray of shape (...,)
        In [0, 1]: 0 when all members are alike, 1 when no two are; ``nan`` below two members.

    Raises
    ------
    ValueError
        If a count is negative or not finite, or `positions` does not fit.

    References
    ----------
    Rao, C. R. (1982). Diversity and dissimilarity coefficients: a unified approach. Theoretical
    Population Biology, 21(1), 24-43.

    Examples
    --------
    Of the three pairs among a, a, b two differ.

    >>> round(float(mean_dissimilarity([2, 1])), 4)
    0.6667
    """
    members = _checked_counts(counts)
    return _ratio((members * distance_sums(members, positions)).sum(axis=-1), _pairs(members))


def population_dissimilarity(shares: ArrayLike, positions: ArrayLike | None = None) -> Floats:
    r"""Mean distance between two members of an endless population with these shares.

    .. math:: \Delta = \sum_{k,l} p_k \, p_l \, d_{kl}

    Parameters
    ----------
    shares : array_like of shape (..., K)
        Shares of the levels, not negative; they are scaled to sum to one.
    positions : array_like of shape (K,), optional
        Place of each level in [0, 1], ``nan`` for missing; None for a categorical attribute.

    Returns
    -------
    numpy.ndarray of shape (...,)
        In [0, 1); ``nan`` when all shares are 0.

    Raises
    ------
    ValueError
        If a share is negative or not finite, or `positions` does not fit.

    References
    ----------
    Rao, C. R. (1982). Diversity and dissimilarity coefficients: a unified approach. Theoretical
    Population Biology, 21(1), 24-43.

    Examples
    --------
    >>> float(population_dissimilarity([0.5, 0.5]))
    0.5
    """
    part = _checked_counts(shares)
    spread = (part * distance_sums(part, positions)).sum(axis=-1)
    return _ratio(spread, part.sum(axis=-1) ** 2)


def weighted_dissimilarity(
    weights: ArrayLike, squared_weights: ArrayLike, positions: ArrayLike | None = None
) -> Floats:
    r"""Mean distance between two different members, pairs weighted by the product of weights.

    .. math:: \Delta_w = \frac{\sum_{i \ne j} w_i w_j \, d_{ij}}
                              {(\sum_i w_i)^2 - \sum_i w_i^2}

    Parameters
    ----------
    weights : array_like of shape (..., K)
        Sum of the weights of the members at each level.
    squared_weights : array_like of shape (..., K)
        Sum of the squared weights of the members at each level.
    positions : array_like of shape (K,), optional
        Place of each level in [0, 1], ``nan`` for missing; None for a categorical attribute.

    Returns
    -------
    numpy.ndarray of shape (...,)
        In [0, 1]; equal to `mean_dissimilarity` when all weights are equal; ``nan`` below two
        members with weight.

    Raises
    ------
    ValueError
        If a weight is negative or not finite, or `positions` does not fit.

    References
    ----------
    Rao, C. R. (1982). Diversity and dissimilarity coefficients: a unified approach. Theoretical
    Population Biology, 21(1), 24-43.

    Examples
    --------
    Two alike and one apart, who counts double: 8 of the 10 weighted pairs differ.

    >>> round(float(weighted_dissimilarity([2, 2], [2, 4])), 4)
    0.8
    """
    weight, squares = _checked_counts(weights), _checked_counts(squared_weights)
    spread = (weight * distance_sums(weight, positions)).sum(axis=-1)
    whole = weight.sum(axis=-1) ** 2
    pairs = whole - squares.sum(axis=-1)
    # One member leaves rounding noise where there should be no pair at all.
    return _ratio(spread, np.where(pairs > 1e-12 * whole, pairs, 0.0))


def _ratio(part: Floats, whole: Floats) -> Floats:
    """Divide; nothing divided by nothing is undefined."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(whole > 0, part / whole, np.nan)


def _pairs(members: Floats) -> Floats:
    """Ordered pairs of different members in each group."""
    n = members.sum(axis=-1)
    return np.asarray(n * (n - 1))


def _checked_counts(counts: ArrayLike) -> Floats:
    """Counts as an array of floats, refused when they cannot be counts."""
    members = np.asarray(counts, dtype=float)
    if members.ndim == 0 or members.shape[-1] == 0:
        raise ValueError(f"counts need at least one level, got shape {members.shape}")
    if members.size and not (members.min() >= 0 and members.max() < np.inf):
        raise ValueError(
            f"counts must be finite and not negative, got {members.min():g} to {members.max():g}"
        )
    return members


def _checked_positions(positions: ArrayLike, *, levels: int) -> Floats:
    """Positions as an array of floats, refused outside [0, 1]."""
    place = np.asarray(positions, dtype=float)
    if place.shape != (levels,):
        raise ValueError(f"positions must have shape ({levels},), got {place.shape}")
    if ((place < 0) | (place > 1)).any():
        raise ValueError(f"positions must be in [0, 1], got {place.tolist()}")
    return place
