"""Make codings: of levels, of few numbers, of many numbers by buckets, of bands."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from audits.data.buckets import bucket_middles
from audits.data.kinds import are_booleans
from audits.data.tables import BUCKETS, Coding, Counts, Engine
from audits.data.values import (
    MISSING,
    as_number,
    day_text,
    number_in,
    number_text,
    sorted_levels,
)
from audits.errors import UsageError

_LONGEST_LABEL = 200


def by_levels(name: str, kind: str, levels: Iterable[str], order: Sequence[str] = ()) -> Coding:
    """Code categories; an ordinal column's positions are its ranks.

    Raises
    ------
    UsageError
        If the order given leaves out a level that occurs.
    """
    known = sorted_levels(levels)
    if kind == "ordinal":
        known = _in_order(name, known, order)
    if kind == "boolean":
        return _booleans(name, known)
    positions = None
    if kind == "ordinal":
        positions = np.concatenate([[np.nan], np.arange(len(known), dtype=float)])
    labels = (MISSING, *(_label(level) for level in known))
    codes = {level: code for code, level in enumerate(known, start=1)}
    return Coding(name, name, kind, labels, positions, levels=codes)


def _in_order(name: str, known: Sequence[str], order: Sequence[str]) -> list[str]:
    """Levels from lowest to highest: as told, or by number."""
    if not order and any(as_number(level) is None for level in known):
        raise UsageError(
            f"column {name!r} is ordinal, but the order of its levels is not given. List them, "
            f"lowest first: --kind {name}=ordinal:low|middle|high."
        )
    unknown = [level for level in known if order and level not in order]
    if unknown:
        raise UsageError(
            f"column {name!r}: the order given leaves out {unknown[0]!r}. List every level."
        )
    return [level for level in order if level in set(known)] if order else list(known)


def _label(level: str) -> str:
    """Return a level as it is shown: very long ones cut, and still told apart."""
    if len(level) <= _LONGEST_LABEL:
        return level
    digest = hashlib.md5(level.encode()).hexdigest()[:8]
    return f"{level[: _LONGEST_LABEL // 2]}… ({len(level):,} characters, {digest})"


def _booleans(name: str, known: Sequence[str]) -> Coding:
    """`TRUE`, `True` and `true` are one value, and so is 1 where these words stand beside it."""
    same = {"1": "true", "0": "false"} if are_booleans(known) else {}
    plain = {level: same.get(level, level.lower()) for level in known}
    labels = sorted(set(plain.values()))
    codes = {level: 1 + labels.index(text) for level, text in plain.items()}
    return Coding(name, name, "boolean", (MISSING, *labels), levels=codes)


def readable(levels: Iterable[str], kind: str) -> dict[str, float] | None:
    """Return the number of every level, or None when one has none."""
    numbers: dict[str, float] = {}
    for level in levels:
        number = number_in(level, kind)
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
    centre = middle(name, family, engines)
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


def middle(name: str, family: str, engines: Sequence[Engine]) -> float:
    """Return the median of the first table that has one: there the grid is finest.

    It has to be the median of the values, wherever the extremes are, or one absurd value would put
    all others in one bucket.
    """
    for engine in engines:
        found = float(engine.quantiles(name, family, [0.5])[0])
        if not np.isnan(found):
            return found
    return 0.0


def _grid(counts: Sequence[Counts], levels: int) -> NDArray[np.uint16]:
    """Return the code (from 1) of every bucket: cut at both tables' quantiles, heavy ones alone."""
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
    edges.update(_ends(counts))
    ends = np.array(sorted(edges), dtype=np.int64)
    table = np.searchsorted(ends, np.arange(BUCKETS)) + 1
    return _without_empty(table, counts)


def _ends(counts: Sequence[Counts]) -> set[int]:
    """Cut around the first table's least and greatest number, where another goes beyond it.

    What is out of the real range then has codes of its own.
    """
    held = np.flatnonzero(counts[0])
    others = np.flatnonzero(np.sum(counts[1:], axis=0))
    ends: set[int] = set()
    if held.size and others.size:
        if others[0] < held[0]:
            ends |= {int(held[0]) - 1, int(held[0])}
        if others[-1] > held[-1]:
            ends |= {int(held[-1]) - 1, int(held[-1])}
    return {end for end in ends if end >= 0}


def _without_empty(table: NDArray[np.int64], counts: Sequence[Counts]) -> NDArray[np.uint16]:
    """Renumber the codes so that each holds a row of one of the tables."""
    rows = np.bincount(table, weights=np.sum(counts, axis=0))
    used = np.flatnonzero(rows)
    rank = np.searchsorted(used, np.arange(len(rows))) + 1
    return np.minimum(rank[table], len(used)).astype(np.uint16)


def by_edges(name: str, kind: str, edges: Sequence[float]) -> Coding:
    """Code bands between edges, each holding its lower edge.

    Examples
    --------
    >>> by_edges("age", "numeric", [30, 65]).labels
    ('missing', 'under 30', '30 to under 65', '65 and over')
    """
    write = day_text if kind == "date" else number_text
    texts = [write(edge) for edge in edges]
    inner = [f"{a} to under {b}" for a, b in pairwise(texts)]
    labels = (MISSING, f"under {texts[0]}", *inner, f"{texts[-1]} and over")
    return Coding(f"{name} (band)", name, kind, labels, edges=np.asarray(edges, dtype=float))
