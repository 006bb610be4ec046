"""What a weighting is made of."""

from __future__ import annotations

from dataclasses import dataclass

from audits.results import Row


@dataclass(frozen=True)
class MarginRow(Row):
    """The share of one group before and after, beside its target.

    `rows` counts the rows of the group, which weights leave as they are. `trimmed` is the share
    once weights were trimmed and before the margins were raked again, None without trimming.
    `error` is the distance of `after` from the target, relative to it.
    """

    rows: int
    before: float
    target: float
    trimmed: float | None
    after: float
    error: float


@dataclass(frozen=True)
class CellWeight(Row):
    """The weight of every row that has one combination of values; `rows` counts these rows."""

    rows: int
    weight: float
