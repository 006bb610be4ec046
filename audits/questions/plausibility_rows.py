"""What plausibility measures."""

from __future__ import annotations

from dataclasses import dataclass

from audits.estimates import Estimate
from audits.results import Row

KINDS = ("forbidden", "rule", "range", "outlier")
"""What flags a record. "unseen" is measured beside these, but is no flag by itself."""


@dataclass(frozen=True)
class PlausibilityRow(Row):
    """How many rows of a group break a rule, beside what fresh real people would break.

    Counts of rows: `real` and `synthetic` of the group; `synthetic_used` of them looked at, of
    which `flagged` break at least one rule; `fresh_used` real people who stand for fresh ones, of
    which `fresh_flagged` break one. These are the holdout's where `fresh_source` is "holdout", or
    ("left out") real rows, each judged by rules found without it, or, where the holdout has few
    people of the group, "both". `broken` is the mean number
    of kinds of rule that a flagged row breaks; `rules` counts the rules in force, not rows. Rules
    given by the user are counted in :class:`KindRow` only.

    Shares of rows, with intervals: `observed` flagged among the synthetic, `expected` among fresh
    people, `excess` their difference; `p` one-sided, of an excess of nothing. `effective` are the
    people that `expected` rests on in effect: rows left out in turn are not independent.
    `unseen_*` the same of rows with a pair of values that no real row has: no flag, since fresh
    people have them too.

    `real_rate` is the share of the group's real members whom the same flags would remove:
    `real_flagged` of `real_used`, each judged without itself. Outliers are judged within the group
    where it is large enough (`within`), else among everyone; `real_rate_pooled` says what share of
    `real_used` (`real_flagged_pooled`) flags would remove if outliers were judged among everyone in
    every group. `outliers` says whether there are enough real people for any outlier to be flagged.
    """

    real: int
    synthetic: int
    synthetic_used: int
    fresh_used: int
    fresh_source: str
    rules: int
    flagged: int
    fresh_flagged: int
    broken: float
    observed: Estimate
    expected: Estimate
    excess: Estimate
    p: float
    effective: float
    unseen: int
    unseen_fresh: int
    unseen_observed: Estimate
    unseen_expected: Estimate
    unseen_excess: Estimate
    unseen_p: float
    unseen_effective: float
    real_used: int
    real_flagged: int
    real_flagged_pooled: int
    real_rate: Estimate
    real_rate_pooled: Estimate
    within: bool
    outliers: bool


@dataclass(frozen=True)
class KindRow(Row):
    """One kind of rule in one group: rows that break it, beside fresh real people.

    `kind` is one of `KINDS`, "unseen", or "given": then `rule` is the name of the rule that the
    user gave. `flagged` of `synthetic_used` rows and `fresh_flagged` of `fresh_used` real people
    break a rule of the kind; of a given rule all rows it can be checked on are counted. The rest as
    in :class:`PlausibilityRow`. A row may break rules of several kinds.
    """

    kind: str
    rule: str
    flagged: int
    synthetic_used: int
    fresh_flagged: int
    fresh_used: int
    effective: float
    observed: Estimate
    expected: Estimate
    excess: Estimate
    p: float


@dataclass(frozen=True)
class RuleRow(Row):
    """One rule that synthetic rows break; about everyone, counted on all rows.

    `kind` is "forbidden", "implication", "dependency", "order", "limit", "range" or "given";
    `columns` whose (for a given rule, its name); `rule` says in words what holds of real people.
    Counts of rows: `support` real rows the rule rests on, of which `real_broken` break it (0 unless
    it was given); `broken` of `synthetic_support` synthetic rows break it. `expected` are the
    synthetic rows that would break it if the columns had nothing to do with each other, or, of a
    range, if they were fresh real people (nan where that says nothing). `limit` is the largest
    share of real people that may break the rule although none of `support` does (nan where some
    do). `example` is the combination of values that breaks it most often.
    """

    kind: str
    columns: tuple[str, ...]
    rule: str
    example: str
    support: int
    real_broken: int
    synthetic_support: int
    broken: int
    expected: float
    limit: float
