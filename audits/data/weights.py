"""Weights that weigh nothing are refused, the same on every engine."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from audits.data.column import ABSURD
from audits.data.tallies import NumberFacts
from audits.data.values import number_text
from audits.errors import ColumnError

_SHOWN = 60


def check_weights(
    column: str, facts: NumberFacts, title: str, line_of: Callable[[str], int | None]
) -> float:
    """Return the highest weight, once all are sure to be weights.

    Raises
    ------
    ColumnError
        If one is missing, negative, absurd or no number, or all are zero.
    """
    high = np.inf if facts.infinite else facts.high
    value: str | None = None
    if facts.example is not None:
        value, said = facts.example, f"the weight {facts.example[:_SHOWN]!r} is no number."
    elif facts.blank:
        value, said = "", "a weight is missing."
    elif facts.low < 0:
        value, said = number_text(facts.low), f"a weight is negative ({facts.low:g})."
    elif high > ABSURD:
        value, said = number_text(high), f"a weight is absurd ({high:g})."
    elif high == 0:
        said = "every weight is zero."
    else:
        return float(high)
    line = None if value is None else line_of(value)
    where = title if line is None else f"{title}, line {line}"
    raise ColumnError(column, where, said, "Give every row the number of people it stands for.")
