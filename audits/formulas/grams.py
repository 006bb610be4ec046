"""Runs of n words, numbered: documents are never joined."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray


def gram_numbers(
    words: ArrayLike, starts: ArrayLike, *, n: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    r"""Number every run of `n` words, so that equal runs have equal numbers.

    Parameters
    ----------
    words : (words,) array_like of int
        Numbers of words, one document after another, not negative.
    starts : (documents + 1,) array_like of int
        Where each document begins, and the end.
    n : int
        Length of a run, at least 1.

    Returns
    -------
    numbers : (runs,) ndarray of int64
        Numbers of the runs, one document after another; below :math:`2^{63}`, in an order that
        follows that of the words. For `n` above 1 they say which runs are equal among these.
    starts : (documents + 1,) ndarray of int64
        Where the runs of each document begin, and the end; a document of fewer than `n` words has
        none.

    Raises
    ------
    ValueError
        If `n` is below 1.

    Examples
    --------
    >>> gram_numbers([7, 8, 7, 8, 7], [0, 3, 5], n=2)
    (array([0, 1, 1]), array([0, 2, 3]))
    """
    if n < 1:
        raise ValueError(f"n must be at least 1, got {n}")
    ids = np.asarray(words, dtype=np.int64)
    begins = np.asarray(starts, dtype=np.int64)
    lengths = np.maximum(np.diff(begins) - (n - 1), 0)
    first = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    if n == 1:
        return ids, begins
    place = np.repeat(begins[:-1] - first[:-1], lengths) + np.arange(first[-1])
    size = int(ids.max(initial=0)) + 1
    numbers = ids[place]
    for k in range(1, n):
        joined = numbers * size + ids[place + k]
        numbers = np.unique(joined, return_inverse=True)[1].astype(np.int64).reshape(-1)
    return numbers, first
