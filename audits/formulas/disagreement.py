"""How often annotators of one item disagree, and what agreement there is beyond chance.

Annotations come as counts: a row per item, a column per label. Every item counts once, however
many people annotated it. `values` are the numbers that labels stand for; without them labels are
names, and two labels are as far apart as any other two.
"""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.special import ndtri, stdtrit

from audits.estimates import Estimate
from audits.formulas.checks import checked_confidence
from audits.formulas.shares import wilson

Floats = NDArray[np.float64]
Counted: TypeAlias = sparse.csr_array


class Paired(NamedTuple):
    """Per item: how many pairs of annotations there are, and their mean distance."""

    pairs: Floats
    apart: Floats


def within(counts: Counted, values: Floats | None = None) -> Paired:
    r"""Pairs of annotations of one item, from one group of annotators.

    With :math:`n_{ik}` annotations of item i that give label k, and :math:`n_i` in all, there are
    :math:`n_i (n_i - 1) / 2` pairs, of which a share of

    .. math:: d_i = 1 - \frac{\sum_k n_{ik} (n_{ik} - 1)}{n_i (n_i - 1)}

    give different labels. With `values`, :math:`d_i` is the mean of their squared differences.

    Parameters
    ----------
    counts : scipy.sparse.csr_array of shape (items, labels)
        Annotations of each item that give each label.
    values : ndarray of shape (labels,), optional
        The number each label stands for.

    Returns
    -------
    Paired
        `apart` between 0 and 1 (at least 0 with `values`); ``nan`` where there is no pair.

    References
    ----------
    Fleiss, J. L. (1971). Measuring nominal scale agreement among many raters. Psychological
    Bulletin, 76(5), 378-382.

    Examples
    --------
    Three people give one label, a fourth another: 3 of 6 pairs differ. One alone makes no pair.

    >>> within(sparse.csr_array([[3, 1], [1, 0]]))
    Paired(pairs=array([6., 0.]), apart=array([0.5, nan]))
    """
    n, squares, same = _sums(counts, values)
    with np.errstate(divide="ignore", invalid="ignore"):
        if values is None:
            apart = 1 - (same - n) / (n * (n - 1))
        else:
            total = counts @ values
            apart = 2 * (n * squares - total**2) / (n * (n - 1))
    return Paired(n * (n - 1) / 2, np.where(n >= 2, np.maximum(apart, 0.0), np.nan))


def between(first: Counted, second: Counted, values: Floats | None = None) -> Paired:
    r"""Pairs of annotations of one item, one from either of two groups of annotators.

    Of the :math:`a_i b_i` pairs a share of :math:`1 - \sum_k a_{ik} b_{ik} / a_i b_i` give
    different labels.

    Parameters
    ----------
    first, second : scipy.sparse.csr_array of shape (items, labels)
        Annotations of each item by people of either group that give each label.
    values : ndarray of shape (labels,), optional
        The number each label stands for.

    Returns
    -------
    Paired
        As in `within`.

    References
    ----------
    Cohen, J. (1960). A coefficient of agreement for nominal scales. Educational and Psychological
    Measurement, 20(1), 37-46 (of one person each).

    Examples
    --------
    >>> between(sparse.csr_array([[2, 0]]), sparse.csr_array([[1, 3]]))
    Paired(pairs=array([8.]), apart=array([0.75]))
    """
    a, a_squares, _ = _sums(first, values)
    b, b_squares, _ = _sums(second, values)
    with np.errstate(divide="ignore", invalid="ignore"):
        if values is None:
            apart = 1 - np.asarray(first.multiply(second).sum(axis=1)).ravel() / (a * b)
        else:
            mixed = (first @ values) * (second @ values)
            apart = a_squares / a + b_squares / b - 2 * mixed / (a * b)
    return Paired(a * b, np.where(a * b > 0, np.maximum(apart, 0.0), np.nan))


