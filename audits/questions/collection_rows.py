"""What a collection plan holds: needs of every group, whom to recruit, and with what effort."""

from __future__ import annotations

from dataclasses import dataclass

from audits.results import Row


@dataclass(frozen=True)
class CollectionRow(Row):
    """How many real people a group needs in all, for each reason, and how many are missing.

    `real` counts people there are; `effective` is what they are worth under the weights, and
    `design_effect` real over effective (1 without weights). `population` is the size of the group
    in the population, where a size was given (people, not rows of any table; else None).

    Each need is a number of people in all, those there are included, and None where nothing is
    asked or nothing can be said: `need_interval` for an interval of a share to be narrow enough,
    `need_subtypes` to see a rare type of people, `need_completeness` for the types seen in
    `completeness_attribute` to make up enough of the group (`completeness` is the share they make
    up now, nan where it is not known; `beyond_doubling`: the estimate reaches too far, so collect
    so many and plan again), `need_patterns` where the group itself is a combination too rare,
    `need_drift` to notice a stated drift. `needed` is the largest, at most the population;
    `reason` names it: interval, sub-types, completeness, patterns, drift (none in the population:
    the reference has nobody of the group). `more` is needed less real, at least 0: with `needed`
    it gives `real` away, as need_completeness may.

    `prevalence` is the group's share in the population, from the reference where it has the group,
    else from the real table; `prevalence_from` says which: reference, real table, unknown.
    """

    real: int
    effective: float
    design_effect: float
    population: int | None
    need_interval: int
    need_subtypes: int
    need_completeness: int | None
    completeness: float
    completeness_attribute: str
    beyond_doubling: bool
    need_patterns: int | None
    need_drift: int | None
    needed: int
    reason: str
    more: int
    prevalence: float
    prevalence_from: str


@dataclass(frozen=True)
class RecruitRow(Row):
    """People of one combination of all sensitive values to recruit, in the order of the plan.

    `purpose` tells two plans apart: in "patterns" the recruits leave no combination of sensitive
    values too rare, in "groups" they meet the need of every group. `real` counts the people who
    have the combination now (0: perhaps there are none), `recruits` those to recruit, `total` all
    recruits of the plan so far. `serves` counts the patterns or groups that each of them helps,
    `left` those still short afterwards: neither is a number of people.
    """

    purpose: str
    real: int
    recruits: int
    serves: int
    total: int
    left: int


@dataclass(frozen=True)
class PlanTotalRow(Row):
    """What a plan comes to: `group` is everyone.

    `short` counts the patterns or groups that lack people (no number of people). `naive` is the
    sum of what each lacks, people who would be needed if none of them could count twice: an upper
    bound. `recruits` counts the people of the plan. `listed` counts its lines that are shown.
    """

    purpose: str
    short: int
    naive: int
    recruits: int
    listed: int


@dataclass(frozen=True)
class EffortRow(Row):
    """How many people to approach, met at random, until enough of a group are found.

    `more` counts the people to recruit; `prevalence` and `prevalence_from` are those of
    :class:`CollectionRow`. `approached` is the number on average and `approached_likely` the
    number that suffices with the confidence set; both count people approached, none recruited
    yet, and are nan where the prevalence is unknown or nobody is left in the population.
    """

    more: int
    prevalence: float
    prevalence_from: str
    approached: float
    approached_likely: float
