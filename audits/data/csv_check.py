"""A look at a delimited text file before anything is loaded, so that errors name the line.

Readers disagree on broken files: some drop lines, some join them, some rename columns. Two passes
over the bytes settle encoding, NUL bytes, line ends, the delimiter and the header first.
"""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import re
import shutil
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

from audits.data.names import clean_name, trouble_with
from audits.data.values import canonical
from audits.errors import SourceError

_BLOCK = 1 << 22
_DELIMITERS = ",;\t|"
_LONGEST_CELL = 1 << 30
_QUOTED = re.compile(r'"(?:[^"]|"")*"')
_MARKS = {codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}


@dataclass(frozen=True)
class TextShape:
    """What is known of a delimited file before it is loaded."""

    encoding: str
    delimiter: str
    header: tuple[str, ...]
    header_lines: int
    newlines: int
    ends_open: bool  # the last line has no newline
    rewrite: bool  # not UTF-8, or line ends of several kinds: DuckDB needs a copy
    note: str | None


@dataclass
class _Bytes:
    """Line ends and the last two bytes, counted block by block."""

    newlines: int = 0
    returns: int = 0
    both: int = 0
    last: bytes = b""

    @property
    def lines(self) -> int:
        return self.newlines or self.returns

    @property
    def mixed(self) -> bool:
        """Several kinds of line end, for all that can be told from bytes."""
        return (
            self.newlines > 0
            and self.returns > 0
            and not (self.newlines == self.returns == self.both)
        )

    @property
    def ends_open(self) -> bool:
        return not self.last.endswith((b"\n", b"\n\0", b"\r"))

    def add(self, block: bytes) -> None:
        self.newlines += block.count(b"\n")
        self.returns += block.count(b"\r")
        self.both += block.count(b"\r\n") + (self.last[-1:] == b"\r" and block[:1] == b"\n")
        self.last = (self.last + block[-2:])[-2:]


def look(path: Path, delimiter: str | None = None) -> TextShape:
    """Read the bytes and say how to load them.

    Raises
    ------
    SourceError
        For an empty file, NUL bytes, a header only, or equal column names.
    """
    csv.field_size_limit(_LONGEST_CELL)
    encoding, note = _encoding(path)
    counted = _scan(path, encoding)
    header_text, lines = _first_record(path, encoding)
    delimiter = delimiter or _delimiter(header_text)
    header = _header(path, header_text, delimiter)
    if counted.lines + counted.ends_open <= lines:
        raise SourceError(path.name, "has a header and no rows.", "Give a table with rows.")
    rewrite_it = encoding != "utf-8" or counted.mixed
    return TextShape(
        encoding, delimiter, header, lines, counted.lines, counted.ends_open, rewrite_it, note
    )


def _blocks(path: Path) -> Iterator[bytes]:
    try:
        with _opened(path) as file:
            while block := file.read(_BLOCK):
                yield block
    except (EOFError, OSError, zlib.error) as error:
        raise SourceError(
            path.name,
            f"cannot be read ({error}).",
            "Check that the file is whole, and that you may read it.",
        ) from None


def _opened(path: Path) -> BinaryIO:
    return cast(BinaryIO, gzip.open(path) if path.name.lower().endswith(".gz") else path.open("rb"))


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
            return _latin(path, line + block.count(b"\n", 0, error.start))
        line += block.count(b"\n")
    if first:
        raise SourceError(path.name, "is empty.", "Give a table with a header and rows.")
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return _latin(path, line)
    return "utf-8", None


def _latin(path: Path, line: int) -> tuple[str, str]:
    return (
        "latin-1",
        f"{path.name} is not UTF-8 (line {line}); it is read as Latin-1. "
        "Save it as UTF-8 if letters look wrong.",
    )


def _scan(path: Path, encoding: str) -> _Bytes:
    counted = _Bytes()
    for block in _blocks(path):
        if encoding != "utf-16" and (at := block.find(b"\0")) >= 0:
            raise SourceError(
                path.name,
                "holds a NUL byte, so it is damaged or not a text file.",
                "Remove the byte or export the table again.",
                line=counted.newlines + block.count(b"\n", 0, at) + 1,
            )
        counted.add(block)
    return counted


