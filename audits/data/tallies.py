"""What is known of a column's values after any number of pieces: facts that add up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from audits.data import reading
from audits.data.tables import Spread
from audits.data.values import canonical, moment_text, number_in

_SPELLINGS = 1000  # spellings of one value that may still fold together ("1", "1.0", "1 ")
_REMEMBERED = 100_000  # spellings whose value is looked up rather than worked out


class Levels:
    """Rows per canonical value, until more than `limit` values differ.

    `family` is how the source declares the column; dates come as microseconds.
    """

    def __init__(self, limit: int, family: str, markers: frozenset[str] = frozenset()) -> None:
        self.limit, self.family, self.markers = limit, family, markers
        self.known: dict[str | None, int] = {}
        self.rows: list[int] = []
        self.wide = False
        self._spelled: dict[Any, int] = {}

    def add(self, array: Any) -> NDArray[np.uint16] | None:
        """Count a piece; return the number of each row's value, or None when there are too many."""
        if self.wide:
            return None
        array = reading.widened(array)
        encoded = array if pa.types.is_dictionary(array.type) else array.dictionary_encode()
        if len(encoded.dictionary) > self.limit + len(self.markers) + _SPELLINGS:
            self.wide = True  # spare the reading of so many values
            return None
        values = [*encoded.dictionary.to_pylist(), None]
        places = np.array([self._place(value) for value in values], dtype=np.uint16)
        if self.wide:
            return None
        indices = encoded.indices
        if indices.null_count:
            indices = pc.fill_null(indices, len(values) - 1)
        ids = places[indices.to_numpy(zero_copy_only=False)]
        self._count(ids)
        return np.asarray(ids)

    def _place(self, value: Any) -> int:
        place = self._spelled.get(value)
        if place is None:
            text = value
            if self.family == "date" and isinstance(value, int):
                text = moment_text(value)
            place = self._place_of(canonical(text, self.markers))
            if len(self._spelled) < _REMEMBERED and not isinstance(value, float):
                self._spelled[value] = place
        return place

    def _place_of(self, level: str | None) -> int:
        place = self.known.setdefault(level, len(self.known))
        if place == len(self.rows):
            self.rows.append(0)
            self.wide = self.wide or len(self.known) > self.limit + 1
        return min(place, 65_535)

    def _count(self, ids: NDArray[np.uint16]) -> None:
        tally = np.bincount(ids, minlength=len(self.rows))
        self.rows = [old + int(new) for old, new in zip(self.rows, tally, strict=True)]

    def join(self, counted: Mapping[str | None, int] | None) -> None:
        """Add what was counted elsewhere; None where there were too many."""
        if counted is None:
            self.wide = True
        for level, rows in (counted or {}).items():
            if not self.wide:
                self.rows[self._place_of(level)] += rows

    @property
    def counted(self) -> dict[str | None, int] | None:
        """Rows per value that occurs; None when more than the limit differ."""
        if self.wide:
            return None
        found = self.counted_so_far
        return found if len(found) - (None in found) <= self.limit else None

    @property
    def counted_so_far(self) -> dict[str | None, int]:
        """Rows per value that occurs, whether or not there are too many."""
        return {level: n for level, n in zip(self.known, self.rows, strict=True) if n}


@dataclass(frozen=True)
class NumberFacts:
    """A column read as numbers: extremes, and what is none."""

    low: float = np.inf
    high: float = -np.inf
    blank: int = 0
    infinite: int = 0
    unreadable: int = 0
    example: str | None = None

    @staticmethod
    def of(numbers: NDArray[np.float64], texts: Any = None) -> NumberFacts:
        """Look at a piece; `texts` are what the numbers were read from, null where missing."""
        unknown = np.isnan(numbers)
        infinite = np.isinf(numbers)
        finite = numbers[~(unknown | infinite)]
        low, high = (finite.min(), finite.max()) if finite.size else (np.inf, -np.inf)
        unreadable, example = 0, None
        if texts is not None:
            wrong = texts.filter(pa.array(unknown)).drop_null()
            unreadable, example = len(wrong), pc.min(wrong).as_py()
        blank = int(unknown.sum()) - unreadable
        return NumberFacts(float(low), float(high), blank, int(infinite.sum()), unreadable, example)

    @staticmethod
    def of_level(level: str | None, rows: int, family: str) -> NumberFacts:
        """Look at one value of so many rows."""
        if level is None:
            return NumberFacts(blank=rows)
        number = number_in(level, family)
        if number is None:
            return NumberFacts(unreadable=rows, example=level)
        if np.isinf(number):
            return NumberFacts(infinite=rows)
        return NumberFacts(number, number)

    def __add__(self, other: NumberFacts) -> NumberFacts:
        examples = [text for text in (self.example, other.example) if text is not None]
        return NumberFacts(
            min(self.low, other.low),
            max(self.high, other.high),
            self.blank + other.blank,
            self.infinite + other.infinite,
            self.unreadable + other.unreadable,
            min(examples, default=None),
        )

    @property
    def spread(self) -> Spread:
        """The facts as an engine states them."""
        known = self.low <= self.high
        return Spread(
            self.low + 0.0 if known else np.nan,
            self.high + 0.0 if known else np.nan,
            self.blank,
            self.infinite,
            self.unreadable,
            self.example,
        )


@dataclass(frozen=True)
class LengthFacts:
    """A column read as texts: how many there are, how long, whether they look like codes."""

    present: int = 0
    letters: int = 0
    shortest: int = 1 << 62
    longest: int = 0
    padded: bool = False

    @staticmethod
    def of(texts: Any) -> LengthFacts:
        """Look at a piece of cleaned texts."""
        lengths = pc.utf8_length(texts.drop_null())
        if not len(lengths):
            return LengthFacts()
        ends = pc.min_max(lengths).as_py()
        padded = pc.any(reading.is_padded_number(texts)).as_py()
        return LengthFacts(
            len(lengths), pc.sum(lengths).as_py(), ends["min"], ends["max"], bool(padded)
        )

    def __add__(self, other: LengthFacts) -> LengthFacts:
        return LengthFacts(
            self.present + other.present,
            self.letters + other.letters,
            min(self.shortest, other.shortest),
            max(self.longest, other.longest),
            self.padded or other.padded,
        )

    @property
    def mean(self) -> float:
        """Letters of a text, on average."""
        return self.letters / self.present if self.present else 0.0

    @property
    def codes(self) -> bool:
        """Whether all are as long as each other, and some are numbers with a useless zero."""
        return self.padded and self.shortest == self.longest
