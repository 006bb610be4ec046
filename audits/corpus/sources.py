"""Wherever texts lie: a column of a table, a folder of files, lines of a file, a list."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from audits.data import sources
from audits.data.expressions import quoted
from audits.data.names import clean_name
from audits.data.workspace import Workspace
from audits.errors import ColumnNotFoundError, InputError, SourceError, UsageError

_BATCH = 2_000
_AT_ONCE = 32_000_000
"""Bytes of texts that are taken from the database at once, where more than one text is."""
_TXT = ".txt"
_NO_VECTOR = np.empty(0, dtype=np.float32)

Rows = Iterator[dict[str, list[Any]]]


@dataclass(frozen=True)
class TextSource:
    """A collection that was opened: what it is called, its columns, and its rows in batches."""

    role: str
    name: str
    format: str
    sha256: str
    columns: tuple[str, ...]
    batches: Callable[[Sequence[str]], Rows]
    notes: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """The collection in words, for an error."""
        return f"the {self.role} texts ({self.name})"


def open_texts(given: Any, role: str, text: str, work: Workspace) -> TextSource:
    """Open a collection of texts.

    Parameters
    ----------
    given : path, frame, relation, or sequence of str
        A table with a column of texts, a folder of ``.txt`` files (one text each), a ``.txt`` file
        (one text per line), or the texts themselves.
    role : str
        "real", "synthetic", or which generation it is.
    text : str
        What the column of texts is called; of texts without columns, what they will be called.
    work : Workspace
        Where what is read is kept.

    Raises
    ------
    SourceError
        If a file is missing, empty, or not UTF-8.
    UsageError
        If the kind of thing is not known.
    """
    if isinstance(given, str | Path):
        path = Path(given).expanduser()
        if path.is_dir() and any(path.rglob(f"*{_TXT}")):
            return _folder(path, role, text)
        if path.name.lower().endswith(_TXT) and path.is_file():
            return _lines(path, role, text)
    elif isinstance(given, Sequence):
        return _listed(given, role, text)
    return _table(given, role, work)


# -- texts that have no columns --------------------------------------------------------------------


def _listed(given: Sequence[Any], role: str, text: str) -> TextSource:
    for place, one in enumerate(given):
        if one is not None and not isinstance(one, str):
            raise UsageError(
                f"the {role} texts: text {place} is {type(one).__name__}, not a text. Give a list "
                "of texts, or a table with a column of texts."
            )
    digest = hashlib.sha256("\0".join(one or "" for one in given).encode("utf-8", "replace"))
    batches = [{text: list(given[i : i + _BATCH])} for i in range(0, len(given), _BATCH)]
    return TextSource(role, "list", "list", digest.hexdigest(), (text,), lambda _: iter(batches))


def _lines(path: Path, role: str, text: str) -> TextSource:
    lines = _decoded(path).splitlines()
    batches = [{text: lines[i : i + _BATCH]} for i in range(0, len(lines), _BATCH)]
    note = f"{path.name} holds one text per line."
    return TextSource(
        role, path.name, "txt", sources.sha256_of([path]), (text,), lambda _: iter(batches), (note,)
    )


def _folder(path: Path, role: str, text: str) -> TextSource:
    """A text per file, the files in the order of their names."""
    files = sorted(
        one for one in path.rglob(f"*{_TXT}") if one.is_file() and not one.name.startswith(".")
    )
    if not files:
        raise SourceError(str(path), f"is a folder without {_TXT} files.", "Name another folder.")

    def batches(_columns: Sequence[str]) -> Rows:
        for i in range(0, len(files), _BATCH):
            yield {text: [_decoded(one) for one in files[i : i + _BATCH]]}

    return TextSource(role, path.name, "folder of txt", sources.sha256_of(files), (text,), batches)


def _decoded(path: Path) -> str:
    """Read a file as UTF-8, with or without the mark that some programs begin it with."""
    try:
        raw = path.read_bytes()
        return raw.decode("utf-8-sig")
    except OSError as error:
        raise SourceError(str(path), f"cannot be read ({error.strerror}).", "") from None
    except UnicodeDecodeError as error:
        raise SourceError(
            path.name,
            f"is not UTF-8: byte {error.start:,} (0x{raw[error.start]:02x}) cannot be read.",
            "Save it as UTF-8, for example: iconv -f WINDOWS-1252 -t UTF-8.",
        ) from None


# -- tables ----------------------------------------------------------------------------------------


def _table(given: Any, role: str, work: Workspace) -> TextSource:
    opened = sources.open_source(given, role, work)

    def batches(columns: Sequence[str]) -> Rows:
        chosen = ", ".join(quoted(name) for name in columns)
        with sources.explained(opened.name):
            reader = opened.relation.project(chosen).to_arrow_reader(_BATCH)
            for batch in reader:
                for some in _portions(batch):
                    yield dict(zip(columns, map(_values, some.columns), strict=True))

    return TextSource(
        role, opened.name, opened.format, opened.sha256, tuple(opened.relation.columns), batches,
        opened.notes,
    )  # fmt: skip


def _portions(batch: pa.RecordBatch) -> Iterator[pa.RecordBatch]:
    """Part a batch of long texts."""
    step = max(1, batch.num_rows * _AT_ONCE // max(batch.nbytes, _AT_ONCE))
    for begin in range(0, batch.num_rows, step):
        yield batch.slice(begin, step)


def _values(column: pa.Array) -> list[Any]:
    """Return the values of a column; lists of numbers as arrays, as there may be many."""
    kind = column.type
    if not pa.types.is_nested(kind) or kind.num_fields != 1:
        return list(column.to_pylist())
    if not pa.types.is_floating(getattr(kind, "value_type", kind)):
        return list(column.to_pylist())
    return [
        None if one.values is None else one.values.to_numpy(zero_copy_only=False) for one in column
    ]


def check_columns(source: TextSource, wanted: Sequence[str]) -> None:
    """Refuse a collection that lacks a column which was named.

    Raises
    ------
    ColumnNotFoundError
        If it lacks one; the message names those there are.
    """
    for name in wanted:
        if name not in source.columns:
            raise ColumnNotFoundError(clean_name(name), source.title, source.columns)


def vector_of(value: Any, where: str) -> NDArray[np.float32]:
    """Read a vector: a list of numbers, or a text that holds one.

    Raises
    ------
    InputError
        If it is none, or not all of it are numbers.
    """
    try:
        read = json.loads(value) if isinstance(value, str) else value
        with np.errstate(over="ignore"):
            numbers = np.asarray(read, dtype=np.float32)
    except (TypeError, ValueError, RecursionError):
        numbers = _NO_VECTOR
    if numbers.ndim != 1 or not numbers.size or not np.isfinite(numbers).all():
        raise InputError(
            f"{where}: {str(value)[:40]!r} is no vector. Give a list of numbers for every text."
        )
    return numbers
