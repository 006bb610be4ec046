"""Texts, audited from the command line: two collections, a synthetic one alone, or generations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from audits import cli_options as options
from audits.cli_streams import gate, holding, remark, standing, under, write_audit
from audits.commands.watching import watched

if TYPE_CHECKING:
    from audits.config import TextRequest
    from audits.progress import Told
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
    str | None,
    typer.Option(
        "--text", metavar="COLUMN", help="The column that holds the texts; by default, text."
    ),
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
    str | None,
    typer.Option(metavar="CODE", help="The language, as spaCy names it: en (default), de, fr, …"),
]
ReferenceShares = Annotated[
    str | None,
    typer.Option(
        metavar="FILE",
        help="Population shares, a CSV of column, group, share: of the columns of --group, or of "
        "the lexicon's axes.",
    ),
]
Unmarked = Annotated[
    list[str] | None,
    typer.Option(
        metavar="FEATURE=GROUP",
        help="The group that others are compared with when words are said to mark them; without "
        "it, all other texts. May be given again, for another feature.",
    ),
]
FlagsTo = Annotated[
    str | None,
    typer.Option(
        metavar="FILE",
        help="Write what is odd about single texts, a line each: .csv or .parquet.",
    ),
]
GenerationColumn = Annotated[
    str | None,
    typer.Option(metavar="COLUMN", help="The column of one table that names the generation."),
]
ChainColumns = Annotated[
    list[str] | None,
    typer.Option(
        metavar="A,B",
        help="Columns that tell which texts are one text written again in every generation.",
    ),
]


def text(  # noqa: PLR0913, one parameter per option is how Typer declares them
    collections: Collections = None,
    *,
    text: TextColumn = None,
    group: GroupBy = None,
    lexicon: LexiconFile = None,
    prompt: PromptColumn = None,
    embeddings: Embeddings = None,
    spacy_model: SpacyModel = None,
    language: Language = None,
    reference: ReferenceShares = None,
    unmarked: Unmarked = None,
    generation_column: GenerationColumn = None,
    chain_columns: ChainColumns = None,
    missing: options.Missing = None,
    ask: options.Ask = None,
    flags: FlagsTo = None,
    intersections: options.Intersections = None,
    set_: options.SetName = None,
    seed: options.Seed = None,
    memory: options.Memory = None,
    work_folder: options.WorkFolder = None,
    keep_work: options.KeepWork = False,
    config: options.Config = None,
    fail_on: options.FailOn = None,
    output: options.Output = None,
    format_: options.Shown = None,
    everything: options.Everything = False,
    progress_to: options.ProgressTo = None,
) -> None:
    """Audit synthetic texts: who is mentioned, how alike they sound, what the generator adds."""
    from audits import config as configuration

    given = {
        **_named(collections or [], generation_column),
        "text": text, "group": configuration.names(group), "lexicon": lexicon, "prompt": prompt,
        "embeddings": embeddings, "spacy_model": spacy_model, "language": language,
        "reference": reference,
        "unmarked": configuration.pairs("--unmarked", unmarked, "race=White"),
        "generation_column": generation_column,
        "chain_columns": configuration.names(chain_columns),
        "missing": configuration.names(missing), "ask": configuration.names(ask),
        "flags": flags, "intersections": intersections,
        "set": configuration.pairs("--set", set_, "fewest_texts=20"), "seed": seed,
        "memory": memory, "work_folder": work_folder, "keep_work": keep_work or None,
        "fail_on": fail_on and fail_on.value, "output": output,
        "format": format_ and format_.value,
    }  # fmt: skip
    asked = configuration.text_request(given, config)
    with watched(asked.stages, progress_to) as heard:
        audit = under(_audited(asked, heard), asked.exceptions, config)
    if asked.flags is not None:
        remark(f"saved {asked.flags}, a line per text: keep it where the texts are")
    if asked.output is not None:
        audit.save(asked.output)
        remark(f"saved {asked.output}{holding(asked.output)}")
    write_audit(audit, asked.format, everything=everything)
    gate(standing(audit), asked.fail_on, "found")


def _named(inputs: list[str], generation_column: str | None) -> dict[str, Any]:
    """Tell by their number what the collections are to each other."""
    if generation_column is not None or len(inputs) > 2:
        return {"generations": tuple(inputs) or None}
    if len(inputs) == 2:
        return {"real": inputs[0], "synthetic": inputs[1]}
    return {"synthetic": inputs[0]} if inputs else {}


def _audited(asked: TextRequest, heard: Told) -> Audit:
    from audits.texts import compare_text, text_generations

    names = ("text", "group", "lexicon", "language", "missing", "settings", "memory",
             "work_folder", "keep_work")  # fmt: skip
    said: dict[str, Any] = {name: getattr(asked, name) for name in names}
    if asked.generations:
        single = asked.generation_column is not None and len(asked.generations) == 1
        return text_generations(
            asked.generations[0] if single else list(asked.generations),
            generation_column=asked.generation_column,
            chain_columns=asked.chain_columns,
            progress=heard,
            **said,
        )
    more = ("prompt", "embeddings", "spacy_model", "reference", "unmarked", "ask", "flags")
    said |= {name: getattr(asked, name) for name in more}
    return compare_text(asked.real, asked.synthetic, progress=heard, **said)
