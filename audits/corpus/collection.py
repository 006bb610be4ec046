"""One collection of texts, read and cut into tokens once; everything after works on arrays."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Int32 = NDArray[np.int32]
Int64 = NDArray[np.int64]


class Texts(Protocol):
    """The texts themselves, by number; they may lie on disk."""

    def __len__(self) -> int: ...

    def __getitem__(self, document: int) -> str: ...

    def __iter__(self) -> Iterator[str]: ...


@dataclass(frozen=True)
class Vocabulary:
    """Every different token of an audit, and the word it is.

    `tokens` are as they stand in the texts; `words` are lower-cased tokens that hold a letter or a
    digit. Both are sorted, so that numbers do not depend on the order of documents.
    """

    tokens: tuple[str, ...]
    words: tuple[str, ...]
    word_of: Int32
    """Per token the number of its word, -1 where it is none (punctuation, symbols, space)."""


@dataclass(frozen=True)
class Label:
    """A column of a collection: the values that occur, sorted, and a code per document."""

    values: tuple[str, ...]
    codes: Int32
    """Position in `values`; -1 where the value is missing."""


@dataclass(frozen=True)
class TextRecord:
    """Where a collection came from, and what was left out of it."""

    role: str
    name: str
    format: str
    sha256: str
    rows: int
    """Texts given, the empty ones included."""
    columns: int = 1
    empty: int = 0
    """Texts that were dropped because there is nothing in them."""
    cut: int = 0
    """Texts of which only the beginning was read, as they are longer than `longest_text`."""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Words:
    """The words of a collection, one document after another."""

    ids: Int32
    starts: Int64
    """Place of the first word of each document, and the end: one more than documents."""
    at: Int64
    """Place of each word among the tokens."""

    @property
    def lengths(self) -> Int64:
        """Words per document."""
        return np.diff(self.starts)


@dataclass(frozen=True, eq=False)
class Collection:
    """Documents of one side. They stand in an order by content, whatever order they came in."""

    record: TextRecord
    texts: Texts
    vocabulary: Vocabulary
    tokens: Int32
    """Number of every token in the vocabulary, one document after another."""
    starts: Int64
    """Place of the first token of each document, and the end: one more than documents."""
    offsets: Int32
    """Character at which each token begins within its document."""
    row: Int64
    """Row (from 0) in which each document stood where it came from."""
    content: NDArray[np.uint64]
    """A hash of each text, for seeded draws that depend on what is drawn only."""
    columns: Mapping[str, Label] = field(default_factory=dict)
    prompts: Sequence[str | None] | None = None
    vectors: NDArray[np.float32] | None = None
    """An embedding per document, where the user brought them: (documents, dimensions)."""

    @property
    def documents(self) -> int:
        """How many texts there are, the empty ones left out."""
        return len(self.starts) - 1

    @cached_property
    def words(self) -> Words:
        """Tokens that are words, lower-cased."""
        every = self.vocabulary.word_of[self.tokens]
        at = np.flatnonzero(every >= 0)
        starts = np.searchsorted(at, self.starts)
        return Words(every[at], starts.astype(np.int64), at.astype(np.int64))

    def drawn(self, documents: Int64, most: int, *, key: int) -> Int64:
        """Return at most `most` of these documents, ascending: a draw by content and `key` alone.

        `key` comes from :func:`audits.seeds.stream_seed`, so that every purpose draws its own.
        Of equal texts each is drawn or not for itself, as of any others.
        """
        if len(documents) <= most:
            return documents
        content = self.content[documents]
        scattered = _mixed(content, key)
        again = _mixed(_before(content).astype(np.uint64), key)
        order = np.argsort(_mixed(scattered + again, key), kind="stable")
        return np.sort(documents[order[:most]])


def _before(content: NDArray[np.uint64]) -> Int64:
    """How many equal ones stand before each; equal ones stand together, as in any collection."""
    place = np.arange(len(content))
    first = np.concatenate([[True], content[1:] != content[:-1]])
    return place - np.maximum.accumulate(np.where(first, place, 0))


def _mixed(content: NDArray[np.uint64], key: int) -> NDArray[np.uint64]:
    """Scatter hashes by a key (the finaliser of SplitMix64, Steele, Lea and Flood 2014)."""
    mixed = content ^ np.uint64(key)
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        mixed = (mixed ^ (mixed >> np.uint64(shift))) * np.uint64(factor)
    return mixed ^ (mixed >> np.uint64(31))