def text_of(path: Path, encoding: str) -> io.TextIOWrapper:
    """Open a file, zipped or not, as text with its line ends as they are."""
    name = "utf-8-sig" if encoding == "utf-8" else encoding
    return io.TextIOWrapper(_opened(path), encoding=name, newline="")


def rewrite(path: Path, shape: TextShape, target: Path) -> None:
    """Copy a file as UTF-8 with one kind of line end.

    Raises
    ------
    SourceError
        If a byte has no meaning in the encoding.
    """
    name = "utf-8-sig" if shape.encoding == "utf-8" else shape.encoding
    try:
        with (
            io.TextIOWrapper(_opened(path), encoding=name, newline=None) as file,
            target.open("w", encoding="utf-8", newline="\n") as copy,
        ):
            shutil.copyfileobj(file, copy, _BLOCK)
    except UnicodeError as error:
        raise SourceError(
            path.name, f"is not whole {shape.encoding} text ({error}).", "Save it as UTF-8."
        ) from None


def _first_record(path: Path, encoding: str) -> tuple[str, int]:
    """Return the header, which may run over several lines inside quotes, and how many lines."""
    text, lines = "", 0
    try:
        with text_of(path, encoding) as file:
            for line in file:
                text += line
                lines += 1
                if text.count('"') % 2 == 0 or len(text) > _BLOCK:
                    break
    except UnicodeError as error:
        raise SourceError(
            path.name, f"is not whole {encoding} text ({error}).", "Save it as UTF-8.", line=1
        ) from None
    if not text.strip():
        raise SourceError(path.name, "has an empty first line.", "Give a header.", line=1)
    if text.count('"') % 2:
        raise SourceError(
            path.name, "a quotation mark is opened and never closed.", "Close it.", line=1
        )
    return text.rstrip("\r\n"), lines


def _delimiter(header: str) -> str:
    """Return the mark that stands most often in the header, outside quotation marks."""
    bare = _QUOTED.sub("", header)
    return max(_DELIMITERS, key=bare.count)


def _header(path: Path, text: str, delimiter: str) -> tuple[str, ...]:
    try:
        names = next(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), [])
    except csv.Error as error:
        raise SourceError(
            path.name, f"has a header that cannot be read ({error}).", "Mend it.", line=1
        ) from None
    if trouble := trouble_with(names):
        raise SourceError(path.name, trouble, "", line=1)
    return tuple(clean_name(name) for name in names)


def open_quote(path: Path, shape: TextShape) -> int | None:
    """Return the line on which the quote that stays open begins; None if each is closed."""
    inside, start = False, 1
    with text_of(path, shape.encoding) as file:
        for number, line in enumerate(file, start=1):
            if line.count('"') % 2:
                inside = not inside
                start = number if inside else start
    return start if inside else None


def _records(path: Path, shape: TextShape) -> Iterator[tuple[int, list[str]]]:
    """Yield every record that is not blank, and the line on which it ends."""
    with text_of(path, shape.encoding) as file:
        reader = csv.reader(file, delimiter=shape.delimiter)
        for record in reader:
            if record:
                yield reader.line_num, record


def first_ragged(path: Path, shape: TextShape) -> tuple[int, int, str] | None:
    """Return line, fields found and text of the first line that is not as wide as the header."""
    for line, record in _records(path, shape):
        if len(record) != len(shape.header):
            return line, len(record), shape.delimiter.join(record)[:80]
    return None


def row_with(path: Path, shape: TextShape, column: str, text: str) -> int | None:
    """Return the line of the first row whose `column` holds a value, in whatever spelling.

    An empty text stands for a missing value.
    """
    if column not in shape.header:
        return None
    index = shape.header.index(column)
    for line, record in _records(path, shape):
        if len(record) > index and (canonical(record[index]) or "") == text:
            return line
    return None
