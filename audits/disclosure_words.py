"""Findings of which the numbers must go: their names and verdicts stay, in a plain sentence."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from audits.disclosure_groups import small
from audits.disclosure_of import TREATED
from audits.disclosure_of.known import Known, as_read, coarser_estimate, names_column
from audits.estimates import Estimate
from audits.questions.missing_cells import ValueRow
from audits.questions.words import capital
from audits.results import Audit, Finding, Group, Row, group_name

_RESTING = re.compile(r"resting on ([\d,]+) real and ([\d,]+) synthetic rows")
_PEOPLE = re.compile(
    r"(?<![\w.,])(\d[\d,]*)(?= (?:of [\d,]+ )?(?:real|synthetic|people|person|rows?|of them|are)\b)"
)
_REST_HIDDEN = "more would show, or let be computed, a count that is hidden"
_OWN_NUMBERS = ("p_adjusted", "kappa_p_adjusted", "pairs")


def protected_findings(
    audit: Audit, tables: Mapping[str, Mapping[str, tuple[Row, ...]]], known: Known
) -> list[Finding]:
    """Return the findings with what is hidden left out; one per question of a hidden group."""
    shown = _by_subject(tables)
    measured = _by_subject({name: answer.tables for name, answer in audit.answers.items()})
    said: list[Finding] = []
    told: set[tuple[str, Group]] = set()
    for finding in audit.findings:  # worst first
        if finding.group in known.hidden.groups:
            if _nameable(finding, known) and (finding.question, finding.group) not in told:
                told.add((finding.question, finding.group))
                said.append(_of_hidden(finding, known.min_cell))
            continue
        about = (finding.question, finding.group)
        said.append(_of_shown(finding, measured.get(about, []), shown.get(about, []), known))
    return said


def _nameable(finding: Finding, known: Known) -> bool:
    """Where all crossings are hidden, the names of those there are would tell which are empty."""
    if not known.hidden.coarse or len(finding.group) < 2:
        return True
    parts = [(pair,) for pair in finding.group]
    return finding.verdict.rank <= 1 and not any(part in known.hidden.groups for part in parts)


def _of_hidden(finding: Finding, min_cell: int) -> Finding:
    because = (
        f"{group_name(finding.group)}: {finding.verdict.value}; fewer than {min_cell} people or "
        "rows are in it or in a group it could be subtracted from, so its numbers are hidden."
    )
    return replace(
        finding, attribute=None, because=capital(because), evidence={}, severity=0.0,
        sensitivity=_vague(finding.sensitivity),
    )  # fmt: skip


def _vague(sensitivity: str) -> str:
    return sensitivity if sensitivity == "stable" else "flips: near a limit"


def _without_numbers(finding: Finding, min_cell: int) -> Finding:
    about = group_name(finding.group)
    if finding.attribute is not None:
        about += f", {finding.attribute}"
    because = (
        f"{about}: {finding.verdict.value}; to say why would show, or let be computed, a count "
        f"below {min_cell}, so its numbers are hidden."
    )
    return replace(
        finding, because=capital(because), evidence={}, severity=0.0,
        sensitivity=_vague(finding.sensitivity),
    )  # fmt: skip


_Subjects = dict[tuple[str, Group], list[Row]]


def _by_subject(tables: Mapping[str, Mapping[str, tuple[Row, ...]]]) -> _Subjects:
    """Rows by question and group."""
    found: _Subjects = {}
    for question, own in tables.items():
        for rows in own.values():
            for row in rows:
                found.setdefault((question, row.group), []).append(row)
    return found


def _behind(finding: Finding, rows: Sequence[Row]) -> list[Row]:
    """The rows whose numbers stand in a finding: its own, and those its sentence speaks of."""
    return [row for row in rows if _speaks_of(finding, row)]


def _speaks_of(finding: Finding, row: Row) -> bool:
    how = TREATED.get(type(row))
    return names_column(finding, row) if how is None else how.behind(finding, row)


def _tells(finding: Finding, row: Row, known: Known) -> bool:
    """Whether a sentence tells what its row may not."""
    how = TREATED.get(type(row))
    return how is None or how.tells(finding, row, known)


def _of_shown(
    finding: Finding, measured: Sequence[Row], shown: Sequence[Row], known: Known
) -> Finding:
    behind, left = _behind(finding, measured), _behind(finding, shown)
    because = _reworded(_resting(finding, known), behind, known)
    hidden = (
        len(left) < len(behind)
        or not left
        or any(small(count, known.min_cell) for count in _counts_in(because))
        or any(_tells(finding, row, known) for row in behind)
    )
    if hidden:
        return _instead(finding, behind, left, known) or _without_numbers(finding, known.min_cell)
    return replace(
        finding, because=because, evidence=_evidence(finding.evidence, left),
        severity=as_read(finding.severity),
    )  # fmt: skip


def _instead(
    finding: Finding, measured: Sequence[Row], shown: Sequence[Row], known: Known
) -> Finding | None:
    """A finding in fewer words, with the numbers of them that may be known."""
    for row in measured:
        how = TREATED.get(type(row))
        said = "" if how is None else how.instead(finding, row, known)
        if said and not any(small(count, known.min_cell) for count in _counts_in(said)):
            because = f"{capital(group_name(finding.group))}: {said}; {_REST_HIDDEN}."
            return replace(
                finding, because=because, evidence=_evidence(finding.evidence, shown),
                severity=0.0, sensitivity=_vague(finding.sensitivity),
            )  # fmt: skip
    return None


def _reworded(because: str, behind: Sequence[Row], known: Known) -> str:
    for row in behind:
        how = TREATED.get(type(row))
        because = because if how is None else how.reworded(because, row, known)
    return because


def _resting(finding: Finding, known: Known) -> str:
    """Say of how large a group a number is, where it rested on those who gave an answer."""
    sizes = known.counts.get(finding.group)
    if sizes is None:
        return finding.because

    def rows(found: re.Match[str]) -> str:
        if tuple(int(part.replace(",", "")) for part in found.groups()) == sizes:
            return found.group()
        return f"in a group of {sizes[0]:,} real and {sizes[1]:,} synthetic rows"

    return _RESTING.sub(rows, finding.because)


def shown_notes(notes: Sequence[str], min_cell: int) -> tuple[str, ...]:
    """Return the remarks that tell no small count.

    >>> shown_notes(["Not one of 7 real rows holds it.", "Nothing was weighted."], 11)
    ('Nothing was weighted.',)
    """
    return tuple(
        note for note in notes if not any(small(count, min_cell) for count in _counts_in(note))
    )


def _counts_in(because: str) -> list[int]:
    return [int(found.replace(",", "")) for found in _PEOPLE.findall(because)]


def _evidence(evidence: Mapping[str, Any], rows: Sequence[Row]) -> dict[str, Any]:
    """The numbers as the rows now show them."""
    shown: dict[str, Any] = {}
    for name, value in evidence.items():
        row = next((row for row in rows if hasattr(row, name)), None)
        if row is not None:
            new = getattr(row, name)
            unknown = isinstance(new, float) and not abs(new) < float("inf")
            unknown = unknown or (isinstance(new, int) and new < 0)
            shown[name] = None if unknown else new
        elif isinstance(value, Mapping):  # counts by value
            named = {row.value for row in rows if isinstance(row, ValueRow)}
            shown[name] = {label: count for label, count in value.items() if label in named}
        elif name in _OWN_NUMBERS:
            shown[name] = as_read(value) if isinstance(value, float) else value
        elif isinstance(value, Estimate):
            shown[name] = coarser_estimate(value)
    return shown
