"""Flags of one synthetic table: a line per row, and what they come to per group and rule."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from audits.data.written import check_kind, write_table
from audits.estimates import percent
from audits.flags.lines import Lines
from audits.flags.verdicts import FILTERS, GroupFlags, RuleFlags
from audits.questions.words import share
from audits.results import InputRecord, group_name
from audits.settings import Settings

if TYPE_CHECKING:
    import pandas as pd

_TYPES = {
    "row": "whole", "flagged": "truth", "combined_p": "real", "adjusted_p": "real",
    "listed": "truth", "severity": "whole", "given": "truth", "forbidden": "truth",
    "rule": "truth", "range": "truth", "outlier": "truth", "outlier_p": "real",
    "nearest": "real", "copy": "truth",
}  # fmt: skip
_FILTERED = {"combined": "the calibrated flag", "any": "any broken rule"}


@dataclass(frozen=True)
class Flags:
    """Flags on every synthetic record.

    Attributes
    ----------
    level : float
        Share of fresh real people who may be flagged.
    fresh : str
        Who stands for fresh real people: "holdout"; "left out": real rows, each judged by all the
        others; or "both", where the holdout has few people of some group.
    groups : tuple of GroupFlags
        Rows flagged per group and kind, beside its real members.
    rules : tuple of RuleFlags
        Rows that break each rule given.
    """

    level: float
    fresh: str
    groups: tuple[GroupFlags, ...]
    rules: tuple[RuleFlags, ...]
    inputs: tuple[InputRecord, ...]
    settings: Settings
    notes: tuple[str, ...]
    versions: Mapping[str, str]
    lines: Lines = field(repr=False, compare=False)

    FORMAT = "audits-flags/1"

    @property
    def flagged(self) -> int:
        """How many rows are flagged."""
        return int(self.lines.judged.flagged.sum())

    @property
    def listed(self) -> int:
        """How many rows may be published as a list: of them few are expected to be false."""
        return int(self.lines.listed.sum())

    @property
    def warnings(self) -> tuple[str, ...]:
        """Where a filter would remove a group's real members more often than everyone's."""
        everyone = {line.kind: line for line in self.groups if line.group == ()}
        return tuple(
            f"Removing what {_FILTERED[line.kind]} marks would remove {share(line.real_rate)} of "
            f"real people of the group {group_name(line.group)}, against "
            f"{share(everyone[line.kind].real_rate)} of all: a filter that removes minorities is "
            "itself a finding."
            for line in self.groups
            if line.kind in FILTERS and line.harsher
        )

    def to_frame(self) -> pd.DataFrame:
        """Return a line per synthetic row, in order."""
        return self.lines.frame()

    def to_dict(self) -> dict[str, Any]:
        """Return the summary, without the lines, in strict JSON types."""
        from audits.reports.flags_report import flags_to_dict

        return flags_to_dict(self)

    def save(
        self,
        path: str | Path,
        *,
        only_listed: bool = False,
    ) -> Path:
        """Write a line per synthetic row, in order, as .parquet or .csv.

        Parameters
        ----------
        path : path
            Where; the file is written whole or not at all.
        only_listed : bool
            Only the rows that may be published as a list (Benjamini-Hochberg).

        Raises
        ------
        UsageError
            If the name ends otherwise.
        SourceError
            If the file cannot be written.
        """
        from audits.reports.csv_report import cell

        check_kind(path)
        types = {name: _TYPES.get(name, "text") for name in self.lines.headers}
        blocks = self.lines.blocks(only_listed=only_listed)
        return write_table(path, blocks, types, cell)

    def __repr__(self) -> str:
        said = f"{self.flagged:,} of {len(self.lines):,} records at {percent(self.level)}"
        return f"<Flags: {said}; {len(self.groups):,} lines of groups, {len(self.rules)} of rules>"

    def __str__(self) -> str:
        return (
            f"{self.flagged:,} of {len(self.lines):,} synthetic records flagged, at a level of "
            f"{percent(self.level)}"
        )
