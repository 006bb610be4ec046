"""What of diversity can be handed over."""

from __future__ import annotations

import math
from dataclasses import replace

from audits.disclosure_of.known import Known, Treatment, Treatments, coarser
from audits.estimates import Estimate
from audits.questions.diversity_rows import AttributeDiversityRow, GroupDiversityRow
from audits.results import Finding

_NAN = math.nan


def _group(row: GroupDiversityRow, known: Known) -> GroupDiversityRow:
    """A mean over columns tells of the one that is left out; what it lost tells too little."""
    names = {name for group, name in known.profiles if group == row.group}
    if not names or any(known.telling(row.group, name) for name in names):
        row = replace(
            row, variety_real=_NAN, variety_synthetic=_NAN, log_ratio=_NAN, error=_NAN, p=_NAN
        )
    return coarser(row)


def _attribute(row: AttributeDiversityRow, known: Known) -> AttributeDiversityRow | None:
    if known.telling(row.group, row.attribute):
        return None
    if not _top_is_shown(row, known):
        row = replace(
            row, top_value="", top_count=0, top_elsewhere=_NAN, top_synthetic=_NAN,
            chance_one_class=_NAN,
        )  # fmt: skip
    if row.unseen.known and known.small(round(row.unseen.value * row.real)):
        row = replace(row, unseen=Estimate.unknown())
    return coarser(row)


def _top_is_shown(row: AttributeDiversityRow, known: Known) -> bool:
    """Whether the most frequent value may be counted, here and among all others."""
    there = known.shown.get((row.group, row.attribute))
    listed = there is not None and not there.edges and row.top_value in there.labels
    if not (listed or row.top_count == row.real) or known.within((), row.attribute):
        return False
    sides = ((row.top_synthetic, row.synthetic),
             (row.top_elsewhere, known.counts[()][0] - row.real))  # fmt: skip
    for share, size in sides:
        if not math.isnan(share) and known.small(round(share * size), size - round(share * size)):
            return False
    return True


def _tells_top(finding: Finding, row: AttributeDiversityRow, known: Known) -> bool:
    """Whether a sentence tells how many have a value, and may not."""
    return "top_elsewhere" in finding.evidence and not _top_is_shown(row, known)


TREATED: Treatments = {
    GroupDiversityRow: Treatment(
        frozenset({"real", "synthetic", "joint_rows"}), _group, frozenset({"columns"})
    ),
    AttributeDiversityRow: Treatment(
        frozenset({"real", "synthetic", "top_count"}), _attribute, tells=_tells_top
    ),
}
