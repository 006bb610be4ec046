"""The codebook: how every shared column is understood and coded, the same in both tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from audits.data import coding
from audits.data.kinds import COMPARED, KindRequest, kind_of_levels, kind_of_wide_text
from audits.data.tables import Coding, Engine, Spread
from audits.errors import ColumnError, ColumnNotFoundError, InputError
from audits.results import ColumnRecord
from audits.settings import Settings

_ABSURD = 1e150  # squares of larger numbers overflow
_ALMOST = (
    0.9  # a text column with more numbers than this, and some words, is a broken number column
)


@dataclass(frozen=True)
class Plan:
    """What a person said about the columns."""

    sensitive: tuple[str, ...]
    kinds: Mapping[str, KindRequest] = field(default_factory=dict)
    bands: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    features: tuple[str, ...] | None = None
    left_out: tuple[str, ...] = ()


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


@dataclass
class _Column:
    """One column of both tables while it is being understood."""

    name: str
    real: Engine
    synthetic: Engine
    titles: tuple[str, str]
    settings: Settings
    request: KindRequest | None
    family: str = "text"
    levels: tuple[Mapping[str | None, int], ...] | None = None
    also: tuple[Engine, ...] = ()

    @property
    def engines(self) -> tuple[Engine, Engine]:
        return self.real, self.synthetic

    @property
    def every_engine(self) -> tuple[Engine, ...]:
        """The two tables, and those that only follow their codebook."""
        return (*self.engines, *self.also)

    def known_levels(self) -> set[str]:
        assert self.levels is not None
        return {level for side in self.levels for level in side if level is not None}


def build(
    real: Engine,
    synthetic: Engine,
    plan: Plan,
    settings: Settings,
    titles: tuple[str, str],
    holdout: Engine | None = None,
) -> Codebook:
    """Understand and encode every shared column, one at a time, in order of name.

    A holdout is coded alike, but has no say in what a column is.

    Raises
    ------
    InputError
        If nothing is shared, or a column's values cannot be judged.
    """
    book = Codebook()
    there = {column.name for column in synthetic.columns}
    families = {column.name: column.family for column in real.columns}
    shared = sorted(set(families) & there)
    if not shared:
        raise InputError(
            f"{titles[0]} and {titles[1]} share no column: {_few(families)} against {_few(there)}. "
            "Rename the columns of one of them."
        )
    _say_missing(book, families, there)
    for name in shared:
        if name in plan.left_out:
            continue
        wanted = plan.features is None or name in plan.features or name in plan.sensitive
        if not wanted:
            continue
        column = _Column(
            name, real, synthetic, titles, settings, plan.kinds.get(name), families[name]
        )
        if holdout is not None and any(c.name == name for c in holdout.columns):
            column.also = (holdout,)
        _understand(column, book, plan)
        if holdout is not None and not column.also and name in book.codings:
            raise ColumnNotFoundError(name, "the holdout table", [c.name for c in holdout.columns])
        for engine in column.every_engine:
            engine.forget(name)
    return book


def _few(names: object) -> str:
    listed = sorted(names)  # type: ignore[call-overload]
    return ", ".join(listed[:8]) + (" …" if len(listed) > 8 else "")


def _say_missing(book: Codebook, here: Mapping[str, str], there: set[str]) -> None:
    for side, names in (("real", set(here) - there), ("synthetic", there - set(here))):
        for name in sorted(names):
            book.records.append(ColumnRecord(name, "", f"only in {side}", 0, 0, 0, ""))
        if names:
            book.notes.append(f"Only in the {side} table, so not compared: {_few(names)}.")


def _understand(column: _Column, book: Codebook, plan: Plan) -> None:
    kind, note = _kind(column)
    sensitive = column.name in plan.sensitive
    if sensitive and kind in ("identifier", "free_text"):
        raise ColumnError(
            column.name,
            column.titles[0],
            f"is {kind.replace('_', ' ')}, with nearly as many values as rows, "
            "so it forms no groups.",
            "Choose another sensitive feature.",
        )
    if kind not in COMPARED and not sensitive:
        book.records.append(_record(column, kind, "left out", 0, note))
        return
    if kind == "constant":
        _refuse_constant(column)
    made = _coding(column, kind)
    for engine in column.every_engine:
        engine.encode(made)
    book.codings[column.name] = made
    use = "compared"
    if sensitive:
        use = "sensitive"
        feature, said = _feature(column, made, plan)
        note = f"{note} {said}".strip()
        book.sensitive[column.name] = feature
        if feature is not made:
            for engine in column.every_engine:
                engine.encode(feature)
        if said:
            book.notes.append(f"{column.name}: {said}")
    book.records.append(_record(column, kind, use, made.size - 1, note))


def _refuse_constant(column: _Column) -> None:
    values = column.known_levels() if column.levels else set()
    what = f"holds one value ({values.pop()!r})" if values else "holds no value at all"
    raise ColumnError(
        column.name,
        column.titles[0],
        f"{what} in both tables, so it forms no groups.",
        "Choose another sensitive feature.",
    )


# -- kind ------------------------------------------------------------------------------------------


def _kind(column: _Column) -> tuple[str, str]:
    """Return the kind and a remark; fetch the levels where there are few enough."""
    _fetch_levels(column)
    request = column.request
    if request is not None:
        return request.kind, "as told"
    if column.levels is not None:
        known = sorted(column.known_levels())
        present = sum(n for level, n in column.levels[0].items() if level is not None)
        few = column.settings.categorical_up_to
        kind = kind_of_levels(known, family=column.family, rows=present, few=few)
        if kind == "categorical" and column.family == "text":
            _refuse_mixed(column, known)
        return kind, ""
    if column.family in ("number", "date"):
        return _kind_of_wide_numbers(column), ""
    return _kind_of_wide(column)


def _fetch_levels(column: _Column) -> None:
    settings, wanted = column.settings, column.request.kind if column.request else None
    sides = []
    for engine in column.every_engine:
        family = next(c.family for c in engine.columns if c.name == column.name)
        limit = settings.level_limit
        if family in ("number", "date") and wanted not in ("categorical", "ordinal", "boolean"):
            limit = settings.numeric_levels
        sides.append(engine.levels(column.name, limit))
    listed = [side for side in sides if side is not None]
    if len(listed) == len(sides):
        column.levels = tuple(listed)


def _kind_of_wide_numbers(column: _Column) -> str:
    if column.family == "date":
        return "date"
    spread = column.real.spread(column.name, "number")
    present = column.real.rows - spread.missing
    named = column.name.lower() in ("id", "index", "row", "unnamed: 0") or (
        column.name.lower().endswith(("_id", " id"))
    )
    span = spread.high - spread.low + 1
    if named and span >= present:
        present_levels = column.real.text_facts(column.name)[1]
        return "identifier" if present_levels == present else "numeric"
    if span == present and column.real.text_facts(column.name)[1] == present:
        return "identifier"
    return "numeric"


def _kind_of_wide(column: _Column) -> tuple[str, str]:
    spread = column.real.spread(column.name, "number")
    present, different, length = column.real.text_facts(column.name)
    if present and spread.unreadable == 0:
        return _kind_of_wide_numbers(column), ""
    if present and spread.unreadable <= (1 - _ALMOST) * present:
        _refuse_words(column, spread)
    dates = column.real.spread(column.name, "date")
    if present and dates.unreadable == 0:
        return "date", ""
    return kind_of_wide_text(different, present, length), f"{different:,} different values"


def _refuse_mixed(column: _Column, known: list[str]) -> None:
    """A long list of numbers with a few words is a number column with something wrong in it."""
    from audits.data.values import as_number

    words = [level for level in known if as_number(level) is None]
    numbers = len(known) - len(words)
    if numbers > 50 and 0 < len(words) <= max(1, (1 - _ALMOST) * len(known)):
        assert column.levels is not None
        unreadable = sum(side.get(word, 0) for side in column.levels for word in words)
        _refuse_words(column, Spread(0, 0, 0, 0, unreadable, words[0]))


def _refuse_words(column: _Column, spread: Spread) -> None:
    """A column that is nearly all numbers is not taken for text in silence."""
    word = str(spread.example)
    raise ColumnError(
        column.name,
        _where(column, word),
        f"{word!r} is not a number ({spread.unreadable} such values).",
        f"Mend it, name it as missing (--missing {word!r}), or say what the column is "
        f"(--kind {column.name}=categorical).",
    )


def _where(column: _Column, value: str) -> str:
    """Name the table and, for a text file, the line that holds a value."""
    for engine, title in zip(column.engines, column.titles, strict=True):
        source = getattr(engine, "source", None)
        line = source.find_line(column.name, value) if source is not None else None
        if line is not None:
            return f"{title}, line {line}"
    return column.titles[0]


# -- coding ----------------------------------------------------------------------------------------


def _coding(column: _Column, kind: str) -> Coding:
    if kind in ("numeric", "date"):
        return _number_coding(column, kind)
    if column.levels is None:
        raise ColumnError(
            column.name,
            column.titles[0],
            f"has more than {column.settings.level_limit:,} different values.",
            f"Group them, or raise the limit (--set level_limit=…), or --kind {column.name}="
            "identifier to leave it out.",
        )
    order = column.request.order if column.request else ()
    return coding.by_levels(column.name, kind, column.known_levels(), order)


def _number_coding(column: _Column, kind: str) -> Coding:
    family = "date" if kind == "date" else "number"
    if column.levels is not None:
        readable = coding.readable(column.known_levels(), kind)
        if readable is None:
            known = column.known_levels()
            word = min(v for v in known if coding.readable({v}, kind) is None)
            wrong = sum(side.get(word, 0) for side in column.levels)
            _refuse_words(column, Spread(0, 0, 0, 0, wrong, word))
            raise AssertionError
        _check_extremes(column, max(map(abs, readable.values()), default=0.0), np.inf)
        if len(readable) <= column.settings.numeric_levels:
            return coding.by_numbers(column.name, kind, readable)
    spreads = [engine.spread(column.name, family) for engine in column.every_engine]
    for spread in spreads:
        if spread.unreadable:
            _refuse_words(column, spread)
        if spread.infinite:
            _check_extremes(column, np.inf, np.inf)
    low = float(np.nanmin([spread.low for spread in spreads]))
    high = float(np.nanmax([spread.high for spread in spreads]))
    _check_extremes(column, max(abs(low), abs(high)), np.inf)
    return coding.by_buckets(
        column.name, kind, column.engines, low, high, column.settings.numeric_levels
    )


def _check_extremes(column: _Column, largest: float, _: float) -> None:
    if largest < _ABSURD:
        return
    shown = "infinite" if np.isinf(largest) else f"{largest:g}"
    raise ColumnError(
        column.name,
        _where(column, "inf") if np.isinf(largest) else column.titles[0],
        f"holds a number that is {shown}.",
        "Mend it, or name it as missing (--missing inf).",
    )


def _feature(column: _Column, made: Coding, plan: Plan) -> tuple[Coding, str]:
    """Return the coding that forms groups: the column's own, or bands of its numbers."""
    edges = plan.bands.get(column.name)
    if made.kind not in ("numeric", "date"):
        if edges:
            raise ColumnError(
                column.name, column.titles[0], "bands are for numbers.", "Drop --bands for it."
            )
        limit = column.settings.sensitive_level_limit
        if made.size - 1 > limit:
            raise ColumnError(
                column.name,
                column.titles[0],
                f"has {made.size - 1:,} levels; a sensitive feature may have {limit:,}.",
                "Group its levels first, or choose another.",
            )
        return made, ""
    family = "date" if made.kind == "date" else "number"
    said = ""
    if not edges:
        bands = column.settings.numeric_bands
        at = np.arange(1, bands) / bands
        cuts: NDArray[np.float64] = np.unique(column.real.quantiles(column.name, family, at))
        edges = tuple(float(cut) for cut in cuts)
        said = f"no bands were given, so {len(edges) + 1} were cut at quantiles of the real table."
    return coding.by_edges(column.name, made.kind, edges), said


def _record(column: _Column, kind: str, use: str, levels: int, note: str) -> ColumnRecord:
    missing = [0, 0]
    if column.levels is not None:
        missing = [side.get(None, 0) for side in column.levels[:2]]
        levels = levels or len(column.known_levels())
    elif kind in ("numeric", "date"):
        family = "date" if kind == "date" else "number"
        missing = [engine.spread(column.name, family).missing for engine in column.engines]
    else:
        missing = [e.rows - e.text_facts(column.name)[0] for e in column.engines]
    return ColumnRecord(column.name, kind, use, levels, missing[0], missing[1], note)
