"""What of each measured row can be shown: every count in it is declared here."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, TypeVar

from audits.disclosure_groups import Counts, Hidden, small
from audits.disclosure_profiles import MISSING, OTHER, Profiles, parts_of
from audits.estimates import Estimate, in_effect, number, percent
from audits.questions.coverage_rows import CoverageRow
from audits.questions.diversity_rows import AttributeDiversityRow, GroupDiversityRow
from audits.questions.drift_rows import ColumnDriftRow, GroupDriftRow, PairDriftRow, ProfileRow
from audits.questions.missing_cells import CellRow, PairRow, PatternRow, ValueRow
from audits.questions.provenance_rows import ProvenanceRow
from audits.results import Group, Row

COUNTED: dict[type[Row], frozenset[str]] = {
    CoverageRow: frozenset({"real", "synthetic", "synthetic_total"}),
    CellRow: frozenset({"real", "synthetic"}),
    ValueRow: frozenset({"real", "synthetic"}),
    PairRow: frozenset({"people"}),
    PatternRow: frozenset({"real"}),
    GroupDriftRow: frozenset({"real", "synthetic", "auc_rows", "pair_rows"}),
    ColumnDriftRow: frozenset({"real", "synthetic"}),
    PairDriftRow: frozenset(),
    ProfileRow: frozenset({"real", "synthetic"}),
    GroupDiversityRow: frozenset({"real", "synthetic", "joint_rows"}),
    AttributeDiversityRow: frozenset({"real", "synthetic", "top_count"}),
    ProvenanceRow: frozenset(
        {"real", "synthetic", "searched", "queries", "distinct", "profiles", "people"}
    ),
}
"""Fields that count people or rows, of every kind of row; a kind not named is never shown."""

NOT_COUNTED: dict[type[Row], frozenset[str]] = {
    CellRow: frozenset({"family"}),
    ValueRow: frozenset({"family"}),
    PairRow: frozenset({"combinations", "empty"}),
    GroupDriftRow: frozenset({"columns"}),
    ColumnDriftRow: frozenset({"draws"}),
    GroupDiversityRow: frozenset({"columns"}),
}
"""Whole numbers that count something else: columns, values, draws, groups."""

_NAN = math.nan
_R = TypeVar("_R", bound=Row)


@dataclass(frozen=True)
class Known:
    """What decides about a row: sizes of groups, what is hidden, profiles before and after."""

    min_cell: int
    counts: Mapping[Group, Counts]
    hidden: Hidden
    features: Sequence[str]
    level: int
    profiles: Profiles
    shown: Profiles
    values: Mapping[str, Sequence[ValueRow]]

    def small(self, *counts: float) -> bool:
        """Whether any of the counts must not be shown."""
        return any(small(count, self.min_cell) for count in counts)

    def within(self, group: Group, attribute: str) -> bool:
        """Whether the values of a column, in a group, are groups of which some are hidden."""
        own = {column for column, _ in group}
        return attribute in self.features and any(
            {column for column, _ in gone} == own | {attribute} and set(group) <= set(gone)
            for gone in self.hidden.groups
        )

    def telling(self, group: Group, attribute: str) -> bool:
        """Whether a number about a column gives a small part away, as there are but two parts."""
        if self.within(group, attribute):
            return True
        parts = parts_of(self.profiles, group, attribute)
        if parts is None:
            return True
        there = {label for side in parts for label, count in side.items() if count}
        return len(there) <= 2 and self.small(*(n for side in parts for n in side.values()))

    def gaps(self, group: Group, attribute: str) -> bool:
        """Whether few values of a column are missing in a group, or few are not."""
        parts = parts_of(self.profiles, group, attribute)
        if parts is None:
            return True
        return any(
            self.small(side.get(MISSING, 0), sum(side.values()) - side.get(MISSING, 0))
            for side in parts
        )


def shown_rows(rows: Sequence[Row], known: Known) -> tuple[Row, ...]:
    """Return the rows of a table that can be shown, with what must go taken out of them."""
    kept = (_shown(row, known) for row in rows if row.group not in known.hidden.groups)
    return tuple(row for row in kept if row is not None)


def _shown(row: Row, known: Known) -> Row | None:
    treat = _TREATED.get(type(row))
    return None if treat is None else treat(row, known)


# -- coverage --------------------------------------------------------------------------------------


def _coverage(row: CoverageRow, known: Known) -> CoverageRow:
    """The share of rows without a label counts people, as the group of them does."""
    columns = tuple(sorted(column for column, _ in row.group))
    return replace(row, missing_share=_NAN) if columns in known.hidden.gaps else row


def _cell(row: CellRow | PatternRow, known: Known) -> Row | None:
    """Combinations beyond the groups of the audit are named, but not counted."""
    if len(row.group) > known.level or known.hidden.coarse:
        return None
    return None if known.small(*(getattr(row, n) for n in COUNTED[type(row)])) else row


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


def _pair(row: PairRow, known: Known) -> PairRow | None:
    return None if known.small(row.people) or _crossing(row, known) else _coarser(row)


def _pair_drift(row: PairDriftRow, known: Known) -> PairDriftRow | None:
    return None if _crossing(row, known) else _coarser(row)


def _crossing(row: PairRow | PairDriftRow, known: Known) -> bool:
    """Whether a pair of columns is a pair of sensitive features with hidden groups."""
    about = {row.attribute, row.other}
    return about <= set(known.features) and any(
        {column for column, _ in group} <= about for group in known.hidden.groups
    )


# -- drift and diversity ---------------------------------------------------------------------------


def _column_drift(row: ColumnDriftRow, known: Known) -> ColumnDriftRow | None:
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
    return _coarser(row)


def _group_drift(row: GroupDriftRow, _: Known) -> GroupDriftRow:
    return _coarser(row)


def _group_diversity(row: GroupDiversityRow, known: Known) -> GroupDiversityRow:
    """A mean over columns tells of the one that is left out; what it lost tells too little."""
    names = {name for group, name in known.profiles if group == row.group}
    if not names or any(known.telling(row.group, name) for name in names):
        row = replace(
            row, variety_real=_NAN, variety_synthetic=_NAN, log_ratio=_NAN, error=_NAN, p=_NAN
        )
    return _coarser(row)


def _attribute_diversity(row: AttributeDiversityRow, known: Known) -> AttributeDiversityRow | None:
    if known.telling(row.group, row.attribute):
        return None
    if not top_is_shown(row, known):
        row = replace(
            row, top_value="", top_count=0, top_elsewhere=_NAN, top_synthetic=_NAN,
            chance_one_class=_NAN,
        )  # fmt: skip
    if row.unseen.known and known.small(round(row.unseen.value * row.real)):
        row = replace(row, unseen=Estimate.unknown())
    return _coarser(row)


def top_is_shown(row: AttributeDiversityRow, known: Known) -> bool:
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


def _profile(row: ProfileRow, known: Known) -> ProfileRow | None:
    return known.shown.get((row.group, row.attribute))


# -- provenance ------------------------------------------------------------------------------------


def _provenance(row: ProvenanceRow, known: Known) -> ProvenanceRow:
    """Effective numbers of people are no counts, and stay; who has how many rows is not shown.

    Means over neighbours would be safe, too, and draw people whom nobody used as if they were.
    """
    return _coarser(
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


# -- numbers as they are read ----------------------------------------------------------------------


@lru_cache(maxsize=100_000)
def as_read(value: float, *, people: bool = False) -> float:
    """Return a number no finer than a reader sees it: more digits tell the counts behind it.

    It reads the same, as a number and (below a hundred) as a percentage; or, of `people`, as a
    number of them in effect.

    >>> as_read(0.123456789), as_read(12.3456789), as_read(0.0123456)
    (0.1235, 12.346, 0.01235)
    """
    if not math.isfinite(value) or value == 0:
        return value + 0.0  # minus nothing is nothing
    size = abs(value)
    if size < 1e-9:
        return float(f"{value:.1g}")
    digits = 4 if size >= 0.1 else 3 - math.floor(math.log10(size))
    digits = digits if size < 1 else 3 if size < 100 else 1
    step = 10.0**-digits
    for candidate in (
        round(value, digits),
        round(math.floor(value / step) * step, digits),
        round(math.ceil(value / step) * step, digits),
    ):
        if _reads(candidate, people) == _reads(value, people):
            return candidate
    return round(value, digits)


def _reads(value: float, people: bool) -> tuple[str, ...]:
    """Return a number in the ways that reports write it."""
    if people:
        return number(value), in_effect(value)
    return (number(value),) if abs(value) >= 100 else (number(value), percent(value))


def _coarser(row: _R) -> _R:
    """A row with every number as it is read."""
    changed: dict[str, Any] = {}
    for field in dataclasses.fields(row):
        value = getattr(row, field.name)
        people = field.name in _PEOPLE
        if isinstance(value, float):
            changed[field.name] = as_read(value, people=people)
        elif isinstance(value, Estimate):
            changed[field.name] = coarser_estimate(value, people=people)
    return replace(row, **changed)


def coarser_estimate(value: Estimate, *, people: bool = False) -> Estimate:
    """An estimate with its numbers as they are read."""
    ends = (value.value, value.low, value.high)
    return Estimate(*(as_read(end, people=people) for end in ends))


_PEOPLE = frozenset({"basis", "effective", "effective_people", "n1", "n2"})


_TREATED: dict[type[Row], Any] = {
    CoverageRow: _coverage,
    CellRow: _cell,
    PatternRow: _cell,
    ValueRow: _value,
    PairRow: _pair,
    PairDriftRow: _pair_drift,
    GroupDriftRow: _group_drift,
    ColumnDriftRow: _column_drift,
    ProfileRow: _profile,
    GroupDiversityRow: _group_diversity,
    AttributeDiversityRow: _attribute_diversity,
    ProvenanceRow: _provenance,
}
