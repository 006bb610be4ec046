"""Generations: does it get worse from one generation to the next, and for whom?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

from audits.data.chain import Chain
from audits.estimates import Estimate
from audits.formulas.forecast import collapse_excess, decay_of_chains
from audits.formulas.generation_steps import slowing_p
from audits.formulas.ratios import koopman
from audits.formulas.share_tests import two_proportion_fisher_lost
from audits.formulas.shares import wilson
from audits.questions import generations_verdicts
from audits.questions.generations_fates import chance_lost, fate_rows
from audits.questions.generations_loop import loop_rows
from audits.questions.generations_rows import (
    GenerationFateRow,
    GenerationLoopRow,
    GenerationsRow,
    GenerationStepRow,
)
from audits.questions.generations_steps import (
    Ancestors,
    Marginals,
    ancestors,
    marginals,
    step_rows,
)
from audits.questions.generations_variety import Variety, series_of, variety_of
from audits.results import Finding, Row
from audits.settings import Settings

TITLE = "Generations"
ASKS = "Does it get worse from one generation to the next, and for whom?"
SETTINGS = (
    "loss_watch",
    "loss_problem",
    "half_life_watch",
    "half_life_problem",
    "sameness_watch",
    "sameness_problem",
    "share_problem",
    "support_problem",
    "extinct_problem",
    "generation_rows",
)
MAIN = "groups"
TABLES: dict[str, type[Row]] = {
    "groups": GenerationsRow,
    "steps": GenerationStepRow,
    "loop": GenerationLoopRow,
    "fates": GenerationFateRow,
}

Floats = NDArray[np.float64]
_NAN = float("nan")
_CAPPED = 1e-12  # increments that do not differ at all


def measure(chain: Chain) -> dict[str, tuple[Row, ...]]:
    """Follow every group from generation 0 to the last."""
    variety = variety_of(chain)
    behind = ancestors(chain)
    single = marginals(chain)
    steps = step_rows(chain, variety, single, behind)
    made = _Groups(chain, variety, behind, single)
    groups = [made.row(int(g)) for g in np.flatnonzero(chain.groups.labelled)]
    chain.progress("generations", 1.0)
    return {
        "groups": tuple(groups),
        "steps": steps,
        "loop": loop_rows(chain),
        "fates": fate_rows(groups),
    }


@dataclass(frozen=True)
class _Trend:
    """What the steps of one group say."""

    decay: Estimate
    error: float
    freedom: float
    half_life: Estimate
    increments: int
    recent: float
    slowing: float


def _trend(series: list[Floats], apart: float, confidence: float) -> _Trend:
    """Rate and half-life from the increments of one run, or of several, per generation."""
    found = decay_of_chains(series, confidence=confidence)
    steps = [losses for run in series if len(losses := _losses(run))]
    longest = found.increments
    whole = [run for run in steps if len(run) == longest]
    mean = np.mean(whole, axis=0) if whole else np.zeros(0)
    freedom = float(len(steps) - 1 if len(series) > 1 else longest - 1)
    rate = _times(Estimate(*found.rate), 1 / apart)
    error = _NAN
    if rate.known and freedom > 0:
        error = (rate.high - rate.low) / 2 / float(stdtrit(freedom, (1 + confidence) / 2))
    return _Trend(
        decay=rate,
        error=max(error, _CAPPED),
        freedom=freedom,
        half_life=_times(Estimate(*found.half_life), apart),
        increments=longest,
        recent=float(mean[longest // 2 :].mean()) / apart if longest else _NAN,
        slowing=slowing_p(mean),
    )


def _losses(run: Floats) -> Floats:
    """Loss of log variety from each generation to the next, until there is none."""
    ends = np.flatnonzero(run == 0)
    return np.asarray(-np.diff(np.log(run[: ends[0]] if len(ends) else run)))


class _Groups:
    """Rows of the main table, one by one."""

    def __init__(
        self, chain: Chain, variety: Variety, behind: Ancestors, single: Marginals
    ) -> None:
        self.chain, self.variety, self.behind, self.single = chain, variety, behind, single
        self.confidence = chain.settings.confidence
        self.index = [variety.index(t, self.confidence) for t in range(chain.generations + 1)]
        self.mean = variety.mean
        self.chance_lost = chance_lost(chain)
        self.names = [coding.name for coding in chain.first.attributes]
        self.totals = [engine.rows for engine in chain.engines]
        self.ratios = koopman(
            chain.rows[-1],
            self.totals[-1],
            chain.rows[0],
            self.totals[0],
            confidence=self.confidence,
        )

    def row(self, g: int) -> GenerationsRow:
        """What became of one group."""
        chain, n = self.chain, int(self.chain.rows[0, g])
        m = int(chain.rows[-1, g])
        series = series_of(self.variety, g)
        followed = max(len(run) for run in series)
        last = max(followed - 1, 0)
        trend = _trend(series, chain.apart, self.confidence)
        index, ratio, error, freedom = self.index[last]
        parents = self._parents(g, trend.increments)
        collapsed = self._collapsed(series)
        narrowest, narrowed = self._narrowest(g, last)
        return GenerationsRow(
            group=chain.groups.names[g],
            real=n,
            synthetic=m,
            real_rows=self.totals[0],
            synthetic_rows=self.totals[-1],
            generations=chain.generations,
            increments=trend.increments,
            apart=chain.apart,
            chains=chain.replicates,
            columns=int(chain.first.inside[g].sum()),
            share_first=self._share(n, self.totals[0]),
            share_last=self._share(m, self.totals[-1]),
            share_ratio=self._ratio(g),
            variety_first=float(self.mean[0, g]) if followed else _NAN,
            variety_last=float(self.mean[last, g]) if followed else _NAN,
            index=index[g] if last else Estimate.unknown(),
            index_log_ratio=float(ratio[g]) if last else _NAN,
            index_error=float(error[g]) if last else _NAN,
            index_freedom=float(freedom[g]),
            decay=trend.decay,
            decay_error=trend.error,
            decay_freedom=trend.freedom,
            half_life=trend.half_life,
            recent=trend.recent,
            slowing=trend.slowing,
            parents=parents,
            excess=_times(trend.decay, parents),
            collapsed_at=collapsed,
            collapsed_p=self._collapsed_p(g, last, collapsed),
            extinct_at=self._extinct(g),
            extinct_p=float(
                np.asarray(two_proportion_fisher_lost(n, self.totals[0], self.totals[-1]))
            ),
            extinct_chance=self._extinct_chance(g),
            too_few_from=followed if followed <= chain.generations else None,
            ancestors_first=float(self.behind.n1[1, g]),
            ancestors_last=float(self.behind.n1[-1, g]),
            ancestors_searched=int(self.behind.searched[g]),
            narrowest=narrowest,
            narrowest_index=narrowed,
            lost=int(self.single.lost[-1, g]),
            born=int(self.single.born[-1, g]),
            lost_levels=tuple(self.single.gone.get(g, ())),
        )

    def _share(self, rows: int, of: int) -> Estimate:
        low, high = wilson(rows, of, confidence=self.confidence)
        return Estimate(rows / of, float(np.asarray(low)), float(np.asarray(high)))

    def _ratio(self, g: int) -> Estimate:
        n, m = (int(self.chain.rows[t, g]) for t in (0, -1))
        if n == 0:
            return Estimate.unknown()
        low, high = (float(np.asarray(limit)[g]) for limit in self.ratios)
        return Estimate(m / self.totals[-1] / (n / self.totals[0]), low, high)

    def _parents(self, g: int, increments: int) -> float:
        """Rows per generation: the harmonic mean over the generations that were drawn from."""
        rows = self.variety.rows[: max(increments, 1), g]
        return float(np.asarray(collapse_excess(1.0, rows.ravel())))

    def _narrowest(self, g: int, last: int) -> tuple[str | None, float]:
        first, later = self.variety.columns[0, g], self.variety.columns[last, g]
        with np.errstate(invalid="ignore", divide="ignore"):
            lost = np.where(first > 0, 1 - later / first, np.nan).astype(float)
        if last == 0 or np.isnan(lost).all() or np.nanmax(lost) <= 0:
            return None, _NAN
        j = int(np.nanargmax(lost))
        return self.names[j], float(lost[j])

    def _collapsed(self, series: list[Floats]) -> int | None:
        """When the last of the runs has no variety left for good, if all come to that."""
        alive = [np.flatnonzero(run != 0) for run in series]
        ended = [len(run) > 0 and run[0] != 0 and run[-1] == 0 for run in series]
        return max(int(at[-1]) + 1 for at in alive) if ended and all(ended) else None

    def _collapsed_p(self, g: int, last: int, collapsed: int | None) -> float:
        """Chance that nobody unlike the most is left, in the column where most were unlike."""
        if collapsed is None:
            return _NAN
        others, m = 0, int(self.chain.rows[last, g])
        n = int(self.chain.rows[0, g])
        for j in np.flatnonzero(self.chain.first.inside[g]):
            counts = self.chain.first.counts(self.names[j], np.array([g]))[0][0]
            others = max(others, n - int(counts.max()))
        return float(np.asarray(two_proportion_fisher_lost(others, n, m))) if n and m else _NAN

    def _extinct(self, g: int) -> int | None:
        alive = np.flatnonzero(self.chain.rows[:, g])
        if len(alive) == 0 or self.chain.rows[0, g] == 0 or alive[-1] == self.chain.generations:
            return None
        return int(alive[-1]) + 1

    def _extinct_chance(self, g: int) -> float:
        at = self._extinct(g)
        return _NAN if at is None else float(self.chance_lost[at, g])


def _times(decay: Estimate, factor: float) -> Estimate:
    return Estimate(decay.value * factor, decay.low * factor, decay.high * factor)


def judge(tables: dict[str, tuple[Row, ...]], settings: Settings) -> list[Finding]:
    """One finding per group: how fast its variety falls, its share, whether it is still there."""
    return generations_verdicts.judge(tables, settings)
