"""Groups of documents: by columns that label them, or by the identities they mention."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from audits.corpus.collection import Collection, Int64
from audits.corpus.corpora import TextGroups
from audits.corpus.mentions import Mentions
from audits.results import Group
from audits.settings import Settings

Members = tuple[Int64, ...]
"""The documents of a group, collection by collection."""


def groups_by_label(
    collections: Sequence[Collection], columns: Sequence[str], settings: Settings
) -> TextGroups:
    """Everyone, every value of the columns, and every crossing that any collection has."""
    names = sorted(columns)
    found: dict[Group, Members] = {}
    for size in range(1, min(settings.intersections, len(names)) + 1):
        for chosen in combinations(names, size):
            found |= dict(_crossed(collections, chosen))
    return _groups(collections, found, "label")


def _crossed(
    collections: Sequence[Collection], columns: Sequence[str]
) -> Iterator[tuple[Group, Members]]:
    """Yield the groups of one crossing of columns; a document without a label is in none."""
    values = [sorted({v for c in collections for v in c.columns[n].values}) for n in columns]
    sizes = [len(one) for one in values]
    cells = [_cells(collection, columns, values, sizes) for collection in collections]
    for cell in np.unique(np.concatenate(cells)):
        if cell < 0:
            continue
        at = np.unravel_index(int(cell), sizes)
        group = tuple(
            (name, one[int(code)]) for name, one, code in zip(columns, values, at, strict=True)
        )
        yield group, tuple(np.flatnonzero(of_side == cell).astype(np.int64) for of_side in cells)


def _cells(
    collection: Collection, columns: Sequence[str], values: list[list[str]], sizes: list[int]
) -> Int64:
    """Which crossing each document is in, numbered alike in all collections; -1 for none."""
    cell = np.zeros(collection.documents, dtype=np.int64)
    known = np.ones(collection.documents, dtype=bool)
    for name, of_all, size in zip(columns, values, sizes, strict=True):
        label = collection.columns[name]
        place = np.array([of_all.index(value) for value in label.values] or [0], dtype=np.int64)
        known &= label.codes >= 0
        cell = cell * size + place[np.maximum(label.codes, 0)]
    return np.where(known, cell, -1)


def groups_by_mention(
    collections: Sequence[Collection], mentions: Mentions, settings: Settings
) -> TextGroups:
    """Everyone, every identity that any document mentions, and the most frequent crossings."""
    matrices = [mentions.belongs(i, one).tocsc() for i, one in enumerate(collections)]
    counts = np.stack([np.asarray(m.sum(axis=0)).ravel() for m in matrices])
    there = np.flatnonzero(counts.any(axis=0))
    found = {
        mentions.groups[g]: tuple(_members(m, int(g)) for m in matrices) for g in there.tolist()
    }
    if settings.intersections > 1:
        for a, b in _frequent_pairs(matrices, mentions.groups, settings):
            name = tuple(sorted((*mentions.groups[a], *mentions.groups[b])))
            found[name] = tuple(
                np.intersect1d(_members(m, a), _members(m, b), assume_unique=True) for m in matrices
            )
    return _groups(collections, found, "mention")


def _members(matrix: sparse.csc_array, group: int) -> Int64:
    ends = matrix.indptr
    return np.sort(matrix.indices[ends[group] : ends[group + 1]]).astype(np.int64)


def _frequent_pairs(
    matrices: Sequence[sparse.csc_array], names: Sequence[Group], settings: Settings
) -> list[tuple[int, int]]:
    """Pairs of groups of two axes that most documents mention together."""
    together = [(m.T.astype(np.int64) @ m.astype(np.int64)).toarray() for m in matrices]
    most = np.max(together, axis=0)
    total = np.sum(together, axis=0)
    pairs = [
        (a, b)
        for a, b in combinations(range(len(names)), 2)
        if names[a][0][0] != names[b][0][0] and most[a, b] >= settings.fewest_texts
    ]
    pairs.sort(key=lambda pair: (-total[pair], names[pair[0]], names[pair[1]]))
    return pairs[: settings.text_crossings]


def everyone(collections: Sequence[Collection]) -> TextGroups:
    """One group of all documents, where nothing tells others apart."""
    return _groups(collections, {}, "label")


def _groups(collections: Sequence[Collection], found: dict[Group, Members], by: str) -> TextGroups:
    names: list[Group] = [(), *sorted(found, key=lambda name: (len(name), name))]
    belongs = []
    for side, collection in enumerate(collections):
        members = [np.arange(collection.documents), *(found[name][side] for name in names[1:])]
        belongs.append(_matrix(members, collection.documents))
    return TextGroups(tuple(names), tuple(belongs), by)


def _matrix(members: Sequence[NDArray[np.int64]], documents: int) -> sparse.csr_array:
    ends = np.concatenate([[0], np.cumsum([len(one) for one in members])])
    data = np.ones(int(ends[-1]), dtype=bool)
    by_group = sparse.csc_array(
        (data, np.concatenate(members), ends), shape=(documents, len(members))
    )
    return by_group.tocsr()
