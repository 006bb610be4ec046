"""Which identities are mentioned where: what the lexicon found, as arrays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from audits.corpus.collection import Collection, Int32, Int64
from audits.results import Group

if TYPE_CHECKING:
    from audits.corpus.lexicon import Lexicon


@dataclass(frozen=True)
class Found:
    """Mentions in one collection, in the order of its tokens; a line each."""

    document: Int32
    start: Int64
    """Place of the first token among all tokens of the collection."""
    length: Int32
    """Tokens of the mention."""
    group: Int32
    """Position in `Mentions.groups`."""
    term: Int32
    """Position in the lexicon's terms."""
    candidates: Int64
    """Per term of the lexicon: how often its words occur at all, whatever they mean there."""
    accepted: Int64
    """Per term: how often they were taken to speak of people."""


@dataclass(frozen=True)
class Mentions:
    """What a lexicon found in every collection of an audit."""

    lexicon: Lexicon
    groups: tuple[Group, ...]
    """A group per axis and group of the lexicon, ``(("gender", "women"),)``, sorted."""
    found: tuple[Found, ...]

    def belongs(self, side: int, collection: Collection) -> sparse.csr_array:
        """Whether each document mentions each group: (documents, groups), of bool."""
        there = self.found[side]
        size = (collection.documents, len(self.groups))
        once = np.unique(np.stack([there.document, there.group]), axis=1)
        ones = np.ones(once.shape[1], dtype=bool)
        return sparse.csr_array((ones, (once[0], once[1])), shape=size)

    def masked(self, side: int, collection: Collection) -> NDArray[np.bool_]:
        """Whether each word of a collection is part of a mention."""
        there = self.found[side]
        tokens = np.zeros(len(collection.tokens) + 1, dtype=np.int64)
        np.add.at(tokens, there.start, 1)
        np.add.at(tokens, there.start + there.length, -1)
        inside = np.cumsum(tokens[:-1]) > 0
        return inside[collection.words.at]


def axis_groups(pairs: Sequence[tuple[str, str]]) -> tuple[Group, ...]:
    """Return the groups of a lexicon, sorted by axis and name.

    >>> axis_groups([("gender", "women"), ("age", "old people")])
    ((('age', 'old people'),), (('gender', 'women'),))
    """
    return tuple(((axis, group),) for axis, group in sorted(set(pairs)))
