"""Findings as CSV: one line each, safe to open in a spreadsheet and to print on a terminal."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Mapping, Sequence
from io import StringIO
from typing import TYPE_CHECKING, Any

from audits.results import Audit
from audits.safeguards import enforce
from audits.visible import visible

if TYPE_CHECKING:
    from audits.diffs import Diff

COLUMNS = ("question", "group", "attribute", "verdict", "because", "sensitivity")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_LAYOUT = re.compile(r"([\t\r\n])")  # quoting takes care of these; other controls are spelled out


def cell(value: object) -> str:
    """Return a value as a cell that no spreadsheet takes for a formula.

    >>> cell("=1+1"), cell("Black"), cell(None), cell(3)
    ("'=1+1", 'Black', '', '3')
    """
    text = "" if value is None else str(value)
    safe = "".join(part if _LAYOUT.match(part) else visible(part) for part in _LAYOUT.split(text))
    return f"'{safe}" if safe.startswith(_FORMULA) else safe


def audit_csv(audit: Audit) -> str:
    """One line per finding, worst first, with a column for every sensitive feature.

    A sensitive feature named like another column becomes `name (sensitive feature)`. An audit made
    under exceptions has a further column, `accepted`: by whom, until when and why.
    """
    columns = COLUMNS if audit.safeguards is None else (*COLUMNS, "accepted")
    enforced = enforce(audit)
    headers = {
        name: f"{name} (sensitive feature)" if name in columns else name
        for name in audit.sensitive_features
    }
    lines = (
        {
            "question": finding.question,
            "group": finding.group_name,
            "attribute": finding.attribute,
            "verdict": finding.verdict.value,
            "because": finding.because,
            "sensitivity": finding.sensitivity,
            "accepted": one.says if (one := enforced.of(finding)) else "",
            **{headers[name]: value for name, value in finding.group if name in headers},
        }
        for finding in audit.findings
    )
    return table_csv([*columns, *headers.values()], lines)


def diff_csv(diff: Diff) -> str:
    """One line per finding that differs."""
    columns = ("what", "question", "group", "attribute", "before", "after", "because")
    return table_csv(columns, diff.lines())


def table_csv(columns: Sequence[str], lines: Iterable[Mapping[str, Any]]) -> str:
    """Write lines as CSV under the columns named."""
    file = StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow([cell(name) for name in columns])
    for line in lines:
        writer.writerow([cell(line.get(name)) for name in columns])
    return file.getvalue()
