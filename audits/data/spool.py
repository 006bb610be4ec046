"""Long columns of numbers that are read piece by piece: in memory, or in a file without a name."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

PIECE = 1 << 17
"""Rows at a time: what is made of them stays in the processor's cache."""


def pieces_of(rows: int) -> range:
    """Return the numbers of the pieces of so many rows.

    >>> list(pieces_of(PIECE + 1))
    [0, 1]
    """
    return range(-(-rows // PIECE))


class Spool:
    """A column of a fixed number of rows, written once from front to back, read by pieces.

    In a file it takes no memory but a piece's. The file is removed from its folder as soon as it is
    open, so that nothing stays behind, however the process ends.
    """

    def __init__(
        self,
        rows: int,
        dtype: DTypeLike,
        folder: Path | None = None,
        given_back: Callable[[], None] = lambda: None,
    ) -> None:
        self.rows, self.dtype = rows, np.dtype(dtype)
        self._given_back: Callable[[], None] | None = given_back
        self._written = 0
        self._array: NDArray[Any] | None = None
        self._file = -1
        if folder is None:
            self._array = np.empty(rows, dtype=self.dtype)
        else:
            path = folder / f"spool-{os.getpid()}-{id(self)}"
            self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
            path.unlink()

    @property
    def left(self) -> int:
        """How many rows are still to be written."""
        return self.rows - self._written

    def append(self, values: NDArray[Any]) -> None:
        """Write the rows that come next."""
        self._put(self._written, values)
        self._written += len(values)

    def cut(self) -> None:
        """Forget the rows that were never written."""
        self.rows = self._written

    def rewrite(self, piece: int, values: NDArray[Any]) -> None:
        """Write a piece again."""
        self._put(piece * PIECE, values)

    def _put(self, start: int, values: NDArray[Any]) -> None:
        if start + len(values) > self.rows:
            raise ValueError(f"more than {self.rows} rows: the table changed while it was read")
        if self._array is not None:
            self._array[start : start + len(values)] = values
            return
        data = _bytes_of(np.ascontiguousarray(values, dtype=self.dtype))
        at = start * self.dtype.itemsize
        while data:
            done = os.pwrite(self._file, data, at)
            data, at = data[done:], at + done

    def piece(self, number: int) -> NDArray[Any]:
        """Return one piece; in memory it is the piece itself, not a copy."""
        start = number * PIECE
        return self._between(start, min(start + PIECE, self.rows))

    def _between(self, start: int, end: int) -> NDArray[Any]:
        if self._array is not None:
            return self._array[start:end]
        values = np.empty(end - start, dtype=self.dtype)
        data, at = _bytes_of(values), start * self.dtype.itemsize
        while data:
            done = os.preadv(self._file, [data], at)
            if done == 0:
                raise ValueError("a file of the work folder is shorter than what was written")
            data, at = data[done:], at + done
        return values

    def pieces(self) -> Iterator[NDArray[Any]]:
        """Return every piece, in order."""
        return map(self.piece, pieces_of(self.rows))

    def take(self, rows: NDArray[np.int64]) -> NDArray[Any]:
        """Return some rows, in the order asked for."""
        if self._array is not None:
            return np.asarray(self._array[rows])
        order = np.argsort(rows, kind="stable")
        ordered = rows[order]
        found = np.empty(len(rows), dtype=self.dtype)
        ends = np.searchsorted(ordered, np.array(pieces_of(self.rows)) * PIECE + PIECE)
        start = 0
        for number, end in enumerate(ends):
            if end > start:
                found[order[start:end]] = self.piece(number)[ordered[start:end] - number * PIECE]
            start = int(end)
        return found

    def free(self) -> None:
        """Give memory or disk back; may be said twice."""
        self._array = None
        if self._file >= 0:
            os.close(self._file)
            self._file = -1
        if self._given_back is not None:
            self._given_back()
            self._given_back = None

    def __del__(self) -> None:
        self.free()


def _bytes_of(values: NDArray[Any]) -> memoryview:
    return memoryview(values.view(np.uint8))  # type: ignore[arg-type]  # stubs of 3.11 know no buffers
