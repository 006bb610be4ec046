r"""How alike the texts of a collection are: the mean similarity of all pairs of them.

Texts are vectors of length 1, of weighted counts of runs of words. The mean cosine of all pairs
needs no pair: with :math:`s` the sum of the vectors,

.. math:: U = \frac{|s|^2 - \sum_i |v_i|^2}{n (n-1)}, \qquad
          r_i = v_i \cdot s - |v_i|^2

and the sums :math:`r_i` of each text with all others give the exact jackknife.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse
from scipy.special import stdtr

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class MeanSimilarity(NamedTuple):
    """A mean over pairs, and what each text adds to its error.

    The standard error is the root of the summed squares of `influence`: those of several means
    over the same texts may be added before, so that what they share is counted once.
    """

    value: float
    influence: Floats

    @property
    def error(self) -> float:
        """Jackknife standard error."""
        return float(np.sqrt((self.influence**2).sum()))


def gram_counts(grams: ArrayLike, starts: ArrayLike) -> sparse.csr_array:
    """Count the runs of words of every document.

    Parameters
    ----------
    grams : (runs,) array_like of int
        Numbers of runs, as :func:`audits.formulas.grams.gram_numbers` gives them; -1 for one that
        is not counted.
    starts : (documents + 1,) array_like of int
        Where the runs of each document begin, and the end.

    Returns
    -------
    sparse array of shape (documents, different runs)
        Columns are in the order of the numbers.

    Examples
    --------
    >>> gram_counts([5, 5, 7, 7], [0, 3, 4]).toarray().tolist()
    [[2, 1], [0, 1]]
    """
    numbers, begins = np.asarray(grams, dtype=np.int64), np.asarray(starts, dtype=np.int64)
    document = np.repeat(np.arange(len(begins) - 1), np.diff(begins))
    counted = numbers >= 0
    there = np.zeros(int(numbers.max(initial=0)) + 1, dtype=bool)
    there[numbers[counted]] = True  # numbers lie close together: no need to sort them
    column = np.cumsum(there)[numbers[counted]] - 1
    shape = (len(begins) - 1, max(int(there.sum()), 1))
    ones = np.ones(len(column), dtype=np.int64)
    found = sparse.coo_array((ones, (document[counted], column)), shape=shape).tocsr()
    found.sum_duplicates()
    return found


def weighted_unit_rows(counts: sparse.csr_array) -> sparse.csr_array:
    r"""Rows of length 1, of logarithms of counts, weighted by how few rows have a column.

    .. math:: (1 + \ln x_{ij}) \Bigl(1 + \ln\frac{1 + N}{1 + d_j}\Bigr)

    with :math:`d_j` the rows that have column j, of all :math:`N`. Whatever is compared has to be
    weighted together: rows are then exchangeable, and no side is favoured.

    Parameters
    ----------
    counts : sparse array of shape (rows, columns)
        Counts, not negative.

    Returns
    -------
    sparse array of shape (rows, columns)
        Rows without any count stay empty.

    References
    ----------
    Salton, G., & Buckley, C. (1988). Term-weighting approaches in automatic text retrieval.
    Information Processing & Management, 24(5), 513-523. Both logarithms have 1 added, so that
    what every text has keeps a weight.

    Examples
    --------
    What both have weighs less than what one has:

    >>> weighted_unit_rows(sparse.csr_array([[1, 1], [1, 0]])).toarray().round(3).tolist()
    [[0.58, 0.815], [1.0, 0.0]]
    """
    rows = counts.astype(np.float64)
    rows.eliminate_zeros()
    have = np.bincount(rows.indices, minlength=rows.shape[1])
    weight = 1 + np.log((1 + rows.shape[0]) / (1 + have))
    rows.data = (1 + np.log(rows.data)) * weight[rows.indices]
    return unit_rows(rows)


def unit_rows(rows: Any) -> sparse.csr_array:
    """Rows scaled to length 1; those of nothing but zeros stay so.

    Parameters
    ----------
    rows : sparse or dense array of shape (rows, columns)
        Numbers.

    Returns
    -------
    sparse array of the same shape
        The rows, scaled.

    Examples
    --------
    >>> unit_rows(np.array([[3.0, 4.0], [0.0, 0.0]])).toarray().round(6).tolist()
    [[0.6, 0.8], [0.0, 0.0]]
    """
    found = sparse.csr_array(rows, dtype=np.float64)
    lengths = np.sqrt(np.asarray(found.multiply(found).sum(axis=1)).ravel())
    scale = np.divide(1.0, lengths, out=np.zeros_like(lengths), where=lengths > 0)
    found.data = found.data * np.repeat(scale, np.diff(found.indptr))
    return found


def mean_pairwise_cosine(rows: sparse.csr_array, strata: ArrayLike) -> MeanSimilarity:
    r"""Mean cosine of two rows of one stratum, over strata, with its jackknife.

    Every stratum weighs the same. Within one, with :math:`R_i` the summed cosines of row i with
    all others, the influence of row i is :math:`2 (R_i - \bar R) / ((n-2) \sqrt{n(n-1)})`; its
    squares sum to the squared jackknife error.

    Parameters
    ----------
    rows : sparse array of shape (n, columns)
        Rows of length 1 (or 0), as `unit_rows` gives them.
    strata : (n,) array_like of int
        Number of the stratum of each row: the same everywhere where there are none.

    Returns
    -------
    MeanSimilarity
        ``nan`` where a stratum has fewer than three rows, or there is none.

    References
    ----------
    Hoeffding, W. (1948). A class of statistics with asymptotically normal distribution. The
    Annals of Mathematical Statistics, 19(3), 293-325.
    Arvesen, J. N. (1969). Jackknifing U-statistics. The Annals of Mathematical Statistics, 40(6),
    2076-2100.

    Examples
    --------
    Two of three are the same, the third has nothing in common with them:

    >>> found = mean_pairwise_cosine(unit_rows(np.array([[1, 0], [1, 0], [0, 1]])), [0, 0, 0])
    >>> round(found.value, 4), round(found.error, 4)
    (0.3333, 0.6667)
    """
    which = np.asarray(strata)
    influence = np.zeros(len(which))
    values = []
    different = np.unique(which)
    for one in different:
        inside = np.flatnonzero(which == one)
        n = len(inside)
        if n < 3:
            return MeanSimilarity(float("nan"), np.full(len(which), np.nan))
        with_others = _with_others(rows[inside])
        values.append(with_others.sum() / (n * (n - 1)))
        apart = with_others - with_others.mean()
        influence[inside] = 2 * apart / ((n - 2) * np.sqrt(n * (n - 1)) * len(different))
    return MeanSimilarity(float(np.mean(values)) if values else float("nan"), influence)


def _with_others(rows: sparse.csr_array) -> Floats:
    """Summed cosines of every row with all others; the vocabulary shrinks to what is there."""
    own = np.asarray(rows.multiply(rows).sum(axis=1)).ravel()
    summed = np.asarray(rows.sum(axis=0)).ravel()
    return np.asarray(rows @ summed - own)


def averaged(means: list[MeanSimilarity]) -> MeanSimilarity:
    """Mean of several means over the same rows.

    Examples
    --------
    >>> one = MeanSimilarity(0.2, np.array([0.1, -0.1]))
    >>> averaged([one, one]) .value
    0.2
    """
    influence = np.mean([one.influence for one in means], axis=0)
    return MeanSimilarity(float(np.mean([one.value for one in means])), influence)


def halves_log_ratios(
    similarity: ArrayLike, strata: ArrayLike, *, draws: int, rng: np.random.Generator
) -> Floats:
    r"""Log ratios of the mean similarity of two random halves of the same texts.

    What two samples of one source differ by. Their spread is that of halves: for samples of n and
    m texts it has to be multiplied by :math:`\sqrt{(1/n + 1/m) N / 4}`, with N texts halved.

    Parameters
    ----------
    similarity : array_like of shape (N, N)
        Similarity of all pairs.
    strata : (N,) array_like of int
        Stratum of each text; halves are drawn within each, pairs compared within each.
    draws : int, at least 1
        Random halvings.
    rng : numpy.random.Generator
        Source of chance.

    Returns
    -------
    (draws,) ndarray
        ``nan`` where a stratum has fewer than four texts, or a half has nothing in common.

    References
    ----------
    Politis, D. N., & Romano, J. P. (1994). Large sample confidence regions based on subsamples
    under minimal assumptions. The Annals of Statistics, 22(4), 2031-2050.

    Examples
    --------
    >>> same = np.ones((6, 6))
    >>> halves_log_ratios(same, [0] * 6, draws=2, rng=np.random.default_rng(0)).tolist()
    [0.0, 0.0]
    """
    pairs, which = np.asarray(similarity, dtype=float), np.asarray(strata)
    sums = np.zeros((2, draws))
    different = np.unique(which)
    for one in different:
        inside = np.flatnonzero(which == one)
        half = len(inside) // 2
        if half < 2:
            return np.full(draws, np.nan)
        block = pairs[np.ix_(inside, inside)].copy()
        np.fill_diagonal(block, 0.0)
        order = np.argsort(rng.random((draws, len(inside))), axis=1)
        for side, chosen in enumerate((order[:, :half], order[:, half : 2 * half])):
            part = np.zeros((draws, len(inside)))
            np.put_along_axis(part, chosen, 1.0, axis=1)
            sums[side] += ((part @ block) * part).sum(axis=1) / (half * (half - 1))
    with np.errstate(divide="ignore", invalid="ignore"):
        found = np.log(sums[0] / sums[1])
    return np.where(np.isfinite(found), found, np.nan)


def ratio_exceeds_p(
    log_ratio: ArrayLike, error: ArrayLike, *, df: ArrayLike, limit: ArrayLike
) -> Floats:
    r"""One-sided p value of "the ratio is at most `limit`".

    .. math:: t = (\ln(\text{limit}) - r) / s_r, \qquad p = P(T_{df} \le t)

    Parameters
    ----------
    log_ratio, error : array_like
        Log ratio of two means and its standard error.
    df : array_like
        Degrees of freedom of the error.
    limit : array_like, above 0
        Ratio up to which nothing is claimed.

    Returns
    -------
    numpy.ndarray
        In [0, 1]; small where the ratio is above the limit; ``nan`` where something is unknown.

    References
    ----------
    Student (1908). The probable error of a mean. Biometrika, 6(1), 1-25.

    Examples
    --------
    >>> float(ratio_exceeds_p(0.0, 0.1, df=29, limit=1.0))
    0.5
    """
    apart = np.log(np.asarray(limit, dtype=float)) - np.asarray(log_ratio, dtype=float)
    spread, freedom = np.asarray(error, dtype=float), np.asarray(df, dtype=float)
    with np.errstate(divide="ignore", invalid="ignore"):
        t = np.where((spread == 0) & (apart == 0), np.inf, apart / spread)
    return np.asarray(stdtr(freedom, t))
