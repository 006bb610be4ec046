"""Quotas whose limits were moved: what an audit would have found under those of another."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

from audits.questions.quotas_rows import QuotaRow
from audits.results import Audit, Group
from audits.safeguards.enforcing import QUOTAS

_LIMITS = tuple(field.name for field in fields(QuotaRow) if "_at_" in field.name)
_Limits = dict[str, Any]


def limits_of(audit: Audit) -> dict[Group, _Limits]:
    """Return the limits of every group with a quota."""
    answer = audit.answers.get(QUOTAS)
    rows = () if answer is None else answer.rows
    return {row.group: {name: getattr(row, name) for name in _LIMITS} for row in rows}


def moved_quotas(before: Audit, after: Audit) -> tuple[Group, ...]:
    """Return the groups that have a quota in both audits, and not the same one."""
    old, new = limits_of(before), limits_of(after)
    return tuple(sorted(group for group in old if old[group] != new.get(group, old[group])))


def held_to(audit: Audit, other: Audit) -> Audit:
    """Return an audit with the limits that another's quotas have, of groups with a quota in both.

    Its findings are those of before, until it is judged again.
    """
    answer, limits = audit.answers.get(QUOTAS), limits_of(other)
    if answer is None or not limits:
        return audit
    rows = tuple(replace(row, **limits.get(row.group, {})) for row in answer.rows)
    made = replace(answer, rows=rows, tables={**answer.tables, QUOTAS: rows})
    return replace(audit, answers={**audit.answers, QUOTAS: made})
