"""Marked words: how surely a word sets a group's texts apart, and what chance alone would do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from audits.corpus.corpora import Corpora
from audits.formulas.grown_ties import tie_beyond_p
from audits.formulas.marked_words import Marked, marked_log_odds, pooled_prior, surprise
from audits.formulas.multiplicity import benjamini_hochberg
from audits.questions.text_words_counts import Compared, Counted, Tally, occurrences
from audits.questions.text_words_groups import Bools, Ints
from audits.questions.text_words_shuffled import Shuffler, largest_score
from audits.seeds import stream
from audits.settings import Settings

Floats = NDArray[np.float64]
_LEAST = 19  # shufflings from which what is usual is known well enough to stop
_CHENG_Z = 1.96  # Cheng, Durmus & Jurafsky 2023


@dataclass(frozen=True)
class Marks:
    """Words that a group's texts hold: the log-odds ratio of each, and how sure it is.

    One line per group and word, in the order of groups and words; those of a group stand between
    two `starts`. The `score` is what words are ranked by, and what must exceed the `threshold` of
    the group (nan where none was compared): how surprising it is that so many of the texts that
    hold a word are the group's; by the method of Cheng et al. it is z.
    """

    starts: Ints
    words: Ints
    odds: Marked
    score: Floats
    p_adjusted: Floats
    tested: Bools
    threshold: Floats
    shufflings: int

    @property
    def groups(self) -> Ints:
        """The group of every line."""
        return np.repeat(np.arange(len(self.starts) - 1), np.diff(self.starts))

    @property
    def beyond(self) -> Bools:
        """Lines of words that set a group apart by more than shuffling groups does."""
        return np.asarray(self.tested & (self.score > self.threshold[self.groups]))

    def among(self, group: int, beyond: Bools) -> Ints:
        """Return the lines of a group that are beyond."""
        first, last = self.starts[group], self.starts[group + 1]
        return np.asarray(first + np.flatnonzero(beyond[first:last]))

    def line(self, group: int, word: int) -> int:
        """Return the line of a word that the group's texts hold."""
        first, last = self.starts[group], self.starts[group + 1]
        return int(first + np.searchsorted(self.words[first:last], word))


def marks(corpora: Corpora, words: Compared, side: int, tally: Tally) -> Marks:
    """Compare every group's words with those beside it, by the method that was chosen."""
    settings = corpora.settings
    if settings.marked_method == "cheng2023":
        return _as_cheng(corpora, words, side, tally)
    pairs = _Pairs(tally)
    tested = pairs.large(settings)[pairs.groups] & (pairs.whole >= settings.marked_floor)
    odds, score = pairs.odds(settings.marked_prior), pairs.surprise()
    threshold, shufflings = _threshold(corpora, words, side, tally)
    return Marks(
        tally.inside.indptr.astype(np.int64), pairs.words, odds, score,
        _adjusted(pairs, tested, settings), tested, threshold, shufflings,
    )  # fmt: skip


class _Pairs:
    """Every group with every word that its texts hold, a line each."""

    def __init__(self, tally: Tally) -> None:
        self.tally = tally
        self.groups = np.repeat(
            np.arange(tally.inside.shape[0]), np.diff(tally.inside.indptr)
        ).astype(np.int64)
        self.words = tally.inside.indices.astype(np.int64)
        self.inside = tally.inside.data.astype(np.int64)
        self.whole = tally.whole[tally.whole_of[self.groups], self.words]

    def sizes(self) -> tuple[Ints, Ints]:
        """Pairs of a text and a word in a group and beside it, per line."""
        inside = self.tally.sizes[:, 1]
        outside = self.tally.whole_sizes[self.tally.whole_of, 1] - inside
        return inside[self.groups], outside[self.groups]

    def odds(self, of: float) -> Marked:
        """Log-odds ratios from the texts that hold a word; each word counts once per text."""
        inside, outside = self.inside, self.whole - self.inside
        all_inside, all_outside = self.sizes()
        prior = pooled_prior(inside, outside, all_first=all_inside, all_second=all_outside, of=of)
        return marked_log_odds(
            inside, outside, all_first=all_inside, all_second=all_outside, prior=prior, of=of
        )

    def large(self, settings: Settings) -> Bools:
        """Groups with enough texts inside and outside."""
        members = self.tally.sizes[:, 0]
        others = self.tally.whole_sizes[self.tally.whole_of, 0] - members
        return np.asarray(np.minimum(members, others) >= settings.fewest_texts)

    @cached_property
    def log_odds(self) -> Floats:
        """Log odds that a word of a text is one of the group's, per group."""
        inside = self.tally.sizes[:, 1]
        outside = self.tally.whole_sizes[self.tally.whole_of, 1] - inside
        return np.asarray(np.log(np.maximum(inside, 1)) - np.log(np.maximum(outside, 1)))

    def surprise(self) -> Floats:
        """How far beyond chance the texts that hold the word are the group's."""
        return surprise(self.inside, self.whole - self.inside, self.log_odds[self.groups])

    def p(self) -> Floats:
        """Exact p values of "as many of the texts that hold the word fall inside by chance"."""
        return tie_beyond_p(self.inside, self.whole - self.inside, self.log_odds[self.groups])


