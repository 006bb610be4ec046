"""The quantity by which each question ranks synthetic tables, declared once."""

from __future__ import annotations

import math
from dataclasses import dataclass

from audits.estimates import Estimate


@dataclass(frozen=True)
class Quantity:
    """A field of a question's main table, and in which direction it is worse.

    `worse` is "more", "less", or "away": the further from `neutral`, the worse. Where it is a
    `factor`, half is as far from 1 as double. `sign` names a property of the row, and `says` what
    it means of a table where it holds: more than a place in a ranking tells.
    """

    question: str
    field: str
    label: str
    worse: str
    neutral: float = 0.0
    factor: bool = False
    sign: str = ""
    says: str = ""

    @property
    def best(self) -> str:
        """Which values are good ones.

        >>> LEADING[0].best
        'the nearer to 1, the better'
        """
        if self.worse == "away":
            return f"the nearer to {self.neutral:g}, the better"
        return f"{'more' if self.worse == 'less' else 'less'} is better"

    def badness(self, value: Estimate) -> Estimate:
        """How bad a value is, with its interval: the more, the worse.

        >>> LEADING[0].badness(Estimate(0.5, 0.25, 2.0)).low
        0.0
        """
        if not value.known:
            return value
        if self.worse == "less":
            return Estimate(-value.value, -value.high, -value.low)
        if self.worse == "more":
            return value
        centre, low, high = (self._from_neutral(v) for v in (value.value, value.low, value.high))
        nearest = 0.0 if low <= 0 <= high else min(abs(low), abs(high))
        return Estimate(abs(centre), nearest, max(abs(low), abs(high)))

    def _from_neutral(self, value: float) -> float:
        if not self.factor:
            return value - self.neutral
        return math.log(value / self.neutral) if value > 0 else -math.inf


LEADING = (
    Quantity("coverage", "ratio", "synthetic over real share", "away", 1.0, factor=True),
    Quantity(
        "drift",
        "auc",
        "chance of telling real from synthetic",
        "away",
        0.5,
        sign="below_half",
        says="below one half: a sign of copying, see copying",
    ),
    Quantity("drift", "pairs", "people in wrong combinations, all pairs of columns", "more"),
    Quantity("diversity", "index", "share of variety lost (below 0: gained)", "away"),
    Quantity("provenance", "effective_people", "effective number of real people", "less"),
    Quantity("stereotypes", "strength_change", "change of ties to other columns (V)", "away"),
    Quantity("copying", "near_copies", "share of near copies", "more"),
    Quantity("copying", "excess", "equal rows beyond chance", "more"),
    Quantity("plausibility", "excess", "flagged rows beyond fresh people", "more"),
    Quantity(
        "fairness", "loss", "accuracy lost (or error gained) by a model trained on it", "more"
    ),
)
"""In the order in which they are shown. What a question lacks of them is left out.

Variety gained is ranked like variety lost: a table of noise is more varied than people are.
"""

BEST = {(quantity.question, quantity.field): quantity.best for quantity in LEADING}
"""Which values of a question's quantity are good ones, in words."""

NOT_RANKED = ("collection",)
"""Questions about the real table alone: every synthetic table has the same answer."""
