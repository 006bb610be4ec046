"""Drift of texts: do a group's synthetic texts still look like its real ones?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from audits.corpus.collection import Int64
from audits.corpus.corpora import Corpora
from audits.formulas.detectable import detectable_auc, detectable_mean_shift
from audits.questions import text_drift_apart, text_drift_verdicts, text_drift_vocabulary
from audits.questions.text_drift_apart import apart
from audits.questions.text_drift_grammar import BOTH, Grammar, compared, grammar, opened
from audits.questions.text_drift_grammar import NOTHING as NO_GRAMMAR
from audits.questions.text_drift_rows import (
    TextDriftRow,
    TextGrammarRow,
    TextShapeRow,
    TextWordRow,
)
from audits.questions.text_drift_samples import drawn, stretches, whole, window
from audits.questions.text_drift_shapes import features_of, shape_rows, shapes_of
from audits.questions.text_drift_vocabulary import vocabulary
from audits.results import Finding, Group, Row
from audits.settings import Settings

TITLE = "Drift of texts"
ASKS = "Do a group's synthetic texts still look like its real ones?"
SETTINGS = (
    "shift_watch",
    "shift_problem",
    "auc_watch",
    "auc_problem",
    "support_problem",
    "fewest_texts",
    "drift_texts",
    "drift_window",
    "drift_grams",
    "drift_floor",
    "drift_listed",
    "drift_tagged",
    "closed_form_from",
    "max_draws",
    "classifier_rows",
    "classifier_permutations",
)
MAIN = "groups"
TABLES: dict[str, type[Row]] = {
    "groups": TextDriftRow,
    "shapes": TextShapeRow,
    "words": TextWordRow,
    "telling": TextWordRow,
    "grammar": TextGrammarRow,
}
_POWER = 0.8
Floats = NDArray[np.float64]


def measure(corpora: Corpora) -> dict[str, tuple[Row, ...]]:
    """Compare lengths, readability, words and, with a pipeline, grammar inside every group."""
    nlp = opened(corpora)
    found = shapes_of(corpora)
    numbers = [features_of(one) for one in found]
    tables: dict[str, list[Row]] = {name: [] for name in TABLES}
    tables["shapes"] += shape_rows(corpora, found)
    corpora.progress("text_drift", 0.2)
    told = None if nlp is None else grammar(corpora, nlp)
    corpora.progress("text_drift", 0.4)
    size = len(corpora.groups.names)
    for g in range(size):
        fields, lines = _group(corpora, g, numbers, told)
        tables["groups"].append(TextDriftRow(corpora.groups.names[g], **fields))
        for name, rows in lines.items():
            tables[name] += rows
        corpora.progress("text_drift", 0.4 + 0.6 * (g + 1) / size)
    return {name: tuple(rows) for name, rows in tables.items()}


def _group(
    corpora: Corpora, g: int, numbers: Sequence[Floats], told: Grammar | None
) -> tuple[dict[str, Any], Mapping[str, Sequence[Row]]]:
    """Fields of a group's row, and what is listed of it."""
    group, settings = corpora.groups.names[g], corpora.settings
    synthetic = corpora.groups.members(corpora.sides[0], g)
    real = synthetic[:0] if corpora.alone else corpora.groups.members(0, g)
    n, m = len(real), len(synthetic)
    some = min(n, m) > 0
    fields: dict[str, Any] = {
        "real": n,
        "synthetic": m,
        "alone": corpora.alone,
        "not_measured": BOTH if told is None else told.not_measured,
        "window": 0,
        **text_drift_apart.NOTHING,
        **text_drift_vocabulary.NOTHING,
        **NO_GRAMMAR,
        "detectable_shift": _detectable(n, m, settings) if some else float("nan"),
        "detectable_auc": float("nan"),
    }
    lines: dict[str, Sequence[Row]] = {}
    if told is not None:
        more, lines["grammar"] = compared(corpora, g, told)
        fields |= more
    if min(n, m) < settings.fewest_texts:
        return fields, lines
    words, listed = _words(corpora, group, (real, synthetic), numbers)
    return fields | words, lines | listed


def _words(
    corpora: Corpora, group: Group, members: tuple[Int64, Int64], numbers: Sequence[Floats]
) -> tuple[dict[str, Any], dict[str, Sequence[Row]]]:
    """Compare the words of a sample of a group's texts."""
    settings = corpora.settings
    real, synthetic = (
        drawn(corpora, side, group, texts)
        for side, texts in zip((0, corpora.sides[0]), members, strict=True)
    )
    size = window(corpora, (real, synthetic))
    matched = stretches(corpora, (real, synthetic), size, group) if size else None
    fields: dict[str, Any] = {"window": size}
    words: list[TextWordRow] = []
    if matched is not None:
        more, words = vocabulary(corpora, group, matched)
        fields |= more
    few = (real[: settings.classifier_rows], synthetic[: settings.classifier_rows])
    lengths = np.vstack([one[texts] for one, texts in zip(numbers, few, strict=True)])
    told, telling = apart(corpora, group, (matched, whole(corpora, few)), lengths)
    n, m = told["auc_texts"]
    if min(n, m):
        told["detectable_auc"] = float(
            detectable_auc(n, m, power=_POWER, confidence=settings.confidence)
        )
    return fields | told, {"words": words, "telling": telling}


def _detectable(n: int, m: int, settings: Settings) -> float:
    return float(detectable_mean_shift(n, m, power=_POWER, confidence=settings.confidence))


def judge(tables: dict[str, tuple[Row, ...]], settings: Settings) -> list[Finding]:
    """One finding per group, led by its worst part, and one for every further shape that moved."""
    return text_drift_verdicts.judge(tables, settings)
