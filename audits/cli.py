"""The command line: results on standard output, everything else on standard error.

Exit codes: 0 done; 1 a finding reached the verdict of ``--fail-on``; 2 the question was put
wrongly; 3 the data cannot be judged; 70 a bug; 130 interrupted.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from audits import cli_options as options
from audits.cli_streams import (
    as_json,
    gate,
    guarded,
    holding,
    out,
    page_look,
    remark,
    standing,
    under,
    write_audit,
)
from audits.commands import FURTHER
from audits.commands.history import history
from audits.commands.review import review
from audits.commands.watching import watched

if TYPE_CHECKING:
    from audits.config import Request
    from audits.results import Audit

app = typer.Typer(
    name="audits",
    help="An auditor of representation and bias in synthetic data.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_show_locals=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Exit codes: 0 done, 1 --fail-on was reached, 2 usage, 3 data cannot be judged, 70 bug.",
)


def main() -> None:
    """Run the command line and leave with its exit code."""
    app(prog_name="audits")


@app.callback(invoke_without_command=True)
def _audits(version: options.Version = False) -> None:
    """An auditor of representation and bias in synthetic data."""
    if version:
        out(f"audits {_version()}\n")
        raise typer.Exit


def _version() -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("audits")
    except PackageNotFoundError:  # run from a checkout that is not installed
        return "(not installed)"


# -- an audit --------------------------------------------------------------------------------------


@app.command()
@guarded
def compare(  # noqa: PLR0913, one parameter per option is how Typer declares them
    real: options.RealTable = None,
    synthetic: options.SyntheticTable = None,
    *,
    sensitive_features: options.SensitiveFeatures = None,
    reference: options.Reference = None,
    holdout: options.Holdout = None,
    rules: options.RulesFile = None,
    quotas: options.QuotasFile = None,
    weights: options.Weights = None,
    features: options.Features = None,
    kind: options.Kind = None,
    bands: options.Bands = None,
    missing: options.Missing = None,
    metadata: options.Metadata = None,
    target: options.Target = None,
    positive: options.Positive = None,
    model: options.ModelOf = None,
    exclude: options.Exclude = None,
    ask: options.Ask = None,
    intersections: options.Intersections = None,
    set_: options.SetName = None,
    seed: options.Seed = None,
    memory: options.Memory = None,
    threads: options.Threads = None,
    work_folder: options.WorkFolder = None,
    keep_work: options.KeepWork = False,
    spark: options.Spark = None,
    config: options.Config = None,
    fail_on: options.FailOn = None,
    output: options.Output = None,
    format_: options.Shown = None,
    everything: options.Everything = False,
    progress_to: options.ProgressTo = None,
) -> None:
    """Audit a synthetic table against the real one; findings worst first."""
    from audits import config as configuration

    given = {
        "real": real, "synthetic": synthetic, "reference": reference, "holdout": holdout,
        "rules": rules, "quotas": quotas, "weights": weights, "metadata": metadata,
        "output": output,
        "sensitive_features": configuration.names(sensitive_features),
        "features": configuration.names(features),
        "missing": configuration.names(missing),
        "ask": configuration.names(ask), "target": target, "positive": positive, "model": model,
        "exclude": configuration.names(exclude),
        "kind": configuration.pairs("--kind", kind, "age=numeric"),
        "bands": configuration.bands(bands),
        "set": configuration.pairs("--set", set_, "share_watch=0.9"),
        "intersections": intersections, "seed": seed,
        "memory": memory, "threads": threads, "work_folder": work_folder,
        "keep_work": keep_work or None, "spark": spark,
        "fail_on": fail_on and fail_on.value,
        "format": format_ and format_.value,
    }  # fmt: skip
    asked = configuration.request(given, config)
    audit = under(_run(asked, progress_to), asked.exceptions, config)
    if asked.keep_work:
        made = Path(asked.work_folder or "").glob("audits-work-*")
        kept = max(made, key=lambda path: path.stat().st_mtime)
        remark(f"kept what was read in {kept}")
    if asked.output is not None:
        audit.save(asked.output)
        remark(f"saved {asked.output}{holding(asked.output)}")
    write_audit(audit, asked.format, everything=everything)
    gate(standing(audit), asked.fail_on, "found")


def _run(asked: Request, progress_to: str | None = None) -> Audit:
    from audits.run import compare as run

    settings, stages = asked.settings, asked.stages
    with watched(stages, progress_to) as heard:
        return run(
            asked.real,
            asked.synthetic,
            sensitive_features=asked.sensitive_features,
            reference=asked.reference,
            holdout=asked.holdout,
            rules=asked.rules,
            quotas=asked.quotas,
            weights=asked.weights,
            features=asked.features,
            kinds=asked.kind,
            metadata=asked.metadata,
            bands=asked.bands,
            missing=asked.missing,
            target=asked.target,
            positive=asked.positive,
            model=asked.model,
            exclude=asked.exclude,
            ask=asked.ask,
            settings=settings,
            memory=asked.memory,
            threads=asked.threads,
            work_folder=asked.work_folder,
            keep_work=asked.keep_work,
            spark=asked.spark,
            progress=heard,
        )


# -- saved audits ----------------------------------------------------------------------------------


@app.command()
@guarded
def show(
    audit: options.SavedAudit,
    *,
    question: options.OnlyQuestions = None,
    fail_on: options.FailOn = None,
    format_: options.Shown = None,
    everything: options.Everything = False,
) -> None:
    """Print a saved audit; the data are not needed."""
    from audits.config import names
    from audits.reports.json_report import load

    loaded = _only(load(audit), names(question))
    write_audit(loaded, format_.value if format_ else "text", everything=everything)
    gate(standing(loaded, today=True), fail_on and fail_on.value, "found")


def _only(audit: Audit, wanted: tuple[str, ...] | None) -> Audit:
    import dataclasses

    from audits.errors import UnknownNameError

    if not wanted:
        return audit
    for name in wanted:
        if name not in audit.answers:
            raise UnknownNameError("answer in this audit to", name, list(audit.answers))
    return dataclasses.replace(
        audit,
        answers={name: audit.answers[name] for name in audit.answers if name in wanted},
        findings=tuple(f for f in audit.findings if f.question in wanted),
    )


@app.command()
@guarded
def diff(
    before: options.Before,
    after: options.After,
    *,
    fail_on: options.DiffGate = None,
    format_: options.Shown = None,
) -> None:
    """Print what differs between two saved audits: what appeared, changed, went."""
    from audits.diffs import diff as compared
    from audits.reports.json_report import load

    found = compared(load(before), load(after))
    form = format_.value if format_ else "text"
    if form == "json":
        out(as_json(found.to_dict()))
    elif form == "csv":
        from audits.reports.csv_report import diff_csv

        out(diff_csv(found))
    else:
        from audits.reports.text_report import diff_text

        out(diff_text(found, **page_look()))
    gate(found.worse, fail_on and fail_on.value, "new or worse")


# -- what there is ---------------------------------------------------------------------------------


@app.command()
@guarded
def settings(*, format_: options.Shown = None) -> None:
    """List every setting: default, range, meaning, source."""
    from audits.settings import settings_declared

    columns = ("name", "default", "range", "meaning", "source")
    lines = [{c: getattr(setting, c) for c in columns} for setting in settings_declared()]
    _list(columns, lines, format_, "{name} = {default} ({range})", "{meaning} Source: {source}.")


@app.command()
@guarded
def questions(*, format_: options.Shown = None) -> None:
    """List every question an audit can ask."""
    from audits.registry import all_questions

    columns = ("id", "title", "asks", "settings")
    lines = [
        {"id": q.id, "title": q.title, "asks": q.asks, "settings": ", ".join(q.settings) or "none"}
        for q in all_questions()
    ]
    _list(columns, lines, format_, "{id}", "{asks} Settings: {settings}.")


def _list(
    columns: tuple[str, ...],
    lines: list[dict[str, Any]],
    form: options.Format | None,
    head: str,
    body: str,
) -> None:
    if form is options.Format.JSON:
        out(as_json(lines))
    elif form is options.Format.CSV:
        from audits.reports.csv_report import table_csv

        out(table_csv(columns, lines))
    else:
        from audits.reports.text_report import Page

        look = page_look()
        page = Page(look["width"], colour=look["colour"])
        for line in lines:
            page.add(head.format(**line), "bold")
            page.add(body.format(**line), indent=2)
        out(page.text)


for _command in FURTHER:
    app.command()(guarded(_command))
app.add_typer(review)
app.add_typer(history)
