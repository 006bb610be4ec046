"""Pictures of columns that show no small part, nor one that follows from the others."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from audits.questions.drift_rows import ProfileRow
from audits.results import Group

OTHER, MISSING = "other values", "missing"
_ENOUGH = 5  # times min_cell: groups below would cost all others their detail
_FEWEST_PARTS = 4

Profiles = dict[tuple[Group, str], ProfileRow]
_Table = NDArray[np.int64]  # parts by lines


@dataclass(frozen=True)
class _Parts:
    """How a column is cut: names, edges of its bins, and the counts of every line in each part."""

    labels: tuple[str, ...]
    edges: tuple[float, ...]
    counts: _Table  # lines by parts


def protected_profiles(
    rows: Iterable[ProfileRow], hidden: frozenset[Group], features: Sequence[str], min_cell: int
) -> Profiles:
    """Return what can be shown: of everyone, and of groups of one feature that are large enough.

    Groups of one feature and everyone form a table with one line per group and, as a last line, all
    others. Parts are joined, the same in every line, until no line has a small one.
    """
    found = {(row.group, row.attribute): row for row in rows}
    shown: Profiles = {}
    for attribute in dict.fromkeys(attribute for _, attribute in found):
        whole = found.get(((), attribute))
        if whole is None:
            continue
        if not _follows(attribute, "", hidden):
            shown |= _joined([whole], _vectors([whole]), min_cell)
        for feature in features:
            if not _follows(attribute, feature, hidden):
                own = [
                    row for (group, name), row in found.items()
                    if name == attribute and len(group) == 1 and group[0][0] == feature
                ]  # fmt: skip
                shown |= _of_feature(whole, own, hidden, min_cell)
    return shown


def _follows(attribute: str, feature: str, hidden: frozenset[Group]) -> bool:
    """Whether the parts of a column are groups themselves, and some of them hidden."""
    about = {attribute, feature} - {""}
    return any(
        attribute in {column for column, _ in group} and {column for column, _ in group} <= about
        for group in hidden
    )


def _vectors(rows: Sequence[ProfileRow]) -> _Table:
    """Counts by part: of each row its real and its synthetic ones."""
    return np.array([side for row in rows for side in (row.real, row.synthetic)], dtype=np.int64)


def _of_feature(
    whole: ProfileRow, own: list[ProfileRow], hidden: frozenset[Group], min_cell: int
) -> Profiles:
    """The groups of one feature; the smallest are left to "all others" until all is clean."""
    alike = [row for row in own if row.labels == whole.labels and row.group not in hidden]
    named = [row for row in alike if min(_sizes(row)) >= _ENOUGH * min_cell]
    named.sort(key=lambda row: (-min(_sizes(row)), row.group))
    uniform = [row for row in alike if np.count_nonzero(row.real) == 1]
    while named:
        others = _vectors([whole]) - _vectors(named).reshape(len(named), 2, -1).sum(axis=0)
        apart = others[:1].copy()  # of those who all say the same, a sentence tells
        for row in uniform:
            if row not in named:
                apart -= np.array(row.real, dtype=np.int64)
        rest = np.concatenate([others, apart])
        sizes = rest.sum(axis=1)
        if not ((sizes > 0) & (sizes < _ENOUGH * min_cell)).any():
            lines = np.concatenate([_vectors(named), rest])
            found = _joined(named, lines, min_cell)
            if found:
                return found
        named.pop()
    return {}


def _sizes(row: ProfileRow) -> tuple[int, int]:
    return sum(row.real), sum(row.synthetic)


def _joined(rows: Sequence[ProfileRow], lines: _Table, min_cell: int) -> Profiles:
    """Join parts until all lines are clean; nothing, where too little is left to look at."""
    first = rows[0]
    parts = _Parts(first.labels, first.edges, lines)
    join = _join_bins if first.edges else _join_values
    while (unclean := _unclean(parts, min_cell)) is not None:
        fewer = join(parts, unclean)
        if fewer is None:
            return {}
        parts = fewer
    if len(parts.labels) < min(_FEWEST_PARTS, len(first.labels)) and len(rows) > 1:
        return {}
    return {
        (row.group, row.attribute): replace(
            row, labels=parts.labels, edges=parts.edges,
            real=tuple(parts.counts[2 * i].tolist()),
            synthetic=tuple(parts.counts[2 * i + 1].tolist()),
        )
        for i, row in enumerate(rows)
    }  # fmt: skip


def _unclean(parts: _Parts, min_cell: int) -> int | None:
    """The smallest part with a small count in any line."""
    bad = ((parts.counts > 0) & (parts.counts < min_cell)).any(axis=0)
    if not bad.any():
        return None
    return int(np.where(bad, parts.counts.sum(axis=0), np.iinfo(np.int64).max).argmin())


def _join_bins(parts: _Parts, i: int) -> _Parts | None:
    """Join a bin with the smaller of its neighbours; missing values have none."""
    bins = len(parts.edges) - 1
    near = [j for j in (i - 1, i + 1) if 0 <= j < bins]
    if i >= bins or bins <= 2:
        return None
    j = min(near, key=lambda k: int(parts.counts[:, k].sum()))
    low, high = min(i, j), max(i, j)
    first, last = parts.labels[low].split(" to ")[0], parts.labels[high].split(" to ")[-1]
    return _Parts(
        (*parts.labels[:low], f"{first} to {last}", *parts.labels[high + 1 :]),
        (*parts.edges[:high], *parts.edges[high + 1 :]),
        _added(parts.counts, high, low),
    )


def _join_values(parts: _Parts, i: int) -> _Parts | None:
    """Put a value among the other values; those, if they are too few, take in the next smallest."""
    labels = list(parts.labels)
    if len(labels) <= 2:
        return None
    if OTHER not in labels or labels[i] == OTHER:
        sizes = parts.counts.sum(axis=0).astype(float)
        sizes[i] = np.inf
        sizes[[k for k, label in enumerate(labels) if label == MISSING]] *= 1e6
        j = int(sizes.argmin())
        low, high = min(i, j), max(i, j)
        counts = _added(parts.counts, high, low)
        del labels[high]
        labels[low] = OTHER
        order = [*(k for k in range(len(labels)) if k != low), low]
        return _Parts(tuple(labels[k] for k in order), (), counts[:, order])
    other = labels.index(OTHER)
    counts = _added(parts.counts, i, other)
    del labels[i]
    return _Parts(tuple(labels), (), counts)


def _added(counts: _Table, away: int, to: int) -> _Table:
    """Add a part to another and take it away."""
    added = counts.copy()
    added[:, to] += added[:, away]
    return np.delete(added, away, axis=1)


def parts_of(profiles: Mapping[tuple[Group, str], ProfileRow], group: Group, attribute: str
             ) -> tuple[dict[str, int], dict[str, int]] | None:  # fmt: skip
    """Return counts by label, real and synthetic, where they are known."""
    row = profiles.get((group, attribute))
    if row is None:
        return None
    real, synthetic = (
        dict(zip(row.labels, side, strict=True)) for side in (row.real, row.synthetic)
    )
    return real, synthetic
