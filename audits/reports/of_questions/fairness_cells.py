"""Cells of the tables of fairness: rates, changes, and why there is none."""

from __future__ import annotations

import math
from typing import Any

from audits.estimates import Estimate, number, percent
from audits.reports.document_material import ranged, shared

ERROR = "mean absolute error"
NUMBERS = (ERROR, "bias")


def value_of(row: Any, found: Estimate) -> str:
    """A share with its interval, or a number where the metric is one."""
    return ranged(found) if row.metric in NUMBERS else shared(found)


def mean_of(row: Any, value: float) -> str:
    """A share, or a number where the metric is one, without an interval."""
    if math.isnan(value):
        return "–"
    return number(value) if row.metric in NUMBERS else percent(value)


def change_of(row: Any, found: Estimate) -> str:
    """A change in points of a hundred, with its sign."""
    if not found.known:
        return "–"
    ends = (found.value, found.low, found.high)
    if row.metric in NUMBERS:
        return f"{signed_of(number(ends[0]))} ({number(ends[1])} to {number(ends[2])})"
    low, high = percent(ends[1]).removesuffix(" %"), percent(ends[2])
    return f"{signed_of(percent(ends[0]))} ({low} to {high})"


def signed_of(text: str) -> str:
    """A change with its sign."""
    return text if text.startswith(("-", "0 %", "0.00")) else f"+{text}"


def size_of(found: Estimate) -> float:
    """What puts the largest of changes first, and unknown ones last."""
    return -abs(found.value) if found.known else math.inf


def counted_of(row: Any) -> str:
    """Why there is no rate: nobody is in the denominator, or too few are."""
    return "nobody" if row.of == 0 else "too few" if row.of > 0 else "–"
