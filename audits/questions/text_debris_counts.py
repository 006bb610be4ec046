"""Debris counted: texts of each kind per side and group, and how many of as many texts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from audits.corpus.corpora import Corpora
from audits.corpus.debris import COPIED, KINDS, REPEATED, debris
from audits.corpus.near_duplicates import near_duplicates
from audits.formulas.seen_in_draw import seen_in_draw

Int64 = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

NAME = "text_debris"
ANY = len(KINDS)
"""Place of "broken or repeated" after the kinds: any but copying, which is another matter."""
_COPIED, _REPEATED = KINDS.index(COPIED), KINDS.index(REPEATED)
_BROKEN = [k for k in range(len(KINDS)) if k not in (_COPIED, _REPEATED)]


@dataclass(frozen=True)
class Looked:
    """One collection: which texts are of each kind (columns as KINDS), and sets of like texts."""

    side: int
    marks: Bools
    sets: NDArray[np.int32]


@dataclass(frozen=True)
class Counted:
    """Counts per side (real, synthetic), group and kind, the last being any but copying."""

    texts: Int64
    hits: Int64
    shares: Floats
    """Shares that can be compared: of repeats, and of any, among as many texts of either side."""
    paired: Int64
    """Real texts, per group, that have exactly one like them."""
    fewest: Int64
    """The smallest number of texts, above none, that follows from groups of the same features."""
    looked: tuple[Looked, ...]


def looked_at(corpora: Corpora) -> tuple[Looked, ...]:
    """Look at every text of the synthetic, and the real, collection."""
    sides = sorted(side for side in corpora.sides if side is not None)
    duplicates = near_duplicates(
        [corpora.collections[side] for side in sides],
        similarity=corpora.settings.debris_similarity,
        told=lambda share: corpora.progress(NAME, 0.6 * share),
    )
    looked = []
    for place, side in enumerate(sides):
        found = debris(
            corpora.collections[side],
            duplicates,
            place,
            fewest_words=corpora.settings.debris_words,
            told=partial(_told, corpora, place, len(sides)),
        )
        marks = np.stack([found[kind] for kind in KINDS], axis=1)
        if corpora.real is None:
            marks[:, _COPIED] = False
        looked.append(Looked(side, marks, duplicates.sets[place]))
    return tuple(looked)


def _told(corpora: Corpora, place: int, of: int, share: float) -> None:
    corpora.progress(NAME, 0.6 + 0.35 * (place + share) / of)


def counted(corpora: Corpora) -> Counted:
    """Count texts by side, group and kind."""
    groups = len(corpora.groups.names)
    texts = np.zeros((2, groups), dtype=np.int64)
    hits = np.zeros((2, groups, ANY + 1), dtype=np.int64)
    paired = np.zeros(groups, dtype=np.int64)
    looked = looked_at(corpora)
    places = [1 if one.side == corpora.sides[0] else 0 for one in looked]
    for place, one in zip(places, looked, strict=True):
        broken = np.delete(one.marks, _COPIED, axis=1).any(axis=1)
        every = np.column_stack([one.marks, broken]).astype(np.int64)
        belongs = corpora.groups.belongs[one.side].T.astype(np.int64)
        texts[place] = corpora.groups.counts(one.side)
        hits[place] = np.asarray(belongs @ every)
        if place == 0:
            pairs = np.bincount(one.sets)[one.sets] == 2
            paired = np.asarray(belongs @ (pairs & one.marks[:, _COPIED]).astype(np.int64))
    with np.errstate(invalid="ignore"):
        shares = hits / texts[:, :, None]
    if corpora.real is not None:
        for place, one in zip(places, looked, strict=True):
            among = texts.min(axis=0)
            shares[place][:, [_REPEATED, ANY]] = _among(corpora, one, texts[place], among)
    return Counted(texts, hits, shares, paired, _fewest(corpora, texts, hits), looked)


def _among(corpora: Corpora, one: Looked, texts: Int64, among: Int64) -> Floats:
    """Shares of repeats, and of any debris, expected among so many texts of each group."""
    sound = ~one.marks[:, _BROKEN].any(axis=1)
    texts_of_sets = (np.arange(len(one.sets)), one.sets)
    shape = (len(one.sets), int(one.sets.max(initial=-1)) + 1)
    belongs = corpora.groups.belongs[one.side].T.astype(np.int64)
    shares = []
    for kept in (np.ones_like(sound), sound):
        coordinates = sparse.coo_array((kept.astype(np.int64), texts_of_sets), shape=shape)
        held = coordinates.tocsr()
        members = sparse.coo_array(belongs @ held)
        group, size = members.coords[0], members.data
        seen = np.asarray(seen_in_draw(size, texts[group], among[group]))
        different = np.bincount(group, weights=seen, minlength=len(texts))
        with np.errstate(invalid="ignore", divide="ignore"):
            shares.append(np.clip(1 - different / among, 0.0, 1.0))
    return np.stack(shares, axis=1)


def _fewest(corpora: Corpora, texts: Int64, hits: Int64) -> Int64:
    """The smallest number above none of hits, of other texts, and of what groups leave over."""
    names: Sequence[tuple[tuple[str, str], ...]] = corpora.groups.names
    features = [tuple(feature for feature, _ in name) for name in names]
    least = np.full(hits.shape[1:], np.iinfo(np.int64).max)
    parts = np.concatenate([hits, texts[:, :, None] - hits])
    for own in set(features):
        members = np.array([f == own for f in features])
        inside = parts[:, members]
        left = np.abs(parts[:, :1] - inside.sum(axis=1, keepdims=True))
        both = np.concatenate([inside, left], axis=1)
        smallest = np.where(both > 0, both, np.iinfo(np.int64).max).min(axis=(0, 1))
        least[members] = smallest
    return np.where(least == np.iinfo(np.int64).max, 0, least)
