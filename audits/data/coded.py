"""Counting, hashing and sampling over arrays of small integer codes: all adds up in pieces."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from audits.data.buckets import bucket_of
from audits.data.tables import Cells, Coding, Counts

Hashes = NDArray[np.uint64]
_PIECE = 1 << 17  # rows at a time: temporaries stay in the processor's cache
_MERGED = 256  # levels a merged code may have: pair tables stay in the cache
_WIDEST = 2.0**62  # joint codes beyond this do not fit one integer
_DENSE = 1 << 22  # joint codes up to which a table of all of them is kept
_GOLDEN = np.uint64(0x9E3779B97F4A7C15)


def pieces(values: NDArray[Any]) -> Iterator[NDArray[Any]]:
    """Cut an array into pieces that fit the cache."""
    for start in range(0, len(values), _PIECE):
        yield values[start : start + _PIECE]


def code_numbers(numbers: NDArray[np.float64], coding: Coding) -> NDArray[np.uint16]:
    """Code numbers by bands or by buckets; missing is 0."""
    codes = np.zeros(len(numbers), dtype=np.uint16)
    for start in range(0, len(numbers), _PIECE):
        part = numbers[start : start + _PIECE]
        missing = np.isnan(part)
        if coding.edges is not None:
            found = np.searchsorted(coding.edges, part, side="right").astype(np.uint16) + 1
        else:
            assert coding.buckets is not None
            filled = np.where(missing, coding.centre, part)
            found = coding.buckets[bucket_of(filled, coding.centre, coding.scale)]
        codes[start : start + _PIECE] = np.where(missing, 0, found)
    return codes


# -- content hashes: the same on every engine, whatever the order of rows and columns --------------


def mixed(values: Hashes) -> Hashes:
    """Scramble 64-bit integers (the finaliser of splitmix64)."""
    mixing = values + _GOLDEN
    mixing ^= mixing >> np.uint64(30)
    mixing *= np.uint64(0xBF58476D1CE4E5B9)
    mixing ^= mixing >> np.uint64(27)
    mixing *= np.uint64(0x94D049BB133111EB)
    mixing ^= mixing >> np.uint64(31)
    return mixing


def name_hash(name: str) -> np.uint64:
    """Hash a text to 64 bits, the same in every process."""
    return np.uint64(int.from_bytes(hashlib.md5(name.encode()).digest()[:8], "little"))


def label_hashes(labels: Sequence[str]) -> Hashes:
    """Hash every level of a column."""
    return np.array([name_hash(f"{i and 1}{label}") for i, label in enumerate(labels)], np.uint64)


def number_hashes(numbers: NDArray[np.float64]) -> Hashes:
    """Hash floats by value: -0.0 equals 0.0, every nan equals every other."""
    clean = np.where(np.isnan(numbers), np.nan, numbers + 0.0)
    return np.asarray(clean.view(np.uint64))


def content_order(content: Hashes, seed: int) -> Hashes:
    """Return a key per row, random in the seed, whose set depends on the rows' contents alone.

    Equal rows are told apart by a running number; which of them gets which is without effect.
    """
    order = np.argsort(content, kind="stable")
    ordered = content[order]
    starts = np.flatnonzero(np.concatenate([[True], ordered[1:] != ordered[:-1]]))
    running = np.arange(len(ordered)) - np.repeat(starts, np.diff([*starts, len(ordered)]))
    keys = np.empty_like(content)
    salt = mixed(np.array([seed], dtype=np.uint64))[0]
    keys[order] = mixed(ordered ^ salt ^ mixed(running.astype(np.uint64)))
    return keys


def chosen_rows(
    keys: Hashes, index: NDArray[np.int64], keep: NDArray[np.float64]
) -> NDArray[np.int64]:
    """Return rows whose key falls below their cell's share of all keys, in order of key."""
    limits = np.append(np.minimum(keep, 1.0), 0.0)  # the last is for rows in no wanted cell
    whole = np.float64(2.0**64)
    below = (keys.astype(np.float64) / whole) < limits[index]
    chosen = np.flatnonzero(below | (limits[index] >= 1.0))
    return chosen[np.argsort(keys[chosen], kind="stable")]


# -- cells and tables ------------------------------------------------------------------------------


