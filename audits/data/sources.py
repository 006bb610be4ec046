"""Whatever a person points at, as a DuckDB relation: files, folders, frames, relations."""

from __future__ import annotations

import contextlib
import glob
import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import duckdb

from audits.data import csv_check, delimited, parquet_cache
from audits.data.delimited import Fault, first_line, refused
from audits.data.expressions import literal, quoted
from audits.data.memory import FORMATS, as_arrow
from audits.data.names import clean_names
from audits.data.parquet_cache import one_file, was_interrupted
from audits.data.parquet_parts import differing
from audits.data.values import canonical
from audits.data.workspace import Workspace
from audits.errors import AuditError, SourceError, UsageError

_TEXT = (".csv", ".csv.gz", ".tsv", ".tsv.gz", ".txt")
_JSON = (".jsonl", ".ndjson", ".jsonl.gz", ".ndjson.gz")
_PARQUET = (".parquet", ".pq")
_FEATHER = (".feather", ".arrow")
_ONE_A_LINE = 'Write one row a line, as {"column": value, …}.'
_BATCH = 1 << 16


def _no_lines(_column: str, _value: str) -> None:
    """Say that a source has no lines to name."""


@dataclass(frozen=True)
class Source:
    """An opened table: where it came from, and what reads it: a relation, or a frame of Spark's."""

    role: str
    name: str
    format: str
    sha256: str
    relation: Any
    notes: tuple[str, ...] = ()
    find_line: Callable[[str, str], int | None] = _no_lines

    @property
    def title(self) -> str:
        """The table in words, for an error."""
        return f"the {self.role} table ({self.name})"


def open_source(data: object, role: str, work: Workspace) -> Source:
    """Open a path, a pattern, a frame or a relation.

    Raises
    ------
    UsageError
        If the kind of thing is not known.
    SourceError
        If a file is missing, empty, broken or has no rows.
    """
    if isinstance(data, str | Path):
        source = _open_path(str(data), role, work)
    elif isinstance(data, duckdb.DuckDBPyRelation):
        source = _open_relation(data, role, work)
    else:
        with explained(f"the {role} table"):
            table, kind = as_arrow(data, role)
            source = Source(role, f"{kind} table", kind, "", work.connection.from_arrow(table))
    return _with_clean_names(source)


def _with_clean_names(source: Source) -> Source:
    names = source.relation.columns
    cleaned = clean_names(names, source.name)
    if cleaned == names:
        return source
    pairs = zip(names, cleaned, strict=True)
    renamed = ", ".join(f"{quoted(old)} AS {quoted(new)}" for old, new in pairs)
    return replace(source, relation=source.relation.project(renamed))


@contextlib.contextmanager
def explained(name: str) -> Iterator[None]:
    """Turn a reader's own error into one sentence that names the table."""
    try:
        yield
    except AuditError:
        raise
    except (duckdb.Error, OSError, ValueError, TypeError, RuntimeError) as error:
        if was_interrupted(error):
            raise KeyboardInterrupt from None
        if isinstance(error, RuntimeError) and not isinstance(error, NotImplementedError):
            raise  # a bug
        raise SourceError(
            name, f"cannot be read ({first_line(error)}).", "Check that the data are whole."
        ) from None


# -- relations and files ---------------------------------------------------------------------------


def _open_relation(data: duckdb.DuckDBPyRelation, role: str, work: Workspace) -> Source:
    """Copy a relation once: read again, its rows might come in another order, or be others."""
    with explained(f"the {role} table"):
        clean_names(data.columns, f"the {role} table")
        table = work.table_name(role)
        work.connection.from_arrow(data.to_arrow_reader(_BATCH)).create(table)
        return Source(role, "relation", "duckdb", "", work.connection.table(table))


def _open_path(text: str, role: str, work: Workspace) -> Source:
    files = files_of(text)
    lower = files[0].name.lower()
    with explained(text):
        if lower.endswith(_TEXT):
            return _open_text(files[0], role, work)
        if lower.endswith(_PARQUET):
            return _open_parquet(files, Path(text).name or text, role, work)
        if lower.endswith(_JSON):
            return _open_json(files[0], role, work)
        if lower.endswith(_FEATHER):
            import pyarrow.feather

            table, _ = as_arrow(pyarrow.feather.read_table(str(files[0])), role)
            relation = work.connection.from_arrow(table)
            return Source(role, files[0].name, "feather", sha256_of(files), relation)
    raise UsageError(f"{text}: this kind of file is not known. Give one of: {FORMATS}.")


def files_of(text: str) -> list[Path]:
    """Return the files that a path, a folder or a pattern stands for.

    Raises
    ------
    SourceError
        If there is none, or one is empty.
    """
    path = Path(text).expanduser()
    if path.is_dir():
        return _files_in(path, text)
    if any(mark in text for mark in "*?[") and not path.exists():
        files = sorted(Path(p) for p in glob.glob(str(path), recursive=True))
        if not files:
            raise SourceError(text, "matches no file.", "Check the pattern.")
        if not all(f.name.lower().endswith(_PARQUET) for f in files):
            raise SourceError(text, "matches files other than Parquet.", "Narrow the pattern.")
        return files
    if not path.exists():
        raise SourceError(text, "there is no such file.", "Check the path.")
    if path.stat().st_size == 0:
        raise SourceError(text, "is empty.", "Give a table with a header and rows.")
    return [path]


