"""Tables of fairness in a report: each tells how many people stand behind its numbers."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from audits.estimates import Estimate, number, percent
from audits.questions.fairness_rows import ChangeRow, FairnessRow, LabelRow, RateRow
from audits.reports.document_material import plain, ranged, shared, short, whole
from audits.reports.of_questions.fairness_cells import (
    change_of,
    counted_of,
    mean_of,
    signed_of,
    size_of,
    value_of,
)
from audits.reports.of_questions.fairness_further import FURTHER
from audits.reports.of_questions.presentation import GROUP, Lines, Shown
from audits.results import Answer

_TOLD = ("true positive rate", "false positive rate", "selection rate", "bias", "balanced accuracy")
_MOST = 40
_TOO_FEW = "too few tested"


def _served(side: str) -> Callable[[Any], str]:
    """How well a group is served; where nothing is known of it, why."""

    def said(row: Any) -> str:
        found: Estimate = getattr(row, side)
        return value_of(row, found) if found.known else _too_few(row)

    return said


def _too_few(row: Any) -> str:
    if row.tested < 0:
        return "–"
    return "nobody tested" if row.tested == 0 else "too few" if row.state == _TOO_FEW else "–"


def _trained_on(row: Any) -> str:
    """Real rows of a group behind a model; of one trained elsewhere none are known."""
    return whole(row.real) if row.by_real.known or row.real or row.synthetic else "–"


def _groups(answer: Answer) -> Sequence[Any]:
    """Groups; of those with too few tested people the count, and no rate."""
    fewest, unknown = answer.settings.fairness_fewest, Estimate.unknown()
    return [
        replace(
            row, by_real=unknown, by_synthetic=unknown, change=unknown, state=row.state or _TOO_FEW
        )
        if isinstance(row, FairnessRow) and 0 < row.tested < fewest
        else row
        for row in answer.rows
    ]


MAIN = Lines(
    "groups",
    "How many are served right (or, of numbers, the mean error) by a model trained on real rows "
    "and by one trained on synthetic rows; all tested people are real, and are the denominator",
    (
        GROUP,
        Shown("Tested", lambda row: whole(row.tested), hides=True),
        Shown("Positive", lambda row: whole(row.positives), hides=True),
        Shown("Real rows trained on", _trained_on, hides=True),
        Shown("Trained on real", _served("by_real"), hides=True),
        Shown("Trained on synthetic", _served("by_synthetic"), hides=True),
        Shown("Change", lambda row: change_of(row, row.change), hides=True),
        Shown("Remark", lambda row: row.state or "–", left=True),
    ),
    _groups,
    most=_MOST,
)  # fmt: skip


def _about(row: Any) -> str:
    return f"{row.metric}, {short(row.label, 24)}" if row.label else str(row.metric)


def _rates(answer: Answer) -> Sequence[Any]:
    """Metrics that changed most by training on synthetic rows, everyone's first."""
    fewest = answer.settings.fairness_fewest
    found: list[Any] = [
        replace(row, real=math.nan, synthetic=math.nan, change=Estimate.unknown())
        if 0 <= row.of < fewest
        else row
        for row in answer.tables.get("changes", ())
        if isinstance(row, ChangeRow) and row.metric in _TOLD
    ]
    return sorted(
        found,
        key=lambda row: (bool(row.group), size_of(row.change), row.group, row.metric, row.label),
    )


def _estimated(row: Any) -> str:
    """A change, or that too few people are behind it."""
    if row.change.known or not math.isnan(row.real):
        return change_of(row, row.change)
    return counted_of(row)


_CHANGES = Lines(
    "changes",
    "Group by metric: trained on real rows, on synthetic rows, and the change; people: how many "
    "stand in the denominator; everyone first, then the largest changes",
    (
        GROUP,
        Shown("Metric", _about, left=True),
        Shown("People", lambda row: whole(row.of)),
        Shown("Trained on real", lambda row: mean_of(row, row.real)),
        Shown("Trained on synthetic", lambda row: mean_of(row, row.synthetic)),
        Shown("Change", _estimated),
    ),
    _rates,
    most=30,
)


