"""The options of `audits review`, each declared once."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from audits.review.records import Action, Status


class Kinds(StrEnum):
    """The kinds of item."""

    FINDING = "finding"
    RECORD = "record"


class Sorts(StrEnum):
    """Orders of items."""

    SEVERITY = "severity"
    ROW = "row"
    RULE = "rule"
    GROUP = "group"
    CHANGED = "changed"


InStore = Annotated[
    str,
    typer.Option(
        "--store", metavar="FILE|URL", envvar="AUDITS_STORE", show_envvar=True,
        help="The store: a file, or postgresql+psycopg://user@host/database. A password belongs "
        "into AUDITS_STORE, where no list of processes shows it.",
    ),
]  # fmt: skip
OneQueue = Annotated[str, typer.Argument(metavar="QUEUE", help="The queue's id.")]
OneItem = Annotated[
    str | None, typer.Argument(metavar="[ITEM]", help="One item's id, to see all of it.")
]
Items = Annotated[
    list[str] | None,
    typer.Argument(metavar="[ITEM]...", help="Ids of items; or none, and what a filter finds."),
]
Name = Annotated[
    str | None, typer.Option("--name", metavar="TEXT", help="What people call the queue.")
]
AuditFile = Annotated[
    Path | None,
    typer.Option("--audit", metavar="FILE", help="The audit, saved as JSON; else made now."),
]
MinCell = Annotated[
    int | None,
    typer.Option(
        "--min-cell", metavar="NUMBER",
        help="Show of a real record only what at least so many real people share; 11 by default, "
        "0 hides nothing (review_min_cell).",
    ),
]  # fmt: skip
Take = Annotated[
    list[str] | None,
    typer.Option(
        "--take", metavar="A,B",
        help="What to take: finding, and rules that flag rows, as copy,outlier; all by default.",
    ),
]  # fmt: skip
Rule = Annotated[
    str | None, typer.Option("--rule", metavar="NAME", help="Only what this rule asked for.")
]
InStatus = Annotated[Status | None, typer.Option("--status", help="Only items with this status.")]
Kind = Annotated[Kinds | None, typer.Option("--kind", help="Only findings, or only records.")]
InGroup = Annotated[
    list[str] | None,
    typer.Option(
        "--group", metavar="FEATURE=VALUE",
        help="Only items of groups with this value, as race=Black. May be given again.",
    ),
]  # fmt: skip
Text = Annotated[
    str | None, typer.Option("--text", metavar="TEXT", help="Only items whose reason holds this.")
]
From = Annotated[
    float | None, typer.Option("--severity", metavar="NUMBER", help="Only from this severity on.")
]
NotBy = Annotated[
    str | None,
    typer.Option("--not-by", metavar="NAME", help="Only items this reviewer has not decided on."),
]
Sort = Annotated[Sorts, typer.Option("--sort", help="The order.")]
Start = Annotated[
    int, typer.Option("--start", metavar="NUMBER", min=0, help="How many items to leave out first.")
]
Size = Annotated[
    int, typer.Option("--size", metavar="NUMBER", min=1, max=1000, help="How many items to list.")
]
Act = Annotated[Action, typer.Option("--action", help="What should become of it.")]
Reason = Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why, in a sentence.")]
ByName = Annotated[
    str, typer.Option("--reviewer", metavar="NAME", help="Who decides; kept as a typed name.")
]
Edit = Annotated[
    list[str] | None,
    typer.Option(
        "--edit", metavar="COLUMN=VALUE",
        help="The new value of a column, with --action edit. May be given again.",
    ),
]  # fmt: skip
Settle = Annotated[
    bool, typer.Option("--adjudicate", help="Settle a dispute between two other reviewers.")
]
Seen = Annotated[
    int | None,
    typer.Option(
        "--seen", metavar="VERSION", min=0,
        help="The version that was looked at: if another has decided since, nothing is kept.",
    ),
]  # fmt: skip
Yes = Annotated[
    bool, typer.Option("--yes", help="Decide on all that the filter finds, not only preview it.")
]
ExportTo = Annotated[
    Path, typer.Option("--output", metavar="FILE", help="A name that ends in .csv or .json.")
]
