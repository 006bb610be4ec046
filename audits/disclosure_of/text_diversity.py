"""What of likeness of texts can be handed over.

How many texts were long enough to be compared is a part of a group: it is told where it is all of
them, or none. What a group is beside other groups is not told where one of these is hidden, for
that one's texts would then be known to be more or less alike.
"""

from __future__ import annotations

import re
from dataclasses import replace

from audits.disclosure_of.known import Known, Treatment, Treatments, coarser, never
from audits.disclosure_of.parted import HIDDEN, without
from audits.questions.text_diversity_rows import TextLikenessRow, TextVarietyRow
from audits.results import Finding, Group

_RESTING = re.compile(
    r"(the first [\d,]+ words? of) [\d,]+ (?:real )?texts? and [\d,]+ (?:synthetic texts?|others)"
)
_INHERITED = re.compile(r"; its real texts were (?:already|not surely) [^;]*")
_BESIDE = ("beside", "ratio", "log_ratio", "error", "freedom", "with_identities", "index",
           "embedded_beside", "embedded_index")  # fmt: skip


def _hidden_beside(group: Group, known: Known) -> bool:
    """Whether a hidden group of the same features has texts enough to be among the others."""
    features = {feature for feature, _ in group}
    return any(
        {feature for feature, _ in gone} == features and max(known.counts.get(gone, (0, 0))) > 2
        for gone in known.hidden.groups
    )


def _all_used(row: TextLikenessRow) -> bool:
    """Whether every text of the group was compared, or none was."""
    real = 0 if row.alone else row.real
    beside = 0 if row.alone else row.used_beside
    return (row.used, beside) in ((row.synthetic, real), (0, 0))


def _group(row: TextLikenessRow, known: Known) -> TextLikenessRow:
    gone: list[str] = []
    if not _all_used(row):
        gone += ["used", "freedom"]
    if row.alone or not _all_used(row):
        gone += ["used_beside"]
    if _hidden_beside(row.group, known):
        gone += [*_BESIDE] if row.alone else ["inherited"]
        gone += ["groups_beside"]
    return coarser(without(row, gone))


def _reworded(because: str, row: TextLikenessRow, known: Known) -> str:
    if row.alone or not _all_used(row):
        because = _RESTING.sub(r"\1 its texts", because)
    if _hidden_beside(row.group, known):
        because = _INHERITED.sub("", because.removesuffix(".")) + "."
    return because


def _tells(_finding: Finding, row: TextLikenessRow, known: Known) -> bool:
    """Whether a sentence is about how alike texts are beside those of a hidden group."""
    return row.alone and row.ratio.known and _hidden_beside(row.group, known)


def _variety(row: TextVarietyRow, known: Known) -> TextVarietyRow:
    """The size of draws is half of what the smaller side has of long texts."""
    row = coarser(replace(row, texts=HIDDEN))
    if row.alone and _hidden_beside(row.group, known):
        row = without(row, ("beside", "ratio"))
    return row


TREATED: Treatments = {
    TextLikenessRow: Treatment(
        frozenset({"real", "synthetic", "used", "used_beside"}),
        _group,
        frozenset({"groups_beside", "words", "prompts"}),
        tells=_tells,
        reworded=_reworded,
    ),
    TextVarietyRow: Treatment(
        frozenset({"real", "synthetic", "texts"}), _variety, frozenset({"words"}), never
    ),
}
