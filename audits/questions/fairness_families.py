"""The three families of statements about fairness, each judged as one.

What training on synthetic rows does to a group; how far the group is from everyone else; and how
far its labels moved.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import TypeVar

import numpy as np
from scipy.special import ndtri, stdtr, stdtrit

from audits.estimates import Estimate
from audits.judging import adjusted
from audits.questions.fairness_claims import Floats, Found, Statement, found_of
from audits.questions.fairness_rows import ChangeRow, FairnessRow, LabelRow, RateRow
from audits.results import Group, Row
from audits.settings import Settings

About = Mapping[Group, FairnessRow]
_Of = TypeVar("_Of", bound=Row)
WORSE = {"accuracy": -1.0, "true positive rate": -1.0, "false positive rate": 1.0}
"""Which way a rate changes for the worse."""
ERROR = "mean absolute error"
EITHER_WAY = ("selection rate", "true positive rate", "false positive rate")
"""Rates of which both more and less than everyone else's can harm, by what the label means."""
GAPS = {*WORSE, *EITHER_WAY, ERROR}
"""What is held beside everyone else's."""


def rows_of(tables: Mapping[str, tuple[Row, ...]], kind: type[_Of]) -> list[_Of]:
    """Return the rows of a kind, whichever their table is called."""
    return [row for rows in tables.values() for row in rows if isinstance(row, kind)]


def harm(row: ChangeRow) -> Estimate:
    """Return a change for the worse: of an error, as a share of the error by real rows."""
    if row.metric == ERROR:
        return scaled(row.change, 1 / row.real if row.real > 0 else math.nan)
    return scaled(row.change, WORSE[row.metric])


def scaled(found: Estimate, factor: float) -> Estimate:
    """Multiply an estimate; a negative factor turns it round.

    >>> scaled(Estimate(1.0, 0.5, 2.0), -2.0)
    Estimate(value=-2.0, low=-4.0, high=-1.0)
    """
    if not found.known or math.isnan(factor):
        return Estimate.unknown()
    low, high = found.low * factor, found.high * factor
    return Estimate(found.value * factor, min(low, high), max(low, high))


def changes(rows: Iterable[ChangeRow], about: About, settings: Settings) -> list[Found]:
    """Judge what training on synthetic rows does to each group, for the worse."""
    judged = [row for row in rows if row.group in about and (row.metric in {*WORSE, ERROR})]
    family = [Statement(row, harm(row), row.of, floor=_floor(row)) for row in judged]
    bounds = (settings.fairness_change_watch, settings.fairness_change_problem)
    return found_of(family, about, bounds, settings)


def _floor(row: ChangeRow) -> float:
    """One-sided exact p value of no harm in the first round, where people can be counted.

    An interval's error tells little of the far tails of few people; the exact p value does.
    """
    if math.isnan(row.mcnemar_p):
        return 0.0
    worse = (row.only_synthetic - row.only_real) * WORSE.get(row.metric, 1.0) > 0
    return row.mcnemar_p / 2 if worse else 1 - row.mcnemar_p / 2


# -- beside everyone else --------------------------------------------------------------------------


def apart(
    rows: Iterable[RateRow], changed: Sequence[ChangeRow], about: About, settings: Settings
) -> list[Found]:
    """Judge gaps to everyone else; a gap that synthetic rows did not widen is watched only."""
    judged = [
        row
        for row in rows
        if row.group and row.group in about and row.model != "real" and row.metric in GAPS
    ]
    wider = made(judged, changed, settings)
    family = [
        Statement(row, gap(row), row.of, either_way=row.metric in EITHER_WAY, made=i in wider)
        for i, row in enumerate(judged)
    ]
    spared = {i for i, row in enumerate(judged) if row.model == "synthetic"} - wider
    bounds = (settings.fairness_apart_watch, settings.fairness_apart_problem)
    return found_of(family, about, bounds, settings, frozenset(spared))


def gap(row: RateRow) -> Estimate:
    """Return a gap so that more is worse, or in either way; of an error, as a share of the rest's.

    More right than everyone else is no harm to a group, so that accuracy counts one way.
    """
    if row.metric in EITHER_WAY:
        return row.apart
    if row.metric == ERROR:
        return scaled(row.apart, 1 / row.rest.value if row.rest.value > 0 else math.nan)
    return scaled(row.apart, -1.0)


