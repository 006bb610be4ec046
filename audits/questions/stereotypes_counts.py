"""Stereotypes: the four counts behind every tie of a group to a value."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from audits.data.pair import Pair
from audits.data.tables import Coding, Counts
from audits.data.values import day_text, number_text
from audits.formulas.association_change import (
    Strength,
    cramers_v_interval,
    strength_difference,
)
from audits.formulas.ties import least_expected, margin_error

_FEWEST = 10  # rows by which a column is known to have one value only
Indices = NDArray[np.int64]


@dataclass(frozen=True)
class Ties:
    """Ties of groups to values, one entry each: two-by-two tables of shape (ties, 2, 2).

    First row: the group; first column: those who have the value. `constant` is 1 where the column
    has one value only in the synthetic table, -1 where in the real one, else 0. `error` is the
    standard error that the log ratio of odds would have if group and value were independent.
    """

    group: Indices
    attribute: Indices
    value: Indices
    real: Counts
    synthetic: Counts
    expected: NDArray[np.float64]
    error: NDArray[np.float64]
    constant: Indices

    def __len__(self) -> int:
        return len(self.group)


class Mean:
    """Cramer's V of every group, real, synthetic and their difference, added up over columns.

    `sums` has five rows: both values, the difference, and how far its limits lie below and above.
    """

    def __init__(self, groups: int) -> None:
        self.columns = np.zeros(groups, dtype=np.int64)
        self.sums = np.zeros((5, groups))

    def add(self, groups: Indices, real: Strength, synthetic: Strength) -> None:
        """Take in a column, for the groups in which both values are known."""
        change = strength_difference(real, synthetic)
        known = ~np.isnan(change.value)
        below, above = change.value - change.low, change.high - change.value
        parts = (real.value, synthetic.value, change.value, below, above)
        self.columns[groups[known]] += 1
        self.sums[:, groups[known]] += np.stack(parts)[:, known]


@dataclass(frozen=True)
class Counted:
    """Every tie measured, the names of values, and per group what was left out."""

    ties: Ties
    labels: tuple[tuple[str, ...], ...]
    others: tuple[Counts, Counts]
    too_few: Counts
    vanished: Counts
    strength: Mean


def counted(pair: Pair) -> Counted:
    """Count all ties, one column after the other, for runs of groups at a time."""
    size = len(pair.groups)
    too_few, vanished = np.zeros(size, np.int64), np.zeros(size, np.int64)
    labels, parts, strength = [], [], Mean(size)
    sets = feature_sets(pair)
    for j, coding in enumerate(pair.attributes):
        values = values_of(pair, coding)
        labels.append(values.names)
        for members, unlabelled in sets:
            if not values.kept.any() or not pair.inside[members[0], j]:
                continue
            base = _base(pair, coding.name, unlabelled, values.place)
            for run in pair.runs(members, [coding.name]):
                sides = [folded(side, values.place) for side in pair.counts(coding.name, run)]
                found = _measurable(sides, base, values.kept, pair.settings.tie_expected)
                too_few[run] += found.too_few
                vanished[run] += found.vanished
                parts.append(_picked(found, run, j, sides, base))
                strength.add(run, *_strengths(sides, base, pair.settings.confidence))
        pair.progress("stereotypes", 0.8 * (j + 1) / len(pair.attributes))
    return Counted(_joined(parts), tuple(labels), _others(pair, sets), too_few, vanished, strength)


def feature_sets(pair: Pair) -> list[tuple[Indices, Indices]]:
    """Groups by the features that form them: those with a label, and those without."""
    sets: dict[tuple[str, ...], tuple[list[int], list[int]]] = {}
    for g, name in enumerate(pair.groups.names):
        if name:
            key = tuple(column for column, _ in name)
            sets.setdefault(key, ([], []))[0 if pair.groups.labelled[g] else 1].append(g)
    return [
        (np.array(members, dtype=np.int64), np.array(unlabelled, dtype=np.int64))
        for members, unlabelled in sets.values()
        if members
    ]


def _others(pair: Pair, sets: list[tuple[Indices, Indices]]) -> tuple[Counts, Counts]:
    """Everyone outside a group whose label is known, per group and table."""
    found = []
    for rows in pair.rows:
        others = np.zeros(len(rows), np.int64)
        for members, _ in sets:
            others[members] = rows[members].sum() - rows[members]
        found.append(others)
    return found[0], found[1]


# -- values ----------------------------------------------------------------------------------------


class Values(NamedTuple):
    """Which value every code stands for (-1: none), the values' names, and which are measured."""

    place: Indices
    names: tuple[str, ...]
    kept: NDArray[np.bool_]


def values_of(pair: Pair, coding: Coding) -> Values:
    """Take every value of a column, or bands of a number between real quantiles.

    Of two values one says it all, so that only the rarer is measured: the odds ratio of the other
    is its inverse.
    """
    place, names = np.arange(coding.size) - 1, coding.labels[1:]
    if coding.kind in ("numeric", "date"):
        place = pair.recodings[coding.name].astype(np.int64) - 1
        names = _bands(coding, place)
    rows = np.array(
        [folded(side[np.newaxis], place)[0, :-1] for side in pair.everyone(coding.name)]
    )
    kept = rows.sum(0) > 0
    there = np.flatnonzero(kept)
    if len(there) == 2:
        kept[there[0] if rows[0, there[1]] <= rows[0, there[0]] else there[1]] = False
    return Values(place, names, kept & (len(there) > 1))


