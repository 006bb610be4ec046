"""How unevenly synthetic rows rest on real people: the Lorenz curve of ancestors."""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING, Any

from audits.cards import Card
from audits.charts.looks import Theme, colours, note, sheet
from audits.estimates import percent
from audits.pictures.lorenz import alt

if TYPE_CHECKING:
    import plotly.graph_objects as go


def lorenz(card: Card, *, theme: Theme = "light") -> go.Figure:
    """Return the share of synthetic rows that rests on the least used share of real people.

    The diagonal is what it would be if every real person stood behind as many rows.
    """
    import plotly.graph_objects as go

    colour = colours(theme)
    x, y = points(card)
    figure = go.Figure()
    figure.add_trace(
        go.Scatter(
            x=[0, 1], y=[0, 1], mode="lines", name="every person behind as many rows",
            line={"color": colour["real"], "width": 2}, hoverinfo="skip",
        )
    )  # fmt: skip
    figure.add_trace(
        go.Scatter(
            x=x, y=y, mode="lines+markers", name="as it is",
            line={"color": colour["synthetic"], "width": 3, "dash": "dot"},
            marker={"size": 5, "symbol": "square"}, fill="tozeroy",
            fillcolor=colour["synthetic tint"],
            hovertext=[_hover(a, b) for a, b in zip(x, y, strict=True)], hoverinfo="text",
        )
    )  # fmt: skip
    _lay_out(figure, theme)
    figure.update_layout(
        meta={"alt": alt(card)},
        annotations=[]
        if len(x) > 1
        else [note("whom the rows rest on is not listed", theme, x=0.5, y=0.5)],
    )
    return figure


def points(card: Card) -> tuple[list[float], list[float]]:
    """Return the curve's points, from nobody to everybody, the least used people first."""
    total = sum(card.people)
    if not total:
        return [0.0], [0.0]
    upwards = list(accumulate(sorted(card.people)))
    people = len(upwards)
    return (
        [n / people for n in range(people + 1)],
        [0.0, *(rows / total for rows in upwards)],
    )


def _hover(people: float, rows: float) -> str:
    return f"the least used {percent(people)} of real people: {percent(rows)} of the rows"


def _lay_out(figure: Any, theme: Theme) -> None:
    colour = colours(theme)
    figure.update_layout(sheet(theme, title="How evenly the rows rest on people", height=420))
    figure.update_layout(margin={"t": 44, "b": 110})
    figure.update_xaxes(
        title={"text": "real people, the least used first", "font": {"size": 12}},
        range=[0, 1], tickformat=".0%", gridcolor=colour["grid"], zeroline=False, nticks=6,
        fixedrange=True,
    )  # fmt: skip
    figure.update_yaxes(
        title={"text": "synthetic rows", "font": {"size": 12}},
        range=[0, 1.02], tickformat=".0%", gridcolor=colour["grid"], zeroline=False, nticks=6,
        automargin=True, fixedrange=True,
    )  # fmt: skip
