"""Delimited text files: every value as text, every row accounted for, every error with its line."""

from __future__ import annotations

import contextlib
import csv
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import duckdb

from audits.data import parquet_cache
from audits.data.csv_check import LONGEST, Records, TextShape, bounded_lines, rewrite, text_of
from audits.data.expressions import quoted
from audits.data.parquet_cache import one_file
from audits.data.values import canonical
from audits.data.workspace import Workspace, room_explained
from audits.errors import SourceError

_USUAL = 1 << 21  # bytes of a record; the database holds several times as many for each thread
_SHOWN, _LETTERS = 5, 80  # rejected lines that an error shows, and how much of each
_TALL, _TALL_OF_TWO = 100, 1000  # lines inside one value that may look like rows by chance
_UNCLOSED = "a quotation mark is opened and never closed."
_MEND = "Mend the line, or quote values that hold the delimiter."
_CLOSE = "Close it, or double it where it is part of a value."


def first_line(error: Exception) -> str:
    """Return what a library says is wrong, without its advice on its own options."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[0][:300] if lines else type(error).__name__


def load(path: Path, shape: TextShape, title: str, work: Workspace) -> duckdb.DuckDBPyRelation:
    """Load every value as text (types are settled later, from all values, not from the first).

    Raises
    ------
    SourceError
        If the file is ragged, has a quote that stays open, or no rows.
    WorkspaceError
        If the work folder is full.
    """
    with _plain_file(path, shape, work) as (name, compression, records):
        try:
            loaded = _stored(name, compression, shape, records, title, work)
        except duckdb.Error as error:
            raise _explained(path, shape, records, error) from None
        _check_rows(path, shape, records, len(loaded))
    return loaded


def _stored(
    name: str, compression: str, shape: TextShape, records: Records, title: str, work: Workspace
) -> duckdb.DuckDBPyRelation:
    """Read with small buffers; with large ones if there seem to be records that need them."""

    def attempt(longest: int) -> duckdb.DuckDBPyRelation:
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
            max_line_size=longest,
            buffer_size=4 * longest,
        )
        renamed = ", ".join(f"c{i} AS {quoted(name)}" for i, name in enumerate(shape.header))
        return parquet_cache.stored(loaded.project(renamed), title, work)

    try:
        return attempt(_USUAL)
    except duckdb.Error:
        if records.lines and records.longest <= _USUAL // 2:
            raise
    return attempt(min(LONGEST, max(2 * records.longest, 8 * _USUAL)))


@contextlib.contextmanager
def _plain_file(
    path: Path, shape: TextShape, work: Workspace
) -> Iterator[tuple[str, str, Records]]:
    """Hand over the file itself, or for a while a UTF-8 copy with one kind of line end."""
    if not shape.rewrite:
        zipped = path.name.lower().endswith(".gz")
        yield one_file(path.absolute()), "gzip" if zipped else "none", shape.records
        return
    copy = work.folder / f"{work.table_name('copy')}.csv"
    try:
        with room_explained(work.folder):
            records = rewrite(path, shape, copy)
        yield one_file(copy), "none", records
    finally:
        copy.unlink(missing_ok=True)


# -- rows against records --------------------------------------------------------------------------


def _check_rows(path: Path, shape: TextShape, records: Records, rows: int) -> None:
    """Refuse a table that has not as many rows as the file has records."""
    if rows == 0:
        raise SourceError(path.name, "has a header and no rows.", "Give a table with rows.")
    if rows == records.rows(len(shape.header)):
        _check_tallest(path, shape, records)
        return
    written = sum(1 for _ in _records(path, shape)) - 1  # one is the header
    if rows != written:
        raise SourceError(
            path.name,
            f"{rows:,} rows were read where {written:,} are written.",
            "Check its quotation marks and its line ends.",
        )


def _check_tallest(path: Path, shape: TextShape, records: Records) -> None:
    """Refuse a value that has swallowed rows between two stray quotation marks."""
    width, inner = len(shape.header), records.tallest - 2
    if width == 1 or inner < (_TALL_OF_TWO if width == 2 else _TALL):
        return
    with text_of(path, shape.encoding) as file:
        lines = islice(bounded_lines(file), records.tallest_at, records.tallest_at + inner)
        alike = sum(line.count(shape.delimiter) == width - 1 for line in lines)
    if alike >= 0.9 * inner:
        raise SourceError(
            path.name,
            f"a quotation mark is opened, and {inner:,} lines that look like rows follow before "
            "one closes it.",
            _CLOSE,
            line=records.tallest_at,
        )


def _records(path: Path, shape: TextShape) -> Iterator[tuple[int, list[str]]]:
    """Yield every record, and the line on which it ends; a blank one only in a single column."""
    with text_of(path, shape.encoding) as file:
        reader = csv.reader(bounded_lines(file), delimiter=shape.delimiter, skipinitialspace=True)
        with contextlib.suppress(csv.Error):  # a value longer than any that could be loaded
            for record in reader:
                if record or len(shape.header) == 1:
                    yield reader.line_num, record or [""]


def row_with(path: Path, shape: TextShape, column: str, text: str) -> int | None:
    """Return the line of the first row whose `column` holds a value, in whatever spelling.

    An empty text stands for a missing value.
    """
    if column not in shape.header:
        return None
    index = shape.header.index(column)
    for line, record in islice(_records(path, shape), 1, None):
        if len(record) > index and (canonical(record[index]) or "") == text:
            return line
    return None


# -- what is wrong with a file ---------------------------------------------------------------------


@dataclass(frozen=True)
class Fault:
    """A line that cannot be read: its number, what is wrong with it, what to do, and its text."""

    line: int
    reason: str
    advice: str
    text: str


def refused(source: str, faults: Iterable[Fault]) -> SourceError | None:
    """Make the error that names the first fault and tells of all others; None without faults."""
    found = iter(faults)
    shown = list(islice(found, _SHOWN))
    if not shown:
        return None
    count = len(shown) + sum(1 for _ in found)
    reason = shown[0].reason
    if count > 1:
        others = ", ".join(f"{fault.line} ({fault.text[:_LETTERS]!r})" for fault in shown[1:])
        reason += f" {count:,} lines in all are no rows; after this one come {others}"
        reason += ", and more." if count > len(shown) else "."
    return SourceError(source, reason, shown[0].advice, line=shown[0].line)


def _explained(path: Path, shape: TextShape, records: Records, error: duckdb.Error) -> SourceError:
    said = str(error)
    if "unterminated quote" in said and (line := _open_quote(path, shape)) is not None:
        return SourceError(path.name, _UNCLOSED, _CLOSE, line=line)
    if (found := refused(path.name, _faults(path, shape))) is not None:
        return found
    if records.longest > LONGEST:
        return SourceError(
            path.name,
            f"a row of {records.longest:,} bytes is longer than any that is read.",
            "Check its quotation marks.",
        )
    at = re.search(r"CSV Error on Line: (\d+)", said)
    return SourceError(
        path.name,
        f"cannot be read ({first_line(error)}).",
        "Check that line, or export the table again." if at else "Export the table again.",
        line=int(at[1]) if at else None,
    )


def _open_quote(path: Path, shape: TextShape) -> int | None:
    """Return the line on which the quote that stays open begins; None if each is closed."""
    inside, start = False, 1
    with text_of(path, shape.encoding) as file:
        for number, line in enumerate(bounded_lines(file), start=1):
            if line.count('"') % 2:
                inside = not inside
                start = number if inside else start
    return start if inside else None


def _faults(path: Path, shape: TextShape) -> Iterator[Fault]:
    """Yield every record that is not as wide as the header, or goes on after a closing mark."""
    width = len(shape.header)
    blanks_after = re.compile(rf'" +(?=[{re.escape(shape.delimiter)}\r\n]|$)')
    last = [""]

    def lines() -> Iterator[str]:
        for line in bounded_lines(file):
            last[0] = line.rstrip("\r\n")
            yield blanks_after.sub('"', line)  # the database takes no offence at these

    with text_of(path, shape.encoding) as file:
        reader = csv.reader(lines(), delimiter=shape.delimiter, strict=True, skipinitialspace=True)
        while True:
            try:
                record = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                yield Fault(reader.line_num, *_unread(error), last[0])
                continue
            if record and len(record) != width:
                text = shape.delimiter.join(record)[:_LETTERS]
                fields = "1 field" if len(record) == 1 else f"{len(record)} fields"
                said = f"has {fields} where the header has {width}: {text!r}."
                yield Fault(reader.line_num, said, _MEND, text)


def _unread(error: csv.Error) -> tuple[str, str]:
    """Say what is wrong with a record that cannot be taken apart, and what to do."""
    said = str(error)
    if "expected after" in said:
        reason = "a value goes on after its closing quotation mark."
        return reason, "Double quotation marks that are part of a value."
    if "unexpected end" in said:
        return _UNCLOSED, _CLOSE
    return f"cannot be read ({said}).", "Check its quotation marks."
