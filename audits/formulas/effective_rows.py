"""How many rows a weighted group is worth."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from audits.formulas.checks import FloatOrArray, Floats, not_above, not_negative, plain


def kish(weights: npt.ArrayLike) -> float:
    r"""Effective number of rows of one weighted group, :math:`(\sum w)^2 / \sum w^2`.

    Parameters
    ----------
    weights : array_like of shape (n_rows,)
        Weights of at least 0, in any unit.

    Returns
    -------
    float
        Rows, between 1 and the number of rows with a weight. ``nan`` without rows.

    Raises
    ------
    ValueError
        If a weight is negative, nan or infinite, or if all are zero.

    References
    ----------
    Kish, L. (1965). Survey Sampling. Wiley.

    Examples
    --------
    >>> kish([2, 2, 2])
    3.0
    >>> kish([1, 1, 0, 0])
    2.0
    """
    w = _weights(weights)
    return float(kish_effective(w.sum(), (w**2).sum()))


def kish_effective(sum_w: npt.ArrayLike, sum_w2: npt.ArrayLike) -> FloatOrArray:
    r"""Effective number of rows from tallies, :math:`(\sum w)^2 / \sum w^2`.

    Right for quantities unrelated to the weights. For the share of a group, which is related to
    the weights whenever the group was over- or under-sampled, see `linearised_effective`.

    Parameters
    ----------
    sum_w, sum_w2 : array_like
        Sum of the weights, and sum of their squares, per group.

    Returns
    -------
    float or ndarray
        Rows. ``nan`` for a group without weight.

    Raises
    ------
    ValueError
        If a sum is negative.

    References
    ----------
    Kish, L. (1965). Survey Sampling. Wiley.

    Examples
    --------
    Weights 1, 1 and 2:

    >>> round(kish_effective(4, 6), 4)
    2.6667
    """
    total, squares = not_negative("sum_w", sum_w), not_negative("sum_w2", sum_w2)
    with np.errstate(invalid="ignore", divide="ignore"):
        return plain(np.where(squares > 0, total**2 / squares, np.nan))


def linearised_effective(
    sum_w: npt.ArrayLike, sum_w2: npt.ArrayLike, group_w: npt.ArrayLike, group_w2: npt.ArrayLike
) -> FloatOrArray:
    r"""Effective number of rows behind the weighted share of a group.

    The number of unweighted rows that would give the share the same variance
    :math:`v = \sum w^2 (1_g - p)^2 / (\sum w)^2`:

    .. math:: n_{lin} = p(1-p) / v, \qquad p = \sum_{g} w / \sum w

    Parameters
    ----------
    sum_w, sum_w2 : array_like
        Sum of all weights, and of all squared weights.
    group_w, group_w2 : array_like
        The same two sums over the rows of the group.

    Returns
    -------
    float or ndarray
        Rows; may exceed the number of rows, when a group was over-sampled. Kish's number when the
        share is 0 or 1. ``nan`` when there is no weight at all.

    Raises
    ------
    ValueError
        If a sum is negative, or a group's sum exceeds the sum of all.

    References
    ----------
    Korn, E. L., Graubard, B. I. (1998). Confidence intervals for proportions with small expected
    number of positive counts estimated from survey data. Survey Methodology, 24(2), 193-201.

    Examples
    --------
    Without weights it is the number of rows: ten rows, four of them in the group.

    >>> round(linearised_effective(10, 10, 4, 4), 9)
    10.0
    """
    total, squares = not_negative("sum_w", sum_w), not_negative("sum_w2", sum_w2)
    inside = not_negative("group_w", group_w)
    inside = not_above("group_w", inside, limit_name="sum_w", limit=total)
    inside2 = not_negative("group_w2", group_w2)
    inside2 = not_above("group_w2", inside2, limit_name="sum_w2", limit=squares)

    with np.errstate(invalid="ignore", divide="ignore"):
        p = inside / total
        variance = (inside2 * (1 - p) ** 2 + (squares - inside2) * p**2) / total**2
        linear = p * (1 - p) / variance
    one_sided = (p < 1e-12) | (p > 1 - 1e-12)  # sums of the same weights differ by rounding
    return plain(np.where(one_sided, kish_effective(total, squares), linear))


def design_effect(weights: npt.ArrayLike) -> float:
    r"""Rows per effective row of a weighted group, :math:`n \sum w^2 / (\sum w)^2`.

    Parameters
    ----------
    weights : array_like of shape (n_rows,)
        Weights of at least 0, in any unit. Rows of weight 0 count as rows.

    Returns
    -------
    float
        At least 1, which means equal weights. ``nan`` without rows.

    Raises
    ------
    ValueError
        If a weight is negative, nan or infinite, or if all are zero.

    References
    ----------
    Kish, L. (1965). Survey Sampling. Wiley.

    Examples
    --------
    >>> design_effect([5, 5, 5])
    1.0
    >>> design_effect([1, 1, 0, 0])
    2.0
    """
    w = _weights(weights)
    return float(w.size / kish(w)) if w.size else float("nan")


def _weights(weights: npt.ArrayLike) -> Floats:
    w = not_negative("weights", weights)
    if w.ndim != 1:
        raise ValueError(f"weights must be one-dimensional, got shape {w.shape}")
    if not np.isfinite(w).all():
        raise ValueError("weights must be finite, got nan or inf")
    if w.size and not w.any():
        raise ValueError(f"at least one weight must be above 0, got {w.size} zeros")
    return w
