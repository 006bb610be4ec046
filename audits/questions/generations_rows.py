"""What generations measures."""

from __future__ import annotations

from dataclasses import dataclass

from audits.estimates import Estimate
from audits.results import Row

EXTINCT, HALVED = "extinct", "halved"
"""What became of groups that are counted together."""


@dataclass(frozen=True)
class GenerationsRow(Row):
    """How a group fares over all generations; the main table.

    Counts of people or rows: `real`, members in generation 0; `synthetic`, members in the last
    generation; `real_rows` and `synthetic_rows`, all rows of these two generations;
    `ancestors_searched`, members of generation 0 among whom ancestors were sought.
    Counts of other things: `generations` (after generation 0), `increments` (steps from one
    generation to the next in which variety was measured on both sides), `columns` (compared inside
    the group), `chains` (runs of the same loop, nearly always 1), `lost` and `born` (categories
    that are gone from, or new in, the last generation).

    `share_first` and `share_last` are the group's share of generation 0 and of the last one,
    `share_ratio` the second over the first.
    `variety_first` and `variety_last` are the mean dissimilarity of two different members, 0 to 1,
    in the first and in the last generation with enough rows; `index` is the share of variety lost
    between them (homogenisation index). `apart` is how many generations one step covers. `decay` is
    the loss of log variety per generation, its interval from the increments, `decay_error` its
    standard error with `decay_freedom` degrees of freedom (nan where there are fewer than three
    increments); `half_life` is ln 2 over it, in generations, with an infinite upper limit where no
    decay is established. `recent` is the decay over the later half of the steps; `slowing` the p
    value of "the loss does not slow down".
    `excess` is the decay times `parents`, the (harmonic) mean of the group's rows per generation:
    about 1 for plain resampling, far above 1 where the generator itself narrows.
    `collapsed_at` is the first generation in which no two members differ, with `collapsed_p`, the
    chance of that if nothing were lost; `extinct_at` the generation from which on the group has no
    rows, with `extinct_p`, the chance of that if its share had stayed, and `extinct_chance`, the
    chance that plain resampling would have lost it by then (nan where it is there still);
    `too_few_from` is the
    generation from which on it has too few rows for its variety to be followed. None where it
    never happens.
    `ancestors_first` and `ancestors_last` are the effective numbers of members of generation 0
    that stand behind generation 1 and the last one. `narrowest` is the column that lost the
    greatest share of its variety, `narrowest_index` that share. `lost_levels` names categories
    gone from the last generation, as "value (column)".
    """

    real: int
    synthetic: int
    real_rows: int
    synthetic_rows: int
    generations: int
    increments: int
    apart: float
    chains: int
    columns: int
    share_first: Estimate
    share_last: Estimate
    share_ratio: Estimate
    variety_first: float
    variety_last: float
    index: Estimate
    index_log_ratio: float
    index_error: float
    index_freedom: float
    decay: Estimate
    decay_error: float
    decay_freedom: float
    half_life: Estimate
    recent: float
    slowing: float
    parents: float
    excess: Estimate
    collapsed_at: int | None
    collapsed_p: float
    extinct_at: int | None
    extinct_p: float
    extinct_chance: float
    too_few_from: int | None
    ancestors_first: float
    ancestors_last: float
    ancestors_searched: int
    narrowest: str | None
    narrowest_index: float
    lost: int
    born: int
    lost_levels: tuple[str, ...]


@dataclass(frozen=True)
class GenerationStepRow(Row):
    """A group in one generation, beside itself in generation 0.

    Counts of people or rows: `rows`, members in this generation; `of`, rows of the whole
    generation; `ancestors_queries`, members whose ancestors were sought. Counts of other things:
    `generation` (its number in the chain, 0 for the first), `lost` and `born` (categories of all
    columns gone since, and new since, generation 0), `hill_size` (rows that the Hill numbers were
    brought down to, the same in all generations).

    `name` is what the generation is called: a file, or the label in the generation column.
    `variety` is the mean dissimilarity of two different members, `index` the share of generation
    0's that is lost. `hill_1` and `hill_2` are the effective numbers of categories per column
    (orders 1 and 2, mean over the columns with categories) among `hill_size` rows. `tails` is the
    share of values outside the 5th to 95th percentile of the whole of generation 0, mean over
    ordered columns; `rare` the share of values that fewer than 5 percent of the whole of
    generation 0 hold, mean over columns with categories; both to be read beside those of generation
    0. `ancestors` is the effective number of members of generation 0 behind this generation.
    `drift` is the share of values to be changed to get generation 0 back: total variation less
    what chance explains, over all columns; `drift_top` the same in the column `drifted`, which
    has most. `auc` is the chance of telling a member of this generation from one of generation 0,
    where it was computed.
    """

    generation: int
    name: str
    rows: int
    of: int
    share: Estimate
    variety: float
    index: Estimate
    hill_1: float
    hill_2: float
    hill_size: int
    tails: float
    rare: float
    lost: int
    born: int
    ancestors: float
    ancestors_queries: int
    drift: float
    drifted: str | None
    drift_top: float
    auc: Estimate


@dataclass(frozen=True)
class GenerationLoopRow(Row):
    """How the rows of one generation, all groups together, relate to those before it.

    Counts of rows: `rows`; `different`, rows that differ from each other. Counts of other things:
    `generation`. Shares of rows, with multiplicity: `from_previous` and `from_first`, of this
    generation that are in the generation before, and in generation 0; `holds_previous`,
    `holds_first`, of the generation before, and of generation 0, that are in this one;
    `loop` is what that points to, or what was stated: "replace", "resample", "accumulate",
    "fixed-real", "fresh" or "not known"; `stated` whether it was stated. The row of the whole
    chain has `generation` -1, its shares the least over the generations.
    """

    generation: int
    rows: int
    different: int
    from_previous: float
    from_first: float
    holds_previous: float
    holds_first: float
    loop: str
    stated: bool


@dataclass(frozen=True)
class GenerationFateRow(Row):
    """How many groups came to an end, or near it; of everyone.

    Counts of groups: `groups`, those whose `fate` it is ("extinct", nobody is left; "halved", less
    than half of their share is left, beyond chance); `of`, those there in generation 0;
    `hidden`, those whose counts are too small to show, and `unnamed`, those whose names are not
    shown either (0 where nothing is hidden).

    `named` are the names of the others; `by` is the generation by which the last of them had met
    its fate, `last` the last generation.
    """

    fate: str
    groups: int
    of: int
    by: float
    last: float
    named: tuple[str, ...]
    hidden: int
    unnamed: int
