"""The tunable numbers of the question text_seeds."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class TextSeedsSettings:
    """What the question text_seeds needs."""


JUDGING: frozenset[str] = frozenset()
ORDERED: tuple[tuple[str, str], ...] = ()
