"""Texts, audited from the command line: two collections, a synthetic one alone, or generations."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from audits import cli_options as options
from audits.cli_streams import gate, holding, remark, write_audit
from audits.commands.watching import watched

if TYPE_CHECKING:
    from audits.results import Audit

Collections = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="REAL SYNTHETIC",
        help="Two collections of texts; or SYNTHETIC alone, whose groups are then compared with "
        "each other; or generations, G0 G1 G2 …, the real one first. Each is a table (CSV, TSV, "
        "Parquet, JSON Lines, Feather), a folder of .txt files, or a .txt file with a text a line.",
        show_default=False,
    ),
]
TextColumn = Annotated[
    str, typer.Option("--text", metavar="COLUMN", help="The column that holds the texts.")
]
GroupBy = Annotated[
    list[str] | None,
    typer.Option(
        "--group",
        metavar="A,B",
        help="Columns that form the groups, as race,gender. Without them, groups are the "
        "identities that texts mention.",
    ),
]
LexiconFile = Annotated[
    str | None,
    typer.Option(
        metavar="FILE",
        help="A lexicon of yours, TOML or CSV (axis,group,term); by default the English one.",
    ),
]
PromptColumn = Annotated[
    str | None,
    typer.Option(
        metavar="COLUMN",
        help="The prompt each text was made from: likeness is compared within prompts, and texts "
        "are searched for them.",
    ),
]
Embeddings = Annotated[
    str | None,
    typer.Option(
        metavar="COLUMN",
        help="Vectors of texts, a list of numbers per row; or the name of a sentence-transformers "
        "model that is installed.",
    ),
]
SpacyModel = Annotated[
    str | None,
    typer.Option(
        metavar="NAME",
        help="A trained spaCy pipeline that is installed, as en_core_web_sm: adds parts of speech "
        "and entities.",
    ),
]
Language = Annotated[
    str, typer.Option(metavar="CODE", help="The language, as spaCy names it: en, de, fr, …")
]
ReferenceShares = Annotated[
    str | None,
    typer.Option(
        metavar="FILE",
        help="Population shares, a CSV of column, group, share: of the columns of --group, or of "
        "the lexicon's axes.",
    ),
]
FlagsTo = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE",
        help="Write what is odd about single texts, a line each: .csv, .parquet or .jsonl.",
    ),
]
GenerationColumn = Annotated[
    str | None,
    typer.Option(metavar="COLUMN", help="The column of one table that names the generation."),
]
ChainColumn = Annotated[
    list[str] | None,
    typer.Option(
        metavar="A,B",
        help="Columns that tell which texts are one text written again in every generation.",
    ),
]


def text(  # noqa: PLR0913, one parameter per option is how Typer declares them
    collections: Collections = None,
    *,
    text: TextColumn = "text",
    group: GroupBy = None,
    lexicon: LexiconFile = None,
    prompt: PromptColumn = None,
    embeddings: Embeddings = None,
    spacy_model: SpacyModel = None,
    language: Language = "en",
    reference: ReferenceShares = None,
    generation_column: GenerationColumn = None,
    chain_column: ChainColumn = None,
    missing: options.Missing = None,
    ask: options.Ask = None,
    flags: FlagsTo = None,
    intersections: options.Intersections = None,
    set_: options.SetName = None,
    seed: options.Seed = None,
    memory: options.Memory = None,
    work_folder: options.WorkFolder = None,
    keep_work: options.KeepWork = False,
    fail_on: options.FailOn = None,
    output: options.Output = None,
    format_: options.Shown = None,
    everything: options.Everything = False,
    progress_to: options.ProgressTo = None,
) -> None:
    """Audit synthetic texts: who is mentioned, how alike they sound, what the generator adds."""
    from audits import config

    inputs = list(collections or ())
    chain = generation_column is not None or len(inputs) > 2
    said = {
        "text": text, "group": config.names(group) or (), "lexicon": lexicon,
        "language": language, "missing": config.names(missing) or (),
        "settings": _settings(set_, intersections, seed), "memory": memory,
        "work_folder": work_folder, "keep_work": keep_work,
    }  # fmt: skip
    of_pairs = {
        "prompt": prompt, "embeddings": embeddings, "spacy_model": spacy_model,
        "reference": reference, "ask": config.names(ask), "flags": flags,
    }  # fmt: skip
    of_chains = {"generation_column": generation_column, "chain_column": config.names(chain_column)}
    _check(inputs, of_pairs if chain else of_chains, chain=chain)
    _check_output(output, [*inputs, lexicon, reference])
    if chain:
        said |= {**of_chains, "chain_column": of_chains["chain_column"] or ()}
        audit = _followed(inputs, said, progress_to)
    else:
        audit = _compared(inputs, said | of_pairs, progress_to)
    if flags is not None:
        remark(f"saved {flags}, a line per flagged text: keep it where the texts are")
    if output is not None:
        audit.save(output)
        remark(f"saved {output}{holding(output)}")
    write_audit(audit, format_.value if format_ else "text", everything=everything)
    gate(audit.findings, fail_on and fail_on.value, "found")


def _settings(set_: list[str] | None, intersections: int | None, seed: int | None) -> Any:
    """The settings in force; one that is given twice is refused."""
    from audits import config
    from audits.errors import UsageError
    from audits.settings import Settings

    pairs = config.pairs("--set", set_, "fewest_texts=20") or {}
    own = {"intersections": intersections, "seed": seed}
    for name, value in own.items():
        if value is not None and name in pairs:
            raise UsageError(f"{name} is given twice, by --{name} and by --set. Drop one of them.")
    return Settings().having(**pairs, **{k: v for k, v in own.items() if v is not None})


def _check(inputs: list[str], unused: dict[str, Any], *, chain: bool) -> None:
    """Refuse options that would be passed over, and a run of nothing."""
    from audits.errors import UsageError

    if not inputs:
        raise UsageError(
            "no texts were named. Give REAL and SYNTHETIC, SYNTHETIC alone, or generations."
        )
    for name, value in unused.items():
        if value:
            option = f"--{name.replace('_', '-')}"
            of = "two collections, or one alone" if chain else "generations"
            raise UsageError(f"{option} is for {of}. Drop it.")


def _check_output(output: str | None, inputs: list[str | None]) -> None:
    from audits.config import check_place
    from audits.errors import UsageError

    if output is None:
        return
    target = Path(output)
    check_place(target)
    for given in inputs:
        if given is not None and target.resolve() == Path(given).resolve():
            raise UsageError(f"--output {target} would overwrite an input. Choose another name.")


def _compared(inputs: list[str], said: dict[str, Any], progress_to: str | None) -> Audit:
    from audits.registry import questions
    from audits.texts import compare_text

    stages = ["reading", "mentions", *(q.id for q in questions(said["ask"], of="texts"))]
    real, synthetic = (None, *inputs) if len(inputs) == 1 else inputs
    with watched(stages, progress_to) as heard:
        return compare_text(real, synthetic, **said, progress=heard)


def _followed(inputs: list[str], said: dict[str, Any], progress_to: str | None) -> Audit:
    from audits.texts import text_generations

    with watched(["reading", "mentions", "text_generations"], progress_to) as heard:
        return text_generations(inputs, **said, progress=heard)
