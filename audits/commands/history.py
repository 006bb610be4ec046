"""The history of audits of one dataset: kept in a store, shown as a trend."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from audits import cli_options as options
from audits.cli_streams import as_json, guarded, out, page_look, remark

if TYPE_CHECKING:
    from audits.trends import Trend

Kept = Annotated[
    str,
    typer.Option(
        "--store",
        metavar="FILE|URL",
        envvar="AUDITS_STORE",
        help="Where the history is kept: an SQLite file, or postgresql+psycopg://…",
    ),
]
Series = Annotated[
    str, typer.Option("--series", metavar="NAME", help="The dataset whose audits these are.")
]
Label = Annotated[str, typer.Option(metavar="TEXT", help="What this audit is called, such as v3.")]
OfQuestion = Annotated[
    str | None, typer.Option("--question", metavar="NAME", help="Only this question.")
]
OfGroup = Annotated[
    list[str] | None,
    typer.Option(
        "--group", metavar="NAME=VALUE", help="Only this group. May be given again to cross values."
    ),
]

history = typer.Typer(
    name="history", help="Keep audits of one dataset, and show how groups fare.",
    no_args_is_help=True,
)  # fmt: skip


@history.command()
@guarded
def add(audit: options.SavedAudit, *, store: Kept, series: Series, label: Label = "") -> None:
    """Add a saved audit to the history of a dataset; the same audit is kept once."""
    from audits.errors import UsageError
    from audits.reports.history_kept import keep
    from audits.reports.json_report import load
    from audits.review.store import Store

    if not series.strip():
        raise UsageError("--series is empty. Name the dataset whose audits these are.")
    loaded = load(audit)
    with Store(store) as opened:
        kept = keep(opened, series, loaded, label=label)
    remark(f"{series}: kept as audit {kept.number}{f' ({kept.label})' if kept.label else ''}")
    if label and kept.label != label:
        remark("It was there already, under this label; an audit is kept once.")


@history.command()
@guarded
def show(
    *,
    store: Kept,
    series: Series,
    question: OfQuestion = None,
    group: OfGroup = None,
    format_: options.Shown = None,
) -> None:
    """Show how every group fares over the audits of a dataset, and what surely changed."""
    import dataclasses

    from audits.config import pairs
    from audits.errors import UnknownNameError
    from audits.reports.history_report import history_csv, history_text, history_to_dict
    from audits.results import as_group, group_name

    found = _found(store, series, question)
    wanted = as_group(pairs("--group", group, "sex=female") or {}) if group else None
    courses = found.about(question, wanted)
    if wanted and not courses:
        known = sorted({group_name(course.group) for course in found.courses})
        raise UnknownNameError("group in this history", group_name(wanted), known)
    found = dataclasses.replace(found, courses=courses)
    if format_ is options.Format.JSON:
        out(as_json(history_to_dict(found)))
    elif format_ is options.Format.CSV:
        out(history_csv(found))
    else:
        out(history_text(found, **page_look()))


def _found(store: str, series: str, question: str | None) -> Trend:
    import dataclasses

    from audits.diffs import diff
    from audits.errors import UnknownNameError
    from audits.reports.history_kept import read
    from audits.reports.history_report import dated
    from audits.review.store import Store
    from audits.trends import follow

    with Store(store, read_only=True) as opened:
        known = opened.series()
        if series not in known:
            raise UnknownNameError("series in this store called", series, known or ("none",))
        asked = {name for one in read(opened, series, ()).audits for name in one.brief.asked}
        if question is not None and question not in asked:
            raise UnknownNameError("question in this history", question, sorted(asked))
        kept = read(opened, series, None if question is None else (question,))
        for sentence in kept.trouble:
            remark(sentence)
        last = [dated(opened.audit(series, one.number)).audit for one in kept.kept[-2:]]
    since = diff(*last) if len(last) > 1 else None
    return dataclasses.replace(follow(kept.audits), since=since)
