"""A collection plan as quotas in CSV, as text for a terminal, and as JSON."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

from audits.data.quotas import FIELDS, bands_text, header
from audits.plans import Plan
from audits.questions import collection_words as words
from audits.reports.csv_report import table_csv
from audits.reports.json_report import answer_to_dict, plain
from audits.reports.text_report import Page

_SHOWN = 12  # groups, and recruits, that a terminal shows


def quotas_csv(plan: Plan) -> str:
    """One line per group that needs more people; an empty cell is any value."""
    effort = plan.effort
    lines = []
    for row in plan.short:
        met = effort[row.group]
        lines.append(
            {
                **{header(column): value for column, value in row.group},
                "there": row.real,
                "wanted": row.needed,
                "recruit": row.more,
                "reason": row.reason,
                "approach": _whole(met.approached),
                "approach_likely": _whole(met.approached_likely),
                "bands": bands_text(plan.bands),
            }
        )
    fields = FIELDS if plan.bands else FIELDS[:-1]
    return table_csv([*map(header, plan.sensitive_features), *fields], lines)


def _whole(number: float) -> str:
    return "" if math.isnan(number) else str(words.upwards(number))


def plan_text(plan: Plan, *, width: int, colour: bool = False) -> str:
    """Write a plan: what became of an earlier one, what each group needs, whom to recruit."""
    page = Page(width, colour=colour)
    if plan.quotas:
        _checks(page, plan)
    short, settings = plan.short, plan.settings
    verb = "needs" if len(short) == 1 else "need"
    page.add(f"{len(short):,} of {len(plan.groups):,} groups {verb} more real people", "bold")
    for row in short[:_SHOWN]:
        page.add(words.need(row, settings), indent=2)
        page.add(words.effort(plan.effort[row.group], settings.confidence), indent=4)
    if len(short) > _SHOWN:
        left = len(short) - _SHOWN
        groups = "group" if left == 1 else "groups"
        page.add(f"and {left:,} more {groups} (--output has them all)", indent=2)
    for total in plan.totals:
        page.gap()
        page.add(words.total(total, settings), "bold")
        lines = [row for row in plan.recruits if row.purpose == total.purpose]
        for one in lines[:_SHOWN]:
            page.add(words.recruit(one), indent=2)
        if len(lines) > _SHOWN:
            page.add(f"and {len(lines) - _SHOWN:,} lines more", indent=2)
    for note in plan.notes:
        page.gap()
        page.add(f"note: {note}")
    return page.text


def _checks(page: Page, plan: Plan) -> None:
    met = len(plan.checks) - len(plan.unmet)
    page.add(f"{plan.quotas}: {met:,} of {len(plan.checks):,} quotas met", "bold")
    for check in plan.checks:
        page.add(f"line {check.line}: {check.says}", indent=2)
    for row in plan.without_quota:
        page.add(f"without a quota: {words.need(row, plan.settings)}", indent=2)
    page.gap()


def plan_to_dict(plan: Plan) -> dict[str, Any]:
    """Return a plan as strict JSON types."""
    settings = plan.settings
    return {
        "inputs": [plain(dataclasses.asdict(record)) for record in plan.inputs],
        "sensitive_features": list(plan.sensitive_features),
        "answer": answer_to_dict(plan.answer),
        "says": [words.need(row, settings) for row in plan.short],
        "totals": [words.total(row, settings) for row in plan.totals],
        "quotas": plan.quotas,
        "checks": [
            {
                "line": check.line,
                "group": dict(check.group),
                "wanted": check.wanted,
                "there": check.there,
                "missing": check.missing,
                "needed": check.needed,
                "repeats": check.repeats,
                "met": check.met,
                "changed": check.changed,
            }
            for check in plan.checks
        ],
        "notes": list(plan.notes),
    }
