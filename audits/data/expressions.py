"""What DuckDB is asked to hand over: each column as numbers, microseconds or cleaned text.

The rules are those of :mod:`audits.data.values`, for columns too wide to be read value by value.
"""

from __future__ import annotations

from collections.abc import Iterable

from audits.data.values import MOMENT, NOTHING, NUMBER, PADDED, as_number

_WHOLE = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER")
_WIDE = ("HUGEINT", "UHUGEINT", "UBIGINT")  # beyond what a float, or Arrow's int64, can hold
_REAL = ("FLOAT", "DOUBLE", "DECIMAL", *_WIDE)
_DAYS = ("DATE", "TIMESTAMP")
_BLANK = "".join(chr(code) for code in range(0x3001) if chr(code).isspace())


def quoted(name: str) -> str:
    """Write a column's name for SQL, whatever is in it."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """Write a text for SQL."""
    return "'" + text.replace("'", "''") + "'"


def family_of(kind: str) -> str:
    """Return text, number, boolean or date for a type as DuckDB names it.

    >>> family_of("DECIMAL(9,2)"), family_of("TIMESTAMP WITH TIME ZONE"), family_of("TIME")
    ('number', 'date', 'text')
    """
    if kind == "BOOLEAN":
        return "boolean"
    if kind in _WHOLE or kind == "INTERVAL":
        return "number"
    if kind.startswith(_REAL) and not kind.endswith("]"):
        return "number"
    return "date" if kind.startswith(_DAYS) and not kind.endswith("]") else "text"


def value_of(name: str, kind: str) -> str:
    """Hand a column over for its values to be listed: dates are microseconds."""
    column = quoted(name)
    if kind in _WHOLE or kind == "BOOLEAN":
        return column
    if kind in _WIDE or (kind.startswith("DECIMAL") and kind.endswith(",0)")):
        return f"CAST({column} AS VARCHAR)"
    family = family_of(kind)
    if family == "date":
        return _microseconds(column, kind)
    return _double(column, kind) if family == "number" else f"CAST({column} AS VARCHAR)"


def number_of(name: str, kind: str, family: str, markers: frozenset[str]) -> str:
    """Hand a column over as doubles, or as microseconds where `family` is date.

    What is missing or cannot be read so is NULL.
    """
    column = quoted(name)
    own = family_of(kind)
    if own in ("number", "date"):
        return _double(column, kind) if own == "number" else _microseconds(column, kind)
    text = cleaned(name, kind, markers)
    return _moment(text) if family == "date" else _number(text)


def cleaned(name: str, kind: str, markers: frozenset[str]) -> str:
    """Hand a column over as text: trimmed, and NULL where it is missing."""
    if family_of(kind) == "date":
        return f"CAST({quoted(name)} AS VARCHAR)"
    numbers = sorted({known for m in markers if (known := as_number(m)) is not None})
    listed = _listed(f"CAST({literal(repr(known))} AS DOUBLE)" for known in numbers)
    if family_of(kind) == "number":
        number = _double(quoted(name), kind)
        missing = f"isnan({number})" + (f" OR {number} IN ({listed})" if numbers else "")
        return f"CASE WHEN {missing} THEN NULL ELSE CAST({quoted(name)} AS VARCHAR) END"
    raw = f"CAST({quoted(name)} AS VARCHAR)"
    blank = literal(f"^[{_BLANK}]|[{_BLANK}]$")  # few values need the slow trim
    trimmed = f"CASE WHEN regexp_matches({raw}, {blank}) THEN trim({raw}, {literal(_BLANK)})"
    text = f"nfc_normalize({trimmed} ELSE {raw} END)"
    missing = f"{text} IN ({_listed(literal(word) for word in sorted(NOTHING | markers))})"
    if numbers:
        missing = f"({missing} OR coalesce({_number(text)} IN ({listed}), false))"
    return f"CASE WHEN {missing} THEN NULL ELSE {text} END"


def padded(text: str) -> str:
    """Whether a cleaned text is a number with a useless zero in front."""
    return f"(regexp_full_match({text}, {literal(NUMBER)}) AND {_matches(text, PADDED)})"


def _number(text: str) -> str:
    readable = f"{_matches(text, NUMBER)} OR {text} IN ('inf', '-inf')"
    return f"CASE WHEN {readable} THEN TRY_CAST({text} AS DOUBLE) END"


def _moment(text: str) -> str:
    cast = f"epoch_us(TRY_CAST({text} AS TIMESTAMPTZ))"
    return f"CASE WHEN {_matches(text, MOMENT)} THEN {cast} END"


def _matches(text: str, pattern: str) -> str:
    return f"regexp_full_match({text}, {literal(pattern)})"


def _double(column: str, kind: str) -> str:
    if kind == "FLOAT":  # by way of text: 0.1 in four bytes and 0.1 in eight are one value
        return f"CAST(CAST({column} AS VARCHAR) AS DOUBLE)"
    if kind == "INTERVAL":
        return f"epoch({column})"
    return f"CAST({column} AS DOUBLE)"


def _microseconds(column: str, kind: str) -> str:
    zoned = "TZ" in kind or "TIME ZONE" in kind
    return f"epoch_us(CAST({column} AS {'TIMESTAMPTZ' if zoned else 'TIMESTAMP'}))"


def _listed(items: Iterable[str]) -> str:
    return ", ".join(items)
