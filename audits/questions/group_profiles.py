"""How every group is spread over every column, in few parts: what the pictures of a group show."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from audits.data.pair import Pair
from audits.data.tables import Coding, Counts
from audits.data.values import day_text, number_text
from audits.questions.drift_rows import ProfileRow

_MOST_ROWS = 20_000  # groups times columns; an audit of thousands of groups stays a file to mail
_MOST_VALUES = 12
_BINS = 24
_EDGE_SHARE = 0.02  # of everyone's rows, beyond the first and the last edge
OTHER, MISSING = "other values", "missing"


def profiles(pair: Pair) -> tuple[ProfileRow, ...]:
    """Rows per part of every column, in groups and both tables.

    Where groups times columns exceed a bound, the groups of fewest features come first, and of
    those the largest.
    """
    chosen = _chosen(pair)
    rows: list[ProfileRow] = []
    for j, coding in enumerate(pair.attributes):
        parts = _parts(pair, coding)
        if parts is None:
            continue
        labels, edges, part_of = parts
        own = chosen[pair.inside[chosen, j]]
        for run in pair.runs(own, [coding.name]):
            real, synthetic = (_joined(side, part_of) for side in pair.counts(coding.name, run))
            rows += [
                ProfileRow(
                    pair.groups.names[g], coding.name, coding.kind, labels, edges,
                    tuple(real[i].tolist()), tuple(synthetic[i].tolist()),
                )
                for i, g in enumerate(run)
            ]  # fmt: skip
    return tuple(sorted(rows, key=lambda row: (row.group, row.attribute)))


def _chosen(pair: Pair) -> NDArray[np.int64]:
    real, synthetic = pair.rows
    there = np.flatnonzero(pair.groups.labelled & (real + synthetic > 0))
    names = pair.groups.names
    order = sorted(there, key=lambda g: (len(names[g]), -int(real[g] + synthetic[g]), names[g]))
    most = _MOST_ROWS // max(len(pair.attributes), 1)
    return np.sort(np.array(order[: max(most, 1)], dtype=np.int64))


_Parts = tuple[tuple[str, ...], tuple[float, ...], NDArray[np.int64]]


def _parts(pair: Pair, coding: Coding) -> _Parts | None:
    """Names of the parts, their edges, and which part every code belongs to."""
    real, synthetic = pair.everyone(coding.name)
    if coding.positions is not None and coding.kind in ("numeric", "date") and coding.size > 3:
        return _binned(coding, real, synthetic)
    return _listed(coding, real, synthetic)


def _listed(coding: Coding, real: Counts, synthetic: Counts) -> _Parts | None:
    """Every value, in its own order where it has one; of many the most frequent, others joined."""
    both = sum(side / max(int(side.sum()), 1) for side in (real, synthetic))
    share = np.asarray(both)[1:]
    if len(share) == 0:
        return None
    ranked = np.lexsort((np.arange(len(share)), -share))
    room = _MOST_VALUES if len(share) <= _MOST_VALUES else _MOST_VALUES - 1
    kept = ranked[:room]
    if coding.positions is not None:
        kept = np.sort(kept)
    kept = _by_number(kept, coding.labels[1:])
    part_of = np.full(coding.size, len(kept), dtype=np.int64)
    part_of[kept + 1] = np.arange(len(kept))
    labels = [coding.labels[code + 1] for code in kept]
    if len(share) > len(kept):
        labels.append(OTHER)
    return _with_missing(labels, (), part_of, int(real[0] + synthetic[0]))


def _by_number(kept: NDArray[np.int64], labels: tuple[str, ...]) -> NDArray[np.int64]:
    """Counted things, such as members of a household, stand in the order of their numbers."""
    try:
        numbers = [float(labels[code]) for code in kept]
    except ValueError:
        return kept
    return kept[np.argsort(numbers, kind="stable")]


def _binned(coding: Coding, real: Counts, synthetic: Counts) -> _Parts | None:
    """Bins of equal width where nearly all of both tables lie; the outer ones hold the rest."""
    assert coding.positions is not None
    places = coding.positions[1:]
    shares = np.array([side[1:] / max(int(side[1:].sum()), 1) for side in (real, synthetic)])
    if not shares.any():
        return None
    order = np.argsort(places, kind="stable")
    low, high = _middle_of(places[order], shares[:, order])
    if not high > low:
        return _listed(coding, real, synthetic)
    edges = _round_edges(low, high)
    part_of = np.zeros(coding.size, dtype=np.int64)
    part_of[1:] = np.clip(np.searchsorted(edges, places, side="right") - 1, 0, len(edges) - 2)
    part_of[0] = len(edges) - 1
    write = day_text if coding.kind == "date" else number_text
    labels = [f"{write(a)} to {write(b)}" for a, b in pairwise(edges.tolist())]
    return _with_missing(labels, tuple(edges.tolist()), part_of, int(real[0] + synthetic[0]))


def _round_edges(low: float, high: float) -> NDArray[np.float64]:
    """Edges at round numbers, so that people can read them."""
    rough = (high - low) / _BINS
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * nice for nice in (1.0, 2.0, 5.0, 10.0) if power * nice >= rough * 0.999)
    first, last = math.floor(low / step), max(math.ceil(high / step), math.floor(low / step) + 1)
    return np.round(np.arange(first, last + 1) * step, 12 - math.floor(math.log10(step)))


def _middle_of(places: NDArray[np.float64], shares: NDArray[np.float64]) -> tuple[float, float]:
    """Where all but a small share of either table lies."""
    lows, highs = [], []
    for share in shares:
        if not share.any():
            continue
        up_to = np.cumsum(share)
        lows.append(places[np.searchsorted(up_to, _EDGE_SHARE)])
        last = int(np.searchsorted(up_to, 1 - _EDGE_SHARE))
        highs.append(places[min(last, len(places) - 1)])
    return float(min(lows)), float(max(highs))


def _with_missing(
    labels: list[str], edges: tuple[float, ...], part_of: NDArray[np.int64], missing: int
) -> _Parts:
    """Give missing values a part of their own, at the end, if there are any."""
    part_of[0] = len(labels) if missing else 0
    return (*labels, *((MISSING,) if missing else ())), edges, part_of


def _joined(counts: Counts, part_of: NDArray[np.int64]) -> Counts:
    joined = np.zeros((len(counts), int(part_of.max()) + 1), dtype=np.int64)
    np.add.at(joined.T, part_of, counts.T)
    return joined
