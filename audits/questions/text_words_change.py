"""Marked words: how the tie of every word to a group has grown from real to synthetic texts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from audits.formulas.grown_ties import GrownTies, tie_beyond_p, tie_low
from audits.formulas.shares import wilson
from audits.formulas.ties import Interval, difference, less_chance, log_odds_ratio, margin_error
from audits.questions.text_words_counts import Counted
from audits.questions.text_words_groups import Bools, Ints
from audits.questions.text_words_marks import Floats, tested_words
from audits.settings import Settings

_BLOCK = 10_000  # ties tested at a time


@dataclass(frozen=True)
class Growth:
    """Of every group and word: its ties, and by how much the synthetic one is stronger.

    `added` words stand in no real text of the group, and in too few others to say that they are
    kept from it. `compared` are those of which anything can be said, and `accusable` those whose
    growth may be held against the texts. `due` is the growth that the sizes of the group alone
    make: what is tested is what goes beyond. `p` is the exact p value of "it has not grown", 1
    where nothing is accusable.
    """

    real: Interval
    synthetic: Interval
    growth: Interval
    due: Floats
    added: Bools
    compared: Bools
    accusable: Bools
    telling: Bools
    p: Floats


def growth(
    real: Counted | None, synthetic: Counted, marked: Bools, identity: Bools,
    settings: Settings,
) -> Growth:  # fmt: skip
    """Compare every tie, by the texts that hold a word, between two collections.

    Without real texts it is compared with none, and nothing is accused.
    """
    tie = log_odds_ratio(_tables(synthetic), confidence=settings.confidence)
    here = tested_words(synthetic, settings) & ~np.isnan(tie.value)
    if real is None:
        telling = here & ~identity & (_promised(synthetic) <= settings.marked_telling)
        nothing = np.zeros_like(here)
        return Growth(
            tie, tie, tie, np.zeros(here.shape), here, here, nothing, telling, np.ones(here.shape)
        )
    before = log_odds_ratio(_tables(real), confidence=settings.confidence)
    compared = here & _enough(real, synthetic, settings)
    few = real.inside + real.outside < settings.marked_floor
    added = compared & few & (real.inside == 0)
    was = Interval(*(np.where(added, 0.0, part) for part in before))
    grown = difference(was, tie, confidence=settings.confidence)
    compared &= ~np.isnan(grown.value)
    share = synthetic.inside / np.maximum(synthetic.members, 1)[:, np.newaxis]
    accusable = compared & marked & ~identity & (share >= settings.marked_share)
    accusable &= ~added | _more_of_the_group(real, synthetic, settings.confidence)
    promised = np.hypot(_promised(real), _promised(synthetic))
    telling = compared & ~added & ~identity & (promised <= settings.marked_telling)
    due = synthetic.log_size[:, np.newaxis] - np.where(added, 0.0, real.log_size[:, np.newaxis])
    p = _not_grown(real, synthetic, due, added, accusable)
    return Growth(before, tie, grown, due, added, compared, accusable, telling, p)


def _enough(real: Counted, synthetic: Counted, settings: Settings) -> Bools:
    """Groups with enough real texts, and words that as many texts hold as it takes to accuse one.

    By the margins alone, so that the choice does not look at the tie.
    """
    large = (real.members >= settings.fewest_texts) & (real.others >= settings.fewest_texts)
    least = (settings.marked_share * synthetic.members)[:, np.newaxis]
    return np.asarray(large[:, np.newaxis] & (synthetic.inside + synthetic.outside >= least))


def _not_grown(
    real: Counted, synthetic: Counted, due: Floats, added: Bools, accusable: Bools
) -> Floats:
    p = np.ones(accusable.shape)
    new, old = np.nonzero(accusable & added), np.nonzero(accusable & ~added)
    p[new] = tie_beyond_p(synthetic.inside[new], synthetic.outside[new], due[new])
    for first in range(0, len(old[0]), _BLOCK):
        some = tuple(places[first : first + _BLOCK] for places in old)
        p[some] = _ties(real, synthetic, some).beyond_p(due[some])
    return p


def _ties(real: Counted, synthetic: Counted, places: tuple[Ints, ...]) -> GrownTies:
    counts = (real.inside, real.outside, synthetic.inside, synthetic.outside)
    return GrownTies.of(*(count[places] for count in counts))


def surely(
    grown: Growth, real: Counted, synthetic: Counted, places: tuple[Ints, Ints], confidence: float
) -> Floats:
    """Return the lower limits of the growth of some ties, exact, as logarithms."""
    low = np.empty(len(places[0]))
    added = grown.added[places]
    new, old = ([part[which] for part in places] for which in (added, ~added))
    low[added] = tie_low(synthetic.inside[*new], synthetic.outside[*new], confidence=confidence)
    low[~added] = _ties(real, synthetic, tuple(old)).low(confidence=confidence)
    return low - grown.due[places]


def _tables(counted: Counted) -> NDArray[np.int64]:
    """Two-by-two tables of pairs of a text and a word: in the group or beside, this word or not."""
    inside, outside = counted.inside, counted.outside
    rest = counted.all_inside[:, np.newaxis] - inside, counted.all_outside[:, np.newaxis] - outside
    return np.stack([np.stack([inside, rest[0]], -1), np.stack([outside, rest[1]], -1)], -2)


def _promised(side: Counted) -> Floats:
    """Standard error of a tie that the margins promise, were there none."""
    pairs = (side.all_inside + side.all_outside)[:, np.newaxis]
    members = np.broadcast_to(side.all_inside[:, np.newaxis], side.inside.shape)
    return np.asarray(margin_error(members, side.inside + side.outside, pairs))


def _more_of_the_group(real: Counted, synthetic: Counted, confidence: float) -> Bools:
    """Whether more of the group's texts hold the word, by the whole of both intervals."""
    limits = []
    for side, end in ((real, 1), (synthetic, 0)):
        texts = np.maximum(side.members, 1)[:, np.newaxis]
        ends = wilson(side.inside, np.broadcast_to(texts, side.inside.shape), confidence=confidence)
        limits.append(np.asarray(ends[end]))
    return np.asarray(limits[1] > limits[0])


def reach(grown: Growth) -> tuple[Floats, Floats]:
    """Per group: the largest growth of a telling word, less chance, and its largest limit."""
    with np.errstate(invalid="ignore"):
        size = less_chance(grown.growth.value, grown.growth.error)
    value = np.where(grown.growth.value > 0, size, 0.0)
    sides = (value, grown.growth.high)
    most = [np.where(grown.telling, side, -np.inf).max(axis=1, initial=-np.inf) for side in sides]
    return np.exp(most[0]), np.exp(most[1])
