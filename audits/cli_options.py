"""The options of the command line, each declared once."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer


class Format(StrEnum):
    """How a result is written to standard output."""

    TEXT = "text"
    JSON = "json"
    CSV = "csv"


class Gate(StrEnum):
    """From which verdict on the exit code is 1."""

    PROBLEM = "problem"
    WATCH = "watch"


_TABLE = "CSV, CSV.gz, TSV, Parquet (file, folder or pattern), JSON Lines or Feather."

RealTable = Annotated[
    str | None, typer.Argument(metavar="REAL", help=f"The real table: {_TABLE}", show_default=False)
]
SyntheticTable = Annotated[
    str | None,
    typer.Argument(metavar="SYNTHETIC", help=f"The synthetic table: {_TABLE}", show_default=False),
]
SavedAudit = Annotated[Path, typer.Argument(metavar="AUDIT", help="An audit saved as JSON.")]
Before = Annotated[Path, typer.Argument(metavar="BEFORE", help="The earlier audit, saved as JSON.")]
After = Annotated[Path, typer.Argument(metavar="AFTER", help="The later audit, saved as JSON.")]

SensitiveFeatures = Annotated[
    list[str] | None,
    typer.Option(
        "--sensitive-features",
        metavar="A,B",
        help="Columns that form the groups, joined by commas. A name that holds a comma stands in "
        "double quotation marks.",
    ),
]
Reference = Annotated[
    str | None,
    typer.Option(metavar="FILE", help="Population shares: CSV lines of column, group, share."),
]
Holdout = Annotated[
    str | None, typer.Option(metavar="FILE", help="Real rows that the generator never saw.")
]
RulesFile = Annotated[
    str | None,
    typer.Option(
        "--rules",
        metavar="FILE",
        # square brackets would be taken for mark-up
        help="Rules that rows must meet: a TOML file with tables called rule, each with a text "
        'such as check = "age >= 15 if marital = married".',
    ),
]
QuotasFile = Annotated[
    str | None,
    typer.Option(
        "--quotas",
        metavar="FILE",
        help="What the synthetic table must hold of groups: a TOML file with tables called quotas, "
        'each with lines such as group = { sex = "female" } and rows = { at_least = 500 }.',
    ),
]
Weights = Annotated[
    str | None, typer.Option(metavar="COLUMN", help="Survey weights, a column of the real table.")
]
Features = Annotated[
    list[str] | None,
    typer.Option(metavar="A,B", help="Compare only these columns (and the sensitive features)."),
]
Kind = Annotated[
    list[str] | None,
    typer.Option(
        metavar="NAME=KIND",
        help="What a column is: categorical, numeric, date, boolean, identifier, free_text, "
        "constant, or ordinal:low|mid|high. May be given again.",
    ),
]
Bands = Annotated[
    list[str] | None,
    typer.Option(
        metavar="NAME=18,30,65",
        help="Edges of bands for a numeric sensitive feature. May be given again.",
    ),
]
Missing = Annotated[
    list[str] | None,
    typer.Option(metavar="'?,N'", help="Texts that mean missing, beside empty cells."),
]
Metadata = Annotated[
    str | None, typer.Option(metavar="FILE", help="SDV metadata, taken for kinds not given.")
]
Target = Annotated[
    str | None,
    typer.Option(
        metavar="COLUMN",
        help="Ask about fairness, too: would a model of this column, trained on the synthetic "
        "rows, serve every group as well?",
    ),
]
Positive = Annotated[
    str | None,
    typer.Option(
        metavar="LABEL",
        help="The label of the target that rates are of; of two, a word such as yes, or the rarer.",
    ),
]
ModelOf = Annotated[
    str | None,
    typer.Option(
        "--model",
        metavar="NAME",
        help="What is trained: logistic (default), boosting, or a factory of yours as module:name, "
        "called without arguments, that returns an object with fit and predict.",
    ),
]
Exclude = Annotated[
    list[str] | None,
    typer.Option(metavar="A,B", help="Columns that models do not see."),
]
Ask = Annotated[
    list[str] | None,
    typer.Option(metavar="A,B", help="Ask these questions only; `audits questions` lists them."),
]
Intersections = Annotated[
    int | None,
    typer.Option(metavar="N", help="How many sensitive features are crossed to form groups."),
]
SetName = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="NAME=VALUE",
        help="Change a setting; `audits settings` lists them. May be given again.",
    ),
]
Seed = Annotated[
    int | None,
    typer.Option(metavar="N", help="Starts every random stream; same seed, same audit."),
]
Threads = Annotated[
    int | None,
    typer.Option(
        metavar="N",
        min=1,
        help="Threads for reading; as many as there are processors by default. Never changes a "
        "result.",
    ),
]
Memory = Annotated[
    str | None,
    typer.Option(
        metavar="4GB",
        help="Memory to take; what does not fit goes to the work folder. By default six tenths of "
        "what is free. Never changes a result.",
    ),
]
WorkFolder = Annotated[
    str | None,
    typer.Option(
        metavar="FOLDER",
        help="Where the work folder is made; by default among the system's temporary files. It is "
        "gone when the audit ends.",
    ),
]
KeepWork = Annotated[
    bool,
    typer.Option(
        "--keep-work",
        help="Keep what was made in --work-folder: a Parquet copy of every text file read.",
    ),
]
Spark = Annotated[
    str | None,
    typer.Option(
        metavar="ADDRESS",
        help="Count on Spark: spark://host:7077, sc://host:15002 (Spark Connect), or local[2]. "
        "REAL and SYNTHETIC are then paths or names of tables there.",
    ),
]
Config = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE",
        help="Options from a TOML file, under the same names; paths in it are relative to it. "
        "What the command line says wins.",
    ),
]
FailOn = Annotated[
    Gate | None,
    typer.Option(
        help="Exit with 1 if a finding is a problem, or (watch) a problem or watched. Without it "
        "the exit code is 0 whatever is found. Not enough evidence never fails."
    ),
]
Output = Annotated[
    str | None,
    typer.Option(
        metavar="FILE",
        help="Save the whole audit as JSON, too; or, under a name that ends in .pdf, .html or "
        ".croissant.json, a report without small counts.",
    ),
]
ReportTo = Annotated[
    Path,
    typer.Option(
        "--output",
        metavar="FILE",
        help="What to write: a name that ends in .pdf, .html, .croissant.json, .json or .csv.",
    ),
]
MinCell = Annotated[
    int,
    typer.Option(
        metavar="N",
        min=0,
        help="Hide counts from 1 to one less than N, and whatever would let them be computed; 0 "
        "hides none.",
    ),
]
Title = Annotated[str | None, typer.Option(metavar="TEXT", help="The report's title.")]
Author = Annotated[str, typer.Option(metavar="TEXT", help="Who prepared the report.")]
Timestamp = Annotated[
    str | None,
    typer.Option(
        metavar="TIME",
        help="Date of the report, as 2026-11-27 or in seconds since 1970. Without it the report "
        "bears none, and the same audit gives the same bytes.",
    ),
]
Shown = Annotated[
    Format | None,
    typer.Option("--format", help="What standard output gets: text (default), json or csv."),
]
ProgressTo = Annotated[
    str | None,
    typer.Option(metavar="FILE", help="Keep a small JSON file that says how far the audit is."),
]
SavedAudits = Annotated[
    list[Path] | None,
    typer.Option(metavar="AUDIT", help="Open a saved audit, too. May be given again."),
]
Port = Annotated[int, typer.Option(min=1, max=65535, help="Where the dashboard listens.")]
NoBrowser = Annotated[bool, typer.Option("--no-browser", help="Do not open a browser.")]
Everything = Annotated[
    bool, typer.Option("--all", help="In text, write out findings that are ok, too.")
]
OnlyQuestions = Annotated[
    list[str] | None,
    typer.Option(
        "--question",
        metavar="A,B",
        help="Only the findings of these questions; --fail-on then minds only them.",
    ),
]
DiffGate = Annotated[
    Gate | None,
    typer.Option(
        "--fail-on",
        help="Exit with 1 if a problem, or (watch) a problem or watch, is new or has become worse.",
    ),
]
Version = Annotated[
    bool, typer.Option("--version", help="Print the version and leave.", is_eager=True)
]
