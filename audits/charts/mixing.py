"""Curves of mixing on a screen: a panel for every group, one beneath the other."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any

from audits.charts.looks import Theme, colours, note, sheet
from audits.charts.names import label, mark, shown
from audits.pictures.mixing import MOST, Curve, Curves, mixed
from audits.results import Answer, Group

if TYPE_CHECKING:
    import plotly.graph_objects as go

_PANEL, _AROUND = 132, 90
_BETWEEN = 0.32  # of a panel: room for the name of the group beneath it


def mixing_figure(
    answer: Answer,
    *,
    theme: Theme = "light",
    groups: Collection[Group | Mapping[str, str]] | None = None,
    most: int = MOST,
) -> go.Figure:
    """Return an answer about fairness as curves with bands, everyone first, then who loses most.

    What is drawn is what `audits.pictures.mixing` arranges: how well a group is served by models
    trained on real rows and more and more synthetic ones.
    """
    import plotly.graph_objects as go

    found = mixed(answer, groups, min(most, MOST))
    figure = go.Figure()
    count = max(len(found.curves), 1)
    title = f"{found.metric.capitalize()} by the share of synthetic rows in training"
    figure.update_layout(sheet(theme, title=title, height=_AROUND + _PANEL * count))
    high = 1 / (count + _BETWEEN * (count - 1))
    notes: list[dict[str, Any]] = []
    for place, curve in enumerate(found.curves):
        top = 1 - place * high * (1 + _BETWEEN)
        _add_axis(figure, found, place, (max(top - high, 0.0), top), theme)
        _add_curve(figure, found, curve, place, theme)
        notes.append(_name(curve, top, theme))
    if not found.curves:
        notes.append(note("no mixture to show", theme, x=0.5, y=0.5))
    figure.update_xaxes(
        range=[-0.04, 1.04], gridcolor=colours(theme)["grid"], zeroline=False, fixedrange=True,
        tickformat=".0%", title={"text": "share of synthetic rows", "font": {"size": 12}},
    )  # fmt: skip
    figure.update_layout(
        annotations=notes, showlegend=False, margin={"t": 64, "b": 44, "l": 8},
        xaxis={"anchor": f"y{count}" if count > 1 else "y"}, meta={"alt": found.alt},
    )  # fmt: skip
    return figure


def _axis(place: int) -> str:
    return f"y{place + 1}" if place else "y"


def _add_axis(
    figure: Any, found: Curves, place: int, domain: tuple[float, float], theme: Theme
) -> None:
    figure.update_layout({
        f"yaxis{place + 1 if place else ''}": {
            "domain": list(domain), "range": list(found.ends), "nticks": 4,
            "tickformat": "~g" if found.numeric else ".0%", "gridcolor": colours(theme)["grid"],
            "zeroline": False, "fixedrange": True, "automargin": True,
        }
    })  # fmt: skip


def _add_band(figure: Any, curve: Curve, axis: str, theme: Theme) -> None:
    """The interval, and how well real rows alone do, dashed."""
    import plotly.graph_objects as go

    known = curve.known
    edges = [(x, value) for x, value in known if math.isfinite(value.low + value.high)]
    if len(edges) > 1:
        figure.add_trace(
            go.Scatter(
                x=[x for x, _ in (*edges, *reversed(edges))],
                y=[*(v.high for _, v in edges), *(v.low for _, v in reversed(edges))],
                yaxis=axis, mode="lines", fill="toself", hoverinfo="skip", name="interval",
                line={"width": 0}, fillcolor=colours(theme)["synthetic tint"],
            )
        )  # fmt: skip
    if known:
        first = known[0][1].value
        figure.add_trace(
            go.Scatter(
                x=[0.0, 1.0], y=[first, first], yaxis=axis, mode="lines", hoverinfo="skip",
                name="real rows alone",
                line={"color": colours(theme)["real"], "dash": "dash", "width": 1.5},
            )
        )  # fmt: skip


def _add_curve(figure: Any, found: Curves, curve: Curve, place: int, theme: Theme) -> None:
    import plotly.graph_objects as go

    known, axis = curve.known, _axis(place)
    _add_band(figure, curve, axis, theme)
    figure.add_trace(
        go.Scatter(
            x=[x for x, _ in known],
            y=[value.value for _, value in known],
            yaxis=axis,
            mode="lines+markers",
            name="with synthetic rows",
            line={"color": colours(theme)["synthetic"], "width": 2.5},
            marker={"symbol": "circle", "size": 8},
            customdata=[mark(curve.group) for _ in known],
            hovertext=[
                f"{label(curve.group)}, {x:.0%} synthetic<br>{found.metric} "
                f"{found.written(value.value)} ({found.written(value.low)} to "
                f"{found.written(value.high)}), {curve.of:,} tested"
                for x, value in known
            ],
            hoverinfo="text",
        )
    )


def _name(curve: Curve, top: float, theme: Theme) -> dict[str, Any]:
    said = f"{curve.of:,} tested" if curve.known else f"too few tested ({curve.of:,})"
    return note(
        f"<b>{label(curve.group)}</b>  {shown(said)}", theme, name="name", x=0, y=top,
        xanchor="left", yanchor="bottom", yshift=2, align="left",
        font={"size": 13, "color": colours(theme)["ink"]},
    )  # fmt: skip
