"""What a simulation shows, in sentences computed from its numbers."""

from __future__ import annotations

import math

from audits.estimates import Estimate, in_effect, percent
from audits.results import group_name
from audits.simulation.recipes import Recipe
from audits.simulation.rows import FreshRows, SimulatedGroup

_LOOPS = {
    "replace": "each made from the one before",
    "accumulate": "each made from all before",
    "fixed-real": "each made from the same {real:,} real rows and the one before",
    "fresh": "each made from {real:,} fresh real rows and the one before",
}
_FAR = 1000.0  # generations beyond which no number is written


def loop(recipe: Recipe) -> str:
    """Say what was simulated.

    >>> loop(Recipe(rows=200))
    '10 generations of 200 rows, each made from the one before by drawing rows; 5 chains'
    """
    how = "drawing rows"
    if recipe.generator == "sharpen":
        how = f"frequencies of values at temperature {recipe.temperature:g}"
    said = _LOOPS[recipe.loop].format(real=recipe.real_rows)
    many = "generation" if recipe.generations == 1 else "generations"
    chains = "chain" if recipe.chains == 1 else "chains"
    return (
        f"{recipe.generations} {many} of {recipe.rows:,} rows, {said} by {how}; "
        f"{recipe.chains} {chains}"
    )


def group(row: SimulatedGroup, recipe: Recipe) -> str:
    """Say what becomes of a group."""
    parts = [_kept(row, recipe), *_rate(row, recipe), _share(row), _values(row)]
    if row.gone == row.chains:
        parts = ["nobody is left in any chain"]
    elif row.gone:
        parts.append(f"in {row.gone} of {row.chains} chains nobody is left")
    if row.collapsed:
        parts.append(f"in {row.collapsed} of {row.chains} chains all its rows are alike")
    name = group_name(row.group)
    return f"{name[:1].upper()}{name[1:]} ({row.real:,} real rows): {'; '.join(parts)}."


def _kept(row: SimulatedGroup, recipe: Recipe) -> str:
    if not row.kept.known:
        return "there is no variety to follow"
    text = f"keeps {_share_text(row.kept)} of its variety"
    if not math.isnan(row.kept_copier):
        who = "by the closed form" if recipe.generator == "resample" else "if rows were only copied"
        text += f" ({percent(row.kept_copier)} {who})"
    return text


def _rate(row: SimulatedGroup, recipe: Recipe) -> list[str]:
    """How it goes on; nothing where too few steps were seen."""
    found = []
    if not math.isnan(row.kept_for_ever) and recipe.loop != "replace":
        found.append(f"levels off at {percent(row.kept_for_ever)}")
    elif row.decay.known and row.decay.low > 0:
        found.append(f"half is gone in {_generations(row.half_life)}")
    elif row.decay.known:
        text = "no decay is established"
        if row.half_life.low < _FAR:
            text += f"; half is not gone before {in_effect(row.half_life.low)} generations"
        found.append(text)
    if recipe.generator != "resample" and row.excess.known and row.excess.low > 1:
        found.append(f"{in_effect(row.excess.value)} times as fast as by drawing rows")
    return found


def _generations(half_life: Estimate) -> str:
    low, high = in_effect(half_life.low), in_effect(half_life.high)
    return f"{in_effect(half_life.value)} generations ({low} to {high})"


def _share(row: SimulatedGroup) -> str:
    if not row.group:
        return f"{row.rows:,.0f} rows in the last generation"
    return f"share {percent(row.share_first)}, at the end {_share_text(row.share_last)}"


def _values(row: SimulatedGroup) -> str:
    text = f"{row.values_first:,} different values, at the end {in_effect(row.values_last.value)}"
    if not math.isnan(row.values_copier):
        text += f" ({in_effect(row.values_copier)} by the closed form)"
    return text


def _share_text(share: Estimate) -> str:
    if math.isnan(share.low):
        return percent(share.value)
    return f"{percent(share.value)} ({percent(share.low)} to {percent(share.high)})"


def fresh(row: FreshRows, recipe: Recipe) -> str:
    """Say how many fresh real rows a group needs, and whether they were seen to do."""
    name = group_name(row.group)
    everyone = "" if not row.group else f" ({row.fresh_of_all:,} of the whole table)"
    text = (
        f"{name[:1].upper()}{name[1:]}: {row.fresh:,} fresh real rows{everyone} in every "
        f"generation, beside its own {row.rows:,}; {percent(row.promised)} is lost in the long "
        f"run, by the closed form. {_tried(row, recipe)}"
    )
    if row.outcome == "not held":  # by a generator that narrows: no closed form holds then
        return text
    return f"{text} Or the same {row.fixed:,} real rows, kept in all generations."


def _tried(row: FreshRows, recipe: Recipe) -> str:
    if row.outcome == "not simulated":
        return "Not simulated: it has too few rows per generation, or no variety."
    seen = (
        f"{row.chains} simulated chains of {row.generations:,} generations lost "
        f"{_share_text(row.lost)}"
    )
    why = "" if recipe.generator == "resample" else ": this generator narrows by itself"
    said = _OUTCOMES[row.outcome].format(
        hold=percent(recipe.hold), by=percent(row.promised_by), why=why,
        low=percent(row.lost.low), high=percent(row.lost.high),
    )  # fmt: skip
    return f"{seen}: {said}."


_OUTCOMES = {
    "confirmed": "confirmed",
    "within error": "within Monte Carlo error of the {by} by the closed form; the simulation alone "
    "does not rule out more than {hold}, as its interval reaches {high}",
    "so far": "as the closed form has it by then ({by}); the long run lies beyond",
    "not held": "more than {hold}, which this number of fresh rows does not hold{why}",
    "not settled": "which does not confirm {hold}",
}
