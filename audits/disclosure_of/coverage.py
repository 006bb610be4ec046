"""What of coverage can be handed over."""

from __future__ import annotations

import math
from dataclasses import replace

from audits.disclosure_of.known import (
    Known,
    Treatment,
    Treatments,
    coarser,
    names_column,
)
from audits.disclosure_profiles import OTHER
from audits.questions.coverage_rows import CoverageRow
from audits.questions.drift_rows import ProfileRow
from audits.questions.missing_cells import CellRow, PairRow, PatternRow, ValueRow
from audits.results import Finding

_LABELS = "do not say who belongs"


def _group(row: CoverageRow, known: Known) -> CoverageRow:
    """The share of rows without a label counts people, as the group of them does."""
    columns = tuple(sorted(column for column, _ in row.group))
    return replace(row, missing_share=math.nan) if columns in known.hidden.gaps else row


def _speaks_of_group(finding: Finding, row: CoverageRow) -> bool:
    return bool(row.group) and names_column(finding, row)


def _tells_labels(finding: Finding, row: CoverageRow, known: Known) -> bool:
    """Whether a sentence tells how many rows lack a label, and may not."""
    return _LABELS in finding.because and math.isnan(_group(row, known).missing_share)


def _cell(row: CellRow, known: Known) -> CellRow | None:
    """Combinations beyond the groups of the audit are named, but not counted."""
    if len(row.group) > known.level or known.hidden.coarse:
        return None
    return None if known.small(row.real, row.synthetic) else row


def _pattern(row: PatternRow, known: Known) -> PatternRow | None:
    if len(row.group) > known.level or known.hidden.coarse:
        return None
    return None if known.small(row.real) else row


def _value(row: ValueRow, known: Known) -> ValueRow | None:
    if known.small(row.real, row.synthetic) or known.within((), row.attribute):
        return None
    shown = known.shown.get(((), row.attribute))
    if shown is None or shown.edges:
        return None
    return row if row.value in shown.labels or _others_are_many(shown, known) else None


def _others_are_many(shown: ProfileRow, known: Known) -> bool:
    """Whether what is left of the other values, without those named, is no small count."""
    others = dict(zip(shown.labels, zip(shown.real, shown.synthetic, strict=True), strict=True))
    left = list(others.get(OTHER, (0, 0)))
    for row in known.values.get(shown.attribute, ()):
        if row.value not in shown.labels and not known.small(row.real, row.synthetic):
            left = [left[0] - row.real, left[1] - row.synthetic]
    return not known.small(*left) and min(left) >= 0


def _speaks_of_value(finding: Finding, row: ValueRow) -> bool:
    return row.attribute == finding.attribute and f"{row.value!r} (" in finding.because


def _pair(row: PairRow, known: Known) -> PairRow | None:
    hidden = known.small(row.people) or known.crossing(row.attribute, row.other)
    return None if hidden else coarser(row)


def _speaks_of_pair(finding: Finding, row: PairRow) -> bool:
    return f"{row.attribute} × {row.other} (" in finding.because


TREATED: Treatments = {
    CoverageRow: Treatment(
        frozenset({"real", "synthetic", "synthetic_total"}),
        _group,
        behind=_speaks_of_group,
        tells=_tells_labels,
    ),
    CellRow: Treatment(frozenset({"real", "synthetic"}), _cell, frozenset({"family"})),
    PatternRow: Treatment(frozenset({"real"}), _pattern),
    ValueRow: Treatment(
        frozenset({"real", "synthetic"}), _value, frozenset({"family"}), _speaks_of_value
    ),
    PairRow: Treatment(
        frozenset({"people"}), _pair, frozenset({"combinations", "empty"}), _speaks_of_pair
    ),
}
