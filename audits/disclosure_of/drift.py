"""What of drift can be handed over."""

from __future__ import annotations

import math
from dataclasses import replace

from audits.disclosure_of.known import (
    Known,
    Treatment,
    Treatments,
    as_it_is_read,
    coarser,
    never,
)
from audits.questions.drift_rows import ColumnDriftRow, GroupDriftRow, PairDriftRow, ProfileRow
from audits.results import Finding

_NAN = math.nan


def _column(row: ColumnDriftRow, known: Known) -> ColumnDriftRow | None:
    """How many values are there is not told: the rest of the group would be those missing."""
    group, name = row.group, row.attribute
    if row.measure == "missing" and known.gaps(group, name):
        return None
    if row.measure != "missing" and known.telling(group, name):
        return None
    sizes = known.counts[group]
    if (row.real, row.synthetic) != sizes:
        row = replace(
            row, real=sizes[0], synthetic=sizes[1], error=_NAN, cautious=_NAN, p=_NAN, draws=0
        )
    return coarser(row)


def _speaks_of_column(finding: Finding, row: ColumnDriftRow) -> bool:
    name = row.attribute
    words = {"missing": f"whether {name} is missing", "shift": f"{name} is distributed diff"}
    return words.get(row.measure, f"change their {name} to look") in finding.because


def _pair(row: PairDriftRow, known: Known) -> PairDriftRow | None:
    return None if known.crossing(row.attribute, row.other) else coarser(row)


def _profile(row: ProfileRow, known: Known) -> ProfileRow | None:
    return known.shown.get((row.group, row.attribute))


TREATED: Treatments = {
    GroupDriftRow: Treatment(
        frozenset({"real", "synthetic", "auc_rows", "pair_rows"}),
        as_it_is_read,
        frozenset({"columns"}),
    ),
    ColumnDriftRow: Treatment(
        frozenset({"real", "synthetic"}), _column, frozenset({"draws"}), _speaks_of_column
    ),
    PairDriftRow: Treatment(frozenset(), _pair, behind=never),
    ProfileRow: Treatment(frozenset({"real", "synthetic"}), _profile, behind=never),
}
