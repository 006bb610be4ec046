"""Generations ranked: in how many of them half of a group's variety is gone, the fewest on top."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from audits.estimates import Estimate, in_effect, many, number
from audits.pictures.arranging import Told, arranged, name
from audits.pictures.panels import Dot, Limit, Look, Panel, Ranking
from audits.results import Answer
from audits.settings import Settings


def generations(answer: Answer, shown: Sequence[Any], most: int) -> Ranking:
    """Return the groups that are gone first, then those that lose half their variety soonest."""
    settings = answer.settings
    rows = worst_first(shown)
    told = Told(
        "Who loses variety, and how fast", _alt(rows, settings), _beside, heads=("gen. 0", "last")
    )

    def panels(drawn: Sequence[Any]) -> tuple[Panel, ...]:
        return _half_lives(drawn, settings), _shares(drawn, settings)

    return arranged(rows, most, told, panels, lambda row: row.half_life.known)


def worst_first(rows: Sequence[Any]) -> list[Any]:
    """Return groups in the order in which they are in danger."""
    return sorted(rows, key=lambda row: (-_danger(row), row.group))


def _danger(row: Any) -> float:
    if row.extinct_at is not None or row.collapsed_at is not None:
        return math.inf
    rate = float(row.decay.value)
    return -math.inf if math.isnan(rate) else rate


def ended(row: Any) -> str:
    """Return when a group was gone, or all alike; nothing where neither happened."""
    if row.extinct_at is not None:
        return f"gone at {row.extinct_at * row.apart:g}"
    if row.collapsed_at is not None:
        return f"all alike at {row.collapsed_at * row.apart:g}"
    return ""


def look_of(row: Any, settings: Settings) -> Look:
    """Return how a group's loss is marked."""
    if ended(row):
        return Look("problem", "nothing left")
    found = row.half_life
    if not found.known:
        return Look("not enough evidence", "no rate")
    if found.high < settings.half_life_problem:
        return Look("problem", "interval below the problem limit")
    if found.high < settings.half_life_watch:
        return Look("watch", "interval below the watch limit")
    return Look("ok", "interval reaches beyond the limits")


def _half_lives(rows: Sequence[Any], settings: Settings) -> Panel:
    watch, problem = settings.half_life_watch, settings.half_life_problem
    return Panel(
        "generations until half is gone",
        tuple(_half_life(row, settings) for row in rows),
        (
            Limit(problem, f"problem {problem:g}"),
            Limit(watch, f"watch {watch:g}", "dot"),
        ),
        band=(watch, math.inf),
        ends=(0.5, max(1000.0, 10 * watch)),
        log=True,
        room=52.0,
    )


def _half_life(row: Any, settings: Settings) -> Dot:
    found, look = row.half_life, look_of(row, settings)
    if ended(row) or not found.known:
        return Dot(Estimate.unknown(), look, ended(row) or "too few steps")
    says = in_effect(found.value)
    if math.isinf(found.high):  # no loss is established: the mark stands at what can be ruled out
        held = Estimate(found.value if math.isfinite(found.value) else math.inf, *_open(found))
        return Dot(held, look, f"≥ {in_effect(found.low)}", tells=_tells(row))
    return Dot(found, look, says, tells=_tells(row))


def _open(found: Estimate) -> tuple[float, float]:
    return found.low, found.high


def _tells(row: Any) -> str:
    found = row.half_life
    if math.isinf(found.high):
        return f"no loss is established; half-life at least {in_effect(found.low)} generations"
    return (
        f"half is gone in {in_effect(found.value)} generations ({in_effect(found.low)} to "
        f"{in_effect(found.high)})"
    )


def _shares(rows: Sequence[Any], settings: Settings) -> Panel:
    limit = settings.share_problem
    return Panel(
        "share in the last ÷ in generation 0",
        tuple(_share(row, limit) for row in rows),
        (Limit(1.0, "unchanged", "solid"), Limit(limit, f"watch {number(limit)}", "dot")),
        band=(limit, math.inf),
        ends=(0.05, 8.0),
        log=True,
    )


def _share(row: Any, limit: float) -> Dot:
    found = row.share_ratio
    if not found.known or found.value <= 0:
        says = "nobody" if row.synthetic == 0 else "not known"
        return Dot(Estimate.unknown(), Look("not enough evidence", "no rate"), says)
    shrunk = found.high < limit
    look = (
        Look("watch", "interval below the watch limit")
        if shrunk
        else Look("ok", "interval reaches beyond the limits")
    )
    return Dot(found, look, number(found.value), tells=f"share kept: {found}")


def _beside(row: Any) -> str:
    real, last = many(row.real, "person", "people"), many(row.synthetic, "row")
    return f"{real} in generation 0, {last} in the last"


def _alt(rows: Sequence[Any], settings: Settings) -> str:
    gone = [row for row in rows if ended(row)]
    known = [row for row in rows if row.half_life.known and not ended(row)]
    said = f"Of {len(rows)} groups, {len(gone)} have nobody, or no variety, left" if gone else ""
    if not known:
        return f"{said or 'No group can be followed over the generations'}."
    soon = sum(row.half_life.high < settings.half_life_watch for row in known)
    lead = f"{said}; " if said else f"Of {len(rows)} groups, "
    first = known[0]
    said = (
        f"{lead}{soon} lose half their variety in fewer than {settings.half_life_watch:g} "
        "generations, by the whole interval"
    )
    if math.isinf(first.half_life.high):
        return f"{said}."
    return (
        f"{said}; the fastest is {name(first)} with {in_effect(first.half_life.value)} generations "
        f"({in_effect(first.half_life.low)} to {in_effect(first.half_life.high)})."
    )
