"""The tunable numbers of the question generations."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class GenerationsSettings:
    """What generations needs."""


JUDGING: frozenset[str] = frozenset()
ORDERED: tuple[tuple[str, str], ...] = ()
