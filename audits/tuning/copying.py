"""The tunable numbers of the question copying."""

from __future__ import annotations

from dataclasses import dataclass

from audits.tunables import a_number


@dataclass(frozen=True)
class CopyingSettings:
    """What copying needs."""

    copying_base: int = a_number(
        300_000,
        low=1000,
        high=1_000_000,
        source="house rule: minutes on two cores at the most",
        meaning="Real rows, and as many holdout rows, among which the nearest are sought; larger "
        "tables by a seeded sample of this size.",
    )
    copying_queries: int = a_number(
        2000,
        low=100,
        high=20_000,
        source="house rule: near-copies to ± 5 points",
        meaning="Synthetic rows per group (and fresh ones) whose nearest rows are sought, up to "
        "rows_per_group.",
    )
    copying_fewest: int = a_number(
        20,
        low=2,
        high=10_000,
        source="house rule: below, labels dealt at random tell next to nothing",
        meaning="Real and holdout rows of a group, each, from which its synthetic rows are said to "
        "be nearer to one than to the other.",
    )
    holdout_overlap: float = a_number(
        0.01,
        low=0.0,
        high=1.0,
        source="house rule: one row in a hundred",
        meaning="A holdout of which more than this share, beyond chance, are real rows is not "
        "fresh and does not serve.",
    )
    copied_watch: float = a_number(
        0.01,
        low=0.0001,
        high=1.0,
        source="house rule: one row in a hundred",
        meaning="Share of synthetic rows equal to a real row, beyond what fresh people would show, "
        "from which a group is watched.",
    )
    copied_problem: float = a_number(
        0.05,
        low=0.0001,
        high=1.0,
        source="house rule: one row in twenty",
        meaning="Share of synthetic rows equal to a real row, beyond what fresh people would show, "
        "from which it is a problem.",
    )
    near_copies_watch: float = a_number(
        0.1,
        low=0.001,
        high=1.0,
        source="house rule, after the DCR share of Platzer & Reutterer 2021",
        meaning="Share of synthetic rows that must be nearly copies, as they are nearer to real "
        "than to holdout rows, from which a group is watched.",
    )
    near_copies_problem: float = a_number(
        0.25,
        low=0.001,
        high=1.0,
        source="house rule: one row in four",
        meaning="Share of synthetic rows that must be nearly copies from which it is a problem.",
    )
    repeated_watch: float = a_number(
        0.05,
        low=0.0001,
        high=1.0,
        source="house rule: one row in twenty",
        meaning="Share of synthetic rows that repeat another, beyond that among as many real rows, "
        "from which a group is watched.",
    )


JUDGING = frozenset(
    {"copied_watch", "copied_problem", "near_copies_watch", "near_copies_problem", "repeated_watch"}
)
ORDERED = (
    ("copied_watch", "copied_problem"),
    ("near_copies_watch", "near_copies_problem"),
)
