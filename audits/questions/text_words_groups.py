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
class Belonging:
    """Which text is in which set of texts: (texts, sets), of 0 and 1."""

    sets: sparse.csr_array

    def sums(self, held: sparse.csr_array, order: Ints | None = None) -> Ints:
        """Add up the rows of `held` over the texts of every set; sets may be shuffled.

        Texts in the same sets are added up first, where they are of few kinds.
        """
        if self._kinds is None:
            sets = self.sets if order is None else self.sets[order]
            return np.asarray((sets.T.tocsr() @ held).toarray(), dtype=np.int64)
        kind, members = self._kinds
        kind = kind if order is None else kind[order]
        starts = np.r_[0, np.cumsum(np.bincount(kind, minlength=len(members)))]
        ones = np.ones(len(kind), dtype=held.dtype)
        by_kind = sparse.csr_array(
            (ones, np.argsort(kind, kind="stable"), starts), shape=(len(members), len(kind))
        )
        added = np.asarray((by_kind @ held).toarray(), dtype=np.float64)
        return np.rint(members.T @ added).astype(np.int64)

    @cached_property
    def _kinds(self) -> tuple[Ints, NDArray[np.float64]] | None:
        """Per text the number of its kind, and per kind the sets; None where there are many."""
        texts, sets = self.sets.shape
        by_set = self.sets.tocsc()
        codes = np.zeros(texts, dtype=np.int64)
        for column in range(sets):
            codes *= 2
            codes[by_set.indices[by_set.indptr[column] : by_set.indptr[column + 1]]] += 1
            found, codes = np.unique(codes, return_inverse=True)
            if len(found) > max(sets, _FEW):
                return None
        first = np.unique(codes, return_index=True)[1]
        return codes, self.sets[first].toarray().astype(np.float64)


_FEW = 16  # kinds that are never many


def is_gap(name: Group) -> bool:
    """Whether a label is missing: such texts are no group to speak of."""
    return any(value == MISSING for _, value in name)


def beside(corpora: Corpora, side: int, names: tuple[Group, ...]) -> tuple[sparse.csr_array, Ints]:
    """Return sets of texts: each group, then wholes of a group and those it is compared with.

    Wholes that are equal stand once; the second part tells where the one of each group stands.
    """
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
        wholes.append(len(names) + place[key])
    every = sparse.csc_array(np.stack(columns, axis=1)) if columns else belongs[:, []]
    return sparse.hstack([belongs[:, own], every]).tocsr(), np.array(wholes, dtype=np.int64)


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
