"""The tunable numbers of the question text_debris."""

from __future__ import annotations

from dataclasses import dataclass

from audits.tunables import a_number


@dataclass(frozen=True)
class TextDebrisSettings:
    """What the question text_debris needs."""

    debris_words: int = a_number(
        5,
        low=1,
        high=100,
        source="house rule: a short sentence",
        meaning="Words that a text has at least; one of fewer has hardly any.",
    )
    debris_similarity: float = a_number(
        0.5,
        low=0.3,
        high=1.0,
        source="house rule: MinHash finds nearly all such pairs, and fewer below it",
        meaning="Runs of five words that two texts share, over all runs of both, from which one "
        "nearly equals the other.",
    )
    debris_watch: float = a_number(
        0.01,
        low=0.0,
        high=0.5,
        source="house rule: one text in a hundred",
        meaning="Share of synthetic texts that are broken or repeated, less that of real texts, "
        "from which it is watched.",
    )
    debris_problem: float = a_number(
        0.1,
        low=0.001,
        high=1.0,
        source="house rule: one text in ten",
        meaning="Share of synthetic texts that are broken or repeated, less that of real texts, "
        "from which it is a problem.",
    )
    debris_uneven: float = a_number(
        1.5,
        low=1.0,
        high=20.0,
        source="house rule: half as often again",
        meaning="A group is watched when its texts are broken or repeated surely more than so many "
        "times as often as all others, as whoever takes them out takes out the group.",
    )


JUDGING: frozenset[str] = frozenset({"debris_watch", "debris_problem", "debris_uneven"})
ORDERED: tuple[tuple[str, str], ...] = (("debris_watch", "debris_problem"),)
