"""Marked words: in how many texts of every group, and of those beside it, each word stands."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from audits.corpus.corpora import Corpora
from audits.questions.text_words_groups import Bools, Ints, Sets, is_gap, sets_of
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
class Tally:
    """Texts of one collection that hold each word: of every group, and of every whole.

    `inside` is of shape (groups, words), and sparse, as small groups hold few words; `whole` of
    shape (wholes, words). `sizes` and `whole_sizes` are texts, and pairs of a text and a word.
    """

    inside: sparse.csr_array
    whole: Ints
    sizes: Ints
    whole_sizes: Ints
    whole_of: Ints

    def counted(self, groups: Ints) -> Counted:
        """Return the counts of some groups and of those beside them."""
        inside = self.inside[groups].toarray().astype(np.int64)
        whole_of = self.whole_of[groups]
        members, all_inside = self.sizes[groups].T
        rest = self.whole_sizes[whole_of] - self.sizes[groups]
        return Counted(
            inside, self.whole[whole_of] - inside, members, rest[:, 0], all_inside, rest[:, 1]
        )


@dataclass(frozen=True)
class Compared:
    """Groups of an audit, the words compared, and per collection what holds them.

    `sides` are places of collections: the real one, where there is one, and the synthetic one.
    """

    sides: tuple[int, ...]
    names: tuple[Group, ...]
    sets: tuple[Sets, ...]
    held: tuple[Held, ...]
    kept: Ints
    identity: Bools

    def tally(self, side: int) -> Tally:
        """Count the texts of a side, by its place in `sides`."""
        sets, held = self.sets[side], self.held[side]
        wholes = sets.wholes.T.tocsr()
        inside = _added(sets.groups, held.words)
        inside.sort_indices()  # words are sought in their order
        return Tally(
            inside,
            (wholes @ held.words).toarray().astype(np.int64),
            _added(sets.groups, held.sizes).toarray().astype(np.int64),
            (wholes @ held.sizes).toarray().astype(np.int64),
            sets.whole,
        )

    def shuffled(self, side: int, true: Tally, order: Ints) -> Tally:
        """Count the texts of a side whose groups are those of other texts, in this order."""
        sets, held = self.sets[side], self.held[side]
        groups = sets.groups[order]
        found = replace(
            true,
            inside=_added(groups, held.words),
            sizes=_added(groups, held.sizes).toarray().astype(np.int64),
        )
        if sets.everyone:
            return found
        wholes = sets.wholes[order].T.tocsr()
        return replace(
            found,
            whole=(wholes @ held.words).toarray().astype(np.int64),
            whole_sizes=(wholes @ held.sizes).toarray().astype(np.int64),
        )

    def fewest(self, side: int, tally: Tally) -> dict[tuple[str, ...], Ints]:
        """Return the smallest number of texts, above none, that hold or lack each word.

        By features: of any group of these, of those beside it, or of those that are neither.
        """
        every = np.asarray(self.held[side].words.sum(axis=0)).ravel().astype(np.int64)
        texts = self.held[side].words.shape[0]
        least: dict[tuple[str, ...], Ints] = {}
        for place, name in enumerate(self.names):
            found = tally.counted(np.array([place]))
            inside, outside = found.inside[0], found.outside[0]
            left = every - inside - outside
            rest = texts - found.members[0] - found.others[0] - left
            cells = (inside, found.members[0] - inside, outside, found.others[0] - outside,
                     left, rest)  # fmt: skip
            own = np.min([np.where(cell > 0, cell, texts) for cell in cells], axis=0)
            features = tuple(feature for feature, _ in name)
            least[features] = np.minimum(least.get(features, texts), own)
        return least


def _added(sets: sparse.csr_array, held: sparse.csr_array) -> sparse.csr_array:
    """Add up the lines of the texts of every set."""
    added: sparse.csr_array = sets.T.tocsr() @ held
    return added


def compared(corpora: Corpora) -> Compared:
    """Find the groups, those beside each, and the words that enough texts of a side hold."""
    sides = tuple(side for side in reversed(corpora.sides) if side is not None)
    names = tuple(name for name in corpora.groups.names if name and not is_gap(name))
    identity = _identities(corpora, sides)
    held = [_held(corpora, side, identity) for side in sides]
    texts = [np.bincount(one.indices, minlength=len(identity)) for one in held]
    floor = corpora.settings.marked_floor
    kept = np.flatnonzero(np.max(texts, axis=0) >= floor)
    return Compared(
        sides,
        names,
        tuple(sets_of(corpora, side, names) for side in sides),
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
