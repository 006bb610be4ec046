"""Rows by their content: hashes, samples, matches and digests that no order of rows changes.

A row's content is the sum of a hash per column, so that columns may come in any order. Equal rows
have equal contents; what is done with them is decided once per content, with the number of rows
that share it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from audits.data.spool import PIECE, Spool, pieces_of
from audits.data.tables import Repeated

Hashes = NDArray[np.uint64]
_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_PART_ROWS = 1 << 22  # contents that are sorted at once
SUMS = 4
"""64-bit sums that make up a digest."""
_COPIES = 1 << 20  # copies of rows whose keys are worked out at once
_NONE = np.zeros(1, dtype=np.uint64)
_WHOLE = np.float64(2.0**64)


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


def label_contents(labels: Sequence[str], column: str) -> Hashes:
    """Return what each level of a column adds to a row's content."""
    hashes = [name_hash(f"{i and 1}{label}") for i, label in enumerate(labels)]
    return mixed(np.array(hashes, dtype=np.uint64) ^ name_hash(column))


def number_contents(numbers: NDArray[np.float64], column: str) -> Hashes:
    """Return what numbers add to rows' contents: -0.0 equals 0.0, every nan equals every other."""
    return mixed(number_hashes(numbers) ^ name_hash(column))


def number_hashes(numbers: NDArray[np.float64]) -> Hashes:
    """Hash floats by value."""
    clean = np.where(np.isnan(numbers), np.nan, numbers + 0.0)
    return np.asarray(clean.view(np.uint64))


# -- samples ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class EqualRows:
    """Contents, each once and in order: how many rows share it, and one of these rows."""

    contents: Hashes
    copies: NDArray[np.int64]
    row: NDArray[np.int64]


def equal_rows(
    contents: Hashes, rows: NDArray[np.int64], copies: NDArray[np.int64] | None = None
) -> EqualRows:
    """Find the rows that are equal; each may stand for several already."""
    order = np.argsort(contents)
    ordered = contents[order]
    starts = np.flatnonzero(np.append(True, ordered[1:] != ordered[:-1])[: len(ordered)])
    if copies is None:
        summed = np.diff(np.append(starts, len(ordered)))
    else:
        summed = np.add.reduceat(copies[order], starts) if len(starts) else copies[:0]
    return EqualRows(ordered[starts], summed.astype(np.int64), rows[order[starts]])


def chosen(
    contents: Hashes, copies: NDArray[np.int64], keep: NDArray[np.float64], seed: int
) -> tuple[Hashes, NDArray[np.int64]]:
    """Choose copies of rows, each with its content's probability, by nothing but content and seed.

    The copies of a row are told apart by a running number.

    Returns
    -------
    keys, places : arrays
        A key per chosen copy, random in the seed, and the place of its content.
    """
    salt = mixed(np.array([seed], dtype=np.uint64))[0]
    found = []
    for start in range(0, len(contents), PIECE):
        here = slice(start, start + PIECE)
        key, taken = _drawn(contents[here] ^ salt, _NONE, keep[here])
        found.append((key[taken], start + np.flatnonzero(taken)))
    for place, running in _further(copies):
        key, taken = _drawn(contents[place] ^ salt, running, keep[place])
        found.append((key[taken], place[taken]))
    if not found:
        return np.zeros(0, np.uint64), np.zeros(0, np.int64)
    return np.concatenate([key for key, _ in found]), np.concatenate([at for _, at in found])


def _drawn(
    salted: Hashes, running: Hashes, keep: NDArray[np.float64]
) -> tuple[Hashes, NDArray[np.bool_]]:
    """Return the keys of copies, and which fall below their share of all keys."""
    key = mixed(salted ^ mixed(running))
    return key, ((key.astype(np.float64) / _WHOLE) < keep) | (keep >= 1.0)


def _further(copies: NDArray[np.int64]) -> Iterator[tuple[NDArray[np.int64], Hashes]]:
    """Yield the second and later copies of every row, some at a time: place, running number."""
    several = np.flatnonzero(copies > 1)
    ends = np.cumsum(copies[several] - 1)
    for first in range(0, int(ends[-1]) if len(ends) else 0, _COPIES):
        copy = np.arange(first, min(first + _COPIES, int(ends[-1])))
        which = np.searchsorted(ends, copy, side="right")
        place = several[which]
        yield place, (copy - (ends[which] - copies[place] + 1) + 1).astype(np.uint64)


# -- contents that are spooled ---------------------------------------------------------------------


