"""The tunable numbers of the question text_words."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class TextWordsSettings:
    """What the question text_words needs."""


JUDGING: frozenset[str] = frozenset()
ORDERED: tuple[tuple[str, str], ...] = ()
