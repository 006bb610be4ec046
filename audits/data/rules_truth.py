"""Whether rules hold, row by row: true, false or unknown; the same on every engine.

What a missing value is compared with is unknown, and so is a division by zero. `and` is false as
soon as one part is false, `or` true as soon as one is true, whatever else is unknown (Kleene).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from audits.data import reading
from audits.data.partitions import Held
from audits.data.values import canonical, moment_text

Numbers = NDArray[np.float64]
Truths = NDArray[np.int8]
Hashes = NDArray[np.uint64]

NOT_CHECKED, HELD, BROKEN = 0, 1, 2
"""What becomes of a row under a rule."""
_ROUNDING = 1e-9  # of the larger number: what arithmetic with decimals may lose


class Texts:
    """A column of some rows as canonical values: each row's place in a list; None is missing."""

    def __init__(self, array: Any, family: str, markers: frozenset[str]) -> None:
        encoded = reading.widened(array).dictionary_encode()
        values = encoded.dictionary.to_pylist()
        if family == "date":
            values = [moment_text(v) if isinstance(v, int) else v for v in values]
        self.values = [*(canonical(value, markers) for value in values), None]
        self.ids = encoded.indices.fill_null(len(values)).to_numpy(zero_copy_only=False)

    def _each(self, truths: list[bool]) -> NDArray[np.bool_]:
        return np.asarray(np.array(truths, dtype=bool)[self.ids])

    def known(self) -> NDArray[np.bool_]:
        """Which rows hold a value."""
        return self._each([value is not None for value in self.values])

    def among(self, wanted: frozenset[str]) -> NDArray[np.bool_]:
        """Which rows hold one of some values."""
        return self._each([value in wanted for value in self.values])

    def same_as(self, other: Texts) -> NDArray[np.bool_]:
        """Which rows hold the same value as in another column."""
        place = {value: i for i, value in enumerate({*self.values, *other.values})}
        mine, theirs = (
            np.array([place[value] for value in side.values])[side.ids] for side in (self, other)
        )
        return np.asarray(mine == theirs)

    def hashes(self) -> Hashes:
        """A hash of each row's value, the same in every process."""
        texts = np.array([value or "" for value in self.values], dtype=object)
        hashes = np.asarray(pd.util.hash_array(texts, categorize=False), dtype=np.uint64)
        return np.asarray(hashes[self.ids])


class Piece:
    """Some rows of a table: their columns as numbers or as texts, each made when first asked."""

    def __init__(self, batch: Any, held: Mapping[str, Held], markers: frozenset[str]) -> None:
        self.rows = int(batch.num_rows)
        self._batch, self._held, self._markers = batch, held, markers
        self._numbers: dict[tuple[str, str], Numbers] = {}
        self._texts: dict[str, Texts] = {}

    def numbers(self, column: str, family: str) -> Numbers:
        """A column as numbers, or as days since 1970; nan is missing."""
        if (column, family) not in self._numbers:
            found, _ = self._held[column].numbers(self._batch, family, self._markers)
            self._numbers[column, family] = found
        return self._numbers[column, family]

    def texts(self, column: str) -> Texts:
        """A column as canonical texts."""
        if column not in self._texts:
            held = self._held[column]
            self._texts[column] = Texts(held.values(self._batch), held.family, self._markers)
        return self._texts[column]


# -- numbers ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Number:
    """A column of numbers, or of dates as days."""

    column: str
    family: str

    def of(self, piece: Piece) -> Numbers:
        """Return the numbers of some rows."""
        return piece.numbers(self.column, self.family)


@dataclass(frozen=True)
class Constant:
    """One number."""

    value: float

    def of(self, piece: Piece) -> Numbers:
        """Return the number for each of some rows."""
        return np.full(piece.rows, self.value)


@dataclass(frozen=True)
class Calculated:
    """Numbers joined by + - * /."""

    sign: str
    left: Numeric
    right: Numeric

    def of(self, piece: Piece) -> Numbers:
        """Return the numbers of some rows; nothing is known of a division by zero."""
        left, right = self.left.of(piece), self.right.of(piece)
        with np.errstate(all="ignore"):
            if self.sign == "+":
                return left + right
            if self.sign == "-":
                return left - right
            if self.sign == "*":
                return left * right
            return np.where(right == 0, np.nan, left / right)


Numeric = Number | Constant | Calculated


# -- conditions ------------------------------------------------------------------------------------


def _truths(true: NDArray[np.bool_], known: NDArray[np.bool_]) -> Truths:
    """1 for true, -1 for false, 0 for unknown."""
    return np.where(known, np.where(true, 1, -1), 0).astype(np.int8)


@dataclass(frozen=True)
class Compared:
    """Numbers compared; those no farther apart than the tolerance are equal."""

    sign: str
    left: Numeric
    right: Numeric
    tolerance: float

    def of(self, piece: Piece) -> Truths:
        """Return the truth for each of some rows."""
        left, right = self.left.of(piece), self.right.of(piece)
        with np.errstate(all="ignore"):
            room = np.maximum(self.tolerance, _ROUNDING * np.maximum(np.abs(left), np.abs(right)))
            equal = (left == right) | (np.abs(left - right) <= room)
            if self.sign in ("=", "!="):
                true = equal if self.sign == "=" else ~equal
            else:
                less = left < right if self.sign[0] == "<" else left > right
                true = less | equal if self.sign[-1] == "=" else less & ~equal
        return _truths(true, ~(np.isnan(left) | np.isnan(right)))


@dataclass(frozen=True)
class OneOf:
    """A column of texts that holds one of some values."""

    column: str
    values: frozenset[str]

    def of(self, piece: Piece) -> Truths:
        """Return the truth for each of some rows."""
        texts = piece.texts(self.column)
        return _truths(texts.among(self.values), texts.known())


@dataclass(frozen=True)
class Same:
    """Two columns of texts that hold the same value."""

    left: str
    right: str

    def of(self, piece: Piece) -> Truths:
        """Return the truth for each of some rows."""
        left, right = piece.texts(self.left), piece.texts(self.right)
        return _truths(left.same_as(right), left.known() & right.known())


@dataclass(frozen=True)
class Absent:
    """A column without a value: always known."""

    column: str

    def of(self, piece: Piece) -> Truths:
        """Return the truth for each of some rows."""
        known = piece.texts(self.column).known()
        return _truths(~known, np.ones_like(known))


@dataclass(frozen=True)
class Unknown:
    """What is compared with a column that holds nothing in any table."""

    def of(self, piece: Piece) -> Truths:
        """Return the truth for each of some rows."""
        return np.zeros(piece.rows, dtype=np.int8)


@dataclass(frozen=True)
class Contrary:
    """The contrary; that of unknown is unknown."""

    part: Truth

    def of(self, piece: Piece) -> Truths:
        """Return the truth for each of some rows."""
        return np.asarray(-self.part.of(piece), dtype=np.int8)


@dataclass(frozen=True)
class Every:
    """Conditions that are all true."""

    parts: tuple[Truth, ...]

    def of(self, piece: Piece) -> Truths:
        """Return the truth for each of some rows."""
        return np.asarray(np.minimum.reduce([part.of(piece) for part in self.parts]))


@dataclass(frozen=True)
class AtLeastOne:
    """Conditions of which one is true."""

    parts: tuple[Truth, ...]

    def of(self, piece: Piece) -> Truths:
        """Return the truth for each of some rows."""
        return np.asarray(np.maximum.reduce([part.of(piece) for part in self.parts]))


Truth = Compared | OneOf | Same | Absent | Unknown | Contrary | Every | AtLeastOne
