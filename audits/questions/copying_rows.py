"""What copying measures."""

from __future__ import annotations

from dataclasses import dataclass

from audits.estimates import Estimate
from audits.results import Row


@dataclass(frozen=True)
class CopyingRow(Row):
    """Whether a group's synthetic rows are those of real people, or nearly.

    Rows are equal when all values of all compared columns are. `real`, `synthetic` and `holdout`
    count the group's rows in each table (`holdout` is 0 without one), `copies` the synthetic rows
    that equal a real row, `copied` is their share. `chance` is the share that fresh people would
    show: of holdout rows that equal a real row (`chance_by` "holdout"), or of real rows that equal
    another real row ("twins"); `excess` is `copied` less `chance`. `beyond` is how far that excess
    lies above the excess among everyone else's rows, with `beyond_p` (one-sided), unknown for
    everyone.

    `unique` counts the real rows that no other real row equals, `pairs` those that exactly one
    does (both rows of each two), `reproduced` the unique ones that a synthetic row equals.
    `repeated` is the share of synthetic rows that repeat an earlier one, `repeated_real` that of
    real rows, both as expected among `repeated_rows` rows drawn at random.

    `overlap` counts the holdout rows that equal a real row, `overlap_beyond` is their share less
    that of twins; a holdout far beyond it is not fresh, and `holdout_used` says whether it served.

    `queries` counts the synthetic rows whose nearest rows were sought among `searched` real rows of
    all groups and `searched_holdout` holdout rows of all groups; `complete` when these are all
    there are. `closer` is the share nearest to a real row rather than a holdout row (the DCR share,
    ties split), `closer_expected` what it would be without copying, `closer_sd` its standard
    deviation then, `closer_p` the one-sided p value. `near_copies` is the share of rows that must
    be nearly copies for it to be so high. All are unknown without a holdout, or with too few people
    of the group on either side.

    `distance` is the median distance to the closest real row (DCR, between 0 and 1), `ratio` the
    5th percentile of the distance to the nearest over that to the second nearest (NNDR);
    `distance_fresh` and `ratio_fresh` are those of `fresh` fresh rows: of the holdout, or of real
    rows to the other real rows ("twins"). `ratio_below` is how far `ratio` lies below.
    """

    real: int
    synthetic: int
    holdout: int
    copies: int
    copied: Estimate
    chance: Estimate
    chance_by: str
    excess: Estimate
    beyond: Estimate
    beyond_p: float
    unique: int
    pairs: int
    reproduced: int
    repeated: float
    repeated_real: float
    repeated_rows: int
    overlap: int
    overlap_beyond: Estimate
    holdout_used: bool
    queries: int
    searched: int
    searched_holdout: int
    complete: bool
    closer: Estimate
    closer_expected: float
    closer_sd: float
    closer_p: float
    near_copies: Estimate
    fresh: int
    distance: float
    distance_fresh: float
    ratio: Estimate
    ratio_fresh: Estimate
    ratio_below: Estimate
