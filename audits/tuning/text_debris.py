"""The tunable numbers of the question text_debris."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class TextDebrisSettings:
    """What the question text_debris needs."""


JUDGING: frozenset[str] = frozenset()
ORDERED: tuple[tuple[str, str], ...] = ()
