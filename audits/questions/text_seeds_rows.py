"""What seeds measures."""

from __future__ import annotations

from dataclasses import dataclass

from audits.estimates import Estimate
from audits.results import Row


@dataclass(frozen=True)
class SeedRow(Row):
    """On how many real texts the synthetic texts of a group rest.

    `real` and `synthetic` count texts; `searched` real and `queries` synthetic ones were looked
    at, all of them where `complete`. `seeds` is the number of real texts that the synthetic ones
    rest on in effect, `fresh` how many as many fresh real texts would (some real texts lie nearer
    to all others than most), `times` how many synthetic texts there are for each. `top5_share` is
    the share of synthetic texts whose nearest real one is among the five most used. `spread` says
    how widely they are spread over real texts, 1 being as widely as fresh real texts would be, and
    `spread_p` is the p value of as little by chance. `nearest` is the mean likeness (cosine of
    words and pairs of words) of a synthetic text to its nearest real one, `nearest_real` that of a
    real text to its nearest other one.
    """

    real: int
    synthetic: int
    searched: int
    queries: int
    complete: bool
    seeds: Estimate
    fresh: float
    times: float
    top5_share: float
    spread: Estimate
    spread_p: float
    nearest: float
    nearest_real: float
