"""A gate for continuous integration: fails on what is new since a baseline."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Annotated

import typer

from audits import cli_options as options
from audits.cli_streams import as_json, out, page_look

Baseline = Annotated[
    Path, typer.Argument(metavar="BASELINE", help="The audit that is taken as known, as JSON.")
]
Strict = Annotated[
    bool,
    typer.Option(
        "--strict",
        help="Fail, too, where the audits are not quite comparable, or what the baseline found is "
        "not judged any more.",
    ),
]
NewGate = Annotated[
    options.Gate | None,
    typer.Option("--fail-on", help="Fail on a new problem (default), or on what is to be watched."),
]
Safe = Annotated[
    Path | None,
    typer.Option(
        "--config",
        metavar="FILE",
        help="A TOML file of safeguards, whose exceptions are accepted; by default those that the "
        "audit was made under.",
    ),
]


def gate(
    baseline: Baseline,
    audit: options.SavedAudit,
    *,
    fail_on: NewGate = None,
    config: Safe = None,
    strict: Strict = False,
    format_: options.Shown = None,
) -> None:
    """Exit with 1 if an audit has a problem that its baseline has not, and nobody accepted."""
    from audits.errors import UsageError
    from audits.gates import gate as opened
    from audits.reports.gate_report import gate_text
    from audits.reports.json_report import load
    from audits.safeguards.reading import read_safeguards

    if format_ is options.Format.CSV:
        raise UsageError("a gate is written as text or json. Use audits diff for CSV.")
    found = opened(
        load(baseline),
        load(audit),
        fail_on=fail_on.value if fail_on else "problem",
        safeguards=None if config is None else read_safeguards(config),
        today=datetime.date.today(),
        strict=strict,
    )
    if format_ is options.Format.JSON:
        out(as_json(found.to_dict()))
    else:
        out(gate_text(found, **page_look()))
    if not found.passed:
        raise typer.Exit(1)
