"""Ranked dots with intervals: two lines per group, its name above its mark."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from audits.charts.axes import Axis, anchor, axis_of, axis_settings
from audits.charts.looks import SYMBOLS, Theme, colours, names_above, note, sheet
from audits.charts.names import label, mark, plain, shown
from audits.pictures.panels import Dot, Limit, Look, Panel, Ranking
from audits.results import Group

if TYPE_CHECKING:
    import plotly.graph_objects as go

MOST = 60
_LINE, _AROUND = 42, 200
_ABOVE = 0.42  # of a line: where the name stands over the mark
_STEP, _STEPS = 15, 4  # lines of words over the limits
_ON_ONE_LINE = 50  # letters that fit beside each other on a phone
_BETWEEN = 0.04  # of the width: from one panel to the next

Line = tuple[float, Group, Dot]
"""Where a dot stands, from the top down, whose it is, and the dot."""


@dataclass(frozen=True)
class Shape:
    """How dots are drawn; `says` stands in the legend, so colour is not alone."""

    says: str
    role: str
    symbol: str
    dash: str = "solid"


@dataclass(frozen=True)
class View:
    """How a figure is wanted: in which colours, and with which group set off."""

    theme: Theme = "light"
    highlight: Group | None = None


def dot_figure(found: Ranking, view: View) -> go.Figure:
    """Draw a ranking from the top down, its panels beside each other."""
    figure, axes = sheet_of(found, view)
    for axis in axes:
        lines = lines_of(found, axis.panel)
        add_dots(figure, lines, axis, view=view)
        _add_people(figure, lines, axis, view)
    return finished(figure, found, axes, view)


def lines_of(found: Ranking, panel: Panel, shift: float = 0.0) -> list[Line]:
    """Return where the dots of a panel stand."""
    return [
        (row + shift, group, dot)
        for row, (group, dot) in enumerate(zip(found.groups, panel.dots, strict=True))
    ]


def sheet_of(found: Ranking, view: View, axes: Sequence[Axis] = ()) -> tuple[Any, list[Axis]]:
    """Return a figure with the axes, limits and lines without a value, but no dots yet."""
    import plotly.graph_objects as go

    figure = go.Figure()
    axes = list(axes) or [
        axis_of(panel, f"x{place}" if place > 1 else "x")
        for place, panel in enumerate(found.panels, 1)
    ]
    for axis in axes:
        for limit in axis.limits:
            _add_limit(figure, limit, axis, len(found.groups), view)
    _add_unknown(figure, found, axes[0], view)
    return figure, axes


def finished(figure: Any, found: Ranking, axes: Sequence[Axis], view: View) -> go.Figure:
    """Lay out a figure in which everything has been drawn."""
    named = _lay_out(figure, found, axes, view)
    words = [one for axis in axes for one in _limit_words(axis, view.theme)]
    most = max(len(axis.limits) for axis in axes)
    figure.update_layout(  # all at once: one by one, Plotly checks all of them again every time
        shapes=[*_bands(axes, view), *_set_off(found, view)],
        annotations=[*named, *words, *_beneath(found, view.theme)],
        margin={"t": 44 + _STEP * min(most, _STEPS), "b": 64 + _legend_room(figure)},
        meta={"alt": found.alt},
    )
    return figure


def add_dots(
    figure: Any, lines: Sequence[Line], axis: Axis, *, view: View, shape: Shape | None = None
) -> None:
    """Add dots to an axis, a trace per look, so that a legend can name it; or all in one shape."""
    known = [line for line in lines if line[2].estimate.known]
    for look in dict.fromkeys(_shape(dot.look, shape) for _, _, dot in known):
        own = [line for line in known if _shape(line[2].look, shape) == look]
        _add_intervals(figure, own, axis, look, view)
        _add_look(figure, look, own, axis, view)


def _shape(look: Look, given: Shape | None) -> Shape:
    return given or Shape(look.says, look.mark, SYMBOLS[look.mark])


def _add_look(figure: Any, look: Shape, own: Sequence[Line], axis: Axis, view: View) -> None:
    import plotly.graph_objects as go

    figure.add_trace(
        go.Scatter(
            x=[axis.held(dot.estimate.value) for _, _, dot in own],
            y=[row for row, _, _ in own],
            xaxis=axis.name,
            legendgroup=look.says,
            showlegend=look.says not in {trace.name for trace in figure.data},
            mode="markers",
            name=look.says,
            marker={"color": colours(view.theme)[look.role], "symbol": look.symbol, "size": 12},
            cliponaxis=False,
            customdata=[mark(group) for _, group, _ in own],
            hovertext=[_hover(group, dot.tells) for _, group, dot in own],
            hoverinfo="text",
            unselected={"marker": {"opacity": 1}},
        )
    )


def _hover(group: Group, text: str) -> str:
    return f"{shown(plain(group))}<br>{shown(text)}"


def _add_intervals(figure: Any, own: Sequence[Line], axis: Axis, look: Shape, view: View) -> None:
    """Draw the intervals as lines; Plotly's own error bars cannot be dotted."""
    import plotly.graph_objects as go

    x: list[float | None] = []
    y: list[float | None] = []
    for row, _, dot in own:
        low, high = dot.estimate.low, dot.estimate.high
        if math.isnan(low + high) or low == high:
            continue
        x += [axis.held(low), axis.held(high), None]
        y += [row, row, None]
    if not x:
        return
    line = {"color": colours(view.theme)[look.role], "width": 2.5, "dash": look.dash}
    figure.add_trace(
        go.Scatter(
            x=x, y=y, xaxis=axis.name, mode="lines", name="interval", hoverinfo="skip",
            showlegend=False, line=line,
        )
    )  # fmt: skip


