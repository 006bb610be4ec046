"""Likeness of texts: further measures of variety, in draws of as many texts, as many words long."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from audits.corpus.collection import Int64
from audits.estimates import Estimate
from audits.formulas.hill import chao_wang_jost_entropy
from audits.formulas.lexical_diversity import mtld
from audits.formulas.matched_draws import drawn_rows, matched_estimate, matched_sizes
from audits.formulas.repetition import compression_ratio, gram_kernel, shared_shares
from audits.formulas.vendi import vendi_score
from audits.questions.text_diversity_alike import interval
from audits.questions.text_diversity_samples import Sample, Samples
from audits.results import Group
from audits.seeds import stream, stream_seed

Floats = NDArray[np.float64]
Value = tuple[Estimate, float]
"""A value with its interval, and its standard error."""
_PER_DRAW = 4  # times as many texts are drawn from as a draw has
_COMPRESSIONS = 20  # draws that are compressed: it takes a hundred times as long as counting
_FEWEST_TEXTS, _FEWEST_WORDS = 5, 200  # of a draw, for anything to be measured in it
_RUN = 5
NOTHING: Value = (Estimate.unknown(), float("nan"))
MORE_IS_ALIKE = frozenset({"compression ratio", "shared runs of five words"})
"""Measures that are higher the more alike texts are."""


@dataclass(frozen=True)
class Matched:
    """Samples cut to a few texts each, and draws of one size from every one of them."""

    samples: Samples
    draws: tuple[Int64, ...]
    """Per sample rows of all texts: (draws, texts of a draw)."""
    confidence: float

    @property
    def texts(self) -> int:
        """Texts of each draw."""
        return int(self.draws[0].shape[1])

    @cached_property
    def counts(self) -> dict[int, sparse.csr_array]:
        """Runs of one, two and five words in every text."""
        return {n: self.samples.counts(n, masked=False) for n in (1, 2, _RUN)}

    def estimate(self, place: int, values: Floats) -> Value:
        """Return the value of one sample, from those of its draws; none is below nothing."""
        of = self.samples.parts[place].size
        found, error = matched_estimate(values, size=self.texts, of=of, confidence=self.confidence)
        return Estimate(
            found.value, max(found.low, 0.0), found.high
        ) if found.known else found, error


def matched(samples: Samples, names: list[Group]) -> Matched | None:
    """Draw from samples, equally many texts of each; None where there are too few."""
    settings = samples.corpora.settings
    few = [_fewer(samples, part, name) for part, name in zip(samples.parts, names, strict=True)]
    prompts = max(samples.prompts, 1)
    counts = np.stack([np.bincount(part.strata, minlength=prompts) for part in few])
    sizes = matched_sizes(counts, most=settings.matched_texts)
    if sizes.sum() < _FEWEST_TEXTS or sizes.sum() * samples.length < _FEWEST_WORDS:
        return None
    smaller = Samples(samples.corpora, samples.masks, tuple(few), samples.length, samples.prompts)
    draws = []
    for place, (part, name) in enumerate(zip(few, names, strict=True)):
        side = samples.corpora.collections[part.side].record.role
        rng = stream(settings.seed, "text_diversity", f"draws of {side}", name)
        rows = drawn_rows(part.strata, sizes, draws=settings.matched_draws, rng=rng)
        draws.append(rows + smaller.edges[place])
    return Matched(smaller, tuple(draws), settings.confidence)


def _fewer(samples: Samples, part: Sample, name: Group) -> Sample:
    settings = samples.corpora.settings
    collection = samples.corpora.collections[part.side]
    key = stream_seed(settings.seed, "text_diversity", "measured", name)
    chosen = collection.drawn(part.documents, _PER_DRAW * settings.matched_texts, key=key)
    return Sample(part.side, chosen, part.strata[np.searchsorted(part.documents, chosen)])


def measured(found: Matched) -> dict[str, list[Value]]:
    """Return every measure, of every sample."""
    measures: dict[str, Callable[[Matched], list[Value]]] = {
        "distinct words": lambda one: _distinct(one, 1),
        "distinct pairs of words": lambda one: _distinct(one, 2),
        "entropy of words": lambda one: _entropy(one, 1),
        "entropy of pairs of words": lambda one: _entropy(one, 2),
        "MTLD": _mtld,
        "compression ratio": _compression,
        "Vendi score": _vendi,
        "shared runs of five words": _shared,
    }
    return {name: measure(found) for name, measure in measures.items()}


def _summed(found: Matched, place: int, n: int) -> list[NDArray[np.int64]]:
    """How often each run of words occurs in each draw, those that do not left out."""
    drawn = found.draws[place]
    counts = found.counts[n]
    ones = np.ones(drawn.size, dtype=np.int64)
    starts = np.arange(len(drawn) + 1) * drawn.shape[1]
    chosen = sparse.csr_array((ones, drawn.ravel(), starts), shape=(len(drawn), counts.shape[0]))
    summed = (chosen @ counts).tocsr()
    return [summed.data[a:b] for a, b in pairwise(summed.indptr)]


def _distinct(found: Matched, n: int) -> list[Value]:
    """Different runs of words over all: draws have as many words, so that they compare."""
    return [
        found.estimate(place, np.array([len(one) / one.sum() for one in _summed(found, place, n)]))
        for place in range(len(found.draws))
    ]


def _entropy(found: Matched, n: int) -> list[Value]:
    return [
        found.estimate(
            place, np.array([chao_wang_jost_entropy(one) for one in _summed(found, place, n)])
        )
        for place in range(len(found.draws))
    ]


def _mtld(found: Matched) -> list[Value]:
    """Mean over texts, within prompts where there are some: no draws are needed."""
    words = found.samples.words
    starts = np.arange(len(words) + 1) * found.samples.length
    every = mtld(words.ravel(), starts)
    values = []
    for place, part in enumerate(found.samples.parts):
        own = every[slice(*found.samples.edges[place : place + 2])]
        groups = [own[part.strata == stratum] for stratum in np.unique(part.strata)]
        mean = float(np.mean([one.mean() for one in groups]))
        squares = sum(one.var(ddof=1) / len(one) for one in groups)
        error = float(np.sqrt(squares)) / len(groups)
        values.append((interval(mean, error, part.size - len(groups), found.confidence), error))
    return values


def _compression(found: Matched) -> list[Value]:
    """Of as many texts, cut to as many bytes."""
    texts = _texts(found.samples)
    drawn = [rows[:_COMPRESSIONS] for rows in found.draws]
    sizes = np.array([len(text) for text in texts])
    breaks = found.texts - 1
    length = int(min((sizes[rows].sum(axis=1) + breaks).min() for rows in drawn))
    return [
        found.estimate(
            place,
            np.array([compression_ratio([texts[i] for i in row], length=length) for row in rows]),
        )
        for place, rows in enumerate(drawn)
    ]


def _texts(samples: Samples) -> list[bytes]:
    """Every text, up to the last word that is compared."""
    texts = []
    for part in samples.parts:
        collection = samples.corpora.collections[part.side]
        words = collection.words
        for document in part.documents.tolist():
            text = collection.texts[document]
            place = words.starts[document] + samples.length
            if place < words.starts[document + 1]:
                text = text[: int(collection.offsets[words.at[place]])]
            texts.append(text.rstrip().encode())
    return texts


def _vendi(found: Matched) -> list[Value]:
    kernel = gram_kernel([found.counts[1], found.counts[2]])
    return [
        found.estimate(
            place, np.array([vendi_score(kernel[np.ix_(row, row)], order=1) for row in rows])
        )
        for place, rows in enumerate(found.draws)
    ]


def _shared(found: Matched) -> list[Value]:
    return [
        found.estimate(place, shared_shares(found.counts[_RUN], rows))
        for place, rows in enumerate(found.draws)
    ]
