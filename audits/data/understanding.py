"""What would be made of every column, before any audit: kinds, levels, missing values, faults."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from audits.data import codebook
from audits.data.column import Column
from audits.data.duckdb_engine import DuckDBEngine
from audits.data.kinds import parse_kinds
from audits.data.names import clean_name
from audits.data.sources import Source, explained, open_source
from audits.data.workspace import Workspace
from audits.errors import InputError
from audits.results import ColumnRecord
from audits.settings import Settings

CANNOT = "cannot be judged"
_LEVELS = 20  # of a column, that are listed
_CELLS = 20_000_000  # of each table, that are held while its columns are looked at
_BLOCK = 50  # columns the database is told of at once: what it does for each grows with them all


@dataclass(frozen=True)
class Level:
    """A value, and the rows that hold it."""

    value: str
    real: int
    synthetic: int


@dataclass(frozen=True)
class Understood:
    """What was understood of two tables.

    `read` says on how many rows of each table it rests, `rows` how many there are. A column whose
    values stop an audit has the use "cannot be judged" and the reason in its note. `levels` lists,
    for columns of few values, the most frequent ones in the real table; `spans` the least and the
    greatest number of columns of numbers.
    """

    columns: tuple[ColumnRecord, ...]
    levels: Mapping[str, tuple[Level, ...]]
    spans: Mapping[str, tuple[float, float]]
    rows: tuple[int, int]
    read: tuple[int, int]
    notes: tuple[str, ...]

    @property
    def whole(self) -> bool:
        """Whether every row was looked at."""
        return self.rows == self.read


def understood(
    real: Any,
    synthetic: Any,
    *,
    kinds: Mapping[str, Any] | None = None,
    missing: Sequence[str] = (),
    settings: Settings | None = None,
    most_rows: int = 200_000,
    work_folder: str | None = None,
) -> Understood:
    """Say what an audit would make of every column, from the first rows of both tables.

    A text file is read to its end, so that a line at fault is found; what is said of its columns
    rests on its first `most_rows` rows.

    Raises
    ------
    UsageError
        If an argument makes no sense.
    InputError
        If a table cannot be read, or the tables share no column.
    """
    settings = settings or Settings()
    markers = frozenset(clean_name(marker) for marker in missing)
    named = {clean_name(column): kind for column, kind in (kinds or {}).items()}
    with Workspace(folder=work_folder) as work:
        sources = [open_source(real, "real", work), open_source(synthetic, "synthetic", work)]
        plan = codebook.Plan((), parse_kinds(named))
        book = codebook.Codebook()
        levels: dict[str, tuple[Level, ...]] = {}
        spans: dict[str, tuple[float, float]] = {}
        heads = [_head(source, most_rows) for source in sources]
        shared = _shared(sources, book)
        for start in range(0, len(shared), _BLOCK):
            block = shared[start : start + _BLOCK]
            engines = [
                _engine(source, head.select(block), work, markers)
                for source, head in zip(sources, heads, strict=True)
            ]
            for name in block:
                column = _column(name, engines, plan, settings)
                _look(column, book, plan)
                levels |= _levels(column, book)
                spans |= _span(column, book)
            for engine in engines:
                engine.close()
        return Understood(
            columns=tuple(sorted(book.records, key=lambda record: record.name)),
            levels=levels,
            spans=spans,
            rows=(len(sources[0].relation), len(sources[1].relation)),
            read=(heads[0].num_rows, heads[1].num_rows),
            notes=(*(note for source in sources for note in source.notes), *book.notes),
        )


def _head(source: Source, most: int) -> Any:
    """Return the first rows of a table, as Arrow."""
    rows = max(1, min(most, _CELLS // len(source.relation.columns)))
    with explained(source.title):
        head = source.relation.limit(rows).to_arrow_table()
    if head.num_rows == 0:
        raise InputError(f"{source.title} has no rows. Give a table with rows.")
    return head


def _engine(source: Source, head: Any, work: Workspace, markers: frozenset[str]) -> DuckDBEngine:
    return DuckDBEngine(replace(source, relation=work.connection.from_arrow(head)), work, markers)


def _shared(sources: Sequence[Source], book: codebook.Codebook) -> list[str]:
    """Return the columns of both tables; the others are put down in the book."""
    here, there = (list(source.relation.columns) for source in sources)
    shared = codebook.shared_columns(here, there, (sources[0].title, sources[1].title))
    codebook.say_one_sided(book, set(here), set(there))
    return shared


def _column(
    name: str, engines: Sequence[DuckDBEngine], plan: codebook.Plan, settings: Settings
) -> Column:
    real, synthetic = engines
    titles = (real.source.title, synthetic.source.title)
    asked = plan.kinds.get(name)
    return Column(name, (real, synthetic), titles, settings, asked, banded=False)


def _look(column: Column, book: codebook.Codebook, plan: codebook.Plan) -> None:
    """Understand a column; a fault of this one is no reason to know nothing of the others."""
    try:
        codebook.understand(column, book, plan)
    except InputError as error:
        book.leave_out(column.name, CANNOT, str(error))


def _levels(column: Column, book: codebook.Codebook) -> dict[str, tuple[Level, ...]]:
    """Return the most frequent values of a column that is compared by its values."""
    made = book.codings.get(column.name)
    if made is None or made.kind in ("numeric", "date") or not column.listed:
        return {}
    real, synthetic = (side or {} for side in column.sides[:2])
    values = sorted(column.known_levels(), key=lambda v: (-real.get(v, 0), v))[:_LEVELS]
    return {column.name: tuple(Level(v, real.get(v, 0), synthetic.get(v, 0)) for v in values)}


def _span(column: Column, book: codebook.Codebook) -> dict[str, tuple[float, float]]:
    """Return the least and the greatest number of a column of numbers."""
    made = book.codings.get(column.name)
    if made is None or made.kind != "numeric":
        return {}
    spread = column.real.spread(column.name, "number")
    return {column.name: (spread.low, spread.high)}
