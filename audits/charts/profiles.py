"""How real and synthetic members of a group are spread over one column."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from audits.charts.looks import Theme, colours, names_above, note, sheet
from audits.charts.names import label, short, shown
from audits.errors import UsageError
from audits.estimates import percent
from audits.pictures.profiles import alt
from audits.results import Row

if TYPE_CHECKING:
    import plotly.graph_objects as go

_RIDGE, _BAR_LINE = 150, 52


def profile_figure(rows: Sequence[Row], *, theme: Theme = "light") -> go.Figure:
    """Return profiles of one column, real and synthetic over each other: ridges, or paired bars.

    `rows` are profiles of one attribute, the group asked about first; usually that group and
    everyone. Numbers are drawn as ridges, each at its own height, since their width is what counts;
    categories as pairs of bars.

    Raises
    ------
    UsageError
        If there is no profile, or they are of different attributes.
    """
    profiles: list[Any] = list(rows)
    if len({row.attribute for row in profiles}) != 1:
        raise UsageError("a profile figure takes the profiles of one attribute, and at least one.")
    figure = (_ridges if profiles[0].edges else _bars)(profiles, theme)
    figure.update_layout(meta={"alt": alt(profiles[0])})
    return figure


def _counted(row: Any) -> list[tuple[str, tuple[int, ...]]]:
    return [("real", row.real), ("synthetic", row.synthetic)]


# -- numbers ---------------------------------------------------------------------------------------


def _ridges(rows: Sequence[Any], theme: Theme) -> go.Figure:
    import plotly.graph_objects as go

    figure = go.Figure()
    for place, row in enumerate(rows):
        for side, counts in _counted(row):
            _add_ridge(figure, row, counts, side, place, theme)
    edges = rows[0].edges
    colour = colours(theme)
    figure.update_layout(
        sheet(theme, title=rows[0].attribute, height=120 + _RIDGE * len(rows)),
        annotations=[
            note(
                _named(row), theme, x=0, yref="y", y=place - 0.72, xanchor="left",
                yanchor="bottom", font={"size": 13, "color": colour["ink"]}, align="left",
            )
            for place, row in enumerate(rows)
        ],
    )  # fmt: skip
    figure.update_layout(margin={"t": 44, "b": 84})
    figure.update_xaxes(
        range=[edges[0], edges[-1]], gridcolor=colour["grid"], zeroline=False, nticks=7,
        fixedrange=True,
    )  # fmt: skip
    figure.update_yaxes(visible=False, range=[len(rows) - 0.94, -0.92], fixedrange=True)
    return figure


def _add_ridge(
    figure: Any, row: Any, counts: Sequence[int], side: str, place: int, theme: Theme
) -> None:
    """Draw one table's ridge, at its own height: both sides of it are the same people in parts."""
    import plotly.graph_objects as go

    colour = colours(theme)
    bins = len(row.edges) - 1
    total, peak = sum(counts), max(counts[:bins], default=0)
    heights = [0.68 * count / peak if peak else 0.0 for count in counts[:bins]]
    middles = [(low + high) / 2 for low, high in pairwise(row.edges)]
    figure.add_trace(
        go.Scatter(
            x=[row.edges[0], *middles, row.edges[-1]],
            y=[float(place), *(place - height for height in heights), float(place)],
            mode="lines",
            name=side,
            legendgroup=side,
            showlegend=place == 0,
            fill="toself",
            fillcolor=_sheer(colour[side], 0.18 if side == "real" else 0.22),
            line={
                "color": colour[side],
                "width": 2 if side == "real" else 2.5,
                "dash": "solid" if side == "real" else "dot",
                "shape": "spline",
                "smoothing": 0.5,
            },
            hoveron="points",
            hovertext=[
                "",
                *(
                    f"{shown(part)}: {count:,} of {total:,} {side} rows"
                    for part, count in zip(row.labels, counts[:bins], strict=False)
                ),
                "",
            ],
            hoverinfo="text",
        )
    )


def _sheer(colour: str, part: float) -> str:
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red},{green},{blue},{part})"


def _named(row: Any) -> str:
    bins = len(row.edges) - 1
    said = f"{sum(row.real):,} real, {sum(row.synthetic):,} synthetic"
    real, synthetic = sum(row.real[bins:]), sum(row.synthetic[bins:])
    if real or synthetic:
        said += f" (missing: {real:,} and {synthetic:,})"
    return f"<b>{label(row.group, 26)}</b>  {said}"


# -- categories ------------------------------------------------------------------------------------


def _bars(rows: Sequence[Any], theme: Theme) -> go.Figure:
    """Draw the first profile as pairs of bars; a second one would need a page of its own."""
    import plotly.graph_objects as go

    row = rows[0]
    figure = go.Figure()
    top = max((_share(counts, c) for _, counts in _counted(row) for c in counts), default=0.0)
    for side, counts in _counted(row):
        _add_bars(figure, row, counts, side, theme)
    colour = colours(theme)
    figure.update_layout(
        sheet(theme, title=row.attribute, height=140 + _BAR_LINE * max(len(row.labels), 1)),
        barmode="overlay",
    )
    figure.update_layout(margin={"t": 44, "b": 84})
    figure.update_xaxes(
        range=[0, max(top, 0.01) * 1.5], tickformat=".0%", nticks=6, gridcolor=colour["grid"],
        zeroline=False, fixedrange=True,
    )  # fmt: skip
    figure.update_yaxes(
        showticklabels=False,
        range=[len(row.labels) - 0.45, -0.65],
        showgrid=False,
        zeroline=False,
        fixedrange=True,
    )
    named = names_above([f"<b>{short(part, 40)}</b>" for part in row.labels], 0.36, theme)
    figure.update_layout(annotations=named)
    return figure


def _add_bars(figure: Any, row: Any, counts: Sequence[int], side: str, theme: Theme) -> None:
    import plotly.graph_objects as go

    colour, total = colours(theme), sum(counts)
    shares = [_share(counts, count) for count in counts]
    said = [f"{percent(share)} ({n:,})" for share, n in zip(shares, counts, strict=True)]
    figure.add_trace(
        go.Bar(
            x=shares,
            y=[place + (-0.08 if side == "real" else 0.18) for place in range(len(counts))],
            width=0.22,
            orientation="h",
            name=f"{side} ({total:,} rows)",
            text=said,
            textposition="outside",
            constraintext="none",
            textfont={"size": 12, "color": colour["ink"]},
            cliponaxis=False,
            marker={
                "color": colour[side if side == "real" else "paper"],
                "line": {"color": colour[side], "width": 0 if side == "real" else 2.5},
            },
            hovertext=[
                f"{shown(part)}: {count:,} of {total:,} {side} rows"
                for part, count in zip(row.labels, counts, strict=True)
            ],
            hoverinfo="text",
        )
    )


def _share(counts: Sequence[int], count: int) -> float:
    total = sum(counts)
    return count / total if total else 0.0
