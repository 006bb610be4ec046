"""The tunable numbers of the question collection, and of reweighting."""

from __future__ import annotations

from dataclasses import dataclass

from audits.tunables import a_number


@dataclass(frozen=True)
class CollectionSettings:
    """What a collection plan and weights need."""

    plan_half_width: float = a_number(
        0.1,
        low=0.005,
        high=0.45,
        source="Wilson 1927; house rule: ten points either way",
        meaning="Half the width that the interval of a share of one half should have in a group.",
    )
    plan_subtype: float = a_number(
        0.05,
        low=0.0005,
        high=1.0,
        source="house rule: a type of one in twenty, as on a group's card",
        meaning="Share of a group from which a type of people should have been met.",
    )
    plan_subtype_times: int = a_number(
        1,
        low=1,
        high=1000,
        source="house rule",
        meaning="How often such a type of people should have been met.",
    )
    plan_completeness: float = a_number(
        0.95,
        low=0.05,
        high=0.999,
        source="Chao & Jost 2012; house rule",
        meaning="Share of a group that the types of people seen in it should make up.",
    )
    plan_people: int = a_number(
        30,
        low=1,
        high=100_000,
        source="Sudman 1976; decision 0007",
        meaning="Real people whom every combination of sensitive values should have.",
    )
    plan_depth: int = a_number(
        2,
        low=1,
        high=6,
        source="house rule: as deep as groups are crossed",
        meaning="Values that such a combination has at most.",
    )
    plan_drift: float = a_number(
        0.2,
        low=0.01,
        high=1.0,
        source="house rule: one person in five misplaced, decision 0007",
        meaning="Change of a share of one half that a group should be large enough to show.",
    )
    plan_power: float = a_number(
        0.8,
        low=0.5,
        high=0.999,
        source="Cohen 1988",
        meaning="Chance with which that change should be noticed.",
    )
    population_size: int = a_number(
        0,
        low=0,
        high=20_000_000_000,
        source="what the user knows",
        meaning="People in the population that is collected from; 0 where it is not known, or "
        "without end.",
    )
    design_effect_watch: float = a_number(
        1.5,
        low=1.0,
        high=100.0,
        source="Kish 1965; house rule: a third of the rows lost",
        meaning="Rows per effective row of weights, above which weights are warned of.",
    )
    weight_spread_watch: float = a_number(
        5.0,
        low=1.0,
        high=10_000.0,
        source="house rule, as in survey practice (Kish 1992)",
        meaning="Largest weight over the median, above which weights are warned of.",
    )
    weight_cell_least: int = a_number(
        20,
        low=1,
        high=100_000,
        source="house rule, as in survey practice (Kalton & Flores-Cervantes 2003)",
        meaning="People on whom a weight should rest at least; cells with fewer are warned of.",
    )


JUDGING: frozenset[str] = frozenset()
ORDERED: tuple[tuple[str, str], ...] = ()
