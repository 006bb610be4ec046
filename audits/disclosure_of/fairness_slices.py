"""Which slices can be shown: none within another, and none that leaves few of those around it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from audits.disclosure_groups import small
from audits.disclosure_of.parted import part
from audits.questions.fairness_rows import SliceRow
from audits.results import Group

if TYPE_CHECKING:
    from audits.disclosure_of.fairness_parts import Rules

Pattern = tuple[tuple[str, str], ...]


def shown_slices(
    rows: Sequence[SliceRow],
    whole: Mapping[tuple[str, str], tuple[float, int]],
    sizes: Mapping[Group, int],
    people: frozenset[Group],
    rules: Rules,
) -> frozenset[tuple[Pattern, str]]:
    """Return patterns and metrics that tell no small count, the first ones first.

    `whole` are the rate of all tested people and its denominator, by metric and model.
    """
    by_pattern: dict[Pattern, list[SliceRow]] = {}
    for row in rows:
        by_pattern.setdefault(row.pattern, []).append(row)
    total = sizes.get((), 0)
    kept: dict[Pattern, int] = {}
    for pattern, own in by_pattern.items():
        support = own[0].support
        if _clean(own, whole, total, rules.min_cell) and _fits(
            pattern, support, kept, sizes, people, rules
        ):
            kept[pattern] = support
    return frozenset((pattern, row.metric) for pattern in kept for row in by_pattern[pattern])


def _clean(
    own: Sequence[SliceRow],
    whole: Mapping[tuple[str, str], tuple[float, int]],
    total: int,
    min_cell: int,
) -> bool:
    """Whether neither a slice nor all others have a small count in any rate."""
    counts = [own[0].support, total - own[0].support]
    for row in own:
        counts.append(row.of)
        for model, found in (("real", row.real), ("synthetic", row.synthetic),
                             ("given", row.synthetic)):  # fmt: skip
            rate, of = whole.get((row.metric, model), (math.nan, 0))
            if math.isnan(rate) or not found.known:
                continue
            inside, outside = part(min(max(rate + found.value, 0.0), 1.0), row.of)
            hits, misses = part(rate, of)
            counts += [inside, outside, max(hits - inside, 0), max(misses - outside, 0)]
    return not any(small(count, min_cell) or count < 0 for count in counts)


def _fits(
    pattern: Pattern,
    support: int,
    kept: Mapping[Pattern, int],
    sizes: Mapping[Group, int],
    people: frozenset[Group],
    rules: Rules,
) -> bool:
    """Whether no small count follows together with what is shown already."""
    own = set(pattern)
    if any(set(other) <= own or own <= set(other) for other in kept):
        return False
    columns = tuple(column for column, _ in pattern)
    alike = [n for other, n in kept.items() if tuple(column for column, _ in other) == columns]
    if _leaves_few(sizes.get((), 0), [*alike, support], rules.min_cell):
        return False
    group = tuple(sorted(pair for pair in pattern if pair[0] in rules.features))
    if not group:
        return True
    if len(group) > 1 or group not in people or group in rules.hidden:
        return False
    if len(pattern) == 1:
        return True
    within = [
        n
        for other, n in kept.items()
        if set(group) <= set(other) and tuple(column for column, _ in other) == columns
    ]
    return not _leaves_few(sizes.get(group, 0), [*within, support], rules.min_cell)


def _leaves_few(whole: int, parts: Sequence[int], min_cell: int) -> bool:
    return 0 < whole - sum(parts) < min_cell
