"""A saved audit handed over as a report: with decisions, signatures and what changed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from audits import cli_options as options
from audits.cli_streams import remark

if TYPE_CHECKING:
    from audits.results import Audit
    from audits.review.reviewed import Reviewed

Since = Annotated[
    Path | None,
    typer.Option(
        metavar="AUDIT",
        help="The audit before this one, saved as JSON: the report says what changed.",
    ),
]
OfStore = Annotated[
    str | None,
    typer.Option(
        "--store",
        metavar="FILE|URL",
        envvar="AUDITS_STORE",
        help="The store in which the audit was reviewed; with --queue.",
    ),
]
OfQueue = Annotated[
    str | None,
    typer.Option(
        "--queue",
        metavar="QUEUE",
        help="The queue of the store whose decisions and signatures the report shows.",
    ),
]


def report(  # noqa: PLR0913, one parameter per option is how Typer declares them
    audit: options.SavedAudit,
    *,
    output: options.ReportTo,
    min_cell: options.MinCell = 11,
    title: options.Title = None,
    author: options.Author = "",
    timestamp: options.Timestamp = None,
    since: Since = None,
    store: OfStore = None,
    queue: OfQueue = None,
) -> None:
    """Write a report of a saved audit to hand over: PDF, HTML or Croissant metadata."""
    from audits.reports.json_report import load
    from audits.reports.saving import save_report, seconds

    _check(audit, output, told_more=bool(since or queue))
    seconds(timestamp)
    loaded = load(audit)
    save_report(
        loaded,
        output,
        min_cell=min_cell,
        title=title,
        author=author,
        timestamp=timestamp,
        review=_review(store, queue, loaded, audit),
        before=None if since is None else load(since),
    )
    remark(f"saved {output}, {_hiding(max(min_cell, loaded.min_cell))}")


def _check(audit: Path, output: Path, *, told_more: bool) -> None:
    """Refuse what would be of no use, or would overwrite the audit, before anything is done."""
    from audits.config import check_place
    from audits.errors import UsageError
    from audits.reports.saving import kind_of

    if kind_of(output) not in ("pdf", "html") and told_more:
        raise UsageError("--since and --queue are for reports that people read: a PDF or HTML.")
    check_place(output)
    if output.resolve() == audit.resolve():
        raise UsageError(f"--output {output} would overwrite the audit. Choose another name.")


def _review(store: str | None, queue: str | None, audit: Audit, named: Path) -> Reviewed | None:
    from audits.errors import UsageError

    if queue is None:
        return None
    if store is None:
        raise UsageError("--queue needs --store, where the queue is kept.")
    from audits.review.digests import check_audit
    from audits.review.reviewed import reviewed
    from audits.review.store import Store

    with Store(store, read_only=True) as opened:
        check_audit(opened.queue(queue), audit, str(named))
        return reviewed(opened, queue)


def _hiding(min_cell: int) -> str:
    return f"counts below {min_cell} hidden" if min_cell > 1 else "with every count"
