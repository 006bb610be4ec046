"""What of debris in texts can be handed over.

How many texts are broken is shown where neither in this group, nor in any of the same features, nor
in what is left of all texts, few are, or few are not. Of crossings it is not shown: what one group
has less its crossings may be few.
"""

from __future__ import annotations

from audits.disclosure_of.known import Known, Treatment, Treatments, coarser, names_column, never
from audits.disclosure_of.parted import without
from audits.questions.text_debris_rows import DebrisExampleRow, DebrisRow
from audits.results import Finding

_COUNTS = (
    "hits_real", "hits_synthetic", "real_share", "synthetic_share", "more", "elsewhere", "times",
    "times_p", "most", "most_hits", "fewest",
)  # fmt: skip
_MOST = ("most", "most_hits")


def _is_counted(row: DebrisRow, known: Known) -> bool:
    return len(row.group) < 2 and not known.small(row.fewest)


def _shown(row: DebrisRow, known: Known) -> DebrisRow:
    """Of all kinds together, the most frequent one is a count of its own."""
    gone = _MOST if _is_counted(row, known) else _COUNTS
    return coarser(without(row, gone))


def _tells(_finding: Finding, row: DebrisRow, known: Known) -> bool:
    return not _is_counted(row, known) or row.most_hits != row.hits_synthetic != 0


def _example(row: DebrisExampleRow, known: Known) -> DebrisExampleRow | None:
    """A text is shown where none of the groups it is of is hidden."""
    own = set(row.mentions)
    gone = any(
        all(f"{feature}={value}" in own for feature, value in group)
        for group in known.hidden.groups
    )
    return None if gone else row


TREATED: Treatments = {
    DebrisExampleRow: Treatment(frozenset(), _example, frozenset({"row"}), behind=never),
    DebrisRow: Treatment(
        frozenset({"real", "synthetic", "hits_real", "hits_synthetic", "most_hits", "fewest"}),
        _shown,
        behind=names_column,
        tells=_tells,
    ),
}
