"""The axes of ranked dots: what they hold, which numbers stand beneath, where words may stand."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from audits.charts.looks import Theme, colours
from audits.pictures.axes import spread
from audits.pictures.panels import Limit, Panel


@dataclass(frozen=True)
class Axis:
    """What a panel is measured in; `start` and `end` bound what is drawn, not what is true."""

    panel: Panel
    start: float
    end: float
    name: str = "x"

    def held(self, value: float) -> float:
        """Return a value moved to the edge it lies beyond."""
        return min(max(value, self.start), self.end)

    def place(self, value: float) -> float:
        """Return where Plotly puts shapes and ranges: logarithms on a logarithmic axis."""
        return math.log10(value) if self.panel.log else value

    @property
    def limits(self) -> list[Limit]:
        """Return the limits that lie on the axis, from left to right."""
        there = [one for one in self.panel.limits if self.start <= one.at <= self.end]
        return sorted(there, key=lambda one: one.at)


def axis_of(panel: Panel, name: str = "x", others: Sequence[Panel] = ()) -> Axis:
    """Return the axis that holds every value and limit of a panel, and of others drawn on it."""
    values = [*panel.shows, *(limit.at for limit in panel.limits)]
    for dot in [dot for one in (panel, *others) for dot in one.dots]:
        values += [dot.estimate.value, dot.estimate.low, dot.estimate.high, dot.people]
    return Axis(panel, *spread(values, panel.ends, log=panel.log), name)


def anchor(at: float, axis: Axis) -> str:
    """Return which end of the words stands on the line, so that none leave the figure."""
    start, end = axis.place(axis.start), axis.place(axis.end)
    place = (axis.place(at) - start) / (end - start)
    return "left" if place < 0.15 else "right" if place > 0.85 else "center"


def axis_settings(axis: Axis, theme: Theme, *, narrow: bool) -> dict[str, Any]:
    """Return how Plotly draws an axis; a narrow one has its title in two lines."""
    panel = axis.panel
    title = _in_two(panel.title) if narrow else panel.title
    ticks = _ticks(axis) if panel.log else {"nticks": 5 if narrow else 6}
    return {
        "title": {
            "text": f"{title}<br>(logarithmic)" if panel.log else title,
            "font": {"size": 12},
        },
        "anchor": "y",
        "type": "log" if panel.log else "linear",
        "range": [axis.place(axis.start), axis.place(axis.end)],
        "tickformat": ".0%" if panel.percent else None,
        "minor": {"showgrid": False},
        "gridcolor": colours(theme)["grid"],
        "zeroline": False,
        "fixedrange": True,
    } | ticks


def _in_two(text: str) -> str:
    """Return a text in two lines, broken near its middle."""
    gaps = [place for place, sign in enumerate(text) if sign == " "]
    if not gaps:
        return text
    middle = min(gaps, key=lambda place: abs(place - len(text) / 2))
    return f"{text[:middle]}<br>{text[middle + 1 :]}"


def _ticks(axis: Axis) -> dict[str, Any]:
    """Return few round numbers: Plotly would write 2 and 5 without their power of ten."""
    first, last = math.floor(math.log10(axis.start)), math.ceil(math.log10(axis.end))
    steps = (1,) if last - first > 4 else (1, 3) if last - first > 2 else (1, 2, 5)
    places = [step * 10.0**power for power in range(first, last + 1) for step in steps]
    inside = [place for place in places if axis.start <= place <= axis.end]
    return {"tickvals": inside, "ticktext": [f"{place:,.4g}" for place in inside]}
