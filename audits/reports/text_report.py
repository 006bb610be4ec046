"""The audit as text for a terminal: readable without colour, safe whatever names hold."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from io import StringIO
from typing import TYPE_CHECKING

from audits.results import Audit, ColumnRecord, Finding, InputRecord, Verdict
from audits.safeguards import Excused, enforce
from audits.visible import visible

if TYPE_CHECKING:
    from audits.diffs import Diff

SHAPES = {
    Verdict.PROBLEM: "▼",
    Verdict.WATCH: "◆",
    Verdict.NOT_ENOUGH_EVIDENCE: "○",
    Verdict.OK: "●",
}
_STYLES = {
    Verdict.PROBLEM: "bold red",
    Verdict.WATCH: "yellow",
    Verdict.NOT_ENOUGH_EVIDENCE: "magenta",
    Verdict.OK: "cyan",
}
_MOST_NAMES = 8
_UNSURE = 3  # findings without enough evidence, of each question about texts, that are written out
_NARROWEST, _WIDEST = 40, 120


class Page:
    """Lines of text, wrapped to a width that counts what a terminal shows, not characters."""

    def __init__(self, width: int, *, colour: bool) -> None:
        from rich.console import Console

        self.width = min(max(width, _NARROWEST), _WIDEST)
        self._colour = colour
        self._lines: list[str] = []
        self._console = Console(file=StringIO(), width=self.width)

    def add(self, text: str, style: str = "", *, indent: int = 0) -> None:
        """Write one paragraph; its lines are indented alike."""
        from rich.color import ColorSystem
        from rich.style import Style
        from rich.text import Text

        system = ColorSystem.STANDARD if self._colour else None
        look = Style.parse(style)
        for line in Text(visible(text)).wrap(self._console, self.width - indent, overflow="fold"):
            said = look.render(line.plain.rstrip(), color_system=system)
            self._lines.append(f"{' ' * indent}{said}")

    def gap(self) -> None:
        """Leave a line empty."""
        self._lines.append("")

    def finding(
        self, finding: Finding, before: Verdict | None = None, excused: Excused | None = None
    ) -> None:
        """Write a finding: its verdict in words and shape, its sentence, and who accepted it."""
        verdict = finding.verdict
        was = "" if before is None else f", {before.value} before"
        accepted = "" if excused is None else ", accepted"
        head = f"{SHAPES[verdict]} {verdict.value}{was}{accepted} · {finding.question}"
        self.add(head, _STYLES[verdict])
        self.add(finding.because, indent=2)
        if finding.sensitivity != "stable":
            self.add(f"Not stable; {finding.sensitivity}.", indent=2)
        if excused is not None:
            self.add(excused.says, indent=2)

    @property
    def text(self) -> str:
        """Everything written."""
        return "".join(f"{line}\n" for line in self._lines)


def audit_text(audit: Audit, *, width: int, colour: bool = False, everything: bool = False) -> str:
    """Write an audit: verdict and counts, what was understood, findings worst first.

    Findings that are `ok` are counted, and written out only with `everything`; so are most of those
    without enough evidence in an audit of texts, where most of many groups are mentioned seldom.
    """
    page = Page(width, colour=colour)
    page.add(_verdict_line(audit), _STYLES[audit.verdict])
    for line in _ended(audit):
        page.add(line)
    page.gap()
    enforced = enforce(audit)
    for line in (*understood(audit), *_predicted(audit), enforced.counted(), *enforced.remarks()):
        if line:
            page.add(line)
    shown = list(audit.findings) if everything else _written_out(audit)
    for finding in shown:
        page.gap()
        page.finding(finding, excused=enforced.of(finding))
    for verdict in (Verdict.NOT_ENOUGH_EVIDENCE, Verdict.OK):
        left = sum(f.verdict is verdict for f in audit.findings)
        if left := left - sum(f.verdict is verdict for f in shown):
            page.gap()
            more = f"{SHAPES[verdict]} {left} {verdict.value}"
            page.add(f"{more}, not written out (--all shows them)")
    return page.text


def _written_out(audit: Audit) -> list[Finding]:
    """The findings that a reader is shown unless he asks for all."""
    shown: list[Finding] = []
    unsure: dict[str, int] = {}
    for finding in audit.findings:
        if finding.verdict is Verdict.OK:
            continue
        if finding.verdict is Verdict.NOT_ENOUGH_EVIDENCE and audit.of_texts:
            unsure[finding.question] = unsure.get(finding.question, 0) + 1
            if unsure[finding.question] > _UNSURE:
                continue
        shown.append(finding)
    return shown


def _ended(audit: Audit) -> list[str]:
    """Say first which groups a chain has lost."""
    if "generations" not in audit.answers:
        return []
    from audits.questions.generations_sentences import fates_of

    return fates_of(audit)


def _predicted(audit: Audit) -> tuple[str, ...]:
    """Say what models predict, on whom they were tested, and what the run took for granted."""
    if "fairness" not in audit.answers:
        return ()
    from audits.reports.of_questions import presented

    found = presented("fairness")
    return () if found is None else tuple(found.lead(audit["fairness"]))


def _verdict_line(audit: Audit) -> str:
    return f"{SHAPES[audit.verdict]} {audit.verdict.value}: {counted(audit)}"


def counted(audit: Audit) -> str:
    """Write how many findings there are of each verdict, worst first."""
    said = [f"{count} {verdict}" for verdict, count in audit.counts.items() if count]
    return ", ".join(said) if said else "nothing was judged"


def _many(count: int, of: str) -> str:
    return f"{count:,} {of}" if count == 1 else f"{count:,} {of}s"


_OF_TABLES = ("compared", "sensitive", "left out")
_LINES = {"reference": "share", "rules": "rule", "quotas": "quota", "lexicon": "term"}
"""What the lines of inputs are that are no tables."""


def understood(audit: Audit) -> list[str]:
    """What was read, and how its columns were understood."""
    lines = [_input(record, texts=audit.of_texts) for record in audit.inputs]
    sensitive = [c for c in audit.columns if c.use == "sensitive"]
    groups = [f"{c.name} ({_levels(c)})" for c in sensitive]
    lines.append(f"groups by: {_listed(groups or audit.sensitive_features)}")
    compared = _by_kind([c for c in audit.columns if c.use == "compared"])
    if compared:
        lines.append(f"compared: {compared}")
    read = [c for c in audit.columns if c.kind]
    left = [c for c in read if c.use == "left out"]
    if left:
        lines.append(f"left out: {_by_kind(left)}")
    lines += _unread([c for c in audit.columns if not c.kind or c.use not in _OF_TABLES])
    lines += [f"note: {c.name}: {c.note}" for c in read if c.note]
    lines += [f"note: {note}" for note in audit.notes]
    return lines


def _input(record: InputRecord, *, texts: bool) -> str:
    """What was read, and how much of it."""
    if record.role in _LINES or texts:
        unit = _LINES.get(record.role, "text")
        return f"{record.role}: {record.name}, {_many(record.rows, unit)}"
    sizes = f"{_many(record.rows, 'row')} of {_many(record.columns, 'column')}"
    return f"{record.role}: {record.name}, {sizes}"


def _levels(column: ColumnRecord) -> str:
    """How many groups a sensitive feature forms; bands by name, as nobody else says them."""
    if not column.bands:
        return _many(column.levels, "level")
    return f"{_many(len(column.bands), 'band')}: {_listed(column.bands)}"


def _unread(columns: Iterable[ColumnRecord]) -> list[str]:
    """Columns nothing was read of, by what became of them; notes name those of one table only."""
    uses: dict[str, list[str]] = {}
    for column in columns:
        if not column.use.startswith("only in"):
            said = f"{column.use} ({column.note})" if column.note else column.use
            uses.setdefault(said, []).append(column.name)
    return [f"{use}: {_listed(names)}" for use, names in uses.items()]


def _by_kind(columns: Iterable[ColumnRecord]) -> str:
    kinds: dict[str, list[str]] = {}
    for column in columns:
        kinds.setdefault(column.kind.replace("_", " "), []).append(column.name)
    return "; ".join(
        f"{len(names)} {kind} ({_listed(names)})" for kind, names in sorted(kinds.items())
    )


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(names[:_MOST_NAMES])
    more = len(names) - _MOST_NAMES
    return f"{shown} and {more} more" if more > 0 else shown


def diff_text(diff: Diff, *, width: int, colour: bool = False) -> str:
    """Write what differs between two audits, worst first."""
    page = Page(width, colour=colour)
    page.add(diff.summary(), "bold")
    for remark in diff.remarks():
        page.add(remark)
    for title, findings in (("Appeared", diff.appeared), ("Went", diff.went)):
        if findings:
            page.gap()
            page.add(f"{title}:", "bold")
            for finding in findings:
                page.finding(finding)
        if title == "Appeared" and diff.changed:
            page.gap()
            page.add("Changed:", "bold")
            for change in diff.changed:
                page.finding(change.after, change.before.verdict)
    return page.text


def brief_text(audit: Audit, title: str, *, width: int, colour: bool = False) -> str:
    """Write an audit in short: which table, how many findings, and the worst of each question."""
    page = Page(width, colour=colour)
    synthetic = next((record.name for record in audit.inputs if record.role == "synthetic"), "")
    page.add(f"{synthetic} ({title})", "bold")
    page.add(_verdict_line(audit), _STYLES[audit.verdict])
    page.add(f"asked: {_listed(list(audit.answers))}")
    for question in audit.answers:
        finding = next(iter(audit.about(question)), None)
        if finding is not None and finding.verdict in (Verdict.PROBLEM, Verdict.WATCH):
            page.add(f"{SHAPES[finding.verdict]} {finding.question}: {finding.because}", indent=2)
    return page.text
