"""Rules that hold of all real rows, found in counts of pairs of columns; which rows break them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from audits.data.pair import Pair
from audits.data.tables import Codes, Coding, Counts
from audits.formulas.forbidden import Flags, forbidden_pairs, surprise
from audits.formulas.mined_rules import dependency, implications, out_of_order, sharp_limits

UNSEEN, FORBIDDEN, RULE, RANGE = 1, 2, 4, 8
"""What a row breaks, as bits."""
_ONCE, _TWICE = 4, 8  # bits farther up: what it would break if it, or it and one like it, were gone
_SPARED = (0, 1, 2)  # rows left out
_NUMBERS = ("numeric", "date")
Bits = NDArray[np.uint16]
Recoding = NDArray[np.uint8]


@dataclass(frozen=True)
class Side:
    """One column of a finely crossed pair: how its codes became levels.

    `exact` if each level is one value. `least` and `greatest` are the numbers of each level (nan:
    missing or no number).
    """

    coding: Coding
    recoding: Recoding
    exact: bool
    least: NDArray[np.float64]
    greatest: NDArray[np.float64]

    @property
    def ordered(self) -> bool:
        """Whether its levels stand in an order."""
        return self.coding.positions is not None and (self.exact or self.coding.kind in _NUMBERS)

    @property
    def listed(self) -> bool:
        """Whether its levels are values, not stretches of numbers."""
        return self.exact or self.coding.kind not in _NUMBERS


class Crossed(NamedTuple):
    """Two columns: rules that real rows keep, by kind and direction, as pairs that break them.

    The second direction has the columns the other way round; its flags are laid out as the
    first's.
    """

    first: Side
    second: Side
    broken: dict[tuple[str, int], Flags]


@dataclass(frozen=True)
class Mined:
    """Every rule found, and tables in which a row's codes are looked up.

    `pairs` hold two places of columns, their recodings, and bits by both codes; `singles` a place
    and bits by code. `surprise` is how many rows chance had to expect.
    """

    names: tuple[str, ...]
    pairs: tuple[tuple[int, int, Recoding, Recoding, Bits], ...]
    singles: tuple[tuple[int, Bits], ...]
    crossed: tuple[Crossed, ...]
    surprise: float

    @property
    def rules(self) -> int:
        """How many rules are in force: impossible pairs, rules between columns, and ranges."""
        forbidden = sum(int(((bits & FORBIDDEN) > 0).sum()) for *_, bits in self.pairs)
        return forbidden + sum(len(one.broken) for one in self.crossed) + len(self.singles)

    def broken(self, codes: Codes) -> Bits:
        """Which kinds of rule each row breaks; and, farther up, those it would break if unseen."""
        found = np.zeros(len(codes), dtype=np.uint16)
        for i, j, first, second, bits in self.pairs:
            found |= bits[first[codes[:, i]], second[codes[:, j]]]
        for i, bits in self.singles:
            found |= bits[codes[:, i]]
        return found


def of_fresh(bits: Bits) -> Bits:
    """What each row breaks as it stands."""
    return np.asarray(bits & 15, dtype=np.uint16)


def left_out(bits: Bits) -> Bits:
    """What each row would break if it had been left out when the rules were found."""
    return np.asarray((bits >> _ONCE) & 15, dtype=np.uint16)


def left_out_twice(bits: Bits) -> Bits:
    """What each row would break if it and one like it had been left out."""
    return np.asarray((bits >> _TWICE) & 15, dtype=np.uint16)


def mine(pair: Pair) -> Mined:
    """Find every rule that the real rows keep."""
    settings = pair.settings
    place = {coding.name: j for j, coding in enumerate(pair.attributes)}
    coarse = {names: sides[0] for names, sides in pair.pair_tables.items()}
    looked_at = sum(float((t.sum(1) > 0).sum() * (t.sum(0) > 0).sum()) for t in coarse.values())
    pairs, crossed = [], []
    needed = surprise(alpha=settings.forbidden_alpha, pairs=max(looked_at, 1))
    for (a, b), table in coarse.items():
        found = partial(
            forbidden_pairs, table, alpha=settings.forbidden_alpha, pairs=max(looked_at, 1)
        )
        bits = _bits(UNSEEN, *(table == spare for spare in _SPARED))
        bits |= _bits(FORBIDDEN, *(found(spare=spare) for spare in _SPARED))
        pairs.append((place[a], place[b], pair.recodings[a], pair.recodings[b], bits))
    if pair.rows[0][whole(pair)] >= settings.rule_support:
        sides = {name: _side(pair, pair.attributes[j]) for name, j in place.items()}
        for (a, b), (table, _) in pair.finer_tables.items():
            rules, bits = _rules(table, sides[a], sides[b], settings.rule_support, needed)
            if rules:
                crossed.append(Crossed(sides[a], sides[b], rules))
            if bits.any():
                pairs.append((place[a], place[b], sides[a].recoding, sides[b].recoding, bits))
    singles = tuple(
        (j, _range_bits(pair.everyone(coding.name)[0]))
        for j, coding in enumerate(pair.attributes)
        if coding.kind in _NUMBERS
    )
    return Mined(tuple(place), tuple(pairs), singles, tuple(crossed), needed)


def whole(pair: Pair) -> int:
    """Return where the group of everyone stands."""
    return pair.groups.names.index(())


def _bits(bit: int, now: Flags, once: Flags, twice: Flags) -> Bits:
    """Lay out what is broken, and what would be with one row, or two, left out."""
    shifted = now + (once.astype(np.uint16) << _ONCE) + (twice.astype(np.uint16) << _TWICE)
    return np.asarray(bit * shifted, dtype=np.uint16)


def _range_bits(counts: Counts) -> Bits:
    """Codes outside the real range, and the ends of it that one row alone holds."""
    held = np.flatnonzero(counts[1:]) + 1
    codes = np.arange(len(counts))
    if not held.size:
        return np.zeros(len(counts), dtype=np.uint16)
    outside = ((codes < held[0]) | (codes > held[-1])) & (codes > 0)
    alone = np.isin(codes, held[[0, -1]]) & (counts == 1)
    return np.asarray(RANGE * (outside + (alone.astype(np.uint16) << _ONCE)), dtype=np.uint16)


def _side(pair: Pair, coding: Coding) -> Side:
    recoding = pair.finer[coding.name]
    levels = int(recoding.max(initial=0)) + 1
    least, greatest = np.full(levels, np.inf), np.full(levels, -np.inf)
    if coding.positions is not None:
        known = np.flatnonzero(np.isfinite(coding.positions))
        np.minimum.at(least, recoding[known], coding.positions[known])
        np.maximum.at(greatest, recoding[known], coding.positions[known])
    least[np.isinf(least)] = greatest[np.isinf(greatest)] = np.nan
    return Side(coding, recoding, levels == coding.size, least, greatest)


def _rules(
    table: Counts, first: Side, second: Side, least: float, needed: float
) -> tuple[dict[tuple[str, int], Flags], Bits]:
    """Rules between two columns, by kind and direction, and the bits of all together."""
    rules: dict[tuple[str, int], Flags] = {}
    bits = np.zeros(table.shape, dtype=np.uint16)
    for key, found in _miners(table, first, second).items():
        found_with = partial(found, least=least, surprise=needed)
        flags = [found_with(spare=spare) for spare in _SPARED]
        if flags[0].any():
            rules[key] = flags[0]
        bits |= _bits(RULE, *flags)
    return rules, bits


def _miners(
    table: Counts, first: Side, second: Side
) -> dict[tuple[str, int], Callable[..., Flags]]:
    """What is looked for in a table, by kind and direction; all flags are laid out as the table."""
    found: dict[tuple[str, int], Callable[..., Flags]] = {}
    sides = ((table, first, second), (table.T, second, first))
    for way, (counts, one, other) in enumerate(sides):
        found["implication", way] = partial(_turned, implications, counts, way)
        if one.exact:
            found["dependency", way] = partial(_turned, dependency, counts, way)
        if other.ordered:
            found["limit", way] = partial(_limits, counts, way, listed=one.listed)
        if first.coding.kind == second.coding.kind and first.coding.kind in _NUMBERS:
            found["order", way] = partial(
                _turned, partial(_ordered, first=one.least, second=other.greatest), counts, way
            )
    return found


def _turned(miner: Callable[..., Flags], counts: Counts, way: int, **given: float) -> Flags:
    flags = miner(counts, **given)
    return flags.T if way else flags


def _ordered(
    counts: Counts, first: NDArray[np.float64], second: NDArray[np.float64], **given: float
) -> Flags:
    return out_of_order(counts, first, second, **given)  # type: ignore[arg-type]  # spare is whole


def _limits(counts: Counts, way: int, *, listed: bool, **given: float) -> Flags:
    """Limits of the numbers of each value; of stretches of numbers only missing or not counts."""
    flags = np.zeros(counts.shape, dtype=bool)
    if listed:
        flags[:, 1:] = sharp_limits(counts[:, 1:], **given)  # type: ignore[arg-type]
        return flags.T if way else flags
    known = counts[1:].sum(0, keepdims=True)
    joined = sharp_limits(np.concatenate([counts[:1], known])[:, 1:], **given)  # type: ignore[arg-type]
    flags[0, 1:] = joined[0]
    flags[1:, 1:] = joined[1] & (counts[1:, 1:] == given["spare"])
    return flags.T if way else flags
