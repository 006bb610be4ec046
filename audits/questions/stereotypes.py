"""Stereotypes: are groups and traits tied together more strongly than among real people?"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from audits.data.pair import Pair
from audits.estimates import Estimate
from audits.formulas.association_change import cramers_v_interval, strength_difference
from audits.questions import stereotypes_verdicts
from audits.questions.stereotypes_change import changes, ranks
from audits.questions.stereotypes_counts import counted, feature_sets, folded
from audits.questions.stereotypes_lines import group_rows, tie_rows
from audits.questions.stereotypes_rows import ColumnTieRow, StereotypeRow, TieRow
from audits.results import Finding, Row
from audits.settings import Settings

TITLE = "Stereotypes"
ASKS = "Are groups and traits tied together more strongly than among real people?"
SETTINGS = (
    "tie_watch",
    "tie_problem",
    "tie_expected",
    "tie_telling",
    "tie_least",
    "ties_listed",
    "support_problem",
    "pair_bins",
    "pair_level_limit",
)
MAIN = "groups"
TABLES: dict[str, type[Row]] = {"groups": StereotypeRow, "ties": TieRow, "columns": ColumnTieRow}

_MOST_ROWS = 20_000  # lines of ties; an audit of thousands of groups stays a file to mail


def measure(pair: Pair) -> dict[str, tuple[Row, ...]]:
    """Measure every tie of a group to a value in both tables, and list the most changed."""
    found = counted(pair)
    change = changes(found.ties, pair.settings.confidence, pair.settings.tie_least)
    rank = ranks(found.ties, change)
    labelled = int(pair.groups.labelled.sum())
    most = min(pair.settings.ties_listed, max(1, _MOST_ROWS // (2 * max(labelled, 1))))
    listed = np.flatnonzero(rank <= most)
    ties = tie_rows(pair, found, change, rank, listed)
    return {
        "groups": group_rows(pair, found, change, ties),
        "ties": tuple(sorted(ties, key=lambda row: (row.group, row.rank, row.kind))),
        "columns": _column_rows(pair),
    }


# -- columns as a whole ----------------------------------------------------------------------------


def _column_rows(pair: Pair) -> tuple[ColumnTieRow, ...]:
    confidence = pair.settings.confidence
    rows = []
    for members, _ in feature_sets(pair):
        features = pair.groups.names[members[0]]
        if len(features) > 1:
            continue
        for j, coding in enumerate(pair.attributes):
            if not pair.inside[members[0], j]:
                continue
            real, synthetic = _two_way(pair, coding.name, members)
            v_real, v_synthetic = (
                cramers_v_interval(table, confidence=confidence) for table in (real, synthetic)
            )
            parts = (v_real, v_synthetic, strength_difference(v_real, v_synthetic))
            told = [Estimate(*(float(limit) for limit in part)) for part in parts]
            rows.append(
                ColumnTieRow(
                    (),
                    features[0][0],
                    coding.name,
                    int(real.sum()),
                    int(synthetic.sum()),
                    *told,
                )
            )
    return tuple(sorted(rows, key=lambda row: (row.feature, row.attribute)))


def _two_way(pair: Pair, attribute: str, members: NDArray[np.int64]) -> list[NDArray[np.int64]]:
    """Rows per level of a feature and (coarse) level of a column, those known, in both tables."""
    coarse = pair.recodings[attribute].astype(np.int64) - 1
    tables: list[list[NDArray[np.int64]]] = [[], []]
    for run in pair.runs(members, [attribute]):
        for side, counts in zip(tables, pair.counts(attribute, run), strict=True):
            side.append(folded(counts, coarse)[:, :-1])
    return [np.concatenate(side) for side in tables]


def judge(tables: dict[str, tuple[Row, ...]], settings: Settings) -> list[Finding]:
    """One finding per group: its most sharpened tie, or the most loosened, or how much is open."""
    return stereotypes_verdicts.judge(tables, settings)
