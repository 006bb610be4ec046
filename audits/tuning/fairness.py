"""The tunable numbers of the question fairness."""

from __future__ import annotations

from dataclasses import dataclass

from audits.tunables import a_number


@dataclass(frozen=True)
class FairnessSettings:
    """What fairness needs."""

    fairness_rows: int = a_number(
        50_000,
        low=200,
        high=1_000_000,
        source="house rule: two minutes on two cores at the most",
        meaning="The most rows a model is trained on from one table, and the most it is tested on; "
        "of more, a seeded sample by content.",
    )
    fairness_rounds: int = a_number(
        5,
        low=1,
        high=100,
        source="house rule: enough to see how far training rows matter",
        meaning="How often each model is trained, on other draws of its training rows.",
    )
    fairness_test_share: float = a_number(
        0.3,
        low=0.05,
        high=0.8,
        source="convention",
        meaning="Share of real rows kept from training to test on, where there is no holdout.",
    )
    fairness_fewest: int = a_number(
        10,
        low=2,
        high=1000,
        source="house rule: below, counts say more than a rate",
        meaning="People in the denominator of a rate from which it is estimated.",
    )
    fairness_change_watch: float = a_number(
        0.05,
        low=0.001,
        high=1.0,
        source="house rule: one person in twenty",
        meaning="Loss of accuracy or of true positives, or rise of false positives, by training on "
        "synthetic rows, from which a group is watched.",
    )
    fairness_change_problem: float = a_number(
        0.1,
        low=0.001,
        high=1.0,
        source="house rule: one person in ten",
        meaning="Such a loss from which it is a problem.",
    )
    fairness_apart_watch: float = a_number(
        0.1,
        low=0.001,
        high=1.0,
        source="house rule: one person in ten",
        meaning="Difference of a rate between a group and everyone else, by the synthetic-trained "
        "model, from which the group is watched.",
    )
    fairness_apart_problem: float = a_number(
        0.2,
        low=0.001,
        high=1.0,
        source="house rule: one person in five, as in the four-fifths convention",
        meaning="Such a difference from which it is a problem.",
    )
    label_watch: float = a_number(
        0.05,
        low=0.001,
        high=1.0,
        source="house rule: one person in twenty",
        meaning="Move of a label's share in a group, from real to synthetic, beyond everyone "
        "else's, from which it is watched.",
    )
    label_problem: float = a_number(
        0.1,
        low=0.001,
        high=1.0,
        source="house rule: one person in ten",
        meaning="Such a move from which it is a problem.",
    )
    leak_share: float = a_number(
        0.995,
        low=0.8,
        high=1.0,
        source="house rule",
        meaning="A column by which alone this share of labels can be told leaks the target.",
    )
    mixing_most: float = a_number(
        3.0,
        low=0.25,
        high=20.0,
        source="house rule",
        meaning="The most synthetic rows per real row that are mixed into training.",
    )
    slice_support: float = a_number(
        0.01,
        low=0.0001,
        high=0.5,
        source="Pastor, de Alfaro & Baralis 2021",
        meaning="Least share of the tested people in a slice; at least 30 people in any case.",
    )
    slice_depth: int = a_number(
        3,
        low=1,
        high=6,
        source="house rule: more columns are hardly a description",
        meaning="The most columns that describe a slice.",
    )
    slice_redundancy: float = a_number(
        0.02,
        low=0.0,
        high=0.5,
        source="house rule: two people in a hundred",
        meaning="A slice is left out if one of its columns moves its divergence by no more (of a "
        "mean error, by no more than this share of it).",
    )


JUDGING = frozenset(
    {
        "fairness_change_watch",
        "fairness_change_problem",
        "fairness_apart_watch",
        "fairness_apart_problem",
        "label_watch",
        "label_problem",
    }
)
ORDERED = (
    ("fairness_change_watch", "fairness_change_problem"),
    ("fairness_apart_watch", "fairness_apart_problem"),
    ("label_watch", "label_problem"),
)
