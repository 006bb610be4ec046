"""Texts of a group that are compared: a bounded sample, whole or in stretches of equal length."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from audits.corpus.collection import Collection, Int64
from audits.corpus.corpora import Corpora
from audits.formulas.grams import gram_numbers
from audits.results import Group
from audits.seeds import stream_seed

_QUARTER = 0.25  # of the texts of the shorter side may be too short for a stretch
_MOST_WORDS = 2_000  # of a whole text


@dataclass(frozen=True)
class Bag:
    """Words of some real texts, then of some synthetic ones, one text after another."""

    ids: Int64
    starts: Int64
    real: int
    """How many of the texts are real."""

    @property
    def texts(self) -> tuple[int, int]:
        """Real and synthetic texts."""
        return self.real, len(self.starts) - 1 - self.real

    def first(self, most: int) -> Bag:
        """Return the first `most` texts of either side; their order is that of a draw."""
        n, m = self.texts
        keep = np.concatenate([np.arange(min(n, most)), n + np.arange(min(m, most))])
        sizes = np.diff(self.starts)[keep]
        ids = self.ids[_ranges(self.starts[keep], sizes)]
        return Bag(ids, np.concatenate([[0], np.cumsum(sizes)]), min(n, most))


@dataclass(frozen=True)
class Grams:
    """How often every text of a bag has every word, or every pair of words."""

    counts: sparse.csr_array
    words: NDArray[np.int64]
    """Per column the words it stands for: (columns, 1 or 2)."""

    @property
    def presence(self) -> sparse.csr_array:
        """1 where a text has it."""
        there = self.counts.copy()
        there.data = np.ones_like(there.data)
        return there


def drawn(corpora: Corpora, side: int, group: Group, members: Int64) -> Int64:
    """A seeded sample of a group's texts, in an order of its own: any part is a sample, too."""
    settings, collection = corpora.settings, corpora.collections[side]
    chosen = collection.drawn(
        members, settings.drift_texts, key=stream_seed(settings.seed, "text_drift", "texts", group)
    )
    key = stream_seed(settings.seed, "text_drift", "order", group)
    return chosen[np.argsort(_scattered(collection, chosen, key), kind="stable")]


def window(corpora: Corpora, sides: tuple[Int64, Int64]) -> int:
    """Words of a stretch that three quarters of the texts of either side have; 0 if too few."""
    lengths = [
        corpora.collections[side].words.lengths[members]
        for side, members in zip((0, corpora.sides[0]), sides, strict=True)
    ]
    if not all(map(len, lengths)):
        return 0
    size = int(min(np.quantile(one, _QUARTER, method="lower") for one in lengths))
    return size if size >= corpora.settings.drift_window else 0


def stretches(corpora: Corpora, sides: tuple[Int64, Int64], size: int, group: Group) -> Bag:
    """One stretch of `size` words of every text that has so many, from where a hash says."""
    parts = []
    key = stream_seed(corpora.settings.seed, "text_drift", "stretch", group)
    for side, members in zip((0, corpora.sides[0]), sides, strict=True):
        collection = corpora.collections[side]
        lengths = collection.words.lengths
        long = members[lengths[members] >= size]
        begin = _scattered(collection, long, key) % (lengths[long] - size + 1).astype(np.uint64)
        at = collection.words.starts[long] + begin.astype(np.int64)
        parts.append(collection.words.ids[_ranges(at, np.full(len(long), size))])
    many = [len(part) // size for part in parts]
    return Bag(np.concatenate(parts).astype(np.int64), np.arange(sum(many) + 1) * size, many[0])


def whole(corpora: Corpora, sides: tuple[Int64, Int64]) -> Bag:
    """The texts with their words, of a very long one only the beginning."""
    ids, sizes = [], []
    for side, members in zip((0, corpora.sides[0]), sides, strict=True):
        there = corpora.collections[side].words
        sizes.append(np.minimum(there.lengths[members], _MOST_WORDS))
        ids.append(there.ids[_ranges(there.starts[members], sizes[-1])])
    starts = np.concatenate([[0], np.cumsum(np.concatenate(sizes))]).astype(np.int64)
    return Bag(np.concatenate(ids).astype(np.int64), starts, len(sides[0]))


def grams(bag: Bag, n: int) -> Grams:
    """Count runs of n words in every text."""
    numbers, starts = gram_numbers(bag.ids, bag.starts, n=n)
    names, first, column = np.unique(numbers, return_index=True, return_inverse=True)
    texts = len(starts) - 1
    rows = np.repeat(np.arange(texts), np.diff(starts))
    ones = np.ones(len(column), dtype=np.int32)
    counts = sparse.coo_array((ones, (rows, column)), shape=(texts, len(names))).tocsr()
    at = first - starts[rows[first]] + bag.starts[rows[first]] if len(first) else first
    return Grams(counts, bag.ids[at[:, np.newaxis] + np.arange(n)])


def _scattered(collection: Collection, documents: Int64, key: int) -> NDArray[np.uint64]:
    mixed = (collection.content[documents] ^ np.uint64(key)) * np.uint64(0x9E3779B97F4A7C15)
    return mixed ^ (mixed >> np.uint64(32))


def _ranges(begin: Int64, sizes: Int64) -> Int64:
    """Numbers from each beginning, so many of each."""
    ends = np.cumsum(sizes)
    total = int(ends[-1]) if len(ends) else 0
    found: Int64 = np.repeat(begin - (ends - sizes), sizes) + np.arange(total)
    return found
