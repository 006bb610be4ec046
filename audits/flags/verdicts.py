"""From what rows break to who is flagged: severity, p values calibrated on people, rates."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from audits.data.groups import Groups
from audits.data.rules_truth import BROKEN, HELD
from audits.estimates import Estimate
from audits.flags.records import KINDS, Records
from audits.flags.scores import Calibration, Floats, Pools
from audits.formulas.conformal import rows_to_flag
from audits.formulas.flag_rates import more_than_rest_p
from audits.formulas.multiplicity import benjamini_hochberg
from audits.formulas.shares import wilson
from audits.results import Row
from audits.settings import Settings

Flags = NDArray[np.bool_]
FILTERS = ("combined", "any")
"""What somebody might remove records by: the calibrated flag, or any broken rule at all."""


@dataclass(frozen=True)
class GroupFlags(Row):
    """How many rows of a group are flagged, beside its real members.

    `kind` is one of "given", "forbidden", "rule", "range", "outlier", "unseen", or a filter made of
    them: "any" of the first five, "combined" (the flag that is calibrated on people). Counts of
    rows: `flagged` of `synthetic`; `real_flagged` of `real` fresh people (the holdout's, or real
    rows each judged by all others). `observed` and `real_rate` are these shares with intervals:
    the latter is also the rate to be expected among fresh real people. `p` is the chance that a
    filter hits so many of the group's members by chance, given how many it hits altogether,
    adjusted for the number of groups (nan for what is no filter); `harsher` whether it surely
    removes the group's real members more often than everyone's.
    """

    kind: str
    synthetic: int
    flagged: int
    observed: Estimate
    real: int
    real_flagged: int
    real_rate: Estimate
    p: float
    harsher: bool


@dataclass(frozen=True)
class RuleFlags(Row):
    """One rule given by the user: rows that it checks and that break it; about everyone.

    Counts of rows: `broken` of `checked` synthetic ones, `real_broken` of `real_checked` fresh
    people; `observed` and `real_rate` are the shares with intervals.
    """

    name: str
    check: str
    checked: int
    broken: int
    observed: Estimate
    real_checked: int
    real_broken: int
    real_rate: Estimate


@dataclass(frozen=True)
class Judged:
    """Per row: outlier p value, kinds broken, p value of the combination; which are flagged.

    `pool` is the place in `pools` of the people by whom a row is calibrated.
    """

    outlier_p: Floats
    pool: NDArray[np.int64]
    pools: tuple[str, ...]
    kinds: dict[str, Flags]
    severity: NDArray[np.int64]
    combined_p: Floats
    flagged: Flags


def judge(
    groups: Groups, fresh: Records, synthetic: Records, settings: Settings
) -> tuple[Judged, Judged]:
    """Judge the fresh people by each other and the synthetic rows by the fresh people.

    A row is the odder, the rarer among fresh people what it breaks: it is ordered by

        sum over the kinds broken of -log((k + 1) / (n + 1)), and -log(p) of being far off

    with k of n fresh people breaking a rule of the kind. The order alone counts: how many fresh
    people stand as high in it is the p value (Fisher's way of joining p values, calibrated, so
    that nothing rests on independence).
    """
    level = settings.flag_level
    needed = people_needed(settings)
    pools = Pools(groups, fresh.cell[~np.isnan(fresh.score)], needed)
    outliers = Calibration(fresh.score, fresh.cell, pools)
    p = (outliers.left_out_p(), outliers.p(synthetic.score, synthetic.cell))
    kinds = [_kinds(rows, at, level) for rows, at in zip((fresh, synthetic), p, strict=True)]
    severity = [_severity(one, rows) for one, rows in zip(kinds, (fresh, synthetic), strict=True)]
    weights = {
        kind: -float(np.log((broken.sum() + 1) / (len(fresh) + 1)))
        for kind, broken in kinds[0].items()
        if kind != "outlier"
    }
    odd = [
        _odd(one, at, rows, weights)
        for one, at, rows in zip(kinds, p, (fresh, synthetic), strict=True)
    ]
    combined = Calibration(odd[0], fresh.cell, pools)
    both = (combined.left_out_p(), combined.p(odd[1], synthetic.cell))
    judged = [
        Judged(
            p[i],
            pools.of_cell[rows.cell],
            tuple(pools.names),
            kinds[i],
            severity[i],
            both[i],
            both[i] <= level + 1e-12,
        )
        for i, rows in enumerate((fresh, synthetic))
    ]
    return judged[0], judged[1]


def _severity(kinds: dict[str, Flags], rows: Records) -> NDArray[np.int64]:
    """Count the kinds broken; a rule about a pair of columns that is forbidden already is none."""
    counted = np.stack(list(kinds.values())).sum(axis=0) - rows.twice
    return np.asarray(counted, dtype=np.int64)


def _odd(kinds: dict[str, Flags], p: Floats, rows: Records, weights: dict[str, float]) -> Floats:
    """Order rows by how rare it is to break what they break."""
    total = -np.log(np.nan_to_num(p, nan=1.0))
    for kind, weight in weights.items():
        counted = kinds[kind] & ~rows.twice if kind == "rule" else kinds[kind]
        total = total + weight * counted
    return np.asarray(np.round(total, 9), dtype=np.float64)


def _kinds(rows: Records, p: Floats, level: float) -> dict[str, Flags]:
    found = {kind: rows.broken(kind) for kind in KINDS if kind != "outlier"}
    return {**found, "outlier": np.nan_to_num(p, nan=1.0) <= level + 1e-12}


def people_needed(settings: Settings) -> int:
    """Return how many people of a group calibrate it by itself."""
    return max(settings.outlier_within, rows_to_flag(settings.flag_level))


# -- rates -----------------------------------------------------------------------------------------


def rates(
    groups: Groups,
    records: tuple[Records, Records],
    judged: tuple[Judged, Judged],
    settings: Settings,
) -> tuple[GroupFlags, ...]:
    """Return the share flagged of every group, among fresh people and synthetic rows."""
    cells = groups.belongs.shape[1]
    sizes = [_per_group(groups, rows.cell, cells) for rows in records]
    lines: list[GroupFlags] = []
    for kind in (*FILTERS, *KINDS, "unseen"):
        hits = [
            _per_group(groups, rows.cell[_flagged(kind, rows, found)], cells)
            for rows, found in zip(records, judged, strict=True)
        ]
        lines += _lines(groups, kind, sizes, hits, settings)
    return tuple(lines)


def _flagged(kind: str, rows: Records, found: Judged) -> Flags:
    if kind == "combined":
        return found.flagged
    if kind == "any":
        return np.asarray(found.severity > 0)
    return rows.broken(kind) if kind == "unseen" else found.kinds[kind]


def _per_group(groups: Groups, cell: NDArray[np.int64], cells: int) -> NDArray[np.int64]:
    """Rows per group; those in no cell that either table has are in none."""
    return groups.total(np.bincount(cell, minlength=cells + 1)[:cells])


def _lines(
    groups: Groups,
    kind: str,
    sizes: list[NDArray[np.int64]],
    hits: list[NDArray[np.int64]],
    settings: Settings,
) -> list[GroupFlags]:
    everyone = groups.names.index(())
    p = np.full(len(groups), np.nan)
    if kind in FILTERS:
        asked = groups.labelled & (sizes[0] > 0)
        asked[everyone] = False
        p[asked] = more_than_rest_p(
            hits[0][asked], sizes[0][asked], hits[0][everyone], sizes[0][everyone]
        )
        p = benjamini_hochberg(p)
    rate = hits[0] / np.maximum(sizes[0], 1)
    harsher = (np.nan_to_num(p, nan=1.0) <= settings.false_discovery_rate) & (
        rate >= settings.removal_ratio * rate[everyone]
    )
    return [
        GroupFlags(
            groups.names[g],
            kind,
            int(sizes[1][g]),
            int(hits[1][g]),
            share_of(int(hits[1][g]), int(sizes[1][g]), settings),
            int(sizes[0][g]),
            int(hits[0][g]),
            share_of(int(hits[0][g]), int(sizes[0][g]), settings),
            float(p[g]),
            bool(harsher[g]),
        )
        for g in range(len(groups))
    ]


def share_of(count: int, total: int, settings: Settings) -> Estimate:
    """Return a share with its interval; unknown of nobody."""
    if total == 0:
        return Estimate.unknown()
    low, high = wilson(count, total, confidence=settings.confidence)
    return Estimate(count / total, float(np.asarray(low)), float(np.asarray(high)))


def rule_rates(
    named: list[tuple[str, str]], records: tuple[Records, Records], settings: Settings
) -> tuple[RuleFlags, ...]:
    """Return the share of rows that break each rule given, among those it checks."""
    lines = []
    for i, (name, check) in enumerate(named):
        counts = []
        for rows in records:
            broken = int((rows.outcomes[:, i] == BROKEN).sum())
            checked = broken + int((rows.outcomes[:, i] == HELD).sum())
            counts.append((checked, broken, share_of(broken, checked, settings)))
        lines.append(RuleFlags((), name, check, *counts[1], *counts[0]))
    return tuple(lines)
