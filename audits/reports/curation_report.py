"""What curating a table came to: as text for a terminal, and as JSON."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from audits.curation.result import Curation, GroupChange, removal_findings
from audits.estimates import Estimate, in_effect, many, number, percent
from audits.reports.json_report import finding_to_dict, plain, row_to_dict
from audits.reports.text_report import Page
from audits.results import Verdict, group_name
from audits.visible import visible

_SHOWN = 20  # groups, and rules, that a terminal shows
_NAME = 28  # letters of a group's name in the table
_HEADS = ("", "rows", "share / real share", "variety lost", "people behind", "worst finding")


def curation_to_dict(made: Curation) -> dict[str, Any]:
    """Return everything but the two audits in strict JSON types."""
    return {
        "format": Curation.FORMAT,
        "rows": made.rows,
        "kept": made.kept,
        "removed": made.removed,
        "edited": made.edited,
        "statuses": dict(made.statuses),
        "rules": plain(made.rules),
        "removal": [row_to_dict(line) for line in made.removal],
        "findings": [finding_to_dict(finding) for finding in removal_findings(made.removal)],
        "groups": [row_to_dict(line) for line in made.groups],
        "counts": {"before": made.before.counts, "after": made.after.counts},
        "diff": made.diff.to_dict(),
        "manifest": plain(made.manifest),
        "notes": list(made.notes),
    }


def curation_text(
    made: Curation, *, width: int, colour: bool = False, everything: bool = False
) -> str:
    """Write what the removal costs whom first, then groups before and after, then verdicts.

    With `everything`, every group and every finding of the removal.
    """
    page = Page(width, colour=colour)
    for finding in removal_findings(made.removal):
        if everything or finding.verdict in (Verdict.PROBLEM, Verdict.WATCH):
            page.finding(finding)
            page.gap()
    page.add(str(made), "bold")
    _decisions(page, made)
    for note in made.notes:
        page.add(f"note: {note}")
    page.gap()
    _groups(page, made, everything=everything)
    page.gap()
    _verdicts(page, made)
    return page.text


def _decisions(page: Page, made: Curation) -> None:
    said = [f"{count:,} {status}" for status, count in made.statuses.items() if count]
    if said:
        page.add(f"items of the queue: {', '.join(said)}")
    for rule, counts in list(made.rules.items())[:_SHOWN]:
        counted = ", ".join(f"{count:,} {status}" for status, count in counts.items())
        page.add(f"{rule}: {counted}", indent=2)
    if len(made.rules) > _SHOWN:
        page.add(f"and {many(len(made.rules) - _SHOWN, 'more rule')}", indent=2)


# -- groups ----------------------------------------------------------------------------------------


def _groups(page: Page, made: Curation, *, everything: bool) -> None:
    """A line per group, before → after: everyone, whoever loses most, whoever moves most."""
    shown = made.groups if everything else made.groups[:_SHOWN]
    page.add("Groups, before → after", "bold")
    table = [list(_HEADS), *(_cells(line) for line in shown)]
    used = [i for i in range(len(_HEADS)) if i == 0 or any(line[i] for line in table[1:])]
    widths = {i: max(len(line[i]) for line in table) for i in used}
    for line in table:
        page.add("  ".join(line[i].ljust(widths[i]) for i in used).rstrip(), indent=2)
    if left := len(made.groups) - len(shown):
        page.add(f"and {many(left, 'more group')} (--all shows them)", indent=2)


def _cells(line: GroupChange) -> list[str]:
    name = visible(group_name(line.group))
    return [
        name if len(name) <= _NAME else f"{name[: _NAME - 1]}…",
        f"{line.rows_before:,} → {line.rows_after:,}",
        _moved(line.share_before, line.share_after, number),
        _moved(line.lost_before, line.lost_after, percent),
        _moved(line.people_before, line.people_after, in_effect),
        f"{line.verdict_before.value} → {line.verdict_after.value}",
    ]


def _moved(before: Estimate, after: Estimate, said: Callable[[float], str]) -> str:
    if not (before.known or after.known):
        return ""
    return f"{said(before.value)} → {said(after.value)}"


# -- verdicts --------------------------------------------------------------------------------------


def _verdicts(page: Page, made: Curation) -> None:
    """Which verdicts are others now, the worse ones first."""
    counts = [
        ", ".join(f"{count:,} {verdict}" for verdict, count in audit.counts.items() if count)
        for audit in (made.before, made.after)
    ]
    page.add("Findings, before → after", "bold")
    page.add(f"before: {counts[0]}", indent=2)
    page.add(f"after: {counts[1]}", indent=2)
    page.add(made.diff.summary(), indent=2)
    worse = {finding.key for finding in made.diff.worse}
    for change in sorted(made.diff.changed, key=lambda change: not change.worse):
        if Verdict.PROBLEM in (change.before.verdict, change.after.verdict):
            page.gap()
            page.finding(change.after, change.before.verdict)
    for finding in made.diff.appeared:
        if finding.key in worse and finding.verdict is Verdict.PROBLEM:
            page.gap()
            page.finding(finding)
