"""The tunable numbers of the question plausibility."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class PlausibilitySettings:
    """What plausibility needs."""


JUDGING: frozenset[str] = frozenset()
ORDERED: tuple[tuple[str, str], ...] = ()
