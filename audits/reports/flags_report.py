"""What flags on records come to: as text for a terminal, and as JSON."""

from __future__ import annotations

from typing import Any

from audits.estimates import many, percent
from audits.flags.result import Flags
from audits.flags.verdicts import GroupFlags
from audits.questions.words import real_people, share
from audits.reports.json_report import plain
from audits.reports.text_report import Page
from audits.results import group_name

_SAYS = {
    "combined": "flagged, calibrated",
    "any": "any rule broken",
    "given": "a rule given",
    "forbidden": "a forbidden pair",
    "rule": "a rule of all real rows",
    "range": "out of range",
    "outlier": "far from everyone",
    "unseen": "an unseen pair (no flag)",
}
_SHOWN = 20  # groups that a terminal shows


def flags_to_dict(flags: Flags) -> dict[str, Any]:
    """Return what the flags come to in strict JSON types; the lines are in the file."""
    return {
        "format": Flags.FORMAT,
        "level": flags.level,
        "fresh": flags.fresh,
        "rows": len(flags.lines),
        "flagged": flags.flagged,
        "listed": flags.listed,
        "copies": int(flags.lines.records.copy.sum()),
        "warnings": list(flags.warnings),
        "groups": [{**plain(line), "group": dict(line.group)} for line in flags.groups],
        "rules": [{**plain(line), "group": dict(line.group)} for line in flags.rules],
        "inputs": plain(flags.inputs),
        "settings": flags.settings.to_dict(),
        "notes": list(flags.notes),
        "versions": dict(flags.versions),
    }


def flags_text(flags: Flags, *, width: int, colour: bool = False) -> str:
    """Write what the flags come to: warnings, rates per kind and group, rules that were given."""
    page = Page(width, colour=colour)
    page.add(str(flags), "bold")
    q = percent(flags.settings.false_discovery_rate)
    page.add(
        f"{many(flags.listed, 'record')} may be published as a list (--only-listed): at most {q} "
        f"of such a list are expected to be no odder than real people. {_copies(flags)}"
    )
    for warning in flags.warnings:
        page.gap()
        page.add(warning, "yellow")
    _kinds(page, flags)
    _groups(page, flags)
    for rule in flags.rules:
        page.gap()
        page.add(f"Rule {rule.name!r}", "bold")
        told = f"broken by {_of(rule.broken, rule.checked)} synthetic rows checked"
        page.add(f"{told}, and by {_of(rule.real_broken, rule.real_checked)} real people", indent=2)
    page.gap()
    for note in flags.notes:
        page.add(f"note: {note}")
    return page.text


def _copies(flags: Flags) -> str:
    copies = int(flags.lines.records.copy.sum())
    if copies == 1:
        return "1 synthetic row is an exact copy of a real row."
    return f"{copies:,} synthetic rows are exact copies of a real row."


def _of(count: int, total: int) -> str:
    return f"{count:,} of {total:,}" + (f" ({percent(count / total)})" if total else "")


def _kinds(page: Page, flags: Flags) -> None:
    page.gap()
    page.add("Everyone: synthetic rows, and fresh real people by the same rules", "bold")
    for line in flags.groups:
        if line.group == ():
            page.add(f"{_SAYS[line.kind]}: {_rates(line)}", indent=2)


def _groups(page: Page, flags: Flags) -> None:
    """The calibrated flag per group, those whose real members it hits most often first."""
    lines = [line for line in flags.groups if line.kind == "combined" and line.group != ()]
    lines.sort(key=lambda line: -line.real_rate.value if line.real_rate.known else 1.0)
    page.gap()
    page.add("The calibrated flag, by group", "bold")
    for line in lines[:_SHOWN]:
        page.add(f"{group_name(line.group)}: {_rates(line)}", indent=2)
    if len(lines) > _SHOWN:
        page.add(f"and {len(lines) - _SHOWN:,} more groups (--format json has them all)", indent=2)


def _rates(line: GroupFlags) -> str:
    synthetic = f"{_of(line.flagged, line.synthetic)} synthetic rows"
    if line.synthetic == 1:
        synthetic = synthetic.removesuffix("s")
    if not line.real_rate.known:
        return f"{synthetic}; no real people to compare with"
    return f"{synthetic}; {share(line.real_rate)} of {real_people(line.real)}"
