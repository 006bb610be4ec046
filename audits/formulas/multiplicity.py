"""Many tests at once: p values adjusted for their family."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from audits.formulas.checks import Floats, share_between


def benjamini_hochberg(p: npt.ArrayLike) -> Floats:
    r"""P values adjusted for the false discovery rate.

    With the p values in rising order, :math:`\tilde p_{(i)} = \min_{j \ge i} F\, p_{(j)} / j`,
    at most 1. Rejecting where the adjusted value is at most q keeps the expected share of false
    rejections at most q, if the tests are independent or positively dependent.

    Parameters
    ----------
    p : array_like
        P values of one family, between 0 and 1. ``nan`` marks what was not tested.

    Returns
    -------
    ndarray
        Adjusted p values, in the shape of `p`. ``nan`` where `p` is; these do not count in
        the size of the family :math:`F`.

    Raises
    ------
    ValueError
        If a p value is outside [0, 1].

    References
    ----------
    Benjamini, Y., Hochberg, Y. (1995). Controlling the false discovery rate. Journal of the Royal
    Statistical Society B, 57(1), 289-300.

    Examples
    --------
    >>> benjamini_hochberg([0.01, 0.5, 0.02])
    array([0.03, 0.5 , 0.03])
    """
    ordered, order, adjusted = _in_order(p)
    ranks = np.arange(1, ordered.size + 1)
    # The factor first: the largest p value then keeps every digit.
    stepped = np.minimum.accumulate((ordered * (ordered.size / ranks))[::-1])[::-1]
    adjusted.flat[order] = np.minimum(stepped, 1.0)
    return adjusted


def holm(p: npt.ArrayLike) -> Floats:
    r"""P values adjusted for the chance of any false rejection.

    With the p values in rising order,
    :math:`\tilde p_{(i)} = \max_{j \le i} (F - j + 1)\, p_{(j)}`, at most 1. Valid under every
    dependence.

    Parameters
    ----------
    p : array_like
        P values of one family, between 0 and 1. ``nan`` marks what was not tested.

    Returns
    -------
    ndarray
        Adjusted p values, in the shape of `p`. ``nan`` where `p` is; these do not count in
        the size of the family :math:`F`.

    Raises
    ------
    ValueError
        If a p value is outside [0, 1].

    References
    ----------
    Holm, S. (1979). A simple sequentially rejective multiple test procedure. Scandinavian Journal
    of Statistics, 6(2), 65-70.

    Examples
    --------
    >>> holm([0.01, 0.5, 0.02])
    array([0.03, 0.5 , 0.04])
    """
    ordered, order, adjusted = _in_order(p)
    left = np.arange(ordered.size, 0, -1)
    adjusted.flat[order] = np.minimum(np.maximum.accumulate(ordered * left), 1.0)
    return adjusted


def selected_confidence(selected: int, family: int, q: float) -> float:
    r"""Confidence level for the intervals of groups that were picked out, :math:`1 - qk/F`.

    Intervals shown only for the k rejected of F hypotheses miss the truth too often at their
    nominal level; at this level the expected share that misses is at most q.

    Parameters
    ----------
    selected : int
        Groups picked out, :math:`k`, between 0 and `family`.
    family : int
        Groups tested, :math:`F`.
    q : float, between 0 and 1
        Accepted rate of false discoveries.

    Returns
    -------
    float
        From just above 1 - q (one of one: exactly 1 - q) to below 1. ``nan`` when nothing
        was picked out.

    Raises
    ------
    ValueError
        If `selected` is negative or exceeds `family`, or `q` is outside (0, 1).

    References
    ----------
    Benjamini, Y., Yekutieli, D. (2005). False discovery rate-adjusted multiple confidence
    intervals for selected parameters. Journal of the American Statistical Association,
    100(469), 71-81.

    Examples
    --------
    >>> selected_confidence(5, 10, q=0.1)
    0.95
    """
    if not 0 <= selected <= family:
        raise ValueError(f"selected must be between 0 and the family, got {selected} of {family}")
    if not 0 < q < 1:
        raise ValueError(f"q must be between 0 and 1, got {q:g}")
    return 1 - q * selected / family if selected else float("nan")


def _in_order(p: npt.ArrayLike) -> tuple[Floats, npt.NDArray[np.intp], Floats]:
    """Tested p values in rising order, their places, and an array of nan to be filled in."""
    values = share_between("p", p)
    tested = np.flatnonzero(~np.isnan(values))
    order = tested[np.argsort(values.flat[tested], kind="stable")]
    return values.flat[order], order, np.full(values.shape, np.nan)
