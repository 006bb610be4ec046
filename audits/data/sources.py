"""Whatever a person points at, as a DuckDB relation: files, folders, frames, relations."""

from __future__ import annotations

import contextlib
import glob
import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from audits.data import csv_check
from audits.errors import InputError, SourceError, UsageError

_TEXT = (".csv", ".csv.gz", ".tsv", ".tsv.gz", ".txt")
_JSON = (".jsonl", ".ndjson", ".jsonl.gz", ".ndjson.gz")
_PARQUET = (".parquet", ".pq")
_FEATHER = (".feather", ".arrow")
_KNOWN = "CSV, CSV.gz, TSV, Parquet (file, folder or pattern), JSON Lines, Feather"


@dataclass(frozen=True)
class Source:
    """An opened table: where it came from, and a relation that reads it."""

    role: str
    name: str
    format: str
    sha256: str
    relation: duckdb.DuckDBPyRelation
    notes: tuple[str, ...] = ()
    find_line: Callable[[str, str], int | None] = field(default=lambda column, text: None)

    @property
    def title(self) -> str:
        """The table in words, for an error."""
        return f"the {self.role} table ({self.name})"


def connect() -> duckdb.DuckDBPyConnection:
    """Open a private in-memory database with the optimiser rules off that miscount NaN.

    Parquet written by Arrow leaves NaN out of a float column's statistics, and DuckDB's optimiser
    trusts them: decision 0002.
    """
    connection = duckdb.connect(":memory:")
    connection.execute(
        "SET disabled_optimizers = 'statistics_propagation,filter_pushdown';"
        # columns are read one at a time, so rows must come in one order: decision 0002
        "SET preserve_insertion_order = true; SET TimeZone = 'UTC'"
    )
    return connection


def open_source(data: object, role: str, connection: duckdb.DuckDBPyConnection) -> Source:
    """Open a path, a pattern, a frame or a relation.

    Raises
    ------
    UsageError
        If the kind of thing is not known.
    SourceError
        If a file is missing, empty, broken or has no rows.
    """
    if isinstance(data, str | Path):
        source = _open_path(str(data), role, connection)
    elif isinstance(data, duckdb.DuckDBPyRelation):
        source = Source(role, "relation", "duckdb", "", data)
    else:
        source = _open_frame(data, role, connection)
    names = source.relation.columns
    if len({name.casefold() for name in names}) < len(names):
        twice = sorted(n for n in names if [m.casefold() for m in names].count(n.casefold()) > 1)
        raise SourceError(
            source.name,
            f"columns differ only in case or stand twice: {', '.join(twice)}.",
            "Rename all but one.",
        )
    return source


def _open_path(text: str, role: str, connection: duckdb.DuckDBPyConnection) -> Source:
    files = _files(text)
    lower = files[0].name.lower()
    with _explained(text):
        if lower.endswith(_TEXT):
            return _open_text(files[0], role, connection)
        if lower.endswith(_PARQUET):
            relation = connection.read_parquet([str(f) for f in files], union_by_name=True)
            return Source(role, Path(text).name or text, "parquet", _sha256(files), relation)
        if lower.endswith(_JSON):
            return _open_json(files[0], role, connection)
        if lower.endswith(_FEATHER):
            import pyarrow.feather

            table = pyarrow.feather.read_table(str(files[0]))
            relation = connection.from_arrow(table)
            return Source(role, files[0].name, "feather", _sha256(files), relation)
    raise UsageError(f"{text}: this kind of file is not known. Give one of: {_KNOWN}.")


def _files(text: str) -> list[Path]:
    path = Path(text)
    if path.is_dir():
        files = sorted(p for p in path.rglob("*") if p.name.lower().endswith(_PARQUET))
        if not files:
            raise SourceError(text, "is a folder without Parquet files.", f"Give {_KNOWN}.")
        return files
    if any(mark in text for mark in "*?[") and not path.exists():
        files = sorted(Path(p) for p in glob.glob(text, recursive=True))
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


@contextlib.contextmanager
def _explained(name: str) -> Any:
    """Turn a reader's own error into one sentence that names the file."""
    try:
        yield
    except (duckdb.Error, OSError, ValueError) as error:
        raise SourceError(
            name, f"cannot be read ({_first_line(error)}).", "Check that the file is whole."
        ) from None


def _first_line(error: Exception) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[0][:300] if lines else type(error).__name__


def _open_text(path: Path, role: str, connection: duckdb.DuckDBPyConnection) -> Source:
    tabs = path.name.lower().endswith((".tsv", ".tsv.gz"))
    shape = csv_check.look(path, "\t" if tabs else None)
    relation = _load_text(path, shape, role, connection)
    return Source(
        role,
        path.name,
        "tsv" if tabs else "csv",
        _sha256([path]),
        relation,
        (shape.note,) if shape.note else (),
        lambda column, text: csv_check.row_with(path, shape, column, text),
    )


