"""One table as codes in memory: what may be made anew from it is counted, and written, alike."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from audits.data.pair import Pair
from audits.data.tables import Codes, Coding, Counts
from audits.data.values import day_text, number_text

_LINES = 20_000  # rows turned into text at once


@dataclass(frozen=True)
class CodedTable:
    """Rows of the real table of a pair, column by column in codes; features first.

    `rows` is (rows, columns), in an order that depends on their content and a seed alone.
    `sampled` says that they are a sample of all rows.
    """

    pair: Pair
    columns: tuple[Coding, ...]
    rows: Codes
    bands: tuple[NDArray[np.int64], ...]
    sampled: bool

    @cached_property
    def coarse(self) -> list[NDArray[np.uint8]]:
        """The coarse code of each code, column by column."""
        return [self.pair.recodings[column.name] for column in self.columns]

    def cells(self, rows: Codes) -> Counts:
        """Return the code of every feature, row by row; a banded one's is that of its band."""
        features = [table[rows[:, j]] for j, table in enumerate(self.bands)]
        return np.column_stack(features)

    def members(self, rows: Codes) -> _Members:
        """Sort rows into groups."""
        cells, place = np.unique(self.cells(rows), axis=0, return_inverse=True)
        return _Members(self, rows, place.ravel(), self._belongs(cells))

    @cached_property
    def _known(self) -> list[tuple[list[int], list[tuple[int, ...]], Counts]]:
        """Per choice of features that are crossed: the codes of every group, and its number."""
        by_choice: dict[tuple[int, ...], list[tuple[tuple[int, ...], int]]] = {}
        features = self.pair.features
        codes = [{label: code for code, label in enumerate(f.labels)} for f in features]
        where = {feature.column: j for j, feature in enumerate(features)}
        for number, group in enumerate(self.pair.groups.names):
            values = dict(group)
            chosen = tuple(sorted(where[column] for column in values))
            key = tuple(codes[j][values[features[j].column]] for j in chosen)
            by_choice.setdefault(chosen, []).append((key, number))
        return [
            (list(chosen), [key for key, _ in found], np.array([number for _, number in found]))
            for chosen, found in by_choice.items()
        ]

    def _belongs(self, cells: Counts) -> sparse.csr_matrix:
        """Which cells belong to which group: cells that the real table lacks, too."""
        rows, columns = [], []
        for chosen, keys, numbers in self._known:
            place = dict(zip(keys, numbers.tolist(), strict=True))
            mine = [place.get(tuple(cell), -1) for cell in cells[:, chosen].tolist()]
            found = np.array(mine, dtype=np.int64)
            rows.append(found[found >= 0])
            columns.append(np.flatnonzero(found >= 0))
        index = (np.concatenate(rows), np.concatenate(columns))
        ones = np.ones(len(index[0]), dtype=np.int64)
        return sparse.csr_matrix((ones, index), shape=(len(self.pair.groups), len(cells)))

    def texts(self) -> list[tuple[str, NDArray[np.object_]]]:
        """Name and text of every code, column by column in order of name; missing is empty."""
        return sorted(
            (column.column, np.array(_written(column), dtype=object)) for column in self.columns
        )

    @property
    def chain_column(self) -> str:
        """What the column that tells chains apart is called: not like another."""
        taken = {column.column for column in self.columns}
        return "chain" if "chain" not in taken else "simulated chain"

    def write(self, path: Path, rows: Codes, label: str | None, *, more: bool) -> None:
        """Write rows as CSV, or add them where there are `more`; a label is a column of its own."""
        places = {column.column: j for j, column in enumerate(self.columns)}
        texts = self.texts()
        with path.open("a" if more else "w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            if not more:
                named = [] if label is None else [self.chain_column]
                writer.writerow([*named, *(name for name, _ in texts)])
            for part in _parts(rows):
                shown = [text[part[:, places[name]]] for name, text in texts]
                labels = [] if label is None else [[label] * len(part)]
                writer.writerows(zip(*labels, *shown, strict=True))


@dataclass(frozen=True)
class _Members:
    """Rows sorted into groups."""

    table: CodedTable
    rows: Codes
    cell: NDArray[np.int64]
    belongs: sparse.csr_matrix

    @cached_property
    def number(self) -> Counts:
        """Rows of every group."""
        return np.asarray(self.belongs @ np.bincount(self.cell, minlength=self.belongs.shape[1]))

    def counts(self, column: int, groups: NDArray[np.int64]) -> Counts:
        """Rows per group and code of a column: (groups, codes)."""
        size = self.table.columns[column].size
        cells = self.belongs.shape[1]
        ones = np.ones(len(self.cell), dtype=np.int64)
        index = (self.cell, self.rows[:, column].astype(np.int64))
        each = sparse.csr_matrix((ones, index), shape=(cells, size))
        return np.asarray((self.belongs[groups] @ each).toarray())

    def of(self, group: int) -> Codes:
        """Return the rows of a group."""
        cells = np.asarray(self.belongs[[group]].toarray()).ravel() > 0
        return np.asarray(self.rows[cells[self.cell]])


def coded_table(pair: Pair, most: int) -> CodedTable:
    """Read the real table of a pair as codes, or a sample of so many of its rows."""
    everything = np.ones(len(pair.cells)) * min(1.0, most / max(pair.real.rows, 1))
    drawn = pair.real.sample(pair._keys, pair.cells, everything, pair.settings.seed)
    features = {feature.column: feature for feature in pair.features}
    ordered = sorted(
        pair.attributes, key=lambda coding: (coding.column not in features, coding.name)
    )
    place = [drawn.names.index(coding.name) for coding in ordered]
    rows = np.ascontiguousarray(drawn.codes[:, place])
    bands = tuple(
        _band_of(rows[:, j], drawn.column(features[coding.column].name), coding.size)
        for j, coding in enumerate(ordered[: len(features)])
    )
    return CodedTable(pair, tuple(ordered), rows, bands, len(rows) < pair.real.rows)


def _band_of(codes: NDArray[np.uint16], bands: NDArray[np.uint16], size: int) -> NDArray[np.int64]:
    """Return the band of every code of a column, by most of the rows where a bin straddles two."""
    wide = int(bands.max(initial=0)) + 1
    table = np.bincount(codes.astype(np.int64) * wide + bands, minlength=size * wide)
    return np.asarray(table.reshape(-1, wide)[:size].argmax(axis=1))


def _written(coding: Coding) -> list[str]:
    """Return the text that stands for each code in a file that can be read again."""
    if coding.buckets is not None and coding.positions is not None:
        write = day_text if coding.kind == "date" else number_text
        return ["", *(write(float(f"{value:.6g}")) for value in coding.positions[1:])]
    texts = list(coding.labels)
    if coding.levels is not None and coding.kind not in ("numeric", "date"):
        for text in sorted(coding.levels, reverse=True):
            texts[coding.levels[text]] = text
    return ["", *texts[1:]]


def _parts(codes: Codes) -> Iterator[Codes]:
    for start in range(0, len(codes), _LINES):
        yield codes[start : start + _LINES]
