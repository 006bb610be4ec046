"""The tunable numbers of every audit of texts."""

from __future__ import annotations

from dataclasses import dataclass

from audits.tunables import a_number


@dataclass(frozen=True)
class TextsSettings:
    """What every audit of texts needs."""

    longest_text: int = a_number(
        200_000,
        low=1_000,
        high=5_000_000,
        source="house rule: a long chapter, so that one file cannot outweigh a corpus",
        meaning="Characters read of one text; what is longer is cut there, and it is said how many "
        "were.",
    )
    fewest_texts: int = a_number(
        10,
        low=3,
        high=1_000,
        source="house rule",
        meaning="Texts that a group needs on each side for anything but its counts to be said.",
    )
    text_crossings: int = a_number(
        60,
        low=0,
        high=2_000,
        source="house rule: as many groups as there are without crossings",
        meaning="Crossings of two mentions, such as old women, that form groups: the most frequent "
        "ones, of at least `fewest_texts` texts.",
    )


JUDGING: frozenset[str] = frozenset()
ORDERED: tuple[tuple[str, str], ...] = ()
