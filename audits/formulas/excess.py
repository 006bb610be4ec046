"""More of something than fresh real people show, when their own share is only an estimate."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.special import betainc, betainccinv, betaincinv, ndtr

from audits.formulas.checks import FloatOrArray, not_above, not_negative, plain, share_between

_REACH, _STEPS = 8.0, 161  # standard normal scores over which an unknown share is averaged


def left_out_people(
    once: npt.ArrayLike, twice: npt.ArrayLike, total: npt.ArrayLike
) -> FloatOrArray:
    r"""Fresh people that rows, each left out in turn, are worth.

    The share of rows that would be something unseen if they were left out is an estimate of the
    share of fresh people who are. Its error, by Esty's variance, is that of a share among

    .. math:: n_{\mathrm{eff}} = \frac{n f_1 (1 - f_1/n)}{f_1 (1 - f_1/n) + 2 f_2}

    people: fewer than :math:`n`, because rows left out in turn are not independent of each other.

    Parameters
    ----------
    once : array_like
        Rows that would be unseen if they were left out, :math:`f_1`.
    twice : array_like
        Rows that would be if they and one like them were left out: :math:`2 f_2`.
    total : array_like
        Rows, :math:`n`.

    Returns
    -------
    float or ndarray
        People, from 0 to `total`; `total` where `once` is 0 or all.

    Raises
    ------
    ValueError
        If a number is negative or exceeds `total`.

    References
    ----------
    Good, I. J. (1953). The population frequencies of species and the estimation of population
    parameters. Biometrika, 40(3/4), 237-264.
    Esty, W. W. (1983). A normal limit law for a nonparametric estimator of the coverage of a
    random sample. Annals of Statistics, 11(3), 905-912.

    Examples
    --------
    Nine of thirty rows are alone of their kind, ten have one like them; Esty's error is .135.

    >>> people = left_out_people(9, 10, 30)
    >>> round(people, 1), round((0.3 * 0.7 / people) ** 0.5, 4)
    (11.6, 0.1346)
    """
    n = not_negative("total", total)
    single = not_above("once", not_negative("once", once), limit_name="total", limit=n)
    double = not_above("twice", not_negative("twice", twice), limit_name="total", limit=n)
    with np.errstate(invalid="ignore", divide="ignore"):
        spread = single * (1 - single / n)
        worth = n * spread / (spread + double)
    return plain(np.where(spread > 0, worth, n))


def excess_p(
    count: npt.ArrayLike,
    total: npt.ArrayLike,
    fresh_count: npt.ArrayLike,
    fresh_total: npt.ArrayLike,
    *,
    excess: npt.ArrayLike = 0.0,
) -> FloatOrArray:
    r"""One-sided p value of a share that exceeds that of fresh people by more than a limit.

    The probability of so many rows, or more, if their share were that of fresh people plus the
    limit, averaged over what that share may be after `fresh_count` of `fresh_total` people:

    .. math:: p = \int P\bigl(X \ge x \mid m, q + d\bigr)\, \mathrm{Beta}(q;\, y + 1,\, n - y)\, dq

    With no limit (:math:`d = 0`) this is the one-sided exact test of two shares; with very many
    fresh people, the one-sided binomial test against a known share.

    Parameters
    ----------
    count, total : array_like
        Synthetic rows of a kind, :math:`x`, of :math:`m`.
    fresh_count, fresh_total : array_like
        Fresh people of that kind, :math:`y`, of :math:`n`. Need not be whole.
    excess : array_like
        The limit :math:`d`, from 0 to 1.

    Returns
    -------
    float or ndarray
        Between 0 and 1; 1 where all fresh people are of that kind. ``nan`` where there are no
        rows, or no people, to tell from.

    Raises
    ------
    ValueError
        If a number is negative, a count exceeds its total, or `excess` is outside [0, 1].

    References
    ----------
    Fisher, R. A. (1935). The logic of inductive inference. Journal of the Royal Statistical
    Society, 98(1), 39-82.
    Altham, P. M. E. (1969). Exact Bayesian analysis of a 2 × 2 contingency table, and Fisher's
    "exact" significance test. Journal of the Royal Statistical Society B, 31(2), 261-269.

    Examples
    --------
    Sixty of 3,000 rows; one in a hundred of very many people.

    >>> print(f"{excess_p(60, 3000, 1e7, 1e9):.0e}")
    8e-07
    """
    m, n = not_negative("total", total), not_negative("fresh_total", fresh_total)
    x = not_above("count", not_negative("count", count), limit_name="total", limit=m)
    y = not_negative("fresh_count", fresh_count)
    y = not_above("fresh_count", y, limit_name="fresh_total", limit=n)
    x, m, y, n, d = np.broadcast_arrays(x, m, y, n, share_between("excess", excess))
    usable = (m > 0) & (n > 0) & np.isfinite(x + m + y + n + d)
    judged = usable & (x > 0) & (y < n)
    p = np.where(usable, 1.0, np.nan)
    parts = [side[judged][:, np.newaxis] for side in (x, m, y, n, d)]
    p[judged] = _averaged(*parts)
    return plain(p)


def _averaged(
    x: npt.NDArray[np.float64],
    m: npt.NDArray[np.float64],
    y: npt.NDArray[np.float64],
    n: npt.NDArray[np.float64],
    d: npt.NDArray[np.float64],
) -> npt.NDArray[np.float64]:
    """Mean probability over the shares that fresh people may have, by normal scores."""
    scores = np.linspace(-_REACH, _REACH, _STEPS)
    weights = np.exp(-(scores**2) / 2)
    low, high = np.minimum(scores, 0), np.maximum(scores, 0)
    below, above = betaincinv(y + 1, n - y, ndtr(low)), betainccinv(y + 1, n - y, ndtr(-high))
    shares = np.minimum(np.where(scores < 0, below, above) + d, 1.0)
    return np.asarray((betainc(x, m - x + 1, shares) * weights).sum(1) / weights.sum())
