"""Findings of an audit that need a person, as items of a queue."""

from __future__ import annotations

from collections import Counter

from audits.disclosure import protected
from audits.results import Audit, Verdict
from audits.review.identity import name_of
from audits.review.records import FINDING, Item

_ASKED = (Verdict.PROBLEM, Verdict.WATCH)
_MOST = 5.0
_FROM = {Verdict.PROBLEM: 5.0, Verdict.WATCH: 2.0}
_PER_STEP = {Verdict.PROBLEM: 1.0, Verdict.WATCH: 0.6}


def severity_of(verdict: Verdict, severity: float) -> float:
    """Return the severity of an item about a finding: 5 to 10 of a problem, 2 to 5 of a watch.

    >>> severity_of(Verdict.PROBLEM, 1.5), severity_of(Verdict.WATCH, 99)
    (6.5, 5.0)
    """
    return _FROM[verdict] + _PER_STEP[verdict] * min(max(severity, 0.0), _MOST)


def finding_items(audit: Audit, min_cell: int) -> list[Item]:
    """Return an item per finding with the verdict problem or watch.

    Counts below `min_cell` are hidden in what is said, as in a report; 0 hides none.
    """
    shown = protected(audit, min_cell)
    plain = shown.to_dict()["findings"]
    seen: Counter[str] = Counter()
    items = []
    for finding, written in zip(shown.findings, plain, strict=True):
        if finding.verdict not in _ASKED:
            continue
        about = name_of(FINDING, finding.question, finding.group, finding.attribute)
        seen[about] += 1
        number = seen[about]
        items.append(Item(
            id=about if number == 1 else name_of(about, number),
            kind=FINDING,
            rule=finding.question,
            reason=finding.because,
            severity=severity_of(finding.verdict, finding.severity),
            group=finding.group,
            detail={
                "attribute": finding.attribute,
                "verdict": finding.verdict.value,
                "sensitivity": finding.sensitivity,
                "evidence": written.get("evidence", {}),
            },
        ))  # fmt: skip
    return items
