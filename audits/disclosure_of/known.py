"""What decides whether a row can be shown, and numbers no finer than a reader sees them."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, TypeVar

from audits.disclosure_groups import Counts, Hidden, small
from audits.disclosure_of.fairness_parts import Tested
from audits.disclosure_of.parted import Parted, without
from audits.disclosure_profiles import MISSING, Profiles, parts_of
from audits.estimates import Estimate, in_effect, number, percent
from audits.questions.missing_cells import ValueRow
from audits.results import Finding, Group, Row

_R = TypeVar("_R", bound=Row)


@dataclass(frozen=True)
class Known:
    """What decides about a row: sizes of groups, what is hidden, profiles before and after.

    `clean` are the groups whose parts can be shown, by kind of row and place in its declaration;
    `between` the groups whose size in a generation between the first and the last cannot. What of
    fairness can be shown is in `tested`.
    """

    min_cell: int
    counts: Mapping[Group, Counts]
    hidden: Hidden
    features: Sequence[str]
    level: int
    profiles: Profiles
    shown: Profiles
    values: Mapping[str, Sequence[ValueRow]]
    clean: Mapping[tuple[type[Row], int], frozenset[Group]]
    between: frozenset[tuple[Group, int]]
    tested: Tested

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

    def crossing(self, attribute: str, other: str) -> bool:
        """Whether a pair of columns is a pair of sensitive features with hidden groups."""
        about = {attribute, other}
        return about <= set(self.features) and any(
            {column for column, _ in group} <= about for group in self.hidden.groups
        )

    def gaps(self, group: Group, attribute: str) -> bool:
        """Whether few values of a column are missing in a group, or few are not."""
        parts = parts_of(self.profiles, group, attribute)
        if parts is None:
            return True
        return any(
            self.small(side.get(MISSING, 0), sum(side.values()) - side.get(MISSING, 0))
            for side in parts
        )


def names_column(finding: Finding, row: Any) -> bool:
    """Whether a finding is about the column of a row, or neither is about any."""
    return bool(getattr(row, "attribute", None) == finding.attribute)


def never(_finding: Finding, _row: Any) -> bool:
    """For rows that no sentence speaks of."""
    return False


def says_nothing_more(_finding: Finding, _row: Any, _known: Known) -> bool:
    """For rows whose sentences tell no more than the rows do."""
    return False


def as_it_was(because: str, _row: Any, _known: Known) -> str:
    """For rows whose sentences hold no clause that must go."""
    return because


def nothing_instead(_finding: Finding, _row: Any, _known: Known) -> str:
    """For rows of which no shorter sentence is said."""
    return ""


@dataclass(frozen=True)
class Treatment:
    """How one kind of row is handed over.

    `counted` are its fields that count people or rows, `not_counted` whole numbers that count
    something else. `shown` takes out of a row what must go, or drops it. `behind` says of which
    rows a finding's sentence speaks, and `tells` whether it tells what the row may not; then
    `instead` is said, or nothing but the verdict. `reworded` takes clauses out of a sentence.
    `parted` are parts of groups that are counted.
    """

    counted: frozenset[str]
    shown: Callable[[Any, Known], Row | None]
    not_counted: frozenset[str] = frozenset()
    behind: Callable[[Finding, Any], bool] = names_column
    tells: Callable[[Finding, Any, Known], bool] = says_nothing_more
    parted: tuple[Parted, ...] = ()
    reworded: Callable[[str, Any, Known], str] = as_it_was
    instead: Callable[[Finding, Any, Known], str] = nothing_instead


Treatments = Mapping[type[Row], Treatment]


def dropped(_row: Row, _known: Known) -> None:
    """Nothing of a row is shown."""
    return


def as_it_is_read(row: _R, _known: Known) -> _R:
    """A row with every number as it is read."""
    return coarser(row)


def unclean(row: Row, parted: Sequence[Parted], known: Known) -> list[Parted]:
    """Return the parts of a group that may not be known."""
    return [
        one
        for place, one in enumerate(parted)
        if row.group not in known.clean.get((type(row), place), frozenset())
    ]


def cleaned(row: _R, parted: Sequence[Parted], known: Known) -> _R:
    """A row without what tells parts that may not be known, its numbers as they are read."""
    gone = [name for one in unclean(row, parted, known) for name in one.fields]
    return coarser(without(row, gone))


def tells_parts(finding: Finding, row: Row, parted: Sequence[Parted], known: Known) -> bool:
    """Whether a sentence tells parts that may not be known."""
    return any(said in finding.because for one in unclean(row, parted, known) for said in one.marks)


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


def coarser(row: _R) -> _R:
    """A row with every number as it is read."""
    changed: dict[str, Any] = {}
    for field in dataclasses.fields(row):
        value = getattr(row, field.name)
        people = field.name in _IN_EFFECT
        if isinstance(value, float):
            changed[field.name] = as_read(value, people=people)
        elif isinstance(value, Estimate):
            changed[field.name] = coarser_estimate(value, people=people)
    return replace(row, **changed)


def coarser_estimate(value: Estimate, *, people: bool = False) -> Estimate:
    """An estimate with its numbers as they are read."""
    ends = (value.value, value.low, value.high)
    return Estimate(*(as_read(end, people=people) for end in ends))


_IN_EFFECT = frozenset({"basis", "effective", "effective_people", "n1", "n2"})
