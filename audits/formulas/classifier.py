"""Can real and synthetic rows be told apart? The classifier two-sample test.

A linear classifier is fitted by ridge regression, because its refits under permuted labels are
nearly free: one factorisation per fold serves all permutations. What it can see is decided by the
features; see `audits.formulas.classifier_features`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri

from audits.formulas.checks import Floats, checked_confidence

# Ridge penalty, in units of the summed squares of features of about unit length per row. Best or
# near it from 30 + 200 to 2000 + 2000 rows on tables whose answer was known.
_PENALTY = 1.0
# Up to this many real or synthetic rows in a fold, comparing them one by one beats sorting.
_FEW_TO_COMPARE = 24


@dataclass(frozen=True)
class TwoSampleAuc:
    """How well held-out real and synthetic rows can be told apart.

    Attributes
    ----------
    auc : chance that a held-out real row scores above a held-out synthetic one, in [0, 1]. One
        half is indistinguishable. Clearly below one half is no better than that: it is what
        copies of the real rows look like, and is never clipped.
    low, high : limits of an approximate interval.
    se : approximate standard error.
    p_above : chance of an area this large or larger under permuted labels.
    p_below : chance of an area this small or smaller.
    p : two-sided, twice the smaller of the two.
    null_sd : standard deviation under permuted labels.
    permutations : refits made.
    """

    auc: float
    low: float
    high: float
    se: float
    p_above: float
    p_below: float
    p: float
    null_sd: float
    permutations: int


def two_sample_auc(
    real_features: ArrayLike,
    synthetic_features: ArrayLike,
    *,
    folds: int,
    permutations: int,
    seed: int,
    confidence: float,
) -> TwoSampleAuc:
    r"""Cross-fitted area under the curve of real against synthetic rows.

    In every fold a ridge regression on the other folds scores the rows held out. Areas are taken
    per fold and averaged with weights :math:`n_k m_k`; pooling scores across folds would bias
    them down. Labels are permuted within folds and the classifier refitted, since an area that
    was learned varies more than the Mann-Whitney formula says.

    The interval is Wilson's, with the effective number of rows that gives the variance of the
    placements of rows within folds, enlarged by the ratio of the permutation variance to the
    Mann-Whitney variance. It is approximate: it stands for a bootstrap over rows with folds kept.

    Parameters
    ----------
    real_features, synthetic_features : array_like of shape (n, n_features), (m, n_features)
        Rows as numbers, prepared together and blind to the labels. Squared row length of the
        order of 1: the penalty is fixed.
    folds : int, at least 2
        Parts; fewer are made where a side has fewer rows.
    permutations : int, at least 1
        Refits under permuted labels.
    seed : int
        Fixes folds and permutations. The order of rows does not matter.
    confidence : float in (0, 1)
        Level of the interval.

    Returns
    -------
    TwoSampleAuc
        All ``nan`` with fewer than two rows on a side, or without features.

    Raises
    ------
    ValueError
        If the numbers of features differ, a feature is not finite, or an option is out of range.

    References
    ----------
    .. [1] Lopez-Paz, D. and Oquab, M. (2017). Revisiting classifier two-sample tests. International
       Conference on Learning Representations.
    .. [2] DeLong, E. R., DeLong, D. M. and Clarke-Pearson, D. L. (1988). Comparing the areas under
       two or more correlated receiver operating characteristic curves. Biometrics, 44(3), 837-845.
    .. [3] Wilson, E. B. (1927). Probable inference, the law of succession, and statistical
       inference. Journal of the American Statistical Association, 22(158), 209-212.

    Examples
    --------
    >>> left, right = np.linspace(0, 1, 20)[:, None], np.linspace(2, 3, 20)[:, None]
    >>> options = {"folds": 5, "permutations": 99, "seed": 1, "confidence": 0.95}
    >>> found = two_sample_auc(left, right, **options)
    >>> found.auc, found.p_above
    (1.0, 0.01)
    """
    x, y = np.asarray(real_features, dtype=float), np.asarray(synthetic_features, dtype=float)
    _check(x, y, folds, permutations)
    checked_confidence(confidence)
    n, m = len(x), len(y)
    if min(n, m) < 2 or x.shape[1] == 0:
        nan = float("nan")
        return TwoSampleAuc(nan, nan, nan, nan, nan, nan, nan, nan, permutations=0)
    random = np.random.Generator(np.random.PCG64(seed))
    rows, is_real, fold = _dealt_into_folds(x, y, min(folds, n, m), random)
    labels = _permuted_labels(is_real, fold, permutations, random)

    sizes = np.stack([np.bincount(fold[is_real == side]) for side in (True, False)])
    weights = sizes.prod(0) / sizes.prod(0).sum()
    areas, placements = np.zeros(permutations + 1), np.zeros(n + m)
    for k, scores in enumerate(_held_out_scores(rows, labels, fold)):
        inside = fold == k
        areas += weights[k] * _areas(scores, labels[inside].T)
        placements[inside] = _placements(scores[0], is_real[inside])
    ranks = (weights**2 * (sizes.sum(0) + 1) / (12 * sizes.prod(0))).sum()  # Mann-Whitney variance
    placed = placements[is_real].var(ddof=1) / n + placements[~is_real].var(ddof=1) / m
    return _summary(areas, float(placed), float(ranks), (min(n, m), confidence))


def _check(x: Floats, y: Floats, folds: int, permutations: int) -> None:
    if x.ndim != 2 or y.ndim != 2 or x.shape[1] != y.shape[1]:
        raise ValueError(f"features must agree, got shapes {x.shape} and {y.shape}")
    if not (np.isfinite(x).all() and np.isfinite(y).all()):
        raise ValueError("features must be finite, got nan or inf")
    if folds < 2 or permutations < 1:
        raise ValueError(
            f"folds must be at least 2 and permutations at least 1, got {folds} and {permutations}"
        )


def _summary(
    areas: Floats, placed: float, ranks: float, options: tuple[int, float]
) -> TwoSampleAuc:
    smaller, confidence = options
    area, permuted = float(areas[0]), areas[1:]
    # What refitting adds to the variance shows under permuted labels; assume the same share here.
    refitted = max(1.0, float(permuted.var()) / ranks)
    se = float(np.sqrt(placed * refitted))
    above = (1 + int((permuted >= area - 1e-12).sum())) / (1 + len(permuted))
    below = (1 + int((permuted <= area + 1e-12).sum())) / (1 + len(permuted))
    low, high = _wilson(area, se, 3 * smaller / refitted, confidence)
    return TwoSampleAuc(
        auc=area,
        low=low,
        high=high,
        se=se,
        p_above=above,
        p_below=below,
        p=min(1.0, 2 * min(above, below)),
        null_sd=float(permuted.std()),
        permutations=len(permuted),
    )


def _wilson(area: float, se: float, most: float, confidence: float) -> tuple[float, float]:
    """Wilson's limits for the number of trials that has this standard error, at most `most`."""
    spread = area * (1 - area)
    rows = most if se == 0 else min(most, spread / se**2)
    rows = max(rows, 1e-9)
    z2 = float(ndtri((1 + confidence) / 2)) ** 2
    centre = (area + z2 / (2 * rows)) / (1 + z2 / rows)
    half = np.sqrt(z2 * (spread / rows + z2 / (4 * rows**2))) / (1 + z2 / rows)
    return max(0.0, min(area, float(centre - half))), min(1.0, max(area, float(centre + half)))


