"""Who is missing: the shares of groups in both tables against a reference population."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any

from audits.charts.answers import only
from audits.charts.coverage import limits
from audits.charts.dots import (
    MOST,
    Axis,
    Dot,
    Look,
    View,
    add_dots,
    bounds,
    dot_figure,
)
from audits.charts.looks import Theme, colours
from audits.charts.names import plain
from audits.estimates import Estimate, number
from audits.results import Answer, Group, as_group

if TYPE_CHECKING:
    import plotly.graph_objects as go

_REAL = Look("real table ÷ reference", "real", "circle")
_SYNTHETIC = Look("synthetic table ÷ reference", "synthetic", "square")
_UNKNOWN = Look("too few, or not in the reference: no rate", "not enough evidence")


def against_reference(
    coverage: Answer,
    *,
    theme: Theme = "light",
    groups: Collection[Group] | None = None,
    highlight: Group | Mapping[str, str] | None = None,
    fewest: int = 1,
) -> go.Figure:
    """Return what became of every group's share in the population: in the sample, and synthesised.

    A group of fewer real people than `fewest`, or outside the reference, is hatched: no rate.
    """
    answer = coverage if groups is None else only(coverage, groups)
    view = View(theme, None if highlight is None else as_group(highlight))
    rows = _rows(answer, fewest)
    marks = limits(answer.settings)
    axis = _axis(rows, [limit.at for limit in marks], fewest)
    dots = [_dot(row, _real(row, fewest), _REAL) for row in rows]
    title = "Who is missing from the population"
    figure = dot_figure(dots, axis, marks, title=title, total=len(rows), view=view)
    others = [_dot(row, _synthetic(row, fewest), _SYNTHETIC) for row in rows]
    add_dots(figure, others[:MOST], axis, view=view, shift=0.2, dash="dot")
    add_band(figure, axis, answer, theme)
    figure.update_layout(meta={"alt": _alt(rows, fewest, answer.settings.share_watch)})
    return figure


def too_few(coverage: Answer, fewest: int) -> Answer:
    """Return the answer without the rates of groups of fewer real people than `fewest`."""
    none = Estimate.unknown()
    counted: tuple[Any, ...] = coverage.rows
    rows = tuple(
        row if row.real >= fewest or not row.group else dataclasses.replace(row, ratio=none)
        for row in counted
    )
    return dataclasses.replace(coverage, rows=rows, tables={**coverage.tables, "groups": rows})


def add_band(figure: Any, axis: Axis, answer: Answer, theme: Theme) -> None:
    """Shade where a share is near enough to what it is compared with."""
    low = max(answer.settings.share_watch, axis.start)
    high = min(1 / answer.settings.share_watch, axis.end)
    figure.add_shape(
        type="rect", x0=low, x1=high, y0=0, y1=1, yref="paper", layer="below",
        fillcolor=colours(theme)["band"], line={"width": 0},
    )  # fmt: skip


def _rows(answer: Answer, fewest: int) -> list[Any]:
    """Every group but everyone, the least represented among synthetic rows first."""
    rows: list[Any] = [row for row in answer.rows if row.group]

    def rank(row: Any) -> tuple[int, float, Group]:
        rate = min(
            (one.value for one in (_real(row, fewest), _synthetic(row, fewest)) if one.known),
            default=None,
        )
        return (0, rate, row.group) if rate is not None else (1, -float(row.real), row.group)

    return sorted(rows, key=rank)


def _axis(rows: list[Any], at: list[float], fewest: int) -> Axis:
    rates = [rate(row, fewest) for row in rows for rate in (_real, _synthetic)]
    values = [v for one in rates for v in (one.value, one.low, one.high)]
    low, high = bounds([*values, *at], log=True)
    title = "share ÷ share in the reference population<br>(logarithmic)"
    return Axis(title, max(low, 0.005), min(high, 50.0), log=True)


def _real(row: Any, fewest: int) -> Estimate:
    return row.representation if row.real >= fewest else Estimate.unknown()


def _synthetic(row: Any, fewest: int) -> Estimate:
    return row.representation_synthetic if row.real >= fewest else Estimate.unknown()


def _dot(row: Any, rate: Estimate, look: Look) -> Dot:
    beside = f"{row.real:,} real, {row.synthetic:,} synthetic"
    if not rate.known:
        return Dot(row.group, rate, _UNKNOWN, f"{beside}: no rate", "")
    hover = f"{look.says}: {rate}; {beside} rows"
    return Dot(row.group, rate, look, beside, hover)


def _alt(rows: list[Any], fewest: int, limit: float) -> str:
    known = [row for row in rows if _real(row, fewest).known]
    if not known:
        return "No group has a share in the reference population to compare with."
    low = sum(_real(row, fewest).high < limit for row in known)
    least = min(known, key=lambda row: (row.representation.value, row.group))
    return (
        f"Of {len(known)} groups with a share in the reference population, {low} hold less than "
        f"{number(limit)} of it in the real table, by the whole interval; the least is "
        f"{plain(least.group)} at {least.representation}, and at "
        f"{least.representation_synthetic} in the synthetic table."
    )
