"""What of each measured row can be shown: `disclosure_of` declares every count in it."""

from __future__ import annotations

from collections.abc import Sequence

from audits.disclosure_of import TREATED
from audits.disclosure_of.known import Known
from audits.results import Row

COUNTED: dict[type[Row], frozenset[str]] = {kind: how.counted for kind, how in TREATED.items()}
"""Fields that count people or rows, of every kind of row; a kind not named is never shown."""

NOT_COUNTED: dict[type[Row], frozenset[str]] = {
    kind: how.not_counted for kind, how in TREATED.items()
}
"""Whole numbers that count something else: columns, values, draws, groups."""


def shown_rows(rows: Sequence[Row], known: Known) -> tuple[Row, ...]:
    """Return the rows of a table that can be shown, with what must go taken out of them."""
    kept = (_shown(row, known) for row in rows if row.group not in known.hidden.groups)
    return tuple(row for row in kept if row is not None)


def _shown(row: Row, known: Known) -> Row | None:
    how = TREATED.get(type(row))
    return None if how is None else how.shown(row, known)
