"""Drift of texts: what was measured of groups, their shapes, their words and their grammar."""

from __future__ import annotations

from dataclasses import dataclass

from audits.estimates import Estimate
from audits.results import Row

_CHANCE = 0.02  # two-sided: one group in 100 lies so far below one half by chance alone


@dataclass(frozen=True)
class TextDriftRow(Row):
    """How far the texts of a group have moved, as a whole.

    `real` and `synthetic` count the group's texts; without real texts (`alone`) theirs are 0, and
    all comparisons are unknown. `not_measured` says what no pipeline was there for.

    `auc` is the chance of telling real from synthetic texts by the words and pairs of words they
    hold, in stretches of `window` words each, one per text, of `auc_texts` texts that are long
    enough, so that length tells nothing; `auc_p` is two-sided. `auc_whole` is the same with whole
    texts and their lengths. `auc_matched` says whether `auc` is of stretches; where too few texts
    are long enough, it is `auc_whole`.

    Of the same stretches of `vocabulary_texts` texts: `vocabulary` is the share of running words
    that would have to be others to match, less what chance makes of it; `vocabulary_value` is that
    share as it is, `vocabulary_chance` its root mean square when texts are dealt out at random.
    `lost` of the words of `drawn` real texts are in none of as many synthetic ones,
    `lost_by_chance` in none of as many other real ones; `new` and `new_by_chance` are the same the
    other way round, `lost_beyond` and `new_beyond` the differences. `unknown` is the share of
    running synthetic words that the real texts do not have, `unknown_by_chance` that of real ones
    looked up in the other real texts, `unknown_beyond` the difference. `changed` counts the words
    that stand in surely more or fewer texts (adjusted p within the group), of `words` compared.

    `speech` and `entities` are the shares of running words, and of entities, that would have to be
    of another part of speech or kind, less chance, in `tagged` texts.

    `detectable_*` is the least true difference that 80 samples in 100 would show.
    """

    real: int
    synthetic: int
    alone: bool
    not_measured: tuple[str, ...]
    window: int
    auc: Estimate
    auc_p: float
    auc_error: float
    auc_texts: tuple[int, int]
    auc_matched: bool
    auc_whole: Estimate
    auc_whole_p: float
    vocabulary: Estimate
    vocabulary_value: float
    vocabulary_chance: float
    vocabulary_p: float
    vocabulary_texts: tuple[int, int]
    drawn: int
    lost: float
    lost_by_chance: float
    lost_beyond: Estimate
    new: float
    new_by_chance: float
    new_beyond: Estimate
    unknown: float
    unknown_by_chance: float
    unknown_beyond: Estimate
    words: int
    changed: int
    speech: Estimate
    speech_p: float
    entities: Estimate
    entities_p: float
    tagged: tuple[int, int]
    detectable_shift: float
    detectable_auc: float

    @property
    def below_half(self) -> bool:
        """Whether texts are told apart worse than by guessing, beyond what chance does."""
        return self.auc.high < 0.5 and self.auc_p <= _CHANCE


@dataclass(frozen=True)
class TextShapeRow(Row):
    """A length of a group's texts, or how hard they are to read.

    `attribute` is one of "words per text", "words per sentence", "letters per word", "LIX" and
    "reading ease". `real` and `synthetic` count the texts that have a word, `*_mean` are means over
    texts. `shift` is how far texts would have to move on average, in standard deviations of all
    real texts, less what chance makes of it (`value`: chance and all); `p` is of no difference.
    """

    attribute: str
    real: int
    synthetic: int
    real_mean: float
    synthetic_mean: float
    value: float
    shift: Estimate
    cautious: float
    error: float
    p: float
    draws: int


@dataclass(frozen=True)
class TextWordRow(Row):
    """A word, or a pair of words, that stands in more or fewer of a group's texts than it did.

    Counted in stretches of equal length, where texts are long enough for them. `real` and
    `synthetic` count the texts looked at, `real_with` and `synthetic_with` those that hold the
    word; `share_*` are their shares, `change` is their difference. `p` is of no change,
    `p_adjusted` among all words of the group that were compared; both unknown for pairs of words.
    `weight` is how much it speaks for a synthetic text (below 0: for a real one) when texts are
    told apart, 0 where it was not asked.
    """

    rank: int
    words: str
    real: int
    synthetic: int
    real_with: int
    synthetic_with: int
    share_real: float
    share_synthetic: float
    change: Estimate
    p: float
    p_adjusted: float
    weight: float


@dataclass(frozen=True)
class TextGrammarRow(Row):
    """How often a part of speech, or a kind of entity, stands in a group's texts.

    `kind` is "part of speech", "tag" (where the pipeline gives no parts of speech) or "entity",
    `attribute` the pipeline's name of it. `real` and `synthetic` count the texts that were read by
    the pipeline; `per_100_*` is how often it stands per 100 words, `change` the difference, with an
    interval by drawing texts again; `p` is of no change, `p_adjusted` among all of the group.
    """

    kind: str
    attribute: str
    real: int
    synthetic: int
    per_100_real: float
    per_100_synthetic: float
    change: Estimate
    p: float
    p_adjusted: float
