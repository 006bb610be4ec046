"""What diversity measures."""

from __future__ import annotations

from dataclasses import dataclass

from audits.estimates import Estimate
from audits.results import Row


@dataclass(frozen=True)
class GroupDiversityRow(Row):
    """How alike a group has become over all columns.

    `variety_*` is the mean dissimilarity of two different members, 0 to 1; `index` the share of it
    that is lost (homogenisation index); `p` the permutation p value of "no more alike", in small
    groups; `joint_rows` how many rows the standard error rests on.
    """

    real: int
    synthetic: int
    columns: int
    variety_real: float
    variety_synthetic: float
    index: Estimate
    log_ratio: float
    error: float
    freedom: float
    p: float
    joint_rows: tuple[int, int]


@dataclass(frozen=True)
class AttributeDiversityRow(Row):
    """How alike a group has become in one column, and how alike it was in the real table.

    `top_*` is the most frequent real value, `top_elsewhere` its share among everyone else;
    `chance_one_class` the chance of finding nobody else if the group were like everyone else.
    `p` is given only where no two synthetic rows differ, so that there is no error to go by: the
    chance of that if nothing were lost. `inherited` is the variety the real group lacks beside
    `inherited_from`; `unseen` the (Good-Turing) share of the group whose value was not seen.
    """

    attribute: str
    real: int
    synthetic: int
    variety_real: float
    variety_synthetic: float
    index: Estimate
    log_ratio: float
    error: float
    freedom: float
    p: float
    top_value: str
    top_count: int
    top_elsewhere: float
    top_synthetic: float
    chance_one_class: float
    unseen_bound: float
    inherited: float
    inherited_from: str
    unseen: Estimate
    entropy_real: float
    entropy_synthetic: float
