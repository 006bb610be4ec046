"""Weights as multiples of one unit, so that their sums are exact whatever the order of rows."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
_HALF = 26  # a float's 53 bits are added up in two halves, each within 2^53
_PRECISION = 48  # bits below the total that a weight keeps


@dataclass
class ExactSum:
    """The exact sum of floats that are at least 0: parts add up, in any order."""

    halves: dict[int, int] = field(default_factory=dict)  # exponent to whole number

    def add(self, numbers: Numbers) -> None:
        """Add a piece of at most 2^26 numbers."""
        mantissa, exponent = np.frexp(numbers)
        whole = (mantissa * 2.0**53).astype(np.int64)
        low = int(exponent.min(initial=0))
        place = exponent - low
        for shift, half in ((_HALF, whole >> _HALF), (0, whole & ((1 << _HALF) - 1))):
            sums = np.bincount(place, weights=half.astype(np.float64))
            for i in np.flatnonzero(sums).tolist():
                self._add(i + low - 53 + shift, int(sums[i]))

    def _add(self, exponent: int, number: int) -> None:
        self.halves[exponent] = self.halves.get(exponent, 0) + number

    def join(self, other: ExactSum) -> None:
        """Add what was summed elsewhere."""
        for exponent, number in other.halves.items():
            self._add(exponent, number)

    @property
    def value(self) -> float:
        """The sum, rounded once."""
        if not self.halves:
            return 0.0
        low = min(self.halves)
        return _scaled(
            sum(number << (exponent - low) for exponent, number in self.halves.items()), low
        )


def _scaled(number: int, exponent: int) -> float:
    """Return ``number * 2**exponent`` for whole numbers of any length."""
    extra = max(number.bit_length() - 64, 0)
    return math.ldexp(float(number >> extra), exponent + extra)


@dataclass(frozen=True)
class Unit:
    """How weights are brought near 1, and rounded; squares likewise."""

    scale: float
    weight: float
    square: float

    def of(self, weights: Numbers) -> tuple[Numbers, Numbers]:
        """Return weights and their squares as multiples of their units."""
        kept = _rounded(weights / self.scale, self.weight)
        return kept, _rounded(kept**2, self.square)

    def near(self, weights: Numbers) -> Numbers:
        """Return weights near 1."""
        return np.asarray(weights / self.scale)

    def squares(self, weights: Numbers) -> Numbers:
        """Return the squares of weights before they are rounded."""
        return np.asarray(_rounded(weights / self.scale, self.weight) ** 2)


def unit_for(highest: float, summed: Callable[[Callable[[Numbers], Numbers]], float]) -> Unit:
    """Find the units of weights; `summed` gives the exact sum of what is made of all of them.

    Their scale is a power of two that brings the highest near 1, and its square with it: only the
    proportions of weights mean anything.
    """
    unit = Unit(2.0 ** math.floor(math.log2(highest)), 0.0, 0.0)
    unit = replace(unit, weight=_unit_of(summed(unit.near)))
    return replace(unit, square=_unit_of(summed(unit.squares)))


def exact_sum(pieces: Iterable[Numbers]) -> float:
    """Sum numbers that come piece by piece."""
    total = ExactSum()
    for piece in pieces:
        total.add(piece)
    return total.value


def _unit_of(total: float) -> float:
    return 2.0 ** (math.floor(math.log2(total)) - _PRECISION)


def _rounded(numbers: Numbers, unit: float) -> Numbers:
    return np.asarray(np.maximum(np.rint(numbers / unit), numbers > 0) * unit)
