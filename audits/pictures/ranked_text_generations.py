"""Generations of texts ranked: the share of variety that every group has lost, most first."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from audits.estimates import Estimate, many, number, percent
from audits.pictures.arranging import Told, above, arranged, name
from audits.pictures.panels import Dot, Limit, Look, Panel, Ranking
from audits.pictures.ranked_diversity import lost
from audits.results import Answer
from audits.settings import Settings

_STEPS = 3  # from which a loss is measured by where it leads, too


def text_generations(answer: Answer, shown: Sequence[Any], most: int) -> Ranking:
    """Return the groups that are gone first, then those whose texts lost most variety."""
    settings = answer.settings
    rows = sorted(shown, key=_order)
    told = Told("Whose texts narrow", _alt(rows, settings), _beside, heads=("gen. 0", "last"))

    def panels(drawn: Sequence[Any]) -> tuple[Panel, ...]:
        return _losses(drawn, settings), _likeness(drawn)

    return arranged(rows, most, told, panels, lambda row: row.index.known)


def limits_of(row: Any, settings: Settings) -> tuple[float, float]:
    """Return the shares of variety lost from which a group is watched, and is a problem."""
    if row.increments < _STEPS:
        return settings.sameness_watch, settings.sameness_problem
    watch, problem = (
        -math.expm1(-math.log(2) * row.increments / half)
        for half in (settings.half_life_watch, settings.half_life_problem)
    )
    return min(settings.loss_watch, watch), min(settings.loss_problem, problem)


def text_look(row: Any, settings: Settings) -> Look:
    """Return how a group's loss is marked."""
    if row.extinct_at is not None or row.collapsed_at is not None:
        return Look("problem", "nothing left")
    if not row.index.known:
        return Look("not enough evidence", "too few texts")
    return above(row.index, *limits_of(row, settings))


def _order(row: Any) -> tuple[Any, ...]:
    if row.extinct_at is not None:
        return (0, 0.0, row.group)
    return (1, -row.index.value, row.group) if row.index.known else (2, 0.0, row.group)


def _losses(rows: Sequence[Any], settings: Settings) -> Panel:
    known = [limits_of(row, settings) for row in rows if row.index.known]
    watch, problem = max(known, default=(settings.loss_watch, settings.loss_problem))
    return Panel(
        "share of variety lost since generation 0",
        tuple(_loss(row, settings) for row in rows),
        (
            Limit(0.0, "unchanged", "solid"),
            Limit(watch, f"watch {percent(watch)}", "dot"),
            Limit(problem, f"problem {percent(problem)}"),
        ),
        band=(-math.inf, watch),
        ends=(-1.0, math.inf),
        percent=True,
    )


def _loss(row: Any, settings: Settings) -> Dot:
    look = text_look(row, settings)
    if row.extinct_at is not None or not row.index.known:
        says = f"gone at {row.extinct_at}" if row.extinct_at is not None else "too few texts"
        return Dot(Estimate.unknown(), look, says)
    return Dot(row.index, look, percent(row.index.value), tells=f"variety lost {lost(row.index)}")


def _likeness(rows: Sequence[Any]) -> Panel:
    """How far texts have moved, which is no fault."""
    return Panel(
        "moved: both ends less alike than each in itself",
        tuple(_moved(row) for row in rows),
        (Limit(0.0, "where they began", "solid"),),
        band=(-math.inf, math.inf),
    )


def _moved(row: Any) -> Dot:
    look = Look("ok", "drift is no fault")
    if math.isnan(row.moved):
        return Dot(Estimate.unknown(), Look("not enough evidence", "too few texts"), "–")
    held = Estimate(row.moved, row.moved, row.moved)
    return Dot(held, look, number(row.moved), tells=f"moved by {number(row.moved)}")


def _beside(row: Any) -> str:
    return f"{many(row.real, 'text')} in generation 0, {row.synthetic:,} in the last"


def _alt(rows: Sequence[Any], settings: Settings) -> str:
    known = [row for row in rows if row.index.known and row.extinct_at is None]
    gone = [name(row) for row in rows if row.extinct_at is not None]
    said = f"No text is left of {', '.join(gone[:4])}. " if gone else ""
    if not known:
        return f"{said}No group's texts can be followed over the generations."
    narrowed = sum(row.index.low > limits_of(row, settings)[0] for row in known)
    return (
        f"{said}Of {len(rows)} groups, {narrowed} have lost more of their variety than is to be "
        f"watched, by the whole interval; the most is {name(known[0])} with "
        f"{lost(known[0].index)}."
    )
