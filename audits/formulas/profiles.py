"""Distinct rows of a coded table, so that copies are handled once."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

Indices = NDArray[np.intp]


class Profiles(NamedTuple):
    """Distinct rows in lexicographic order: where each first occurs, and who holds which."""

    first: Indices
    of_row: Indices
    counts: Indices


def distinct_rows(codes: ArrayLike) -> Profiles:
    """Distinct rows (profiles) of a table of codes.

    Parameters
    ----------
    codes : array_like of int, shape (n, p)
        One code per row and column, not negative.

    Returns
    -------
    Profiles
        `first`: a row number for each profile, in lexicographic order of the codes, so that the
        order of the rows does not matter; `of_row`: the profile of each row; `counts`: rows per
        profile. Without columns all rows are alike.

    Raises
    ------
    ValueError
        If `codes` is not two-dimensional or a code is negative.

    References
    ----------
    None: rows are packed into machine words, sorted and compared.

    Examples
    --------
    >>> found = distinct_rows([[1, 0], [0, 1], [1, 0]])
    >>> found.of_row.tolist(), found.counts.tolist()
    ([1, 0, 1], [1, 2])
    """
    table = checked_codes(codes)
    words = _packed(table)
    if len(words) == 1:
        _, first, of_row, counts = np.unique(
            words[0], return_index=True, return_inverse=True, return_counts=True
        )
        return Profiles(first, of_row, counts)
    order = np.lexsort(words[::-1])
    starts = np.zeros(len(table), dtype=bool)
    starts[:1] = True
    for word in words:
        along = word[order]
        starts[1:] |= along[1:] != along[:-1]
    of_row = np.empty(len(table), dtype=np.intp)
    of_row[order] = np.cumsum(starts) - 1
    return Profiles(order[starts], of_row, np.bincount(of_row))


def checked_codes(codes: ArrayLike) -> NDArray[np.int64]:
    """Codes as a two-dimensional array of whole numbers from 0.

    Parameters
    ----------
    codes : array_like of int, shape (n, p)
        One code per row and column.

    Returns
    -------
    numpy.ndarray of shape (n, p)
        The same codes.

    Raises
    ------
    ValueError
        If the shape is not two-dimensional or a code is negative.

    References
    ----------
    None: a check.

    Examples
    --------
    >>> checked_codes([[0, 2]])
    array([[0, 2]])
    """
    table = np.asarray(codes, dtype=np.int64)
    if table.ndim != 2:
        raise ValueError(f"codes must be two-dimensional, got shape {table.shape}")
    if table.size and table.min() < 0:
        raise ValueError(f"codes must not be negative, got {table.min()}")
    return table


def _packed(table: NDArray[np.int64]) -> list[NDArray[np.int64]]:
    """Rows as a few 63-bit words each, the first column in the highest bits."""
    word = np.zeros(len(table), dtype=np.int64)
    words, used = [], 0
    for column in table.T:
        bits = int(column.max(initial=0)).bit_length()
        if used + bits > 63:
            words.append(word)
            word, used = np.zeros(len(table), dtype=np.int64), 0
        word = (word << bits) | column
        used += bits
    return [*words, word]