def disagreement(pairs: Floats, apart: Floats, *, confidence: float) -> Estimate:
    r"""Share of pairs that disagree, each item counted once, with an interval over items.

    The mean of the items' shares, with Wilson's interval on an effective number of items

    .. math:: n^* = n \, \frac{p (1 - p)}{s^2} \Bigl(\frac{z}{t_{n-1}}\Bigr)^2

    where s is their standard deviation: items, not pairs, are what was drawn. It is no more than
    the number of pairs; n itself where all agree, or all disagree.

    Parameters
    ----------
    pairs, apart : ndarray of shape (items,)
        From `within` or `between`, without `values`. Items without a pair are left out.
    confidence : float, between 0 and 1
        Level of the interval.

    Returns
    -------
    Estimate
        Between 0 and 1; unknown without a pair.

    Raises
    ------
    ValueError
        If `confidence` is outside (0, 1).

    References
    ----------
    Korn, E. L., Graubard, B. I. (1998). Confidence intervals for proportions with small expected
    number of positive counts estimated from survey data. Survey Methodology, 24(2), 193-201 (the
    effective number). Dean, N., Pagano, M. (2015). Evaluating confidence interval methods for
    binomial proportions in clustered surveys. Journal of Survey Statistics and Methodology, 3(4),
    484-503 (with Wilson's interval).

    Examples
    --------
    >>> print(disagreement(np.ones(10), np.array([1.0] * 5 + [0.0] * 5), confidence=0.95))
    0.50 (0.20 to 0.80)
    """
    level = checked_confidence(confidence)
    known = ~np.isnan(apart)
    shares, n = apart[known], int(known.sum())
    if not n:
        return Estimate.unknown()
    p = float(np.clip(shares.mean(), 0, 1))
    effective = float(n)
    if n > 1 and 0 < p < 1:
        tail = (1 + level) / 2
        lost = float((ndtri(tail) / stdtrit(n - 1, tail)) ** 2)
        spread = float(shares.var(ddof=1))
        most = float(pairs[known].sum()) * lost
        effective = min(n * p * (1 - p) / spread * lost, most) if spread > 0 else most
    low, high = wilson(p * effective, effective, confidence=level)
    return Estimate(p, min(float(low), p), max(float(high), p))


def beyond_chance(
    first: Counted,
    second: Counted | None = None,
    *,
    values: Floats | None = None,
    confidence: float,
) -> Estimate:
    r"""Kappa: one less disagreement over that of annotations of items at random.

    .. math:: \kappa = 1 - \frac{\bar d}{1 - \sum_k \pi_k \pi'_k}

    with :math:`\bar d` the mean of the items' :math:`d_i`, and :math:`\pi_k` the mean over items
    of the share of their annotations that give label k. Within one group of annotators this is
    Fleiss' kappa, generalised to unequal numbers of annotations per item; between two groups of
    one person each it is Cohen's. With `values`, squared differences take the place of "differs".
    Limits are those of Student's t on a jackknife over items, at most 1; where leaving out any item
    changes nothing, those of :math:`\bar d`.

    Parameters
    ----------
    first : scipy.sparse.csr_array of shape (items, labels)
        Annotations of each item that give each label. Those of items with one annotation tell
        how often labels are given.
    second : as `first`, optional
        Those of another group of annotators: pairs are then of one from each.
    values : ndarray of shape (labels,), optional
        The number each label stands for.
    confidence : float, between 0 and 1
        Level of the interval.

    Returns
    -------
    Estimate
        At most 1; 0 is agreement by chance. Unknown with fewer than two items that have a pair, and
        where only one label is given.

    Raises
    ------
    ValueError
        If `confidence` is outside (0, 1).

    References
    ----------
    Fleiss (1971) and Cohen (1960), as above. Gwet, K. L. (2014). Handbook of inter-rater
    reliability, 4th ed., Advanced Analytics, chapters 2 and 5 (missing annotations; items as the
    units that were drawn).

    Examples
    --------
    Two people on ten items, who say yes to half of them each, and agree on eight:

    >>> both = [[2, 0]] * 4 + [[0, 2]] * 4 + [[1, 1]] * 2
    >>> print(beyond_chance(sparse.csr_array(both), confidence=0.95))
    0.60 (-0.0183 to 1.00)
    """
    level = checked_confidence(confidence)
    found = within(first, values) if second is None else between(first, second, values)
    known = ~np.isnan(found.apart)
    n = int(known.sum())
    if n < 2:
        return Estimate.unknown()
    apart, shown = np.where(known, found.apart, 0.0), known.astype(np.float64)
    expected, without = _expected(first, first if second is None else second, values)
    if not expected > 1e-12:
        return Estimate.unknown()
    value = 1 - float(apart.sum() / n) / expected
    with np.errstate(divide="ignore", invalid="ignore"):
        others = 1 - (apart.sum() - apart) / (n - shown) / without
    drawn = _drawn(first, second)
    others = others[drawn]
    if not np.isfinite(others).all():
        return Estimate(value, np.nan, np.nan)
    size = len(others)
    error = float(np.sqrt((size - 1) * others.var()))
    reach = float(stdtrit(n - 1, (1 + level) / 2)) * error
    if error < 1e-12:
        return _by_disagreement(value, found, expected, level, named=values is None)
    return Estimate(value, value - reach, min(1.0, value + reach))


