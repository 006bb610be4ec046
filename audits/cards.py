"""A group's card: whom it rests on, what they share, what nobody can have seen, whom to ask."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from audits.estimates import Estimate
from audits.questions.drift_rows import ProfileRow
from audits.results import Audit, Finding, Group, Verdict


@dataclass(frozen=True)
class Common:
    """A column in which a group's real people hardly vary, and how others do there.

    `share_elsewhere` is the value's share among all other real people, `share_synthetic` among the
    group's synthetic rows.
    """

    attribute: str
    value: str
    count: int
    of: int
    share_elsewhere: float
    share_synthetic: float
    says: str


@dataclass(frozen=True)
class Need:
    """Real people to ask for, and what for; `more` is how many beside those there are."""

    people: int
    more: int
    says: str


@dataclass(frozen=True)
class Card:
    """Everything an audit knows about one group, each part as a sentence and as numbers.

    `people` lists the synthetic rows per real person, most first (empty where it is not known);
    `basis` is the effective number of real people with its interval. `verdicts` holds the worst
    verdict of every question, `findings` all that was found, worst first.
    """

    group: Group
    name: str
    verdict: Verdict
    verdicts: Mapping[str, Verdict]
    findings: tuple[Finding, ...]
    headline: str
    real: int
    synthetic: int
    real_share: Estimate
    synthetic_share: Estimate
    ratio: Estimate
    basis: Estimate
    amplification: float
    top5_share: float
    kappa: Estimate
    people: tuple[int, ...]
    people_says: str
    common: tuple[Common, ...]
    unseen: tuple[str, ...]
    unnoticed: tuple[str, ...]
    collect: tuple[Need, ...]
    profiles: tuple[ProfileRow, ...]


def card(audit: Audit, group: Group | Mapping[str, str]) -> Card:
    """Return everything the audit knows about a group.

    Raises
    ------
    UnknownNameError
        If a column is no sensitive feature, or the audit has no such group.
    """
    raise NotImplementedError(audit, group)