def _files_in(folder: Path, text: str) -> list[Path]:
    """Every Parquet file of a folder, but for the hidden ones that other programs leave behind."""
    files = sorted(
        path
        for path in folder.rglob("*")
        if path.name.lower().endswith(_PARQUET) and not path.name.startswith((".", "_"))
    )
    if not files:
        raise SourceError(text, "is a folder without Parquet files.", f"Give {FORMATS}.")
    return files


def _open_parquet(files: list[Path], name: str, role: str, work: Workspace) -> Source:
    import pyarrow.parquet as pq

    clean_names(pq.read_schema(files[0]).names, name)  # DuckDB would rename a doubled column
    relation = work.connection.read_parquet(
        [one_file(f) for f in files],
        union_by_name=True,
        hive_partitioning=all("=" in f.parent.name for f in files),
    )
    return Source(role, name, "parquet", sha256_of(files), relation, differing(files, name))


def _open_text(path: Path, role: str, work: Workspace) -> Source:
    tabs = path.name.lower().endswith((".tsv", ".tsv.gz"))
    shape = csv_check.look(path, "\t" if tabs else None)
    relation = delimited.load(path, shape, f"{role}-{path.name}", work)
    return Source(
        role,
        path.name,
        "tsv" if tabs else "csv",
        sha256_of([path]),
        relation,
        (shape.note,) if shape.note else (),
        lambda column, text: delimited.row_with(path, shape, column, text),
    )


# -- JSON ------------------------------------------------------------------------------------------


def _open_json(path: Path, role: str, work: Workspace) -> Source:
    """Load every value as text, like CSV: the names first, from all lines, then the values."""
    try:
        relation = _stored_json(path, f"{role}-{path.name}", work)
    except duckdb.Error as error:
        raise _json_error(path, error) from None
    rows, written = len(relation), sum(1 for _ in _json_lines(path))
    if rows != written:
        said = f"{rows:,} rows were read where {written:,} lines are written."
        raise SourceError(path.name, said, _ONE_A_LINE)
    return Source(
        role,
        path.name,
        "jsonl",
        sha256_of([path]),
        relation,
        (),
        lambda column, text: _json_line(path, column, text),
    )


def _stored_json(path: Path, title: str, work: Workspace) -> duckdb.DuckDBPyRelation:
    """Read with buffers of the usual size; with the largest if a line needs them."""

    def attempt(size: str) -> duckdb.DuckDBPyRelation:
        read = (
            f"SELECT * FROM read_json({literal(one_file(path))}, format = 'newline_delimited', "
            # a folder above may be named like sex=f, which must not become a column
            f"records = true, hive_partitioning = false, {size}"
        )
        names = work.connection.sql(read + "sample_size = -1, maximum_depth = 1)").columns
        clean_names(_json_names(path), path.name)  # DuckDB would rename a doubled column
        columns = ", ".join(f"{literal(name)}: 'VARCHAR'" for name in names)
        values = work.connection.sql(f"{read} columns = {{{columns}}})")
        return parquet_cache.stored(values, title, work)

    try:
        return attempt("")
    except duckdb.Error as error:
        if "maximum_object_size" not in str(error):
            raise
    return attempt(f"maximum_object_size = {csv_check.LONGEST}, ")


def _json_names(path: Path) -> list[str]:
    return [str(name) for name in next((record for _, record in _json_records(path)), {})]


def _json_lines(path: Path) -> Iterator[tuple[int, str]]:
    """Yield every line that is not blank, and its number."""
    with csv_check.text_of(path, "utf-8") as file:
        for number, line in enumerate(csv_check.bounded_lines(file), start=1):
            if line.strip():
                yield number, line


def _json_object(line: str) -> dict[str, Any] | None:
    try:
        record = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return record if isinstance(record, dict) else None


def _json_records(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield every object and its line."""
    for number, line in _json_lines(path):
        if (record := _json_object(line)) is not None:
            yield number, record


def _json_faults(path: Path) -> Iterator[Fault]:
    for number, line in _json_lines(path):
        if _json_object(line) is None:
            yield Fault(number, "is not one JSON object.", _ONE_A_LINE, line.strip())


def _json_error(path: Path, error: Exception) -> SourceError:
    """Find the lines that are at fault, and say what is wrong with the first."""
    try:
        found = refused(path.name, _json_faults(path))
    except UnicodeDecodeError:
        return SourceError(path.name, "is not UTF-8 text.", "Save it as UTF-8.")
    if found is not None:
        return found
    if "byte order mark" in str(error):
        said = "begins with a byte-order mark."
        return SourceError(path.name, said, "Save it without one.", line=1)
    return SourceError(path.name, f"cannot be read ({first_line(error)}).", _ONE_A_LINE)


def _json_line(path: Path, column: str, text: str) -> int | None:
    for number, record in _json_records(path):
        if (canonical(record.get(column)) or "") == text:
            return number
    return None


def sha256_of(files: list[Path]) -> str:
    """Digest the bytes of one file; of several, the digests in order of name."""
    digests = []
    for path in files:
        with path.open("rb") as file:
            digests.append(hashlib.file_digest(file, "sha256").hexdigest())
    return (
        digests[0] if len(digests) == 1 else hashlib.sha256("".join(digests).encode()).hexdigest()
    )
