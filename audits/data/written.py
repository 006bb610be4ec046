"""Tables written block by block: to a file beside the target first, then in its place."""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from audits.errors import SourceError, UsageError

Blocks = Iterator[Mapping[str, Sequence[Any]]]
KINDS = (".parquet", ".csv")


def check_kind(target: str | Path, option: str = "--output") -> None:
    """Refuse a name that says neither Parquet nor CSV.

    Raises
    ------
    UsageError
        If its ending is another.
    """
    if not str(target).lower().endswith(KINDS):
        raise UsageError(f"{option} {target}: the name must end in .parquet or .csv.")


def write_table(
    target: str | Path, blocks: Blocks, types: Mapping[str, str], cell: Callable[[object], str]
) -> Path:
    """Write a table under a name that ends in .parquet or .csv, whole or not at all.

    Parameters
    ----------
    target : path
        Where.
    blocks : iterator of mappings
        Column to values, some rows at a time; at least one block.
    types : mapping
        Column to whole, real, truth or text, in order.
    cell : callable
        Makes a text of a value, for CSV.

    Raises
    ------
    SourceError
        If it cannot be written; nothing is left behind.
    """
    place = Path(target)
    try:
        with tempfile.NamedTemporaryFile(dir=place.parent, prefix=".audits.", delete=False) as made:
            temporary = Path(made.name)
    except OSError as error:
        raise _refused(place, error) from None
    try:
        if place.name.lower().endswith(".csv"):
            _csv(temporary, blocks, types, cell)
        else:
            _parquet(temporary, blocks, types)
        temporary.chmod(0o644)
        temporary.replace(place)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise _refused(place, error) from None
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    return place


def _refused(place: Path, error: OSError) -> SourceError:
    return SourceError(
        str(place), f"cannot be written ({error.strerror}).", "Choose another place."
    )


def _csv(
    path: Path, blocks: Blocks, types: Mapping[str, str], cell: Callable[[object], str]
) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([cell(name) for name in types])
        for block in blocks:
            columns = [map(_SPELT.get(kind, cell), block[name]) for name, kind in types.items()]
            writer.writerows(zip(*columns, strict=True))


def _number(value: object) -> str:
    return "" if value is None else repr(value)


_SPELT: dict[str, Callable[[object], str]] = {
    "whole": _number,
    "real": _number,
    "truth": lambda value: "yes" if value else "no",
}


def _parquet(path: Path, blocks: Blocks, types: Mapping[str, str]) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    known = {"whole": pa.int64(), "real": pa.float64(), "truth": pa.bool_(), "text": pa.string()}
    schema = pa.schema([(name, known[kind]) for name, kind in types.items()])
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        for block in blocks:
            columns = [pa.array(block[field.name], field.type) for field in schema]
            writer.write_table(pa.Table.from_arrays(columns, schema=schema))
