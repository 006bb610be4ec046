"""What kind of thing a column holds: inferred from all its values, shown, and overridable."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import isfinite
from pathlib import Path
from typing import Any

from audits.data.documents import read_json_file
from audits.data.names import clean_name
from audits.data.values import as_day, as_number, canonical, is_padded
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
_ROW_NAMES = ("id", "index", "row", "unnamed: 0", "__index_level_0__")
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
    UsageError
        If it is neither a name nor a list, or a level stands twice.

    Examples
    --------
    >>> parse_kinds({"age": "numeric", "grade": "ordinal:low|high"})["grade"].order
    ('low', 'high')
    """
    return {str(column): _request(str(column), value) for column, value in (given or {}).items()}


def _request(column: str, value: Any) -> KindRequest:
    kind, levels = "ordinal", value
    if isinstance(value, str):
        kind, _, order = value.partition(":")
        levels = order.split("|") if order else []
    if kind not in KINDS:
        raise UnknownNameError("kind", kind, KINDS)
    if not isinstance(levels, Sequence):
        raise UsageError(
            f"the kind of column {column!r} is {value!r}. Give a name or a list of levels in order."
        )
    texts = tuple(canonical(level) or "" for level in levels)
    if levels and kind != "ordinal":
        raise UsageError(f"column {column!r}: only an ordinal column has levels in order.")
    if len(set(texts)) < len(texts) or "" in texts:
        raise UsageError(f"column {column!r}: a level is empty or stands twice in its order.")
    return KindRequest(kind, texts)


def parse_bands(given: Mapping[str, Any] | None) -> dict[str, tuple[float, ...]]:
    """Read edges of bands: numbers, or ISO dates.

    Raises
    ------
    UsageError
        If an edge is neither, or the edges do not rise.

    Examples
    --------
    >>> parse_bands({"age": [30, 65], "born": ["1970-01-03"]})
    {'age': (30.0, 65.0), 'born': (2.0,)}
    """
    return {str(column): _edges(str(column), edges) for column, edges in (given or {}).items()}


def _edges(column: str, given: Any) -> tuple[float, ...]:
    listed = [given] if isinstance(given, str | int | float) else list(given)
    edges = []
    for edge in listed:
        text = canonical(edge) or ""
        number = as_number(text)
        number = as_day(text) if number is None else number
        if number is None or not isfinite(number):
            raise UsageError(
                f"column {column!r}: the band edge {edge!r} is neither a number nor a date written "
                "as 2024-12-31."
            )
        edges.append(number)
    if not edges or any(b <= a for a, b in pairwise(edges)):
        raise UsageError(f"column {column!r}: band edges must rise, got {listed}.")
    return tuple(edges)


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
        clean_name(name): _SDV.get(str(facts.get("sdtype")), "identifier")
        for name, facts in columns.items()
        if isinstance(facts, dict)
    }


def kind_of_levels(levels: Sequence[str], *, dates: bool, few: int) -> str:
    """Infer the kind of a column whose different values are known; "text" where words decide.

    Parameters
    ----------
    levels : sequence of str
        Canonical values of both tables, missing left out.
    dates : bool
        Whether a source declares the column to hold dates or times.
    few : int
        Whole numbers with at most this many different values are categorical.

    Examples
    --------
    >>> kind_of_levels(["1", "2"], dates=False, few=20)
    'categorical'
    >>> kind_of_levels([str(i / 2) for i in range(40)], dates=False, few=20)
    'numeric'
    >>> kind_of_levels(["01234", "43210"], dates=False, few=20)
    'text'
    """
    if len(levels) <= 1:
        return "constant"
    if are_booleans(levels):
        return "boolean"
    if dates or all(as_day(level) is not None for level in levels):
        return "date"
    numbers = [number for level in levels if (number := as_number(level)) is not None]
    if len(numbers) < len(levels) or are_codes(levels):
        return "text"
    whole = all(number.is_integer() for number in numbers)
    return "categorical" if whole and len(set(numbers)) <= few else "numeric"


def are_booleans(levels: Iterable[str]) -> bool:
    """Whether levels are true and false, in any case; beside these words, 1 and 0 are the same.

    >>> are_booleans(["True", "false"]), are_booleans(["true", "0", "1"]), are_booleans(["0", "1"])
    (True, True, False)
    """
    known = {level.lower() for level in levels}
    return known <= {"true", "false", "1", "0"} and bool(known & {"true", "false"})


def are_codes(levels: Sequence[str]) -> bool:
    """Whether texts of digits are codes: as long as each other, some with a useless zero."""
    return len({len(level) for level in levels}) == 1 and any(map(is_padded, levels))


def kind_of_texts(different: int, present: int, mean_length: float) -> str:
    """Infer the kind of a text column from the real table.

    >>> kind_of_texts(5, 1000, 6.0), kind_of_texts(990, 1000, 12.0), kind_of_texts(990, 1000, 60.0)
    ('categorical', 'identifier', 'free_text')
    """
    if present > 50 and different >= 0.95 * present:
        return "free_text" if mean_length > 40 else "identifier"
    return "free_text" if mean_length > 80 and different > 50 else "categorical"


def kind_of_wide_text(different: int, present: int, mean_length: float) -> str:
    """Infer the kind of a text column with more different values than can be listed.

    >>> kind_of_wide_text(1000, 1000, 12.0), kind_of_wide_text(900, 1000, 60.0)
    ('identifier', 'free_text')
    """
    if mean_length > 40 or different < 0.5 * present:
        return "free_text"
    return "identifier"


def names_rows(name: str) -> bool:
    """Whether a column's name says that it numbers the rows.

    >>> names_rows("person_id"), names_rows("paid")
    (True, False)
    """
    lower = name.lower()
    return lower in _ROW_NAMES or lower.endswith(("_id", " id", "-id"))
