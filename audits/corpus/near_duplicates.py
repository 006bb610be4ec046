"""Texts that are nearly equal: found by MinHash, then compared run by run."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from audits.corpus.collection import Collection, Int64
from audits.errors import AuditError

Hashes = NDArray[np.uint64]
Bools = NDArray[np.bool_]

_RUN = 5
"""Words of a run, as is usual for texts (Broder 1997 has such shingles)."""
_PERMUTATIONS, _BANDS = 128, 32
_SEED = 42
_AT_ONCE = 5_000
_ALL_PAIRS = 12
"""Texts in a bucket of which every two are compared; in a larger one, neighbours and the first."""
_VERIFIED = 200_000
"""Pairs compared at once."""


@dataclass(frozen=True)
class Duplicates:
    """Which texts equal, or nearly equal, others; per collection, by number.

    `sets` numbers the sets of like texts of a collection: texts of one number are alike, or linked
    by texts between them. `alike` are texts that have any like them in their own collection, and
    `copied` texts of a later collection that are like one of the first.
    """

    sets: tuple[NDArray[np.int32], ...]
    alike: tuple[Bools, ...]
    copied: tuple[Bools, ...]


def near_duplicates(
    collections: Sequence[Collection],
    *,
    similarity: float,
    told: Callable[[float], None] = lambda _share: None,
) -> Duplicates:
    """Find texts whose runs of five words are the same for the most part.

    Candidates come from MinHash with 128 permutations in 32 bands of 4 (Broder 1997; Leskovec,
    Rajaraman & Ullman 2014), by rensa; each is then compared exactly. Texts of fewer than five
    words are compared as a whole.

    Parameters
    ----------
    collections : sequence of Collection
        With one vocabulary.
    similarity : float, between 0 and 1
        Runs that two texts share, over all runs of both (Jaccard), from which they are alike.
    told : callable, optional
        Called with the share done.

    Raises
    ------
    AuditError
        If a pair of like texts that is planted in every search is not found.
    """
    runs, starts = _runs(collections)
    digests = _digests(runs, starts, told)
    pairs = _candidates(digests, starts)
    told(0.8)
    found = pairs[_jaccard(runs, starts, pairs) >= similarity]
    planted = len(starts) - 3
    if not ((found[:, 0] == planted) & (found[:, 1] == planted + 1)).any():
        raise AuditError(
            "nearly equal texts cannot be searched for: a pair that was planted was not found. "
            "Check the installation of rensa."
        )
    told(1.0)
    sizes = [one.documents for one in collections]
    return _sorted_out(found[found[:, 0] < planted], sizes)


# -- runs of words as hashes -----------------------------------------------------------------------


def _runs(collections: Sequence[Collection]) -> tuple[Hashes, Int64]:
    """Hashes of all runs, by content alone, and where each text's begin; a planted pair is last."""
    words = collections[0].vocabulary.words
    of_word = np.array([_hash(word) for word in words] or [0], dtype=np.uint64)
    planted = np.array([_hash(f"planted {i}") for i in range(60)], dtype=np.uint64)
    other = planted.copy()
    other[[10, 40]] = [_hash("other 1"), _hash("other 2")]
    hashes, lengths = [], []
    for collection in collections:
        hashes.append(of_word[collection.words.ids])
        lengths.append(collection.words.lengths)
    values = np.concatenate([*hashes, planted, other])
    starts = np.concatenate([[0], np.cumsum(np.concatenate([*lengths, [60, 60]]))]).astype(np.int64)
    return _joined(values, starts)


def _hash(word: str) -> int:
    return int.from_bytes(hashlib.blake2b(word.encode(), digest_size=8).digest(), "little")


def _joined(values: Hashes, starts: Int64) -> tuple[Hashes, Int64]:
    """Hash every run; a text of fewer words than a run has one, of all of them."""
    lengths = np.diff(starts)
    counts = np.where(lengths >= _RUN, lengths - _RUN + 1, np.minimum(lengths, 1))
    first = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    place = np.repeat(starts[:-1] - first[:-1], counts) + np.arange(first[-1])
    end = np.repeat(starts[1:], counts)
    joined = np.zeros(len(place), dtype=np.uint64)
    for k in range(_RUN):
        inside = place + k < end
        word = np.where(inside, values[np.minimum(place + k, len(values) - 1)], np.uint64(0))
        joined = _mixed(joined * np.uint64(0x9E3779B97F4A7C15) + word)
    return joined, first


