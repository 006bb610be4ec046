"""How often annotators of one item disagree, by who is judged and who judges."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, pairwise

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from audits.data.annotations import Annotations, read_annotations
from audits.data.pair import Pair
from audits.data.tables import Engine
from audits.formulas.disagreement import (
    Counted,
    between,
    beyond_chance,
    disagreement,
    within,
)
from audits.questions.fairness_rows import AnnotatorRow
from audits.questions.fairness_target import target_of

ALL = "all"
"""The name of all annotators together."""


def take_annotations(pair: Pair, engine: Engine) -> None:
    """Read annotations of a pair's target, and note what is left out of them.

    Raises
    ------
    UsageError, InputError
        If the target, or the annotations, cannot be judged.
    """
    assert pair.task is not None
    assert pair.task.annotated is not None
    given = pair.task.annotated
    numeric = target_of(pair).kind == "numeric"
    pair.annotations = read_annotations(
        engine, pair, item=given.item, features=given.features, numeric=numeric
    )
    pair.book.notes += pair.annotations.notes


def annotator_rows(pair: Pair, given: Annotations) -> tuple[AnnotatorRow, ...]:
    """Measure disagreement for every group of people judged and every group of annotators.

    A pair of groups of annotators tells how often one of each disagrees. Everyone and every group
    has a row of all annotators; others only where there is a pair to compare.
    """
    items = _items_of_groups(pair, given)
    rows: list[AnnotatorRow] = []
    for name, first, second in _selections(given):
        for group, chosen in enumerate(items):
            row = _row(
                pair,
                group,
                name,
                first[chosen],
                None if second is None else second[chosen],
                given.values,
            )
            if name == ALL or row.items:
                rows.append(row)
    order = {name: i for i, name in enumerate(pair.groups.names)}
    return tuple(sorted(rows, key=lambda row: order[row.group]))


def _row(
    pair: Pair,
    group: int,
    annotators: str,
    first: Counted,
    second: Counted | None,
    values: NDArray[np.float64] | None,
) -> AnnotatorRow:
    confidence = pair.settings.confidence
    found = within(first) if second is None else between(first, second)
    return AnnotatorRow(
        group=pair.groups.names[group],
        annotators=annotators,
        items=int((found.pairs > 0).sum()),
        pairs=int(found.pairs.sum()),
        disagreement=disagreement(found.pairs, found.apart, confidence=confidence),
        kappa=beyond_chance(first, second, values=values, confidence=confidence),
    )


def _items_of_groups(pair: Pair, given: Annotations) -> list[NDArray[np.int64]]:
    """The items about each group's people; everyone's are all, also those of no cell."""
    belongs = pair.groups.belongs
    order = np.argsort(given.cell, kind="stable")
    ends = np.searchsorted(given.cell[order], np.arange(len(pair.cells) + 1))
    by_cell = [order[a:b] for a, b in pairwise(ends)]
    items = []
    for group, name in enumerate(pair.groups.names):
        cells = belongs.indices[belongs.indptr[group] : belongs.indptr[group + 1]]
        chosen = [by_cell[cell] for cell in cells] if name else [order]
        items.append(np.sort(np.concatenate([np.zeros(0, np.int64), *chosen])))
    return items


def _selections(given: Annotations) -> Iterator[tuple[str, Counted, Counted | None]]:
    """All annotators, each group of them, and each two groups by one feature."""
    yield ALL, _counts(given, np.ones(len(given.item), dtype=bool)), None
    for f, feature in enumerate(given.features):
        codes = given.annotators[:, f]
        groups = [
            (f"{feature.column} {feature.labels[code]}", _counts(given, codes == code))
            for code in range(1, feature.size)
        ]
        for name, counts in groups:
            yield name, counts, None
        for (name, counts), (other, theirs) in combinations(groups, 2):
            yield f"{name}, {other}", counts, theirs


def _counts(given: Annotations, lines: NDArray[np.bool_]) -> Counted:
    """Annotations per item and label of some lines."""
    item, label = given.item[lines], given.label[lines]
    ones = np.ones(len(item), dtype=np.float64)
    shape = (len(given.cell), len(given.labels))
    counted = sparse.csr_array((ones, (item, label)), shape=shape)
    counted.sum_duplicates()
    return counted
