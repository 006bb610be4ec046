"""Somebody who has what was handed over, and wants the counts that are not in it.

Written apart from the code it attacks: it reads the JSON, takes every number about a group from the
tables, the evidence, the shares and the sentences, and asks what the hidden ones can still be.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import combinations, product
from typing import Any

import numpy as np
from scipy.optimize import linprog

SIDES = ("real", "synthetic")
SAID = (
    (re.compile(r"(?:only |: )([\d,]+) (?:people|person) in the real data"), ("real",)),
    (re.compile(r"resting on ([\d,]+) and ([\d,]+) rows"), ("synthetic", "real")),
    (re.compile(r"resting on ([\d,]+) real and ([\d,]+) synthetic rows"), ("real", "synthetic")),
    (re.compile(r"yet ([\d,]+) synthetic rows?"), ("synthetic",)),
    (re.compile(r"([\d,]+) synthetic rows? rests? on ([\d,]+) real"), ("synthetic", "real")),
)


def key(group: dict[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple(sorted(group.items()))


@dataclass
class Attacker:
    """What is known, per table: numbers of people in groups, and in unions of groups."""

    document: dict[str, Any]
    truth: dict[tuple, tuple[int, int]]
    level: int
    known: list[dict[tuple, float]] = field(default_factory=lambda: [{}, {}])
    gaps: dict[tuple[str, ...], float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.systems: dict[tuple[int, bool], dict[str, Any]] = {}
        self.fitting: dict[int, list[np.ndarray]] = {}
        self.lines: dict[tuple, np.ndarray] = {}
        self.levels: dict[str, list[str]] = {}
        for column, value in sorted({pair for name in self.truth for pair in name}):
            self.levels.setdefault(column, []).append(value)
        self.cells = [
            dict(zip(self.levels, values, strict=True)) for values in product(*self.levels.values())
        ]
        self.document = json.loads(json.dumps(self.document, allow_nan=False))
        self.sizes = {record["role"]: record["rows"] for record in self.document["inputs"]}
        for side, role in enumerate(SIDES):
            self.known[side][()] = self.sizes[role]
        for question, answer in self.document["answers"].items():
            for row in (row for rows in answer["tables"].values() for row in rows):
                self._row(row, question)
        for finding in self.document["findings"]:
            self._row({**finding["evidence"], "group": finding["group"]}, finding["question"])
            self._sentence(key(finding["group"]), finding["because"])
        for column in self.document["columns"]:
            self._column(column)

    def _row(self, row: dict[str, Any], question: str) -> None:
        group = key(row["group"])
        value = "attribute" in row and isinstance(row.get("value"), str)
        if len(group) > self.level or value or "feature" in row or "generation" in row:
            return  # of those who have a value, or of whom both columns are known
        for side, role in enumerate(SIDES):
            if isinstance(row.get(role), int):
                self._learn(side, group, row[role])
            share = (row.get(f"{role}_share") or {}).get("value")
            if share is not None:
                self._learn(side, group, share * self.sizes[role])
        if question in ("coverage", "generations"):
            self._ratio(group, row)
        if row.get("missing_share"):
            self.gaps[tuple(column for column, _ in group)] = (
                row["missing_share"] * self.sizes["real"]
            )

    def _ratio(self, group: tuple, row: dict[str, Any]) -> None:
        ratio = (row.get("ratio") or row.get("share_ratio") or {}).get("value")
        synthetic = row.get("synthetic")
        if isinstance(ratio, float) and ratio and isinstance(synthetic, int):
            self._learn(0, group, synthetic / self.sizes["synthetic"] / ratio * self.sizes["real"])

    def _sentence(self, group: tuple, because: str) -> None:
        for pattern, roles in SAID:
            for found in pattern.finditer(because):
                for role, number in zip(roles, found.groups(), strict=True):
                    self._learn(SIDES.index(role), group, int(number.replace(",", "")))

    def _column(self, column: dict[str, Any]) -> None:
        for side, role in enumerate(SIDES):
            if column["use"] == "sensitive" and column[f"missing_{role}"]:
                self._learn(side, ((column["name"], "missing"),), column[f"missing_{role}"])

    def _learn(self, side: int, group: tuple, count: float) -> None:
        before = self.known[side].setdefault(group, count)
        assert abs(before - count) < 0.5, (group, before, count)

    # -- what can be inferred ----------------------------------------------------------------------

    def hidden(self) -> list[tuple]:
        return [key(group) for group in self.document["hidden"]]

    def range_of(self, side: int, group: tuple, *, blind: bool = False) -> tuple[float, float]:
        """The least and the most a group can have; `blind`, where only emptiness is known."""
        if (side, blind) not in self.systems:
            self.systems[side, blind] = self._system(side, blind=blind)
        bounds = []
        for sign in (1, -1):
            found = linprog(sign * self._line(group), **self.systems[side, blind], method="highs")
            assert found.status == 0, (found.message, group)
            bounds.append(sign * found.fun)
            if not blind:
                self.fitting.setdefault(side, []).append(found.x)
        return bounds[0], bounds[1]

    def _line(self, name: tuple) -> np.ndarray:
        if name not in self.lines:
            inside = [all(cell[k] == v for k, v in name) for cell in self.cells]
            self.lines[name] = np.array(inside, dtype=float)
        return self.lines[name]

    def _system(self, side: int, *, blind: bool) -> dict[str, Any]:
        least = []
        equal = [(self._line(()), self.known[side][()])]
        for name in self._possible(self.levels):
            if self.truth.get(name, (0, 0))[side] == 0:
                equal.append((self._line(name), 0.0))
            else:
                least.append(self._line(name))
        if not blind:
            equal += [(self._line(name), n) for name, n in self.known[side].items()]
            equal += [
                (np.array([float(any(c[k] == "missing" for k in chosen)) for c in self.cells]), n)
                for chosen, n in self.gaps.items()
                if side == 0
            ]
        return {
            "A_ub": -np.array(least),
            "b_ub": -np.ones(len(least)),
            "A_eq": np.array([part for part, _ in equal]),
            "b_eq": [float(round(n)) for _, n in equal],
        }

    def _possible(self, levels: dict[str, list[str]]) -> Iterator[tuple]:
        """Every group that there could be."""
        for size in range(1, self.level + 1):
            for chosen in combinations(levels, size):
                for values in product(*(levels[c] for c in chosen)):
                    yield tuple(zip(chosen, values, strict=True))

    def narrowed(self, min_cell: int) -> list[tuple]:
        """Small groups of which more is known than that they are small and not empty."""
        found = []
        for group, counts in self.truth.items():
            if len(group) > self.level:
                continue
            for side in range(2):
                if not 0 < counts[side] < min_cell or self._seen_open(side, group, min_cell):
                    continue
                low, high = self.range_of(side, group)
                floor, _ = self.range_of(side, group, blind=True)
                if low > floor + 1e-6 or high < min_cell - 1 - 1e-6:
                    found.append((group, SIDES[side], counts[side], low, high))
        return found

    def _seen_open(self, side: int, group: tuple, min_cell: int) -> bool:
        """Whether tables met while looking at other groups leave this one as open as can be.

        They fit all that is known. A group has one person at least in each part that is not empty.
        """
        if not self.fitting.get(side):
            return False
        counts = np.array(self.fitting[side]) @ self._line(group)
        parts = Counter(
            frozenset(column for column, _ in name)
            for name, numbers in self.truth.items()
            if len(name) == self.level and numbers[side] and set(group) <= set(name)
        )
        floor = max(parts.values(), default=1)
        return bool(counts.min() <= floor + 1e-6 and counts.max() >= min_cell - 1 - 1e-6)


SHARES = {
    "copies": (("copied", "synthetic"),),
    "flagged": (("observed", "synthetic_used"),),
    "fresh_flagged": (("expected", "fresh_used"),),
    "real_flagged": (("real_rate", "real_used"),),
}
EQUAL = re.compile(r"([\d,]+) of ([\d,]+) synthetic rows? [^;]*?equals? one of")
BREAK = re.compile(r"([\d.]+) % \([^)]*\) of ([\d,]+) synthetic rows break")


@dataclass
class PartsAttacker:
    """Somebody who wants to know how many of a group are copies, or break a rule."""

    document: dict[str, Any]
    question: str
    part: str
    truth: dict[tuple, int]
    known: dict[tuple, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        levels: dict[str, set[str]] = {}
        for column, value in {pair for name in self.truth for pair in name}:
            levels.setdefault(column, {"not listed"}).add(value)
        self.cells = [
            dict(zip(levels, values, strict=True)) for values in product(*levels.values())
        ]
        for row in self.document["answers"][self.question]["tables"]["groups"]:
            self._learn(key(row["group"]), row)
        for finding in self.document["findings"]:
            if finding["question"] == self.question:
                self._learn(key(finding["group"]), finding["evidence"])
                self._sentence(key(finding["group"]), finding["because"])

    def _learn(self, group: tuple, row: dict[str, Any]) -> None:
        count = row.get(self.part)
        if isinstance(count, int) and count >= 0:
            self.known[group] = count
        for share, of in SHARES[self.part]:
            value, size = (row.get(share) or {}).get("value"), row.get(of)
            if value is not None and isinstance(size, int) and size > 0:
                self.known.setdefault(group, round(value * size))

    def _sentence(self, group: tuple, because: str) -> None:
        if self.part == "copies" and (found := EQUAL.search(because)):
            self.known.setdefault(group, int(found.group(1).replace(",", "")))
        if self.part == "flagged" and (found := BREAK.search(because)):
            size = int(found.group(2).replace(",", ""))
            self.known.setdefault(group, round(float(found.group(1)) / 100 * size))

    def _line(self, name: tuple) -> np.ndarray:
        return np.array([float(all(c[k] == v for k, v in name)) for c in self.cells])

    def range_of(self, group: tuple) -> tuple[float, float]:
        """The least and the most it can be; flags need not add up, and then tell nothing more."""
        if group in self.known:
            return self.known[group], self.known[group]
        equal = {
            "A_eq": np.array([self._line(name) for name in self.known]),
            "b_eq": list(self.known.values()),
        } if self.known else {}  # fmt: skip
        bounds = []
        for sign in (1, -1):
            found = linprog(sign * self._line(group), **equal, method="highs")
            if found.status == 2:  # they do not add up
                return 0.0, np.inf
            bounds.append(sign * (found.fun if found.status == 0 else -np.inf))
        return bounds[0], bounds[1]

    def told(self, min_cell: int) -> list[tuple]:
        """Small counts that are known: as numbers, or as small and not nothing."""
        found = []
        for group, count in self.truth.items():
            if 0 < count < min_cell:
                low, high = self.range_of(group)
                if high - low < 1 or (low > 1e-6 and high < min_cell):
                    found.append((group, count, low, high))
        return found
