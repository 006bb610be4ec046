"""A group over the audits of a series: its number with the interval, its verdict as the mark."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from audits.briefs import QUANTITIES, Point
from audits.charts.looks import SYMBOLS, Theme, colours, note, sheet
from audits.charts.names import label, plain, short, shown
from audits.estimates import number
from audits.results import Verdict
from audits.trends import Course, Stamp
from audits.visible import visible

if TYPE_CHECKING:
    import plotly.graph_objects as go

_HIGH = 380
_NAMES, _LETTERS = 5, 10  # beneath the axis, as many as a phone has room for
_LEAST = 0.1  # of the largest number: less than that is not blown up to the whole height
_ROOM = 2.0  # of the spread of the values: intervals that reach further are cut off


def trend_figure(course: Course, audits: Sequence[Stamp], *, theme: Theme = "light") -> go.Figure:
    """Return how a group fares over audits: the number followed, oldest audit first.

    A step leads from one number to the next, since nothing is known in between. Where a number is
    not known there is a gap; an interval that reaches beyond the figure is cut off at its edge.
    """
    import plotly.graph_objects as go

    low, high = _span(course)
    figure = go.Figure()
    figure.update_layout(sheet(theme, title=course.label or "verdicts", height=_HIGH))
    _add_intervals(figure, course.points, (low, high), theme)
    _add_steps(figure, course.points, theme)
    for verdict in (*Verdict, None):
        _add_marks(figure, course, audits, verdict, theme)
    places = _places(len(audits))
    figure.update_xaxes(
        range=[-0.5, len(audits) - 0.5], tickvals=places, fixedrange=True, zeroline=False,
        ticktext=[short(audits[place].label, _LETTERS) for place in places],
        showgrid=False, tickangle=0,
    )  # fmt: skip
    figure.update_yaxes(
        range=[low, high], gridcolor=colours(theme)["grid"], zeroline=False, fixedrange=True,
        automargin=True, tickformat="~g",
    )  # fmt: skip
    figure.update_layout(
        annotations=_notes(course, theme), shapes=_neutral(course, theme),
        margin={"t": 88, "b": 84}, meta={"alt": _alt(course, audits)},
    )  # fmt: skip
    return figure


def _places(count: int) -> list[int]:
    """Which audits are named: the last, and others at equal steps before it."""
    step = math.ceil(count / _NAMES)
    return list(range(count - 1, -1, -step))[::-1]


def _span(course: Course) -> tuple[float, float]:
    """From where to where the figure reaches: all values, and intervals as far as there is room."""
    values = [p.value.value for p in course.points if math.isfinite(p.value.value)]
    quantity = QUANTITIES.get(course.question)
    if quantity is not None and quantity.worse == "away":
        values.append(quantity.neutral)
    if not values:
        return 0.0, 1.0
    bottom, top = min(values), max(values)
    room = _ROOM * max(top - bottom, abs(top) / 10, 1e-9)
    ends = [end for p in course.points for end in (p.value.low, p.value.high)]
    near = [end for end in ends if bottom - room <= end <= top + room]
    bottom, top = min([bottom, *near]), max([top, *near])
    if any(end > top for end in ends):
        top += room / 4
    if any(end < bottom for end in ends):
        bottom -= room / 4
    least = _LEAST * max(abs(top), abs(bottom), 1e-9)
    air = max(0.06 * (top - bottom), (least - (top - bottom)) / 2)
    return bottom - air, top + air


def _add_intervals(
    figure: Any, points: Sequence[Point], span: tuple[float, float], theme: Theme
) -> None:
    import plotly.graph_objects as go

    known = [(at, p.value) for at, p in enumerate(points) if math.isfinite(p.value.value)]
    ends = [
        (at, max(v.low, span[0]), min(v.high, span[1]))
        for at, v in known
        if not math.isnan(v.low + v.high) or math.isinf(v.high)
    ]
    figure.add_trace(
        go.Scatter(
            x=[x for at, _, _ in ends for x in (at, at, None)],
            y=[y for _, low, high in ends for y in (low, high, None)],
            mode="lines", name="interval", hoverinfo="skip",
            line={"color": colours(theme)["quiet"], "width": 2},
        )
    )  # fmt: skip


def _add_steps(figure: Any, points: Sequence[Point], theme: Theme) -> None:
    import plotly.graph_objects as go

    values = [p.value.value if math.isfinite(p.value.value) else None for p in points]
    figure.add_trace(
        go.Scatter(
            x=list(range(len(points))), y=values, mode="lines", connectgaps=False,
            hoverinfo="skip", showlegend=False, name="steps",
            line={"color": colours(theme)["ink"], "width": 1.2, "shape": "hv"},
        )
    )  # fmt: skip


def _add_marks(
    figure: Any, course: Course, audits: Sequence[Stamp], verdict: Verdict | None, theme: Theme
) -> None:
    import plotly.graph_objects as go

    there = [
        (at, point)
        for at, point in enumerate(course.points)
        if point.verdict is verdict and math.isfinite(point.value.value)
    ]
    if not there:
        return
    role = verdict.value if verdict else "quiet"
    figure.add_trace(
        go.Scatter(
            x=[at for at, _ in there],
            y=[point.value.value for _, point in there],
            mode="markers", name=verdict.value if verdict else "not judged",
            marker={
                "symbol": SYMBOLS[verdict.value] if verdict else "x-thin-open",
                "size": 12, "color": colours(theme)[role],
                "line": {"width": 2 if verdict is None else 1, "color": colours(theme)[role]},
            },
            hovertext=[_says(point, audits[at]) for at, point in there], hoverinfo="text",
        )
    )  # fmt: skip


def _says(point: Point, audit: Stamp) -> str:
    verdict = point.verdict.value if point.verdict else "not judged"
    return f"{short(audit.label)}, {shown(audit.made[:10])}<br>{verdict}: {shown(str(point.value))}"


def _neutral(course: Course, theme: Theme) -> list[dict[str, Any]]:
    """Return a line where the best value is."""
    quantity = QUANTITIES.get(course.question)
    if quantity is None or quantity.worse != "away":
        return []
    return [{
        "type": "line", "xref": "paper", "x0": 0, "x1": 1, "yref": "y", "layer": "below",
        "y0": quantity.neutral, "y1": quantity.neutral,
        "line": {"color": colours(theme)["quiet"], "width": 1.5, "dash": "dot"},
    }]  # fmt: skip


def _notes(course: Course, theme: Theme) -> list[dict[str, Any]]:
    said = [note(
        f"<b>{label(course.group)}</b><br>{shown(course.best)}", theme, name="name", x=0, y=1,
        xanchor="left", yanchor="bottom", yshift=4, align="left",
    )]  # fmt: skip
    if not any(math.isfinite(point.value.value) for point in course.points):
        said.append(note("no number is known; the table has the verdicts", theme, x=0.5, y=0.5))
    return said


def _alt(course: Course, audits: Sequence[Stamp]) -> str:
    known = [
        (audit, point)
        for audit, point in zip(audits, course.points, strict=True)
        if math.isfinite(point.value.value)
    ]
    head = f"{plain(course.group)} over {len(audits)} audits"
    if not known:
        return f"{head}: no number is known."
    first, last = known[0], known[-1]
    said = [
        f"{number(point.value.value)} in {visible(audit.label)}"
        f"{f' ({point.verdict.value})' if point.verdict else ''}"
        for audit, point in ([first] if first is last else [first, last])
    ]
    return f"{head}, {course.label}: {' to '.join(said)}."
