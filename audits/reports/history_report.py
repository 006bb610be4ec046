"""A series of audits as text, JSON or CSV: what surely changed, and what did not."""

from __future__ import annotations

import json
from typing import Any

from audits.diffs import Diff
from audits.reports.csv_report import table_csv
from audits.reports.json_report import opened, plain
from audits.reports.text_report import SHAPES, Page
from audits.review.records import KeptAudit
from audits.trends import SAME, Course, Dated, Trend

_MOST = 30  # groups written out; the rest is counted
_COLUMNS = (
    "question", "group", "quantity", "audit", "made", "verdict", "value", "low", "high", "trend",
)  # fmt: skip


def label_of(kept: KeptAudit) -> str:
    """Return what an audit of a series is called, its number where it has no name."""
    return kept.label.strip() or f"#{kept.number}"


def dated(kept: KeptAudit) -> Dated:
    """Open an audit of the store's history.

    Raises
    ------
    InputError
        If it is no audit, or one of a newer format.
    """
    where = f"audit {kept.number} of {kept.series}"
    return Dated(label_of(kept), kept.made, opened(json.loads(kept.document), where))


def history_text(trend: Trend, *, width: int, colour: bool = False) -> str:
    """Write a series: its audits, what changed since the last one, what changed since the first."""
    page = Page(width, colour=colour)
    for stamp in trend.audits:
        counts = ", ".join(f"{count} {verdict}" for verdict, count in stamp.counts.items() if count)
        page.add(f"{stamp.label}  {stamp.made}  {SHAPES[stamp.verdict]} {counts or 'no findings'}; "
                 f"{stamp.synthetic}, {stamp.rows:,} rows")  # fmt: skip
    for remark in trend.remarks:
        page.add(remark)
    if trend.since is not None:
        _since(page, trend.since)
    page.gap()
    changed = [one for one in trend.courses if one.trend != SAME]
    page.add(f"From the first audit to the last, {len(changed)} of {len(trend.courses)} surely "
             "changed; of the others there is no evidence that they did.", "bold")  # fmt: skip
    for course in changed[:_MOST]:
        page.add(f"{course.question} ({course.label}; {course.best})")
        page.add(f"{_points(course)}", indent=2)
        page.add(course.says, indent=2)
    if len(changed) > _MOST:
        page.add(f"and {len(changed) - _MOST} more (--format csv has all)")
    return page.text


def _since(page: Page, since: Diff) -> None:
    page.gap()
    page.add(f"Since the audit before: {since.summary()}", "bold")
    for finding in since.worse[:_MOST]:
        page.add(f"new or worse: {SHAPES[finding.verdict]} {finding.verdict.value}, "
                 f"{finding.question}, {finding.group_name}", indent=2)  # fmt: skip
    if len(since.worse) > _MOST:
        page.add(f"and {len(since.worse) - _MOST} more", indent=2)


def _points(course: Course) -> str:
    said = [
        f"{SHAPES[point.verdict] if point.verdict else '–'} "
        f"{point.value if point.value.known else 'not known'}"
        for point in course.points
    ]
    return " → ".join(said)


def history_csv(trend: Trend) -> str:
    """One line per question, group and audit."""
    return table_csv(
        _COLUMNS,
        (
            {
                "question": course.question,
                "group": " × ".join(f"{c}={v}" for c, v in course.group) or "everyone",
                "quantity": course.label,
                "audit": stamp.label,
                "made": stamp.made,
                "verdict": point.verdict and point.verdict.value,
                **{n: v for n, v in plain(point.value).items() if v is not None},
                "trend": course.trend,
            }
            for course in trend.courses
            for stamp, point in zip(trend.audits, course.points, strict=True)
        ),
    )


def history_to_dict(trend: Trend) -> dict[str, Any]:
    """Strict JSON types only."""
    return {
        "audits": plain(trend.audits),
        "courses": [{**plain(one), "group": dict(one.group)} for one in trend.courses],
        "since": None if trend.since is None else trend.since.to_dict(),
        "remarks": list(trend.remarks),
    }
