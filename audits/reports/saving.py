"""An audit handed over: as PDF, HTML, Croissant metadata, JSON or CSV, small counts hidden.

Everything that leaves goes through here, so that nothing leaves with small counts by accident. The
full record of an audit, for the person who holds the data, is written by `json_report.save`.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from audits.errors import UnknownNameError, UsageError
from audits.results import Audit

if TYPE_CHECKING:
    from audits.review.reviewed import Reviewed

MIN_CELL = 11
"""Counts below this are hidden in what is handed over: health statistics' usual rule."""

ENDINGS = {
    ".croissant.json": "croissant",
    ".pdf": "pdf",
    ".html": "html",
    ".htm": "html",
    ".json": "json",
    ".csv": "csv",
}
"""What a file's name ends in, and the kind of report that is; the first that fits."""

REPORTS = (".croissant.json", ".pdf", ".html", ".htm")


def kind_of(path: str | Path) -> str:
    """Return the kind of report a file's name asks for.

    Raises
    ------
    UsageError
        If it asks for none that is known.

    Examples
    --------
    >>> kind_of("audit.croissant.json"), kind_of("Report.PDF")
    ('croissant', 'pdf')
    """
    name = Path(path).name.lower()
    for ending, kind in ENDINGS.items():
        if name.endswith(ending):
            return kind
    raise UsageError(
        f"{path}: the name must end in {', '.join(ENDINGS)}, as the ending says what to write."
    )


def save_report(
    audit: Audit,
    path: str | Path,
    *,
    min_cell: int = MIN_CELL,
    title: str | None = None,
    author: str | None = "",
    timestamp: int | str | None = None,
    review: Reviewed | None = None,
    before: Audit | None = None,
) -> Path:
    """Write a report of the kind its name ends in, whole or not at all. Returns the path written.

    Raises
    ------
    UsageError
        If the ending is unknown, or `min_cell` or `timestamp` makes no sense.
    InputError
        If the tables are so small that nothing could be shown.
    SourceError
        If the file cannot be written.
    """
    from audits.reports.json_report import write_whole

    made = report_bytes(
        audit,
        kind_of(path),
        min_cell=min_cell,
        title=title,
        author=author,
        timestamp=timestamp,
        review=review,
        before=before,
    )
    return write_whole(path, made)


def report_bytes(
    audit: Audit,
    kind: str,
    *,
    min_cell: int = MIN_CELL,
    title: str | None = None,
    author: str | None = "",
    timestamp: int | str | None = None,
    review: Reviewed | None = None,
    before: Audit | None = None,
) -> bytes:
    """Return a report as `pdf`, `html`, `croissant`, `json` or `csv`; same audit, same bytes.

    Parameters
    ----------
    audit : Audit
        An audit, run or loaded; the data are not needed.
    kind : str
        What to make of it.
    min_cell : int
        Hide counts from 1 to one less than this, and what would let them be computed; 0 hides none.
    title, author : str, optional
        For the cover and the file's metadata.
    timestamp : int or str, optional
        Seconds since 1970, or a date as ``2026-11-27`` or ``2026-11-27T12:00:00Z``.
    review : Reviewed, optional
        What people decided and signed; in PDF and HTML.
    before : Audit, optional
        The audit before this one, so that PDF and HTML say what changed.
    """
    from audits.disclosure import protected

    if kind not in _MAKERS:
        raise UnknownNameError("kind of report", kind, list(_MAKERS))
    said: dict[str, Any] = {"title": title, "author": author or "", "timestamp": seconds(timestamp)}
    if kind in ("pdf", "html"):
        said.update(review=review, before=before)
    return _MAKERS[kind](protected(audit, min_cell), said)


def seconds(timestamp: int | str | None) -> int | None:
    """Read a point in time as seconds since 1970; a date without a zone is meant as UTC.

    Raises
    ------
    UsageError
        If it is neither a number of seconds nor a date.

    Examples
    --------
    >>> seconds("1970-01-02"), seconds("86400"), seconds("1970-01-01T01:00:00+01:00")
    (86400, 86400, 0)
    """
    if timestamp is None or isinstance(timestamp, int):
        found = timestamp
    elif timestamp.strip().lstrip("-").isdecimal():
        found = int(timestamp)
    else:
        try:
            date = datetime.fromisoformat(timestamp.strip())
        except ValueError:
            found = -1
        else:
            found = int((date if date.tzinfo else date.replace(tzinfo=UTC)).timestamp())
    if found is not None and not 0 <= found <= _LATEST:
        raise UsageError(
            f"the timestamp {timestamp!r} is no time from 1970 on. Give a date such as 2026-11-27, "
            "or seconds since 1970."
        )
    return found


_LATEST = int(datetime(9999, 12, 31, tzinfo=UTC).timestamp())


# -- kinds -----------------------------------------------------------------------------------------


def _pdf(audit: Audit, said: dict[str, Any]) -> bytes:
    from audits.reports.document import document
    from audits.reports.pdf_report import pdf_report

    return pdf_report(document(audit, **said, min_cell=audit.min_cell))


def _html(audit: Audit, said: dict[str, Any]) -> bytes:
    from audits.reports.document import document
    from audits.reports.html_report import html_report

    return _encoded(html_report(document(audit, **said, min_cell=audit.min_cell)))


def _croissant(audit: Audit, said: dict[str, Any]) -> bytes:
    from audits.reports.croissant import croissant_text

    return _encoded(croissant_text(audit, **said))


def _json(audit: Audit, _: dict[str, Any]) -> bytes:
    return _encoded(json.dumps(audit.to_dict(), allow_nan=False, ensure_ascii=False))


def _csv(audit: Audit, _: dict[str, Any]) -> bytes:
    from audits.reports.csv_report import audit_csv

    return _encoded(audit_csv(audit))


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "backslashreplace")


_MAKERS: dict[str, Callable[[Audit, dict[str, Any]], bytes]] = {
    "pdf": _pdf,
    "html": _html,
    "croissant": _croissant,
    "json": _json,
    "csv": _csv,
}
