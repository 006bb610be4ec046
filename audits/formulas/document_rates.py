"""How often things stand per word, on two sides, where texts were drawn and not words."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtr

from audits.formulas.checks import Floats, checked_confidence


class RateChange(NamedTuple):
    """Rates of either side, their difference with its interval, and the p value of none."""

    real: Floats
    synthetic: Floats
    change: Floats
    low: Floats
    high: Floats
    p: Floats


def rate_change(
    real: tuple[ArrayLike, ArrayLike],
    synthetic: tuple[ArrayLike, ArrayLike],
    *,
    draws: int,
    seed: int,
    confidence: float,
) -> RateChange:
    r"""Difference of rates per word, synthetic less real, by drawing texts again.

    A rate is a ratio of sums over texts. Limits are percentiles of the difference over samples of
    texts drawn with replacement from either side; the p value is that of the difference over their
    standard deviation, by the normal law.

    Parameters
    ----------
    real, synthetic : tuple of array_like, shapes (n_texts, n_kinds) and (n_texts,)
        How often each kind stands in every text, and the words of every text.
    draws : int, at least 2
        Samples drawn.
    seed : int
        Fixes the samples.
    confidence : float in (0, 1)
        Level of the interval.

    Returns
    -------
    RateChange
        A number per kind; ``nan`` where a side has no word.

    Raises
    ------
    ValueError
        If the numbers of texts differ or an option is out of range.

    References
    ----------
    Efron, B. and Tibshirani, R. J. (1993). An introduction to the bootstrap. Chapman & Hall.

    Examples
    --------
    One in ten words on one side, one in five on the other, all texts alike:

    >>> found = rate_change(([[1]] * 9, [10] * 9), ([[2]] * 9, [10] * 9), draws=20, seed=1,
    ...                     confidence=0.95)
    >>> float(found.change[0].round(6)), float(found.low[0].round(6))
    (0.1, 0.1)
    """
    if draws < 2:
        raise ValueError(f"draws must be at least 2, got {draws}")
    checked_confidence(confidence)
    random = np.random.Generator(np.random.PCG64(seed))
    rates, again = [], []
    for kinds, words in (real, synthetic):
        k, w = np.asarray(kinds, dtype=float), np.asarray(words, dtype=float)
        if len(k) != len(w):
            raise ValueError(f"texts must agree, got {len(k)} and {len(w)}")
        n = len(w)
        times = random.multinomial(n, np.full(n, 1 / max(n, 1)), size=draws) if n else None
        with np.errstate(invalid="ignore", divide="ignore"):
            rates.append(k.sum(0) / w.sum())
            drawn = np.full((draws, k.shape[1]), np.nan)
            again.append(drawn if times is None else (times @ k) / (times @ w)[:, np.newaxis])
    change, moved = rates[1] - rates[0], again[1] - again[0]
    tails = [(1 - confidence) / 2, (1 + confidence) / 2]
    low, high = np.quantile(moved, tails, axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        z = np.where(change == 0, 0.0, np.abs(change) / moved.std(0))
    return RateChange(rates[0], rates[1], change, low, high, 2 * ndtr(-z))
