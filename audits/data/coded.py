"""Counting over arrays of small integer codes, piece by piece: all tallies add up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from audits.data.buckets import bucket_of
from audits.data.spool import PIECE
from audits.data.tables import Cells, Coding, Counts

if TYPE_CHECKING:
    from scipy import sparse

_MERGED = 256  # levels a merged code may have: pair tables stay in the cache
_WIDEST = 2.0**62  # joint codes beyond this do not fit one integer
_DENSE = 1 << 22  # joint codes up to which a table of all of them is kept
_ALL_DENSE = 1 << 26  # the same, for the tables of all columns together
_FEW = 1 << 20  # different keys up to which they are joined only now and then
Piece = Mapping[str, NDArray[Any]]


def code_numbers(numbers: NDArray[np.float64], coding: Coding) -> NDArray[np.uint16]:
    """Code numbers by bands or by buckets; missing is 0."""
    missing = np.isnan(numbers)
    if coding.edges is not None:
        found = np.searchsorted(coding.edges, numbers, side="right").astype(np.uint16) + 1
    else:
        assert coding.buckets is not None
        filled = np.where(missing, coding.centre, numbers)
        found = coding.buckets[bucket_of(filled, coding.centre, coding.scale)]
    found[missing] = 0
    return np.asarray(found, dtype=np.uint16)


def smallest(size: int) -> np.dtype[Any]:
    """Return the type that holds the codes of a coding.

    >>> smallest(256), smallest(257)
    (dtype('uint8'), dtype('uint16'))
    """
    return np.dtype(np.uint8 if size <= 256 else np.uint16)


# -- keys of combinations --------------------------------------------------------------------------


class Joint:
    """Combinations of codes as one key each, in the order of the combinations.

    A key is a whole number where all fit one, else the codes' bytes.
    """

    def __init__(self, sizes: Sequence[int]) -> None:
        self.sizes = list(sizes)
        self.space = float(np.prod([float(size) for size in sizes]))
        self._bytes = self.space > _WIDEST

    def keys(self, features: Sequence[NDArray[Any]], rows: int) -> NDArray[Any]:
        """Return the key of each row."""
        if self._bytes:
            table = np.stack(features, axis=1).astype(">u2")
            return table.view(f"V{2 * len(self.sizes)}")[:, 0]
        joint = np.zeros(rows, dtype=np.int64)
        for codes, size in zip(features, self.sizes, strict=True):
            joint *= size
            joint += codes
        return joint

    def apart(self, keys: NDArray[Any]) -> Counts:
        """Return the codes that keys are made of: (keys, features)."""
        if self._bytes:
            return keys.view(">u2").reshape(len(keys), -1).astype(np.int64)
        codes = np.empty((len(keys), len(self.sizes)), dtype=np.int64)
        rest = keys.copy()
        for i in range(len(self.sizes) - 1, -1, -1):
            codes[:, i] = rest % self.sizes[i]
            rest //= self.sizes[i]
        return codes


class KeyTally:
    """Sums per key, whatever keys there are: as many numbers as there are different keys."""

    def __init__(self, sums: int) -> None:
        self._held: list[tuple[NDArray[Any], list[NDArray[Any]]]] = []
        self._size, self._least, self._sums = 0, 0, sums

    def add(self, keys: NDArray[Any], sums: Sequence[NDArray[Any]]) -> None:
        """Add numbers to keys, which may repeat; kept apart until there are many."""
        self._held.append((keys, list(sums)))
        self._size += len(keys)
        if self._size > 2 * self._least + _FEW:
            self._join()

    def _join(self) -> None:
        keys = np.concatenate([keys for keys, _ in self._held])
        found, inverse = np.unique(keys, return_inverse=True)
        joined = []
        for i in range(self._sums):
            numbers = np.concatenate([sums[i] for _, sums in self._held])
            # whole numbers below 2^53, or multiples of one unit: exact as floats
            total = np.bincount(inverse, weights=numbers, minlength=len(found))
            joined.append(total.astype(numbers.dtype))
        self._held = [(found, joined)]
        self._size = self._least = len(found)

    def result(self) -> tuple[NDArray[Any], list[NDArray[Any]]]:
        """Return every key once, in order, and its sums."""
        if not self._held:
            return np.zeros(0, np.int64), [np.zeros(0) for _ in range(self._sums)]
        self._join()
        return self._held[0]

    @property
    def different(self) -> int:
        """About how many keys there are: no fewer than half of that, if there are many."""
        return self._least


# -- cells -----------------------------------------------------------------------------------------


class CellTally:
    """Rows (and weights) in every combination of features' codes that occurs, up to `most`."""

    def __init__(self, sizes: Sequence[int], most: int) -> None:
        self.joint, self.most = Joint(sizes), most
        self.too_many = False
        self._keys = KeyTally(3)
        self._table: list[NDArray[Any]] | None = None
        if self.joint.space <= _DENSE:
            whole = int(self.joint.space)
            self._table = [np.zeros(whole, np.int64), np.zeros(whole), np.zeros(whole)]

    def add(
        self,
        features: Sequence[NDArray[Any]],
        rows: int,
        weights: tuple[NDArray[np.float64], NDArray[np.float64]] | None = None,
    ) -> None:
        """Count a piece; weights and their squares are multiples of a unit: sums are exact."""
        keys = self.joint.keys(features, rows)
        ones = np.ones(rows, dtype=np.int64)
        numbers: list[NDArray[Any]] = [ones, *(weights or ())]
        if self._table is None:
            sums = numbers if weights else [ones, ones.astype(float), ones.astype(float)]
            found, inverse = np.unique(keys, return_inverse=True)
            added = [np.bincount(inverse, weights=one, minlength=len(found)) for one in sums]
            self._put(found, [added[0].astype(np.int64), *added[1:]])
            return
        for table, one in zip(self._table, numbers, strict=False):
            if table.size <= PIECE:
                tally = np.bincount(keys, None if one is ones else one, minlength=table.size)
                np.add(table, tally, out=table, casting="unsafe")
            else:
                np.add.at(table, keys, one)
        if weights is None:
            self._table[1] = self._table[2] = self._table[0].astype(np.float64)

    def _put(self, keys: NDArray[Any], sums: Sequence[NDArray[Any]]) -> None:
        """Add sums of keys; once there are too many, none is kept."""
        if not self.too_many:
            self._keys.add(keys, sums)
            if self._keys.different > self.most:
                self.too_many, self._keys = True, KeyTally(3)

    def join(self, state: tuple[NDArray[Any], list[NDArray[Any]]] | None) -> None:
        """Add what was counted elsewhere; None where there was too much."""
        if state is None:
            self.too_many = True
            return
        keys, sums = state
        if self._table is None:
            self._put(keys, sums)
            return
        for table, one in zip(self._table, sums, strict=True):
            table[keys] += one

    @property
    def state(self) -> tuple[NDArray[Any], list[NDArray[Any]]] | None:
        """What was counted, to be joined elsewhere; None if it is too much."""
        if self.too_many:
            return None
        if self._table is None:
            return self._keys.result()
        keys = np.flatnonzero(self._table[0])
        return keys, [table[keys] for table in self._table]

    def cells(self) -> Cells | None:
        """Return the combinations in order; None when there are more than the limit."""
        state = self.state
        if state is None or len(state[0]) > self.most:
            return None
        keys, (rows, weight, squares) = state
        return Cells(self.joint.apart(keys), rows.astype(np.int64), weight, squares)


