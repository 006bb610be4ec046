"""A number that admits its uncertainty."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

_NOTHING = 1e-12  # no statistic of a table is so small, and rounding leaves less


@dataclass(frozen=True, slots=True)
class Estimate:
    """A value with its interval.

    ``nan`` means undefined (and is written as null in JSON); ``inf`` is a true limit, such as the
    upper limit of a ratio whose denominator may be zero.

    Examples
    --------
    >>> print(Estimate(0.83, low=0.71, high=0.96))
    0.83 (0.71 to 0.96)
    >>> Estimate.unknown().known
    False
    """

    value: float
    low: float
    high: float

    @classmethod
    def unknown(cls) -> Estimate:
        """Nothing can be said."""
        return cls(math.nan, math.nan, math.nan)

    @classmethod
    def at(cls, value: float, band: Sequence[Any], i: int) -> Estimate:
        """Take a value with its interval out of a band: all lower limits, and all upper ones.

        >>> print(Estimate.at(0.5, ([0.1, 0.4], [0.3, 0.6]), 1))
        0.50 (0.40 to 0.60)
        """
        low, high = (float(side[i]) for side in band)
        return cls(float(value), low, high)

    def over(self, whole: float | None) -> Estimate:
        """Divide by what is known without doubt; unknown where that is nothing.

        >>> print(Estimate(0.2, 0.1, 0.3).over(0.5))
        0.40 (0.20 to 0.60)
        """
        if not whole or not self.known:
            return Estimate.unknown()
        return Estimate(self.value / whole, self.low / whole, self.high / whole)

    @property
    def known(self) -> bool:
        """Whether there is a value at all."""
        return not math.isnan(self.value)

    def __eq__(self, other: object) -> bool:
        """Unknown equals unknown, so that a saved audit equals the audit it was saved from."""
        if not isinstance(other, Estimate):
            return NotImplemented
        ours, theirs = (self.value, self.low, self.high), (other.value, other.low, other.high)
        return all(
            a == b or (math.isnan(a) and math.isnan(b)) for a, b in zip(ours, theirs, strict=True)
        )

    def __hash__(self) -> int:
        """Equal estimates have equal hashes."""
        return hash(str((self.value, self.low, self.high)))

    def __str__(self) -> str:
        return f"{number(self.value)} ({number(self.low)} to {number(self.high)})"


def number(value: float) -> str:
    """Write a number for a reader: two decimals, three significant digits below a tenth.

    >>> number(0.8333), number(0.0123), number(1234.5), number(float("nan"))
    ('0.83', '0.0123', '1,234', 'unknown')
    >>> number(-2e-17)
    '0.00'
    """
    if math.isnan(value):
        return "unknown"
    if math.isinf(value):
        return "no limit" if value > 0 else "no lower limit"
    if abs(value) < _NOTHING:  # what rounding leaves of nothing, or minus nothing
        return "0.00"
    if abs(value) < 0.1:
        return f"{value:.3g}" if abs(value) >= 0.001 else f"{value:.1g}"
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.2f}"


def percent(value: float) -> str:
    """Write a share as a percentage.

    >>> percent(0.095), percent(0.0004), percent(0.5), percent(1.0)
    ('9.5 %', '0.04 %', '50 %', '100 %')
    """
    if math.isnan(value):
        return "unknown"
    hundred = 0.0 if abs(value) < _NOTHING else 100 * value
    if abs(hundred) >= 99.95 or hundred == 0:
        return f"{hundred:.0f} %"
    digits = 1 if abs(hundred) >= 1 else 2
    return f"{hundred:.{digits}f}".rstrip("0").rstrip(".") + " %"


def many(count: float, one: str, more: str = "") -> str:
    """Write a number of things; `more` is the plural where it is not made with an s.

    >>> many(1, "row"), many(3000, "row"), many(2, "person", "people")
    ('1 row', '3,000 rows', '2 people')
    """
    return f"1 {one}" if count == 1 else f"{count:,.0f} {more or f'{one}s'}"


def in_effect(value: float) -> str:
    """Write an effective number of people: one decimal below ten, none above.

    >>> in_effect(3.046), in_effect(2.14), in_effect(342.1), in_effect(float("nan"))
    ('3', '2.1', '342', 'unknown')
    """
    if not math.isfinite(value):
        return number(value)
    return f"{value:,.0f}" if value >= 10 else f"{value:.1f}".removesuffix(".0")
