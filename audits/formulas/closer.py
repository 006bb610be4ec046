"""Are synthetic rows nearer to the people a generator learned from than to people it never saw?"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import gammaln, ndtr, ndtri

from audits.estimates import Estimate
from audits.formulas.checks import checked_confidence, not_negative
from audits.formulas.permutation import sequential_p

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
_ENUMERATED = 12  # rows with any weight up to which every labelling is counted
_EXCEEDANCES = 20
_BATCH = 50
_ROUNDING = 1e-12


class CloserShare(NamedTuple):
    """Share of synthetic rows nearest to training rows, and what chance would make of it."""

    share: float
    expected: float
    sd: float
    p: float


class _Labels(NamedTuple):
    """Rows that are nearest to anything, by stratum: weights, and how labels may fall."""

    weights: tuple[Floats, ...]
    rows: tuple[int, ...]
    training: tuple[int, ...]


def closer_share(
    weights: ArrayLike,
    is_training: ArrayLike,
    *,
    strata: ArrayLike | None = None,
    normal_from: float,
    max_draws: int,
    rng: np.random.Generator,
) -> CloserShare:
    r"""Share of synthetic rows whose nearest row is a training row (DCR share), ties split.

    Training and holdout rows are pooled; :math:`v_i` is the share of the synthetic rows whose
    nearest pooled row is i. If nothing was memorised, the labels training and holdout are dealt
    at random, and in each stratum of N rows of which f N are training rows:

    .. math:: D = \sum_{i \in T} v_i, \quad E[D] = f V, \quad
              \mathrm{Var}[D] = f (1 - f) \frac{N}{N - 1}
              \Bigl(\sum_i v_i^2 - \frac{V^2}{N}\Bigr), \quad V = \sum_i v_i

    which are summed over the strata. (A binomial error would take synthetic rows for
    independent; those with the same nearest row are not.)

    The p value is exact when no more than a dozen rows are nearest to any, drawn by relabelling
    when the synthetic rows rest, in effect (:math:`1 / \sum_i v_i^2`), on fewer than
    `normal_from` rows, and normal beyond.

    Parameters
    ----------
    weights : array_like of shape (n,)
        :math:`v_i` of every pooled row; they sum to 1 (or less, where some are not counted).
    is_training : array_like of bool, shape (n,)
        Whether a pooled row is a training row.
    strata : array_like of int, shape (n,), optional
        Within which of two or more parts labels may be exchanged; one part if left out.
    normal_from : float
        Effective number of rows from which the null distribution is taken for normal.
    max_draws : int
        The most relabellings drawn.
    rng : numpy.random.Generator
        Source of chance.

    Returns
    -------
    CloserShare
        `share` in [0, 1]; `p` one-sided, for shares as high as this, never 0 unless normal and far
        off. All ``nan`` without weights.

    Raises
    ------
    ValueError
        If shapes do not match or a weight is negative.

    References
    ----------
    Platzer, M., Reutterer, T. (2021). Holdout-based empirical assessment of mixed-type synthetic
    data. Frontiers in Big Data, 4, 679939 (the share). Kendall, M. G., Stuart, A. (1977). The
    advanced theory of statistics, vol. 1, chapter 12: moments of samples from a finite population
    (its error). Besag, J., Clifford, P. (1991). Sequential Monte Carlo p-values. Biometrika,
    78(2), 301-304.

    Examples
    --------
    Two training rows are nearest to 6 and 2 of ten synthetic rows, two holdout rows to 1 each:

    >>> rng = np.random.default_rng(0)
    >>> options = {"normal_from": 200, "max_draws": 99, "rng": rng}
    >>> found = closer_share([0.6, 0.2, 0.1, 0.1], [True, True, False, False], **options)
    >>> round(found.share, 3), found.expected, round(found.sd, 3), round(found.p, 4)
    (0.8, 0.5, 0.238, 0.1667)
    """
    v, training = not_negative("weights", weights), np.asarray(is_training, dtype=bool)
    part = (
        np.zeros(len(v), np.intp) if strata is None else np.unique(strata, return_inverse=True)[1]
    )
    if not v.shape == training.shape == part.shape:
        raise ValueError(f"shapes must match, got {v.shape}, {training.shape} and {part.shape}")
    if not v.sum() > 0:
        return CloserShare(*[float("nan")] * 4)
    rows = np.bincount(part)
    f = np.bincount(part, training) / rows
    mass, squares = np.bincount(part, v), np.bincount(part, v**2)
    apart = np.bincount(part, (v - (mass / rows)[part]) ** 2)  # not cancelled by rounding
    variance = f * (1 - f) * rows / np.maximum(rows - 1, 1) * apart
    share, expected = float(v[training].sum()), float((f * mass).sum())
    sd = float(np.sqrt(variance.sum()))
    sd = sd if sd > _ROUNDING * v.sum() else 0.0
    held = [v[(part == s) & (v > 0)] for s in range(len(rows))]
    labels = _Labels(
        tuple(held), tuple(rows.tolist()), tuple(np.bincount(part, training).astype(int).tolist())
    )
    if sum(map(len, held)) <= _ENUMERATED:
        p = _enumerated_p(labels, share)
    elif mass.sum() ** 2 < normal_from * squares.sum():
        p = sequential_p(
            lambda draws: -_drawn(labels, draws, rng),
            -share,
            max_draws=max_draws,
            exceedances=_EXCEEDANCES,
            batch=_BATCH,
            tolerance=_ROUNDING,
        ).p_value
    else:
        p = float(ndtr((expected - share) / sd)) if sd > 0 else 1.0
    return CloserShare(share, expected, sd, p)


def near_copies(found: CloserShare, *, searched: float, confidence: float) -> Estimate:
    r"""Share of synthetic rows that must be nearly copies for the DCR share to be so high.

    A copy of a training row is always nearest to a training row; any other row is so with the
    expected share f. With a share c of copies, and a share r of the training rows searched for
    their originals, :math:`D = f + r c (1 - f)`, so

    .. math:: c = \frac{D - f}{r (1 - f)}

    Parameters
    ----------
    found : CloserShare
        From `closer_share`.
    searched : float, above 0 and at most 1
        Share of the training rows that were among the pooled rows, r.
    confidence : float, between 0 and 1
        Level of the interval, which takes the error of D from its null distribution.

    Returns
    -------
    Estimate
        At most 1; below 0 where synthetic rows are nearer to holdout rows. Unknown without
        holdout rows or weights.

    Raises
    ------
    ValueError
        If `searched` or `confidence` is out of range.

    References
    ----------
    The mixture that a planted share of copies makes; no published name.

    Examples
    --------
    One row in ten is a copy:

    >>> found = near_copies(CloserShare(0.55, 0.5, 0.01, 0.0), searched=1.0, confidence=0.95)
    >>> round(found.value, 3), round(found.low, 3), round(found.high, 3)
    (0.1, 0.061, 0.139)
    """
    if not 0 < searched <= 1:
        raise ValueError(f"searched must be above 0 and at most 1, got {searched:g}")
    z = float(ndtri((1 + checked_confidence(confidence)) / 2))
    if np.isnan(found.share) or found.expected >= 1:
        return Estimate.unknown()
    scale = searched * (1 - found.expected)
    value, half = (found.share - found.expected) / scale, z * found.sd / scale
    return Estimate(*(min(limit, 1.0) for limit in (value, value - half, value + half)))


def _enumerated_p(labels: _Labels, share: float) -> float:
    """Chance of a share as high, over every way in which labels may fall."""
    weights = np.concatenate(labels.weights)
    chosen = (np.arange(1 << len(weights))[:, np.newaxis] >> np.arange(len(weights))) & 1
    chance, at = np.zeros(len(chosen)), 0
    for held, rows, training in zip(*labels, strict=True):
        taken = chosen[:, at : at + len(held)].sum(axis=1)
        chance += _log_choose(rows - len(held), training - taken) - _log_choose(rows, training)
        at += len(held)
    high = chosen @ weights >= share - _ROUNDING
    return min(1.0, float(np.exp(chance[high]).sum()))


def _log_choose(n: ArrayLike, k: ArrayLike) -> Floats:
    """Logarithm of the number of ways; minus infinity where there is none."""
    whole, part = np.broadcast_arrays(np.asarray(n, float), np.asarray(k, float))
    inside = (part >= 0) & (part <= whole)
    part = np.where(inside, part, 0)
    ways = gammaln(whole + 1) - gammaln(part + 1) - gammaln(whole - part + 1)
    return np.asarray(np.where(inside, ways, -np.inf))


def _drawn(labels: _Labels, draws: int, rng: np.random.Generator) -> Floats:
    """Shares after dealing the labels out again."""
    total = np.zeros(draws)
    for held, rows, training in zip(*labels, strict=True):
        if not len(held):
            continue
        taken = rng.hypergeometric(training, rows - training, len(held), size=draws)
        mixed = rng.permuted(np.tile(held, (draws, 1)), axis=1)
        sums = np.concatenate([np.zeros((draws, 1)), np.cumsum(mixed, axis=1)], axis=1)
        total += sums[np.arange(draws), taken]
    return total
