"""Generations: the variety of every group in every generation, and its decay."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from audits.data.chain import Chain
from audits.data.tables import Coding
from audits.estimates import Estimate
from audits.formulas.homogenisation import homogenisation
from audits.formulas.vanished import vanished_variety
from audits.formulas.variety import level_distances, mean_dissimilarity
from audits.formulas.variety_error import joint_error
from audits.questions.places import places

Floats = NDArray[np.float64]
FEWEST = 10  # rows of a group in a generation below which its variety is not followed


@dataclass(frozen=True)
class Variety:
    """Variety of every group, generation by generation.

    `delta` and `rows` are (generations, groups, runs); `error` (generations, groups), nan where
    there are several runs; `columns` the variety in each column, mean over the runs,
    (generations, groups, columns).
    """

    delta: Floats
    rows: NDArray[np.int64]
    error: Floats
    columns: NDArray[np.float32]

    @property
    def mean(self) -> Floats:
        """Variety, mean over the runs: (generations, groups)."""
        return mean_of_runs(self.delta)

    def index(self, t: int, confidence: float) -> tuple[list[Estimate], Floats, Floats, Floats]:
        """Share of generation 0's variety lost by a generation; log ratio, error and freedom."""
        if self.delta.shape[2] > 1:
            return self._index_of_runs(t, confidence)
        first, later = self.delta[0, :, 0], self.delta[t, :, 0]
        freedom = np.maximum(np.minimum(self.rows[0, :, 0], self.rows[t, :, 0]) - 1.0, 1.0)
        found = homogenisation(
            np.nan_to_num(first),
            self.error[0],
            np.where(np.isnan(later), 0.0, later),
            self.error[t],
            df=freedom,
            confidence=confidence,
        )
        known = ~np.isnan(first) & ~np.isnan(later) & ~np.isnan(found.error)
        lows = np.where((later == 0) & (first > 0), self._vanished(t, confidence), found.low)
        index = [
            Estimate(float(v), float(low), float(high)) if sure else Estimate.unknown()
            for v, low, high, sure in zip(found.index, lows, found.high, known, strict=True)
        ]
        ratio = np.where(known, found.log_ratio, np.nan)
        return index, ratio, np.where(known, found.error, np.nan), freedom

    def _vanished(self, t: int, confidence: float) -> Floats:
        """Lower limits where no two rows differ: others may be there and not have been drawn."""
        n, m = np.maximum(self.rows[0, :, 0], 2), np.maximum(self.rows[t, :, 0], 2)
        first, error = np.nan_to_num(self.delta[0, :, 0]), np.nan_to_num(self.error[0])
        found = vanished_variety(first, error, np.zeros_like(n), n, m, confidence=confidence)
        return np.minimum(found.low, 1.0)

    def _index_of_runs(
        self, t: int, confidence: float
    ) -> tuple[list[Estimate], Floats, Floats, Floats]:
        """The same from several runs, whose differences are the error."""
        with np.errstate(invalid="ignore", divide="ignore"):
            ratios = np.log(self.delta[t] / self.delta[0])
        usable = np.isfinite(ratios)
        runs = usable.sum(1)
        groups = np.arange(len(runs))
        mean, error = np.full(len(runs), np.nan), np.full(len(runs), np.nan)
        for g in groups[runs > 1]:
            mine = ratios[g][usable[g]]
            mean[g], error[g] = mine.mean(), mine.std(ddof=1) / np.sqrt(len(mine))
        freedom = np.maximum(runs - 1.0, 1.0)
        found = homogenisation(1.0, 0.0, np.exp(mean), error * np.exp(mean), df=freedom,
                               confidence=confidence)  # fmt: skip
        index = [
            Estimate(float(v), float(low), float(high))
            for v, low, high in zip(found.index, found.low, found.high, strict=True)
        ]
        return index, mean, error, freedom


def variety_of(chain: Chain) -> Variety:
    """Measure the variety of every group, over all columns, in every generation."""
    first = chain.first
    inside = first.inside
    shape = (chain.generations + 1, len(chain.groups), chain.replicates)
    total, rows = np.zeros(shape), np.zeros(shape, dtype=np.int64)
    columns = np.full((*shape[:2], len(first.attributes)), np.nan, dtype=np.float32)
    for j, coding in enumerate(first.attributes):
        place = places(first, coding)
        for run in first.runs(np.arange(len(chain.groups)), [coding.name]):
            own = inside[run, j]
            for t in range(shape[0]):
                spread = np.zeros((len(run), shape[2]))
                for k in range(shape[2]):
                    counts = chain.run_counts(t, k, coding.name, run)
                    rows[t, run, k] = counts.sum(1)
                    spread[:, k] = mean_dissimilarity(counts, place)
                total[t, run] += np.where(own[:, None], spread, 0.0)
                columns[t, run, j] = np.where(own, mean_of_runs(spread), np.nan)
        chain.progress("generations", 0.4 * (j + 1) / len(first.attributes))
    width = inside.sum(1)[None, :, None]
    with np.errstate(invalid="ignore", divide="ignore"):
        delta = np.where(width > 0, total / width, np.nan)
    return Variety(delta, rows, _errors(chain), columns)


def mean_of_runs(spread: Floats) -> Floats:
    """Mean over the last axis of what is known; nan where nothing is."""
    known = ~np.isnan(spread)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.where(known, spread, 0.0).sum(-1) / known.sum(-1))


def _errors(chain: Chain) -> Floats:
    """Standard errors of the joint variety, by a bounded sample of each group's rows."""
    groups = np.arange(len(chain.groups))
    error = np.full((chain.generations + 1, len(groups)), np.nan)
    if chain.replicates > 1:
        return error
    first = chain.first
    codings = first.attributes
    scales = [places(first, coding) for coding in codings]
    for t in range(chain.generations + 1):
        for run in first.runs(groups, [coding.name for coding in codings]):
            to_others = _to_others(chain, t, run, codings, scales)
            for place, g in enumerate(run.tolist()):
                own = np.flatnonzero(first.inside[g])
                if chain.rows[t, g] < 3 or len(own) == 0:
                    continue
                sample = chain.samples[t].of(g)
                means = np.mean([to_others[j][place][sample[:, j]] for j in own], axis=0)
                error[t, g] = float(joint_error(means, int(chain.rows[t, g])))
    return error


def _to_others(
    chain: Chain,
    t: int,
    run: NDArray[np.int64],
    codings: tuple[Coding, ...],
    scales: list[Floats | None],
) -> list[Floats]:
    return [
        level_distances(chain.run_counts(t, 0, coding.name, run), scale)
        for coding, scale in zip(codings, scales, strict=True)
    ]


def series_of(variety: Variety, g: int) -> list[Floats]:
    """The variety of a group in each run, as far as it has rows enough, or collapses."""
    found = []
    for k in range(variety.delta.shape[2]):
        delta, few = variety.delta[:, g, k], variety.rows[:, g, k] < FEWEST
        stop = int(np.argmax(few | np.isnan(delta))) if (few | np.isnan(delta)).any() else len(few)
        found.append(delta[:stop])
    return found
