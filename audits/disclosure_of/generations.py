"""What of a chain of generations can be handed over."""

from __future__ import annotations

import math
import re
from dataclasses import replace

from audits.disclosure_groups import Counts
from audits.disclosure_of.known import Known, Treatment, Treatments, coarser, never
from audits.disclosure_of.parted import without
from audits.estimates import percent
from audits.questions.generations_rows import (
    EXTINCT,
    GenerationFateRow,
    GenerationLoopRow,
    GenerationsRow,
    GenerationStepRow,
)
from audits.results import Finding, Group, group_name

_LOOP = re.compile(r"\. Which loop it is, equal rows do not tell:.*?(?=\.$|; |$)")
_MEAN_SIZE = (
    re.compile(r"; that is [^;]*?the generator itself narrows"),
    re.compile(r"; plain resampling of [\d,]+ rows would lose as much"),
    re.compile(r"\. A perfect copier with [\d,]+ rows per generation[^.;]*"),
)
"""Clauses that tell how many rows of a group a generation has on the whole."""
_SHARES = ("from_previous", "from_first", "holds_previous", "holds_first")


def _somewhere(group: Group, known: Known) -> bool:
    """Whether the size of a group is hidden in any generation between the first and the last."""
    return any(one == group for one, _ in known.between)


def _group(row: GenerationsRow, known: Known) -> GenerationsRow:
    """Variety of one column tells the counts behind it; the share of it that is lost does not.

    A mean size over generations tells the one that is hidden.
    """
    gone = [
        "variety_first", "variety_last", "index_log_ratio", "index_error", "narrowest",
        "narrowest_index", "lost_levels",
    ]  # fmt: skip
    if _somewhere(row.group, known):
        gone += ["parents", "excess"]
    return coarser(without(row, gone))


def _reworded(because: str, row: GenerationsRow, known: Known) -> str:
    """A sentence without the clauses on one column, on equal rows and on hidden sizes."""
    if row.narrowest is not None:
        lost = f". Most is lost in {row.narrowest}, {percent(row.narrowest_index)}"
        because = because.replace(lost, "")
    because = _LOOP.sub("", because)
    if _somewhere(row.group, known):
        for clause in _MEAN_SIZE:
            because = clause.sub("", because)
    return because


def _tells_more(finding: Finding, row: GenerationsRow, known: Known) -> bool:
    """Whether a sentence would still tell what is hidden when the clauses are taken out."""
    because = _reworded(finding.because, row, known)
    said = ["Most is lost", "equal rows do not tell"]
    if _somewhere(row.group, known):
        said += ["plain resampling of", "rows per generation"]
    return any(one in because for one in said)


def _step(row: GenerationStepRow, known: Known) -> GenerationStepRow:
    gone = [
        "variety", "hill_1", "hill_2", "hill_size", "tails", "rare", "drifted", "drift_top",
        "ancestors_queries",
    ]  # fmt: skip
    if (row.group, row.generation) in known.between:
        gone += ["rows", "share"]
    return coarser(without(row, gone))


def _loop(row: GenerationLoopRow, known: Known) -> GenerationLoopRow:
    """Shares of rows that generations have in common count rows, too."""
    gone = [
        name
        for name in _SHARES
        if not math.isnan(share := getattr(row, name))
        and known.small(round(share * row.rows), row.rows - round(share * row.rows))
    ]
    if known.small(row.rows - row.different, row.different):
        gone.append("different")
    if row.generation < 0:
        gone = list(_SHARES)  # the least of those above
    return coarser(without(row, gone))


def _fate(row: GenerationFateRow, known: Known) -> GenerationFateRow:
    """Groups that are gone keep their names: zero is shown; halved ones only if they are shown.

    A hidden group is counted as halved only where what is counted bounds no hidden count: its rows
    in the last generation are few, and its people so many that half of them are not.
    """
    by_name = {group_name(group): group for group in known.counts}
    shown = [n for n in row.named if n in by_name and by_name[n] not in known.hidden.groups]
    hidden = [n for n in row.named if n not in shown]
    if row.fate == EXTINCT:
        coarse = known.hidden.coarse
        named = [n for n in hidden if n in by_name and not (coarse and len(by_name[n]) > 1)]
        kept = [name for name in row.named if name in shown or name in named]
        gone = len(row.named) - len(kept)
        return coarser(replace(row, named=tuple(kept), hidden=len(hidden), unnamed=gone))
    few = sum(_plainly(known.counts[by_name[n]], known.min_cell) for n in hidden if n in by_name)
    return coarser(
        replace(row, groups=len(shown) + few, named=tuple(shown), hidden=few, unnamed=few)
    )


def _plainly(counts: Counts, min_cell: int) -> bool:
    real, last = counts
    return 0 < last < min_cell and real >= 2 * min_cell


TREATED: Treatments = {
    GenerationsRow: Treatment(
        frozenset({"real", "synthetic", "real_rows", "synthetic_rows", "ancestors_searched"}),
        _group,
        frozenset({
            "generations", "increments", "columns", "chains", "lost", "born", "collapsed_at",
            "extinct_at", "too_few_from",
        }),
        tells=_tells_more,
        reworded=_reworded,
    ),
    GenerationStepRow: Treatment(
        frozenset({"rows", "of", "ancestors_queries", "hill_size"}),
        _step,
        frozenset({"generation", "lost", "born"}),
        behind=never,
    ),
    GenerationLoopRow: Treatment(
        frozenset({"rows", "different"}), _loop, frozenset({"generation"}), behind=never
    ),
    GenerationFateRow: Treatment(
        frozenset(), _fate, frozenset({"groups", "of", "hidden", "unnamed"}), behind=never
    ),
}  # fmt: skip
