"""The tunable numbers of the question text_mentions."""

from __future__ import annotations

from dataclasses import dataclass

from audits.tunables import a_number


@dataclass(frozen=True)
class TextMentionsSettings:
    """What the question text_mentions needs. The limits are those of coverage in tables."""

    mention_crossings: int = a_number(
        300,
        low=0,
        high=5_000,
        source="house rule: pages a person can still read",
        meaning="Crossings of two identities, both mentioned in one text, that are counted; of "
        "more, those that most texts mention.",
    )


JUDGING: frozenset[str] = frozenset()
ORDERED: tuple[tuple[str, str], ...] = ()
