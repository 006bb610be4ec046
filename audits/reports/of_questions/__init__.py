"""The words and tables of every question, a module for each.

A question that is not named here, such as one of a plug-in, is shown under its own title, with its
own field names.
"""

from __future__ import annotations

from audits.reports.of_questions import (
    collection,
    copying,
    coverage,
    diversity,
    drift,
    fairness,
    generations,
    plausibility,
    provenance,
    quotas,
    stereotypes,
    text_debris,
    text_diversity,
    text_drift,
    text_generations,
    text_mentions,
    text_seeds,
    text_words,
)
from audits.reports.of_questions.presentation import Presentation

PRESENTED: dict[str, Presentation] = {
    "coverage": coverage.PRESENTATION,
    "drift": drift.PRESENTATION,
    "diversity": diversity.PRESENTATION,
    "provenance": provenance.PRESENTATION,
    "copying": copying.PRESENTATION,
    "plausibility": plausibility.PRESENTATION,
    "stereotypes": stereotypes.PRESENTATION,
    "fairness": fairness.PRESENTATION,
    "collection": collection.PRESENTATION,
    "quotas": quotas.PRESENTATION,
    "generations": generations.PRESENTATION,
    "text_mentions": text_mentions.PRESENTATION,
    "text_generations": text_generations.PRESENTATION,
    "text_words": text_words.PRESENTATION,
    "text_diversity": text_diversity.PRESENTATION,
    "text_drift": text_drift.PRESENTATION,
    "text_debris": text_debris.PRESENTATION,
    "text_seeds": text_seeds.PRESENTATION,
}


def presented(question: str) -> Presentation | None:
    """How a question is presented; None where nobody here knows it."""
    return PRESENTED.get(question)
