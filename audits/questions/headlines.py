"""One finding per group and question, led by its worst part; further parts that are bad, too."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from audits.questions.words import capital
from audits.results import Finding, Group, Verdict, group_name

BAD = (Verdict.PROBLEM, Verdict.WATCH)


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
    question: str, group: Group, parts: Sequence[Part], *, otherwise: Callable[[], Part]
) -> list[Finding]:
    """Return the group's finding first, then one for every other part that is bad.

    `otherwise` makes what is said where no part is bad.
    """
    bad = sorted(
        (part for part in parts if part.verdict in BAD),
        key=lambda part: (part.verdict.rank, -part.severity, part.attribute or ""),
    )
    return [_finding(question, group, part) for part in _joined(bad) or [otherwise()]]


def _joined(parts: Sequence[Part]) -> list[Part]:
    """Join what is said of one attribute, worst first: its values moved, say, and its gaps too."""
    joined: dict[str | None, Part] = {}
    for part in parts:
        lead = joined.get(part.attribute)
        joined[part.attribute] = (
            part if lead is None else replace(lead, text=f"{lead.text}; {part.text}")
        )
    return list(joined.values())


def known(evidence: Mapping[str, Any]) -> dict[str, Any]:
    """Return evidence with None for what is unknown or boundless: it then equals itself."""
    return {
        name: None if isinstance(value, float) and not math.isfinite(value) else value
        for name, value in evidence.items()
    }


def _finding(question: str, group: Group, part: Part) -> Finding:
    because = capital(f"{group_name(group)}: {part.text}.")
    return Finding(
        question,
        group,
        part.attribute,
        part.verdict,
        because,
        known(part.evidence),
        part.sensitivity,
        part.severity,
    )
