"""Stereotypes: how far every tie has changed, which way, and in what order they are told."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from audits.formulas.association_change import Strength, strength_difference
from audits.formulas.ties import Interval, difference, log_odds_ratio, rows_at_odds
from audits.questions.stereotypes_counts import Ties

KINDS = ("sharpened", "reversed", "loosened")
SHARPENED, REVERSED, LOOSENED = range(3)


@dataclass(frozen=True)
class Change:
    """Log odds ratios of ties in both tables, their difference, and which way it goes.

    `moved` is what the difference comes to in rows, as a share of the rarest side; `least` the
    share from which it counts.
    """

    real: Interval
    synthetic: Interval
    ratio: Interval
    moved: Strength
    kind: NDArray[np.int64]
    inverse: NDArray[np.bool_]
    least: float

    @property
    def sure(self) -> NDArray[np.float64]:
        """The end of the interval nearer to no change; at most 0 where it holds no change.

        Where next to nobody may have moved, it is below 0, too: a tie all but complete.
        """
        reach = self.ratio.high - self.ratio.value
        sure = np.abs(self.ratio.value) - reach
        moved = np.where(self.moved.value > 0, self.moved.low, -self.moved.high)
        return np.asarray(np.where(moved >= self.least, sure, np.minimum(sure, 0) - 100))

    @property
    def widest(self) -> NDArray[np.float64]:
        """The other end of the interval; 0 where next to nobody can have moved."""
        reach = self.ratio.high - self.ratio.value
        moved = np.maximum(-self.moved.low, self.moved.high)
        return np.asarray(np.where(moved < self.least, 0.0, np.abs(self.ratio.value) + reach))


def changes(ties: Ties, confidence: float, least: float) -> Change:
    """Compare the odds ratios of every tie; in a column of one value there is no tie: 1."""
    sides = []
    for which, table in ((-1, ties.real), (1, ties.synthetic)):
        odds = log_odds_ratio(table, confidence=confidence)
        constant = ties.constant == which  # independent of everything
        sides.append(Interval(*(np.where(constant, 0.0, part) for part in odds)))
    real, synthetic = sides
    sure = [(side.low > 0) | (side.high < 0) for side in sides]
    opposite = sure[0] & sure[1] & (real.value * synthetic.value < 0)
    stronger = np.abs(synthetic.value) > np.abs(real.value)
    kind = np.where(opposite, REVERSED, np.where(stronger, SHARPENED, LOOSENED))
    # "so many times as strongly" is told of what the tie is now, or of what it was, if loosened
    told = np.where(kind == LOOSENED, real.value, synthetic.value)
    ratio = difference(real, synthetic, confidence=confidence)
    return Change(real, synthetic, ratio, _moved(ties, real, synthetic), kind, told < 0, least)


def _moved(ties: Ties, real: Interval, synthetic: Interval) -> Strength:
    """Rows out of place, at the synthetic margins: those there are less those due."""
    table = np.where((ties.constant == 1)[:, np.newaxis, np.newaxis], ties.real, ties.synthetic)
    members, having, rows = table[:, 0].sum(-1), table[:, :, 0].sum(-1), table.sum((-2, -1))
    rarest = np.minimum(np.minimum(members, rows - members), np.minimum(having, rows - having))
    due, found = (
        Strength(
            *(
                rows_at_odds(part, members, having, rows) / np.maximum(rarest, 1)
                for part in (side.value, side.low, side.high)
            )
        )
        for side in (real, synthetic)
    )
    return strength_difference(due, found)


def ranks(ties: Ties, change: Change) -> NDArray[np.int64]:
    """Return the place of every tie among its group's that went its way, the surest first."""
    way = change.kind == LOOSENED
    order = np.lexsort((ties.value, ties.attribute, -change.sure.round(12), way, ties.group))
    rank = np.empty(len(ties), dtype=np.int64)
    key = ties.group[order] * 2 + way[order]
    first = np.r_[True, key[1:] != key[:-1]] if len(key) else np.zeros(0, dtype=bool)
    start = np.maximum.accumulate(np.where(first, np.arange(len(key)), 0))
    rank[order] = np.arange(len(key)) - start + 1
    return rank
