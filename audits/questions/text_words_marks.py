"""Marked words: how surely a word sets a group's texts apart, and what chance alone would do."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from audits.corpus.corpora import Corpora
from audits.formulas.grown_ties import tie_beyond_p
from audits.formulas.marked_words import Marked, marked_log_odds, pooled_prior
from audits.formulas.multiplicity import benjamini_hochberg
from audits.questions.text_words_counts import Compared, Counted, occurrences
from audits.questions.text_words_groups import Bools, Ints
from audits.seeds import stream

Floats = NDArray[np.float64]
_LEAST = 19  # shufflings from which what is usual is known well enough to stop
_CHENG_Z = 1.96  # Cheng, Durmus & Jurafsky 2023


@dataclass(frozen=True)
class Marks:
    """Of every group and word: the log-odds ratio, how sure it is, and whether it was tested.

    All are of shape (groups, words), but for `threshold`: what |z| must exceed, per group.
    """

    odds: Marked
    p_adjusted: Floats
    tested: Bools
    threshold: Floats
    shufflings: int

    @property
    def beyond(self) -> Bools:
        """Words that set a group apart by more than shuffling groups does."""
        return np.asarray(
            self.tested & (np.nan_to_num(self.odds.z) > self.threshold[:, np.newaxis])
        )


def marks(corpora: Corpora, words: Compared, side: int, counted: Counted) -> Marks:
    """Compare every group's words with those beside it, by the method that was chosen."""
    settings = corpora.settings
    tested = _tested(corpora, counted)
    if settings.marked_method == "cheng2023":
        odds = _as_cheng(corpora, words, side)
        unknown = np.full(tested.shape, np.nan)
        limit = np.full(len(tested), _CHENG_Z)
        return Marks(odds, unknown, tested & ~np.isnan(odds.z), limit, 0)
    odds = _odds(counted, settings.marked_prior)
    p = np.where(tested, _p(counted), np.nan)
    threshold, shufflings = _threshold(corpora, words, side, tested, odds)
    return Marks(odds, benjamini_hochberg(p), tested, threshold, shufflings)


def _tested(corpora: Corpora, counted: Counted) -> Bools:
    """Words that enough texts hold, of groups with enough texts inside and outside."""
    fewest, floor = corpora.settings.fewest_texts, corpora.settings.marked_floor
    large = (counted.members >= fewest) & (counted.others >= fewest)
    return np.asarray(large[:, np.newaxis] & (counted.inside + counted.outside >= floor))


def _p(counted: Counted) -> Floats:
    """Exact p values, two-sided, of "a text that holds the word falls inside by chance"."""
    size = counted.log_size[:, np.newaxis]
    more = tie_beyond_p(counted.inside, counted.outside, size)
    less = tie_beyond_p(counted.outside, counted.inside, -size)
    return np.asarray(np.minimum(2 * np.minimum(more, less), 1.0))


def _odds(counted: Counted, of: float) -> Marked:
    """Log-odds ratios from the texts that hold a word; each word counts once per text."""
    all_inside, all_outside = counted.all_inside[:, np.newaxis], counted.all_outside[:, np.newaxis]
    prior = pooled_prior(
        counted.inside, counted.outside, all_first=all_inside, all_second=all_outside, of=of
    )
    return marked_log_odds(
        counted.inside, counted.outside, all_first=all_inside, all_second=all_outside,
        prior=np.nan_to_num(prior), of=of,
    )  # fmt: skip


# -- chance ----------------------------------------------------------------------------------------


def _threshold(
    corpora: Corpora, words: Compared, side: int, tested: Bools, odds: Marked
) -> tuple[Floats, int]:
    """Return what |z| of any word exceeds in one of twenty shufflings, and how many were made.

    Groups are shuffled among texts as they are, with all that overlaps. The largest |z| of a small
    group is larger, so that it is measured by what is usual for the group, and the largest of all
    groups is told by that. Shuffling ends early once it is clear that no word will pass.
    """
    settings = corpora.settings
    open_groups = tested.any(axis=1)
    limit = np.full(len(tested), np.nan)
    if not open_groups.any():
        return limit, 0
    allowed = int((1 - settings.confidence) * (settings.marked_shuffles + 1) + 1e-9)
    here = tested[open_groups]
    top = _largest(odds.z[open_groups], here)
    rng = stream(settings.seed, "text_words", f"side {side}", ())
    drawn: list[Floats] = []
    while len(drawn) < settings.marked_shuffles:
        order = rng.permutation(corpora.collections[words.sides[side]].documents)
        found = _odds(words.counted(side, order), settings.marked_prior).z
        drawn.append(_largest(found[open_groups], here))
        usual, reached = _reached(drawn)
        if len(drawn) >= _LEAST and (reached >= (top / usual).max()).sum() >= allowed:
            break
        corpora.progress("text_words", (side + len(drawn) / settings.marked_shuffles) / 2)
    limit[open_groups] = usual * (np.sort(reached)[-allowed] if allowed else np.inf)
    return limit, len(drawn)


def _largest(z: Floats, tested: Bools) -> Floats:
    """Per group the largest |z| of its words."""
    return np.asarray(np.where(tested, np.abs(np.nan_to_num(z)), 0).max(axis=1))


def _reached(drawn: list[Floats]) -> tuple[Floats, Floats]:
    """What is usual for each group, and per shuffling how far beyond it any group came."""
    every = np.stack(drawn)
    usual = np.maximum(np.median(every, axis=0), 1e-9)
    return usual, np.asarray((every / usual).max(axis=1))


# -- the method of Cheng, Durmus and Jurafsky ------------------------------------------------------


def _as_cheng(corpora: Corpora, words: Compared, side: int) -> Marked:
    """Every occurrence counts, and all texts are the prior; of several comparisons the least sure.

    Each feature of a group is a comparison: with its unmarked value, or all its other values.
    """
    held = occurrences(corpora, words.sides[side], words.kept)
    ids = corpora.collections[words.sides[side]].words.lengths
    every = np.asarray(held.sum(axis=0)).ravel().astype(np.float64)
    total = float(ids.sum())
    belongs = words.belongs[side]
    holding = belongs.sums(held)
    tokens = belongs.sums(sparse.csr_array(ids[:, np.newaxis]))[:, 0]
    rows = []
    for place in range(words.groups):
        odds = [
            marked_log_odds(
                holding[place], holding[whole] - holding[own], all_first=tokens[place],
                all_second=tokens[whole] - tokens[own], prior=every, of=total,
            )
            for own, whole in _comparisons(corpora, words, place)
        ]  # fmt: skip
        rows.append(_least_sure(odds))
    return Marked(*(np.stack([row[part] for row in rows]) for part in range(3)))


def _comparisons(corpora: Corpora, words: Compared, place: int) -> list[tuple[int, int]]:
    """Columns of a group of one feature each and of what holds it and those it is compared with."""
    name = words.names[place]
    alone = [words.names.index((pair,)) for pair in name if (pair,) in words.names]
    marked = [one for one in alone if dict(corpora.unmarked).get(words.names[one][0][0])
              != words.names[one][0][1]]  # fmt: skip
    return [(one, int(words.wholes[one])) for one in marked or alone or [place]]


def _least_sure(odds: list[Marked]) -> Marked:
    z = np.stack([np.nan_to_num(one.z, nan=-np.inf) for one in odds])
    least: Ints = z.argmin(axis=0)
    parts = [np.stack([one[part] for one in odds]) for part in range(3)]
    return Marked(*(np.take_along_axis(part, least[np.newaxis], axis=0)[0] for part in parts))
