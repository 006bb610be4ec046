"""The tunable numbers of the question collection."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class CollectionSettings:
    """What collection needs."""


JUDGING: frozenset[str] = frozenset()
ORDERED: tuple[tuple[str, str], ...] = ()
