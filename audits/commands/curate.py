"""Rows kept and rows removed, and whom that costs."""

from __future__ import annotations

import os
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from audits import cli_options as options
from audits.cli_streams import as_json, gate, out, page_look, remark
from audits.commands.watching import watched

Synthetic = Annotated[
    str,
    typer.Argument(
        metavar="SYNTHETIC",
        help="The synthetic table, one file: CSV, CSV.gz, TSV, JSON Lines, Parquet or Feather.",
    ),
]
Real = Annotated[
    str | None,
    typer.Option(metavar="FILE", help="The real table; or in --config."),
]
StoreAt = Annotated[
    str | None,
    typer.Option(
        metavar="URL",
        help="Where decisions are kept: a file, or postgresql+psycopg://user@host/database; with "
        "--queue also from AUDITS_STORE.",
    ),
]
QueueId = Annotated[
    str | None, typer.Option("--queue", metavar="ID", help="The queue that was decided on.")
]
FlagsFrom = Annotated[
    str | None,
    typer.Option(
        "--flags",
        metavar="FILE",
        help="What audits flag --output wrote; or a table whose column row lists the rows to go.",
    ),
]


class Drop(StrEnum):
    """What of the flags a filter removes."""

    FLAGGED = "flagged"
    LISTED = "listed"
    ANY = "any"
    COPIES = "copies"
    GIVEN = "given"
    FORBIDDEN = "forbidden"
    RULE = "rule"
    RANGE = "range"
    OUTLIER = "outlier"


Dropped = Annotated[
    Drop | None,
    typer.Option(
        "--drop",
        help="Remove what is flagged now (without --flags) in this way: the calibrated flag, those "
        "that may be listed, any rule broken, copies of real rows, or one kind of rule.",
    ),
]
KeptTo = Annotated[
    Path | None,
    typer.Option(
        "--output", metavar="FILE", help="Where the rows kept go; the name ends as SYNTHETIC does."
    ),
]
RemovedTo = Annotated[
    Path | None,
    typer.Option(
        "--removed", metavar="FILE", help="Where the rows removed go: rule, reason, who and when."
    ),
]
ManifestTo = Annotated[
    Path | None,
    typer.Option(
        "--manifest", metavar="FILE", help="Where digests, settings and decisions go, as JSON."
    ),
]
BeforeTo = Annotated[
    Path | None, typer.Option("--save-before", metavar="FILE", help="Save the audit before.")
]
AfterTo = Annotated[
    Path | None, typer.Option("--save-after", metavar="FILE", help="Save the audit after.")
]
Strict = Annotated[
    bool,
    typer.Option("--strict", help="Refuse while an item is unreviewed, disputed or escalated."),
]


def curate(  # noqa: PLR0913, one parameter per option is how Typer declares them
    synthetic: Synthetic,
    *,
    real: Real = None,
    store: StoreAt = None,
    queue: QueueId = None,
    flags: FlagsFrom = None,
    drop: Dropped = None,
    output: KeptTo = None,
    removed: RemovedTo = None,
    manifest: ManifestTo = None,
    save_before: BeforeTo = None,
    save_after: AfterTo = None,
    strict: Strict = False,
    sensitive_features: options.SensitiveFeatures = None,
    reference: options.Reference = None,
    holdout: options.Holdout = None,
    rules: options.RulesFile = None,
    weights: options.Weights = None,
    features: options.Features = None,
    kind: options.Kind = None,
    bands: options.Bands = None,
    missing: options.Missing = None,
    metadata: options.Metadata = None,
    ask: options.Ask = None,
    intersections: options.Intersections = None,
    set_: options.SetName = None,
    seed: options.Seed = None,
    memory: options.Memory = None,
    threads: options.Threads = None,
    work_folder: options.WorkFolder = None,
    config: options.Config = None,
    fail_on: options.FailOn = None,
    format_: options.Shown = None,
    everything: options.Everything = False,
    progress_to: options.ProgressTo = None,
) -> None:
    """Keep, remove and edit synthetic rows as people or a filter decided; audit again."""
    from audits import config as configuration

    given = {
        "real": real, "synthetic": synthetic, "reference": reference, "holdout": holdout,
        "rules": rules, "weights": weights, "metadata": metadata,
        "sensitive_features": configuration.names(sensitive_features),
        "features": configuration.names(features),
        "missing": configuration.names(missing),
        "ask": configuration.names(ask),
        "kind": configuration.pairs("--kind", kind, "age=numeric"),
        "bands": configuration.bands(bands),
        "set": configuration.pairs("--set", set_, "removal_ratio=1.5"),
        "intersections": intersections, "seed": seed,
        "memory": memory, "threads": threads, "work_folder": work_folder,
        "fail_on": fail_on and fail_on.value, "format": format_ and format_.value,
    }  # fmt: skip
    own = {
        "store": _kept_where(store, queue), "queue": queue,
        "flags": flags, "drop": drop and drop.value,
        "output": output, "removed": removed, "manifest": manifest,
        "save_before": save_before, "save_after": save_after, "strict": strict,
    }  # fmt: skip
    _check(format_, output, removed)
    asked = _asked(given, config, own)
    made = _run(asked, own, progress_to)
    for path in (output, removed, manifest, save_before, save_after):
        if path is not None:
            remark(f"saved {path}")
    _write(made, asked.format, everything=everything)
    gate(made.findings, asked.fail_on, "found")


