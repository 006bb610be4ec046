"""Rows equal to a real row, value for value, of every group: counts of all rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.special import ndtr, ndtri

from audits.data.pair import Pair
from audits.data.tables import Counts, Engine, Repeated
from audits.estimates import Estimate
from audits.formulas.differences import Difference, square_and_add
from audits.formulas.hill import rarefied_hill
from audits.formulas.seen_again import seen_again
from audits.formulas.shares import wilson
from audits.settings import Settings

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Equal:
    """Counts per group; the last three are those of the holdout, zeros without one.

    `twins` counts real rows that another real row equals, `pairs` those that exactly one does,
    `unique` those that none does.
    """

    real: Counts
    synthetic: Counts
    copies: Counts
    twins: Counts
    pairs: Counts
    unique: Counts
    reproduced: Counts
    holdout: Counts
    overlap: Counts

    def overlap_beyond(self, confidence: float) -> Difference:
        """Share of holdout rows that equal a real row, less the share of twins."""
        return square_and_add(
            _share(self.overlap, self.holdout, confidence),
            seen_again(self.real - self.twins, self.pairs, self.real, confidence=confidence),
        )


def stale(overlap: Difference, settings: Settings) -> bool:
    """Whether more of a holdout are real rows than chance explains: it is not fresh then."""
    return bool(overlap.low[0] > 0 and overlap.value[0] > settings.holdout_overlap)


def holdout_is_stale(pair: Pair) -> bool:
    """Whether the holdout of a pair is not fresh; one pass over it and the real table."""
    if pair.holdout is None:
        return False
    counted, _, _ = equal_rows(pair)
    return stale(counted.overlap_beyond(pair.settings.confidence), pair.settings)


class Repeats:
    """How often the rows of a table repeat, per group."""

    def __init__(self, pair: Pair, table: Repeated) -> None:
        self._copies, place = np.unique(table.copies, return_inverse=True)
        inside = table.cell < len(pair.cells)
        at = (table.cell[inside], place[inside])
        shape = (len(pair.cells), len(self._copies))
        rows = sparse.csr_array((table.rows[inside], at), shape=shape)
        self._rows = sparse.csr_array(pair.groups.belongs @ rows)

    def share(self, group: int, size: int) -> float:
        """Share of `size` rows drawn from a group that are expected to repeat another of them."""
        if size < 1:
            return float("nan")
        row = self._rows[[group]]
        counts = np.repeat(self._copies[row.indices], row.data)
        return max(0.0, 1 - rarefied_hill(counts, size, order=0) / size)


def equal_rows(pair: Pair) -> tuple[Equal, Repeats, Repeats]:
    """Count equal rows: one pass over the contents of each table and its counterpart."""
    real = _repeated(pair, pair.real, pair.synthetic)
    synthetic = _repeated(pair, pair.synthetic, pair.real)
    rows = pair.rows
    held = overlap = np.zeros_like(rows[0])
    if pair.holdout is not None:
        table = _repeated(pair, pair.holdout, pair.real)
        held, overlap = _total(pair, table, table.copies > 0), _total(pair, table, table.found)
        everyone = np.array([not group for group in pair.groups.names])
        held = np.where(everyone, pair.holdout.rows, held)  # some may be of no group of ours
    single = real.copies == 1
    counted = Equal(
        real=rows[0],
        synthetic=rows[1],
        copies=_total(pair, synthetic, synthetic.found),
        twins=_total(pair, real, ~single),
        pairs=_total(pair, real, real.copies == 2),
        unique=_total(pair, real, single),
        reproduced=_total(pair, real, single & real.found),
        holdout=held,
        overlap=overlap,
    )
    return counted, Repeats(pair, synthetic), Repeats(pair, real)


def _repeated(pair: Pair, engine: Engine, other: Engine) -> Repeated:
    return engine.repeated([feature.name for feature in pair.features], pair.cells, other)


def _total(pair: Pair, table: Repeated, wanted: NDArray[np.bool_]) -> Counts:
    """Rows per group of which something holds."""
    rows = np.where(wanted, table.copies * table.rows, 0)
    cells = np.bincount(table.cell, rows, minlength=len(pair.cells) + 1)[:-1]
    return np.asarray(pair.groups.total(cells.astype(np.int64)))


def shares_beyond_chance(
    counted: Equal, by_holdout: NDArray[np.bool_], confidence: float
) -> list[dict[str, Any]]:
    """Per group: share copied, chance level, excess, and how far beyond everyone else's excess."""
    copied = _share(counted.copies, counted.synthetic, confidence)
    chance = _chance(counted, by_holdout, confidence)
    excess = square_and_add(copied, chance)
    others = square_and_add(
        _share(
            counted.copies[0] - counted.copies,
            counted.synthetic[0] - counted.synthetic,
            confidence,
        ),
        _chance(counted, by_holdout, confidence, others=True),
    )
    beyond = square_and_add(excess, others)
    tail = ndtr(-beyond.value / np.maximum(_error(beyond, confidence), 1e-12))
    beyond = Difference(*(np.clip(side, -1, 1) for side in beyond))  # as said: a share of rows
    columns = {
        "copied": copied,
        "chance": chance,
        "excess": excess,
        "beyond": beyond,
    }
    return [
        {name: Estimate(*(float(side[g]) for side in column)) for name, column in columns.items()}
        | {"beyond_p": float(tail[g])}
        for g in range(len(by_holdout))
    ]


def _chance(
    counted: Equal, by_holdout: NDArray[np.bool_], confidence: float, *, others: bool = False
) -> tuple[Floats, Floats, Floats]:
    """Share of fresh people who equal a real one: by the holdout, or by how real ones do."""

    def of(counts: Counts) -> Counts:
        return np.asarray(counts[0] - counts if others else counts)

    by_twins = seen_again(
        of(counted.real) - of(counted.twins), of(counted.pairs), of(counted.real),
        confidence=confidence,
    )  # fmt: skip
    held = _share(of(counted.overlap), of(counted.holdout), confidence)
    value, low, high = (
        np.where(by_holdout, ours, theirs) for ours, theirs in zip(held, by_twins, strict=True)
    )
    return value, low, high


def _error(difference: Difference, confidence: float) -> Floats:
    """Standard error on the side of nothing."""
    reach = float(ndtri((1 + confidence) / 2))
    return np.asarray((difference.value - difference.low) / reach)


def _share(count: Counts, total: Counts, confidence: float) -> tuple[Floats, Floats, Floats]:
    low, high = wilson(count, total, confidence=confidence)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(count / total), low, high
