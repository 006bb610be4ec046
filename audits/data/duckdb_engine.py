"""The default engine: DuckDB reads, NumPy counts small integer codes."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from audits.data import coded, expressions
from audits.data.buckets import bucket_of
from audits.data.coding import number_in
from audits.data.sources import Source, explained
from audits.data.tables import (
    BUCKETS,
    Cells,
    Codes,
    Coding,
    Counts,
    Engine,
    RawColumn,
    Rows,
    Spread,
    TextFacts,
)
from audits.data.values import MICROSECONDS, canonical, moment_text, number_text
from audits.errors import ColumnError, InputError

_BATCH = 1 << 18
_SPELLINGS = 1000  # spellings of one value that may still fold together ("1", "1.0", "1 ")
_ABSURD = 1e150  # squares of larger numbers overflow


class DuckDBEngine:
    """A table DuckDB can read. Raw values are held one column at a time, codes for good."""

    name = "duckdb"

    def __init__(self, source: Source, markers: frozenset[str] = frozenset()) -> None:
        self.source = source
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
        self._text: dict[str, tuple[list[str | None], NDArray[np.uint16]]] = {}
        self._numbers: dict[tuple[str, str], NDArray[np.float64]] = {}
        self._facts: dict[str, TextFacts] = {}
        self._codes: dict[str, Codes] = {}
        self._content: NDArray[np.uint64] = np.zeros(self.rows, dtype=np.uint64)
        self._weights: NDArray[np.float64] | None = None

    # -- reading -------------------------------------------------------------------------------

    def _read(self, expression: str) -> list[pa.Array]:
        with explained(self.source.title):
            reader = self.source.relation.project(f"{expression} AS v").to_arrow_reader(_BATCH)
            return [batch.column(0) for batch in reader]

    def _family(self, column: str) -> str:
        return expressions.family_of(self._types[column])

    def levels(self, column: str, limit: int) -> Mapping[str | None, int] | None:
        """See :class:`Engine`."""
        known: dict[str | None, int] = {}
        pieces = []
        write = moment_text if self._family(column) == "date" else None
        for chunk in self._read(expressions.value_of(column, self._types[column])):
            encoded = chunk.dictionary_encode()
            if len(encoded.dictionary) > limit + len(self.markers) + _SPELLINGS:
                return None  # spare the reading of so many values
            values = encoded.dictionary.to_pylist()
            ids = np.empty(len(values) + 1, dtype=np.uint16)
            for i, value in enumerate([*values, None]):
                text = write(value) if write and value is not None else value
                ids[i] = known.setdefault(canonical(text, self.markers), len(known))
                if len(known) > limit + 1:
                    return None
            indices = encoded.indices
            if indices.null_count:
                indices = pc.fill_null(indices, len(values))
            pieces.append(ids[indices.to_numpy(zero_copy_only=False)])
        codes = np.concatenate(pieces)
        self._text[column] = (list(known), codes)
        tally = np.bincount(codes, minlength=len(known))
        counted = {value: int(n) for value, n in zip(known, tally, strict=True) if n}
        return counted if len(counted) - (None in counted) <= limit else None

    def _as_numbers(self, column: str, family: str) -> NDArray[np.float64]:
        """The column as floats, nan where missing or unreadable."""
        key = (column, family)
        if key not in self._numbers:
            if column in self._text:
                values, codes = self._text[column]
                numbers = [None if v is None else number_in(v, family) for v in values]
                table = np.array([np.nan if v is None else v for v in numbers], dtype=float)
                self._numbers[key] = table[codes]
            else:
                self._numbers[key] = self._scan_numbers(column, family)
        return self._numbers[key]

    def _scan_numbers(self, column: str, family: str) -> NDArray[np.float64]:
        kind, own = self._types[column], self._family(column)
        parts = []
        for chunk in self._read(expressions.number_of(column, kind, family, self.markers)):
            values = pc.cast(chunk, pa.float64(), safe=False)
            parts.append(values.to_numpy(zero_copy_only=False).astype(float, copy=False))
        numbers = np.concatenate(parts)
        if own == "date" or (own != "number" and family == "date"):
            numbers = numbers / MICROSECONDS
        for marker in self.markers:
            if (value := number_in(marker, family)) is not None:
                numbers = np.where(numbers == value, np.nan, numbers)
        return numbers

    def line_of(self, column: str, value: str) -> int | None:
        """See :class:`Engine`."""
        return self.source.find_line(column, value)

    # -- facts about a column ------------------------------------------------------------------

    def spread(self, column: str, family: str) -> Spread:
        """See :class:`Engine`."""
        numbers = self._as_numbers(column, family)
        blank = np.isnan(numbers)
        infinite = np.isinf(numbers)
        unreadable, example = self._unreadable(column, family)
        finite = numbers[~(blank | infinite)]
        low, high = (finite.min(), finite.max()) if finite.size else (np.nan, np.nan)
        return Spread(
            float(low),
            float(high),
            int(blank.sum()) - unreadable,
            int(infinite.sum()),
            unreadable,
            example,
        )

    def _unreadable(self, column: str, family: str) -> tuple[int, str | None]:
        """Count the values that are there and cannot be read; give the first in order of text."""
        if column in self._text:
            values, codes = self._text[column]
            wrong = [v is not None and number_in(v, family) is None for v in values]
            texts = [str(v) for v, bad in zip(values, wrong, strict=True) if bad]
            return int(np.array(wrong)[codes].sum()), min(texts, default=None)
        kind = self._types[column]
        if expressions.family_of(kind) in ("number", "date"):
            return 0, None
        text = expressions.cleaned(column, kind, self.markers)
        number = expressions.number_of(column, kind, family, self.markers)
        with explained(self.source.title):
            row = self.source.relation.aggregate(
                f"count({text}), count({number}), min(CASE WHEN {number} IS NULL THEN {text} END)"
            ).fetchall()[0]
        return int(row[0]) - int(row[1]), row[2]

    def text_facts(self, column: str) -> TextFacts:
        """See :class:`Engine`."""
        if column not in self._facts:
            self._facts[column] = self._text_facts(column)
        return self._facts[column]

    def _text_facts(self, column: str) -> TextFacts:
        text = expressions.cleaned(column, self._types[column], self.markers)
        padded = (
            f"bool_or({expressions.padded(text)}) AND min(length({text})) = max(length({text}))"
        )
        with explained(self.source.title):
            row = self.source.relation.aggregate(
                f"count({text}), count(DISTINCT {text}), coalesce(avg(length({text})), 0), "
                f"coalesce({padded}, false)"
            ).fetchall()[0]
        return TextFacts(int(row[0]), int(row[1]), float(row[2]), bool(row[3]))

    def quantiles(self, column: str, family: str, at: Sequence[float]) -> NDArray[np.float64]:
        """See :class:`Engine`."""
        numbers = self._as_numbers(column, family)
        known = numbers[~np.isnan(numbers)]
        if known.size == 0:
            return np.full(len(at), np.nan)
        return np.asarray(np.quantile(known, at, method="inverted_cdf"))

    def buckets(self, column: str, family: str, centre: float, scale: float) -> Counts:
        """See :class:`Engine`."""
        total = np.zeros(BUCKETS, dtype=np.int64)
        for piece in coded.pieces(self._as_numbers(column, family)):
            known = piece[~np.isnan(piece)]
            total += np.bincount(bucket_of(known, centre, scale), minlength=BUCKETS)
        return total

    # -- coding --------------------------------------------------------------------------------

    def encode(self, coding: Coding) -> None:
        """See :class:`Engine`."""
        column = coding.column
        if coding.levels is not None:
            values, raw = self._text[column]
            table = np.array([coding.levels.get(v, 0) if v else 0 for v in values], np.uint16)
            codes = table[raw]
            content = coded.label_hashes(coding.labels)[codes]
        else:
            numbers = self._as_numbers(column, "date" if coding.kind == "date" else "number")
            codes = coded.code_numbers(numbers, coding)
            content = coded.number_hashes(numbers)
        small = coding.size <= 256
        self._codes[coding.name] = codes.astype(np.uint8) if small else codes
        if coding.name == column:  # bands repeat a column that is hashed already
            self._content += coded.mixed(content ^ coded.name_hash(column))

    def forget(self, column: str) -> None:
        """See :class:`Engine`."""
        self._text.pop(column, None)
        self._facts.pop(column, None)
        for family in ("number", "date"):
            self._numbers.pop((column, family), None)

    def weigh(self, column: str) -> None:
        """See :class:`Engine`."""
        weights = self._as_numbers(column, "number")
        _, example = self._unreadable(column, "number")
        if example is not None:
            raise self._bad_weight(column, example, f"the weight {example[:60]!r} is no number.")
        if np.isnan(weights).any():
            raise self._bad_weight(column, "", "a weight is missing.")
        if (low := float(weights.min())) < 0:
            raise self._bad_weight(column, number_text(low), f"a weight is negative ({low:g}).")
        if (high := float(weights.max())) > _ABSURD:
            raise self._bad_weight(column, number_text(high), f"a weight is absurd ({high:g}).")
        if high == 0:
            raise self._bad_weight(column, None, "every weight is zero.")
        self._weights = coded.fixed_point(coded.near_one(weights))
        self.forget(column)

    def _bad_weight(self, column: str, value: str | None, reason: str) -> ColumnError:
        line = None if value is None else self.line_of(column, value)
        where = self.source.title if line is None else f"{self.source.title}, line {line}"
        advice = "Give every row the number of people that it stands for."
        return ColumnError(column, where, reason, advice)

    # -- counting ------------------------------------------------------------------------------

    def _features(self, features: Sequence[str]) -> list[Codes]:
        return [self._codes[name] for name in features]

    def cells(self, features: Sequence[str]) -> Cells:
        """See :class:`Engine`."""
        return coded.observed_cells(self._features(features), self.rows, self._weights)

    def count(self, features: Sequence[str], cells: Counts, name: str, size: int) -> Counts:
        """See :class:`Engine`."""
        index = coded.cell_index(self._features(features), cells, self.rows)
        return coded.count_by(index, len(cells), self._codes[name], size)

    def pairs(self, recodings: Mapping[str, NDArray[np.uint8]]) -> dict[tuple[str, str], Counts]:
        """See :class:`Engine`."""
        return coded.all_pairs({name: self._codes[name] for name in recodings}, recodings)

    def sample(
        self, features: Sequence[str], cells: Counts, keep: NDArray[np.float64], seed: int
    ) -> Rows:
        """See :class:`Engine`."""
        order = coded.content_order(self._content, seed)
        index = coded.cell_index(self._features(features), cells, self.rows)
        chosen = coded.chosen_rows(order, index, keep)
        names = tuple(sorted(self._codes))
        columns = [self._codes[name][chosen].astype(np.uint16) for name in names]
        return Rows(names, np.column_stack(columns))

    def matches(self, other: Engine) -> int:
        """See :class:`Engine`."""
        if not isinstance(other, DuckDBEngine):
            raise TypeError("rows are matched between tables of one engine")
        return int(np.isin(self._content, other._content).sum())

    def digest(self) -> str:
        """See :class:`Engine`."""
        return hashlib.sha256(np.sort(self._content).tobytes()).hexdigest()


def open_engine(source: Source, markers: frozenset[str]) -> DuckDBEngine:
    """Return the engine that suits a source."""
    return DuckDBEngine(source, markers)
