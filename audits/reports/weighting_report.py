"""A weighting as text for a terminal, and as JSON."""

from __future__ import annotations

import math
from typing import Any

from audits.estimates import number, percent
from audits.questions.words import rows as many_rows
from audits.reports.csv_report import table_csv
from audits.reports.json_report import plain, row_to_dict
from audits.reports.text_report import Page
from audits.results import group_name
from audits.reweighting import Weighting

_SHOWN = 30
_MET = 1e-6  # distance from a target, relative to it, that no reader would see


def _spread(spread: float) -> str:
    """The largest weight beside the median, which is nothing where most rows weigh nothing."""
    if math.isinf(spread):
        return "more than half of the rows weigh nothing"
    return f"largest weight over the median {number(spread)}"


def weighting_text(made: Weighting, *, width: int, colour: bool = False) -> str:
    """Write what the weights did to every share, what they cost, and where not to trust them."""
    page = Page(width, colour=colour)
    rounds = f"{made.sweeps} sweep{'' if made.sweeps == 1 else 's'}"
    page.add(f"{many_rows(made.rows)} {made.method} in {rounds}", "bold")
    met = "every share is met" if made.error < _MET else f"a share is {percent(made.error)} off"
    page.add(
        f"worth {made.effective:,.0f} rows (design effect {number(made.design_effect)}); "
        f"{_spread(made.spread)}; {met}"
    )
    page.gap()
    for row in made.margins[:_SHOWN]:
        once = "" if row.trimmed is None else f", {percent(row.trimmed)} once trimmed"
        page.add(
            f"{group_name(row.group)}: {percent(row.before)} before{once}, {percent(row.after)} "
            f"after, {percent(row.target)} due ({many_rows(row.rows)})",
            indent=2,
        )
    if len(made.margins) > _SHOWN:
        page.add(f"and {len(made.margins) - _SHOWN:,} more", indent=2)
    page.gap()
    for line in made.says:
        page.add(line)
    for line in made.warnings:
        page.gap()
        page.add(f"warning: {line}")
    for note in made.notes:
        page.gap()
        page.add(f"note: {note}")
    return page.text


def weighting_to_dict(made: Weighting) -> dict[str, Any]:
    """Return a weighting as strict JSON types; the weights of single rows are left out."""
    plainly = (
        "inputs", "sensitive_features", "method", "synthetic", "cap", "rows", "effective",
        "design_effect", "spread", "sweeps", "error", "warnings", "says", "notes",
    )  # fmt: skip
    return {
        **{name: plain(getattr(made, name)) for name in plainly},
        "margins": [row_to_dict(row) for row in made.margins],
        "cells": [row_to_dict(row) for row in made.cells],
    }


def margins_csv(made: Weighting) -> str:
    """One line per share: before, due and after."""
    columns = ("group", "rows", "before", "target", "trimmed", "after", "error")
    lines = (
        {**{name: getattr(row, name) for name in columns}, "group": group_name(row.group)}
        for row in made.margins
    )
    return table_csv(columns, lines)
