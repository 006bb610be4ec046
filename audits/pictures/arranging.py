"""What every ranking shares: how many are drawn, what a mark says, how rows and names are told."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from audits.estimates import Estimate, number
from audits.pictures.panels import Look, Panel, Ranking
from audits.results import group_name
from audits.visible import visible


def _both_tables(row: Any) -> tuple[int, int]:
    return row.real, row.synthetic


@dataclass(frozen=True)
class Told:
    """What is said of a ranking: above it, instead of it, and beside every group's name.

    `counts` are two numbers that stand with every group, under `heads`.
    """

    title: str
    alt: str
    beside: Callable[[Any], str]
    counts: Callable[[Any], tuple[int, int]] = _both_tables
    heads: tuple[str, str] = ("real", "synth.")


def arranged(
    rows: Sequence[Any],
    most: int,
    told: Told,
    panels: Callable[[Sequence[Any]], tuple[Panel, ...]],
    known: Callable[[Any], bool],
) -> Ranking:
    """Return the first of some rows in panels; of the rest, how many there are."""
    drawn, rest = rows[:most], rows[most:]
    return Ranking(
        groups=tuple(row.group for row in drawn),
        rows=tuple(told.counts(row) for row in drawn),
        panels=panels(drawn),
        alt=told.alt,
        title=told.title,
        beside=tuple(told.beside(row) for row in drawn),
        left_out=len(rest),
        left_out_unknown=sum(not known(row) for row in rest),
        heads=told.heads,
    )


def name(row: Any) -> str:
    """Return the name of a row's group for a sentence."""
    return visible(group_name(row.group))


def counted(row: Any) -> str:
    """Return how many rows of each table are a group's."""
    return f"{row.real:,} real, {row.synthetic:,} synthetic"


def above(value: Estimate, watch: float, problem: float) -> Look:
    """Return the look of a value of which much is bad."""
    if not value.known:
        return Look("not enough evidence", "too few rows")
    if value.low > problem:
        return Look("problem", "interval above the problem limit")
    if value.low > watch:
        return Look("watch", "interval above the watch limit")
    return Look("ok", "interval reaches below the limits")


def or_few(value: Estimate) -> str:
    """Return how a value is written, or why there is none."""
    return number(value.value) if value.known else "too few rows"
