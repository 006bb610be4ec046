"""Cells in rows and columns: a class of looks each, with its words inside."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from audits.charts.looks import GLYPHS, Theme, colours, names_above, note, sheet

if TYPE_CHECKING:
    import plotly.graph_objects as go

MOST_ROWS, MOST_COLUMNS = 60, 24
_LINE, _ABOVE = 54, 0.4  # a line's height, and the part of it where the name stands
_STRAIGHT = 6  # columns whose names stand straight beside each other, even on a phone


@dataclass(frozen=True)
class Cell:
    """One cell; `says` is its class in the legend, `text` what is written in it."""

    row: int
    column: int
    says: str
    role: str
    text: str
    hover: str
    carries: list[str]
    hatched: bool = False


@dataclass(frozen=True)
class Grid:
    """What stands at the sides: names that are safe to show, cut to what fits."""

    rows: Sequence[str]
    columns: Sequence[str]
    title: str
    left_out: str = ""


def cell_figure(grid: Grid, cells: Sequence[Cell], theme: Theme) -> go.Figure:
    """Draw the cells from the top down; each class a trace, so that the legend names it."""
    import plotly.graph_objects as go

    figure = go.Figure()
    for role, says, hatched in dict.fromkeys((c.role, c.says, c.hatched) for c in cells):
        own = [c for c in cells if (c.role, c.says, c.hatched) == (role, says, hatched)]
        figure.add_trace(_trace(own, theme))
    _lay_out(figure, grid, theme)
    return figure


def _trace(own: Sequence[Cell], theme: Theme) -> Any:
    import plotly.graph_objects as go

    colour, first = colours(theme), own[0]
    return go.Bar(
        x=[cell.column for cell in own],
        base=[cell.row + _ABOVE for cell in own],
        y=[0.97 - _ABOVE] * len(own),
        width=0.94,
        name=f"{GLYPHS[first.role]} {first.says}",
        text=[cell.text for cell in own],
        textposition="inside",
        insidetextanchor="middle",
        textangle=0,
        constraintext="none",
        cliponaxis=False,
        textfont={"size": 12, "color": colour["ink"]},
        marker={
            "color": colour[f"{first.role} tint"],
            "line": {"color": colour[first.role], "width": 1.2},
            "pattern": {
                "shape": "/" if first.hatched else "",
                "fgcolor": colour["grid"],
                "bgcolor": colour["paper"],
                "fillmode": "replace",
                "size": 8,
            },
        },
        hovertext=[cell.hover for cell in own],
        hoverinfo="text",
        customdata=[cell.carries for cell in own],
        unselected={"marker": {"opacity": 1}},
    )


def _lay_out(figure: Any, grid: Grid, theme: Theme) -> None:
    slanted = len(grid.columns) > _STRAIGHT or any(len(name) > 14 for name in grid.columns)
    above = 30 + (7 * min(max((len(n) for n in grid.columns), default=0), 18) if slanted else 0)
    figure.update_layout(
        sheet(theme, title=grid.title, height=140 + above + _LINE * max(len(grid.rows), 1)),
        barmode="overlay",
        bargap=0,
    )
    notes = names_above([f"<b>{name}</b>" for name in grid.rows], -_ABOVE / 2, theme)
    notes += [_column(place, name, theme, slanted) for place, name in enumerate(grid.columns)]
    if grid.left_out:
        notes.append(note(grid.left_out, theme, x=0, y=0, xanchor="left", yanchor="top", yshift=-6))
    figure.update_layout(
        margin={"t": 48 + above, "b": 92, "r": 40 if slanted else 12},
        annotations=notes,
    )
    figure.update_yaxes(
        showticklabels=False,
        range=[max(len(grid.rows), 1), 0],
        showgrid=False,
        zeroline=False,
        fixedrange=True,
    )
    figure.update_xaxes(
        visible=False,
        range=[-0.5, max(len(grid.columns), 1) - 0.5],
        fixedrange=True,
    )


def _column(place: int, name: str, theme: Theme, slanted: bool) -> dict[str, Any]:
    """Return a column's name; Plotly hides those on an axis that come near names inside."""
    found = note(name, theme, x=place, xref="x", y=1, yanchor="bottom", yshift=2)
    if slanted:
        found |= {"textangle": -55, "xanchor": "left", "xshift": -6}
    return found | {"font": {"size": 12, "color": colours(theme)["ink"]}}
