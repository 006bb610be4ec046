"""Curves of mixing: how well models trained on more and more synthetic rows serve each group."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from audits.estimates import Estimate, number, percent
from audits.pictures.axes import Scale
from audits.pictures.marks import mark
from audits.pictures.model import Item, Line, Picture, Polygon, Text
from audits.results import Answer, Group, as_group, group_name
from audits.visible import visible

MOST = 12
_COLUMNS, _GAP = 3, 14.0
_HIGH, _HEAD, _FOOT, _LEFT = 62.0, 15.0, 13.0, 27.0
_TEXT, _SMALL = 8.0, 7.0
_MAIN = ("accuracy", "mean absolute error")


@dataclass(frozen=True)
class Curve:
    """One group: how well it is served at each share of synthetic rows; `of` people were tested."""

    group: Group
    points: tuple[tuple[float, Estimate], ...]
    of: int
    fewest: int

    @property
    def known(self) -> tuple[tuple[float, Estimate], ...]:
        """The points at which there is a value, where enough people were tested."""
        if self.of < self.fewest:
            return ()
        return tuple(point for point in self.points if point[1].known)


@dataclass(frozen=True)
class Curves:
    """Everyone and the groups that lose most, and the range of what is drawn."""

    curves: tuple[Curve, ...]
    metric: str
    alt: str
    left_out: int

    @property
    def numeric(self) -> bool:
        """Whether little is good."""
        return self.metric == _MAIN[1]

    @property
    def ends(self) -> tuple[float, float]:
        """The least and the most to draw."""
        found = [
            end
            for curve in self.curves
            for _, value in curve.known
            for end in (value.low, value.high, value.value)
            if math.isfinite(end)
        ]
        if not found:
            return (0.0, 1.0)
        low, high = min(found), max(found)
        air = 0.05 * (high - low) or 0.05
        return (
            (max(low - air, 0.0), high + air)
            if self.numeric
            else (max(low - air, 0.0), min(high + air, 1.0))
        )

    def written(self, value: float) -> str:
        """A value as a reader sees it."""
        return number(value) if self.numeric else percent(value)


def mixed(
    answer: Answer,
    groups: Collection[Group | Mapping[str, str]] | None = None,
    most: int = MOST,
) -> Curves:
    """Return curves of an answer about fairness: everyone first, then who loses most."""
    wanted = None if groups is None else {as_group(group) for group in groups}
    by_group: dict[Group, list[Any]] = {}
    for row in answer.tables.get("mixes", ()):
        found: Any = row
        if found.metric in _MAIN and (wanted is None or found.group in wanted):
            by_group.setdefault(found.group, []).append(found)
    metric = next((rows[0].metric for rows in by_group.values()), "accuracy")
    fewest = answer.settings.fairness_fewest
    curves = [_curve(group, rows, fewest) for group, rows in by_group.items()]
    sign = 1.0 if metric == _MAIN[1] else -1.0
    curves.sort(key=lambda one: (bool(one.group), -_lost(one, sign), one.group))
    return Curves(tuple(curves[:most]), metric, _alt(curves, metric), max(len(curves) - most, 0))


def _curve(group: Group, rows: Sequence[Any], fewest: int) -> Curve:
    points = sorted(((row.share, row.value) for row in rows), key=lambda point: point[0])
    return Curve(group, tuple(points), min(row.of for row in rows), fewest)


def _lost(curve: Curve, sign: float) -> float:
    known = curve.known
    return sign * (known[-1][1].value - known[0][1].value) if len(known) > 1 else -math.inf


def _alt(curves: Sequence[Curve], metric: str) -> str:
    known = [one for one in curves if len(one.known) > 1]
    if not known:
        return "No mixture of real and synthetic rows was tried, or too few people were tested."
    write = number if metric == _MAIN[1] else percent
    said = [
        f"{visible(group_name(one.group))}: {write(one.known[0][1].value)} without synthetic rows, "
        f"{write(one.known[-1][1].value)} at a share of {percent(one.known[-1][0])}"
        for one in known[:2]
    ]
    return f"{metric.capitalize()} by share of synthetic rows in training. {'; '.join(said)}."


# -- drawn -----------------------------------------------------------------------------------------


def mixing(
    answer: Answer,
    groups: Collection[Group] | None = None,
    width: float = 480,
    most: int = MOST,
) -> Picture:
    """Return curves with bands, a small panel for every group."""
    found = mixed(answer, groups, most)
    if not found.curves:
        text = Text(width / 2, 20, "no mixture to show", size=_TEXT, fill="quiet", anchor="middle")
        return Picture(width, 32, (text,), found.alt)
    columns = min(_COLUMNS, len(found.curves))
    wide = (width - _GAP * (columns - 1)) / columns
    items: list[Item] = []
    for place, curve in enumerate(found.curves):
        left = (place % columns) * (wide + _GAP)
        top = (place // columns) * (_HEAD + _HIGH + _FOOT + 6)
        items += _panel(found, curve, left, top, wide)
    rows = math.ceil(len(found.curves) / columns)
    bottom = rows * (_HEAD + _HIGH + _FOOT + 6) - 6
    note = (
        f"shaded: interval; across: share of synthetic rows in training; upwards: {found.metric}; "
        "dashed: real rows alone"
    )
    if found.left_out:
        note += f"; {found.left_out:,} more groups are not drawn"
    items.append(Text(0, bottom + 12, note, size=_SMALL, fill="quiet", room=width))
    return Picture(width, bottom + 16, tuple(items), found.alt)


def _panel(found: Curves, curve: Curve, left: float, top: float, wide: float) -> Iterator[Item]:
    ceiling, floor = top + _HEAD, top + _HEAD + _HIGH
    across = Scale(0.0, 1.0, left + _LEFT, left + wide - 8.0)
    low, high = found.ends
    up = Scale(low, high, floor, ceiling)
    of = f"{curve.of:,} tested" if curve.of >= 0 else ""
    yield Text(left, top + 8, group_name(curve.group), size=_TEXT, bold=True, room=wide - 52)
    yield Text(left + wide, top + 8, of, size=_SMALL, fill="quiet", anchor="end")
    for value in (low, (low + high) / 2, high):
        y = up.at(value)
        yield Line(across.left, y, across.right, y, stroke="grid", stroke_width=0.5)
        yield Text(
            across.left - 4, y + 2.4, found.written(value), size=_SMALL, fill="quiet", anchor="end"
        )
    for share in (0.0, 0.5, 1.0):
        yield Text(
            across.at(share), floor + 9, percent(share), size=_SMALL, fill="quiet", anchor="middle"
        )
    yield from _line(curve, across, up)


def _line(curve: Curve, across: Scale, up: Scale) -> Iterator[Item]:
    known = curve.known
    if not known:
        middle = (across.left + across.right) / 2
        said = f"too few tested ({curve.of:,})"
        yield Text(
            middle, (up.left + up.right) / 2, said, size=_SMALL, fill="quiet", anchor="middle"
        )
        return
    edges = [(x, value) for x, value in known if math.isfinite(value.low + value.high)]
    if len(edges) > 1:
        band = [(across.at(x), up.at(value.high)) for x, value in edges]
        band += [(across.at(x), up.at(value.low)) for x, value in reversed(edges)]
        yield Polygon(tuple(band), fill="synthetic tint")
    first = up.at(known[0][1].value)
    yield Line(across.left, first, across.right, first, stroke="real", dash=(3.0, 2.0))
    line = tuple((across.at(x), up.at(value.value)) for x, value in known)
    if len(line) > 1:
        yield Polygon(line, stroke="synthetic", stroke_width=1.6, closed=False)
    for x, y in line:
        yield mark("ok", x, y, 3.6)
