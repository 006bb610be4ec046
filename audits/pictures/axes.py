"""Axes: where a value stands, which values are written beneath, which words stand above."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from audits.pictures.widths import width


@dataclass(frozen=True)
class Scale:
    """Values from `low` to `high` on a line from `left` to `right`, in points."""

    low: float
    high: float
    left: float
    right: float
    log: bool = False

    def at(self, value: float) -> float:
        """Return where a value stands; what lies beyond stands at the edge."""
        held = min(max(value, self.low), self.high)
        low, high, held = (math.log(v) if self.log else v for v in (self.low, self.high, held))
        return self.left + (self.right - self.left) * (held - low) / (high - low)

    def holds(self, value: float) -> bool:
        """Whether a value lies between the ends."""
        return self.low <= value <= self.high

    def ticks(self, most: int) -> list[float]:
        """Return round values to write beneath, at most so many."""
        if not self.log:
            return _steps(self.low, self.high, most)
        tried = (
            _decades(self.low, self.high, digits)
            for digits in ((1, 1.5, 2, 3, 4, 5, 6, 8), (1, 2, 5), (1,))
        )
        usable = [found for found in tried if len(found) >= 2]
        if not usable:
            return [self.low, self.high]
        found = next((found for found in usable if len(found) <= most), usable[-1])
        return found[:: math.ceil(len(found) / most)]


def spread(values: Iterable[float], ends: tuple[float, float], *, log: bool) -> tuple[float, float]:
    """Return the range that holds every finite value within the ends, and some air around."""
    fit = [v for v in values if math.isfinite(v) and (v > 0 or not log)]
    low, high = (min(fit), max(fit)) if fit else (0.5 if log else 0.0, 1.0)
    if log:
        low, high = low / 1.4, high * 1.4
    else:
        air = 0.06 * (high - low or 1.0)
        low, high = low - air, high + air
    low, high = max(low, ends[0]), min(high, ends[1])
    return (low, high) if low < high else (low, low * 2 if log else low + 1.0)


def levels(words: Sequence[tuple[float, str]], size: float, most: int = 4) -> list[int]:
    """Return for each text, centred on its place, the lowest line on which it touches no other."""
    taken: list[float] = [-math.inf] * most
    chosen = []
    for at, text in words:
        half = width(text, size) / 2 + 2
        free = [line for line in range(most) if taken[line] <= at - half]
        line = free[0] if free else most - 1
        taken[line] = at + half
        chosen.append(line)
    return chosen


def _decades(low: float, high: float, digits: Sequence[float]) -> list[float]:
    start, end = math.floor(math.log10(low)), math.ceil(math.log10(high))
    return [
        float(f"{digit * 10.0**power:.12g}")
        for power in range(start, end + 1)
        for digit in digits
        if low <= digit * 10.0**power <= high
    ]


def _steps(low: float, high: float, most: int) -> list[float]:
    raw = (high - low) / max(most, 1)
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(digit * power for digit in (1, 2, 5, 10) if digit * power >= raw)
    first, last = math.ceil(low / step), math.floor(high / step)
    return [round(i * step, 12) for i in range(first, last + 1)]
