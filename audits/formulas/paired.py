"""Two models tested on the same people: how far one rate is from the other.

What both models do to one person belongs together, so that the difference of two rates is known
better than either. Everything here is for one training of the models or, by `over_rounds`, for
several; and for one group or, as arrays, for all of them.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.special import stdtrit

from audits.formulas.checks import (
    FloatOrArray,
    Floats,
    checked_confidence,
    not_negative,
    plain,
    whole,
)
from audits.formulas.differences import Difference, square_and_add
from audits.formulas.share_tests import binomial_two_sided_p
from audits.formulas.shares import wilson


def paired_share_difference(
    both: npt.ArrayLike,
    only_first: npt.ArrayLike,
    only_second: npt.ArrayLike,
    neither: npt.ArrayLike,
    *,
    confidence: float,
) -> Difference:
    r"""Difference of two shares of the same people, with Newcombe's paired score interval.

    Of n people, a have what is counted by both ways of counting, b by the first alone, c by the
    second alone, d by neither. The difference is :math:`(b - c) / n`. Wilson's limits of
    :math:`(a + b) / n` and of :math:`(a + c) / n` are joined by `square_and_add` with

    .. math:: r = \frac{t}{\sqrt{(a+b)(c+d)(a+c)(b+d)}}, \qquad
              t = \max(ad - bc - n/2,\, 0) \text{ if } ad > bc, \text{ else } ad - bc

    and r = 0 where one of the four sums is 0.

    Parameters
    ----------
    both, only_first, only_second, neither : array_like
        Numbers of people, a to d.
    confidence : float, between 0 and 1
        Share of such intervals that hold the true difference.

    Returns
    -------
    Difference
        First less second, between -1 and 1. ``nan`` where there is nobody.

    Raises
    ------
    ValueError
        If a number is negative, or `confidence` is outside (0, 1).

    References
    ----------
    Newcombe, R. G. (1998). Improved confidence intervals for the difference between binomial
    proportions based on paired data. Statistics in Medicine, 17(22), 2635-2650 (method 10).

    Examples
    --------
    >>> [round(part, 3) for part in paired_share_difference(18, 2, 6, 4, confidence=0.95)]
    [-0.133, -0.315, 0.059]
    """
    a, b, c, d = _counts(both, only_first, only_second, neither)
    n = a + b + c + d
    sides = []
    for hits in (a + b, a + c):
        with np.errstate(invalid="ignore", divide="ignore"):
            sides.append((hits / n, *wilson(hits, n, confidence=confidence)))
    found = square_and_add(sides[0], sides[1], correlation=_phi(a, b, c, d))
    with np.errstate(invalid="ignore", divide="ignore"):
        return found._replace(value=plain((b - c) / n))


def mcnemar_p(only_first: npt.ArrayLike, only_second: npt.ArrayLike) -> FloatOrArray:
    r"""Exact two-sided p value of "both ways of counting find the same share".

    Only people whom the two count differently tell: each is as likely to be one of `only_first` as
    of `only_second`, which makes a binomial test with a share of one half.

    Parameters
    ----------
    only_first, only_second : array_like
        People counted by one way alone; whole numbers.

    Returns
    -------
    float or ndarray
        Above 0, at most 1; 1 where nobody is counted differently.

    Raises
    ------
    ValueError
        If a number is negative or broken.

    References
    ----------
    McNemar, Q. (1947). Note on the sampling error of the difference between correlated proportions
    or percentages. Psychometrika, 12(2), 153-157.

    Examples
    --------
    >>> round(mcnemar_p(2, 6), 3)
    0.289
    """
    b, c = whole("only_first", only_first), whole("only_second", only_second)
    p = np.asarray(binomial_two_sided_p(b, b + c, 0.5))
    return plain(np.where(b + c > 0, p, np.where(np.isnan(b + c), np.nan, 1.0)))


def paired_rate_difference(
    first: tuple[npt.ArrayLike, npt.ArrayLike],
    second: tuple[npt.ArrayLike, npt.ArrayLike],
    shared: tuple[npt.ArrayLike, npt.ArrayLike],
    *,
    confidence: float,
) -> Difference:
    r"""Difference of two rates whose denominators are different, overlapping people.

    As of two models' precision: each is a rate among those whom this model picks, and what is
    counted of a person (the true label) is the same for both. With hits :math:`x_i` of :math:`n_i`
    people, :math:`p_i = x_i / n_i`, and x hits among the n people in both denominators, the rates
    are correlated by

    .. math:: r = \frac{x (1 - p_1)(1 - p_2) + (n - x) p_1 p_2}
                       {\sqrt{n_1 n_2 \, p_1 (1 - p_1) \, p_2 (1 - p_2)}}

    (0 where a rate is 0 or 1) with which `square_and_add` joins Wilson's limits of either. Where
    both denominators are the same people, r is 1.

    Parameters
    ----------
    first, second, shared : tuple of two array_like
        Hits and people in the denominator: of the first rate, of the second, and of both at once.
    confidence : float, between 0 and 1
        Share of such intervals that hold the true difference.

    Returns
    -------
    Difference
        First less second. ``nan`` where a rate has nobody in its denominator.

    Raises
    ------
    ValueError
        If a number is negative, hits exceed their people, or `confidence` is outside (0, 1).

    References
    ----------
    Zou, G. Y., Donner, A. (2008). Construction of confidence limits about effect measures: a
    general approach. Statistics in Medicine, 27(10), 1693-1702; the covariance of two ratios from
    Woodruff, R. S. (1971). A simple method for approximating the variance of a complicated
    estimate. Journal of the American Statistical Association, 66(334), 411-414.

    Examples
    --------
    The second model picks all whom the first picks, and ten more of whom one is a hit:

    >>> found = paired_rate_difference((16, 20), (17, 30), (16, 20), confidence=0.95)
    >>> [round(part, 3) for part in found]
    [0.233, 0.07, 0.365]
    """
    sides = [_rate(*side, confidence=confidence) for side in (first, second)]
    x, n = not_negative("hits", shared[0]), not_negative("people", shared[1])
    (p1, _, _), (p2, _, _) = sides
    n1, n2 = np.asarray(first[1], dtype=np.float64), np.asarray(second[1], dtype=np.float64)
    with np.errstate(invalid="ignore", divide="ignore"):
        spread = np.sqrt(n1 * n2 * p1 * (1 - p1) * p2 * (1 - p2))
        r = (x * (1 - p1) * (1 - p2) + (n - x) * p1 * p2) / spread
    r = np.where(spread > 0, np.clip(r, -1.0, 1.0), 0.0)
    return square_and_add(sides[0], sides[1], correlation=r)


def over_rounds(found: Difference, *, confidence: float, redrawn: bool = False) -> Difference:
    r"""Mean of a difference over rounds of training, each tested on the same people.

    With :math:`D_r` and limits :math:`(l_r, u_r)` in each of S rounds, s the standard deviation of
    the :math:`D_r`, and t Student's quantile with S - 1 degrees of freedom:

    .. math:: L = D - \sqrt{\overline{(D_r - l_r)^2} + t^2 s^2 / S}, \qquad
              U = D + \sqrt{\overline{(u_r - D_r)^2} + t^2 s^2 / S}

    The first part holds who was tested, and does not shrink with more rounds, as these test the
    same people; the second holds how the models were trained, and does. Of a single round it is
    the interval of that round.

    Where rounds draw their training rows again, with replacement, from rows that were drawn once,
    their mean is itself off by about s, however many rounds there are: :math:`s^2 (1 + 1/S)` then
    stands for :math:`s^2 / S`.

    Parameters
    ----------
    found : Difference
        Arrays whose first axis is the rounds.
    confidence : float, between 0 and 1
        Level of the limits.
    redrawn : bool
        Whether rounds are trained on draws from the same training rows, not on fresh ones.

    Returns
    -------
    Difference
        Without the first axis. Rounds in which the difference is unknown are left out; ``nan``
        where it is in all.

    Raises
    ------
    ValueError
        If `confidence` is outside (0, 1).

    References
    ----------
    Zou, G. Y., Donner, A. (2008). Construction of confidence limits about effect measures: a
    general approach. Statistics in Medicine, 27(10), 1693-1702; Satterthwaite, F. E. (1946). An
    approximate distribution of estimates of variance components. Biometrics Bulletin, 2(6),
    110-114, on why the spread of few rounds takes Student's quantile; Efron, B., Tibshirani, R. J.
    (1993). An introduction to the bootstrap. Chapman & Hall, chapter 6, on draws from one sample.

    Examples
    --------
    >>> one = Difference([0.1], [0.0], [0.3])
    >>> [round(part, 3) for part in over_rounds(one, confidence=0.95)]
    [0.1, 0.0, 0.3]
    >>> two = Difference([0.1, 0.12], [0.0, 0.02], [0.3, 0.32])
    >>> [round(part, 3) for part in over_rounds(two, confidence=0.95)]
    [0.11, -0.052, 0.347]
    """
    tail = (1 + checked_confidence(confidence)) / 2
    value, low, high = (np.asarray(part, dtype=np.float64) for part in found)
    known = ~np.isnan(value)
    rounds = known.sum(axis=0)

    def mean(of: Floats) -> Floats:
        return np.asarray(np.where(known, of, 0.0).sum(axis=0) / rounds)

    with np.errstate(invalid="ignore", divide="ignore"):
        middle = mean(value)
        spread = mean((value - middle) ** 2) / np.maximum(rounds - 1, 1)  # s^2 / S
        spread *= rounds + 1 if redrawn else 1
        trained = np.where(rounds > 1, stdtrit(np.maximum(rounds - 1, 1), tail), 0.0) ** 2 * spread
        below = np.sqrt(mean((value - low) ** 2) + trained)
        above = np.sqrt(mean((high - value) ** 2) + trained)
    return Difference(plain(middle), plain(middle - below), plain(middle + above))


def mean_of_independent(found: Difference, *, axis: int = -1) -> Difference:
    r"""Mean of estimates that are independent of each other, from the interval of each.

    .. math:: L = \bar p - \frac{1}{K} \sqrt{\sum_k (p_k - l_k)^2}, \qquad
              U = \bar p + \frac{1}{K} \sqrt{\sum_k (u_k - p_k)^2}

    Balanced accuracy is the mean of the shares found of every class, and a change of it the mean of
    their changes; the classes are different people.

    Parameters
    ----------
    found : Difference
        Values and limits, as arrays.
    axis : int
        Along which the mean is taken.

    Returns
    -------
    Difference
        Without that axis. ``nan`` where one of the estimates is: a mean of fewer classes would be
        another quantity.

    References
    ----------
    Zou, G. Y., Donner, A. (2008). Construction of confidence limits about effect measures: a
    general approach. Statistics in Medicine, 27(10), 1693-1702.

    Examples
    --------
    >>> mean_of_independent(Difference([1.0, 3.0], [-5.0, -5.0], [4.0, 7.0]))
    Difference(value=2.0, low=-3.0, high=4.5)
    """
    value, low, high = (np.asarray(part, dtype=np.float64) for part in found)
    size = value.shape[axis]
    middle = value.mean(axis=axis)
    below = np.sqrt(((value - low) ** 2).sum(axis=axis)) / size
    above = np.sqrt(((high - value) ** 2).sum(axis=axis)) / size
    return Difference(plain(middle), plain(middle - below), plain(middle + above))


def balanced_accuracy(
    hits: npt.ArrayLike, people: npt.ArrayLike, *, confidence: float
) -> Difference:
    """Mean over classes of the share of its people who are found, with its interval.

    Wilson's limits of each class, joined by `mean_of_independent`.

    Parameters
    ----------
    hits, people : array_like of shape (..., classes)
        People of each class who are given that class, and all people of it.
    confidence : float, between 0 and 1
        Level of the limits.

    Returns
    -------
    Difference
        Value and limits, between 0 and 1. ``nan`` where a class has nobody.

    Raises
    ------
    ValueError
        If a number is negative, hits exceed their people, or `confidence` is outside (0, 1).

    References
    ----------
    Brodersen, K. H., Ong, C. S., Stephan, K. E., Buhmann, J. M. (2010). The balanced accuracy and
    its posterior distribution. 20th International Conference on Pattern Recognition, 3121-3124;
    the interval as in `mean_of_independent`.

    Examples
    --------
    >>> [round(part, 3) for part in balanced_accuracy([8, 15], [10, 30], confidence=0.95)]
    [0.65, 0.474, 0.761]
    """
    return mean_of_independent(Difference(*_rate(hits, people, confidence=confidence)))


def _rate(
    hits: npt.ArrayLike, people: npt.ArrayLike, *, confidence: float
) -> tuple[Floats, Floats, Floats]:
    low, high = wilson(hits, people, confidence=confidence)
    with np.errstate(invalid="ignore", divide="ignore"):
        value = np.asarray(hits, dtype=np.float64) / np.asarray(people, dtype=np.float64)
    return value, np.asarray(low), np.asarray(high)


def _counts(*parts: npt.ArrayLike) -> tuple[Floats, Floats, Floats, Floats]:
    names = ("both", "only_first", "only_second", "neither")
    a, b, c, d = (not_negative(name, part) for name, part in zip(names, parts, strict=True))
    return a, b, c, d


def _phi(a: Floats, b: Floats, c: Floats, d: Floats) -> Floats:
    """Correlation of the two ways of counting, corrected for continuity where it is positive."""
    cross = a * d - b * c
    cross = np.where(cross > 0, np.maximum(cross - (a + b + c + d) / 2, 0.0), cross)
    margins = (a + b) * (c + d) * (a + c) * (b + d)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.where(margins > 0, cross / np.sqrt(margins), 0.0))
