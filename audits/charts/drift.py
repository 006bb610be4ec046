"""Drift: how well real and synthetic rows are told apart, and the column that moved most."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from audits.charts.dots import (
    MOST,
    Axis,
    Dot,
    Limit,
    Look,
    View,
    add_dots,
    add_limit,
    bounds,
    dot_figure,
)
from audits.charts.looks import colours
from audits.charts.names import plain
from audits.estimates import Estimate, number
from audits.results import Answer, Group
from audits.settings import Settings

if TYPE_CHECKING:
    import plotly.graph_objects as go


def draw(answer: Answer, view: View) -> go.Figure:
    """Draw the chance of telling rows apart and, in a second panel, the column that moved most."""
    settings = answer.settings
    worst = _worst_columns(answer)
    rows = _rows(answer, worst)
    limits = [
        Limit(0.5, "guessing", "solid"),
        Limit(settings.auc_watch, f"watch {number(settings.auc_watch)}", "dot"),
        Limit(settings.auc_problem, f"problem {number(settings.auc_problem)}"),
    ]
    values = [v for row in rows for v in (row.auc.value, row.auc.low, row.auc.high)]
    low, high = bounds([*values, *(limit.at for limit in limits)], log=False)
    axis = Axis("chance of telling<br>real from synthetic rows", max(low, 0.0), min(high, 1.02))
    dots = [
        Dot(
            row.group, row.auc, _look(row.auc, settings.auc_watch, settings.auc_problem),
            _beside(worst.get(row.group)), _hover(row),
        )
        for row in rows
    ]  # fmt: skip
    title = "Who no longer looks like themselves"
    figure = dot_figure(dots, axis, limits, title=title, total=len(rows), view=view)
    _add_columns(figure, rows[:MOST], worst, settings, view)
    return figure


def _add_columns(
    figure: Any, rows: list[Any], worst: dict[Group, Any], settings: Settings, view: View
) -> None:
    """Put the worst column of each group in a panel of its own, in units of its problem limit."""
    dots = [
        Dot(
            row.group, _in_limits(worst.get(row.group), settings),
            _column_look(worst.get(row.group), settings), "", _beside(worst.get(row.group)),
        )
        for row in rows
    ]  # fmt: skip
    values = [v for dot in dots for v in (dot.estimate.value, dot.estimate.high)]
    _, high = bounds([*values, 0.0, 1.0], log=False)
    high = min(high, 20.0)
    axis = Axis("worst column ÷<br>its problem limit", -0.03 * high, high)
    add_dots(figure, dots, axis, view=view, xaxis="x2")
    figure.update_layout(
        xaxis_domain=[0.0, 0.48],
        xaxis2={
            "domain": [0.52, 1.0],
            "anchor": "y",
            "title": {"text": axis.title, "font": {"size": 12}},
            "range": [axis.start, axis.end],
            "tick0": 0,
            "nticks": 5,
            "gridcolor": colours(view.theme)["grid"],
            "zeroline": False,
            "fixedrange": True,
        },
    )
    words = add_limit(figure, Limit(1.0, "problem"), axis, len(rows), view=view, xaxis="x2")
    figure.add_annotation(words)


def alt(answer: Answer) -> str:
    """Name the group whose rows are told apart best."""
    rows: list[Any] = list(answer.rows)
    known = sorted((row for row in rows if row.auc.known), key=lambda row: -row.auc.value)
    if not known:
        return "No group has rows enough to tell real from synthetic."
    limit = answer.settings.auc_watch
    apart = sum(row.auc.low > limit for row in known)
    return (
        f"Of {len(rows)} groups, {apart} are told apart with a chance above {number(limit)}, by "
        f"the whole interval; the most is {plain(known[0].group)} with {known[0].auc}."
    )


def _rows(answer: Answer, worst: dict[Group, Any]) -> list[Any]:
    """The groups that moved most, by rows or by a column, in units of the problem limits."""
    settings = answer.settings
    rows: list[Any] = list(answer.rows)

    def moved(row: Any) -> float:
        apart = (row.auc.value - 0.5) / max(settings.auc_problem - 0.5, 1e-9)
        column = _in_limits(worst.get(row.group), settings).value
        return max((v for v in (apart, column) if not math.isnan(v)), default=-math.inf)

    return sorted(rows, key=lambda row: (-moved(row), row.group))


def _worst_columns(answer: Answer) -> dict[Group, Any]:
    """The column that moved most, in units of its problem limit, of every group."""
    found: dict[Group, Any] = {}
    rows: tuple[Any, ...] = answer.tables.get("columns", ())
    known = [row for row in rows if row.shift.known]
    for row in sorted(known, key=lambda row: _in_limits(row, answer.settings).value):
        found[row.group] = row
    return found


def _limit(column: Any, settings: Settings, name: str) -> float:
    measure = "shift" if column.measure == "shift" else "drift"
    return float(getattr(settings, f"{measure}_{name}"))


def _in_limits(column: Any, settings: Settings) -> Estimate:
    if column is None:
        return Estimate.unknown()
    limit, shift = _limit(column, settings, "problem"), column.shift
    return Estimate(shift.value / limit, shift.low / limit, shift.high / limit)


def _column_look(column: Any, settings: Settings) -> Look:
    if column is None:
        return _look(Estimate.unknown(), math.nan, math.nan)
    limits = (_limit(column, settings, name) for name in ("watch", "problem"))
    return _look(column.shift, *limits)


def _look(value: Estimate, watch: float, problem: float) -> Look:
    if not value.known:
        return Look("too few rows", "not enough evidence")
    if value.low > problem:
        return Look("interval above the problem limit", "problem")
    if value.low > watch:
        return Look("interval above the watch limit", "watch")
    return Look("interval reaches below the limits", "ok")


def _beside(column: Any) -> str:
    if column is None:
        return "no column to compare"
    name = column.attribute if len(column.attribute) <= 20 else f"{column.attribute[:19]}…"
    unit = "SD" if column.measure == "shift" else "of people"
    return f"{name} {column.shift} {unit}"


def _hover(row: Any) -> str:
    return (
        f"told apart with a chance of {row.auc}; {row.real:,} real and {row.synthetic:,} synthetic "
        "rows"
    )
