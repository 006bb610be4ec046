"""What is reviewed, and what people say of it: plain records, the same in every store."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from audits.results import Group


class Action(StrEnum):
    """What a reviewer says should happen to an item."""

    KEEP = "keep"
    REMOVE = "remove"
    EDIT = "edit"
    ESCALATE = "escalate"


class Status(StrEnum):
    """What became of an item; `disputed` where two reviewers say different things."""

    UNREVIEWED = "unreviewed"
    KEPT = "kept"
    REMOVED = "removed"
    EDITED = "edited"
    ESCALATED = "escalated"
    DISPUTED = "disputed"


FINDING, RECORD = "finding", "record"
"""The kinds of item: a finding of the audit about a group, or one synthetic row."""


@dataclass(frozen=True)
class Item:
    """One thing that needs a person.

    Attributes
    ----------
    id : str
        16 hexadecimal digits, made from what the item is about: the same in a queue made again
        from the same tables.
    kind : str
        "finding" or "record".
    rule : str
        What asked for the look: a question ("coverage"), or a kind of flag ("copy", "given",
        "forbidden", "rule", "range", "outlier", "debris", "homogenised").
    reason : str
        Why, a whole sentence.
    severity : float
        0 or more; the higher, the sooner it needs a look.
    group : Group
        Of a record: the combination of all sensitive features that it belongs to. Of a finding: the
        group that it speaks of; () is everyone.
    row : int or None
        Of a record: its place in the synthetic table, counted from 1, the header left out.
    detail : mapping
        Strict JSON: the values of the record, the nearest real records as far as they may be shown,
        the evidence of a finding. Nothing in it may be hidden from a reviewer.
    """

    id: str
    kind: str
    rule: str
    reason: str
    severity: float
    group: Group
    row: int | None = None
    detail: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Queue:
    """The items of one audit of one synthetic table.

    `audit` and `data` are the SHA-256 of the audit as saved (JSON) and of the synthetic file;
    `data_name` is the file's name without its folder, `rows` its rows, `made` when it was opened
    (ISO 8601, UTC). `groups` counts all rows of the synthetic table per combination of all
    sensitive features, so that a filter's effect can be told; `sensitive_features` names these.
    `settings` holds the limits in force when it was opened, `reading` how a person said that the
    tables are to be read (:mod:`audits.review.as_read`); None where that was not kept.
    """

    id: str
    name: str
    audit: str
    data: str
    data_name: str
    rows: int
    sensitive_features: tuple[str, ...]
    groups: Mapping[Group, int]
    made: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    reading: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Decision:
    """What one person said of one item, once; never changed, only followed by another.

    `number` counts the decisions of a store in the order in which they were confirmed; `at` is in
    ISO 8601, UTC. `reviewer` is a name; `identity` says how it is known: "typed", or "login" with
    `subject` as who logged in. `adjudicates` says that it settles what others dispute. `bulk` is
    the request of a decision about many items, or empty. `edit` maps columns to new values.
    """

    number: int
    queue: str
    item: str
    action: Action
    reason: str
    reviewer: str
    identity: str
    subject: str
    at: str
    audit: str
    data: str
    adjudicates: bool = False
    bulk: str = ""
    edit: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Reviewer:
    """Who decides: a typed name, or somebody who logged in."""

    name: str
    identity: str = "typed"
    subject: str = ""


@dataclass(frozen=True)
class Wanted:
    """Which items of a queue are meant; everything that is not said is not asked.

    `group` asks for items whose group holds all of its pairs. `text` is looked for in the reason.
    `not_by` asks for items on which this reviewer has not decided.
    """

    kind: str | None = None
    rule: str | None = None
    status: Status | None = None
    group: Group = ()
    text: str = ""
    severity_from: float | None = None
    not_by: str | None = None
    ids: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Shown:
    """An item as it stands: `version` counts its decisions, for whoever decides next."""

    item: Item
    status: Status
    version: int
    decisions: tuple[Decision, ...] = ()


@dataclass(frozen=True)
class Page:
    """Some items in order, and how many there are altogether."""

    items: tuple[Shown, ...]
    total: int


@dataclass(frozen=True)
class Signature:
    """Who signed what: `digest` is the SHA-256 of the signed document's text (see `signed_text`).

    `decisions` is the number of the last decision that was in it, `unreviewed` how many items had
    none.
    """

    number: int
    queue: str
    reviewer: str
    identity: str
    subject: str
    statement: str
    digest: str
    decisions: int
    unreviewed: int
    at: str


@dataclass(frozen=True)
class KeptAudit:
    """One audit of the history of one dataset, which `series` names; `document` is its JSON."""

    number: int
    series: str
    digest: str
    label: str
    made: str
    document: str = field(repr=False, default="")
