"""Tables that are in memory already, as Arrow tables DuckDB can read."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from typing import Any

import pyarrow as pa

from audits.data.names import clean_names
from audits.errors import InputError, UsageError

FORMATS = "CSV, CSV.gz, TSV, Parquet (file, folder or pattern), JSON Lines, Feather"


def as_arrow(data: Any, role: str) -> tuple[pa.Table, str]:
    """Return a table and the name of its kind.

    Raises
    ------
    UsageError
        If the kind of thing is not known.
    InputError
        If its columns have no proper names.
    """
    pandas, polars = sys.modules.get("pandas"), sys.modules.get("polars")
    title = f"the {role} table"
    if isinstance(data, pa.RecordBatchReader):
        return _arrow(data.read_all(), title), "arrow"
    if isinstance(data, pa.RecordBatch):
        return _arrow(pa.Table.from_batches([data]), title), "arrow"
    if isinstance(data, pa.Table):
        return _arrow(data, title), "arrow"
    if polars is not None and isinstance(data, polars.LazyFrame):
        data = data.collect()
    if polars is not None and isinstance(data, polars.DataFrame):
        names = clean_names(data.columns, title)
        return _table(names, [_from_polars(column) for column in data.get_columns()], title), (
            "polars"
        )
    if pandas is not None and isinstance(data, pandas.DataFrame):
        names = clean_names(data.columns, title)
        columns = [_from_pandas(data.iloc[:, i]) for i in range(len(names))]
        return _table(names, columns, title), "pandas"
    raise UsageError(
        f"{title} is a {type(data).__name__}. Give a path ({FORMATS}), a pandas or Polars data "
        "frame, an Arrow table or a DuckDB relation."
    )


def _arrow(table: pa.Table, title: str) -> pa.Table:
    return _table(clean_names(table.column_names, title), table.columns, title)


def _table(names: Sequence[str], columns: Sequence[Any], title: str) -> pa.Table:
    if not names:
        raise InputError(f"{title} has no columns. Give a table with a header and rows.")
    return pa.table([_readable(column) for column in columns], names=list(names))


def _readable(column: Any) -> Any:
    """Change the few types that DuckDB does not read to ones that it does."""
    kind = column.type
    if isinstance(kind, pa.BaseExtensionType):
        return _readable(column.cast(kind.storage_type))
    if pa.types.is_float16(kind):
        return column.cast(pa.float32())
    if pa.types.is_decimal256(kind) or pa.types.is_binary_view(kind):
        return column.cast(pa.string())
    if pa.types.is_dictionary(kind):
        return column.cast(kind.value_type) if not pa.types.is_string(kind.value_type) else column
    return column


def _from_pandas(series: Any) -> Any:
    import pandas as pd

    kind = series.dtype
    if isinstance(kind, pd.CategoricalDtype):
        kind = kind.categories.dtype
    if isinstance(kind, pd.PeriodDtype | pd.IntervalDtype | pd.SparseDtype):
        series = series.astype(object)  # otherwise stored as bare integers, pairs or not at all
    try:
        return pa.array(series, from_pandas=True)
    except (pa.ArrowException, TypeError, ValueError, OverflowError):
        return pa.array(_texts(series), type=pa.string())


def _from_polars(series: Any) -> Any:
    if str(series.dtype) == "Object":  # handed over as addresses in memory
        return pa.array(_texts(series.to_list()), type=pa.string())
    try:
        return series.to_arrow()
    except (pa.ArrowException, TypeError, ValueError, NotImplementedError):
        return pa.array(_texts(series.to_list()), type=pa.string())


def _texts(values: Iterable[Any]) -> list[str | None]:
    """Write each value of a column of several types as text."""
    import pandas as pd

    return [
        None if value is None or pd.isna(value) is True else _printable(value) for value in values
    ]


def _printable(value: object) -> str:
    return str(value).encode("utf-8", "backslashreplace").decode("utf-8")
