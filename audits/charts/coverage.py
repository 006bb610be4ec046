"""Coverage: the share of every group, synthetic over real, lowest first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from audits.charts.dots import (
    Axis,
    Dot,
    Limit,
    Look,
    View,
    bounds,
    dot_figure,
)
from audits.charts.names import plain
from audits.estimates import Estimate, number
from audits.results import Answer
from audits.settings import Settings

if TYPE_CHECKING:
    import plotly.graph_objects as go

_UNKNOWN = Look("no ratio", "not enough evidence")


def draw(answer: Answer, view: View) -> go.Figure:
    """Draw the share ratio of every group with its interval, on a logarithmic axis."""
    settings = answer.settings
    rows = _rows(answer)
    marks = limits(settings)
    values = [v for row in rows for v in (row.ratio.value, row.ratio.low, row.ratio.high)] + [
        limit.at for limit in marks
    ]
    low, high = bounds(values, log=True)
    axis = Axis(
        "share among synthetic rows ÷ share among real rows<br>(logarithmic)",
        max(low, 0.005), min(high, 50.0), log=True,
    )  # fmt: skip
    dots = [
        Dot(row.group, row.ratio, _look(row.ratio, settings), _beside(row), _hover(row))
        for row in rows
    ]
    return dot_figure(dots, axis, marks, title="Who has lost ground", total=len(rows), view=view)


def alt(answer: Answer) -> str:
    """Name the groups with the lowest and the highest ratio."""
    rows = _rows(answer)
    known = [row for row in rows if row.ratio.known]
    if not known:
        return "No group has a share to compare."
    limit = answer.settings.share_watch
    low = sum(row.ratio.high < limit for row in known)
    first, last = known[0], known[-1]
    return (
        f"Of {len(rows)} groups, {low} have a share ratio whose whole interval lies below "
        f"{number(limit)}; the lowest is {plain(first.group)} at {first.ratio}, the highest "
        f"{plain(last.group)} at {last.ratio}."
    )


def _rows(answer: Answer) -> list[Any]:
    """Every group but everyone, by ratio; those without one come last, most synthetic rows first.

    There may be hundreds of them, and before the others they would be all that is drawn.
    """
    rows: list[Any] = [row for row in answer.rows if row.group]
    return sorted(
        rows,
        key=lambda row: (
            (0, row.ratio.value, row.group)
            if row.ratio.known
            else (1, -float(row.synthetic), row.group)
        ),
    )


def limits(settings: Settings) -> list[Limit]:
    """Return the lines that shares are compared with."""
    return [
        Limit(settings.share_problem, f"problem {number(settings.share_problem)}"),
        Limit(settings.share_watch, f"watch {number(settings.share_watch)}", "dot"),
        Limit(1.0, "unchanged", "solid"),
        Limit(1 / settings.share_watch, f"watch {number(1 / settings.share_watch)}", "dot"),
    ]


def _look(ratio: Estimate, settings: Settings) -> Look:
    if not ratio.known:
        return _UNKNOWN
    if ratio.high < settings.share_problem:
        return Look("interval below the problem limit", "problem")
    if ratio.high < settings.share_watch:
        return Look("interval below the watch limit", "watch")
    if ratio.low > 1 / settings.share_watch:
        return Look("interval above the watch limit", "over")
    return Look("interval reaches between the limits", "ok")


def _beside(row: Any) -> str:
    said = f"{row.real:,} real, {row.synthetic:,} synthetic"
    if row.ratio.known:
        return said
    if row.real:
        return f"{said}: too few for a rate"
    return f"{said}: {'invented' if row.synthetic else 'in neither table'}"


def _hover(row: Any) -> str:
    return f"ratio {row.ratio}; {row.real:,} real and {row.synthetic:,} synthetic rows"