def _add_people(figure: Any, lines: Sequence[Line], axis: Axis, view: View) -> None:
    """Put the real people beside, joined to the effective ones by a line."""
    import plotly.graph_objects as go

    there = [line for line in lines if line[2].people > 0]
    if not there:
        return
    colour = colours(view.theme)
    x: list[float | None] = []
    y: list[float | None] = []
    for row, _, dot in there:
        if dot.estimate.known:
            x += [axis.held(dot.estimate.value), dot.people, None]
            y += [row, row, None]
    figure.add_trace(
        go.Scatter(
            x=x, y=y, mode="lines", hoverinfo="skip", showlegend=False,
            line={"color": colour["quiet"], "width": 1, "dash": "dot"},
        )
    )  # fmt: skip
    figure.add_trace(
        go.Scatter(
            x=[dot.people for _, _, dot in there],
            y=[row for row, _, _ in there],
            mode="markers",
            name="real people",
            marker={
                "color": colour["real"], "symbol": "line-ns-open", "size": 14,
                "line": {"width": 2.5},
            },
            customdata=[mark(group) for _, group, _ in there],
            unselected={"marker": {"opacity": 1}},
            hovertext=[_hover(group, f"{dot.people:,.0f} real people") for _, group, dot in there],
            hoverinfo="text",
        )
    )  # fmt: skip


def _add_unknown(figure: Any, found: Ranking, axis: Axis, view: View) -> None:
    """Hatch the lines of groups of whom nothing can be said: a gap would look like a mistake."""
    import plotly.graph_objects as go

    own = [line for line in lines_of(found, axis.panel) if not line[2].estimate.known]
    if not own:
        return
    colour = colours(view.theme)
    figure.add_trace(
        go.Bar(
            base=[axis.start] * len(own),
            x=[axis.end - axis.start] * len(own),
            y=[row for row, _, _ in own],
            width=0.34,
            orientation="h",
            name=own[0][2].look.says,
            marker={
                "color": colour["not enough evidence tint"],
                "pattern": {"shape": "/", "fgcolor": colour["not enough evidence"], "size": 7},
                "line": {"width": 0},
            },
            customdata=[mark(group) for _, group, _ in own],
            hovertext=[_hover(group, found.beside[int(row)]) for row, group, _ in own],
            hoverinfo="text",
            unselected={"marker": {"opacity": 1}},
        )
    )


def _bands(axes: Sequence[Axis], view: View) -> list[dict[str, Any]]:
    """Return the shaded parts of the axes in which nothing is wrong."""
    found = []
    for axis in axes:
        low, high = (axis.held(end) for end in axis.panel.band)
        if high > low:
            found.append({
                "type": "rect", "xref": axis.name, "x0": low, "x1": high, "y0": 0, "y1": 1,
                "yref": "paper", "layer": "below", "fillcolor": colours(view.theme)["band"],
                "line": {"width": 0}, "name": "band",
            })  # fmt: skip
    return found


