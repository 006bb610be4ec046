"""Marked words: the largest score of every group when groups are shuffled among all texts."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from audits.formulas.marked_words import surprise
from audits.questions.text_words_counts import Held
from audits.questions.text_words_groups import Bools, Ints, Sets

Floats = NDArray[np.float64]
_LANES = (np.uint8, np.uint16, np.uint32)  # counts that stand side by side in 64 bits
_EXPECTED = 2.0  # score that groups are first expected to reach; changes only the work
_OF_LAST = 0.8  # of the largest score of one shuffling, expected in the next
_SLACK = 1e-6  # of z, for rounding


def largest_score(inside: Ints, whole: Ints, groups: Ints, log_odds: Floats) -> Floats:
    """Return per group the largest score of some lines, at least 0.

    The divergence that a score is the root of is at most chi-squared (Gibbs & Su 2002), so that a
    score is at most the square root of 2 times z: few words have a z that makes them worth a look.
    """
    share = expit(log_odds)
    due = whole * share[groups]
    z = (inside - due) / np.sqrt(due * (1 - share)[groups])
    most = np.zeros(len(share))
    np.maximum.at(most, groups, z)

    def scored(lines: Bools) -> Floats:
        largest, of = np.zeros(len(share)), groups[lines]
        scores = surprise(inside[lines], whole[lines] - inside[lines], log_odds[of])
        np.maximum.at(largest, of, scores)
        return largest

    least = scored((z > 0) & (z >= most[groups]))
    return scored((z > 0) & (np.sqrt(2) * z >= least[groups] - _SLACK))


class Shuffler:
    """Finds the largest score of groups after a shuffling, where every whole is all texts.

    The labels of a text are packed into 64-bit integers, as many bits each as the texts that hold a
    word need, so that one addition counts for up to eight groups. Which counts make a score worth
    computing depends only on a group and on how many texts hold a word, and is looked up.
    """

    def __init__(self, sets: Sets, held: Held, groups: Ints, floor: int) -> None:
        if not sets.everyone:
            raise ValueError("groups are compared with others than all texts: count every whole")
        own = sets.groups[:, groups]
        self._by_group = own.T.tocsr().astype(np.int64)
        self._lengths = held.sizes[:, [1]].toarray().ravel().astype(np.int64)
        whole = np.asarray(held.words.sum(axis=0)).ravel().astype(np.int64)
        by_word = held.words.T.tocsr().astype(np.uint64)
        dense = own.toarray()
        self._blocks = []
        least = max(floor, 1)
        for lane in _LANES:
            most = int(np.iinfo(lane).max)
            words = np.flatnonzero((whole >= least) & (whole <= most))
            least = max(least, most + 1)
            if len(words):
                values, which = np.unique(whole[words], return_inverse=True)
                self._blocks.append((by_word[words], _packed(dense, lane), lane, values, which))
        self._expected = np.full(len(groups), _EXPECTED)

    def largest(self, order: Ints) -> Floats:
        """Return the largest score of every group when texts have the groups of others.

        Parameters
        ----------
        order : ndarray
            The text whose groups each text is given.

        Returns
        -------
        ndarray
            One per group, at least 0.
        """
        groups = len(self._expected)
        counts = [
            (matrix @ labels[order]).view(lane)[:, :groups]
            for matrix, labels, lane, _, _ in self._blocks
        ]
        log_odds, expected = self._log_odds(order), self._expected
        while True:
            most = largest_score(*self._promising(counts, log_odds, expected), log_odds)
            missed = most < expected
            if not missed.any():
                break
            # nothing beyond what was found is left out when looked for again
            lower = np.where(most > 0, most, np.where(expected > _SLACK, expected / 2, 0.0))
            expected = np.where(missed, lower, expected)
        self._expected = np.maximum(_OF_LAST * most, _SLACK)
        return most

    def _log_odds(self, order: Ints) -> Floats:
        """Log odds that a word of a text is one of the group's, per group."""
        lengths = np.empty_like(self._lengths)
        lengths[order] = self._lengths
        inside = self._by_group @ lengths
        outside = self._lengths.sum() - inside
        return np.asarray(np.log(np.maximum(inside, 1)) - np.log(np.maximum(outside, 1)))

    def _promising(
        self, counts: list[NDArray[Any]], log_odds: Floats, expected: Floats
    ) -> tuple[Ints, Ints, Ints]:
        """Counts inside, in all, and groups of all lines whose score may be what is expected."""
        share = expit(log_odds)
        found = []
        for (_, _, lane, values, which), inside in zip(self._blocks, counts, strict=True):
            due = values[:, np.newaxis] * share
            far = (expected / np.sqrt(2) - _SLACK) * np.sqrt(due * (1 - share))
            least = np.maximum(np.ceil(due + far), np.floor(due) + 1)
            limits = np.minimum(least, np.iinfo(lane).max).astype(lane)
            words, groups = np.nonzero(inside >= limits[which])
            found.append((inside[words, groups].astype(np.int64), values[which[words]], groups))
        empty = [(np.zeros(0, dtype=np.int64),) * 3]
        inside_all, whole, of = (np.concatenate(part) for part in zip(*found or empty, strict=True))
        return inside_all, whole, of


def _packed(labels: NDArray[np.int32], lane: type[np.unsignedinteger]) -> NDArray[np.uint64]:
    """Labels of 0 and 1, side by side in 64-bit integers, a line per text."""
    lanes = 8 // np.dtype(lane).itemsize
    wide = np.zeros((len(labels), -(-labels.shape[1] // lanes) * lanes), dtype=lane)
    wide[:, : labels.shape[1]] = labels
    return wide.view(np.uint64)
