"""The default engine: DuckDB reads, NumPy counts small integer codes."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from audits.data import coded
from audits.data.buckets import bucket_of
from audits.data.sources import Source, quoted
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
)
from audits.data.values import as_day, as_number, canonical
from audits.errors import ColumnError, InputError

_BATCH = 1 << 18
_SPELLINGS = 1000  # spellings of one value that may still fold together ("1", "1.0", "1 ")
_WHOLE = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER")
_REAL = ("FLOAT", "DOUBLE", "DECIMAL", "HUGEINT", "UHUGEINT", "UBIGINT")
_DAYS = ("DATE", "TIMESTAMP")


class DuckDBEngine:
    """A table DuckDB can read. Raw values are held one column at a time, codes for good."""

    name = "duckdb"

    def __init__(self, source: Source, markers: frozenset[str] = frozenset()) -> None:
        self.source, self.markers = source, markers
        types = [str(kind) for kind in source.relation.types]
        self._types = dict(zip(source.relation.columns, types, strict=True))
        self.columns = tuple(RawColumn(name, _family(kind)) for name, kind in self._types.items())
        self.rows = len(source.relation)
        if self.rows == 0:
            raise InputError(f"{source.title} has no rows. Give a table with rows.")
        self._text: dict[str, tuple[list[str | None], NDArray[np.uint16]]] = {}
        self._numbers: dict[tuple[str, str], NDArray[np.float64]] = {}
        self._codes: dict[str, Codes] = {}
        self._content: NDArray[np.uint64] = np.zeros(self.rows, dtype=np.uint64)
        self._weights: NDArray[np.float64] | None = None

    # -- reading -------------------------------------------------------------------------------

    def _read(self, expression: str) -> list[pa.Array]:
        reader = self.source.relation.project(f"{expression} AS v").to_arrow_reader(_BATCH)
        return [batch.column(0) for batch in reader]

    def _expression(self, column: str) -> str:
        name, kind = quoted(column), self._types[column]
        if kind in _WHOLE:
            return name
        if kind.startswith(_REAL):
            return f"CAST({name} AS DOUBLE)"
        if kind.startswith(_DAYS):
            return f"epoch_us(CAST({name} AS TIMESTAMP)) / 86400000000.0"
        return f"CAST({name} AS VARCHAR)"

    def levels(self, column: str, limit: int) -> Mapping[str | None, int] | None:
        """See :class:`Engine`."""
        known: dict[str | None, int] = {}
        pieces = []
        for chunk in self._read(self._expression(column)):
            encoded = chunk.dictionary_encode()
            if len(encoded.dictionary) > limit + len(self.markers) + _SPELLINGS:
                return None  # spare the reading of so many values
            values = encoded.dictionary.to_pylist()
            ids = np.empty(len(values) + 1, dtype=np.uint16)
            for i, value in enumerate([*values, None]):
                ids[i] = known.setdefault(canonical(value, self.markers), len(known))
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
                parse = as_day if family == "date" and self._is_text(column) else as_number
                values = [None if v is None else parse(v) for v in self._text[column][0]]
                table = np.array([np.nan if v is None else v for v in values], dtype=float)
                self._numbers[key] = table[self._text[column][1]]
            else:
                self._numbers[key] = self._scan_numbers(column, family)
        return self._numbers[key]

    def _scan_numbers(self, column: str, family: str) -> NDArray[np.float64]:
        expression = self._expression(column)
        if self._is_text(column):
            as_text = f"trim({expression})"
            target = "TIMESTAMP" if family == "date" else "DOUBLE"
            cast = f"TRY_CAST({as_text} AS {target})"
            expression = f"epoch_us({cast}) / 86400000000.0" if family == "date" else cast
            if self.markers:
                listed = ", ".join("'" + m.replace("'", "''") + "'" for m in sorted(self.markers))
                expression = f"CASE WHEN {as_text} IN ({listed}) THEN NULL ELSE {expression} END"
        parts = []
        for chunk in self._read(expression):
            values = pc.cast(chunk, pa.float64(), safe=False)
            parts.append(values.to_numpy(zero_copy_only=False).astype(float, copy=False))
        numbers = np.concatenate(parts)
        for marker in self.markers:
            if not self._is_text(column) and (value := as_number(marker)) is not None:
                numbers = np.where(numbers == value, np.nan, numbers)
        return numbers

    def _is_text(self, column: str) -> bool:
        return _family(self._types[column]) == "text"

    # -- facts about a column ------------------------------------------------------------------

    def spread(self, column: str, family: str) -> Spread:
        """See :class:`Engine`."""
        numbers = self._as_numbers(column, family)
        blank = np.isnan(numbers)
        infinite = np.isinf(numbers)
        unreadable, example = self._unreadable(column, blank)
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

    def _unreadable(self, column: str, blank: NDArray[np.bool_]) -> tuple[int, str | None]:
        """Count the values that are there and are no number; give the first in order of text."""
        if not self._is_text(column):
            return 0, None
        if column in self._text:
            values, codes = self._text[column]
            present = np.array([value is not None for value in values])
            wrong = codes[blank & present[codes]]
            texts = sorted(str(values[i]) for i in np.unique(wrong))
            return int(wrong.size), texts[0] if texts else None
        texts, count = set(), 0
        row = 0
        for chunk in self._read(self._expression(column)):
            here = blank[row : row + len(chunk)]
            row += len(chunk)
            for value in chunk.filter(pa.array(here)).to_pylist():
                text = canonical(value, self.markers)
                if text is not None:
                    count += 1
                    texts.add(text)
        return count, min(texts) if texts else None

    def text_facts(self, column: str) -> tuple[int, int, float]:
        """See :class:`Engine`."""
        text = f"nullif(trim({self._expression(column)}), '')"
        row = self.source.relation.aggregate(
            f"count({text}), count(DISTINCT {text}), coalesce(avg(length({text})), 0)"
        ).fetchall()[0]
        return int(row[0]), int(row[1]), float(row[2])

    def quantiles(self, column: str, family: str, at: Sequence[float]) -> NDArray[np.float64]:
        """See :class:`Engine`."""
        numbers = self._as_numbers(column, family)
        return np.quantile(numbers[~np.isnan(numbers)], at, method="inverted_cdf")

    def histogram(self, column: str, family: str, low: float, high: float, bins: int) -> Counts:
        """See :class:`Engine`."""
        total = np.zeros(bins, dtype=np.int64)
        factor = bins / (high - low) if high > low else 0.0
        for piece in coded.pieces(self._as_numbers(column, family)):
            known = piece[~np.isnan(piece)]
            index = np.minimum(((known - low) * factor).astype(np.int64), bins - 1)
            total += np.bincount(index, minlength=bins)
        return total

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
        for family in ("number", "date"):
            self._numbers.pop((column, family), None)

    def weigh(self, column: str) -> None:
        """See :class:`Engine`."""
        weights = self._as_numbers(column, "number")
        title = self.source.title
        if np.isnan(weights).any() or not np.isfinite(weights).all():
            raise ColumnError(column, title, "a weight is missing or no number.", "Fill it in.")
        if weights.min() < 0:
            raise ColumnError(
                column, title, f"a weight is negative ({weights.min():g}).", "Weights count people."
            )
        if weights.max() == 0:
            raise ColumnError(column, title, "every weight is zero.", "Give real weights.")
        self._weights = coded.fixed_point(weights)
        self._content += coded.mixed(coded.number_hashes(weights) ^ coded.name_hash(column))
        self.forget(column)

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


def _family(kind: str) -> str:
    if kind == "BOOLEAN":
        return "boolean"
    if kind in _WHOLE or kind.startswith(_REAL):
        return "number"
    return "date" if kind.startswith(_DAYS) else "text"


def open_engine(source: Source, markers: frozenset[str]) -> Any:
    """Return the engine that suits a source."""
    return DuckDBEngine(source, markers)
