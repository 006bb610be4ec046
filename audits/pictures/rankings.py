"""What ranked dots show of an answer: its groups, worst first, against the limits in force.

Everything that is drawn of it, on a page or on paper, comes from here: order, marks, words.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from audits.errors import UnknownNameError
from audits.pictures.panels import Ranking
from audits.pictures.ranked_collection import collection
from audits.pictures.ranked_copying import copying
from audits.pictures.ranked_coverage import coverage
from audits.pictures.ranked_diversity import diversity
from audits.pictures.ranked_drift import drift
from audits.pictures.ranked_fairness import fairness
from audits.pictures.ranked_generations import generations
from audits.pictures.ranked_plausibility import plausibility
from audits.pictures.ranked_provenance import provenance
from audits.pictures.ranked_stereotypes import stereotypes
from audits.pictures.ranked_text_debris import text_debris
from audits.pictures.ranked_text_diversity import text_diversity
from audits.pictures.ranked_text_drift import text_drift
from audits.pictures.ranked_text_generations import text_generations
from audits.pictures.ranked_text_mentions import text_mentions
from audits.pictures.ranked_text_seeds import text_seeds
from audits.pictures.ranked_text_words import text_words
from audits.results import Answer, Group, as_group

_QUESTIONS: dict[str, Callable[[Answer, Sequence[Any], int], Ranking]] = {
    "coverage": coverage,
    "drift": drift,
    "diversity": diversity,
    "provenance": provenance,
    "copying": copying,
    "plausibility": plausibility,
    "stereotypes": stereotypes,
    "fairness": fairness,
    "collection": collection,
    "generations": generations,
    "text_mentions": text_mentions,
    "text_generations": text_generations,
    "text_words": text_words,
    "text_diversity": text_diversity,
    "text_drift": text_drift,
    "text_debris": text_debris,
    "text_seeds": text_seeds,
}


def has_picture(answer: Answer) -> bool:
    """Whether an answer can be ranked."""
    return answer.question in _QUESTIONS


def ranking(
    answer: Answer, groups: Collection[Group | Mapping[str, str]] | None, most: int
) -> Ranking:
    """Return the groups of an answer, or those of them that are named, worst first.

    Raises
    ------
    UnknownNameError
        If there is no picture for the question.
    """
    if not has_picture(answer):
        raise UnknownNameError("picture for the question", answer.question, list(_QUESTIONS))
    wanted = None if groups is None else {as_group(group) for group in groups}
    shown = [row for row in answer.rows if wanted is None or row.group in wanted]
    return _QUESTIONS[answer.question](answer, shown, most)
