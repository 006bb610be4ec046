"""Chains of a loop: what every group shows in every generation."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from audits.data.coded_table import CodedTable
from audits.data.tables import Codes
from audits.formulas import collapse_loops as laws
from audits.formulas.collapse_discrete import chance_still_there
from audits.formulas.regeneration import Condition, conditions_of, regenerated
from audits.formulas.variety import mean_dissimilarity
from audits.questions.places import places
from audits.seeds import stream
from audits.simulation.recipes import Recipe

Floats = NDArray[np.float64]
_DUST = 1e-12  # what rounding leaves of no variety at all
_LEARNED_FROM = 5000  # rows by which it is decided which column is drawn given which


@dataclass(frozen=True)
class Seen:
    """What chains show: (chains, generations + 1, groups), generation 0 the same in all.

    `real` are the group's real rows that were pooled with each generation.
    """

    rows: NDArray[np.int64]
    real: NDArray[np.int64]
    variety: Floats
    values: NDArray[np.int64]


@dataclass(frozen=True)
class Yardstick:
    """How variety is measured: the same for every generation."""

    table: CodedTable

    @cached_property
    def _scales(self) -> list[Floats | None]:
        return [places(self.table.pair, column) for column in self.table.columns]

    @cached_property
    def inside(self) -> NDArray[np.bool_]:
        """Which columns are compared in which groups: not those that define the group."""
        names = [column.name for column in self.table.columns]
        groups = self.table.pair.groups.names
        return np.array([[name not in dict(group) for name in names] for group in groups])

    def of(self, rows: Codes) -> tuple[NDArray[np.int64], Floats, NDArray[np.int64]]:
        """Rows, variety and number of different values of every group."""
        pair, members = self.table.pair, self.table.members(rows)
        groups = np.arange(len(pair.groups))
        variety, values = np.zeros(len(groups)), np.zeros(len(groups), dtype=np.int64)
        for j, column in enumerate(self.table.columns):
            for run in pair.runs(groups, [column.name]):
                mine = self.inside[run, j]
                counts = members.counts(j, run)
                spread = mean_dissimilarity(counts, self._scales[j])
                variety[run] += np.where(mine, spread, 0.0)
                values[run] += np.where(mine, (counts[:, 1:] > 0).sum(1), 0)
        width = self.inside.sum(1)
        variety[variety < _DUST] = 0.0
        with np.errstate(invalid="ignore", divide="ignore"):
            return members.number, np.where(width > 0, variety / width, np.nan), values

    def of_group(self, group: int, samples: Codes) -> Floats:
        """Variety of a group in several samples of it, (samples, rows, columns)."""
        found = np.zeros(len(samples))
        offset = np.arange(len(samples))[:, None]
        for j in np.flatnonzero(self.inside[group]):
            size = self.table.columns[j].size
            flat = (offset * size + samples[:, :, j]).ravel()
            counts = np.bincount(flat, minlength=len(samples) * size).reshape(-1, size)
            found += mean_dissimilarity(counts, self._scales[j])
        return found / max(int(self.inside[group].sum()), 1)


def run_chains(
    table: CodedTable,
    recipe: Recipe,
    told: Callable[[float], None],
    keep: Callable[[int, int, Codes], None] = lambda _chain, _generation, _rows: None,
) -> Seen:
    """Run every chain and measure every group in every generation.

    `keep` is given the rows of every generation of every chain, 0 included, counted from 0.
    """
    yardstick = Yardstick(table)
    shape = (recipe.chains, recipe.generations + 1, len(table.pair.groups))
    seen = Seen(
        np.zeros(shape, np.int64),
        np.zeros(shape, np.int64),
        np.full(shape, np.nan),
        np.zeros(shape, np.int64),
    )
    seen.rows[:, 0], seen.variety[:, 0], seen.values[:, 0] = yardstick.of(table.rows)
    for chain in range(recipe.chains):
        keep(chain, 0, table.rows)
        for t, (made, real) in enumerate(_chain(table, recipe, chain), start=1):
            seen.rows[chain, t], seen.variety[chain, t], seen.values[chain, t] = yardstick.of(made)
            if len(real):
                seen.real[chain, t] = table.members(real).number
            keep(chain, t, made)
            told((chain + t / recipe.generations) / recipe.chains)
    return seen


def _chain(table: CodedTable, recipe: Recipe, chain: int) -> Iterator[tuple[Codes, Codes]]:
    rng = stream(table.pair.settings.seed, "simulation", f"chain {chain}", ())
    return regenerated(
        table.rows,
        loop=recipe.loop,
        generator=recipe.generate(conditions(table, recipe)),
        rows=recipe.rows,
        generations=recipe.generations,
        real_rows=recipe.real_rows,
        rng=rng,
    )


def conditions(table: CodedTable, recipe: Recipe) -> list[Condition | None]:
    """Which column is drawn given which, where the generator asks for that."""
    if recipe.generator == "resample":
        return []
    return conditions_of(table.rows[:_LEARNED_FROM], table.coarse)


def kept_by_copier(recipe: Recipe, seen: Seen) -> Floats:
    """Share of variety that a copier of rows keeps, (generations + 1, groups), mean over chains."""
    rows = np.moveaxis(seen.rows, 1, 2)
    first, later = rows[..., 0], rows[..., 1:]
    if recipe.loop == "replace":
        kept = laws.kept_replacing(first, later)
    elif recipe.loop == "accumulate":
        kept = laws.kept_accumulating(first, later)
    else:
        real = np.moveaxis(seen.real, 1, 2)[..., 1:]
        kept = (
            laws.kept_with_fixed(real[..., 0], later)
            if recipe.loop == "fixed-real"
            else laws.kept_with_fresh(first, later, real)
        )
    known = ~np.isnan(kept)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray((np.where(known, kept, 0.0).sum(0) / known.sum(0)).T)


def kept_for_ever(recipe: Recipe, people: Floats, whole: int) -> Floats:
    """Where that levels off, per group, if every generation has its share of rows."""
    share = people / whole
    rows, real = share * recipe.rows, share * recipe.real_rows
    with np.errstate(invalid="ignore", divide="ignore"):
        if recipe.loop == "replace":
            return np.zeros(len(people))
        if recipe.loop == "accumulate":
            return np.asarray(laws.level_accumulating(people, rows))
        if recipe.loop == "fixed-real":
            return np.asarray((1 - 1 / real) * laws.level_with_fixed(real, rows))
        return np.asarray((1 - 1 / people) * laws.level_with_fresh(real, rows))


def values_by_copier(table: CodedTable, recipe: Recipe) -> Floats | None:
    """Different values left, (generations + 1, groups); only for the loop "replace"."""
    if recipe.loop != "replace":
        return None
    inside = Yardstick(table).inside
    pair, members = table.pair, table.members(table.rows)
    groups = np.arange(len(pair.groups))
    parts = [
        (j, run)
        for j, column in enumerate(table.columns)
        for run in pair.runs(groups, [column.name])
    ]
    copies = np.unique(
        np.concatenate([np.unique(members.counts(j, run)[:, 1:]) for j, run in parts])
    )
    chance = chance_still_there(
        copies / len(table.rows), rows=recipe.rows, generations=recipe.generations
    )
    left = np.zeros((recipe.generations + 1, len(groups)))
    for j, run in parts:
        place = np.searchsorted(copies, members.counts(j, run)[:, 1:])
        for t in range(len(left)):
            left[t, run] += np.where(inside[run, j], chance[t][place].sum(1), 0.0)
    return left
