"""From which mixture on synthetic rows harm a group: said, and judged like other changes."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence

from audits.estimates import number
from audits.questions.fairness_claims import Found, Statement, found_of
from audits.questions.fairness_families import ERROR, WORSE, About, scaled
from audits.questions.fairness_rows import TurningRow
from audits.questions.fairness_sentences import Words, between, hundred
from audits.questions.headlines import BAD, Part
from audits.questions.words import people
from audits.results import Group
from audits.settings import Settings


def mix_parts(
    rows: Sequence[TurningRow], about: About, words: Words, settings: Settings
) -> dict[Group, list[Part]]:
    """Return what is bad about mixtures, per group: at most one remark, on the worst metric.

    Harm is judged where it sets in, by the limits of a change. An error is told, but not judged: it
    has no scale of its own here.
    """
    judged = [row for row in rows if row.group in about and row.metric in WORSE]
    # nothing surer can be said of the size of a harm than that there is one: p is adjusted already
    family = [
        Statement(row, scaled(row.change, WORSE[row.metric]), row.of, floor=_p(row))
        for row in judged
    ]
    bounds = (settings.fairness_change_watch, settings.fairness_change_problem)
    worst: dict[Group, list[Found]] = defaultdict(list)
    for one in found_of(family, about, bounds, settings):
        if one.verdict in BAD and not math.isnan(_times(one)):
            worst[one.statement.row.group].append(one)
    return {group: [_part(found, words)] for group, found in worst.items()}


def _p(row: TurningRow) -> float:
    return 0.0 if math.isnan(row.p) else row.p


def _times(one: Found) -> float:
    assert isinstance(one.statement.row, TurningRow)
    return one.statement.row.times


def _part(found: list[Found], words: Words) -> Part:
    lead = min(found, key=lambda one: (one.verdict.rank, -one.severity))
    row = lead.statement.row
    assert isinstance(row, TurningRow)
    evidence = {
        "mix_metric": row.metric,
        "mix_times": row.times,
        "mix_change": row.change,
        "mix_p": row.p,
    }
    text = turning_text(row, words)
    return Part(None, lead.verdict, text, lead.sensitivity, lead.severity, evidence)


def turning_text(row: TurningRow, words: Words) -> str:
    """Say from which mixture on a group is harmed, or that it is not, or that nobody can tell.

    >>> from audits.estimates import Estimate
    >>> change = Estimate(-0.07, -0.1, -0.04)
    >>> row = TurningRow((), "true positive rate", 3.0, 0.75, 400, change, 0.001, 5.0)
    >>> turning_text(row, Words("income", ">50K"))[:60]
    'from 3 synthetic rows per real row on, a model finds 7 fewer'
    """
    most = f"up to {_many(row.most)} synthetic rows per real row"
    if not row.change.known:
        return f"not enough people to tell what {most} do"
    if math.isnan(row.times):
        return f"{most} show no lasting harm to the {_measure(row, words)} ({_range(row)})"
    return (
        f"from {_many(row.times)} synthetic rows per real row on, a model {_does(row, words)} "
        f"than one trained on the real rows alone, among {people(row.of)}"
    )


def _many(times: float) -> str:
    return f"{times:.2f}".rstrip("0").rstrip(".")


def _measure(row: TurningRow, words: Words) -> str:
    return f"{row.metric} of {words.target}"


def _range(row: TurningRow) -> str:
    if row.metric == ERROR:
        return f"change {number(row.change.low)} to {number(row.change.high)}"
    return f"change {between(row.change)} of every 100"


def _does(row: TurningRow, words: Words) -> str:
    harm = scaled(row.change, WORSE.get(row.metric, 1.0))
    if row.metric == ERROR:
        return f"errs on {words.target} by {number(harm.value)} more"
    many, label = f"{hundred(harm.value)} {{}} ({between(harm)}) of every 100", words.label("")
    return {
        "true positive rate": f"finds {many.format('fewer')} with {label}",
        "false positive rate": f"takes {many.format('more')} without {label} for people with it",
    }.get(row.metric, f"is right about {many.format('fewer')}")
