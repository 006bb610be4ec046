"""Several synthetic tables against one real table, from the command line."""

from __future__ import annotations

import dataclasses
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from audits import cli_options as options
from audits.cli_streams import as_json, out, page_look, remark
from audits.commands.watching import watched

if TYPE_CHECKING:
    from audits.config import Request
    from audits.results import Audit
    from audits.several.result import Versus
    from audits.several.running import Told

Tables = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="REAL S1 S2 …",
        help="The real table, then at least two synthetic ones, each as a file or as NAME=FILE. "
        "With --audits, saved audits of one real table instead.",
        show_default=False,
    ),
]
OfAudits = Annotated[
    bool, typer.Option("--audits", help="The files are saved audits, so that no data are needed.")
]
Floor = Annotated[
    Path | None,
    typer.Option(
        metavar="AUDIT",
        help="With --audits: the saved audit of a real holdout in place of a synthetic table.",
    ),
]
SavedTo = Annotated[
    Path | None, typer.Option("--output", metavar="FILE", help="Save the whole as JSON, too.")
]
AllOfIt = Annotated[
    bool, typer.Option("--all", help="In text, write out every quantity in every group.")
]

_MANY = 4  # tables from which auditing all of them again for one more is a wait


def versus(  # noqa: PLR0913, one parameter per option is how Typer declares them
    tables: Tables = None,
    *,
    sensitive_features: options.SensitiveFeatures = None,
    holdout: options.Holdout = None,
    audits: OfAudits = False,
    floor: Floor = None,
    reference: options.Reference = None,
    rules: options.RulesFile = None,
    weights: options.Weights = None,
    features: options.Features = None,
    kind: options.Kind = None,
    bands: options.Bands = None,
    missing: options.Missing = None,
    metadata: options.Metadata = None,
    ask: options.Ask = None,
    intersections: options.Intersections = None,
    set_: options.SetName = None,
    seed: options.Seed = None,
    memory: options.Memory = None,
    threads: options.Threads = None,
    work_folder: options.WorkFolder = None,
    output: SavedTo = None,
    format_: options.Shown = None,
    everything: AllOfIt = False,
) -> None:
    """Rank several synthetic tables against one real table, group by group, with a noise floor."""
    from audits import config
    from audits.several.ranking import rank

    named = _named(tables or [], saved=audits)
    if output is not None:
        config.check_place(output)
    given = {
        "reference": reference, "holdout": holdout, "rules": rules, "weights": weights,
        "metadata": metadata, "sensitive_features": config.names(sensitive_features),
        "features": config.names(features), "missing": config.names(missing),
        "ask": config.names(ask), "kind": config.pairs("--kind", kind, "age=numeric"),
        "bands": config.bands(bands), "set": config.pairs("--set", set_, "share_watch=0.9"),
        "intersections": intersections, "seed": seed, "memory": memory, "threads": threads,
        "work_folder": work_folder,
    }  # fmt: skip
    if audits:
        _check_saved(given, output, [*named.values(), *([str(floor)] if floor else [])])
        found = rank(*_loaded(named, floor))
    else:
        found = rank(*_run(named, floor, given, output))
    if output is not None:
        found.save(output)
        remark(f"saved {output}")
    _write(found, format_, everything=everything)


def _named(tables: list[str], *, saved: bool) -> dict[str, str]:
    """Read NAME=FILE, or name a table as its file is; the real one is named by its place."""
    from audits.errors import UsageError

    wanted = 2 if saved else 3
    if len(tables) < wanted:
        what = "two saved audits" if saved else "a real table and two synthetic ones"
        raise UsageError(f"ranking needs at least {what}, got {len(tables)} files.")
    found: dict[str, str] = {} if saved else {"": tables[0]}
    for given in tables[len(found) :]:
        name, sign, file = given.partition("=")
        if not sign or Path(given).exists():
            name, file = Path(given).name.split(".")[0], given
        if name in found:
            raise UsageError(
                f"two tables are named {name!r}. Tell them apart: one={file} other={found[name]}"
            )
        found[name] = file
    return found


def _check_saved(given: dict[str, Any], output: Path | None, files: list[str]) -> None:
    from audits.errors import UsageError

    for option, value in given.items():
        if value is not None:
            raise UsageError(
                f"--{option.replace('_', '-')} has no meaning with --audits: it was settled when "
                "the audits were made."
            )
    _check_output(output, files)


def _check_output(output: Path | None, files: list[str]) -> None:
    from audits.errors import UsageError

    for file in files:
        if output is not None and output.resolve() == Path(file).resolve():
            raise UsageError(f"--output {output} would overwrite an input. Choose another name.")


def _loaded(named: dict[str, str], floor: Path | None) -> tuple[dict[str, Audit], Audit | None]:
    from audits.reports.json_report import load

    audits = {name: load(file) for name, file in named.items()}
    return audits, None if floor is None else load(floor)


def _run(
    named: dict[str, str], floor: Path | None, given: dict[str, Any], output: Path | None
) -> tuple[dict[str, Audit], Audit | None]:
    from audits import config
    from audits.errors import UsageError
    from audits.several.running import audited

    if floor is not None:
        raise UsageError("--floor names a saved audit, with --audits. Name a table by --holdout.")
    real, *others = named.values()
    synthetic = {name: file for name, file in named.items() if name}
    asked = config.request({**given, "real": real, "synthetic": others[0]})
    inputs = (asked.holdout, asked.reference, asked.metadata, asked.rules)
    _check_output(output, [real, *others, *(file for file in inputs if file is not None)])
    if len(synthetic) >= _MANY:
        remark(
            f"{len(synthetic)} tables are audited one after another; where one may be added later, "
            "save each audit (audits compare --output) and rank those with --audits"
        )
    stages = asked.stages

    def bar(name: str) -> AbstractContextManager[Told]:
        return watched(stages, title=name)

    return audited(real, synthetic, asked.holdout, _options(asked), bar)


def _options(asked: Request) -> dict[str, Any]:
    """What `compare` is given of a request, but for the tables."""
    said = {field.name: getattr(asked, field.name) for field in dataclasses.fields(asked)}
    same = (
        "sensitive_features", "reference", "rules", "weights", "features", "metadata", "bands",
        "missing", "ask", "memory", "threads", "work_folder",
    )  # fmt: skip
    return {**{name: said[name] for name in same}, "kinds": asked.kind, "settings": asked.settings}


def _write(found: Versus, format_: options.Format | None, *, everything: bool) -> None:
    from audits.reports.versus_report import versus_csv, versus_text

    if format_ is options.Format.JSON:
        out(as_json(found.to_dict()))
    elif format_ is options.Format.CSV:
        out(versus_csv(found))
    else:
        out(versus_text(found, **page_look(), everything=everything))
