"""Columns are read one at a time: their rows must stay beside each other."""

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from audits.data.duckdb_engine import DuckDBEngine
from audits.data.sources import open_source
from audits.data.tables import Coding
from audits.data.workspace import Workspace
from audits.errors import InputError

ROWS = 700_000


@pytest.mark.slow
def test_columns_of_many_row_groups_stay_aligned_on_two_threads(tmp_path):
    number = np.random.default_rng(5).integers(0, 50, ROWS)
    table = pa.table({"number": number, "text": pa.array([f"t{n}" for n in number])})
    pq.write_table(table, tmp_path / "rows.parquet", row_group_size=20_000)
    work = Workspace(threads=2)
    engine = DuckDBEngine(open_source(tmp_path / "rows.parquet", "real", work), work)
    for name, prefix in (("number", ""), ("text", "t")):
        engine.levels(name, 100)
        labels = [f"{prefix}{n}" for n in range(50)]
        codes = {label: code for code, label in enumerate(labels, start=1)}
        coding = Coding(name, name, "categorical", ("missing", *labels), levels=codes)
        engine.encode(coding)
    pairs = engine.pairs({name: np.arange(51, dtype=np.uint8) for name in ("number", "text")})
    off_diagonal = pairs[("number", "text")] - np.diag(np.diag(pairs[("number", "text")]))
    assert off_diagonal.sum() == 0


@pytest.mark.parametrize("rows", [2, 4], ids=["grown", "shrunk"])
def test_a_table_that_changes_while_it_is_read_is_refused(rows):
    work = Workspace()
    engine = DuckDBEngine(open_source(pa.table({"x": ["a", "b", "c"]}), "real", work), work)
    engine.rows = rows
    with pytest.raises(InputError, match="changed while it was read"):
        engine.levels("x", 10)
