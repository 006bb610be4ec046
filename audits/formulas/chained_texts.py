"""Texts written again and again: how alike they are across chains, and how far they have moved.

A chain is one text and everything that was made from it. Two texts of one chain are alike because
of where they come from; how varied a generation is shows between texts of different chains.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from audits.formulas.checks import Floats
from audits.formulas.grams import gram_numbers

Int32 = NDArray[np.int32]
Int64 = NDArray[np.int64]


class Grams(NamedTuple):
    """Runs of words in texts, text by text, each run once per text.

    Attributes
    ----------
    starts : place of the first run of each text, and the end.
    columns : number of each run; those of `n` words stand after all of fewer words.
    times : how often the text has it.
    weights : its part of the text's vector, which has length 1.
    firsts : number of the first run of each length, and the end of all.
    """

    starts: Int64
    columns: Int32
    times: Int32
    weights: Floats
    firsts: tuple[int, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Summed:
    """The texts of one generation, added up: within each chain, and over all."""

    chains: Int64
    """Chains that there are, ascending."""
    texts: Int64
    """Texts of each."""
    keys: Int64
    """Chain and run of words in one number, ascending."""
    within: Floats
    """Weight of the run in the chain's texts."""
    columns: Int64
    """Runs of words that there are, ascending."""
    over: Floats
    """Weight of each in all texts."""
    width: int


class Apart(NamedTuple):
    """How unlike the texts of different chains are on average; and without each chain.

    Attributes
    ----------
    value : mean cosine dissimilarity, 0 to 1; ``nan`` without two chains.
    chains : the chains.
    without : the mean where all texts of a chain are left out, in the order of `chains`.
    """

    value: float
    chains: Int64
    without: Floats


class Beside(NamedTuple):
    """How alike the texts of two generations are.

    Attributes
    ----------
    others : mean cosine similarity of texts of different chains.
    own : mean cosine similarity of texts of one chain; ``nan`` where none is in both.
    """

    others: float
    own: float


class Loss(NamedTuple):
    """Log ratio of two mean dissimilarities, its standard error and degrees of freedom."""

    log_ratio: float
    error: float
    freedom: float


def text_grams(words: ArrayLike, starts: ArrayLike, *, orders: Sequence[int] = (1, 2)) -> Grams:
    r"""Runs of words of each text, weighed so that products are means of cosines.

    .. math:: u_i = \Bigl(\tfrac{x_i^{(n)}}{\lVert x_i^{(n)} \rVert \sqrt{N}}\Bigr)_{n},
              \qquad u_i \cdot u_j = \frac1N \sum_n \cos\bigl(x_i^{(n)}, x_j^{(n)}\bigr)

    with :math:`x^{(n)}` the counts of runs of n words, and N lengths of runs.

    Parameters
    ----------
    words : array_like of int
        Number of each word, one text after another.
    starts : array_like of int, shape (n_texts + 1,)
        Place of the first word of each text, and the end.
    orders : sequence of int
        Words of a run.

    Returns
    -------
    Grams
        A text too short for any run has none.

    References
    ----------
    Friedman, D. and Dieng, A. B. (2023). The Vendi score: a diversity evaluation metric for machine
    learning. Transactions on Machine Learning Research (the mean of cosine kernels of n-grams).

    Examples
    --------
    >>> found = text_grams([5, 5, 6], [0, 3], orders=(1,))
    >>> found.times.tolist(), (found.weights**2).round(9).tolist()
    ([2, 1], [0.8, 0.2])
    """
    firsts = [0]
    parts = []
    for n in orders:
        part = _counted(words, starts, n, firsts[-1], len(orders))
        firsts.append(part.width)
        parts.append(part)
    begins = np.sum([part.begins for part in parts], axis=0)
    columns = np.empty(int(begins[-1]), dtype=np.int32)
    times = np.empty(len(columns), dtype=np.int32)
    weights = np.empty(len(columns))
    before = begins[:-1].copy()
    for part in parts:
        many = np.diff(part.begins)
        place = np.arange(part.begins[-1]) + np.repeat(before - part.begins[:-1], many)
        columns[place], times[place], weights[place] = part.columns, part.times, part.weights
        before += many
    return Grams(begins, columns, times, weights, tuple(firsts))


class _Counted(NamedTuple):
    """Runs of one length: each once per text, text by text."""

    begins: Int64
    columns: Int32
    times: Int32
    weights: Floats
    width: int


