"""The shares of groups in both tables over their shares in a reference population."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from audits.estimates import Estimate, number
from audits.pictures.arranging import Told, arranged, counted, name
from audits.pictures.dots import drawn as drawn_dots
from audits.pictures.model import Picture
from audits.pictures.panels import Dot, Look, Ranking
from audits.pictures.ranked_coverage import share_look, share_panel
from audits.results import Answer, Group, as_group

REAL, SYNTHETIC = "real table ÷ reference", "synthetic table ÷ reference"
_NO_RATE = "too few, or not in the reference: no rate"


def against_reference(
    coverage: Answer,
    groups: Collection[Group | Mapping[str, str]] | None = None,
    width: float = 480,
    most: int = 20,
) -> Picture:
    """Return what became of every group's share in the population: in the sample, and synthesised.

    Parameters
    ----------
    coverage : Answer
        To the question "coverage"; of groups without a rate, see `too_few`.
    groups : collection of Group, optional
        The groups to show; all of them if left out.
    width : float
        In points.
    most : int
        How many groups to draw; a note says how many are left out.
    """
    return drawn_dots(reference_ranking(coverage, groups, most), width)


def too_few(coverage: Answer, fewest: int) -> Answer:
    """Return the answer without the rates of groups of fewer real people than `fewest`."""
    none = Estimate.unknown()
    counted_: tuple[Any, ...] = coverage.rows
    rows = tuple(
        row
        if row.real >= fewest or not row.group
        else dataclasses.replace(
            row, ratio=none, representation=none, representation_synthetic=none
        )
        for row in counted_
    )
    return dataclasses.replace(coverage, rows=rows, tables={**coverage.tables, "groups": rows})


def reference_ranking(
    coverage: Answer, groups: Collection[Group | Mapping[str, str]] | None, most: int
) -> Ranking:
    """Return every group but everyone, the least represented first, in a panel for each table."""
    wanted = None if groups is None else {as_group(group) for group in groups}
    shown: list[Any] = [row for row in coverage.rows if row.group]
    rows = sorted((row for row in shown if wanted is None or row.group in wanted), key=_order)
    told = Told(
        "Who is missing from the population", _alt(rows, coverage.settings.share_watch), _beside
    )

    def panels(drawn: Sequence[Any]) -> Any:
        # both on one scale, or the eye would compare what cannot be compared
        shows = tuple(v for row in drawn for one in _rates(row) for v in (one.low, one.high))
        return tuple(
            dataclasses.replace(
                share_panel(title, tuple(_dot(row, side, coverage) for row in drawn), coverage),
                shows=shows,
            )
            for side, title in enumerate((REAL, SYNTHETIC))
        )

    return arranged(rows, most, told, panels, lambda row: bool(_rates(row)))


def _rates(row: Any) -> list[Estimate]:
    both = (row.representation, row.representation_synthetic)
    return [one for one in both if one.known]


def _order(row: Any) -> tuple[Any, ...]:
    rates = _rates(row)
    if rates:
        return (0, min(one.value for one in rates), row.group)
    return (1, -float(row.real), row.group)


def _dot(row: Any, side: int, coverage: Answer) -> Dot:
    rate = (row.representation, row.representation_synthetic)[side]
    if not rate.known:
        return Dot(rate, Look("not enough evidence", _NO_RATE), "no rate")
    look = share_look(rate, coverage.settings)
    tells = f"{(REAL, SYNTHETIC)[side]}: {rate}; {counted(row)} rows"
    return Dot(rate, look, number(rate.value), tells=tells)


def _beside(row: Any) -> str:
    return counted(row) if _rates(row) else f"{counted(row)}: no rate"


def _alt(rows: Sequence[Any], watch: float) -> str:
    known = [row for row in rows if row.representation.known]
    if not known:
        return "No group has a share in the reference population to compare with."
    low = sum(row.representation.high < watch for row in known)
    least = min(known, key=lambda row: (row.representation.value, row.group))
    return (
        f"Of {len(known)} groups with a share in the reference population, {low} hold less than "
        f"{number(watch)} of it in the real table, by the whole interval; the least is "
        f"{name(least)} at {least.representation}, and at {least.representation_synthetic} in "
        "the synthetic table."
    )
