"""Tests of shares: against a known share, and for values that were lost."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.special import betainc, betaincc, gammaln, ndtr, xlog1py, xlogy

from audits.formulas.checks import (
    FloatOrArray,
    Floats,
    not_above,
    not_negative,
    plain,
    share_between,
    whole,
)


def binomial_two_sided_p(
    count: npt.ArrayLike, total: npt.ArrayLike, share: npt.ArrayLike
) -> FloatOrArray:
    r"""Exact two-sided p value of a count against a known share.

    Probability of all counts that are at most as likely as the count seen:

    .. math:: \sum_{k:\; b(k) \le b(x)} b(k), \qquad b(k) = \binom{n}{k} \pi^k (1-\pi)^{n-k}

    Exact at every size: the far end of the sum is found by bisection, the tails are incomplete
    beta functions.

    Parameters
    ----------
    count, total : array_like
        Rows in the group and altogether; whole numbers.
    share : array_like
        Known share :math:`\pi` of the group, between 0 and 1.

    Returns
    -------
    float or ndarray
        Between 0 and 1. With a `share` of 0 or 1 it is 1 or 0: the count is possible, or not.
        ``nan`` when `total` is 0 or an argument is nan.

    Raises
    ------
    ValueError
        If a count is negative or broken, exceeds its total, or `share` is outside [0, 1].

    References
    ----------
    Sterne, T. E. (1954). Some remarks on confidence or fiducial limits. Biometrika, 41(1/2),
    275-278.

    Examples
    --------
    Heads never or always in three throws: twice one eighth.

    >>> round(binomial_two_sided_p(0, 3, 0.5), 12)
    0.25
    """
    n, pi = whole("total", total), share_between("share", share)
    x = not_above("count", whole("count", count), limit_name="total", limit=n)
    x, n, pi = (np.asarray(each) for each in np.broadcast_arrays(x, n, pi))
    usable = (n > 0) & np.isfinite(x + n + pi)
    certain = usable & ((pi == 0) | (pi == 1))
    # Rows that cannot be computed get harmless numbers, so that bisection never meets a nan.
    n_, x_ = np.where(usable, n, 1.0), np.where(usable, x, 0.0)
    pi_ = np.where(usable & ~certain, pi, 0.5)

    expected = n_ * pi_
    sign = np.where(x_ < expected, 1.0, -1.0)
    far = x_ + sign * _steps_to_far_tail(x_, n_, pi_, sign)
    near_tail = np.where(sign > 0, _at_most(x_, n_, pi_), _at_least(x_, n_, pi_))
    far_tail = np.where(sign > 0, _at_least(far, n_, pi_), _at_most(far, n_, pi_))
    p = np.where(x_ == expected, 1.0, np.minimum(near_tail + far_tail, 1.0))
    p = np.where(certain, (x == n * pi).astype(float), p)
    return plain(np.where(usable, p, np.nan))


def score_p(p: npt.ArrayLike, pi: npt.ArrayLike, n_eff: npt.ArrayLike) -> FloatOrArray:
    r"""Two-sided p value of a weighted share against a known share.

    :math:`2\Phi(-|z|)` with :math:`z = (p - \pi) / \sqrt{\pi(1-\pi)/n}`.

    Parameters
    ----------
    p : array_like
        Share seen, between 0 and 1.
    pi : array_like
        Known share, between 0 and 1.
    n_eff : array_like
        Effective number of rows :math:`n`.

    Returns
    -------
    float or ndarray
        Between 0 and 1. With a `pi` of 0 or 1 it is 1 if `p` equals `pi`, otherwise 0.
        ``nan`` when `n_eff` is 0 or an argument is nan.

    Raises
    ------
    ValueError
        If a share is outside [0, 1], or `n_eff` is negative.

    References
    ----------
    Wilson, E. B. (1927). Probable inference, the law of succession, and statistical inference.
    Journal of the American Statistical Association, 22(158), 209-212.

    Examples
    --------
    Sixty of a hundred against a half: two standard errors.

    >>> round(score_p(0.6, 0.5, 100), 4)
    0.0455
    """
    z = _score(share_between("p", p), share_between("pi", pi), not_negative("n_eff", n_eff))
    return plain(2 * ndtr(-np.abs(z)))


def share_below_p(count: npt.ArrayLike, total: npt.ArrayLike, share: npt.ArrayLike) -> FloatOrArray:
    r"""One-sided p value for a share below a known one.

    The hypothesis is that the share is at least `share`; the p value is :math:`\Phi(z)` of the
    score test. So p < 0.025 exactly when the 95 percent Wilson interval lies below `share`.

    Parameters
    ----------
    count, total : array_like
        Rows in the group and altogether. Need not be whole.
    share : array_like
        Known share, between 0 and 1.

    Returns
    -------
    float or ndarray
        Between 0 and 1; 0.5 when the share seen is `share`. ``nan`` when `total` is 0 or an
        argument is nan.

    Raises
    ------
    ValueError
        If a number is negative, `count` exceeds `total`, or `share` is outside [0, 1].

    References
    ----------
    Wilson, E. B. (1927). Probable inference, the law of succession, and statistical inference.
    Journal of the American Statistical Association, 22(158), 209-212.

    Examples
    --------
    Forty of a hundred against a half: two standard errors below.

    >>> round(share_below_p(40, 100, 0.5), 4)
    0.0228
    """
    n = not_negative("total", total)
    x = not_above("count", not_negative("count", count), limit_name="total", limit=n)
    with np.errstate(invalid="ignore", divide="ignore"):
        seen = x / n
    return plain(ndtr(_score(seen, share_between("share", share), n)))


def two_proportion_fisher_lost(
    c: npt.ArrayLike, n: npt.ArrayLike, m: npt.ArrayLike
) -> FloatOrArray:
    r"""One-sided exact p value of a value that is gone from the synthetic rows.

    The value was seen `c` times in `n` real rows and never in `m` synthetic rows. If both came
    from one source, all `c` would be among the real rows with probability

    .. math:: \binom{n+m-c}{m} \Big/ \binom{n+m}{m}

    Parameters
    ----------
    c : array_like
        Real rows with the value; whole numbers, at most `n`.
    n, m : array_like
        Real rows and synthetic rows; whole numbers.

    Returns
    -------
    float or ndarray
        Above 0, at most 1; n/(n+m) when `c` is 1; 1 when `c` or `m` is 0.

    Raises
    ------
    ValueError
        If a number is negative or broken, or `c` exceeds `n`.

    References
    ----------
    Fisher, R. A. (1935). The logic of inductive inference. Journal of the Royal Statistical
    Society, 98(1), 39-82.

    Examples
    --------
    >>> round(two_proportion_fisher_lost(1, 30, 30), 12)
    0.5
    """
    real, synthetic = whole("n", n), whole("m", m)
    seen = not_above("c", whole("c", c), limit_name="n", limit=real)
    both = real + synthetic
    log_p = (
        gammaln(both - seen + 1) - gammaln(both + 1) - gammaln(real - seen + 1) + gammaln(real + 1)
    )
    return plain(np.minimum(np.exp(log_p), 1.0))


def chance_of_empty(expected: npt.ArrayLike) -> FloatOrArray:
    r"""Probability of no row where `expected` rows are expected, :math:`e^{-\lambda}` (Poisson).

    Below three expected rows even an empty group is no surprise at the 5 percent level.

    Parameters
    ----------
    expected : array_like
        Expected rows :math:`\lambda`.

    Returns
    -------
    float or ndarray
        Above 0, at most 1. A little more than the binomial :math:`(1-\pi)^N`.

    Raises
    ------
    ValueError
        If `expected` is negative.

    References
    ----------
    Hanley, J. A., Lippman-Hand, A. (1983). If nothing goes wrong, is everything all right?
    JAMA, 249(13), 1743-1745.

    Examples
    --------
    >>> chance_of_empty(0), round(chance_of_empty(3), 2)
    (1.0, 0.05)
    """
    return plain(np.exp(-not_negative("expected", expected)))


def _score(seen: Floats, known: Floats, n: Floats) -> Floats:
    with np.errstate(invalid="ignore", divide="ignore"):
        z = (seen - known) / np.sqrt(known * (1 - known) / n)
    z = np.where((seen == known) & (n > 0), 0.0, z)  # 0/0 at a known share of 0 or 1
    return np.asarray(np.where(n > 0, z, np.nan))


def _log_terms(k: Floats, n: Floats, pi: Floats) -> Floats:
    """Logarithm of the binomial probability, up to a constant."""
    arrangements = gammaln(k + 1) + gammaln(n - k + 1)
    return np.asarray(xlogy(k, pi) + xlog1py(n - k, -pi) - arrangements)


def _steps_to_far_tail(x: Floats, n: Floats, pi: Floats, sign: Floats) -> Floats:
    """Fewest steps from x, across the mode, to a count at most as likely as x."""
    limit = _log_terms(x, n, pi) + np.log1p(1e-7)  # equally likely counts differ by rounding
    mode = np.where(sign > 0, np.ceil(n * pi), np.floor(n * pi))
    too_few = np.abs(mode - x) - 1
    enough = np.where(sign > 0, n - x, x) + 1
    while (apart := enough - too_few > 1).any():
        middle = np.floor((too_few + enough) / 2)
        likelier = _log_terms(x + sign * middle, n, pi) > limit
        too_few = np.where(apart & likelier, middle, too_few)
        enough = np.where(apart & ~likelier, middle, enough)
    return np.asarray(enough)


def _at_most(k: Floats, n: Floats, pi: Floats) -> Floats:
    inside = np.clip(k, 0, n - 1)
    tail = betaincc(inside + 1, n - inside, pi)
    return np.asarray(np.where(k < 0, 0.0, np.where(k >= n, 1.0, tail)))


def _at_least(k: Floats, n: Floats, pi: Floats) -> Floats:
    inside = np.clip(k, 1, n)
    tail = betainc(inside, n - inside + 1, pi)
    return np.asarray(np.where(k > n, 0.0, np.where(k <= 0, 1.0, tail)))
