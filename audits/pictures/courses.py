"""Lines over generations: the variety that every group has kept, a small panel for each."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from audits.estimates import percent
from audits.pictures.axes import Scale
from audits.pictures.marks import mark
from audits.pictures.model import Item, Line, Picture, Polygon, Text
from audits.pictures.panels import Look
from audits.pictures.ranked_generations import ended, look_of, worst_first
from audits.pictures.ranked_text_generations import text_look
from audits.pictures.widths import width as width_of
from audits.results import Answer, Group, as_group, group_name
from audits.visible import visible

MOST = 60
_COLUMNS, _GAP = 3, 14.0
_HIGH, _HEAD, _FOOT, _LEFT = 62.0, 15.0, 13.0, 27.0
_TEXT, _SMALL = 8.0, 7.0


@dataclass(frozen=True)
class Point:
    """What a group has kept of its variety in one generation, with its interval; nan is unknown."""

    generation: float
    kept: float
    low: float
    high: float


@dataclass(frozen=True)
class Course:
    """One group over the generations; `ends` says when it was gone or all alike, if it was."""

    group: Group
    look: Look
    points: tuple[Point, ...]
    says: str
    ends: str
    few: str = "too few rows to follow"


@dataclass(frozen=True)
class Courses:
    """Groups in order, the first in danger first, and the generations they are followed through."""

    courses: tuple[Course, ...]
    generations: tuple[float, ...]
    names: tuple[str, ...]
    title: str
    alt: str
    left_out: int

    @property
    def top(self) -> float:
        """The largest value to draw."""
        kept = [point.high for one in self.courses for point in one.points]
        return max([1.0, *(min(high, 1.25) for high in kept if math.isfinite(high))]) * 1.04


def followed(
    answer: Answer,
    groups: Collection[Group | Mapping[str, str]] | None = None,
    most: int = MOST,
) -> Courses:
    """Return groups of an answer about generations, everyone first, then those in most danger."""
    wanted = None if groups is None else {as_group(group) for group in groups}
    rows: list[Any] = [row for row in answer.rows if wanted is None or row.group in wanted]
    rows = [*(row for row in rows if not row.group), *worst_first([r for r in rows if r.group])]
    steps: dict[Group, list[Any]] = {}
    for step in answer.tables.get("steps", ()):
        steps.setdefault(step.group, []).append(step)
    there = [row for row in rows if steps.get(row.group)]
    shown = [_course(row, steps[row.group], answer) for row in there[:most]]
    first = sorted(next(iter(steps.values()), []), key=_generation)
    apart = float(rows[0].apart) if rows else 1.0
    return Courses(
        courses=tuple(shown),
        generations=tuple(step.generation * apart for step in first),
        names=tuple(visible(step.name) for step in first),
        title="Variety kept, generation by generation",
        alt=_alt(shown),
        left_out=len(there) - len(shown),
    )


def _generation(step: Any) -> int:
    return int(step.generation)


def _course(row: Any, steps: Sequence[Any], answer: Answer) -> Course:
    points = tuple(
        _point(step.generation * row.apart, step.index, first=step.generation == 0)
        for step in sorted(steps, key=_generation)
    )
    known = [point for point in points if not math.isnan(point.kept)]
    says = percent(known[-1].kept) if len(known) > 1 else ""
    if answer.question == "text_generations":
        look, few = text_look(row, answer.settings), "too few texts to follow"
        return Course(row.group, look, points, says, ended(row), few)
    return Course(row.group, look_of(row, answer.settings), points, says, ended(row))


def _point(at: float, index: Any, *, first: bool) -> Point:
    if first:
        return Point(at, 1.0, 1.0, 1.0)
    low, high = 1 - index.high, 1 - index.low
    return Point(at, 1 - index.value, max(low, 0.0), high)


def _alt(shown: Sequence[Course]) -> str:
    """What a group has kept in its last generation that is known, most lost first."""
    known = [(one, *last) for one in shown if (last := _last(one))]
    if not known:
        return "No group can be followed over the generations."
    worst, at, kept = min(known, key=lambda one: (one[2], one[0].group))
    said = (
        f"Lines of the variety that {len(shown)} groups have kept; the least is "
        f"{visible(group_name(worst.group))}'s, {percent(kept)} in generation {at:g}"
    )
    gone = [visible(group_name(one.group)) for one in shown if one.ends]
    return f"{said}; nothing is left of {', '.join(gone[:4])}." if gone else f"{said}."


def _last(course: Course) -> tuple[float, float] | None:
    known = [point for point in course.points if not math.isnan(point.kept)]
    return (known[-1].generation, known[-1].kept) if len(known) > 1 else None


# -- drawn -----------------------------------------------------------------------------------------


def courses(
    answer: Answer,
    groups: Collection[Group] | None = None,
    width: float = 480,
    most: int = 12,
) -> Picture:
    """Return an answer about generations as lines with bands, a small panel for every group."""
    found = followed(answer, groups, most)
    if not found.courses:
        text = Text(width / 2, 20, "no group to show", size=_TEXT, fill="quiet", anchor="middle")
        return Picture(width, 32, (text,), found.alt)
    columns = min(_COLUMNS, len(found.courses))
    wide = (width - _GAP * (columns - 1)) / columns
    items: list[Item] = []
    for place, course in enumerate(found.courses):
        left = (place % columns) * (wide + _GAP)
        top = (place // columns) * (_HEAD + _HIGH + _FOOT + 6)
        items += _panel(found, course, left, top, wide)
    rows = math.ceil(len(found.courses) / columns)
    bottom = rows * (_HEAD + _HIGH + _FOOT + 6) - 6
    note = "shaded: interval; across: generation; upwards: variety kept"
    if found.left_out:
        note += f"; {found.left_out:,} more groups are not drawn"
    items.append(Text(0, bottom + 12, note, size=_SMALL, fill="quiet", room=width))
    return Picture(width, bottom + 16, tuple(items), found.alt)


def _panel(found: Courses, course: Course, left: float, top: float, wide: float) -> Iterator[Item]:
    ceiling, floor = top + _HEAD, top + _HEAD + _HIGH
    right = left + wide - max(8.0, width_of(course.says, _SMALL, bold=True) + 8.0)
    across = Scale(*_ends(found.generations), left + _LEFT, right)
    up = Scale(0.0, found.top, floor, ceiling)
    yield mark(course.look.mark, left + 4, top + 5, 6.5)
    yield Text(left + 11, top + 8, group_name(course.group), size=_TEXT, bold=True, room=wide - 11)
    for share in (0.0, 0.5, 1.0):
        y = up.at(share)
        yield Line(across.left, y, across.right, y, stroke="grid", stroke_width=0.5)
        yield Text(
            across.left - 4, y + 2.4, percent(share), size=_SMALL, fill="quiet", anchor="end"
        )
    for generation in _ticks(found.generations):
        yield Text(
            across.at(generation), floor + 9, f"{generation:g}", size=_SMALL, fill="quiet",
            anchor="middle",
        )  # fmt: skip
    yield from _line(course, across, up)


def _ends(generations: Sequence[float]) -> tuple[float, float]:
    first, last = min(generations), max(generations)
    return (first, last) if last > first else (first, first + 1)


def _ticks(generations: Sequence[float]) -> Sequence[float]:
    """At most six numbers beneath, the first and the last among them where they fit."""
    step = math.ceil(max(len(generations) - 1, 1) / 5)
    return generations[::step]


def _line(course: Course, across: Scale, up: Scale) -> Iterator[Item]:
    known = [point for point in course.points if not math.isnan(point.kept)]
    colour = course.look.mark
    edges = [point for point in known if math.isfinite(point.low + point.high)]
    if len(edges) > 1:
        band = [(across.at(p.generation), up.at(p.high)) for p in edges]
        band += [(across.at(p.generation), up.at(p.low)) for p in reversed(edges)]
        yield Polygon(tuple(band), fill=f"{colour} tint")
    line = [(across.at(point.generation), up.at(point.kept)) for point in known]
    if len(line) > 1:
        yield Polygon(tuple(line), stroke=colour, stroke_width=1.6, closed=False)
    for x, y in line:
        yield mark("ok" if colour == "ok" else colour, x, y, 3.6)
    middle = (across.left + across.right) / 2
    if course.ends:
        yield Text(
            across.right, up.at(0.0) - 3, course.ends, size=_SMALL, fill="problem", anchor="end"
        )
    elif len(line) < 2:
        yield Text(
            middle, up.at(0.5) - 3, course.few, size=_SMALL, fill="quiet",
            anchor="middle",
        )  # fmt: skip
    if course.says and line:
        x, y = line[-1]
        yield Text(x + 5, y + 2.6, course.says, size=_SMALL, fill=colour, bold=True)
