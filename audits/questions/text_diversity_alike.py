"""Likeness of texts: the mean similarity of two texts, and what it is held against."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.special import stdtrit

from audits.corpus.corpora import Corpora
from audits.estimates import Estimate
from audits.formulas.homogenisation import homogenisation
from audits.formulas.pairwise_cosine import (
    MeanSimilarity,
    averaged,
    halves_log_ratios,
    mean_pairwise_cosine,
    unit_rows,
    weighted_unit_rows,
)
from audits.questions.text_diversity_samples import Samples
from audits.results import Group
from audits.seeds import stream

Rows = list[sparse.csr_array]
GRAMS = (1, 2)
"""Lengths of runs of words whose similarities are averaged."""
_HALVED = 400  # texts that are halved to see what chance does
_HALVINGS = 200


@dataclass(frozen=True)
class Likeness:
    """Mean similarity of two texts in one sample, and where its texts stand in their collection."""

    mean: MeanSimilarity
    size: int
    strata: int

    def estimate(self, confidence: float) -> Estimate:
        """Return the mean with its interval."""
        return interval(self.mean.value, self.mean.error, self.size - self.strata, confidence)


@dataclass(frozen=True)
class Compared:
    """A ratio of similarities, on the logarithm that its interval comes from."""

    ratio: Estimate
    log_ratio: float
    error: float
    freedom: float


UNKNOWN = Compared(Estimate.unknown(), float("nan"), float("nan"), float("nan"))


def interval(value: float, error: float, freedom: float, confidence: float) -> Estimate:
    """Return a value with its t interval; unknown where its error is."""
    if np.isnan(value) or np.isnan(error) or freedom < 1:
        return Estimate.unknown()
    wide = float(stdtrit(freedom, (1 + confidence) / 2)) * error
    return Estimate(value, value - wide, value + wide)


def weighted(samples: Samples, *, masked: bool) -> Rows:
    """Texts as vectors of their words, and of their pairs of words, weighted together."""
    return [weighted_unit_rows(samples.counts(n, masked=masked)) for n in GRAMS]


def likenesses(samples: Samples, rows: Rows) -> list[Likeness]:
    """Mean similarity in every sample, by words and by pairs of words."""
    found = []
    for place, part in enumerate(samples.parts):
        a, b = samples.edges[place : place + 2]
        if part.size < 3:
            mean = MeanSimilarity(float("nan"), np.full(part.size, np.nan))
        else:
            mean = averaged([mean_pairwise_cosine(one[a:b], part.strata) for one in rows])
        found.append(Likeness(mean, part.size, max(samples.prompts, 1)))
    return found


def compared(first: Likeness, second: Likeness, confidence: float) -> Compared:
    """Ratio of the similarities of two samples that have no text in common."""
    freedom = float(min(first.size - first.strata, second.size - second.strata))
    mine, theirs = first.mean, second.mean
    if not (mine.value > 0 and theirs.value > 0) or freedom < 1:
        return UNKNOWN
    error = float(np.hypot(mine.error / mine.value, theirs.error / theirs.value))
    return _compared(float(np.log(mine.value / theirs.value)), error, freedom, confidence)


def _compared(log_ratio: float, error: float, freedom: float, confidence: float) -> Compared:
    wide = interval(log_ratio, error, freedom, confidence)
    if not wide.known:
        return UNKNOWN
    ratio = Estimate(*(float(np.exp(end)) for end in (wide.value, wide.low, wide.high)))
    return Compared(ratio, log_ratio, error, freedom)


def beside_others(
    samples: Samples, found: list[Likeness], place: int, confidence: float
) -> tuple[Compared, Estimate, int]:
    """Ratio of one sample's similarity to the mean of the others', and that mean, and how many.

    A text may be in several samples, where groups are mentions: what it adds to the error is added
    up over all of them.
    """
    fewest = samples.corpora.settings.fewest_texts
    others = [
        k for k, one in enumerate(found)
        if k != place and one.size >= fewest and one.mean.value > 0
    ]  # fmt: skip
    own = found[place]
    if not others or not own.mean.value > 0:
        return UNKNOWN, Estimate.unknown(), len(others)
    mean = float(np.mean([found[k].mean.value for k in others]))
    size = max(int(part.documents.max(initial=0)) for part in samples.parts) + 1
    theirs, adds = np.zeros(size), np.zeros(size)
    for k in others:
        theirs[samples.parts[k].documents] += found[k].mean.influence / len(others)
    adds[samples.parts[place].documents] += own.mean.influence / own.mean.value
    adds -= theirs / mean
    freedom = float(
        min(own.size - own.strata, sum(found[k].size - found[k].strata for k in others))
    )
    error = float(np.sqrt((adds**2).sum()))
    whole = interval(mean, float(np.sqrt((theirs**2).sum())), freedom, confidence)
    log_ratio = float(np.log(own.mean.value / mean))
    return _compared(log_ratio, error, freedom, confidence), whole, len(others)


def variety_lost(first: Likeness, second: Likeness, freedom: float, confidence: float) -> Estimate:
    """Share of the dissimilarity of the second sample that the first one lacks."""
    if np.isnan(freedom):
        return Estimate.unknown()
    lost = homogenisation(
        max(1 - second.mean.value, 0.0), second.mean.error,
        max(1 - first.mean.value, 0.0), first.mean.error,
        df=freedom, confidence=confidence,
    )  # fmt: skip
    if np.isnan(lost.index) or np.isnan(lost.low):
        return Estimate.unknown()
    return Estimate(float(lost.index), float(lost.low), float(lost.high))


def chance_ratio(samples: Samples, rows: Rows, group: Group) -> float:
    """Ratio that chance makes of two samples of the first part, as large as the first two.

    By halving its texts again and again, whatever the intervals say.
    """
    part, settings = samples.parts[0], samples.corpora.settings
    smallest = np.bincount(part.strata).min(initial=part.size) if part.size else 0
    if smallest < 4:
        return float("nan")
    rng = stream(settings.seed, "text_diversity", "halves", group)
    chosen = np.arange(part.size)
    if part.size > _HALVED and not samples.prompts:
        chosen = np.sort(rng.permutation(part.size)[:_HALVED])
    pairs = np.mean([(one[chosen] @ one[chosen].T).toarray() for one in rows], axis=0)
    logs = halves_log_ratios(pairs, part.strata[chosen], draws=_HALVINGS, rng=rng)
    if np.isnan(logs).any():
        return float("nan")
    sizes = 1 / part.size + 1 / samples.parts[1].size
    spread = float(np.quantile(np.abs(logs), settings.confidence))
    return float(np.exp(spread * np.sqrt(sizes * len(chosen) / 4)))


def embedded(corpora: Corpora, samples: Samples) -> list[Likeness] | None:
    """Mean cosine of embeddings in every sample, where every collection has some."""
    if any(corpora.collections[part.side].vectors is None for part in samples.parts):
        return None
    found = []
    for part in samples.parts:
        vectors = corpora.collections[part.side].vectors
        assert vectors is not None
        rows = unit_rows(vectors[part.documents].astype(np.float64))
        found.append(
            Likeness(mean_pairwise_cosine(rows, part.strata), part.size, max(samples.prompts, 1))
        )
    return found
