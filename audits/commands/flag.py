"""Flags on every synthetic record."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from audits import cli_options as options
from audits.cli_streams import as_json, out, page_look, remark
from audits.commands.watching import watched

FlagsTo = Annotated[
    Path | None,
    typer.Option(
        "--output",
        metavar="FILE",
        help="Write one line per synthetic row, in order: a name that ends in .parquet or .csv.",
    ),
]
Level = Annotated[
    float | None,
    typer.Option(
        "--alpha",
        metavar="SHARE",
        help="Share of fresh real people who may be flagged; 0.01 by default (flag_level).",
    ),
]
OnlyListed = Annotated[
    bool,
    typer.Option(
        "--only-listed",
        help="Write only the rows that may be published as a list (Benjamini-Hochberg over all "
        "rows, at false_discovery_rate).",
    ),
]


def flag(  # noqa: PLR0913, one parameter per option is how Typer declares them
    real: options.RealTable = None,
    synthetic: options.SyntheticTable = None,
    *,
    sensitive_features: options.SensitiveFeatures = None,
    holdout: options.Holdout = None,
    rules: options.RulesFile = None,
    alpha: Level = None,
    features: options.Features = None,
    kind: options.Kind = None,
    bands: options.Bands = None,
    missing: options.Missing = None,
    metadata: options.Metadata = None,
    set_: options.SetName = None,
    seed: options.Seed = None,
    memory: options.Memory = None,
    threads: options.Threads = None,
    work_folder: options.WorkFolder = None,
    output: FlagsTo = None,
    only_listed: OnlyListed = False,
    format_: options.Shown = None,
    progress_to: options.ProgressTo = None,
) -> None:
    """Flag synthetic records that real people would hardly be, row by row, with the reasons."""
    from audits import config

    given = {
        "real": real, "synthetic": synthetic, "holdout": holdout, "rules": rules,
        "metadata": metadata, "output": None if output is None else str(output),
        "sensitive_features": config.names(sensitive_features),
        "features": config.names(features), "missing": config.names(missing),
        "kind": config.pairs("--kind", kind, "age=numeric"),
        "bands": config.bands(bands),
        "set": config.pairs("--set", set_, "flag_base=50000"),
        "seed": seed, "memory": memory, "threads": threads, "work_folder": work_folder,
    }  # fmt: skip
    _check(output, format_, only_listed=only_listed)
    asked = config.request(given)
    found = _run(asked, alpha, progress_to)
    if output is not None:
        found.save(output, only_listed=only_listed)
        remark(f"saved {output}, a line per row: keep it where the data are")
    _write(found, format_)


def _check(output: Path | None, format_: options.Format | None, *, only_listed: bool) -> None:
    """Refuse what would be of no use before anything is read."""
    from audits.data.written import check_kind
    from audits.errors import UsageError

    if output is not None:
        check_kind(output)
    elif only_listed:
        raise UsageError("--only-listed needs --output, the file to write.")
    if format_ is options.Format.CSV:
        raise UsageError("--format csv is no summary of flags. Write the lines: --output flags.csv")


def _run(asked: Any, alpha: float | None, progress_to: str | None) -> Any:
    from audits.flags.flagging import STAGES
    from audits.flags.flagging import flag as flagged

    with watched(STAGES, progress_to) as heard:
        return flagged(
            asked.real,
            asked.synthetic,
            sensitive_features=asked.sensitive_features,
            holdout=asked.holdout,
            rules=asked.rules,
            level=alpha,
            features=asked.features,
            kinds=asked.kind,
            metadata=asked.metadata,
            bands=asked.bands,
            missing=asked.missing,
            settings=asked.settings,
            memory=asked.memory,
            threads=asked.threads,
            work_folder=asked.work_folder,
            progress=heard,
        )


def _write(found: Any, format_: options.Format | None) -> None:
    from audits.reports.flags_report import flags_text

    if format_ is options.Format.JSON:
        out(as_json(found.to_dict()))
    else:
        out(flags_text(found, **page_look()))
