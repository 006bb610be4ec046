"""Ranked dots with intervals: two lines per group, its name above its mark."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from audits.charts.looks import SYMBOLS, Theme, colours, names_above, note, sheet
from audits.charts.names import label, mark, plain, shown
from audits.estimates import Estimate
from audits.results import Group

if TYPE_CHECKING:
    import plotly.graph_objects as go

MOST = 60
_LINE, _AROUND = 42, 200
_ABOVE = 0.42  # of a line: where the name stands over the mark
_STEP, _STEPS = 15, 4  # lines of words over the limits
_ON_ONE_LINE = 50  # letters that fit beside each other on a phone


@dataclass(frozen=True)
class Look:
    """How a dot is drawn; `says` stands in the legend, so colour is not alone."""

    says: str
    role: str
    symbol: str = ""

    @property
    def shape(self) -> str:
        """Plotly's name of the shape."""
        return self.symbol or SYMBOLS[self.role]


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


@dataclass(frozen=True)
class View:
    """How a figure is wanted: in which colours, and with which group set off."""

    theme: Theme = "light"
    highlight: Group | None = None


def bounds(values: Sequence[float], *, log: bool) -> tuple[float, float]:
    """Return the range that holds every finite value, positive ones only on a logarithmic axis."""
    fit = [v for v in values if math.isfinite(v) and (v > 0 or not log)]
    low, high = (min(fit), max(fit)) if fit else (0.5 if log else 0.0, 1.0)
    if log:
        return low / 1.4, high * 1.4
    room = 0.06 * (high - low or 1.0)
    return low - room, high + room


def dot_figure(
    dots: Sequence[Dot],
    axis: Axis,
    limits: Sequence[Limit],
    *,
    title: str,
    total: int,
    view: View,
) -> go.Figure:
    """Draw the dots from the top down, in the order given; at most `MOST` of them.

    `total` is how many there were, for the note under a chart that leaves some out.
    """
    import plotly.graph_objects as go

    drawn = list(dots[:MOST])
    figure = go.Figure()
    there = [one for one in limits if axis.start <= one.at <= axis.end]
    words = [
        add_limit(figure, limit, axis, len(drawn), view=view, step=step)
        for step, limit in enumerate(sorted(there, key=lambda one: one.at))
    ]
    add_dots(figure, drawn, axis, view=view)
    _add_unknown(figure, drawn, axis, view)
    named = _lay_out(figure, drawn, axis, title, view)
    figure.update_layout(  # all at once: one by one, Plotly checks all of them again every time
        shapes=_set_off(drawn, view),
        annotations=[*named, *words, *beneath(len(drawn), total, view.theme)],
        margin={"t": 44 + _STEP * min(len(there), _STEPS), "b": 64 + _legend_room(figure)},
    )
    return figure


def add_dots(
    figure: Any,
    dots: Sequence[Dot],
    axis: Axis,
    *,
    view: View,
    xaxis: str = "x",
    shift: float = 0.0,
    dash: str = "solid",
) -> None:
    """Add the dots to one of a figure's axes, a trace per look, so that a legend can name it."""
    for look in dict.fromkeys(dot.look for dot in dots if dot.estimate.known):
        own = [(row + shift, d) for row, d in enumerate(dots) if d.look == look]
        known = [(row, dot) for row, dot in own if dot.estimate.known]
        _add_intervals(figure, known, axis, colours(view.theme)[look.role], xaxis, dash)
        _add_look(figure, look, known, axis, view, xaxis)


def _add_look(
    figure: Any, look: Look, own: Sequence[tuple[float, Dot]], axis: Axis, view: View, xaxis: str
) -> None:
    import plotly.graph_objects as go

    figure.add_trace(
        go.Scatter(
            x=[axis.held(d.estimate.value) for _, d in own],
            y=[row for row, _ in own],
            xaxis=xaxis,
            legendgroup=look.says,
            showlegend=look.says not in {trace.name for trace in figure.data},
            mode="markers",
            name=look.says,
            marker={"color": colours(view.theme)[look.role], "symbol": look.shape, "size": 12},
            cliponaxis=False,
            customdata=[mark(d.group) for _, d in own],
            hovertext=[f"{shown(plain(d.group))}<br>{shown(d.hover)}" for _, d in own],
            hoverinfo="text",
            unselected={"marker": {"opacity": 1}},
        )
    )


def _add_intervals(
    figure: Any,
    own: Sequence[tuple[float, Dot]],
    axis: Axis,
    colour: str,
    xaxis: str,
    dash: str,
) -> None:
    """Draw the intervals as lines; Plotly's own error bars cannot be dotted."""
    import plotly.graph_objects as go

    x: list[float | None] = []
    y: list[float | None] = []
    for row, dot in own:
        low, high = dot.estimate.low, dot.estimate.high
        if math.isnan(low + high) or low == high:
            continue
        x += [axis.held(low), axis.held(high), None]
        y += [row, row, None]
    if not x:
        return
    figure.add_trace(
        go.Scatter(
            x=x, y=y, xaxis=xaxis, mode="lines", name="interval", hoverinfo="skip",
            showlegend=False, line={"color": colour, "width": 2.5, "dash": dash},
        )
    )  # fmt: skip


