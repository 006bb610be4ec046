"""What a person says of the texts to be read."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Asked:
    """What a person says of the texts; as in :func:`audits.compare_text`."""

    text: str = "text"
    groups: tuple[str, ...] = ()
    """Columns that form the groups; without any, mentions do."""
    prompt: str | None = None
    embeddings: str | None = None
    """A column of vectors, or, where no column has this name, a model that is installed."""
    pipeline: str | None = None
    language: str = "en"
    lexicon: str | Path | None = None
    """A lexicon of the user; without it the English one is taken where the language is English."""
    reference: Any = None
    missing: frozenset[str] = frozenset()
    generation_column: str | None = None
    """Column of the one table, whose role is then "generations", that tells generations apart."""
    chain_columns: tuple[str, ...] = ()
