"""How evenly a group is spread over the levels of one attribute."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import entr, gammaln, xlogy

Floats = NDArray[np.float64]

_MOST_TABLES = 200_000  # listed one by one; beyond, tables are drawn


def normalised_entropy(counts: ArrayLike, *, levels: int) -> Floats:
    r"""Entropy of the shares of the levels, as a part of the greatest possible one.

    .. math:: J = -\frac{1}{\ln K} \sum_k p_k \ln p_k

    Parameters
    ----------
    counts : array_like of shape (..., k)
        Members at each level.
    levels : int, at least k
        K, the levels the attribute has anywhere in the data. The group's own number would call a
        group with two of four levels even.

    Returns
    -------
    numpy.ndarray of shape (...,)
        From 0 (all alike) to 1 (all levels equally common); ``nan`` for an empty group and for an
        attribute with one level.

    Raises
    ------
    ValueError
        If there are more counts than `levels`, or a count is negative.

    References
    ----------
    Pielou, E. C. (1966). The measurement of diversity in different types of biological
    collections. Journal of Theoretical Biology, 13, 131-144.

    Examples
    --------
    >>> float(normalised_entropy([5, 5, 0, 0], levels=4))
    0.5
    """
    members = np.asarray(counts, dtype=float)
    if members.shape[-1] > levels:
        raise ValueError(f"{members.shape[-1]} counts were given for {levels} levels")
    if (members < 0).any():
        raise ValueError(f"counts must not be negative, got {members.min():g}")
    with np.errstate(divide="ignore", invalid="ignore"):
        shares = members / members.sum(axis=-1, keepdims=True)
        return np.asarray(entr(shares).sum(axis=-1) / (math.log(levels) if levels > 1 else np.nan))


def normalised_entropy_band(
    shares: ArrayLike,
    *,
    n: int,
    levels: int,
    confidence: float,
    draws: int,
    rng: np.random.Generator,
) -> tuple[float, float]:
    """Range in which the normalised entropy of n members falls when they follow the shares.

    Small groups look less even than the population they come from; the band shows by how much.

    Parameters
    ----------
    shares : array_like of shape (k,)
        Shares of the levels in the population; they are scaled to sum to one.
    n : int, at least 1
        Members of the group.
    levels : int, at least k
        Levels the attribute has anywhere in the data.
    confidence : float in (0, 1)
        Share of groups inside the band.
    draws : int, at least 1
        Groups drawn to find it.
    rng : numpy.random.Generator
        Source of chance.

    Returns
    -------
    tuple of (float, float)
        Lower and upper limit in [0, 1]; ``nan`` for an attribute with one level.

    Raises
    ------
    ValueError
        If `confidence` or a share is out of range.

    References
    ----------
    Pielou, E. C. (1966). The measurement of diversity in different types of biological
    collections. Journal of Theoretical Biology, 13, 131-144.

    Examples
    --------
    One member is at one level:

    >>> normalised_entropy_band(
    ...     [1, 1], n=1, levels=2, confidence=0.9, draws=99, rng=np.random.default_rng(0))
    (0.0, 0.0)
    """
    if not 0 < confidence < 1:
        raise ValueError(f"confidence must be in (0, 1), got {confidence}")
    drawn = rng.multinomial(n, _scaled(shares), size=draws)
    entropies = normalised_entropy(drawn, levels=levels)
    low, high = np.quantile(entropies, [0.5 - confidence / 2, 0.5 + confidence / 2])
    return float(low), float(high)


def multinomial_p(
    counts: ArrayLike, shares: ArrayLike, *, draws: int, rng: np.random.Generator
) -> float:
    r"""P value of "the members are drawn from these shares".

    .. math:: p = \sum_{x : P(x) \le P(c)} P(x), \qquad P(x) = n! \prod_k \pi_k^{x_k} / x_k!

    Exact when there are at most 200 000 tables of the same size; otherwise by drawing tables,
    p = (1 + tables drawn that are no more likely) / (draws + 1).

    Parameters
    ----------
    counts : array_like of int, shape (K,)
        Members at each level.
    shares : array_like of shape (K,)
        Shares of the levels in the population; they are scaled to sum to one.
    draws : int, at least 1
        Tables to draw when there are too many to list.
    rng : numpy.random.Generator
        Source of chance; not used when the result is exact.

    Returns
    -------
    float
        In [0, 1]: 1 for the most likely table, 0 when a level is held that should not exist;
        ``nan`` for an empty group.

    Raises
    ------
    ValueError
        If the shapes differ, a count is negative or not whole, or a share is out of range.

    References
    ----------
    Cressie, N., & Read, T. R. C. (1988). Goodness-of-fit statistics for discrete multivariate
    data. Springer.

    Examples
    --------
    Four heads in four throws; four tails are as unlikely:

    >>> round(multinomial_p([4, 0], [0.5, 0.5], draws=1, rng=np.random.default_rng(0)), 6)
    0.125
    """
    members, part = np.asarray(counts, dtype=float), _scaled(shares)
    if members.shape != part.shape:
        raise ValueError(f"counts and shares must match, got {members.shape}, {part.shape}")
    if (members < 0).any() or (members != np.rint(members)).any():
        raise ValueError(f"counts must be whole and not negative, got {members.tolist()}")
    n = int(members.sum())
    if n == 0:
        return float("nan")
    possible = part > 0
    if members[~possible].any():
        return 0.0
    members, part = members[possible], part[possible]
    bar = _log_likelihood(members, part) + 1e-9
    if math.comb(n + len(part) - 1, len(part) - 1) <= _MOST_TABLES:
        likelihood = _log_likelihood(_tables(n, len(part)), part)
        return float(min(1.0, np.exp(likelihood[likelihood <= bar]).sum()))
    drawn = _log_likelihood(rng.multinomial(n, part, size=draws), part)
    return float((1 + np.count_nonzero(drawn <= bar)) / (draws + 1))


def _log_likelihood(tables: NDArray[np.generic], shares: Floats) -> Floats:
    """Log probability of each table of counts."""
    counts = np.asarray(tables, dtype=float)
    log_share = (xlogy(counts, shares) - gammaln(counts + 1)).sum(axis=-1)
    return np.asarray(gammaln(counts.sum(axis=-1) + 1) + log_share)


def _tables(n: int, levels: int) -> NDArray[np.int64]:
    """All ways to spread n members over the levels, one per row."""
    tables = np.zeros((1, 0), dtype=np.int64)
    left = np.array([n])
    for _ in range(levels - 1):
        source = np.repeat(np.arange(len(left)), left + 1)
        taken = np.arange(len(source)) - np.searchsorted(source, source)
        tables = np.column_stack([tables[source], taken])
        left = left[source] - taken
    return np.column_stack([tables, left])


def _scaled(shares: ArrayLike) -> Floats:
    """Shares that sum to one."""
    part = np.asarray(shares, dtype=float)
    if part.ndim != 1 or not (part >= 0).all() or not 0 < part.sum() < np.inf:
        raise ValueError(f"shares must be not negative and not all 0, got {part.tolist()}")
    return np.asarray(part / part.sum())
