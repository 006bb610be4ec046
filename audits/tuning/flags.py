"""The tunable numbers of flags on single records."""

from __future__ import annotations

from dataclasses import dataclass

from audits.tunables import a_number


@dataclass(frozen=True)
class FlagsSettings:
    """What flags need."""

    flag_level: float = a_number(
        0.01,
        low=0.0001,
        high=0.2,
        source="convention",
        meaning="Share of fresh real people who may be flagged, per record and not per table.",
    )
    flag_base: int = a_number(
        100_000,
        low=1000,
        high=2_000_000,
        source="decision 0006",
        meaning="Real rows among which the nearest are sought, exactly; of more, a seeded sample "
        "by content.",
    )
    flag_fresh: int = a_number(
        20_000,
        low=100,
        high=1_000_000,
        source="decision 0006",
        meaning="Real rows (of the holdout, or left out one by one) by which flags are "
        "calibrated; of more, a seeded sample by content.",
    )
    removal_ratio: float = a_number(
        1.25,
        low=1.0,
        high=10.0,
        source="four-fifths rule (29 CFR 1607.4), turned",
        meaning="A filter is said to remove a group's real members more often than everyone's if "
        "it surely does, and this many times as often.",
    )


JUDGING: frozenset[str] = frozenset({"removal_ratio"})
ORDERED: tuple[tuple[str, str], ...] = ()
