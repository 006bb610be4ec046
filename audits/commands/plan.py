"""Whom to collect, and whether an earlier plan was met."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from audits import cli_options as options
from audits.cli_streams import as_json, out, page_look, remark
from audits.commands.watching import watched

Data = Annotated[
    str,
    typer.Argument(
        metavar="REAL|AUDIT.json",
        help="The real table (CSV, CSV.gz, TSV, Parquet, JSON Lines or Feather), or a saved audit "
        "that asked for the collection plan.",
    ),
]
HalfWidth = Annotated[
    float | None,
    typer.Option(
        metavar="0.05",
        help="How wide, either way, the interval of a share may be in every group "
        "(the setting plan_half_width).",
    ),
]
Population = Annotated[
    int | None,
    typer.Option(
        metavar="N",
        help="People in the population that is collected from (the setting population_size).",
    ),
]
Quotas = Annotated[
    str | None,
    typer.Option(
        metavar="FILE", help="Quotas that an earlier plan saved: say whether they are met now."
    ),
]
QuotasTo = Annotated[
    Path | None,
    typer.Option(
        "--output",
        metavar="FILE",
        help="Save the quotas as CSV: a line per group that needs more people.",
    ),
]


class Unmet(StrEnum):
    """What a plan can fail on."""

    UNMET = "unmet"


PlanGate = Annotated[
    Unmet | None,
    typer.Option("--fail-on", help="Exit with 1 if a quota of --quotas is not met."),
]


def plan(  # noqa: PLR0913, one parameter per option is how Typer declares them
    data: Data,
    *,
    sensitive_features: options.SensitiveFeatures = None,
    reference: options.Reference = None,
    half_width: HalfWidth = None,
    population: Population = None,
    quotas: Quotas = None,
    weights: options.Weights = None,
    features: options.Features = None,
    kind: options.Kind = None,
    bands: options.Bands = None,
    missing: options.Missing = None,
    metadata: options.Metadata = None,
    intersections: options.Intersections = None,
    set_: options.SetName = None,
    memory: options.Memory = None,
    threads: options.Threads = None,
    spark: options.Spark = None,
    fail_on: PlanGate = None,
    output: QuotasTo = None,
    format_: options.Shown = None,
) -> None:
    """Say how many more real people each group needs, and whom to recruit."""
    from audits import config
    from audits.plans import plan as planned

    changed = _settings(set_, half_width, population, intersections)
    _check(output, (data, reference, quotas, metadata), gated=fail_on is not None)
    with watched(["reading", "collection"]) as heard:
        found = planned(
            data,
            sensitive_features=config.names(sensitive_features),
            reference=reference,
            weights=weights,
            features=config.names(features),
            kinds=config.pairs("--kind", kind, "age=numeric"),
            metadata=metadata,
            bands=config.bands(bands),
            missing=config.names(missing) or (),
            quotas=quotas,
            settings=changed,
            memory=memory,
            threads=threads,
            spark=spark,
            progress=heard,
        )
    if output is not None:
        found.save(output)
        remark(f"saved {output}, with every count: keep it where the data are")
    _write(found, format_)
    if fail_on is not None and found.unmet:
        remark(f"--fail-on unmet: {len(found.unmet)} of {len(found.checks)} quotas")
        raise typer.Exit(1)


def _check(output: Path | None, given: tuple[str | None, ...], *, gated: bool) -> None:
    """Refuse what would be of no use before anything is read."""
    from audits.config import check_place
    from audits.errors import UsageError

    if gated and given[2] is None:
        raise UsageError("--fail-on unmet needs --quotas, the file to check.")
    if output is None:
        return
    check_place(output)
    for one in given:
        if one is not None and output.resolve() == Path(one).resolve():
            raise UsageError(f"--output {output} would overwrite an input. Choose another name.")


def _settings(
    set_: list[str] | None,
    half_width: float | None,
    population: int | None,
    intersections: int | None,
) -> Any:
    """Return the settings if any is changed: a saved audit has its own."""
    from audits.config import pairs
    from audits.errors import UsageError
    from audits.settings import Settings

    changes: dict[str, Any] = dict(pairs("--set", set_, "plan_people=50") or {})
    own = {
        "plan_half_width": ("--half-width", half_width),
        "population_size": ("--population", population),
        "intersections": ("--intersections", intersections),
    }
    for name, (option, value) in own.items():
        if value is None:
            continue
        if name in changes:
            raise UsageError(f"{name} is given twice, by {option} and by --set. Drop one of them.")
        changes[name] = value
    return Settings().having(**changes) if changes else None


def _write(found: Any, format_: options.Format | None) -> None:
    from audits.reports.plan_report import plan_text, quotas_csv

    if format_ is options.Format.JSON:
        out(as_json(found.to_dict()))
    elif format_ is options.Format.CSV:
        out(quotas_csv(found))
    else:
        out(plan_text(found, **page_look()))
