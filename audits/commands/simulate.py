"""A table made anew from itself over generations: what would become of its groups."""

from __future__ import annotations

import shlex
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from audits import cli_options as options
from audits.cli_streams import as_json, out, page_look, remark
from audits.commands.watching import watched

_STAGES = ["reading", "simulation", "fresh rows"]


class Loop(StrEnum):
    """What a generation is made from."""

    REPLACE = "replace"
    ACCUMULATE = "accumulate"
    FIXED_REAL = "fixed-real"
    FRESH = "fresh"


class Made(StrEnum):
    """How a generation is made."""

    RESAMPLE = "resample"
    SHARPEN = "sharpen"


Real = Annotated[
    str,
    typer.Argument(
        metavar="REAL",
        help="The real table: CSV, CSV.gz, TSV, Parquet, JSON Lines or Feather.",
    ),
]
LoopGiven = Annotated[
    Loop,
    typer.Option(
        help="What a generation is made from: the one before (replace), all before (accumulate), "
        "the same real rows and the one before (fixed-real), fresh real rows and the one before."
    ),
]
GeneratorGiven = Annotated[
    Made,
    typer.Option(
        help="How: by drawing rows with replacement, or from frequencies of values, those that "
        "are frequent preferred (sharpen)."
    ),
]
Temperature = Annotated[
    float | None,
    typer.Option(metavar="T", help="Of sharpen, 0.8 by default; at 1 nothing is preferred."),
]
Generations = Annotated[
    int | None,
    typer.Option(metavar="N", help="How many (the setting simulation_generations)."),
]
RowsGiven = Annotated[
    int | None,
    typer.Option(
        "--rows", metavar="N", help="Rows of every generation; as many as REAL by default."
    ),
]
RealRows = Annotated[
    int | None,
    typer.Option(
        metavar="N",
        help="Real rows in every generation of the loops fixed-real and fresh; as many as REAL "
        "by default.",
    ),
]
Chains = Annotated[
    int | None,
    typer.Option(metavar="N", help="Chains of the loop (the setting simulation_chains)."),
]
Hold = Annotated[
    str | None,
    typer.Option(
        metavar="5%",
        help="Say how many fresh real rows per generation hold every group's variety within this, "
        "and try them out. They are tried in the loop fresh, whatever --loop says.",
    ),
]
Target = Annotated[
    Path | None,
    typer.Option(
        "--output",
        metavar="FOLDER|FILE.json",
        help="Write the generations as CSV files to a new folder, with the result; or the result "
        "alone, as JSON.",
    ),
]


def simulate(  # noqa: PLR0913, one parameter per option is how Typer declares them
    real: Real,
    *,
    sensitive_features: options.SensitiveFeatures = None,
    loop: LoopGiven = Loop.REPLACE,
    generator: GeneratorGiven = Made.RESAMPLE,
    temperature: Temperature = None,
    generations: Generations = None,
    rows: RowsGiven = None,
    real_rows: RealRows = None,
    chains: Chains = None,
    hold: Hold = None,
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
    spark: options.Spark = None,
    output: Target = None,
    format_: options.Shown = None,
) -> None:
    """Make a table anew from itself, generation after generation, and follow every group."""
    from audits import config
    from audits.simulation import simulate as simulated

    changed = _settings(set_, seed=seed, intersections=intersections)
    as_file = _checked(output, real)
    with watched(_STAGES) as heard:
        found = simulated(
            real,
            sensitive_features=config.names(sensitive_features) or (),
            loop=loop.value,
            generator=generator.value,
            temperature=temperature,
            generations=generations,
            rows=rows,
            real_rows=real_rows,
            chains=chains,
            hold=_share(hold),
            features=config.names(features),
            kinds=config.pairs("--kind", kind, "age=numeric"),
            metadata=metadata,
            bands=config.bands(bands),
            missing=config.names(missing) or (),
            settings=changed,
            output=None if as_file else output,
            memory=memory,
            threads=threads,
            spark=spark,
            progress=heard,
        )
    _saved(found, output, as_file=as_file)
    _write(found, format_)


def _checked(output: Path | None, real: str) -> bool:
    """Whether the output is a file; what cannot be written is refused before the work."""
    from audits.config import check_place
    from audits.errors import UsageError
    from audits.simulation.files import check_folder

    if output is None:
        return False
    if output.suffix.lower() != ".json":
        check_folder(output)
        return False
    check_place(output)
    if output.resolve() == Path(real).resolve():
        raise UsageError(f"--output {output} would overwrite an input. Choose another name.")
    return True


def _saved(found: Any, output: Path | None, *, as_file: bool) -> None:
    """Save what is a file, and say where it is; a folder has been written by then."""
    if output is None:
        return
    if as_file:
        found.save(output)
    remark(f"saved {output}, with every count: keep it where the data are")
    if not as_file:
        remark(_how_to_follow(found, output))


def _how_to_follow(found: Any, folder: Path) -> str:
    """The command that follows the generations written to a folder."""
    tables = f"{shlex.quote(str(folder))}/g{{0..{found.recipe.generations}}}.csv"
    features = shlex.quote(",".join(found.sensitive_features))
    taken = {column.name for column in found.columns}
    column = "chain" if "chain" not in taken else "'simulated chain'"
    chains = f" --chain-column {column}" if found.recipe.chains > 1 else ""
    return f"to follow them: audits generations {tables} --sensitive-features {features}{chains}"


def _share(text: str | None) -> float | None:
    """Read a share, such as 5% or 0.05."""
    from audits.errors import UsageError

    if text is None:
        return None
    number = text.strip().removesuffix("%").strip()
    try:
        value = float(number) / (100 if text.strip().endswith("%") else 1)
    except ValueError:
        raise UsageError(f"--hold must be a share such as 5% or 0.05, got {text!r}.") from None
    return value


def _settings(set_: list[str] | None, **own: int | None) -> Any:
    from audits.config import pairs
    from audits.errors import UsageError
    from audits.settings import Settings

    changes: dict[str, Any] = dict(pairs("--set", set_, "simulation_rows=20000") or {})
    for name, value in own.items():
        if value is not None and name in changes:
            raise UsageError(f"{name} is given twice, by --{name} and by --set. Drop one of them.")
        if value is not None:
            changes[name] = value
    return Settings().having(**changes)


def _write(found: Any, format_: options.Format | None) -> None:
    from audits.reports.simulation_report import simulation_csv, simulation_text

    if format_ is options.Format.JSON:
        out(as_json(found.to_dict()))
    elif format_ is options.Format.CSV:
        out(simulation_csv(found))
    else:
        out(simulation_text(found, **page_look()))
