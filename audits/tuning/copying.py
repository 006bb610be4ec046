"""The tunable numbers of the question copying."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class CopyingSettings:
    """What copying needs."""


JUDGING: frozenset[str] = frozenset()
ORDERED: tuple[tuple[str, str], ...] = ()
