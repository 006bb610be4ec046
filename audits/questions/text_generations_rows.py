"""Generations of texts: what was measured of groups, and of every generation."""

from __future__ import annotations

from dataclasses import dataclass

from audits.estimates import Estimate
from audits.results import Row


@dataclass(frozen=True)
class TextGenerationsRow(Row):
    """How varied a group's texts stay over all generations; the main table.

    Counts of texts: `real`, of the group in generation 0; `synthetic`, of the group in the last
    generation; `real_texts` and `synthetic_texts`, all texts of these two generations; `compared`,
    the group's texts of generation 0 whose words were compared, all or a sample. `chains` are the
    texts that these go back to: where a column tells which texts are one text
    written again and again (`linked`), the different ones; else as many as there are texts.
    Counts of other things: `generations` (after generation 0), `increments` (steps in which variety
    was measured on both sides), `matched` (words of a text's beginning that were compared, in all
    generations alike).

    `share_first` and `share_last` are the group's share of all texts in generation 0 and in the
    last one, `share_ratio` the second over the first.
    `variety_first` and `variety_last` are the mean cosine dissimilarity of two texts of different
    chains, by words and pairs of words, in the first and in the last generation with enough texts.
    `index` is the share of variety lost between them, `index_log_ratio`, `index_error` and
    `index_freedom` what it rests on; `at_once` is the share lost in generation 1 already.
    `decay` is the loss of log variety per generation, its interval from the increments, and
    `half_life` ln 2 over it, in generations, with an infinite upper limit where no decay is
    established; `later` is the decay over the steps after the first. `recent` is the decay over
    the later half of the steps, `slowing` the p value of "the loss does not slow down".
    `apart` is how many generations one step covers: always 1. `excess` is the decay times
    `parents`, the (harmonic) mean of the group's texts per generation: about 1 where whole texts
    are drawn again, far above 1 where the writer itself narrows.
    `collapsed_at` is the generation from which on no two texts differ; `extinct_at` that from which
    on the group has no text, with `extinct_p`, the chance of that if its share had stayed;
    `too_few_from` that from which on it has too few to be followed. None where it never happens.
    `moved` is how much more unlike texts of generation 0 and of the last one are than texts of one
    generation, 0 for no drift; `own` the cosine similarity of a text with the one that it goes back
    to, nan where that is not known. `words_first` and `words_last` are words per text.
    """

    real: int
    synthetic: int
    real_texts: int
    synthetic_texts: int
    compared: int
    chains: int
    linked: bool
    generations: int
    increments: int
    matched: int
    apart: float
    share_first: Estimate
    share_last: Estimate
    share_ratio: Estimate
    variety_first: float
    variety_last: float
    index: Estimate
    index_log_ratio: float
    index_error: float
    index_freedom: float
    at_once: Estimate
    decay: Estimate
    half_life: Estimate
    later: Estimate
    recent: float
    slowing: float
    parents: float
    excess: Estimate
    collapsed_at: int | None
    extinct_at: int | None
    extinct_p: float
    too_few_from: int | None
    moved: float
    own: float
    words_first: float
    words_last: float


@dataclass(frozen=True)
class TextGenerationStepRow(Row):
    """A group's texts in one generation, beside those of generation 0.

    Counts of texts: `rows`, of the group in this generation; `of`, all of the generation;
    `compared`, those whose words were compared; `drawn`, the texts on which lost and new words
    rest. Counts of other things: `generation`; `tokens`, the words on which the shares of different
    ones rest, as many in all generations.

    `name` is what the generation is called. `variety` and `index` are as in the main table, this
    generation beside generation 0. `distinct_1` and `distinct_2` are the different words, and pairs
    of words, among `tokens` of them, as shares. `lost` is the share of the words of `drawn` texts
    of generation 0 that as many texts of this one lack, `lost_by_chance` the share that as many
    other texts of generation 0 lack; `born` and `born_by_chance` are the words of this generation
    that generation 0 lacks. `words` are words per text. `alike` is the cosine similarity of texts
    of this generation and of generation 0, of different chains, `own` that of texts of one chain;
    `moved` is how much more unlike the two generations are than each of them is in itself.
    """

    generation: int
    name: str
    rows: int
    of: int
    compared: int
    share: Estimate
    variety: float
    index: Estimate
    distinct_1: float
    distinct_2: float
    tokens: int
    lost: float
    lost_by_chance: float
    born: float
    born_by_chance: float
    drawn: int
    words: float
    alike: float
    own: float
    moved: float
