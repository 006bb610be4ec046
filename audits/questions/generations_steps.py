"""Generations: what every group looks like in one generation, beside itself in generation 0."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from audits.data.chain import Chain
from audits.data.pair import Pair
from audits.data.tables import Coding
from audits.estimates import Estimate
from audits.formulas.ancestors import effective_ancestors, group_ancestors
from audits.formulas.attribution import nearest_rows
from audits.formulas.classifier import two_sample_auc
from audits.formulas.classifier_features import design_matrix
from audits.formulas.generation_steps import (
    levels_changed,
    overall_drift,
    rare_levels,
    share_at,
    tail_levels,
)
from audits.formulas.hill import rarefied_hill
from audits.formulas.nulls import total_variation_null
from audits.formulas.shares import wilson
from audits.questions.generations_rows import GenerationStepRow
from audits.questions.generations_variety import FEWEST, Variety, mean_of_runs
from audits.questions.places import places
from audits.seeds import stream_seed

Floats = NDArray[np.float64]
TAIL = 0.05
RARE = 0.05
_LISTED = 12  # categories gone that are named
_HILL_SIZE = 100  # rows that Hill numbers are brought down to, at most
_HILL_TABLES = 20_000  # tables of one column of a group for which they are computed
_FOLDS, _PERMUTATIONS, _LANDMARKS, _RAREST = 5, 39, 150, 5


@dataclass(frozen=True)
class Marginals:
    """What counts of single columns say of every group and generation: (generations, groups).

    `gone` names categories that a group has lost by the last generation, the first few.
    """

    tails: Floats
    rare: Floats
    lost: NDArray[np.int64]
    born: NDArray[np.int64]
    drift: Floats
    by_column: Floats
    gone: dict[int, list[str]]


def categories(coding: Coding) -> bool:
    """Whether a column's levels are kinds of people, not places on a line."""
    return coding.kind not in ("numeric", "date")


def marginals(chain: Chain) -> Marginals:
    """Count tails, rare levels, levels lost and born, and drift, column by column."""
    shape = (chain.generations + 1, len(chain.groups), len(chain.first.attributes))
    tails, rare, apart, chance = (np.full(shape, np.nan, dtype=np.float32) for _ in range(4))
    lost, born = (np.zeros(shape[:2], dtype=np.int64) for _ in range(2))
    names: dict[int, list[str]] = {}
    for j, coding in enumerate(chain.first.attributes):
        everyone = chain.first.everyone(coding.name)[0]
        here = np.flatnonzero(chain.first.inside[:, j])
        for run in chain.first.runs(here, [coding.name]):
            for t, step in enumerate(chain.steps):
                first, later = step.counts(coding.name, run)
                apart[t, run, j], chance[t, run, j] = _drift(chain, coding, first, later)
                if categories(coding):
                    rare[t, run, j] = _share(later, rare_levels(everyone[1:], below=RARE))
                    gone = levels_changed(first[:, 1:], later[:, 1:])
                    lost[t, run] += gone.lost
                    born[t, run] += gone.born
                    if t == chain.generations:
                        _name_gone(names, coding, run, (first > 0) & (later == 0))
                else:
                    tails[t, run, j] = _share(later, tail_levels(everyone[1:], share=TAIL))
    by_column = np.sqrt(np.maximum(apart.astype(float) ** 2 - chance.astype(float) ** 2, 0.0))
    drift = overall_drift(np.moveaxis(apart, 2, 0), np.moveaxis(chance, 2, 0))
    return Marginals(
        mean_of_runs(tails.astype(float)), mean_of_runs(rare.astype(float)), lost, born, drift,
        by_column, names,
    )  # fmt: skip


def _name_gone(
    names: dict[int, list[str]],
    coding: Coding,
    run: NDArray[np.int64],
    gone: NDArray[np.bool_],
) -> None:
    """Note the categories of a column that groups have lost, up to a few for each group."""
    for place, level in zip(*np.nonzero(gone[:, 1:]), strict=True):
        mine = names.setdefault(int(run[place]), [])
        if len(mine) < _LISTED:
            mine.append(f"{coding.labels[level + 1]} ({coding.name})")


