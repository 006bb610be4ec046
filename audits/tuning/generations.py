"""The tunable numbers of the question generations."""

from __future__ import annotations

from dataclasses import dataclass

from audits.tunables import a_number


@dataclass(frozen=True)
class GenerationsSettings:
    """What generations needs."""

    generation_rows: int = a_number(
        300,
        low=50,
        high=20_000,
        source="decision 0006",
        meaning="Rows per group and generation on which row-wise work (variety, ancestors in "
        "generation 0, classifier) rests; a seeded sample by content.",
    )
    loss_watch: float = a_number(
        0.05,
        low=0.001,
        high=1.0,
        source="house rule: one twentieth, and it goes on",
        meaning="A group is watched when, by the steps from one generation to the next, it loses "
        "at least this share of its variety over the generations given.",
    )
    loss_problem: float = a_number(
        0.2,
        low=0.001,
        high=1.0,
        source="house rule: one fifth, and it goes on",
        meaning="Share of its variety that a group loses over the generations given from which it "
        "is a problem.",
    )
    half_life_watch: float = a_number(
        100.0,
        low=1.0,
        high=100_000.0,
        source="house rule: a tenth lost in 15 generations",
        meaning="A group is also watched when, at the rate of the steps, half its variety is gone "
        "in fewer generations.",
    )
    half_life_problem: float = a_number(
        20.0,
        low=1.0,
        high=100_000.0,
        source="house rule: a tenth lost in 3 generations",
        meaning="Generations in which half of a group's variety is gone, below which it is also a "
        "problem.",
    )


JUDGING: frozenset[str] = frozenset(
    {"loss_watch", "loss_problem", "half_life_watch", "half_life_problem"}
)
ORDERED: tuple[tuple[str, str], ...] = (
    ("loss_watch", "loss_problem"),
    ("half_life_problem", "half_life_watch"),
)
