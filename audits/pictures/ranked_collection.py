"""The collection plan ranked: how many real people each group needs, the most missing on top."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from audits.estimates import Estimate, many
from audits.pictures.arranging import Told, arranged, name
from audits.pictures.panels import Dot, Look, Panel, Ranking
from audits.results import Answer


def collection(_answer: Answer, shown: Sequence[Any], most: int) -> Ranking:
    """Return the groups that lack most people first."""
    rows = sorted(shown, key=lambda row: (-row.more, len(row.group), row.group))
    told = Told(
        "How many people each group needs", _alt(rows), _beside,
        lambda row: (row.real, row.more), ("there", "more"),
    )  # fmt: skip

    def panels(drawn: Sequence[Any]) -> tuple[Panel, ...]:
        return (
            Panel(
                "real people needed in all",
                tuple(_dot(row) for row in drawn),
                (),
                band=(0.0, 0.0),
                ends=(0.5, math.inf),
                log=True,
                room=60.0,
                shows=(10.0, 100.0),
            ),
        )

    return arranged(rows, most, told, panels, lambda row: row.needed > 0)


def _dot(row: Any) -> Dot:
    if row.needed <= 0:
        return Dot(Estimate.unknown(), Look("not enough evidence", "nobody"), "nobody is asked for")
    needed = float(row.needed)
    look = Look("watch", "more are needed") if row.more else Look("ok", "enough are there")
    return Dot(
        Estimate(needed, needed, needed), look, f"{row.needed:,}", people=float(row.real or 0.5),
        tells=f"{many(row.needed, 'person', 'people')} in all, {row.more:,} more",
    )  # fmt: skip


def _beside(row: Any) -> str:
    return f"{row.real:,} there, {row.more:,} more" if row.more else f"{row.real:,} there: enough"


def _alt(rows: Sequence[Any]) -> str:
    short = [row for row in rows if row.more]
    if not short:
        return f"No group of {len(rows)} needs more real people."
    first = short[0]
    return (
        f"Of {len(rows)} groups, {len(short)} need more real people; the most needs {name(first)}: "
        f"{first.more:,} more, {first.needed:,} in all."
    )