def near_one(weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """Divide weights by a power of two so that the largest is near 1, and its square a number.

    Only their proportions mean anything, and these stay as they are.
    """
    return np.asarray(weights / 2.0 ** np.floor(np.log2(weights.max())))


def fixed_point(weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """Round weights so that their sums are exact, whatever the order of rows."""
    total = float(np.sort(weights).sum())
    unit = 2.0 ** (np.floor(np.log2(total)) - 48)
    return np.asarray(np.maximum(np.rint(weights / unit), weights > 0) * unit)


def _sizes(features: Sequence[NDArray[Any]]) -> list[int]:
    return [int(codes.max(initial=0)) + 1 for codes in features]


def _space(sizes: Sequence[int]) -> float:
    """How many joint codes there could be."""
    return float(np.prod([float(size) for size in sizes]))


def _joint(features: Sequence[NDArray[Any]], sizes: Sequence[int], rows: int) -> Counts:
    joint = np.zeros(rows, dtype=np.int64)
    for codes, size in zip(features, sizes, strict=True):
        joint *= size
        joint += codes
    return joint


def _compressed(
    features: Sequence[NDArray[Any]], cells: Counts, sizes: Sequence[int], rows: int
) -> tuple[Counts, Counts]:
    """Number combinations too many for one integer: the same in rows and cells, in their order."""
    joint, wanted, space = np.zeros(rows, np.int64), np.zeros(len(cells), np.int64), 1.0
    for i, (codes, size) in enumerate(zip(features, sizes, strict=True)):
        if space * size > _WIDEST:
            _, inverse = np.unique(np.concatenate([joint, wanted]), return_inverse=True)
            joint, wanted = inverse[:rows].copy(), inverse[rows:].copy()
            space = float(inverse.max(initial=0)) + 1
        joint = joint * size + codes
        wanted = wanted * size + cells[:, i]
        space *= size
    return joint, wanted


def observed_cells(
    features: Sequence[NDArray[Any]], rows: int, weights: NDArray[np.float64] | None
) -> Cells:
    """Count the rows in every combination of codes that occurs."""
    sizes = _sizes(features)
    space = _space(sizes)
    nothing = np.zeros((0, len(sizes)), dtype=np.int64)
    wide = space > _WIDEST
    joint = (
        _compressed(features, nothing, sizes, rows)[0] if wide else _joint(features, sizes, rows)
    )
    if space <= _DENSE:
        tally = np.bincount(joint)
        values = np.flatnonzero(tally)
        counts, first = tally[values], None
    else:
        values, first, counts = np.unique(joint, return_index=True, return_counts=True)
    if weights is None:
        sums = squares = counts.astype(float)
    else:
        where = np.searchsorted(values, joint)
        sums = np.bincount(where, weights=weights, minlength=len(values))
        squares = np.bincount(where, weights=fixed_point(weights**2), minlength=len(values))
    codes = _taken_apart(values, sizes)
    if first is not None:
        codes = np.column_stack([part[first].astype(np.int64) for part in features])
    return Cells(codes, counts.astype(np.int64), sums, squares)


def _taken_apart(values: Counts, sizes: Sequence[int]) -> Counts:
    """Return the code of each feature in joint codes."""
    codes = np.empty((len(values), len(sizes)), dtype=np.int64)
    rest = values.copy()
    for i in range(len(sizes) - 1, -1, -1):
        codes[:, i] = rest % sizes[i]
        rest //= sizes[i]
    return codes


def cell_index(features: Sequence[NDArray[Any]], cells: Counts, rows: int) -> Counts:
    """Return the position of each row's cell in the list; len(cells) for rows in none."""
    if len(cells) == 0:
        return np.zeros(rows, dtype=np.int64)
    sizes = [
        max(size, int(cells[:, i].max(initial=0)) + 1) for i, size in enumerate(_sizes(features))
    ]
    space = _space(sizes)
    if space > _WIDEST:
        joint, wanted = _compressed(features, cells, sizes, rows)
    else:
        joint = _joint(features, sizes, rows)
        wanted = _joint([cells[:, i] for i in range(len(sizes))], sizes, len(cells))
    if space <= _DENSE:
        table = np.full(int(space), len(cells), dtype=np.int64)
        table[wanted] = np.arange(len(cells))
        return table[joint]
    order = np.argsort(wanted)
    found = np.searchsorted(wanted[order], joint)
    found[found == len(cells)] = 0
    return np.asarray(np.where(wanted[order][found] == joint, order[found], len(cells)))


def count_by(index: Counts, cells: int, codes: NDArray[Any], size: int) -> Counts:
    """Count rows per cell and code: shape (cells, size)."""
    total = np.zeros((cells + 1) * size, dtype=np.int64)
    for start in range(0, len(codes), _PIECE):
        here = slice(start, start + _PIECE)
        joint = index[here] * size
        joint += codes[here]
        if total.size <= 4 * _PIECE:
            total += np.bincount(joint, minlength=total.size)
        else:  # a large table is touched only where there are rows
            values, counts = np.unique(joint, return_counts=True)
            total[values] += counts
    return np.asarray(total.reshape(cells + 1, size)[:cells])


def all_pairs(
    codes: Mapping[str, NDArray[Any]], recodings: Mapping[str, NDArray[np.uint8]]
) -> dict[tuple[str, str], Counts]:
    """Count every two-way table, by way of merged codes.

    Columns are joined into blocks of at most a few hundred levels; pairs of blocks are counted and
    each two-way table is summed out of them: fewer passes over the rows, tables that fit the cache.
    """
    sizes = {name: int(table.max()) + 1 for name, table in recodings.items()}
    blocks = _blocks(sizes)
    widths = [int(np.prod([sizes[name] for name in block])) for block in blocks]
    tables = {
        (a, b): np.zeros(widths[a] * widths[b], dtype=np.int64)
        for a in range(len(blocks))
        for b in range(a + 1, len(blocks))
    }
    alone = [np.zeros(width, dtype=np.int64) for width in widths]
    rows = len(next(iter(codes.values())))
    for start in range(0, rows, _PIECE):
        here = slice(start, start + _PIECE)
        merged = [_merged(block, codes, recodings, sizes, here) for block in blocks]
        for (a, b), table in tables.items():
            joint = merged[a] * widths[b] + merged[b]
            np.add(table, np.bincount(joint, minlength=table.size), out=table)
        for table, block in zip(alone, merged, strict=True):
            np.add(table, np.bincount(block, minlength=table.size), out=table)
    return _summed_out(blocks, sizes, tables, alone)


def _blocks(sizes: Mapping[str, int]) -> list[list[str]]:
    """Put columns together, smallest first, while a block's product of levels stays small."""
    blocks: list[list[str]] = []
    width = _MERGED + 1
    for name in sorted(sizes, key=lambda name: (sizes[name], name)):
        if width * sizes[name] > _MERGED:
            blocks.append([])
            width = 1
        blocks[-1].append(name)
        width *= sizes[name]
    return blocks


def _merged(
    block: list[str],
    codes: Mapping[str, NDArray[Any]],
    recodings: Mapping[str, NDArray[np.uint8]],
    sizes: Mapping[str, int],
    here: slice,
) -> Counts:
    merged: Counts = recodings[block[0]][codes[block[0]][here]].astype(np.int64)
    for name in block[1:]:
        merged *= sizes[name]
        merged += recodings[name][codes[name][here]]
    return merged


def _summed_out(
    blocks: list[list[str]],
    sizes: Mapping[str, int],
    tables: Mapping[tuple[int, int], Counts],
    alone: list[Counts],
) -> dict[tuple[str, str], Counts]:
    pairs: dict[tuple[str, str], Counts] = {}
    for (a, b), table in tables.items():
        axes = [*blocks[a], *blocks[b]]
        cube = table.reshape([sizes[name] for name in axes])
        for first in blocks[a]:
            for second in blocks[b]:
                _put(pairs, cube, axes, first, second)
    for block, table in zip(blocks, alone, strict=True):
        cube = table.reshape([sizes[name] for name in block])
        for first, second in combinations(block, 2):
            _put(pairs, cube, block, first, second)
    return pairs


def _put(
    pairs: dict[tuple[str, str], Counts], cube: Counts, axes: list[str], first: str, second: str
) -> None:
    others = tuple(i for i, name in enumerate(axes) if name not in (first, second))
    flat = cube.sum(axis=others)
    if axes.index(first) > axes.index(second):
        flat = flat.T
    pairs[(first, second) if first < second else (second, first)] = (
        flat if first < second else flat.T
    )