class CellIndex:
    """The position of each row's combination in a list; the list's length for rows in none."""

    def __init__(self, cells: Counts, sizes: Sequence[int]) -> None:
        inside = [int(cells[:, i].max(initial=0)) + 1 for i in range(cells.shape[1])]
        self.joint = Joint([max(a, b) for a, b in zip(sizes, inside, strict=True)])
        self.cells = len(cells)
        self.dtype = np.dtype(np.uint16 if self.cells < (1 << 16) - 1 else np.int32)
        wanted = self.joint.keys([cells[:, i] for i in range(cells.shape[1])], len(cells))
        self._table: NDArray[Any] | None = None
        if self.joint.space <= _DENSE:
            self._table = np.full(int(self.joint.space), self.cells, dtype=self.dtype)
            self._table[wanted] = np.arange(self.cells)
        else:
            self._order = np.argsort(wanted)
            self._wanted = wanted[self._order]

    def of(self, features: Sequence[NDArray[Any]], rows: int) -> NDArray[Any]:
        """Return the position of each row of a piece."""
        if self.cells == 0:
            return np.zeros(rows, dtype=self.dtype)
        keys = self.joint.keys(features, rows)
        if self._table is not None:
            return np.asarray(self._table[keys])
        found = np.searchsorted(self._wanted, keys)
        found[found == self.cells] = 0
        same = self._wanted[found] == keys
        return np.where(same, self._order[found], self.cells).astype(self.dtype)