def _share(counts: NDArray[np.int64], levels: NDArray[np.bool_]) -> Floats:
    """Share of the rows with a value; unknown where the yardstick has no such level."""
    if not levels.any():
        return np.full(len(counts), np.nan)
    return share_at(counts[:, 1:], levels)


def _drift(
    chain: Chain, coding: Coding, first: NDArray[np.int64], later: NDArray[np.int64]
) -> tuple[Floats, Floats]:
    """Total variation over coarse levels, and its root mean square by chance."""
    coarse = chain.steps[-1].recodings[coding.name]
    joined = np.zeros((len(coarse), int(coarse.max()) + 1), dtype=np.int64)
    joined[np.arange(len(coarse)), coarse] = 1
    x, y = first @ joined, later @ joined
    with np.errstate(invalid="ignore"):
        shares = [side / side.sum(1, keepdims=True) for side in (x, y)]
    return np.abs(shares[0] - shares[1]).sum(1) / 2, total_variation_null(x, y).rms


# -- Hill numbers ----------------------------------------------------------------------------------


def hill_numbers(chain: Chain, variety: Variety) -> tuple[Floats, NDArray[np.int64]]:
    """Effective numbers of categories, (2, generations, groups), and the size they are of."""
    first = chain.first
    kinds = [j for j, coding in enumerate(first.attributes) if categories(coding)]
    rows = np.where(variety.rows >= 2, variety.rows, _HILL_SIZE)
    size = np.minimum(rows.min(axis=(0, 2)), _HILL_SIZE)
    size[(variety.rows[0] < 2).any(1)] = 0
    level = np.array([len(name) for name in chain.groups.names])
    tables = variety.delta.size * len(kinds)
    wanted = (size > 0) & chain.groups.labelled & ((level <= 1) | (tables <= _HILL_TABLES))
    found = np.full((2, *variety.delta.shape[:2], len(kinds)), np.nan)
    for c, j in enumerate(kinds):
        here = np.flatnonzero(wanted & first.inside[:, j])
        for run in first.runs(here, [first.attributes[j].name]):
            for t in range(chain.generations + 1):
                found[:, t, run, c] = _hill_of(chain, t, first.attributes[j].name, run, size[run])
    return mean_of_runs(found), np.where(wanted, size, 0)


def _hill_of(
    chain: Chain, t: int, name: str, run: NDArray[np.int64], size: NDArray[np.int64]
) -> Floats:
    numbers = np.full((2, len(run), chain.replicates), np.nan)
    for k in range(chain.replicates):
        counts = chain.run_counts(t, k, name, run)
        for i in np.flatnonzero(counts.sum(1) >= size):
            held = counts[i][counts[i] > 0]
            for o, order in enumerate((1.0, 2.0)):
                numbers[o, i, k] = rarefied_hill(held, int(size[i]), order=order)
    return mean_of_runs(numbers)


# -- ancestors, and telling apart ------------------------------------------------------------------


@dataclass(frozen=True)
class Ancestors:
    """Effective members of generation 0 behind each generation, and among and by how many rows."""

    n1: Floats
    queries: NDArray[np.int64]
    searched: NDArray[np.int64]


def ancestors(chain: Chain) -> Ancestors:
    """Attribute a bounded sample of every group's rows, in each generation, to generation 0."""
    first = chain.first
    shape = (chain.generations + 1, len(chain.groups))
    n1, queries = np.full(shape, np.nan), np.zeros(shape, dtype=np.int64)
    searched = np.zeros(shape[1], dtype=np.int64)
    scales = [places(first, coding) for coding in first.attributes]
    for g in np.flatnonzero(chain.groups.labelled & (chain.rows[0] > 0)).tolist():
        own = np.flatnonzero(first.inside[g])
        if len(own) == 0:
            continue
        base = chain.samples[0].of(g)[:, own]
        searched[g] = len(base)
        for t in range(shape[0]):
            asked = chain.samples[t].of(g)[:, own]
            if len(asked) == 0:
                continue
            queries[t, g] = len(asked)
            near = nearest_rows(asked, base, [scales[j] for j in own])
            found = group_ancestors(
                near, queries=np.arange(len(asked)), people=np.arange(len(base))
            )
            counted = effective_ancestors(
                found.weights, self_pairs=found.self_pairs, cells=found.cells
            )
            n1[t, g] = counted.n1
        chain.progress("generations", 0.5 + 0.4 * (g + 1) / shape[1])
    return Ancestors(n1, queries, searched)