def by_parts(
    contents: Spool,
    wanted: Callable[[int], NDArray[np.bool_]] | None = None,
    *,
    parts_for: Spool | None = None,
) -> Iterator[EqualRows]:
    """Find equal rows part by part, so that what is sorted at once is bounded.

    `wanted` says of a piece which rows count. Rows that are equal are joined as they come, so that
    a table of few different rows takes little memory however long it is. `parts_for` is a second
    column that is to be cut alike.
    """
    parts = 1
    rows = max(contents.rows, parts_for.rows if parts_for is not None else 0)
    while rows > parts * _PART_ROWS:
        parts *= 2
    for part in range(parts):
        yield joined(list(_part(contents, part, parts, wanted)))


def _part(
    contents: Spool,
    part: int,
    parts: int,
    wanted: Callable[[int], NDArray[np.bool_]] | None,
) -> Iterator[EqualRows]:
    """Yield the equal rows of one part, of some millions of rows at a time."""
    shift = np.uint64(65 - parts.bit_length())
    held: list[tuple[Hashes, NDArray[np.int64]]] = []
    size = 0
    for number in pieces_of(contents.rows):
        piece = contents.piece(number)
        mine = np.ones(len(piece), bool) if parts == 1 else (piece >> shift) == np.uint64(part)
        if wanted is not None:
            mine &= wanted(number)
        rows = np.flatnonzero(mine)
        held.append((piece[rows], rows + number * PIECE))
        size += len(rows)
        if size > _PART_ROWS:
            yield _equal(held)
            held, size = [], 0
    yield _equal(held)


def _equal(held: list[tuple[Hashes, NDArray[np.int64]]]) -> EqualRows:
    nothing = (np.zeros(0, np.uint64), np.zeros(0, np.int64))
    every = [nothing, *held]
    return equal_rows(
        np.concatenate([contents for contents, _ in every]),
        np.concatenate([rows for _, rows in every]),
    )


def joined(found: Sequence[EqualRows]) -> EqualRows:
    """Join what was found in several places."""
    if len(found) == 1:
        return found[0]
    return equal_rows(
        np.concatenate([one.contents for one in found]),
        np.concatenate([one.row for one in found]),
        np.concatenate([one.copies for one in found]),
    )


def matches(contents: Spool, others: Spool) -> int:
    """Count the rows whose content stands in another column of contents, too."""
    found = 0
    ours = by_parts(contents, parts_for=others)
    for mine, theirs in zip(ours, by_parts(others, parts_for=contents), strict=True):
        found += int(mine.copies[np.isin(mine.contents, theirs.contents)].sum())
    return found


def repeated(
    contents: Spool, others: Spool, cell_of: Callable[[NDArray[np.int64]], NDArray[np.int64]]
) -> Repeated:
    """Count the different rows by their cell, their copies, and whether the others hold them."""
    found: list[Repeated] = []
    ours = by_parts(contents, parts_for=others)
    for mine, theirs in zip(ours, by_parts(others, parts_for=contents), strict=True):
        there = np.isin(mine.contents, theirs.contents)
        once = np.ones(len(there), dtype=np.int64)
        found.append(summed(Repeated(cell_of(mine.row), mine.copies, there, once)))
    columns = [[getattr(part, name) for part in found] for name in ("cell", "copies", "found")]
    cell, copies, there = (np.concatenate(parts) for parts in columns)
    return summed(Repeated(cell, copies, there, np.concatenate([part.rows for part in found])))


def summed(table: Repeated) -> Repeated:
    """Add up what holds of the same rows, in order."""
    most = int(table.copies.max(initial=0)) + 1
    keys = (table.cell.astype(np.int64) * most + table.copies) * 2 + table.found
    known, place = np.unique(keys, return_inverse=True)
    rows = np.bincount(place, table.rows, minlength=len(known)).astype(np.int64)
    return Repeated(known // 2 // most, known // 2 % most, known % 2 == 1, rows)


# -- digests ---------------------------------------------------------------------------------------


def digest_sums(contents: Hashes) -> Hashes:
    """Return what rows add to their table's digest: sums modulo 2^64, so that parts add up."""
    salts = mixed(np.arange(1, SUMS + 1, dtype=np.uint64))
    return np.array([mixed(contents ^ salt).sum(dtype=np.uint64) for salt in salts], np.uint64)


def digest_text(sums: Hashes) -> str:
    """Write a digest."""
    return "".join(f"{int(one):016x}" for one in sums)
