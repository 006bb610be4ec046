"""What of the rows of each question can be handed over, a module for each.

Every kind of row is declared with the fields that count people; a kind that is not is never shown.
"""

from __future__ import annotations

from audits.disclosure_of import (
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
from audits.disclosure_of.known import Treatments

TREATED: Treatments = {
    **coverage.TREATED,
    **drift.TREATED,
    **diversity.TREATED,
    **provenance.TREATED,
    **copying.TREATED,
    **plausibility.TREATED,
    **stereotypes.TREATED,
    **fairness.TREATED,
    **collection.TREATED,
    **quotas.TREATED,
    **generations.TREATED,
    **text_mentions.TREATED,
    **text_generations.TREATED,
    **text_words.TREATED,
    **text_diversity.TREATED,
    **text_drift.TREATED,
    **text_debris.TREATED,
    **text_seeds.TREATED,
}
