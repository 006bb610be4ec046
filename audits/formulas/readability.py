"""Readability: two numbers that say how hard a text is to read, from counts alone."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from audits.formulas.checks import Floats, not_negative


def flesch_reading_ease(words: ArrayLike, sentences: ArrayLike, syllables: ArrayLike) -> Floats:
    r"""Reading ease of English texts: the higher, the easier.

    :math:`206.835 - 1.015\,w/s - 84.6\,y/w` for :math:`w` words, :math:`s` sentences and :math:`y`
    syllables. Plain English lies between 60 and 70. It has no ends: a text of one long word falls
    below 0.

    Parameters
    ----------
    words, sentences, syllables : array_like
        Of each text, at least 0.

    Returns
    -------
    ndarray
        ``nan`` for texts without a word or without a sentence.

    Raises
    ------
    ValueError
        If a count is negative.

    References
    ----------
    Flesch, R. (1948). A new readability yardstick. Journal of Applied Psychology, 32(3), 221-233.

    Examples
    --------
    Ten words of one syllable each, in one sentence:

    >>> float(flesch_reading_ease(10, 1, 10).round(3))
    112.085
    """
    w, s, y = _counts(words=words, sentences=sentences, syllables=syllables)
    with np.errstate(divide="ignore", invalid="ignore"):
        ease = 206.835 - 1.015 * w / s - 84.6 * y / w
    return np.where((w > 0) & (s > 0), ease, np.nan)


def lix(words: ArrayLike, sentences: ArrayLike, long_words: ArrayLike) -> Floats:
    r"""Björnsson's index of readability, for any language with spaces: the higher, the harder.

    :math:`w/s + 100\,l/w` for :math:`w` words, :math:`s` sentences and :math:`l` words of more than
    six letters. Below 30 is a children's book, above 50 a learned one.

    Parameters
    ----------
    words, sentences, long_words : array_like
        Of each text, at least 0.

    Returns
    -------
    ndarray
        At least 0; ``nan`` for texts without a word or without a sentence.

    Raises
    ------
    ValueError
        If a count is negative.

    References
    ----------
    Björnsson, C. H. (1968). Läsbarhet. Stockholm: Liber.

    Examples
    --------
    Twenty words in two sentences, five of them long:

    >>> float(lix(20, 2, 5))
    35.0
    """
    w, s, long = _counts(words=words, sentences=sentences, long_words=long_words)
    with np.errstate(divide="ignore", invalid="ignore"):
        index = w / s + 100 * long / w
    return np.where((w > 0) & (s > 0), index, np.nan)


def _counts(**named: ArrayLike) -> list[Floats]:
    return [not_negative(name, values) for name, values in named.items()]
