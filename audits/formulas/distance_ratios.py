"""Distance to the nearest person over that to the second nearest, and percentiles of it."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from audits.formulas.checks import not_negative, share_between

Floats = NDArray[np.float64]
_CELLS = 1 << 20  # rows times samples that are worked on at once


def nearest_ratio(first: ArrayLike, second: ArrayLike) -> Floats:
    r"""Nearest-neighbour distance ratio (NNDR), :math:`d_1 / d_2`.

    Near 0 for a row that hugs one real person and nobody else. Where two people are equally at
    distance 0 nobody is singled out: 0/0 is 1.

    Parameters
    ----------
    first, second : array_like
        Distances to the nearest and second nearest row, the second at least as large; ``inf``
        where there is none.

    Returns
    -------
    numpy.ndarray
        Between 0 and 1; ``nan`` without a second row.

    Raises
    ------
    ValueError
        If a distance is negative.

    References
    ----------
    Lowe, D. G. (2004). Distinctive image features from scale-invariant keypoints. International
    Journal of Computer Vision, 60(2), 91-110 (the ratio).
    Zhao, Z., et al. (2021). CTAB-GAN: effective table data synthesizing. Asian Conference on
    Machine Learning, 97-112 (for synthetic rows).

    Examples
    --------
    >>> nearest_ratio([0.1, 0.0], [0.4, 0.0]).tolist()
    [0.25, 1.0]
    """
    one, two = not_negative("first", first), not_negative("second", second)
    with np.errstate(invalid="ignore", divide="ignore"):
        ratio = np.where(two == 0, 1.0, one / two)
    return np.asarray(np.where(np.isinf(two), np.nan, ratio))


def percentile(values: ArrayLike, at: float) -> float:
    """Smallest value with at least a share `at` of the values at or below it.

    Parameters
    ----------
    values : array_like of shape (n,)
        Numbers.
    at : float, between 0 and 1
        Share.

    Returns
    -------
    float
        One of the values; ``nan`` when there is none.

    Raises
    ------
    ValueError
        If `at` is outside [0, 1].

    References
    ----------
    Hyndman, R. J., Fan, Y. (1996). Sample quantiles in statistical packages. The American
    Statistician, 50(4), 361-365 (definition 1).

    Examples
    --------
    >>> percentile([3, 1, 2, 4], 0.5)
    2.0
    """
    share_between("at", at)
    ordered = np.sort(np.asarray(values, dtype=np.float64))
    if not len(ordered):
        return float("nan")
    return float(ordered[max(int(np.ceil(at * len(ordered) - 1e-9)), 1) - 1])


def clustered_percentiles(
    values: ArrayLike,
    clusters: ArrayLike,
    *,
    at: float,
    draws: int,
    rng: np.random.Generator,
) -> Floats:
    """Percentile in samples of clusters drawn with replacement, all values of a cluster together.

    Synthetic rows with the same nearest person are no independent witnesses; persons are.

    Parameters
    ----------
    values : array_like of shape (n,)
        One number per row.
    clusters : array_like of int, shape (n,)
        The nearest person of each row, by number; which number does not matter.
    at : float, between 0 and 1
        Which percentile, as a share.
    draws : int
        Samples.
    rng : numpy.random.Generator
        Source of chance.

    Returns
    -------
    numpy.ndarray of shape (draws,)
        The percentile in each sample; empty when there are no values.

    Raises
    ------
    ValueError
        If the shapes do not match or `at` is outside [0, 1].

    References
    ----------
    Davison, A. C., Hinkley, D. V. (1997). Bootstrap methods and their application. Cambridge
    University Press, section 3.8 (hierarchical data: clusters are drawn).

    Examples
    --------
    One cluster is always drawn whole:

    >>> rng = np.random.default_rng(0)
    >>> clustered_percentiles([1, 2, 3], [7, 7, 7], at=0.5, draws=2, rng=rng).tolist()
    [2.0, 2.0]
    """
    share_between("at", at)
    numbers, cluster = np.asarray(values, dtype=np.float64), np.asarray(clusters)
    if numbers.shape != cluster.shape:
        raise ValueError(f"shapes must match, got {numbers.shape} and {cluster.shape}")
    if not len(numbers):
        return np.zeros(0)
    known, place = np.unique(cluster, return_inverse=True)
    order = np.argsort(numbers, kind="stable")
    ordered, place = numbers[order], place[order]
    at_once = max(1, _CELLS // len(numbers))
    parts = []
    for start in range(0, draws, at_once):
        here = min(at_once, draws - start)
        drawn = rng.integers(0, len(known), (here, len(known)))
        drawn += np.arange(here)[:, np.newaxis] * len(known)
        times = np.bincount(drawn.ravel(), minlength=here * len(known)).reshape(here, -1)
        rows = np.cumsum(times[:, place], axis=1)
        wanted = np.maximum(at * rows[:, -1:] - 1e-9, 0.5)
        parts.append(ordered[(rows >= wanted).argmax(axis=1)])
    return np.concatenate(parts) if parts else np.zeros(0)
