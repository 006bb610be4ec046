"""Drift of texts ranked: how well texts are told apart, and the shape that moved most."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from audits.estimates import Estimate, number
from audits.pictures.arranging import Told, above, arranged, name
from audits.pictures.panels import Dot, Limit, Look, Panel, Ranking
from audits.results import Answer, Group
from audits.settings import Settings


def text_drift(answer: Answer, shown: Sequence[Any], most: int) -> Ranking:
    """Return the groups that moved most first, by words or by a shape, in units of the limits."""
    settings = answer.settings
    shapes = _worst_shapes(answer)

    def moved(row: Any) -> float:
        apart = (row.auc.value - 0.5) / max(settings.auc_problem - 0.5, 1e-9)
        shape = _in_limits(shapes.get(row.group), settings).value
        return max((v for v in (apart, shape) if not math.isnan(v)), default=-math.inf)

    def panels(drawn: Sequence[Any]) -> tuple[Panel, ...]:
        return (_apart(drawn, settings), _moved([shapes.get(row.group) for row in drawn], settings))

    rows = sorted(shown, key=lambda row: (-moved(row), row.group))
    told = Told(
        "Whose texts no longer look like the real ones", _alt(rows, settings.auc_watch),
        lambda row: _shape(shapes.get(row.group)),
    )  # fmt: skip
    return arranged(rows, most, told, panels, lambda row: row.auc.known or row.group in shapes)


def _alt(rows: Sequence[Any], limit: float) -> str:
    known = sorted((row for row in rows if row.auc.known), key=lambda row: -row.auc.value)
    if not known:
        return "No group has texts enough, real and synthetic, to be told apart."
    apart = sum(row.auc.low > limit for row in known)
    return (
        f"Of {len(rows)} groups, the texts of {apart} are told apart with a chance above "
        f"{number(limit)}, by the whole interval; the most is {name(known[0])} with "
        f"{known[0].auc}."
    )


def _apart(rows: Sequence[Any], settings: Settings) -> Panel:
    watch, problem = settings.auc_watch, settings.auc_problem
    return Panel(
        "chance of telling texts apart",
        tuple(_apart_dot(row, watch, problem) for row in rows),
        (
            Limit(0.5, "guessing", "solid"),
            Limit(watch, f"watch {number(watch)}", "dot"),
            Limit(problem, f"problem {number(problem)}"),
        ),
        band=(0.5, watch),
        ends=(0.0, 1.02),
    )


def _apart_dot(row: Any, watch: float, problem: float) -> Dot:
    if not row.auc.known:
        says = "no real texts" if row.alone else "too few texts"
        return Dot(row.auc, Look("not enough evidence", "not known"), says)
    by = f"stretches of {row.window:,} words" if row.auc_matched else "whole texts"
    tells = (
        f"told apart with a chance of {row.auc}, by {by}; {row.real:,} real, {row.synthetic:,} "
        "synthetic texts"
    )
    return Dot(row.auc, above(row.auc, watch, problem), number(row.auc.value), tells=tells)


def _moved(shapes: Sequence[Any], settings: Settings) -> Panel:
    """The length or readability of each group that moved most, in units of its problem limit."""
    return Panel(
        "worst length or readability ÷ limit",
        tuple(_moved_dot(shape, settings) for shape in shapes),
        (Limit(1.0, "problem"),),
        band=(0.0, 0.0),
        ends=(0.0, 20.0),
        room=124.0,
        shows=(0.0,),
    )


def _moved_dot(shape: Any, settings: Settings) -> Dot:
    if shape is None:
        return Dot(Estimate.unknown(), Look("not enough evidence", "not known"), _shape(None))
    return Dot(
        _in_limits(shape, settings),
        above(shape.shift, settings.shift_watch, settings.shift_problem),
        f"{number(shape.shift.value)} SD",
        shape.attribute,
        tells=_shape(shape),
    )


def _shape(shape: Any) -> str:
    return "nothing to compare" if shape is None else f"{shape.attribute} {shape.shift} SD"


def _worst_shapes(answer: Answer) -> dict[Group, Any]:
    rows: tuple[Any, ...] = answer.tables.get("shapes", ())
    known = [row for row in rows if row.shift.known]
    return {row.group: row for row in sorted(known, key=lambda row: row.shift.value)}


def _in_limits(shape: Any, settings: Settings) -> Estimate:
    if shape is None:
        return Estimate.unknown()
    limit, shift = settings.shift_problem, shape.shift
    return Estimate(shift.value / limit, shift.low / limit, shift.high / limit)