def _add_unknown(figure: Any, dots: Sequence[Dot], axis: Axis, view: View) -> None:
    """Hatch the lines of groups of whom nothing can be said: a gap would look like a mistake."""
    import plotly.graph_objects as go

    own = [(row, dot) for row, dot in enumerate(dots) if not dot.estimate.known]
    if not own:
        return
    colour = colours(view.theme)
    figure.add_trace(
        go.Bar(
            base=[axis.start] * len(own),
            x=[axis.end - axis.start] * len(own),
            y=[row for row, _ in own],
            width=0.34,
            orientation="h",
            name=own[0][1].look.says,
            marker={
                "color": colour["not enough evidence tint"],
                "pattern": {"shape": "/", "fgcolor": colour["not enough evidence"], "size": 7},
                "line": {"width": 0},
            },
            customdata=[mark(dot.group) for _, dot in own],
            hovertext=[f"{shown(plain(d.group))}<br>{shown(d.beside)}" for _, d in own],
            hoverinfo="text",
            unselected={"marker": {"opacity": 1}},
        )
    )


def _set_off(dots: Sequence[Dot], view: View) -> list[dict[str, Any]]:
    """Return a band behind the group that is set off."""
    return [
        {
            "type": "rect", "xref": "paper", "x0": 0, "x1": 1, "y0": row - 0.68, "y1": row + 0.32,
            "fillcolor": colours(view.theme)["real tint"], "opacity": 0.55, "line": {"width": 0},
            "layer": "below",
        }
        for row, dot in enumerate(dots)
        if dot.group == view.highlight
    ]  # fmt: skip


def _legend_room(figure: Any) -> int:
    """Return the height of a legend on a phone, where every entry takes a line."""
    return 20 * len([trace for trace in figure.data if trace.showlegend is not False])


def add_limit(
    figure: Any, limit: Limit, axis: Axis, rows: int, *, view: View, xaxis: str = "x", step: int = 0
) -> dict[str, Any]:
    """Add a line to compare with and return the words above it, `step` lines up.

    The line is drawn beside every mark and left out where names stand, so that it crosses none.
    """
    import plotly.graph_objects as go

    colour = colours(view.theme)
    y: list[float | None] = []
    for row in range(rows):
        y += [row - 0.16, row + 0.3, None]
    figure.add_trace(
        go.Scatter(
            x=[limit.at, limit.at, None] * rows, y=y, xaxis=xaxis, mode="lines",
            name=shown(limit.says), meta="limit", hoverinfo="skip", showlegend=False,
            line={"color": colour["quiet"], "width": 1.2, "dash": limit.dash},
        )
    )  # fmt: skip
    return {
        "x": axis.place(limit.at),
        "xref": xaxis,
        "xanchor": _anchor(limit.at, axis),
        "y": 1,
        "yref": "paper",
        "yanchor": "bottom",
        "yshift": 2 + _STEP * (step % _STEPS),
        "text": shown(limit.says),
        "showarrow": False,
        "font": {"size": 12, "color": colour["quiet"]},
    }


def _anchor(at: float, axis: Axis) -> str:
    """Return which end of the words stands on the line, so that none leave the figure."""
    start, end = axis.place(axis.start), axis.place(axis.end)
    place = (axis.place(at) - start) / (end - start)
    return "left" if place < 0.15 else "right" if place > 0.85 else "center"


def _lay_out(
    figure: Any, dots: Sequence[Dot], axis: Axis, title: str, view: View
) -> list[dict[str, Any]]:
    """Lay out the figure and return the names over its marks."""
    colour = colours(view.theme)
    two_lines = any(len(plain(d.group)) + len(d.beside) > _ON_ONE_LINE for d in dots)
    height = _LINE + (16 if two_lines else 0)
    figure.update_layout(
        sheet(view.theme, title=title, height=_AROUND + height * max(len(dots), 2)),
    )
    figure.update_yaxes(
        showticklabels=False,
        tickmode="array",  # hair lines along which to look from a name to its mark
        tickvals=[row + 0.36 for row in range(len(dots) - 1)],
        range=[max(len(dots), 1) - 0.6, -0.8],
        gridcolor=colour["grid"],
        zeroline=False,
        fixedrange=True,
    )
    figure.update_xaxes(
        title={"text": axis.title, "font": {"size": 12}},
        type="log" if axis.log else "linear",
        range=[axis.place(axis.start), axis.place(axis.end)],
        tickformat=".0%" if axis.percent else None,
        nticks=6,
        minor={"showgrid": False},
        gridcolor=colour["grid"],
        zeroline=False,
        fixedrange=True,
    )
    if axis.log:
        figure.update_xaxes(**_ticks(axis))
    return names_above([_named(dot, two_lines=two_lines) for dot in dots], _ABOVE, view.theme)


def _ticks(axis: Axis) -> dict[str, Any]:
    """Return few round numbers: Plotly would write 2 and 5 without their power of ten."""
    first, last = math.floor(math.log10(axis.start)), math.ceil(math.log10(axis.end))
    steps = (1,) if last - first > 4 else (1, 3) if last - first > 2 else (1, 2, 5)
    places = [step * 10.0**power for power in range(first, last + 1) for step in steps]
    inside = [place for place in places if axis.start <= place <= axis.end]
    return {"tickvals": inside, "ticktext": [f"{place:,.4g}" for place in inside]}


def _named(dot: Dot, *, two_lines: bool) -> str:
    beside = shown(dot.beside)
    between = "<br>" if two_lines else "  "
    return f"<b>{label(dot.group)}</b>{between}{beside}" if beside else f"<b>{label(dot.group)}</b>"


def beneath(drawn: int, total: int, theme: Theme) -> list[dict[str, Any]]:
    """Return what is said where there is nothing to draw, or not all of it."""
    if not drawn:
        return [note("no group to show", theme, x=0.5, y=0.5)]
    if total == drawn:
        return []
    text = f"the worst {drawn} of {total:,} groups; the table has all"
    return [note(text, theme, x=0, y=0, xanchor="left", yanchor="top", yshift=-44)]
