"""How much texts repeat each other: what a compressor saves, and runs of words they share."""

from __future__ import annotations

import zlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from audits.formulas.pairwise_cosine import unit_rows

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def compression_ratio(texts: Sequence[bytes], *, length: int | None = None) -> float:
    """Bytes of texts over their bytes once compressed, by zlib at level 9.

    It grows with the number of texts and with their lengths: compare as many texts, cut to the
    same number of bytes. Texts are joined by line feeds; nothing is compressed twice, and the
    twelve bytes that gzip would add are not there.

    Parameters
    ----------
    texts : sequence of bytes
        The texts.
    length : int, optional
        Bytes to cut the joined texts to.

    Returns
    -------
    float
        ``nan`` of nothing.

    References
    ----------
    Shaib, C., Barrow, J., Sun, J., Siu, A. F., Wallace, B. C., & Nenkova, A. (2024). Standardizing
    the measurement of text diversity. arXiv:2403.00553.

    Examples
    --------
    >>> compression_ratio([b"a" * 100]) > compression_ratio([bytes(range(100))])
    True
    """
    joined = b"\n".join(texts)[:length]
    return len(joined) / len(zlib.compress(joined, 9)) if joined else float("nan")


def shared_shares(counts: sparse.csr_array, drawn: Ints) -> Floats:
    """Share of runs of words that another text of the same draw has, too.

    Every occurrence counts, and a run that only repeats within its own text is not shared. The
    share grows with the number of texts: draws of one size compare.

    Parameters
    ----------
    counts : sparse array of shape (texts, different runs)
        How often each text has each run.
    drawn : (draws, size) ndarray of int
        Texts in each draw, each at most once.

    Returns
    -------
    (draws,) ndarray
        In [0, 1]; ``nan`` where the texts of a draw have no runs.

    References
    ----------
    Shaib, C., Elazar, Y., Li, J. J., & Wallace, B. C. (2024). Detection and measurement of
    syntactic templates in generated text. EMNLP 2024, 6416-6431, for templates; here runs of
    words, as in the self-repetition of Salkar, N., Trikalinos, T., Wallace, B., & Nenkova, A.
    (2022). Self-repetition in abstractive neural summarizers. AACL 2022 (short papers), 341-350.

    Examples
    --------
    The first run is in both texts, three times in all, of five:

    >>> shared_shares(sparse.csr_array([[2, 1, 0], [1, 0, 1]]), np.array([[0, 1]])).tolist()
    [0.6]
    """
    totals = np.asarray(counts.sum(axis=1)).ravel()
    have = np.bincount(counts.indices, minlength=counts.shape[1])
    some = counts[:, np.flatnonzero(have > 1)]  # what one text has in all is never shared
    present = some.copy()
    present.data = np.ones_like(present.data)
    found = np.full(len(drawn), np.nan)
    for draw, texts in enumerate(drawn):
        all_runs = totals[texts].sum()
        if all_runs:
            texts_with = np.bincount(present[texts].indices, minlength=some.shape[1])
            part = some[texts]
            shared = part.data[texts_with[part.indices] > 1].sum()
            found[draw] = shared / all_runs
    return found


def gram_kernel(counts: Sequence[sparse.csr_array]) -> Floats:
    """Similarity of all pairs of texts: the mean, over lengths of runs, of cosines of counts.

    Parameters
    ----------
    counts : sequence of sparse arrays of shape (texts, different runs)
        Counts of runs of one length each, say one word and two. A text without runs of a length
        is like itself alone in them.

    Returns
    -------
    (texts, texts) ndarray
        1 on the diagonal; its Vendi score is that of n-grams.

    References
    ----------
    Friedman, D., & Dieng, A. B. (2023). The Vendi score: a diversity evaluation metric for
    machine learning. Transactions on Machine Learning Research.

    Examples
    --------
    >>> gram_kernel([sparse.csr_array([[1, 0], [1, 1]])]).round(4).tolist()
    [[1.0, 0.7071], [0.7071, 1.0]]
    """
    summed = np.zeros((counts[0].shape[0],) * 2)
    for one in counts:
        rows = unit_rows(one)
        summed += (rows @ rows.T).toarray()
    summed /= len(counts)
    np.fill_diagonal(summed, 1.0)
    return summed
