"""What a report calls the things that were compared: rows of tables, or texts."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Nouns:
    """Words for what was audited."""

    whole: str
    """All of it, as the group everyone is called in a sentence."""
    unit: str
    """One of those that are counted."""
    real: str
    synthetic: str
    real_source: str
    synthetic_source: str
    first: str
    """Units of generation 0, in the head of a column."""
    last: str
    source: str
    """What was read, in the plural."""

    @property
    def units(self) -> str:
        """Several of them."""
        return f"{self.unit}s"


OF_TABLES = Nouns(
    whole="the table as a whole",
    unit="row",
    real="real people",
    synthetic="synthetic rows",
    real_source="the real table",
    synthetic_source="the synthetic table",
    first="People, gen. 0",
    last="Rows, last",
    source="Tables",
)
OF_TEXTS = Nouns(
    whole="the collection as a whole",
    unit="text",
    real="real texts",
    synthetic="synthetic texts",
    real_source="the real texts",
    synthetic_source="the synthetic texts",
    first="Texts, gen. 0",
    last="Texts, last",
    source="Collections",
)
