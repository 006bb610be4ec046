"""A chain of generations, followed from the command line."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from audits import cli_options as options
from audits.cli_streams import gate, holding, remark, stop_if_told, write_audit

if TYPE_CHECKING:
    from audits.settings import Settings


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
    fail_on: options.FailOn = None,
    output: options.Output = None,
    format_: options.Shown = None,
    everything: options.Everything = False,
    progress_to: options.ProgressTo = None,
) -> None:
    """Follow every group through generations: does it get worse, for whom, how fast?"""
    from audits import config
    from audits.chains import generations as followed
    from audits.progress import progress_bar, progress_file

    given = list(tables or [])
    _check(given, config.names(sensitive_features), output, generation_column)
    stages = ["reading", "generations"]
    with progress_bar(stages) as shown:
        kept = None if progress_to is None else progress_file(progress_to, stages)

        def heard(stage: str, share: float) -> None:
            stop_if_told()
            for told in (shown, kept):
                if told is not None:
                    told(stage, share)

        audit = followed(
            given,
            sensitive_features=config.names(sensitive_features) or (),
            generation_column=generation_column,
            chain_column=chain_column,
            loop=loop and loop.value,
            features=config.names(features),
            kinds=config.pairs("--kind", kind, "age=numeric"),
            metadata=metadata,
            bands=config.bands(bands),
            missing=config.names(missing) or (),
            settings=_settings(set_, {"seed": seed, "intersections": intersections}),
            memory=memory,
            threads=threads,
            work_folder=work_folder,
            keep_work=keep_work,
            spark=spark,
            progress=heard,
        )
    if output is not None:
        audit.save(output)
        remark(f"saved {output}{holding(output)}")
    write_audit(audit, format_.value if format_ else "text", everything=everything)
    gate(audit.findings, fail_on and fail_on.value, "found")


def _settings(set_: list[str] | None, own: Mapping[str, int | None]) -> Settings:
    from audits.config import pairs
    from audits.errors import UsageError
    from audits.settings import Settings

    changes: dict[str, Any] = dict(pairs("--set", set_, "loss_watch=0.1") or {})
    for name, value in own.items():
        if value is not None and name in changes:
            raise UsageError(f"{name} is given twice, by --{name} and by --set. Drop one of them.")
        if value is not None:
            changes[name] = value
    return Settings().having(**changes)


def _check(
    tables: list[str],
    sensitive: tuple[str, ...] | None,
    output: str | None,
    generation_column: str | None,
) -> None:
    """Refuse what makes no sense before anything is read."""
    from audits.config import check_place
    from audits.errors import UsageError

    if len(tables) < (1 if generation_column else 2):
        raise UsageError(
            "too few generations were named. Give G0 G1 G2 …, a file each, the real one first; or "
            "one file with --generation-column."
        )
    if not sensitive:
        raise UsageError(
            "no sensitive feature was named. Give --sensitive-features with at least one column."
        )
    if output is None:
        return
    check_place(Path(output))
    for table in tables:
        if Path(output).resolve() == Path(table).resolve():
            raise UsageError(f"--output {output} would overwrite an input. Choose another name.")
