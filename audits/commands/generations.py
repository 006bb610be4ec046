"""A chain of generations, followed from the command line."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from audits import cli_options as options
from audits.cli_streams import gate, holding, remark, standing, under, write_audit
from audits.commands.watching import watched

if TYPE_CHECKING:
    from audits.config import ChainRequest
    from audits.results import Audit


class Loop(StrEnum):
    """How each generation is made."""

    REPLACE = "replace"
    RESAMPLE = "resample"
    ACCUMULATE = "accumulate"
    FIXED_REAL = "fixed-real"
    FRESH = "fresh"


Tables = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="G0 G1 G2 …",
        help="A table per generation, in order, the real one first; or one table with "
        "--generation-column. CSV, CSV.gz, TSV, Parquet, JSON Lines or Feather.",
        show_default=False,
    ),
]
GenerationColumn = Annotated[
    str | None,
    typer.Option(
        metavar="COLUMN",
        help="The column of the one table that names the generation of each row; the smallest "
        "number is generation 0, the real one.",
    ),
]
ChainColumn = Annotated[
    str | None,
    typer.Option(
        metavar="COLUMN",
        help="The column that tells several runs of the same loop apart; what is said is then the "
        "mean over the runs.",
    ),
]
LoopIs = Annotated[
    Loop | None,
    typer.Option(
        "--loop",
        help="What each generation is made from: the one before (replace, resample), all before "
        "(accumulate), the real rows and the one before (fixed-real), fresh real people (fresh). "
        "Without it, equal rows are looked for.",
    ),
]


def generations(  # noqa: PLR0913, one parameter per option is how Typer declares them
    tables: Tables = None,
    *,
    sensitive_features: options.SensitiveFeatures = None,
    generation_column: GenerationColumn = None,
    chain_column: ChainColumn = None,
    loop: LoopIs = None,
    features: options.Features = None,
    kind: options.Kind = None,
    bands: options.Bands = None,
    missing: options.Missing = None,
    metadata: options.Metadata = None,
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
    """Follow every group through generations: does it get worse, for whom, how fast?"""
    from audits import config as configuration

    given = {
        "generations": tuple(tables) if tables else None,
        "generation_column": generation_column, "chain_column": chain_column,
        "loop": loop and loop.value,
        "sensitive_features": configuration.names(sensitive_features),
        "features": configuration.names(features),
        "missing": configuration.names(missing),
        "kind": configuration.pairs("--kind", kind, "age=numeric"),
        "bands": configuration.bands(bands), "metadata": metadata,
        "set": configuration.pairs("--set", set_, "loss_watch=0.1"),
        "intersections": intersections, "seed": seed,
        "memory": memory, "threads": threads, "work_folder": work_folder,
        "keep_work": keep_work or None, "spark": spark,
        "fail_on": fail_on and fail_on.value, "output": output,
        "format": format_ and format_.value,
    }  # fmt: skip
    asked = configuration.chain_request(given, config)
    audit = under(_followed(asked, progress_to), asked.exceptions, config)
    if asked.output is not None:
        audit.save(asked.output)
        remark(f"saved {asked.output}{holding(asked.output)}")
    write_audit(audit, asked.format, everything=everything)
    gate(standing(audit), asked.fail_on, "found")


def _followed(asked: ChainRequest, progress_to: str | None) -> Audit:
    from audits.chains import generations as followed

    stages = ["reading", "generations"]
    with watched(stages, progress_to) as heard:
        return followed(
            list(asked.generations),
            sensitive_features=asked.sensitive_features,
            generation_column=asked.generation_column,
            chain_column=asked.chain_column,
            loop=asked.loop,
            features=asked.features,
            kinds=asked.kind,
            metadata=asked.metadata,
            bands=asked.bands,
            missing=asked.missing,
            settings=asked.settings,
            memory=asked.memory,
            threads=asked.threads,
            work_folder=asked.work_folder,
            keep_work=asked.keep_work,
            spark=asked.spark,
            progress=heard,
        )
