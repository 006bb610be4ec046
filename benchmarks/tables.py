"""Made tables for the benchmarks: categorical and numeric columns, of any size."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from itertools import combinations
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
FILE = 5_000_000


def write(path: Path, rows: int, *, seed: int, shift: float = 0.0, **shape: int) -> Path:
    """Write a table of `rows` people to one file; `shift` moves the dependence a little."""
    rng = np.random.default_rng(seed)
    writer: pq.ParquetWriter | None = None
    for start in range(0, rows, CHUNK):
        table = _chunk(min(CHUNK, rows - start), rng, shift, **shape)
        writer = writer or pq.ParquetWriter(path, table.schema)
        writer.write_table(table)
    assert writer is not None
    writer.close()
    return path


def write_folder(folder: Path, rows: int, *, seed: int, shift: float = 0.0, **shape: int) -> Path:
    """Write a table as many files, two at a time; `columns` and `groups` give another shape."""
    folder.mkdir(parents=True)
    with ProcessPoolExecutor(2) as pool:
        jobs = [
            pool.submit(
                write,
                folder / f"part-{part:04}.parquet",
                min(FILE, rows - start),
                seed=seed * 1000 + part,
                shift=shift,
                **shape,
            )
            for part, start in enumerate(range(0, rows, FILE))
        ]
        for job in jobs:
            job.result()
    return folder


def sensitive(groups: int | None = None) -> dict[str, int]:
    """Return sensitive features and their levels: two that cross to about so many groups."""
    if groups is None:
        return SENSITIVE
    if groups < 9:
        return {"sex": max(2, groups)}
    levels = int(np.sqrt(groups)) - 1  # their crossings, themselves, and everyone
    return {"ethnicity": levels, "district": levels}


def features_of(columns: int, groups: int | None = None) -> list[str]:
    """Return the sensitive features that a table of so many columns has."""
    names, _ = _names(columns, groups)
    return [name for name in sensitive(groups) if name in names]


def groups_in(columns: int, groups: int | None = None) -> int:
    """Return how many groups there are: everyone, every value, every crossing of two features."""
    levels = [sensitive(groups)[name] for name in features_of(columns, groups)]
    return 1 + sum(levels) + sum(a * b for a, b in combinations(levels, 2))


def _names(columns: int, groups: int | None) -> tuple[dict[str, int], list[str]]:
    """Categories with their levels, and numbers: two fifths of the columns are numbers."""
    numeric = [*NUMERIC, *(f"number {i}" for i in range(60))][: max(1, columns * 2 // 5)]
    features = sensitive(groups)
    more = OTHER | {f"category {i}": 3 + i % 17 for i in range(60)}
    if groups is not None:
        more = {name: n for name, n in SENSITIVE.items() if name not in features} | more
    wanted = columns - len(numeric)
    names = dict(list((features | more).items())[:wanted])
    return names, numeric


def _chunk(
    rows: int, rng: np.random.Generator, shift: float, columns: int = 20, groups: int | None = None
) -> pa.Table:
    latent = rng.normal(size=rows)
    made: dict[str, pa.Array] = {}
    names, numeric = _names(columns, groups)
    for name, levels in names.items():
        weights = 1.0 / np.arange(1, levels + 1) ** (0.7 + shift)
        edges = np.cumsum(weights / weights.sum())[:-1]
        mixed = 0.5 * latent + np.sqrt(0.75) * rng.normal(size=rows)
        labels = pa.array([f"{name} {i}" for i in range(levels)])
        codes = np.searchsorted(edges, _uniform(mixed)).astype(np.int32)
        made[name] = pa.DictionaryArray.from_arrays(codes, labels).cast(pa.string())
    for i, name in enumerate(numeric):
        made[name] = pa.array(_numbers(name, i, latent, rng, shift))
    return pa.table(made)


def _numbers(
    name: str, place: int, latent: np.ndarray, rng: np.random.Generator, shift: float
) -> np.ndarray:
    rows = len(latent)
    noise = rng.normal(size=rows)
    if name == "age":
        uniform = _uniform(0.6 * latent + 0.8 * noise)
        return np.clip(18 + 70 * uniform, 18, 88).astype(np.int64)
    if name == "children":
        return rng.poisson(1.3, rows).astype(np.int64)
    if name == "hours":
        return np.clip(38 + 9 * noise + 2 * latent, 0, 90).round(1)
    if name == "commute":
        return rng.gamma(2.0, 14.0, rows).round(1)
    if name == "score" or place % 2:
        return latent + noise
    return np.exp(9 + 0.9 * (0.5 * latent + noise * (1 + shift))).round(2)


def _uniform(normal: np.ndarray) -> np.ndarray:
    from scipy.special import ndtr

    return np.asarray(ndtr(normal))
