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
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, TextIO, cast

import numpy as np
from numpy.typing import NDArray

from audits.data.names import clean_name, trouble_with
from audits.errors import SourceError

Letters = NDArray[np.uint8]
Places = NDArray[np.int64]

LONGEST = 1 << 27
"""Letters of a line, or of a value over several lines, that are read at once."""
_BLOCK = 1 << 22
_LONGEST_HEADER = 1 << 22
_DELIMITERS = ",;\t|"
_NEWLINE, _RETURN, _MARK = b'\n\r"'
_QUOTED = re.compile(r'"(?:[^"]|"")*"')
_MARKS = {codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}


@dataclass(frozen=True)
class TextShape:
    """What is known of a delimited file before it is loaded."""

    encoding: str
    delimiter: str
    header: tuple[str, ...]
    rewrite: bool  # not UTF-8, or line ends of several kinds: DuckDB needs a copy
    note: str | None
    records: Records


@dataclass
class Records:
    """Records of a text, counted block by block: a line end inside quotation marks ends none.

    A mark inside a bare value (`5" pipe`) is taken for one that opens a quotation, since bytes do
    not tell: where rows differ from records, somebody who reads the text has to count again.
    """

    ended: int = 0
    blank: int = 0
    longest: int = 0  # bytes
    tallest: int = 1  # lines
    tallest_at: int = 1  # the line on which the tallest record begins
    lines: int = 0
    _size: int = 0  # bytes since a record ended, and lines
    _height: int = 0
    _inside: bool = False
    _last: int = 0

    def rows(self, columns: int) -> int:
        """Records below the header; in a single column a blank line is a missing value."""
        whole = self.ended + (self._size > 0)
        return whole - 1 - (0 if columns == 1 else self.blank)

    def add(self, block: bytes) -> None:
        """Count what comes next."""
        letters = np.frombuffer(block, np.uint8)
        line_ends = np.flatnonzero(letters == _NEWLINE)
        places = np.flatnonzero(~self._quoted(block, letters, line_ends))
        ends = line_ends[places]
        if len(ends):
            sizes = np.diff(ends, prepend=-1 - self._size)
            heights = np.diff(places, prepend=-1 - self._height)
            before = letters[ends - 1]
            before[0] = before[0] if ends[0] else self._last
            self.blank += int(((sizes == 1) | ((sizes == 2) & (before == _RETURN))).sum())
            self.longest = max(self.longest, int(sizes.max()))
            at = int(heights.argmax())
            if heights[at] > self.tallest:
                self.tallest = int(heights[at])
                self.tallest_at = self.lines + int(places[at]) + 2 - self.tallest
            self.ended += len(ends)
            self._size, self._height = -1 - int(ends[-1]), -1 - int(places[-1])
        self._size += len(letters)
        self._height += len(line_ends)
        self.lines += len(line_ends)
        self._last = block[-1]

    def _quoted(self, block: bytes, letters: Letters, line_ends: Places) -> NDArray[np.bool_]:
        """Say of each line end whether it stands inside quotation marks."""
        if b'"' not in block:
            return np.full(len(line_ends), self._inside)
        starts = np.append(0, line_ends + 1)
        starts = starts[starts < len(letters)]
        marks = np.add.reduceat((letters == _MARK).view(np.uint8), starts, dtype=np.uint8)
        inside = ((np.cumsum(marks & 1) + self._inside) & 1).astype(bool)
        self._inside = bool(inside[-1])
        return inside[: len(line_ends)]


@dataclass
class _Bytes:
    """Line ends, the last two bytes and the records, counted block by block."""

    returns: int = 0
    both: int = 0
    last: bytes = b""
    records: Records = field(default_factory=Records)

    @property
    def newlines(self) -> int:
        return self.records.lines

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
        if b"\r" in block or self.last[-1:] == b"\r":
            self.returns += block.count(b"\r")
            self.both += block.count(b"\r\n") + (self.last[-1:] == b"\r" and block[:1] == b"\n")
        self.records.add(block)
        self.last = (self.last + block[-2:])[-2:]


def look(path: Path, delimiter: str | None = None) -> TextShape:
    """Read the bytes and say how to load them.

    Raises
    ------
    SourceError
        For an empty file, NUL bytes, a header only, or equal column names.
    """
    csv.field_size_limit(LONGEST)
    encoding, note = _encoding(path)
    counted = _scan(path, encoding)
    header_text, lines = _first_record(path, encoding)
    delimiter = delimiter or _delimiter(header_text)
    header = _header(path, header_text, delimiter)
    if counted.lines + counted.ends_open <= lines:
        raise SourceError(path.name, "has a header and no rows.", "Give a table with rows.")
    rewrite_it = encoding != "utf-8" or counted.mixed
    return TextShape(encoding, delimiter, header, rewrite_it, note, counted.records)


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


def bounded_lines(file: TextIO) -> Iterator[str]:
    """Yield lines; one that does not end comes in pieces, so that it cannot fill the memory."""
    return iter(lambda: file.readline(LONGEST), "")


def rewrite(path: Path, shape: TextShape, target: Path) -> Records:
    """Copy a file as UTF-8 with one kind of line end, and count the records of the copy.

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
    records = Records()
    for block in _blocks(target):
        records.add(block)
    return records


def _first_record(path: Path, encoding: str) -> tuple[str, int]:
    """Return the header, which may run over several lines inside quotes, and how many lines."""
    text, lines = "", 0
    try:
        with text_of(path, encoding) as file:
            for line in bounded_lines(file):
                text += line
                lines += 1
                if text.count('"') % 2 == 0 or len(text) > _LONGEST_HEADER:
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
