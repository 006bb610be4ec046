"""Marked words: what was measured of groups, of words that set them apart, and of changed ties."""

from __future__ import annotations

from dataclasses import dataclass

from audits.estimates import Estimate
from audits.results import Row


@dataclass(frozen=True)
class WordGroupRow(Row):
    """How far the words of a group's texts are its own, and what a generator did to that.

    `real` and `synthetic` count the group's texts, `others_*` those it is compared with: all others
    whose group is known, or the unmarked ones where they were named. Without real texts (`alone`)
    theirs are 0. `words_*` are the words that enough texts hold to be compared; `marked_*` those of
    them that set the group apart, by the adjusted p value and a `score` beyond `threshold_*`, which
    no word of any group exceeds in 95 of 100 shufflings of groups among texts, measured by what is
    usual for a group. There are `shufflings`, or fewer where it was clear after few that nothing is
    marked.

    `compared` are the words whose tie to the group was compared between real and synthetic texts,
    and `grown` those that set the synthetic texts apart and whose tie grew by its own 95 percent
    interval. `word` is the one whose tie surely grew most, `kind` how ("strengthened", or "added"
    where no real text of the group has it) and `growth` by what factor. `first` is the word that
    most surely sets the group's synthetic texts apart, identities themselves left out, and
    `first_times` how many times as often it stands there as in the others.

    `telling` are the words so common that a tie grown to the limits would show: those that stand in
    at least `rarest` of the synthetic texts. `reach` is the largest factor among them, less what
    chance adds, and `reach_high` the largest upper limit of one. `*_inside` and
    `*_fewest` are how many of the group's synthetic texts hold the two words, and the `fewest` of
    their rows; 0 where there is no such word.
    """

    real: int
    synthetic: int
    others_real: int
    others_synthetic: int
    alone: bool
    words_real: int
    words_synthetic: int
    marked_real: int
    marked_synthetic: int
    threshold_real: float
    threshold_synthetic: float
    shufflings: int
    first: str | None
    first_times: Estimate
    first_inside: int
    first_fewest: int
    compared: int
    grown: int
    listed: int
    word: str | None
    kind: str
    growth: Estimate
    word_inside: int
    word_fewest: int
    telling: int
    rarest: float
    reach: float
    reach_high: float


@dataclass(frozen=True)
class MarkedWordRow(Row):
    """A word that sets a group's texts apart from others, in the real or the synthetic collection.

    `real` and `synthetic` count the group's texts. `side` says in which of them the word is marked;
    `rank` is its place there, the surest first. `identity` tells words that name a group
    themselves: they are listed, and never accused. `inside` of the group's texts hold the word, and
    `outside` of the others; `share_*` are their shares.

    `log_odds` is the log-odds ratio with its interval, and `times` its exponential: how many times
    as often the word stands in the group's texts; `z` is the log-odds ratio over its standard
    error. `score` says how surprising it is that so many of the texts that hold the word are the
    group's, like a number of standard errors: the root of the log-likelihood ratio, or, by the
    method of Cheng et al., z. `p_adjusted` is the exact p value of the same, adjusted for all words
    and groups; `marked` is whether both pass.
    `fewest` is the smallest number of texts, above none, that hold or lack the word in any group of
    the same features.
    """

    real: int
    synthetic: int
    side: str
    rank: int
    word: str
    identity: bool
    inside: int
    outside: int
    share_inside: float
    share_outside: float
    log_odds: Estimate
    times: Estimate
    z: float
    score: float
    p_adjusted: float
    marked: bool
    fewest: int


@dataclass(frozen=True)
class WordTieRow(Row):
    """A word whose tie to a group grew from the real to the synthetic texts.

    `real` and `synthetic` count the group's texts, `*_inside` those of them that hold the word and
    `*_outside` those of the others that do; `share_*` and `elsewhere_*` are their shares.

    `tie_real` and `tie_synthetic` are ratios of odds that a word of a text is this one, each word
    of a text counted once: above 1 where it belongs to the group's texts more than to the others'.
    `growth` is the synthetic over the real one, or, where no real text of the group holds the
    word and hardly any other (`kind` "added", not "strengthened"), the synthetic one alone; then
    the share of the group's texts that hold it has grown by the whole of both intervals. Its lower
    limit is exact, as if every text that holds the word fell inside or outside by chance; `due` is
    how much the logarithm grows by the sizes of the group and the others alone. `score` and
    `p_adjusted` say how surely the word sets the group's synthetic texts apart. `rank` is its place
    among the group's, the surest first. `fewest` is the smallest number of texts, above none, that
    hold or lack the word in any group of the same features.
    """

    real: int
    synthetic: int
    word: str
    kind: str
    rank: int
    real_inside: int
    real_outside: int
    synthetic_inside: int
    synthetic_outside: int
    share_real: float
    elsewhere_real: float
    share_synthetic: float
    elsewhere_synthetic: float
    tie_real: Estimate
    tie_synthetic: Estimate
    growth: Estimate
    due: float
    score: float
    p_adjusted: float
    fewest: int
