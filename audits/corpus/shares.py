"""The reference population of texts: shares of groups that columns label, or that texts mention."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import Any

from audits.data.names import clean_name
from audits.data.reference import CROSS, Margin, Reference, check_sums, digest, read_reference
from audits.errors import InputError, UsageError
from audits.results import Group


def text_reference(
    given: Any, features: Mapping[str, Sequence[str]], *, overlap: bool
) -> Reference:
    """Read shares of a population, for the features that groups of texts have.

    Parameters
    ----------
    given : path, frame or mapping
        Lines of column, group, share; see :func:`audits.data.reference.read_reference`.
    features : mapping of str to sequence of str
        Every column or axis, and the groups it has.
    overlap : bool
        Whether a text may be in several groups of a feature, so that shares need not sum to one.

    Raises
    ------
    UsageError
        If none of the columns is a feature.
    InputError
        If shares of a column do not sum to one, a group stands twice, or its name looks like a
        slip.
    """
    name, margins = read_reference(given)
    if not overlap:
        check_sums(name, margins)
    shares: dict[Group, float] = {}
    unused: set[str] = set()
    for column, group, share in margins:
        parts = [clean_name(part) for part in column.split(CROSS)]
        if not all(part in features for part in parts):
            unused.add(column)
            continue
        key = _group(name, parts, group, features, margins)
        if key in shares:
            raise InputError(f"{name}: {column} {group!r} stands twice. Keep one line of it.")
        shares[key] = share
    if not shares:
        raise UsageError(
            f"{name}: names no feature of these texts ({', '.join(sorted(features))}). Its "
            "'column' must be one of them, or several joined by ×."
        )
    listed = ", ".join(sorted(unused))
    notes = (f"{name}: not used, as these texts have no such feature: {listed}.",) if unused else ()
    return Reference(name, shares, {}, notes, len(margins), digest(given, margins))


def _group(
    name: str,
    parts: Sequence[str],
    group: str,
    features: Mapping[str, Sequence[str]],
    margins: Sequence[Margin],
) -> Group:
    values = [value.strip() for value in group.split(CROSS)]
    if len(values) != len(parts):
        raise InputError(
            f"{name}: {CROSS.join(parts)} {group!r} must name {len(parts)} groups, joined by ×."
        )
    claimed = {one.strip() for _, said, _ in margins for one in said.split(CROSS)}
    for part, value in zip(parts, values, strict=True):
        if value in features[part]:
            continue
        left = [one for one in features[part] if one not in claimed]
        if near := get_close_matches(value, left, n=1, cutoff=0.8):
            raise InputError(
                f"{name}: {part} has no group {value!r}. Did you mean {near[0]!r}? If not, name "
                f"{near[0]!r} in the reference, too."
            )
    return tuple(sorted(zip(parts, values, strict=True)))
