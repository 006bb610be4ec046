"""Plausibility ranked: rows that break a rule beyond fresh people, and whom a filter would hit."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from audits.estimates import Estimate, percent
from audits.pictures.arranging import Told, above, arranged, counted, name
from audits.pictures.panels import Dot, Limit, Look, Panel, Ranking
from audits.results import Answer
from audits.settings import Settings


def plausibility(answer: Answer, shown: Sequence[Any], most: int) -> Ranking:
    """Return the groups with most rows that break a rule first."""
    settings = answer.settings
    whole = next((row for row in answer.rows if not row.group), None)
    everyone = Estimate.unknown() if whole is None else whole.real_rate  # type: ignore[attr-defined]

    def panels(drawn: Sequence[Any]) -> tuple[Panel, ...]:
        return _broken(drawn, settings), _removed(drawn, everyone, settings)

    rows = sorted(shown, key=lambda row: (-_most(row), row.group))
    told = Told("Who could hardly exist", _alt(rows, settings.implausible_watch), counted)
    return arranged(rows, most, told, panels, lambda row: row.excess.known)


def _most(row: Any) -> float:
    value = float(row.excess.value)
    return -math.inf if math.isnan(value) else value


def _broken(rows: Sequence[Any], settings: Settings) -> Panel:
    watch, problem = settings.implausible_watch, settings.implausible_problem
    return Panel(
        "break a rule, beyond fresh people",
        tuple(_dot(row, row.excess, above(row.excess, watch, problem), _tells(row))
              for row in rows),
        (
            Limit(0.0, "as fresh people", "solid"),
            Limit(watch, f"watch {percent(watch)}", "dot"),
            Limit(problem, f"problem {percent(problem)}"),
        ),
        band=(-math.inf, watch),
        ends=(-0.3, 1.0),
        percent=True,
    )  # fmt: skip


def _removed(rows: Sequence[Any], everyone: Estimate, settings: Settings) -> Panel:
    """Real people whom a filter would remove, against those of everyone."""
    limit = everyone.value + settings.removal_watch
    limits = (
        (
            Limit(everyone.value, "everyone", "solid"),
            Limit(limit, f"watch {percent(limit)}", "dot"),
        )
        if everyone.known
        else ()
    )
    return Panel(
        "real people a filter would remove",
        tuple(_removed_dot(row, limit) for row in rows),
        limits,
        band=(-math.inf, limit) if everyone.known else (0.0, 0.0),
        ends=(0.0, 1.0),
        percent=True,
    )


def _removed_dot(row: Any, limit: float) -> Dot:
    found = row.real_rate
    look = above(found, limit if row.group else math.inf, math.inf)
    if look.mark == "ok":
        look = Look("ok", "interval reaches below the limits")
    return _dot(row, found, look, f"{found} of the real people would be removed")


def _dot(row: Any, found: Estimate, look: Look, tells: str) -> Dot:
    if found.known:
        return Dot(found, look, percent(found.value), tells=tells)
    says = "hidden" if row.flagged < 0 or row.real_flagged < 0 else "too few people"
    return Dot(found, Look("not enough evidence", "not known"), says, tells=tells)


def _tells(row: Any) -> str:
    return (
        f"{percent(row.observed.value)} break a rule, {percent(row.expected.value)} of fresh "
        f"people would; {counted(row)} rows"
    )


def _alt(rows: Sequence[Any], watch: float) -> str:
    known = [row for row in rows if row.excess.known]
    if not known:
        return "No group has rows enough to hold against the rules of real people."
    many = sum(row.excess.low > watch for row in known)
    return (
        f"Of {len(rows)} groups, {many} have more than {percent(watch)} of rows that break a rule "
        f"beyond fresh real people, by the whole interval; the most has {name(known[0])} with "
        f"{percent(known[0].excess.value)}."
    )
