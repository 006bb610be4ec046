"""Wherever texts lie: a column of a table, a folder of files, lines of a file, a list."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from audits.corpus import text_files
from audits.data import sources
from audits.data.expressions import quoted
from audits.data.names import clean_name
from audits.data.workspace import Workspace
from audits.errors import ColumnNotFoundError, InputError, SourceError, UsageError

_BATCH = 2_000
_AT_ONCE = 32_000_000
"""Bytes of texts that are taken from the database at once, where more than one text is."""
_PARQUET = (".parquet", ".pq")
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
        return f"the {self.kind} ({self.name})"

    @property
    def kind(self) -> str:
        """Which texts they are, in words; a table of all generations has no role of its own."""
        return "texts" if self.role == "generations" else f"{self.role} texts"


def open_texts(given: Any, role: str, text: str, work: Workspace, *, longest: int) -> TextSource:
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
    longest : int
        Characters that are read of one text; of longer ones, one more is enough.

    Raises
    ------
    SourceError
        If a file is missing, empty, or not UTF-8.
    UsageError
        If the kind of thing is not known.
    """
    if isinstance(given, str | Path):
        path = Path(given).expanduser()
        if path.is_dir() and (files := text_files.in_folder(path)):
            return _written(path, files, text_files.whole(files), role, text)
        if path.is_dir() and not any(one.suffix.lower() in _PARQUET for one in path.rglob("*")):
            raise SourceError(
                str(given),
                f"is a folder without {text_files.ENDING} or Parquet files.",
                "Name another.",
            )
        if path.name.lower().endswith(text_files.ENDING) and path.is_file():
            note = f"{path.name} holds one text per line."
            return _written(path, [path], text_files.lines(path), role, text, note)
    elif (texts := _in_a_row(given, role)) is not None:
        return _listed(texts, role, text)
    return _table(given, role, text, longest, work)


# -- texts that have no columns --------------------------------------------------------------------


def _in_a_row(given: Any, role: str) -> Sequence[Any] | None:
    """Return texts that stand in a list or in one column of a frame; None for anything else."""
    if isinstance(given, bytes | Iterator | Mapping | Set):
        raise UsageError(
            f"the {role} texts are of type {type(given).__name__}. Give a list of texts, a table "
            "with a column of texts, or the path of one."
        )
    if isinstance(given, Sequence):
        return given
    for way in ("to_list", "tolist", "to_pylist"):
        if hasattr(given, way) and not hasattr(given, "columns"):
            return [None if _no_value(one) else one for one in getattr(given, way)()]
    return None


def _no_value(one: Any) -> bool:
    """Whether pandas writes a missing text so."""
    return one is None or type(one).__name__ in ("NAType", "NaTType") or one != one  # noqa: PLR0124


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


def _written(
    path: Path, files: list[Path], texts: Iterable[str], role: str, text: str, *notes: str
) -> TextSource:
    """Files that hold nothing but texts."""
    with text_files.explained(path):
        digest = sources.sha256_of(files)
    kind = "txt" if files == [path] else "folder of txt"
    return TextSource(
        role, path.name, kind, digest, (text,), lambda _: _in_batches(text, texts), notes
    )


def _in_batches(name: str, texts: Iterable[str]) -> Rows:
    some: list[str] = []
    letters = 0
    for one in texts:
        some.append(one)
        letters += len(one)
        if len(some) >= _BATCH or letters >= _AT_ONCE:
            yield {name: some}
            some, letters = [], 0
    if some:
        yield {name: some}


# -- tables ----------------------------------------------------------------------------------------


def _table(given: Any, role: str, text: str, longest: int, work: Workspace) -> TextSource:
    opened = sources.open_source(given, role, work)
    kinds = dict(zip(opened.relation.columns, map(str, opened.relation.types), strict=True))

    def chosen(name: str) -> str:
        if name == text and kinds[name] == "VARCHAR":
            return f"left({quoted(name)}, {longest + 1}) AS {quoted(name)}"
        return quoted(name)

    def batches(columns: Sequence[str]) -> Rows:
        with sources.explained(opened.name):
            read = opened.relation.project(", ".join(map(chosen, columns)))
            for batch in read.to_arrow_reader(_BATCH):
                for some in _portions(batch):
                    yield dict(zip(columns, map(_values, some.columns), strict=True))

    return TextSource(
        role, opened.name, opened.format, opened.sha256, tuple(kinds), batches, opened.notes
    )


def _portions(batch: pa.RecordBatch) -> Iterator[pa.RecordBatch]:
    """Part a batch of long texts."""
    step = max(1, batch.num_rows * _AT_ONCE // max(batch.nbytes, _AT_ONCE))
    for begin in range(0, batch.num_rows, step):
        yield batch.slice(begin, step)


def _values(column: pa.Array) -> list[Any]:
    """Return the values of a column; lists of numbers as arrays, as there may be many."""
    kind, types = column.type, pa.types
    listed = types.is_list(kind) or types.is_large_list(kind) or types.is_fixed_size_list(kind)
    if not (listed and types.is_floating(kind.value_type)):
        values: list[Any] = column.to_pylist()
        return values
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
            title = f"the table of {source.kind} ({source.name})"
            raise ColumnNotFoundError(clean_name(name), title, source.columns)


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
