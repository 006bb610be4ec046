"""The tunable numbers of the question text_drift."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class TextDriftSettings:
    """What the question text_drift needs."""


JUDGING: frozenset[str] = frozenset()
ORDERED: tuple[tuple[str, str], ...] = ()
