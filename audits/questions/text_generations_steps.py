"""Generations of texts: every group in every generation, beside itself in generation 0."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

from audits.corpus.corpora import Corpora
from audits.estimates import Estimate
from audits.formulas.chained_texts import (
    Apart,
    Loss,
    Summed,
    apart,
    beside,
    entries,
    loss_between,
    summed,
)
from audits.formulas.shares import wilson
from audits.formulas.turnover import absent, turnover
from audits.questions.text_generations_rows import TextGenerationStepRow
from audits.questions.text_generations_texts import Compared

Floats = NDArray[np.float64]
Int32 = NDArray[np.int32]
Int64 = NDArray[np.int64]
_NAN = float("nan")
_FEWEST_CHAINS = 3  # of which one can be left out


@dataclass(frozen=True, eq=False)
class Followed:
    """One group through all generations: its rows, and what the main table needs."""

    steps: tuple[TextGenerationStepRow, ...]
    variety: Floats
    """Per generation, to the first with too few texts; as `decay` takes it."""
    losses: tuple[Loss, ...]
    """Per generation, beside generation 0; none in generation 0 itself."""
    chains: int
    followed: int
    """Generations, from 0 on, with enough texts."""


@dataclass(frozen=True, eq=False)
class _Generation:
    """A group's texts in one generation, added up."""

    texts: Int64
    singles: int
    """Texts of different chains, the first of each: words are counted in them."""
    sums: Summed
    variety: Apart
    totals: tuple[Int64, Int64]
    """How often each run of one word, and of two, occurs, of those that do."""
    having: Int64
    """Texts that have each word."""


class Follower:
    """Follows groups, one by one, through the generations."""

    def __init__(self, corpora: Corpora, texts: Compared) -> None:
        self.corpora, self.texts = corpora, texts
        self.settings = corpora.settings
        self.sizes = [one.documents for one in corpora.collections]
        self.counts = [corpora.groups.counts(t) for t in range(len(self.sizes))]

    def group(self, g: int) -> Followed:
        """Return what a group's texts are like in every generation."""
        every = [self._generation(of) for of in self.texts.texts[g]]
        enough = [len(one.texts) >= self.settings.fewest_texts and
                  len(one.sums.chains) >= _FEWEST_CHAINS for one in every]  # fmt: skip
        followed = enough.index(False) if False in enough else len(enough)
        made = _Steps(self, g, every, followed)
        steps, losses = zip(*(made.row(t) for t in range(len(every))), strict=True)
        variety = np.array([one.variety.value for one in every])
        variety[followed:] = np.nan
        return Followed(steps, variety, losses, len(every[0].sums.chains), followed)

    def _generation(self, texts: Int64) -> _Generation:
        grams = self.texts.grams
        chains = self.texts.chains[texts]
        sums = summed(grams, texts, chains)
        # texts of one chain have words in common because of where they come from
        single = texts[np.unique(chains, return_index=True)[1]]
        _, place = entries(grams, single)
        columns, times = grams.columns[place], grams.times[place]
        words = columns < grams.firsts[1]
        having = np.bincount(columns[words], minlength=grams.firsts[1]).astype(np.int64)
        return _Generation(
            texts, len(single), sums, apart(sums), (_totals(columns, times, words),
            _totals(columns, times, ~words)), having,
        )  # fmt: skip


def _totals(columns: Int32, times: Int32, chosen: NDArray[np.bool_]) -> Int64:
    _, which = np.unique(columns[chosen], return_inverse=True)
    return np.bincount(which.ravel(), times[chosen].astype(float)).astype(np.int64)


