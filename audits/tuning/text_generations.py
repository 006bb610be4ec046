"""The tunable numbers of the question text_generations."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class TextGenerationsSettings:
    """What the question text_generations needs."""


JUDGING: frozenset[str] = frozenset()
ORDERED: tuple[tuple[str, str], ...] = ()
