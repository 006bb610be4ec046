"""One shared column while it is being understood, and the ways in which it is refused."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NoReturn

import numpy as np

from audits.data.kinds import KindRequest
from audits.data.tables import Engine
from audits.data.values import number_text
from audits.errors import ColumnError
from audits.settings import Settings

ABSURD = 1e150  # squares of larger numbers overflow
_SHOWN = 60  # letters of a value that an error repeats

Levels = Mapping[str | None, int]


@dataclass
class Column:
    """One column of both tables; `also` holds tables that only follow their codebook."""

    name: str
    engines: tuple[Engine, Engine]
    titles: tuple[str, ...]
    settings: Settings
    request: KindRequest | None
    banded: bool
    also: tuple[Engine, ...] = ()
    sides: tuple[Levels | None, ...] = ()

    @property
    def real(self) -> Engine:
        """The table whose values decide what a column is."""
        return self.engines[0]

    @property
    def every_engine(self) -> tuple[Engine, ...]:
        """The two tables, and those that only follow their codebook; one on both sides once."""
        return tuple(dict.fromkeys((*self.engines, *self.also)))

    @property
    def families(self) -> tuple[str, ...]:
        """What each table declares the column to be."""
        return tuple(self._family(engine) for engine in self.every_engine)

    def _family(self, engine: Engine) -> str:
        return next(c.family for c in engine.columns if c.name == self.name)

    @staticmethod
    def family_of(kind: str) -> str:
        """How a column of some kind is read."""
        return "date" if kind == "date" else "number"

    @property
    def listed(self) -> bool:
        """Whether the values of both tables are few enough to be listed."""
        return all(side is not None for side in self.sides[:2])

    def title_of(self, side: int) -> str:
        """Name a table by its place among all."""
        return self.titles[side] if side < len(self.titles) else "the holdout table"

    def limit_of(self, engine: Engine) -> int:
        """How many different values are listed: of numbers, as many as are kept exactly."""
        wanted = self.request.kind if self.request else None
        declared = self._family(engine) in ("number", "date")
        if declared and wanted not in ("categorical", "ordinal", "boolean"):
            return max(self.settings.numeric_levels, self.settings.categorical_up_to)
        return self.settings.level_limit

    def fetch(self) -> None:
        """List the values of each table, where there are few enough."""
        self.sides = tuple(e.levels(self.name, self.limit_of(e)) for e in self.every_engine)

    def known_levels(self) -> set[str]:
        """The values of the two tables, so far as they are listed."""
        return _values(self.sides[:2])

    def coded_levels(self) -> set[str] | None:
        """The values that need a code; None when there are too many to list."""
        if any(side is None for side in self.sides):
            return None
        return _values(self.sides)

    def present(self) -> int:
        """Real rows that are not missing, where the values are listed."""
        return sum(n for level, n in (self.sides[0] or {}).items() if level is not None)

    def empty_side(self) -> str | None:
        """Name the table in which the column holds nothing; None when both hold something."""
        empty = [side is not None and not _values([side]) for side in self.sides[:2]]
        if all(empty):
            return "either table"
        return self.titles[empty.index(True)] if any(empty) else None


def _values(sides: tuple[Levels | None, ...] | list[Levels]) -> set[str]:
    return {level for side in sides for level in side or () if level is not None}


def refuse(column: Column, reason: str, advice: str, *, title: str | None = None) -> ColumnError:
    """Make the error that refuses a column."""
    return ColumnError(column.name, title or column.titles[0], reason, advice)


def refuse_words(
    column: Column, word: str, count: int | None = None, side: int | None = None
) -> NoReturn:
    """Refuse a column of numbers with words in it: it is not taken for text in silence."""
    if side is None:
        side = next((i for i, known in enumerate(column.sides) if known and word in known), 0)
    if count is None:
        count = int((column.sides[side] or {}).get(word, 1))
    told = column.request is not None and column.request.kind == "date"
    what = "date" if told or "date" in column.families else "number"
    shown = word if len(word) <= _SHOWN else f"{word[:_SHOWN]}…"
    raise refuse(
        column,
        f"{shown!r} is not a {what} ({count} such value{'s' if count > 1 else ''}).",
        f"Mend it, name it as missing (--missing={shown!r}), or say what the column is "
        f"(--kind {column.name}=categorical).",
        title=where(column, word, side),
    )


def refuse_extreme(
    column: Column, number: float, side: int | None = None, text: str | None = None
) -> NoReturn:
    """Refuse a column with a number that no arithmetic would survive."""
    text = text or number_text(number)
    if side is None:
        side = next((i for i, known in enumerate(column.sides) if known and text in known), 0)
    said = "infinite" if np.isinf(number) else f"{number:g}, absurdly large"
    raise refuse(
        column,
        f"holds a number that is {said}.",
        f"Mend it, or name it as missing (--missing={text}).",
        title=where(column, text, side),
    )


def where(column: Column, value: str, side: int) -> str:
    """Name the table and, for a text file, the line that holds a value."""
    engine = column.every_engine[side]
    title = column.title_of(side)
    line = engine.line_of(column.name, value)
    return title if line is None else f"{title}, line {line}"
