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
    extinct_problem: float = a_number(
        0.01,
        low=0.0,
        high=0.5,
        source="house rule: one in a hundred",
        meaning="A group that is gone is a problem, and not only watched, where plain resampling "
        "of as many rows would have lost it by then with at most this probability.",
    )
    simulation_rows: int = a_number(
        50_000,
        low=100,
        high=1_000_000,
        source="decision 0006",
        meaning="Real rows that a simulated loop starts from; of more, a seeded sample by content.",
    )
    simulation_generations: int = a_number(
        10,
        low=1,
        high=1000,
        source="house rule",
        meaning="Generations that are simulated, unless another number is given.",
    )
    simulation_chains: int = a_number(
        5,
        low=1,
        high=1000,
        source="house rule",
        meaning="Chains of a loop that are simulated, unless another number is given; intervals "
        "come from how they differ.",
    )
    simulation_draws: int = a_number(
        10_000_000,
        low=10_000,
        high=1_000_000_000,
        source="decision 0006: a quarter of a second",
        meaning="Rows drawn per group, over all chains and generations, to confirm the number of "
        "fresh real rows that holds its variety.",
    )


JUDGING: frozenset[str] = frozenset(
    {"loss_watch", "loss_problem", "half_life_watch", "half_life_problem", "extinct_problem"}
)
ORDERED: tuple[tuple[str, str], ...] = (
    ("loss_watch", "loss_problem"),
    ("half_life_problem", "half_life_watch"),
)
