"""How often each group has a label, in the real and in the synthetic table.

Labels were given by people, whose bias a generator may carry over, sharpen or soften. All rows of
both tables are counted; a row without a label is left out, and counted apart.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from audits.data.pair import Pair
from audits.data.tables import Coding, Counts
from audits.estimates import Estimate
from audits.formulas.differences import no_difference_p, square_and_add
from audits.formulas.means import means_of_counts
from audits.formulas.shares import wilson
from audits.questions.fairness_rows import LabelRow
from audits.questions.fairness_target import Target
from audits.results import Group

MOST_CLASSES = 20
"""Classes of a target that are told one by one; of more, the rarest are joined."""
OTHERS = "all other classes"

Triple = tuple[Any, Any, Any]


def label_rows(pair: Pair, target: Target) -> tuple[LabelRow, ...]:
    """Compare the labels of every group in both tables, and with everyone else's.

    Of two classes the positive one is told, since the other mirrors it.
    """
    coding = target.coding
    whole = pair.everyone(coding.name)
    numeric = target.kind == "numeric"
    measures = _means(coding, whole, pair) if numeric else _shares(target, whole, pair)
    if target.kind == "binary":
        measures = [one for one in measures if one.label == target.classes[target.positive]]
    rows: list[LabelRow] = []
    for groups in pair.runs(np.arange(len(pair.groups)), (coding.name,)):
        sides = pair.counts(coding.name, groups)
        held = [side[:, 1:].sum(axis=1) for side in sides] + [side[:, 0] for side in sides]
        found = [_Gaps.of(one, sides, whole) for one in measures]
        rows += [
            _row(pair.groups.names[group], one, [int(part[i]) for part in held], gaps, i)
            for i, group in enumerate(groups)
            for one, gaps in zip(measures, found, strict=True)
        ]
    return tuple(rows)


def course(row: LabelRow) -> str:
    """Say in a word what became of the gap between a group and everyone else.

    "sharpened", "softened" or "reversed" if it moved, "made" if it moved and the real table shows
    none, "carried" if the real table shows one and nothing shows that it moved, and "" if there is
    neither, or nothing to compare. Gaps are differences: one also closes where a label is lost.
    """
    if not row.beyond.known:
        return ""
    before, moved = _sign(row.real_apart), _sign(row.beyond)
    if not moved:
        return "carried" if before else ""
    if not before:
        return "made"
    if moved == before:
        return "sharpened"
    return "reversed" if _sign(row.synthetic_apart) == -before else "softened"


def _sign(found: Estimate) -> int:
    """1 or -1 where an interval lies on one side of 0, else 0."""
    return int(found.low > 0) - int(found.high < 0)


# -- one label, or the mean, in all groups ---------------------------------------------------------


@dataclass(frozen=True)
class _Label:
    """A label and the codes that count as it; or a mean, of the numbers that codes stand for."""

    label: str
    unit: float
    confidence: float
    codes: NDArray[np.bool_]
    positions: NDArray[np.float64] | None = None

    def of(self, counts: Counts) -> Triple:
        """Share or mean with its interval, of rows per group and code."""
        if self.positions is not None:
            found = means_of_counts(counts, self.positions, confidence=self.confidence)
            return found.value, found.low, found.high
        having, rows = counts[:, self.codes].sum(axis=1), counts[:, 1:].sum(axis=1)
        with np.errstate(divide="ignore", invalid="ignore"):
            return (having / rows, *wilson(having, rows, confidence=self.confidence))


@dataclass(frozen=True)
class _Gaps:
    """Of every group, in the order of a row: shares, their change, gaps and how far they moved."""

    parts: tuple[Triple, ...]
    p: Any

    @staticmethod
    def of(label: _Label, sides: tuple[Counts, Counts], whole: tuple[Counts, Counts]) -> _Gaps:
        """Compare groups (groups, codes) with everyone else."""
        real, synthetic = (label.of(side) for side in sides)
        others = (label.of(all_rows - side) for side, all_rows in zip(sides, whole, strict=True))
        real_others, synthetic_others = others
        change = square_and_add(synthetic, real)
        beyond = square_and_add(change, square_and_add(synthetic_others, real_others))
        apart = square_and_add(real, real_others), square_and_add(synthetic, synthetic_others)
        p = no_difference_p(beyond, confidence=label.confidence)
        return _Gaps((real, synthetic, change, *apart, beyond), p)

    def estimates(self, i: int) -> Iterator[Estimate]:
        """What is known of one group."""
        return (Estimate(*(float(side[i]) for side in part)) for part in self.parts)


def _shares(target: Target, whole: tuple[Counts, Counts], pair: Pair) -> list[_Label]:
    """Every class, the most frequent ones alone, the rarest of many joined."""
    classes = np.arange(len(target.classes))
    known = target.class_of >= 0
    share = np.zeros(len(classes))
    for side in whole:
        rows = np.bincount(target.class_of[known], weights=side[known], minlength=len(classes))
        share += rows / max(rows.sum(), 1.0)
    order = np.lexsort((classes, -share))
    alone = len(classes) if len(classes) <= MOST_CLASSES else MOST_CLASSES - 1
    each = [(target.classes[one], [one]) for one in np.sort(order[:alone])]
    if len(classes) > alone:
        each.append((OTHERS, order[alone:].tolist()))
    confidence = pair.settings.confidence
    return [_Label(name, 1.0, confidence, np.isin(target.class_of, ones)) for name, ones in each]


def _means(coding: Coding, whole: tuple[Counts, Counts], pair: Pair) -> list[_Label]:
    """The mean of a numeric target, measured by its standard deviation among real rows."""
    assert coding.positions is not None
    known = ~np.isnan(coding.positions)
    x, rows = coding.positions[known], whole[0][known]
    spread = np.sqrt(np.average((x - np.average(x, weights=rows)) ** 2, weights=rows))
    confidence = pair.settings.confidence
    return [_Label("", float(spread), confidence, np.asarray(known), coding.positions)]


def _row(group: Group, label: _Label, held: list[int], gaps: _Gaps, i: int) -> LabelRow:
    real, synthetic, change, real_apart, synthetic_apart, beyond = gaps.estimates(i)
    return LabelRow(
        group=group,
        label=label.label,
        unit=label.unit,
        real=held[0],
        synthetic=held[1],
        real_missing=held[2],
        synthetic_missing=held[3],
        real_share=real,
        synthetic_share=synthetic,
        change=change,
        real_apart=real_apart,
        synthetic_apart=synthetic_apart,
        beyond=beyond,
        p=float(gaps.p[i]),
    )
