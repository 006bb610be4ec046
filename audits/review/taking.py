"""What is taken into a queue: all of it, or what somebody asked for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from audits.errors import UnknownNameError
from audits.review.records import FINDING, Item

OF_TABLES = (
    FINDING, "given", "forbidden", "rule", "range", "outlier", "copy", "homogenised",
)  # fmt: skip
"""What a queue of tables may hold: findings, and the rules that put a row into it."""

OF_TEXTS = (FINDING, "debris", "copy")
"""What a queue of texts may hold."""


def checked(take: Sequence[str] | None, known: Sequence[str]) -> tuple[str, ...]:
    """Return what to take, each once and in one order; all that is known where nothing is said.

    Raises
    ------
    UnknownNameError
        If something is asked for that no queue of this kind holds.

    Examples
    --------
    >>> checked(["copy", "finding", "copy"], OF_TEXTS)
    ('finding', 'copy')
    """
    for name in take or ():
        if name not in known:
            raise UnknownNameError("thing to take", name, known)
    return tuple(name for name in known if not take or name in take)


def taken(items: Iterable[Item], take: Sequence[str]) -> tuple[Item, ...]:
    """Return the items that were asked for."""
    return tuple(one for one in items if (one.rule if one.kind != FINDING else FINDING) in take)


def named(take: Sequence[str], known: Sequence[str]) -> list[list[str]]:
    """Return what a queue's name has to say of what was taken: nothing where all was.

    >>> named(OF_TEXTS, OF_TEXTS), named(("copy",), OF_TEXTS)
    ([], [['copy']])
    """
    return [] if tuple(take) == tuple(known) else [list(take)]