def _counted(words: ArrayLike, starts: ArrayLike, n: int, first: int, orders: int) -> _Counted:
    numbers, begins = gram_numbers(words, starts, n=n)
    texts, width = len(begins) - 1, int(numbers.max(initial=-1)) + 1
    keys = np.repeat(np.arange(texts), np.diff(begins)) * width + numbers
    keys, times = np.unique(keys, return_counts=True)
    text, column = np.divmod(keys, max(width, 1))
    length = np.sqrt(np.bincount(text, times.astype(float) ** 2, minlength=texts))
    return _Counted(
        np.searchsorted(text, np.arange(texts + 1)).astype(np.int64),
        (column + first).astype(np.int32),
        times.astype(np.int32),
        times / (length[text] * np.sqrt(orders)),
        first + width,
    )


def entries(grams: Grams, texts: ArrayLike) -> tuple[Int64, Int64]:
    """Where the runs of some texts stand, and which of these texts each belongs to.

    Parameters
    ----------
    grams : Grams
        Runs of words of all texts.
    texts : array_like of int
        Texts, as places among all.

    Returns
    -------
    tuple of array
        Per run the place of its text among those named, and its own place among all runs.

    Examples
    --------
    >>> grams = text_grams([1, 2, 3], [0, 1, 3], orders=(1,))
    >>> [part.tolist() for part in entries(grams, [1, 0])]
    [[0, 0, 1], [1, 2, 0]]
    """
    chosen = np.asarray(texts, dtype=np.int64)
    lengths = np.diff(grams.starts)[chosen]
    ends = np.cumsum(lengths)
    total = int(ends[-1]) if len(ends) else 0
    place = np.arange(total) + np.repeat(grams.starts[chosen] - (ends - lengths), lengths)
    return np.repeat(np.arange(len(chosen)), lengths), place


def summed(grams: Grams, texts: ArrayLike, chains: ArrayLike) -> Summed:
    """Add up some of the texts, within their chains and over all.

    Parameters
    ----------
    grams : Grams
        Runs of words of all texts.
    texts : array_like of int
        Texts of this generation, as places among all.
    chains : array_like of int, at least 0
        Chain of each of them.

    Examples
    --------
    >>> grams = text_grams([1, 1, 2], [0, 1, 2, 3], orders=(1,))
    >>> found = summed(grams, [0, 1, 2], [7, 7, 9])
    >>> found.chains.tolist(), found.within.tolist(), found.over.tolist()
    ([7, 9], [2.0, 1.0], [2.0, 1.0])
    """
    codes = np.asarray(chains, dtype=np.int64)
    text, place = entries(grams, texts)
    width = max(grams.firsts[-1], 1)
    columns, weights = grams.columns[place].astype(np.int64), grams.weights[place]
    keys, which = np.unique(codes[text] * width + columns, return_inverse=True)
    there, run = np.unique(columns, return_inverse=True)
    known, counts = np.unique(codes, return_counts=True)
    return Summed(
        known,
        counts.astype(np.int64),
        keys,
        _added(which, weights, len(keys)),
        there,
        _added(run, weights, len(there)),
        width,
    )


