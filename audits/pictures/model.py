"""A picture as a list of shapes and texts, in points, from the top left corner.

Colours are roles, such as "problem" or "ink": whoever draws the picture knows what they look like,
on paper, on a light screen or a dark one. Nothing here is computed from data.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Role = Literal[
    "ink", "quiet", "grid", "paper", "band",
    "problem", "watch", "not enough evidence", "ok", "over",
    "problem tint", "watch tint", "not enough evidence tint", "ok tint", "over tint",
    "real", "synthetic", "real tint", "synthetic tint",
]  # fmt: skip

LIGHT: Mapping[str, str] = {
    "ink": "#1f2933", "quiet": "#52606d", "grid": "#d9dee3", "paper": "#ffffff", "band": "#e6f0ec",
    "problem": "#761D0C", "watch": "#8E6801", "not enough evidence": "#595959", "ok": "#0A71A0",
    "over": "#4C2099",
    "problem tint": "#fbe9e4", "watch tint": "#fbf1d8", "not enough evidence tint": "#eceff1",
    "ok tint": "#e3f1f8", "over tint": "#efe7fa",
    "real": "#0072B2", "synthetic": "#D55E00", "real tint": "#cfe4f1", "synthetic tint": "#fadfcc",
}  # fmt: skip
DARK: Mapping[str, str] = {
    "ink": "#f1f5f9", "quiet": "#b6c2cf", "grid": "#3b4754", "paper": "#0e1117", "band": "#1c2f2a",
    "problem": "#F8632E", "watch": "#F6E4BA", "not enough evidence": "#b6bcc2", "ok": "#97CDF1",
    "over": "#BB4BF5",
    "problem tint": "#3b1a12", "watch tint": "#3a3320", "not enough evidence tint": "#262b31",
    "ok tint": "#14303f", "over tint": "#22112e",
    "real": "#56B4E9", "synthetic": "#FF9E57", "real tint": "#12364d", "synthetic tint": "#4d2a10",
}  # fmt: skip


@dataclass(frozen=True)
class Rect:
    """A rectangle; `hatched` marks what is too small to be judged, and what is synthetic.

    Hatches are slanted lines in the stroke's colour, or quiet ones where there is no stroke.
    """

    x: float
    y: float
    width: float
    height: float
    fill: str | None = None
    stroke: str | None = None
    stroke_width: float = 0.6
    hatched: bool = False
    radius: float = 0.0


@dataclass(frozen=True)
class Line:
    """A straight line; `dash` lists the lengths of strokes and gaps."""

    x1: float
    y1: float
    x2: float
    y2: float
    stroke: str = "ink"
    stroke_width: float = 0.8
    dash: tuple[float, ...] = ()


@dataclass(frozen=True)
class Polygon:
    """A closed shape, or (`closed` false) a line through points."""

    points: tuple[tuple[float, float], ...]
    fill: str | None = None
    stroke: str | None = None
    stroke_width: float = 0.8
    dash: tuple[float, ...] = ()
    closed: bool = True


@dataclass(frozen=True)
class Circle:
    """A circle around a point."""

    x: float
    y: float
    radius: float
    fill: str | None = None
    stroke: str | None = None
    stroke_width: float = 0.8


@dataclass(frozen=True)
class Text:
    """One line of text at its baseline's start, middle or end; cut to `room` points if given."""

    x: float
    y: float
    text: str
    size: float = 8.0
    fill: str = "ink"
    anchor: Literal["start", "middle", "end"] = "start"
    bold: bool = False
    room: float | None = None


Item = Rect | Line | Polygon | Circle | Text


@dataclass(frozen=True)
class Picture:
    """Items drawn in order on a sheet of width × height points; `alt` says what it shows."""

    width: float
    height: float
    items: tuple[Item, ...]
    alt: str