def _dealt_into_folds(
    x: Floats, y: Floats, folds: int, random: np.random.Generator
) -> tuple[Floats, NDArray[np.bool_], NDArray[np.intp]]:
    """Rows, labels and folds; a row's fold depends on what is in it, not on where it stands."""
    direction = random.normal(size=x.shape[1])
    sides, fold = [], []
    for side in (x, y):
        sides.append(side[np.argsort(side @ direction, kind="stable")])
        fold.append(random.permutation(np.arange(len(side)) % folds))
    return np.vstack(sides), np.repeat([True, False], [len(x), len(y)]), np.concatenate(fold)


def _permuted_labels(
    is_real: NDArray[np.bool_],
    fold: NDArray[np.intp],
    permutations: int,
    random: np.random.Generator,
) -> Floats:
    """Labels as they are in the first column, permuted within folds in the others."""
    labels = np.empty((len(fold), permutations + 1))
    labels[:, 0] = is_real
    for k in range(fold.max() + 1):
        inside = fold == k
        copies = np.tile(labels[inside, 0], (permutations, 1))
        labels[inside, 1:] = random.permuted(copies, axis=1).T
    return labels


def _held_out_scores(rows: Floats, labels: Floats, fold: NDArray[np.intp]) -> Iterator[Floats]:
    """Scores of the rows of every fold, shape (n_labellings, n_rows), fitted on the other folds."""
    squares, products = rows.T @ rows, rows.T @ labels
    row_sum, label_sum = rows.sum(0), labels.sum(0)
    for k in range(fold.max() + 1):
        inside, outside = rows[fold == k], len(rows) - (fold == k).sum()
        held = labels[fold == k]
        row_mean = (row_sum - inside.sum(0)) / outside
        label_mean = (label_sum - held.sum(0)) / outside
        gram = squares - inside.T @ inside - outside * np.outer(row_mean, row_mean)
        cross = products - inside.T @ held - outside * np.outer(row_mean, label_mean)
        gram[np.diag_indices_from(gram)] += _PENALTY
        # NumPy's solver, not SciPy's: each brings threads of its own, and they fight for the cores.
        yield np.ascontiguousarray((inside @ np.linalg.solve(gram, cross)).T)


