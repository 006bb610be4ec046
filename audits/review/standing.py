"""What became of an item, from what people said of it: one rule, written once."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from audits.review.records import Action, Decision, Reviewer, Status

OUTCOME = {
    Action.KEEP: Status.KEPT,
    Action.REMOVE: Status.REMOVED,
    Action.EDIT: Status.EDITED,
    Action.ESCALATE: Status.ESCALATED,
}
SETTLED_BY_ADJUDICATION = (Status.DISPUTED, Status.ESCALATED)
"""An adjudication is asked for by these, and by no other."""


@dataclass(frozen=True)
class Said:
    """The part of a decision that the status depends on; `person` is who, see `person`."""

    person: str
    action: Action
    adjudicates: bool = False
    edit: Mapping[str, Any] = field(default_factory=dict)


def person(reviewer: Reviewer | Decision) -> str:
    """Tell people apart: by login where there is one, otherwise by the typed name.

    Capitals do not make another person, and nobody who types a name is taken for one who logged in.

    >>> person(Reviewer("Ann Lee")) == person(Reviewer("ann lee"))
    True
    >>> person(Reviewer("Ann", "login", "ann@example.org"))
    'login:ann@example.org'
    """
    if reviewer.identity == "typed":
        name = reviewer.name if isinstance(reviewer, Reviewer) else reviewer.reviewer
        return f"typed:{unicodedata.normalize('NFC', name).casefold()}"
    return f"{reviewer.identity}:{reviewer.subject}"


def said(decision: Decision) -> Said:
    """Take from a decision what its item's status depends on."""
    return Said(person(decision), decision.action, decision.adjudicates, decision.edit)


def standing_words(decisions: Iterable[Said]) -> dict[str, Said]:
    """Return the word of each person that still counts, from all decisions, oldest first.

    The latest of each person; an adjudication puts aside all that was said before it.

    >>> words = [Said("a", Action.KEEP), Said("b", Action.REMOVE), Said("a", Action.REMOVE)]
    >>> [(who, word.action.value) for who, word in standing_words(words).items()]
    [('a', 'remove'), ('b', 'remove')]
    """
    words: dict[str, Said] = {}
    for word in decisions:
        if word.adjudicates:
            words.clear()
        words[word.person] = word
    return words


def standing(decisions: Iterable[Said]) -> Status:
    """Return the status of an item, from all decisions on it, oldest first.

    Nobody: unreviewed. Anybody's standing word is "escalate": escalated. All say the same (two
    edits are the same if they write the same values): that. Otherwise: disputed. Whoever disagrees
    with an adjudication afterwards opens the dispute again.

    >>> standing([]).value
    'unreviewed'
    >>> standing([Said("a", Action.KEEP), Said("b", Action.REMOVE)]).value
    'disputed'
    >>> three = [Said("a", Action.KEEP), Said("b", Action.REMOVE), Said("c", Action.KEEP, True)]
    >>> standing(three).value
    'kept'
    """
    words = list(standing_words(decisions).values())
    if not words:
        return Status.UNREVIEWED
    if any(word.action is Action.ESCALATE for word in words):
        return Status.ESCALATED
    first = words[0]
    if all(word.action is first.action and word.edit == first.edit for word in words):
        return OUTCOME[first.action]
    return Status.DISPUTED


def why_not_adjudicate(decisions: Iterable[Said], who: str) -> str:
    """Return why this person may not settle the item, or "" where they may.

    >>> disputed = [Said("a", Action.KEEP), Said("b", Action.REMOVE)]
    >>> why_not_adjudicate(disputed, "c")
    ''
    >>> why_not_adjudicate(disputed, "a")
    'the one who adjudicates must not be one of those who disagree'
    >>> why_not_adjudicate(disputed[:1], "c")
    'it is kept: nothing is disputed or escalated'
    """
    words = standing_words(decisions)
    status = standing(words.values())
    if status not in SETTLED_BY_ADJUDICATION:
        return f"it is {status.value}: nothing is disputed or escalated"
    if who in words:
        return "the one who adjudicates must not be one of those who disagree"
    return ""
