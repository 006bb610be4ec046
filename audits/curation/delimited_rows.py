"""Rows of a delimited text file as they are written: kept letter by letter, cut as they are read.

The audit reads a file through DuckDB and holds its rows against the records of the file; records
are cut here by the same rule, and counted again, so that row numbers fit.
"""

from __future__ import annotations

import codecs
import contextlib
import csv
import gzip
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, cast

from audits.curation.fates import Fates, extra_names
from audits.data import csv_check
from audits.data.csv_check import TextShape, bounded_lines, text_of
from audits.errors import SourceError, UsageError

_END = re.compile(r"(?:\r\n|\n|\r)\Z")
_UTF16 = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}


def is_zipped(path: Path) -> bool:
    """Whether a file's name says that it is zipped."""
    return path.name.lower().endswith(".gz")


def opened(path: Path) -> IO[bytes]:
    """Open a file, zipped or not, to be read."""
    return cast(IO[bytes], gzip.open(path) if is_zipped(path) else path.open("rb"))


@contextlib.contextmanager
def written(path: Path, like: Path, encoding: str) -> Iterator[io.TextIOWrapper]:
    """Open a file to be written as another is: its encoding, and its byte-order mark if it has one.

    It is zipped if its own name says so, and then holds neither a name nor a time.
    """
    name, mark = encoding, ""
    with opened(like) as file:
        head = file.read(3)
    if encoding == "utf-16":
        name, mark = _UTF16[head[:2]], "\ufeff"
    elif encoding == "utf-8" and head == codecs.BOM_UTF8:
        mark = "\ufeff"
    with contextlib.ExitStack() as stack:
        raw: IO[bytes] = stack.enter_context(path.open("wb"))
        if is_zipped(path):
            zipped = gzip.GzipFile("", "wb", fileobj=raw, mtime=0)
            raw = cast(IO[bytes], stack.enter_context(zipped))
        text = stack.enter_context(io.TextIOWrapper(raw, encoding=name, newline=""))
        text.write(mark)
        yield text


# -- records ---------------------------------------------------------------------------------------


def records(path: Path, shape: TextShape) -> Iterator[tuple[str, list[str] | None]]:
    """Yield every record as it is written, its line end included, and its values.

    The header comes first. A blank line, which is no row of several columns, has no values.
    """
    with text_of(path, shape.encoding) as file:
        taken: list[str] = []

        def lines() -> Iterator[str]:
            for line in bounded_lines(file):
                taken.append(line)
                yield line

        reader = csv.reader(lines(), delimiter=shape.delimiter, skipinitialspace=True)
        for values in reader:
            text = "".join(taken)
            taken.clear()
            if values:
                yield text, values
            else:
                yield text, [""] if len(shape.header) == 1 else None


def cells(text: str, values: Sequence[str], delimiter: str) -> list[tuple[int, int]]:
    """Return where each value of a record begins and ends in its text.

    >>> cells('1, "a,b",c', ["1", "a,b", "c"], ",")
    [(0, 1), (2, 8), (9, 10)]
    """
    bare = rf"[^{re.escape(delimiter)}]*"
    value = re.compile(rf'(?: *"(?:[^"]|"")*")?{bare}')
    stop = len(_END.sub("", text))
    places, start = [], 0
    for _ in values:
        found = value.match(text, start, stop)
        assert found is not None, "a pattern that may be empty always fits"
        places.append(found.span())
        start = found.end() + 1
    assert start == stop + 1, "a record is as long as its values and what stands between them"
    return places


def _line_end(text: str) -> str:
    found = _END.search(text)
    return found.group() if found else ""


def _spelt(values: Sequence[str], delimiter: str, *, quoted: bool = False) -> str:
    """Write values as part of a record, without its line end."""
    out = io.StringIO(newline="")
    if quoted:
        writer = csv.writer(out, delimiter=delimiter, quoting=csv.QUOTE_ALL, lineterminator="")
    else:
        writer = csv.writer(out, delimiter=delimiter, lineterminator="")
    writer.writerow(values)
    return out.getvalue()


def edited(text: str, values: Sequence[str], changes: Mapping[int, str], shape: TextShape) -> str:
    """Return a record in which some values are others; every other letter stays.

    A value that stood in quotation marks is put into them again.
    """
    places = cells(text, values, shape.delimiter)
    for index in sorted(changes, reverse=True):
        start, stop = places[index]
        quoted = text[start:stop].lstrip(" ").startswith('"')
        new = _spelt([changes[index]], shape.delimiter, quoted=quoted)
        if new == '""' and not quoted:  # how a lone empty value is written
            new = ""
        text = text[:start] + new + text[stop:]
    return text


# -- a file in two ---------------------------------------------------------------------------------


class DelimitedRows:
    """A CSV or TSV file, to be parted into rows that are kept and rows that are not."""

    def __init__(self, path: Path) -> None:
        self.path = path
        tabs = path.name.lower().endswith((".tsv", ".tsv.gz"))
        self.shape = csv_check.look(path, "\t" if tabs else None)

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns as the audit names them."""
        return self.shape.header

    def part(self, fates: Fates, kept: Path, removed: Path) -> int:
        """Write the rows that are kept and those that are not; return how many there were.

        Raises
        ------
        UsageError
            If an edit holds letters that the file's encoding has not.
        SourceError
            If the file cannot be taken apart.
        """
        shape, place = self.shape, {name: i for i, name in enumerate(self.columns)}
        header, end, row = True, "\n", 0
        with (
            written(kept, self.path, shape.encoding) as left,
            written(removed, self.path, shape.encoding) as gone,
        ):
            for text, values in self._records():
                if header:
                    header, end = False, _line_end(text) or "\n"
                    left.write(text)
                    gone.write(self._with(text, extra_names(self.columns), end))
                elif values is None:
                    left.write(text)
                else:
                    row += 1
                    if row in fates.removed:
                        gone.write(self._with(text, fates.removed[row].extra, end))
                    elif row in fates.edited:
                        changes = {place[c]: v for c, v in fates.edited[row].edit.items()}
                        new = edited(text, values, changes, shape)
                        left.write(self._writable(new, row))
                    else:
                        left.write(text)
        return row

    def _records(self) -> Iterator[tuple[str, list[str] | None]]:
        try:
            yield from records(self.path, self.shape)
        except (csv.Error, UnicodeError) as error:
            raise SourceError(
                self.path.name, f"cannot be taken apart ({error}).", "Export the table again."
            ) from None

    def _with(self, text: str, extra: Sequence[str], end: str) -> str:
        """Put further values at the end of a record, before its line end."""
        from audits.reports.csv_report import cell

        body = _END.sub("", text)
        more = _spelt([cell(value) for value in extra], self.shape.delimiter)
        if self.shape.encoding == "latin-1":
            more = more.encode("latin-1", "backslashreplace").decode("latin-1")
        return f"{body}{self.shape.delimiter}{more}{_line_end(text) or end}"

    def _writable(self, text: str, row: int) -> str:
        try:
            text.encode(self.shape.encoding)
        except UnicodeEncodeError as error:
            raise UsageError(
                f"{self.path.name}, row {row}: the edit holds {text[error.start]!r}, which "
                f"{self.shape.encoding} has not. Save the table as UTF-8, and review that."
            ) from None
        return text
