"""What provenance measures."""

from __future__ import annotations

from dataclasses import dataclass

from audits.estimates import Estimate
from audits.results import Row


@dataclass(frozen=True)
class ProvenanceRow(Row):
    """How many real people a synthetic group rests on.

    `distinct` and `n1` count ancestors (nearest real people) among `searched` real people by
    `queries` synthetic rows; `complete` when these are all the real people. `basis` is the
    effective number of people: the smaller of that and of the real group's effective size;
    `effective_people` is the same with its interval.
    `kappa` compares the spread over real people with that of fresh real people. `precision` is the
    share of an interval's claimed precision that is real. `people` lists the rows per real person,
    most first, for small groups; `common` what all, or nearly all, of the real people share.
    """

    real: int
    synthetic: int
    effective: float
    searched: int
    queries: int
    complete: bool
    distinct: int
    profiles: int
    n1: float
    n2: float
    basis: float
    effective_people: Estimate
    amplification: float
    top5_share: float
    kappa: Estimate
    kappa_p: float
    half_width_claimed: float
    half_width_real: float
    precision: float
    rarest_seen: float
    people: tuple[int, ...]
    common: tuple[str, ...]
