"""Two tables counted alike: what every question asks its numbers from."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from audits.data.codebook import Codebook
from audits.data.groups import Groups, position_in, roll_up, union_of_cells
from audits.data.reference import Reference
from audits.data.rules import Rules
from audits.data.table_quotas import TableQuota
from audits.data.tables import Cells, Codes, Coding, Counts, Engine, Rows
from audits.data.task import Task
from audits.errors import UsageError
from audits.seeds import stream_seed
from audits.settings import Settings

if TYPE_CHECKING:
    from audits.data.annotations import Annotations

_FINE = 128  # levels of a number, where columns are crossed finely
_TABLE = 1 << 20  # groups times codes of a table that is worked on at once
_SLACK = 6.0  # standard deviations by which a sample may fall short before it does


@dataclass
class Pair:
    """A real and a synthetic table (and perhaps a holdout) under one codebook."""

    real: Engine
    synthetic: Engine
    book: Codebook
    settings: Settings
    reference: Reference | None = None
    holdout: Engine | None = None
    weighted: bool = False
    progress: Callable[[str, float], None] = field(default=lambda _stage, _share: None)
    rules: Rules | None = None
    quotas: tuple[TableQuota, ...] = ()
    threads: int = 1
    task: Task | None = None
    annotations: Annotations | None = None

    # -- groups --------------------------------------------------------------------------------

    @cached_property
    def features(self) -> tuple[Coding, ...]:
        """The codings that form groups, in order of column name."""
        return tuple(self.book.sensitive[name] for name in sorted(self.book.sensitive))

    @cached_property
    def _keys(self) -> tuple[str, ...]:
        return tuple(feature.name for feature in self.features)

    @cached_property
    def _side_cells(self) -> tuple[Cells, Cells]:
        return self._cells_of(self.real), self._cells_of(self.synthetic)

    def _cells_of(self, engine: Engine) -> Cells:
        cells = engine.cells(self._keys, self.settings.max_cells)
        if cells is None:
            raise UsageError(
                f"the sensitive features cross to more than {self.settings.max_cells:,} "
                "combinations that occur. Name fewer, band or join their levels, or raise "
                "max_cells."
            )
        return cells

    @cached_property
    def cells(self) -> Counts:
        """Every combination of sensitive values that occurs in either table."""
        return union_of_cells([side.codes for side in self._side_cells])

    @cached_property
    def groups(self) -> Groups:
        """Everyone, every value, and every intersection up to the level asked for."""
        settings = self.settings
        return roll_up(
            self.cells,
            self.features,
            low=0,
            high=settings.intersections,
            most=settings.max_groups,
        )

    def deeper(self, level: int) -> Groups:
        """Intersections of exactly `level` features, however many."""
        return roll_up(self.cells, self.features, low=level, high=level, most=10**7)

    def _spread_out(
        self, cells: Cells, values: NDArray[np.float64] | Counts
    ) -> NDArray[np.float64]:
        out = np.zeros(len(self.cells))
        out[position_in(self.cells, cells.codes)] = values
        return out

    @cached_property
    def cell_rows(self) -> tuple[Counts, Counts]:
        """Real and synthetic rows per cell."""
        real, synthetic = self._side_cells
        return (
            self._spread_out(real, real.rows).astype(np.int64),
            self._spread_out(synthetic, synthetic.rows).astype(np.int64),
        )

    @cached_property
    def cell_weights(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Sums of real weights, and of their squares, per cell (rows where there are none)."""
        real = self._side_cells[0]
        return self._spread_out(real, real.weight), self._spread_out(real, real.weight_squared)

    @cached_property
    def rows(self) -> tuple[Counts, Counts]:
        """Real and synthetic rows per group."""
        real, synthetic = self.cell_rows
        return self.groups.total(real), self.groups.total(synthetic)

    # -- attributes ----------------------------------------------------------------------------

    @cached_property
    def attributes(self) -> tuple[Coding, ...]:
        """The columns compared, in order of name."""
        return tuple(self.book.codings[name] for name in self.book.attributes)

    @cached_property
    def _cell_counts(self) -> tuple[dict[str, sparse.csr_array], dict[str, sparse.csr_array]]:
        """Rows per cell and code of every column: one pass over each table."""
        names = self.book.attributes
        return (
            self.real.counts(self._keys, self.cells, names),
            self.synthetic.counts(self._keys, self.cells, names),
        )

    def everyone(self, attribute: str) -> tuple[Counts, Counts]:
        """Real and synthetic rows per code of a column: (codes,) each."""
        real, synthetic = (np.asarray(side[attribute].sum(axis=0)) for side in self._cell_counts)
        return real.astype(np.int64), synthetic.astype(np.int64)

    def counts(self, attribute: str, groups: NDArray[np.int64]) -> tuple[Counts, Counts]:
        """Real and synthetic rows per group and code of a column: (groups, codes) each.

        Ask for no more groups at a time than a run of :meth:`runs` has.
        """
        belongs = self.groups.belongs[groups]
        real, synthetic = ((belongs @ side[attribute]).toarray() for side in self._cell_counts)
        return real, synthetic

    def runs(
        self, groups: NDArray[np.int64], attributes: Sequence[str]
    ) -> Iterator[NDArray[np.int64]]:
        """Cut a list of groups into runs whose tables of these columns stay small together."""
        wide = sum(self.book.codings[name].size for name in attributes)
        length = max(1, _TABLE // max(wide, 1))
        for start in range(0, len(groups), length):
            yield groups[start : start + length]

    @cached_property
    def inside(self) -> NDArray[np.bool_]:
        """Which columns are compared inside which groups: not those that define the group."""
        names = [coding.name for coding in self.attributes]
        return np.array(
            [[name not in dict(group) for name in names] for group in self.groups.names]
        ).reshape(len(self.groups), len(names))

    # -- coarse tables of pairs ----------------------------------------------------------------

    @cached_property
    def recodings(self) -> dict[str, NDArray[np.uint8]]:
        """Per column, code to coarse code: real quantile bins, or levels with the rarest joined."""
        settings = self.settings
        return {
            coding.name: (
                _binned(self.everyone(coding.name)[0], settings.pair_bins)
                if coding.kind in ("numeric", "date")
                else _joined(self.everyone(coding.name), settings.pair_level_limit)
            )
            for coding in self.attributes
        }

    @cached_property
    def crossed(self) -> tuple[int, ...]:
        """Which attributes are crossed in pairs: all, or as many as the limit by a hash of name.

        The choice must not look at the outcome, or the mean over pairs would be biased.
        """
        names = [coding.name for coding in self.attributes]
        order = sorted(range(len(names)), key=lambda j: stream_seed(0, "pairs", names[j], ()))
        return tuple(sorted(order[: self.settings.pair_columns]))

    @cached_property
    def pair_tables(self) -> dict[tuple[str, str], tuple[Counts, Counts]]:
        """Two-way tables of all rows, real and synthetic, of every pair of columns."""
        names = [self.attributes[j].name for j in self.crossed]
        if len(names) < 2:
            return {}
        tables = {name: self.recodings[name] for name in names}
        real, synthetic = self.real.pairs(tables), self.synthetic.pairs(tables)
        return {pair: (real[pair], synthetic[pair]) for pair in sorted(real)}

    @cached_property
    def finer(self) -> dict[str, NDArray[np.uint8]]:
        """Per column, code to finer code: each number where there are few, each frequent level."""
        settings = self.settings
        return {
            coding.name: (
                _binned(self.everyone(coding.name)[0], _FINE)
                if coding.kind in ("numeric", "date") and coding.size > _FINE
                else _joined(
                    self.everyone(coding.name),
                    _FINE if coding.positions is not None else settings.pair_level_limit,
                )
            )
            for coding in self.attributes
        }

    @cached_property
    def finer_tables(self) -> dict[tuple[str, str], tuple[Counts, Counts]]:
        """Two-way tables of all rows, real and synthetic, of the same pairs of columns, finer."""
        names = [self.attributes[j].name for j in self.crossed]
        if len(names) < 2:
            return {}
        tables = {name: self.finer[name] for name in names}
        real, synthetic = self.real.pairs(tables), self.synthetic.pairs(tables)
        return {pair: (real[pair], synthetic[pair]) for pair in sorted(real)}

    # -- bounded samples of rows ---------------------------------------------------------------

    @cached_property
    def samples(self) -> tuple[Sample, Sample]:
        """Up to `rows_per_group` rows of every group, of each table."""
        return self._sample(self.real, self.rows[0]), self._sample(self.synthetic, self.rows[1])

    @cached_property
    def held(self) -> Sample | None:
        """Up to `rows_per_group` rows of every group of the holdout, where there is one."""
        if self.holdout is None:
            return None
        cells = self._cells_of(self.holdout)
        place = position_in(self.cells, cells.codes)
        rows = np.zeros(len(self.cells), dtype=np.int64)
        rows[place[place >= 0]] = cells.rows[place >= 0]
        return self._sample(self.holdout, self.groups.total(rows))

    def drawn(self, engine: Engine, most: int) -> Sample:
        """Up to `most` rows of a table, whatever their group."""
        room = most + _SLACK * np.sqrt(most)
        share = 1.0 if engine.rows <= most else min(1.0, room / engine.rows)
        keep = np.full(len(self.cells), share)
        return Sample(engine.sample(self._keys, self.cells, keep, self.settings.seed), self, most)

    def _sample(self, engine: Engine, rows: Counts, most: int | None = None) -> Sample:
        most = most or self.settings.rows_per_group
        wanted = np.minimum(1.0, (most + _SLACK * np.sqrt(most)) / np.maximum(rows, 1))
        wanted[rows <= most] = 1.0
        keep = np.asarray(self.groups.belongs.T.multiply(wanted).max(axis=1).todense()).ravel()
        drawn = engine.sample(self._keys, self.cells, keep, self.settings.seed)
        return Sample(drawn, self, most)


class Sample:
    """Rows of every group: each group's are the first in one order that content alone decides.

    `cell` says in which of the pair's cells each row is; -1 for one in none.
    """

    def __init__(self, rows: Rows, pair: Pair, most: int) -> None:
        self.rows, self._pair, self._most = rows, pair, most
        columns = [rows.column(feature.name).astype(np.int64) for feature in pair.features]
        cells = np.column_stack(columns) if columns else np.zeros((len(rows.codes), 0), np.int64)
        self.cell = position_in(pair.cells, cells)
        names = [coding.name for coding in pair.attributes]
        self._columns = np.array([rows.names.index(name) for name in names], dtype=np.int64)
        order = np.argsort(self.cell, kind="stable")
        ends = np.searchsorted(self.cell[order], np.arange(len(pair.cells) + 1))
        self._by_cell = [order[a:b] for a, b in pairwise(ends)]

    def of(self, group: int, most: int | None = None) -> Codes:
        """Codes of a group's rows, (rows, attributes), at most `most` of them."""
        return self.codes(self.places(group, most))

    def places(self, group: int, most: int | None = None) -> NDArray[np.int64]:
        """Where a group's rows stand among all drawn, in order, at most `most` of them."""
        belongs = self._pair.groups.belongs
        cells = belongs.indices[belongs.indptr[group] : belongs.indptr[group + 1]]
        limit = min(self._most, most or self._most)
        parts = [self._by_cell[cell][:limit] for cell in cells]
        return np.sort(np.concatenate(parts))[:limit] if parts else np.zeros(0, np.int64)

    def codes(self, places: NDArray[np.int64]) -> Codes:
        """Codes of the rows that stand at some places, (rows, attributes)."""
        return np.asarray(self.rows.codes[np.ix_(places, self._columns)])


def _binned(counts: Counts, bins: int) -> NDArray[np.uint8]:
    """Return the quantile bin (from 1) of every code; missing stays 0; ties are never split."""
    present = counts.copy()
    present[0] = 0
    total = int(present.sum())
    before = np.cumsum(present) - present
    middle = 2 * before + np.maximum(present, 1)  # twice the mid-rank
    coarse = np.minimum(middle * bins // max(2 * total, 1), bins - 1) + 1
    coarse[0] = 0
    used = np.unique(coarse)
    shift = int(used[0] > 0)
    return np.asarray(np.searchsorted(used, coarse) + shift, dtype=np.uint8)


def _joined(counts: tuple[Counts, Counts], most: int) -> NDArray[np.uint8]:
    """Keep the most frequent levels, by both tables; the others share the last code."""
    size = len(counts[0])
    if size <= most:
        return np.arange(size, dtype=np.uint8)
    share = sum(side / max(int(side.sum()), 1) for side in counts)
    order = np.lexsort((np.arange(size), -np.asarray(share)))
    coarse = np.full(size, most - 1, dtype=np.uint8)
    kept = np.sort(order[order != 0][: most - 2])
    coarse[kept] = np.arange(1, len(kept) + 1)
    coarse[0] = 0
    return coarse