def _adjusted(pairs: _Pairs, tested: Bools, settings: Settings) -> Floats:
    """Adjust p values; words that no text of a group holds are members of the family, too."""
    adjusted = np.full(len(tested), np.nan)
    if tested.any():
        common = pairs.tally.whole >= settings.marked_floor
        family = common.sum(axis=1)[pairs.tally.whole_of][pairs.large(settings)].sum()
        found = benjamini_hochberg(pairs.p()[tested]) * (family / tested.sum())
        adjusted[tested] = np.minimum(found, 1.0)
    return adjusted


def tested_words(counted: Counted, settings: Settings) -> Bools:
    """Words that enough texts hold, of groups with enough texts inside and outside."""
    large = np.minimum(counted.members, counted.others) >= settings.fewest_texts
    common = counted.inside + counted.outside >= settings.marked_floor
    return np.asarray(large[:, np.newaxis] & common)


# -- chance ----------------------------------------------------------------------------------------


def _threshold(corpora: Corpora, words: Compared, side: int, tally: Tally) -> tuple[Floats, int]:
    """Return what the score of any word exceeds in one of twenty shufflings, and their number.

    Groups are shuffled among texts as they are, with all that overlaps. How large the largest score
    is depends on a group's size, so that it is measured by what is usual for the group, and the
    largest of all groups is told by that. Shuffling ends early once it is clear that no word will
    pass.
    """
    settings = corpora.settings
    true = _Pairs(tally)
    large = true.large(settings)
    limit = np.full(len(large), np.nan)
    if not large.any() or not len(true.words):
        return limit, 0
    allowed = int((1 - settings.confidence) * (settings.marked_shuffles + 1) + 1e-9)
    top = _largest(true, settings)[large]
    rng = stream(settings.seed, "text_words", f"side {side}", ())
    largest = _shuffled(words, side, tally, large=large, settings=settings)
    drawn: list[Floats] = []
    while len(drawn) < settings.marked_shuffles:
        order = rng.permutation(corpora.collections[words.sides[side]].documents)
        drawn.append(largest(order))
        usual, reached = _reached(drawn)
        if len(drawn) >= _LEAST and (reached >= (top / usual).max()).sum() >= allowed:
            break
        done = len(drawn) / settings.marked_shuffles
        corpora.progress("text_words", (side + done) / len(words.sides))
    limit[large] = usual * (np.sort(reached)[-allowed] if allowed else np.inf)
    return limit, len(drawn)


def _largest(pairs: _Pairs, settings: Settings) -> Floats:
    """Per group the largest score of words that enough texts hold, at least 0."""
    lines = np.flatnonzero(pairs.whole >= settings.marked_floor)
    return largest_score(
        pairs.inside[lines], pairs.whole[lines], pairs.groups[lines], pairs.log_odds
    )