def _check(format_: options.Format | None, *written: Path | None) -> None:
    from audits.errors import UsageError

    if format_ is options.Format.CSV and not any(written):
        raise UsageError("--format csv is for the groups before and after. Name --output, too.")


def _kept_where(store: str | None, queue: str | None) -> str | None:
    """Return the store of a queue; the variable names it as for `audits review`."""
    from audits.errors import UsageError
    from audits.launch import STORE

    if queue is None or store is not None:
        return store
    if not (named := os.environ.get(STORE)):
        raise UsageError(f"--queue needs --store, where the queue is kept, or {STORE}.")
    return named


def _asked(given: dict[str, Any], config: Path | None, own: dict[str, Any]) -> Any:
    """Join options and file; what neither says is as it was when the queue was opened."""
    from audits import config as configuration
    from audits.curation.curating import opened, settings_of
    from audits.errors import UsageError

    written = {} if config is None else configuration.read_config(config)
    if own["store"] is not None and own["queue"] is not None:
        with opened(own["store"]) as reviews:
            queue = reviews.queue(own["queue"])
        known = given["sensitive_features"] or written.get("sensitive_features")
        given["sensitive_features"] = known or queue.sensitive_features
        settings = settings_of(queue).to_dict()
        own_settings = {**(written.get("set") or {}), **(given["set"] or {})}
        given["set"] = {**settings, **own_settings}
        for name in ("seed", "intersections"):
            chosen = given[name] if given[name] is not None else written.get(name)
            if chosen is None:
                chosen = own_settings.get(name, settings[name])
            given["set"].pop(name, None)
            given[name] = chosen
    asked = configuration.request(given, config)
    if asked.spark is not None:
        raise UsageError(
            f"{config} counts on Spark ({asked.spark}), where rows have no order, and curating "
            "needs theirs. Give both tables as files, and leave spark out; an audit that was made "
            "on Spark may serve for a queue all the same: audits review open --audit."
        )
    return asked


def _run(asked: Any, own: dict[str, Any], progress_to: str | None) -> Any:
    from audits.curation.curating import STAGES
    from audits.curation.curating import curate as curated

    with watched(STAGES, progress_to) as heard:
        return curated(
            asked.synthetic,
            asked.real,
            **own,
            sensitive_features=asked.sensitive_features,
            reference=asked.reference,
            holdout=asked.holdout,
            rules=asked.rules,
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
            settings=asked.settings,
            memory=asked.memory,
            threads=asked.threads,
            work_folder=asked.work_folder,
            progress=heard,
        )


def _write(made: Any, form: str, *, everything: bool) -> None:
    from audits.reports.curation_report import curation_text

    if form == "json":
        out(as_json(made.to_dict()))
    elif form == "csv":
        from audits.reports.csv_report import table_csv
        from audits.reports.frames import flat

        lines = [flat(line) for line in made.groups]
        out(table_csv(list(dict.fromkeys(name for line in lines for name in line)), lines))
    else:
        out(curation_text(made, **page_look(), everything=everything))
