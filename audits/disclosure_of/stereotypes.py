"""What of stereotypes can be handed over."""

from __future__ import annotations

from dataclasses import replace

from audits.disclosure_of.known import (
    Known,
    Treatment,
    Treatments,
    coarser,
    never,
)
from audits.disclosure_of.parted import HIDDEN, without
from audits.disclosure_profiles import MISSING, parts_of
from audits.questions.stereotypes_rows import ColumnTieRow, StereotypeRow, TieRow
from audits.results import Finding, Group, group_name

_FEWEST_COLUMNS = 3  # a mean over fewer tells of single ones


def _is_shown(group: Group, attribute: str, value: str, known: Known) -> bool:
    """Whether how many have a value may be known, in the group and outside it.

    It may where the pictures of both count them, whose parts are large everywhere.
    """
    if len(group) != 1 or known.within((), attribute):
        return False
    for one in (group, ()):
        there = known.shown.get((one, attribute))
        if there is None or there.edges or value not in there.labels or known.gaps(one, attribute):
            return False
        parts = parts_of(known.profiles, one, attribute)
        gap = parts is not None and any(side.get(MISSING, 0) for side in parts)
        if gap and MISSING not in there.labels:
            return False
    return True


def _tie(row: TieRow, known: Known) -> TieRow | None:
    shown = _is_shown(row.group, row.attribute, row.value, known)
    counts = (row.real_with, row.real - row.real_with,
              row.synthetic_with, row.synthetic - row.synthetic_with)  # fmt: skip
    return coarser(row) if shown and not known.small(*counts) else None


def _speaks_of_tie(finding: Finding, row: TieRow) -> bool:
    return f"{row.value} ({row.attribute}) and {group_name(row.group)}" in finding.because


def _group(row: StereotypeRow, known: Known) -> StereotypeRow:
    """Its numbers of ties count no people; its most changed ties do, and so does who is left."""
    gone: list[str] = []
    for which in ("sharpest", "loosest"):
        attribute, value = getattr(row, f"{which}_attribute"), getattr(row, f"{which}_value")
        if attribute is None or not _is_shown(row.group, attribute, value, known):
            gone += [which, f"{which}_attribute", f"{which}_value"]
    row = without(row, gone)
    columns = tuple(sorted(column for column, _ in row.group))
    unlabelled = any(
        known.small(known.counts[()][side] - own - others)
        for side, own, others in (
            (0, row.real, row.others_real), (1, row.synthetic, row.others_synthetic),
        )
    )  # fmt: skip
    if unlabelled or columns in known.hidden.gaps:
        row = replace(row, others_real=HIDDEN, others_synthetic=HIDDEN)
    if row.columns < _FEWEST_COLUMNS:
        row = without(row, ("strength_real", "strength_synthetic", "strength_change"))
    return coarser(row)


def _column(row: ColumnTieRow, known: Known) -> ColumnTieRow | None:
    """With the sizes of both columns' values, what ties them can tell a small crossing."""
    if known.crossing(row.feature, row.attribute) or known.within((), row.attribute):
        return None
    own = [group for group in known.counts if len(group) == 1 and group[0][0] == row.feature]
    if any(known.telling(group, row.attribute) for group in [(), *own]):
        return None
    if (row.real, row.synthetic) != known.counts[()]:
        return None
    few = any(
        known.small(count)
        for group in own
        for side in parts_of(known.profiles, group, row.attribute) or ()
        for count in side.values()
    )
    return None if few and len(own) <= _FEWEST_COLUMNS else coarser(row)


TREATED: Treatments = {
    StereotypeRow: Treatment(
        frozenset({"real", "synthetic", "others_real", "others_synthetic"}),
        _group,
        frozenset({
            "ties", "telling", "too_few", "vanished", "sharpened", "loosened", "reversed",
            "listed", "columns",
        }),
    ),
    TieRow: Treatment(
        frozenset({"real", "real_with", "synthetic", "synthetic_with"}),
        _tie,
        frozenset({"rank"}),
        _speaks_of_tie,
    ),
    ColumnTieRow: Treatment(frozenset({"real", "synthetic"}), _column, behind=never),
}  # fmt: skip
