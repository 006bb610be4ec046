"""Annotations: a long table, a line for each label that somebody gave to an item.

An item is about a person, whose sensitive features stand in every line, beside features of the
annotator. Lines are counted in no order: what is found does not depend on it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from audits.data import coding as codings
from audits.data.blocks import codes_in
from audits.data.groups import position_in
from audits.data.partitions import Held
from audits.data.reading import text_hashes
from audits.data.tables import Coding, Engine
from audits.data.values import number_in
from audits.errors import ColumnError, ColumnNotFoundError, InputError, UsageError

if TYPE_CHECKING:
    from audits.data.pair import Pair

MOST_GROUPS = 12
"""Values that a feature of annotators may have: each is compared with each."""
_NAMED = 3  # values that a note names


@dataclass(frozen=True)
class Annotations:
    """Labels given to items.

    `cell` says of each item in which of the pair's cells its person is, -1 for none. `item`,
    `label` and `annotators` (lines, features) are of the lines; code 0 of an annotator is missing.
    `values` are the numbers of labels, where the target is numeric. `notes` say what was left out.
    """

    cell: NDArray[np.int64]
    item: NDArray[np.int64]
    label: NDArray[np.int64]
    annotators: NDArray[np.int64]
    features: tuple[Coding, ...]
    labels: tuple[str, ...]
    values: NDArray[np.float64] | None
    notes: tuple[str, ...]


def read_annotations(
    engine: Engine, pair: Pair, *, item: str, features: Sequence[str], numeric: bool
) -> Annotations:
    """Read annotations of a pair's target.

    Raises
    ------
    UsageError
        If a column is not there, or is named twice.
    InputError
        If no item has two annotations, or the labels cannot be judged.
    """
    assert pair.task is not None
    target = pair.book.codings[pair.task.target]
    _check_columns(engine, pair, item, features)
    notes: list[str] = []
    subjects = [_known_or_new(engine, feature, pair, notes) for feature in pair.features]
    annotators = tuple(_of_annotators(engine, name) for name in features)
    label = _numbers(engine, target) if numeric else _classes(engine, target, pair, notes)
    lines = _lines(engine, item, [*subjects, *annotators, label])
    kept = (lines[:, 1] > 0) & (lines[:, -1] > 0)
    if left := int((~kept).sum()):
        notes.append(f"{left:,} annotations without an item or a label are left out.")
    return _settled(lines[kept], pair, annotators, label, notes, engine, numeric=numeric)


def _settled(
    lines: NDArray[np.int64],
    pair: Pair,
    annotators: tuple[Coding, ...],
    label: Coding,
    notes: list[str],
    engine: Engine,
    *,
    numeric: bool,
) -> Annotations:
    """Number the items, and place the person of each."""
    _, item = np.unique(lines[:, 0], return_inverse=True)
    each = np.bincount(item)
    if not (each >= 2).any():
        raise InputError(
            f"{engine.source.title}: no item has two annotations, so nobody can disagree. Give a "
            "line for each annotation, and name the column that tells items apart."
        )
    wide = len(pair.features)
    cell = _cells(lines[:, 2 : 2 + wide], item, pair, notes)
    for feature, codes in zip(annotators, lines[:, 2 + wide : -1].T, strict=True):
        if untold := int((codes == 0).sum()):
            notes.append(
                f"{untold:,} annotations do not tell the annotator's {feature.column}: they count "
                "among all annotators alone."
            )
    if single := int((each == 1).sum()):
        notes.append(
            f"{single:,} of {len(each):,} items have one annotation only: they say how often "
            "labels are given, not how often people disagree."
        )
    return Annotations(
        cell=cell,
        item=np.asarray(item, dtype=np.int64),
        label=lines[:, -1] - 1,
        annotators=lines[:, 2 + wide : -1],
        features=annotators,
        labels=label.labels[1:],
        values=label.positions[1:] if numeric and label.positions is not None else None,
        notes=tuple(notes),
    )


def _cells(
    subjects: NDArray[np.int64], item: NDArray[np.int64], pair: Pair, notes: list[str]
) -> NDArray[np.int64]:
    """Place each item among the pair's cells; nowhere if its lines tell of different people."""
    place = position_in(pair.cells, subjects)
    items = int(item.max()) + 1
    low = np.full(items, len(pair.cells), dtype=np.int64)
    high = np.full(items, -2, dtype=np.int64)
    np.minimum.at(low, item, place)
    np.maximum.at(high, item, place)
    apart = low != high
    if apart.any():
        notes.append(
            f"{int(apart.sum()):,} items tell of people of different groups in different lines: "
            "they count for everyone, and for no group."
        )
    return np.where(apart, -1, low)


# -- columns ---------------------------------------------------------------------------------------


