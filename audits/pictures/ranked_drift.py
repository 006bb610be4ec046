"""Drift ranked: how well real and synthetic rows are told apart, and the column that moved most."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from audits.estimates import Estimate, number
from audits.pictures.arranging import Told, above, arranged, counted, name, or_few
from audits.pictures.panels import Dot, Limit, Panel, Ranking
from audits.results import Answer, Group
from audits.settings import Settings
from audits.visible import visible

_LONGEST = 20  # letters of a column's name that stand beside a group's


def drift(answer: Answer, shown: Sequence[Any], most: int) -> Ranking:
    """Return the groups that moved most first, by rows or by a column, in units of the limits."""
    settings = answer.settings
    worst = _worst_columns(answer)

    def moved(row: Any) -> float:
        apart = (row.auc.value - 0.5) / max(settings.auc_problem - 0.5, 1e-9)
        column = _in_limits(worst.get(row.group), settings).value
        return max((v for v in (apart, column) if not math.isnan(v)), default=-math.inf)

    def panels(drawn: Sequence[Any]) -> tuple[Panel, ...]:
        return (
            _apart(drawn, settings),
            _moved([worst.get(row.group) for row in drawn], settings),
        )

    rows = sorted(shown, key=lambda row: (-moved(row), row.group))
    told = Told(
        "Who no longer looks like themselves", _alt(rows, settings.auc_watch),
        lambda row: _column(worst.get(row.group)),
    )  # fmt: skip
    return arranged(rows, most, told, panels, lambda row: row.auc.known or row.group in worst)


def _alt(rows: Sequence[Any], limit: float) -> str:
    known = sorted((row for row in rows if row.auc.known), key=lambda row: -row.auc.value)
    if not known:
        return "No group has rows enough to tell real from synthetic."
    apart = sum(row.auc.low > limit for row in known)
    return (
        f"Of {len(rows)} groups, {apart} are told apart with a chance above {number(limit)}, "
        f"by the whole interval; the most is {name(known[0])} with {known[0].auc}."
    )


def _apart(rows: Sequence[Any], settings: Settings) -> Panel:
    watch, problem = settings.auc_watch, settings.auc_problem
    return Panel(
        "chance of telling rows apart",
        tuple(
            Dot(
                row.auc, above(row.auc, watch, problem), or_few(row.auc),
                tells=f"told apart with a chance of {row.auc}{_sign(row)}; {counted(row)} rows",
            )
            for row in rows
        ),
        (
            Limit(0.5, "guessing", "solid"),
            Limit(watch, f"watch {number(watch)}", "dot"),
            Limit(problem, f"problem {number(problem)}"),
        ),
        band=(0.5, watch),
        ends=(0.0, 1.02),
    )  # fmt: skip


def _sign(row: Any) -> str:
    return ", below one half: a sign of copying, see copying" if row.below_half else ""


def _moved(columns: Sequence[Any], settings: Settings) -> Panel:
    """The worst column of each group, in units of its problem limit."""
    return Panel(
        "worst column ÷ its limit",
        tuple(_moved_dot(column, settings) for column in columns),
        (Limit(1.0, "problem"),),
        band=(0.0, 0.0),
        ends=(0.0, 20.0),
        room=124.0,
        shows=(0.0,),
    )


def _moved_dot(column: Any, settings: Settings) -> Dot:
    if column is None:
        unknown = Estimate.unknown()
        return Dot(unknown, above(unknown, 0, 0), _column(None))
    limits = (_limit(column, settings, name) for name in ("watch", "problem"))
    says = f"{number(column.shift.value)} {_unit(column)}"
    return Dot(
        _in_limits(column, settings), above(column.shift, *limits), says,
        visible(column.attribute), tells=_column(column),
    )  # fmt: skip


def _column(column: Any) -> str:
    if column is None:
        return "no column to compare"
    named = column.attribute
    named = named if len(named) <= _LONGEST else f"{named[: _LONGEST - 1]}…"
    return f"{named} {column.shift} {_unit(column)}"


def _unit(column: Any) -> str:
    return "SD" if column.measure == "shift" else "of people"


def _worst_columns(answer: Answer) -> dict[Group, Any]:
    """The column that moved most, in units of its problem limit, of every group."""
    found: dict[Group, Any] = {}
    rows: tuple[Any, ...] = answer.tables.get("columns", ())
    known = [row for row in rows if row.shift.known]
    for row in sorted(known, key=lambda row: _in_limits(row, answer.settings).value):
        found[row.group] = row
    return found


def _limit(column: Any, settings: Settings, name: str) -> float:
    measure = "shift" if column.measure == "shift" else "drift"
    return float(getattr(settings, f"{measure}_{name}"))


def _in_limits(column: Any, settings: Settings) -> Estimate:
    if column is None:
        return Estimate.unknown()
    limit, shift = _limit(column, settings, "problem"), column.shift
    return Estimate(shift.value / limit, shift.low / limit, shift.high / limit)
