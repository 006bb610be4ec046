"""How many different words a text has for its length, by measures that length does not move."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from audits.formulas.hill import rarefied_hill

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
HDD_SIZE = 42
"""Words drawn for HD-D (McCarthy & Jarvis 2007)."""


def type_token_ratio(counts: ArrayLike) -> float:
    """Different words over all words. It falls with the length of a text: compare equal lengths.

    Parameters
    ----------
    counts : (words,) array_like of int
        How often each word occurs.

    Returns
    -------
    float
        In (0, 1]; ``nan`` of no words.

    References
    ----------
    Johnson, W. (1944). Studies in language behavior: a program of research. Psychological
    Monographs, 56(2), 1-15.

    Examples
    --------
    >>> type_token_ratio([3, 1])
    0.5
    """
    seen = np.asarray(counts, dtype=np.int64)
    total = int(seen.sum())
    return float((seen > 0).sum() / total) if total else float("nan")


def rarefied_distinct(counts: ArrayLike, *, size: int) -> float:
    r"""Different words expected among `size` words drawn at random, over `size`.

    .. math:: \frac{1}{L} \sum_i \Bigl(1 - \binom{N-x_i}{L} \Big/ \binom{N}{L}\Bigr)

    Unlike the plain share of different words it can be compared between texts of any length, if
    `size` is the same. With 42 words it is HD-D.

    Parameters
    ----------
    counts : (words,) array_like of int
        How often each word (or run of words) occurs.
    size : int, at least 1
        Words drawn, :math:`L`.

    Returns
    -------
    float
        In (0, 1]; ``nan`` where there are fewer than `size` words.

    Raises
    ------
    ValueError
        If a count is negative or broken, or `size` is below 1.

    References
    ----------
    Hurlbert, S. H. (1971). The nonconcept of species diversity. Ecology, 52(4), 577-586.
    McCarthy, P. M., & Jarvis, S. (2007). vocd: a theoretical and empirical evaluation. Language
    Testing, 24(4), 459-488.

    Examples
    --------
    Of two words twice each, two drawn differ in two cases of three:

    >>> round(rarefied_distinct([2, 2], size=2), 4)
    0.8333
    """
    seen = np.asarray(counts)
    if size < 1:
        raise ValueError(f"size must be at least 1, got {size}")
    if seen.sum() < size:
        return float("nan")
    return rarefied_hill(seen, size, order=0) / size


def expectation_adjusted_distinct(different: int, *, words: int, vocabulary: int) -> float:
    r"""Different words over those expected if every word of a vocabulary were as likely.

    .. math:: \frac{D}{V \bigl(1 - (1 - 1/V)^{C}\bigr)}

    For reference only: words are not equally likely, so that it moves with length, and what
    vocabulary a generator has is not known. Audits use `rarefied_distinct`.

    Parameters
    ----------
    different : int
        Different words seen, :math:`D`.
    words : int, at least 1
        All words, :math:`C`.
    vocabulary : int, at least 1
        Words there are, :math:`V`.

    Returns
    -------
    float
        1 where as many differ as expected.

    Raises
    ------
    ValueError
        If `words` or `vocabulary` is below 1.

    References
    ----------
    Liu, S., Sabour, S., Zheng, Y., Ke, P., Zhu, X., & Huang, M. (2022). Rethinking and refining
    the distinct metric. ACL 2022 (short papers), 762-770.

    Examples
    --------
    >>> round(expectation_adjusted_distinct(20, words=40, vocabulary=50), 4)
    0.7216
    """
    if words < 1 or vocabulary < 1:
        raise ValueError(f"words and vocabulary must be at least 1, got {words}, {vocabulary}")
    expected = vocabulary * -np.expm1(words * np.log1p(-1 / vocabulary)) if vocabulary > 1 else 1.0
    return float(different / expected)


def mtld(words: ArrayLike, starts: ArrayLike, *, threshold: float = 0.72) -> Floats:
    r"""Measure of textual lexical diversity: how long words go on before they repeat too much.

    A text is read until the share of different words has fallen to `threshold`; that is a factor,
    and counting starts anew. What is left at the end is a part of a factor, by how far the share
    has fallen. The measure is words over factors, averaged over reading from either end.

    Parameters
    ----------
    words : (words,) array_like of int
        Numbers of words, one document after another, not negative.
    starts : (documents + 1,) array_like of int
        Where each document begins, and the end.
    threshold : float in (0, 1)
        Share of different words at which a factor is closed; reaching it is enough.

    Returns
    -------
    (documents,) ndarray
        At least 1. A text in which no word repeats has no factor, and gets its length, which is
        a lower bound; ``nan`` for one without words.

    Raises
    ------
    ValueError
        If `threshold` is not in (0, 1).

    References
    ----------
    McCarthy, P. M., & Jarvis, S. (2010). MTLD, vocd-D, and HD-D: a validation study of
    sophisticated approaches to lexical diversity assessment. Behavior Research Methods, 42(2),
    381-392.

    Examples
    --------
    Four words, one of them twice: the share of different words has fallen by .2 of .28.

    >>> mtld([0, 1, 2, 3, 0], [0, 5]).round(3).tolist()
    [7.0]
    """
    if not 0 < threshold < 1:
        raise ValueError(f"threshold must be in (0, 1), got {threshold}")
    ids, begins = np.asarray(words, dtype=np.int64), np.asarray(starts, dtype=np.int64)
    lengths = np.diff(begins)
    # Reading backwards is reading the whole backwards: documents then come in reverse.
    forward = _factors(ids, begins, threshold)
    backward = _factors(ids[::-1], begins[-1] - begins[::-1], threshold)[::-1]
    with np.errstate(divide="ignore", invalid="ignore"):
        values = [
            np.where(factors > 0, lengths / factors, lengths) for factors in (forward, backward)
        ]
    return np.where(lengths > 0, np.mean(values, axis=0), np.nan)


def _factors(ids: Ints, starts: Ints, threshold: float) -> Floats:
    """Factors per document, all documents read at once, a word of each at a time."""
    lengths = np.diff(starts)
    order = np.argsort(-lengths, kind="stable")
    begins, sizes = starts[:-1][order], lengths[order]
    before = _seen_before(ids, starts)
    opened = begins.copy()  # where the present factor of each document begins
    types = np.zeros(len(order), dtype=np.int64)
    factors = np.zeros(len(order))
    share = np.ones(len(order))
    for step in range(int(sizes.max(initial=0))):
        there = int(np.searchsorted(-sizes, -step))  # documents longer than this, in front
        place = begins[:there] + step
        types[:there] += before[place] < opened[:there]
        share[:there] = types[:there] / (place - opened[:there] + 1)
        closed = np.flatnonzero(share[:there] <= threshold)
        factors[closed] += 1
        opened[closed] = place[closed] + 1
        types[closed] = 0
        share[closed] = 1.0
    found = np.empty(len(order))
    found[order] = factors + (1 - share) / (1 - threshold)
    return found


def _seen_before(ids: Ints, starts: Ints) -> Ints:
    """Place at which each word last stood in its document; -1 where it is new."""
    document = np.repeat(np.arange(len(starts) - 1), np.diff(starts))
    order = np.lexsort((ids, document))
    again = (np.diff(ids[order]) == 0) & (np.diff(document[order]) == 0)
    before = np.full(len(ids), -1, dtype=np.int64)
    before[order[1:][again]] = order[:-1][again]
    return before
