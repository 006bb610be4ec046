"""Likeness of texts ranked: how many times as alike a group's texts are."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from audits.estimates import number
from audits.pictures.arranging import Told, above, arranged, name
from audits.pictures.panels import Dot, Limit, Look, Panel, Ranking
from audits.results import Answer
from audits.settings import Settings


def text_diversity(answer: Answer, shown: Sequence[Any], most: int) -> Ranking:
    """Return the groups whose texts are most alike first."""
    settings = answer.settings
    rows = sorted(shown, key=_order)
    told = Told("Whose texts sound more alike", _alt(rows, settings), _beside)
    return arranged(
        rows, most, told, lambda drawn: (_panel(drawn, settings),), lambda row: row.ratio.known
    )


def _order(row: Any) -> tuple[Any, ...]:
    return (-row.ratio.value if row.ratio.known else math.inf, row.group)


def _panel(rows: Sequence[Any], settings: Settings) -> Panel:
    watch, problem = settings.alike_watch, settings.alike_problem
    alone = bool(rows) and rows[0].alone
    return Panel(
        "times as alike as other groups' texts" if alone else "times as alike as real texts",
        tuple(_dot(row, settings) for row in rows),
        (
            Limit(1.0, "as alike", "solid"),
            Limit(watch, f"watch {number(watch)}", "dot"),
            Limit(problem, f"problem {number(problem)}"),
        ),
        band=(1 / watch, watch),
        ends=(0.1, 100.0),
        log=True,
    )


def _dot(row: Any, settings: Settings) -> Dot:
    if not row.ratio.known:
        return Dot(row.ratio, Look("not enough evidence", "not known"), _why(row))
    tells = f"{row.ratio} times as alike; mean similarity {row.similarity}, beside {row.beside}"
    look = above(row.ratio, settings.alike_watch, settings.alike_problem)
    return Dot(row.ratio, look, f"{number(row.ratio.value)}×", tells=tells)


def _why(row: Any) -> str:
    if row.similarity.known:
        return "hidden"
    return "no real texts" if row.alone and not row.group else "too few texts"


def _beside(row: Any) -> str:
    if not row.ratio.known:
        return _why(row)
    return f"similarity {number(row.similarity.value)}, beside {number(row.beside.value)}"


def _alt(rows: Sequence[Any], settings: Settings) -> str:
    known = [row for row in rows if row.ratio.known]
    if not known:
        return "No group has texts enough for it to be said how alike they sound."
    alike = sum(row.ratio.low > settings.alike_watch for row in known)
    what = "other groups' are" if known[0].alone else "real ones are"
    return (
        f"Of {len(rows)} groups, the texts of {alike} are at least "
        f"{number(settings.alike_watch)} times as alike as {what}, by the whole interval; the most "
        f"is {name(known[0])} with {known[0].ratio}."
    )
