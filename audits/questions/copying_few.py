"""Copies in groups of few people, whose own chance level nobody can know."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.special import ndtr, ndtri

from audits.estimates import Estimate, percent
from audits.formulas.differences import square_and_add
from audits.judging import Claims, limits, verdicts
from audits.questions.copying_rows import CopyingRow
from audits.questions.headlines import BAD
from audits.questions.words import real_people, share, synthetic_rows
from audits.results import Group, Verdict
from audits.settings import Settings

_FEWEST = 10  # synthetic rows below which nothing is made of what they show


def watched(
    rows: Sequence[CopyingRow], open_: Sequence[bool], settings: Settings
) -> dict[int, str]:
    """Which groups that stay open are watched all the same, and what is said of them.

    Fifteen people cannot show how often two such people are alike, so that nothing copied from them
    could ever be told from chance. Larger groups can: the highest chance level of all groups that
    hold this one stands in. As that rests on their likeness, it is never more than watched.
    """
    by_group = {row.group: row for row in rows}
    lent = [_lent(row, by_group, settings) if open_[i] else None for i, row in enumerate(rows)]
    chosen = [i for i, chance in enumerate(lent) if chance is not None]
    beyond = [_beyond(rows[i].copied, lent[i]) for i in chosen]
    found = _judged(beyond, settings)
    return {
        i: _text(rows[i], lent[i], one)
        for i, one, verdict in zip(chosen, beyond, found, strict=True)
        if verdict in BAD
    }


def _lent(
    row: CopyingRow, by_group: dict[Group, CopyingRow], settings: Settings
) -> Estimate | None:
    """The highest chance level of larger groups; None if the group has one of its own."""
    if row.real >= settings.support_watch or row.synthetic < _FEWEST or not row.excess.known:
        return None
    larger = [
        other.chance
        for group, other in by_group.items()
        if set(group) < set(row.group) and other.chance.known
    ]
    highest = max(larger, key=lambda chance: (chance.value, chance.high), default=None)
    return None if highest is None or row.chance.value > highest.value else highest


def _beyond(copied: Estimate, chance: Estimate | None) -> Estimate:
    assert chance is not None
    found = square_and_add(
        (copied.value, copied.low, copied.high), (chance.value, chance.low, chance.high)
    )
    return Estimate(*(float(np.asarray(side)) for side in found))


def _judged(beyond: Sequence[Estimate], settings: Settings) -> list[Verdict]:
    if not beyond:
        return []
    value, low, high = (
        np.array([getattr(one, side) for one in beyond]) for side in ("value", "low", "high")
    )
    error = (value - low) / float(ndtri((1 + settings.confidence) / 2))
    claims = Claims(
        value=value,
        low=low,
        high=high,
        watch=limits(settings.copied_watch, len(beyond)),
        problem=limits(settings.copied_problem, len(beyond)),
        capped=np.ones(len(beyond), dtype=bool),
        exceeds=lambda limit: np.asarray(ndtr((limit - value) / np.maximum(error, 1e-9))),
    )
    return verdicts(claims, settings)


def _text(row: CopyingRow, chance: Estimate | None, beyond: Estimate) -> str:
    assert chance is not None
    verb = "equals" if row.copies == 1 else "equal"
    return (
        f"{row.copies:,} of {synthetic_rows(row.synthetic)} ({percent(row.copied.value)}) {verb} "
        f"one of {real_people(row.real)} in every value, {share(beyond)} beyond the "
        f"{percent(chance.value)} that chance makes in larger groups; {row.real:,} people are too "
        "few to show how often chance does so among them"
    )
