"""How far chance may have moved the variety of a group: jackknife errors without leaving out.

Leaving out one member at a time needs no recomputation: it takes the member's distance sum away
twice. So the errors follow from the same counts as the variety itself (see `variety`).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from audits.formulas.variety import Floats, distance_sums


def jackknife_error(counts: ArrayLike, positions: ArrayLike | None = None) -> Floats:
    r"""Standard error of the mean dissimilarity, by leaving out one member at a time.

    .. math:: s^2 = \frac{n-1}{n} \sum_i (u_{(-i)} - \bar u)^2
                  = \frac{4}{n (n-1) (n-2)^2} \sum_k c_k (T_k - \bar T)^2

    The right side needs only the counts: leaving out a member at level k takes away its
    distance sum :math:`T_k` twice.

    Parameters
    ----------
    counts : array_like of shape (..., K)
        Members at each level.
    positions : array_like of shape (K,), optional
        Place of each level in [0, 1], ``nan`` for missing; None for a categorical attribute.

    Returns
    -------
    numpy.ndarray of shape (...,)
        At least 0; 0 when all members are alike or all differ equally; ``nan`` below three
        members.

    Raises
    ------
    ValueError
        If a count is negative or not finite, or `positions` does not fit.

    References
    ----------
    Arvesen, J. N. (1969). Jackknifing U-statistics. The Annals of Mathematical Statistics, 40(6),
    2076-2100.

    Examples
    --------
    Of a, a, b leave one out: 1, 1 or 0 of the one pair left differ.

    >>> round(float(jackknife_error([2, 1])), 4)
    0.6667
    """
    sums = distance_sums(counts, positions)
    members = np.asarray(counts, dtype=float)
    n = members.sum(axis=-1)
    mean = (members * sums).sum(axis=-1) / np.maximum(n, 1)
    squares = (members * (sums - mean[..., np.newaxis]) ** 2).sum(axis=-1)
    return _jackknife(squares, n)


def joint_error(row_means: ArrayLike, n: ArrayLike) -> Floats:
    r"""Standard error of the joint mean dissimilarity over several attributes.

    .. math:: s^2 = \frac{4 (n-1)^2}{n (n-2)^2} \cdot
                    \frac{1}{s-1} \sum_{i=1}^{s} (h_i - \bar h)^2

    with :math:`h_i` the mean distance of row i to the other members of its group, averaged over
    the attributes. With all rows (s = n) this is the jackknife. A random sample of the rows does
    nearly as well, because only the variance of the :math:`h_i` is estimated from it, while each
    :math:`h_i` refers to the whole group of n.

    Parameters
    ----------
    row_means : array_like of shape (..., s)
        Mean distance of each (sampled) row to the other members: the mean over the attributes of
        `level_distances` at the level the row holds.
    n : array_like of shape (...,)
        Size of the full group.

    Returns
    -------
    numpy.ndarray of shape (...,)
        At least 0; ``nan`` when n < 3 or fewer than two rows are given.

    Raises
    ------
    ValueError
        If more rows are given than the group has.

    References
    ----------
    Arvesen, J. N. (1969). Jackknifing U-statistics. The Annals of Mathematical Statistics, 40(6),
    2076-2100.

    Examples
    --------
    >>> round(float(joint_error([0.5, 0.5, 1.0], n=3)), 4)
    0.6667
    """
    rows, size = np.asarray(row_means, dtype=float), np.asarray(n, dtype=float)
    sampled = rows.shape[-1]
    if (sampled > size).any():
        raise ValueError(f"{sampled} rows were given for a group of {size.min():g}")
    if sampled < 2:
        return np.full(np.broadcast_shapes(rows.shape[:-1], size.shape), np.nan)
    return _jackknife(rows.var(axis=-1, ddof=1) * (size - 1) ** 3, size)


def weighted_joint_error(row_sums: ArrayLike, weights: ArrayLike) -> float:
    r"""Standard error of the weighted (joint) dissimilarity, leaving out one row at a time.

    .. math:: u_{(-i)} = \frac{T - 2 w_i r_i}{(W - w_i)^2 - (Q - w_i^2)}, \qquad
              s^2 = \frac{n-1}{n} \sum_i (u_{(-i)} - \bar u)^2

    with :math:`r_i = \sum_j w_j d_{ij}`, :math:`T = \sum_i w_i r_i`, :math:`W = \sum_i w_i`
    and :math:`Q = \sum_i w_i^2`.

    Parameters
    ----------
    row_sums : array_like of shape (n,)
        Weighted distance sum of every row: the mean over the attributes of `distance_sums` of
        the weights, at the level the row holds.
    weights : array_like of shape (n,)
        Weight of every row, positive.

    Returns
    -------
    float
        At least 0; equal to the jackknife error when all weights are equal; ``nan`` below three
        rows.

    Raises
    ------
    ValueError
        If a weight is not positive or the shapes differ.

    References
    ----------
    Arvesen, J. N. (1969). Jackknifing U-statistics. The Annals of Mathematical Statistics, 40(6),
    2076-2100.

    Examples
    --------
    >>> round(weighted_joint_error([1, 1, 2], [1, 1, 1]), 4)
    0.6667
    """
    sums, weight = np.asarray(row_sums, dtype=float), np.asarray(weights, dtype=float)
    if sums.shape != weight.shape or sums.ndim != 1:
        raise ValueError(f"row_sums and weights must match, got {sums.shape}, {weight.shape}")
    if not (weight > 0).all():
        raise ValueError(f"weights must be positive, got {weight.min():g}")
    n = len(weight)
    if n < 3:
        return float("nan")
    pairs = (weight.sum() - weight) ** 2 - ((weight**2).sum() - weight**2)
    left_out = ((weight * sums).sum() - 2 * weight * sums) / pairs
    return float(np.sqrt((n - 1) * left_out.var()))


def _jackknife(squares: Floats, n: Floats) -> Floats:
    """Jackknife error from the summed squared deviations of the rows' distance sums."""
    with np.errstate(divide="ignore", invalid="ignore"):
        error = 2 * np.sqrt(squares / (n * (n - 1))) / (n - 2)
    return np.where(n >= 3, error, np.nan)
