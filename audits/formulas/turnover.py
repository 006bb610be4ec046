"""Words that were lost and words that are new, between as many texts of either side."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import gammaln, stdtrit

from audits.estimates import Estimate
from audits.formulas.checks import Floats, checked_confidence

Integers = NDArray[np.int64]


class Turnover(NamedTuple):
    """Words of as many texts of either side, and the share of them the other side lacks.

    Attributes
    ----------
    real, synthetic : different words that `drawn` texts of a side have on average.
    lost : share of the real ones that as many synthetic texts lack.
    lost_by_chance : share of them that as many other real texts lack.
    new : share of the synthetic ones that as many real texts lack.
    new_by_chance : share of them that as many other synthetic texts lack.
    """

    real: float
    synthetic: float
    lost: float
    lost_by_chance: float
    new: float
    new_by_chance: float


def absent(documents: ArrayLike, of: int, drawn: int) -> Floats:
    r"""Chance that none of some texts drawn without replacement has a word.

    :math:`\binom{N - d}{k} / \binom{N}{k}` for a word that :math:`d` of :math:`N` texts have, and
    :math:`k` texts drawn.

    Parameters
    ----------
    documents : array_like of int
        Texts that have each word, from 0 to `of`.
    of : int
        Texts there are.
    drawn : int
        Texts drawn, from 0 to `of`.

    Returns
    -------
    ndarray
        In [0, 1].

    Raises
    ------
    ValueError
        If a number is out of range.

    References
    ----------
    Colwell, R. K., Mao, C. X. and Chang, J. (2004). Interpolating, extrapolating, and comparing
    incidence-based species accumulation curves. Ecology, 85(10), 2717-2727.

    Examples
    --------
    Two of four texts have a word; two are drawn, of the six pairs one has it not:

    >>> float(absent(2, 4, 2).round(6))
    0.166667
    """
    have = np.asarray(documents, dtype=np.int64)
    if not 0 <= drawn <= of:
        raise ValueError(f"drawn must be from 0 to {of}, got {drawn}")
    if have.size and not 0 <= have.min() <= have.max() <= of:
        raise ValueError(f"documents must be from 0 to {of}, got {have.min()} to {have.max()}")
    possible = of - have >= drawn
    without = np.where(possible, of - have, drawn).astype(np.float64)
    log = (
        gammaln(without + 1)
        - gammaln(without - drawn + 1)
        - gammaln(of + 1.0)
        + gammaln(of - drawn + 1.0)
    )
    return np.where(possible, np.exp(np.minimum(log, 0.0)), 0.0)


def turnover(
    real: ArrayLike, synthetic: ArrayLike, *, texts: tuple[int, int], drawn: int
) -> Turnover:
    r"""Words lost and new between as many texts of either side, and what chance makes of both.

    All numbers are averages over all ways to draw the texts, in closed form. With :math:`a_k` the
    chance that :math:`k` texts lack a word, the words lost are :math:`\sum(1 - a^R_k)\,a^S_k`, and
    those of a second draw of other real texts :math:`\sum(a^R_k - a^R_{2k})`.

    Parameters
    ----------
    real, synthetic : array_like of int, shape (n_words,)
        Texts of each side that have each word.
    texts : tuple of int
        Real and synthetic texts there are.
    drawn : int
        Texts drawn, at most half of those of either side.

    Returns
    -------
    Turnover
        Shares are ``nan`` where no word is drawn.

    Raises
    ------
    ValueError
        If a number is out of range.

    References
    ----------
    Colwell, R. K., Mao, C. X. and Chang, J. (2004). Interpolating, extrapolating, and comparing
    incidence-based species accumulation curves. Ecology, 85(10), 2717-2727.

    Examples
    --------
    Four texts a side, two words that all of one side have, and one that all have:

    >>> found = turnover([4, 0, 4], [0, 4, 4], texts=(4, 4), drawn=2)
    >>> [round(share, 6) for share in (found.lost, found.lost_by_chance, found.new)]
    [0.5, 0.0, 0.5]
    """
    x, y = np.asarray(real, dtype=np.int64), np.asarray(synthetic, dtype=np.int64)
    if not 1 <= drawn <= min(texts) // 2:
        raise ValueError(f"drawn must be from 1 to half of {texts}, got {drawn}")
    a, b = (_looked_up(side, n, drawn) for side, n in zip((x, y), texts, strict=True))
    twice = [_looked_up(side, n, 2 * drawn) for side, n in zip((x, y), texts, strict=True)]
    words = float((1 - a).sum()), float((1 - b).sum())
    lost, new = ((1 - a) * b).sum(), ((1 - b) * a).sum()
    again = (a - twice[0]).sum(), (b - twice[1]).sum()
    return Turnover(
        real=words[0],
        synthetic=words[1],
        lost=_part(lost, words[0]),
        lost_by_chance=_part(again[0], words[0]),
        new=_part(new, words[1]),
        new_by_chance=_part(again[1], words[1]),
    )


def unknown_words(
    real: ArrayLike, synthetic: ArrayLike, real_texts: ArrayLike, *, of: int
) -> tuple[float, float]:
    r"""Share of running words that real texts do not have: of synthetic texts, and of real ones.

    A real text is looked up in all others, a synthetic one in all real texts but one, drawn at
    random, so that both meet as many.

    Parameters
    ----------
    real, synthetic : array_like, shape (n_words,)
        How often each word occurs on each side.
    real_texts : array_like of int, shape (n_words,)
        Real texts that have each word.
    of : int, at least 2
        Real texts there are.

    Returns
    -------
    tuple of float
        Of synthetic texts, and of real ones, in [0, 1]; ``nan`` for a side without a word.

    Raises
    ------
    ValueError
        If a number is out of range.

    References
    ----------
    Good, I. J. (1953). The population frequencies of species and the estimation of population
    parameters. Biometrika, 40(3/4), 237-264.

    Examples
    --------
    Of two words, one that two of two real texts have, one that none has:

    >>> unknown_words([2, 0], [1, 3], [2, 0], of=2)
    (0.75, 0.0)
    """
    x, y = np.asarray(real, dtype=float), np.asarray(synthetic, dtype=float)
    have = np.asarray(real_texts, dtype=np.int64)
    if of < 2:
        raise ValueError(f"of must be at least 2, got {of}")
    theirs = (y * _looked_up(have, of, of - 1)).sum()
    return _part(theirs, y.sum()), _part(x[have == 1].sum(), x.sum())


def block_jackknife(
    statistic: Callable[[Integers, Integers], Floats],
    blocks: tuple[int, int],
    *,
    confidence: float,
) -> list[Estimate]:
    r"""Intervals of statistics of two sets of texts, by leaving out a block of either at a time.

    Parameters
    ----------
    statistic : callable
        Given the blocks of either side that are kept, numbers of them, returns some numbers.
    blocks : tuple of int, at least 2 each
        Blocks of either side, all of about the same size.
    confidence : float in (0, 1)
        Level of the intervals, by Student's law with one degree of freedom less than the blocks of
        the side that has fewer.

    Returns
    -------
    list of Estimate
        One per number of the statistic.

    Raises
    ------
    ValueError
        If there are fewer than two blocks.

    References
    ----------
    Künsch, H. R. (1989). The jackknife and the bootstrap for general stationary observations.
    Annals of Statistics, 17(3), 1217-1241.

    Examples
    --------
    The difference of two means of five numbers each:

    >>> x, y = np.arange(5.0), np.array([4.0, 4.0, 5.0, 5.0, 7.0])
    >>> apart = lambda a, b: np.array([y[b].mean() - x[a].mean()])
    >>> print(block_jackknife(apart, (5, 5), confidence=0.95)[0])
    3.00 (0.52 to 5.48)
    """
    if min(blocks) < 2:
        raise ValueError(f"at least two blocks are needed, got {blocks}")
    checked_confidence(confidence)
    every = np.arange(blocks[0]), np.arange(blocks[1])
    value = statistic(*every)
    variance = np.zeros_like(value)
    for side, size in enumerate(blocks):
        left = np.array(
            [
                statistic(*(np.delete(e, b) if k == side else e for k, e in enumerate(every)))
                for b in range(size)
            ]
        )
        variance += (size - 1) / size * ((left - left.mean(0)) ** 2).sum(0)
    half = float(stdtrit(min(blocks) - 1, (1 + confidence) / 2)) * np.sqrt(variance)
    return [
        Estimate(float(v), float(v - h), float(v + h)) for v, h in zip(value, half, strict=True)
    ]


def _looked_up(documents: Integers, of: int, drawn: int) -> Floats:
    """The chance of `absent`, computed once per number of texts: words are many more."""
    if documents.size and not 0 <= documents.min() <= documents.max() <= of:
        raise ValueError(f"documents must be from 0 to {of}, got {documents.max()}")
    chances: Floats = absent(np.arange(of + 1), of, drawn)[documents]
    return chances


def _part(part: float, whole: float) -> float:
    return float(max(part, 0.0) / whole) if whole > 0 else float("nan")
