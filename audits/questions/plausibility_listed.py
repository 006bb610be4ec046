"""Which rules synthetic rows break, in words, the most broken first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from audits.data.pair import Pair
from audits.data.rules import violations
from audits.data.tables import Coding, Counts
from audits.formulas.forbidden import Flags, expected_joint, forbidden_pairs
from audits.formulas.mined_rules import dependency_support
from audits.formulas.out_of_range import out_of_range_rate
from audits.formulas.shares import rule_of_zero
from audits.questions.plausibility_rows import RuleRow
from audits.questions.plausibility_rules import Crossed, Mined, Side

_LISTED, _OF_COLUMNS = 100, 8  # at most, and of the same two columns
_ORDER = {"dependency": 0, "order": 1, "limit": 2, "implication": 3}
_NUMBERS = ("numeric", "date")
_NAN = float("nan")
Recoding = NDArray[np.uint8]


def listed_rules(pair: Pair, mined: Mined) -> tuple[RuleRow, ...]:
    """Return the rules that synthetic rows break; those given by the user always, and first.

    Of several rules about the same two columns those are listed that add broken rows, and the most
    broken of these.
    """
    found = [*_between(pair, mined), *_ranges(pair)]
    limited = (
        replace(row, limit=_limit(pair, row.support) if not row.real_broken else _NAN)
        for row in found
    )
    ordered = sorted(limited, key=lambda row: (-row.broken, row.columns, row.rule))
    given = [
        replace(row, limit=_limit(pair, row.support) if not row.real_broken else _NAN)
        for row in _given(pair)
    ]
    return (*given, *ordered[:_LISTED])


def _limit(pair: Pair, support: int) -> float:
    return float(rule_of_zero(support, confidence=pair.settings.confidence))


def _given(pair: Pair) -> list[RuleRow]:
    rows = []
    for rule in violations(pair):
        support, wrong, checked, broken = (
            int(counts.sum())
            for counts in (
                rule.real_checked, rule.real_broken, rule.synthetic_checked, rule.synthetic_broken,
            )
        )  # fmt: skip
        rows.append(
            RuleRow(
                (), "given", (rule.name,), rule.check, "", support, wrong, checked, broken,
                wrong / support * checked if support else _NAN, _NAN,
            )
        )  # fmt: skip
    return rows


def _ranges(pair: Pair) -> Iterator[RuleRow]:
    for coding in pair.attributes:
        if coding.kind not in _NUMBERS:
            continue
        real, synthetic = pair.everyone(coding.name)
        held = np.flatnonzero(real[1:]) + 1
        if not held.size:
            continue
        outside = np.concatenate([[0], synthetic[1:]])
        outside[held[0] : held[-1] + 1] = 0
        if outside.sum() == 0:
            continue
        support, rows = int(real[1:].sum()), int(synthetic[1:].sum())
        ends = (coding.labels[held[0]], coding.labels[held[-1]])
        says = f"{coding.name} is between {_span(*ends, ' and ')}"
        example = f"{coding.name} is {coding.labels[int(outside.argmax())]}"
        yield RuleRow(
            (), "range", (coding.name,), says, example, support, 0, rows,
            int(outside.sum()), rows * float(out_of_range_rate(support)), _NAN,
        )  # fmt: skip


def _between(pair: Pair, mined: Mined) -> Iterator[RuleRow]:
    crossed = {(one.first.coding.name, one.second.coding.name): one for one in mined.crossed}
    for names in pair.pair_tables:
        rows: list[RuleRow] = []
        if names in crossed:
            rows = _of_pair(crossed[names], *pair.finer_tables[names])
        worst = max((row.broken for row in rows), default=0)
        # what the other rules say of the same columns is not said again
        rows += [row for row in _forbidden(pair, mined, names) if row.broken > worst]
        yield from sorted(rows, key=lambda row: (-row.broken, row.rule))[:_OF_COLUMNS]


def _of_pair(one: Crossed, real: Counts, synthetic: Counts) -> list[RuleRow]:
    """Rules between two columns, those that add rows to what is broken already."""
    seen = np.zeros(real.shape, dtype=bool)
    rows = []
    for (kind, way), flags in sorted(one.broken.items(), key=lambda item: _ORDER[item[0][0]]):
        if synthetic[flags & ~seen].sum() == 0:
            continue
        sides = (one.second, one.first) if way else (one.first, one.second)
        tables = tuple(table.T if way else table for table in (real, synthetic))
        marks = flags.T if way else flags
        fresh = marks & ~(seen.T if way else seen)
        whole = kind in ("dependency", "order")
        make = _of_columns if whole else _of_values
        rows += make(kind, sides, tables, (marks, fresh))
        seen |= flags
    return rows


_Tables = tuple[Counts, ...]
_Marks = tuple[Flags, Flags]


def _of_columns(
    kind: str, sides: tuple[Side, Side], tables: _Tables, marks: _Marks
) -> list[RuleRow]:
    """Return the row of a rule about all values of two columns."""
    (one, other), (real, synthetic), (broken, _) = sides, tables, marks
    names = (one.coding.name, other.coding.name)
    if kind == "dependency":
        says, support = f"{names[0]} determines {names[1]}", dependency_support(real)
        rows = int(synthetic[real.sum(1) > 0].sum())
    else:
        known = np.ix_(np.isfinite(one.least), np.isfinite(other.greatest))
        says = f"{names[0]} is never above {names[1]}"
        support, rows = int(real[known].sum()), int(synthetic[known].sum())
    chance = expected_joint(real)[broken].sum() / max(real.sum(), 1) * synthetic.sum()
    return [
        RuleRow(
            (), kind, names, says, _example(sides, synthetic * broken), support, 0, rows,
            int(synthetic[broken].sum()), float(chance), _NAN,
        )
    ]  # fmt: skip


def _of_values(
    kind: str, sides: tuple[Side, Side], tables: _Tables, marks: _Marks
) -> list[RuleRow]:
    """Rules about one value each, of those that break something new."""
    (one, other), (real, synthetic), (broken, fresh) = sides, tables, marks
    rows = []
    joined = kind == "limit" and not one.listed  # numbers missing or known, not each stretch
    parts = [[0], list(range(1, len(real)))] if joined else [[level] for level in range(len(real))]
    for part in parts:
        if synthetic[part][fresh[part]].sum() == 0:
            continue
        level = f"{one.coding.name} is known" if joined and part[0] else _value(one, part[0])
        if kind == "implication":
            says = f"where {level}, {_value(other, int(real[part].sum(0).argmax()))}"
            support, people = int(real[part].sum()), int(synthetic[part].sum())
        else:
            says = f"where {level}, {_stretch(other, real[part].sum(0))}"
            support, people = int(real[part][:, 1:].sum()), int(synthetic[part][:, 1:].sum())
        wrong = broken[part].any(0)
        chance = real[:, wrong].sum() / max(real.sum(), 1) * people
        only = np.zeros_like(synthetic)
        only[part] = synthetic[part] * broken[part]
        rows.append(
            RuleRow(
                (), kind, (one.coding.name, other.coding.name), says, _example(sides, only),
                support, 0, people, int(only.sum()), float(chance), _NAN,
            )
        )  # fmt: skip
    return rows


def _stretch(side: Side, counts: Counts) -> str:
    """Say between which numbers rows lie."""
    held = np.flatnonzero(counts[1:]) + 1
    low, high = (_ends(side.coding, side.recoding, level) for level in (held[0], held[-1]))
    return f"{side.coding.name} is between {_span(low[0], high[1], ' and ')}"


def _forbidden(pair: Pair, mined: Mined, names: tuple[str, str]) -> Iterator[RuleRow]:
    """Pairs of values that no real row has although chance would have brought them together."""
    real, synthetic = pair.pair_tables[names]
    first, second = (pair.book.codings[name] for name in names)
    never = _never(pair, mined, real)
    for i, j in np.argwhere(never & (synthetic > 0)).tolist():
        one = _level(first, pair.recodings[names[0]], i)
        other = _level(second, pair.recodings[names[1]], j)
        people = int(synthetic[i].sum())
        yield RuleRow(
            (), "forbidden", names, f"nobody has both {one} and {other}", f"{one}, {other}",
            int(real.sum()), 0, int(synthetic.sum()), int(synthetic[i, j]),
            float(real[:, j].sum() / real.sum() * people), _NAN,
        )  # fmt: skip


def _never(pair: Pair, mined: Mined, real: Counts) -> Flags:
    alpha = pair.settings.forbidden_alpha
    return forbidden_pairs(real, alpha=alpha, pairs=alpha * np.exp(mined.surprise))


def _example(sides: tuple[Side, Side], broken: Counts) -> str:
    one, other = sides
    i, j = np.unravel_index(int(broken.argmax()), broken.shape)
    return f"{_value(one, int(i))}, {_value(other, int(j))}"


def _value(side: Side, level: int) -> str:
    return _level(side.coding, side.recoding, level)


def _level(coding: Coding, recoding: Recoding, level: int) -> str:
    """Say that a column has a value, or lies in a stretch of numbers."""
    codes = np.flatnonzero(recoding == level)
    if level == 0:
        return f"{coding.name} is missing"
    if len(codes) > 1 and coding.kind not in _NUMBERS:
        return f"{coding.name} is one of {len(codes)} rare values"
    low, high = _ends(coding, recoding, level)
    return f"{coding.name} is {low if low == high else _span(low, high, ' to ')}"


def _ends(coding: Coding, recoding: Recoding, level: int) -> tuple[str, str]:
    codes = np.flatnonzero(recoding == level)
    return coding.labels[int(codes[0])], coding.labels[int(codes[-1])]


def _span(low: str, high: str, joined: str) -> str:
    """Write two ends, each about so much said once.

    >>> _span("about 3", "about 8", " to ")
    'about 3 to 8'
    """
    return f"{low}{joined}{high.removeprefix('about ')}"
