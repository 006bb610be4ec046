"""A curated table: what was kept, whom the removal costs, and the audits before and after."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from audits.diffs import Diff
from audits.estimates import Estimate, many
from audits.results import Audit, Finding, Group, Row, Verdict, ranked, worst
from audits.review.removal import RemovalLine

if TYPE_CHECKING:
    import pandas as pd

REMOVAL = "removal"
"""What findings about the rows removed are filed under, beside the questions of an audit."""


@dataclass(frozen=True)
class GroupChange(Row):
    """One group before and after.

    Rows are those of the synthetic table. `share_*` is the group's share of them over its real
    share (coverage), `lost_*` the share of its variety that is lost (diversity), `people_*` how
    many real people it rests on in effect (provenance); unknown where that was not asked.
    `verdict_*` is the worst that is said of the group.
    """

    rows_before: int
    rows_after: int
    share_before: Estimate
    share_after: Estimate
    lost_before: Estimate
    lost_after: Estimate
    people_before: Estimate
    people_after: Estimate
    verdict_before: Verdict
    verdict_after: Verdict


@dataclass(frozen=True)
class Curation:
    """What curating a synthetic table came to.

    Attributes
    ----------
    rows, kept, removed, edited : int
        Rows of the table; how many are kept (the edited ones among them) and removed.
    statuses : mapping
        Items of the queue per status; empty where a rule decided.
    rules : mapping
        Rule to what became of its rows or items, counted.
    removal : tuple of RemovalLine
        What removing costs each group: everyone first, then worst first.
    groups : tuple of GroupChange
        Each group before and after, in the order of `removal`.
    before, after : Audit
        The audits of the table as it was, and of the rows kept.
    diff : Diff
        What differs between them.
    manifest : mapping
        Digests, settings and decisions, in strict JSON types: what the file holds.
    notes : tuple of str
        What a reader must know.
    """

    rows: int
    kept: int
    removed: int
    edited: int
    statuses: Mapping[str, int]
    rules: Mapping[str, Mapping[str, int]]
    removal: tuple[RemovalLine, ...]
    groups: tuple[GroupChange, ...]
    before: Audit = field(repr=False)
    after: Audit = field(repr=False)
    diff: Diff = field(repr=False)
    manifest: Mapping[str, Any] = field(repr=False)
    notes: tuple[str, ...] = ()

    FORMAT = "audits-curation/1"

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What is said of the removal, and of the rows kept, worst first."""
        return ranked([*removal_findings(self.removal), *self.after.findings])

    @property
    def biased(self) -> tuple[RemovalLine, ...]:
        """The groups that are surely removed faster than everyone: each is a problem."""
        return tuple(line for line in self.removal if line.verdict is Verdict.PROBLEM)

    def to_frame(self) -> pd.DataFrame:
        """One line per group: before and after."""
        from audits.reports.frames import frame_of

        return frame_of(self.groups)

    def to_dict(self) -> dict[str, Any]:
        """Strict JSON types only; the audits stand in files of their own."""
        from audits.reports.curation_report import curation_to_dict

        return curation_to_dict(self)

    def __str__(self) -> str:
        edited = f", {many(self.edited, 'row')} edited" if self.edited else ""
        return (
            f"{self.kept:,} of {many(self.rows, 'row')} kept, {self.removed:,} removed{edited}; "
            f"{many(len(self.biased), 'group')} removed faster than everyone"
        )


def removal_findings(lines: tuple[RemovalLine, ...]) -> list[Finding]:
    """Return what is said of the removal as findings, so that they rank beside those of audits."""
    return [
        Finding(
            REMOVAL, line.group, None, line.verdict, line.because,
            {"rows": line.rows, "removed": line.removed, "share": line.share, "ratio": line.ratio,
             "p": None if math.isnan(line.p) else line.p},
            line.sensitivity, line.severity,
        )
        for line in lines if line.group
    ]  # fmt: skip


# -- groups before and after -----------------------------------------------------------------------


def changes(
    removal: tuple[RemovalLine, ...], before: Audit, after: Audit
) -> tuple[GroupChange, ...]:
    """Put each group's numbers before and after side by side."""
    sides = [_Side(before), _Side(after)]
    return tuple(_change(line, *sides) for line in removal)


class _Side:
    """One audit, looked up by group."""

    def __init__(self, audit: Audit) -> None:
        self._rows: dict[tuple[str, Group], Any] = {}
        for name in ("coverage", "diversity", "provenance"):
            for row in audit.answers[name].rows if name in audit.answers else ():
                self._rows.setdefault((name, row.group), row)
        self._verdicts: dict[Group, list[Verdict]] = {}
        for finding in audit.findings:
            self._verdicts.setdefault(finding.group, []).append(finding.verdict)

    def number(self, question: str, name: str, group: Group) -> Estimate:
        """Return an estimate about a group; unknown where there is none."""
        row = self._rows.get((question, group))
        found = None if row is None else getattr(row, name)
        return found if isinstance(found, Estimate) else Estimate.unknown()

    def synthetic(self, group: Group) -> int | None:
        """Return the synthetic rows of a group, where coverage counted them."""
        row = self._rows.get(("coverage", group))
        return None if row is None else int(row.synthetic)

    def verdict(self, group: Group) -> Verdict:
        """Return the worst that is said of a group."""
        return worst(self._verdicts.get(group, []))


def _change(line: RemovalLine, before: _Side, after: _Side) -> GroupChange:
    group = line.group
    left = after.synthetic(group)
    return GroupChange(
        group=group,
        rows_before=line.rows,
        rows_after=line.rows - line.removed if left is None else left,
        share_before=before.number("coverage", "ratio", group),
        share_after=after.number("coverage", "ratio", group),
        lost_before=before.number("diversity", "index", group),
        lost_after=after.number("diversity", "index", group),
        people_before=before.number("provenance", "effective_people", group),
        people_after=after.number("provenance", "effective_people", group),
        verdict_before=before.verdict(group),
        verdict_after=after.verdict(group),
    )
