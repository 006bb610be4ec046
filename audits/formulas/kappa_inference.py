"""How sure kappa is: a test by relabelling, and limits by leaving out one real person at a time."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

from audits.formulas.kappa import (
    Pool,
    kappa,
    ratio_of_means,
    shared_ancestry,
    split_kappa,
    split_queries,
)
from audits.formulas.neighbours import gower_distances
from audits.formulas.permutation import SequentialP, random_subsets, sequential_p
from audits.formulas.profiles import Indices

Floats = NDArray[np.float64]


class KappaLimits(NamedTuple):
    """Kappa with its limits and the standard error of its logarithm."""

    value: float
    low: float
    high: float
    error: float


def kappa_permutation_p(
    pool: Pool, *, splits: int, max_draws: int, exceedances: int, rng: np.random.Generator
) -> SequentialP:
    """P value of "the synthetic rows rest on as many people as fresh people do".

    The labels real and synthetic (with a holdout: holdout and synthetic) are dealt out again and
    kappa is computed with the same number of fresh splits each time, as for the data as they are;
    small kappas count against the group.

    Parameters
    ----------
    pool : Pool
        Rows of the group, from `pool_rows`. The distances among its distinct rows are computed
        here once: keep the synthetic rows to one or two thousand.
    splits : int, at least 1
        Random halves per kappa; 15 to 60 do.
    max_draws : int, at least 1
        Permutations after which to stop in any case.
    exceedances : int, at least 1
        Permuted kappas at or below the observed one after which to stop early.
    rng : numpy.random.Generator
        Source of chance.

    Returns
    -------
    SequentialP
        The p value in (0, 1] and the permutations used; ``nan`` where kappa is undefined.

    Raises
    ------
    ValueError
        If a number of splits or draws is not positive.

    References
    ----------
    Besag, J., & Clifford, P. (1991). Sequential Monte Carlo p-values. Biometrika, 78(2), 301-304.

    Examples
    --------
    Ten people, all synthetic rows like one of them:

    >>> from audits.formulas.kappa import pool_rows
    >>> people, places = [[code] for code in range(10)], [[code / 10 for code in range(10)]]
    >>> test = kappa_permutation_p(
    ...     pool_rows(people, [[0]] * 30, places),
    ...     splits=15, max_draws=199, exceedances=20, rng=np.random.default_rng(0))
    >>> test.p_value < 0.05
    True
    """
    if pool.holdout is not None:
        return _holdout_permutation_p(pool, max_draws=max_draws, exceedances=exceedances, rng=rng)
    distances = gower_distances(pool.codes, pool.codes, pool.positions)
    n = len(pool.real)
    everyone = np.bincount(pool.real, minlength=len(pool.synthetic)) + pool.synthetic
    rows = np.repeat(np.arange(len(everyone)), everyone)

    def draw(count: int) -> Floats:
        real = rows[random_subsets(len(rows), n, draws=count, rng=rng)]
        return np.array(
            [
                split_kappa(
                    distances,
                    held,
                    everyone - np.bincount(held, minlength=len(everyone)),
                    splits=splits,
                    rng=rng,
                )
                for held in real
            ]
        )

    observed = split_kappa(distances, pool.real, pool.synthetic, splits=splits, rng=rng)
    return sequential_p(
        draw, observed, max_draws=max_draws, exceedances=exceedances, batch=16, tolerance=1e-6
    )


def kappa_jackknife(
    pool: Pool, *, splits: int, confidence: float, rng: np.random.Generator
) -> KappaLimits:
    r"""Kappa with t limits on its logarithm, by leaving out one real person at a time.

    .. math:: s^2 = \frac{n-1}{n} \sum_i (\ln \kappa_{(-i)} - \overline{\ln \kappa})^2, \qquad
              \kappa \, e^{\pm t_{n-1} s}

    The splits stay as they are. Leaving out an ancestor hands its rows to those next nearest;
    leaving out one of the fresh people takes one row away. So no distance is computed again: the
    cost per split is n^2/4 times the distinct rows.

    Parameters
    ----------
    pool : Pool
        Rows of the group, from `pool_rows`.
    splits : int, at least 1
        Random halves to average over.
    confidence : float in (0, 1)
        Level of the limits.
    rng : numpy.random.Generator
        Source of chance.

    Returns
    -------
    KappaLimits
        `value`, `low` and `high` above 0, `error` at least 0 (of the logarithm). The limits hold
        more often than `confidence` says. ``nan`` with fewer than 6 real people
        or 2 synthetic rows, and where kappa is undefined for the group or without one of its
        people.

    Raises
    ------
    ValueError
        If `confidence` is not in (0, 1) or `splits` is below 1.

    References
    ----------
    Efron, B., & Stein, C. (1981). The jackknife estimate of variance. The Annals of Statistics,
    9(3), 586-596 (that it errs on the large side).

    Examples
    --------
    >>> from audits.formulas.kappa import pool_rows
    >>> people, places = [[code] for code in range(10)], [[code / 10 for code in range(10)]]
    >>> limits = kappa_jackknife(pool_rows(people, [[0]] * 30, places), splits=50,
    ...     confidence=0.95, rng=np.random.default_rng(0))
    >>> limits.low < limits.value < limits.high < 1
    True
    """
    if not 0 < confidence < 1:
        raise ValueError(f"confidence must be in (0, 1), got {confidence}")
    if splits < 1:
        raise ValueError(f"splits must be at least 1, got {splits}")
    n, undefined = len(pool.real), KappaLimits(*[float("nan")] * 4)
    asking = [pool.synthetic] if pool.holdout is None else [pool.synthetic, pool.holdout]
    if n < 6 or min(int(held.sum()) for held in asking) < 2:
        return undefined
    if pool.holdout is None:
        halves = random_subsets(n, n // 2, draws=splits, rng=rng)
    else:
        halves = np.arange(n)[np.newaxis]
    totals, left_out = np.zeros(2), np.zeros((2, n))
    for half in halves:
        total, without = _without_each(pool, half)
        totals += total
        left_out += without
    value = ratio_of_means(totals[np.newaxis])
    if not (left_out > 0).all() or np.isnan(value):
        return undefined
    logs = np.log(left_out[1] / left_out[0])
    error = float(np.sqrt((n - 1) * logs.var()))
    reach = float(np.exp(stdtrit(n - 1, 0.5 + confidence / 2) * error))
    return KappaLimits(value, value / reach, value * reach, error)


def _without_each(pool: Pool, half: Indices) -> tuple[Floats, Floats]:
    """Shared ancestry of both samples in one split, for all people and without each of them."""
    base = pool.real[half]
    if pool.holdout is None:
        queries = split_queries(pool.real, base[np.newaxis], pool.synthetic)[0]
    else:
        queries = np.stack([pool.synthetic, pool.holdout])
    near = pool.distances[base]
    tied = near == near.min(axis=0)
    near = np.where(tied, np.float32(np.inf), near)
    next_tied = near == near.min(axis=0)
    ties = tied.sum(axis=0)
    m = queries.sum(axis=1)
    total, without = np.empty(2), np.empty((2, len(pool.real)))
    for sample, held in enumerate(queries):
        counts = tied @ (held / ties)
        pairs = float((counts**2).sum() - (held / ties).sum())
        total[sample] = pairs / (m[sample] * (m[sample] - 1))
        without[sample] = total[sample]
        fewer = _pairs_without_ancestor(tied, next_tied, counts, held)
        without[sample, half] = fewer / (m[sample] * (m[sample] - 1))
    if pool.holdout is None:  # the others are fresh people: without one, one row fewer asks
        others = np.setdiff1d(np.arange(len(pool.real)), half)
        row = pool.real[others]
        theirs = 2 * (counts @ tied[:, row] - 1) / ties[row]
        without[1, others] = (pairs - theirs) / ((m[1] - 1) * (m[1] - 2))
    return total, without


def _pairs_without_ancestor(
    tied: NDArray[np.bool_], next_tied: NDArray[np.bool_], counts: Floats, held: Indices
) -> Floats:
    """Ordered pairs of rows that share an ancestor when each ancestor in turn is left out.

    A row with one nearest goes to those next nearest; a row with several goes to the others.
    """
    a = len(tied)
    ties, next_ties = tied.sum(axis=0), next_tied.sum(axis=0)
    asks, alone = held > 0, ties == 1
    to_next = np.where(asks & alone, held, 0) / next_ties
    to_others = np.where(alone, 0, held / (ties * np.maximum(ties - 1, 1)))
    # One ancestor loses a row to a few others: a sum over the few, not over all pairs.
    only = np.flatnonzero(asks & alone)
    loser = np.zeros(len(held), dtype=np.intp)
    at, row = np.nonzero(tied[:, only])
    loser[only[row]] = at
    gainer, row = np.nonzero(next_tied[:, only])
    row = only[row]
    moved = np.bincount(loser[row] * a + gainer, to_next[row], minlength=a * a).reshape(a, a)
    many = np.flatnonzero(asks & ~alone)
    among = tied[:, many].astype(float)
    after = counts + moved + (among * to_others[many]) @ among.T
    np.fill_diagonal(after, 0)
    self_pairs = (held / ties).sum() + tied @ (to_next - np.where(alone, held, 0) + to_others)
    return np.asarray((after**2).sum(axis=1) - self_pairs)


def _holdout_permutation_p(
    pool: Pool, *, max_draws: int, exceedances: int, rng: np.random.Generator
) -> SequentialP:
    """Relabel synthetic and holdout rows; the real rows stay the ancestors of both."""
    everyone = pool.synthetic + np.asarray(pool.holdout)
    rows = np.repeat(np.arange(len(everyone)), everyone)
    fresh = int(np.asarray(pool.holdout).sum())

    def draw(count: int) -> Floats:
        chosen = rows[random_subsets(len(rows), fresh, draws=count, rng=rng)]
        holdout = [np.bincount(held, minlength=len(everyone)) for held in chosen]
        return np.array([holdout_kappa(everyone - held, held) for held in holdout])

    def holdout_kappa(synthetic: Indices, holdout: Indices) -> float:
        queries = np.stack([synthetic, holdout])[np.newaxis]
        return ratio_of_means(shared_ancestry(pool.distances, pool.real[np.newaxis], queries))

    return sequential_p(
        draw,
        kappa(pool, splits=1, rng=rng),
        max_draws=max_draws,
        exceedances=exceedances,
        batch=16,
        tolerance=1e-6,
    )
