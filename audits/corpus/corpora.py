"""Collections beside each other: what every question about texts asks its numbers from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from audits.corpus.collection import Collection, Int64, Vocabulary
from audits.corpus.mentions import Mentions
from audits.data.reference import Reference
from audits.results import Group
from audits.settings import Settings


@dataclass(frozen=True)
class TextGroups:
    """Groups of documents: everyone, one value or mention each, and crossings.

    A document may belong to several groups of one feature when groups are mentions, and belongs to
    at most one when they are labels of a column.
    """

    names: tuple[Group, ...]
    """Everyone first, then by size of the name and by name."""
    belongs: tuple[sparse.csr_array, ...]
    """Per collection: (documents, groups), of bool."""
    by: str
    """"label" where columns form the groups, "mention" where words of the lexicon do."""

    def members(self, side: int, group: int) -> Int64:
        """Return the documents of a group, ascending."""
        return np.flatnonzero(self._columns[side][:, [group]].toarray()[:, 0]).astype(np.int64)

    def counts(self, side: int) -> Int64:
        """Documents per group."""
        return np.asarray(self.belongs[side].sum(axis=0)).ravel().astype(np.int64)

    @cached_property
    def _columns(self) -> tuple[sparse.csc_array, ...]:
        return tuple(matrix.tocsc() for matrix in self.belongs)


@dataclass
class Corpora:
    """What is compared: a real and a synthetic collection, a synthetic one alone, or generations.

    `collections` stand in that order; in a chain the first is generation 0. `groups` are those that
    all questions compare; `mentions` what the lexicon found, None where there is no lexicon for the
    language. `chains` tells several runs of a chain apart, per collection and document.
    """

    collections: tuple[Collection, ...]
    vocabulary: Vocabulary
    groups: TextGroups
    settings: Settings
    mentions: Mentions | None = None
    reference: Reference | None = None
    language: str = "en"
    pipeline: str | None = None
    """Name or path of a trained spaCy pipeline, where the user has one."""
    alone: bool = False
    chains: tuple[NDArray[np.int32], ...] | None = None
    notes: list[str] = field(default_factory=list)
    """What a reader of the audit has to know about how texts were read."""
    unmarked: tuple[tuple[str, str], ...] = ()
    """Per feature the value that others are compared with, where the user named one."""
    progress: Callable[[str, float], None] = field(default=lambda _stage, _share: None)

    @property
    def real(self) -> Collection | None:
        """The real collection, generation 0 of a chain; None where there is none."""
        return None if self.alone else self.collections[0]

    @property
    def synthetic(self) -> Collection:
        """The synthetic collection, the last generation of a chain."""
        return self.collections[-1]

    @property
    def sides(self) -> tuple[int, int | None]:
        """Places of the synthetic and the real collection; None for the one that is not there."""
        return len(self.collections) - 1, (None if self.alone else 0)

    def masked(self, side: int) -> NDArray[np.bool_]:
        """Whether each word of a collection belongs to a mention of an identity."""
        collection = self.collections[side]
        if self.mentions is None:
            return np.zeros(len(collection.words.ids), dtype=bool)
        return self.mentions.masked(side, collection)
