"""Coverage: is every group still there, and in fair proportion?"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from audits.data.pair import Pair
from audits.estimates import Estimate
from audits.formulas.effective_rows import kish_effective, linearised_effective
from audits.formulas.ratios import koopman
from audits.formulas.shares import wilson
from audits.questions import coverage_verdicts, missing_cells
from audits.questions.coverage_rows import CoverageRow
from audits.questions.missing_cells import CellRow, PairRow, PatternRow, ValueRow
from audits.results import Finding, Group, Row
from audits.settings import Settings

TITLE = "Coverage"
ASKS = "Is every group still there, and in fair proportion?"
SETTINGS = (
    "support_watch",
    "support_problem",
    "share_watch",
    "share_problem",
    "missing_label_limit",
    "intersections",
)
MAIN = "groups"


TABLES: dict[str, type[Row]] = {
    "groups": CoverageRow,
    "cells": CellRow,
    "values": ValueRow,
    "pairs": PairRow,
    "patterns": PatternRow,
}


def measure(pair: Pair) -> dict[str, tuple[Row, ...]]:
    """Count every group, cell, value and pattern of both tables."""
    return {
        "groups": _group_rows(pair),
        "cells": missing_cells.cells(pair),
        "values": missing_cells.values(pair),
        "pairs": missing_cells.pairs(pair),
        "patterns": missing_cells.patterns(pair),
    }


def _group_rows(pair: Pair) -> tuple[CoverageRow, ...]:
    groups, confidence = pair.groups, pair.settings.confidence
    real, synthetic = pair.rows
    weights, squares = (groups.total(part) for part in pair.cell_weights)
    whole, whole_squares = weights[0], squares[0]
    share_real = weights / whole
    linear = np.asarray(linearised_effective(whole, whole_squares, weights, squares))
    linear = np.where(real == real[0], kish_effective(whole, whole_squares), linear)
    total_real = linear if pair.weighted else np.full(len(groups), float(real[0]))
    count_real = share_real * total_real
    m = int(synthetic[0])
    ratio = _ratio(synthetic, m, count_real, total_real, confidence)
    bands = wilson(np.minimum(count_real, total_real), total_real, confidence=confidence)
    bands_synthetic = wilson(synthetic, m, confidence=confidence)
    effective = np.nan_to_num(kish_effective(weights, squares)) if pair.weighted else real
    missing = _missing_shares(pair)
    rows = []
    for i, group in enumerate(groups.names):
        pi = pair.reference.share(group) if pair.reference else None
        real_share = Estimate.at(share_real[i], bands, i)
        synthetic_share = Estimate.at(synthetic[i] / m, bands_synthetic, i)
        rows.append(
            CoverageRow(
                group=group,
                real=int(real[i]),
                synthetic=int(synthetic[i]),
                effective=float(effective[i]) if real[i] else 0.0,
                real_share=real_share,
                synthetic_share=synthetic_share,
                ratio=ratio[i],
                linearised=float(count_real[i]),
                real_total=float(total_real[i]),
                synthetic_total=m,
                reference_share=pi,
                representation=real_share.over(pi),
                representation_synthetic=synthetic_share.over(pi),
                labelled=bool(groups.labelled[i]),
                missing_share=missing[i],
            )
        )
    return (*rows, *_absent(pair, {row.group for row in rows}))


def _ratio(
    synthetic: NDArray[np.int64],
    m: int,
    count_real: NDArray[np.float64],
    total_real: NDArray[np.float64],
    confidence: float,
) -> list[Estimate]:
    low, high = koopman(
        synthetic, np.full(len(synthetic), m), count_real, total_real, confidence=confidence
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        value = (synthetic / m) / (count_real / total_real)
    return [
        Estimate(float(v), float(a), float(b))
        for v, a, b in zip(value, np.asarray(low), np.asarray(high), strict=True)
    ]


def _missing_shares(pair: Pair) -> list[float]:
    """Share of real rows with a sensitive value missing, of the features that form each group."""
    real, _ = pair.cell_rows
    columns = {f.column: i for i, f in enumerate(pair.features)}
    known: dict[tuple[str, ...], float] = {}
    shares = []
    for group in pair.groups.names:
        key = tuple(column for column, _ in group)
        if key not in known:
            blank = (pair.cells[:, [columns[c] for c in key]] == 0).any(axis=1)
            known[key] = float(real[blank].sum() / max(real.sum(), 1)) if key else 0.0
        shares.append(known[key])
    return shares


def _absent(pair: Pair, seen: set[Group]) -> tuple[CoverageRow, ...]:
    """Groups the reference has and neither table does."""
    if pair.reference is None:
        return ()
    real, synthetic = (int(side[0]) for side in pair.rows)
    confidence = pair.settings.confidence
    rows = []
    for group, pi in sorted(pair.reference.shares.items()):
        if group in seen or pi <= 0 or len(group) > pair.settings.intersections:
            continue
        none = [
            Estimate(0.0, 0.0, float(np.asarray(wilson(0, n, confidence=confidence)[1])))
            for n in (real, synthetic)
        ]
        rows.append(
            CoverageRow(
                group,
                0,
                0,
                0.0,
                none[0],
                none[1],
                Estimate.unknown(),
                0.0,
                float(real),
                synthetic,
                pi,
                none[0].over(pi),
                none[1].over(pi),
                True,
                0.0,
            )
        )
    return tuple(rows)


def judge(tables: dict[str, tuple[Row, ...]], settings: Settings) -> list[Finding]:
    """One finding per labelled group; further ones for lost cells and values."""
    return coverage_verdicts.judge(tables, settings)
