"""Generations of texts in a report: whose texts narrow, and how far all have moved."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from audits.estimates import Estimate, in_effect, number, percent
from audits.pictures.courses import courses
from audits.pictures.model import Picture
from audits.reports.document_material import many, part_of, shared, short, whole
from audits.reports.of_questions.presentation import GROUP, Lines, Presentation, Shown
from audits.results import Answer
from audits.settings import Settings

_COURSES = 12


def _per_generation(row: Any) -> str:
    """The share of its variety that a group loses from one generation to the next."""
    ends = (row.decay.value, row.decay.low, row.decay.high)
    return shared(Estimate(*(-math.expm1(-rate) for rate in ends)))


def _half_life(row: Any) -> str:
    """Generations in which half is gone; at least so many where no loss is established."""
    found = row.half_life
    if row.extinct_at is not None:
        return f"no text from {row.extinct_at} on"
    if row.collapsed_at is not None:
        return f"all alike from {row.collapsed_at} on"
    if not found.known:
        return "–"
    if math.isinf(found.high):
        return f"at least {in_effect(found.low)}"
    return f"{in_effect(found.value)} ({in_effect(found.low)} to {in_effect(found.high)})"


def _number(value: float) -> str:
    return "–" if math.isnan(value) else number(value)


_MAIN = Lines(
    "groups",
    "How varied the texts of each group stay; moved: how much less alike texts of both ends are "
    "than texts of one generation, which is drift and no loss",
    (
        GROUP,
        Shown("Texts, gen. 0", lambda row: whole(row.real), hides=True),
        Shown("Texts, last", lambda row: whole(row.synthetic), hides=True),
        Shown("Variety lost", lambda row: shared(row.index)),
        Shown("Lost per generation", _per_generation),
        Shown("Half gone in generations", _half_life),
        Shown("Moved", lambda row: _number(row.moved)),
    ),
    most=40,
)


def _everyone(answer: Answer) -> list[Any]:
    return [row for row in answer.tables.get("steps", ()) if not row.group]


_STEPS = Lines(
    "steps",
    "All texts, generation by generation; lost and new words beside what chance alone makes of as "
    "many texts",
    (
        Shown("Generation", lambda row: short(row.name, 40), left=True, width=0.2),
        Shown("Texts", lambda row: whole(row.rows)),
        Shown("Variety lost", lambda row: shared(row.index)),
        Shown("Different words", lambda row: part_of(row.distinct_1)),
        Shown("Pairs", lambda row: part_of(row.distinct_2)),
        Shown("Words lost", lambda row: part_of(row.lost)),
        Shown("By chance", lambda row: part_of(row.lost_by_chance)),
        Shown("New", lambda row: part_of(row.born)),
        Shown("Words a text", lambda row: "–" if math.isnan(row.words) else f"{row.words:,.0f}"),
        Shown("Like its origin", lambda row: _number(row.own)),
        Shown("Moved", lambda row: _number(row.moved)),
    ),
    _everyone,
    most=60,
)


def _lead(answer: Answer) -> tuple[str, ...]:
    """How many generations there are, and what of the texts was compared."""
    first: Any = next(iter(answer.rows), None)
    if first is None:
        return ()
    said = (
        f"{many(first.generations, 'generation')} after generation 0. Of every text the first "
        f"{first.matched:,} words are compared, so that texts that grow longer or shorter do not "
        "count as more or less alike."
    )
    if first.linked:
        said += (
            " Which texts are one text written again is known: texts are compared with those that "
            "go back to others, and what their chains bring with them does not count as chance."
        )
    return (said,)


def _methods(settings: Settings) -> tuple[str, ...]:
    return (
        "Variety is the mean cosine dissimilarity of two texts of one generation, by their words "
        "and pairs of words; two texts that go back to the same one are not compared. Its loss "
        "since generation 0 has an interval from leaving out one text, or one chain of texts, at a "
        "time (Arvesen 1969). The loss per generation is the mean of the steps of its logarithm, "
        "and its interval comes from how the steps differ from each other; the half-life is a "
        f"forecast, if the loop goes on as it did. A loss of {percent(settings.loss_watch)} over "
        f"the generations given is watched and one of {percent(settings.loss_problem)} a problem, "
        "or less where half would be gone in fewer than "
        f"{settings.half_life_watch:g} and {settings.half_life_problem:g} generations.",
        "Texts may move without narrowing: every text changes, and all of them stay as different "
        "from each other as they were. That is drift. It is told beside the loss, as how much less "
        "alike texts of both ends are than texts of one generation (Rao 1982) and how much of the "
        "text that each goes back to is left in it, and it is never a problem here. Different "
        "words are counted among as many words in all generations, lost and new words among as "
        "many texts, each beside what two draws of one generation differ by (Colwell et al. 2004).",
    )


def _pictures(answer: Answer, width: float) -> Sequence[tuple[Picture, str]]:
    """The variety of every group over the generations, in small."""
    said = (
        "Variety that the texts of groups have kept, generation by generation, as a share of that "
        "in generation 0"
    )
    return [(courses(answer, width=width, most=_COURSES), said)]


PRESENTATION = Presentation(
    about="whose texts narrow",
    bad=("has texts that come to be alike", "have texts that come to be alike"),
    caption="The share of variety that the texts of each group have lost since generation 0, the "
    "most on top, and how far they have moved",
    main=_MAIN,
    further=(_STEPS,),
    lead=_lead,
    methods=_methods,
    pictures=_pictures,
    terms=(
        (
            "Chain",
            "One text and all that were written from it, generation after generation.",
        ),
        (
            "Drift",
            "Texts become others than they were. They need not become more alike by that.",
        ),
        (
            "Half-life",
            "Generations in which half of the variety is gone, if the loop goes on as it did.",
        ),
    ),
)
