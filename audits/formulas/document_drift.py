"""How far what texts are made of has moved, where texts, not words, are what was drawn.

Words of one text hang together, so that a test which deals out words finds differences that are
none. Here whole texts are dealt out between the two sides.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy import sparse
from scipy.special import ndtr, ndtri

from audits.formulas.checks import Floats, checked_confidence

_AT_ONCE = 50  # dealings whose counts are held together
_UNKNOWN = float("nan")


class DocumentDrift(NamedTuple):
    """Total variation between the words of two sets of texts.

    Attributes
    ----------
    value : share of running words that would have to be others, as it is, chance and all.
    adjusted : the same with what chance makes of it taken off.
    low, high : limits of an interval; `low` is 0 unless chance is ruled out.
    null_rms : root mean square of the value when texts are dealt out at random.
    p : chance of such a value then, in (0, 1].
    se : standard error.
    """

    value: float
    adjusted: float
    low: float
    high: float
    null_rms: float
    p: float
    se: float


def document_drift(
    real: sparse.csr_array,
    synthetic: sparse.csr_array,
    *,
    dealings: int,
    seed: int,
    confidence: float,
) -> DocumentDrift:
    r"""Share of running words that would have to be other words, with interval and p value.

    With :math:`p, q` the shares of words on either side, :math:`T = \frac12\sum|p_w - q_w|` and
    :math:`r` its root mean square over dealings of whole texts between the sides,
    :math:`T_{adj} = \sqrt{\max(0, T^2 - r^2)}`. The standard error is that of
    :math:`\frac12\sum s_w(p_w - q_w)` with the signs :math:`s_w` held fixed and shares as ratios of
    sums over texts. The lower limit is 0 where :math:`p` is above 1 - `confidence`, and rests on
    the smaller of :math:`T_{adj}` and :math:`T` less the mean of the dealings otherwise.

    Parameters
    ----------
    real, synthetic : sparse arrays of shape (n, n_words), (m, n_words)
        How often every text has every word.
    dealings : int, at least 1
        Times that texts are dealt out at random.
    seed : int
        Fixes the dealings.
    confidence : float in (0, 1)
        Level of the interval.

    Returns
    -------
    DocumentDrift
        In [0, 1]; all ``nan`` with fewer than two texts on a side, or with a side without a word.

    Raises
    ------
    ValueError
        If the numbers of words differ, or an option is out of range.

    References
    ----------
    .. [1] Pitman, E. J. G. (1937). Significance tests which may be applied to samples from any
       populations. Supplement to the Journal of the Royal Statistical Society, 4(1), 119-130.
    .. [2] Cochran, W. G. (1977). Sampling techniques. 3rd edition, chapter 6 (ratios of sums).

    Examples
    --------
    Two words; real texts have the first, and half of the synthetic ones the second.

    >>> real = sparse.csr_array([[1, 0]] * 40)
    >>> other = sparse.csr_array([[1, 0], [0, 1]] * 20)
    >>> found = document_drift(real, other, dealings=99, seed=1, confidence=0.95)
    >>> found.value, round(found.adjusted, 2), found.p
    (0.5, 0.49, 0.01)
    """
    if real.shape[1] != synthetic.shape[1]:
        raise ValueError(f"words must agree, got {real.shape[1]} and {synthetic.shape[1]}")
    if dealings < 1:
        raise ValueError(f"dealings must be at least 1, got {dealings}")
    checked_confidence(confidence)
    n, m = real.shape[0], synthetic.shape[0]
    if min(n, m) < 2 or min(real.sum(), synthetic.sum()) == 0:
        return DocumentDrift(*[_UNKNOWN] * 7)
    shares = [np.asarray(side.sum(axis=0)).ravel() / side.sum() for side in (real, synthetic)]
    value = float(np.abs(shares[0] - shares[1]).sum() / 2)
    signs = np.sign(shares[0] - shares[1]) / 2
    se = float(np.hypot(_ratio_error(real, signs), _ratio_error(synthetic, signs)))
    dealt = _dealt(sparse.vstack([real, synthetic], format="csr"), n, dealings, seed)
    return _summary(value, se, dealt, confidence)


def _summary(value: float, se: float, dealt: Floats, confidence: float) -> DocumentDrift:
    rms = float(np.sqrt((dealt**2).mean()))
    p = (1 + int((dealt >= value - 1e-12).sum())) / (1 + len(dealt))
    beyond = (value - dealt.mean()) / max(float(dealt.std()), 1e-12)
    if len(dealt) < 99:  # few dealings: their spread says more than their number
        p = max(float(ndtr(-beyond)), np.finfo(float).tiny)
    adjusted = float(np.sqrt(max(0.0, value**2 - rms**2)))
    z = float(ndtri((1 + confidence) / 2))
    se = max(se, float(dealt.std()))
    cautious = min(adjusted, max(0.0, value - float(dealt.mean())))
    low = 0.0 if p > 1 - confidence else max(0.0, cautious - z * se)
    high = min(1.0, max(adjusted, value - rms) + z * se)
    return DocumentDrift(value, adjusted, low, high, rms, p, se)


def _ratio_error(counts: sparse.csr_array, weights: Floats) -> float:
    """Standard error of a weighted sum of shares, each a ratio of sums over texts."""
    parts, lengths = counts @ weights, np.asarray(counts.sum(axis=1)).ravel()
    n = len(lengths)
    left = parts - lengths * (parts.sum() / lengths.sum())
    return float(np.sqrt((left**2).sum() / (n - 1) * n) / lengths.sum())


def _dealt(counts: sparse.csr_array, first: int, dealings: int, seed: int) -> Floats:
    """Total variation between sides of texts dealt out at random."""
    random = np.random.Generator(np.random.PCG64(seed))
    by_word = counts.T.tocsr().astype(np.float32)
    lengths = np.asarray(counts.sum(axis=1), dtype=np.float64).ravel()
    total = np.asarray(counts.sum(axis=0), dtype=np.float32).ravel()[:, np.newaxis]
    found = []
    for begin in range(0, dealings, _AT_ONCE):
        size = min(_AT_ONCE, dealings - begin)
        chosen = np.zeros((len(lengths), size), dtype=np.float32)
        for column in range(size):
            chosen[random.permutation(len(lengths))[:first], column] = 1
        ours = lengths @ chosen
        with np.errstate(divide="ignore", invalid="ignore"):
            taken = (by_word @ chosen) * (1 / ours + 1 / (lengths.sum() - ours)).astype(np.float32)
            taken -= total * (1 / (lengths.sum() - ours)).astype(np.float32)
        found.append(np.nan_to_num(np.abs(taken).sum(axis=0) / 2, nan=1.0))
    return np.concatenate(found).astype(np.float64)
