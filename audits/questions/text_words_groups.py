"""Marked words: which texts are in a group, and which are those it is compared with."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from audits.corpus.corpora import Corpora
from audits.data.values import MISSING
from audits.results import Group

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Sets:
    """Which texts are in a group, and in a whole of a group and those it is compared with.

    Columns of `groups` and `wholes` are groups and different wholes; `whole` tells the whole of
    each group. Both are of 0 and 1, a line per text.
    """

    groups: sparse.csr_array
    wholes: sparse.csr_array
    whole: Ints

    @cached_property
    def everyone(self) -> bool:
        """Whether every whole is all texts, so that shuffling changes none."""
        return bool(self.wholes.sum() == np.prod(self.wholes.shape))


def is_gap(name: Group) -> bool:
    """Whether a label is missing: such texts are no group to speak of."""
    return any(value == MISSING for _, value in name)


def sets_of(corpora: Corpora, side: int, names: tuple[Group, ...]) -> Sets:
    """Find the texts of each group, and of those it is compared with; equal wholes stand once."""
    belongs = corpora.groups.belongs[side].astype(np.int32).tocsc()
    columns: list[NDArray[np.int32]] = []
    place: dict[Group | tuple[str, ...], int] = {}
    wholes = []
    own = [corpora.groups.names.index(name) for name in names]
    for name, column in zip(names, own, strict=True):
        unmarked = unmarked_of(corpora, name)
        features = tuple(sorted({feature for feature, _ in name}))
        key = name if unmarked else () if corpora.groups.by == "mention" else features
        if key not in place:
            place[key] = len(columns)
            known = _known(corpora, belongs, features)
            columns.append(_with(belongs, known, [*unmarked, column]) if unmarked else known)
        wholes.append(place[key])
    every = sparse.csr_array(np.stack(columns, axis=1)) if columns else belongs[:, []].tocsr()
    return Sets(belongs[:, own].tocsr(), every, np.array(wholes, dtype=np.int64))


def unmarked_of(corpora: Corpora, name: Group) -> list[int]:
    """Places of the groups a person named to compare this one with, an axis each."""
    named = dict(corpora.unmarked)
    wanted = [
        ((feature, named[feature]),)
        for feature, value in name
        if named.get(feature, value) != value
    ]
    return [corpora.groups.names.index(one) for one in wanted if one in corpora.groups.names]


def _known(
    corpora: Corpora, belongs: sparse.csc_array, features: tuple[str, ...]
) -> NDArray[np.int32]:
    """Texts of which all of these labels are known; a mention is there or is not."""
    known = np.ones(belongs.shape[0], dtype=np.int32)
    if corpora.groups.by == "mention":
        return known
    for feature in features:
        own = [
            place
            for place, name in enumerate(corpora.groups.names)
            if len(name) == 1 and name[0][0] == feature and not is_gap(name)
        ]
        known &= np.asarray(belongs[:, own].sum(axis=1)).ravel() > 0
    return known


def _with(
    belongs: sparse.csc_array, known: NDArray[np.int32], groups: list[int]
) -> NDArray[np.int32]:
    """Texts of any of these groups, of which all labels are known."""
    return np.asarray(known & (np.asarray(belongs[:, groups].sum(axis=1)).ravel() > 0))
