"""Which groups must be hidden where groups are mentions in texts, of which a text may hold several.

Groups that are labels of a column part the rows between them; those of mentions overlap, so that
their counts do not add up, and no hidden one follows from the sum of the others. What does follow
is the rest: the texts that do not mention a group, and those that mention one group without
another. Where one of these is small, the group, or the crossing, is hidden.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping

from audits.disclosure_groups import Counts, Hidden, group_counts, hidden_groups, small
from audits.results import MENTIONED, Audit, Group


def mention_features(audit: Audit) -> frozenset[str]:
    """The features of an audit whose groups are mentions in texts."""
    return frozenset(record.name for record in audit.columns if record.use == MENTIONED)


def hidden_of(audit: Audit, min_cell: int, *, lost: Iterable[tuple[Group, Counts]] = ()) -> Hidden:
    """Return the groups that are too small, and those from which they could be computed.

    Raises
    ------
    InputError
        If the tables are so small that their sizes alone give a group away.
    """
    mentioned = mention_features(audit)
    if not mentioned:
        return hidden_groups(audit, min_cell, lost=lost)
    labels = _of_labels(audit, mentioned)
    hidden = hidden_groups(labels, min_cell, lost=lost)
    gone = _overlapping(group_counts(audit)[0], mentioned, min_cell)
    return Hidden(hidden.groups | gone, hidden.gaps, hidden.coarse)


def small_mentions(audit: Audit, counts: Mapping[Group, Counts], min_cell: int) -> frozenset[Group]:
    """Return the groups of mentions that must be hidden in a further collection of an audit."""
    return _overlapping(counts, mention_features(audit), min_cell)


def _of_labels(audit: Audit, mentioned: frozenset[str]) -> Audit:
    """The audit without groups that are mentions."""

    def kept(group: Group) -> bool:
        return not any(feature in mentioned for feature, _ in group)

    answers = {
        name: dataclasses.replace(answer, rows=tuple(r for r in answer.rows if kept(r.group)))
        for name, answer in audit.answers.items()
    }
    features = tuple(name for name in audit.sensitive_features if name not in mentioned)
    return dataclasses.replace(audit, answers=answers, sensitive_features=features)


def _overlapping(
    counts: Mapping[Group, Counts], mentioned: frozenset[str], min_cell: int
) -> frozenset[Group]:
    """Groups of mentions that are small, or whose rest is, or what remains of a crossing."""
    whole = counts.get((), (0, 0))
    gone = set()
    for group, n in counts.items():
        if not group or not any(feature in mentioned for feature, _ in group):
            continue
        around = [counts[(part,)] for part in group if len(group) > 1 and (part,) in counts]
        for side in range(2):
            rests = [bound[side] - n[side] for bound in (whole, *around)]
            if small(n[side], min_cell) or any(small(rest, min_cell) for rest in rests):
                gone.add(group)
    return frozenset(gone)
