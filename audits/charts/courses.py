"""Lines over generations on a screen: a panel for every group, one beneath the other."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any

from audits.charts.looks import SYMBOLS, Theme, colours, note, sheet
from audits.charts.names import label, mark, shown
from audits.estimates import percent
from audits.pictures.courses import MOST, Course, Courses, followed
from audits.results import Answer, Group

if TYPE_CHECKING:
    import plotly.graph_objects as go

_PANEL, _AROUND = 132, 90
_BETWEEN = 0.32  # of a panel: room for the name of the group beneath it


def courses_figure(
    answer: Answer,
    *,
    theme: Theme = "light",
    groups: Collection[Group | Mapping[str, str]] | None = None,
    most: int = 12,
) -> go.Figure:
    """Return an answer about generations as lines with bands, the groups in most danger on top.

    What is drawn is what `audits.pictures.courses` arranges: the variety that a group has kept, as
    a share of that in generation 0.
    """
    import plotly.graph_objects as go

    found = followed(answer, groups, min(most, MOST))
    figure = go.Figure()
    count = max(len(found.courses), 1)
    figure.update_layout(sheet(theme, title=found.title, height=_AROUND + _PANEL * count))
    high = 1 / (count + _BETWEEN * (count - 1))
    notes: list[dict[str, Any]] = []
    for place, course in enumerate(found.courses):
        top = 1 - place * high * (1 + _BETWEEN)
        _add_axis(figure, found, place, (max(top - high, 0.0), top), theme)
        _add_band(figure, course, place, theme)
        _add_line(figure, found, course, place, theme)
        notes.append(_name(course, top, theme))
    if not found.courses:
        notes.append(note("no group to show", theme, x=0.5, y=0.5))
    figure.update_xaxes(
        range=_range(found), gridcolor=colours(theme)["grid"], zeroline=False, fixedrange=True,
        tickformat="~g", title={"text": "generation", "font": {"size": 12}},
    )  # fmt: skip
    figure.update_layout(
        annotations=notes, showlegend=False, margin={"t": 64, "b": 44, "l": 8},
        xaxis={"anchor": f"y{count}" if count > 1 else "y"}, meta={"alt": found.alt},
    )  # fmt: skip
    return figure


def _axis(place: int) -> str:
    return f"y{place + 1}" if place else "y"


def _range(found: Courses) -> list[float]:
    first, last = min(found.generations, default=0.0), max(found.generations, default=1.0)
    air = 0.04 * max(last - first, 1.0)
    return [first - air, last + air]


def _add_axis(
    figure: Any, found: Courses, place: int, domain: tuple[float, float], theme: Theme
) -> None:
    figure.update_layout({
        f"yaxis{place + 1 if place else ''}": {
            "domain": list(domain), "range": [0, found.top], "tickformat": ".0%",
            "tickvals": [0, 0.5, 1], "gridcolor": colours(theme)["grid"], "zeroline": False,
            "fixedrange": True, "automargin": True,
        }
    })  # fmt: skip


def _add_band(figure: Any, course: Course, place: int, theme: Theme) -> None:
    import plotly.graph_objects as go

    edges = [point for point in course.points if math.isfinite(point.low + point.high)]
    if len(edges) < 2:
        return
    figure.add_trace(
        go.Scatter(
            x=[p.generation for p in (*edges, *reversed(edges))],
            y=[*(p.high for p in edges), *(p.low for p in reversed(edges))],
            yaxis=_axis(place), mode="lines", fill="toself", hoverinfo="skip", name="interval",
            line={"width": 0}, fillcolor=colours(theme)[f"{course.look.mark} tint"],
        )
    )  # fmt: skip


def _add_line(figure: Any, found: Courses, course: Course, place: int, theme: Theme) -> None:
    import plotly.graph_objects as go

    known = [
        (point, name)
        for point, name in zip(course.points, found.names, strict=False)
        if not math.isnan(point.kept)
    ]
    figure.add_trace(
        go.Scatter(
            x=[point.generation for point, _ in known],
            y=[point.kept for point, _ in known],
            yaxis=_axis(place),
            mode="lines+markers",
            name=course.look.says,
            line={"color": colours(theme)[course.look.mark], "width": 2.5},
            marker={"symbol": SYMBOLS[course.look.mark], "size": 8},
            customdata=[mark(course.group) for _ in known],
            hovertext=[
                f"{label(course.group)}, generation {point.generation:g} ({shown(name)})<br>"
                f"{percent(point.kept)} kept ({percent(point.low)} to {percent(point.high)})"
                for point, name in known
            ],
            hoverinfo="text",
        )
    )


def _name(course: Course, top: float, theme: Theme) -> dict[str, Any]:
    said = f"<b>{label(course.group)}</b>"
    tail = course.ends or (f"{course.says} kept" if course.says else course.few)
    return note(
        f"{said}  {shown(tail)}", theme, name="name", x=0, y=top, xanchor="left",
        yanchor="bottom", yshift=2, align="left",
        font={"size": 13, "color": colours(theme)["ink"]},
    )  # fmt: skip
