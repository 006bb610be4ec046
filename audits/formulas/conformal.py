"""How odd a row is among others: conformal p values, exact at every size."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from audits.formulas.checks import Floats
from audits.formulas.neighbours import gower_blocks

_REACH = 8  # decimals of a distance that count: beyond them, rounding would decide


def conformal_p(scores: npt.ArrayLike, calibration: npt.ArrayLike) -> Floats:
    r"""Probability that a fresh row scores as high, from scores of rows that are not odd.

    .. math:: p = \frac{1 + \#\{i : c_i \ge s\}}{n + 1}

    At most :math:`\alpha` with a probability of at most :math:`\alpha`, whatever the score, if the
    row and the calibration rows are exchangeable.

    Parameters
    ----------
    scores : array_like
        Scores of the rows asked about: the higher, the odder.
    calibration : array_like, one-dimensional
        Scores of n real rows, found in the same way: from rows they are not themselves among.

    Returns
    -------
    array of float, shape of `scores`
        From 1/(n+1) to 1; never 0. ``nan`` for a score that is nan.

    Raises
    ------
    ValueError
        If a calibration score is nan.

    References
    ----------
    Vovk, V., Gammerman, A., Shafer, G. (2005). Algorithmic Learning in a Random World. Springer.
    Bates, S., Candès, E., Lei, L., Romano, Y., Sesia, M. (2023). Testing for outliers with
    conformal p-values. Annals of Statistics, 51(1), 149-178.

    Examples
    --------
    >>> conformal_p([25, 18.5, 3], range(1, 20)).tolist()
    [0.05, 0.1, 0.9]
    """
    known = np.sort(np.asarray(calibration, dtype=np.float64).ravel())
    if np.isnan(known).any():
        raise ValueError("calibration scores must be known, got nan")
    asked = np.asarray(scores, dtype=np.float64)
    as_high = len(known) - np.searchsorted(known, asked, side="left")
    return np.asarray(np.where(np.isnan(asked), np.nan, (1 + as_high) / (len(known) + 1)))


def conformal_left_out_p(calibration: npt.ArrayLike) -> Floats:
    r"""Conformal p value of each calibration row among the others.

    What flags at this level would do to real rows: :math:`p_i = \#\{j : c_j \ge c_i\} / n`.

    Parameters
    ----------
    calibration : array_like, one-dimensional
        Scores of n real rows, each found without the row itself.

    Returns
    -------
    array of float, shape (n,)
        From 1/n to 1.

    Raises
    ------
    ValueError
        If a score is nan.

    References
    ----------
    Bates, S., et al. (2023). Testing for outliers with conformal p-values. Annals of Statistics,
    51(1), 149-178.

    Examples
    --------
    >>> conformal_left_out_p([1, 2, 3, 4]).tolist()
    [1.0, 0.75, 0.5, 0.25]
    """
    known = np.asarray(calibration, dtype=np.float64)
    n = len(known)
    return np.asarray((conformal_p(known, known) * (n + 1) - 1) / max(n, 1))


def rows_to_flag(alpha: float) -> int:
    r"""Calibration rows below which no row can be flagged at a level: :math:`1/\alpha - 1`.

    Parameters
    ----------
    alpha : float, between 0 and 1
        The level.

    Returns
    -------
    int
        Rows.

    Raises
    ------
    ValueError
        If `alpha` is outside (0, 1).

    References
    ----------
    Bates, S., et al. (2023), as `conformal_p`: its smallest value is 1/(n+1).

    Examples
    --------
    >>> rows_to_flag(0.05), rows_to_flag(0.01)
    (19, 99)
    """
    if not 0 < alpha < 1:
        raise ValueError(f"alpha must be between 0 and 1, got {alpha:g}")
    return int(np.ceil(1 / alpha - 1 - 1e-9))


def folds_of(rows: int, folds: int) -> npt.NDArray[np.int64]:
    """Deal rows out to folds of nearly equal size, in turn.

    Parameters
    ----------
    rows : int, at least 0
        How many rows.
    folds : int, at least 2
        How many folds.

    Returns
    -------
    array of int, shape (rows,)
        The fold of each row. Rows have to be in an order that has nothing to do with them.

    Raises
    ------
    ValueError
        If `folds` is below 2.

    References
    ----------
    Vovk, V. (2015). Cross-conformal predictors. Annals of Mathematics and Artificial
    Intelligence, 74(1), 9-28.

    Examples
    --------
    >>> folds_of(7, 5).tolist()
    [0, 1, 2, 3, 4, 0, 1]
    """
    if folds < 2:
        raise ValueError(f"folds must be at least 2, got {folds}")
    return np.arange(rows, dtype=np.int64) % folds


def outlier_scores(
    query_codes: npt.ArrayLike,
    base_codes: npt.ArrayLike,
    positions: Sequence[npt.ArrayLike | None],
    *,
    query_fold: npt.ArrayLike,
    base_fold: npt.ArrayLike,
    neighbours: int,
) -> Floats:
    r"""Mean Gower distance of each row to its nearest real rows, none of them of its own fold.

    A real row's own fold holds the row itself, so it is never its own neighbour; a synthetic row,
    given a fold in turn, is compared with as many real rows. Both kinds of scores are then found
    alike, as `conformal_p` asks (cross-conformal calibration).

    Parameters
    ----------
    query_codes, base_codes : array_like of int, shapes (q, p) and (n, p)
        Rows asked about, and real rows; one code per column, from 0.
    positions : sequence of length p
        Per column the position of each code in [0, 1] (``nan``: missing), or None for a
        categorical column.
    query_fold, base_fold : array_like of int, shapes (q,) and (n,)
        The fold of each row, as by `folds_of`.
    neighbours : int, at least 1
        How many nearest rows; all where there are fewer.

    Returns
    -------
    array of float, shape (q,)
        In [0, 1], to eight decimals, so that ties are ties; ``nan`` where there is no real row to
        compare with.

    Raises
    ------
    ValueError
        If codes and positions do not match or `neighbours` is below 1.

    References
    ----------
    Ramaswamy, S., Rastogi, R., Shim, K. (2000). Efficient algorithms for mining outliers from
    large data sets. ACM SIGMOD Record, 29(2), 427-438.
    Angiulli, F., Pizzuti, C. (2002). Fast outlier detection in high dimensional spaces.
    Principles of Data Mining and Knowledge Discovery, 15-27 (the mean over k neighbours).
    Vovk, V. (2015). Cross-conformal predictors. Annals of Mathematics and Artificial
    Intelligence, 74(1), 9-28.

    Examples
    --------
    Each row is in a fold of its own; the third differs from both others.

    >>> codes, fold = [[0], [0], [1]], [0, 1, 2]
    >>> outlier_scores(
    ...     codes, codes, [None], query_fold=fold, base_fold=fold, neighbours=1
    ... ).tolist()
    [0.0, 0.0, 1.0]
    """
    if neighbours < 1:
        raise ValueError(f"neighbours must be at least 1, got {neighbours}")
    query, base = np.asarray(query_codes), np.asarray(base_codes)
    of_query, of_base = np.asarray(query_fold), np.asarray(base_fold)
    scores = np.full(len(query), np.nan)
    for fold in np.unique(of_query):
        asked, others = np.flatnonzero(of_query == fold), base[of_base != fold]
        k = min(neighbours, len(others))
        if k == 0:
            continue
        for rows, apart in gower_blocks(query[asked], others, positions):
            nearest = np.partition(apart, k - 1, axis=1)[:, :k].astype(np.float64)
            # in order, since a sum may depend on it
            scores[asked[rows]] = np.sort(nearest, axis=1).mean(axis=1)
    return np.asarray(np.round(scores, _REACH))
