"""What of the seeds of texts can be handed over."""

from __future__ import annotations

import math
from dataclasses import replace

from audits.disclosure_of.known import Known, Treatment, Treatments, coarser
from audits.questions.text_seeds_rows import SeedRow
from audits.results import Finding

_TOP = "have one of the five most used as their nearest"


def _hides_top(row: SeedRow, known: Known) -> bool:
    """Whether few texts have one of the five most used as their nearest, or few have not."""
    if math.isnan(row.top5_share):
        return False
    count = round(row.top5_share * row.queries)
    return known.small(count, row.queries - count) or known.min_cell > 5


def _group(row: SeedRow, known: Known) -> SeedRow:
    """Effective numbers of texts are no counts, and stay, as those of people do."""
    return coarser(replace(row, top5_share=math.nan) if _hides_top(row, known) else row)


def _reworded(because: str, row: SeedRow, known: Known) -> str:
    """A sentence without the clause on the five most used."""
    if not _hides_top(row, known):
        return because
    return "; ".join(
        part.rpartition(f"{_TOP}, and ")[2] if _TOP in part else part
        for part in because.split("; ")
    )


def _tells(finding: Finding, row: SeedRow, known: Known) -> bool:
    return _TOP in _reworded(finding.because, row, known) and _hides_top(row, known)


TREATED: Treatments = {
    SeedRow: Treatment(
        frozenset({"real", "synthetic", "searched", "queries"}),
        _group,
        tells=_tells,
        reworded=_reworded,
    ),
}
