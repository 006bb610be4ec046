"""What pairs of values tell: unseen, forbidden, against a rule that holds of every real row.

Each check is a table over the codes of two columns, so that a row is checked by looking it up.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from audits.data.pair import Pair
from audits.data.tables import Codes, Coding, Counts
from audits.formulas.forbidden import expected_joint, forbidden_pairs, surprise
from audits.formulas.mined_rules import dependency, implications, out_of_order, sharp_limits

Flags = NDArray[np.bool_]
_LEAST = 299  # rows a rule rests on: at most one person in a hundred breaks it (95 percent)
_ORDERED = ("numeric", "date")


@dataclass(frozen=True)
class Axis:
    """A column as it is crossed: its place among the attributes, code to row of the table, labels.

    `numbers` are what the rows stand for, where that is a number.
    """

    column: int
    name: str
    recoding: NDArray[np.int64]
    labels: tuple[str, ...]
    numbers: NDArray[np.float64] | None = None


@dataclass(frozen=True)
class Check:
    """Pairs of values that break something: which, and the real rows expected to have them."""

    kind: str
    first: Axis
    second: Axis
    broken: Flags
    expected: NDArray[np.float64]
    says: str

    def hits(self, codes: Codes) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
        """Return the rows that break it, and how many real rows were expected to have the pair."""
        a = self.first.recoding[codes[:, self.first.column]]
        b = self.second.recoding[codes[:, self.second.column]]
        rows = np.flatnonzero(self.broken[a, b])
        return rows, self.expected[a[rows], b[rows]]

    def words(self, row: NDArray[np.uint16]) -> str:
        """Say what a row breaks."""
        a = int(self.first.recoding[row[self.first.column]])
        b = int(self.second.recoding[row[self.second.column]])
        what = (
            f"{self.first.name} {self.first.labels[a]} with {self.second.name} "
            f"{self.second.labels[b]}"
        )
        return f"{what}: {self.says.format(expected=f'{self.expected[a, b]:,.0f}')}"


class Tables:
    """Two-way tables of all real rows, in coarse codes and, for numbers, in fine ones."""

    def __init__(self, pair: Pair) -> None:
        attributes = pair.attributes
        coarse = [_coarse(pair, j) for j in pair.crossed]
        fine = [_fine(j, attributes[j]) for j in pair.crossed if attributes[j].kind in _ORDERED]
        plain = [axis for axis in coarse if attributes[axis.column].kind not in _ORDERED]
        self.coarse = [(a, b) for i, a in enumerate(coarse) for b in coarse[i + 1 :]]
        self.limits = [(a, b) for a in plain for b in fine]
        self.orders = [
            (a, b)
            for i, a in enumerate(fine)
            for b in fine[i + 1 :]
            if attributes[a.column].kind == attributes[b.column].kind
        ]
        self._axes = [*self.coarse, *self.limits, *self.orders]
        self._counts = [np.zeros((len(a.labels), len(b.labels)), np.int64) for a, b in self._axes]

    def add(self, codes: Codes) -> None:
        """Count some real rows."""
        for (a, b), table in zip(self._axes, self._counts, strict=True):
            joint = a.recoding[codes[:, a.column]] * table.shape[1]
            joint += b.recoding[codes[:, b.column]]
            np.add(table, np.bincount(joint, minlength=table.size).reshape(table.shape), out=table)

    def checks(self, alpha: float, spare: int) -> tuple[Check, ...]:
        """Return the checks that some pair of values could fail.

        With `spare` 1 they are those that each pair held by a single real row would fail, if this
        row were left out.
        """
        values = sum(float(((t.sum(1) > 0).sum()) * ((t.sum(0) > 0).sum())) for t in self._counts)
        pairs = max(values, 1.0)
        parts = {"least": float(_LEAST), "surprise": surprise(alpha=alpha, pairs=pairs)}
        found: list[Check] = []
        counted = iter(zip(self._axes, self._counts, strict=True))
        for axes, table in _take(counted, len(self.coarse)):
            found += _of_pair(axes, table, alpha, pairs, spare)
            found += _rules(axes, table, parts, spare)
        for axes, table in _take(counted, len(self.limits)):
            broken = sharp_limits(table[:, 1:], **parts, spare=spare)
            broken = np.pad(broken, ((0, 0), (1, 0)))  # what is missing is beyond no limit
            says = "no real row goes so far, and many come near"
            found.append(_check("rule", axes, broken, table, says))
        for axes, table in counted:
            found += _orders(axes, table, parts, spare)
        return tuple(check for check in found if check.broken.any())


def _take(
    counted: Iterator[tuple[tuple[Axis, Axis], Counts]], most: int
) -> Iterable[tuple[tuple[Axis, Axis], Counts]]:
    return [next(counted) for _ in range(most)]


def _check(kind: str, axes: tuple[Axis, Axis], broken: Flags, table: Counts, says: str) -> Check:
    return Check(kind, *axes, broken, expected_joint(table), says)


def _of_pair(
    axes: tuple[Axis, Axis], table: Counts, alpha: float, pairs: float, spare: int
) -> list[Check]:
    """Pairs that no real row has, and those of them that chance would have brought together."""
    forbidden = forbidden_pairs(table, alpha=alpha, pairs=pairs, spare=spare)
    says = "no real row has both, and {expected} would by chance"
    return [
        _check("unseen", axes, table == spare, table, "no real row has both"),
        _check("forbidden", axes, forbidden, table, says),
    ]


def _rules(
    axes: tuple[Axis, Axis], table: Counts, parts: dict[str, float], spare: int
) -> list[Check]:
    """Rules in both directions: one value implies another; one column determines another."""
    found = []
    for (a, b), counts in ((axes, table), (axes[::-1], table.T)):
        implied = implications(counts, **parts, spare=spare)
        says = f"all real rows with this {a.name} have another {b.name}"
        found.append(_check("rule", (a, b), implied, counts, says))
        determined = dependency(counts, **parts, spare=spare)
        says = f"in the real rows {a.name} determines {b.name}, and otherwise"
        found.append(_check("rule", (a, b), determined, counts, says))
    return found


def _orders(
    axes: tuple[Axis, Axis], table: Counts, parts: dict[str, float], spare: int
) -> list[Check]:
    """Of two columns of numbers, one is never above the other."""
    found = []
    for (a, b), counts in ((axes, table), (axes[::-1], table.T)):
        assert a.numbers is not None
        assert b.numbers is not None
        above = out_of_order(counts, a.numbers, b.numbers, **parts, spare=spare)
        says = f"no real row has {a.name} above {b.name}"
        found.append(_check("rule", (a, b), above, counts, says))
    return found


# -- axes ------------------------------------------------------------------------------------------


def _coarse(pair: Pair, column: int) -> Axis:
    """A column in coarse codes, each with a label."""
    coding = pair.attributes[column]
    recoding = pair.recodings[coding.name].astype(np.int64)
    labels = tuple(_label(coding, recoding, code) for code in range(int(recoding.max()) + 1))
    return Axis(column, coding.name, recoding, labels)


def _label(coding: Coding, recoding: NDArray[np.int64], code: int) -> str:
    held = [coding.labels[i] for i in np.flatnonzero(recoding == code)]
    if not held:
        return "missing"
    if len(held) == 1:
        return held[0]
    return f"{held[0]} to {held[-1]}" if coding.kind in _ORDERED else "of a rare level"


def _fine(column: int, coding: Coding) -> Axis:
    """A column of numbers in its own codes."""
    numbers = np.asarray(coding.positions, dtype=np.float64)
    return Axis(column, coding.name, np.arange(coding.size), coding.labels, numbers)


# -- rows ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Broken:
    """Per row and kind the check broken by the least likely pair; -1 where none is."""

    unseen: NDArray[np.int32]
    forbidden: NDArray[np.int32]
    rule: NDArray[np.int32]


def apply(checks: Sequence[Check], codes: Codes) -> Broken:
    """Check rows."""
    found = {kind: np.full(len(codes), -1, np.int32) for kind in ("unseen", "forbidden", "rule")}
    best = {kind: np.full(len(codes), -1.0) for kind in found}
    for i, check in enumerate(checks):
        rows, expected = check.hits(codes)
        stronger = expected > best[check.kind][rows]
        found[check.kind][rows[stronger]] = i
        best[check.kind][rows[stronger]] = expected[stronger]
    return Broken(**found)
