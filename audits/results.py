"""What an audit says: rows, answers, findings. Frozen, comparable, whole without the data."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, ClassVar

from audits.errors import UnknownNameError, UsageError
from audits.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from audits.safeguards.records import Safeguards

Group = tuple[tuple[str, str], ...]
"""A group as pairs of sensitive feature and value, sorted by feature; () is everyone."""


class Verdict(StrEnum):
    """What a finding says, worst first."""

    PROBLEM = "problem"
    WATCH = "watch"
    NOT_ENOUGH_EVIDENCE = "not enough evidence"
    OK = "ok"

    @property
    def rank(self) -> int:
        """0 for the worst."""
        return list(Verdict).index(self)


def worst(verdicts: Iterator[Verdict] | list[Verdict] | tuple[Verdict, ...]) -> Verdict:
    """Return the worst verdict; of none, that there is not enough evidence.

    >>> worst([Verdict.OK, Verdict.WATCH]).value
    'watch'
    """
    return min(verdicts, key=lambda verdict: verdict.rank, default=Verdict.NOT_ENOUGH_EVIDENCE)


@dataclass(frozen=True)
class Row:
    """One measured line about a group; every question adds its own fields."""

    group: Group


@dataclass(frozen=True)
class Finding:
    """One judged statement about a group.

    `because` is a whole sentence computed from the numbers; `evidence` holds the numbers;
    `sensitivity` says whether the verdict would flip if the limits moved by a fifth.
    """

    question: str
    group: Group
    attribute: str | None
    verdict: Verdict
    because: str
    evidence: Mapping[str, Any] = field(default_factory=dict)
    sensitivity: str = "stable"
    severity: float = 0.0

    @property
    def group_name(self) -> str:
        """The group in words."""
        return group_name(self.group)

    @property
    def key(self) -> tuple[str, Group, str | None]:
        """What the finding is about: the same in another audit of the same tables."""
        return (self.question, self.group, self.attribute)

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        from audits.reports.notebook_report import finding_bundle

        return finding_bundle(self)


def group_name(group: Group) -> str:
    """Write a group for a reader.

    >>> group_name((("race", "Black"), ("sex", "female")))
    'Black × female'
    >>> group_name(())
    'everyone'
    """
    if not group:
        return "everyone"
    return " × ".join(f"{column} {value}" if bare(value) else value for column, value in group)


def bare(value: str) -> bool:
    """Whether a value says nothing without its column's name (numbers, yes, true, missing)."""
    return value.lower() in _BARE or not any(letter.isalpha() for letter in value)


_BARE = frozenset({"yes", "no", "true", "false", "y", "n", "missing", "other", "unknown", "none"})


@dataclass(frozen=True, eq=False)
class Answer:
    """What one question measured: its rows, and the settings they were measured under.

    Two answers are equal when they say the same: an unknown number equals another.
    """

    question: str
    title: str
    asks: str
    rows: tuple[Row, ...]
    tables: Mapping[str, tuple[Row, ...]]
    settings: Settings
    notes: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.rows)

    def __repr__(self) -> str:
        sizes = ", ".join(f"{len(rows)} {name}" for name, rows in self.tables.items())
        return f"<Answer: {self.question}; {sizes}>"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Answer):
            return NotImplemented
        return self.settings == other.settings and self.to_dict() == other.to_dict()

    def __hash__(self) -> int:
        return hash((self.question, len(self.rows)))

    def __getitem__(self, group: Group | Mapping[str, str]) -> tuple[Row, ...]:
        """Every row about a group, given as a mapping of column to value."""
        wanted = as_group(group)
        return tuple(row for row in self.rows if row.group == wanted)

    def to_frame(self, table: str | None = None) -> pd.DataFrame:
        """One line per row: estimates become three columns, ending in nothing, _low and _high.

        Raises
        ------
        KeyError
            If there is no such table; the message names those there are.
        """
        from audits.reports.frames import frame_of

        if table is None:
            return frame_of(self.rows)
        if table not in self.tables:
            raise KeyError(f"no table {table!r}; there are: {', '.join(self.tables)}")
        return frame_of(self.tables[table])

    def to_dict(self) -> dict[str, Any]:
        """Strict JSON types only."""
        from audits.reports.json_report import answer_to_dict

        return answer_to_dict(self)

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        from audits.reports.notebook_report import answer_bundle

        return answer_bundle(self)


@dataclass(frozen=True)
class InputRecord:
    """Which data were read: enough to find them again, and to see that they changed."""

    role: str
    name: str
    format: str
    rows: int
    columns: int
    sha256: str
    engine: str = "duckdb"


MENTIONED = "mentioned"
"""The use of what is no column, but an axis of a lexicon: its groups are mentioned in texts."""


