"""What of an audit is followed through a series: a verdict and a number of every group."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from audits.disclosure import protected
from audits.errors import InputError
from audits.estimates import Estimate
from audits.results import Answer, Audit, Group, InputRecord, Row, Verdict
from audits.settings import Settings
from audits.several.leading import LEADING, Quantity

FURTHER = (
    Quantity("quotas", "share", "share of the synthetic rows", "less"),
    Quantity("generations", "index", "share of variety lost over the generations", "away"),
    Quantity("text_mentions", "ratio", "synthetic over real share of texts", "away", 1.0, True),
    Quantity("text_diversity", "ratio", "likeness of texts over that held against", "more", 1.0),
    Quantity("text_words", "growth", "growth of the tie of the most changed word", "more", 1.0),
    Quantity("text_drift", "auc", "chance of telling real from synthetic texts", "away", 0.5),
    Quantity("text_debris", "more", "broken texts beyond those among real ones", "more"),
    Quantity("text_seeds", "spread", "spread over real texts over that of fresh ones", "less"),
    Quantity("text_generations", "index", "share of variety lost over the generations", "away"),
)
"""The leading quantities of what is not ranked: quotas, chains and texts."""

QUANTITIES: Mapping[str, Quantity] = {
    quantity.question: quantity for quantity in reversed((*LEADING, *FURTHER))
}
"""The number that is followed of each question: the first of its leading quantities."""


@dataclass(frozen=True, slots=True)
class Point:
    """A group in one audit: the worst verdict, None where it was not judged, and the number."""

    verdict: Verdict | None
    value: Estimate


@dataclass(frozen=True)
class Brief:
    """An audit without what is not followed: some fiftieth of it.

    Attributes
    ----------
    counts : mapping
        Findings per verdict, worst first.
    inputs, sensitive_features, settings
        As the audit has them.
    version : str
        The version of audits that made it.
    asked : tuple of str
        Every question of the audit.
    points : mapping
        Per question its groups; of the questions that were looked up.
    few : frozenset of Group
        Groups whose numbers are not for everyone, as too few people are in them or around them.
    """

    counts: Mapping[str, int]
    inputs: tuple[InputRecord, ...]
    sensitive_features: tuple[str, ...]
    settings: Settings
    version: str
    asked: tuple[str, ...]
    points: Mapping[str, Mapping[Group, Point]] = field(repr=False)
    few: frozenset[Group] = frozenset()

    @property
    def verdict(self) -> Verdict:
        """The worst verdict of the audit."""
        said = [verdict for verdict in Verdict if self.counts.get(verdict.value)]
        return said[0] if said else Verdict.NOT_ENOUGH_EVIDENCE


def brief(audit: Audit, questions: Iterable[str] | None = None, *, min_cell: int = 0) -> Brief:
    """Return what is followed of an audit; of all its questions, or of some.

    `min_cell` is the count below which a group is among the `few`; 0 looks for none.

    Examples
    --------
    >>> import audits
    >>> import pandas as pd
    >>> half = pd.DataFrame({"sex": ["female", "male"] * 200, "paid": ["yes", "no"] * 200})
    >>> one = audits.compare(half, half, sensitive_features="sex", ask=["coverage"])
    >>> brief(one).points["coverage"][(("sex", "male"),)].verdict.value
    'ok'
    """
    said = _verdicts(audit)
    wanted = audit.answers if questions is None else [q for q in questions if q in audit.answers]
    return Brief(
        counts=audit.counts,
        inputs=audit.inputs,
        sensitive_features=audit.sensitive_features,
        settings=audit.settings,
        version=str(audit.versions.get("audits", "")),
        asked=tuple(audit.answers),
        points={name: _points(audit.answers[name], said.get(name, {})) for name in wanted},
        few=_few(audit, min_cell),
    )


def _few(audit: Audit, min_cell: int) -> frozenset[Group]:
    if not min_cell or audit.min_cell:  # what is hidden already cannot be hidden again
        return frozenset(audit.hidden)
    try:
        return frozenset(protected(audit, min_cell).hidden)
    except InputError:  # tables so small that nothing of them can be shown
        return frozenset(finding.group for finding in audit.findings)


def _verdicts(audit: Audit) -> dict[str, dict[Group, Verdict]]:
    """The worst verdict per question and group: findings stand worst first."""
    found: dict[str, dict[Group, Verdict]] = {}
    for finding in sorted(audit.findings, key=lambda one: one.verdict.rank):
        found.setdefault(finding.question, {}).setdefault(finding.group, finding.verdict)
    return found


def _points(answer: Answer, said: Mapping[Group, Verdict]) -> dict[Group, Point]:
    numbers = _values(answer)
    return {
        group: Point(said.get(group), numbers.get(group, Estimate.unknown()))
        for group in dict.fromkeys((*said, *numbers))
    }


def _values(answer: Answer) -> dict[Group, Estimate]:
    """The number of every group, in the first row about it."""
    quantity = QUANTITIES.get(answer.question)
    found: dict[Group, Estimate] = {}
    for row in answer.rows if quantity is not None else ():
        found.setdefault(row.group, _value(row, quantity.field if quantity else ""))
    return found


def _value(row: Row, name: str) -> Estimate:
    value = getattr(row, name, None)
    return value if isinstance(value, Estimate) else Estimate.unknown()
