"""Rows of any kind made by hand: what is not given is unknown, or one hundred."""

import dataclasses
import math
from typing import get_type_hints

from audits.estimates import Estimate
from audits.questions.collection_rows import CollectionRow
from audits.questions.copying_rows import CopyingRow
from audits.questions.fairness_rows import FairnessRow
from audits.questions.generations_rows import GenerationsRow, GenerationStepRow
from audits.questions.plausibility_rows import PlausibilityRow
from audits.questions.stereotypes_rows import StereotypeRow
from audits.questions.text_debris_rows import DebrisRow
from audits.questions.text_diversity_rows import TextLikenessRow
from audits.questions.text_drift_rows import TextDriftRow
from audits.questions.text_generations_rows import TextGenerationsRow
from audits.questions.text_mentions_rows import MentionRow
from audits.questions.text_seeds_rows import SeedRow
from audits.questions.text_words_rows import WordGroupRow

_USUAL = {int: 100, float: math.nan, Estimate: Estimate.unknown(), str: "", bool: True}


def row(kind, group, **given):
    """A row of a kind."""
    hints = get_type_hints(kind)
    names = [field.name for field in dataclasses.fields(kind) if field.name != "group"]
    usual = {name: _USUAL.get(hints[name], () if "tuple" in str(hints[name]) else None)
             for name in names}  # fmt: skip
    return kind(group=group, **(usual | given))


def around(value):
    return Estimate(value, value * 0.9, value * 1.1)


def copying_row(group, excess):
    return row(CopyingRow, group, excess=excess, copied=excess, chance=Estimate(0.0, 0.0, 0.01))


def plausibility_row(group, excess):
    return row(PlausibilityRow, group, excess=excess, observed=excess)


def stereotype_row(group, factor):
    value = "nurse" if factor.known else None
    return row(
        StereotypeRow, group, sharpest=factor, sharpest_value=value,
        sharpest_attribute=value and "job", ties=100 if factor.known else 0, listed=0,
    )  # fmt: skip


def collection_row(group, needed):
    needed = max(int(needed), 0)
    return row(
        CollectionRow, group, needed=needed, more=max(needed - 1, 0), real=1, reason="interval"
    )


def generations_row(group, half_life):
    rate = math.log(2) / half_life.value if half_life.known else math.nan
    decay = Estimate(rate, rate, rate)
    return row(GenerationsRow, group, half_life=half_life, decay=decay, apart=1.0)


def fairness_row(group, change):
    """A group that loses `change` of its accuracy; its denominators are written beside it."""
    lost = Estimate(-change.value, -change.high, -change.low) if change.known else change
    state = "" if change.known else "not in the training rows"
    return row(FairnessRow, group, metric="accuracy", change=lost, state=state)


def text_generations_row(group, index):
    return row(TextGenerationsRow, group, index=index, apart=1.0, increments=4)


def text_mentions_row(group, ratio):
    return row(MentionRow, group, by="mention", ratio=ratio, alone=False, reference_share=None)


def text_diversity_row(group, ratio):
    return row(TextLikenessRow, group, ratio=ratio, similarity=ratio, alone=False)


def text_debris_row(group, more):
    return row(DebrisRow, group, more=more, attribute=None, most=None, alone=False)


def text_seeds_row(group, spread):
    return row(SeedRow, group, spread=spread, seeds=spread)


def text_drift_row(group, auc):
    return row(TextDriftRow, group, auc=auc, auc_texts=(100, 100), vocabulary_texts=(100, 100),
               alone=False)  # fmt: skip


def text_words_row(group, growth):
    word = "rose" if growth.known else None
    return row(
        WordGroupRow, group, growth=growth, word=word, alone=False,
        compared=100 if growth.known else 0, grown=1 if growth.known else 0,
    )  # fmt: skip


def step_row(group, generation, index, name=""):
    name = name or f"g{generation}.csv"
    return row(GenerationStepRow, group, generation=generation, index=index, name=name)


MADE = {
    "copying": lambda group, value=0.2: copying_row(group, around(value)),
    "plausibility": lambda group, value=0.2: plausibility_row(group, around(value)),
    "stereotypes": lambda group, value=4.0: stereotype_row(group, around(value)),
    "collection": lambda group, value=50.0: collection_row(group, max(value, 1)),
    "fairness": lambda group, value=0.2: fairness_row(group, around(value)),
    "generations": lambda group, value=15.0: generations_row(group, around(value)),
    "text_mentions": lambda group, value=0.9: text_mentions_row(group, around(value)),
    "text_generations": lambda group, value=0.2: text_generations_row(group, around(value)),
    "text_diversity": lambda group, value=2.0: text_diversity_row(group, around(value)),
    "text_drift": lambda group, value=0.7: text_drift_row(group, around(value)),
    "text_debris": lambda group, value=0.2: text_debris_row(group, around(value)),
    "text_seeds": lambda group, value=0.4: text_seeds_row(group, around(value)),
    "text_words": lambda group, value=4.0: text_words_row(group, around(value)),
}
UNKNOWN = {
    "copying": copying_row,
    "plausibility": plausibility_row,
    "stereotypes": stereotype_row,
    "collection": lambda group, _: collection_row(group, 0),
    "fairness": fairness_row,
    "generations": generations_row,
    "text_mentions": text_mentions_row,
    "text_generations": text_generations_row,
    "text_diversity": text_diversity_row,
    "text_drift": text_drift_row,
    "text_debris": text_debris_row,
    "text_seeds": text_seeds_row,
    "text_words": text_words_row,
}
STEPS = {
    "copying": 0.01, "plausibility": 0.01, "stereotypes": 2.0, "collection": 5.0,
    "generations": 5.0, "fairness": 0.005, "text_mentions": 0.1, "text_words": 2.0,
    "text_diversity": 0.5, "text_drift": 0.01, "text_debris": 0.01, "text_seeds": 0.05,
    "text_generations": 0.01,
}  # fmt: skip
"""Values of which nine multiples are drawn."""


def sized(question, made, first, second):
    """A row whose two counts, written beside every group, are these."""
    names = {"collection": ("real", "more"), "fairness": ("tested", "real")}.get(
        question, ("real", "synthetic")
    )
    return dataclasses.replace(made, **dict(zip(names, (first, second), strict=True)))