def _bands(coding: Coding, place: Indices) -> tuple[str, ...]:
    assert coding.positions is not None
    write = day_text if coding.kind == "date" else _short
    names = []
    for band in range(int(place.max(initial=-1)) + 1):
        codes = np.flatnonzero(place == band)
        low, high = (float(f(coding.positions[codes])) for f in (np.min, np.max))
        names.append(coding.labels[codes[0]] if low == high else f"{write(low)} to {write(high)}")
    return tuple(names)


def _short(value: float) -> str:
    return number_text(float(f"{value:.6g}"))


def folded(counts: Counts, place: Indices) -> Counts:
    """Return rows per value from rows per code; those without one come last."""
    size = int(place.max(initial=-1)) + 2
    folded = np.zeros((len(counts), size), dtype=np.int64)
    if size == counts.shape[1]:  # every code is a value: no need to add up
        folded[:, place] = counts
    else:
        np.add.at(folded.T, place, counts.T)
    return folded


# -- which can be measured -------------------------------------------------------------------------


@dataclass(frozen=True)
class _Found:
    groups: Indices
    values: Indices
    expected: NDArray[np.float64]
    error: NDArray[np.float64]
    constant: int
    too_few: Counts
    vanished: int


def _base(pair: Pair, attribute: str, unlabelled: Indices, place: Indices) -> list[Counts]:
    """Rows per value of everyone whose label is known: all but those with a label missing."""
    base = [side.copy() for side in pair.everyone(attribute)]
    for run in pair.runs(unlabelled, [attribute]):
        for which, counts in enumerate(pair.counts(attribute, run)):
            base[which] -= counts.sum(0)
    return [folded(side[np.newaxis], place)[0] for side in base]


def _measurable(
    sides: list[Counts], base: list[Counts], kept: NDArray[np.bool_], least: float
) -> _Found:
    """Ties that rest on enough people in both tables, chosen by the margins alone."""
    known = [total[:-1] for total in base]
    constant = _constant(known)
    expected = np.full((len(sides[0]), len(kept)), np.inf)
    variance = np.zeros(expected.shape)
    there = kept.copy()
    for which, side, total in zip((-1, 1), sides, known, strict=True):
        n = side[:, :-1].sum(1)
        if constant == which:
            expected[n < _FEWEST] = 0.0
            continue
        margins = n[:, np.newaxis], total, total.sum()
        expected = np.minimum(expected, least_expected(*margins))
        variance += margin_error(*margins) ** 2
        there &= total > 0
    measured = (expected >= least) & there
    groups, values = np.nonzero(measured)
    return _Found(
        groups,
        values,
        expected[groups, values],
        np.sqrt(variance[groups, values]),
        constant,
        too_few=(~measured & there).sum(1),
        vanished=int((kept & (known[0] + known[1] > 0) & ~there).sum()),
    )


def _constant(known: list[Counts]) -> int:
    """Which table shows one value only where the other has several: -1 real, 1 synthetic."""
    several = [int((side > 0).sum()) > 1 for side in known]
    for which, one, other in ((-1, 0, 1), (1, 1, 0)):
        if not several[one] and several[other] and int(known[one].sum()) >= _FEWEST:
            return which
    return 0


def _picked(found: _Found, run: Indices, j: int, sides: list[Counts], base: list[Counts]) -> Ties:
    tables = []
    for side, total in zip(sides, base, strict=True):
        inside, known = side[:, :-1].sum(1)[found.groups], int(total[:-1].sum())
        both, having = side[found.groups, found.values], total[found.values]
        rest = known - inside - having + both
        cells = [both, inside - both, having - both, rest]
        tables.append(np.stack(cells, axis=-1).reshape(-1, 2, 2))
    size = len(found.groups)
    return Ties(
        run[found.groups],
        np.full(size, j, dtype=np.int64),
        found.values.astype(np.int64),
        tables[0],
        tables[1],
        found.expected,
        found.error,
        np.full(size, found.constant, dtype=np.int64),
    )


def _strengths(
    sides: list[Counts], base: list[Counts], confidence: float
) -> tuple[Strength, Strength]:
    """Cramer's V of being of the group or not by a column; 0 where the column has one value."""
    found = []
    for side, total in zip(sides, base, strict=True):
        inside, known = side[:, :-1], total[:-1]
        table = np.stack([inside, known - inside], axis=1)
        strength = cramers_v_interval(table, confidence=confidence)
        if int((known > 0).sum()) == 1:
            both = (table.sum(2) >= _FEWEST).all(1)
            strength = Strength(*(np.where(both, 0.0, part) for part in strength))
        found.append(strength)
    return found[0], found[1]


def _joined(parts: list[Ties]) -> Ties:
    none = np.zeros(0, dtype=np.int64)
    tables = np.zeros((0, 2, 2), dtype=np.int64)
    empty = Ties(none, none, none, tables, tables, np.zeros(0), np.zeros(0), none)
    whole = [empty, *parts]
    return Ties(*(np.concatenate([getattr(t, f.name) for t in whole]) for f in fields(Ties)))
