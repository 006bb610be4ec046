"""Predictions that a person brings: which columns hold them, and how they are coded."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from audits.data import coding as codings
from audits.data.names import clean_name
from audits.data.tables import Coding, Engine
from audits.errors import ColumnError, ColumnNotFoundError, UsageError
from audits.settings import Settings

THRESHOLD = 0.5
"""The score from which the positive label is predicted, where no label is given."""
_EXACT = 60_000  # different numbers that are kept as they are


@dataclass(frozen=True)
class Given:
    """The columns of a table of predictions: the truth, and a label or a score, or both."""

    truth: str
    label: str | None
    score: str | None

    @property
    def said(self) -> tuple[str, ...]:
        """The columns that predict."""
        return tuple(name for name in (self.label, self.score) if name is not None)


def given_in(engine: Engine, *, y_true: str | None, y_pred: str | None, score: str | None) -> Given:
    """Find the columns: by the names given, else by y_true, y_pred and score.

    Raises
    ------
    UsageError
        If there is no truth, or no prediction; or one column is named twice.
    """
    there = [column.name for column in engine.columns]
    asked = {"y_true": y_true, "y_pred": y_pred, "score": score}
    named = {role: clean_name(name) for role, name in asked.items() if name is not None}
    for name in named.values():
        if name not in there:
            raise ColumnNotFoundError(name, engine.source.title, there)
    taken = set(named.values())
    if len(taken) < len(named) or ("y_true" in taken and "y_true" not in named):
        raise UsageError(
            f"one column of {engine.source.title} is named for two things. y_true, y_pred and "
            "score are three columns, or two of these."
        )
    for role in asked:  # a column of the usual name, unless it was named for something else
        if role not in named and role in there and role not in taken:
            named[role] = role
    if "y_true" not in named:
        raise ColumnNotFoundError("y_true", engine.source.title, there)
    truth, label, score = named["y_true"], named.get("y_pred"), named.get("score")
    found = Given(truth, label, score)
    if not found.said:
        raise UsageError(
            f"{engine.source.title} has neither a column y_pred nor a column score. Name the one "
            "that holds predictions: --y-pred COLUMN, or --score COLUMN."
        )
    return found


def label_coding(engine: Engine, name: str, truth: Coding, settings: Settings) -> Coding:
    """Code predicted labels like the true ones; labels that are never true come after these.

    Raises
    ------
    ColumnError
        If there are too many, or none.
    """
    found = engine.levels(name, settings.level_limit)
    if found is None:
        raise ColumnError(
            name,
            engine.source.title,
            f"holds more than {settings.level_limit:,} different labels.",
            f"If they are numbers, say so of both: --kind {truth.name}=numeric; if they are "
            "scores, name them as such: --score.",
        )
    known = truth.levels or {}
    levels = [level for level in found if level is not None]
    if not levels:
        raise ColumnError(name, engine.source.title, "holds no prediction.", "Fill it.")
    if truth.levels is None:
        raise ColumnError(name, engine.source.title, "cannot be matched.", "Check its kind.")
    new = sorted(level for level in levels if level not in known)
    codes = {**known, **{level: truth.size + i for i, level in enumerate(new)}}
    coded = replace(
        truth, name=name, column=name, labels=(*truth.labels, *new), levels=codes, positions=None
    )
    engine.encode(coded)
    engine.forget(name)
    return coded


def number_coding(engine: Engine, name: str, kind: str, *, again: bool = False) -> Coding:
    """Code numbers exactly, or where too many differ in the finest bins there are.

    A column that was coded before is coded `again`, under another name.

    Raises
    ------
    ColumnError
        If something is no number, or infinite.
    """
    family = "date" if kind == "date" else "number"
    found = engine.levels(name, _EXACT)
    spread = engine.spread(name, family)
    if spread.unreadable or spread.infinite:
        what = repr(spread.example) if spread.unreadable else "an infinite number"
        raise ColumnError(
            name,
            _where(engine, name, spread.example),
            f"holds {what}, which is no prediction of a {family}.",
            "Mend it, or name it as missing (--missing).",
        )
    if np.isnan(spread.low):
        raise ColumnError(name, engine.source.title, "holds no prediction.", "Fill it.")
    if found is not None:
        listed = codings.readable([level for level in found if level is not None], family)
        assert listed is not None
        coded = codings.by_numbers(name, kind, listed)
    else:
        low, high, both = spread.low, spread.high, (engine, engine)
        coded = codings.by_buckets(name, kind, both, low, high, _EXACT)
    if again:
        coded = replace(coded, name=f"{name} (fine)")
    engine.encode(coded)
    return coded


def score_codings(engine: Engine, name: str) -> tuple[Coding, Coding]:
    """Code scores twice: as numbers, and by whether they reach the threshold.

    Raises
    ------
    ColumnError
        If one is no number from 0 to 1.
    """
    coded = number_coding(engine, name, "numeric")
    spread = engine.spread(name, "number")
    for number in (spread.low, spread.high):
        if not 0 <= number <= 1:
            raise ColumnError(
                name,
                engine.source.title,
                f"holds {number:g}, and a score is a probability, from 0 to 1.",
                "Rescale it, or give the predicted labels instead (--y-pred).",
            )
    band = codings.by_edges(name, "numeric", [THRESHOLD])
    engine.encode(band)
    engine.forget(name)
    return coded, band


def numbers_of(coding: Coding, codes: NDArray[np.uint16]) -> NDArray[np.float64]:
    """Return the number each code stands for."""
    assert coding.positions is not None
    return np.asarray(coding.positions[codes])


def _where(engine: Engine, column: str, value: str | None) -> str:
    line = None if value is None else engine.line_of(column, value)
    return engine.source.title if line is None else f"{engine.source.title}, line {line}"