def made(rows: Sequence[RateRow], changed: Sequence[ChangeRow], settings: Settings) -> set[int]:
    """Return the places of gaps that are clearly wider than by the model trained on real rows.

    Clearly: by as much as a change is watched from, and surely wider among all gaps at once.
    """
    if not rows:
        return set()
    by_key = {(row.group, row.metric, row.label): row for row in changed}
    same = [by_key.get((row.group, row.metric, row.label)) for row in rows]
    wider = [_wider(row, one.beyond if one else None) for row, one in zip(rows, same, strict=True)]
    value, low = (np.array([getattr(one, side) for one in wider]) for side in ("value", "low"))
    p = adjusted(_tail(value, low, same, settings.confidence), settings)
    with np.errstate(invalid="ignore"):
        sure = (p <= settings.false_discovery_rate) & (low > 0)
        return set(np.flatnonzero(sure & (value >= settings.fairness_change_watch)).tolist())


def _tail(value: Floats, low: Floats, same: Sequence[ChangeRow | None], level: float) -> Floats:
    """One-sided p values of no more than 0: normal for the people tested, Student's for the rounds.

    Of an interval's error, the people's part follows from the first round's counts, and what is
    left is the rounds'; degrees of freedom are Satterthwaite's. With normal tails for both, p
    values would be up to fifty times too small where training outweighs the people tested.
    """
    rounds = np.array([max(one.rounds, 1) if one else 1 for one in same])
    people = np.array([_by_people(one) for one in same])
    z = ndtri((1 + level) / 2)
    t = np.where(rounds > 1, stdtrit(np.maximum(rounds - 1, 1), (1 + level) / 2), z)
    half = np.maximum(value - low, 1e-9)
    people = np.minimum(people, (half / z) ** 2)
    trained = (half**2 - z**2 * people) / t**2
    error = people + trained
    freedom = np.maximum(rounds - 1, 1) * (error / np.maximum(trained, 1e-4 * error)) ** 2
    freedom = np.where(rounds > 1, freedom, 1e8)
    return np.asarray(stdtr(freedom, -value / np.sqrt(error)))


def _by_people(row: ChangeRow | None) -> float:
    """Variance of a change of shares by who is tested, of the first round; 0 if it is no share."""
    if row is None or row.of < 1 or row.only_real < 0:
        return 0.0
    apart = row.only_synthetic - row.only_real
    return (row.only_synthetic + row.only_real - apart**2 / row.of) / row.of**2


def _wider(row: RateRow, beyond: Estimate | None) -> Estimate:
    """How much wider a gap is than by the model trained on real rows, on the scale of the gap."""
    if beyond is None or not row.apart.known:
        return Estimate.unknown()
    if row.metric == ERROR:
        return scaled(beyond, 1 / row.rest.value if row.rest.value > 0 else math.nan)
    if row.metric in EITHER_WAY:
        return scaled(beyond, 1.0 if row.apart.value > 0 else -1.0)
    return scaled(beyond, -1.0)


# -- labels ----------------------------------------------------------------------------------------


def labels(rows: Iterable[LabelRow], about: About, settings: Settings) -> list[Found]:
    """Judge how far labels moved in each group, by themselves and beyond everyone else's move."""
    family = [
        Statement(
            row,
            scaled(moved(row), 1 / row.unit if row.unit > 0 else math.nan),
            min(row.real, row.synthetic),
            either_way=True,
        )
        for row in rows
        if row.group and row.group in about
    ]
    return found_of(family, about, (settings.label_watch, settings.label_problem), settings)


def moved(row: LabelRow) -> Estimate:
    """Return the lesser of a group's own move and of its move beyond everyone else's.

    Where everyone else moved (a small group among them that grew, say), a group that stayed is now
    apart from them and is not the one to be accused: what moved is found at those who moved.
    """
    if not (row.change.known and row.beyond.known):
        return Estimate.unknown()
    sign = math.copysign(1.0, row.beyond.value)
    own, beyond = scaled(row.change, sign), scaled(row.beyond, sign)
    if own.high <= 0:  # it surely moved the other way, or not at all
        return Estimate(0.0, 0.0, 0.0)
    lesser = Estimate(
        max(min(own.value, beyond.value), 0.0),
        min(own.low, beyond.low),
        min(own.high, beyond.high),
    )
    return scaled(lesser, sign)
