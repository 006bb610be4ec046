"""How many fresh real rows per generation hold the variety of each group, and whether they do."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from audits.data.coded_table import CodedTable
from audits.data.tables import Codes
from audits.estimates import Estimate
from audits.formulas.collapse_loops import kept_with_fresh, level_with_fresh
from audits.formulas.forecast import mean_over_chains
from audits.formulas.fresh_rows import fixed_rows_needed, fresh_rows_needed
from audits.formulas.regeneration import regenerated
from audits.seeds import stream
from audits.simulation.chains import Yardstick, conditions
from audits.simulation.recipes import Recipe
from audits.simulation.rows import FreshRows

Floats = NDArray[np.float64]
_CHAINS, _MOST_CHAINS = 40, 400  # of a copier: more where rows are few, and cheap
_NEAR = 0.02  # of the way to the long run that may be left
_PRECISE = 0.5  # half the loss to be held: an interval wider, either way, settles nothing
_LEAST_VARIETY = 1e-9


@dataclass(frozen=True)
class _Run:
    """One group's loop with fresh rows: rows, fresh rows, generations and chains of it."""

    group: int
    rows: int
    fresh: int
    generations: int
    chains: int


def fresh_rows(
    table: CodedTable, recipe: Recipe, told: Callable[[float], None]
) -> tuple[FreshRows, ...]:
    """Plan fresh rows for every group whose labels are known, and try them out.

    Each group is simulated by itself, with its share of the rows of a generation. Its real rows
    stand for the population that fresh people come from.
    """
    yardstick = Yardstick(table)
    members = table.members(table.rows)
    groups = np.flatnonzero(table.pair.groups.labelled & (members.number > 0))
    found = []
    for done, g in enumerate(groups.tolist()):
        found.append(_planned(yardstick, recipe, g, members.of(g), len(groups)))
        told((done + 1) / len(groups))
    return tuple(found)


def _planned(yardstick: Yardstick, recipe: Recipe, g: int, people: Codes, groups: int) -> FreshRows:
    whole = len(yardstick.table.rows)
    rows = round(len(people) * recipe.rows / whole)
    fresh = int(fresh_rows_needed(recipe.hold, rows))
    tried = _tried(
        yardstick, recipe, _run(recipe, g, rows, fresh, _budget(yardstick, groups)), people
    )
    return FreshRows(
        group=yardstick.table.pair.groups.names[g],
        real=len(people),
        rows=rows,
        fresh=fresh,
        fresh_of_all=math.ceil(fresh * whole / len(people)),
        fixed=int(fixed_rows_needed(recipe.hold, rows)),
        promised=1 - float(level_with_fresh(fresh, rows)),
        promised_by=tried.promised_by,
        lost=tried.lost,
        generations=tried.run.generations,
        chains=tried.run.chains,
        outcome=_outcome(recipe.hold, tried, 1 - float(level_with_fresh(fresh, rows))),
    )


def _budget(yardstick: Yardstick, groups: int) -> int:
    """Rows that may be drawn for one group; less for each where there are very many."""
    most = yardstick.table.pair.settings.simulation_draws
    return min(most, max(100 * most // groups, 10_000))


def _run(recipe: Recipe, group: int, rows: int, fresh: int, budget: int) -> _Run:
    """Go on until the long run is near, or as far as the rows that may be drawn allow."""
    left = (rows / (fresh + rows)) ** 2 * (1 - 1 / rows) if rows > 1 else 0.0
    wanted = math.ceil(math.log(_NEAR) / math.log(left)) + 1 if left > 0 else 1
    if recipe.generator != "resample":  # each chain is fitted by itself: take as many as asked for
        return _Run(group, rows, fresh, recipe.generations, recipe.chains)
    wanted, pool = max(wanted, recipe.generations), max(rows + fresh, 1)
    chains = max(min(budget // (wanted * pool), _MOST_CHAINS), _CHAINS, recipe.chains)
    most = max(budget // (chains * pool), recipe.generations)
    return _Run(group, rows, fresh, min(wanted, most), chains)


@dataclass(frozen=True)
class _Tried:
    run: _Run
    promised_by: float
    lost: Estimate


def _tried(yardstick: Yardstick, recipe: Recipe, run: _Run, people: Codes) -> _Tried:
    """Run the loop of one group, and see what it loses of what its people have."""
    there = float(yardstick.of_group(run.group, people[None])[0]) if len(people) > 1 else 0.0
    if run.rows < 2 or not there > _LEAST_VARIETY:
        return _Tried(_Run(run.group, run.rows, run.fresh, 0, 0), math.nan, Estimate.unknown())
    variety = np.array(
        _copied(yardstick, run, people)
        if recipe.generator == "resample"
        else _fitted(yardstick, recipe, run, people)
    )
    population = there * (1 - 1 / len(people))  # two people drawn may be the same one
    lost = 1 - variety / population
    mean = mean_over_chains(lost, confidence=yardstick.table.pair.settings.confidence)
    kept = kept_with_fresh(math.inf, [run.rows] * run.generations, run.fresh)
    return _Tried(run, 1 - float(kept[-1]), Estimate(*(float(limit) for limit in mean)))


def _copied(yardstick: Yardstick, run: _Run, people: Codes) -> Floats:
    """All chains of a copier at once, by the numbers of their rows."""
    rng = stream(yardstick.table.pair.settings.seed, "simulation", "fresh", _name(yardstick, run))
    last = rng.integers(0, len(people), (run.chains, run.rows))
    for _ in range(run.generations - 1):
        fresh = rng.integers(0, len(people), (run.chains, run.fresh))
        pool = np.concatenate([fresh, last], axis=1)
        drawn = rng.integers(0, pool.shape[1], (run.chains, run.rows))
        last = np.take_along_axis(pool, drawn, axis=1)
    return yardstick.of_group(run.group, people[last])


def _fitted(yardstick: Yardstick, recipe: Recipe, run: _Run, people: Codes) -> Floats:
    """One chain after the other, each with its own fits."""
    table = yardstick.table
    generate = recipe.generate(conditions(table, recipe))
    last = []
    for chain in range(run.chains):
        name = _name(yardstick, run)
        rng = stream(table.pair.settings.seed, "simulation", f"fresh {chain}", name)
        *_, (made, _real) = regenerated(
            people,
            loop="fresh",
            generator=generate,
            rows=run.rows,
            generations=run.generations,
            real_rows=run.fresh,
            rng=rng,
        )
        last.append(made)
    return yardstick.of_group(run.group, np.stack(last))


def _name(yardstick: Yardstick, run: _Run) -> tuple[tuple[str, str], ...]:
    return yardstick.table.pair.groups.names[run.group]


def _outcome(hold: float, tried: _Tried, promised: float) -> str:
    """Say whether the simulation bears the closed form out."""
    lost = tried.lost
    if not lost.known:
        return "not simulated"
    if math.isnan(lost.low):
        return "not settled"
    half = (lost.high - lost.low) / 2
    near = tried.promised_by >= (1 - 2 * _NEAR) * promised
    if lost.low > hold:
        return "not held"
    if near and lost.high <= hold:
        return "confirmed"
    agrees = lost.value - 2 * half <= tried.promised_by
    if not agrees or (half > _PRECISE * hold and lost.high > hold):
        return "not settled"
    return "within error" if near else "so far"
