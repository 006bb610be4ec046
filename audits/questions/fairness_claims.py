"""What of fairness is judged: statements about groups, and the rule that judges a family."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from audits.estimates import Estimate
from audits.formulas.ties import changed_beyond_p
from audits.judging import Claims, judged, limits
from audits.questions.fairness_rows import FairnessRow
from audits.results import Group, Row, Verdict
from audits.settings import Settings

Floats = NDArray[np.float64]
SURE = 30
"""People below whom an interval is told, but nothing is ever found to be in order."""


@dataclass(frozen=True)
class Statement:
    """One thing said of a group: the larger `value`, the worse; `either_way` if its sign is none.

    `people` is its denominator. `floor` is the p value of nothing at all being wrong, below which
    the p value of more than that cannot be. `row` holds the numbers; `made` says of a gap that it
    is clearly wider by the model trained on synthetic rows than by the one trained on real rows.
    """

    row: Row
    value: Estimate
    people: int
    either_way: bool = False
    floor: float = 0.0
    made: bool = False

    @property
    def known(self) -> bool:
        """Whether there is an interval to judge by."""
        return self.value.known and not math.isnan(self.value.low + self.value.high)


@dataclass(frozen=True)
class Found:
    """A statement with its verdict, what would flip it, and how bad it is."""

    statement: Statement
    verdict: Verdict
    sensitivity: str
    severity: float


def found_of(
    family: Sequence[Statement],
    about: Mapping[Group, FairnessRow],
    bounds: tuple[float, float],
    settings: Settings,
    spared: frozenset[int] = frozenset(),
) -> list[Found]:
    """Judge a family by its watch and problem limits; those `spared` are watched at the most."""
    milder = np.isin(np.arange(len(family)), list(spared))
    claims = replace(_claims(family, about, bounds, settings), spared=milder)
    verdicts, flips = judged(claims, settings)
    severity = np.nan_to_num(claims.value / bounds[1]).clip(0.0, 5.0)
    return [Found(one, verdicts[i], flips[i], float(severity[i])) for i, one in enumerate(family)]


def _claims(
    family: Sequence[Statement],
    about: Mapping[Group, FairnessRow],
    bounds: tuple[float, float],
    settings: Settings,
) -> Claims:
    size = len(family)
    signed, low, high = _numbers(family, settings.fairness_fewest)
    either = np.array([one.either_way for one in family], dtype=bool)
    turned = either & (signed < 0)
    signed, low, high = (
        np.where(turned, -signed, signed),
        np.where(turned, -high, low),
        np.where(turned, -low, high),
    )
    error = np.maximum((signed - low) / float(ndtri((1 + settings.confidence) / 2)), 1e-9)
    floor = np.array([one.floor for one in family], dtype=np.float64)

    def exceeds(limit: Floats) -> Floats:
        one_way = ndtr((limit - signed) / error)
        p = np.where(either, changed_beyond_p(signed, error, limit), one_way)
        return np.maximum(p, np.where(np.isnan(p), np.nan, floor))

    return Claims(
        value=signed,
        low=np.where(either, np.maximum(low, 0.0), low),
        high=np.where(either, np.maximum(np.abs(low), high), high),
        watch=limits(bounds[0], size),
        problem=limits(bounds[1], size),
        capped=np.array([_capped(one, about, settings) for one in family], dtype=bool),
        exceeds=exceeds,
    )


def _numbers(family: Sequence[Statement], fewest: int) -> tuple[Floats, Floats, Floats]:
    """Values and limits; unknown where too few people are behind them."""
    sides = [
        [
            getattr(one.value, side) if one.known and one.people >= fewest else math.nan
            for one in family
        ]
        for side in ("value", "low", "high")
    ]
    value, low, high = (np.array(side, dtype=np.float64) for side in sides)
    return value, low, high


def _capped(one: Statement, about: Mapping[Group, FairnessRow], settings: Settings) -> bool:
    """Whether nothing can be found in order: too few people tested, or behind the training."""
    return one.people < SURE or rests_on_few(about[one.row.group], settings)


def rests_on_few(row: FairnessRow, settings: Settings) -> bool:
    """Whether so few real people of a group were trained on that no more can be known of it.

    A model trained elsewhere has no training rows here, which says nothing.
    """
    trained = row.by_real.known or row.real > 0 or row.synthetic > 0
    return bool(row.state) or (trained and row.real <= settings.support_problem)
