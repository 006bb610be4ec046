"""The tunable numbers of the question text_mentions."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class TextMentionsSettings:
    """What the question text_mentions needs."""


JUDGING: frozenset[str] = frozenset()
ORDERED: tuple[tuple[str, str], ...] = ()
