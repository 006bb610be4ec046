"""What of provenance can be handed over."""

from __future__ import annotations

import math
from dataclasses import replace

from audits.disclosure_groups import small
from audits.disclosure_of.known import Known, Treatment, Treatments, coarser
from audits.questions.provenance_rows import ProvenanceRow

_NAN = math.nan


def _group(row: ProvenanceRow, known: Known) -> ProvenanceRow:
    """Effective numbers of people are no counts, and stay; who has how many rows is not shown.

    Means over neighbours would be safe, too, and draw people whom nobody used as if they were.
    """
    return coarser(
        replace(
            row,
            distinct=_at_most(row.distinct, row.searched, known.min_cell),
            profiles=_at_most(row.profiles, row.searched, known.min_cell),
            top5_share=_NAN if known.min_cell > 5 else row.top5_share,
            people=(),
        )
    )


def _at_most(count: int, of: int, min_cell: int) -> int:
    """A small count becomes the smallest that is shown; nearly all become all."""
    if small(count, min_cell):
        return min_cell
    return of if small(of - count, min_cell) else count


TREATED: Treatments = {
    ProvenanceRow: Treatment(
        frozenset({"real", "synthetic", "searched", "queries", "distinct", "profiles", "people"}),
        _group,
    ),
}
