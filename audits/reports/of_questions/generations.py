"""Generations in a report: who loses variety, and how fast."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from audits.estimates import Estimate, in_effect, percent
from audits.pictures.courses import courses
from audits.pictures.model import Picture
from audits.questions.generations_sentences import fates
from audits.reports.document_material import many, part_of, ranged, shared, short, whole
from audits.reports.of_questions.diversity import HOMOGENISATION, VARIETY
from audits.reports.of_questions.presentation import GROUP, Lines, Presentation, Shown
from audits.results import Answer
from audits.settings import Settings

_LOOPS = {
    "replace": "each generation is made from the one before alone",
    "resample": "each generation resamples the rows of the one before",
    "accumulate": "each generation is made from all before",
    "fixed-real": "each generation is made from the real rows and the one before",
    "fresh": "each generation is made from fresh real people",
}
_COURSES = 12


def _per_generation(row: Any) -> str:
    """The share of its variety that a group loses from one generation to the next."""
    ends = (row.decay.value, row.decay.low, row.decay.high)
    return shared(Estimate(*(-math.expm1(-rate) for rate in ends)))


def _gone(row: Any) -> str:
    if row.extinct_at is not None:
        return f"nobody from {row.extinct_at * row.apart:g} on"
    return f"all alike from {row.collapsed_at * row.apart:g} on"


def _times(row: Any) -> str:
    return in_effect(row.excess.value) if row.excess.known else "–"


def _half_life(row: Any) -> str:
    """Generations in which half is gone; at least so many where no loss is established."""
    found = row.half_life
    if row.extinct_at is not None or row.collapsed_at is not None:
        return _gone(row)
    if not found.known:
        return "–"
    if math.isinf(found.high):
        return f"at least {in_effect(found.low)}"
    return f"{in_effect(found.value)} ({in_effect(found.low)} to {in_effect(found.high)})"


_MAIN = Lines(
    "groups",
    "What became of groups; times resampling: the loss over that of plainly drawing rows again, "
    "far above 1 where the generator itself narrows",
    (
        GROUP,
        Shown("People, gen. 0", lambda row: whole(row.real), hides=True),
        Shown("Rows, last", lambda row: whole(row.synthetic), hides=True),
        Shown("Share kept", lambda row: ranged(row.share_ratio), hides=True),
        Shown("Lost per generation", _per_generation),
        Shown("Half gone in generations", _half_life),
        Shown("Times resampling", _times, hides=True),
    ),
    most=40,
)  # fmt: skip


def _everyone(answer: Answer) -> list[Any]:
    return [row for row in answer.tables.get("steps", ()) if not row.group]


_STEPS = Lines(
    "steps",
    "Everyone together, generation by generation, each beside generation 0",
    (
        Shown("Generation", lambda row: short(row.name, 40), left=True),
        Shown("Rows", lambda row: whole(row.rows)),
        Shown("Variety lost", lambda row: shared(row.index)),
        Shown("Categories lost", lambda row: whole(row.lost)),
        Shown("new", lambda row: whole(row.born)),
        Shown("Rare values held", lambda row: part_of(row.rare)),
        Shown("People behind", lambda row: "–" if math.isnan(row.ancestors) else
              in_effect(row.ancestors)),
        Shown("Moved", lambda row: part_of(row.drift)),
        Shown("Told apart", lambda row: ranged(row.auc)),
    ),
    _everyone,
    most=30,
)  # fmt: skip
_LOOP = Lines(
    "loop",
    "Rows that generations share: which loop it is",
    (
        Shown("Generation", lambda row: f"{row.generation}", left=True),
        Shown("Rows", lambda row: whole(row.rows)),
        Shown("Different", lambda row: whole(row.different)),
        Shown("Are in the one before", lambda row: part_of(row.from_previous)),
        Shown("Are in generation 0", lambda row: part_of(row.from_first)),
        Shown("Of the one before, here", lambda row: part_of(row.holds_previous)),
        Shown("Of generation 0, here", lambda row: part_of(row.holds_first)),
    ),
    lambda answer: [row for row in answer.tables.get("loop", ()) if _single(row)],
    most=30,
)


def _single(row: Any) -> bool:
    return bool(row.generation >= 0)


def _lead(answer: Answer) -> tuple[str, ...]:
    """How many generations there are, and which loop it is."""
    first: Any = next(iter(answer.rows), None)
    if first is None:
        return ()
    said = f"{many(first.generations, 'generation')} after generation 0, the real data."
    if first.chains > 1:
        said += f" {first.chains:,} runs of the same loop; what is said is their mean."
    loop: Any = next((row for row in answer.tables.get("loop", ()) if not _single(row)), None)
    if loop is not None and loop.loop in _LOOPS:
        known = "as stated" if loop.stated else "by equal rows"
        said += f" The loop, {known}: {_LOOPS[loop.loop]}."
    return (said, *fates(answer.tables.get("fates", ())))


def _methods(settings: Settings) -> tuple[str, ...]:
    watch, problem = settings.half_life_watch, settings.half_life_problem
    return (
        "Variety is the mean difference of two different members of a group (Rao 1982), measured "
        "in every generation with the yardstick of generation 0. Its loss per generation is the "
        "mean of the steps of its logarithm; the interval comes from how the steps differ from "
        "each other. The half-life is the number of generations in which half would be gone at "
        "that rate: a forecast, if the loop goes on as it did. It is watched below "
        f"{watch:g} and a problem below {problem:g}, as is losing "
        f"{percent(settings.loss_watch)} and {percent(settings.loss_problem)} over the generations "
        "given. Fewer than three steps show no rate; then both ends are compared.",
        "Even a perfect copier loses variety: it draws N rows again and again, and loses 1/N of it "
        "each time (Wright 1931). The loss is compared with that; far above, the generator itself "
        "narrows, and more rows do not help. A group is extinct when a generation has nobody of it "
        "and none comes back, collapsed when no two rows differ. An extinct group is a problem "
        "where plain resampling of so few would have lost it by then with a probability of at most "
        f"{percent(settings.extinct_problem)} (the Markov chain of its rows, Wright 1931), and "
        "watched where resampling alone may have done it.",
    )


def _pictures(answer: Answer, width: float) -> Sequence[tuple[Picture, str]]:
    """The variety of every group over the generations, in small."""
    said = (
        "Variety that groups have kept, generation by generation, as a share of that in generation "
        "0; the shorter its half-life, the earlier a group stands"
    )
    return [(courses(answer, width=width, most=_COURSES), said)]


PRESENTATION = Presentation(
    about="who loses variety, and how fast",
    bad=("loses its variety, or its people", "lose their variety, or their people"),
    caption="In how many generations half of each group's variety is gone, the fewest on top, and "
    "what is left of its share",
    main=_MAIN,
    further=(_STEPS, _LOOP),
    lead=_lead,
    methods=_methods,
    pictures=_pictures,
    terms=(
        (
            "Collapse",
            "Loss of variety from one generation to the next until members are all alike.",
        ),
        (
            "Generation",
            "Rows made from those before them; generation 0 is the real data.",
        ),
        (
            "Half-life",
            "Generations in which half of a group's variety is gone, if the loop goes on as it "
            "did.",
        ),
        HOMOGENISATION,
        (
            "Plain resampling",
            "Drawing rows of the generation before again, with replacement: the least that a loop "
            "without fresh people loses.",
        ),
        VARIETY,
    ),
)
