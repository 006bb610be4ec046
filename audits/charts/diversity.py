"""Diversity: the share of variety that every group has lost, most first."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from audits.charts.dots import (
    Axis,
    Dot,
    Limit,
    Look,
    View,
    bounds,
    dot_figure,
)
from audits.charts.names import plain
from audits.estimates import Estimate, percent
from audits.results import Answer
from audits.settings import Settings

if TYPE_CHECKING:
    import plotly.graph_objects as go


def draw(answer: Answer, view: View) -> go.Figure:
    """Draw the homogenisation index of every group with its interval."""
    settings = answer.settings
    rows = _rows(answer)
    limits = [
        Limit(0.0, "unchanged", "solid"),
        Limit(settings.sameness_watch, f"watch {percent(settings.sameness_watch)}", "dot"),
        Limit(settings.sameness_problem, f"problem {percent(settings.sameness_problem)}"),
    ]
    values = [v for row in rows for v in (row.index.value, row.index.low, row.index.high)]
    low, high = bounds([*values, *(limit.at for limit in limits)], log=False)
    axis = Axis("share of variety lost (negative: gained)", max(low, -1.0), high, percent=True)
    dots = [
        Dot(row.group, row.index, _look(row.index, settings), _beside(row), _hover(row))
        for row in rows
    ]
    title = "Who has become more alike"
    return dot_figure(dots, axis, limits, title=title, total=len(rows), view=view)


def alt(answer: Answer) -> str:
    """Name the group that has lost most."""
    rows = _rows(answer)
    known = [row for row in rows if row.index.known]
    if not known:
        return "No group has a variety to compare."
    limit = answer.settings.sameness_watch
    lost = sum(row.index.low > limit for row in known)
    return (
        f"Of {len(rows)} groups, {lost} have lost more than {percent(limit)} of their variety, by "
        f"the whole interval; the most is {plain(known[0].group)} with {_lost(known[0].index)}."
    )


def _rows(answer: Answer) -> list[Any]:
    rows: list[Any] = list(answer.rows)
    return sorted(
        rows,
        key=lambda row: (math.inf if math.isnan(row.index.value) else -row.index.value, row.group),
    )


def _look(index: Estimate, settings: Settings) -> Look:
    if not index.known:
        return Look("too few rows", "not enough evidence")
    if index.low > settings.sameness_problem:
        return Look("interval above the problem limit", "problem")
    if index.low > settings.sameness_watch:
        return Look("interval above the watch limit", "watch")
    return Look("interval reaches below the limits", "ok")


def _lost(index: Estimate) -> str:
    return f"{percent(index.value)} ({percent(index.low)} to {percent(index.high)})"


def _beside(row: Any) -> str:
    said = f"{row.real:,} real, {row.synthetic:,} synthetic"
    return said if row.index.known else f"{said}: too few to say"


def _hover(row: Any) -> str:
    return f"variety lost {_lost(row.index)}, over {row.columns} columns; {_beside(row)}"
