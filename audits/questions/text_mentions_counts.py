"""Mentions: in how many texts of each collection every group is there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from audits.corpus.corpora import Corpora
from audits.data.values import MISSING
from audits.results import Group

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Counted:
    """Texts per group and collection: the synthetic one, and the real one where there is one.

    `base` counts the texts of which it is known whether they belong to a group: those that mention
    any of its axes, or have a label. `none` counts those that mention no group, per axis and, under
    None, of any; `named` the groups of an axis that are mentioned. `fewest` is the smallest number
    of texts, above none, that follows from these and from the counts of the groups of a feature.
    """

    groups: tuple[Group, ...]
    by: tuple[str, ...]
    labelled: tuple[bool, ...]
    texts: tuple[int, ...]
    there: tuple[Ints, ...]
    base: tuple[Ints, ...]
    none: tuple[dict[str | None, int], ...]
    named: tuple[dict[str | None, int], ...]
    of: dict[str | None, int]
    fewest: dict[str | None, int]


@dataclass(frozen=True)
class _Side:
    """One collection: which text has which group, and which knows which feature."""

    belongs: sparse.csr_array
    known: dict[str, NDArray[np.bool_]]
    mentions: sparse.csr_array | None


def counted(corpora: Corpora) -> Counted:
    """Count texts per group of the audit, per group of the lexicon, and per crossing of these."""
    places = [side for side in corpora.sides if side is not None]
    names, by = _names(corpora)
    matrices = [_matrix(corpora, side) for side in places]
    mentioned = () if corpora.mentions is None else corpora.mentions.groups
    together = [_together(one.mentions) for one in matrices if one.mentions is not None]
    crossed = _crossed(corpora, together, set(names))
    groups = (*names, *(tuple(sorted((*mentioned[i], *mentioned[j]))) for i, j in crossed))
    there = [
        np.array([*_sums(one.belongs), *(together[k][pair] for pair in crossed)], dtype=np.int64)
        for k, one in enumerate(matrices)
    ]
    none = tuple(_none(mentioned, one) for one in matrices)
    base = tuple(_base(groups, one) for one in matrices)
    return Counted(
        groups,
        (*by, *(["mention"] * len(crossed))),
        tuple(not any(value == MISSING for _, value in group) for group in groups),
        tuple(corpora.collections[side].documents for side in places),
        tuple(there),
        base,
        none,
        tuple(_named(mentioned, one) for one in matrices),
        _size(mentioned),
        _fewest(groups, there, base, none, matrices),
    )


def _names(corpora: Corpora) -> tuple[list[Group], list[str]]:
    """Groups of the audit, then those of the lexicon that are not among them."""
    names = list(corpora.groups.names)
    by = ["everyone" if not group else corpora.groups.by for group in names]
    more = () if corpora.mentions is None else corpora.mentions.groups
    further = [more[place] for place in _further(corpora)]
    return [*names, *further], [*by, *(["mention"] * len(further))]


def _further(corpora: Corpora) -> list[int]:
    """Places of the lexicon's groups that are no groups of the audit.

    Where a column is called as an axis is, and a value as a group, the column's is kept.
    """
    if corpora.mentions is None:
        return []
    seen = set(corpora.groups.names)
    return [i for i, group in enumerate(corpora.mentions.groups) if group not in seen]


def _matrix(corpora: Corpora, side: int) -> _Side:
    collection, belongs = corpora.collections[side], corpora.groups.belongs[side].tocsc()
    names = corpora.groups.names
    known: dict[str, NDArray[np.bool_]] = {}
    if corpora.groups.by == "label":
        for column in sorted({c for group in names for c, _ in group}):
            known[column] = _any(belongs, [
                i for i, group in enumerate(names)
                if len(group) == 1 and group[0][0] == column and group[0][1] != MISSING
            ])  # fmt: skip
    if corpora.mentions is None:
        return _Side(belongs.tocsr(), known, None)
    mentions = corpora.mentions.belongs(side, collection)
    columns = mentions.tocsc()
    for axis, places in _axes(corpora.mentions.groups).items():
        known.setdefault(axis, _any(columns, places))
    more = sparse.hstack([belongs, columns[:, _further(corpora)]], format="csr")
    return _Side(more, known, mentions)


def _axes(groups: Sequence[Group]) -> dict[str, list[int]]:
    axes: dict[str, list[int]] = {}
    for place, group in enumerate(groups):
        axes.setdefault(group[0][0], []).append(place)
    return axes


def _any(columns: sparse.csc_array, places: Sequence[int]) -> NDArray[np.bool_]:
    """Whether each text has any of some groups."""
    return np.asarray(columns[:, list(places)].sum(axis=1)).ravel() > 0


def _sums(matrix: sparse.csr_array) -> Ints:
    return np.asarray(matrix.sum(axis=0)).ravel().astype(np.int64)


def _crossed(corpora: Corpora, together: Sequence[Ints], seen: set[Group]) -> list[tuple[int, int]]:
    """Pairs of groups of two axes that texts mention together; those in most texts.

    Where mentions form the groups of the audit, these have their crossings already.
    """
    if corpora.mentions is None or corpora.groups.by == "mention":
        return []
    if corpora.settings.intersections < 2:
        return []
    groups = corpora.mentions.groups
    texts: Ints = np.sum(together, axis=0)
    first, second = np.nonzero(np.triu(texts, 1) >= corpora.settings.fewest_texts)
    pairs = [
        (int(i), int(j))
        for i, j in zip(first, second, strict=True)
        if groups[i][0][0] != groups[j][0][0] and (*groups[i], *groups[j]) not in seen
    ]
    pairs.sort(key=lambda pair: (-int(texts[pair]), pair))
    return sorted(pairs[: corpora.settings.mention_crossings])


def _together(mentions: sparse.csr_array) -> Ints:
    """Texts that mention both of two groups: (groups, groups)."""
    whole = mentions.astype(np.int64)
    return np.asarray((whole.T @ whole).todense(), dtype=np.int64)


def _base(groups: Sequence[Group], side: _Side) -> Ints:
    """Texts of which it is known whether they belong to each group."""
    sizes: dict[tuple[str, ...], int] = {(): side.belongs.shape[0]}
    for group in groups:
        features = tuple(column for column, _ in group)
        if features not in sizes:
            sizes[features] = int(np.logical_and.reduce([side.known[f] for f in features]).sum())
    return np.array([sizes[tuple(c for c, _ in group)] for group in groups], dtype=np.int64)


def _none(groups: Sequence[Group], side: _Side) -> dict[str | None, int]:
    """Texts that mention no group of each axis, and (None) of any."""
    if side.mentions is None:
        return {}
    columns, texts = side.mentions.tocsc(), side.mentions.shape[0]
    none: dict[str | None, int] = {None: texts - int(_any(columns, range(len(groups))).sum())}
    for axis, places in _axes(groups).items():
        none[axis] = texts - int(_any(columns, places).sum())
    return none


def _named(groups: Sequence[Group], side: _Side) -> dict[str | None, int]:
    """Groups that are mentioned at all, of each axis and (None) altogether."""
    if side.mentions is None:
        return {}
    there = _sums(side.mentions) > 0
    named: dict[str | None, int] = {None: int(there.sum())}
    return named | {axis: int(there[places].sum()) for axis, places in _axes(groups).items()}


def _size(groups: Sequence[Group]) -> dict[str | None, int]:
    return {None: len(groups)} | {axis: len(places) for axis, places in _axes(groups).items()}


def _fewest(
    groups: Sequence[Group],
    there: Sequence[Ints],
    base: Sequence[Ints],
    none: Sequence[dict[str | None, int]],
    sides: Sequence[_Side],
) -> dict[str | None, int]:
    """Smallest number of texts, above none, that can be computed for each feature, and of silence.

    Texts that mention nobody, or nobody of an axis though others; that mention an axis, but not a
    group of it; and that mention several groups of it.
    """
    found: dict[str | None, list[int]] = {None: []}
    features = {group[0][0] for group in groups if len(group) == 1}
    for counts, known, silent, side in zip(there, base, none, sides, strict=True):
        texts = side.belongs.shape[0]
        found[None] += [silent[None], texts - silent[None]] if silent else []
        for feature in features:
            own = [i for i, g in enumerate(groups) if len(g) == 1 and g[0][0] == feature]
            of, members = int(known[own[0]]), counts[own]
            numbers = [of, texts - of, int(members.sum()) - of, *(of - members).tolist()]
            if feature in silent:
                numbers.append(silent[feature] - silent[None])
            found.setdefault(feature, []).extend(numbers)
    return {feature: min((n for n in some if n > 0), default=0) for feature, some in found.items()}