def _check_columns(engine: Engine, pair: Pair, item: str, features: Sequence[str]) -> None:
    """Refuse columns that are not there, and one that would have to be two things."""
    assert pair.task is not None
    subjects = [feature.column for feature in pair.features]
    taken = {pair.task.target: "the target", **dict.fromkeys(subjects, "a sensitive feature")}
    for name in (item, *features):
        if name in taken:
            raise UsageError(
                f"{name!r} is {taken[name]} and cannot be {_use(name, item)} too. If annotators "
                "and the people they judge have columns of one name, rename the annotators'."
            )
        taken[name] = _use(name, item)
    there = [column.name for column in engine.columns]
    for name in (item, *features, *subjects, pair.task.target):
        if name not in there:
            raise ColumnNotFoundError(name, engine.source.title, there)


def _use(name: str, item: str) -> str:
    return "the item" if name == item else "a feature of annotators"


def _known_or_new(engine: Engine, feature: Coding, pair: Pair, notes: list[str]) -> Coding:
    """Code a sensitive feature as in the tables; values that neither has form no group."""
    if feature.levels is None:
        return feature
    found = engine.levels(feature.column, pair.settings.level_limit) or {}
    new = sorted(level for level in found if level is not None and level not in feature.levels)
    if new:
        rows = sum(found[level] for level in new)
        notes.append(
            f"{feature.column} {_few(new)} is in neither table: {rows:,} annotations count for "
            "everyone, and for no group."
        )
    return replace(feature, levels={**feature.levels, **dict.fromkeys(new, feature.size)})


def _of_annotators(engine: Engine, name: str) -> Coding:
    found = engine.levels(name, MOST_GROUPS)
    if found is None:
        raise UsageError(
            f"{engine.source.title}: {name!r} has more than {MOST_GROUPS} values, too many groups "
            "of annotators to compare. Band or join them."
        )
    return codings.by_levels(name, "categorical", [level for level in found if level is not None])


def _classes(engine: Engine, target: Coding, pair: Pair, notes: list[str]) -> Coding:
    """Code labels as in the tables; those that are no class of theirs are labels all the same."""
    found = engine.levels(target.column, pair.settings.level_limit)
    if found is None:
        raise ColumnError(
            target.column,
            engine.source.title,
            f"holds more than {pair.settings.level_limit:,} different labels.",
            "Name the column of the labels like the target.",
        )
    known = target.levels or {}
    new = sorted(level for level in found if level is not None and level not in known)
    if new:
        rows = sum(found[level] for level in new)
        notes.append(
            f"{rows:,} annotations give labels that no row of the tables has: {_few(new)}."
        )
    codes = {**known, **{level: target.size + i for i, level in enumerate(new)}}
    return replace(target, labels=(*target.labels, *new), levels=codes, positions=None)


def _numbers(engine: Engine, target: Coding) -> Coding:
    family = "date" if target.kind == "date" else "number"
    found = engine.levels(target.column, 65_000)
    listed = [level for level in found or {} if level is not None]
    numbers = codings.readable(listed, family)
    if found is None or numbers is None:
        words = [level for level in listed if number_in(level, family) is None]
        raise ColumnError(
            target.column,
            engine.source.title,
            f"holds {min(words)!r}, which is no number." if words else "holds too many numbers.",
            "The target is numeric: give numbers as labels." if words else "Round them.",
        )
    return codings.by_numbers(target.name, target.kind, numbers)


def _few(values: Sequence[str]) -> str:
    more = len(values) - _NAMED
    return ", ".join(map(repr, values[:_NAMED])) + (f" and {more:,} more" if more > 0 else "")


# -- lines -----------------------------------------------------------------------------------------


class _Lines:
    """Lines that are kept, all of them, as a tally."""

    def __init__(self) -> None:
        self.held: list[NDArray[np.int64]] = []

    @property
    def state(self) -> Any:
        """See :class:`audits.data.partitions.Tally`."""
        return self.held

    def join(self, state: Any) -> None:
        """See :class:`audits.data.partitions.Tally`."""
        self.held += state


def _lines(engine: Engine, item: str, coded: Sequence[Coding]) -> NDArray[np.int64]:
    """Each line's item as a hash, whether it has one, and its codes: (lines, 2 + columns)."""
    markers = engine.markers
    columns = sorted({item, *(coding.column for coding in coded)})

    def feed(tallies: Any, batch: Any, held: Mapping[str, Held]) -> None:
        texts = held[item].texts(batch, markers)
        there = texts.is_valid().to_numpy(zero_copy_only=False)
        found = np.zeros((batch.num_rows, 2 + len(coded)), dtype=np.int64)
        found[there, 0], found[:, 1] = text_hashes(texts).view(np.int64), there
        for i, coding in enumerate(coded, start=2):
            found[:, i] = codes_in(batch, held[coding.column], coding, markers)[0]
        tallies["lines"].held.append(found)

    held = engine.tally(columns, lambda: {"lines": _Lines()}, feed)["lines"].held
    return np.concatenate(held)
