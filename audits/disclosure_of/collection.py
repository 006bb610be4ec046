"""What of a collection plan can be handed over."""

from __future__ import annotations

import math
from dataclasses import replace

from audits.disclosure_of.known import Known, Treatment, Treatments, coarser, dropped
from audits.questions.collection_rows import (
    CollectionRow,
    EffortRow,
    PlanTotalRow,
    RecruitRow,
)


def _need(row: CollectionRow, _known: Known) -> CollectionRow:
    """How complete the types of people are tells how many are the only one of theirs."""
    row = replace(row, completeness=math.nan, need_completeness=None)
    if row.reason == "completeness":
        needed = _up(row.needed)
        row = replace(row, needed=needed, more=max(needed - row.real, 0))
    return coarser(row)


def _up(count: int) -> int:
    """A number of people with two digits, rounded up.

    >>> _up(1234), _up(99), _up(0)
    (1300, 99, 0)
    """
    step = int(10 ** max(len(str(count)) - 2, 0))
    return -(-count // step) * step


def _total(row: PlanTotalRow, known: Known) -> PlanTotalRow | None:
    """With what the groups shown lack, the sum tells what the hidden ones do."""
    if row.short == 0:
        return row
    return row if row.purpose == "groups" and not known.hidden.groups else None


def _effort(row: EffortRow, _known: Known) -> EffortRow:
    """In round numbers: people to approach, times the share of the group, are those to recruit."""
    return coarser(
        replace(
            row,
            more=_up(row.more),
            approached=_round(row.approached),
            approached_likely=_round(row.approached_likely),
        )
    )


def _round(people: float) -> float:
    return people if math.isnan(people) else float(_up(math.ceil(people)))


TREATED: Treatments = {
    CollectionRow: Treatment(
        frozenset({"real", "population"}),
        _need,
        frozenset({
            "need_interval", "need_subtypes", "need_completeness", "need_patterns", "need_drift",
            "needed", "more",
        }),
    ),
    # people of one combination of all features, and how many it lacks
    RecruitRow: Treatment(
        frozenset({"real"}), dropped, frozenset({"recruits", "serves", "total", "left"})
    ),
    PlanTotalRow: Treatment(
        frozenset(), _total, frozenset({"short", "naive", "recruits", "listed"})
    ),
    EffortRow: Treatment(frozenset(), _effort, frozenset({"more"})),
}  # fmt: skip
