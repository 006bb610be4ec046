"""Marked words: how the tie of every word to a group has grown from real to synthetic texts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from audits.formulas.shares import wilson
from audits.formulas.ties import Interval, difference, less_chance, log_odds_ratio, margin_error
from audits.questions.text_words_counts import Counted
from audits.questions.text_words_groups import Bools
from audits.questions.text_words_marks import Floats, Marks
from audits.settings import Settings


@dataclass(frozen=True)
class Growth:
    """Of every group and word: its ties, and by how much the synthetic one is stronger.

    `added` words stand in too few real texts to have a tie there. `compared` are those of which
    anything can be said, and `accusable` those whose growth may be held against the texts.
    """

    real: Interval
    synthetic: Interval
    growth: Interval
    added: Bools
    compared: Bools
    accusable: Bools
    telling: Bools

    @property
    def sure(self) -> Floats:
        """The end of the interval nearer to no growth; -inf for what cannot be accused."""
        return np.where(self.accusable, self.growth.low, -np.inf)


def growth(
    real: Counted | None, synthetic: Counted, marks: Sequence[Marks], identity: Bools,
    settings: Settings,
) -> Growth:  # fmt: skip
    """Compare every tie, by the texts that hold a word, between two collections.

    Without real texts it is compared with none, and nothing is accused.
    """
    tie = log_odds_ratio(_tables(synthetic), confidence=settings.confidence)
    here = marks[-1].tested & ~np.isnan(tie.value)
    if real is None:
        telling = here & ~identity & (_promised(synthetic) <= settings.marked_telling)
        return Growth(tie, tie, tie, here, here, np.zeros_like(here), telling)
    before = log_odds_ratio(_tables(real), confidence=settings.confidence)
    large = (real.members >= settings.fewest_texts) & (real.others >= settings.fewest_texts)
    compared = here & large[:, np.newaxis]
    added = compared & ~marks[0].tested
    due = Interval(*(np.where(added, 0.0, part) for part in before))
    grown = difference(due, tie, confidence=settings.confidence)
    compared &= ~np.isnan(grown.value)
    share = synthetic.inside / np.maximum(synthetic.members, 1)[:, np.newaxis]
    accusable = compared & marks[-1].beyond & ~identity & (share >= settings.marked_share)
    accusable &= ~added | _more_of_the_group(real, synthetic, settings.confidence)
    promised = np.hypot(_promised(real), _promised(synthetic))
    telling = compared & ~added & ~identity & (promised <= settings.marked_telling)
    return Growth(before, tie, grown, added, compared, accusable, telling)


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
