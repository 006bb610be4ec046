"""Weights that give a table the shares of a reference population."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from audits import cli_options as options
from audits.cli_streams import as_json, out, page_look, remark
from audits.commands.watching import watched

Table = Annotated[
    str,
    typer.Argument(
        metavar="TABLE",
        help="Real or synthetic rows: CSV, CSV.gz, TSV, Parquet, JSON Lines or Feather.",
    ),
]
Shares = Annotated[
    str,
    typer.Option(
        "--reference",
        metavar="FILE",
        help="Population shares: CSV lines of column, group, share; joint ones as race×sex.",
    ),
]
Joint = Annotated[
    bool,
    typer.Option("--joint", help="Use only the joint shares of all columns (post-stratification)."),
]
Margins = Annotated[
    bool, typer.Option("--margins", help="Use only the shares of single columns (raking).")
]
Trim = Annotated[
    float | None,
    typer.Option(metavar="CAP", help="Largest weight allowed, as a multiple of the mean weight."),
]
Synthetic = Annotated[
    bool, typer.Option("--synthetic", help="The rows are synthetic: do not call them people.")
]
WeightsTo = Annotated[
    Path,
    typer.Option(
        "--output",
        metavar="FILE",
        help="Where the weights go: .csv or .parquet, a row number (from 1) and a weight per row.",
    ),
]


def reweight(  # noqa: PLR0913, one parameter per option is how Typer declares them
    table: Table,
    *,
    reference: Shares,
    output: WeightsTo,
    sensitive_features: options.SensitiveFeatures = None,
    joint: Joint = False,
    margins: Margins = False,
    trim: Trim = None,
    synthetic: Synthetic = False,
    kind: options.Kind = None,
    bands: options.Bands = None,
    missing: options.Missing = None,
    set_: options.SetName = None,
    memory: options.Memory = None,
    threads: options.Threads = None,
    format_: options.Shown = None,
) -> None:
    """Weigh the rows of a table to a reference population; weights create no people."""
    from audits import config
    from audits.reweighting import reweight as weighed
    from audits.settings import Settings

    _check(output, (table, reference), both=joint and margins)
    changes = config.pairs("--set", set_, "design_effect_watch=2") or {}
    with watched(["reading"]) as heard:
        made = weighed(
            table,
            reference,
            sensitive_features=config.names(sensitive_features),
            use="joint" if joint else "margins" if margins else None,
            trim=trim,
            synthetic=synthetic,
            kinds=config.pairs("--kind", kind, "age=numeric"),
            bands=config.bands(bands),
            missing=config.names(missing) or (),
            settings=Settings().having(**changes),
            memory=memory,
            threads=threads,
            progress=heard,
        )
    made.save(output)
    remark(f"saved {output}, a weight for each of {made.rows:,} rows")
    _write(made, format_)


def _check(output: Path, given: tuple[str, str], *, both: bool) -> None:
    """Refuse what cannot be done before anything is read."""
    from audits.config import check_place
    from audits.data.weight_files import check_ending
    from audits.errors import UsageError

    if both:
        raise UsageError("--joint and --margins exclude each other. Drop one of them.")
    check_ending(output)
    check_place(output)
    for one in given:
        if output.resolve() == Path(one).resolve():
            raise UsageError(f"--output {output} would overwrite an input. Choose another name.")


def _write(made: object, format_: options.Format | None) -> None:
    from audits.reports.weighting_report import margins_csv, weighting_text, weighting_to_dict
    from audits.reweighting import Weighting

    assert isinstance(made, Weighting)
    if format_ is options.Format.JSON:
        out(as_json(weighting_to_dict(made)))
    elif format_ is options.Format.CSV:
        out(margins_csv(made))
    else:
        out(weighting_text(made, **page_look()))
