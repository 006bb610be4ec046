"""Ranked dots with intervals: one line per group, what it is compared with drawn as lines."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from audits.charts.names import label, plain, shown
from audits.estimates import Estimate
from audits.results import Group

if TYPE_CHECKING:
    import plotly.graph_objects as go

MOST = 60
REAL = "#0072B2"
PROBLEM_COLOUR, WATCH_COLOUR, WITHIN_COLOUR = "#761D0C", "#8E6801", "#0A71A0"
OVER_COLOUR, UNKNOWN_COLOUR = "#4C2099", "#595959"
_INK, _GRID = "#333333", "#DDDDDD"
_LINE, _AROUND = 24, 170


@dataclass(frozen=True)
class Look:
    """How a dot is drawn; `says` stands in the legend, so colour is not alone."""

    says: str
    colour: str
    symbol: str


@dataclass(frozen=True)
class Dot:
    """One group's value; an unknown value has no dot, and `beside` says why."""

    group: Group
    estimate: Estimate
    look: Look
    beside: str
    hover: str


@dataclass(frozen=True)
class Limit:
    """A vertical line to compare with."""

    at: float
    says: str
    dash: str = "dash"


@dataclass(frozen=True)
class Axis:
    """What the dots are measured in; `start` and `end` bound what is drawn, not what is true."""

    title: str
    start: float
    end: float
    log: bool = False
    percent: bool = False

    def held(self, value: float) -> float:
        """Return a value moved to the edge it lies beyond."""
        return min(max(value, self.start), self.end)

    def place(self, value: float) -> float:
        """Return where Plotly puts shapes and ranges: logarithms on a logarithmic axis."""
        return math.log10(value) if self.log else value


PROBLEM_COLOUR, WATCH_COLOUR, WITHIN_COLOUR, OVER_COLOUR = (
    "#761D0C", "#8E6801", "#0A71A0", "#4C2099",
)  # fmt: skip


def bounds(values: Sequence[float], *, log: bool) -> tuple[float, float]:
    """Return the range that holds every finite value, positive ones only on a logarithmic axis."""
    fit = [v for v in values if math.isfinite(v) and (v > 0 or not log)]
    low, high = (min(fit), max(fit)) if fit else (0.5 if log else 0.0, 1.0)
    if log:
        return low / 1.4, high * 1.4
    room = 0.06 * (high - low or 1.0)
    return low - room, high + room


def dot_figure(
    dots: Sequence[Dot], axis: Axis, limits: Sequence[Limit], *, title: str, total: int
) -> go.Figure:
    """Draw the dots from the top down, in the order given; at most `MOST` of them.

    `total` is how many there were, for the note under a chart that leaves some out.
    """
    import plotly.graph_objects as go

    drawn = list(dots[:MOST])
    figure = go.Figure()
    add_dots(figure, drawn, axis)
    lines = [
        line(limit, axis, step=step)
        for step, limit in enumerate(sorted(limits, key=lambda one: one.at))
        if axis.start <= limit.at <= axis.end
    ]
    notes = [_beside(row, shown(dot.beside)) for row, dot in enumerate(drawn)]
    _lay_out(figure, [dot.group for dot in drawn], axis, title)
    figure.update_layout(  # all at once: one by one, Plotly checks all of them again every time
        shapes=[shape for shape, _ in lines],
        annotations=[*(words for _, words in lines), *notes, *_beneath(len(drawn), total)],
    )
    return figure


def add_dots(figure: Any, dots: Sequence[Dot], axis: Axis, *, xaxis: str = "x") -> None:
    """Add the dots to one of a figure's axes, a trace per look, so that a legend can name it."""
    for look in dict.fromkeys(dot.look for dot in dots if dot.estimate.known):
        _add_look(figure, look, dots, axis, xaxis=xaxis)


