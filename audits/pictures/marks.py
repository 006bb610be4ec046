"""The shapes that stand for verdicts, drawn, so that no font needs to know them."""

from __future__ import annotations

from typing import Literal

from audits.pictures.model import Circle, Item, Polygon, Rect, Text
from audits.pictures.widths import width

MarkName = Literal["problem", "watch", "not enough evidence", "ok", "over"]


def mark(name: MarkName, x: float, y: float, size: float = 7.0) -> Item:
    """Return the shape of a verdict around a point: ▼ problem, ◆ watch, ○ not enough, ● ok, ▲ over.

    >>> mark("ok", 10.0, 10.0, size=8.0).radius
    3.6
    """
    half = size / 2
    if name == "problem":
        corners = ((x - half, y - 0.8 * half), (x + half, y - 0.8 * half), (x, y + half))
        return Polygon(corners, fill=name)
    if name == "over":
        corners = ((x - half, y + 0.8 * half), (x + half, y + 0.8 * half), (x, y - half))
        return Polygon(corners, fill=name)
    if name == "watch":
        tips = ((x, y - half), (x + half, y), (x, y + half), (x - half, y))
        return Polygon(tips, fill=name)
    if name == "ok":
        return Circle(x, y, 0.9 * half, fill=name)
    ring = 0.15 * size
    return Circle(x, y, 0.9 * half - ring / 2, stroke=name, stroke_width=ring)


def badge(name: MarkName, x: float, y: float, room: float, height: float = 12.0) -> list[Item]:
    """Return a tinted field from a left top corner with the verdict's shape and its word.

    The word is left out where there is no room for it: the shape alone tells verdicts apart.
    """
    size, gap = 7.5, 10.0
    words = width(name, size)
    field = Rect(x, y, room, height, fill=f"{name} tint", radius=1.5)
    middle = y + height / 2
    if words + gap + 4 > room:
        return [field, mark(name, x + room / 2, middle, min(6.0, 0.7 * room))]
    start = x + (room - words - gap) / 2
    return [
        field,
        mark(name, start + 3, middle, 6.0),
        Text(start + gap, middle + 2.6, name, size=size, fill=name),
    ]
