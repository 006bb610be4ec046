"""Made tables for the benchmarks: 12 categorical and 8 numeric columns, of any number of rows."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

SENSITIVE = {"sex": 2, "race": 5, "region": 4, "education": 4, "age_band": 6}
OTHER = {
    "job": 12,
    "sector": 9,
    "marital": 5,
    "housing": 4,
    "language": 8,
    "insured": 2,
    "state": 40,
}
NUMERIC = ("age", "income", "hours", "commute", "rent", "savings", "children", "score")
CHUNK = 500_000


def write(path: Path, rows: int, *, seed: int, shift: float = 0.0) -> Path:
    """Write a table of `rows` people; `shift` moves the dependence a little."""
    rng = np.random.default_rng(seed)
    writer: pq.ParquetWriter | None = None
    for start in range(0, rows, CHUNK):
        table = _chunk(min(CHUNK, rows - start), rng, shift)
        writer = writer or pq.ParquetWriter(path, table.schema)
        writer.write_table(table)
    assert writer is not None
    writer.close()
    return path


def _chunk(rows: int, rng: np.random.Generator, shift: float) -> pa.Table:
    latent = rng.normal(size=rows)
    columns: dict[str, pa.Array] = {}
    for name, levels in (SENSITIVE | OTHER).items():
        weights = 1.0 / np.arange(1, levels + 1) ** (0.7 + shift)
        edges = np.cumsum(weights / weights.sum())[:-1]
        mixed = 0.5 * latent + np.sqrt(0.75) * rng.normal(size=rows)
        uniform = _uniform(mixed)
        labels = pa.array([f"{name} {i}" for i in range(levels)])
        codes = np.searchsorted(edges, uniform).astype(np.int32)
        columns[name] = pa.DictionaryArray.from_arrays(codes, labels).cast(pa.string())
    base = 0.6 * latent + 0.8 * rng.normal(size=rows)
    columns["age"] = pa.array(np.clip(18 + 70 * _uniform(base), 18, 88).astype(np.int64))
    for name, scale in (("income", 0.9), ("rent", 0.5), ("savings", 1.2)):
        value = np.exp(9 + scale * (0.5 * latent + rng.normal(size=rows) * (1 + shift)))
        columns[name] = pa.array(value.round(2))
    columns["hours"] = pa.array(np.clip(rng.normal(38, 9, rows) + 2 * latent, 0, 90).round(1))
    columns["commute"] = pa.array(rng.gamma(2.0, 14.0, rows).round(1))
    columns["children"] = pa.array(rng.poisson(1.3, rows).astype(np.int64))
    columns["score"] = pa.array(latent + rng.normal(size=rows))
    return pa.table(columns)


def _uniform(normal: np.ndarray) -> np.ndarray:
    from scipy.special import ndtr

    return np.asarray(ndtr(normal))