def _areas(scores: Floats, labels: Floats) -> Floats:
    """Area under the curve for every labelling, ties counted half."""
    positive = int(labels[0].sum())
    negative = labels.shape[1] - positive
    if positive <= _FEW_TO_COMPARE:
        return _compared_areas(scores, labels, (positive, negative))
    if negative <= _FEW_TO_COMPARE:
        return 1 - _compared_areas(scores, 1 - labels, (negative, positive))
    ranks = _mid_ranks(scores)
    sums = (ranks * labels).sum(1)
    found: Floats = (sums - positive * (positive + 1) / 2) / (positive * negative)
    return found


def _compared_areas(scores: Floats, labels: Floats, sizes: tuple[int, int]) -> Floats:
    positive, negative = sizes
    places = np.nonzero(labels)[1].reshape(-1, positive)
    margin = _tie_margin(scores)
    beaten = np.zeros(len(scores))
    for place in places.T:
        score = np.take_along_axis(scores, place[:, np.newaxis], axis=1)
        beaten += (scores < score - margin).sum(1) + (scores <= score + margin).sum(1)
    # Twice the rows beaten, ties once; among the positives themselves that is their square.
    found: Floats = (beaten - positive**2) / (2 * positive * negative)
    return found


def _mid_ranks(scores: Floats) -> Floats:
    """Ranks from 1 along the last axis, the mean rank for ties."""
    order = np.argsort(scores, axis=1)
    ascending = np.take_along_axis(scores, order, axis=1)
    first = np.ones(scores.shape, dtype=bool)
    first[:, 1:] = np.diff(ascending, axis=1) > _tie_margin(scores)
    last = np.ones_like(first)
    last[:, :-1] = first[:, 1:]
    place = np.arange(scores.shape[1])
    start = np.maximum.accumulate(np.where(first, place, 0), axis=1)
    stop = np.minimum.accumulate(np.where(last, place, len(place))[:, ::-1], axis=1)[:, ::-1]
    ranks = np.empty_like(scores)
    np.put_along_axis(ranks, order, (start + stop) / 2 + 1, axis=1)
    return ranks


def _tie_margin(scores: Floats) -> Floats:
    """Scores nearer than this are equal: the same row, summed in another order."""
    found: Floats = 1e-9 * np.ptp(scores, axis=1, keepdims=True)
    return found


def _placements(scores: Floats, is_real: NDArray[np.bool_]) -> Floats:
    """For every row, the share of rows of the other side that it beats, ties counted half."""
    mixed = _mid_ranks(scores[np.newaxis])[0]
    own = np.empty_like(mixed)
    for side in (True, False):
        own[is_real == side] = _mid_ranks(scores[np.newaxis, is_real == side])[0]
    others = np.where(is_real, (~is_real).sum(), is_real.sum())
    found: Floats = (mixed - own) / others
    return found
