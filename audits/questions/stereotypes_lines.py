"""Stereotypes: the lines of its tables."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from audits.data.pair import Pair
from audits.estimates import Estimate
from audits.formulas.ties import Interval, difference, less_chance, npmi
from audits.questions.stereotypes_change import KINDS, LOOSENED, REVERSED, SHARPENED, Change
from audits.questions.stereotypes_counts import Counted, Mean
from audits.questions.stereotypes_rows import StereotypeRow, TieRow
from audits.results import Group

_CONSTANT = {-1: "real", 0: "", 1: "synthetic"}


def tie_rows(
    pair: Pair, found: Counted, change: Change, rank: NDArray[np.int64], listed: NDArray[np.int64]
) -> list[TieRow]:
    """Write the ties listed."""
    confidence, ties = pair.settings.confidence, found.ties
    mutual = [npmi(side[listed], confidence=confidence) for side in (ties.real, ties.synthetic)]
    moved = difference(mutual[0], mutual[1], confidence=confidence)
    return [
        TieRow(
            group=pair.groups.names[ties.group[i]],
            attribute=pair.attributes[ties.attribute[i]].name,
            value=found.labels[ties.attribute[i]][ties.value[i]],
            kind=KINDS[change.kind[i]],
            rank=int(rank[i]),
            **_people(ties.real[i].tolist(), ties.synthetic[i].tolist()),
            expected=float(ties.expected[i]),
            odds_real=_exp(change.real, i),
            odds_synthetic=_exp(change.synthetic, i),
            ratio=_exp(change.ratio, i),
            error=float(change.ratio.error[i]),
            factor=_inverse(_exp(change.ratio, i)) if change.inverse[i] else _exp(change.ratio, i),
            moved=Estimate(*(float(part[i]) for part in change.moved)),
            constant=_CONSTANT[int(ties.constant[i])],
            npmi_real=float(mutual[0].value[k]),
            npmi_synthetic=float(mutual[1].value[k]),
            npmi_change=Estimate(float(moved.value[k]), float(moved.low[k]), float(moved.high[k])),
        )
        for k, i in enumerate(listed.tolist())
    ]


def _people(real: list[list[int]], synthetic: list[list[int]]) -> dict[str, Any]:
    """How many of the group there are, how many have the value, and their shares."""
    return {
        "real": sum(real[0]),
        "real_with": real[0][0],
        "synthetic": sum(synthetic[0]),
        "synthetic_with": synthetic[0][0],
        "share_real": _share(real[0]),
        "elsewhere_real": _share(real[1]),
        "share_synthetic": _share(synthetic[0]),
        "elsewhere_synthetic": _share(synthetic[1]),
    }


def _share(row: list[int]) -> float:
    return row[0] / sum(row) if sum(row) else float("nan")


def _exp(found: Interval, i: int) -> Estimate:
    return Estimate(*(float(np.exp(part[i])) for part in (found.value, found.low, found.high)))


def _inverse(ratio: Estimate) -> Estimate:
    return Estimate(1 / ratio.value, 1 / ratio.high, 1 / ratio.low)


def group_rows(
    pair: Pair, found: Counted, change: Change, ties: list[TieRow]
) -> tuple[StereotypeRow, ...]:
    """Sum up the ties of every group."""
    size, group = len(pair.groups), found.ties.group
    sure = change.sure > 0
    measured = np.bincount(group, minlength=size)
    kinds = [np.bincount(group[sure & (change.kind == k)], minlength=size) for k in range(3)]
    told, reach, high = _reach(pair, found, change)
    by_group: dict[Group, list[TieRow]] = {name: [] for name in pair.groups.names}
    for row in ties:
        by_group[row.group].append(row)
    return tuple(
        StereotypeRow(
            name,
            int(pair.rows[0][g]),
            int(pair.rows[1][g]),
            int(found.others[0][g]),
            int(found.others[1][g]),
            int(measured[g]),
            int(told[g]),
            int(found.too_few[g]),
            int(found.vanished[g]),
            int(kinds[SHARPENED][g]),
            int(kinds[LOOSENED][g]),
            int(kinds[REVERSED][g]),
            len(by_group[name]),
            *_lead(by_group[name], loosened=False),
            *_lead(by_group[name], loosened=True),
            float(reach[g]),
            float(high[g]),
            **_strength(found.strength, g),
        )
        for g, name in enumerate(pair.groups.names)
        if name and pair.groups.labelled[g]
    )


def _strength(strength: Mean, g: int) -> dict[str, Any]:
    """Mean Cramer's V over columns, and its change; the limits as if all columns erred together."""
    columns = int(strength.columns[g])
    mean = strength.sums[:, g] / columns if columns else np.full(5, np.nan)
    real, synthetic, change, below, above = mean.tolist()
    return {
        "columns": columns,
        "strength_real": real,
        "strength_synthetic": synthetic,
        "strength_change": Estimate(change, change - below, change + above),
    }


def _lead(ties: list[TieRow], *, loosened: bool) -> tuple[str | None, str | None, Estimate]:
    for row in ties:
        if row.rank == 1 and (row.kind == KINDS[LOOSENED]) is loosened:
            return row.attribute, row.value, row.factor
    return None, None, Estimate.unknown()


def _reach(
    pair: Pair, found: Counted, change: Change
) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]:
    """Telling ties per group, and the largest change and upper limit of theirs, as factors."""
    size, telling = len(pair.groups), found.ties.error <= pair.settings.tie_telling
    group = found.ties.group[telling]
    told = np.bincount(group, minlength=size)
    widest = change.widest[telling]
    value = less_chance(change.ratio.value, change.ratio.error)[telling]
    largest = []
    for of in (np.where(widest > 0, value, 0.0), widest):
        most = np.zeros(size)
        np.maximum.at(most, group, of)
        largest.append(np.where(told > 0, np.exp(most), np.nan))
    return told, largest[0], largest[1]
