"""What a decision about many items would remove, before it is made."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from audits.results import Group
from audits.review.records import RECORD, Queue, Shown
from audits.review.removal import RemovalLine, removal_lines
from audits.settings import Settings


def rows_meant(shown: Iterable[Shown]) -> Mapping[Group, int]:
    """Count the rows that some items are about, per combination of all sensitive features.

    A row that several items are about is counted once; findings are about no row.
    """
    found: dict[int, Group] = {
        one.item.row: one.item.group
        for one in shown
        if one.item.kind == RECORD and one.item.row is not None
    }
    return Counter(found.values())


def preview(queue: Queue, rows: Mapping[Group, int]) -> tuple[RemovalLine, ...]:
    """Tell whom it would hit to remove so many rows of each combination of sensitive features.

    Everyone first, then every group, those that would be hit hardest for sure first; judged as
    :func:`audits.review.removal.removal_lines` judges what was removed, under the settings of the
    queue.

    Raises
    ------
    ValueError
        If more rows are meant than a combination has.
    """
    return removal_lines(queue.groups, rows, Settings().having(**dict(queue.settings)))
