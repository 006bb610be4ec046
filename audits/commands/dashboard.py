"""The dashboard, started from the command line."""

from __future__ import annotations

from typing import Annotated

import typer

from audits import cli_options as options

Further = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="G2 …",
        help="Further generations, in order, with --generations.",
        show_default=False,
    ),
]
AreGenerations = Annotated[
    bool,
    typer.Option(
        "--generations",
        help="The tables are generations, in order, the real one first, each made from those "
        "before: audits dashboard G0 G1 G2 --generations.",
    ),
]
Store = Annotated[
    str | None,
    typer.Option(
        "--store",
        metavar="STORE",
        envvar="AUDITS_STORE",
        show_envvar=False,
        help="Where decisions are kept: the path of an SQLite file, or "
        "postgresql+psycopg://… for a team; else a file of the dashboard's own. The environment "
        "variable AUDITS_STORE says the same, and is the place for an address with a password.",
        show_default=False,
    ),
]


def dashboard(  # noqa: PLR0913, one parameter per option is how Typer declares them
    real: options.RealTable = None,
    synthetic: options.SyntheticTable = None,
    further: Further = None,
    *,
    generations: AreGenerations = False,
    sensitive_features: options.SensitiveFeatures = None,
    reference: options.Reference = None,
    holdout: options.Holdout = None,
    rules: options.RulesFile = None,
    audit: options.SavedAudits = None,
    store: Store = None,
    port: options.Port = 8501,
    no_browser: options.NoBrowser = False,
) -> None:
    """Open the dashboard in a browser; on this machine only, and nothing leaves it."""
    from audits.config import names
    from audits.launch import launch

    launch(
        {
            "real": real,
            "synthetic": synthetic,
            "reference": reference,
            "holdout": holdout,
            "rules": rules,
        },
        further=further or (),
        generations=generations,
        sensitive_features=names(sensitive_features) or (),
        saved=audit or [],
        store=store,
        port=port,
        browser=not no_browser,
    )
