"""What of quotas can be handed over."""

from __future__ import annotations

from audits.disclosure_of.known import Known, Treatment, Treatments
from audits.questions.quotas_rows import QuotaRow


def _quota(row: QuotaRow, known: Known) -> QuotaRow | None:
    """A quota's numbers are those of its group: shown where the group's are shown already."""
    counted = row.group in known.counts and len(row.group) <= known.level
    hidden = known.hidden.coarse and len(row.group) > 1
    return row if counted and not hidden else None


TREATED: Treatments = {
    QuotaRow: Treatment(
        frozenset({"people", "there", "of"}),
        _quota,
        frozenset({"rows_at_least", "rows_at_most"}),
    ),
}
