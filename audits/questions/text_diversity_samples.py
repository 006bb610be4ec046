"""Likeness of texts: which texts are compared, cut to one length."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from audits.corpus.collection import Collection, Int64
from audits.corpus.corpora import Corpora
from audits.formulas.grams import gram_numbers
from audits.formulas.pairwise_cosine import gram_counts
from audits.results import Group
from audits.seeds import stream_seed
from audits.settings import Settings

Masks = tuple[NDArray[np.bool_], ...]
"""Per collection, whether each word is part of a mention of an identity."""
FEWEST_IN_PROMPT = 4
"""Texts of a prompt on every side for it to be compared within: two halves of two."""


@dataclass(frozen=True)
class Sample:
    """Texts of one group and side, ascending, and the number of each one's prompt (0 for all)."""

    side: int
    documents: Int64
    strata: Int64

    @property
    def size(self) -> int:
        """Texts there are."""
        return len(self.documents)


@dataclass(frozen=True)
class Samples:
    """Samples that are compared with each other, each text cut to the same number of words."""

    corpora: Corpora
    masks: Masks
    parts: tuple[Sample, ...]
    length: int
    prompts: int

    @cached_property
    def edges(self) -> Int64:
        """Where the rows of each sample begin, and the end."""
        return np.cumsum([0, *(part.size for part in self.parts)]).astype(np.int64)

    @cached_property
    def words(self) -> NDArray[np.int32]:
        """Words of all texts: (texts, words)."""
        cut = [
            self.corpora.collections[part.side].words.ids[self._places(part)] for part in self.parts
        ]
        return np.concatenate(cut) if cut else np.empty((0, self.length), np.int32)

    @cached_property
    def identities(self) -> NDArray[np.bool_]:
        """Whether each word is part of a mention of an identity: (texts, words)."""
        cut = [self.masks[part.side][self._places(part)] for part in self.parts]
        return np.concatenate(cut) if cut else np.empty((0, self.length), bool)

    def _places(self, part: Sample) -> Int64:
        starts = self.corpora.collections[part.side].words.starts
        places = starts[part.documents][:, np.newaxis] + np.arange(self.length)
        return np.asarray(places, dtype=np.int64)

    def counts(self, n: int, *, masked: bool) -> sparse.csr_array:
        """Runs of n words in every text; those with an identity are not counted where `masked`."""
        texts = len(self.words)
        starts = np.arange(texts + 1, dtype=np.int64) * self.length
        grams, begins = gram_numbers(self.words.ravel(), starts, n=n)
        if masked and self.identities.any():
            windows = np.lib.stride_tricks.sliding_window_view(self.identities, n, axis=1)
            grams = np.where(windows.any(axis=2).ravel(), -1, grams)
        return gram_counts(grams, begins)


def samples(
    corpora: Corpora, masks: Masks, name: str, wanted: Sequence[tuple[int, Group, Int64]]
) -> Samples:
    """Choose texts that can be compared: long enough, of prompts all share, not too many.

    `wanted` are the side, group and documents of every sample.
    """
    settings = corpora.settings
    length = _length(corpora, wanted)
    parts = []
    for side, group, documents in wanted:
        lengths = corpora.collections[side].words.lengths[documents]
        enough = documents[lengths >= length]
        key = stream_seed(settings.seed, "text_diversity", name, group)
        chosen = corpora.collections[side].drawn(enough, settings.alike_texts, key=key)
        parts.append(Sample(side, chosen, np.zeros(len(chosen), dtype=np.int64)))
    within, prompts = _within_prompts(corpora, parts, settings)
    return Samples(corpora, masks, tuple(within), length, prompts)


def _length(corpora: Corpora, wanted: Sequence[tuple[int, Group, Int64]]) -> int:
    """Words that most texts of every sample have."""
    settings = corpora.settings
    most = settings.alike_words
    for side, _, documents in wanted:
        lengths = corpora.collections[side].words.lengths[documents]
        enough = lengths[lengths >= settings.shortest_text]
        if len(enough):
            short = np.quantile(enough, 1 - settings.alike_kept, method="lower")
            most = min(most, int(short))
    return max(most, settings.shortest_text)


def _within_prompts(
    corpora: Corpora, parts: Sequence[Sample], settings: Settings
) -> tuple[Sequence[Sample], int]:
    """Keep the texts of prompts that every sample has; all texts, where few would stay."""
    given = [_prompts(corpora.collections[part.side], part.documents) for part in parts]
    if any(one is None for one in given):
        return parts, 0
    known = [one for one in given if one is not None]
    shared: set[str] | None = None
    for one in known:
        names, counts = np.unique(one, return_counts=True)
        often = {str(p) for p, c in zip(names, counts, strict=True) if p and c >= FEWEST_IN_PROMPT}
        shared = often if shared is None else shared & often
    number = {prompt: place for place, prompt in enumerate(sorted(shared or ()))}
    kept = []
    for part, one in zip(parts, known, strict=True):
        strata = np.array([number.get(str(prompt), -1) for prompt in one], dtype=np.int64)
        kept.append(Sample(part.side, part.documents[strata >= 0], strata[strata >= 0]))
    if not number or min(part.size for part in kept) < settings.fewest_texts:
        return parts, 0
    return kept, len(number)


def _prompts(collection: Collection, documents: Int64) -> NDArray[np.str_] | None:
    if collection.prompts is None:
        return None
    return np.array([collection.prompts[i] or "" for i in documents.tolist()], dtype=np.str_)
