"""Provenance ranked: on how many real people every synthetic group rests, fewest first."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from audits.estimates import Estimate, in_effect, many
from audits.pictures.arranging import Told, arranged, name
from audits.pictures.panels import Dot, Limit, Look, Panel, Ranking
from audits.results import Answer
from audits.settings import Settings


def provenance(answer: Answer, shown: Sequence[Any], most: int) -> Ranking:
    """Return the groups that rest in effect on the fewest real people first."""
    settings = answer.settings
    rows = sorted(
        shown, key=lambda row: (math.inf if math.isnan(row.basis) else row.basis, row.group)
    )
    told = Told("On how many people each group rests", _alt(rows, settings.support_watch), _beside)

    def panels(drawn: Sequence[Any]) -> tuple[Panel, ...]:
        return (
            Panel(
                "real people that the rows rest on in effect",
                tuple(_dot(row, settings) for row in drawn),
                (
                    Limit(settings.basis_problem, f"problem {settings.basis_problem}"),
                    Limit(settings.support_problem, f"{settings.support_problem} people"),
                    Limit(settings.support_watch, f"watch {settings.support_watch}", "dot"),
                ),
                band=(float(settings.support_watch), math.inf),
                ends=(0.1, math.inf),
                log=True,
            ),
        )

    return arranged(rows, most, told, panels, lambda row: _basis(row).known)


def _alt(rows: Sequence[Any], limit: int) -> str:
    known = [row for row in rows if _basis(row).known]
    if not known:
        return "No group has synthetic rows that rest on anybody."
    few = sum(row.basis < limit for row in known)
    first = known[0]
    return (
        f"Of {len(rows)} groups, {few} rest in effect on fewer than {limit} real people; the "
        f"fewest is {name(first)}, where {_rests(first)} of "
        f"{many(first.real, 'real person', 'real people')}."
    )


def _basis(row: Any) -> Estimate:
    """The effective people; unknown where nothing can rest on anybody."""
    known = row.real > 0 and row.synthetic > 0
    estimate: Estimate = row.effective_people if known else Estimate.unknown()
    return estimate


def _dot(row: Any, settings: Settings) -> Dot:
    who = "person" if in_effect(row.basis) == "1" else "people"
    tells = f"{_rests(row)} {who}; spread {row.kappa} times as widely as fresh people"
    return Dot(_basis(row), _look(row, settings), _says(row), people=float(row.real), tells=tells)


def _rests(row: Any) -> str:
    verb = "rests" if row.synthetic == 1 else "rest"
    return f"{many(row.synthetic, 'synthetic row')} {verb} in effect on {in_effect(row.basis)}"


def _look(row: Any, settings: Settings) -> Look:
    if not _basis(row).known:
        return Look("not enough evidence", "nothing to rest on")
    if row.basis < settings.basis_problem:
        return Look("problem", "in effect: below the problem limit")
    if row.basis < settings.support_watch:
        return Look("watch", "in effect: below the watch limit")
    return Look("ok", "in effect: above the limits")


def _says(row: Any) -> str:
    if _basis(row).known:
        return in_effect(row.basis)
    return "no synthetic row" if row.synthetic == 0 else "rests on nobody"


def _beside(row: Any) -> str:
    if row.synthetic == 0:
        return f"no synthetic row of {many(row.real, 'person', 'people')}"
    if row.real == 0:
        return f"{many(row.synthetic, 'row')} on nobody"
    return f"{many(row.synthetic, 'row')} on {in_effect(row.basis)} of {row.real:,}"
