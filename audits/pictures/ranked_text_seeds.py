"""Seeds ranked: how widely the synthetic texts of every group are spread over real ones."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from audits.estimates import number
from audits.pictures.arranging import Told, arranged, name
from audits.pictures.panels import Dot, Limit, Look, Panel, Ranking
from audits.results import Answer
from audits.settings import Settings


def text_seeds(answer: Answer, shown: Sequence[Any], most: int) -> Ranking:
    """Return the groups whose texts are spread over the fewest real ones first."""
    settings = answer.settings
    rows = sorted(shown, key=lambda row: (_value(row), row.group))

    def panels(drawn: Sequence[Any]) -> tuple[Panel, ...]:
        return (_panel(drawn, settings),)

    told = Told("How widely texts are spread over real ones", _alt(rows, settings), lambda _row: "")
    return arranged(rows, most, told, panels, lambda row: row.spread.known)


def _value(row: Any) -> float:
    return math.inf if math.isnan(row.spread.value) else float(row.spread.value)


def _panel(rows: Sequence[Any], settings: Settings) -> Panel:
    watch, problem = settings.kappa_watch, settings.kappa_problem
    return Panel(
        "spread over real texts ÷ that of fresh real texts",
        tuple(_dot(row, settings) for row in rows),
        (
            Limit(1.0, "as fresh ones", "solid"),
            Limit(watch, f"watch {number(watch)}", "dot"),
            Limit(problem, f"problem {number(problem)}"),
        ),
        band=(watch, math.inf),
        ends=(0.1, math.inf),
        log=True,
    )


def _dot(row: Any, settings: Settings) -> Dot:
    found = row.spread
    if not found.known:
        return Dot(found, Look("not enough evidence", "not known"), "too few texts")
    if found.high < settings.kappa_problem:
        look = Look("problem", "interval below the problem limit")
    elif found.high < settings.kappa_watch:
        look = Look("watch", "interval below the watch limit")
    else:
        look = Look("ok", "interval reaches the limits")
    return Dot(found, look, number(found.value), tells=f"spread {found}")


def _alt(rows: Sequence[Any], settings: Settings) -> str:
    known = [row for row in rows if row.spread.known]
    if not known:
        return "Of no group it is known how widely its texts are spread over real ones."
    few = sum(row.spread.high < settings.kappa_watch for row in known)
    return (
        f"Of {len(rows)} groups, {few} are surely spread less widely than "
        f"{number(settings.kappa_watch)} times as fresh real texts; the narrowest is "
        f"{name(known[0])} with {known[0].spread}."
    )
