"""A look at a delimited text file before anything is loaded, so that errors name the line.

Readers disagree on broken files: some drop lines, some join them, some rename columns. One pass over
the bytes settles encoding, NUL bytes, the delimiter and the header first.
"""

from __future__ import annotations

import codecs
import csv
import gzip
import io
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from audits.errors import SourceError

_BLOCK = 1 << 22
_DELIMITERS = ",;\t|"
_SINGLE_BYTE = "latin-1"
_MARKS = {codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}


@dataclass(frozen=True)
class TextShape:
    """What is known of a delimited file before it is loaded."""

    encoding: str
    delimiter: str
    header: tuple[str, ...]
    header_lines: int
    newlines: int
    quoted: bool
    ends_open: bool  # the last line has no newline
    note: str | None


def look(path: Path, delimiter: str | None = None) -> TextShape:
    """Read the bytes once and say how to load them.

    Raises
    ------
    SourceError
        For an empty file, NUL bytes, a header only, or equal column names.
    """
    encoding, note = _encoding(path)
    newlines, quotes, ends_open = _scan(path, encoding)
    header_text = _first_record(path, encoding)
    delimiter = delimiter or _delimiter(header_text)
    header = next(csv.reader([header_text], delimiter=delimiter), [])
    _check_header(path, header)
    lines = header_text.count("\n") + 1
    if newlines + ends_open <= lines:
        raise SourceError(path.name, "has a header and no rows.", "Give a table with rows.")
    return TextShape(
        encoding, delimiter, tuple(header), lines, newlines, quotes > 0, ends_open, note
    )


def _blocks(path: Path) -> Iterator[bytes]:
    try:
        with _opened(path) as file:
            while block := file.read(_BLOCK):
                yield block
    except (gzip.BadGzipFile, EOFError, OSError) as error:
        raise SourceError(
            path.name, f"cannot be read ({error}).", "Check that the file is whole."
        ) from None


def _opened(path: Path) -> io.BufferedIOBase:
    if path.name.endswith(".gz"):
        return gzip.open(path)  # type: ignore[return-value]
    return path.open("rb")


def _encoding(path: Path) -> tuple[str, str | None]:
    """UTF-8 if every byte agrees; else UTF-16 by its mark, else Latin-1, which is said."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    line, first = 1, True
    for block in _blocks(path):
        if first and block[:2] in _MARKS:
            return "utf-16", f"{path.name} is read as UTF-16, by its byte-order mark."
        first = False
        try:
            decoder.decode(block)
        except UnicodeDecodeError as error:
            line += block.count(b"\n", 0, error.start)
            return (
                _SINGLE_BYTE,
                f"{path.name} is not UTF-8 (line {line}); it is read as Latin-1. "
                "Save it as UTF-8 if letters look wrong.",
            )
        line += block.count(b"\n")
    if first:
        raise SourceError(path.name, "is empty.", "Give a table with a header and rows.")
    return "utf-8", None


def _scan(path: Path, encoding: str) -> tuple[int, int, bool]:
    newlines = quotes = 0
    last = b""
    for block in _blocks(path):
        if encoding != "utf-16" and (at := block.find(b"\0")) >= 0:
            raise SourceError(
                path.name,
                "holds a NUL byte, so it is damaged or not a text file.",
                "Remove the byte or export the table again.",
                line=newlines + block.count(b"\n", 0, at) + 1,
            )
        newlines += block.count(b"\n")
        quotes += block.count(b'"')
        last = block[-2:]
    return newlines, quotes, not last.endswith((b"\n", b"\n\0"))


def _text(path: Path, encoding: str) -> io.TextIOWrapper:
    name = "utf-8-sig" if encoding == "utf-8" else encoding
    return io.TextIOWrapper(_opened(path), encoding=name, newline="")


def _first_record(path: Path, encoding: str) -> str:
    """Return the header, which may run over several lines inside quotes."""
    text = ""
    with _text(path, encoding) as file:
        for line in file:
            text += line
            if text.count('"') % 2 == 0 or len(text) > _BLOCK:
                break
    if not text.strip():
        raise SourceError(path.name, "has an empty first line.", "Give a header.", line=1)
    return text.rstrip("\r\n")


def _delimiter(header: str) -> str:
    counts = Counter({mark: header.count(mark) for mark in _DELIMITERS})
    mark, count = counts.most_common(1)[0]
    return mark if count else ","


def _check_header(path: Path, header: list[str]) -> None:
    names = [name.strip() for name in header]
    if empty := [i + 1 for i, name in enumerate(names) if not name]:
        raise SourceError(
            path.name, f"column {empty[0]} has no name.", "Name every column.", line=1
        )
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        where = [i + 1 for i, name in enumerate(names) if name == twice[0]]
        raise SourceError(
            path.name,
            f"the column name {twice[0]!r} stands {len(where)} times (columns {where}).",
            "Rename all but one.",
            line=1,
        )


def open_quote(path: Path, encoding: str) -> int:
    """Return the line on which the quote that stays open begins."""
    inside, start = False, 1
    with _text(path, encoding) as file:
        for number, line in enumerate(file, start=1):
            if line.count('"') % 2:
                inside = not inside
                start = number if inside else start
    return start


def first_ragged(path: Path, shape: TextShape) -> tuple[int, int, str] | None:
    """Return line, fields found and text of the first line whose field count is not the header's."""
    csv.field_size_limit(1 << 30)
    with _text(path, shape.encoding) as file:
        reader = csv.reader(file, delimiter=shape.delimiter)
        for record in reader:
            if record and len(record) != len(shape.header):
                return reader.line_num, len(record), shape.delimiter.join(record)[:80]
    return None


def line_of_row(path: Path, shape: TextShape, row: int) -> int:
    """Return the line on which data row `row` (from 0) ends."""
    csv.field_size_limit(1 << 30)
    with _text(path, shape.encoding) as file:
        reader = csv.reader(file, delimiter=shape.delimiter)
        seen = -2
        for record in reader:
            seen += bool(record)
            if seen == row:
                return reader.line_num
    return 0


def row_with(path: Path, shape: TextShape, column: str, text: str) -> int | None:
    """Return the line of the first row whose `column` holds `text`."""
    csv.field_size_limit(1 << 30)
    index = [name.strip() for name in shape.header].index(column)
    with _text(path, shape.encoding) as file:
        reader = csv.reader(file, delimiter=shape.delimiter)
        for record in reader:
            if len(record) > index and record[index].strip() == text:
                return reader.line_num
    return None