def _mixed(value: Hashes) -> Hashes:
    """The finaliser of SplitMix64 (Steele, Lea and Flood 2014)."""
    value = (value ^ (value >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    value = (value ^ (value >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return value ^ (value >> np.uint64(31))


# -- candidates ------------------------------------------------------------------------------------


def _digests(runs: Hashes, starts: Int64, told: Callable[[float], None]) -> NDArray[np.uint64]:
    """One hash per text and band."""
    from rensa import RMinHash

    texts = len(starts) - 1
    bands = np.empty((texts, _BANDS), dtype=np.uint64)
    for begin in range(0, texts, _AT_ONCE):
        end = min(begin + _AT_ONCE, texts)
        offsets = (starts[begin : end + 1] - starts[begin]).astype(np.uint64)
        matrix = RMinHash.digest_matrix_from_flat_token_hashes(
            runs[starts[begin] : starts[end]], offsets, _PERMUTATIONS, _SEED
        )
        rows = np.array(matrix.to_rows(), dtype=np.uint64).reshape(end - begin, _BANDS, -1)
        joined = np.zeros((end - begin, _BANDS), dtype=np.uint64)
        for k in range(rows.shape[2]):
            joined = _mixed(joined * np.uint64(0x9E3779B97F4A7C15) + rows[:, :, k])
        bands[begin:end] = joined
        told(0.6 * end / texts)
    return bands


def _candidates(bands: NDArray[np.uint64], starts: Int64) -> Int64:
    """Pairs of texts that fall in one bucket of any band, the smaller number first."""
    there = np.flatnonzero(np.diff(starts) > 0)
    found: list[Int64] = []
    for band in range(bands.shape[1]):
        values = bands[there, band]
        order = np.argsort(values, kind="stable")
        ends = np.flatnonzero(np.diff(values[order])) + 1
        bounds = np.concatenate([[0], ends, [len(order)]])
        sizes = np.diff(bounds)
        found += [
            _pairs(there[order[bounds[bucket] : bounds[bucket + 1]]])
            for bucket in np.flatnonzero(sizes > 1)
        ]
    if not found:
        return np.empty((0, 2), dtype=np.int64)
    return np.unique(np.concatenate(found), axis=0)


def _pairs(texts: Int64) -> Int64:
    if len(texts) <= _ALL_PAIRS:
        return np.array(list(combinations(texts.tolist(), 2)), dtype=np.int64)
    next_to = np.stack([texts[:-1], texts[1:]], axis=1)
    to_first = np.stack([np.full(len(texts) - 1, texts[0]), texts[1:]], axis=1)
    return np.concatenate([next_to, to_first])


def _jaccard(runs: Hashes, starts: Int64, pairs: Int64) -> NDArray[np.float64]:
    """Share of the different runs of two texts that both have."""
    texts, place = np.unique(pairs, return_inverse=True)
    place = place.reshape(pairs.shape)
    lengths = np.diff(starts)[texts]
    own = np.concatenate([runs[starts[t] : starts[t + 1]] for t in texts] or [runs[:0]])
    number = np.unique(own, return_inverse=True)[1].reshape(-1)
    row = np.repeat(np.arange(len(texts)), lengths)
    shape = (len(texts), int(number.max(initial=0)) + 1)
    has = sparse.csr_array((np.ones(len(row), dtype=np.int32), (row, number)), shape=shape)
    has.data[:] = 1
    sizes: NDArray[np.float64] = np.asarray(has.sum(axis=1), dtype=np.float64).ravel()
    both: NDArray[np.float64] = np.empty(len(pairs))
    for begin in range(0, len(pairs), _VERIFIED):
        part = place[begin : begin + _VERIFIED]
        both[begin : begin + _VERIFIED] = np.asarray(
            has[part[:, 0]].multiply(has[part[:, 1]]).sum(axis=1)
        ).ravel()
    every = sizes[place].sum(axis=1) - both
    return np.asarray(both / np.maximum(every, 1))


# -- what they are to each other -------------------------------------------------------------------


def repeats(sets: NDArray[np.int32], spoiled: Bools | None = None) -> Bools:
    """Return which texts repeat another: of each set of like texts, all but one.

    The one is the first that is not `spoiled`, as one would keep it.

    >>> repeats(np.array([0, 1, 0, 0]), np.array([True, False, False, False])).tolist()
    [True, False, False, True]
    """
    worse = np.zeros(len(sets), dtype=bool) if spoiled is None else spoiled
    order = np.lexsort((worse, sets))
    kept = np.concatenate([[True], np.diff(sets[order]) > 0])[: len(sets)]
    found = np.ones(len(sets), dtype=bool)
    found[order[kept]] = False
    return found


def _sorted_out(pairs: Int64, sizes: Sequence[int]) -> Duplicates:
    bounds = np.concatenate([[0], np.cumsum(sizes)])
    side = np.searchsorted(bounds, pairs, side="right") - 1
    sets, alike, copied = [], [], []
    for k, size in enumerate(sizes):
        within = pairs[(side == k).all(axis=1)] - bounds[k]
        ones = np.ones(len(within), dtype=bool)
        graph = sparse.csr_array((ones, (within[:, 0], within[:, 1])), shape=(size, size))
        _, label = connected_components(graph, directed=False)
        sets.append(np.asarray(label, dtype=np.int32))
        alike.append(np.isin(np.arange(size), within))
        of_first = pairs[(side[:, 0] == 0) & (side[:, 1] == k)][:, 1] - bounds[k]
        copied.append(np.isin(np.arange(size), of_first) & (k > 0))
    return Duplicates(tuple(sets), tuple(alike), tuple(copied))
