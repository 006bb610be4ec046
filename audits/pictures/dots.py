"""Ranked dots: a line per group with its interval, the limits in force, and how many rows."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Sequence
from itertools import pairwise

from audits.estimates import percent
from audits.pictures.axes import Scale, levels, spread
from audits.pictures.marks import mark
from audits.pictures.model import Item, Line, Picture, Polygon, Rect, Text
from audits.pictures.panels import Dot, Limit, Look, Panel, Ranking
from audits.pictures.rankings import ranking
from audits.pictures.widths import cut, width
from audits.results import Answer, Group, group_name

_LINE, _TEXT, _SMALL = 15.0, 8.0, 7.5
_GAP = 8.0
_LEAST = (240.0, 440.0)  # points that one panel takes, and two
_PEOPLE = Look("ok", "real people")  # the one look of the legend that is no verdict's mark
_ORDER = ("problem", "watch", "over", "ok", "not enough evidence")


def dots(
    answer: Answer, groups: Collection[Group] | None = None, width: float = 480, most: int = 20
) -> Picture:
    """Return an answer as ranked dots with intervals, the worst group on top.

    Parameters
    ----------
    answer : Answer
        Of any question that has a picture; nothing is computed from it.
    groups : collection of Group, optional
        The groups to show; all of them if left out.
    width : float
        In points; more is taken where marks and numbers would not stand clear of each other.
    most : int
        How many groups to draw; a note says how many are left out.

    Raises
    ------
    UnknownNameError
        If there is no picture for the question.
    """
    return drawn(ranking(answer, groups, most), width)


def drawn(found: Ranking, width: float = 480) -> Picture:
    """Return a ranking as a picture: a line per group, its dots, and how many rows it has."""
    if not found.groups:
        text = Text(width / 2, 20, "no group to show", size=_TEXT, fill="quiet", anchor="middle")
        return Picture(width, 32, (text,), found.alt)
    layout = _Layout(found, max(width, _LEAST[len(found.panels) - 1]))
    items = [
        *_names(layout),
        *(item for place in range(len(found.panels)) for item in _panel(layout, place)),
        *_counts(layout),
        *_legend(layout),
    ]
    return Picture(layout.width, layout.bottom, tuple(items), found.alt)


class _Layout:
    """Where everything stands: names, one column per panel and its values, counts of rows."""

    def __init__(self, found: Ranking, width: float) -> None:
        self.found = found
        self.width = width
        names = [_wide(group_name(group), _TEXT) for group in found.groups]
        share = 0.27 if len(found.panels) == 1 else 0.22
        self.names = min(max(names) + _GAP, max(share * width, 60.0))
        self.counts = _count_widths(found)
        self.rooms = [_room(panel) for panel in found.panels]
        rest = width - self.names - sum(self.counts) - sum(self.rooms)
        self.panel = max(rest / len(found.panels) - _GAP, 50.0)
        self.scales = [self._scale(place) for place in range(len(found.panels))]
        self.words = max(len(_lines_above(panel, scale)) for panel, scale in self._pairs())
        self.top = 10.0 * self.words + 8.0
        self.end = self.top + _LINE * len(found.groups)
        looks = dict.fromkeys(dot.look for panel in found.panels for dot in panel.dots)
        self.looks = sorted(looks, key=lambda look: _ORDER.index(look.mark))
        if any(not math.isnan(dot.people) for panel in found.panels for dot in panel.dots):
            self.looks.append(_PEOPLE)
        self.legend = _rows_of_legend(self.looks, width)
        self.note = _note(found)
        self.legend_top = self.end + 34.0
        self.bottom = self.legend_top + 11.0 * (len(self.legend) + bool(self.note))

    def left(self, place: int) -> float:
        """Return where a panel begins."""
        before = sum(self.rooms[:place])
        return self.names + place * (self.panel + _GAP) + before

    def middle(self, row: int) -> float:
        """Return the height of a group's line."""
        return self.top + _LINE * (row + 0.5)

    def _scale(self, place: int) -> Scale:
        panel = self.found.panels[place]
        values = [*panel.shows, *(limit.at for limit in panel.limits)]
        for dot in panel.dots:
            if dot.estimate.known:
                values += [dot.estimate.value, dot.estimate.low, dot.estimate.high]
            values.append(dot.people)
        low, high = spread(values, panel.ends, log=panel.log)
        left = self.left(place)
        return Scale(low, high, left, left + self.panel, log=panel.log)

    def _pairs(self) -> Iterator[tuple[Panel, Scale]]:
        return zip(self.found.panels, self.scales, strict=True)