def _set_off(found: Ranking, view: View) -> list[dict[str, Any]]:
    """Return a band behind the group that is set off."""
    return [
        {
            "type": "rect", "xref": "paper", "x0": 0, "x1": 1, "y0": row - 0.68, "y1": row + 0.32,
            "fillcolor": colours(view.theme)["real tint"], "opacity": 0.55, "line": {"width": 0},
            "layer": "below", "name": "set off",
        }
        for row, group in enumerate(found.groups)
        if group == view.highlight
    ]  # fmt: skip


def _legend_room(figure: Any) -> int:
    """Return the height of a legend on a phone, where every entry takes a line."""
    return 20 * len([trace for trace in figure.data if trace.showlegend is not False])


def _add_limit(figure: Any, limit: Limit, axis: Axis, rows: int, view: View) -> None:
    """Add a line to compare with beside every mark; where names stand it is left out."""
    import plotly.graph_objects as go

    y: list[float | None] = []
    for row in range(rows):
        y += [row - 0.16, row + 0.3, None]
    figure.add_trace(
        go.Scatter(
            x=[limit.at, limit.at, None] * rows, y=y, xaxis=axis.name, mode="lines",
            name=shown(limit.says), meta="limit", hoverinfo="skip", showlegend=False,
            line={"color": colours(view.theme)["quiet"], "width": 1.2, "dash": limit.line},
        )
    )  # fmt: skip


def _limit_words(axis: Axis, theme: Theme) -> list[dict[str, Any]]:
    """Return what stands above the limits, each on a line of its own."""
    return [
        note(
            shown(limit.says), theme, x=axis.place(limit.at), xref=axis.name,
            xanchor=anchor(limit.at, axis), y=1, yanchor="bottom",
            yshift=2 + _STEP * (step % _STEPS),
        )
        for step, limit in enumerate(axis.limits)
    ]  # fmt: skip


def _lay_out(figure: Any, found: Ranking, axes: Sequence[Axis], view: View) -> list[dict[str, Any]]:
    """Lay out the figure and return the names over its marks."""
    named = list(zip(found.groups, found.beside, strict=True))
    two_lines = any(len(plain(group)) + len(beside) > _ON_ONE_LINE for group, beside in named)
    height, rows = _LINE + (16 if two_lines else 0), len(named)
    figure.update_layout(
        sheet(view.theme, title=found.title, height=_AROUND + height * max(rows, 2)),
    )
    figure.update_yaxes(
        showticklabels=False,
        tickmode="array",  # hair lines along which to look from a name to its mark
        tickvals=[row + 0.36 for row in range(rows - 1)],
        range=[max(rows, 1) - 0.6, -0.8],
        gridcolor=colours(view.theme)["grid"],
        zeroline=False,
        fixedrange=True,
    )
    wide = (1 - _BETWEEN * (len(axes) - 1)) / len(axes)
    for place, axis in enumerate(axes):
        left = place * (wide + _BETWEEN)
        settings = axis_settings(axis, view.theme, narrow=len(axes) > 1)
        figure.update_layout({f"xaxis{axis.name[1:]}": settings | {"domain": [left, left + wide]}})
    texts = [_named(group, beside, two_lines=two_lines) for group, beside in named]
    return names_above(texts, _ABOVE, view.theme)


def _named(group: Group, beside: str, *, two_lines: bool) -> str:
    between = "<br>" if two_lines else "  "
    name = f"<b>{label(group)}</b>"
    return f"{name}{between}{shown(beside)}" if beside else name


def _beneath(found: Ranking, theme: Theme) -> list[dict[str, Any]]:
    """Return what is said where there is nothing to draw, or not all of it."""
    drawn = len(found.groups)
    if not drawn:
        return [note("no group to show", theme, x=0.5, y=0.5)]
    if not found.left_out:
        return []
    text = f"the worst {drawn} of {drawn + found.left_out:,} groups; the table has all"
    return [note(text, theme, x=0, y=0, xanchor="left", yanchor="top", yshift=-44)]
