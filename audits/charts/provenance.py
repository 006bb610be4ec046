"""Provenance: on how many real people every synthetic group rests, fewest first."""

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
    bounds,
    dot_figure,
)
from audits.charts.looks import colours
from audits.charts.names import mark, plain, shown
from audits.estimates import Estimate, in_effect
from audits.results import Answer
from audits.settings import Settings

if TYPE_CHECKING:
    import plotly.graph_objects as go


def draw(answer: Answer, view: View) -> go.Figure:
    """Draw effective people beside real people, on a logarithmic axis."""
    settings = answer.settings
    rows = _rows(answer)
    limits = [
        Limit(settings.basis_problem, f"problem {settings.basis_problem}"),
        Limit(settings.support_problem, f"{settings.support_problem} people", "dash"),
        Limit(settings.support_watch, f"watch {settings.support_watch}", "dot"),
    ]
    values = [float(v) for row in rows for v in (row.basis, row.real, row.effective_people.low)]
    low, high = bounds([*values, *(limit.at for limit in limits)], log=True)
    axis = Axis("people (logarithmic)", max(low, 0.1), high, log=True)
    dots = [
        Dot(row.group, _basis(row), _look(row, settings), _beside(row), _hover(row)) for row in rows
    ]
    title = "On how many people each group rests"
    figure = dot_figure(dots, axis, limits, title=title, total=len(rows), view=view)
    _add_real(figure, rows[:MOST], axis, view)
    figure.update_layout(margin_b=figure.layout.margin.b + 20)  # one more line of the legend
    return figure


def alt(answer: Answer) -> str:
    """Name the group that rests on the fewest."""
    rows = _rows(answer)
    known = [row for row in rows if _basis(row).known]
    if not known:
        return "No group has synthetic rows that rest on anybody."
    limit = answer.settings.support_watch
    few = sum(row.basis < limit for row in known)
    first = known[0]
    return (
        f"Of {len(rows)} groups, {few} rest in effect on fewer than {limit} real people; the "
        f"fewest is {plain(first.group)}, where {first.synthetic:,} synthetic rows rest in effect "
        f"on {in_effect(first.basis)} of {first.real:,} real people."
    )


def _rows(answer: Answer) -> list[Any]:
    rows: list[Any] = list(answer.rows)
    return sorted(
        rows, key=lambda row: (math.inf if math.isnan(row.basis) else row.basis, row.group)
    )


def _basis(row: Any) -> Estimate:
    """The effective people; unknown where nothing can rest on anybody."""
    known = row.real > 0 and row.synthetic > 0
    return row.effective_people if known else Estimate.unknown()


def _look(row: Any, settings: Settings) -> Look:
    if not _basis(row).known:
        return Look("nothing to rest on", "not enough evidence")
    if row.basis < settings.basis_problem:
        return Look("in effect: below the problem limit", "problem")
    if row.basis < settings.support_watch:
        return Look("in effect: below the watch limit", "watch")
    return Look("in effect: above the limits", "ok")


def _add_real(figure: Any, rows: list[Any], axis: Axis, view: View) -> None:
    """Put the real people beside, joined to the effective ones by a line."""
    import plotly.graph_objects as go

    there = [(place, row) for place, row in enumerate(rows) if row.real > 0]
    joined = [(place, row) for place, row in there if _basis(row).known]
    figure.add_trace(
        go.Scatter(
            x=[part for _, row in joined for part in (axis.held(row.basis), row.real, None)],
            y=[part for place, _ in joined for part in (place, place, None)],
            mode="lines",
            line={"color": colours(view.theme)["quiet"], "width": 1, "dash": "dot"},
            hoverinfo="skip",
            showlegend=False,
        )
    )
    figure.add_trace(
        go.Scatter(
            x=[row.real for _, row in there],
            y=[place for place, _ in there],
            mode="markers",
            name="real people",
            marker={
                "color": colours(view.theme)["real"],
                "symbol": "line-ns-open",
                "size": 14,
                "line": {"width": 2.5},
            },
            customdata=[mark(row.group) for _, row in there],
            unselected={"marker": {"opacity": 1}},
            hovertext=[
                f"{shown(plain(row.group))}<br>{row.real:,} real people" for _, row in there
            ],
            hoverinfo="text",
        )
    )


def _beside(row: Any) -> str:
    if row.synthetic == 0:
        return f"no synthetic row of {row.real:,} people"
    if row.real == 0:
        return f"{row.synthetic:,} rows on nobody"
    return f"{row.synthetic:,} rows on {in_effect(row.basis)} of {row.real:,}"


def _hover(row: Any) -> str:
    said = f"{row.synthetic:,} synthetic rows rest in effect on {in_effect(row.basis)} people; "
    return f"{said}spread {row.kappa} times as widely as fresh people"
