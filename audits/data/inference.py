"""What a column is, from the values of both tables; for identifiers, from the real ones alone."""

from __future__ import annotations

from audits.data.column import Column, refuse, refuse_words
from audits.data.kinds import (
    kind_of_levels,
    kind_of_texts,
    kind_of_wide_text,
    names_rows,
)
from audits.data.values import as_number

_ALMOST = 0.9  # a text column with more numbers than this, and some words, is a broken number one
_SEVERAL = 50  # different numbers below which a few words beside them are levels


def infer(column: Column) -> tuple[str, str]:
    """Return the kind of a column and a remark on it.

    Raises
    ------
    ColumnError
        If it is nearly all numbers, with words among them.
    """
    if column.request is not None:
        if column.request.kind == "numeric" and "date" in column.families:
            raise refuse(column, "holds dates, and was said to hold numbers.", "Say 'date'.")
        return column.request.kind, "as told"
    kind = _of_listed(column) if column.listed else _of_wide(column)
    return kind, _remark(column, kind)


def _remark(column: Column, kind: str) -> str:
    if kind == "constant":
        return f"one value: {next(iter(column.known_levels()))[:60]!r}"
    if kind == "identifier" and _as_many_as_rows(column):
        return "about as many values as rows"
    if kind in ("identifier", "free_text"):
        wide = [title for title, side in zip(column.titles, column.sides, strict=False) if not side]
        limit = column.settings.level_limit
        return f"more than {limit:,} different values in {wide[0]}" if wide else "long texts"
    return ""


def _as_many_as_rows(column: Column) -> bool:
    if column.sides[0] is not None:
        return True
    present = column.real.text_facts(column.name).present
    return column.real.different(column.name) >= 0.95 * present


def _of_listed(column: Column) -> str:
    known = sorted(column.known_levels())
    few = column.settings.categorical_up_to
    kind = kind_of_levels(known, dates="date" in column.families[:2], few=few)
    if kind == "categorical" and column.banded:
        return "numeric"
    if kind == "numeric":
        return "identifier" if _numbers_rows(column) else kind
    if kind != "text":
        return kind
    _refuse_mixed(column, known)
    real = {level: n for level, n in (column.sides[0] or {}).items() if level is not None}
    present = column.present()
    length = sum(len(level) * n for level, n in real.items()) / max(present, 1)
    return kind_of_texts(len(real), present, length)


def _refuse_mixed(column: Column, known: list[str]) -> None:
    """A long list of numbers with a few words is a number column with something wrong in it."""
    words = [level for level in known if as_number(level) is None]
    numbers = len(known) - len(words)
    if numbers > _SEVERAL and 0 < len(words) <= max(1, (1 - _ALMOST) * len(known)):
        refuse_words(column, words[0])


def _of_wide(column: Column) -> str:
    if "date" in column.families[:2]:
        return "date"
    if set(column.families[:2]) == {"number"}:
        return "identifier" if _numbers_rows(column) else "numeric"
    facts = column.real.text_facts(column.name)
    spread = column.real.spread(column.name, "number")
    if spread.unreadable == 0 and not facts.codes:
        return "identifier" if _numbers_rows(column) else "numeric"
    if 0 < spread.unreadable <= (1 - _ALMOST) * facts.present:
        refuse_words(column, str(spread.example), spread.unreadable, 0)
    if column.real.spread(column.name, "date").unreadable == 0:
        return "date"
    different = column.real.different(column.name)
    return kind_of_wide_text(different, facts.present, facts.mean_length)


def _numbers_rows(column: Column) -> bool:
    """Whether a number is another one in each real row, without gaps or by its column's name."""
    named = names_rows(column.name)
    side = column.sides[0]
    if side is not None:
        present, different = column.present(), sum(level is not None for level in side)
        numbers = [as_number(level) or 0.0 for level in side if level is not None]
        low, high = min(numbers), max(numbers)
    else:
        spread = column.real.spread(column.name, "number")
        low, high = spread.low, spread.high
        if not named and high - low + 1 != column.real.rows - spread.missing:
            return False  # the common case, known without counting values
        present = column.real.text_facts(column.name).present
        different = column.real.different(column.name)
    consecutive = high - low + 1 == present and present > 2 * column.settings.categorical_up_to
    return different == present > 1 and (named or consecutive)
