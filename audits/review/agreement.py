"""Whether two reviewers decide alike, overall and group by group."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from audits.estimates import Estimate, many
from audits.formulas.agreement import cohen_kappa
from audits.questions.words import share
from audits.results import Group, Row, group_name
from audits.review.records import Action, Decision, Item
from audits.review.removal import parts_of
from audits.review.standing import person
from audits.settings import Settings

_PLACE = {action: i for i, action in enumerate(Action)}
Who = tuple[str, str, str]
Table = NDArray[np.float64]


@dataclass(frozen=True)
class AgreementLine(Row):
    """How far two reviewers agree on the items of a group that both decided on.

    `raw` is the share on which they say the same, with Wilson's interval; `kappa` is Cohen's, with
    its interval; unknown where both only ever say one and the same. `enough` says whether they are
    as many as the setting `support_problem` asks for: of fewer nothing should be concluded.
    """

    first: str
    second: str
    items: int
    raw: Estimate
    kappa: Estimate
    enough: bool

    @property
    def because(self) -> str:
        """The line as a sentence."""
        said = f"{self.first} and {self.second} both decided on {many(self.items, 'item')}"
        if self.group:
            said += f" of {group_name(self.group)}"
        if not self.items:
            return f"{said}."
        said += f" and agree on {share(self.raw)}"
        if not self.enough:
            return f"{said}: too few to conclude from."
        if not self.kappa.known:
            return f"{said}; they never say anything else, so that kappa is unknown."
        return f"{said}; Cohen's kappa is {self.kappa}."


def agreements(
    items: Iterable[Item], decisions: Iterable[Decision], settings: Settings
) -> tuple[AgreementLine, ...]:
    """Compare every two reviewers on the items that both decided on.

    Of each reviewer the latest own decision counts; one that settles a dispute is no independent
    look, and is left out. Groups are those of the items, crossed up to `intersections` features.

    Parameters
    ----------
    items : iterable of Item
        Those of a queue.
    decisions : iterable of Decision
        In the order in which they were confirmed.
    settings : Settings
        `confidence`, `intersections`, `support_problem`.

    Returns
    -------
    tuple of AgreementLine
        Pairs in order of their names; of each, everyone first, then groups that have such items.
    """
    group = {item.id: item.group for item in items}
    said = _latest(decision for decision in decisions if decision.item in group)
    shown = _shown(list(said))
    lines: list[AgreementLine] = []
    for one, other in combinations(sorted(said), 2):
        both = said[one].keys() & said[other].keys()
        pairs = {item: (said[one][item], said[other][item]) for item in both}
        lines += _lines((shown[one], shown[other]), pairs, group, settings)
    return tuple(lines)


def _latest(decisions: Iterable[Decision]) -> dict[Who, dict[str, Action]]:
    said: dict[Who, dict[str, Action]] = defaultdict(dict)
    known: dict[str, Who] = {}  # each person by the name that was used first
    for decision in decisions:
        if not decision.adjudicates:
            name = (decision.reviewer, decision.identity, decision.subject)
            who = known.setdefault(person(decision), name)
            said[who][decision.item] = Action(decision.action)
    return dict(said)


def _shown(people: Sequence[Who]) -> dict[Who, str]:
    """Return names; what tells people apart who have the same one is said."""
    names = [who[0] for who in people]
    return {
        who: who[0] if names.count(who[0]) == 1 else f"{who[0]} ({who[2] or who[1]})"
        for who in people
    }


def _lines(
    names: tuple[str, str],
    pairs: Mapping[str, tuple[Action, Action]],
    group: Mapping[str, Group],
    settings: Settings,
) -> list[AgreementLine]:
    tables: dict[Group, Table] = {(): np.zeros((len(_PLACE), len(_PLACE)))}
    for item, (one, other) in pairs.items():
        for part in parts_of(group[item], settings.intersections):
            table = tables.setdefault(part, np.zeros((len(_PLACE), len(_PLACE))))
            table[_PLACE[one], _PLACE[other]] += 1
    lines = []
    for part in sorted(tables, key=lambda g: (len(g), g)):
        found = cohen_kappa(tables[part], confidence=settings.confidence)
        enough = found.items >= settings.support_problem
        lines.append(AgreementLine(part, *names, found.items, found.raw, found.kappa, enough))
    return lines