class CountTally:
    """Rows per cell and code of several columns: (cells, codes) each."""

    def __init__(self, cells: int, sizes: Mapping[str, int]) -> None:
        self.cells, self.sizes = cells, dict(sizes)
        self._dense: dict[str, NDArray[np.int64]] = {}
        self._sparse: dict[str, KeyTally] = {}
        room = _ALL_DENSE
        for name in sorted(sizes, key=lambda name: (sizes[name], name)):
            size = (cells + 1) * sizes[name]  # the last row is for rows in no cell
            if size <= min(_DENSE, room):
                self._dense[name] = np.zeros(size, dtype=np.int64)
                room -= size
            else:
                self._sparse[name] = KeyTally(1)

    def add(self, index: NDArray[Any], codes: Piece) -> None:
        """Count a piece: the cell of each row, and its codes."""
        place = index.astype(np.int64)
        for name, size in self.sizes.items():
            joint = place * size
            joint += codes[name]
            if name in self._sparse:
                found, counts = np.unique(joint, return_counts=True)
                self._sparse[name].add(found, [counts])
            elif (table := self._dense[name]).size <= PIECE:
                np.add(table, np.bincount(joint, minlength=table.size), out=table)
            else:  # a large table is touched only where there are rows
                np.add.at(table, joint, 1)

    def join(self, state: Mapping[str, tuple[NDArray[np.int64], NDArray[np.int64]]]) -> None:
        """Add what was counted elsewhere."""
        for name, (keys, counts) in state.items():
            if name in self._sparse:
                self._sparse[name].add(keys, [counts])
            else:
                self._dense[name][keys] += counts

    @property
    def state(self) -> dict[str, tuple[NDArray[np.int64], NDArray[np.int64]]]:
        """What was counted, to be joined elsewhere."""
        found = {}
        for name, table in self._dense.items():
            keys = np.flatnonzero(table)
            found[name] = (keys, table[keys])
        for name, tally in self._sparse.items():
            keys, (counts,) = tally.result()
            found[name] = (keys, counts.astype(np.int64))
        return found

    def tables(self) -> dict[str, sparse.csr_array]:
        """Return the counts of each column, without the rows that are in no cell."""
        from scipy import sparse

        made = {}
        for name, (keys, counts) in self.state.items():
            size = self.sizes[name]
            inside = keys < self.cells * size
            place = (keys[inside] // size, keys[inside] % size)
            made[name] = sparse.csr_array((counts[inside], place), shape=(self.cells, size))
        return made


# -- pairs -----------------------------------------------------------------------------------------


class PairTally:
    """Two-way tables of every pair of columns, by way of merged codes.

    Columns are joined into blocks of at most a few hundred levels; pairs of blocks are counted and
    each two-way table is summed out of them: fewer passes over the rows, tables that fit the cache.
    """

    def __init__(self, recodings: Mapping[str, NDArray[np.uint8]]) -> None:
        self.recodings = dict(recodings)
        self.sizes = {name: int(table.max()) + 1 for name, table in recodings.items()}
        self.blocks = _blocks(self.sizes)
        widths = [int(np.prod([self.sizes[name] for name in block])) for block in self.blocks]
        self._widths = widths
        self._tables = {
            (a, b): np.zeros(widths[a] * (widths[b] if a != b else 1), dtype=np.int64)
            for a in range(len(widths))
            for b in range(a, len(widths))
        }
        # what each column adds to its block's merged code, by its own code
        self._steps = {
            name: np.asarray(recodings[name], np.int64)
            * int(np.prod([self.sizes[other] for other in block[i + 1 :]]))
            for block in self.blocks
            for i, name in enumerate(block)
        }

    def add(self, codes: Piece) -> None:
        """Count a piece."""
        merged = []
        for block in self.blocks:
            joint = self._steps[block[0]][codes[block[0]]]
            for name in block[1:]:
                joint += self._steps[name][codes[name]]
            merged.append(joint)
        for (a, b), table in self._tables.items():
            joint = merged[a] if a == b else merged[a] * self._widths[b] + merged[b]
            np.add(table, np.bincount(joint, minlength=table.size), out=table)

    def join(self, state: Mapping[tuple[int, int], Counts]) -> None:
        """Add what was counted elsewhere."""
        for key, table in state.items():
            self._tables[key] += table

    @property
    def state(self) -> dict[tuple[int, int], Counts]:
        """What was counted, to be joined elsewhere."""
        return self._tables

    def tables(self) -> dict[tuple[str, str], Counts]:
        """Return the table of each pair, names in order."""
        pairs: dict[tuple[str, str], Counts] = {}
        for (a, b), table in self._tables.items():
            axes = self.blocks[a] + (self.blocks[b] if a != b else [])
            cube = table.reshape([self.sizes[name] for name in axes])
            wanted = (
                combinations(self.blocks[a], 2)
                if a == b
                else ((one, other) for one in self.blocks[a] for other in self.blocks[b])
            )
            for first, second in wanted:
                _put(pairs, cube, axes, first, second)
        return pairs


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
