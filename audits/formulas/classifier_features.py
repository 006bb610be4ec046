"""Columns for a linear classifier that also sees squares and dependence.

Three blocks, all blind to which rows are real: levels one by one, numbers with their squares, and
a kernel that compares whole rows. A change in how columns go together, with every column
unchanged, shows only in the last.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.spatial.distance import cdist

from audits.formulas.checks import Floats

# How much more the comparison of whole rows counts than the single columns: 2^2 times the squared
# length. Chosen among 1 and 2 on tables whose answer was known.
_KERNEL_SCALE = 2.0
_SMALLEST_SPREAD = 1e-9


def design_matrix(
    codes: ArrayLike, positions: ArrayLike, *, landmarks: int, rarest: int, seed: int
) -> Floats:
    r"""Features of pooled rows: levels, numbers, squares, and likeness to landmark rows.

    The likeness of two rows is :math:`\exp(-\gamma \sum_j \delta_j)` with the terms
    :math:`\delta_j` of Gower's distance (0 or 1 for a level, the difference of positions for a
    number) and :math:`1/\gamma` the median sum: a product of one factor per column, so that any
    combination of columns can matter. The rows picked as landmarks give its Nystroem features.

    Parameters
    ----------
    codes : array_like of int, shape (n_rows, n_categorical)
        Level of every row, from 0; a missing value is a level of its own. May have no columns.
    positions : array_like of shape (n_rows, n_numeric)
        Place of every number in the real column, in [0, 1]; ``nan`` is missing. May have no
        columns.
    landmarks : int, at least 0
        Rows to compare with; all rows if there are fewer. 0 leaves the comparison out.
    rarest : int, at least 1
        Levels with fewer pooled rows count as one level.
    seed : int
        Picks the landmarks. The order of rows does not matter.

    Returns
    -------
    array of shape (n_rows, n_features)
        Centred columns. The first block has squared row length 1 on average, the second 4.

    Raises
    ------
    ValueError
        If the numbers of rows differ, a code is negative, or an option is out of range.

    References
    ----------
    .. [1] Gower, J. C. (1971). A general coefficient of similarity and some of its properties.
       Biometrics, 27(4), 857-871.
    .. [2] Williams, C. K. I. and Seeger, M. (2001). Using the Nystroem method to speed up kernel
       machines. Advances in Neural Information Processing Systems, 13.

    Examples
    --------
    Two levels and one number: two columns, and the number with its square.

    >>> options = {"landmarks": 0, "rarest": 1, "seed": 1}
    >>> design_matrix([[0], [1], [1]], [[0.1], [0.5], [0.9]], **options).shape
    (3, 4)
    """
    levels, places = np.asarray(codes), np.asarray(positions, dtype=float)
    if levels.ndim != 2 or places.ndim != 2 or len(levels) != len(places):
        raise ValueError(f"rows must agree, got shapes {levels.shape} and {places.shape}")
    if landmarks < 0 or rarest < 1:
        raise ValueError(f"landmarks and rarest are out of range, got {landmarks} and {rarest}")
    if levels.size and levels.min() < 0:
        raise ValueError(f"codes must not be negative, got {levels.min()}")
    missing = np.isnan(places)
    indicators = _indicators(np.hstack([levels.astype(np.int64), missing]), rarest)
    places = np.where(missing, 0.5, places)
    score = _standardised(places)
    single = _standardised(np.hstack([indicators, score, score**2]))
    if single.shape[1]:
        single /= np.sqrt(single.shape[1])
    if landmarks == 0 or len(places) == 0:
        return single
    chosen = _landmark_rows(indicators, places, landmarks, seed)
    return np.hstack([single, _likeness(indicators, places, missing, chosen)])


def _indicators(levels: NDArray[np.int64], rarest: int) -> Floats:
    """One 0/1 column per level, rare levels merged; constant columns left out."""
    blocks = []
    for column in levels.T:
        rows = np.bincount(column)
        merged = np.where(rows >= rarest, np.arange(len(rows)), len(rows))[column]
        names, place = np.unique(merged, return_inverse=True)
        if len(names) > 1:
            blocks.append(np.eye(len(names))[place])
    return np.hstack(blocks) if blocks else np.zeros((len(levels), 0))


def _standardised(columns: Floats) -> Floats:
    centred = columns - columns.mean(0) if len(columns) else columns
    spread = centred.std(0) if len(columns) else np.zeros(columns.shape[1])
    keep = spread > _SMALLEST_SPREAD
    found: Floats = centred[:, keep] / spread[keep]
    return found


def _landmark_rows(
    indicators: Floats, places: Floats, landmarks: int, seed: int
) -> NDArray[np.intp]:
    """Rows at random, picked by content so that their order in the table does not matter."""
    random = np.random.Generator(np.random.PCG64(seed))
    rows = np.hstack([indicators, places])
    order = np.argsort(rows @ random.normal(size=rows.shape[1]), kind="stable")
    return order[random.choice(len(rows), min(landmarks, len(rows)), replace=False)]


def _likeness(
    indicators: Floats, places: Floats, missing: NDArray[np.bool_], chosen: NDArray[np.intp]
) -> Floats:
    """Nystroem features of the product kernel, centred."""
    columns = indicators[0].sum() if len(indicators) else 0.0  # one indicator is set per column
    apart = columns - indicators @ indicators[chosen].T
    if places.shape[1]:
        apart += cdist(places, places[chosen], metric="cityblock")
    for j in np.flatnonzero(missing.any(0)):  # against a missing value the indicator says it all
        either = missing[:, j, np.newaxis] | missing[chosen, j]
        gap = np.abs(places[:, j, np.newaxis] - places[chosen, j])
        apart -= np.where(either, gap, 0.0)
    middle = float(np.median(apart))
    kernel = np.exp(-apart / (middle if middle > 0 else 1.0))
    among = kernel[chosen] + 1e-6 * np.eye(len(chosen))
    features: Floats = kernel @ np.linalg.inv(np.linalg.cholesky(among)).T
    features -= features.mean(0)
    length = np.sqrt((features**2).sum(1).mean())
    return features * (_KERNEL_SCALE / length) if length > _SMALLEST_SPREAD else features
