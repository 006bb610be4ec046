"""Two audits compared: what is said now that was not, what no longer is, what changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from audits.errors import UsageError
from audits.results import Audit, Finding, InputRecord, Verdict
from audits.settings import Settings
from audits.visible import visible

if TYPE_CHECKING:
    import pandas as pd

Key = tuple[object, ...]


@dataclass(frozen=True)
class Change:
    """A finding said in both audits, with another verdict."""

    before: Finding
    after: Finding

    @property
    def worse(self) -> bool:
        """Whether the verdict has become worse; an open question that is settled badly is worse."""
        return self.after.verdict.rank < self.before.verdict.rank


@dataclass(frozen=True)
class Diff:
    """What differs between two audits, worst first.

    `changed` holds what both audits speak of with different verdicts, `ok` among them; `unchanged`
    counts those with the same. `appeared` and `went` are what only one of them speaks of; an `ok`
    is no news there. Findings that only one audit could have made, because
    the other did not ask the question or does not know the sensitive feature, are left out and
    counted in `notes`.
    """

    appeared: tuple[Finding, ...]
    went: tuple[Finding, ...]
    changed: tuple[Change, ...]
    unchanged: int
    settings: Mapping[str, tuple[object, object]]
    inputs: Mapping[str, tuple[str, str]]
    notes: tuple[str, ...]

    @property
    def worse(self) -> tuple[Finding, ...]:
        """The findings of the second audit that are new or have become worse."""
        return (*self.appeared, *(change.after for change in self.changed if change.worse))

    def __bool__(self) -> bool:
        """Whether any finding differs."""
        return bool(self.appeared or self.went or self.changed)

    def to_dict(self) -> dict[str, Any]:
        """Strict JSON types only; the numbers behind a finding stand in its own audit."""
        return {
            "appeared": [_said(finding) for finding in self.appeared],
            "went": [_said(finding) for finding in self.went],
            "changed": [
                {"before": _said(change.before), "after": _said(change.after)}
                for change in self.changed
            ],
            "unchanged": self.unchanged,
            "settings": {name: list(values) for name, values in self.settings.items()},
            "inputs": {role: list(values) for role, values in self.inputs.items()},
            "notes": list(self.notes),
        }

    def to_frame(self) -> pd.DataFrame:
        """One line per finding that differs: what happened, verdict before and after."""
        import pandas as pd

        return pd.DataFrame.from_records(self.lines(), columns=list(_COLUMNS))

    def lines(self) -> list[dict[str, Any]]:
        """One mapping per finding that differs; a verdict that was not said is empty."""
        return [
            *(_line("appeared", None, finding) for finding in self.appeared),
            *(_line("changed", change.before, change.after) for change in self.changed),
            *(_line("went", finding, None) for finding in self.went),
        ]

    def summary(self) -> str:
        """The counts, in one line."""
        return (
            f"{len(self.appeared)} appeared, {len(self.went)} went, {len(self.changed)} changed, "
            f"{self.unchanged} stayed."
        )

    def remarks(self) -> list[str]:
        """What else differs: inputs, settings, what could not be compared."""
        said = [f"the {role} table: {a} before, {b} after" for role, (a, b) in self.inputs.items()]
        said += [f"{name}: {a} before, {b} after" for name, (a, b) in self.settings.items()]
        return [visible(text) for text in (*said, *self.notes)]

    def __str__(self) -> str:
        lines = [self.summary(), *self.remarks()]
        lines += [
            f"{line['what']}: {line['before'] or 'not said'} → {line['after'] or 'not said'}; "
            f"{line['question']}; {visible(line['because'])}"
            for line in self.lines()
        ]
        return "\n".join(lines)


_COLUMNS = ("what", "question", "group", "attribute", "before", "after", "because")


def diff(before: Audit, after: Audit) -> Diff:
    """Compare two audits finding by finding; see `Diff` for what counts.

    Raises
    ------
    UsageError
        If one of them is no audit.

    Examples
    --------
    >>> import audits
    >>> import pandas as pd
    >>> half = pd.DataFrame({"sex": ["female", "male"] * 200, "paid": ["yes", "no"] * 200})
    >>> one = audits.compare(half, half, sensitive_features="sex", ask=["coverage"])
    >>> audits.diff(one, one).summary()
    '0 appeared, 0 went, 0 changed, 2 stayed.'
    """
    for audit in (before, after):
        _check(audit)
    ours, theirs, notes = _comparable(before, after)
    old, new = by_key(ours), by_key(theirs)
    both = [(old[key], finding) for key, finding in new.items() if key in old]
    changed = tuple(Change(a, b) for a, b in both if a.verdict is not b.verdict)
    appeared = _only(new, old)
    went = _only(old, new)
    stayed = sum(a.verdict is b.verdict for a, b in both)
    return Diff(appeared, went, changed, stayed, moved_settings(before, after),
                other_inputs(before, after), tuple(notes))  # fmt: skip


def _check(audit: Audit) -> None:
    if not isinstance(audit, Audit):
        raise UsageError(
            f"diff compares audits, got {type(audit).__name__}. Open a saved one with audits.load."
        )


def _only(here: Mapping[Key, Finding], there: Mapping[Key, Finding]) -> tuple[Finding, ...]:
    """Return what only one audit says, in its order; an `ok` is no news."""
    return tuple(f for key, f in here.items() if f.verdict is not Verdict.OK and key not in there)


def by_key(findings: Iterable[Finding]) -> dict[Key, Finding]:
    """Findings by what they are about; a second one about the same is told apart by its place."""
    seen: Counter[Key] = Counter()
    found: dict[Key, Finding] = {}
    for finding in findings:
        seen[finding.key] += 1
        found[(*finding.key, seen[finding.key])] = finding
    return found


# -- what can be compared --------------------------------------------------------------------------


def _comparable(before: Audit, after: Audit) -> tuple[list[Finding], list[Finding], list[str]]:
    asked = set(before.answers) & set(after.answers)
    features = set(before.sensitive_features) & set(after.sensitive_features)

    def kept(finding: Finding) -> bool:
        return finding.question in asked and {column for column, _ in finding.group} <= features

    notes = [
        *_one_sided("question", set(before.answers), set(after.answers)),
        *_one_sided(
            "sensitive feature", set(before.sensitive_features), set(after.sensitive_features)
        ),
    ]
    left = _count(before, lambda f: not kept(f)), _count(after, lambda f: not kept(f))
    if any(left):
        notes.append(f"left out, as the other audit could not make them: {left[0]} findings "
                     f"before, {left[1]} after")  # fmt: skip
    return [f for f in before.findings if kept(f)], [f for f in after.findings if kept(f)], notes


def _one_sided(what: str, old: set[str], new: set[str]) -> list[str]:
    sides = (("before", old - new), ("after", new - old))
    return [f"{what} only {when}: {', '.join(sorted(only))}" for when, only in sides if only]


def _count(audit: Audit, of: Callable[[Finding], bool]) -> int:
    return sum(of(finding) for finding in audit.findings)


class _Made(Protocol):
    """What was audited, and how: of an audit, or of what is kept of one."""

    @property
    def inputs(self) -> tuple[InputRecord, ...]: ...
    @property
    def settings(self) -> Settings: ...


def moved_settings(before: _Made, after: _Made) -> dict[str, tuple[object, object]]:
    """Settings that differ, with their values before and after."""
    old, new = before.settings.to_dict(), after.settings.to_dict()
    return {name: (old[name], new[name]) for name in old if old[name] != new[name]}


def other_inputs(before: _Made, after: _Made) -> dict[str, tuple[str, str]]:
    """Tables that are others, per role, as a reader knows them."""
    old = {record.role: record for record in before.inputs}
    new = {record.role: record for record in after.inputs}
    return {
        role: (_table(old.get(role)), _table(new.get(role)))
        for role in dict.fromkeys((*old, *new))
        if not _same(old.get(role), new.get(role))
    }


def _same(a: InputRecord | None, b: InputRecord | None) -> bool:
    """Whether two tables are the same bytes; or of one name and shape, where bytes are unknown."""
    if a is None or b is None:
        return a is b
    if a.sha256 and b.sha256:
        return a.sha256 == b.sha256
    return (a.name, a.rows, a.columns) == (b.name, b.rows, b.columns)


def _table(record: InputRecord | None) -> str:
    if record is None:
        return "none"
    digest = f", sha256 {record.sha256[:8]}" if record.sha256 else ""
    return f"{record.name} ({record.rows:,} rows{digest})"


# -- as lines --------------------------------------------------------------------------------------


def _said(finding: Finding) -> dict[str, Any]:
    return {
        "question": finding.question,
        "group": dict(finding.group),
        "attribute": finding.attribute,
        "verdict": finding.verdict.value,
        "because": finding.because,
        "sensitivity": finding.sensitivity,
    }


def _line(what: str, before: Finding | None, after: Finding | None) -> dict[str, Any]:
    about = after or before
    assert about is not None
    values = (
        what,
        about.question,
        about.group_name,
        about.attribute,
        before.verdict.value if before else None,
        after.verdict.value if after else None,
        about.because,
    )
    return dict(zip(_COLUMNS, values, strict=True))
