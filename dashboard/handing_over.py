"""Reports as bytes: with what was decided and signed, and nothing that may not be shown."""

from __future__ import annotations

from dataclasses import dataclass

import hiding
from audits.errors import UsageError
from audits.reports.saving import report_bytes
from audits.results import Audit
from audits.review.digests import check_audit
from audits.review.records import Queue
from audits.review.reviewed import reviewed
from audits.review.store import Store
from roles import Person

READ = ("pdf", "html")
"""Kinds of report that have sections on decisions and on what changed."""


@dataclass(frozen=True)
class Asked:
    """What somebody asks to take along: the limit, what stands on the cover, what is in it."""

    min_cell: int
    title: str = ""
    author: str = ""
    queue: Queue | None = None
    before: Audit | None = None


def made(who: Person, store: Store | None, audit: Audit, kind: str, asked: Asked) -> bytes:
    """Return a report; `who` is whoever was before the page that offers it.

    Raises
    ------
    UsageError
        If small counts would be shown to somebody who may not see them, or the queue is another
        audit's.
    StoreError
        If decisions cannot be read.
    """
    hiding.checked(who, asked.min_cell, asked.queue)
    review = None
    if asked.queue is not None and kind in READ:
        if store is None:
            raise UsageError("there is no store from which decisions could be read.")
        check_audit(asked.queue, audit, "the audit that is shown")
        review = reviewed(store, asked.queue.id)
    return report_bytes(
        audit, kind, min_cell=asked.min_cell, title=asked.title or None, author=asked.author,
        review=review, before=asked.before if kind in READ else None,
    )  # fmt: skip
