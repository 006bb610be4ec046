"""Copying: are synthetic rows copies of real people?"""

from __future__ import annotations

from typing import Any

import numpy as np

from audits.data.pair import Pair
from audits.estimates import Estimate
from audits.questions import copying_verdicts
from audits.questions.copying_equal import Equal, equal_rows, shares_beyond_chance, stale
from audits.questions.copying_nearest import Nearness
from audits.questions.copying_rows import CopyingRow
from audits.results import Finding, Row
from audits.settings import Settings

TITLE = "Copying"
ASKS = "Are synthetic rows copies of real people?"
SETTINGS = (
    "copied_watch",
    "copied_problem",
    "near_copies_watch",
    "near_copies_problem",
    "repeated_watch",
    "support_problem",
    "holdout_overlap",
    "copying_fewest",
    "copying_base",
    "copying_queries",
    "support_watch",
)
MAIN = "groups"
TABLES: dict[str, type[Row]] = {"groups": CopyingRow}


def measure(pair: Pair) -> dict[str, tuple[Row, ...]]:
    """Count equal rows among all rows; search the nearest of some of every group."""
    counted, repeats, repeats_real = equal_rows(pair)
    confidence = pair.settings.confidence
    overlap = counted.overlap_beyond(confidence)
    used = pair.holdout is not None and not stale(overlap, pair.settings)
    by_holdout = used & (counted.holdout >= pair.settings.copying_fewest)
    shares = shares_beyond_chance(counted, by_holdout, confidence)
    groups = [g for g in range(len(pair.groups)) if pair.groups.labelled[g]]
    nearness = Nearness(pair, groups, held=used)
    rows = []
    for g in groups:
        size = int(min(counted.real[g], counted.synthetic[g]))
        fields: dict[str, Any] = {
            "chance_by": "holdout" if by_holdout[g] else "twins",
            "repeated": repeats.share(g, size),
            "repeated_real": repeats_real.share(g, size),
            "repeated_rows": size,
            "overlap_beyond": Estimate(*(float(side[g]) for side in overlap)),
            "holdout_used": used,
            **_counts(counted, g),
            **shares[g],
            **nearness.of(g),
        }
        rows.append(CopyingRow(pair.groups.names[g], **fields))
    return {"groups": tuple(rows)}


def _counts(counted: Equal, group: int) -> dict[str, int]:
    names = ("real", "synthetic", "holdout", "copies", "unique", "pairs", "reproduced", "overlap")
    return {name: int(np.asarray(getattr(counted, name))[group]) for name in names}


def judge(tables: dict[str, tuple[Row, ...]], settings: Settings) -> list[Finding]:
    """One finding per group: copied beyond chance, nearly copied, repeating itself."""
    return copying_verdicts.judge(tables, settings)
