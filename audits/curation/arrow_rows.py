"""Rows of a Parquet or Feather file: the same schema, compression and order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.feather
import pyarrow.parquet as pq

from audits.curation.fates import Fates, extra_names
from audits.data.names import clean_name
from audits.data.values import canonical
from audits.errors import UsageError


def _value(text: Any, kind: pa.DataType, where: str) -> pa.Array:
    """Return a new value as an array of one, in the type of its column."""
    inner = kind.value_type if pa.types.is_dictionary(kind) else kind
    said = None if text is None else canonical(text)
    try:
        if said is None:
            made = pa.array([None], inner)
        elif pa.types.is_string(inner) or pa.types.is_large_string(inner):
            made = pa.array([str(text)], inner)
        else:
            made = pa.array([said]).cast(inner)
    except pa.ArrowException:
        raise UsageError(
            f"{where}: the edit {text!r} does not fit a column of type {inner}. Decide again."
        ) from None
    return made.dictionary_encode().cast(kind) if pa.types.is_dictionary(kind) else made


def _edited(table: pa.Table, fates: Fates, start: int) -> pa.Table:
    """Change cells of a part of a table whose first row is number `start` + 1."""
    names = {clean_name(name): i for i, name in enumerate(table.column_names)}
    for row in range(start + 1, start + len(table) + 1):
        for column, text in fates.edited[row].edit.items() if row in fates.edited else ():
            at, field = row - start - 1, table.schema.field(names[column])
            old = table.column(names[column])
            new = _value(text, field.type, f"row {row}, column {column!r}")
            chunks = [*old.slice(0, at).chunks, new, *old.slice(at + 1).chunks]
            whole = pa.chunked_array(chunks, type=field.type).unify_dictionaries()
            table = table.set_column(names[column], field, whole)
    return table


def _parted(table: pa.Table, fates: Fates, start: int) -> tuple[pa.Table, pa.Table]:
    mask = np.array([start + i + 1 not in fates.removed for i in range(len(table))], dtype=bool)
    rows = (np.flatnonzero(~mask) + start + 1).tolist()
    gone = table.filter(pa.array(~mask))
    names = extra_names(clean_name(name) for name in table.column_names)
    for i, name in enumerate(names):
        values = pa.array([fates.removed[row].extra[i] for row in rows], pa.string())
        gone = gone.append_column(name, values)
    return _edited(table, fates, start).filter(pa.array(mask)), gone


class ParquetRows:
    """A Parquet file, to be parted into rows that are kept and rows that are not."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.schema = pq.read_schema(path)
        self.columns: Sequence[str] = tuple(clean_name(name) for name in self.schema.names)

    def _look(self, meta: Any) -> Mapping[str, Any]:
        """The file's version, and the compression of each column."""
        codecs: dict[str, str] = {}
        if meta.num_row_groups:
            group = meta.row_group(0)
            parts = [group.column(i) for i in range(group.num_columns)]
            codecs = {part.path_in_schema: _codec(part.compression) for part in parts}
        version = {"1.0": "1.0", "2.4": "2.4"}.get(meta.format_version, "2.6")
        return {"compression": codecs or "snappy", "version": version}

    def part(self, fates: Fates, kept: Path, removed: Path) -> int:
        """Write the rows that are kept and those that are not; return how many there were."""
        start = 0
        with pq.ParquetFile(self.path) as file:
            look = self._look(file.metadata)
            empty, without = _parted(self.schema.empty_table(), fates, 0)
            look_removed = {**look, "compression": "snappy"}
            with (
                pq.ParquetWriter(kept, empty.schema, **look) as left,
                pq.ParquetWriter(removed, without.schema, **look_removed) as gone,
            ):
                for group in range(file.num_row_groups):
                    table = file.read_row_group(group)
                    for writer, part in zip(
                        (left, gone), _parted(table, fates, start), strict=True
                    ):
                        if len(part):
                            writer.write_table(part, row_group_size=len(part))
                    start += len(table)
        return start


def _codec(name: str) -> str:
    return {"UNCOMPRESSED": "none", "LZ4_RAW": "lz4"}.get(name, name.lower())


class FeatherRows:
    """A Feather file, to be parted into rows that are kept and rows that are not."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.table = pyarrow.feather.read_table(str(path))
        self.columns: Sequence[str] = tuple(clean_name(n) for n in self.table.column_names)

    def part(self, fates: Fates, kept: Path, removed: Path) -> int:
        """Write the rows that are kept and those that are not; return how many there were."""
        for path, part in zip((kept, removed), _parted(self.table, fates, 0), strict=True):
            pyarrow.feather.write_feather(part, str(path))
        return len(self.table)
