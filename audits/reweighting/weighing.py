"""Weights: opened, raked to the reference, and put on record."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from audits.alone import Reading, alone
from audits.data.engines import is_spark
from audits.data.names import clean_name
from audits.data.pair import Pair
from audits.data.reference import CROSS, read_reference
from audits.data.weight_files import NO_ORDER, cell_of_rows, weights_as_bytes
from audits.errors import InputError, UsageError
from audits.formulas.effective_rows import kish_effective
from audits.formulas.raking import Raked, rake, rake_within
from audits.results import InputRecord, Row
from audits.reweighting import words
from audits.reweighting.rows import CellWeight, MarginRow
from audits.reweighting.targets import Target, check_reachable, targets_of
from audits.run import named, records_of
from audits.settings import Settings

if TYPE_CHECKING:
    import pandas as pd

_SWEEPS = 100
_TOLERANCE = 1e-8
_HOPELESS = 0.01  # distance from a target, after all sweeps, that no more sweeps would mend
Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Weighting:
    """One weight per row, in the order of the rows, and what became of every share.

    The mean weight is 1. `method` is post-stratified (one joint target, met at once) or raked
    (several margins, in turn). `effective` is the effective number of rows, `design_effect` rows
    per effective row, `spread` the largest weight over the median. `error` is the largest distance
    of a share from its target, relative to the target; `sweeps` counts the rounds. `warnings` say
    where the weights should not be trusted, `says` that they create no people.
    """

    inputs: tuple[InputRecord, ...]
    sensitive_features: tuple[str, ...]
    method: str
    synthetic: bool
    cap: float | None
    margins: tuple[MarginRow, ...]
    cells: tuple[CellWeight, ...]
    rows: int
    effective: float
    design_effect: float
    spread: float
    sweeps: int
    error: float
    warnings: tuple[str, ...]
    says: tuple[str, ...]
    notes: tuple[str, ...]
    settings: Settings
    weights: Floats

    def save(self, path: str | Path) -> Path:
        """Write row numbers (from 1) and weights as .csv or .parquet, whole or not at all.

        Raises
        ------
        UsageError
            If the name ends in neither.
        SourceError
            If the file cannot be written.
        """
        from audits.reports.json_report import write_whole

        return write_whole(path, weights_as_bytes(path, self.weights))

    def to_frame(self, table: str | None = None) -> pd.DataFrame:
        """One line per row of the table, in order: its number, from 1, and its weight.

        `table` names another: "margins", the share of every group before and after, or "cells",
        the weight of every combination of values.

        Raises
        ------
        KeyError
            If there is no such table; the message names those there are.

        Examples
        --------
        >>> import audits, pandas as pd
        >>> people = pd.DataFrame({"sex": ["f", "m", "m", "m"]})
        >>> made = audits.reweight(people, {"sex": {"f": 0.5, "m": 0.5}})
        >>> made.to_frame()["weight"].round(2).tolist()
        [2.0, 0.67, 0.67, 0.67]
        """
        import pandas as pd

        from audits.reports.frames import frame_of

        if table is None:
            numbers = np.arange(1, len(self.weights) + 1)
            return pd.DataFrame({"row": numbers, "weight": self.weights})
        tables: dict[str, Sequence[Row]] = {"margins": self.margins, "cells": self.cells}
        if table not in tables:
            raise KeyError(f"no table {table!r}; there are: {', '.join(tables)}")
        return frame_of(tables[table])

    def to_dict(self) -> dict[str, Any]:
        """Strict JSON types only; everything but the weights of single rows."""
        from audits.reports.weighting_report import weighting_to_dict

        return weighting_to_dict(self)

    def __repr__(self) -> str:
        return (
            f"<Weighting: {self.rows:,} rows {self.method}, worth {self.effective:,.0f}; "
            f"{len(self.warnings)} warnings>"
        )


def reweight(  # noqa: PLR0913, one parameter per thing a person may want to say
    table: Any,
    reference: Any,
    *,
    sensitive_features: str | Sequence[str] | None = None,
    use: str | None = None,
    trim: float | None = None,
    synthetic: bool = False,
    kinds: Mapping[str, Any] | None = None,
    bands: Mapping[str, Sequence[float]] | None = None,
    missing: Sequence[str] = (),
    settings: Settings | None = None,
    memory: str | int | None = None,
    threads: int | None = None,
    progress: Callable[[str, float], None] | None = None,
) -> Weighting:
    """Weigh the rows of a table so that its groups have the shares of a reference population.

    Rows whose value is missing keep, as a whole, the weight they have.

    Parameters
    ----------
    table : path, pandas or Polars frame, Arrow table, or DuckDB relation
        Real or synthetic rows.
    reference : path, frame or mapping
        Shares, as lines of column, group, share; joint ones as ``race×sex``.
    sensitive_features : str or sequence of str, optional
        Columns to weigh by; by default all that the reference names.
    use : "joint" or "margins", optional
        Only the joint shares of all these columns (post-stratification), or only the shares of
        single columns (raking). By default the joint shares of all columns where they are given,
        else whatever is given.
    trim : float, optional
        Largest weight allowed, as a multiple of the mean; the margins are then met less well.
    synthetic : bool
        The rows are synthetic: they are not called people.
    kinds, bands, missing, settings, memory, threads, progress
        As in :func:`audits.compare`.

    Returns
    -------
    Weighting
        With one weight per row, in the order of the rows.

    Raises
    ------
    UsageError
        If an argument makes no sense, or the reference has none of the columns.
    InputError
        If margins contradict each other, or a share is wanted of a group nobody belongs to.

    Examples
    --------
    >>> import audits, pandas as pd
    >>> real = pd.DataFrame({"race": ["Black"] * 30 + ["White"] * 970})
    >>> weighting = audits.reweight(real, {"race": {"Black": 0.13, "White": 0.87}})
    >>> print(round(weighting.effective), weighting.says[0])
    744 The 30 Black people now count for 13 % of the table and are still 30.
    """
    if use not in (None, "joint", "margins"):
        raise UsageError(f"use must be joint or margins, got {use!r}.")
    if trim is not None and not 1 < trim < float("inf"):
        raise UsageError(f"trim must be above 1, the mean weight, got {trim:g}.")
    if is_spark(table):
        raise UsageError(NO_ORDER)
    settings = settings or Settings()
    reading = Reading(
        sensitive_features=_columns(reference, sensitive_features),
        reference=reference,
        features=(),
        kinds=kinds,
        bands=bands,
        missing=missing,
        settings=settings,
        memory=memory,
        threads=threads,
        progress=progress,
    )
    with alone(table, reading, role="synthetic" if synthetic else "real") as pair:
        targets = targets_of(pair, use)
        once, found = _weighed(pair, targets, trim)
        made = _weighting(pair, targets, once, found)
        made = replace(
            made, inputs=_records(pair, synthetic), synthetic=synthetic, cap=trim,
            weights=_per_row(pair, found.mass),
        )  # fmt: skip
        made = replace(made, says=words.says(made))
        return replace(made, warnings=words.warnings(made, missing=_missing(pair, targets)))


def _columns(reference: Any, given: str | Sequence[str] | None) -> tuple[str, ...]:
    """Return the columns to weigh by: those named, else those of the reference."""
    if given:
        return named("sensitive_features", given)
    _, margins = read_reference(reference)
    parts = (part for column, _, _ in margins for part in column.split(CROSS))
    return tuple(dict.fromkeys(clean_name(part) for part in parts))


def _records(pair: Pair, synthetic: bool) -> tuple[InputRecord, ...]:
    return records_of({"synthetic" if synthetic else "real": pair.real}, pair.reference)


def _weighed(
    pair: Pair, targets: Sequence[Target], trim: float | None
) -> tuple[Floats | None, Raked]:
    """Return the mass of every cell: once trimmed (where it is), and in the end.

    Raises
    ------
    InputError
        If a target cannot be reached, or they cannot all be met at once.
    """
    rows = pair.cell_rows[0].astype(np.float64)
    check_reachable(pair, targets)
    margins = [(target.codes, target.shares) for target in targets]
    found = rake(rows, margins, tolerance=_TOLERANCE, sweeps=_SWEEPS)
    if found.error > _HOPELESS:
        raise InputError(words.cannot_be_met(targets, found))
    if trim is None:
        return None, found
    least = rows.sum() / rows[found.mass > 0].sum()
    if trim < least:
        raise UsageError(
            f"trim must be at least {least:.3g}: so much the rows with a weight come to on "
            "average, as the reference has nobody of the groups of all others."
        )
    return rake_within(rows, rows, margins, cap=trim)


def _weighting(
    pair: Pair, targets: Sequence[Target], once: Floats | None, found: Raked
) -> Weighting:
    rows = pair.cell_rows[0].astype(np.float64)
    total, per_row = rows.sum(), found.mass / rows
    effective = float(kish_effective(found.mass.sum(), (found.mass * per_row).sum()))
    order = np.argsort(per_row, kind="stable")
    middle = per_row[order][np.searchsorted(np.cumsum(rows[order]), total / 2)]
    return Weighting(
        inputs=(),
        sensitive_features=tuple(feature.column for feature in pair.features),
        method="post-stratified" if len(targets) == 1 else "raked",
        synthetic=False,
        cap=None,
        margins=tuple(row for target in targets for row in _margin_rows(target, rows, once, found)),
        cells=_cells(pair, per_row),
        rows=int(total),
        effective=effective,
        design_effect=float(total / effective),
        spread=float(per_row.max() / middle) if middle > 0 else float("inf"),
        sweeps=found.sweeps,
        error=found.error,
        warnings=(),
        says=(),
        notes=(*pair.real.source.notes, *pair.book.notes),
        settings=pair.settings,
        weights=np.zeros(0),
    )


def _margin_rows(
    target: Target, rows: Floats, once: Floats | None, found: Raked
) -> list[MarginRow]:
    def shares(mass: Floats) -> Floats:
        held = np.bincount(target.codes, weights=mass, minlength=len(target.shares))
        return np.asarray(held / mass.sum())

    before, after = shares(rows), shares(found.mass)
    trimmed = None if once is None else shares(once)
    counts = np.bincount(target.codes, weights=rows, minlength=len(target.shares))
    made = []
    for i, group in enumerate(target.groups):
        wanted = float(target.shares[i])
        off = abs(float(after[i]) - wanted)
        made.append(
            MarginRow(
                group=group,
                rows=int(counts[i]),
                before=float(before[i]),
                target=wanted,
                trimmed=None if trimmed is None else float(trimmed[i]),
                after=float(after[i]),
                error=off / wanted if wanted > 0 else off,
            )
        )
    return made


def _cells(pair: Pair, per_row: Floats) -> tuple[CellWeight, ...]:
    counts = pair.cell_rows[0]
    return tuple(
        CellWeight(
            tuple(
                sorted((f.column, f.labels[c]) for f, c in zip(pair.features, codes, strict=True))
            ),
            int(counts[i]),
            float(per_row[i]),
        )
        for i, codes in enumerate(pair.cells)
    )


def _per_row(pair: Pair, mass: Floats) -> Floats:
    weights = mass / pair.cell_rows[0]
    return np.asarray(weights[cell_of_rows(pair)])


def _missing(pair: Pair, targets: Sequence[Target]) -> int:
    """Count the rows that lack a value by which they would be weighed."""
    lacking = np.zeros(len(pair.cells), dtype=bool)
    for target in targets:
        lacking |= target.codes >= len(target.groups)
    return int(pair.cell_rows[0][lacking].sum())
