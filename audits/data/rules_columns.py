"""What the columns named in rules hold: numbers, dates or texts, and which values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from audits.data.kinds import are_booleans, are_codes
from audits.data.tables import Engine
from audits.data.values import as_day, as_number, number_in
from audits.errors import ColumnError

_SHOWN = 60  # letters of a value that an error repeats


@dataclass(frozen=True)
class Facts:
    """A column: its family (number, date, text, or nothing), and what it is known to hold.

    `example` is a text that makes it one of texts; `values` all values of all tables, None where
    there are too many to list.
    """

    name: str
    family: str
    example: str
    values: frozenset[str] | None

    def meaning(self, text: str) -> frozenset[str]:
        """Return the values that mean the same as a text: `true` is `True`, and 1 beside these."""
        if self.values is None or not are_booleans({*self.values, text}):
            return frozenset({text})
        wanted = _TRUTH.get(text.lower(), text.lower())
        return frozenset(v for v in self.values if _TRUTH.get(v.lower(), v.lower()) == wanted)


_TRUTH = {"1": "true", "0": "false"}


def facts_of(name: str, tables: Mapping[str, Engine], limit: int) -> Facts:
    """Look at a column in every table; the first that holds a value says what it is.

    Raises
    ------
    ColumnError
        If it holds numbers, or dates, and in another table something else.
    """
    listed: list[Mapping[str | None, int] | None] = []
    for engine in tables.values():
        listed.append(engine.levels(name, limit))
        engine.forget(name)
    family, example = "nothing", ""
    for engine, levels in zip(tables.values(), listed, strict=True):
        if family == "nothing":
            family, example = _family(name, engine, levels)
        elif family != "text":
            _refuse_words(name, family, engine, levels)
    values: set[str] = set()
    for levels in listed:
        values |= {level for level in levels or () if level is not None}
    return Facts(name, family, example, None if None in listed else frozenset(values))


def _family(name: str, engine: Engine, levels: Mapping[str | None, int] | None) -> tuple[str, str]:
    """What a column is in one table, and a text that is neither number nor date."""
    declared = next(column.family for column in engine.columns if column.name == name)
    if levels is None:
        return _family_of_many(name, engine, declared)
    known = sorted(level for level in levels if level is not None)
    if not known:
        return "nothing", ""
    if declared in ("number", "date"):
        return declared, ""
    if all(as_number(level) is not None for level in known) and not are_codes(known):
        return "number", ""
    if all(as_day(level) is not None for level in known):
        return "date", ""
    return "text", next((level for level in known if as_number(level) is None), known[0])


def _family_of_many(name: str, engine: Engine, declared: str) -> tuple[str, str]:
    """What a column of too many values to list is."""
    if declared in ("number", "date"):
        return declared, ""
    example = ""
    if not engine.text_facts(name).codes:
        for family in ("number", "date"):
            spread = engine.spread(name, family)
            if not spread.unreadable:
                engine.forget(name)
                return family, ""
            example = example or str(spread.example)
    engine.forget(name)
    return "text", example


def _refuse_words(
    name: str, family: str, engine: Engine, levels: Mapping[str | None, int] | None
) -> None:
    """Refuse a column of numbers that holds words in another table."""
    if levels is None:
        spread = engine.spread(name, family)
        engine.forget(name)
        wrong, rows = ([str(spread.example)] if spread.unreadable else []), spread.unreadable
    else:
        known = sorted(level for level in levels if level is not None)
        wrong = [level for level in known if number_in(level, family) is None]
        rows = sum(levels[level] for level in wrong)
    if wrong:
        line = engine.line_of(name, wrong[0])
        shown = wrong[0] if len(wrong[0]) <= _SHOWN else f"{wrong[0][:_SHOWN]}…"
        raise ColumnError(
            name,
            engine.source.title if line is None else f"{engine.source.title}, line {line}",
            f"{shown!r} is not a {family} ({rows} such value{'s' if rows > 1 else ''}), and a rule "
            "asks for it.",
            f"Mend it, name it as missing (--missing={shown!r}), or drop the rule.",
        )
