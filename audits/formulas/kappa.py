r"""Kappa: whether a synthetic group rests on as many people as fresh real people would.

Even fresh people do not spread evenly over the nearest rows of a sample, so the effective number
of ancestors of a synthetic group needs a yardstick. Split the real group at random into halves A
and B, give every row of S and of B its nearest row in A, and compare how often two rows share an
ancestor:

.. math:: \kappa = \frac{\text{mean } v_2(B)}{\text{mean } v_2(S)}, \qquad
          v_2 = \frac{1}{m(m-1)} \sum_{s \ne s'} \sum_{i \in A} a_i(s) \, a_i(s')

with :math:`a_i(s) = 1/t` for the t rows of A tied as nearest to s, and the means taken over many
splits. Without ties :math:`v_2` is the unbiased form of the sum of squared ancestor shares.
1: like fresh people; below 1: concentrated on fewer of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from audits.formulas.neighbours import Distances, gower_distances, merged_codes
from audits.formulas.permutation import random_subsets
from audits.formulas.profiles import Indices, distinct_rows

Floats = NDArray[np.float64]

_FEWEST = 4  # two possible ancestors, and two fresh people to share them
_CELLS = 1 << 18  # distances looked at together; more leaves the processor's cache


@dataclass(frozen=True, slots=True, eq=False)
class Pool:
    """The distinct rows of a group, who holds them, and how far they are from the real ones.

    Attributes
    ----------
    codes : numpy.ndarray of shape (P, p)
        The distinct rows; those of real people come first.
    positions : tuple of length p
        Per column the position of each code, or None for a categorical column.
    real : numpy.ndarray of shape (n,)
        The distinct row each real person holds, in ascending order.
    synthetic : numpy.ndarray of shape (P,)
        Synthetic rows that hold each distinct row.
    holdout : numpy.ndarray of shape (P,), or None
        Real people the generator never saw.
    distances : numpy.ndarray of float32, shape (P real, P)
        From the distinct rows of real people to all.
    """

    codes: NDArray[np.int64]
    positions: tuple[ArrayLike | None, ...]
    real: Indices
    synthetic: Indices
    holdout: Indices | None
    distances: Distances


def pool_rows(
    real_codes: ArrayLike,
    synthetic_codes: ArrayLike,
    positions: Sequence[ArrayLike | None],
    *,
    holdout_codes: ArrayLike | None = None,
) -> Pool:
    """Distinct rows of a group, with the distances that `kappa` and its tests need.

    Copies become one distinct row with a count. The order of the rows makes no difference.

    Parameters
    ----------
    real_codes, synthetic_codes : array_like of int, shapes (n, p) and (m, p)
        One code per row and column, from 0. Some thousand synthetic rows are enough: the result
        estimates a property of the generator and does not grow with them.
    positions : sequence of length p
        Per column the position of each code in [0, 1] (``nan``: missing), or None for a
        categorical column.
    holdout_codes : array_like of int, shape (h, p), optional
        Real members of the group that were kept from the generator.

    Returns
    -------
    Pool
        To be passed to `kappa` and its tests.

    Raises
    ------
    ValueError
        If there is no real row, or codes and positions do not match.

    References
    ----------
    Gower, J. C. (1971). A general coefficient of similarity and some of its properties.
    Biometrics, 27(4), 857-871.

    Examples
    --------
    >>> pool = pool_rows([[0], [1]], [[1], [1], [2]], [None])
    >>> pool.real.tolist(), pool.synthetic.tolist()
    ([0, 1], [0, 2, 1])
    """
    parts = [np.asarray(real_codes), np.asarray(synthetic_codes)]
    if holdout_codes is not None:
        parts.append(np.asarray(holdout_codes))
    if not len(parts[0]):
        raise ValueError("at least one real row is needed, got 0")
    pooled = np.concatenate(parts)
    found = distinct_rows(merged_codes(pooled, positions))
    ends = np.cumsum([len(part) for part in parts])
    counts = [
        np.bincount(rows, minlength=len(found.first)) for rows in np.split(found.of_row, ends[:-1])
    ]
    order = np.argsort(counts[0] == 0, kind="stable")  # held by a real person first
    counts = [held[order] for held in counts]
    codes = pooled[found.first[order]]
    base = codes[: np.count_nonzero(counts[0])]
    return Pool(
        codes=codes,
        positions=tuple(positions),
        real=np.repeat(np.arange(len(order)), counts[0]),
        synthetic=counts[1],
        holdout=counts[2] if holdout_codes is not None else None,
        distances=gower_distances(base, codes, positions),
    )


def kappa(pool: Pool, *, splits: int, rng: np.random.Generator) -> float:
    r"""Effective ancestors of the synthetic rows, relative to those of fresh real people.

    .. math:: \kappa = \text{mean } v_2(B) / \text{mean } v_2(S)

    With a holdout, B is the holdout and A the whole real group; nothing is split.

    Parameters
    ----------
    pool : Pool
        Rows of the group, from `pool_rows`.
    splits : int, at least 1
        Random halves to average over.
    rng : numpy.random.Generator
        Source of chance.

    Returns
    -------
    float
        Above 0: about 1 for a generator as good as fresh people **and for plain copying** (which
        other measures must catch), well below 1 when a part of the group was left out or its
        spread narrowed. ``nan`` with fewer than 4 real rows, 2 synthetic rows or (if given) 2
        holdout rows, and when no two rows ever share an ancestor.

    Raises
    ------
    ValueError
        If `splits` is below 1.

    References
    ----------
    Hill, M. O. (1973). Diversity and evenness: a unifying notation and its consequences. Ecology,
    54(2), 427-432 (effective numbers). The comparison by half-splits is this project's own.

    Examples
    --------
    Ten different people, each copied ten times:

    >>> people = [[code] for code in range(10)]
    >>> places = [[code / 10 for code in range(10)]]
    >>> pool = pool_rows(people, people * 10, places)
    >>> 0.7 < kappa(pool, splits=50, rng=np.random.default_rng(0)) < 1.4
    True
    """
    if pool.holdout is not None and len(pool.real) >= _FEWEST:
        queries = np.stack([pool.synthetic, pool.holdout])[np.newaxis]
        shared = shared_ancestry(pool.distances, pool.real[np.newaxis], queries)
        return ratio_of_means(shared)
    return split_kappa(pool.distances, pool.real, pool.synthetic, splits=splits, rng=rng)


def split_kappa(
    distances: Distances,
    real: Indices,
    synthetic: Indices,
    *,
    splits: int,
    rng: np.random.Generator,
) -> float:
    """Kappa by half-splits, from distances and counts (see `kappa`).

    Parameters
    ----------
    distances : numpy.ndarray of float32, shape (at least max(real) + 1, P)
        From the distinct rows of real people to all distinct rows.
    real : numpy.ndarray of int, shape (n,)
        The distinct row each real person holds.
    synthetic : numpy.ndarray of int, shape (P,)
        Synthetic rows that hold each distinct row.
    splits : int, at least 1
        Random halves to average over.
    rng : numpy.random.Generator
        Source of chance.

    Returns
    -------
    float
        As `kappa`.

    Raises
    ------
    ValueError
        If `splits` is below 1.

    References
    ----------
    See `kappa`.

    Examples
    --------
    >>> same = np.zeros((1, 1), dtype=np.float32)
    >>> held = np.zeros(4, dtype=int)
    >>> split_kappa(same, held, np.array([9]), splits=3, rng=np.random.default_rng(0))
    1.0
    """
    if splits < 1:
        raise ValueError(f"splits must be at least 1, got {splits}")
    if len(real) < _FEWEST:
        return float("nan")
    half = random_subsets(len(real), len(real) // 2, draws=splits, rng=rng)
    shared = [
        shared_ancestry(distances, real[part], split_queries(real, real[part], synthetic))
        for part in in_blocks(half, cells=half.shape[1] * len(synthetic))
    ]
    return ratio_of_means(np.concatenate(shared))


def in_blocks(rows: Indices, *, cells: int) -> list[Indices]:
    """Rows in blocks whose distances fit the processor's cache.

    Parameters
    ----------
    rows : numpy.ndarray of shape (splits, ...)
        What to divide.
    cells : int
        Distances each row needs.

    Returns
    -------
    list of numpy.ndarray
        The blocks, at least one row in each.

    References
    ----------
    None: a matter of speed only.

    Examples
    --------
    >>> [len(block) for block in in_blocks(np.zeros((3, 1), dtype=int), cells=100_000)]
    [2, 1]
    """
    step = max(1, _CELLS // max(1, cells))
    return [rows[start : start + step] for start in range(0, len(rows), step)]


def split_queries(real: Indices, base: Indices, synthetic: Indices) -> Indices:
    """Counts of the rows that look for their nearest in each half: the synthetic, the other half.

    Parameters
    ----------
    real : numpy.ndarray of shape (n,)
        The distinct row each real person holds.
    base : numpy.ndarray of shape (splits, n // 2)
        The distinct rows held by the people in each half.
    synthetic : numpy.ndarray of shape (P,)
        Synthetic rows that hold each distinct row.

    Returns
    -------
    numpy.ndarray of shape (splits, 2, P)
        Synthetic rows, then real people outside the half.

    References
    ----------
    See `kappa`.

    Examples
    --------
    >>> split_queries(np.array([0, 0, 1]), np.array([[0]]), np.array([0, 5])).tolist()
    [[[0, 5], [1, 1]]]
    """
    splits, distinct = len(base), len(synthetic)
    cells = base + distinct * np.arange(splits)[:, np.newaxis]
    taken = np.bincount(cells.ravel(), minlength=splits * distinct).reshape(splits, distinct)
    others = np.bincount(real, minlength=distinct) - taken
    return np.stack([np.broadcast_to(synthetic, others.shape), others], axis=1)


def shared_ancestry(distances: Distances, base: Indices, queries: NDArray[np.generic]) -> Floats:
    r"""Chance that two different rows of a sample share an ancestor.

    .. math:: v_2 = \frac{\sum_i c_i^2 - \sum_s 1/t_s}{m (m - 1)}

    with :math:`c_i` the rows whose nearest is i, ties shared equally among the :math:`t_s`
    nearest. The second sum takes the pairs of a row with itself away; without ties it is m.

    Parameters
    ----------
    distances : numpy.ndarray of float32, shape (b, P)
        Distances to P distinct rows.
    base : numpy.ndarray of int, shape (splits, a)
        Rows of `distances` that may be ancestors in each split.
    queries : numpy.ndarray of shape (splits, samples, P)
        Rows of each sample that hold each distinct row.

    Returns
    -------
    numpy.ndarray of shape (splits, samples)
        In [0, 1]: 1 when all rows have the same single ancestor; ``nan`` for samples of fewer
        than two rows.

    References
    ----------
    Simpson, E. H. (1949). Measurement of diversity. Nature, 163, 688.

    Examples
    --------
    Three rows nearest to the first of two, one nearest to the second: 3 of 6 pairs share.

    >>> apart = np.array([[0, 1], [1, 0]], dtype=np.float32)
    >>> float(shared_ancestry(apart, np.array([[0, 1]]), np.array([[[3, 1]]]))[0, 0])
    0.5
    """
    near = distances[base]
    tied = (near == near.min(axis=1, keepdims=True)).astype(np.float32)
    weights = queries / tied.sum(axis=1)[:, np.newaxis]
    counts = tied @ weights.astype(np.float32).transpose(0, 2, 1)
    m = queries.sum(axis=2)
    pairs = (counts.astype(float) ** 2).sum(axis=1) - weights.sum(axis=2, dtype=float)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(m >= 2, pairs / (m * (m - 1.0)), np.nan)


def ratio_of_means(shared: Floats) -> float:
    """Shared ancestry of the second sample over that of the first, means over the splits.

    Parameters
    ----------
    shared : numpy.ndarray of shape (splits, 2)
        Shared ancestry of the synthetic rows and of the fresh people.

    Returns
    -------
    float
        Above 0; ``nan`` when one of the means is undefined or (but for rounding) 0.

    References
    ----------
    See `kappa`.

    Examples
    --------
    >>> ratio_of_means(np.array([[0.2, 0.1], [0.2, 0.3]]))
    1.0
    """
    synthetic, fresh = shared.mean(axis=0)
    if not min(synthetic, fresh) > 1e-9:
        return float("nan")
    return float(fresh / synthetic)
