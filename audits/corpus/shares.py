"""The reference population of texts: shares of groups that columns label, or that texts mention."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from difflib import get_close_matches
from typing import Any

from audits.data.names import clean_name
from audits.data.reference import CROSS, Margin, Reference, check_sums, digest, read_reference
from audits.errors import InputError, UsageError
from audits.results import Group


def text_reference(
    given: Any, features: Mapping[str, Sequence[str]], *, overlapping: Collection[str]
) -> Reference:
    """Read shares of a population, for the features that groups of texts have.

    Parameters
    ----------
    given : path, frame or mapping
        Lines of column, group, share; see :func:`audits.data.reference.read_reference`.
    features : mapping of str to sequence of str
        Every column or axis, and the groups it has.
    overlapping : collection of str
        Features of which a text may have several groups, so that their shares need not sum to one
        and say nothing of the groups that they leave out.

    Raises
    ------
    UsageError
        If none of the columns is a feature.
    InputError
        If shares of a column do not sum to one, a group stands twice, or its name looks like a
        slip.
    """
    name, margins = read_reference(given)
    parts_of = {column: _parts(column) for column, _, _ in margins}
    used = [m for m in margins if all(part in features for part in parts_of[m[0]])]
    check_sums(name, [m for m in used if not set(parts_of[m[0]]) & set(overlapping)])
    claimed = _claimed(margins)
    shares: dict[Group, float] = {}
    for column, group, share in used:
        key = _group(name, parts_of[column], group, features, claimed)
        _check_known(name, key, features, claimed, overlapping)
        if key in shares:
            raise InputError(f"{name}: {column} {group!r} stands twice. Keep one line of it.")
        shares[key] = share
    if not shares:
        raise UsageError(
            f"{name}: names no feature of these texts ({', '.join(sorted(features))}). Its "
            "'column' must be one of them, or several joined by ×."
        )
    listed = ", ".join(sorted(set(parts_of) - {column for column, _, _ in used}))
    notes = (f"{name}: not used, as these texts have no such feature: {listed}.",) if listed else ()
    return Reference(
        name, shares, {}, notes, len(margins), digest(given, margins), frozenset(overlapping)
    )


def _check_known(
    name: str,
    key: Group,
    features: Mapping[str, Sequence[str]],
    claimed: Mapping[str, Collection[str]],
    overlapping: Collection[str],
) -> None:
    """Refuse a group that a lexicon has no words for, and a column of which no group is known.

    A group of a column that no text has is there to be said absent; one of a lexicon can only be
    a slip.
    """
    for part, value in key:
        known = features[part]
        if value in known or (part not in overlapping and set(known) & set(claimed[part])):
            continue
        raise InputError(
            f"{name}: {part} has no group {value!r}. There are: {', '.join(sorted(known)[:30])}."
        )


def _parts(column: str) -> list[str]:
    return [clean_name(part) for part in column.split(CROSS)]


def _claimed(margins: Sequence[Margin]) -> dict[str, set[str]]:
    """Every group that the reference names, per feature."""
    claimed: dict[str, set[str]] = {}
    for column, group, _ in margins:
        for part, value in zip(_parts(column), group.split(CROSS), strict=False):
            claimed.setdefault(part, set()).add(value.strip())
    return claimed


def _group(
    name: str,
    parts: Sequence[str],
    group: str,
    features: Mapping[str, Sequence[str]],
    claimed: Mapping[str, Collection[str]],
) -> Group:
    values = [value.strip() for value in group.split(CROSS)]
    if len(values) != len(parts):
        raise InputError(
            f"{name}: {CROSS.join(parts)} {group!r} must name {len(parts)} groups, joined by ×."
        )
    for part, value in zip(parts, values, strict=True):
        if value in features[part]:
            continue
        left = [one for one in features[part] if one not in claimed[part]]
        if near := get_close_matches(value, left, n=1, cutoff=0.8):
            raise InputError(
                f"{name}: {part} has no group {value!r}. Did you mean {near[0]!r}? If not, name "
                f"{near[0]!r} in the reference, too."
            )
    return tuple(sorted(zip(parts, values, strict=True)))
