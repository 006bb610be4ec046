"""The real people of a group, one dot each, and the synthetic rows that rest on each of them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from audits.cards import Card
from audits.charts.looks import Theme, colours, note, sheet
from audits.pictures.card import alt

if TYPE_CHECKING:
    import plotly.graph_objects as go

_MOST_DOTS = 900  # synthetic rows drawn; of more, a dot stands for several
_GOLDEN = math.pi * (3 - math.sqrt(5))  # the angle by which seeds of a sunflower follow each other
_CELL = 70  # height of a person's place, where there is room
_PHONE = 350  # width of a phone, in which all must find a place
_FLAT = 0.5  # of that, for a line of people on whom nothing rests
_NEAR, _REACH = 0.13, 0.43  # of a place: from where to where the rows of whoever has most spread


def strip(card: Card, *, theme: Theme = "light") -> go.Figure:
    """Return a group's real people with their synthetic rows around them, most rows first.

    Every real person has a place of the same size; every synthetic row is a small dot at the person
    it rests on. Where there are too many rows to draw, the legend says how many a dot stands for.
    """
    import plotly.graph_objects as go

    people = card.people
    columns = _columns(len(people))
    each = max(1, math.ceil(sum(people) / _MOST_DOTS))
    places, depth = _places(people, columns)
    figure = go.Figure()
    _add_rows(figure, places, people, each, theme)
    _add_people(figure, places, people, theme)
    _lay_out(figure, columns, depth, theme)
    figure.update_layout(
        annotations=_counts(places, people, theme)
        if people
        else [note("whom the rows rest on is not listed", theme, x=0.5, y=0.5)],
        meta={"alt": alt(card)},
    )
    return figure


def _places(people: Sequence[int], columns: int) -> tuple[list[tuple[float, float]], float]:
    """Return where each stands, and how deep the lines are in all."""
    places: list[tuple[float, float]] = []
    depth = 0.0
    for first in range(0, len(people), columns):
        line = people[first : first + columns]
        tall = any(line)
        places += [(n + 0.5, depth + (0.44 if tall else _FLAT / 2)) for n in range(len(line))]
        depth += 1.0 if tall else _FLAT
    return places, depth


def _columns(people: int) -> int:
    """Return how many stand beside each other: few enough for a phone."""
    return max(3, min(10, math.floor(math.sqrt(people * 0.85))))


def _add_rows(
    figure: Any,
    places: Sequence[tuple[float, float]],
    people: Sequence[int],
    each: int,
    theme: Theme,
) -> None:
    import plotly.graph_objects as go

    most = max((_drawn(rows, each) for rows in people), default=0)
    x: list[float] = []
    y: list[float] = []
    for (across, down), rows in zip(places, people, strict=True):
        for n in range(_drawn(rows, each)):
            away = math.sqrt(_NEAR**2 + (_REACH**2 - _NEAR**2) * n / most)
            x.append(round(across + away * math.cos(n * _GOLDEN), 4))
            y.append(round(down + away * math.sin(n * _GOLDEN), 4))
    figure.add_trace(
        go.Scatter(
            x=x,
            y=y,
            mode="markers",
            name="small dot: one synthetic row"
            if each == 1
            else f"small dot: about {each:,} synthetic rows",
            marker={"color": colours(theme)["synthetic"], "size": 2.2},
            hoverinfo="skip",
            legendrank=1002,
        )
    )


def _drawn(rows: int, each: int) -> int:
    return 0 if rows == 0 else max(1, round(rows / each))


def _add_people(
    figure: Any, places: Sequence[tuple[float, float]], people: Sequence[int], theme: Theme
) -> None:
    import plotly.graph_objects as go

    colour = colours(theme)
    looks = (
        (True, "real person", "circle", colour["real"], 12),
        (False, "real person on whom nothing rests", "circle-open", colour["real"], 9),
    )
    for carries, says, symbol, role, size in looks:
        own = [(p, rows) for p, rows in zip(places, people, strict=True) if (rows > 0) == carries]
        if not own:
            continue
        figure.add_trace(
            go.Scatter(
                x=[across for (across, _), _ in own],
                y=[down for (_, down), _ in own],
                mode="markers",
                name=says,
                marker={
                    "color": role,
                    "symbol": symbol,
                    "size": size,
                    "line": {"color": colour["paper"] if carries else role, "width": 2},
                },
                hovertext=[f"one real person: {_resting(rows)}" for _, rows in own],
                hoverinfo="text",
            )
        )


def _counts(
    places: Sequence[tuple[float, float]], people: Sequence[int], theme: Theme
) -> list[dict[str, Any]]:
    ink = {"size": 12, "color": colours(theme)["ink"]}
    return [
        {
            "x": across, "y": down + 0.43, "yanchor": "top", "text": f"{rows:,}", "font": ink,
            "showarrow": False, "yshift": 4,
        }
        for (across, down), rows in zip(places, people, strict=True)
        if rows
    ]  # fmt: skip


def _lay_out(figure: Any, columns: int, depth: float, theme: Theme) -> None:
    height = round(max(depth, 1.5) * min(_CELL, _PHONE / columns))
    figure.update_layout(sheet(theme, title="", height=height + 100))
    figure.update_layout(margin={"t": 8, "b": 84, "l": 4, "r": 4}, legend={"itemsizing": "trace"})
    off = {"visible": False, "fixedrange": True}
    figure.update_xaxes(range=[0, columns], constrain="domain", constraintoward="left", **off)
    figure.update_yaxes(
        range=[depth + 0.1, -0.06],
        scaleanchor="x",
        constrain="domain",
        constraintoward="top",
        **off,
    )


def _resting(rows: int) -> str:
    if rows == 0:
        return "no synthetic row rests on them"
    return f"{rows:,} synthetic {'row rests' if rows == 1 else 'rows rest'} on them"