def _room(panel: Panel) -> float:
    """What the longest value takes beside its dot, and at least what the panel asks for."""
    said = [width(dot.says, _TEXT, bold=True) for dot in panel.dots if dot.estimate.known]
    return max([panel.room, *(long + 12 for long in said)])


def _wide(text: str, size: float) -> float:
    return width(text, size)


def _count_widths(found: Ranking) -> tuple[float, float]:
    real, synthetic = (
        max(width(word, _SMALL), *(width(f"{pair[side]:,}", _SMALL) for pair in found.rows)) + _GAP
        for side, word in enumerate(found.heads)
    )
    return real, synthetic


def _names(layout: _Layout) -> Iterator[Item]:
    for row, group in enumerate(layout.found.groups):
        y = layout.top + _LINE * (row + 1)
        yield Line(0, y, layout.width, y, stroke="grid", stroke_width=0.4)
        yield Text(
            0, layout.middle(row) + 2.8, group_name(group), size=_TEXT, room=layout.names - _GAP
        )


def _counts(layout: _Layout) -> Iterator[Item]:
    """How many rows each group has: without them no dot can be believed."""
    ends = (layout.width - layout.counts[1], layout.width)
    for end, word in zip(ends, layout.found.heads, strict=True):
        yield Text(end, layout.top - 4, word, size=_SMALL, fill="quiet", anchor="end")
    for row, pair in enumerate(layout.found.rows):
        for end, count in zip(ends, pair, strict=True):
            yield Text(
                end, layout.middle(row) + 2.6, "–" if count < 0 else f"{count:,}", size=_SMALL,
                fill="quiet", anchor="end",
            )  # fmt: skip


def _panel(layout: _Layout, place: int) -> Iterator[Item]:
    panel, scale = layout.found.panels[place], layout.scales[place]
    yield from _band(panel, scale, layout)
    yield from _limits(panel, scale, layout)
    yield from _axis(panel, scale, layout)
    for row, dot in enumerate(panel.dots):
        y = layout.middle(row)
        yield from _dot(dot, scale, y) if dot.estimate.known else _too_few(dot, scale, y)
        if dot.estimate.known:
            yield from _value(dot, scale.right + 6, y + 2.8, layout.rooms[place] - 6)


def _value(dot: Dot, x: float, y: float, room: float) -> Iterator[Item]:
    yield Text(x, y, dot.says, size=_TEXT, fill=dot.look.mark, bold=True, room=room)
    long = width(dot.says, _TEXT, bold=True) + 3
    if dot.about and long < room:
        yield Text(x + long, y, dot.about, size=_SMALL, fill="quiet", room=room - long)


def _band(panel: Panel, scale: Scale, layout: _Layout) -> Iterator[Item]:
    left, right = (scale.at(end) for end in panel.band)
    if right > left:
        yield Rect(left, layout.top, right - left, layout.end - layout.top, fill="band")


def _lines_above(panel: Panel, scale: Scale) -> list[list[tuple[Limit, float]]]:
    """The words of the limits, in as many lines as they need to stand clear of each other."""
    drawn = sorted((limit for limit in panel.limits if scale.holds(limit.at)), key=_place)
    places = [_inside(limit.says, scale.at(limit.at), scale) for limit in drawn]
    chosen = levels(
        [(place, limit.says) for place, limit in zip(places, drawn, strict=True)], _SMALL
    )
    lines: list[list[tuple[Limit, float]]] = [[] for _ in range(max(chosen, default=0) + 1)]
    for limit, place, line in zip(drawn, places, chosen, strict=True):
        lines[line].append((limit, place))
    return lines


def _place(limit: Limit) -> float:
    return limit.at


def _inside(text: str, at: float, scale: Scale) -> float:
    """Where a centred text may stand without leaving its panel."""
    half = width(text, _SMALL) / 2
    return min(max(at, scale.left + half - 10), scale.right - half + 20)


def _limits(panel: Panel, scale: Scale, layout: _Layout) -> Iterator[Item]:
    for level, line in enumerate(_lines_above(panel, scale)):
        for limit, place in line:
            x, top = scale.at(limit.at), layout.top - 10.0 * level
            if level:  # a leader through the lines of words below, thin, so that they stay readable
                yield Line(x, top, x, layout.top, stroke="grid", stroke_width=0.5)
            yield Line(
                x, layout.top, x, layout.end, stroke="ink" if limit.solid else "quiet",
                stroke_width=0.8, dash=() if limit.solid else (2.5, 2.0),
            )  # fmt: skip
            yield Text(
                place, top - 4, limit.says, size=_SMALL, fill="ink" if limit.solid else "quiet",
                anchor="middle",
            )  # fmt: skip