class _Steps:
    """Rows of one group."""

    def __init__(self, follower: Follower, g: int, every: list[_Generation], followed: int) -> None:
        self.follower, self.g, self.every, self.followed = follower, g, every, followed
        known = every[:followed]
        self.drawn = min((one.singles // 2 for one in known), default=0)
        pairs = min((int(one.totals[1].sum()) for one in known), default=0)
        self.tokens = min([pairs, *(int(one.totals[0].sum()) for one in known)])

    def row(self, t: int) -> tuple[TextGenerationStepRow, Loss]:
        """Return a generation's row, and how its variety compares with that of generation 0."""
        follower, one = self.follower, self.every[t]
        rows, of = int(follower.counts[t][self.g]), follower.sizes[t]
        low, high = wilson(rows, of, confidence=follower.settings.confidence)
        loss = self._loss(t)
        distinct = self._distinct(one) if t < self.followed else (_NAN, _NAN)
        words = follower.texts.words[t][follower.corpora.groups.members(t, self.g)]
        alike, own, moved = self._beside(t)
        return TextGenerationStepRow(
            group=follower.corpora.groups.names[self.g],
            generation=t,
            name=follower.corpora.collections[t].record.name,
            rows=rows,
            of=of,
            compared=len(one.texts),
            share=Estimate(rows / of, float(np.asarray(low)), float(np.asarray(high))),
            variety=one.variety.value if t < self.followed else _NAN,
            index=index_of(loss, follower.settings.confidence) if t else _nothing_lost(loss),
            distinct_1=distinct[0],
            distinct_2=distinct[1],
            tokens=self.tokens,
            **self._turnover(t),
            drawn=self.drawn,
            words=float(words.mean()) if len(words) else _NAN,
            alike=alike,
            own=own,
            moved=moved,
        ), loss

    def _loss(self, t: int) -> Loss:
        if t >= self.followed:
            return Loss(_NAN, _NAN, _NAN)
        first, later = self.every[0].variety, self.every[t].variety
        return loss_between(first, later, linked=self.follower.texts.linked)

    def _distinct(self, one: _Generation) -> tuple[float, float]:
        if self.tokens < self.follower.settings.chain_tokens:
            return _NAN, _NAN
        words, pairs = (_different(counts, self.tokens) for counts in one.totals)
        return words, pairs

    def _turnover(self, t: int) -> dict[str, float]:
        names = ("lost", "lost_by_chance", "born", "born_by_chance")
        if t == 0 or t >= self.followed or self.drawn < 1:
            return dict.fromkeys(names, _NAN)
        first, later = self.every[0], self.every[t]
        there = (first.having > 0) | (later.having > 0)
        found = turnover(
            first.having[there],
            later.having[there],
            texts=(first.singles, later.singles),
            drawn=self.drawn,
        )
        values = (found.lost, found.lost_by_chance, found.new, found.new_by_chance)
        return dict(zip(names, values, strict=True))

    def _beside(self, t: int) -> tuple[float, float, float]:
        """How alike generation 0 and this one are, and how much less so than each in itself."""
        if t >= self.followed:
            return _NAN, _NAN, _NAN
        first, later = self.every[0], self.every[t]
        found = beside(first.sums, later.sums)
        own = found.own if self.follower.texts.linked else _NAN
        if t == 0:
            return found.others, own, 0.0
        within = (first.variety.value + later.variety.value) / 2
        return found.others, own, (1 - found.others) - within


def _different(counts: Int64, size: int) -> float:
    """Expected share of different ones among so many, drawn without replacement."""
    times, alike = np.unique(counts, return_counts=True)
    return float((alike * (1 - absent(times, int(counts.sum()), size))).sum() / size)


def _nothing_lost(loss: Loss) -> Estimate:
    return Estimate(0.0, 0.0, 0.0) if np.isfinite(loss.log_ratio) else Estimate.unknown()


def index_of(loss: Loss, confidence: float) -> Estimate:
    """Share of variety lost, with a t interval on the log ratio."""
    if np.isnan(loss.log_ratio):
        return Estimate.unknown()
    if np.isneginf(loss.log_ratio):
        return Estimate(1.0, 1.0, 1.0)
    half = float(stdtrit(max(loss.freedom, 1.0), (1 + confidence) / 2)) * loss.error
    ends = (loss.log_ratio, loss.log_ratio + half, loss.log_ratio - half)
    return Estimate(*(float(-np.expm1(end)) for end in ends))
