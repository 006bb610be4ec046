"""What drift measures."""

from __future__ import annotations

import math
from dataclasses import dataclass

from audits.estimates import Estimate
from audits.results import Row

_CHANCE = 0.02  # two-sided: one group in 100 lies so far below one half by chance alone


@dataclass(frozen=True)
class GroupDriftRow(Row):
    """How far a group as a whole has moved; what could not have been noticed.

    `auc` is the chance of telling real from synthetic rows; clearly below one half (`below_half`)
    held-out rows met their own copies. `detectable_*` is the least true difference that 80 samples
    in 100 would show.
    """

    real: int
    synthetic: int
    columns: int
    worst_column: str | None
    auc: Estimate
    auc_p: float
    auc_error: float
    auc_rows: tuple[int, int]
    pairs: Estimate
    pairs_p: float
    pairs_error: float
    pair_rows: tuple[int, int]
    worst_pair: str | None
    worst_pair_value: float
    detectable_shift: float
    detectable_share: float
    detectable_auc: float

    @property
    def below_half(self) -> bool:
        """Whether rows are told apart worse than by guessing, beyond what chance does."""
        return self.auc.high < 0.5 and self.auc_p <= _CHANCE


@dataclass(frozen=True)
class ColumnDriftRow(Row):
    """How far one column has moved inside a group.

    `measure` is "total variation" (share of people who would have to change category) or "shift"
    (average distance, in real standard deviations), or "missing" (total variation of missingness).
    `real_apart` and `synthetic_apart` are the share of people who would have to change for either
    table to look like the reference population, where that says (nan: it does not).
    """

    attribute: str
    measure: str
    real: int
    synthetic: int
    value: float
    shift: Estimate
    cautious: float
    error: float
    p: float
    draws: int
    real_apart: float = math.nan
    synthetic_apart: float = math.nan

    @property
    def asked_for(self) -> bool:
        """Whether it moved towards the reference population."""
        return self.synthetic_apart < self.real_apart


@dataclass(frozen=True)
class PairDriftRow(Row):
    """How far a pair of columns has moved, over everyone and all rows."""

    attribute: str
    other: str
    value: float
    shift: Estimate
    p: float


@dataclass(frozen=True)
class ProfileRow(Row):
    """How a group is spread over one column, in both tables, for pictures.

    `labels` names the parts: values of a categorical column, most frequent first, then "other
    values" and "missing" where there are any; or the bins of a numeric one, in order. `edges` has
    one number more than there are bins (empty for categories); the first and last bin also hold
    what lies beyond. A missing part of a numeric column comes after the bins, in `labels`, `real`
    and `synthetic`. `real` and `synthetic` count rows per part.
    """

    attribute: str
    kind: str
    labels: tuple[str, ...]
    edges: tuple[float, ...]
    real: tuple[int, ...]
    synthetic: tuple[int, ...]
