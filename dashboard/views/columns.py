"""What was understood of each column, before any audit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

import parts
from audits.data.understanding import CANNOT
from audits.visible import visible
from limits import LEVELS_SHOWN
from state import sentence

_FAULTS = 5
_NOTES = 50


def show(found: Mapping[str, Any], *, one: bool) -> None:
    """Show the columns; `one` says that a single table is loaded so far."""
    parts.heading("What was understood")
    parts.paragraph(_rests_on(found, one=one))
    _faults(found["columns"])
    lines = [_line(column, found, one=one) for column in found["columns"]]
    compared = sum(column["use"] == "compared" for column in found["columns"])
    says = f"{len(lines):,} columns, {compared:,} of them can be compared"
    if len(lines) > parts.MOST_LINES:
        st.dataframe(lines, hide_index=True, key="understood", alt=f"{says}; one line each.")
    else:
        names = [
            parts.Column(name, "right" if name.startswith("Missing") else "left")
            for name in lines[0]
        ]
        parts.table(names, [list(line.values()) for line in lines], caption=says)
    parts.bullets(found["notes"][:_NOTES])


def _rests_on(found: Mapping[str, Any], *, one: bool) -> str:
    sides = [("real", 0)] if one else [("real", 0), ("synthetic", 1)]
    parts = [
        f"{found['read'][side]:,} of {found['rows'][side]:,} {name} rows" for name, side in sides
    ]
    if found["read"] == found["rows"]:
        whole = " and ".join(f"{found['rows'][side]:,} {name} rows" for name, side in sides)
        return f"This rests on all {whole}."
    return f"This rests on the first {' and '.join(parts)}; the audit reads all of them."


def _faults(columns: list[Mapping[str, Any]]) -> None:
    """An audit stops at a value that cannot be judged: better said before it is run."""
    faults = [column for column in columns if column["use"] == CANNOT]
    for column in faults[:_FAULTS]:
        st.warning(sentence(column["note"]))
    if len(faults) > _FAULTS:
        st.warning(f"{len(faults) - _FAULTS} more columns cannot be judged; see their notes below.")


def _line(column: Mapping[str, Any], found: Mapping[str, Any], *, one: bool) -> dict[str, Any]:
    read = found["read"]
    line = {
        "Column": visible(column["name"]),
        "Kind": column["kind"].replace("_", " ") or "not known",
        "Use": column["use"],
        "Values": values(column, found),
        "Missing, real": _share(column["missing_real"], read[0]),
    }
    if not one:
        line["Missing, synthetic"] = _share(column["missing_synthetic"], read[1])
    return {**line, "Note": visible(column["note"])}


def _share(missing: int, rows: int) -> str:
    return "none" if not missing else f"{missing:,}\u00a0({100 * missing / rows:.1f}\u00a0%)"


def values(column: Mapping[str, Any], found: Mapping[str, Any]) -> str:
    """Return the most frequent values of a column, or its span, in words."""
    name = column["name"]
    if (span := found["spans"].get(name)) is not None:
        return f"{_plain(span[0])} to {_plain(span[1])}"
    levels = found["levels"].get(name, ())
    shown = ", ".join(visible(level["value"]) for level in levels[:LEVELS_SHOWN])
    more = column["levels"] - min(len(levels), LEVELS_SHOWN)
    if not levels:
        return f"{column['levels']:,} different" if column["levels"] else ""
    return f"{shown} and {more:,} more" if more > 0 else shown


def _plain(value: float) -> str:
    """Write a number without powers of ten where it can be read so."""
    if value == round(value) and abs(value) < 1e15:
        return f"{value:,.0f}"
    return f"{value:,.6g}"
