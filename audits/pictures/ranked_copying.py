"""Copying ranked: rows that equal a real person's beyond chance, and rows that nearly do."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from audits.estimates import Estimate, percent
from audits.pictures.arranging import Told, above, arranged, counted, name
from audits.pictures.panels import Dot, Limit, Look, Panel, Ranking
from audits.results import Answer
from audits.settings import Settings


def copying(answer: Answer, shown: Sequence[Any], most: int) -> Ranking:
    """Return the groups with most copies first, equal or near, in units of the limits."""
    settings = answer.settings
    near = any(row.near_copies.known for row in shown)

    def copied(row: Any) -> float:
        shares = (
            row.excess.value / settings.copied_problem,
            row.near_copies.value / settings.near_copies_problem,
        )
        return max((share for share in shares if not math.isnan(share)), default=-math.inf)

    def panels(drawn: Sequence[Any]) -> tuple[Panel, ...]:
        equal = _equal(drawn, settings)
        return (equal, _near(drawn, settings)) if near else (equal,)

    rows = sorted(shown, key=lambda row: (-copied(row), row.group))
    told = Told("Whose rows are those of real people", _alt(rows, settings), counted)
    return arranged(rows, most, told, panels, lambda row: row.excess.known or row.near_copies.known)


def _equal(rows: Sequence[Any], settings: Settings) -> Panel:
    watch, problem = settings.copied_watch, settings.copied_problem
    return Panel(
        "equal to a real row, beyond chance",
        tuple(
            _dot(row.excess, watch, problem, _tells_equal(row), hidden=row.copies < 0)
            for row in rows
        ),
        _limits(watch, problem),
        band=(-math.inf, watch),
        ends=(-0.2, 1.0),
        percent=True,
    )


def _near(rows: Sequence[Any], settings: Settings) -> Panel:
    watch, problem = settings.near_copies_watch, settings.near_copies_problem
    return Panel(
        "nearly copies",
        tuple(_dot(row.near_copies, watch, problem, _tells_near(row)) for row in rows),
        _limits(watch, problem),
        band=(-math.inf, watch),
        ends=(-0.5, 1.0),
        percent=True,
    )


def _limits(watch: float, problem: float) -> tuple[Limit, ...]:
    return (
        Limit(0.0, "chance", "solid"),
        Limit(watch, f"watch {percent(watch)}", "dot"),
        Limit(problem, f"problem {percent(problem)}"),
    )


def _dot(found: Estimate, watch: float, problem: float, tells: str, *, hidden: bool = False) -> Dot:
    if found.known:
        return Dot(found, above(found, watch, problem), percent(found.value), tells=tells)
    says = "hidden" if hidden else "too few people"
    return Dot(found, Look("not enough evidence", "not known"), says, tells=tells)


def _tells_equal(row: Any) -> str:
    return (
        f"{percent(row.copied.value)} equal a real row, {percent(row.chance.value)} by chance; "
        f"{counted(row)} rows"
    )


def _tells_near(row: Any) -> str:
    return (
        f"{percent(row.closer.value)} are nearer to a real person than to one of the holdout, "
        f"{percent(row.closer_expected)} by chance"
    )


def _alt(rows: Sequence[Any], settings: Settings) -> str:
    known = [row for row in rows if row.excess.known]
    if not known:
        return "No group has rows of which it can be said how many are copies."
    many = sum(row.excess.low > settings.copied_watch for row in known)
    near = sum(row.near_copies.low > settings.near_copies_watch for row in rows)
    worst = max(known, key=lambda row: (row.excess.value, row.group))
    said = (
        f"Of {len(rows)} groups, {many} have more than {percent(settings.copied_watch)} of rows "
        "that equal a real person's beyond chance, by the whole interval; the most has "
        f"{name(worst)} with {percent(worst.excess.value)}"
    )
    if not any(row.near_copies.known for row in rows):
        return f"{said}."
    return f"{said}. More than {percent(settings.near_copies_watch)} are near-copies in {near}."
