"""Exact quantiles of numbers that do not fit into memory: histograms that are refined.

A float's bits, turned so that they sort as the numbers do, are counted by their leading sixteen;
where a quantile falls, the next sixteen are counted, until what is left can be sorted. Histograms
add up, so that parts of a table can be counted apart.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Keys = NDArray[np.uint64]
Numbers = NDArray[np.float64]
_SIGN = np.uint64(1 << 63)
_STEP = 16
SORTED_AT_ONCE = 1 << 21
"""Numbers that are fetched and sorted rather than counted once more."""


def keys_of(numbers: Numbers) -> Keys:
    """Return whole numbers in the order of the numbers, which must not be nan; -0.0 is 0.0.

    >>> import numpy as np
    >>> keys = keys_of(np.array([-np.inf, -2.0, 0.0, 1e-9, np.inf])).tolist()
    >>> keys == sorted(keys)
    True
    """
    bits = (numbers + 0.0).view(np.uint64)
    return np.where(bits & _SIGN, ~bits, bits | _SIGN)


def numbers_of(keys: Keys) -> Numbers:
    """Return the numbers that keys stand for."""
    return np.asarray(np.where(keys & _SIGN, keys ^ _SIGN, ~keys).view(np.float64))


@dataclass(frozen=True)
class Span:
    """The keys that share their leading bits."""

    bits: int
    prefix: int

    def of(self, keys: Keys) -> Keys:
        """Return the keys that lie in the span."""
        if self.bits == 0:
            return keys
        return np.asarray(keys[(keys >> np.uint64(64 - self.bits)) == np.uint64(self.prefix)])

    def inner(self, place: int) -> Span:
        """Return a part of the span: one of 65,536."""
        return Span(self.bits + _STEP, (self.prefix << _STEP) + place)


def histogram(keys: Keys, span: Span) -> NDArray[np.int64]:
    """Count the keys of a span by their next sixteen bits."""
    inside = span.of(keys) >> np.uint64(64 - span.bits - _STEP)
    places = (inside & np.uint64((1 << _STEP) - 1)).astype(np.int64)
    return np.bincount(places, minlength=1 << _STEP)


Counted = Callable[[Sequence[Span]], Sequence[NDArray[np.int64]]]
Fetched = Callable[[Sequence[Span]], Keys]


@dataclass(frozen=True)
class _Wanted:
    """Ranks (from 1 in all of the table) of keys in one span, and how many keys lie below it."""

    span: Span
    below: int
    ranks: tuple[int, ...]

    def narrowed(self, tally: NDArray[np.int64]) -> list[tuple[_Wanted, int]]:
        """Return the parts that hold the ranks, and how many keys are in each."""
        ends = self.below + np.cumsum(tally)
        places = np.searchsorted(ends, self.ranks)
        parts = []
        for place in np.unique(places).tolist():
            mine = tuple(r for r, where in zip(self.ranks, places, strict=True) if where == place)
            size = int(tally[place])
            parts.append((_Wanted(self.span.inner(place), int(ends[place]) - size, mine), size))
        return parts


def quantiles(at: Sequence[float], counted: Counted, fetched: Fetched) -> Numbers:
    """Return the smallest value with at least each share of values at or below.

    Parameters
    ----------
    at : sequence of float
        Shares from 0 to 1.
    counted : callable
        Gives the histogram of each of several spans.
    fetched : callable
        Gives all keys that lie in some spans: at most `SORTED_AT_ONCE`.

    Returns
    -------
    array
        nan where there is no number.

    Examples
    --------
    >>> keys = keys_of(np.array([4.0, 1.0, 3.0, 2.0]))
    >>> counted = lambda spans: [histogram(keys, span) for span in spans]
    >>> fetched = lambda spans: np.concatenate([span.of(keys) for span in spans])
    >>> quantiles([0, 0.5, 1], counted, fetched)
    array([1., 2., 4.])
    """
    everything = Span(0, 0)
    tallies = counted([everything])
    total = int(tallies[0].sum())
    if total == 0:
        return np.full(len(at), np.nan)
    ranks = [max(1, int(np.ceil(total * share))) for share in at]
    wanted = [_Wanted(everything, 0, tuple(sorted(set(ranks))))]
    found: dict[int, int] = {}
    while wanted:
        parts = [p for w, tally in zip(wanted, tallies, strict=True) for p in w.narrowed(tally)]
        small, wanted, room = [], [], SORTED_AT_ONCE
        for part, size in parts:
            if part.span.bits == 64:
                found.update(dict.fromkeys(part.ranks, part.span.prefix))
            elif size <= room:
                small.append(part)
                room -= size
            else:
                wanted.append(part)
        keys = np.sort(fetched([part.span for part in small])) if small else np.zeros(0, np.uint64)
        for part in small:
            inside = part.span.of(keys)
            found.update({rank: int(inside[rank - part.below - 1]) for rank in part.ranks})
        tallies = counted([part.span for part in wanted]) if wanted else []
    return numbers_of(np.array([found[rank] for rank in ranks], dtype=np.uint64))


def over_pieces(at: Sequence[float], pieces: Callable[[], Iterable[Numbers]]) -> Numbers:
    """Return quantiles of numbers that come piece by piece, nan for missing, as often as asked."""

    def keys() -> Iterable[Keys]:
        return (keys_of(piece[~np.isnan(piece)]) for piece in pieces())

    def counted(spans: Sequence[Span]) -> list[NDArray[np.int64]]:
        total = [np.zeros(1 << _STEP, dtype=np.int64) for _ in spans]
        for piece in keys():
            for i, span in enumerate(spans):
                total[i] += histogram(piece, span)
        return total

    def fetched(spans: Sequence[Span]) -> Keys:
        return np.concatenate([span.of(piece) for piece in keys() for span in spans])

    return quantiles(at, counted, fetched)
