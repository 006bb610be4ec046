"""Values that mean the same are one: `1`, `1.0` and `"1"`; trailing blanks; `NaN` and empty.

The patterns are handed to the engine too, so that a column of a thousand values and one of ten
million are read by one rule.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from fractions import Fraction

MISSING = "missing"
NOTHING = frozenset({"", "NaN", "nan", "NAN", "-nan", MISSING})
"""Texts that are no value: how writers of CSV spell NaN, and the word this package uses."""
NUMBER = r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?"
PADDED = r"[+-]?0[0-9].*"
MOMENT = (
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
    r"([T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?(Z|[+-][0-9]{2}(:?[0-9]{2})?)?)?"
)
MICROSECONDS = 86_400_000_000
"""Microseconds of a day."""

_NUMBER = re.compile(NUMBER)
_PADDED = re.compile(PADDED)
_MOMENT = re.compile(MOMENT)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
DIGITS = 400
"""Longer texts of digits are no numbers; a float has at most 309 before its point."""
LONGEST_MOMENT = 40
"""Longer texts are no dates."""
_WRITTEN_OUT = 1e21  # whole floats below this are written like integers
_LAST_DAY = 2_932_896.0  # 9999-12-31


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
        text = "true" if value else "false"
    elif isinstance(value, int | float):
        text = number_text(value)
    else:
        text = _canonical_text(unicodedata.normalize("NFC", str(value)).strip())
    return None if text in NOTHING or text in markers else text


def _canonical_text(text: str) -> str:
    """Write a text that is a number as the number is written; leave any other."""
    if len(text) > DIGITS or not _NUMBER.fullmatch(text) or is_padded(text):
        return text
    try:
        return str(int(text))
    except ValueError:
        number = float(text)
        return number_text(number) if math.isfinite(number) else text


def number_text(value: float) -> str:
    """Write a number without a useless fraction.

    >>> number_text(39.0), number_text(0.5), number_text(-0.0)
    ('39', '0.5', '0')
    """
    if isinstance(value, float) and value.is_integer() and abs(value) < _WRITTEN_OUT:
        return str(int(value))
    return str(value) if isinstance(value, int) else repr(float(value))


def as_number(text: str) -> float | None:
    """Return the number a text stands for, else None; infinity only from `inf` and `-inf`.

    >>> as_number("1e3"), as_number("-inf"), as_number("1,5"), as_number("1_000")
    (1000.0, -inf, None, None)
    """
    if len(text) <= DIGITS and (_NUMBER.fullmatch(text) or text in ("inf", "-inf")):
        return float(text)
    return None


def is_padded(text: str) -> bool:
    """Whether a text of digits starts with a useless zero: a code, such as a postcode.

    >>> is_padded("02139"), is_padded("0.5"), is_padded("0")
    (True, False, False)
    """
    return _PADDED.fullmatch(text) is not None


def as_day(text: str) -> float | None:
    """Return days since 1970 of an ISO date or time, else None; times without zone are UTC.

    >>> as_day("1970-01-02"), as_day("1970-01-01 12:00:00"), as_day("02/01/1970")
    (1.0, 0.5, None)
    """
    if len(text) > LONGEST_MOMENT or not _MOMENT.fullmatch(text):
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return ((moment - _EPOCH) // timedelta(microseconds=1)) / MICROSECONDS


def number_in(level: str, family: str) -> float | None:
    """Return the number a level stands for; for a date, days since 1970."""
    number = as_number(level)
    return as_day(level) if number is None and family == "date" else number


def moment_text(microseconds: int) -> str:
    """Write microseconds since 1970 as an ISO date, with the time where it is not midnight.

    >>> moment_text(86_400_000_000), moment_text(3_600_000_000)
    ('1970-01-02', '1970-01-01 01:00:00')
    """
    try:
        moment = _EPOCH + timedelta(microseconds=microseconds)
    except OverflowError:  # beyond the year 9999, as days
        return number_text(microseconds / MICROSECONDS)
    return moment.replace(tzinfo=None).isoformat(" ").removesuffix(" 00:00:00")


def day_text(day: float) -> str:
    """Write days since 1970 as an ISO date, with the time where it is not midnight.

    >>> day_text(1.0), day_text(0.5)
    ('1970-01-02', '1970-01-01 12:00:00')
    """
    inside = min(max(day, -719_162.0), _LAST_DAY)
    return moment_text(round(Fraction(inside) * MICROSECONDS))  # exact: a float would be off by one


def sorted_levels(levels: Iterable[str]) -> list[str]:
    """Sort by number where all are numbers, by text otherwise: the same on every machine.

    >>> sorted_levels(["10", "9"]), sorted_levels(["b", "10", "9"])
    (['9', '10'], ['10', '9', 'b'])
    """
    listed = sorted(levels)
    numbers = [(as_number(level), level) for level in listed]
    known = [(number, level) for number, level in numbers if number is not None]
    return [level for _, level in sorted(known)] if len(known) == len(listed) else listed
