"""The default engine: DuckDB reads, NumPy counts small integer codes, piece by piece.

What is kept of a table (a column's raw values while it is being understood, all columns' codes, a
hash of each row's content) lies in spools: in memory while there is room, in files beyond that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from audits.data import coded, content, expressions, ordered, reading, weighing
from audits.data.buckets import bucket_of
from audits.data.partitions import FeedRows, Held, Tallies
from audits.data.sources import Source, explained
from audits.data.spool import PIECE, Spool, pieces_of
from audits.data.tables import (
    BUCKETS,
    Cells,
    Coding,
    Counts,
    Engine,
    RawColumn,
    Repeated,
    Rows,
    Spread,
    TextFacts,
)
from audits.data.tallies import LengthFacts, Levels, NumberFacts
from audits.data.values import MICROSECONDS, canonical, number_in
from audits.data.weighing import Unit
from audits.data.weights import check_weights
from audits.data.workspace import Workspace, room_explained
from audits.errors import InputError

_BATCH = 1 << 18
Numbers = NDArray[np.float64]


class DuckDBEngine:
    """A table DuckDB can read. Raw values are held one column at a time, codes for good."""

    name = "duckdb"

    def __init__(
        self, source: Source, work: Workspace, markers: frozenset[str] = frozenset()
    ) -> None:
        self.source, self._work = source, work
        self.markers = frozenset(text for m in markers if (text := canonical(m)) is not None)
        types = [str(kind) for kind in source.relation.types]
        self._types = dict(zip(source.relation.columns, types, strict=True))
        self.columns = tuple(
            RawColumn(name, expressions.family_of(kind)) for name, kind in self._types.items()
        )
        with explained(source.title):
            self.rows = len(source.relation)
        if self.rows == 0:
            raise InputError(f"{source.title} has no rows. Give a table with rows.")
        self._listed: dict[str, tuple[Levels, Spool]] = {}
        self._numbers: dict[tuple[str, str], tuple[Spool, NumberFacts]] = {}
        self._facts: dict[str, TextFacts] = {}
        self._codes: dict[str, Spool] = {}
        self._sizes: dict[str, int] = {}
        self._content: Spool | None = None
        self._pending: dict[str, content.Hashes] = {}  # what levels add to rows' contents
        self._weights: tuple[Spool, Unit] | None = None
        self._index: tuple[tuple[str, ...], Counts, Spool] | None = None

    # -- reading -------------------------------------------------------------------------------

    def _read(self, expression: str) -> Iterator[Any]:
        return (batch.column(0) for batch in self._batches(f"{expression} AS v"))

    def _batches(self, projection: str) -> Iterator[Any]:
        with explained(self.source.title), room_explained(self._work.folder):
            yield from self.source.relation.project(projection).to_arrow_reader(_BATCH)

    def raw(self, columns: Sequence[str]) -> Iterator[tuple[Any, dict[str, Held]]]:
        """Return rows of some columns as they stand, in order, and how each column is read."""
        held = {c: Held(i, c, self._family(c), "plain") for i, c in enumerate(columns)}
        asked = {"number": expressions.number_of, "date": expressions.number_of}
        parts = [
            f"{asked.get(self._family(c), expressions.value_of)(c, self._types[c])} AS c{i}"
            for i, c in enumerate(columns)
        ]
        return ((batch, held) for batch in self._batches(", ".join(parts)))

    def tally(self, columns: Sequence[str], make: Callable[[], Tallies], feed: FeedRows) -> Any:
        """See :class:`Engine`."""
        tallies = make()
        for batch, held in self.raw(columns):
            feed(tallies, batch, held)
        return tallies

    def _family(self, column: str) -> str:
        return expressions.family_of(self._types[column])

    def _spooled(self, dtype: Any, pieces: Iterator[NDArray[Any]]) -> Spool:
        spool = self._work.spool(self.rows, dtype)
        with room_explained(self._work.folder):
            for piece in pieces:
                if len(piece) > spool.left:
                    raise self._changed()
                spool.append(piece)
        if spool.left:
            raise self._changed()
        return spool

    def _changed(self) -> InputError:
        return InputError(
            f"{self.source.title} changed while it was read. Wait until it is written."
        )

    def prepare(self, limits: Mapping[str, int]) -> None:
        """See :class:`Engine`; columns are read one by one."""

    def levels(self, column: str, limit: int) -> Mapping[str | None, int] | None:
        """See :class:`Engine`."""
        levels = Levels(limit, self._family(column), self.markers)

        def ids() -> Iterator[NDArray[np.uint16]]:
            for array in self._read(expressions.value_of(column, self._types[column])):
                found = levels.add(array)
                if found is None:
                    raise _TooManyError
                yield found

        try:
            self._listed[column] = (levels, self._spooled(np.uint16, ids()))
        except _TooManyError:
            return None
        return levels.counted

    def _pieces(self, column: str, family: str) -> Iterator[Numbers]:
        """The column as floats, nan where missing or unreadable."""
        if column in self._listed:
            levels, ids = self._listed[column]
            table = np.array([_number(v, family) for v in levels.known], dtype=np.float64)
            return (table[piece] for piece in ids.pieces())
        return self._scanned(column, family)[0].pieces()

    def _scanned(self, column: str, family: str) -> tuple[Spool, NumberFacts]:
        key = (column, family)
        if key not in self._numbers:
            facts: list[NumberFacts] = []
            spool = self._spooled(np.float64, self._scan(column, family, facts))
            self._numbers[key] = (spool, sum(facts, NumberFacts()))
        return self._numbers[key]

    def _scan(self, column: str, family: str, facts: list[NumberFacts]) -> Iterator[Numbers]:
        own, text = self._family(column), None
        listed = reading.number_markers(self.markers, "date" if own == "date" else family)
        for array in self._read(expressions.number_of(column, self._types[column])):
            if own in ("number", "date"):
                numbers = reading.numbers_of(array, family)
                days = numbers / MICROSECONDS if own == "date" else numbers
                numbers = reading.without(days, listed)
            else:
                text = reading.cleaned(array, self.markers)
                numbers = reading.numbers_of(text, family)
            facts.append(NumberFacts.of(numbers, text))
            yield numbers

    def line_of(self, column: str, value: str) -> int | None:
        """See :class:`Engine`."""
        return self.source.find_line(column, value)

    # -- facts about a column ------------------------------------------------------------------

    def spread(self, column: str, family: str) -> Spread:
        """See :class:`Engine`."""
        if column not in self._listed:
            return self._scanned(column, family)[1].spread
        levels, _ = self._listed[column]
        facts = NumberFacts()
        for level, rows in zip(levels.known, levels.rows, strict=True):
            if rows:
                facts += NumberFacts.of_level(level, rows, family)
        return facts.spread

    def text_facts(self, column: str) -> TextFacts:
        """See :class:`Engine`."""
        if column not in self._facts:
            self._facts[column] = self._text_facts(column)
        return self._facts[column]

    def _text_facts(self, column: str) -> TextFacts:
        facts = LengthFacts()
        for text in self._texts(column):
            facts += LengthFacts.of(text)
        return TextFacts(facts.present, facts.mean, facts.codes)

    def _texts(self, column: str) -> Iterator[Any]:
        for array in self._read(expressions.value_of(column, self._types[column])):
            yield reading.present_texts(array, self.markers)

    def different(self, column: str) -> int:
        """See :class:`Engine`."""
        hashes = self._work.spool(self.rows, np.uint64)
        with room_explained(self._work.folder):
            for text in self._texts(column):
                hashes.append(reading.text_hashes(text))
        hashes.cut()
        found = sum(len(part.contents) for part in content.by_parts(hashes))
        hashes.free()
        return found

    def quantiles(self, column: str, family: str, at: Sequence[float]) -> Numbers:
        """See :class:`Engine`."""
        return ordered.over_pieces(at, lambda: self._pieces(column, family))

    def buckets(self, column: str, family: str, centre: float, scale: float) -> Counts:
        """See :class:`Engine`."""
        total = np.zeros(BUCKETS, dtype=np.int64)
        for piece in self._pieces(column, family):
            known = piece[~np.isnan(piece)]
            total += np.bincount(bucket_of(known, centre, scale), minlength=BUCKETS)
        return total

    # -- coding --------------------------------------------------------------------------------

    def encode(self, coding: Coding) -> None:
        """See :class:`Engine`."""
        dtype = coded.smallest(coding.size)
        own = coding.name == coding.column  # bands repeat a column that is in the content already
        if coding.levels is not None:
            levels, ids = self._listed[coding.column]
            table = np.array([coding.levels.get(v, 0) if v else 0 for v in levels.known], dtype)
            codes = self._spooled(dtype, (table[piece] for piece in ids.pieces()))
            if own:
                self._pending[coding.name] = content.label_contents(coding.labels, coding.column)
        else:
            family = "date" if coding.kind == "date" else "number"
            codes = self._spooled(dtype, self._numbers_coded(coding, family, own=own))
        if (old := self._codes.get(coding.name)) is not None:
            old.free()
        self._codes[coding.name], self._sizes[coding.name] = codes, coding.size

    def _numbers_coded(self, coding: Coding, family: str, *, own: bool) -> Iterator[NDArray[Any]]:
        contents = self._contents() if own else None
        for number, piece in enumerate(self._pieces(coding.column, family)):
            if contents is not None:
                added = content.number_contents(piece, coding.column)
                contents.rewrite(number, contents.piece(number) + added)
            yield coded.code_numbers(piece, coding)

    def forget(self, column: str) -> None:
        """See :class:`Engine`."""
        if column in self._listed:
            self._listed.pop(column)[1].free()
        self._facts.pop(column, None)
        for family in ("number", "date"):
            if (column, family) in self._numbers:
                self._numbers.pop((column, family))[0].free()

    def weigh(self, column: str) -> None:
        """See :class:`Engine`."""
        spool, facts = self._scanned(column, "number")
        title = self.source.title
        high = check_weights(column, facts, title, lambda value: self.line_of(column, value))
        unit = weighing.unit_for(high, lambda f: weighing.exact_sum(map(f, spool.pieces())))
        self._weights = (spool, unit)
        self._numbers.pop((column, "number"))

    # -- counting ------------------------------------------------------------------------------

    def _piece(self, names: Sequence[str], number: int) -> dict[str, NDArray[Any]]:
        return {name: self._codes[name].piece(number) for name in names}

    def _rows_in(self, number: int) -> int:
        return min(PIECE, self.rows - number * PIECE)

    def cells(self, features: Sequence[str], most: int) -> Cells | None:
        """See :class:`Engine`."""
        tally = coded.CellTally([self._sizes[name] for name in features], most)
        for number in pieces_of(self.rows):
            weights = None
            if self._weights is not None:
                weights = self._weights[1].of(self._weights[0].piece(number))
            codes = self._piece(features, number)
            tally.add([codes[name] for name in features], self._rows_in(number), weights)
        return tally.cells()

    def _cell_of_rows(self, features: Sequence[str], cells: Counts) -> Spool:
        """The cell of each row; kept, since every question about cells asks for the same."""
        if self._index is not None:
            names, known, spool = self._index
            if names == tuple(features) and np.array_equal(known, cells):
                return spool
            spool.free()
        index = coded.CellIndex(cells, [self._sizes[name] for name in features])

        def found() -> Iterator[NDArray[Any]]:
            for number in pieces_of(self.rows):
                codes = self._piece(features, number)
                yield index.of([codes[name] for name in features], self._rows_in(number))

        self._index = (tuple(features), cells.copy(), self._spooled(index.dtype, found()))
        return self._index[2]

    def counts(
        self, features: Sequence[str], cells: Counts, names: Sequence[str]
    ) -> dict[str, sparse.csr_array]:
        """See :class:`Engine`."""
        index = self._cell_of_rows(features, cells)
        tally = coded.CountTally(len(cells), {name: self._sizes[name] for name in names})
        for number in pieces_of(self.rows):
            tally.add(index.piece(number), self._piece(names, number))
        return tally.tables()

    def pairs(self, recodings: Mapping[str, NDArray[np.uint8]]) -> dict[tuple[str, str], Counts]:
        """See :class:`Engine`."""
        tally = coded.PairTally(recodings)
        for number in pieces_of(self.rows):
            tally.add(self._piece(list(recodings), number))
        return tally.tables()

    # -- rows by their content -----------------------------------------------------------------

    def _contents(self) -> Spool:
        if self._content is None:
            sizes = (self._rows_in(number) for number in pieces_of(self.rows))
            self._content = self._spooled(np.uint64, (np.zeros(n, np.uint64) for n in sizes))
        return self._content

    def _settled(self) -> Spool:
        """Contents with what every column adds."""
        contents = self._contents()
        if self._pending:
            for number in pieces_of(self.rows):
                piece = contents.piece(number).copy()
                for name, added in self._pending.items():
                    piece += added[self._codes[name].piece(number)]
                contents.rewrite(number, piece)
            self._pending.clear()
        return contents

    def sample(self, features: Sequence[str], cells: Counts, keep: Numbers, seed: int) -> Rows:
        """See :class:`Engine`."""
        contents, index = self._settled(), self._cell_of_rows(features, cells)
        limits = np.append(keep, 0.0)  # the last is for rows in no wanted cell
        keys, rows = [], []
        for equal in content.by_parts(contents, lambda number: limits[index.piece(number)] > 0):
            shares = limits[index.take(equal.row)]
            key, place = content.chosen(equal.contents, equal.copies, shares, seed)
            keys.append(key)
            rows.append(equal.row[place])
        order = np.argsort(np.concatenate(keys), kind="stable")
        chosen = np.concatenate(rows)[order]
        names = tuple(sorted(self._codes))
        columns = [self._codes[name].take(chosen).astype(np.uint16) for name in names]
        return Rows(names, np.column_stack(columns))

    def matches(self, other: Engine) -> int:
        """See :class:`Engine`."""
        if not isinstance(other, DuckDBEngine):
            raise TypeError("rows are matched between tables of one engine")
        return content.matches(self._settled(), other._settled())

    def repeated(self, features: Sequence[str], cells: Counts, other: Engine) -> Repeated:
        """See :class:`Engine`."""
        if not isinstance(other, DuckDBEngine):
            raise TypeError("rows are matched between tables of one engine")
        index = self._cell_of_rows(features, cells)
        return content.repeated(self._settled(), other._settled(), index.take)

    def different_rows(self) -> int:
        """See :class:`Engine`."""
        return sum(len(part.contents) for part in content.by_parts(self._settled()))

    def digest(self) -> str:
        """See :class:`Engine`."""
        sums = (content.digest_sums(piece) for piece in self._settled().pieces())
        return content.digest_text(sum(sums, np.zeros(content.SUMS, np.uint64)))

    def close(self) -> None:
        """See :class:`Engine`."""
        for column in [*self._listed, *(column for column, _ in self._numbers)]:
            self.forget(column)
        spools = [*self._codes.values(), self._content]
        spools += [held[-1] for held in (self._index,) if held is not None]
        spools += [held[0] for held in (self._weights,) if held is not None]
        for spool in spools:
            if spool is not None:
                spool.free()


class _TooManyError(Exception):
    """More values differ than were asked for."""


def _number(level: str | None, family: str) -> float:
    number = None if level is None else number_in(level, family)
    return np.nan if number is None else number
