"""The tunable numbers of the question stereotypes."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class StereotypesSettings:
    """What stereotypes needs."""


JUDGING: frozenset[str] = frozenset()
ORDERED: tuple[tuple[str, str], ...] = ()
