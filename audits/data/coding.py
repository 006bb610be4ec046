"""Make codings: of levels, of few numbers, of many numbers by buckets, of bands."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from audits.data.buckets import bucket_middles
from audits.data.tables import BUCKETS, Coding, Counts, Engine
from audits.data.values import MISSING, as_day, as_number, day_text, number_text, sorted_levels
from audits.errors import UsageError

_LINEAR = 1 << 16  # equal bins among which the middle of a column is sought


def by_levels(name: str, kind: str, levels: Iterable[str], order: Sequence[str] = ()) -> Coding:
    """Code categories; an ordinal column's positions are its ranks.

    Raises
    ------
    UsageError
        If the order given leaves out a level that occurs.
    """
    known = sorted_levels(levels)
    if order:
        unknown = [level for level in known if level not in order]
        if unknown:
            raise UsageError(
                f"column {name!r}: the order given leaves out {unknown[0]!r}. List every level."
            )
        known = [level for level in order if level in set(known)]
    if kind == "boolean":
        return _booleans(name, known)
    positions = None
    if kind == "ordinal":
        positions = np.concatenate([[np.nan], np.arange(len(known), dtype=float)])
    labels = (MISSING, *known)
    codes = {level: code for code, level in enumerate(known, start=1)}
    return Coding(name, name, kind, labels, positions, levels=codes)


def _booleans(name: str, known: Sequence[str]) -> Coding:
    """`TRUE`, `True` and `true` are one value."""
    labels = tuple(dict.fromkeys(level.lower() for level in known))
    codes = {level: 1 + labels.index(level.lower()) for level in known}
    return Coding(name, name, "boolean", (MISSING, *labels), levels=codes)


def readable(levels: Iterable[str], kind: str) -> dict[str, float] | None:
    """Return the number of every level, or None when one has none."""
    numbers: dict[str, float] = {}
    for level in levels:
        number = as_number(level)
        if number is None and kind == "date":
            number = as_day(level)
        if number is None:
            return None
        numbers[level] = number
    return numbers


def by_numbers(name: str, kind: str, numbers: dict[str, float]) -> Coding:
    """Code a numeric column with few different values exactly."""
    values = sorted(set(numbers.values()))
    rank = {value: code for code, value in enumerate(values, start=1)}
    write = day_text if kind == "date" else number_text
    labels = (MISSING, *(write(value) for value in values))
    codes = {level: rank[value] for level, value in numbers.items()}
    return Coding(name, name, kind, labels, np.array([np.nan, *values]), levels=codes)


def by_buckets(
    name: str, kind: str, engines: tuple[Engine, Engine], low: float, high: float, levels: int
) -> Coding:
    """Code many different numbers in fine bins, at quantiles of both tables."""
    family = "date" if kind == "date" else "number"
    centre = _middle(engines[0].histogram(name, family, low, high, _LINEAR), low, high)
    scale = max(high - centre, centre - low) or 1.0
    counts = [engine.buckets(name, family, centre, scale) for engine in engines]
    table = _grid(counts, levels)
    middles = bucket_middles(centre, scale)
    pooled = counts[0] + counts[1]
    size = int(table.max()) + 1
    weight = np.bincount(table, weights=pooled, minlength=size)
    total = np.bincount(table, weights=pooled * middles, minlength=size)
    positions = np.full(size, np.nan)
    positions[1:] = total[1:] / np.maximum(weight[1:], 1)
    write = day_text if kind == "date" else number_text
    labels = (MISSING, *(f"about {write(float(f'{value:.6g}'))}" for value in positions[1:]))
    return Coding(name, name, kind, labels, positions, buckets=table, centre=centre, scale=scale)


def _middle(counts: Counts, low: float, high: float) -> float:
    """Return the middle of the equal bin that holds the median."""
    total = np.cumsum(counts)
    if total[-1] == 0:
        return low
    found = int(np.searchsorted(total, (total[-1] + 1) // 2))
    return low + (found + 0.5) * (high - low) / _LINEAR


def _grid(counts: Sequence[Counts], levels: int) -> NDArray[np.uint16]:
    """Return the code (from 1) of every bucket: edges at quantiles of each table, heavy buckets
    alone.
    """
    edges: set[int] = set()
    half = levels // 2
    for tally in counts:
        rows = int(tally.sum())
        if rows == 0:
            continue
        wanted = (np.arange(1, half, dtype=np.int64) * rows) // half
        edges.update(np.searchsorted(np.cumsum(tally), np.maximum(wanted, 1)).tolist())
        heavy = np.flatnonzero(tally * half > rows)
        edges.update(heavy.tolist())
        edges.update((heavy[heavy > 0] - 1).tolist())
    ends = np.array(sorted(edges), dtype=np.int64)
    table = np.searchsorted(ends, np.arange(BUCKETS)) + 1
    return _without_empty(table, counts)


def _without_empty(table: NDArray[np.int64], counts: Sequence[Counts]) -> NDArray[np.uint16]:
    """Renumber the codes so that each holds a row of one of the tables."""
    rows = np.bincount(table, weights=np.sum(counts, axis=0))
    used = np.flatnonzero(rows)
    rank = np.searchsorted(used, np.arange(len(rows))) + 1
    return np.minimum(rank[table], len(used)).astype(np.uint16)


def by_edges(name: str, kind: str, edges: Sequence[float]) -> Coding:
    """Code bands between edges, each holding its lower edge.

    Raises
    ------
    UsageError
        If there is no edge or they do not rise.

    Examples
    --------
    >>> by_edges("age", "numeric", [30, 65]).labels
    ('missing', 'under 30', '30 to under 65', '65 and over')
    """
    if len(edges) == 0 or any(b <= a for a, b in zip(edges, edges[1:], strict=False)):
        raise UsageError(f"column {name!r}: band edges must rise, got {list(edges)}.")
    write = day_text if kind == "date" else number_text
    texts = [write(edge) for edge in edges]
    inner = [f"{a} to under {b}" for a, b in zip(texts, texts[1:], strict=False)]
    labels = (MISSING, f"under {texts[0]}", *inner, f"{texts[-1]} and over")
    return Coding(f"{name} (band)", name, kind, labels, edges=np.asarray(edges, dtype=float))
