"""Marked words: log-odds ratios of words in two sets of texts, drawn towards no difference."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import expit, xlogy

from audits.formulas.checks import Floats, not_above, not_negative


class Marked(NamedTuple):
    """Log-odds ratios with their standard errors, and the ones divided by the others."""

    value: Floats
    error: Floats
    z: Floats


def pooled_prior(
    first: ArrayLike, second: ArrayLike, *, all_first: ArrayLike, all_second: ArrayLike, of: float
) -> Floats:
    r"""Prior counts of words: what they are of both sets together, scaled to a sum.

    :math:`a_w = a_0 (y_{1w} + y_{2w}) / (n_1 + n_2)`

    Parameters
    ----------
    first, second : array_like
        How often each word occurs in either set.
    all_first, all_second : array_like
        How often all words occur there.
    of : float, above 0
        The sum :math:`a_0` of the prior over all words: so many occurrences are added to either
        set.

    Returns
    -------
    ndarray
        At least 0. ``nan`` where both sets are empty.

    Raises
    ------
    ValueError
        If counts are negative, or `of` is not above 0.

    References
    ----------
    Monroe, B. L., Colaresi, M. P., Quinn, K. M. (2008). Fightin' words: lexical feature selection
    and evaluation for identifying the content of political conflict. Political Analysis, 16(4),
    372-403 (the informative prior).

    Examples
    --------
    >>> round(float(pooled_prior(18, 40, all_first=1000, all_second=10000, of=500)), 3)
    2.636
    """
    if not of > 0:
        raise ValueError(f"of must be above 0, got {of:g}")
    total = not_negative("all_first", all_first) + not_negative("all_second", all_second)
    both = not_negative("first", first) + not_negative("second", second)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(of * both / total)


def marked_log_odds(
    first: ArrayLike,
    second: ArrayLike,
    *,
    all_first: ArrayLike,
    all_second: ArrayLike,
    prior: ArrayLike,
    of: ArrayLike,
) -> Marked:
    r"""Log-odds ratio of words with an informative Dirichlet prior.

    With :math:`a` the prior count of a word and :math:`a_0` that of all words,

    .. math:: \delta = \ln \frac{y_1 + a}{n_1 + a_0 - y_1 - a}
              - \ln \frac{y_2 + a}{n_2 + a_0 - y_2 - a}, \qquad
              \sigma^2 = \frac{1}{y_1 + a} + \frac{1}{y_2 + a}

    The variance is that of counts that come one by one. Words come in bursts: one that a text
    holds, it holds again. Count, therefore, in how many texts a word stands, and not how often; the
    variance then is too large for words that most texts hold, never too small.

    Parameters
    ----------
    first, second : array_like
        How often each word occurs in either set.
    all_first, all_second : array_like
        How often all words occur there.
    prior : array_like
        Prior count of each word, above 0 for those that are to be compared.
    of : array_like
        The sum of the prior over all words.

    Returns
    -------
    Marked
        Above 0 where the first set has more of a word. ``nan`` where its prior is 0 or unknown.

    Raises
    ------
    ValueError
        If counts are negative, or those of a word exceed those of all words.

    References
    ----------
    .. [1] Monroe, B. L., Colaresi, M. P., Quinn, K. M. (2008). Fightin' words: lexical feature
       selection and evaluation for identifying the content of political conflict. Political
       Analysis, 16(4), 372-403.
    .. [2] Church, K. W. (2000). Empirical estimates of adaptation: the chance of two Noriegas is
       closer to p/2 than p squared. COLING (words come in bursts).

    Examples
    --------
    A word that stands 18 times among 1,000 and 40 times among 10,000, with a prior of 500:

    >>> a = pooled_prior(18, 40, all_first=1000, all_second=10000, of=500)
    >>> found = marked_log_odds(18, 40, all_first=1000, all_second=10000, prior=a, of=500)
    >>> round(float(found.value), 3), round(float(found.z), 2)
    (1.23, 4.59)
    """
    a, whole = not_negative("prior", prior), not_negative("of", of)
    value, inverse = np.zeros(()), np.zeros(())
    for side, name, words, total in (
        (1, "first", first, all_first),
        (-1, "second", second, all_second),
    ):
        every = not_negative(f"all_{name}", total)
        counts = not_negative(name, words)
        not_above(name, counts, limit_name=f"all_{name}", limit=np.asarray(every))
        with np.errstate(invalid="ignore", divide="ignore"):
            having = np.where(a > 0, counts + a, np.nan)
            value = value + side * (np.log(having) - np.log(every + whole - having))
            inverse = inverse + 1 / having
    error = np.sqrt(inverse)
    return Marked(np.asarray(value), np.asarray(error), np.asarray(value / error))


def surprise(inside: ArrayLike, outside: ArrayLike, log_odds: ArrayLike) -> Floats:
    r"""How far a share is from what is due, as the signed root of its log-likelihood ratio.

    Of :math:`n` counts :math:`y` fall inside, where each would with probability :math:`\pi`:

    .. math:: \pm \sqrt{2 \left( y \ln \frac{y}{n \pi}
              + (n - y) \ln \frac{n - y}{n (1 - \pi)} \right)}

    above 0 where more fall inside than are due. Like a number of standard errors, and defined where
    nothing falls outside: a word that one group alone has is the more surprising, the more of its
    texts have it.

    Parameters
    ----------
    inside, outside : array_like
        Counts.
    log_odds : array_like
        Logarithm of the odds of falling inside.

    Returns
    -------
    ndarray
        0 where as many fall inside as are due, or none were counted.

    Raises
    ------
    ValueError
        If counts are negative.

    References
    ----------
    Dunning, T. (1993). Accurate methods for the statistics of surprise and coincidence.
    Computational Linguistics, 19(1), 61-74.

    Examples
    --------
    All of eight, where each falls inside as often as not; then half of them:

    >>> surprise([8, 4], [0, 4], 0.0).round(2).tolist()
    [3.33, 0.0]
    """
    y, rest = not_negative("inside", inside), not_negative("outside", outside)
    odds = np.asarray(log_odds, dtype=np.float64)
    n = y + rest
    share = np.asarray(expit(odds))
    ratio = xlogy(y, y) + xlogy(rest, rest) - xlogy(n, n)
    ratio = ratio + y * np.logaddexp(0, -odds) + rest * np.logaddexp(0, odds)
    return np.asarray(np.sign(y - n * share) * np.sqrt(2 * np.maximum(ratio, 0)))
