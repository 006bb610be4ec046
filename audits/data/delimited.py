"""Delimited text files: every value as text, every row accounted for, every error with its line."""

from __future__ import annotations

import contextlib
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path

import duckdb

from audits.data import csv_check
from audits.data.expressions import quoted
from audits.data.workspace import Workspace
from audits.errors import SourceError

_LONGEST = 1 << 27  # bytes in a line
_PATTERNS = str.maketrans({mark: f"[{mark}]" for mark in "*?["})


def one_file(path: Path) -> str:
    """Write a path so that DuckDB takes it for a path, and not for a pattern.

    >>> one_file(Path("table[1].csv"))
    'table[[]1].csv'
    """
    return str(path).translate(_PATTERNS)


def first_line(error: Exception) -> str:
    """Return what a library says is wrong, without its advice on its own options."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[0][:300] if lines else type(error).__name__


def load(
    path: Path, shape: csv_check.TextShape, table: str, work: Workspace
) -> duckdb.DuckDBPyRelation:
    """Load every value as text (types are settled later, from all values, not from the first).

    Raises
    ------
    SourceError
        If the file is ragged, has a quote that stays open, or no rows.
    """
    try:
        with _plain_file(path, shape) as (name, compression):
            loaded = work.connection.read_csv(
                name,
                header=False,
                skiprows=1,  # records, however many lines the header takes
                columns={f"c{i}": "VARCHAR" for i in range(len(shape.header))},
                delimiter=shape.delimiter,
                quotechar='"',
                escapechar='"',
                compression=compression,
                auto_detect=False,
                null_padding=False,
                strict_mode=True,
                max_line_size=_LONGEST,
            )
            renamed = ", ".join(f"c{i} AS {quoted(name)}" for i, name in enumerate(shape.header))
            loaded.project(renamed).create(table)
    except duckdb.Error as error:
        raise _explained(path, shape, error) from None
    relation = work.connection.table(table)
    _check_rows(path, shape, len(relation))
    return relation


def _check_rows(path: Path, shape: csv_check.TextShape, rows: int) -> None:
    if rows == 0:
        raise SourceError(path.name, "has a header and no rows.", "Give a table with rows.")
    lines = shape.newlines + shape.ends_open - shape.header_lines
    if rows > lines:
        raise SourceError(
            path.name, f"{rows} rows were read from {lines} lines.", "Check its line ends."
        )


@contextlib.contextmanager
def _plain_file(path: Path, shape: csv_check.TextShape) -> Iterator[tuple[str, str]]:
    """Hand over the file itself, or for a while a UTF-8 copy with one kind of line end."""
    if not shape.rewrite:
        zipped = path.name.lower().endswith(".gz")
        yield one_file(path.absolute()), "gzip" if zipped else "none"
        return
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "copy.csv"
        csv_check.rewrite(path, shape, copy)
        yield str(copy), "none"


def _explained(path: Path, shape: csv_check.TextShape, error: Exception) -> SourceError:
    said = str(error)
    if "unterminated quote" in said and (line := csv_check.open_quote(path, shape)) is not None:
        return SourceError(
            path.name,
            "a quotation mark is opened and never closed.",
            "Close it, or double it where it is part of a value.",
            line=line,
        )
    ragged = csv_check.first_ragged(path, shape)
    if ragged is not None:
        line, found, text = ragged
        return SourceError(
            path.name,
            f"has {_fields(found)} where the header has {len(shape.header)}: {text!r}.",
            "Mend the line, or quote values that hold the delimiter.",
            line=line,
        )
    at = re.search(r"CSV Error on Line: (\d+)", said)
    if "unterminated quote" in said:
        return SourceError(
            path.name,
            "a value goes on after its closing quotation mark.",
            "Double quotation marks that are part of a value.",
            line=int(at[1]) if at else None,
        )
    return SourceError(
        path.name,
        f"cannot be read ({first_line(error)}).",
        "Check that line, or export the table again." if at else "Export the table again.",
        line=int(at[1]) if at else None,
    )


def _fields(count: int) -> str:
    return "1 field" if count == 1 else f"{count} fields"
