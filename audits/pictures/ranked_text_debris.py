"""Debris ranked: how many more synthetic texts than real ones are broken or repeated."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from audits.estimates import Estimate, percent
from audits.pictures.arranging import Told, above, arranged, name
from audits.pictures.panels import Dot, Limit, Look, Panel, Ranking
from audits.results import Answer
from audits.settings import Settings


def text_debris(answer: Answer, shown: Sequence[Any], most: int) -> Ranking:
    """Return the groups with the most debris first."""
    settings = answer.settings
    rows = sorted(shown, key=lambda row: (-_value(row), row.group))

    def panels(drawn: Sequence[Any]) -> tuple[Panel, ...]:
        return (_panel(drawn, settings),)

    told = Told("Whose texts are broken or repeated", _alt(rows, settings), lambda _row: "")
    return arranged(rows, most, told, panels, lambda row: _drawn(row).known)


def _drawn(row: Any) -> Estimate:
    """The share beyond that of real texts; the share itself where there are none."""
    found: Estimate = row.synthetic_share if row.alone else row.more
    return found


def _value(row: Any) -> float:
    value = _drawn(row).value
    return -math.inf if math.isnan(value) else float(value)


def _panel(rows: Sequence[Any], settings: Settings) -> Panel:
    alone = any(row.alone for row in rows)
    watch, problem = settings.debris_watch, settings.debris_problem
    limits = () if alone else (
        Limit(0.0, "as the real ones", "solid"),
        Limit(watch, f"watch {percent(watch)}", "dot"),
        Limit(problem, f"problem {percent(problem)}"),
    )  # fmt: skip
    band = (0.0, 1.0) if alone else (-1.0, watch)
    title = "share of the synthetic texts" if alone else "share of synthetic less share of real"
    return Panel(title, tuple(_dot(row, settings) for row in rows), limits, band)


def _dot(row: Any, settings: Settings) -> Dot:
    found = _drawn(row)
    if not found.known:
        says = "hidden" if row.hits_synthetic < 0 else "too few texts"
        return Dot(found, Look("not enough evidence", "not known"), says)
    tells = f"{percent(found.value)} ({percent(found.low)} to {percent(found.high)})"
    if row.alone:
        look = Look("not enough evidence", "no real texts")
    else:
        look = above(found, settings.debris_watch, settings.debris_problem)
    return Dot(found, look, percent(found.value), tells=tells)


def _alt(rows: Sequence[Any], settings: Settings) -> str:
    known = [row for row in rows if _drawn(row).known]
    if not known:
        return "Of no group it is known how many texts are broken or repeated."
    beyond = sum(_drawn(row).low > settings.debris_watch for row in known)
    return (
        f"Of {len(rows)} groups, {beyond} surely have more broken or repeated synthetic texts than "
        f"real ones by above {percent(settings.debris_watch)}; the most is {name(known[0])} with "
        f"{percent(_drawn(known[0]).value)}."
    )
