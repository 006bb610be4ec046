"""Generations: how many groups are gone, how many have lost more than half, and which."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from audits.data.chain import Chain
from audits.formulas.collapse_discrete import chance_still_there
from audits.questions.generations_rows import (
    EXTINCT,
    HALVED,
    GenerationFateRow,
    GenerationsRow,
)
from audits.results import Group, group_name

_HALF = 0.5


def chance_lost(chain: Chain) -> NDArray[np.float64]:
    """Chance that plain resampling loses a group that is gone: (generations + 1, groups).

    In all runs; every generation is taken to have as many rows as those given have on the whole.
    """
    totals = np.array([engine.rows for engine in chain.engines], dtype=float) / chain.replicates
    drawn = max(round(float(len(totals[1:]) / (1 / totals[1:]).sum())), 1)
    times = [round(t * chain.apart) for t in range(chain.generations + 1)]
    gone = chain.rows[-1] == 0
    shares = np.where(gone, chain.rows[0] / chain.engines[0].rows, 0.0)
    there = chance_still_there(shares, rows=drawn, generations=times[-1])
    return np.asarray((1 - there[times]) ** chain.replicates)


def fate_rows(rows: Sequence[GenerationsRow]) -> tuple[GenerationFateRow, ...]:
    """Count groups that are gone, and those of which less than half is left beyond chance."""
    there = [row for row in rows if row.group and row.real]
    gone = [row for row in there if row.extinct_at is not None]
    less = [row for row in there if row.extinct_at is None and _halved(row)]
    found = []
    for fate, those in ((EXTINCT, gone), (HALVED, less)):
        at = [int(row.extinct_at or row.generations) for row in those]
        found.append(
            GenerationFateRow(
                group=(),
                fate=fate,
                groups=len(those),
                of=len(there),
                by=max(at, default=0) * (rows[0].apart if rows else 1.0),
                last=(rows[0].generations * rows[0].apart) if rows else 0.0,
                named=tuple(group_name(group) for group in _widest_first(those)),
                hidden=0,
                unnamed=0,
            )
        )
    return tuple(found)


def _halved(row: GenerationsRow) -> bool:
    return row.share_ratio.value < _HALF and row.share_ratio.high < 1


def _widest_first(rows: Sequence[GenerationsRow]) -> list[Group]:
    return sorted((row.group for row in rows), key=lambda group: (len(group), group))
