"""Values that mean the same are one: `1`, `1.0` and `"1"`; trailing blanks; `NaN` and empty."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable
from datetime import date, datetime

MISSING = "missing"
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
_LEADING_ZERO = re.compile(r"[+-]?0\d")
_EXACT = 2**53  # whole floats beyond this are not exact


def canonical(value: object, markers: frozenset[str] = frozenset()) -> str | None:
    """Return the text of a value, the same from every file format; None when it is missing.

    Examples
    --------
    >>> [canonical(v) for v in (1, 1.0, "1", "1.0 ", True, "", None, float("nan"), "01")]
    ['1', '1', '1', '1', 'true', None, None, None, '01']
    >>> canonical("?", frozenset({"?"})) is None
    True
    """
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        text = None if isinstance(value, float) and math.isnan(value) else number_text(value)
    else:
        text = unicodedata.normalize("NFC", str(value)).strip()
        if text and _NUMBER.fullmatch(text) and not _LEADING_ZERO.match(text):
            text = number_text(_exact_number(text))
    return None if not text or text in markers else text


def _exact_number(text: str) -> int | float:
    try:
        return int(text)
    except ValueError:
        return float(text)


def number_text(value: float) -> str:
    """Write a number without a useless fraction.

    >>> number_text(39.0), number_text(0.5), number_text(-0.0)
    ('39', '0.5', '0')
    """
    if isinstance(value, float) and value.is_integer() and abs(value) < _EXACT:
        return str(int(value))
    return str(value) if isinstance(value, int) else repr(value)


def as_number(text: str) -> float | None:
    """Return the number a text stands for, else None; never infinity from a word."""
    return float(text) if _NUMBER.fullmatch(text) else None


def as_day(text: str) -> float | None:
    """Return days since 1970 of an ISO date or time, else None.

    >>> as_day("1970-01-02"), as_day("1970-01-01 12:00:00"), as_day("02/01/1970")
    (1.0, 0.5, None)
    """
    if len(text) < 10 or text[4] != "-":
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    naive = moment.replace(tzinfo=None) - (
        moment.utcoffset() or datetime(1, 1, 1) - datetime(1, 1, 1)
    )
    return (naive - datetime(1970, 1, 1)).total_seconds() / 86400


def day_text(day: float) -> str:
    """Write days since 1970 as an ISO date.

    >>> day_text(1.0)
    '1970-01-02'
    """
    return date.fromordinal(max(1, min(3_652_059, int(day) + 719_163))).isoformat()


def sorted_levels(levels: Iterable[str]) -> list[str]:
    """Sort by number where all are numbers, by text otherwise: the same on every machine.

    >>> sorted_levels(["10", "9"]), sorted_levels(["b", "10", "9"])
    (['9', '10'], ['10', '9', 'b'])
    """
    listed = list(levels)
    numbers = [as_number(level) for level in listed]
    if all(number is not None for number in numbers):
        return [level for _, level in sorted(zip(numbers, listed, strict=True))]  # type: ignore[type-var]
    return sorted(listed)
