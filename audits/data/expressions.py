"""What DuckDB is asked to hand over: each column as numbers, microseconds or text, as it stands.

What the values mean is settled in :mod:`audits.data.reading`, the same for every engine.
"""

from __future__ import annotations

_WHOLE = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER")
_WIDE = ("HUGEINT", "UHUGEINT", "UBIGINT")  # beyond what a float, or Arrow's int64, can hold
_REAL = ("FLOAT", "DOUBLE", "DECIMAL", *_WIDE)
_DAYS = ("DATE", "TIMESTAMP")


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


def number_of(name: str, kind: str) -> str:
    """Hand a column of numbers or dates over as doubles or microseconds; any other as text."""
    column, family = quoted(name), family_of(kind)
    if family == "number":
        return _double(column, kind)
    return _microseconds(column, kind) if family == "date" else f"CAST({column} AS VARCHAR)"


def _double(column: str, kind: str) -> str:
    if kind == "FLOAT":
        return column  # widened in audits.data.reading, where its shortest text is the same one
    if kind.startswith("DECIMAL"):  # by way of text: no rounding twice
        return f"CAST(CAST({column} AS VARCHAR) AS DOUBLE)"
    if kind == "INTERVAL":
        return f"epoch({column})"
    return f"CAST({column} AS DOUBLE)"


def _microseconds(column: str, kind: str) -> str:
    zoned = "TZ" in kind or "TIME ZONE" in kind
    return f"epoch_us(CAST({column} AS {'TIMESTAMPTZ' if zoned else 'TIMESTAMP'}))"
