"""A queue as text and as strict JSON types."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from audits.estimates import many
from audits.reports.frames import flat
from audits.reports.text_report import SHAPES, Page
from audits.results import group_name
from audits.review.agreement import AgreementLine
from audits.review.records import Decision, Item, Queue, Shown, Status
from audits.review.removal import RemovalLine

_LINES = 12  # groups of a preview; the rest is counted
_VALUE = 60


# -- strict JSON -----------------------------------------------------------------------------------


def shown_to_dict(shown: Shown) -> dict[str, Any]:
    """Return an item as it stands, with its decisions where they were read."""
    item = shown.item
    return {
        "id": item.id, "kind": item.kind, "rule": item.rule, "reason": item.reason,
        "severity": item.severity, "group": dict(item.group), "row": item.row,
        "detail": dict(item.detail), "status": shown.status.value, "version": shown.version,
        "decisions": [decision_to_dict(one) for one in shown.decisions],
    }  # fmt: skip


def decision_to_dict(decision: Decision) -> dict[str, Any]:
    """Return everything that is kept of a decision."""
    return {**asdict(decision), "action": decision.action.value, "edit": dict(decision.edit)}


def lines_to_dicts(lines: Sequence[RemovalLine | AgreementLine]) -> list[dict[str, Any]]:
    """Return lines about groups, each number of an interval by itself; what is unknown is null."""
    return [{**_known(flat(line)), "because": line.because} for line in lines]


def _known(line: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: None if isinstance(value, float) and value - value != 0 else value
        for name, value in line.items()
    }


# -- text ------------------------------------------------------------------------------------------


def queues_text(
    queues: Sequence[tuple[Queue, Mapping[Status, int]]], *, width: int, colour: bool = False
) -> str:
    """List queues, the newest first."""
    page = Page(width, colour=colour)
    if not queues:
        page.add("no queue; open one with audits review open")
    for queue, counts in queues:
        page.add(f"{queue.id}  {queue.name}", "bold")
        page.add(
            f"{many(queue.rows, 'row')} of {queue.data_name}, by "
            f"{', '.join(queue.sensitive_features)}; opened {queue.made[:16]}; {standing(counts)}",
            indent=2,
        )
    return page.text


def standing(counts: Mapping[Status, int]) -> str:
    """Say how many items have which status.

    >>> standing({Status.KEPT: 1, Status.UNREVIEWED: 2, Status.REMOVED: 0})
    '3 items: 2 unreviewed, 1 kept'
    """
    parts = [f"{counts[status]:,} {status.value}" for status in Status if counts.get(status)]
    total = many(sum(counts.values()), "item")
    return f"{total}: {', '.join(parts)}" if parts else total


def items_text(
    items: Sequence[Shown], start: int, total: int, *, width: int, colour: bool = False
) -> str:
    """List some items of a queue, in order."""
    page = Page(width, colour=colour)
    first = f"items {start + 1:,} to {start + len(items):,} of " if items else ""
    page.add(f"{first}{total:,}", "bold")
    for shown in items:
        _head(page, shown)
    return page.text


def _head(page: Page, shown: Shown) -> None:
    item = shown.item
    page.add(
        f"{item.id}  {shown.status.value} · {item.rule} · severity {item.severity:.3g} · "
        f"{group_name(item.group)}"
    )
    page.add(item.reason, indent=2)


def item_text(shown: Shown, *, width: int, colour: bool = False) -> str:
    """Write one item with its values, the real records beside it, and what was decided."""
    page = Page(width, colour=colour)
    _head(page, shown)
    _values(page, shown.item)
    for decision in shown.decisions:
        page.gap()
        settles = ", settling a dispute" if decision.adjudicates else ""
        page.add(
            f"{decision.number:,} {decision.action.value} by {decision.reviewer} "
            f"({decision.identity}), {decision.at[:16]}{settles}: {decision.reason}"
        )
        if decision.edit:
            page.add(f"edit: {json.dumps(dict(decision.edit), ensure_ascii=False)}", indent=2)
    return page.text


def _values(page: Page, item: Item) -> None:
    values: Mapping[str, Any] = item.detail.get("values", {})
    if not values:
        return
    page.gap()
    page.add("The record", "bold")
    for name, value in values.items():
        page.add(f"{name}: {_short(value)}", indent=2)
    for place, near in enumerate(item.detail.get("nearest", []), 1):
        page.gap()
        page.add(
            f"Real record {place}: agrees on {near['agrees']} of the {near['shown']} columns that "
            f"may be shown; {near['hidden']} hidden",
            "bold",
        )
        told = {name: value for name, value in near["values"].items() if value is not None}
        page.add("; ".join(f"{name} {_short(value)}" for name, value in told.items()), indent=2)


def _short(value: Any) -> str:
    text = "missing" if value is None else str(value)
    return text if len(text) <= _VALUE else f"{text[:_VALUE]}…"


def preview_text(lines: Sequence[RemovalLine], *, width: int, colour: bool = False) -> str:
    """Say whom a decision would hit: everyone, then those hit hardest."""
    page = Page(width, colour=colour)
    for line in lines[:1]:
        page.add(line.because, "bold")
    for line in lines[1 : _LINES + 1]:
        page.add(f"{SHAPES[line.verdict]} {line.verdict.value} · {line.because}", indent=2)
    if len(lines) > _LINES + 1:
        page.add(f"and {len(lines) - _LINES - 1:,} more groups (--format json has all)", indent=2)
    return page.text


def agreement_text(lines: Sequence[AgreementLine], *, width: int, colour: bool = False) -> str:
    """Write how far every two reviewers agree; groups that are too small are counted."""
    page = Page(width, colour=colour)
    if not lines:
        page.add("fewer than two people have decided on anything in this queue")
    few = sum(bool(line.group) and not line.enough for line in lines)
    for line in lines:
        if not line.group or line.enough:
            page.add(line.because, "" if line.group else "bold", indent=2 if line.group else 0)
    if few:
        page.add(f"{many(few, 'group')} with too few items to conclude from are left out.")
    return page.text
