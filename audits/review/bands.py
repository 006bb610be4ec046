"""What a shown value is called: a level, or a band with edges that say of anybody who is in it.

Columns of many numbers are coded in fine bins, of which only the middle is known. A band named by
the middles of its first and last bin would leave out people at its edges, and a reader who holds
the real table would find fewer in it than were counted. So its edges are sought between the numbers
of both tables (decision 0059).
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Context, Decimal

import numpy as np
from numpy.typing import NDArray

from audits.data.coding import by_edges
from audits.data.pair import Pair
from audits.data.tables import Coding, Counts, Engine
from audits.data.values import day_text, number_text

Recoding = NDArray[np.uint8]
Numbers = NDArray[np.float64]
_MISSING = "missing"
_ANY = "any"
_EXACT = Context(prec=2000)  # all digits of any float
_LEAST = -330  # no float has a digit that counts for less


def value_names(pair: Pair, coding: Coding, recoding: Recoding | None) -> list[str]:
    """Return the name of every value of a column, or of every band that codes are joined to."""
    if recoding is None:
        return [_MISSING, *coding.labels[1:]]
    if coding.levels is None:
        return [_MISSING, *_cut(pair, coding, recoding)]
    last = int(recoding.max(initial=0))
    held = [np.flatnonzero(recoding == band) for band in range(1, last + 1)]
    return [_MISSING, *(_listed(coding.labels, codes, band, last)
                        for band, codes in enumerate(held, start=1))]  # fmt: skip


def _listed(labels: Sequence[str], codes: NDArray[np.intp], band: int, last: int) -> str:
    """Name a band of numbers that are coded one by one, by the first and the last of them."""
    first, end = labels[codes[0]], labels[codes[-1]]
    if band == 1:
        return _ANY if last == 1 else f"up to {end}"
    if band == last:
        return f"{first} or more"
    return first if len(codes) == 1 else f"{first} to {end}"


def _cut(pair: Pair, coding: Coding, recoding: Recoding) -> list[str]:
    """Name bands of many numbers: by edges between them, or by their only number."""
    sides = zip((pair.real, pair.synthetic), pair.everyone(coding.name), strict=True)
    ends = [_ends(engine, coding, recoding, counts) for engine, counts in sides]
    low, high = np.fmin(*(least for least, _ in ends)), np.fmax(*(most for _, most in ends))
    date = coding.kind == "date"
    edges = [round_between(a, b, whole=date) for a, b in zip(high[:-1], low[1:], strict=True)]
    names = by_edges(coding.name, coding.kind, edges).labels[1:] if edges else (_ANY,)
    write = day_text if date else number_text
    return [
        write(float(least)) if least == most else name
        for name, least, most in zip(names, low, high, strict=True)
    ]


def _ends(
    engine: Engine, coding: Coding, recoding: Recoding, counts: Counts
) -> tuple[Numbers, Numbers]:
    """Return the least and the greatest number of a table in each band; nan where it has none."""
    rows = np.bincount(recoding, weights=counts).astype(np.int64)[1:]
    last = np.cumsum(rows)
    ranks = np.concatenate([last - rows + 0.5, last - 0.5])
    family = "date" if coding.kind == "date" else "number"
    at = np.clip(ranks / max(int(last[-1]), 1), 0.0, 1.0)
    found = engine.quantiles(coding.column, family, at.tolist())
    engine.forget(coding.column)
    found[np.tile(rows == 0, 2)] = np.nan
    least, most = np.split(found, 2)
    return least, most


def round_between(below: float, number: float, *, whole: bool = False) -> float:
    """Return the roundest number that is above one number and not above another.

    Parameters
    ----------
    below, number : float
        The first is less than the second.
    whole : bool
        Whether numbers are days, of which none is rounder than another.

    Examples
    --------
    >>> round_between(37123, 38950), round_between(37123, 37124), round_between(-1.5, 114)
    (38000.0, 37124.0, 0.0)
    >>> round_between(18262.25, 18270.5, whole=True)
    18270.0
    """
    if below < 0 <= number:
        return 0.0
    a, b = Decimal(float(below)), Decimal(float(number))
    digits = [0] if whole else range(max(a.adjusted(), b.adjusted()), _LEAST, -1)
    for place in digits:
        whole_units = b.scaleb(-place, _EXACT).to_integral_value("ROUND_FLOOR")
        found = float(whole_units.scaleb(place, _EXACT))
        if below < found <= number:
            return found
    return float(number)
