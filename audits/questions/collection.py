"""Collection plan: how many more real people does each group need, and whom?"""

from __future__ import annotations

import numpy as np

from audits.data.pair import Pair
from audits.formulas.sample_sizes import people_to_approach, people_to_see
from audits.questions.collection_grid import grid_of, recruiting, too_rare
from audits.questions.collection_needs import completeness, need_rows, people_of
from audits.questions.collection_rows import (
    CollectionRow,
    EffortRow,
    PlanTotalRow,
    RecruitRow,
)
from audits.results import Finding, Row
from audits.settings import Settings

TITLE = "Collection plan"
ASKS = "How many more real people does each group need, and whom?"
SETTINGS = (
    "plan_half_width",
    "plan_subtype",
    "plan_subtype_times",
    "plan_completeness",
    "plan_people",
    "plan_depth",
    "plan_drift",
    "plan_power",
    "population_size",
)
MAIN = "groups"
JUDGES = False
"""A plan accuses nobody: how few stand behind a group is judged by coverage."""

TABLES: dict[str, type[Row]] = {
    "groups": CollectionRow,
    "recruits": RecruitRow,
    "totals": PlanTotalRow,
    "effort": EffortRow,
}


def measure(pair: Pair) -> dict[str, tuple[Row, ...]]:
    """Find what every group lacks, whom to recruit for it, and with what effort.

    The answer depends on the real table (and the reference) alone: rows can be generated, people
    cannot, so a plan takes it that there will be synthetic rows enough.
    """
    settings, grid, people = pair.settings, grid_of(pair), people_of(pair)
    patterns, lacking = too_rare(grid, people=settings.plan_people, depth=settings.plan_depth)
    rare = recruiting(grid, patterns, lacking, "patterns")
    rows = need_rows(people, completeness(pair, people), settings)
    short = [row for row in rows if row.more]
    wanted = np.array([grid.pattern(row.group) for row in short], dtype=np.int64)
    whole = recruiting(
        grid,
        wanted.reshape(-1, len(grid.columns)),
        np.array([row.more for row in short], dtype=np.int64),
        "groups",
    )
    return {
        "groups": rows,
        "recruits": (*rare.rows(grid), *whole.rows(grid)),
        "totals": (rare.total(), whole.total()),
        "effort": _effort(short, settings.confidence),
    }


def _effort(short: list[CollectionRow], confidence: float) -> tuple[EffortRow, ...]:
    """Return how many people to approach, met at random, for each group that lacks some."""
    more = np.array([row.more for row in short], dtype=np.int64)
    prevalence = np.array([row.prevalence for row in short], dtype=np.float64)
    known = prevalence > 0
    mean, likely = np.full(len(short), np.nan), np.full(len(short), np.nan)
    if known.any():
        mean[known] = people_to_approach(more[known], prevalence[known])
        likely[known] = people_to_see(prevalence[known], confidence=confidence, times=more[known])
    return tuple(
        EffortRow(row.group, row.more, row.prevalence, row.prevalence_from, float(a), float(b))
        for row, a, b in zip(short, mean, likely, strict=True)
    )


def judge(tables: dict[str, tuple[Row, ...]], settings: Settings) -> list[Finding]:  # noqa: ARG001
    """Nothing: a plan says what to do, and `coverage` judges how many people there are."""
    return []
