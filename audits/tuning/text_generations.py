"""The tunable numbers of the question text_generations."""

from __future__ import annotations

from dataclasses import dataclass

from audits.tunables import a_number


@dataclass(frozen=True)
class TextGenerationsSettings:
    """What the question text_generations needs."""

    chain_texts: int = a_number(
        1_000,
        low=50,
        high=100_000,
        source="house rule: the interval of so many is narrow enough",
        meaning="Texts per group and generation that text_generations compares; of more, a seeded "
        "sample by content, of the same chains in every generation.",
    )
    chain_words: int = a_number(
        20,
        low=2,
        high=10_000,
        source="house rule: two sentences",
        meaning="Words of a text's beginning that text_generations compares at the least: texts "
        "of all generations are brought to the length that nine in ten of those of the shortest "
        "generation have, but not below this.",
    )
    chain_tokens: int = a_number(
        200,
        low=20,
        high=1_000_000,
        source="house rule: fewer tell little of how many words are different",
        meaning="Words of a group that every generation must have for the share of different "
        "words among as many to be told.",
    )


JUDGING: frozenset[str] = frozenset()
ORDERED: tuple[tuple[str, str], ...] = ()
