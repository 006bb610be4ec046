"""What of generations of texts can be handed over: shares and likeness, not the words behind."""

from __future__ import annotations

import re

from audits.disclosure_of.known import Known, Treatment, Treatments, coarser, never
from audits.disclosure_of.parted import without
from audits.questions.text_generations_rows import TextGenerationsRow, TextGenerationStepRow
from audits.results import Finding, Group

_MEAN_SIZE = (
    re.compile(r", [^,;]*? times as fast as by drawing [\d,]+ whole texts again: the writer itself "
               r"narrows"),
    re.compile(r"; drawing [\d,]+ whole texts again would lose as much"),
)  # fmt: skip
"""Clauses that tell how many texts of a group a generation has on the whole."""
_ORIGINS = re.compile(r", which go back to [\d,]+ texts?")


def _somewhere(group: Group, known: Known) -> bool:
    """Whether the size of a group is hidden in any generation between the first and the last."""
    return any(one == group for one, _ in known.between)


def _few_origins(row: TextGenerationsRow, known: Known) -> bool:
    """Whether a group goes back to a number of texts that must not be known."""
    return known.small(row.chains, row.compared - row.chains)


def _group(row: TextGenerationsRow, known: Known) -> TextGenerationsRow:
    """The group's row, without what tells sizes that are hidden elsewhere."""
    gone = ["variety_first", "variety_last", "index_log_ratio", "index_error", "index_freedom"]
    if _somewhere(row.group, known):
        gone += ["parents", "excess", "too_few_from"]
    if _few_origins(row, known):
        gone.append("chains")
    return coarser(without(row, gone))


def _reworded(because: str, row: TextGenerationsRow, known: Known) -> str:
    if _somewhere(row.group, known):
        for clause in _MEAN_SIZE:
            because = clause.sub("", because)
    return _ORIGINS.sub("", because) if _few_origins(row, known) else because


def _tells_more(finding: Finding, row: TextGenerationsRow, known: Known) -> bool:
    """Whether a sentence would still tell what is hidden when the clauses are taken out."""
    because = _reworded(finding.because, row, known)
    said = []
    if _somewhere(row.group, known):
        said += ["whole texts again", "there are too few", "there are fewer than"]
    if _few_origins(row, known):
        said.append("which go back to")
    return any(one in because for one in said)


def _step(row: TextGenerationStepRow, known: Known) -> TextGenerationStepRow:
    """A generation's row: what is measured, without the sizes it was measured on."""
    gone = ["variety", "compared", "tokens", "drawn"]
    if (row.group, row.generation) in known.between:
        gone += [
            "rows", "share", "distinct_1", "distinct_2", "lost", "lost_by_chance", "born",
            "born_by_chance", "words",
        ]  # fmt: skip
    return coarser(without(row, gone))


TREATED: Treatments = {
    TextGenerationsRow: Treatment(
        frozenset({"real", "synthetic", "real_texts", "synthetic_texts", "compared", "chains"}),
        _group,
        frozenset({
            "generations", "increments", "matched", "collapsed_at", "extinct_at", "too_few_from",
        }),
        tells=_tells_more,
        reworded=_reworded,
    ),
    TextGenerationStepRow: Treatment(
        frozenset({"rows", "of", "compared", "drawn"}),
        _step,
        frozenset({"generation", "tokens"}),
        behind=never,
    ),
}  # fmt: skip
