"""What the question of generations says of a group, from its numbers."""

from __future__ import annotations

import math
from collections.abc import Iterable

from audits.estimates import Estimate, in_effect, percent
from audits.questions.generations_rows import (
    EXTINCT,
    GenerationFateRow,
    GenerationLoopRow,
    GenerationsRow,
)
from audits.questions.words import listed, real_people, rows, share
from audits.results import Audit, Row
from audits.settings import Settings

_NAMED = 6  # groups by name in one sentence
_NARROWS = 3.0  # times plain resampling from which the generator itself is said to narrow
_LOOPS = {
    "replace": "each generation is made from the one before alone",
    "resample": "every row of a generation is a row of the one before: it resamples",
    "accumulate": "every generation holds all rows of the one before: it accumulates",
    "fixed-real": "every generation holds the rows of generation 0: fixed real rows, and others",
    "fresh": "each generation is made from fresh real people",
}


def trend_text(row: GenerationsRow, settings: Settings, doubt: str) -> str:
    """Say how variety fares: a rate and a half-life, or that none is established."""
    if row.increments < 3:
        return _before_and_after(row, doubt)
    text = _established(row) if row.decay.low > 0 else _not_established(row)
    text += f"{doubt}. {_lost_so_far(row)}, {_resting(row)}"
    if row.decay.low > 0:
        text += _pace(row, settings)
    if row.narrowest is not None and row.decay.low > 0:
        text += f". Most is lost in {row.narrowest}, {percent(row.narrowest_index)}"
    if row.too_few_from is not None and row.too_few_from > 0:
        text += f"; from generation {_called(row, row.too_few_from)} on there are too few rows to "
        text += "follow it"
    return text


def _established(row: GenerationsRow) -> str:
    falls = share(Estimate(*(-math.expm1(-rate) for rate in _ends(row.decay))))
    return (
        f"its variety falls by {falls} per generation, so that half is gone in "
        f"{_generations(row.half_life)}"
    )


def _not_established(row: GenerationsRow) -> str:
    text = f"no decay of variety is established over {row.increments} steps"
    if row.decay.high > 0:
        return (
            f"{text}; its half-life is not shorter than {in_effect(row.half_life.low)} generations"
        )
    return f"{text}; it rises"


def _ends(value: Estimate) -> tuple[float, float, float]:
    return value.value, value.low, value.high


def _generations(value: Estimate) -> str:
    """Write a number of generations with its interval."""
    low, high = in_effect(value.low), in_effect(value.high)
    if math.isinf(value.high):
        return f"{in_effect(value.value)} generations (at least {low})"
    return f"{in_effect(value.value)} generations ({low} to {high})"


def _lost_so_far(row: GenerationsRow) -> str:
    span = row.increments * row.apart
    if math.isnan(row.index.low):
        lost = percent(-math.expm1(-row.decay.value * span))
    else:
        span, lost = _followed(row) * row.apart, share(row.index)
    return f"Variety lost over {span:g} generations is {lost}"


def _resting(row: GenerationsRow) -> str:
    last = f"{rows(row.synthetic)} of the last generation"
    if row.chains > 1:  # whose first generations may be the same people
        return f"counted over {row.chains} runs: {rows(row.real)} of generation 0 and {last}"
    if row.too_few_from is not None:  # what is told ends before the last generation
        return f"resting on {real_people(row.real)}"
    return f"resting on {real_people(row.real)} and {last}"


def _pace(row: GenerationsRow, settings: Settings) -> str:
    """How the loss compares with plain resampling, and whether it slows down."""
    text = ""
    if row.excess.known:
        drawn = f"plain resampling of {row.parents:,.0f} rows"
        if row.excess.low > _NARROWS:
            text += (
                f"; that is {in_effect(row.excess.value)} times as fast as by {drawn}: the "
                "generator itself narrows"
            )
        elif row.excess.low <= 1 <= row.excess.high:
            text += f"; {drawn} would lose as much"
    if row.slowing <= 1 - settings.confidence:
        text += (
            f"; the loss slows down, to {percent(-math.expm1(-row.recent))} per generation over "
            "the later half of the steps, so that half may be gone later or never"
        )
    return text


def _called(row: GenerationsRow, t: int) -> str:
    """Number a generation as those are that were given: some may lie apart."""
    return f"{t * row.apart:g}"


def _followed(row: GenerationsRow) -> int:
    """Return the last generation with enough rows; steps end before it where variety does."""
    return row.generations if row.too_few_from is None else row.too_few_from - 1


