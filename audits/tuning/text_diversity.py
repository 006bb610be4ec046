"""The tunable numbers of the question text_diversity."""

from __future__ import annotations

from dataclasses import dataclass

from audits.tunables import a_number


@dataclass(frozen=True)
class TextDiversitySettings:
    """What the question text_diversity needs."""

    alike_watch: float = a_number(
        1.05,
        low=1.0,
        high=100.0,
        source="half of what was found where people write with a model: stories were 8.9 to 10.7 % "
        "more alike (Doshi & Hauser 2024)",
        meaning="Times as alike, by the mean similarity of two texts, from which a group's texts "
        "are watched.",
    )
    alike_problem: float = a_number(
        1.5,
        low=1.0,
        high=1_000.0,
        source="house rule: as alike as if a third of the different texts were gone (Leinster & "
        "Cobbold 2012, order 2)",
        meaning="Times as alike, by the mean similarity of two texts, from which it is a problem.",
    )
    shortest_text: int = a_number(
        20,
        low=5,
        high=1_000,
        source="house rule",
        meaning="Words below which a text is too short to say how alike it sounds.",
    )
    alike_words: int = a_number(
        300,
        low=20,
        high=5_000,
        source="house rule: a page",
        meaning="Words of each text that are compared at most; all texts that are compared are cut "
        "to one length.",
    )
    alike_kept: float = a_number(
        0.9,
        low=0.5,
        high=1.0,
        source="house rule",
        meaning="Share of every collection's texts that must be as long as texts are cut.",
    )
    alike_texts: int = a_number(
        1_000,
        low=50,
        high=20_000,
        source="house rule: a ratio is then sure to a few hundredths",
        meaning="Texts of a group and side that are compared with each other; of more, so many are "
        "drawn.",
    )
    matched_texts: int = a_number(
        50,
        low=5,
        high=1_000,
        source="house rule",
        meaning="Texts in each draw of equal size by which further measures are compared, at most.",
    )
    matched_draws: int = a_number(
        100,
        low=20,
        high=5_000,
        source="house rule",
        meaning="Draws of equal size by which further measures are compared.",
    )


JUDGING: frozenset[str] = frozenset({"alike_watch", "alike_problem"})
ORDERED: tuple[tuple[str, str], ...] = (("alike_watch", "alike_problem"),)
