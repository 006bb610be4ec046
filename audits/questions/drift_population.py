"""Drift beside the reference population: whether a column moved towards what is asked of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from audits.data.pair import Pair
from audits.data.reference import Reference
from audits.data.tables import Coding
from audits.questions.drift_rows import ColumnDriftRow
from audits.results import Group

_WHOLE = 0.95  # of the population that must have a level of the column to be compared with

Counts = NDArray[np.int64]


def beside_population(
    pair: Pair, coding: Coding, rows: Sequence[ColumnDriftRow], sides: tuple[Counts, Counts]
) -> list[ColumnDriftRow]:
    """Say of a column in each group how far either table lies from the reference population."""
    if pair.reference is None:
        return list(rows)
    found = []
    for row, real, synthetic in zip(rows, *sides, strict=True):
        asked = _asked(pair.reference, coding, row.group)
        if asked is not None and real[1:].sum() and synthetic[1:].sum():
            apart = [_apart(side[1:], asked) for side in (real, synthetic)]
            found.append(replace(row, real_apart=apart[0], synthetic_apart=apart[1]))
        else:
            found.append(row)
    return found


def _asked(reference: Reference, coding: Coding, group: Group) -> NDArray[np.float64] | None:
    """Shares of a column's levels in the population, or in a group of it, where they are known."""
    if not group:
        shares = reference.attribute(coding)
        return None if shares is None else _whole(shares[1:])
    whole = reference.share(group)
    parts = [
        reference.share(tuple(sorted((*group, (coding.name, label)))))
        for label in coding.labels[1:]
    ]
    if not whole or any(part is None for part in parts):
        return None
    return _whole(np.array(parts, dtype=np.float64) / whole)


def _whole(shares: NDArray[np.float64]) -> NDArray[np.float64] | None:
    total = float(shares.sum())
    return shares / total if total >= _WHOLE else None


def _apart(counts: Counts, shares: NDArray[np.float64]) -> float:
    """Total variation: the share of people who would have to change."""
    return float(np.abs(counts / counts.sum() - shares).sum() / 2)
