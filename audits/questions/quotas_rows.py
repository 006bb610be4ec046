"""What is measured of quotas: what the synthetic table holds of a group, and what it must hold."""

from __future__ import annotations

from dataclasses import dataclass

from audits.estimates import Estimate
from audits.results import Row


@dataclass(frozen=True)
class QuotaRow(Row):
    """A group's rows and share in the synthetic table, and the limits of its quota.

    `there` are its synthetic rows `of` all, `people` its real rows. `ratio` is synthetic share over
    real share, `representation` synthetic share over the share in the reference population. The
    real share rests on `linearised` of `real_total` rows in effect. Limits that were not given are
    None.
    """

    there: int
    of: int
    people: int
    share: Estimate
    ratio: Estimate
    representation: Estimate
    reference_share: float | None
    linearised: float
    real_total: float
    rows_at_least: int | None
    rows_at_most: int | None
    share_at_least: float | None
    share_at_most: float | None
    ratio_at_least: float | None
    ratio_at_most: float | None
    representation_at_least: float | None
    representation_at_most: float | None
