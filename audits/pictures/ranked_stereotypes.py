"""Stereotypes ranked: the tie of every group that surely changed most."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from audits.estimates import Estimate, number
from audits.pictures.arranging import Told, arranged, counted, name
from audits.pictures.panels import Dot, Limit, Look, Panel, Ranking
from audits.results import Answer
from audits.settings import Settings
from audits.visible import visible

_LONGEST = 26  # letters of a value and its column that stand beside a dot


def stereotypes(answer: Answer, shown: Sequence[Any], most: int) -> Ranking:
    """Return the groups whose surest change is largest first, either way."""
    settings = answer.settings
    rows = sorted(shown, key=lambda row: (-_size(_factor(row)), row.group))
    told = Told("Whose ties have been sharpened, or loosened", _alt(rows, settings), _beside)

    def panels(drawn: Sequence[Any]) -> tuple[Panel, ...]:
        watch, problem = settings.tie_watch, settings.tie_problem
        return (
            Panel(
                "times as strong as among real people",
                tuple(_dot(row, settings) for row in drawn),
                (
                    Limit(1 / problem, ""),
                    Limit(1 / watch, "", "dot"),
                    Limit(1.0, "unchanged", "solid"),
                    Limit(watch, f"watch {number(watch)}", "dot"),
                    Limit(problem, f"problem {number(problem)}"),
                ),
                band=(1 / watch, watch),
                ends=(0.01, 100.0),
                log=True,
                room=150.0,
            ),
        )

    return arranged(rows, most, told, panels, lambda row: _factor(row).known)


def _factor(row: Any) -> Estimate:
    """The surest change, sharpened or loosened."""
    found: Estimate = max((row.sharpest, row.loosest), key=_size)
    return found


def _size(factor: Estimate) -> float:
    """The least change that the interval allows; below 0 where it allows none or is not known."""
    if not factor.known or not 0 < factor.low <= factor.high < math.inf:
        return -math.inf
    if factor.value >= 1:
        return math.log(factor.low)
    return -math.log(factor.high)


def _what(row: Any) -> str:
    """The value and the column of the surest change."""
    sharpened = _size(row.sharpest) >= _size(row.loosest)
    value, attribute = (
        (row.sharpest_value, row.sharpest_attribute)
        if sharpened
        else (row.loosest_value, row.loosest_attribute)
    )
    return "" if value is None else visible(f"{value} ({attribute})")


def _dot(row: Any, settings: Settings) -> Dot:
    factor = _factor(row)
    if not factor.known:
        says = "too few people" if row.ties == 0 else "hidden" if row.listed else "not changed"
        return Dot(factor, Look("not enough evidence", "not known"), says)
    what = _what(row)
    short = what if len(what) <= _LONGEST else f"{what[: _LONGEST - 1]}…"
    return Dot(
        factor, _look(factor, settings), f"{number(factor.value)}×", short,
        tells=f"{what}: {factor} times as strong; {counted(row)} rows",
    )  # fmt: skip


def _look(factor: Estimate, settings: Settings) -> Look:
    least = _size(factor)
    if least > math.log(settings.tie_problem):
        return Look("problem", "interval beyond the problem limit")
    if least > math.log(settings.tie_watch):
        return Look("watch", "interval beyond the watch limit")
    return Look("ok", "interval reaches within the limits")


def _beside(row: Any) -> str:
    what = _what(row)
    return f"{what}; {row.ties:,} ties" if what else f"{row.ties:,} ties"


def _alt(rows: Sequence[Any], settings: Settings) -> str:
    known = [row for row in rows if _factor(row).known]
    if not known:
        return "No group has a tie to another column that could be measured."
    changed = sum(_size(_factor(row)) > math.log(settings.tie_watch) for row in known)
    first = known[0]
    return (
        f"Of {len(rows)} groups, {changed} have a tie to some value that is at least "
        f"{number(settings.tie_watch)} times as strong or as weak as among real people, by the "
        f"whole interval; the surest change is {name(first)} and {_what(first)}, "
        f"{number(_factor(first).value)} times as strong."
    )
