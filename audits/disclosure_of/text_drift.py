"""What of the drift of texts can be handed over.

How many texts are long enough for a stretch, or hold a word, is a part of a group. Of the first
nothing is told where it is not all of them; words are named for a group without any number, and
only where no part of it is small.
"""

from __future__ import annotations

import math
import re
from dataclasses import replace

from audits.disclosure_of.known import (
    Known,
    Treatment,
    Treatments,
    as_it_is_read,
    coarser,
    never,
)
from audits.disclosure_of.parted import HIDDEN, without
from audits.estimates import Estimate
from audits.questions.text_drift_rows import (
    TextDriftRow,
    TextGrammarRow,
    TextShapeRow,
    TextWordRow,
)

_NOT_TOLD = (HIDDEN, HIDDEN)
_TOLD_BY = re.compile(r", on [\d,]+ real and [\d,]+ synthetic texts(?:, of [\d,]+ and [\d,]+)?")
_RESTING = re.compile(r"resting on ([\d,]+) real and ([\d,]+) synthetic texts")


def _group(row: TextDriftRow, _known: Known) -> TextDriftRow:
    sizes, row = (row.real, row.synthetic), coarser(row)
    if row.auc_texts != sizes:
        row = replace(row, auc_texts=_NOT_TOLD, detectable_auc=math.nan)
    if row.vocabulary_texts != sizes:
        row = replace(row, vocabulary_texts=_NOT_TOLD, drawn=HIDDEN)
    return row


def _shape(row: TextShapeRow, known: Known) -> TextShapeRow:
    """How many texts have a word is not told: the rest of the group would be those without."""
    sizes = known.counts[row.group]
    if (row.real, row.synthetic) != sizes:
        row = replace(
            row, real=sizes[0], synthetic=sizes[1], error=math.nan, cautious=math.nan, p=math.nan,
            draws=0,
        )  # fmt: skip
    return coarser(row)


def _word(row: TextWordRow, known: Known) -> TextWordRow | None:
    parts = [
        part
        for of, having in ((row.real, row.real_with), (row.synthetic, row.synthetic_with))
        for part in (having, of - having)
    ]
    if known.small(*parts):
        return None
    way = math.copysign(1.0, row.change.value)
    gone = ("real", "synthetic", "real_with", "synthetic_with", "share_real", "share_synthetic",
            "p", "p_adjusted", "weight")  # fmt: skip
    return replace(without(row, gone), change=Estimate(way, math.nan, math.nan))


def _reworded(because: str, row: TextDriftRow | TextShapeRow, known: Known) -> str:
    """Leave out how many texts were long enough, or had a word, where it is not all."""
    sizes = known.counts[row.group]
    if isinstance(row, TextDriftRow) and row.auc_texts != sizes:
        because = _TOLD_BY.sub("", because)
    here = f"in a group of {sizes[0]:,} real and {sizes[1]:,} synthetic texts"
    return _RESTING.sub(here, because)


TREATED: Treatments = {
    TextDriftRow: Treatment(
        frozenset({"real", "synthetic", "auc_texts", "vocabulary_texts", "drawn", "tagged"}),
        _group,
        frozenset({"window", "words", "changed"}),
        reworded=_reworded,
    ),
    TextShapeRow: Treatment(
        frozenset({"real", "synthetic"}), _shape, frozenset({"draws"}), reworded=_reworded
    ),
    TextWordRow: Treatment(
        frozenset({"real", "synthetic", "real_with", "synthetic_with"}),
        _word,
        frozenset({"rank"}),
        never,
    ),
    TextGrammarRow: Treatment(frozenset({"real", "synthetic"}), as_it_is_read, behind=never),
}
