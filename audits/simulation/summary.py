"""Chains summed up: means with intervals, rates, and the closed form beside them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from audits.data.coded_table import CodedTable
from audits.estimates import Estimate
from audits.formulas.forecast import collapse_excess, decay_of_chains, mean_over_chains
from audits.simulation.chains import Seen, kept_by_copier, kept_for_ever, values_by_copier
from audits.simulation.recipes import Recipe
from audits.simulation.rows import SimulatedGroup, SimulatedStep

Floats = NDArray[np.float64]
_NAN = float("nan")


@dataclass(frozen=True)
class _Means:
    """Means over chains with their limits: (3, generations + 1, groups)."""

    share: Floats
    variety: Floats
    kept: Floats
    values: Floats

    @staticmethod
    def at(means: Floats, generation: int, group: int) -> Estimate:
        return Estimate(*(float(limit) for limit in means[:, generation, group]))


def summed_up(
    table: CodedTable, recipe: Recipe, seen: Seen
) -> tuple[tuple[SimulatedGroup, ...], tuple[SimulatedStep, ...]]:
    """Return a line per group, those that keep least first, and one per group and generation."""
    laws, values = kept_by_copier(recipe, seen), values_by_copier(table, recipe)
    if values is None or recipe.generator != "resample":
        values = np.full(laws.shape, _NAN)
    summary = _Summary(table, recipe, seen, _means(table, seen), laws, values)
    groups = np.flatnonzero(table.pair.groups.labelled & (seen.rows[0, 0] > 0)).tolist()
    lines = [summary.group(g) for g in groups]
    steps = [summary.step(g, t) for g in groups for t in range(recipe.generations + 1)]
    return tuple(sorted(lines, key=_by_kept)), tuple(steps)


def _means(table: CodedTable, seen: Seen) -> _Means:
    """Average over chains; limits that lie where nothing can be are drawn in."""
    first = seen.variety[:, :1]
    with np.errstate(invalid="ignore", divide="ignore"):
        kept = np.where(first > 0, seen.variety / first, np.nan)
    shown = (
        (seen.rows / seen.rows[:, :, :1], 1.0),  # everyone is the first group
        (seen.variety, 1.0),
        (kept, np.inf),
        (seen.values.astype(float), np.inf),
    )
    confidence = table.pair.settings.confidence
    limits = (mean_over_chains(part, confidence=confidence) for part, _ in shown)
    return _Means(
        *(np.clip(np.stack(part), 0.0, most) for part, (_, most) in zip(limits, shown, strict=True))
    )


def _by_kept(row: SimulatedGroup) -> tuple[float, int]:
    """Those that keep least first; those of whom nothing is known before all others."""
    return (row.kept.value if row.kept.known else -1.0, len(row.group))


@dataclass(frozen=True)
class _Summary:
    table: CodedTable
    recipe: Recipe
    seen: Seen
    means: _Means
    laws: Floats
    values: Floats

    def group(self, g: int) -> SimulatedGroup:
        """Sum a group up."""
        seen, means, end = self.seen, self.means, self.recipe.generations
        confidence = self.table.pair.settings.confidence
        people = seen.rows[0, 0].astype(float)
        found = decay_of_chains(list(seen.variety[:, :, g]), confidence=confidence)
        rate = Estimate(*found.rate)
        parents = people[g] * np.array([1.0, *[self.recipe.rows / people[0]] * (end - 1)])
        return SimulatedGroup(
            group=self.table.pair.groups.names[g],
            real=int(people[g]),
            rows=float(seen.rows[:, end, g].mean()),
            chains=self.recipe.chains,
            gone=int((seen.rows[:, end, g] == 0).sum()),
            collapsed=int((seen.variety[:, end, g] == 0).sum()),
            increments=found.increments,
            share_first=float(people[g] / people[0]),
            share_last=means.at(means.share, end, g),
            variety_first=float(seen.variety[0, 0, g]),
            variety_last=means.at(means.variety, end, g),
            kept=means.at(means.kept, end, g),
            kept_copier=float(self.laws[end, g]),
            kept_for_ever=self._for_ever(g, people),
            decay=rate,
            half_life=Estimate(*found.half_life),
            excess=Estimate(*(float(collapse_excess(limit, parents)) for limit in found.rate)),
            values_first=int(seen.values[0, 0, g]),
            values_last=means.at(means.values, end, g),
            values_copier=float(self.values[end, g]),
        )

    def step(self, g: int, t: int) -> SimulatedStep:
        """Sum a group up in one generation."""
        rows, means = self.seen.rows[:, t, g], self.means
        return SimulatedStep(
            group=self.table.pair.groups.names[g],
            generation=t,
            chains=int((rows > 1).sum()),
            rows=float(rows.mean()),
            share=means.at(means.share, t, g),
            variety=means.at(means.variety, t, g),
            kept=means.at(means.kept, t, g),
            kept_copier=float(self.laws[t, g]),
            values=means.at(means.values, t, g),
            values_copier=float(self.values[t, g]),
        )

    def _for_ever(self, g: int, people: Floats) -> float:
        """Where a copier levels off; of another generator it is not known."""
        if self.recipe.generator != "resample":
            return _NAN
        return float(kept_for_ever(self.recipe, people[[g]], int(people[0]))[0])