def _before_and_after(row: GenerationsRow, doubt: str) -> str:
    lost = f"{percent(row.index.value)} ({percent(row.index.low).removesuffix(' %')} to "
    steps = ("what is gone at once shows", "one step shows", "two steps show")[row.increments]
    halving = f"{0.6931 * row.parents:,.0f}" if row.parents > 2 else "hardly any"
    return (
        f"of its variety {lost}{percent(row.index.high)}) is lost between generation 0 and "
        f"generation {_called(row, _followed(row))}{doubt}, {_resting(row)}; {steps} no rate. A "
        f"perfect copier with {row.parents:,.0f} rows per generation halves it in {halving} "
        "generations"
    )


def untold_text(row: GenerationsRow) -> str:
    """Say why nothing can be said of a group's variety."""
    if row.real == 0:
        return (
            f"no real person in generation 0, and {rows(row.synthetic)} in the last generation: "
            "nothing to compare with"
        )
    text = f"{real_people(row.real)} in generation 0 and {rows(row.synthetic)} in the last one"
    if row.extinct_at is not None:
        return extinct_text(row)
    if row.columns == 0:
        return f"{text} have no column in which they could differ"
    if row.too_few_from is not None and row.too_few_from > 0 and row.real >= 10:
        since = _called(row, row.too_few_from)
        return f"{text}; from generation {since} on there are too few rows to follow"
    if row.variety_first == 0:
        return f"{text}; generation 0 has no variety to lose"
    return f"{text} are too few to follow its variety"


def extinct_text(row: GenerationsRow) -> str:
    """Say from when on a group is gone."""
    since = 0 if row.extinct_at is None else row.extinct_at
    return (
        f"extinct at generation {_called(row, since)}: of {real_people(row.real)} in generation 0, "
        f"{share(row.share_first)} of all, no row is left; {_by_resampling(row)}"
    )


def _by_resampling(row: GenerationsRow) -> str:
    """Say how likely plain resampling of so few would have lost them, too."""
    chance = row.extinct_chance
    said = "less than 0.1 %" if chance < 0.001 else percent(chance)
    return f"plain resampling alone loses so few by then with a probability of {said}"


def collapsed_text(row: GenerationsRow) -> str:
    """Say from when on no two members differ."""
    since = 0 if row.collapsed_at is None else row.collapsed_at
    return (
        f"collapsed at generation {_called(row, since)}: no two rows differ in any column, "
        f"{_resting(row)}"
    )


def share_text(row: GenerationsRow) -> str:
    """Say how far a group's share has shrunk."""
    return (
        f"its share shrinks from {share(row.share_first)} to {share(row.share_last)}, from "
        f"{real_people(row.real)} to {rows(row.synthetic)}"
    )


def loop_text(loop: GenerationLoopRow) -> str:
    """Say which loop it is, and how that is known."""
    if loop.stated:
        return f"The loop, as stated: {_LOOPS.get(loop.loop, loop.loop)}"
    if loop.loop in _LOOPS:
        return f"The loop, by equal rows: {_LOOPS[loop.loop]}"
    return (
        f"Which loop it is, equal rows do not tell: {percent(loop.from_previous)} or more of a "
        "generation's rows are rows of the one before"
    )


def fates_of(audit: Audit) -> list[str]:
    """Say what came to an end, of an audit of generations; nothing of any other."""
    answer = audit.answers.get("generations")
    return [] if answer is None else fates(answer.tables.get("fates", ()))


def fates(rows_: Iterable[Row]) -> list[str]:
    """Say of all fates how many groups have met them."""
    said = [fate_text(row) for row in rows_ if isinstance(row, GenerationFateRow)]
    return [one for one in said if one]


def fate_text(row: GenerationFateRow) -> str:
    """Say how many groups are gone, or have lost more than half; nothing where none has."""
    if not row.groups:
        return ""
    one, last = row.groups == 1, f"{row.last:g}"
    if row.fate == EXTINCT:
        said = f"{row.groups:,} of {row.of:,} groups that were there in generation 0 "
        said += f"{'is' if one else 'are'} gone in generation {last}"
        if row.by < row.last:
            said += f", {'' if one else 'all '}by generation {row.by:g}"
    else:
        least = "At least " if row.hidden else ""
        said = f"{least}{row.groups:,} {'group has' if one else 'groups have'} lost more than half "
        said += f"of {'its' if one else 'their'} share of the rows by generation {last}"
    return f"{said}{_named(row)}{_unshown(row)}."


def _named(row: GenerationFateRow) -> str:
    return f": {listed(list(row.named), most=_NAMED)}" if row.named else ""


def _unshown(row: GenerationFateRow) -> str:
    """Say how many counts are too small to be shown, and how many names, too."""
    if not row.hidden:
        return ""
    which = "its count is" if row.groups == 1 else f"the counts of {row.hidden:,} of them are"
    some = 0 < row.unnamed < row.hidden
    named = f", and {row.unnamed:,} not named" if some else ""
    return f"; {which} too small to show{named}"
