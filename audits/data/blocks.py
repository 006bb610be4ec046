"""A table as blocks of codes, as Spark keeps it: what workers do with them.

A block is some rows' codes of all columns, their contents and weights, each as bytes in one cell:
a table of a million rows is some twenty rows of blocks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from audits.data import coded, content
from audits.data.partitions import Batches, Held, Tallies, tallying
from audits.data.tables import Coding, Repeated
from audits.data.tallies import Levels

BLOCKS = "rows int, codes binary, contents binary, weights binary"
_BLOCK = 1 << 16  # rows of a block
_LEVELS = 65_000  # different values that a batch may hold of a column that was listed


@dataclass(frozen=True)
class Layout:
    """Which codes a block holds, in which order and type."""

    names: tuple[str, ...]
    sizes: tuple[int, ...]

    def packed(self, codes: Mapping[str, NDArray[Any]]) -> bytes:
        """Put the codes of a block's rows into bytes."""
        parts = zip(self.names, self.sizes, strict=True)
        return b"".join(codes[name].astype(coded.smallest(size)).tobytes() for name, size in parts)

    def unpacked(self, data: Any, rows: int) -> dict[str, NDArray[Any]]:
        """Return the codes of a block's rows."""
        found, at = {}, 0
        for name, size in zip(self.names, self.sizes, strict=True):
            dtype = coded.smallest(size)
            found[name] = np.frombuffer(data, dtype, rows, at)
            at += rows * dtype.itemsize
        return found


@dataclass(frozen=True)
class Block:
    """Rows of codes, and each row's content and weight."""

    rows: int
    codes: Mapping[str, NDArray[Any]]
    contents: NDArray[np.uint64]
    weights: NDArray[np.float64] | None


def blocks_of(batch: Any, layout: Layout) -> Iterator[Block]:
    """Read the blocks of a batch."""
    columns = [batch.column(i) for i in range(4)]
    for i in range(batch.num_rows):
        rows, codes, contents, weights = (column[i] for column in columns)
        n = rows.as_py()
        yield Block(
            n,
            layout.unpacked(codes.as_buffer(), n),
            np.frombuffer(contents.as_buffer(), np.uint64, n),
            np.frombuffer(weights.as_buffer(), np.float64, n) if weights.is_valid else None,
        )


def encoding(
    codings: Sequence[tuple[Held, Coding]],
    layout: Layout,
    weight: Held | None,
    markers: frozenset[str],
) -> Callable[[Batches], Iterator[Any]]:
    """Make the pass that turns rows into blocks of codes."""
    marks = {
        coding.name: content.label_contents(coding.labels, coding.column)
        for _, coding in codings
        if coding.levels is not None
    }

    def run(batches: Batches) -> Iterator[Any]:
        held: list[Block] = []
        rows = 0
        for batch in batches:
            held.append(_coded(batch, codings, marks, weight, markers))
            rows += batch.num_rows
            if rows >= _BLOCK:
                yield _packed(held, layout)
                held, rows = [], 0
        if rows:
            yield _packed(held, layout)

    return run


def _coded(
    batch: Any,
    codings: Sequence[tuple[Held, Coding]],
    marks: Mapping[str, NDArray[np.uint64]],
    weight: Held | None,
    markers: frozenset[str],
) -> Block:
    codes: dict[str, NDArray[Any]] = {}
    contents = np.zeros(batch.num_rows, dtype=np.uint64)
    for column, coding in codings:
        own = coding.name == coding.column  # bands repeat a column that is in the content already
        codes[coding.name], numbers = codes_in(batch, column, coding, markers)
        if own and numbers is None:
            contents += marks[coding.name][codes[coding.name]]
        elif own and numbers is not None:
            contents += content.number_contents(numbers, coding.column)
    weights = None if weight is None else weight.numbers(batch, "number", markers)[0]
    return Block(batch.num_rows, codes, contents, weights)


def codes_in(
    batch: Any, column: Held, coding: Coding, markers: frozenset[str]
) -> tuple[NDArray[Any], NDArray[np.float64] | None]:
    """Return the codes of a batch's rows; and the numbers, where they are coded by bands."""
    if coding.levels is not None:
        levels = Levels(_LEVELS, column.family, markers)
        ids = levels.add(column.values(batch))
        known = [coding.levels.get(v, 0) if v else 0 for v in levels.known]
        return np.array(known, dtype=np.uint16)[ids], None
    family = "date" if coding.kind == "date" else "number"
    numbers, _ = column.numbers(batch, family, markers)
    return coded.code_numbers(numbers, coding), numbers


def _packed(held: Sequence[Block], layout: Layout) -> Any:
    codes = {name: np.concatenate([one.codes[name] for one in held]) for name in layout.names}
    contents = np.concatenate([one.contents for one in held])
    weights = [one.weights for one in held if one.weights is not None]
    return pa.record_batch(
        [
            pa.array([len(contents)], pa.int32()),
            pa.array([layout.packed(codes)], pa.binary()),
            pa.array([contents.tobytes()], pa.binary()),
            pa.array([np.concatenate(weights).tobytes() if weights else None], pa.binary()),
        ],
        names=["rows", "codes", "contents", "weights"],
    )


