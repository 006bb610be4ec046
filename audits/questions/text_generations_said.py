"""Generations of texts: what is said of a group, in whole clauses."""

from __future__ import annotations

import math

from audits.estimates import Estimate, in_effect, many, number, percent
from audits.questions.text_generations_rows import TextGenerationsRow
from audits.questions.words import share
from audits.settings import Settings

STEPS = 3
"""Increments from which they show a rate."""
_NARROWS = 3.0  # times plain resampling from which the writer itself is said to narrow
_HARDLY = 0.005  # points less alike that are not worth a word
_SAME = 0.95  # likeness from which a text is as it was


def lost_text(row: TextGenerationsRow, settings: Settings, doubt: str) -> str:
    """Say how much variety is lost, how fast, and, apart from that, how far texts have moved."""
    return f"{_lost(row)}{_at_once(row)}{doubt}, {_resting(row)}{_pace(row, settings)}{_moved(row)}"


def _lost(row: TextGenerationsRow) -> str:
    last = row.generations if row.too_few_from is None else row.too_few_from - 1
    ends = f"between generation 0 and generation {last}"
    if row.index.low > 0:
        return f"{share(row.index)} of the variety of its texts is lost {ends}"
    if row.index.high < 0:
        gained = Estimate(-row.index.value, -row.index.high, -row.index.low)
        return f"its texts have become more varied, by {share(gained)}, {ends}"
    return f"no loss of variety is established {ends}: {share(row.index)}"


def _at_once(row: TextGenerationsRow) -> str:
    """Say how much was gone in generation 1, where that is established, and not all there is."""
    if row.generations < 2 or not (row.index.low > 0 and row.at_once.low > 0):
        return ""
    most = "most of it" if row.at_once.value > row.index.value / 2 else "part of it"
    return f", {most} at the first step, {percent(row.at_once.value)}"


def _resting(row: TextGenerationsRow) -> str:
    """Name the texts behind a statement; where they become too few, the last ones are not."""
    few = row.too_few_from is not None
    last = "" if few else f" and {row.synthetic:,} of the last"
    sample = f"a sample of {row.compared:,} of " if row.compared < row.real else ""
    text = f"resting on {sample}{many(row.real, 'text')} of generation 0{last}"
    if row.linked and row.chains < row.compared:
        text += f", which go back to {many(row.chains, 'text')}"
    elif row.linked:
        text += ", each rewritten again and again"
    return f"{text}; from generation {row.too_few_from} on there are too few" if few else text


def _pace(row: TextGenerationsRow, settings: Settings) -> str:
    if row.increments < STEPS:
        steps = ("no step shows", "one step shows", "two steps show")[row.increments]
        return f"; {steps} no rate"
    if row.decay.low > 0:
        return _falls(row) + _compared(row) + _slows(row, settings)
    if row.decay.high > 0:
        least = in_effect(row.half_life.low)
        text = f"; over {row.increments} steps no steady decay is established, and it would take "
        text += f"at least {least} generations to lose half"
    else:
        text = f"; over {row.increments} steps it rises"
    return text


def _falls(row: TextGenerationsRow) -> str:
    rate = Estimate(*(-math.expm1(-end) for end in _ends(row.decay)))
    found = row.half_life
    until = f"{in_effect(found.value)} generations ({in_effect(found.low)} to "
    until += f"{in_effect(found.high)})"
    return f"; it falls by {share(rate)} per generation, so that half is gone in {until}"


def _compared(row: TextGenerationsRow) -> str:
    """Say how the loss compares with drawing whole texts again."""
    if not row.excess.known:
        return ""
    drawn = f"drawing {row.parents:,.0f} whole texts again"
    if row.excess.low > _NARROWS:
        return (
            f", {in_effect(row.excess.value)} times as fast as by {drawn}: the writer itself "
            "narrows"
        )
    return f"; {drawn} would lose as much" if row.excess.low <= 1 <= row.excess.high else ""


def _slows(row: TextGenerationsRow, settings: Settings) -> str:
    if row.slowing <= 1 - settings.confidence:
        return (
            f"; the loss slows down, to {percent(-math.expm1(-row.recent))} per generation over "
            "the later half of the steps, so that half may be gone later or never"
        )
    if row.later.known and row.later.low <= 0:
        return "; after the first step no further decay is established"
    return ""


def _ends(value: Estimate) -> tuple[float, float, float]:
    return value.value, value.low, value.high


def _moved(row: TextGenerationsRow) -> str:
    """Say how far texts have moved, all of them and each by itself: that is drift, and no loss."""
    if math.isnan(row.moved):
        return ""
    hardly = row.moved < _HARDLY
    text = ". As a whole they have hardly moved"
    if not hardly:
        text = (
            f". As a whole they have moved: texts of both ends are {number(row.moved)} less alike, "
            "by the cosine of their words, than texts of one generation"
        )
    if not math.isnan(row.own):
        text += f"; a text and the one it goes back to are {number(row.own)} alike"
        hardly = hardly and row.own > _SAME
    return text if hardly else f"{text}: drift, which is not collapse"


def untold_text(row: TextGenerationsRow, settings: Settings) -> str:
    """Say why nothing can be said of the variety of a group's texts."""
    if row.real == 0:
        return (
            f"no text in generation 0, and {row.synthetic:,} in the last generation: nothing to "
            "compare with"
        )
    text = f"{many(row.real, 'text')} in generation 0 and {row.synthetic:,} in the last generation"
    if row.too_few_from == 0:
        return f"{text} are too few to follow; it takes {settings.fewest_texts:,} in each"
    if row.too_few_from is not None:
        return (
            f"{text}; from generation {row.too_few_from} on there are fewer than "
            f"{settings.fewest_texts:,}, too few to follow"
        )
    return f"{text}; those of generation 0 have no variety to lose"


def extinct_text(row: TextGenerationsRow) -> str:
    """Say from when on a group is gone."""
    return (
        f"gone from generation {row.extinct_at} on: of {many(row.real, 'text')} in generation 0, "
        f"{share(row.share_first)} of all, none is left"
    )


def collapsed_text(row: TextGenerationsRow) -> str:
    """Say from when on no two texts differ."""
    return (
        f"collapsed at generation {row.collapsed_at}: no two texts differ in the words that begin "
        f"them, {_resting(row)}"
    )


def share_text(row: TextGenerationsRow) -> str:
    """Say how far a group's share has shrunk."""
    return (
        f"its share shrinks from {share(row.share_first)} to {share(row.share_last)}, from "
        f"{many(row.real, 'text')} to {row.synthetic:,}"
    )
