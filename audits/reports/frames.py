"""Rows as a data frame: one line per row, estimates in three columns."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from audits.estimates import Estimate
from audits.results import Row

if TYPE_CHECKING:
    import pandas as pd


def frame_of(rows: Sequence[Row]) -> pd.DataFrame:
    """One line per row; the group's columns first, then its fields."""
    import pandas as pd

    return pd.DataFrame.from_records([flat(row) for row in rows])


def flat(row: Row) -> dict[str, Any]:
    """Return a row as one level of names; the group both as one text and by column."""
    from audits.results import group_name

    fields = dataclasses.fields(row)
    taken = {field.name for field in fields}  # `group` among them
    line: dict[str, Any] = {"group": group_name(row.group)}
    for column, value in row.group:
        line[f"{column} (sensitive feature)" if column in taken else column] = value
    for field in fields:
        value = getattr(row, field.name)
        if field.name == "group":
            continue
        if isinstance(value, Estimate):
            line[field.name] = value.value
            line[f"{field.name}_low"], line[f"{field.name}_high"] = value.low, value.high
        else:
            line[field.name] = value
    return line