def _add_look(figure: Any, look: Look, dots: Sequence[Dot], axis: Axis, *, xaxis: str) -> None:
    import plotly.graph_objects as go

    own = [(row, d) for row, d in enumerate(dots) if d.look == look and d.estimate.known]
    values = [axis.held(d.estimate.value) for _, d in own]
    low, high = ([axis.held(getattr(d.estimate, side)) for _, d in own] for side in ("low", "high"))
    figure.add_trace(
        go.Scatter(
            x=values,
            y=[row for row, _ in own],
            xaxis=xaxis,
            legendgroup=look.says,
            showlegend=look.says not in {trace.name for trace in figure.data},
            mode="markers",
            name=look.says,
            marker={"color": look.colour, "symbol": look.symbol, "size": 10},
            error_x={
                "type": "data",
                "symmetric": False,
                "array": [_length(v, h) for v, h in zip(values, high, strict=True)],
                "arrayminus": [_length(a, v) for a, v in zip(low, values, strict=True)],
                "color": look.colour,
                "thickness": 1.5,
                "width": 3,
            },
            hovertext=[f"{shown(plain(d.group))}<br>{shown(d.hover)}" for _, d in own],
            hoverinfo="text",
        )
    )


def _length(start: float, end: float) -> float:
    """Return the length of half an interval; nothing where a limit is unknown."""
    return 0.0 if math.isnan(end - start) else max(end - start, 0.0)


def line(
    limit: Limit, axis: Axis, *, xaxis: str = "x", step: int = 0
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return a line to compare with and the words above it, `step` lines up."""
    shape = {
        "type": "line",
        "x0": limit.at,
        "x1": limit.at,
        "xref": xaxis,
        "y0": 0,
        "y1": 1,
        "yref": "paper",
        "line": {"color": _INK, "width": 1, "dash": limit.dash},
    }
    words = {
        "x": axis.place(limit.at),
        "xref": xaxis,
        "y": 1,
        "yref": "paper",
        "yanchor": "bottom",
        "yshift": 2 + 14 * (step % 3),
        "text": shown(limit.says),
        "showarrow": False,
        "font": {"size": 11},
    }
    return shape, words


def _beside(row: int, text: str) -> dict[str, Any]:
    return {
        "x": 1.01,
        "xref": "paper",
        "xanchor": "left",
        "y": row,
        "text": text,
        "showarrow": False,
        "font": {"size": 11},
    }


def _lay_out(figure: Any, groups: Sequence[Group], axis: Axis, title: str) -> None:
    figure.update_layout(
        title={"text": shown(title), "x": 0.01},
        height=_AROUND + _LINE * max(len(groups), 3),
        margin={"t": 110, "r": 270, "b": 80},
        paper_bgcolor="#FFFFFF",
        plot_bgcolor="#FFFFFF",
        font={"color": _INK, "family": "system-ui, sans-serif", "size": 12},
        legend={"orientation": "h", "x": 0, "y": 0, "yref": "container", "yanchor": "bottom"},
        showlegend=True,
        hovermode="closest",
    )
    figure.update_yaxes(
        tickmode="array",
        tickvals=list(range(len(groups))),
        ticktext=[label(group) for group in groups],
        range=[max(len(groups), 1) - 0.5, -0.5],
        automargin=True,
        gridcolor="#F2F2F2",
        zeroline=False,
    )
    figure.update_xaxes(
        title={"text": shown(axis.title)},
        type="log" if axis.log else "linear",
        range=[axis.place(axis.start), axis.place(axis.end)],
        tickformat=".0%" if axis.percent else None,
        gridcolor=_GRID,
        zeroline=False,
    )


def _beneath(drawn: int, total: int) -> list[dict[str, Any]]:
    """Return what is said where there is nothing to draw, or not all of it."""
    note: dict[str, Any] = {"xref": "paper", "yref": "paper", "showarrow": False}
    if not drawn:
        return [note | {"x": 0.5, "y": 0.5, "text": "no group to show"}]
    if total == drawn:
        return []
    place = {"x": 0, "y": 0, "xanchor": "left", "yanchor": "top", "yshift": -38}
    return [note | place | {"text": f"the worst {drawn} of {total:,} groups; the table has all"}]
