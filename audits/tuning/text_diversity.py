"""The tunable numbers of the question text_diversity."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class TextDiversitySettings:
    """What the question text_diversity needs."""


JUDGING: frozenset[str] = frozenset()
ORDERED: tuple[tuple[str, str], ...] = ()
