"""Groups and intersections: one finest count, rolled up on the driver."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from audits.data.tables import Coding, Counts
from audits.errors import UsageError
from audits.results import Group


@dataclass(frozen=True)
class Groups:
    """Groups over cells: names, which features form each, and who belongs (groups x cells)."""

    names: tuple[Group, ...]
    belongs: sparse.csr_matrix
    labelled: NDArray[np.bool_]  # no value of the group is missing

    def __len__(self) -> int:
        return len(self.names)

    def total(self, per_cell: NDArray[Any]) -> NDArray[Any]:
        """Sum something counted per cell over every group."""
        return np.asarray(self.belongs @ per_cell)


def union_of_cells(tables: Sequence[Counts]) -> Counts:
    """Return every combination of codes that occurs in any table, sorted."""
    return np.unique(np.concatenate(tables), axis=0)


def position_in(cells: Counts, table: Counts) -> NDArray[np.int64]:
    """Return where each combination of `table` stands in `cells`; -1 for one that does not."""
    if cells.shape[1] == 0:
        return np.zeros(len(table), dtype=np.int64)
    _, inverse = np.unique(np.concatenate([cells, table]), axis=0, return_inverse=True)
    flat = inverse.ravel()
    place = np.full(int(flat.max(initial=0)) + 1, -1, dtype=np.int64)
    place[flat[: len(cells)]] = np.arange(len(cells))
    return place[flat[len(cells) :]]


def roll_up(cells: Counts, features: Sequence[Coding], *, low: int, high: int, most: int) -> Groups:
    """Form every group of `low` to `high` crossed features; 0 features is everyone.

    Raises
    ------
    UsageError
        If there would be more than `most` groups.
    """
    names: list[Group] = []
    rows: list[NDArray[np.int64]] = []
    labelled: list[bool] = []
    for size in range(low, min(high, len(features)) + 1):
        for chosen in combinations(range(len(features)), size):
            values, member = np.unique(cells[:, list(chosen)], axis=0, return_inverse=True)
            if len(names) + len(values) > most:
                raise UsageError(
                    f"the sensitive features form more than {most:,} groups. Cross fewer "
                    "(--intersections), band or join levels, or raise max_groups."
                )
            rows.append(member.ravel() + len(names))
            for value in values:
                names.append(_name([features[i] for i in chosen], value))
                labelled.append(bool((value > 0).all()))
    index = np.concatenate(rows) if rows else np.zeros(0, dtype=np.int64)
    where = np.tile(np.arange(len(cells)), len(rows))
    belongs = sparse.csr_matrix(
        (np.ones(len(index), dtype=np.int64), (index, where)), shape=(len(names), len(cells))
    )
    return Groups(tuple(names), belongs, np.array(labelled, dtype=bool))


def _name(features: Sequence[Coding], codes: Counts) -> Group:
    return tuple(
        sorted((f.column, f.labels[code]) for f, code in zip(features, codes, strict=True))
    )
