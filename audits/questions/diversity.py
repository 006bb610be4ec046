"""Diversity: has a group become more alike, and was it the sample or the generator?"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from audits.data.pair import Pair
from audits.data.tables import Coding
from audits.estimates import Estimate
from audits.formulas.completeness import unseen_mass
from audits.formulas.effective_rows import kish_effective
from audits.formulas.evenness import normalised_entropy
from audits.formulas.homogenisation import homogenisation, inherited_and_added
from audits.formulas.homogenisation_permutation import homogenisation_permutation_p
from audits.formulas.shares import rule_of_zero
from audits.formulas.vanished import vanished_variety
from audits.formulas.variety import (
    level_distances,
    mean_dissimilarity,
    population_dissimilarity,
)
from audits.formulas.variety_error import jackknife_error, joint_error
from audits.questions import diversity_verdicts
from audits.questions.diversity_rows import AttributeDiversityRow, GroupDiversityRow
from audits.questions.diversity_verdicts import FEWEST_ROWS
from audits.questions.places import places
from audits.results import Finding, Row
from audits.seeds import stream
from audits.settings import Settings

TITLE = "Diversity"
ASKS = "Has a group become more alike, and was it the sample or the generator?"
SETTINGS = (
    "sameness_watch",
    "sameness_problem",
    "support_watch",
    "support_problem",
    "rows_per_group",
    "closed_form_from",
    "max_draws",
)
MAIN = "groups"
TABLES: dict[str, type[Row]] = {
    "groups": GroupDiversityRow,
    "attributes": AttributeDiversityRow,
}

Floats = NDArray[np.float64]
_UNSEEN_UP_TO = 1000  # real rows above which unseen values are too rare to list
_EXCEEDANCES = 15


def measure(pair: Pair) -> dict[str, tuple[Row, ...]]:
    """Measure the variety of every group, over all columns and in each."""
    tables = [_Variety(pair, coding) for coding in pair.attributes]
    attributes: list[AttributeDiversityRow] = []
    for j, table in enumerate(tables):
        usable = np.flatnonzero(_usable(pair) & pair.inside[:, j])
        for run in pair.runs(usable, [table.coding.name]):
            attributes += _attribute_rows(pair, table, run)
        pair.progress("diversity", 0.5 * (j + 1) / len(tables))
    attributes.sort(key=lambda row: (row.group, row.attribute))
    return {"groups": _group_rows(pair, tables), "attributes": tuple(attributes)}


class _Variety:
    """Variety of every group in one column, on both sides, from its counts."""

    def __init__(self, pair: Pair, coding: Coding) -> None:
        self.coding, self.places = coding, places(pair, coding)
        self.delta: list[Floats] = [np.zeros(len(pair.groups)) for _ in range(2)]
        self.error: list[Floats] = [np.zeros(len(pair.groups)) for _ in range(2)]
        for run in pair.runs(np.arange(len(pair.groups)), [coding.name]):
            for i, side in enumerate(pair.counts(coding.name, run)):
                self.delta[i][run] = mean_dissimilarity(side, self.places)
                self.error[i][run] = jackknife_error(side, self.places)

    def to_others(self, pair: Pair, run: NDArray[np.int64]) -> list[Floats]:
        """Distances of each level to the others in some groups, on both sides."""
        return [level_distances(s, self.places) for s in pair.counts(self.coding.name, run)]


def _freedom(pair: Pair) -> Floats:
    """Rows behind the error of the smaller side (with weights, their effective number) less one."""
    real, synthetic = (side.astype(float) for side in pair.rows)
    if pair.weighted:
        weights, squares = (pair.groups.total(part) for part in pair.cell_weights)
        real = np.nan_to_num(np.asarray(kish_effective(weights, squares)))
    return np.asarray(np.maximum(np.minimum(real, synthetic) - 1, 1.0))


def _usable(pair: Pair) -> NDArray[np.bool_]:
    real, synthetic = pair.rows
    return (real >= FEWEST_ROWS) & (synthetic >= FEWEST_ROWS) & pair.groups.labelled


# -- one column ------------------------------------------------------------------------------------


def _attribute_rows(
    pair: Pair, table: _Variety, chosen: NDArray[np.int64]
) -> list[AttributeDiversityRow]:
    freedom = _freedom(pair)[chosen]
    lost = homogenisation(
        table.delta[0][chosen],
        table.error[0][chosen],
        table.delta[1][chosen],
        table.error[1][chosen],
        df=freedom,
        confidence=pair.settings.confidence,
    )
    real, synthetic = pair.counts(table.coding.name, chosen)
    everyone = pair.everyone(table.coding.name)[0]
    top = 1 + real[:, 1:].argmax(axis=1)
    k = np.arange(len(chosen))
    top_count, n, m = real[k, top], real.sum(1), synthetic.sum(1)
    rest = everyone - real
    elsewhere = rest[k, top] / np.maximum(rest.sum(1), 1)
    context, came_from = _yardstick(pair, table, rest)
    blame = inherited_and_added(context, table.delta[0][chosen], table.delta[1][chosen])
    with np.errstate(divide="ignore"):
        one_class = np.where(
            (top_count == n) & (rest.sum(1) > 0), np.exp(n * np.log(elsewhere)), 1.0
        )
    entropy = [
        normalised_entropy(side[:, 1:], levels=max(table.coding.size - 1, 2))
        for side in (real, synthetic)
    ]
    gone = table.delta[1][chosen] == 0
    vanished = vanished_variety(
        table.delta[0][chosen],
        table.error[0][chosen],
        n - top_count,
        n,
        m,
        confidence=pair.settings.confidence,
    )
    low = np.where(gone, np.minimum(vanished.low, lost.low), lost.low)
    p_gone = np.where(gone, vanished.p, np.nan)
    bound = np.asarray(rule_of_zero(np.maximum(n, 1), confidence=pair.settings.confidence))
    return [
        AttributeDiversityRow(
            group=pair.groups.names[g],
            attribute=table.coding.name,
            real=int(n[i]),
            synthetic=int(m[i]),
            variety_real=float(table.delta[0][g]),
            variety_synthetic=float(table.delta[1][g]),
            index=_at(lost.index, low, lost.high, i),
            log_ratio=float(lost.log_ratio[i]),
            error=float(lost.error[i]),
            freedom=float(freedom[i]),
            p=float(p_gone[i]),
            top_value=table.coding.labels[top[i]],
            top_count=int(top_count[i]),
            top_elsewhere=float(elsewhere[i]),
            top_synthetic=float(synthetic[i, top[i]] / max(m[i], 1)),
            chance_one_class=float(one_class[i]),
            unseen_bound=float(bound[i]),
            inherited=float(blame.inherited[i]),
            inherited_from=came_from,
            unseen=_unseen(pair, table.coding, real[i]),
            entropy_real=float(entropy[0][i]),
            entropy_synthetic=float(entropy[1][i]),
        )
        for i, g in enumerate(chosen)
    ]


def _at(value: Floats, low: Floats, high: Floats, i: int) -> Estimate:
    return Estimate(float(value[i]), float(low[i]), float(high[i]))


def _yardstick(pair: Pair, table: _Variety, rest: NDArray[np.int64]) -> tuple[Floats, str]:
    """Variety the group is held against: the reference population's, else everyone else's."""
    shares = pair.reference.attribute(table.coding) if pair.reference else None
    if shares is not None:
        whole = float(population_dissimilarity(shares, table.places))
        return np.full(len(rest), whole), "the reference population"
    return mean_dissimilarity(rest, table.places), "everyone else in the real data"


def _unseen(pair: Pair, coding: Coding, counts: NDArray[np.int64]) -> Estimate:
    total = int(counts[1:].sum())
    if coding.kind in ("numeric", "date") or not 0 < total <= _UNSEEN_UP_TO:
        return Estimate.unknown()
    return unseen_mass(counts[1:], confidence=pair.settings.confidence)


# -- all columns together --------------------------------------------------------------------------


def _group_rows(pair: Pair, tables: list[_Variety]) -> tuple[GroupDiversityRow, ...]:
    usable, freedom = _usable(pair), _freedom(pair)
    rows = []
    names = [table.coding.name for table in tables]
    for run in pair.runs(np.flatnonzero(pair.groups.labelled), names):
        to_others = [table.to_others(pair, run) for table in tables]
        for place, g in enumerate(run.tolist()):
            inside = np.flatnonzero(pair.inside[g])
            if not usable[g] or len(inside) == 0:
                n, m = (int(side[g]) for side in pair.rows)
                rows.append(_unjudged(pair.groups.names[g], n, m))
                continue
            distances = [[side[place] for side in to_others[j]] for j in inside]
            rows.append(_group_row(pair, g, inside, tables, distances, freedom[g]))
            pair.progress("diversity", 0.5 + 0.5 * (g + 1) / len(pair.groups))
    return tuple(rows)


def _unjudged(group: tuple[tuple[str, str], ...], n: int, m: int) -> GroupDiversityRow:
    nan = float("nan")
    return GroupDiversityRow(
        group, n, m, 0, nan, nan, Estimate.unknown(), nan, nan, nan, nan, (0, 0)
    )


def _group_row(
    pair: Pair,
    g: int,
    inside: NDArray[np.int64],
    tables: list[_Variety],
    distances: list[list[Floats]],
    freedom: float,
) -> GroupDiversityRow:
    n, m = (int(side[g]) for side in pair.rows)
    samples = [side.of(g) for side in pair.samples]
    delta, error = [], []
    for side, size in ((0, n), (1, m)):
        delta.append(float(np.mean([tables[j].delta[side][g] for j in inside])))
        own = zip(distances, inside, strict=True)
        to_others = [levels[side][samples[side][:, j]] for levels, j in own]
        error.append(float(joint_error(np.mean(to_others, axis=0), size)))
    lost = homogenisation(
        delta[0], error[0], delta[1], error[1], df=freedom, confidence=pair.settings.confidence
    )
    p = float("nan")
    if min(n, m) < pair.settings.closed_form_from:
        p = homogenisation_permutation_p(
            samples[0][:, inside],
            samples[1][:, inside],
            [tables[j].places for j in inside],
            max_draws=pair.settings.max_draws,
            exceedances=_EXCEEDANCES,
            rng=stream(pair.settings.seed, "diversity", "", pair.groups.names[g]),
        ).p_value
    return GroupDiversityRow(
        group=pair.groups.names[g],
        real=n,
        synthetic=m,
        columns=len(inside),
        variety_real=delta[0],
        variety_synthetic=delta[1],
        index=Estimate(float(lost.index), float(lost.low), float(lost.high)),
        log_ratio=float(lost.log_ratio),
        error=float(lost.error),
        freedom=float(freedom),
        p=p,
        joint_rows=(len(samples[0]), len(samples[1])),
    )


def judge(tables: dict[str, tuple[Row, ...]], settings: Settings) -> list[Finding]:
    """One finding per group, led by its worst part, and one for every further bad column."""
    return diversity_verdicts.judge(tables, settings)