def over_blocks(
    layout: Layout, make: Callable[[], Tallies], add: Callable[[Any, Block], None]
) -> Callable[[Batches], Iterator[Any]]:
    """Make a pass over blocks of codes."""

    def feed(tallies: Tallies, batch: Any) -> None:
        for block in blocks_of(batch, layout):
            add(tallies, block)

    return tallying(make, feed)


# -- rows by their content -------------------------------------------------------------------------


def contents(layout: Layout) -> Callable[[Batches], Iterator[Any]]:
    """Make the pass that hands over each row's content."""

    def run(batches: Batches) -> Iterator[Any]:
        for batch in batches:
            for block in blocks_of(batch, layout):
                yield pa.record_batch([pa.array(block.contents.view(np.int64))], names=["content"])

    return run


def placed(
    layout: Layout, features: Sequence[str], index: coded.CellIndex
) -> Callable[[Batches], Iterator[Any]]:
    """Make the pass that hands over each row's content and cell."""

    def run(batches: Batches) -> Iterator[Any]:
        for batch in batches:
            for block in blocks_of(batch, layout):
                place = index.of([block.codes[name] for name in features], block.rows)
                rows = [block.contents.view(np.int64), place.astype(np.int64)]
                yield pa.record_batch([pa.array(one) for one in rows], names=["content", "cell"])

    return run


def repeated(ours: Any, theirs: Any) -> Repeated:
    """Count the different rows by cell, copies, and whether others hold them; only counts travel.

    `ours` holds the content and cell of every row, `theirs` the contents of another table's rows.
    """
    counted = ours.groupBy("content").agg({"cell": "first", "*": "count"})
    equal = counted.selectExpr("content", "`first(cell)` AS cell", "`count(1)` AS copies")
    there = theirs.distinct().selectExpr("content", "true AS found")
    joined = equal.join(there, "content", "left")
    table = joined.groupBy("cell", "copies", "found").count().toArrow()
    columns = [np.asarray(pc.fill_null(pc.cast(one, pa.int64()), 0)) for one in table.columns]
    cell, copies, found, rows = columns
    return content.summed(Repeated(cell, copies, found > 0, rows))


def hashes(column: Any) -> content.Hashes:
    """Read hashes as Spark has them: whole numbers with a sign."""
    return np.asarray(column.to_numpy()).astype(np.int64).view(np.uint64)


def shares(
    layout: Layout,
    features: Sequence[str],
    index: coded.CellIndex,
    keep: NDArray[np.float64],
) -> Callable[[Batches], Iterator[Any]]:
    """Make the pass that hands over the content and share of the rows that may be chosen."""
    limits = np.append(keep, 0.0)

    def run(batches: Batches) -> Iterator[Any]:
        for batch in batches:
            for block in blocks_of(batch, layout):
                share = limits[index.of([block.codes[name] for name in features], block.rows)]
                wanted = share > 0
                rows = [block.contents.view(np.int64)[wanted], share[wanted]]
                yield pa.record_batch([pa.array(one) for one in rows], names=["content", "share"])

    return run


def choosing(seed: int) -> Callable[[Batches], Iterator[Any]]:
    """Make the pass that chooses among contents: content, share, copies in; content, key out."""

    def run(batches: Batches) -> Iterator[Any]:
        for batch in batches:
            found, share, copies = (
                batch.column(i).to_numpy(zero_copy_only=False) for i in range(3)
            )
            values = found.astype(np.int64).view(np.uint64)
            keys, places = content.chosen(values, copies.astype(np.int64), share, seed)
            rows = [found[places], keys.view(np.int64)]
            yield pa.record_batch(
                [pa.array(one, pa.int64()) for one in rows], names=["content", "key"]
            )

    return run


def rows_of(layout: Layout, wanted: NDArray[np.uint64]) -> Callable[[Batches], Iterator[Any]]:
    """Make the pass that hands over the codes of the contents wanted, one row each and part."""

    def run(batches: Batches) -> Iterator[Any]:
        missing = np.ones(len(wanted), dtype=bool)
        for batch in batches:
            for block in blocks_of(batch, layout):
                place = np.searchsorted(wanted, block.contents)
                place[place == len(wanted)] = 0
                here = np.flatnonzero((wanted[place] == block.contents) & missing[place])
                _, first = np.unique(place[here], return_index=True)
                rows = here[first]
                missing[place[rows]] = False
                table = np.column_stack([block.codes[n][rows].astype("<u2") for n in layout.names])
                yield pa.record_batch(
                    [
                        pa.array(block.contents[rows].view(np.int64)),
                        pa.array([row.tobytes() for row in table], pa.binary()),
                    ],
                    names=["content", "codes"],
                )

    return run
