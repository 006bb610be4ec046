"""Weights per row: which combination each row of a table has, and files of a weight per row."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from audits.data.duckdb_engine import DuckDBEngine
from audits.data.pair import Pair
from audits.errors import UsageError

ENDINGS = (".csv", ".parquet")

NO_ORDER = (
    "weights are given row by row in the order of the table, and rows on Spark have none. Write "
    "the table to Parquet, and give that."
)


def cell_of_rows(pair: Pair) -> NDArray[np.int64]:
    """Return the place in the pair's cells of every row of the real table, in the rows' order.

    Raises
    ------
    UsageError
        If rows have no order: a table on Spark.
    """
    if not isinstance(pair.real, DuckDBEngine):
        raise UsageError(NO_ORDER)
    names = tuple(feature.name for feature in pair.features)
    pieces = pair.real._cell_of_rows(names, pair.cells).pieces()
    return np.concatenate([np.asarray(piece, dtype=np.int64) for piece in pieces])


def check_ending(path: str | Path) -> None:
    """Refuse a name that does not say what to write.

    Raises
    ------
    UsageError
        If it ends in neither .csv nor .parquet.
    """
    if not str(path).lower().endswith(ENDINGS):
        raise UsageError(f"{path}: the name must end in {' or '.join(ENDINGS)}.")


def weights_as_bytes(path: str | Path, weights: NDArray[np.float64]) -> bytes:
    """Return what a file of that name holds: the number of each row, from 1, and its weight."""
    import pyarrow as pa
    from pyarrow import csv, parquet

    check_ending(path)
    rows = pa.array(np.arange(1, len(weights) + 1, dtype=np.int64))
    table = pa.table({"row": rows, "weight": pa.array(weights)})
    sink: Any = io.BytesIO()
    if str(path).lower().endswith(".parquet"):
        parquet.write_table(table, sink)
    else:
        sink.write(b"row,weight\n")
        csv.write_csv(table, sink, csv.WriteOptions(include_header=False, quoting_style="none"))
    return bytes(sink.getvalue())
