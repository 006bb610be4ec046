"""Generations of texts: which are compared, of which chain each is, and their runs of words."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from audits.corpus.corpora import Corpora
from audits.formulas.chained_texts import Grams, text_grams
from audits.seeds import stream_seed

Int64 = NDArray[np.int64]
_SHORTER = 0.1  # share of the texts of the shortest generation that may be too short


@dataclass(frozen=True, eq=False)
class Compared:
    """The texts of every group and generation that are compared, cut to one length."""

    grams: Grams
    texts: tuple[tuple[Int64, ...], ...]
    """Per group and generation: places among all texts of `grams`."""
    chains: Int64
    """Chain of each text of `grams`."""
    words: tuple[NDArray[np.float64], ...]
    """Per generation the words of each of its texts, uncut."""
    matched: int
    """Words of a text's beginning that are compared."""
    linked: bool
    """Whether chains go through several generations."""


def compared(corpora: Corpora) -> Compared:
    """Choose the texts, and count their runs of words, generation after generation."""
    lengths = tuple(one.words.lengths.astype(float) for one in corpora.collections)
    matched = _matched(lengths, corpora.settings.chain_words)
    codes, linked = _codes(corpora)
    chosen = _Chosen(corpora, codes, linked)
    groups = [chosen.of(g) for g in range(len(corpora.groups.names))]
    sides = range(len(corpora.collections))
    wanted = [np.unique(np.concatenate([group[t] for group in groups])) for t in sides]
    begins = np.concatenate([[0], np.cumsum([len(one) for one in wanted])])
    return Compared(
        _grams(corpora, wanted, matched),
        tuple(
            tuple(begins[t] + np.searchsorted(wanted[t], group[t]) for t in sides)
            for group in groups
        ),
        np.concatenate([code[of] for code, of in zip(codes, wanted, strict=True)]),
        lengths,
        matched,
        linked,
    )


def _matched(lengths: tuple[NDArray[np.float64], ...], fewest: int) -> int:
    """Words that nine in ten texts of the generation with the shortest have, or the fewest."""
    return max(fewest, min(int(np.quantile(one, _SHORTER)) for one in lengths))


def _codes(corpora: Corpora) -> tuple[list[Int64], bool]:
    """Chain of every text; a text whose chain is not known is a chain of its own."""
    given = corpora.chains
    codes = [np.full(one.documents, -1, dtype=np.int64) for one in corpora.collections]
    if given is not None:
        codes = [one.astype(np.int64) for one in given]
    free = 1 + max((int(one.max(initial=-1)) for one in codes), default=-1)
    known = [set(np.unique(one[one >= 0]).tolist()) for one in codes]
    for one in codes:
        alone = np.flatnonzero(one < 0)
        one[alone] = free + np.arange(len(alone))
        free += len(alone)
    return codes, bool(set.intersection(*known[:2])) if len(known) > 1 else False


class _Chosen:
    """Texts of groups: all, or so many by content; of chains, all texts or none."""

    def __init__(self, corpora: Corpora, codes: list[Int64], linked: bool) -> None:
        self.corpora, self.codes, self.linked = corpora, codes, linked
        self.most = corpora.settings.chain_texts

    def of(self, group: int) -> list[Int64]:
        """Places of the group's texts in each generation."""
        there = self.corpora.groups
        members = [there.members(t, group) for t in range(len(self.corpora.collections))]
        if max(len(one) for one in members) <= self.most:
            return members
        key = stream_seed(
            self.corpora.settings.seed, "text_generations", "texts", there.names[group]
        )
        if not self.linked or not len(members[0]):
            each = zip(self.corpora.collections, members, strict=True)
            return [one.drawn(documents, self.most, key=key) for one, documents in each]
        return self._whole_chains(members, key)

    def _whole_chains(self, members: list[Int64], key: int) -> list[Int64]:
        chains, first = np.unique(self.codes[0][members[0]], return_index=True)
        largest = max(len(one) for one in members)
        most = max(len(chains) * self.most // largest, 3)
        drawn = self.corpora.collections[0].drawn(members[0][first], most, key=key)
        kept = self.codes[0][drawn]
        return [one[np.isin(self.codes[t][one], kept)] for t, one in enumerate(members)]


def _grams(corpora: Corpora, wanted: list[Int64], matched: int) -> Grams:
    """Runs of one and two words of the beginnings of texts."""
    ids, lengths = [], []
    for collection, documents in zip(corpora.collections, wanted, strict=True):
        words = collection.words
        many = np.minimum(words.lengths[documents], matched)
        ends = np.cumsum(many)
        total = int(ends[-1]) if len(ends) else 0
        place = np.arange(total) + np.repeat(words.starts[documents] - (ends - many), many)
        ids.append(words.ids[place])
        lengths.append(many)
    starts = np.concatenate([[0], np.cumsum(np.concatenate(lengths))])
    return text_grams(np.concatenate(ids), starts)
