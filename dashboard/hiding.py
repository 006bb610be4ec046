"""Who may see small counts: where people log in, owners alone lift what is hidden.

Where nobody logs in, everybody before the page is the owner of their own session.
"""

from __future__ import annotations

from collections.abc import Mapping

import roles
from audits.errors import AuditError, UsageError
from audits.reports.saving import MIN_CELL
from audits.results import Audit, Group
from audits.review.records import Queue
from roles import Person, Role
from sessions import Session


def least(who: Person, queue: Queue | None = None) -> int:
    """Return the smallest count that somebody may choose to have shown; 0 hides none.

    A queue that was opened with a higher limit keeps it for what is handed over of it.
    """
    if who.role >= Role.OWNER:
        return 0
    settings: Mapping[str, object] = queue.settings if queue is not None else {}
    return max(MIN_CELL, int(str(settings.get("review_min_cell", 0))))


def checked(who: Person, min_cell: int, queue: Queue | None = None) -> int:
    """Return a limit once it is sure that this person may choose it.

    Raises
    ------
    UsageError
        If it would show counts that only an owner may have shown.
    """
    floor = least(who, queue)
    if min_cell < floor:
        raise UsageError(
            f"counts below {floor} stay hidden here, and only the role owner may lift that; your "
            f"role is {who.role.word}. Choose {floor} or more. Nothing was made."
        )
    return min_cell


def held(session: Session, wanted: int) -> int:
    """Return the limit that pages hide at: what was chosen, as far as it may be."""
    try:
        who = roles.person(session)
    except AuditError:  # roles that cannot be read make nobody more than a reader
        who = Person(Role.READER, None)
    return max(wanted, least(who))


def groups(who: Person, audit: Audit) -> frozenset[Group]:
    """Return the groups whose numbers somebody may not see."""
    from audits.disclosure import protected

    floor = least(who)
    return frozenset(protected(audit, floor).hidden) if floor else frozenset()
