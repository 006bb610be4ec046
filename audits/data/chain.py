"""A chain of generations under one codebook: what the question about it asks its numbers from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from audits.data.codebook import Codebook
from audits.data.groups import Groups, position_in, union_of_cells
from audits.data.pair import Pair, Sample
from audits.data.tables import Cells, Coding, Counts, Engine
from audits.settings import Settings

if TYPE_CHECKING:
    from scipy import sparse


@dataclass
class Chain:
    """Generation 0, which is real, and those made after it, each from the ones before.

    `apart` is how many generations lie between two that are given, the first of them included.
    `replicate` codes the column that tells several runs of the same loop apart, where there is
    one; `stated` is the loop as a person named it.
    """

    engines: tuple[Engine, ...]
    names: tuple[str, ...]
    book: Codebook
    settings: Settings
    apart: float = 1.0
    replicate: Coding | None = None
    stated: str | None = None
    progress: Callable[[str, float], None] = field(default=lambda _stage, _share: None)

    @property
    def generations(self) -> int:
        """How many were made after generation 0."""
        return len(self.engines) - 1

    @cached_property
    def steps(self) -> tuple[Step, ...]:
        """Generation 0 beside each generation, itself included."""
        return tuple(
            Step(
                self.engines[0],
                engine,
                self.book,
                self.settings,
                progress=self.progress,
                chain=self,
                number=t,
            )
            for t, engine in enumerate(self.engines)
        )

    @property
    def first(self) -> Step:
        """Generation 0 beside itself: groups, columns and the yardstick, which are the chain's."""
        return self.steps[0]

    @property
    def groups(self) -> Groups:
        """Everyone, every value, and every intersection, of any generation."""
        return self.first.groups

    @cached_property
    def cells_of_each(self) -> tuple[Cells, ...]:
        """The combinations of sensitive values that occur, generation by generation."""
        return tuple(self.first._cells_of(engine) for engine in self.engines)

    @cached_property
    def cells(self) -> Counts:
        """Every combination of sensitive values that occurs in any generation."""
        return union_of_cells([cells.codes for cells in self.cells_of_each])

    @cached_property
    def rows(self) -> Counts:
        """Rows per generation and group."""
        return np.stack([step.rows[1] for step in self.steps])

    @cached_property
    def counts_of_each(self) -> tuple[dict[str, sparse.csr_array], ...]:
        """Rows per cell and code of every column, generation by generation: one pass each."""
        names = self.book.attributes
        return tuple(e.counts(self.first._keys, self.cells, names) for e in self.engines)

    @cached_property
    def samples(self) -> tuple[Sample, ...]:
        """Up to `generation_rows` rows of every group of each generation."""
        most = self.settings.generation_rows
        return tuple(
            self.first._sample(engine, self.rows[t], most) for t, engine in enumerate(self.engines)
        )

    # -- several runs of one loop ------------------------------------------------------------

    @property
    def replicates(self) -> int:
        """How many runs of the loop there are."""
        return 1 if self.replicate is None else self.replicate.size - 1

    @cached_property
    def _run_cells(self) -> Counts:
        assert self.replicate is not None
        keys = (*self.first._keys, self.replicate.name)
        found = [engine.cells(keys, self.settings.max_cells) for engine in self.engines]
        known = [cells for cells in found if cells is not None]
        return union_of_cells([cells.codes for cells in known])

    @cached_property
    def _run_counts(self) -> tuple[dict[str, sparse.csr_array], ...]:
        assert self.replicate is not None
        keys = (*self.first._keys, self.replicate.name)
        names = self.book.attributes
        return tuple(engine.counts(keys, self._run_cells, names) for engine in self.engines)

    def run_counts(self, t: int, run: int, attribute: str, groups: NDArray[np.int64]) -> Counts:
        """Rows of a generation of one run, per group and code of a column: (groups, codes)."""
        belongs = self.groups.belongs[groups]
        if self.replicate is None:
            return np.asarray((belongs @ self.counts_of_each[t][attribute]).toarray())
        mine = np.flatnonzero(self._run_cells[:, -1] == run + 1)
        place = position_in(self.cells, self._run_cells[mine][:, :-1])
        return np.asarray((belongs[:, place] @ self._run_counts[t][attribute][mine]).toarray())


@dataclass
class Step(Pair):
    """Generation 0 and a later one, counted as all generations of their chain are."""

    chain: Chain | None = None
    number: int = 0

    @property
    def _whole(self) -> Chain:
        assert self.chain is not None
        return self.chain

    @cached_property
    def _side_cells(self) -> tuple[Cells, Cells]:
        each = self._whole.cells_of_each
        return each[0], each[self.number]

    @cached_property
    def cells(self) -> Counts:
        """Every combination of sensitive values that occurs in any generation."""
        return self._whole.cells

    @cached_property
    def groups(self) -> Groups:
        """The groups of the whole chain, made once."""
        if self.number == 0:
            return super().groups
        return self._whole.groups

    @cached_property
    def _cell_counts(self) -> tuple[dict[str, sparse.csr_array], dict[str, sparse.csr_array]]:
        each = self._whole.counts_of_each
        return each[0], each[self.number]

    @cached_property
    def samples(self) -> tuple[Sample, Sample]:
        """Up to `generation_rows` rows of every group, of generation 0 and of this one."""
        each = self._whole.samples
        return each[0], each[self.number]