def _shuffled(
    words: Compared, side: int, tally: Tally, *, large: Bools, settings: Settings
) -> Callable[[Ints], Floats]:
    """Return what gives the largest score of every large group when texts are in some order."""
    if words.sets[side].everyone:
        places = np.flatnonzero(large)
        return Shuffler(words.sets[side], words.held[side], places, settings.marked_floor).largest

    def largest(order: Ints) -> Floats:
        return _largest(_Pairs(words.shuffled(side, tally, order)), settings)[large]

    return largest


def _reached(drawn: list[Floats]) -> tuple[Floats, Floats]:
    """What is usual for each group, and per shuffling how far beyond it any group came."""
    every = np.stack(drawn)
    usual = np.maximum(np.median(every, axis=0), 1e-9)
    return usual, np.asarray((every / usual).max(axis=1))


# -- the method of Cheng, Durmus and Jurafsky ------------------------------------------------------


def _as_cheng(corpora: Corpora, words: Compared, side: int, tally: Tally) -> Marks:
    """Every occurrence counts, and all texts are the prior; of several comparisons the least sure.

    Each feature of a group is a comparison: with its unmarked value, or all its other values.
    """
    held = occurrences(corpora, words.sides[side], words.kept)
    lengths = corpora.collections[words.sides[side]].words.lengths
    sets = words.sets[side]
    by_group, by_whole = sets.groups.T.tocsr(), sets.wholes.T.tocsr()
    tokens, all_tokens = by_group @ lengths, by_whole @ lengths
    often, all_often = (by_group @ held).tocsr(), (by_whole @ held).toarray()
    every = np.asarray(held.sum(axis=0)).ravel().astype(np.float64)
    parts, places = [], []
    for place in range(len(words.names)):
        own = often[[place]].toarray()[0]
        there = np.flatnonzero(own)
        odds = []
        for one, whole in _comparisons(corpora, words, sets.whole, place):
            outside = all_often[whole] - often[[one]].toarray()[0]
            odds.append(
                marked_log_odds(
                    own[there], outside[there], all_first=tokens[place],
                    all_second=all_tokens[whole] - tokens[one], prior=every[there],
                    of=lengths.sum(),
                )
            )  # fmt: skip
        parts.append(_least_sure(odds))
        places.append(there)
    starts = np.r_[0, np.cumsum([len(there) for there in places])].astype(np.int64)
    joined = Marked(*(np.concatenate([part[i] for part in parts]) for i in range(3)))
    which = np.concatenate(places).astype(np.int64)
    groups = np.repeat(np.arange(len(words.names)), np.diff(starts))
    settings = corpora.settings
    common = tally.whole[tally.whole_of[groups], which] >= settings.marked_floor
    tested = _Pairs(tally).large(settings)[groups] & common
    unknown = np.full(len(which), np.nan)
    limit = np.full(len(words.names), _CHENG_Z)
    score = np.nan_to_num(joined.z)
    return Marks(starts, which, joined, score, unknown, tested, limit, 0)


def _comparisons(
    corpora: Corpora, words: Compared, whole: Ints, place: int
) -> list[tuple[int, int]]:
    """A group of one feature each, and the whole of it and those it is compared with."""
    name = words.names[place]
    named = dict(corpora.unmarked)
    alone = [words.names.index((pair,)) for pair in name if (pair,) in words.names]
    marked = [one for one in alone if named.get(words.names[one][0][0]) != words.names[one][0][1]]
    return [(one, int(whole[one])) for one in marked or alone or [place]]


def _least_sure(odds: list[Marked]) -> Marked:
    z = np.stack([np.nan_to_num(one.z, nan=-np.inf) for one in odds])
    least: Ints = z.argmin(axis=0)
    parts = [np.stack([one[part] for one in odds]) for part in range(3)]
    return Marked(*(np.take_along_axis(part, least[np.newaxis], axis=0)[0] for part in parts))


def marked_words(marks: Marks, groups: Ints, words: int) -> Bools:
    """Return which words set some groups apart beyond chance: (groups, words)."""
    beyond = marks.beyond
    lines = np.flatnonzero(beyond)
    found = sparse.csr_array(
        (np.ones(len(lines), dtype=bool), (marks.groups[lines], marks.words[lines])),
        shape=(len(marks.starts) - 1, words),
    )
    return np.asarray(found[groups].toarray(), dtype=bool)
