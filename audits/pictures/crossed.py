"""Two sensitive features crossed: which groups there are, their order, and the lowest ratio."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from audits.estimates import many
from audits.results import Answer, group_name
from audits.visible import visible


def crossed(coverage: Answer, first: str, second: str) -> list[Any]:
    """Return the rows of the groups that are made of these two features, and no other."""
    return [row for row in coverage.rows if {name for name, _ in row.group} == {first, second}]


def levels(rows: Sequence[Any], feature: str) -> list[str]:
    """Return values by the real people that have them, most first: the last are the rare ones."""
    size: dict[str, int] = {}
    for row in rows:
        value = dict(row.group)[feature]
        size[value] = size.get(value, 0) + row.real
    return sorted(size, key=lambda value: (-size[value], value))


def alt(rows: Sequence[Any], first: str, second: str) -> str:
    """Return in one sentence where the ratio is lowest, and how many groups have none."""
    if not rows:
        return visible(f"No group of {first} × {second} to show.")
    known = [row for row in rows if row.ratio.known]
    said = f"{first} × {second}: {len(rows):,} groups"
    if known:
        lowest = min(known, key=lambda row: (row.ratio.value, row.group))
        said += (
            f"; the lowest share ratio is {group_name(lowest.group)}'s, {lowest.ratio}, "
            f"with {many(lowest.real, 'real person', 'real people')}"
        )
    unknown = len(rows) - len(known)
    return visible(said + (f"; {unknown:,} have no ratio." if unknown else "."))