def apart(generation: Summed) -> Apart:
    r"""How unlike texts of different chains are on average.

    .. math:: D = 1 - \frac{\lVert S \rVert^2 - \sum_k \lVert C_k \rVert^2}
                           {N^2 - \sum_k n_k^2}

    with :math:`C_k` the sum of the :math:`n_k` vectors of chain k and :math:`S` that of all N:
    every pair of two chains once, without looking at any.

    Parameters
    ----------
    generation : Summed
        Its texts; without chains, every text is a chain of its own.

    Returns
    -------
    Apart
        ``nan`` with fewer than two chains; `without` is ``nan`` with fewer than three.

    References
    ----------
    Rao, C. R. (1982). Diversity and dissimilarity coefficients: a unified approach. Theoretical
    Population Biology, 21(1), 24-43.

    Examples
    --------
    Two texts of two words each that share one, and a third like the first, of its chain:

    >>> grams = text_grams([1, 2, 1, 3, 1, 2], [0, 2, 4, 6], orders=(1,))
    >>> round(apart(summed(grams, [0, 1, 2], [0, 1, 0])).value, 9)
    0.5
    """
    chain = np.searchsorted(generation.chains, generation.keys // generation.width)
    run = np.searchsorted(generation.columns, generation.keys % generation.width)
    many = len(generation.chains)
    own = np.bincount(chain, generation.within**2, minlength=many)
    with_all = np.bincount(chain, generation.within * generation.over[run], minlength=many)
    size = generation.texts.astype(float)
    alike = float((generation.over**2).sum() - own.sum())
    pairs = float(size.sum() ** 2 - (size**2).sum())
    left = alike - 2 * (with_all - own)
    left_pairs = pairs - 2 * size * (size.sum() - size)
    with np.errstate(invalid="ignore", divide="ignore"):
        value = float(np.where(pairs > 0, 1 - np.divide(alike, pairs), np.nan))
        without = np.where(left_pairs > 0.5, 1 - left / left_pairs, np.nan)
    return Apart(_whole(value), generation.chains, np.asarray(without))


def beside(first: Summed, later: Summed) -> Beside:
    """How alike the texts of two generations are, of one chain and of different ones.

    Parameters
    ----------
    first, later : Summed
        Two generations, whose runs of words are numbered alike.

    References
    ----------
    Own definition; sums of products, as in `apart`.

    Examples
    --------
    A text that stays as it is, and one that turns into it:

    >>> grams = text_grams([1, 2, 1, 1], [0, 1, 2, 3, 4], orders=(1,))
    >>> before, after = summed(grams, [0, 1], [0, 1]), summed(grams, [2, 3], [0, 1])
    >>> [float(part) for part in beside(before, after)]
    [0.5, 0.5]
    """
    _, a, b = np.intersect1d(first.columns, later.columns, True, return_indices=True)
    all_pairs = float(first.over[a] @ later.over[b])
    _, a, b = np.intersect1d(first.keys, later.keys, True, return_indices=True)
    same = float(first.within[a] @ later.within[b])
    _, a, b = np.intersect1d(first.chains, later.chains, True, return_indices=True)
    own_pairs = float(first.texts[a] @ later.texts[b])
    pairs = float(first.texts.sum()) * float(later.texts.sum()) - own_pairs
    return Beside(
        (all_pairs - same) / pairs if pairs > 0 else float("nan"),
        same / own_pairs if own_pairs > 0 else float("nan"),
    )


def loss_between(first: Apart, later: Apart, *, linked: bool) -> Loss:
    r"""Log ratio of two generations' variety, with its jackknife error.

    Chains are left out one at a time. Where the same chains are in both generations, from both at
    once, so that what a chain brings to both does not count as chance:

    .. math:: s^2 = \frac{K-1}{K} \sum_k \bigl(r_{(k)} - \bar r\bigr)^2,
              \qquad r_{(k)} = \ln D_{(k)}^{later} - \ln D_{(k)}^{first}

    Otherwise the squared errors of both logarithms, each of its own chains, add up.

    Parameters
    ----------
    first, later : Apart
        Two generations.
    linked : bool
        Whether chains go through both.

    Returns
    -------
    Loss
        ``-inf`` without any variety left; ``nan`` where there was none. With fewer than three
        chains the error is ``nan``.

    References
    ----------
    Arvesen, J. N. (1969). Jackknifing U-statistics. The Annals of Mathematical Statistics, 40(6),
    2076-2100.

    Examples
    --------
    >>> half = Apart(0.4, np.arange(3), np.array([0.4, 0.4, 0.4]))
    >>> whole = Apart(0.8, np.arange(3), np.array([0.8, 0.8, 0.8]))
    >>> [round(number, 6) for number in loss_between(whole, half, linked=True)]
    [-0.693147, 0.0, 2.0]
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = float(np.log(later.value) - np.log(first.value)) if first.value > 0 else np.nan
        if linked:
            logs = np.log(_aligned(later, first)) - np.log(_aligned(first, later))
            return Loss(ratio, _jackknife(logs), float(len(logs) - 1))
        before, after = (_jackknife(np.log(one.without)) for one in (first, later))
    fewest = min(len(first.chains), len(later.chains))
    return Loss(ratio, float(np.hypot(before, after)), float(fewest - 1))


def _added(which: Int64, weights: Floats, size: int) -> Floats:
    return np.bincount(which.ravel(), weights, minlength=size).astype(np.float64)


def _whole(value: float) -> float:
    """Nothing where only rounding is left."""
    return 0.0 if abs(value) < 1e-12 else value


def _aligned(one: Apart, other: Apart) -> Floats:
    """A generation's mean without each chain of both; one it does not have leaves it whole."""
    chains = np.union1d(one.chains, other.chains)
    found = np.full(len(chains), one.value)
    found[np.searchsorted(chains, one.chains)] = one.without
    return found


def _jackknife(values: Floats) -> float:
    """Standard error from what is found without each chain; not known from fewer than three."""
    known = values[np.isfinite(values)]
    if len(values) < 3 or len(known) < len(values):
        return float("nan")
    return float(np.sqrt((len(known) - 1) / len(known) * ((known - known.mean()) ** 2).sum()))
