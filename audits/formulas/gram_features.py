"""Texts as rows of numbers: which of the most telling runs of words each has."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse

from audits.formulas.checks import Floats

_SMALLEST_SPREAD = 1e-9


def varied_columns(presence: sparse.csr_array, *, most: int) -> NDArray[np.int64]:
    """Return the columns that vary most among all rows, whatever side the rows are of.

    Parameters
    ----------
    presence : sparse array of shape (n_rows, n_columns)
        1 where a text has a run of words, nothing elsewhere.
    most : int, at least 1
        Columns at most.

    Returns
    -------
    array of int
        Ascending; those that all rows or none have are left out.

    Raises
    ------
    ValueError
        If `most` is below 1.

    Examples
    --------
    All rows have the first, one row the second, two of four the third:

    >>> rows = sparse.csr_array([[1, 1, 1], [1, 0, 1], [1, 0, 0], [1, 0, 0]])
    >>> varied_columns(rows, most=1)
    array([2])
    """
    if most < 1:
        raise ValueError(f"most must be at least 1, got {most}")
    share = np.asarray(presence.sum(axis=0)).ravel() / max(presence.shape[0], 1)
    spread = np.round(share * (1 - share), 12)
    order = np.argsort(-spread, kind="stable")[:most]
    return np.sort(order[spread[order] > 0]).astype(np.int64)


def text_features(presence: ArrayLike, lengths: ArrayLike) -> Floats:
    """Centred columns of unit variance, scaled to rows of squared length 1 on average.

    Runs of words weigh together as much as lengths do.

    Parameters
    ----------
    presence : array_like of shape (n_rows, n_runs)
        1 where a text has a run of words, 0 where not.
    lengths : array_like of shape (n_rows, n_lengths)
        Further numbers of every text; may have no columns. ``nan`` counts as the mean.

    Returns
    -------
    array of shape (n_rows, n_features)
        Constant columns are left in, as 0.

    Raises
    ------
    ValueError
        If the numbers of rows differ.

    Examples
    --------
    >>> text_features([[1], [0]], [[], []]).tolist()
    [[1.0], [-1.0]]
    """
    runs, numbers = np.asarray(presence, dtype=float), np.asarray(lengths, dtype=float)
    if len(runs) != len(numbers):
        raise ValueError(f"rows must agree, got {len(runs)} and {len(numbers)}")
    blocks = [_standardised(block) for block in (runs, numbers)]
    there = [block / np.sqrt(block.shape[1]) for block in blocks if block.shape[1]]
    if not there:
        return np.zeros((len(runs), 0))
    found: Floats = np.hstack(there) / np.sqrt(len(there))
    return found


def ridge_weights(features: ArrayLike, is_synthetic: ArrayLike, *, penalty: float) -> Floats:
    r"""Weights of a linear classifier: how much each feature speaks for a synthetic text.

    :math:`(X'X + \lambda I)^{-1} X'(y - \bar y)`, all rows used.

    Parameters
    ----------
    features : array_like of shape (n_rows, n_features)
        Centred.
    is_synthetic : array_like of bool, shape (n_rows,)
        Which rows are synthetic.
    penalty : float, above 0
        The :math:`\lambda`.

    Returns
    -------
    array of shape (n_features,)
        Above 0 where the feature is higher in synthetic rows, others equal.

    Raises
    ------
    ValueError
        If `penalty` is not above 0.

    References
    ----------
    Hoerl, A. E. and Kennard, R. W. (1970). Ridge regression: biased estimation for nonorthogonal
    problems. Technometrics, 12(1), 55-67.

    Examples
    --------
    >>> ridge_weights([[1.0], [-1.0]], [True, False], penalty=1.0).round(6).tolist()
    [0.333333]
    """
    if not penalty > 0:
        raise ValueError(f"penalty must be above 0, got {penalty}")
    x, y = np.asarray(features, dtype=float), np.asarray(is_synthetic, dtype=float)
    gram = x.T @ x
    gram[np.diag_indices_from(gram)] += penalty
    # NumPy's solver, not SciPy's: each brings threads of its own, and they fight for the cores.
    return np.linalg.solve(gram, x.T @ (y - y.mean()))


def _standardised(columns: Floats) -> Floats:
    if columns.size == 0:
        return columns
    known = ~np.isnan(columns)
    counts = np.maximum(known.sum(0), 1)
    mean = np.where(known, columns, 0.0).sum(0) / counts
    centred = np.where(known, columns - mean, 0.0)
    spread = np.sqrt((centred**2).mean(0))
    found: Floats = np.where(spread > _SMALLEST_SPREAD, centred / np.maximum(spread, 1e-300), 0.0)
    return found
