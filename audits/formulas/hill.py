"""Hill numbers: how many types there are in effect, and a fair comparison of two samples."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy.special import digamma, gammaln, logsumexp, xlogy

from audits.formulas.checks import Floats, Integers, not_negative, rows_per_type, whole
from audits.formulas.completeness import singleton_retention

_CELLS = 4_000_000  # of a block of draws, 32 MB


@dataclass(frozen=True, slots=True)
class RarefactionTest:
    """Diversity of the real and the synthetic rows at one size, and whether it differs."""

    size: int
    """Rows both were brought down to: the smaller of the two totals."""
    real: float
    """Expected Hill number of order 1 of `size` real rows."""
    synthetic: float
    """Expected Hill number of order 1 of `size` synthetic rows."""
    ratio: float
    """Synthetic over real."""
    p_real_more: float
    """One-sided p value for the real rows being more diverse."""
    p_synthetic_more: float
    """One-sided p value for the synthetic rows being more diverse."""
    draws: int
    """Random relabellings behind the p values."""


def hill_number(counts: npt.ArrayLike, *, order: float) -> float:
    r"""Effective number of types.

    The number of equally common types that would be as diverse as those seen:

    .. math:: {}^{q}\!D = \Bigl(\sum_i p_i^{\,q}\Bigr)^{1/(1-q)},
              \qquad {}^{1}\!D = \exp\Bigl(-\sum_i p_i \ln p_i\Bigr)

    Parameters
    ----------
    counts : array_like of shape (n_types,)
        Rows per type, or their weights. Zeros are ignored.
    order : float, at least 0, or inf
        Weight given to common types. 0 counts types, 1 is the exponential of Shannon's entropy,
        2 the inverse of Simpson's index, inf the inverse of the largest share.

    Returns
    -------
    float
        Types, between 1 and the number of types seen. ``nan`` without rows.

    Raises
    ------
    ValueError
        If a count is negative, nan or infinite, `counts` is not one-dimensional, or `order` is
        negative.

    References
    ----------
    Hill, M. O. (1973). Diversity and evenness: a unifying notation and its consequences. Ecology,
    54(2), 427-432.

    Examples
    --------
    >>> round(hill_number([25, 25, 25, 25], order=1), 9)
    4.0
    >>> round(hill_number([3, 1], order=2), 9)  # 1 / (9/16 + 1/16)
    1.6
    """
    rows = not_negative("counts", counts)
    if rows.ndim != 1 or not np.isfinite(rows).all():
        raise ValueError(f"counts must be one row of finite numbers, got shape {rows.shape}")
    if not order >= 0:
        raise ValueError(f"order must be at least 0, got {order:g}")
    if not rows.any():
        return float("nan")
    share = rows[rows > 0] / rows.sum()
    return _from_moments(share, np.ones(share.size), order=order)


def chao_wang_jost_entropy(counts: npt.ArrayLike) -> float:
    r"""Shannon's entropy of the population, in nats, types not seen included.

    .. math:: H = \sum_i \frac{x_i}{n} \bigl(\psi(n) - \psi(x_i)\bigr)
              + \frac{f_1}{n} A^{1-n} \Bigl(-\ln(1-A) - \sum_{r<n} \frac{A^r}{r}\Bigr)

    with Chao and Jost's :math:`A`.

    Parameters
    ----------
    counts : array_like of int, shape (n_types,)
        Rows per type. Zeros are ignored.

    Returns
    -------
    float
        At least 0. ``nan`` when all rows are singletons, and with fewer than two rows.

    Raises
    ------
    ValueError
        If a count is negative or broken.

    References
    ----------
    Chao, A., Wang, Y. T., Jost, L. (2013). Entropy and the species accumulation curve: a novel
    entropy estimator via discovery rates of new species. Methods in Ecology and Evolution, 4(11),
    1091-1100.

    Examples
    --------
    Two equal types, often seen: close to ln 2.

    >>> round(chao_wang_jost_entropy([5000, 5000]), 3)
    0.693
    """
    rows = rows_per_type(counts)
    n, singles = int(rows.sum()), int((rows == 1).sum())
    if n < 2 or singles == n:
        return float("nan")
    seen = float((rows / n * (digamma(n) - digamma(rows))).sum())
    a = singleton_retention(rows) if singles else 0.0
    if a == 0:
        return seen
    return seen + singles / n * _log_remainder(a, n)


def estimated_hill_number(counts: npt.ArrayLike, *, order: Literal[1, 2]) -> float:
    r"""Effective number of types in the population, corrected for the size of the sample.

    Order 1 is :math:`e^H` with `chao_wang_jost_entropy`; order 2 is
    :math:`n(n-1) / \sum x_i (x_i - 1)`, whose denominator is unbiased. For order 0 see
    `audits.formulas.completeness.chao1`.

    Parameters
    ----------
    counts : array_like of int, shape (n_types,)
        Rows per type. Zeros are ignored.
    order : 1 or 2
        As in `hill_number`.

    Returns
    -------
    float
        Types, at least 1. ``nan`` when all rows are singletons, and with fewer than two rows.

    Raises
    ------
    ValueError
        If a count is negative or broken, or `order` is not 1 or 2.

    References
    ----------
    Chao, A. et al. (2014). Rarefaction and extrapolation with Hill numbers: a framework for
    sampling and estimation in species diversity studies. Ecological Monographs, 84(1), 45-67.

    Examples
    --------
    Of the 36 pairs of nine people, 9 agree.

    >>> estimated_hill_number([3, 3, 3], order=2)
    4.0
    """
    rows = rows_per_type(counts)
    if order not in {1, 2}:
        raise ValueError(f"order must be 1 or 2, got {order:g}")
    if order == 1:
        return float(np.exp(chao_wang_jost_entropy(rows)))
    n = float(rows.sum())
    agreeing = float((rows.astype(np.float64) * (rows - 1)).sum())
    return n * (n - 1) / agreeing if agreeing else float("nan")


def rarefied_hill(counts: npt.ArrayLike, size: int, *, order: float) -> float:
    r"""Effective number of types expected in a smaller sample, exactly.

    With :math:`E[f_j]` the expected number of types seen j times among k rows drawn without
    replacement (hypergeometric):

    .. math:: \Bigl(\sum_{j=1}^{k} (j/k)^q\, E[f_j]\Bigr)^{1/(1-q)},
              \qquad \exp\Bigl(-\sum_{j=1}^{k} \frac{j}{k} \ln\frac{j}{k}\, E[f_j]\Bigr)
              \;\text{ for } q = 1

    Parameters
    ----------
    counts : array_like of int, shape (n_types,)
        Rows per type. Zeros are ignored.
    size : int, between 1 and the number of rows
        Rows of the smaller sample, :math:`k`.
    order : float, at least 0
        As in `hill_number`. Order 0 is the expected number of types.

    Returns
    -------
    float
        Types, between 1 and `size`; `hill_number` when `size` is the number of rows. ``nan``
        without rows.

    Raises
    ------
    ValueError
        If a count is negative or broken, `size` is outside its range, or `order` is negative or
        infinite.

    References
    ----------
    Chao, A. et al. (2014). Rarefaction and extrapolation with Hill numbers: a framework for
    sampling and estimation in species diversity studies. Ecological Monographs, 84(1), 45-67.

    Examples
    --------
    Two rows of two equal pairs differ with probability 2/3, so 1 + 2/3 types are expected.

    >>> round(rarefied_hill([2, 2], 2, order=0), 4)
    1.6667
    """
    rows = rows_per_type(counts)
    if not 0 <= order < np.inf:
        raise ValueError(f"order must be at least 0 and finite, got {order:g}")
    if rows.size == 0:
        return float("nan")
    if not 1 <= size <= rows.sum():
        raise ValueError(f"size must be between 1 and {rows.sum()}, got {size}")
    times, types = _expected_frequencies(rows, size)
    return _from_moments(times / size, types, order=order)


def rarefaction_test(
    real_counts: npt.ArrayLike,
    synthetic_counts: npt.ArrayLike,
    *,
    draws: int,
    rng: np.random.Generator,
) -> RarefactionTest:
    r"""Comparison of two samples of different size by their Hill numbers of order 1.

    Both are rarefied to the smaller total k. The rows are then pooled, and k of them drawn
    without replacement `draws` times; the p value of each side is
    :math:`(1 + \#\{\text{draws at least as extreme as the smaller sample}\}) / (draws + 1)`.

    Parameters
    ----------
    real_counts, synthetic_counts : array_like of int, shape (n_types,)
        Rows per type, with the types in the same order.
    draws : int, at least 1
        Random relabellings.
    rng : numpy.random.Generator
        Source of the draws.

    Returns
    -------
    RarefactionTest
        p values are above 0, at most 1, exact at any size. All numbers but `size` and `draws`
        are nan when there are fewer than two real or synthetic rows.

    Raises
    ------
    ValueError
        If a count is negative or broken, lengths differ, or `draws` is below 1.

    References
    ----------
    Phipson, B., Smyth, G. K. (2010). Permutation p-values should never be zero. Statistical
    Applications in Genetics and Molecular Biology, 9(1), 39.
    Chao, A. et al. (2014). Rarefaction and extrapolation with Hill numbers: a framework for
    sampling and estimation in species diversity studies. Ecological Monographs, 84(1), 45-67.

    Examples
    --------
    Ten kinds of real people, one kind of synthetic ones:

    >>> rng = np.random.default_rng(1)
    >>> test = rarefaction_test([1] * 10, [100] + [0] * 9, draws=99, rng=rng)
    >>> round(test.ratio, 9), test.p_real_more, test.p_synthetic_more
    (0.1, 0.01, 1.0)
    """
    real, synthetic = _paired(real_counts, synthetic_counts)
    if draws < 1:
        raise ValueError(f"draws must be at least 1, got {draws}")
    size = int(min(real.sum(), synthetic.sum()))
    if size < 2:
        unknown = float("nan")
        return RarefactionTest(size, unknown, unknown, unknown, unknown, unknown, draws)

    ours, theirs = rarefied_hill(real, size, order=1), rarefied_hill(synthetic, size, order=1)
    real_is_smaller = bool(real.sum() <= synthetic.sum())
    seen = hill_number(real if real_is_smaller else synthetic, order=1)
    drawn = _drawn_hill_numbers(real + synthetic, size, draws=draws, rng=rng)
    more = (1 + int((drawn >= seen * (1 - 1e-12)).sum())) / (draws + 1)
    less = (1 + int((drawn <= seen * (1 + 1e-12)).sum())) / (draws + 1)
    p_real_more, p_synthetic_more = (more, less) if real_is_smaller else (less, more)
    return RarefactionTest(size, ours, theirs, theirs / ours, p_real_more, p_synthetic_more, draws)


def _log_remainder(a: float, n: int) -> float:
    """Remainder of the series of -ln(1 - a) from term n on, divided by a^(n - 1).

    The difference of the two is taken where it keeps its digits. Otherwise a^n is small, and the
    remainder itself is short: at most about nine times n terms.
    """
    if (n - 1) * np.log(a) > -4.6:
        r = np.arange(1, n)
        return float(a ** (1 - n) * (-np.log1p(-a) - (a**r / r).sum()))
    r = np.arange(int(40 / -np.log(a)) + 1)
    return float((a ** (r + 1) / (n + r)).sum())


def _from_moments(share: Floats, types: Floats, *, order: float) -> float:
    """Hill number of shares, each held by so many types."""
    if np.isclose(order, 1, rtol=0, atol=1e-9):  # the limit of the general formula
        return float(np.exp(-(types * xlogy(share, share)).sum()))
    if np.isinf(order):
        return float(1 / share.max())
    with np.errstate(divide="ignore"):  # types expected 1e-400 times have no logarithm
        terms = order * np.log(share) + np.log(types)
    return float(np.exp(logsumexp(terms) / (1 - order)))


def _expected_frequencies(rows: Integers, size: int) -> tuple[Floats, Floats]:
    """Times seen among `size` rows, and types expected to be seen so often.

    One run of times for each distinct count: types with the same count behave alike. Their runs
    have different lengths and are kept end to end, which takes at most about n cells.
    """
    counts, alike = np.unique(rows, return_counts=True)
    n = int(rows.sum())
    fewest, most = np.maximum(size - (n - counts), 1), np.minimum(counts, size)
    lengths = np.maximum(most - fewest + 1, 0)
    which = np.repeat(np.arange(counts.size), lengths)
    starts = np.cumsum(lengths) - lengths
    times = np.arange(lengths.sum()) - starts[which] + fewest[which]
    count = counts[which]
    log_chance = (
        _log_choose(count, times)
        + _log_choose(n - count, size - times)
        - _log_choose(np.array(n), np.array(size))
    )
    types = np.asarray(alike[which] * np.exp(log_chance), dtype=np.float64)
    return times.astype(np.float64), types


def _log_choose(n: npt.NDArray[np.int64], k: npt.NDArray[np.int64]) -> Floats:
    return np.asarray(gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1))


def _paired(
    real_counts: npt.ArrayLike, synthetic_counts: npt.ArrayLike
) -> tuple[Integers, Integers]:
    real, synthetic = whole("real_counts", real_counts), whole("synthetic_counts", synthetic_counts)
    if real.ndim != 1 or real.shape != synthetic.shape:
        raise ValueError(
            f"both counts must be one row of the same types, got shapes {real.shape} and"
            f" {synthetic.shape}"
        )
    present = (real + synthetic) > 0
    return real[present].astype(np.int64), synthetic[present].astype(np.int64)


def _drawn_hill_numbers(
    pooled: Integers, size: int, *, draws: int, rng: np.random.Generator
) -> Floats:
    """Hill numbers of order 1 of random draws; x ln x is looked up, as x is at most `size`."""
    steps = np.arange(size + 1)
    table = xlogy(steps, steps)
    block = max(1, _CELLS // pooled.size)
    sums = [
        table[
            rng.multivariate_hypergeometric(
                pooled, size, size=min(block, draws - done), method="marginals"
            )
        ].sum(axis=1)
        for done in range(0, draws, block)
    ]
    return np.asarray(np.exp(np.log(size) - np.concatenate(sums) / size))
