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
    confidence = table.pair.settings.confidence
    whole = seen.rows[:, :, :1]  # everyone is the first group
    first = seen.variety[:, :1]
    with np.errstate(invalid="ignore", divide="ignore"):
        kept = np.where(first > 0, seen.variety / first, np.nan)
    means = _Means(
        *(
            np.clip(np.stack(mean_over_chains(part, confidence=confidence)), 0.0, most)
            for part, most in (
                (seen.rows / whole, 1.0),
                (seen.variety, 1.0),
                (kept, np.inf),
                (seen.values.astype(float), np.inf),
            )
        )
    )
    laws = kept_by_copier(recipe, seen)
    values = values_by_copier(table, recipe)
    values = (
        np.full(laws.shape, _NAN) if values is None or recipe.generator != "resample" else values
    )
    names = table.pair.groups.names
    groups = np.flatnonzero(table.pair.groups.labelled & (seen.rows[0, 0] > 0)).tolist()
    last = _Summary(table, recipe, seen, means, laws, values)
    lines = [last.group(g) for g in groups]
    steps = [
        SimulatedStep(
            group=names[g],
            generation=t,
            chains=int((seen.rows[:, t, g] > 1).sum()),
            rows=float(seen.rows[:, t, g].mean()),
            share=means.at(means.share, t, g),
            variety=means.at(means.variety, t, g),
            kept=means.at(means.kept, t, g),
            kept_copier=float(laws[t, g]),
            values=means.at(means.values, t, g),
            values_copier=float(values[t, g]),
        )
        for g in groups
        for t in range(recipe.generations + 1)
    ]
    return tuple(sorted(lines, key=_by_kept)), tuple(steps)


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

    def _for_ever(self, g: int, people: Floats) -> float:
        """Where a copier levels off; of another generator it is not known."""
        if self.recipe.generator != "resample":
            return _NAN
        return float(kept_for_ever(self.recipe, people[[g]], int(people[0]))[0])
