"""Colours, shapes and letters of every figure, light and dark."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from audits.charts.names import shown
from audits.pictures.model import DARK, LIGHT

Theme = Literal["light", "dark"]

SYMBOLS: Mapping[str, str] = {
    "problem": "triangle-down",
    "watch": "diamond",
    "ok": "circle",
    "over": "triangle-up",
    "not enough evidence": "circle-open",
}
GLYPHS: Mapping[str, str] = {
    "problem": "▼",
    "watch": "◆",
    "ok": "●",
    "over": "▲",
    "not enough evidence": "○",
}
_FONT = '"Source Sans", "Source Sans 3", system-ui, sans-serif'


def colours(theme: Theme) -> Mapping[str, str]:
    """Return what every role looks like: the colours that the static pictures have."""
    return DARK if theme == "dark" else LIGHT


def sheet(theme: Theme, *, title: str, height: int) -> dict[str, Any]:
    """Return the layout every figure begins with.

    There is no fixed width and hardly a margin at the sides, so that a figure can be read on a
    phone: names stand above what they name, and the legend below everything.
    """
    colour = colours(theme)
    return {
        "title": {
            "text": shown(title),
            "font": {"size": 15},
            "x": 0,
            "xref": "paper",
            "y": 1,
            "yref": "container",
            "yanchor": "top",
            "pad": {"t": 10},
        },
        "height": height,
        "margin": {"l": 8, "r": 12, "t": 48, "b": 48},
        "paper_bgcolor": colour["paper"],
        "plot_bgcolor": colour["paper"],
        "font": {"color": colour["ink"], "family": _FONT, "size": 13},
        "hoverlabel": {
            "bgcolor": colour["paper"],
            "bordercolor": colour["quiet"],
            "font": {"color": colour["ink"], "size": 13},
            "align": "left",
        },
        "legend": {
            "orientation": "h",
            "x": 0,
            "y": 0,
            "yref": "container",
            "yanchor": "bottom",
            "font": {"size": 12},
            "itemclick": False,
            "itemdoubleclick": False,
        },
        "showlegend": True,
        "hovermode": "closest",
        "dragmode": False,
    }


def names_above(texts: Sequence[str], above: float, theme: Theme) -> list[dict[str, Any]]:
    """Return what stands over every line of a figure, at its left edge.

    As names of ticks inside of the axis, they would make Plotly hide the other axis's numbers.
    """
    return [
        note(
            text, theme, name="name", x=0, xshift=4, y=line - above, yref="y", xanchor="left",
            align="left", font={"size": 13, "color": colours(theme)["ink"]},
        )
        for line, text in enumerate(texts)
    ]  # fmt: skip


def note(text: str, theme: Theme, **place: Any) -> dict[str, Any]:
    """Return a remark on a figure; the caller has escaped what is not its own."""
    return {
        "xref": "paper",
        "yref": "paper",
        "showarrow": False,
        "text": text,
        "font": {"size": 12, "color": colours(theme)["quiet"]},
    } | place
