"""What pairs of values tell of a row: unseen, forbidden, against a rule of all real rows.

The rules are those that the question plausibility finds; here they are looked up row by row, and
put into words.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from audits.data.pair import Pair
from audits.data.tables import Codes, Coding, Counts
from audits.formulas.forbidden import Flags, expected_joint
from audits.questions.plausibility_rules import (
    FORBIDDEN,
    RANGE,
    RULE,
    UNSEEN,
    Bits,
    Crossed,
    Mined,
    Recoding,
    left_out,
    mine,
    of_fresh,
)

_NUMBERS = ("numeric", "date")
_SAYS = {
    "unseen": "no real row has both",
    "forbidden": "no real row has both, and {expected} would by chance",
    "dependency": "in the real rows {first} determines {second}, and otherwise",
    "implication": "all real rows with this {first} have another {second}",
    "limit": "no real row with this {first} goes so far, and many come near",
    "order": "no real row has {first} above {second}",
}


@dataclass(frozen=True)
class Check:
    """Pairs of values that break something: which, and the real rows expected to have them.

    `place` are the two columns; the recodings lead from their codes to the table's.
    """

    kind: str
    place: tuple[int, int]
    recodings: tuple[Recoding, Recoding]
    broken: Flags
    expected: NDArray[np.float64]
    codings: tuple[Coding, Coding]
    rules: Crossed | None = None

    def hits(self, codes: Codes) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
        """Return the rows that break it, and how many real rows were expected to have the pair."""
        a, b = (
            recoding[codes[:, j]] for recoding, j in zip(self.recodings, self.place, strict=True)
        )
        rows = np.flatnonzero(self.broken[a, b])
        return rows, self.expected[a[rows], b[rows]]

    def words(self, row: NDArray[np.uint16]) -> str:
        """Say what a row breaks."""
        a, b = (
            int(recoding[row[j]]) for recoding, j in zip(self.recodings, self.place, strict=True)
        )
        names = [coding.name for coding in self.codings]
        values = [
            f"{coding.name} {_label(coding, recoding, level)}"
            for coding, recoding, level in zip(self.codings, self.recodings, (a, b), strict=True)
        ]
        kind, way = self._which(a, b)
        first, second = names[::-1] if way else names
        expected = f"{self.expected[a, b]:,.0f}"
        told = _SAYS[kind].format(first=first, second=second, expected=expected)
        return f"{' with '.join(values)}: {told}"

    def _which(self, a: int, b: int) -> tuple[str, int]:
        """Return the rule between the two columns that a pair of values breaks, and its way."""
        if self.rules is None:
            return self.kind, 0
        broken = [key for key, flags in self.rules.broken.items() if flags[a, b]]
        return min(broken, key=lambda key: (list(_SAYS).index(key[0]), key[1]))


def _label(coding: Coding, recoding: Recoding, level: int) -> str:
    held = np.flatnonzero(recoding == level)
    if level == 0 or not len(held):
        return "missing"
    first, last = (coding.labels[held[i]].removeprefix("about ") for i in (0, -1))
    if len(held) == 1:
        return str(first)
    return f"{first} to {last}" if coding.kind in _NUMBERS else "of a rare level"


class Found:
    """Everything found in the real rows: for fresh rows, and for real ones, each left out."""

    def __init__(self, pair: Pair) -> None:
        self.mined = mine(pair)
        self.fresh = _checks(pair, self.mined, of_fresh)
        self.left_out = _checks(pair, self.mined, left_out)
        self.ends = {j: _ends(pair, j) for j, _ in self.mined.singles}

    def outside(self, codes: Codes, *, fresh: bool) -> NDArray[np.int32]:
        """Return the first column in which each row is out of range; -1 where it is in none.

        Real rows, which are not fresh, are judged by the range of the others.
        """
        found = np.full(len(codes), -1, dtype=np.int32)
        for j, bits in reversed(self.mined.singles):
            out = (of_fresh if fresh else left_out)(bits) & RANGE
            found[out[codes[:, j]] > 0] = j
        return found


def _checks(pair: Pair, mined: Mined, bits_of: Callable[[Bits], Bits]) -> tuple[Check, ...]:
    """Return the checks that some pair of values could fail."""
    crossed = {(one.first.coding.name, one.second.coding.name): one for one in mined.crossed}
    found: list[Check] = []
    for i, j, first, second, packed in mined.pairs:
        names = (mined.names[i], mined.names[j])
        bits, codings = bits_of(packed), (pair.attributes[i], pair.attributes[j])
        coarse = first is pair.recodings[names[0]]
        table = (pair.pair_tables if coarse else pair.finer_tables)[names][0]
        expected = expected_joint(table)
        for kind, bit in (("unseen", UNSEEN), ("forbidden", FORBIDDEN), ("rule", RULE)):
            broken = (bits & bit) > 0
            if broken.any():
                rules = crossed.get(names) if kind == "rule" else None
                found.append(Check(kind, (i, j), (first, second), broken, expected, codings, rules))
    return tuple(found)


def _ends(pair: Pair, column: int) -> tuple[int, int]:
    """Return the least and the greatest code of a column that a real row has."""
    counts: Counts = pair.everyone(pair.attributes[column].name)[0]
    held = np.flatnonzero(counts[1:]) + 1
    return (int(held[0]), int(held[-1])) if len(held) else (0, 0)


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
