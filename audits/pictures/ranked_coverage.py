"""Coverage ranked: the share of every group among synthetic rows over that among real ones."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from audits.estimates import Estimate, number
from audits.pictures.arranging import Told, arranged, counted, name
from audits.pictures.panels import Dot, Limit, Look, Panel, Ranking
from audits.results import Answer
from audits.settings import Settings

ENDS = (0.005, 50.0)
"""What a ratio's axis shows at the most; what lies beyond stands at its edge."""


def coverage(answer: Answer, shown: Sequence[Any], most: int) -> Ranking:
    """Return every group but everyone, the lowest ratio first."""
    rows = sorted((row for row in shown if row.group), key=_order)
    told = Told("Who has lost ground", _alt(rows, answer.settings.share_watch), _beside)

    def panels(drawn: Sequence[Any]) -> tuple[Panel, ...]:
        dots = tuple(
            Dot(
                row.ratio, share_look(row.ratio, answer.settings), _says(row),
                tells=f"ratio {row.ratio}; {counted(row)} rows",
            )
            for row in drawn
        )  # fmt: skip
        return (share_panel("share among synthetic rows ÷ share among real rows", dots, answer),)

    return arranged(rows, most, told, panels, lambda row: row.ratio.known)


def share_panel(title: str, dots: tuple[Dot, ...], answer: Answer) -> Panel:
    """Return ratios of shares on a logarithmic axis with the limits in force."""
    watch = answer.settings.share_watch
    return Panel(
        title, dots, share_limits(answer.settings), band=(watch, 1 / watch), ends=ENDS, log=True
    )


def share_limits(settings: Settings) -> tuple[Limit, ...]:
    """Return the lines that shares are compared with."""
    watch, problem = settings.share_watch, settings.share_problem
    return (
        Limit(problem, f"problem {number(problem)}"),
        Limit(watch, f"watch {number(watch)}", "dot"),
        Limit(1.0, "unchanged", "solid"),
        Limit(1 / watch, f"watch {number(1 / watch)}", "dot"),
    )


def share_look(ratio: Estimate, settings: Settings) -> Look:
    """Return on which side of the limits the interval of a ratio of shares lies."""
    if not ratio.known:
        return Look("not enough evidence", "no ratio")
    if ratio.high < settings.share_problem:
        return Look("problem", "interval below the problem limit")
    if ratio.high < settings.share_watch:
        return Look("watch", "interval below the watch limit")
    if ratio.low > 1 / settings.share_watch:
        return Look("over", "interval above the watch limit")
    return Look("ok", "interval reaches between the limits")


def _order(row: Any) -> tuple[Any, ...]:
    """By ratio; groups without one come last, most synthetic rows first.

    There may be hundreds of them, and before the others they would be all that is drawn.
    """
    if row.ratio.known:
        return (0, row.ratio.value, row.group)
    return (1, -float(row.synthetic), row.group)


def _alt(rows: Sequence[Any], watch: float) -> str:
    known = [row for row in rows if row.ratio.known]
    if not known:
        return "No group has a share to compare."
    low = sum(row.ratio.high < watch for row in known)
    return (
        f"Of {len(rows)} groups, {low} have a share ratio whose whole interval lies below "
        f"{number(watch)}; the lowest is {name(known[0])} at {known[0].ratio}, the highest "
        f"{name(known[-1])} at {known[-1].ratio}."
    )


def _says(row: Any) -> str:
    if row.ratio.known:
        return number(row.ratio.value)
    if row.real:
        return "too few for a rate"
    return "invented" if row.synthetic else "in neither table"


def _beside(row: Any) -> str:
    return counted(row) if row.ratio.known else f"{counted(row)}: {_says(row)}"