def _by_disagreement(
    value: float, found: Paired, expected: float, confidence: float, *, named: bool
) -> Estimate:
    if not named:
        return Estimate(value, np.nan, np.nan)
    seen = disagreement(found.pairs, found.apart, confidence=confidence)
    return Estimate(
        value, min(value, 1 - seen.high / expected), max(value, 1 - seen.low / expected)
    )


def _drawn(first: Counted, second: Counted | None) -> NDArray[np.bool_]:
    """Items that anybody of those concerned annotated."""
    annotated = np.asarray(first.sum(axis=1)).ravel() > 0
    if second is not None:
        annotated |= np.asarray(second.sum(axis=1)).ravel() > 0
    return np.asarray(annotated, dtype=np.bool_)


def _sums(counts: Counted, values: Floats | None) -> tuple[Floats, Floats, Floats]:
    """Annotations per item, the sum of their squared values, the sum of squared counts."""
    n = np.asarray(counts.sum(axis=1), dtype=np.float64).ravel()
    if values is not None:
        return n, np.asarray(counts @ values**2, dtype=np.float64), np.zeros_like(n)
    same = np.asarray(counts.multiply(counts).sum(axis=1), dtype=np.float64).ravel()
    return n, np.zeros_like(n), same


def _expected(first: Counted, second: Counted, values: Floats | None) -> tuple[float, Floats]:
    """Mean distance of annotations of items at random; and without each item in turn."""
    p, p_there = _shares(first)
    q, q_there = _shares(second)
    n, m = p_there.sum() - p_there, q_there.sum() - q_there
    with np.errstate(divide="ignore", invalid="ignore"):
        if values is None:
            a, b = (np.asarray(side.sum(axis=0)).ravel() for side in (p, q))
            own = np.asarray(p.multiply(q).sum(axis=1)).ravel()
            met = float(a @ b)
            all_met = met / (p_there.sum() * q_there.sum())
            return 1 - all_met, 1 - (met - p @ b - q @ a + own) / (n * m)
        x, x2, y, y2 = p @ values, p @ values**2, q @ values, q @ values**2
        whole = (
            x2.sum() / p_there.sum()
            + y2.sum() / q_there.sum()
            - 2 * x.sum() * y.sum() / (p_there.sum() * q_there.sum())
        )
        rest = (
            (x2.sum() - x2) / n + (y2.sum() - y2) / m - 2 * (x.sum() - x) * (y.sum() - y) / (n * m)
        )
        return float(whole), np.asarray(rest)


def _shares(counts: Counted) -> tuple[Counted, Floats]:
    """Share of each item's annotations that give each label; and whether it has any."""
    n = np.asarray(counts.sum(axis=1), dtype=np.float64).ravel()
    each = sparse.diags_array(1 / np.maximum(n, 1))
    return sparse.csr_array(each @ counts), (n > 0).astype(np.float64)