def _of_given(answer: Answer) -> Sequence[Any]:
    """Rates of a model trained elsewhere, furthest from everyone else first."""
    fewest, unknown = answer.settings.fairness_fewest, Estimate.unknown()
    found: list[Any] = [
        replace(row, value=unknown, apart=unknown) if 0 <= row.of < fewest else row
        for row in answer.tables.get("rates", ())
        if isinstance(row, RateRow) and row.model == "given" and row.metric in _TOLD
    ]
    return sorted(
        found,
        key=lambda row: (bool(row.group), size_of(row.apart), row.group, row.metric, row.label),
    )


def _valued(row: Any) -> str:
    """A rate, or that too few people are behind it."""
    return value_of(row, row.value) if row.value.known else counted_of(row)


_GIVEN = Lines(
    "rates",
    "Group by metric of the given predictions, beside everyone else; people: how many stand in "
    "the denominator",
    (
        GROUP,
        Shown("Metric", _about, left=True),
        Shown("People", lambda row: whole(row.of)),
        Shown(
            "Value", lambda row: value_of(row, row.value) if row.value.known else counted_of(row)
        ),
        Shown("Everyone else", lambda row: mean_of(row, row.rest.value)),
        Shown("Apart", lambda row: change_of(row, row.apart)),
    ),
    _of_given,
    most=30,
)


def _luck(row: Any) -> str:
    if math.isnan(row.expected):
        return "–"
    return f"{number(row.expected)}, up to {number(row.high)}" if row.form == "difference" else (
        f"{number(row.expected)}, down to {number(row.high)}"
    )  # fmt: skip


def _gaps(answer: Answer) -> Sequence[Any]:
    found: list[Any] = list(answer.tables.get("disparities", ()))
    return sorted(found, key=lambda row: (row.form, row.features, row.metric, row.model))


_TRAINED = {"real": "trained on real", "synthetic": "trained on synthetic", "given": "given"}


def _model(row: Any) -> str:
    return _TRAINED.get(row.model, str(row.model))


_DISPARITIES = Lines(
    "disparities",
    "The widest gaps between groups, beside what luck alone would show if all groups had one rate: "
    "the more groups and the fewer people, the wider",
    (
        Shown("Groups of", lambda row: short(row.features, 40), left=True, width=0.16),
        Shown("Model", _model, left=True),
        Shown("Metric", lambda row: f"{row.metric}, {row.form}", left=True),
        Shown("Groups", lambda row: f"{row.groups:,}"),
        Shown("Too small", lambda row: f"{row.left_out:,}"),
        Shown("Widest", lambda row: plain(row.value)),
        Shown("By luck", _luck),
        Shown("Luck shows as much", lambda row: "–" if math.isnan(row.p) else percent(row.p)),
    ),
    _gaps,
    most=40,
)


def _share(found: Estimate, row: Any) -> str:
    if not found.known:
        return "too few"
    return shared(found) if row.label else ranged(found)


def _points(found: Estimate, row: Any) -> str:
    if not found.known:
        return "–"
    if not row.label:
        return ranged(found)
    low, high = percent(found.low).removesuffix(" %"), percent(found.high)
    return f"{signed_of(percent(found.value))} ({low} to {high})"


def _moved(answer: Answer) -> Sequence[Any]:
    """Labels by the size of their move; of too few people the counts, and no share."""
    fewest, unknown = answer.settings.fairness_fewest, Estimate.unknown()
    found: list[Any] = [
        replace(row, real_share=unknown, synthetic_share=unknown, beyond=unknown)
        if min(row.real, row.synthetic) < fewest
        else row
        for row in answer.tables.get("labels", ())
        if isinstance(row, LabelRow)
    ]
    return sorted(
        found, key=lambda row: (bool(row.group), size_of(row.beyond), row.group, row.label)
    )


_LABELS = Lines(
    "labels",
    "How often groups have a label in either table (of a number, its mean), and the move beyond "
    "everyone else's; the largest moves first",
    (
        GROUP,
        Shown("Label", lambda row: short(row.label, 30) or "mean", left=True),
        Shown("Real people", lambda row: whole(row.real)),
        Shown("Synthetic rows", lambda row: whole(row.synthetic)),
        Shown("Real", lambda row: _share(row.real_share, row)),
        Shown("Synthetic", lambda row: _share(row.synthetic_share, row)),
        Shown("Move beyond others'", lambda row: _points(row.beyond, row)),
    ),
    _moved,
    most=30,
)


TABLES = (_CHANGES, _GIVEN, _DISPARITIES, _LABELS, *FURTHER)
