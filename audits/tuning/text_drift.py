"""The tunable numbers of the question text_drift."""

from __future__ import annotations

from dataclasses import dataclass

from audits.tunables import a_number


@dataclass(frozen=True)
class TextDriftSettings:
    """What the question text_drift needs. The limits are those of drift in tables."""

    drift_texts: int = a_number(
        2000,
        low=100,
        high=20_000,
        source="house rule, as rows_per_group",
        meaning="Texts per group and side on which vocabulary is compared; a seeded sample by "
        "content.",
    )
    drift_window: int = a_number(
        20,
        low=5,
        high=2_000,
        source="house rule: shorter stretches hold too few words",
        meaning="Words that a stretch of a text needs at least for texts to be compared at equal "
        "length.",
    )
    drift_grams: int = a_number(
        300,
        low=20,
        high=2_000,
        source="house rule: as many features as there are texts to learn from",
        meaning="Words and pairs of words by which real and synthetic texts are told apart: those "
        "that vary most among all texts.",
    )
    drift_floor: int = a_number(
        5,
        low=2,
        high=1_000,
        source="house rule, as marked_floor",
        meaning="Texts of both sides together that must hold a word, or a pair of words, for it "
        "to be compared.",
    )
    drift_listed: int = a_number(
        20,
        low=1,
        high=500,
        source="house rule",
        meaning="Words listed per group that changed most, and as many that tell texts apart.",
    )
    drift_tagged: int = a_number(
        200,
        low=10,
        high=20_000,
        source="house rule: seconds per group, as a trained pipeline reads some 10,000 words a "
        "second",
        meaning="Texts per group and side that a trained pipeline reads for parts of speech and "
        "entities.",
    )


JUDGING: frozenset[str] = frozenset()
ORDERED: tuple[tuple[str, str], ...] = ()
