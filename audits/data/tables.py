"""What may be asked of data: the closed list of counting verbs every engine answers.

Nothing here is a statistic, and nothing here assumes that rows fit in memory: every verb returns
counts, extremes or a bounded sample. Codes are small integers shared by both tables; code 0 is
always "missing".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from scipy import sparse

    from audits.data.partitions import FeedRows, Tallies

Counts = NDArray[np.int64]
Codes = NDArray[np.uint16]
BUCKETS = 1 << 16


@dataclass(frozen=True)
class RawColumn:
    """A column as its source declares it; `family` is text, number, boolean or date."""

    name: str
    family: str


@dataclass(frozen=True)
class Spread:
    """The numbers in a column: extremes, and what is not a number (with the first example)."""

    low: float
    high: float
    missing: int
    infinite: int
    unreadable: int
    example: str | None


@dataclass(frozen=True)
class TextFacts:
    """A column read as text: rows not missing, and how long they are.

    `codes`: all are as long as each other, and some are numbers with a useless zero in front.
    """

    present: int
    mean_length: float
    codes: bool


@dataclass(frozen=True)
class Coding:
    """How the values of one column become small integers, the same in both tables.

    Exactly one of three ways: `levels` (canonical text to code), `edges` (bands between numbers) or
    `buckets` (bucket of :mod:`audits.data.buckets` to code, with its centre and scale).
    `positions` holds the number each code stands for, where order means something; nan for missing.
    """

    name: str
    column: str
    kind: str
    labels: tuple[str, ...]
    positions: NDArray[np.float64] | None = None
    levels: Mapping[str, int] | None = None
    edges: NDArray[np.float64] | None = None
    buckets: NDArray[np.uint16] | None = None
    centre: float = 0.0
    scale: float = 1.0

    @property
    def size(self) -> int:
        """How many codes there are, missing included."""
        return len(self.labels)


@dataclass(frozen=True)
class Cells:
    """Observed combinations of features' codes, (cells, features), and the rows in each.

    `weight` and `weight_squared` are sums per cell where the table has weights, else the rows.
    """

    codes: Counts
    rows: Counts
    weight: NDArray[np.float64]
    weight_squared: NDArray[np.float64]


@dataclass(frozen=True)
class Rows:
    """A bounded sample of coded rows in an order that depends on their content and a seed alone."""

    names: tuple[str, ...]
    codes: Codes

    def column(self, name: str) -> Codes:
        """The codes of one column."""
        return self.codes[:, self.names.index(name)]


@dataclass(frozen=True)
class Repeated:
    """The different rows of a table, counted by what holds of each; four columns.

    `cell` is a place in the list of cells that was given (its length for rows in none of them),
    `copies` how many rows are equal to it, itself included, `found` whether another table holds it,
    `rows` how many different rows are so.
    """

    cell: Counts
    copies: Counts
    found: NDArray[np.bool_]
    rows: Counts


class Described(Protocol):
    """Where a table came from, in words and for the record."""

    @property
    def name(self) -> str:
        """The file, folder, table or kind of frame."""

    @property
    def format(self) -> str:
        """How it is stored."""

    @property
    def sha256(self) -> str:
        """A hash of the bytes, where there is a file."""

    @property
    def title(self) -> str:
        """The table in words, for an error."""

    @property
    def notes(self) -> tuple[str, ...]:
        """What was remarked while it was opened."""


class Engine(Protocol):
    """One table, somewhere. Verbs below `encode` need the columns encoded first."""

    @property
    def name(self) -> str:
        """The engine's name, for the record."""

    @property
    def source(self) -> Described:
        """Where the table came from."""

    @property
    def markers(self) -> frozenset[str]:
        """Texts that mean missing."""

    @property
    def rows(self) -> int:
        """How many rows there are."""

    @property
    def columns(self) -> tuple[RawColumn, ...]:
        """The columns, as declared by the source."""

    def levels(self, column: str, limit: int) -> Mapping[str | None, int] | None:
        """Rows per canonical value (None: missing); None when more than `limit` values differ."""

    def spread(self, column: str, family: str) -> Spread:
        """Extremes of a column read as numbers or dates, and what could not be read so."""

    def quantiles(self, column: str, family: str, at: Sequence[float]) -> NDArray[np.float64]:
        """Exact quantiles: the smallest value with at least that share of values at or below."""

    def text_facts(self, column: str) -> TextFacts:
        """What there is to know of a column too wide for its values to be listed."""

    def prepare(self, limits: Mapping[str, int]) -> None:
        """Say which columns' levels will be asked for, and up to how many: one pass may do."""

    def different(self, column: str) -> int:
        """How many different values a column has, read as text; missing is none."""

    def line_of(self, column: str, value: str) -> int | None:
        """The line of the source that first holds a value; None where there are no lines."""

    def buckets(self, column: str, family: str, centre: float, scale: float) -> Counts:
        """Rows per bucket of :mod:`audits.data.buckets`, of length `BUCKETS`."""

    def encode(self, coding: Coding) -> None:
        """Fix how a column is coded; it may then be counted under the coding's name."""

    def weigh(self, column: str) -> None:
        """Take row weights from a column."""

    def forget(self, column: str) -> None:
        """Drop what was kept of a column's raw values; its codes stay."""

    def cells(self, features: Sequence[str], most: int) -> Cells | None:
        """Rows per observed combination of features; None when more than `most` occur."""

    def counts(
        self, features: Sequence[str], cells: Counts, names: Sequence[str]
    ) -> dict[str, sparse.csr_array]:
        """Rows per given cell and code of each column: shape (len(cells), size of its coding)."""

    def pairs(self, recodings: Mapping[str, NDArray[np.uint8]]) -> dict[tuple[str, str], Counts]:
        """Two-way tables of every pair of columns, after recoding each by a look-up table."""

    def sample(
        self, features: Sequence[str], cells: Counts, keep: NDArray[np.float64], seed: int
    ) -> Rows:
        """Rows of each cell kept with the given probability, by a hash of content and seed."""

    def matches(self, other: Engine) -> int:
        """How many rows have an equal row, value for value, in the other table."""

    def repeated(self, features: Sequence[str], cells: Counts, other: Engine) -> Repeated:
        """How often rows repeat, and which of them the other table holds, per given cell."""

    def different_rows(self) -> int:
        """How many rows there are if equal ones are counted once."""

    def tally(self, columns: Sequence[str], make: Callable[[], Tallies], feed: FeedRows) -> Any:
        """Feed every row of some columns, as it stands, to tallies that add up (see partitions)."""

    def digest(self) -> str:
        """A hash of all encoded content that does not depend on the order of rows or columns."""

    def close(self) -> None:
        """Give back whatever is kept of the table."""
