"""A queue as a report needs it: what was found, who decided what, what nobody has looked at."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from audits.review.records import FINDING, RECORD, Decision, Queue, Shown, Status, Wanted
from audits.review.signing import Signed, signed
from audits.review.standing import person

if TYPE_CHECKING:
    from audits.review.store import Store

_PAGE = 1_000


@dataclass(frozen=True)
class Deciding:
    """One reviewer: how their name is known, and how many decisions they made."""

    name: str
    identity: str
    decisions: int


@dataclass(frozen=True)
class Bulk:
    """One decision about many items at once: how many, and what was said of all of them."""

    reviewer: str
    at: str
    action: str
    reason: str
    items: int


@dataclass(frozen=True)
class Reviewed:
    """The review of one audit.

    Attributes
    ----------
    queue : Queue
        Which audit, which data.
    counts : mapping
        Items per status, findings and records together.
    findings : tuple of Shown
        Items that are findings, with their decisions, the severest first.
    records : mapping
        Items that are synthetic rows, counted per rule and status.
    bulks : tuple of Bulk
        Decisions about many items, in order.
    reviewers : tuple of Deciding
        Who decided, most decisions first.
    signatures : tuple of Signed
        Who signed, and whether what they signed is still what is kept.
    """

    queue: Queue
    counts: Mapping[Status, int]
    findings: tuple[Shown, ...]
    records: Mapping[tuple[str, Status], int]
    bulks: tuple[Bulk, ...]
    reviewers: tuple[Deciding, ...]
    signatures: tuple[Signed, ...]

    @property
    def unreviewed(self) -> int:
        """How many items nobody has decided on."""
        return self.counts.get(Status.UNREVIEWED, 0)

    @property
    def items(self) -> int:
        """How many items there are."""
        return sum(self.counts.values())


def reviewed(store: Store, queue_id: str) -> Reviewed:
    """Read a queue with its decisions and signatures.

    Raises
    ------
    UnknownNameError
        If the store has no such queue.
    """
    queue = store.queue(queue_id)
    decisions = list(store.decisions(queue_id))
    return Reviewed(
        queue=queue,
        counts=store.counts(queue_id),
        findings=_with_decisions(_findings(store, queue_id), decisions),
        records=_records(store, queue_id),
        bulks=_bulks(decisions),
        reviewers=_reviewers(decisions),
        signatures=signed(store, queue_id),
    )


def _findings(store: Store, queue_id: str) -> list[Shown]:
    """Return the items that are findings, the severest first."""
    found: list[Shown] = []
    while True:
        page = store.page(queue_id, Wanted(kind=FINDING), start=len(found), size=_PAGE)
        found += page.items
        if len(found) >= page.total or not page.items:
            return found


def _with_decisions(shown: Iterable[Shown], decisions: Iterable[Decision]) -> tuple[Shown, ...]:
    of: dict[str, list[Decision]] = {}
    for decision in decisions:
        of.setdefault(decision.item, []).append(decision)
    return tuple(
        Shown(one.item, one.status, one.version, tuple(of.get(one.item.id, ()))) for one in shown
    )


def _records(store: Store, queue_id: str) -> dict[tuple[str, Status], int]:
    found = {}
    for rule in store.rules(queue_id):
        for status in Status:
            wanted = Wanted(kind=RECORD, rule=rule, status=status)
            if count := store.page(queue_id, wanted, size=1).total:
                found[rule, status] = count
    return found


def _bulks(decisions: Iterable[Decision]) -> tuple[Bulk, ...]:
    first: dict[str, Decision] = {}
    items: dict[str, int] = {}
    for one in decisions:
        if one.bulk:
            first.setdefault(one.bulk, one)
            items[one.bulk] = items.get(one.bulk, 0) + 1
    return tuple(
        Bulk(one.reviewer, one.at, one.action.value, one.reason, items[request])
        for request, one in first.items()
    )


def _reviewers(decisions: Iterable[Decision]) -> tuple[Deciding, ...]:
    """Count per person, under the name that was used first: capitals make no second reviewer."""
    counted: Counter[str] = Counter()
    first: dict[str, Decision] = {}
    for one in decisions:
        who = person(one)
        first.setdefault(who, one)
        counted[who] += 1
    people = [Deciding(one.reviewer, one.identity, counted[who]) for who, one in first.items()]
    return tuple(sorted(people, key=lambda one: (-one.decisions, one.name, one.identity)))
