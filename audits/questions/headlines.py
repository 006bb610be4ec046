"""One finding per group and question, led by its worst part; further parts that are bad, too."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from audits.questions.words import capital
from audits.results import Finding, Group, Verdict, group_name

_BAD = (Verdict.PROBLEM, Verdict.WATCH)


@dataclass(frozen=True)
class Part:
    """One judged statement about a group: about an attribute, or (None) the group as a whole."""

    attribute: str | None
    verdict: Verdict
    text: str
    sensitivity: str = "stable"
    severity: float = 0.0
    evidence: Mapping[str, Any] = field(default_factory=dict)


def headline(
    question: str, group: Group, parts: Sequence[Part], *, otherwise: Part
) -> list[Finding]:
    """Return the group's finding first, then one for every other part that is bad.

    `otherwise` is said where no part is bad: its verdict is the worst of the parts'.
    """
    bad = sorted(
        (part for part in parts if part.verdict in _BAD),
        key=lambda part: (part.verdict.rank, -part.severity, part.attribute or ""),
    )
    return [_finding(question, group, part) for part in bad or [otherwise]]


def _finding(question: str, group: Group, part: Part) -> Finding:
    because = capital(f"{group_name(group)}: {part.text}.")
    return Finding(
        question,
        group,
        part.attribute,
        part.verdict,
        because,
        dict(part.evidence),
        part.sensitivity,
        part.severity,
    )
