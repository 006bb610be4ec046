"""What becomes of types whose generations are draws with replacement from the one before.

This is the Wright-Fisher model of genetics with M copies: what a generator does that copies rows.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.special import gammaln, xlog1py, xlogy

from audits.formulas.checks import FloatOrArray, Floats, not_negative, plain, share_between, whole

MOST_EXACT = 1000
"""Rows per generation up to which the chain of copies is followed count by count (8 MB)."""


def variety_kept_by_drift(rows: npt.ArrayLike, generations: npt.ArrayLike) -> FloatOrArray:
    r"""Share of the Gini-Simpson index that is left, on average, after t generations of M rows.

    .. math:: E[G_t] = G_0 \Bigl(1 - \frac1M\Bigr)^t, \qquad G = 1 - \sum_i p_i^2

    Parameters
    ----------
    rows : array_like
        Rows M per generation, above 0.
    generations : array_like
        Generations t, at least 0.

    Returns
    -------
    float or numpy.ndarray
        In [0, 1]. The same holds for the mean dissimilarity by any distance, because it, too, is a
        sum over pairs of types.

    Raises
    ------
    ValueError
        If there are no rows, or a number of generations is negative.

    References
    ----------
    Wright, S. (1931). Evolution in Mendelian populations. Genetics, 16(2), 97-159.

    Examples
    --------
    >>> round(variety_kept_by_drift(30, 10), 4)
    0.7125
    """
    return plain((1 - 1 / _rows(rows)) ** whole("generations", generations))


def drift_half_life(rows: npt.ArrayLike) -> FloatOrArray:
    r"""Generations in which half of the variety is gone when M rows are drawn each time.

    .. math:: \frac{\ln 2}{-\ln(1 - 1/M)} \approx 0.69\, M

    Parameters
    ----------
    rows : array_like
        Rows M per generation, above 0.

    Returns
    -------
    float or numpy.ndarray
        In generations; 0 for a single row, which holds no variety.

    Raises
    ------
    ValueError
        If there are no rows.

    References
    ----------
    Wright, S. (1931). Evolution in Mendelian populations. Genetics, 16(2), 97-159.

    Examples
    --------
    >>> [round(float(number), 2) for number in drift_half_life([10, 30, 100, 1000])]
    [6.58, 20.45, 68.97, 692.8]
    """
    with np.errstate(divide="ignore"):
        return plain(np.log(2) / -np.log1p(-1 / _rows(rows)))


def chance_lost_at_once(copies: npt.ArrayLike, rows: npt.ArrayLike) -> FloatOrArray:
    r"""Chance that a type held by k of M rows is in none of the M rows drawn from them.

    .. math:: \Bigl(1 - \frac kM\Bigr)^M \approx e^{-k}

    Parameters
    ----------
    copies : array_like
        Rows k of the type, at most M.
    rows : array_like
        Rows M, above 0.

    Returns
    -------
    float or numpy.ndarray
        In [0, 1].

    Raises
    ------
    ValueError
        If there are no rows, or more copies than rows.

    References
    ----------
    Fisher, R. A. (1930). The genetical theory of natural selection. Clarendon Press, chapter 4.

    Examples
    --------
    >>> round(chance_lost_at_once(1, 30), 4)
    0.3617
    """
    m = _rows(rows)
    share = share_between("copies / rows", not_negative("copies", copies) / m)
    return plain((1 - share) ** m)


def chance_still_there(shares: npt.ArrayLike, *, rows: int, generations: int) -> Floats:
    r"""Chance that a type is still there, generation by generation.

    With M up to 1,000 rows exact, by the Markov chain of its copies, whose transitions are
    binomial: the chance :math:`e_t(k)` of being gone after t more generations from k copies is

    .. math:: e_0(k) = 1[k = 0], \qquad
              e_t(k) = \sum_j \binom Mj \Bigl(\frac kM\Bigr)^j \Bigl(1 - \frac kM\Bigr)^{M-j}
              e_{t-1}(j)

    With more, copies are taken to multiply independently (a branching process with Poisson
    offspring), :math:`e_t(k) = e_t(1)^k`, :math:`e_t(1) = \exp(e_{t-1}(1) - 1)`: types for which
    that matters are rare, and those that are not survive either way.

    Parameters
    ----------
    shares : array_like of shape (types,)
        Share of each type in generation 0.
    rows : int
        Rows M of every later generation, above 0.
    generations : int
        Generations, at least 0.

    Returns
    -------
    numpy.ndarray of shape (generations + 1, types)
        Their sum over the types is the expected number of types left.

    Raises
    ------
    ValueError
        If a share is out of [0, 1], there are no rows, or generations are negative.

    References
    ----------
    Wright, S. (1931). Evolution in Mendelian populations. Genetics, 16(2), 97-159 (the chain).
    Fisher, R. A. (1930). The genetical theory of natural selection. Clarendon Press, chapter 4
    (the branching process). Ewens, W. J. (2004). Mathematical population genetics I, 2nd edition.
    Springer.

    Examples
    --------
    >>> there = chance_still_there([0.4, 0.3, 0.15, 0.1, 0.03, 0.02], rows=30, generations=5)
    >>> [round(float(there[t].sum()), 3) for t in (1, 5)]
    [5.003, 3.802]
    """
    share = np.atleast_1d(share_between("shares", shares))
    if whole("generations", generations) != generations or rows != _rows(rows):
        raise ValueError("rows and generations must be numbers")
    different, place = np.unique(share, return_inverse=True)
    followed = _exactly if rows <= MOST_EXACT else _by_branching
    gone = followed(different, int(rows), int(generations))
    first = (share > 0).astype(float)
    return np.vstack([first, *(1 - gone[t][place] for t in range(int(generations)))])


def fixation_time(share: npt.ArrayLike, rows: npt.ArrayLike) -> FloatOrArray:
    r"""Mean number of generations until a type has taken over or is lost.

    .. math:: -2M\, \bigl[p \ln p + (1-p) \ln(1-p)\bigr]

    Parameters
    ----------
    share : array_like
        Share p of the type in generation 0.
    rows : array_like
        Rows M per generation, above 0.

    Returns
    -------
    float or numpy.ndarray
        In generations; by the diffusion of a large M (a few percent too long for small M). 0 for a
        type that all or none have.

    Raises
    ------
    ValueError
        If a share is out of [0, 1], or there are no rows.

    References
    ----------
    Ewens, W. J. (2004). Mathematical population genetics I, 2nd edition. Springer, chapter 3
    (M copies here are 2N genes there).

    Examples
    --------
    >>> round(fixation_time(0.5, 30), 1)
    41.6
    """
    p, m = share_between("share", share), _rows(rows)
    return plain(-2 * m * (xlogy(p, p) + xlog1py(1 - p, -p)))


def share_variance(
    share: npt.ArrayLike, rows: npt.ArrayLike, generations: npt.ArrayLike
) -> FloatOrArray:
    r"""Variance of a group's share after t generations in which all N rows are drawn anew.

    .. math:: p\,(1-p)\, \Bigl[1 - \Bigl(1 - \frac1N\Bigr)^t\Bigr]

    Parameters
    ----------
    share : array_like
        Share p of the group in generation 0.
    rows : array_like
        Rows N of the whole table, above 0.
    generations : array_like
        Generations t, at least 0.

    Returns
    -------
    float or numpy.ndarray
        Between 0 and p (1 - p), where the group is everything or nothing.

    Raises
    ------
    ValueError
        If an argument is out of range.

    References
    ----------
    Wright, S. (1931). Evolution in Mendelian populations. Genetics, 16(2), 97-159.

    Examples
    --------
    >>> round(share_variance(0.5, 1000, 1), 6)
    0.00025
    """
    p = share_between("share", share)
    return plain(p * (1 - p) * (1 - np.asarray(variety_kept_by_drift(rows, generations))))


def chance_group_gone(
    share: npt.ArrayLike, rows: npt.ArrayLike, generations: npt.ArrayLike
) -> FloatOrArray:
    r"""Chance that a whole small group is gone after t generations.

    .. math:: \exp\Bigl(-\frac{2 N p}{t}\Bigr)

    The limit for a small group and many generations; for a few generations it is too low, and
    `chance_still_there` is exact.

    Parameters
    ----------
    share : array_like
        Share p of the group in generation 0, small.
    rows : array_like
        Rows N of the whole table, above 0.
    generations : array_like
        Generations t, at least 0.

    Returns
    -------
    float or numpy.ndarray
        In [0, 1]; 0 at generation 0, unless nobody was there.

    Raises
    ------
    ValueError
        If an argument is out of range.

    References
    ----------
    Feller, W. (1951). Diffusion processes in genetics. Proceedings of the second Berkeley
    symposium on mathematical statistics and probability, 227-246.

    Examples
    --------
    >>> round(chance_group_gone(0.03, 1000, 100), 3)
    0.549
    """
    p, m, t = share_between("share", share), _rows(rows), whole("generations", generations)
    with np.errstate(divide="ignore", invalid="ignore"):
        return plain(np.where(p > 0, np.exp(-2 * m * p / t), 1.0))


def _exactly(share: Floats, rows: int, generations: int) -> list[Floats]:
    """Chance of being gone after 1 ... t generations, by the chain of counts."""
    copies = np.arange(rows + 1)
    moves, first = _binomial(copies, rows, copies / rows), _binomial(copies, rows, share)
    gone, found = (copies == 0).astype(float), []
    for _ in range(generations):
        found.append(np.clip(first @ gone, 0.0, 1.0))
        gone = moves @ gone
    return found


def _binomial(copies: npt.NDArray[np.int64], rows: int, share: Floats) -> Floats:
    """Chance of every number of copies (columns) at every share (rows), for any share."""
    p, k = share[:, None], copies[None, :]
    ways = gammaln(rows + 1) - gammaln(k + 1) - gammaln(rows - k + 1)
    return np.asarray(np.exp(ways + xlogy(k, p) + xlog1py(rows - k, -p)))


def _by_branching(share: Floats, rows: int, generations: int) -> list[Floats]:
    """The same where each copy leaves descendants independently of all others."""
    gone, found = 0.0, []
    for _ in range(generations):
        found.append(np.exp(rows * np.log1p(-share * (1 - gone))) if gone < 1 else share * 0 + 1)
        gone = float(np.exp(gone - 1))
    return found


def _rows(rows: npt.ArrayLike) -> Floats:
    m = not_negative("rows", rows)
    if (m == 0).any():
        raise ValueError("rows must be above 0")
    return m