def _axis(panel: Panel, scale: Scale, layout: _Layout) -> Iterator[Item]:
    yield Line(scale.left, layout.end, scale.right, layout.end, stroke="quiet", stroke_width=0.6)
    ticks = [(scale.at(v), _tick(v, panel)) for v in scale.ticks(max(int(layout.panel / 32), 2))]
    kept = _apart(ticks)
    for x, text in kept:
        yield Line(x, layout.end, x, layout.end + 2.5, stroke="quiet", stroke_width=0.6)
        yield Text(x, layout.end + 11, text, size=_SMALL, fill="quiet", anchor="middle")
    title = f"{panel.title} (logarithmic)" if panel.log else panel.title
    yield Text(
        scale.left, layout.end + 22, title, size=_SMALL, fill="quiet",
        room=scale.right - scale.left + _room(panel) + (0 if layout.found.panels[1:] else 60),
    )  # fmt: skip


def _apart(ticks: Sequence[tuple[float, str]]) -> Sequence[tuple[float, str]]:
    """Every tick, or every second one where their texts would touch."""
    tight = any(
        b[0] - a[0] < (width(a[1], _SMALL) + width(b[1], _SMALL)) / 2 + 3
        for a, b in pairwise(ticks)
    )
    return _apart(ticks[::2]) if tight else ticks


def _tick(value: float, panel: Panel) -> str:
    return percent(value) if panel.percent else f"{value:,.10g}"


def _dot(dot: Dot, scale: Scale, y: float) -> Iterator[Item]:
    low, high = (
        dot.estimate.value if math.isnan(v) else v for v in (dot.estimate.low, dot.estimate.high)
    )
    colour = dot.look.mark
    if not math.isnan(dot.people):
        x = scale.at(dot.people)
        yield Line(scale.at(dot.estimate.value), y, x, y, stroke="grid", stroke_width=1.2)
        yield Line(x, y - 4.5, x, y + 4.5, stroke="real", stroke_width=1.6)
    yield Line(scale.at(low), y, scale.at(high), y, stroke=colour, stroke_width=1.6)
    for end, beyond, way in (
        (scale.left, low < scale.low, -1),
        (scale.right, high > scale.high, 1),
    ):
        if beyond:  # the interval goes on: an arrow, so that the edge is not taken for its end
            tips = ((end + 3 * way, y), (end, y - 3), (end, y + 3))
            yield Polygon(tips, fill=colour)
    yield mark(dot.look.mark, scale.at(dot.estimate.value), y)


def _too_few(dot: Dot, scale: Scale, y: float) -> Iterator[Item]:
    long = scale.right - scale.left
    yield Rect(
        scale.left, y - _LINE / 2 + 1.5, long, _LINE - 3, fill="not enough evidence tint",
        hatched=True,
    )  # fmt: skip
    said = cut(dot.says, _SMALL, long - 8)
    half = width(said, _SMALL) / 2 + 3
    middle = (scale.left + scale.right) / 2
    yield Rect(middle - half, y - 5, 2 * half, 10, fill="paper", radius=1.5)
    yield Text(middle, y + 2.6, said, size=_SMALL, fill="quiet", anchor="middle")


def _rows_of_legend(looks: Sequence[Look], room: float) -> list[list[tuple[float, Look]]]:
    rows: list[list[tuple[float, Look]]] = [[]]
    x = 0.0
    for look in looks:
        long = 10 + width(look.says, _SMALL) + 12
        if x and x + long > room:
            rows.append([])
            x = 0.0
        rows[-1].append((x, look))
        x += long
    return rows


def _legend(layout: _Layout) -> Iterator[Item]:
    y = layout.legend_top
    for row in layout.legend:
        for x, look in row:
            if look is _PEOPLE:
                yield Line(x + 4, y - 7, x + 4, y + 1.5, stroke="real", stroke_width=1.6)
            else:
                yield mark(look.mark, x + 4, y - 2.6, 6.5)
            yield Text(x + 11, y, look.says, size=_SMALL, fill="quiet", room=layout.width - x - 11)
        y += 11
    if layout.note:
        yield Text(0, y, layout.note, size=_SMALL, fill="quiet", room=layout.width)


def _note(found: Ranking) -> str:
    if not found.left_out:
        return ""
    total = len(found.groups) + found.left_out
    unknown = (
        f", {found.left_out_unknown} of them without a value" if found.left_out_unknown else ""
    )
    return (
        f"the worst {len(found.groups)} of {total:,} groups; {found.left_out:,} more are not drawn"
        f"{unknown}"
    )