@dataclass(frozen=True)
class ColumnRecord:
    """How a column was understood; `bands` names those of a sensitive feature of numbers."""

    name: str
    kind: str
    use: str
    levels: int
    missing_real: int
    missing_synthetic: int
    note: str
    bands: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Audit:
    """Everything one comparison found. Saved as JSON, it is whole without the data.

    Two audits are equal when they say the same, as one that was saved and its copy read back do.
    `min_cell` above 0 says that counts below it are hidden, and `hidden` whose. `safeguards` holds
    the exceptions that it was made under, if any; an accepted finding keeps its verdict.
    """

    inputs: tuple[InputRecord, ...]
    sensitive_features: tuple[str, ...]
    columns: tuple[ColumnRecord, ...]
    settings: Settings
    answers: Mapping[str, Answer]
    findings: tuple[Finding, ...]
    notes: tuple[str, ...]
    versions: Mapping[str, str]
    min_cell: int = 0
    hidden: tuple[Group, ...] = ()
    safeguards: Safeguards | None = None

    FORMAT: ClassVar[int] = 1

    def __eq__(self, other: object) -> bool:
        return self.to_dict() == other.to_dict() if isinstance(other, Audit) else NotImplemented

    def __hash__(self) -> int:
        return hash((self.inputs, self.sensitive_features, len(self.findings)))

    def __getitem__(self, question: str) -> Answer:
        """Return the answer to a question by its name; the error names those that were asked."""
        if question not in self.answers:
            raise KeyError(f"this audit did not ask {question!r}; it asked {list(self.answers)}")
        return self.answers[question]

    @property
    def of_texts(self) -> bool:
        """Whether this is about texts, not about tables."""
        return any(record.use == "text" for record in self.columns)

    @property
    def problems(self) -> tuple[Finding, ...]:
        """The findings that need a person."""
        return tuple(f for f in self.findings if f.verdict is Verdict.PROBLEM)

    @property
    def verdict(self) -> Verdict:
        """The worst verdict, never an average."""
        return worst([finding.verdict for finding in self.findings])

    @property
    def counts(self) -> dict[str, int]:
        """Findings per verdict, worst first."""
        return {
            verdict.value: sum(f.verdict is verdict for f in self.findings) for verdict in Verdict
        }

    def about(
        self, question: str | None = None, group: Group | Mapping[str, str] | None = None
    ) -> tuple[Finding, ...]:
        """The findings of a question, of a group, or of both, worst first.

        Raises
        ------
        UnknownNameError
            If the question was not asked, or a column is no sensitive feature, so that "nothing
            found" is never the answer to a slip.
        """
        wanted = None if group is None else as_group(group)
        if question is not None and question not in self.answers:
            raise UnknownNameError("question in this audit", question, list(self.answers))
        for column, _ in wanted or ():
            if column not in self.sensitive_features:
                raise UnknownNameError(
                    "sensitive feature in this audit", column, self.sensitive_features
                )
        return tuple(
            f for f in self.findings if question in (None, f.question) and wanted in (None, f.group)
        )

    def to_dict(self) -> dict[str, Any]:
        """Strict JSON types only: no NaN, no infinity."""
        from audits.reports.json_report import audit_to_dict

        return audit_to_dict(self)

    def save(self, path: str | Path, *, min_cell: int = 11) -> Path:
        """Write the audit, whole or not at all. Returns the path written.

        As ``.pdf``, ``.html`` or ``.croissant.json`` it is a report to hand over, in which counts
        below `min_cell` are hidden (0 hides none). Under any other name it is JSON: the full
        record, with every count, for whoever holds the data.
        """
        from audits.reports.json_report import save
        from audits.reports.saving import REPORTS, save_report

        if str(path).lower().endswith(REPORTS):
            return save_report(self, path, min_cell=min_cell)
        return save(self, path)

    def having(self, settings: Settings) -> Audit:
        """Judge the same measurements again under other limits, without counting again.

        Raises
        ------
        UsageError
            If counts are hidden in this audit: what was taken out cannot be judged.
        """
        from audits.run import judge_again

        if self.min_cell:
            raise UsageError(
                f"counts below {self.min_cell} are hidden in this audit, so that it cannot be "
                "judged again. Change settings in the audit it was made from."
            )

        return judge_again(self, settings)

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        from audits.reports.notebook_report import audit_bundle

        return audit_bundle(self)

    def __repr__(self) -> str:
        counted = ", ".join(f"{count} {verdict}" for verdict, count in self.counts.items() if count)
        return f"<Audit: {self.verdict.value}; {counted or 'no findings'}>"


def as_group(group: Group | Mapping[str, str]) -> Group:
    """Accept a mapping of column to value, or the pairs themselves."""
    pairs = group.items() if isinstance(group, Mapping) else group
    return tuple(sorted((str(column), str(value)) for column, value in pairs))


def ranked(findings: list[Finding]) -> tuple[Finding, ...]:
    """Worst first; ties in an order that does not depend on the order of rows or columns."""
    return tuple(
        sorted(
            findings,
            key=lambda f: (
                f.verdict.rank,
                -round(f.severity, 9),
                f.question,
                f.group,
                f.attribute or "",
            ),
        )
    )


def evidence_of(row: Row, *names: str) -> dict[str, Any]:
    """Pick the named numbers of a row; all of them when none is named."""
    chosen = names or tuple(f.name for f in dataclasses.fields(row) if f.name != "group")
    return {name: getattr(row, name) for name in chosen}
