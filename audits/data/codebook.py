"""The codebook: how every shared column is understood and coded, the same in both tables."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from audits.data import coding
from audits.data.column import (
    ABSURD,
    Column,
    refuse,
    refuse_extreme,
    refuse_words,
)
from audits.data.inference import infer
from audits.data.kinds import COMPARED, KindRequest
from audits.data.tables import Coding, Engine
from audits.data.values import number_in
from audits.errors import ColumnNotFoundError, InputError, UsageError
from audits.results import ColumnRecord
from audits.settings import Settings

_FAR = 1e15  # spreads of the middle nine tenths; farther off, the grid no longer tells them apart


@dataclass(frozen=True)
class Plan:
    """What a person said about the columns."""

    sensitive: tuple[str, ...]
    kinds: Mapping[str, KindRequest] = field(default_factory=dict)
    bands: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    features: tuple[str, ...] | None = None
    weights: str | None = None

    def wants(self, name: str) -> bool:
        """Whether a column takes part."""
        return self.features is None or name in self.features or name in self.sensitive


@dataclass
class Codebook:
    """Codings by name, bands of sensitive features, and what is said of every column."""

    codings: dict[str, Coding] = field(default_factory=dict)
    sensitive: dict[str, Coding] = field(default_factory=dict)
    records: list[ColumnRecord] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def attributes(self) -> tuple[str, ...]:
        """The columns compared inside groups, in order of name."""
        return tuple(sorted(self.codings))

    def leave_out(self, name: str, use: str, note: str = "") -> None:
        """List a column that nothing was read of."""
        self.records.append(ColumnRecord(name, "", use, 0, 0, 0, note))


def build(
    real: Engine,
    synthetic: Engine,
    plan: Plan,
    settings: Settings,
    titles: tuple[str, ...],
    holdout: Engine | None = None,
    told: Callable[[str, float], None] = lambda _stage, _share: None,
    further: Sequence[Engine] = (),
) -> Codebook:
    """Understand and encode every shared column, one at a time, in order of name.

    A holdout, and any `further` tables (whose titles follow those of the two), are coded alike,
    but have no say in what a column is.

    Raises
    ------
    InputError
        If nothing is shared, or a column's values cannot be judged.
    """
    book = Codebook()
    here, there = ([column.name for column in engine.columns] for engine in (real, synthetic))
    shared = shared_columns(here, there, titles)
    if plan.weights is not None:
        book.leave_out(plan.weights, "weights")
    say_one_sided(book, set(here) - {plan.weights}, set(there) - {plan.weights})
    held = [] if holdout is None else [column.name for column in holdout.columns]
    columns = []
    for name in shared:
        if plan.wants(name) and name != plan.weights:
            asked, banded = plan.kinds.get(name), name in plan.bands
            column = Column(name, (real, synthetic), titles, settings, asked, banded)
            also = (*further, *([] if holdout is None else [holdout]))
            column.also = tuple(table for table in also if table is not holdout or name in held)
            columns.append(column)
        elif name != plan.weights:
            book.leave_out(name, "left out", "not among the features asked for")
    tables = (real, synthetic, *further, holdout)
    _prepare(columns, [engine for engine in tables if engine is not None])
    for done, column in enumerate(columns):
        told("reading", done / len(columns))
        understand(column, book, plan)
        for engine in column.every_engine:
            engine.forget(column.name)
    if holdout is not None and (absent := sorted(set(book.codings) - set(held))):
        raise ColumnNotFoundError(absent[0], "the holdout table", held)
    return book


def shared_columns(here: Sequence[str], there: Sequence[str], titles: tuple[str, ...]) -> list[str]:
    """Return the names of the columns that both tables have, in order.

    Raises
    ------
    InputError
        If there is none.
    """
    shared = sorted(set(here) & set(there))
    if not shared:
        raise InputError(
            f"{titles[0]} and {titles[1]} share no column: {_few(here)} against {_few(there)}. "
            "Rename the columns of one of them."
        )
    return shared


def _prepare(columns: Sequence[Column], engines: Sequence[Engine]) -> None:
    """Tell each engine which values will be asked of it, so that it may read them at once."""
    for engine in engines:
        mine = [column for column in columns if engine in column.every_engine]
        engine.prepare({column.name: column.limit_of(engine) for column in mine})


def _few(names: Iterable[str]) -> str:
    listed = sorted(names)
    return ", ".join(listed[:8]) + (" …" if len(listed) > 8 else "")


def say_one_sided(book: Codebook, here: set[str], there: set[str]) -> None:
    """Put down in the book which columns only one table has."""
    for side, names in (("real", here - there), ("synthetic", there - here)):
        for name in sorted(names):
            book.leave_out(name, f"only in {side}")
        if names:
            book.notes.append(f"Only in the {side} table, so not compared: {_few(names)}.")


def understand(column: Column, book: Codebook, plan: Plan) -> None:
    """Decide what one column is, encode it in every table, and record it in the book.

    Raises
    ------
    InputError
        If its values cannot be judged.
    """
    column.fetch()
    sensitive = column.name in plan.sensitive
    if empty := column.empty_side():
        _leave_empty(column, book, empty, sensitive)
        return
    kind, note = infer(column)
    if kind not in COMPARED:
        if sensitive:
            _refuse_groups(column, kind, note)
        book.records.append(_record(column, kind, "left out", 0, note))
        return
    made = _coding(column, kind)
    book.codings[column.name] = made
    book.notes += _joined_note(column, made)
    feature, said = _feature(column, made, plan) if sensitive else (made, "")
    for engine in column.every_engine:
        engine.encode(made)
        if feature is not made:
            engine.encode(feature)
    if sensitive:
        book.sensitive[column.name] = feature
    if said:
        book.notes.append(f"{column.name}: {said}")
    use = "sensitive" if sensitive else "compared"
    record = _record(column, kind, use, made.size - 1, f"{note} {said}".strip())
    banded = sensitive and feature.edges is not None
    book.records.append(replace(record, bands=feature.labels[1:]) if banded else record)


def _joined_note(column: Column, made: Coding) -> list[str]:
    """Say which levels are not crossed with other columns one by one."""
    most = column.settings.pair_level_limit
    if made.kind in ("numeric", "date") or made.size <= most:
        return []
    return [
        f"{column.name}: of its {made.size - 1:,} levels, the {most - 2} most frequent are crossed "
        "with other columns; the others are crossed as one (pair_level_limit)."
    ]


def _leave_empty(column: Column, book: Codebook, side: str, sensitive: bool) -> None:
    """A column without a value on one side: nothing to compare, and nobody to group."""
    if sensitive:
        raise refuse(
            column,
            f"holds no value in {side}, so it forms no groups.",
            "Choose another sensitive feature.",
            title=column.titles[0] if side != column.titles[1] else column.titles[1],
        )
    said = f"no value in {side}"
    book.records.append(_record(column, "constant", "left out", 0, said))
    if side in column.titles:
        book.notes.append(f"{column.name}: {said}, so not compared.")


def _refuse_groups(column: Column, kind: str, note: str) -> None:
    """A sensitive feature must have a few values, each of several people."""
    if column.request is not None:
        raise UsageError(
            f"{column.name!r} is to be {kind.replace('_', ' ')} and a sensitive feature: that "
            "forms no groups. Drop its kind, or choose another sensitive feature."
        )
    if kind == "constant":
        value = next(iter(column.known_levels()))
        there = " in both tables" if len(column.every_engine) > 1 else ""
        reason = f"holds one value ({value[:80]!r}){there}, so it forms no groups."
    else:
        what = "an identifier" if kind == "identifier" else "free text"
        reason = f"is {what} ({note}), so it forms no groups."
    raise refuse(column, reason, "Choose another sensitive feature.")


# -- coding ----------------------------------------------------------------------------------------


def _coding(column: Column, kind: str) -> Coding:
    if kind in ("numeric", "date"):
        return _number_coding(column, kind)
    levels = column.coded_levels()
    if levels is None:
        raise refuse(
            column,
            f"has more than {column.settings.level_limit:,} different values.",
            f"Group them, or raise the limit (--set level_limit=…), or --kind {column.name}="
            "identifier to leave it out.",
            title=column.title_of(column.sides.index(None)),
        )
    order = column.request.order if column.request else ()
    return coding.by_levels(column.name, kind, levels, order)


def _number_coding(column: Column, kind: str) -> Coding:
    family = column.family_of(kind)
    levels = column.coded_levels()
    if levels is not None:
        numbers = coding.readable(levels, family)
        if numbers is None:
            refuse_words(column, min(v for v in levels if number_in(v, family) is None))
        for level, number in numbers.items():
            _check_size(column, number, text=level)
        if len(numbers) <= column.settings.numeric_levels:
            return coding.by_numbers(column.name, kind, numbers)
    low, high = _range(column, family)
    _check_distance(column, family, low, high)
    return coding.by_buckets(
        column.name, kind, column.engines, low, high, column.settings.numeric_levels
    )


def _range(column: Column, family: str) -> tuple[float, float]:
    """Return the extremes of every table, once all of it can be read."""
    spreads = [engine.spread(column.name, family) for engine in column.every_engine]
    for side, spread in enumerate(spreads):
        if spread.unreadable:
            refuse_words(column, str(spread.example), spread.unreadable, side)
        ends = [spread.low, spread.high]
        if spread.infinite:  # these leave infinity out; say of which sign it is
            ends = column.every_engine[side].quantiles(column.name, family, [0.0, 1.0]).tolist()
        for number in ends:
            _check_size(column, number, side)
    return (
        float(np.nanmin([spread.low for spread in spreads])),
        float(np.nanmax([spread.high for spread in spreads])),
    )


def _check_size(
    column: Column, number: float, side: int | None = None, text: str | None = None
) -> None:
    if abs(number) >= ABSURD:
        refuse_extreme(column, number, side, text)


def _check_distance(column: Column, family: str, low: float, high: float) -> None:
    """One number so far off that all others would look equal is a slip or a code for missing."""
    at = column.real.quantiles(column.name, family, [0.05, 0.5, 0.95])
    typical = float(at[2] - at[0])
    far = max((low, high), key=lambda number: abs(number - at[1]))
    if typical > 0 and abs(far - float(at[1])) > _FAR * typical:
        refuse_extreme(column, far)


def _feature(column: Column, made: Coding, plan: Plan) -> tuple[Coding, str]:
    """Return the coding that forms groups: the column's own, or bands of its numbers."""
    edges = plan.bands.get(column.name)
    if made.kind not in ("numeric", "date"):
        limit = column.settings.sensitive_level_limit
        if edges:
            raise refuse(column, "holds no numbers to be banded.", "Drop its bands.")
        if made.size - 1 > limit:
            raise refuse(
                column,
                f"has {made.size - 1:,} levels; a sensitive feature may have {limit:,}.",
                "Group its levels first, or choose another.",
            )
        return made, ""
    said = ""
    if not edges:
        family = "date" if made.kind == "date" else "number"
        bands = column.settings.numeric_bands
        at = [i / bands for i in range(1, bands)]
        cuts: NDArray[np.float64] = np.unique(column.real.quantiles(column.name, family, at))
        edges = tuple(float(cut) for cut in cuts)
        said = f"no bands were given, so {len(edges) + 1} were cut at quantiles of the real table."
    return coding.by_edges(column.name, made.kind, edges), said


def _record(column: Column, kind: str, use: str, levels: int, note: str) -> ColumnRecord:
    missing = []
    for engine, side in zip(column.engines, column.sides, strict=False):
        if side is not None:
            missing.append(side.get(None, 0))
        elif kind in ("numeric", "date"):
            missing.append(engine.spread(column.name, column.family_of(kind)).missing)
        else:
            missing.append(engine.rows - engine.text_facts(column.name).present)
    levels = levels or len(column.known_levels())
    return ColumnRecord(column.name, kind, use, levels, missing[0], missing[-1], note)