def _load_text(
    path: Path, shape: csv_check.TextShape, role: str, connection: duckdb.DuckDBPyConnection
) -> duckdb.DuckDBPyRelation:
    """Load every value as text (types are settled later, from all values, not from the first)."""
    names = [name.strip() for name in shape.header]
    try:
        loaded = connection.read_csv(
            str(path),
            header=False,
            skiprows=shape.header_lines,
            columns={f"c{i}": "VARCHAR" for i in range(len(names))},
            delimiter=shape.delimiter,
            quotechar='"',
            escapechar='"',
            encoding=shape.encoding,
            auto_detect=False,
            null_padding=False,
            strict_mode=True,
            max_line_size=1 << 27,
        )
        renamed = ", ".join(f"c{i} AS {quoted(name)}" for i, name in enumerate(names))
        table = f"loaded_{role}"
        loaded.project(renamed).create(table)
    except duckdb.Error as error:
        raise _text_error(path, shape, error) from None
    relation = connection.table(table)
    rows = len(relation)
    lines = shape.newlines + shape.ends_open - shape.header_lines
    if rows == 0:
        raise SourceError(path.name, "has a header and no rows.", "Give a table with rows.")
    if rows > lines:
        raise SourceError(
            path.name, f"{rows} rows were read from {lines} lines.", "Check its line ends."
        )
    return relation


def _text_error(path: Path, shape: csv_check.TextShape, error: Exception) -> SourceError:
    if "unterminated quote" in str(error):
        return SourceError(
            path.name,
            "a quotation mark is opened and never closed.",
            "Close it, or double it where it is part of a value.",
            line=csv_check.open_quote(path, shape.encoding),
        )
    ragged = csv_check.first_ragged(path, shape)
    if ragged is not None:
        line, found, text = ragged
        return SourceError(
            path.name,
            f"has {found} fields where the header has {len(shape.header)}: {text!r}.",
            "Mend the line, or quote values that hold the delimiter.",
            line=line,
        )
    return SourceError(path.name, f"cannot be read ({_first_line(error)}).", "Check the file.")


def _open_json(path: Path, role: str, connection: duckdb.DuckDBPyConnection) -> Source:
    relation = connection.sql(
        "SELECT * FROM read_json($path, format = 'newline_delimited', records = true, "
        "sample_size = -1, maximum_depth = 1, maximum_object_size = 134217728)",
        params={"path": str(path)},
    )
    relation.create(f"loaded_{role}")
    loaded = connection.table(f"loaded_{role}")
    if relation.columns == ["json"]:
        raise SourceError(path.name, "is not one JSON object a line.", "Write one row a line.")
    return Source(role, path.name, "jsonl", _sha256([path]), loaded)


def _open_frame(data: Any, role: str, connection: duckdb.DuckDBPyConnection) -> Source:
    import pyarrow as pa

    module = type(data).__module__.split(".")[0]
    if isinstance(data, pa.RecordBatchReader):
        table, kind = data.read_all(), "arrow"
    elif isinstance(data, pa.Table | pa.RecordBatch):
        table, kind = pa.table(data) if isinstance(data, pa.RecordBatch) else data, "arrow"
    elif module == "polars":
        frame = data.collect() if hasattr(data, "collect") else data
        table, kind = frame.to_arrow(), "polars"
    elif module == "pandas":
        table, kind = _from_pandas(data), "pandas"
    else:
        raise UsageError(
            f"the {role} table is a {type(data).__name__}. Give a path ({_KNOWN}), a pandas or "
            "Polars data frame, an Arrow table or a DuckDB relation."
        )
    names = table.column_names
    if len(set(names)) < len(names):
        twice = sorted({name for name in names if names.count(name) > 1})
        raise InputError(f"the {role} table has columns of equal name: {twice}. Rename them.")
    return Source(role, f"{kind} table", kind, "", connection.from_arrow(table))


def _from_pandas(frame: Any) -> Any:
    import pandas as pd
    import pyarrow as pa

    columns = {}
    names = [str(name) for name in frame.columns]
    if len(set(names)) < len(names):
        twice = sorted({name for name in names if names.count(name) > 1})
        raise InputError(f"a pandas table has columns of equal name: {twice}. Rename them.")
    for name, position in zip(names, range(len(names)), strict=True):
        series = frame.iloc[:, position]
        if isinstance(series.dtype, pd.CategoricalDtype):
            series = series.astype(object)  # the order of categories carries no meaning here
        try:
            columns[name] = pa.array(series, from_pandas=True)
        except (pa.ArrowInvalid, pa.ArrowTypeError):
            texts = [None if pd.isna(v) is True else str(v) for v in series]
            columns[name] = pa.array(texts, type=pa.string())
    return pa.table(columns)


def quoted(name: str) -> str:
    """Write a column's name for SQL, whatever is in it."""
    return '"' + name.replace('"', '""') + '"'


def _sha256(files: list[Path]) -> str:
    """Digest the bytes of one file; of several, the digests in order of name."""
    digests = []
    for path in files:
        with path.open("rb") as file:
            digests.append(hashlib.file_digest(file, "sha256").hexdigest())
    return (
        digests[0] if len(digests) == 1 else hashlib.sha256("".join(digests).encode()).hexdigest()
    )


def read_json_file(path: str | Path) -> Any:
    """Read a small JSON document, or say on which line it breaks."""
    try:
        return json.loads(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise SourceError(str(path), f"cannot be read ({error.strerror}).", "Check it.") from None
    except json.JSONDecodeError as error:
        raise SourceError(
            str(path), f"is not JSON ({error.msg}).", "Check the file.", line=error.lineno
        ) from None
    except UnicodeDecodeError:
        raise SourceError(str(path), "is not UTF-8 text.", "Save it as UTF-8.") from None
