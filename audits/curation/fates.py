"""What becomes of each row, and who says so: from whatever decides, the same record."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

EXTRA = ("removed_rule", "removed_reason", "removed_by", "removed_at")
"""The columns that removed rows have beside their own."""


@dataclass(frozen=True)
class Fate:
    """Why a row is removed or edited; `by` and `at` are empty where a rule decides, not a person.

    `edit` maps columns to new values, and is empty for a row that is removed.
    """

    rule: str
    reason: str
    by: str = ""
    at: str = ""
    edit: Mapping[str, Any] = field(default_factory=dict)

    @property
    def extra(self) -> tuple[str, str, str, str]:
        """The values of the further columns of a removed row."""
        return self.rule, self.reason, self.by, self.at


@dataclass(frozen=True)
class Fates:
    """What becomes of rows, which are counted from 1; a row in neither mapping stays as it is.

    Attributes
    ----------
    removed, edited : mapping of int to Fate
        Rows that go, and rows of which some cells change. No row is in both.
    statuses : mapping
        Items of a queue per status; empty where a rule decides.
    rules : mapping
        Rule to what became of its rows or items, counted.
    decided_by : mapping
        What decided, in strict JSON types, for the manifest.
    decisions : sequence of mappings
        Every decision that was read, in strict JSON types.
    notes : tuple of str
        What a reader must know of them.
    """

    removed: Mapping[int, Fate]
    edited: Mapping[int, Fate]
    statuses: Mapping[str, int]
    rules: Mapping[str, Mapping[str, int]]
    decided_by: Mapping[str, Any]
    decisions: Sequence[Mapping[str, Any]] = ()
    notes: tuple[str, ...] = ()

    def kept(self, rows: int) -> NDArray[np.bool_]:
        """Return which of so many rows are kept."""
        mask = np.ones(rows, dtype=bool)
        mask[np.fromiter(self.removed, dtype=np.int64, count=len(self.removed)) - 1] = False
        return mask


def extra_names(columns: Iterable[str]) -> tuple[str, ...]:
    """Name the further columns of removed rows so that none is one of the table's own.

    >>> extra_names(["age", "Removed_By"])
    ('removed_rule', 'removed_reason', 'removed_by_2', 'removed_at')
    """
    taken = {name.casefold() for name in columns}
    names = []
    for wanted in EXTRA:
        name, number = wanted, 1
        while name.casefold() in taken:
            number += 1
            name = f"{wanted}_{number}"
        taken.add(name.casefold())
        names.append(name)
    return tuple(names)
