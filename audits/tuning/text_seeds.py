"""The tunable numbers of the question text_seeds."""

from __future__ import annotations

from dataclasses import dataclass

from audits.tunables import a_number


@dataclass(frozen=True)
class TextSeedsSettings:
    """What the question text_seeds needs. The limits are those of provenance in tables."""

    seed_texts: int = a_number(
        1_000,
        low=100,
        high=10_000,
        source="decision 0006",
        meaning="Texts of each side, per group, among which nearest real texts are sought; of "
        "more, a seeded draw by content.",
    )


JUDGING: frozenset[str] = frozenset()
ORDERED: tuple[tuple[str, str], ...] = ()
