"""How an Arrow array is read: as canonical values, as numbers, as days; on every engine alike.

The rules are those of :mod:`audits.data.values`, for arrays too long to be read value by value.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from audits.data.values import (
    DIGITS,
    LONGEST_MOMENT,
    MICROSECONDS,
    NOTHING,
    NUMBER,
    PADDED,
    as_day,
    as_number,
)

_BLANK = "".join(chr(code) for code in range(0x3001) if chr(code).isspace())
_NUMERIC = f"^(?:{NUMBER}|-?inf)$"
_MOMENT = (
    r"^(?P<y>[0-9]{4})-(?P<mo>[0-9]{2})-(?P<d>[0-9]{2})"
    r"(?:[T ](?P<h>[0-9]{2}):(?P<mi>[0-9]{2})(?::(?P<s>[0-9]{2})(?:\.(?P<f>[0-9]{1,6}))?)?"
    r"(?:Z|(?P<sign>[+-])(?P<zh>[0-9]{2})(?::?(?P<zm>[0-9]{2}))?)?)?$"
)
Numbers = NDArray[np.float64]


def number_markers(markers: Iterable[str], family: str) -> Numbers:
    """Return the words that mean "missing" and are numbers, or days."""
    read = as_day if family == "date" else as_number
    return np.array([n for m in sorted(markers) if (n := read(m)) is not None], dtype=float)


def cleaned(texts: Any, markers: frozenset[str]) -> Any:
    """Return texts without blanks around them, composed, and null where they are missing."""
    if pc.any(pc.match_substring_regex(texts, pattern=f"^[{_BLANK}]|[{_BLANK}]$")).as_py():
        texts = pc.utf8_trim(texts, characters=_BLANK)
    if not pc.all(pc.string_is_ascii(texts)).as_py():
        texts = pc.utf8_trim(pc.utf8_normalize(texts, form="NFC"), characters=_BLANK)
    missing = pc.is_in(texts, value_set=pa.array(sorted(NOTHING | markers), texts.type))
    listed = number_markers(markers, "number")
    if listed.size:
        same = pc.is_in(_parsed(texts), value_set=pa.array(listed))
        missing = pc.or_(missing, pc.and_not(same, _padded(texts)))
    return pc.if_else(missing, pa.scalar(None, texts.type), texts)


def _parsed(texts: Any) -> Any:
    """Return the numbers texts stand for, null where they stand for none."""
    readable = pc.and_(
        pc.match_substring_regex(texts, pattern=_NUMERIC),
        pc.less_equal(pc.utf8_length(texts), DIGITS),
    )
    return pc.cast(pc.if_else(readable, texts, pa.scalar(None, texts.type)), pa.float64())


def numbers_of(array: Any, family: str) -> Numbers:
    """Return an array as floats (days since 1970 where `family` is date), nan where there is none.

    Texts must be cleaned; dates come as microseconds; a boolean is 1 or 0.
    """
    kind = array.type
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return _days(array) if family == "date" else _floats(_parsed(array))
    return _floats(array)


def without(numbers: Numbers, listed: Numbers) -> Numbers:
    """Return numbers with those that mean "missing" left out."""
    if listed.size:
        numbers = np.where(np.isin(numbers, listed), np.nan, numbers)
    return numbers


def widened(array: Any) -> Any:
    """Return floats of four bytes as the doubles they are written like: 0.1 is 0.1 in both."""
    if not pa.types.is_float32(array.type):
        return array
    return pc.cast(pc.cast(array, pa.string()), pa.float64())


def _floats(array: Any) -> Numbers:
    numbers = pc.cast(widened(array), pa.float64(), safe=False)
    return np.asarray(numbers.to_numpy(zero_copy_only=False), dtype=np.float64)


def _days(texts: Any) -> Numbers:
    """Return days since 1970 of ISO dates and times, nan where a text is none."""
    short = pc.if_else(
        pc.less_equal(pc.utf8_length(texts), LONGEST_MOMENT), texts, pa.scalar(None, texts.type)
    )
    parts = pc.extract_regex(short, pattern=_MOMENT)
    present = ~parts.is_null().to_numpy(zero_copy_only=False)
    field = {name: _whole(parts.field(i), present) for i, name in enumerate(_FIELDS)}
    signs = parts.field(_FIELDS.index("sign"))
    negative = pc.fill_null(pc.equal(signs, "-"), False).to_numpy(zero_copy_only=False)
    fraction = parts.field(_FIELDS.index("f"))
    digits = pc.fill_null(pc.utf8_length(fraction), 0).to_numpy(zero_copy_only=False)
    micros = field["f"] * 10 ** (6 - digits.astype(np.int64))
    y, month, d = field["y"], field["mo"], field["d"]
    right = present & (y >= 1) & (month >= 1) & (month <= 12) & (d >= 1)
    right &= d <= _days_in(y, np.clip(month, 1, 12))
    right &= (field["h"] <= 23) & (field["mi"] <= 59) & (field["s"] <= 59)
    right &= (field["zh"] <= 23) & (field["zm"] <= 59)
    day = _civil(np.maximum(y, 1), np.clip(month, 1, 12), d)
    offset = (field["zh"] * 60 + field["zm"]) * np.where(negative, -1, 1)
    seconds = (field["h"] * 60 + field["mi"] - offset) * 60 + field["s"]
    moment = day * MICROSECONDS + seconds * 1_000_000 + micros
    return np.where(right, moment / MICROSECONDS, np.nan)


_FIELDS = ("y", "mo", "d", "h", "mi", "s", "f", "sign", "zh", "zm")


def _whole(texts: Any, present: NDArray[np.bool_]) -> NDArray[np.int64]:
    if pa.types.is_string(texts.type):
        digits = pc.match_substring_regex(texts, pattern="^[0-9]+$")
        texts = pc.if_else(digits, texts, pa.scalar(None, texts.type))
    filled = pc.fill_null(pc.cast(texts, pa.int64()), 0).to_numpy(zero_copy_only=False)
    return np.where(present, filled, 0).astype(np.int64)


def _days_in(year: NDArray[np.int64], month: NDArray[np.int64]) -> NDArray[np.int64]:
    leap = (year % 4 == 0) & ((year % 100 != 0) | (year % 400 == 0))
    lengths = np.array([31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])
    return np.asarray(lengths[month - 1] + (leap & (month == 2)))


def _civil(
    year: NDArray[np.int64], month: NDArray[np.int64], day: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Days since 1970 of a date of the Gregorian calendar."""
    months = (year - 1970).astype("datetime64[Y]").astype("datetime64[M]") + (month - 1)
    return np.asarray(months.astype("datetime64[D]").astype(np.int64) + day - 1)


def present_texts(array: Any, markers: frozenset[str]) -> Any:
    """Return an array of any family as cleaned texts, null where a value is missing."""
    kind = array.type
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return cleaned(array, markers)
    if pa.types.is_floating(kind):
        array, kind = widened(array), pa.float64()
        array = pc.if_else(pc.is_nan(array), pa.scalar(None, kind), array)
    return cleaned(pc.cast(array, pa.string()), markers)


def text_hashes(texts: Any) -> NDArray[np.uint64]:
    """Hash texts to 64 bits, the same in every process; nulls are left out."""
    values = texts.drop_null().to_numpy(zero_copy_only=False)
    return np.asarray(pd.util.hash_array(values, categorize=False), dtype=np.uint64)


def is_padded_number(texts: Any) -> Any:
    """Say of cleaned texts whether each is a number with a useless zero in front."""
    return pc.and_(pc.match_substring_regex(texts, pattern=_NUMERIC), _padded(texts))


def _padded(texts: Any) -> Any:
    return pc.match_substring_regex(texts, pattern=f"^(?:{PADDED})$")
