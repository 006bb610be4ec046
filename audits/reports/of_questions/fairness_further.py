"""Further tables of fairness: mixtures, slices, mitigations, annotators, and the task."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from audits.estimates import Estimate, number, percent
from audits.questions.fairness_rows import TurningRow
from audits.reports.document_material import name_of, ranged, shared, short, whole
from audits.reports.of_questions.fairness_cells import (
    change_of,
    counted_of,
    mean_of,
    signed_of,
    size_of,
    value_of,
)
from audits.reports.of_questions.presentation import GROUP, Lines, Shown
from audits.results import Answer


def _pattern(row: Any) -> str:
    return name_of(row.pattern, 80)


def _far(found: Estimate, p: float) -> str:
    if not found.known:
        return "–"
    low, high = percent(found.low).removesuffix(" %"), percent(found.high)
    sure = "" if math.isnan(p) else f"; p {number(p)}"
    return f"{signed_of(percent(found.value))} ({low} to {high}{sure})"


_SLICES = Lines(
    "slices",
    "People alike in any columns, found by search, whom a model serves otherwise than all tested; "
    "p is adjusted for all that were searched",
    (
        Shown("People alike in", _pattern, left=True, width=0.26),
        Shown("Metric", lambda row: str(row.metric), left=True),
        Shown("Tested", lambda row: whole(row.support)),
        Shown("People", lambda row: whole(row.of)),
        Shown("Trained on real", lambda row: _far(row.real, row.real_p)),
        Shown("Trained on synthetic", lambda row: _far(row.synthetic, row.synthetic_p)),
        Shown("Change", lambda row: _far(row.change, row.change_p)),
    ),
    most=20,
)


def _mixture(times: float) -> str:
    """So many synthetic rows per real row."""
    if math.isnan(times):
        return "nowhere"
    return "synthetic rows alone" if math.isinf(times) else f"{times:g}"


def _worst(answer: Answer) -> Sequence[Any]:
    """The group served worst at every mixture, of each feature and metric."""
    found: list[Any] = list(answer.tables.get("worst", ()))
    return sorted(found, key=lambda row: (row.features, row.metric, row.times))


_WORST = Lines(
    "worst",
    "The group served worst at each mixture of real and synthetic rows, beside everyone and beside "
    "what the worst would be by luck if all groups had one rate",
    (
        Shown("Groups of", lambda row: short(row.features, 30), left=True, width=0.14),
        Shown("Metric", lambda row: str(row.metric), left=True),
        Shown("Synthetic per real row", lambda row: _mixture(row.times)),
        Shown("Groups", lambda row: f"{row.groups:,}"),
        Shown("Worst", lambda row: short(row.worst, 40), left=True),
        Shown("Its value", lambda row: value_of(row, row.value)),
        Shown("Everyone", lambda row: mean_of(row, row.overall)),
        Shown("Worst by luck", lambda row: mean_of(row, row.expected)),
        Shown("Luck shows as much", lambda row: "–" if math.isnan(row.p) else percent(row.p)),
    ),
    _worst,
    most=30,
)


def _turning(answer: Answer) -> Sequence[Any]:
    """Groups that turn earliest first; of too few people the counts, and no change."""
    fewest = answer.settings.fairness_fewest
    found: list[Any] = [
        replace(row, change=Estimate.unknown(), p=-1.0) if 0 <= row.of < fewest else row
        for row in answer.tables.get("turning", ())
        if isinstance(row, TurningRow)
    ]
    return sorted(
        found,
        key=lambda row: (
            math.inf if math.isnan(row.times) else row.times, size_of(row.change), row.group,
            row.metric,
        ),
    )  # fmt: skip


_TURNING = Lines(
    "turning",
    "From how many synthetic rows per real row on a group is surely served worse than without any",
    (
        GROUP,
        Shown("Metric", lambda row: str(row.metric), left=True),
        Shown("People", lambda row: whole(row.of)),
        Shown("Worse from", lambda row: _mixture(row.times)),
        Shown("Tried up to", lambda row: _mixture(row.most)),
        Shown(
            "Change there",
            lambda row: (
                change_of(row, row.change)
                if row.change.known
                else counted_of(row)
                if row.p < 0
                else "–"
            ),
        ),
    ),
    _turning,
    most=20,
)


def _apart(before: Estimate, after: Estimate) -> str:
    """How far a group is from everyone else, without the mitigation and with it."""
    if not (before.known and after.known):
        return "–"
    return " then ".join(signed_of(percent(one.value)) for one in (before, after))


_MITIGATIONS = Lines(
    "mitigations",
    "Mitigations of the model trained on synthetic rows: shown, not sold. None adds a person to a "
    "group; what one group gains, another may lose. Apart: from everyone else, before and after; "
    "rests on: its real rows behind the training",
    (
        GROUP,
        Shown("Method", lambda row: str(row.method), left=True),
        Shown("Metric", lambda row: str(row.metric), left=True),
        Shown("People", lambda row: whole(row.of)),
        Shown("Before", lambda row: value_of(row, row.before)),
        Shown("After", lambda row: value_of(row, row.after)),
        Shown("Apart", lambda row: _apart(row.apart_before, row.apart_after)),
        Shown("Rests on", lambda row: whole(row.rests_on)),
    ),
    most=40,
)
_ANNOTATORS = Lines(
    "annotators",
    "How often two annotators of one item disagree, by whom the item is about; kappa: agreement "
    "beyond chance",
    (
        GROUP,
        Shown("Annotators", lambda row: short(row.annotators, 40), left=True),
        Shown("Items", lambda row: whole(row.items)),
        Shown("Pairs", lambda row: whole(row.pairs)),
        Shown("Disagree", lambda row: shared(row.disagreement)),
        Shown("Kappa", lambda row: ranged(row.kappa)),
    ),
    most=30,
)
_TASK = Lines(
    "task",
    "What was predicted, by which model, and tested on whom",
    (
        Shown("Target", lambda row: short(row.target, 40), left=True),
        Shown("Kind", lambda row: str(row.kind), left=True),
        Shown("Positive", lambda row: short(row.positive, 30) or "–", left=True),
        Shown("Model", lambda row: short(row.learner, 60), left=True),
        Shown("Tested on", lambda row: str(row.tested_on), left=True),
        Shown("Tested", lambda row: whole(row.tested)),
        Shown("Real rows", lambda row: whole(row.trained_real) if row.trained_real else "–"),
        Shown("Synth. rows",
              lambda row: whole(row.trained_synthetic) if row.trained_synthetic else "–"),
        Shown("No label", lambda row: whole(row.unlabelled)),
        Shown("Trained", lambda row: f"{row.rounds:,}×" if row.trained_real else "–"),
    ),
)  # fmt: skip

FURTHER = (_WORST, _TURNING, _SLICES, _MITIGATIONS, _ANNOTATORS, _TASK)
