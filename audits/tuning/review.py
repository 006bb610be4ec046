"""The tunable numbers of queues that people review."""

from __future__ import annotations

from dataclasses import dataclass

from audits.tunables import a_number


@dataclass(frozen=True)
class ReviewSettings:
    """What opening a queue needs."""

    review_min_cell: int = a_number(
        11,
        low=0,
        high=1000,
        source="decision 0047; offices that publish health statistics hide counts below 11",
        meaning="A value of a real record is shown beside a queue's item only where at least so "
        "many real people of its group share all that is shown; 0 hides nothing.",
    )
    review_nearest: int = a_number(
        3,
        low=0,
        high=10,
        source="house rule",
        meaning="Nearest real records shown beside a record that is reviewed.",
    )
    review_beside: int = a_number(
        5000,
        low=0,
        high=1_000_000,
        source="decision 0006",
        meaning="Records of a queue, the severest first, whose nearest real records are sought.",
    )
    review_alike: int = a_number(
        25,
        low=0,
        high=10_000,
        source="house rule",
        meaning="Rows of a homogenised group, the most alike, that are put into a queue.",
    )


JUDGING: frozenset[str] = frozenset()
ORDERED: tuple[tuple[str, str], ...] = ()
