"""A simulation as text for a terminal, and as JSON."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

from audits.reports.csv_report import table_csv
from audits.reports.frames import flat
from audits.reports.json_report import plain, row_to_dict, write_whole
from audits.reports.text_report import Page
from audits.simulation import Simulation, words

_SHOWN = 12  # groups that a terminal shows


def simulation_to_dict(simulation: Simulation) -> dict[str, Any]:
    """Return a simulation as strict JSON types."""
    recipe = simulation.recipe
    return {
        "format": Simulation.FORMAT,
        "simulation": plain(dataclasses.asdict(recipe)),
        "sensitive_features": list(simulation.sensitive_features),
        "inputs": plain(simulation.inputs),
        "columns": plain(simulation.columns),
        "settings": simulation.settings.to_dict(),
        "versions": dict(simulation.versions),
        "notes": list(simulation.notes),
        "says": [words.group(row, recipe) for row in simulation.groups],
        "plan_says": [words.fresh(row, recipe) for row in simulation.plan],
        "tables": {
            name: [row_to_dict(row) for row in rows] for name, rows in simulation.tables.items()
        },
    }


def save_simulation(simulation: Simulation, path: str | Path) -> Path:
    """Write a simulation as JSON, whole or not at all."""
    text = json.dumps(simulation_to_dict(simulation), allow_nan=False, ensure_ascii=False)
    return write_whole(path, text)


def simulation_csv(simulation: Simulation) -> str:
    """One line per group and generation."""
    lines = [flat(row) for row in simulation.steps]
    names = list(dict.fromkeys(name for line in lines for name in line))
    return table_csv(names, lines)


def simulation_text(simulation: Simulation, *, width: int, colour: bool = False) -> str:
    """Write what was simulated, what groups keep, and what fresh rows would hold."""
    page, recipe = Page(width, colour=colour), simulation.recipe
    source = simulation.inputs[0]
    page.add(f"{source.name}, {source.rows:,} real rows", "bold")
    page.add(words.loop(recipe))
    page.gap()
    page.add("What is left of every group at the end, on average, least first", "bold")
    shown = simulation.groups[:_SHOWN]
    for row in [row for row in simulation.groups if row in shown or not row.group]:
        page.add(words.group(row, recipe), indent=2)
    _more(page, len(simulation.groups) - _SHOWN)
    if simulation.plan:
        page.gap()
        page.add(
            f"Fresh real rows per generation that hold variety within {recipe.hold * 100:g} %",
            "bold",
        )
        if recipe.loop != "fresh":
            page.add(f"Tried in the loop fresh, not in {recipe.loop}.", indent=2)
        for one in simulation.plan[:_SHOWN]:
            page.add(words.fresh(one, recipe), indent=2)
        _more(page, len(simulation.plan) - _SHOWN)
    for note in simulation.notes:
        page.gap()
        page.add(f"note: {note}")
    return page.text


def _more(page: Page, number: int) -> None:
    if number > 0:
        page.add(f"and {number:,} more groups (--output and --format json have them all)", indent=2)
