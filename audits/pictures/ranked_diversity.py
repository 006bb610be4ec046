"""Diversity ranked: the share of variety that every group has lost, most first."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from audits.estimates import Estimate, percent
from audits.pictures.arranging import Told, above, arranged, counted, name
from audits.pictures.panels import Dot, Limit, Panel, Ranking
from audits.results import Answer


def diversity(answer: Answer, shown: Sequence[Any], most: int) -> Ranking:
    """Return the groups that lost most variety first."""
    watch, problem = answer.settings.sameness_watch, answer.settings.sameness_problem
    rows = sorted(
        shown,
        key=lambda row: (math.inf if math.isnan(row.index.value) else -row.index.value, row.group),
    )
    told = Told("Who has become more alike", _alt(rows, watch), _beside)

    def panels(drawn: Sequence[Any]) -> tuple[Panel, ...]:
        return (
            Panel(
                "share of variety lost (negative: gained)",
                tuple(_dot(row, watch, problem) for row in drawn),
                (
                    Limit(0.0, "unchanged", "solid"),
                    Limit(watch, f"watch {percent(watch)}", "dot"),
                    Limit(problem, f"problem {percent(problem)}"),
                ),
                band=(-math.inf, watch),
                ends=(-1.0, math.inf),
                percent=True,
            ),
        )

    return arranged(rows, most, told, panels, lambda row: row.index.known)


def lost(index: Estimate) -> str:
    """Return a share of variety with its interval, in percent."""
    return f"{percent(index.value)} ({percent(index.low)} to {percent(index.high)})"


def _dot(row: Any, watch: float, problem: float) -> Dot:
    says = percent(row.index.value) if row.index.known else "too few rows"
    tells = f"variety lost {lost(row.index)}, over {row.columns} columns; {counted(row)} rows"
    return Dot(row.index, above(row.index, watch, problem), says, tells=tells)


def _beside(row: Any) -> str:
    return counted(row) if row.index.known else f"{counted(row)}: too few to say"


def _alt(rows: Sequence[Any], watch: float) -> str:
    known = [row for row in rows if row.index.known]
    if not known:
        return "No group has a variety to compare."
    many = sum(row.index.low > watch for row in known)
    return (
        f"Of {len(rows)} groups, {many} have lost more than {percent(watch)} of their variety, by "
        f"the whole interval; the most is {name(known[0])} with {lost(known[0].index)}."
    )
