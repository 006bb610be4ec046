"""What kind of thing a column holds: inferred from all its values, shown, and overridable."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from audits.data.sources import read_json_file
from audits.data.values import as_day, as_number
from audits.errors import UnknownNameError, UsageError

KINDS = (
    "categorical",
    "ordinal",
    "numeric",
    "date",
    "boolean",
    "identifier",
    "free_text",
    "constant",
)
COMPARED = ("categorical", "ordinal", "numeric", "date", "boolean")
_SDV = {
    "categorical": "categorical",
    "numerical": "numeric",
    "datetime": "date",
    "boolean": "boolean",
    "id": "identifier",
    "unknown": "categorical",
}


@dataclass(frozen=True)
class KindRequest:
    """What a person says a column is; `order` lists the levels of an ordinal one, lowest first."""

    kind: str
    order: tuple[str, ...] = ()


def parse_kinds(given: Mapping[str, Any] | None) -> dict[str, KindRequest]:
    """Read overrides: a kind's name, `ordinal:low|mid|high`, or a list of levels in order.

    Raises
    ------
    UnknownNameError
        If a kind does not exist.

    Examples
    --------
    >>> parse_kinds({"age": "numeric", "grade": "ordinal:low|high"})["grade"].order
    ('low', 'high')
    """
    requests = {}
    for column, value in (given or {}).items():
        if not isinstance(value, str):
            requests[column] = KindRequest("ordinal", tuple(str(level) for level in value))
            continue
        kind, _, order = value.partition(":")
        if kind not in KINDS:
            raise UnknownNameError("kind", kind, KINDS)
        requests[column] = KindRequest(kind, tuple(order.split("|")) if order else ())
    return requests


def kinds_from_sdv(path: str | Path) -> dict[str, str]:
    """Read column kinds from SDV metadata, of either layout, for a single table.

    Raises
    ------
    UsageError
        If the document holds no columns, or several tables.
    """
    document = read_json_file(path)
    tables = document.get("tables") if isinstance(document, dict) else None
    if isinstance(tables, dict):
        if len(tables) != 1:
            raise UsageError(f"{path}: holds {len(tables)} tables; give metadata of one.")
        document = next(iter(tables.values()))
    columns = document.get("columns") if isinstance(document, dict) else None
    if not isinstance(columns, dict):
        raise UsageError(f"{path}: is no SDV metadata: it has no 'columns'.")
    return {
        str(name): _SDV.get(str(facts.get("sdtype")), "identifier")
        for name, facts in columns.items()
        if isinstance(facts, dict)
    }


def kind_of_levels(levels: Sequence[str], *, family: str, rows: int, few: int) -> str:
    """Infer the kind of a column whose different values are known.

    Parameters
    ----------
    levels : sequence of str
        Canonical values of both tables, missing left out.
    family : {"text", "number", "boolean", "date"}
        How the source declares the column.
    rows : int
        Real rows that are not missing.
    few : int
        Whole numbers with at most this many different values are categorical.

    Examples
    --------
    >>> kind_of_levels(["1", "2"], family="number", rows=90, few=20)
    'categorical'
    >>> kind_of_levels([str(i / 2) for i in range(40)], family="text", rows=90, few=20)
    'numeric'
    """
    if len(levels) <= 1:
        return "constant"
    if set(levels) <= {"true", "false", "True", "False", "TRUE", "FALSE"}:
        return "boolean"
    if family == "date" or (family == "text" and all(as_day(v) is not None for v in levels)):
        return "date"
    numbers = [as_number(level) for level in levels]
    if all(number is not None for number in numbers):
        return _kind_of_numbers([n for n in numbers if n is not None], rows, few)
    return _kind_of_texts(levels, rows)


def _kind_of_numbers(numbers: Sequence[float], rows: int, few: int) -> str:
    whole = all(number.is_integer() for number in numbers)
    if whole and len(numbers) <= few:
        return "categorical"
    consecutive = whole and max(numbers) - min(numbers) + 1 == len(numbers)
    return "identifier" if consecutive and len(numbers) >= rows > 2 * few else "numeric"


def _kind_of_texts(levels: Sequence[str], rows: int) -> str:
    mean = sum(map(len, levels)) / len(levels)
    if rows > 50 and len(levels) >= 0.95 * rows:
        return "free_text" if mean > 40 else "identifier"
    return "free_text" if mean > 80 and len(levels) > 50 else "categorical"


def kind_of_wide_text(different: int, present: int, mean_length: float) -> str:
    """Infer the kind of a text column with more different values than can be listed.

    >>> kind_of_wide_text(1000, 1000, 12.0), kind_of_wide_text(900, 1000, 60.0)
    ('identifier', 'free_text')
    """
    if mean_length > 40 or different < 0.5 * present:
        return "free_text"
    return "identifier"