def told_apart(chain: Chain, t: int) -> Estimate:
    """Chance of telling a row of a generation from one of generation 0, of everyone."""
    first, most = chain.first, chain.settings.generation_rows
    sides = [chain.samples[i].of(0)[:most] for i in (0, t)]
    if t == 0 or min(len(side) for side in sides) < FEWEST or not first.attributes:
        return Estimate.unknown()
    seed = stream_seed(chain.settings.seed, "generations", "classifier", ())
    rows = np.concatenate(sides)
    line = [j for j, c in enumerate(first.attributes) if c.positions is not None and c.size > 2]
    others = [j for j in range(len(first.attributes)) if j not in line]
    features = design_matrix(
        rows[:, others].astype(np.int64),
        _on_lines(first, rows, line),
        landmarks=_LANDMARKS,
        rarest=_RAREST,
        seed=seed,
    )
    found = two_sample_auc(
        features[: len(sides[0])],
        features[len(sides[0]) :],
        folds=_FOLDS,
        permutations=_PERMUTATIONS,
        seed=seed,
        confidence=chain.settings.confidence,
    )
    return Estimate(found.auc, found.low, found.high)


def _on_lines(pair: Pair, rows: NDArray[np.uint16], line: list[int]) -> Floats:
    if not line:
        return np.zeros((len(rows), 0))
    middles = [places(pair, pair.attributes[j]) for j in line]
    return np.column_stack([
        middle[rows[:, j]] for middle, j in zip(middles, line, strict=True) if middle is not None
    ])  # fmt: skip


# -- rows ------------------------------------------------------------------------------------------


def step_rows(
    chain: Chain, variety: Variety, single: Marginals, behind: Ancestors
) -> tuple[GenerationStepRow, ...]:
    """Put together the rows of every group and generation."""
    hill, size = hill_numbers(chain, variety)
    mean, names = variety.mean, [coding.name for coding in chain.first.attributes]
    rows: list[GenerationStepRow] = []
    for t in range(chain.generations + 1):
        index = variety.index(t, chain.settings.confidence)[0]
        auc = told_apart(chain, t)
        whole = chain.engines[t].rows
        low, high = wilson(chain.rows[t], whole, confidence=chain.settings.confidence)
        for g in np.flatnonzero(chain.groups.labelled):
            n = int(chain.rows[t, g])
            top, most = _most(single.by_column[t, g], names)
            rows.append(
                GenerationStepRow(
                    group=chain.groups.names[g],
                    generation=t,
                    name=chain.names[t],
                    rows=n,
                    of=whole,
                    share=Estimate(
                        n / whole, float(np.asarray(low)[g]), float(np.asarray(high)[g])
                    ),
                    variety=float(mean[t, g]),
                    index=index[g] if t else Estimate.unknown(),
                    hill_1=float(hill[0, t, g]),
                    hill_2=float(hill[1, t, g]),
                    hill_size=int(size[g]),
                    tails=float(single.tails[t, g]),
                    rare=float(single.rare[t, g]),
                    lost=int(single.lost[t, g]),
                    born=int(single.born[t, g]),
                    ancestors=float(behind.n1[t, g]),
                    ancestors_queries=int(behind.queries[t, g]),
                    drift=float(single.drift[t, g]),
                    drifted=top if t else None,
                    drift_top=most if t else float("nan"),
                    auc=auc if not chain.groups.names[g] else Estimate.unknown(),
                )
            )
    return tuple(sorted(rows, key=lambda row: (row.group, row.generation)))


def _most(drift: Floats, names: list[str]) -> tuple[str | None, float]:
    known = np.where(np.isnan(drift), -1.0, drift)
    if not names or known.max() <= 0:
        return None, float("nan")
    j = int(known.argmax())
    return names[j], float(drift[j])
