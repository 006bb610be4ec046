"""What a filter marks, as what becomes of each row: flags, or any list of rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from audits.curation.fates import Fate, Fates
from audits.data.sources import open_source, sha256_of
from audits.data.values import as_number, canonical
from audits.data.workspace import Workspace
from audits.errors import InputError, UnknownNameError, UsageError
from audits.flags.records import KINDS
from audits.flags.result import Flags

COLUMNS = {
    "flagged": "flagged", "listed": "listed", "any": "severity", "copies": "copy",
    **{kind: kind for kind in KINDS},
}  # fmt: skip
"""What may be dropped, and the column of flags that says so."""
_COPY = "is an exact copy of a real row"
_YES, _NO = frozenset({"yes", "true"}), frozenset({"no", "false"})
_Line = tuple[int, bool, str]


def check_drop(drop: str) -> None:
    """Refuse what no column of flags says.

    Raises
    ------
    UnknownNameError
        If there is no such filter.
    """
    if drop not in COLUMNS:
        raise UnknownNameError("filter", drop, list(COLUMNS))


def by_flags(flags: Flags, drop: str) -> Fates:
    """Take the rows that flags mark."""
    column = COLUMNS[drop]
    lines = (
        (row, bool(mark), reason or "")
        for block in flags.lines.blocks()
        for row, mark, reason in zip(block["row"], block[column], block["reasons"], strict=True)
    )
    return _fates(lines, drop, {"drop": drop, "level": flags.level})


def by_file(path: Path, drop: str | None, rows: int) -> Fates:
    """Take the rows that a file marks: one saved by `audits flag`, or any with a column `row`.

    Without `drop`, the column `flagged` says which rows go; where there is none, every row that
    the file lists.

    Raises
    ------
    UsageError
        If the column that should mark rows is not there.
    InputError
        If rows are named that the table has not, or the file is about a table of other length.
    """
    with Workspace() as work:
        source = open_source(path, "flags", work)
        there = source.relation.columns
        column = _column(path, there, drop)
        wanted = [
            "row",
            *([column] if column else []),
            *(["reasons"] if "reasons" in there else []),
        ]
        found = source.relation.project(", ".join(f'"{name}"' for name in wanted)).fetchall()
    lines = list(_lines(found, column is not None, "reasons" in there, path.name))
    _check_rows([row for row, _, _ in lines], rows, path.name, all_listed="flagged" in there)
    by = {"flags": path.name, "sha256": sha256_of([path]), "column": column}
    return _fates(lines, drop or (column or "listed in the file"), by)


def _column(path: Path, there: list[str], drop: str | None) -> str | None:
    if "row" not in there:
        raise UsageError(
            f"{path.name} has no column 'row', the number of a row, counted from 1. Save flags "
            "with audits flag --output, or list the rows to drop under that name."
        )
    column = COLUMNS[drop] if drop else "flagged"
    if column in there:
        return column
    if drop is None:
        return None
    raise UsageError(f"{path.name} has no column {column!r}, which --drop {drop} asks for.")


def _lines(
    found: Iterable[tuple[Any, ...]], marks: bool, reasons: bool, name: str
) -> Iterator[_Line]:
    for line in found:
        number = as_number(canonical(line[0]) or "")
        if number is None or not number.is_integer():
            raise InputError(f"{name}: {line[0]!r} is no number of a row. Count rows from 1.")
        mark = _truth(line[1], name) if marks else True
        yield int(number), mark, str(line[-1] or "") if reasons else ""


def _truth(value: Any, name: str) -> bool:
    text = (canonical(value) or "no").lower()
    if text in _YES or text in _NO:
        return text in _YES
    number = as_number(text)
    if number is None:
        raise InputError(f"{name}: {value!r} says neither yes nor no. Write yes, no, or a number.")
    return number > 0


def _check_rows(named: list[int], rows: int, name: str, *, all_listed: bool) -> None:
    outside = next((row for row in named if not 1 <= row <= rows), None)
    if outside is not None:
        raise InputError(
            f"{name} names row {outside:,}, and the synthetic table has {rows:,}. Give flags of "
            "this table."
        )
    if len(set(named)) < len(named):
        raise InputError(f"{name} names a row twice. Name each once.")
    if all_listed and named == list(range(1, len(named) + 1)) and len(named) != rows:
        raise InputError(
            f"{name} tells of {len(named):,} rows, and the synthetic table has {rows:,}. Give "
            "flags of this table."
        )


def _fates(lines: Iterable[_Line], rule: str, by: Mapping[str, Any]) -> Fates:
    told = _COPY if rule == "copies" else None
    removed = {row: Fate(rule, told or reason) for row, mark, reason in lines if mark}
    return Fates(removed, {}, {}, {rule: {"removed": len(removed)}}, dict(by))
