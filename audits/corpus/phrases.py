"""Phrases in arrays of tokens: every place where one begins, the longest where several meet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from audits.corpus.collection import Vocabulary

Int32 = NDArray[np.int32]
Int64 = NDArray[np.int64]
Bools = NDArray[np.bool_]

_LIKE = str.maketrans({"’": "'", "‘": "'", "ʼ": "'"})


def plain(token: str) -> str:
    """Return a token in lower case, its apostrophes those of a keyboard.

    >>> plain("Women’s")
    "women's"
    """
    return token.lower().translate(_LIKE)


@dataclass(frozen=True)
class Hits:
    """Places of phrases: a line each."""

    start: Int64
    """Place of the first token among the tokens that were searched."""
    phrase: Int32

    def __getitem__(self, chosen: NDArray[np.integer] | Bools) -> Hits:
        return Hits(self.start[chosen], self.phrase[chosen])


class Phrases:
    """Phrases as numbers of a vocabulary.

    Each is looked for where its rarest token stands: a long phrase of common words costs no more
    than its rarest word.
    """

    def __init__(self, tokens: Sequence[tuple[str, ...]], vocabulary: Vocabulary) -> None:
        words = {plain(token): number for number, token in enumerate(_distinct(tokens), start=1)}
        self.lengths: Int32 = np.array([len(one) for one in tokens], dtype=np.int32)
        self._words = [tuple(words[plain(token)] for token in one) for one in tokens]
        self._number: Int32 = np.array(
            [words.get(plain(token), 0) for token in vocabulary.tokens], dtype=np.int32
        )
        self._capital: Bools = np.array([token[:1].isupper() for token in vocabulary.tokens])
        self._capitals = [tuple(token[:1].isupper() for token in one) for one in tokens]
        self._most = len(words) + 1

    def find(self, tokens: Int32) -> Hits:
        """Return every place of every phrase, by place; phrases of one place in any order."""
        numbers = self._number[tokens]
        there = np.flatnonzero(numbers).astype(np.int64)
        kept = numbers[there]
        counts = np.bincount(kept, minlength=self._most)
        ends = np.cumsum(counts)
        by_word = there[np.argsort(kept, kind="stable")]
        found: list[Hits] = []
        for phrase, words in enumerate(self._words):
            rarest = min(range(len(words)), key=lambda place: counts[words[place]])
            word = words[rarest]
            if not counts[word]:
                continue
            starts = by_word[ends[word] - counts[word] : ends[word]] - rarest
            starts = _confirmed(starts, words, rarest, numbers)
            found.append(Hits(starts, np.full(len(starts), phrase, dtype=np.int32)))
        return _by_place(found)

    def cased(self, hits: Hits, tokens: Int32, cased: Bools) -> Bools:
        """Whether each hit has capitals where its phrase has them; those not `cased` always."""
        good = np.ones(len(hits.start), dtype=bool)
        for phrase in np.unique(hits.phrase[cased[hits.phrase]]):
            these = np.flatnonzero(hits.phrase == phrase)
            for place, capital in enumerate(self._capitals[phrase]):
                good[these] &= self._capital[tokens[hits.start[these] + place]] == capital
        return good


def _distinct(tokens: Sequence[tuple[str, ...]]) -> list[str]:
    return sorted({plain(token) for one in tokens for token in one})


def _confirmed(starts: Int64, words: tuple[int, ...], rarest: int, numbers: Int32) -> Int64:
    """Keep the starts at which the other tokens stand, too."""
    starts = starts[(starts >= 0) & (starts + len(words) <= len(numbers))]
    for place, word in enumerate(words):
        if place != rarest:
            starts = starts[numbers[starts + place] == word]
    return starts


def _by_place(found: list[Hits]) -> Hits:
    if not found:
        return Hits(np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int32))
    starts = np.concatenate([hits.start for hits in found])
    phrases = np.concatenate([hits.phrase for hits in found])
    order = np.lexsort((phrases, starts))
    return Hits(starts[order], phrases[order])


def longest(start: Int64, length: Int32) -> Bools:
    """Whether each hit stays where overlapping hits give way to the longest, then to the first.

    Hits of the same tokens stay together. `start` ascends.

    >>> longest(np.array([0, 0, 1, 5]), np.array([2, 1, 1, 1], dtype=np.int32)).tolist()
    [True, False, False, True]
    """
    stays = np.ones(len(start), dtype=bool)
    if not len(start):
        return stays
    taken = np.zeros(int((start + length).max()) + 1, dtype=bool)
    for size in np.unique(length)[::-1]:
        these = np.flatnonzero(length == size)
        here = start[these]
        free = ~np.logical_or.reduce([taken[here + place] for place in range(size)])
        free[free] = _first_of_crossing(here[free], int(size))
        stays[these] = free
        for place in range(size):
            taken[here[free] + place] = True
    return stays


def _first_of_crossing(start: Int64, size: int) -> Bools:
    """Whether hits of one length stay: those that begin inside one that stays do not."""
    places, back = np.unique(start, return_inverse=True)
    stays = np.ones(len(places), dtype=bool)
    last = -size
    near = np.flatnonzero(np.diff(places, prepend=-size) < size)
    for at in near:
        if stays[at - 1]:
            last = int(places[at - 1])
        stays[at] = places[at] - last >= size
    return stays[back]
