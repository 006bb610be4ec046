"""What a simulation shows: of every group, of every generation, and of fresh rows."""

from __future__ import annotations

from dataclasses import dataclass

from audits.estimates import Estimate
from audits.results import Row


@dataclass(frozen=True)
class SimulatedGroup(Row):
    """What becomes of a group over all generations of all chains.

    Counts of people: `real`, its rows in generation 0. Counts of chains: `chains` run, `gone` of
    them in which it has no rows in the last generation, `collapsed` of them in which its rows do
    not differ any more. `increments`: steps from one generation to the next that the rate rests
    on.

    `rows` is the mean number of its rows in the last generation. `share_first` and `share_last`
    are its share of generation 0, and of the last one. `variety_first` and `variety_last` are the
    mean dissimilarity of two different rows; `kept` is the second over the first, and `kept_copier`
    what a generator that copies rows would keep in the same loop with the same numbers of rows, by
    the closed form. `kept_for_ever` is where that levels off: 0 for "replace".
    `decay` is the loss of log variety per generation; `half_life` ln 2 over it, in generations,
    with an infinite upper limit where no decay is established. `excess` is the decay as a multiple
    of that of plain resampling (loop "replace") with the group's rows. `values_first` and
    `values_last` are the numbers of different values that its rows hold, over all columns
    compared; `values_copier` the number by the closed form, where there is one.

    Intervals are those of a mean over chains; their limits are not known with a single chain.
    """

    real: int
    rows: float
    chains: int
    gone: int
    collapsed: int
    increments: int
    share_first: float
    share_last: Estimate
    variety_first: float
    variety_last: Estimate
    kept: Estimate
    kept_copier: float
    kept_for_ever: float
    decay: Estimate
    half_life: Estimate
    excess: Estimate
    values_first: int
    values_last: Estimate
    values_copier: float


@dataclass(frozen=True)
class SimulatedStep(Row):
    """A group in one generation, on average over chains.

    `generation` is its number, 0 for the real one; `chains` counts the chains in which it still
    has two rows. `rows` is the mean number of its rows. The others are as in
    :class:`SimulatedGroup`, of this generation.
    """

    generation: int
    chains: int
    rows: float
    share: Estimate
    variety: Estimate
    kept: Estimate
    kept_copier: float
    values: Estimate
    values_copier: float


@dataclass(frozen=True)
class FreshRows(Row):
    """How many fresh real rows per generation hold a group's variety.

    Counts of people: `real`, the group's rows in generation 0; `fresh`, its fresh real rows needed
    in the training data of every generation; `fresh_of_all`, fresh real rows of the whole table if
    groups turn up among them as in generation 0; `fixed`, real rows that would do if the same ones
    stayed in the training data of every generation. Counts of rows: `rows`, the group's in every
    generation. Counts of other things: `generations` and `chains` of the simulation by which it
    was looked into (0 where it was not).

    `promised` is the share of variety lost in the long run, by the closed form; `promised_by` that
    after `generations`; `lost` what the simulation of the group's own rows lost by then.
    `outcome` is "confirmed" (both agree, and the loss is held by the whole
    interval), "within error" (both agree within Monte Carlo error, and the interval reaches
    slightly beyond what may be lost), "so far" (both agree, and the long
    run lies beyond the generations simulated), "not held" (the loss is surely greater than was to
    be held), "not settled" (the simulation is not precise enough) or "not simulated".
    """

    real: int
    rows: int
    fresh: int
    fresh_of_all: int
    fixed: int
    promised: float
    promised_by: float
    lost: Estimate
    generations: int
    chains: int
    outcome: str
