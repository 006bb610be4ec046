"""Marked words: in how many texts of every group, and of those beside it, each word stands."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from audits.corpus.corpora import Corpora
from audits.questions.text_words_groups import Belonging, Bools, Ints, beside, is_gap
from audits.results import Group

_MOSTLY = 0.5  # of a word's occurrences that name a group, for the word to be an identity itself


@dataclass(frozen=True)
class Held:
    """Which text holds which word: (texts, words); `sizes` are 1 and its different words."""

    words: sparse.csr_array
    sizes: sparse.csr_array


@dataclass(frozen=True)
class Counted:
    """Texts that hold each word, of groups and of those beside them: shapes (groups, words).

    `members` and `others` count texts, `all_*` the pairs of a text and a word it holds.
    """

    inside: Ints
    outside: Ints
    members: Ints
    others: Ints
    all_inside: Ints
    all_outside: Ints

    @property
    def log_size(self) -> NDArray[np.float64]:
        """Log odds that a word of a text is one of the group's, per group."""
        inside, outside = np.maximum(self.all_inside, 1), np.maximum(self.all_outside, 1)
        return np.asarray(np.log(inside) - np.log(outside))


@dataclass(frozen=True)
class Compared:
    """Groups of an audit, the words compared, and per collection what holds them.

    `belongs` has a column per group, then those of `wholes`: a group and those it is compared with.
    `sides` are places of collections: the real one, where there is one, and the synthetic one.
    """

    sides: tuple[int, ...]
    names: tuple[Group, ...]
    wholes: Ints
    belongs: tuple[Belonging, ...]
    held: tuple[Held, ...]
    kept: Ints
    identity: Bools

    @property
    def groups(self) -> int:
        """How many groups there are."""
        return len(self.names)

    def counted(self, side: int, shuffled: Ints | None = None) -> Counted:
        """Count the texts of a side, by its place in `sides`; their groups may be shuffled."""
        belongs, held = self.belongs[side], self.held[side]
        holding = belongs.sums(held.words, shuffled)
        texts, pairs = belongs.sums(held.sizes, shuffled).T
        own, whole = slice(self.groups), self.wholes
        return Counted(
            holding[own], holding[whole] - holding[own], texts[own], texts[whole] - texts[own],
            pairs[own], pairs[whole] - pairs[own],
        )  # fmt: skip

    def fewest(self, side: int, counted: Counted) -> Ints:
        """Return the smallest number of texts, above none, that hold or lack each word.

        Of any group of the same features, of those beside it, or of those that are neither.
        """
        whole = counted.inside + counted.outside
        size = (counted.members + counted.others)[:, np.newaxis]
        every = np.asarray(self.held[side].words.sum(axis=0)).ravel()
        left = self.belongs[side].sets.shape[0] - size - (every - whole)
        cells = np.stack([
            counted.inside, counted.members[:, np.newaxis] - counted.inside,
            counted.outside, counted.others[:, np.newaxis] - counted.outside,
            every - whole, left,
        ])  # fmt: skip
        least = np.where(cells > 0, cells, np.iinfo(np.int64).max).min(axis=0)
        alike: dict[tuple[str, ...], list[int]] = {}
        for place, name in enumerate(self.names):
            alike.setdefault(tuple(feature for feature, _ in name), []).append(place)
        for places in alike.values():
            least[places] = least[places].min(axis=0)
        return np.asarray(least)


def compared(corpora: Corpora) -> Compared:
    """Find the groups, those beside each, and the words that enough texts of a side hold."""
    sides = tuple(side for side in reversed(corpora.sides) if side is not None)
    names = tuple(name for name in corpora.groups.names if name and not is_gap(name))
    identity = _identities(corpora, sides)
    held = [_held(corpora, side, identity) for side in sides]
    texts = [np.bincount(one.indices, minlength=len(identity)) for one in held]
    floor = corpora.settings.marked_floor
    kept = np.flatnonzero(np.max(texts, axis=0) >= floor)
    belongs, wholes = zip(*(beside(corpora, side, names) for side in sides), strict=True)
    return Compared(
        sides,
        names,
        wholes[0],
        tuple(Belonging(one) for one in belongs),
        tuple(Held(one[:, kept], _sizes(one)) for one in held),
        kept,
        identity[kept],
    )


def _sizes(held: sparse.csr_array) -> sparse.csr_array:
    """Per text: itself, and how many different words it holds."""
    words = np.diff(held.indptr)
    return sparse.csr_array(np.stack([np.ones_like(words), words], axis=1))


def _held(corpora: Corpora, side: int, identity: Bools) -> sparse.csr_array:
    """Which text holds which word; a word where it names a group is not counted as that word."""
    collection = corpora.collections[side]
    words = collection.words
    keep = ~corpora.masked(side) | identity[words.ids]
    return _matrix(words.ids[keep], np.r_[0, np.cumsum(keep)][words.starts], len(identity))


def _matrix(ids: NDArray[np.int32], starts: Ints, vocabulary: int) -> sparse.csr_array:
    ones = np.ones(len(ids), dtype=np.int32)
    matrix = sparse.csr_array((ones, ids, starts), shape=(len(starts) - 1, vocabulary))
    matrix.sum_duplicates()
    matrix.data[:] = 1
    return matrix


def occurrences(corpora: Corpora, side: int, kept: Ints) -> sparse.csr_array:
    """How often every text holds each of the words that are compared, wherever it stands."""
    words = corpora.collections[side].words
    ones = np.ones(len(words.ids), dtype=np.int64)
    shape = (len(words.starts) - 1, len(corpora.vocabulary.words))
    return sparse.csr_array((ones, words.ids, words.starts), shape=shape)[:, kept]


# -- words that name a group -----------------------------------------------------------------------


def _identities(corpora: Corpora, sides: tuple[int, ...]) -> Bools:
    """Words that mostly name a group where they occur, or stand in the name of one."""
    vocabulary = corpora.vocabulary.words
    every, naming = (np.zeros(len(vocabulary), dtype=np.int64) for _ in range(2))
    for side in sides:
        ids = corpora.collections[side].words.ids
        every += np.bincount(ids, minlength=len(vocabulary))
        naming += np.bincount(ids[corpora.masked(side)], minlength=len(vocabulary))
    identity = (naming > 0) & (naming >= _MOSTLY * every)
    told = {
        part
        for name in corpora.groups.names
        for _, value in name
        for part in re.findall(r"\w+", value.lower())
        if len(part) > 1
    }
    return np.asarray(identity | np.array([word in told for word in vocabulary], dtype=bool))
