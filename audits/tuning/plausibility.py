"""The tunable numbers of the question plausibility."""

from __future__ import annotations

from dataclasses import dataclass

from audits.tunables import a_number


@dataclass(frozen=True)
class PlausibilitySettings:
    """What plausibility needs."""

    forbidden_alpha: float = a_number(
        0.01,
        low=0.0001,
        high=0.2,
        source="Bonferroni 1936; house rule",
        meaning="Chance that any pair of values, or limit, is called impossible by mere luck.",
    )
    rule_support: int = a_number(
        299,
        low=30,
        high=1_000_000,
        source="Hanley & Lippman-Hand 1983: at most 1 percent break it",
        meaning="Real people of whom none breaks a rule, below whom it is not made.",
    )
    outlier_alpha: float = a_number(
        0.01,
        low=0.001,
        high=0.2,
        source="Bates et al. 2023",
        meaning="Share of fresh real people who may be called outliers.",
    )
    outlier_neighbours: int = a_number(
        5,
        low=1,
        high=50,
        source="Angiulli & Pizzuti 2002; house rule",
        meaning="Nearest real rows from which a row's mean distance makes it an outlier.",
    )
    outlier_within: int = a_number(
        100,
        low=20,
        high=100_000,
        source="house rule: 99 people allow a level of one in a hundred",
        meaning="Real people from whom on a group's outliers are judged among its own people; "
        "those of smaller groups are judged among everyone.",
    )
    outlier_base: int = a_number(
        1000,
        low=100,
        high=20_000,
        source="house rule",
        meaning="Real rows among which the nearest are sought for outliers; a seeded sample by "
        "content.",
    )
    plausibility_rows: int = a_number(
        2000,
        low=100,
        high=20_000,
        source="house rule: shares to within two points",
        meaning="Rows per group and table that are held against the rules one by one, at most "
        "rows_per_group.",
    )
    implausible_watch: float = a_number(
        0.01,
        low=0.0005,
        high=1.0,
        source="house rule: one row in a hundred",
        meaning="Share of rows that break a rule, beyond that of fresh real people, to be watched.",
    )
    implausible_problem: float = a_number(
        0.05,
        low=0.001,
        high=1.0,
        source="house rule: one row in twenty",
        meaning="Share of rows that break a rule, beyond that of fresh real people: a problem.",
    )
    unseen_watch: float = a_number(
        0.05,
        low=0.005,
        high=1.0,
        source="house rule: one row in twenty",
        meaning="Share of rows with an unseen pair of values, beyond that of fresh real people, to "
        "be watched.",
    )
    unseen_problem: float = a_number(
        0.2,
        low=0.01,
        high=1.0,
        source="house rule: one row in five",
        meaning="Share of rows with an unseen pair of values, beyond that of fresh real people: a "
        "problem.",
    )
    removal_watch: float = a_number(
        0.02,
        low=0.001,
        high=1.0,
        source="house rule: one person in fifty",
        meaning="Share of a group's real members that the flags would remove, beyond that of "
        "everyone, to be watched.",
    )


JUDGING: frozenset[str] = frozenset(
    {
        "implausible_watch",
        "implausible_problem",
        "unseen_watch",
        "unseen_problem",
        "removal_watch",
    }
)
ORDERED: tuple[tuple[str, str], ...] = (
    ("implausible_watch", "implausible_problem"),
    ("unseen_watch", "unseen_problem"),
)
